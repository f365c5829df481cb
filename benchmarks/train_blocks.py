"""Learn which blocks of a page are its article: `ingest/data/block_trees.tsv`.

    python -m benchmarks.train_blocks            cross-validate over sites and over sets, print F1
    python -m benchmarks.train_blocks --write    learn from every site, and write the table

Needs the evaluation pages, and LightGBM in an environment beside the project's: nothing of it is
used at run time. Blocks are labelled by aligning the words of the page with those of the right
text. No page is ever scored by trees learned from its own site, nor, in the second table, from its
own set. What the other pages of a site print is told of half the pages at random, and half the
weight is on pages whose vote comes from another extractor or from none, so that the trees lean on
neither. The table is of trees as they judge where nothing is known of a site, which is how a crawl
asks them: a text must not depend on the pages fetched before it.
"""

from __future__ import annotations

import argparse
import importlib
import random
import statistics
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.extract.decision import CUT, Decision, ask
from ingest.extract.generic import read_votes, run_voter
from ingest.extract.page import ParsedPage, parse, solid
from ingest.extract.places import NAMES, View
from ingest.extract.tidy import drop_marks, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ingest.extract.segments import Block

TABLE = Path(__file__).parents[1] / "ingest" / "data" / "block_trees.tsv"
EVAL = Path(__file__).parents[1].parent / "shared" / "eval" / "extraction"
SETS = ("zyte", "aaf", "fundus", "wcxb")
FOLDS = 5
ROUNDS = 200
LEARNER: dict[str, Any] = {
    "objective": "cross_entropy",  # takes shares as labels: a block may be of the article in part
    "learning_rate": 0.08,
    "extra_trees": True,  # cuts drawn at random (Geurts 2006): as good here, and steadier
    "num_leaves": 31,
    "max_depth": 6,
    "min_data_in_leaf": 80,
    "lambda_l2": 2.0,
    "feature_fraction": 0.25,  # each tree sees a quarter: no vote, no class name is leaned on alone
    "bagging_fraction": 0.5,
    "bagging_freq": 1,
    "max_bin": 63,
    "seed": 7,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
CUTS = (0.0, 0.2, 0.4)  # log-odds
#: Where the share of the site's other pages that print a block stands among the features.
SITE = NAMES.index("ld") + 1
COLUMNS = (*NAMES[:SITE], "site", *NAMES[SITE:])
SHINGLE = 4  # words, as in the scorer
OTHER_VOTERS: tuple[dict[str, bool] | None, ...] = (
    {}, {"favor_precision": True}, {"fast": True, "favor_precision": True}, None,
)  # fmt: skip
OTHER_SHARE = 0.5  # weight of a page under another voter's vote
HIDDEN_SHARE = 0.5  # of the pages, that are not told what else their site prints
AGREED_LETTERS, GOLD_SHARE = 300, 0.5
LEAST_GOLD = 200  # letters; a short text does not weigh more than this
MOST_WEIGHT = 0.5
HEAD = """\
# Boosted trees that tell which blocks of a page are its article: see ingest/extract/trees.py.
# Made by benchmarks/train_blocks.py; not to be edited by hand.
"""

Matrix = "NDArray[np.float64]"
Model = Any  # lightgbm.Booster


@dataclass(slots=True, kw_only=True)
class Seen:
    """The candidates of one page under one vote."""

    rows: NDArray[np.float64]
    labels: NDArray[np.float64]  #: share of each block that is of the article
    weights: NDArray[np.float64]
    blocks: list[Block] = field(repr=False)  #: all of the page
    wanted: list[int]  #: which of them the rows are of

    def decide(self, odds: Sequence[float], cut: float) -> Decision:
        """The decision of these log-odds, as if the cut were at `cut`."""
        told: list[float | None] = [None] * len(self.blocks)
        votes = [0.0] * len(self.blocks)  # of what is no candidate no letter has a vote
        for at, odd, row in zip(self.wanted, odds, self.rows, strict=True):
            told[at] = odd - cut + CUT
            votes[at] = float(row[NAMES.index("vote")])
        return Decision(blocks=tuple(self.blocks), odds=tuple(told), votes=tuple(votes))


@dataclass(slots=True, kw_only=True)
class Example:
    """One page with its right text."""

    key: str
    set: str
    site: str
    gold: str = field(repr=False)
    seen: Seen
    other: Seen  #: under another vote
    is_sound: bool  #: whether the right text is not cut short


def toks(text: str) -> list[str]:
    return [str(word) for word in scorer("metrics").toks(text)]


def scorer(name: str) -> Any:
    """A module of the evaluation folder."""
    if str(EVAL) not in sys.path:
        sys.path.insert(0, str(EVAL))
    return importlib.import_module(name)


def label(blocks: Sequence[Block], gold: str) -> list[float]:
    """Share of each block's words that the best alignment puts into the right text."""
    from rapidfuzz.distance import LCSseq

    words = [toks(block.text) for block in blocks]
    numbers: dict[str, int] = {}
    flat = [numbers.setdefault(word, len(numbers)) for some in words for word in some]
    wanted = [numbers.setdefault(word, len(numbers)) for word in toks(gold)]
    hits = np.zeros(len(flat) + 1)
    for step in LCSseq.opcodes(flat, wanted):
        if step.tag == "equal":
            hits[step.src_start : step.src_end] = 1
    gold_shingles = set(shingles(toks(gold)))
    shares, at = [], 0
    for some in words:
        share = float(hits[at : at + len(some)].mean()) if some else 0.0
        at += len(some)
        shares.append(_checked(share, some, gold_shingles))
    return shares


def shingles(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)]


