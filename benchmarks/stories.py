"""Threads within a topic, against labelled stories: `python -m benchmarks.stories [--check]`.

`web`: all articles of the 17 labelled stories together, each to be threaded with its like.
`twins`: 25 topics of about 20 texts, each two like events (two earthquakes, two trials); no dates.
Each is threaded as the program does it, with a lexicon that knows no seeds and with one learned
from a mix of articles, and by single-pass TF-IDF clustering, which is told the idf of the whole
collection. Besides the cuts as they ship: cuts chosen on one half of the stories and scored on the
other, both ways; and, for the peer, the cut that happens to be best.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import math
import random
import statistics
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ingest.features import Lexicon, learn_lexicon
from ingest.stories.threads import WINDOW, Cuts, Telling, thread
from ingest.stories.weighing import read_article
from ingest.text import words
from ingest.topic.vectors import dot, length, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from ingest.stories.weighing import Features

    Threading: TypeAlias = "Callable[[float], list[int]]"  # from a cut to the thread of each text
    Method: TypeAlias = "Callable[[Sequence[Text]], Threading]"

FOLDER = Path(__file__).parents[1].parent / "shared" / "eval" / "relevance" / "data"
DIGESTS = {  # sha256 of the files, first 16 digits
    "web": "316c880216db23f0",
    "ecb": "a5c38d3ce93bff2a",
}
#: Pairwise F1 of the shipped cuts may not fall below; two points under what was measured.
FLOORS = {"web": 0.90, "twins": 0.80}

_OLDEST = datetime(1, 1, 1, tzinfo=UTC)
_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
_NOTHING = Lexicon(languages=("en",), names=frozenset(), vocabulary=frozenset())
_CUTS = tuple(step / 100 for step in range(5, 31))
_SEEDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A labelled text."""

    id: str
    at: datetime
    title: str
    text: str = field(repr=False)
    story: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How a threading agrees with the labels; all 0..1."""

    precision: float  #: of pairs of articles put together
    recall: float
    b_cubed: float  #: F1 (Bagga and Baldwin 1998)

    @property
    def f1(self) -> float:
        """Of pairs."""
        return harmonic(self.precision, self.recall)


def harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0


def agreement(labels: Sequence[Hashable], found: Sequence[Hashable]) -> Agreement:
    """Hold threads against labels, one of each an article."""
    both = Counter(zip(labels, found, strict=True))
    said, true = Counter(found), Counter(labels)
    right = _pairs(both.values())
    b_precision = sum(n * n / said[thread] for (_, thread), n in both.items()) / len(labels)
    b_recall = sum(n * n / true[label] for (label, _), n in both.items()) / len(labels)
    return Agreement(
        precision=right / (_pairs(said.values()) or 1),
        recall=right / (_pairs(true.values()) or 1),
        b_cubed=harmonic(b_precision, b_recall),
    )


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def read_collection(name: str) -> list[list[Text]]:
    """The topics of a collection, each with its texts in order of time."""
    path = FOLDER / f"{'web' if name == 'web' else 'ecb'}.jsonl.xz"
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    topics: dict[str, list[Text]] = {}
    for row in rows:
        related = [story for story, verdict in row["rel"].items() if verdict == 1]
        if len(related) == 1:
            topics.setdefault(row.get("topic", ""), []).append(_text(row, related[0]))
    return [sorted(topics[key], key=lambda one: (one.at, one.id)) for key in sorted(topics)]


def _text(row: dict[str, Any], story: str) -> Text:
    date = row.get("date")
    at = datetime.fromisoformat(date).replace(tzinfo=UTC) if date else _UNDATED
    return Text(
        id=row["url"] or row["id"], at=at, title=row["title"], text=row["text"], story=story
    )


def ours(texts: Sequence[Text], seeds: int = 0) -> Threading:
    """As the program threads, knowing so many of the texts as seeds."""
    chosen = random.Random(len(texts)).sample(texts, min(seeds, len(texts)))
    told = [f"{one.title}\n{one.text}" for one in chosen]
    lexicon = learn_lexicon(told) if told else _NOTHING

    def read(one: Text) -> Features:
        return read_article(one.title, one.text, language="en", lexicon=lexicon)

    prior = [read(one) for one in chosen]
    tellings = [
        Telling(article=number, at=one.at, language="en", features=read(one))
        for number, one in enumerate(texts)
    ]

    def threaded(cut: float) -> list[int]:
        cuts = replace(Cuts(), whole=cut)
        found = thread(tellings, lexicon=lexicon, seeds=prior, since=_OLDEST, cuts=cuts)
        place = {
            article: number for number, one in enumerate(found.threads) for article in one.articles
        }
        return [place[number] for number in range(len(texts))]

    return threaded


def single_pass(texts: Sequence[Text]) -> Threading:
    """The peer: each text joins the nearest centroid of the last month, or opens one."""
    counts = [Counter(words(f"{one.title}\n{one.text}")) for one in texts]
    df = Counter(word for one in counts for word in one)
    vectors = [
        unit({w: (1 + math.log(n)) * math.log(len(texts) / df[w]) for w, n in one.items()})
        for one in counts
    ]

    def threaded(cut: float) -> list[int]:
        sums: list[dict[str, float]] = []
        last: list[datetime] = []
        found = []
        for one, vector in zip(texts, vectors, strict=True):
            near = [
                (dot(vector, total) / (length(total) or 1.0), number)
                for number, total in enumerate(sums)
                if one.at - last[number] <= WINDOW
            ]
            likeness, best = max(near, default=(0.0, 0))
            if likeness < cut:
                best = len(sums)
                sums.append({})
                last.append(one.at)
            for word, weight in vector.items():
                sums[best][word] = sums[best].get(word, 0.0) + weight
            last[best] = one.at
            found.append(best)
        return found

    return threaded


def mean(agreements: Sequence[Agreement]) -> Agreement:
    return Agreement(
        precision=statistics.fmean(one.precision for one in agreements),
        recall=statistics.fmean(one.recall for one in agreements),
        b_cubed=statistics.fmean(one.b_cubed for one in agreements),
    )


def scored(topics: Sequence[Sequence[Text]], make: Method, cut: float) -> Agreement:
    """The mean over topics at one cut."""
    return mean([agreement([one.story for one in texts], make(texts)(cut)) for texts in topics])


def best_cut(topics: Sequence[Sequence[Text]], make: Method) -> tuple[float, Agreement]:
    """The cut that happens to be best, the lowest of equals."""
    made = [(make(texts), [one.story for one in texts]) for texts in topics]
    tried = [
        (cut, mean([agreement(labels, threaded(cut)) for threaded, labels in made]))
        for cut in _CUTS
    ]
    return max(tried, key=lambda one: one[1].f1)


def crossed(topics: Sequence[Sequence[Text]], make: Method) -> tuple[list[float], Agreement]:
    """Cuts chosen on every other story, or topic, and scored on the rest, both ways."""
    halves = split(topics)
    cuts = [best_cut(half, make)[0] for half in halves]
    other = [scored(halves[1 - place], make, cut) for place, cut in enumerate(cuts)]
    return cuts, mean(other)


def split(topics: Sequence[Sequence[Text]]) -> list[list[list[Text]]]:
    """Two halves: of the topics, or of the stories where there is one topic only."""
    if len(topics) > 1:
        return [[list(one) for one in topics[start::2]] for start in (0, 1)]
    stories = sorted({one.story for one in topics[0]})
    return [
        [[one for one in topics[0] if stories.index(one.story) % 2 == start]] for start in (0, 1)
    ]


def table() -> list[str]:
    """All methods on all collections, as a table."""
    methods: dict[str, Method] = {
        "ours": ours,
        f"ours, {_SEEDS} seeds": partial(ours, seeds=_SEEDS),
        "single-pass TF-IDF": single_pass,
    }
    lines = [
        "| collection | method | cut | precision | recall | F1 | B³ F1 |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in FLOORS:
        topics = read_collection(name)
        for told, make in methods.items():
            if make is not single_pass:
                at = Cuts().whole
                lines.append(_line(name, told, f"{at:.2f}, as shipped", scored(topics, make, at)))
            cuts, found = crossed(topics, make)
            how = ", ".join(f"{cut:.2f}" for cut in cuts)
            lines.append(_line(name, told, f"{how}, of the other half", found))
            cut, found = best_cut(topics, make)
            lines.append(_line(name, told, f"{cut:.2f}, best of all", found))
    return lines


def _line(name: str, told: str, cut: str, found: Agreement) -> str:
    figures = (found.precision, found.recall, found.f1, found.b_cubed)
    return f"| {name} | {told} | {cut} | " + " | ".join(f"{one:.3f}" for one in figures) + " |"


def check() -> list[str]:
    """What is wrong: other data than was measured, or a figure below its floor."""
    wrong = []
    for name, digest in DIGESTS.items():
        read = hashlib.sha256((FOLDER / f"{name}.jsonl.xz").read_bytes()).hexdigest()[:16]
        if read != digest:
            wrong.append(f"{name}: the data is not what the floors were measured on ({read})")
    for name, floor in FLOORS.items():
        found = scored(read_collection(name), ours, Cuts().whole).f1
        print(f"{name}: F1 {found:.3f}, floor {floor:.3f}")
        if found < floor:
            wrong.append(f"{name}: F1 {found:.3f} is below {floor:.3f}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only against the floors")
    asked = parser.parse_args()
    if not FOLDER.exists():
        print("the labelled stories are not here; nothing was measured", file=sys.stderr)
        return 0
    if asked.check:
        wrong = check()
        print(*wrong, sep="\n", end="\n" * bool(wrong), file=sys.stderr)
        return 1 if wrong else 0
    print(*table(), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
