"""What a topic gains by following its story: `python -m benchmarks.drift`.

Each story of the labelled web collection is told day by day. Its four earliest articles are the
seeds; the articles of a day are scored by what was learned before that day. Measured is the later
half of the story, by the topic that stays and by the one that drifts.
"""

from __future__ import annotations

import itertools
import json
import lzma
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.items import SeedDocument, SeedSet
from ingest.topic import learn_topic
from ingest.topic.drift import is_sure, near_no_seed, with_drift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.topic import Topic

COLLECTION = Path(__file__).parents[1].parent / "shared" / "eval" / "relevance" / "data"
_SEEDS = 4
_LEAST_ARTICLES = 10  # of a story, to have a later half
_LEAST_CHARS = 300  # of a seed, as in the scorer of the collection
_AT_HAND = 600  # unrelated texts a story is told among: those that score highest


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text of the collection, as a story sees it."""

    date: str
    headline: str
    whole: str
    is_related: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How one way of scoring told the later half of a story from the rest; all 0..1."""

    f1: float
    best_f1: float
    ap: float


def main() -> int:
    if not COLLECTION.exists():
        sys.stderr.write("the evaluation texts are not here; nothing was measured\n")
        return 0
    with lzma.open(COLLECTION / "web.jsonl.xz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    stories = sorted({name for row in rows for name in row["rel"]})
    told: dict[str, list[tuple[Figures, Figures]]] = {"text": [], "headline": []}
    for name in stories:
        story = _story(rows, name)
        if story is None:
            continue
        topic, texts = story
        drifted = _days(topic, texts)
        for kind, found in told.items():
            found.append((_measured(texts, kind, [topic] * len(texts)),
                          _measured(texts, kind, drifted)))  # fmt: skip
        far = near_no_seed(topic, [one.whole for one in texts if one.is_related])
        print(f"{name}: {len(texts)} texts, near no seed {far:.2f} of the related", flush=True)
    print("\n| scored by | drift | F1 at its cut | best F1 | AP |\n|---|---|---|---|---|")
    for kind, found in told.items():
        for at, way in enumerate(("off", "on")):
            shown = [pair[at] for pair in found]
            means = [statistics.fmean(getattr(one, name) for one in shown)
                     for name in Figures.__dataclass_fields__]  # fmt: skip
            print(f"| {kind} | {way} |", " | ".join(f"{mean:.3f}" for mean in means), "|")
    return 0


def _story(rows: Sequence[dict[str, Any]], name: str) -> tuple[Topic, list[Text]] | None:
    """The topic of the first articles of a story, and the later texts it is told among."""
    dated = sorted(rows, key=lambda row: (row["date"], row["id"]))
    related = [row for row in dated if row["rel"].get(name) == 1]
    seeds = [row for row in related if len(row["text"]) > _LEAST_CHARS][:_SEEDS]
    if len(related) < _LEAST_ARTICLES:
        return None
    documents = tuple(_seed(number, row) for number, row in enumerate(seeds, 1))
    topic = learn_topic(SeedSet(documents=documents, digest=name))
    known = {row["id"] for row in seeds}
    texts = [
        Text(
            date=row["date"], headline=row["title"], whole=f"{row['title']}\n{row['text']}",
            is_related=row["rel"].get(name) == 1,
        )
        for row in dated
        if row["id"] not in known and row["rel"].get(name) != 0 and row["date"] >= seeds[0]["date"]
    ]  # fmt: skip
    unrelated = [one for one in texts if not one.is_related]
    nearest = sorted(unrelated, key=lambda one: -topic.ratio(one.whole))[:_AT_HAND]
    return topic, [one for one in texts if one.is_related or one in nearest]


def _seed(number: int, row: dict[str, Any]) -> SeedDocument:
    return SeedDocument(
        id=number, file=row["id"], raw=row["text"], title=row["title"], text=row["text"],
        language=None, published=None, sha256=row["id"],
    )  # fmt: skip


def _days(topic: Topic, texts: Sequence[Text]) -> list[Topic]:
    """For each text, the topic that learned from the days before it."""
    learned: list[str] = []
    found: list[Topic] = []
    for _, day in itertools.groupby(texts, key=lambda one: one.date):
        now = with_drift(topic, learned)
        today = list(day)
        found += [now] * len(today)
        learned += [one.whole for one in today if is_sure(topic, one.whole)]
    return found


def _measured(texts: Sequence[Text], kind: str, topics: Sequence[Topic]) -> Figures:
    """Of the later half of a story; ties count against the method."""
    dates = [one.date for one in texts if one.is_related]
    middle = dates[len(dates) // 2]
    scored = sorted(
        (-topic.ratio(one.whole if kind == "text" else one.headline), one.is_related)
        for one, topic in zip(texts, topics, strict=True)
        if one.date >= middle
    )
    related = sum(is_related for _, is_related in scored)
    hits, precisions, best = 0, 0.0, 0.0
    for place, (_, is_related) in enumerate(scored, 1):
        hits += is_related
        precisions += hits / place if is_related else 0.0
        best = max(best, 2 * hits / (place + related))
    kept = [is_related for ratio, is_related in scored if ratio <= -1]
    return Figures(f1=2 * sum(kept) / (len(kept) + related), best_f1=best, ap=precisions / related)


if __name__ == "__main__":
    sys.exit(main())