def _checked(share: float, words: Sequence[str], gold: set[tuple[str, ...]]) -> float:
    """An alignment's share, against chance words in order and texts out of order."""
    own = shingles(words)
    if len(own) < SHINGLE:
        return share
    printed = sum(one in gold for one in own) / len(own)
    if printed >= 0.5:
        return max(share, printed)
    return min(share, printed + 0.15)


def see(page: ParsedPage, voted: str, gold: str, known: Mapping[str, float]) -> Seen:
    blocks, ballot = ask(page, voted)
    view = View(page, blocks, ballot)
    wanted = view.candidates()
    labels = label(blocks, gold)
    whole = max(sum(map(len, toks(gold))), LEAST_GOLD)
    columns = view.columns(wanted)
    columns.insert(SITE, [known.get(blocks[at].key, 0.0) for at in wanted])
    rows = np.array([*zip(*columns, strict=True)], dtype=np.float64)
    weights = [min((len(blocks[at].key) + 6) / whole, MOST_WEIGHT) ** 0.5 for at in wanted]
    return Seen(
        rows=rows.reshape(len(wanted), len(COLUMNS)),
        labels=np.array([labels[at] for at in wanted]),
        weights=np.array(weights),
        blocks=blocks,
        wanted=wanted,
    )


def read_examples() -> list[Example]:
    score = scorer("score")
    pages: list[tuple[dict[str, Any], ParsedPage, str]] = []
    for row in score.rows(set(SETS)):
        page = parse(score.html_of(row), row["url"] or "", None)
        if page is not None:
            pages.append((row, page, read_votes(page)))
    recurring = list(_recurring(pages))
    dice = random.Random(3)
    examples = []
    for (row, page, voted), known in zip(pages, recurring, strict=True):
        other = dice.choice(OTHER_VOTERS)
        text = "" if other is None else run_voter(page, **other)
        examples.append(
            Example(
                key=row["id"],
                set=row["set"],
                site=row["site"],
                gold=row["text"],
                seen=see(page, voted, row["text"], known),
                other=see(page, text, row["text"], known),
                is_sound=_is_sound(page, voted, row["text"]),
            )
        )
    return examples


def _recurring(
    pages: Sequence[tuple[dict[str, Any], ParsedPage, str]],
) -> Iterator[dict[str, float]]:
    """For each page, what the other pages of its site print; a second copy of it is none."""
    printed = [{block.key for block in ask(page, voted)[0]} for _, page, voted in pages]
    texts = [{solid(line) for line in voted.split("\n") if len(line) > 60} for _, _, voted in pages]
    sites: dict[str, list[int]] = defaultdict(list)
    for number, (row, _, _) in enumerate(pages):
        sites[row["site"]].append(number)
    for number, (row, _, _) in enumerate(pages):
        own = texts[number]
        others = [
            other
            for other in sites[row["site"]]
            if other != number and len(own & texts[other]) <= len(own) / 2
        ]
        counts = Counter(key for other in others for key in printed[other] & printed[number])
        yield {key: count / len(others) for key, count in counts.items()}


def _is_sound(page: ParsedPage, voted: str, gold: str) -> bool:
    """Whether the right text holds most of what three voters agree on.

    Of a few pages it holds the first paragraphs only; nothing is to be learned from those. They are
    scored like all others.
    """
    blocks, ballot = ask(page, voted)
    voters: tuple[dict[str, bool], ...] = ({}, {"favor_precision": True})
    votes = [ballot.votes]
    votes += [ask(page, run_voter(page, **options))[1].votes for options in voters]
    if len({len(some) for some in votes}) > 1:
        return True
    agreed = [min(some) * len(b.key) for *some, b in zip(*votes, blocks, strict=True)]
    right = sum(size * share for size, share in zip(agreed, label(blocks, gold), strict=True))
    return bool(sum(agreed) <= AGREED_LETTERS or right >= GOLD_SHARE * sum(agreed))


def learn(examples: Sequence[Example]) -> Model:
    """The trees of these pages."""
    import lightgbm  # type: ignore[import-not-found,unused-ignore]  # in its own environment

    dice = random.Random(5)
    rows, labels, weights = [], [], []
    for example in examples:
        if not example.is_sound:
            continue
        for seen, share in ((example.seen, 1.0), (example.other, OTHER_SHARE)):
            known = seen.rows.copy()
            if dice.random() < HIDDEN_SHARE:
                known[:, SITE] = 0
            rows.append(known)
            labels.append(seen.labels)
            weights.append(seen.weights * share)
    weight = np.concatenate(weights)
    table = lightgbm.Dataset(
        np.concatenate(rows), np.concatenate(labels), weight=weight / weight.mean()
    )
    return lightgbm.train(LEARNER, table, num_boost_round=ROUNDS)


