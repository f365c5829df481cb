"""Other ways of finding copies, in one form; what cannot be imported is left out, and said so.

`pip install datasketch rensa scikit-learn simhash` brings all of them, into an environment of
their own if wished: its packages on PYTHONPATH are enough. Each reads the same normalised words
as ours, and is judged at the cut that gives it the best F1 on the very set, which favours it.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import time
from collections import defaultdict
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from benchmarks.relations import gold, labelled, quality
from benchmarks.relations.labelled import as_pair
from benchmarks.relations.scoring import best_cut, close, family_ari, score_pairs
from benchmarks.relations.variants import HARD, QUOTING
from ingest.text import normalize, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.relations.gold import Page
    from benchmarks.relations.labelled import Document, Pair

__all__ = ["PEERS", "Row", "measure_ours", "measure_peer", "peers"]

Scores: TypeAlias = "dict[Pair, float]"
Method: TypeAlias = "Callable[[Sequence[Document]], Scores]"

_PERMUTATIONS = 128
_BANDS = 32
_LEAST_COSINE = 0.3  # far below any cut that pays; spares keeping every pair
_SIMHASH_BITS = 64
_MOST_BITS_APART = 24


class Row(NamedTuple):
    """One method on the labelled copies and on the gold."""

    name: str
    f1: float
    ari: float
    least_kind: str  #: the kind of change it finds worst, with the recall
    cut: str
    recognised: int  #: variants of seeds, by the same cut
    wrong: int
    ms_a_document: float


def measure_peer(name: str, method: Method) -> Row:
    documents, labels = labelled.read_documents(), labelled.read_labels()
    started = time.process_time()
    scores = method(documents)
    spent_s = time.process_time() - started
    cut = best_cut(scores, labels)
    found = {pair for pair, score in scores.items() if score >= cut}
    reached = score_pairs(found, documents, labels)
    families = close(sorted(found), [document["id"] for document in documents])
    recognised, wrong = _on_gold(method, cut)
    return Row(
        name=name,
        f1=reached.f1,
        ari=family_ari(families, labels, documents=len(documents)),
        least_kind=_least(reached.by_kind),
        cut=f"{cut:.2f}",
        recognised=recognised,
        wrong=wrong,
        ms_a_document=1000 * spent_s / len(documents),
    )


def measure_ours() -> Row:
    documents, labels = labelled.read_documents(), labelled.read_labels()
    started = time.process_time()
    reached = quality.synth_in_order(documents, labels, quality.ORDERS[0])
    spent_s = time.process_time() - started
    seeds = quality.index_of(gold.read_seeds())
    said = [(page, quality.judge_alone(page, seeds)) for page in gold.make_pages()]
    prefix = "synth recall of "
    return Row(
        name="Seedbed",
        f1=reached["synth f1"],
        ari=reached["synth families"],
        least_kind=_least({k[len(prefix) :]: v for k, v in reached.items() if prefix in k}),
        cut="fixed",
        recognised=sum(quality.is_recognised(page, one) for page, one in said if _is_asked(page)),
        wrong=sum(quality.is_wrong(page, one) for page, one in said),
        ms_a_document=1000 * spent_s / len(documents),
    )


def _least(by_kind: Mapping[str, float]) -> str:
    share, kind = min((share, kind) for kind, share in by_kind.items())
    return f"{kind} {share:.2f}"


def _on_gold(method: Method, cut: float) -> tuple[int, int]:
    """Variants whose every seed was found, and pages called kin of a seed they do not hold."""
    seeds, pages = gold.read_seeds(), gold.make_pages()
    titles = {page.id[:3]: page.title for page in pages if page.kind == "clean"}
    documents = [
        *({"id": name, "title": titles[name], "text": dump} for name, dump in seeds.items()),
        *({"id": page.id, "title": page.title, "text": page.text} for page in pages),
    ]
    kin = defaultdict[str, set[str]](set)
    for (one, other), score in method(documents).items():
        if score >= cut:
            kin[one].add(other)
            kin[other].add(one)
    judged = [(page, kin[page.id] & seeds.keys()) for page in pages]
    recognised = sum(found >= set(page.holds) for page, found in judged if _is_asked(page))
    wrong = sum(not found <= set(page.holds) for page, found in judged if page.kind not in QUOTING)
    return recognised, wrong


def _is_asked(page: Page) -> bool:
    return bool(page.holds) and page.kind not in HARD


def _equal(documents: Sequence[Document], mark: Callable[[Document], str]) -> Scores:
    alike = defaultdict[str, list[str]](list)
    for document in documents:
        if key := mark(document):
            alike[key].append(document["id"])
    return {
        as_pair(one, other): 1.0
        for names in alike.values()
        for one, other in combinations(names, 2)
    }


def _hash_text(document: Document) -> str:
    return hashlib.sha256(" ".join(words(document["text"])).encode()).hexdigest()


def _fold_title(document: Document) -> str:
    return " ".join(normalize(document["title"] or "").split())


def _shingles(text: str, length: int) -> list[str]:
    found = words(text)
    runs = zip(*(found[skip:] for skip in range(length)), strict=False)
    return sorted({" ".join(run) for run in runs}) or found or [""]


def _datasketch(documents: Sequence[Document], *, threshold: float, length: int) -> Scores:
    module: Any = importlib.import_module("datasketch")
    index = module.MinHashLSH(threshold=threshold, num_perm=_PERMUTATIONS)
    marks: dict[str, Any] = {}
    scores: Scores = {}
    for document in documents:
        mark = module.MinHash(num_perm=_PERMUTATIONS)
        mark.update_batch([one.encode() for one in _shingles(document["text"], length)])
        for other in index.query(mark):
            scores[as_pair(document["id"], other)] = float(mark.jaccard(marks[other]))
        index.insert(document["id"], mark)
        marks[document["id"]] = mark
    return scores


def _rensa(documents: Sequence[Document]) -> Scores:
    module: Any = importlib.import_module("rensa")
    index = module.RMinHashLSH(0.5, _PERMUTATIONS, _BANDS)
    marks: list[Any] = []
    scores: Scores = {}
    for number, document in enumerate(documents):
        mark = module.RMinHash(_PERMUTATIONS, 1)
        mark.update(_shingles(document["text"], 5))
        for other in index.query(mark):
            pair = as_pair(document["id"], documents[other]["id"])
            scores[pair] = float(mark.jaccard(marks[other]))
        index.insert(number, mark)
        marks.append(mark)
    return scores


def _simhash(documents: Sequence[Document]) -> Scores:
    module: Any = importlib.import_module("simhash")
    marks = [
        (document["id"], int(module.Simhash(_shingles(document["text"], 3), _SIMHASH_BITS).value))
        for document in documents
    ]
    scores: Scores = {}
    for (one, first), (other, second) in combinations(marks, 2):
        apart = (first ^ second).bit_count()
        if apart <= _MOST_BITS_APART:
            scores[as_pair(one, other)] = 1 - apart / _SIMHASH_BITS
    return scores


def _tf_idf(documents: Sequence[Document]) -> Scores:
    module: Any = importlib.import_module("sklearn.feature_extraction.text")
    model = module.TfidfVectorizer(analyzer=words, sublinear_tf=True)
    vectors = model.fit_transform([document["text"] for document in documents])
    cosines = (vectors @ vectors.T).tocoo()
    return dict(_above(cosines, [document["id"] for document in documents]))


def _above(cosines: Any, names: Sequence[str]) -> Iterator[tuple[Pair, float]]:
    for row, column, cosine in zip(cosines.row, cosines.col, cosines.data, strict=True):
        if row < column and cosine >= _LEAST_COSINE:
            yield as_pair(names[row], names[column]), float(cosine)


PEERS: dict[str, tuple[str | None, Method]] = {
    "exact hash of the words": (None, partial(_equal, mark=_hash_text)),
    "equal title": (None, partial(_equal, mark=_fold_title)),
    "simhash 64 bits, 3 words": ("simhash", _simhash),
    "tf-idf cosine": ("sklearn", _tf_idf),
    "datasketch LSH .5, 5 words": ("datasketch", partial(_datasketch, threshold=0.5, length=5)),
    "datasketch LSH .3, 3 words": ("datasketch", partial(_datasketch, threshold=0.3, length=3)),
    "rensa 128 in 32 bands, 5 words": ("rensa", _rensa),
}  #: by name: the module it needs, and how it is asked


def peers() -> tuple[dict[str, Method], dict[str, str]]:
    """The methods that can run here, and why the others cannot."""
    here: dict[str, Method] = {}
    absent: dict[str, str] = {}
    for name, (module, method) in PEERS.items():
        if module is None or importlib.util.find_spec(module):
            here[name] = method
        else:
            absent[name] = f"{module} is not installed"
    return here, absent
