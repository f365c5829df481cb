"""How fast a corpus answers readers: `python -m benchmarks.reading [--articles N] [--check]`.

`--write` writes the figures into `docs/benchmarks.md`. Every page of ours, every saved query, every
table and view, as Datasette serves them to a browser: the median of three answers after a first, in
milliseconds of processor time, which is what a machine with nothing else to do takes.
The corpus is made for it (`benchmarks/big_corpus.py`, and in it the extremes of
`benchmarks/extreme_corpus.py`, which are a kind of their own) and kept with `--keep FILE`.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.big_corpus import COPIES_PER_ARTICLE, build_corpus
from benchmarks.extreme_corpus import GIANT_ARTICLE, GIANT_STORY, add_extremes
from benchmarks.real_web import replace_block
from ingest.corpus import patience
from ingest.web.descriptions import SHOWN
from ingest.web.pages import PAGES
from ingest.web.queries import QUERIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
LIMIT_MS = 300
_LEFT_OUT = "Left out, because"  # what a page says of a part that took too long
EXTREME = "extreme"  #: kind whose pages may leave parts out
#: A view that lists every kept page is counted as well as shown; Datasette gives it a second.
_LIMITS_MS = {"table": 500}
_TIMES = 3
#: So that a busy machine stops no answer that is to be measured.
_PATIENT = {"sql_time_limit_ms": 20_000, "facet_time_limit_ms": 20_000}
_ASKED = {
    "search": "?words=bala+kevov",
    "why_address": "?url=outlet3.test/12",
    "one_story_in_order": "?story={story}",
    "silent_outlets": "?story={story}&but_not=2",
}
_KEYS = {
    "outlet": "outlet0.test", "story": "{story}", "seeds": None, "completeness": None,
    "matrix": None, "front": None,
}  # fmt: skip


def addresses(*, story: int = 1) -> dict[str, list[str]]:
    """What is asked for, by kind, within the corpus; `story` stands for all."""
    pages = [
        f"/-/{name}" + (f"/{key.replace('.', '~2E')}" if key else "")
        for name, key in ((name, _KEYS.get(name, "1")) for name in PAGES)
    ]
    asked = {
        "page": [
            *pages,
            "/-/matrix?outlet=outlet0.test",
            "/-/matrix?since=2025-01-01",
            "/-/matrix?until=2026-01-01",
        ],
        EXTREME: [
            f"/-/article/{GIANT_ARTICLE}",
            f"/-/story/{GIANT_STORY}",
            f"/-/matrix?story={GIANT_STORY}",
            f"/one_story_in_order?story={GIANT_STORY}",
            f"/silent_outlets?story={GIANT_STORY}&but_not=2",
            f"/silent_outlets?story=2&but_not={GIANT_STORY}",
            f"/-/feed/story.atom?story={GIANT_STORY}",
        ],
        "feed": ["/-/feed/latest.atom", "/-/feed/search.atom?words=bala+kevov"],
        "query": [f"/{query.name}{_ASKED.get(query.name, '')}" for query in QUERIES],
        "table": [f"/{name}" for name in SHOWN],
    }
    return {
        kind: [one.replace("{story}", str(story)) for one in some] for kind, some in asked.items()
    }


def measure(path: Path, asked: Mapping[str, Sequence[str]]) -> dict[str, dict[str, float]]:
    """Milliseconds of each answer, by kind and address; not a number where there was none."""
    from datasette.app import Datasette

    async def run() -> dict[str, dict[str, float]]:
        datasette = Datasette([str(path)], settings=_PATIENT)
        base = str(datasette.urls.database(path.stem))
        return {
            kind: {
                one: await _time_of(datasette, f"{base}{one}", is_whole=kind != EXTREME)
                for one in some
            }
            for kind, some in asked.items()
        }

    told_by, patience.clock_s = patience.clock_s, time.process_time
    try:
        return asyncio.run(run())
    finally:
        patience.clock_s = told_by


async def _time_of(datasette: Any, address: str, *, is_whole: bool) -> float:
    taken = []
    for _ in range(_TIMES + 1):
        began = time.process_time()
        answer = await datasette.client.get(address)
        taken.append((time.process_time() - began) * 1000)
        if answer.status_code != 200 or (is_whole and _LEFT_OUT in answer.text):
            return float("nan")
    return statistics.median(taken[1:])


def lines_of(told: Mapping[str, Mapping[str, float]], path: Path, articles: int) -> list[str]:
    """The figures as a table, the slowest of each kind first."""
    size = path.stat().st_size / 1e6
    lines = [
        f"{articles:,} articles, {articles * COPIES_PER_ARTICLE:,} copies, {size:,.0f} MB.",
        "",
        "| kind | how many | median, ms | slowest, ms | over the limit |",
        "|---|---|---|---|---|",
    ]
    for kind, times in told.items():
        slowest = max(times, key=lambda one: _sortable(times[one]))
        over = [one for one in times if not times[one] < _limit_ms(kind)]
        median = statistics.median(map(_sortable, times.values()))
        named = ", ".join(f"`{one}` {times[one]:.0f}" for one in over) or "none"
        lines.append(
            f"| {kind} | {len(times)} | {median:.0f} | {times[slowest]:.0f} (`{slowest}`) "
            f"| {named} |"
        )
    return lines


def _sortable(taken: float) -> float:
    return taken if taken == taken else float("inf")  # noqa: PLR0124  # not a number


def over(told: Mapping[str, Mapping[str, float]]) -> Iterable[str]:
    """A line for each address that took too long, or failed."""
    for kind, times in told.items():
        for one, taken in times.items():
            if not taken < _limit_ms(kind):
                yield f"{kind} {one}: {taken:.0f} ms, limit {_limit_ms(kind)}"


def _limit_ms(kind: str) -> int:
    return _LIMITS_MS.get(kind, LIMIT_MS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; exit code 1 when one is over the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="use this corpus, or make it there")
    parser.add_argument("--check", action="store_true", help="fail over the limit")
    parser.add_argument("--write", action="store_true", help="write into docs/benchmarks.md")
    parser.add_argument("-v", "--verbose", action="store_true", help="every address")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = asked.keep or Path(folder) / "corpus.db"
        if not path.exists():
            build_corpus(path, articles=asked.articles)
            add_extremes(path)
        told = measure(path, addresses())
        lines = lines_of(told, path, asked.articles)
    print("\n".join(lines))
    if asked.verbose:
        for kind, times in told.items():
            for one in sorted(times, key=lambda one: -_sortable(times[one])):
                print(f"{kind:6} {times[one]:8.0f} ms  {one}")
    slow = list(over(told))
    print("\n".join(slow), file=sys.stderr)
    if asked.write:
        replace_block(PAGE, "reading", lines)
    return int(asked.check and bool(slow))


if __name__ == "__main__":
    sys.exit(main())