def by_site(examples: Sequence[Example]) -> list[list[int]]:
    """The numbers of the examples in folds of like size; a site is in one of them."""
    sites = Counter(example.site for example in examples)
    folds: list[list[str]] = [[] for _ in range(FOLDS)]
    sizes = [0] * FOLDS
    for site in sorted(sites, key=lambda site: (-sites[site], site)):
        smallest = sizes.index(min(sizes))
        folds[smallest].append(site)
        sizes[smallest] += sites[site]
    return [[at for at, one in enumerate(examples) if one.site in fold] for fold in folds]


def by_set(examples: Sequence[Example]) -> list[list[int]]:
    return [[at for at, one in enumerate(examples) if one.set == name] for name in SETS]


def judge_unseen(
    examples: Sequence[Example], folds: Iterable[Sequence[int]], *, is_site_known: bool
) -> dict[str, NDArray[np.float64]]:
    """Log-odds of each page's candidates, by trees that saw none of its fold nor of its sites."""
    odds = {}
    for fold in folds:
        held = {examples[at].site for at in fold}
        model = learn([one for at, one in enumerate(examples)
                       if at not in set(fold) and one.site not in held])  # fmt: skip
        for at in fold:
            rows = examples[at].seen.rows.copy()
            if not is_site_known:
                rows[:, SITE] = 0
            some = model.predict(rows, raw_score=True) if len(rows) else np.zeros(0)
            odds[examples[at].key] = np.asarray(some)
    return odds


def show(title: str, examples: Sequence[Example], odds: dict[str, NDArray[np.float64]]) -> None:
    """F1 of each set, at each cut."""
    metrics = scorer("metrics")
    for cut in CUTS:
        told: dict[str, list[tuple[float | None, float | None]]] = defaultdict(list)
        for one in examples:
            kept = one.seen.decide(list(odds[one.key]), cut).kept
            text = drop_marks(tidy("\n".join(block.text for block in kept)))
            told[one.set].append(metrics.pr(*metrics.body_score(one.gold, text)))
        f1 = {}
        for name, shares in told.items():
            precision = statistics.mean(p for p, _ in shares if p is not None)
            f1[name] = metrics.f1(precision, statistics.mean(r or 0.0 for _, r in shares))
        bad = sum(metrics.f1(p, r) < 0.5 for shares in told.values() for p, r in shares)
        row = "  ".join(f"{name} {f1[name]:.4f}" for name in SETS)
        print(f"{title} cut {cut:+.1f}  {row}  mean {statistics.mean(f1.values()):.4f}  bad {bad}")


def write(model: Model, path: Path = TABLE) -> None:
    """The trees as plain numbers."""
    trees = model.dump_model()["tree_info"]
    lines = ["\t".join(_tokens(tree["tree_structure"])) for tree in trees]
    used = sorted({int(token.partition("<")[0]) for line in lines
                   for token in line.split("\t") if "<" in token})  # fmt: skip
    renamed = {str(number): str(at) for at, number in enumerate(used)}
    lines = ["\t".join(_renamed(token, renamed) for token in line.split("\t")) for line in lines]
    head = "\t".join(COLUMNS[number] for number in used)
    path.write_text(HEAD + "\n".join([head, *lines]) + "\n", "utf-8")
    print(f"{path.name}: {len(trees)} trees, {len(used)} features, {path.stat().st_size} bytes")


def _tokens(node: dict[str, Any]) -> Iterator[str]:
    if "leaf_value" in node:
        yield f"{node['leaf_value']:.4f}"
        return
    if node["split_feature"] == SITE:  # of a site nothing is known
        yield from _tokens(node["left_child" if node["threshold"] >= 0 else "right_child"])
        return
    yield f"{node['split_feature']}<{node['threshold']:.5g}"
    yield from _tokens(node["left_child"])
    yield from _tokens(node["right_child"])


def _renamed(token: str, names: dict[str, str]) -> str:
    feature, border, cut = token.partition("<")
    return f"{names[feature]}<{cut}" if border else token


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="write the table, score nothing")
    wants = parser.parse_args()
    examples = read_examples()
    print(f"{len(examples)} pages, {sum(len(one.seen.rows) for one in examples)} candidates, "
          f"{sum(not one.is_sound for one in examples)} right texts cut short")  # fmt: skip
    if wants.write:
        write(learn(examples))
        return
    for known in (False, True):
        title = f"by site, memory {'on ' if known else 'off'}"
        show(title, examples, judge_unseen(examples, by_site(examples), is_site_known=known))
    show("by set,  memory off", examples,
         judge_unseen(examples, by_set(examples), is_site_known=False))  # fmt: skip


if __name__ == "__main__":
    main()
