"""An error that one page meets costs that page; a corpus that takes nothing ends the run."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from ingest.errors import CorpusLocked
from ingest.extensions import _BENCHES
from ingest.items import FailedFetch, Outcome
from ingest.log import get
from ingest.pipelines import JudgePipeline
from ingest.stages import Stopwatch
from tests.rows import NOW

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FETCHED = FailedFetch(
    page=1, url="http://a.test/1", outcome=Outcome.GONE, reason="http 404", status=404,
    fetched_at=NOW,
)  # fmt: skip


class Engine:
    def __init__(self) -> None:
        self.closed: list[str] = []

    async def close_spider_async(self, *, reason: str) -> None:
        self.closed.append(reason)


class Intake:
    """Takes what comes as it is told to."""

    def __init__(self, *ends: Exception | None) -> None:
        self.ends = list(ends)
        self.stopwatch = Stopwatch()
        self.taken: list[str] = []

    def take_failure(self, failed: FailedFetch) -> Outcome:
        if (error := self.ends.pop(0)) is not None:
            raise error
        self.taken.append(failed.reason)
        return failed.outcome


class Crawler:
    stats = None

    def __init__(self) -> None:
        self.engine = Engine()


def taken(*ends: Exception | None) -> tuple[Any, Sequence[str]]:
    """The bench after one page, and why the run was closed."""
    crawler: Any = Crawler()
    losses: list[BaseException] = []
    bench: Any = SimpleNamespace(
        intake=Intake(*ends), log=get("test"), handed_in=1, trouble=None, gives_back=False,
        lose=losses.append, losses=losses,
    )  # fmt: skip
    _BENCHES[crawler] = bench

    async def take() -> None:
        JudgePipeline(crawler).process_item(FETCHED)
        await asyncio.sleep(0)

    asyncio.run(take())
    return bench, crawler.engine.closed


def test_error_of_ours_costs_its_page_and_is_its_outcome() -> None:
    bench, closed = taken(ValueError("odd page"), None)

    assert (bench.intake.taken, bench.handed_in, len(bench.losses)) == (
        ["ValueError: odd page"], 1, 1,
    )  # fmt: skip
    assert closed == []


@pytest.mark.parametrize(
    ("ends", "losses"),
    [((0,), 0), ((1, 0), 1), ((1, 1), 1)],
    ids=["locked", "locked when told of the loss", "broken when told of the loss"],
)
def test_page_whose_end_cannot_be_written_goes_back_and_ends_the_run(
    tmp_path: Path, ends: Sequence[int], losses: int
) -> None:
    errors = (CorpusLocked("the corpus is held", path=tmp_path), ValueError("odd page"))
    bench, closed = taken(*(errors[one] for one in ends))

    assert (bench.handed_in, len(bench.losses), closed) == (0, losses, ["trouble"])
    assert bench.trouble == (str(errors[0]) if ends[-1] == 0 else repr(errors[1]))
