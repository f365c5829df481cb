"""How long the stages of a run take: fetching, reading, judging, comparing, storing."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["RunStage", "Stopwatch"]


class RunStage(StrEnum):
    """What is timed; a page goes through them in this order."""

    FETCH = "fetch"  #: from the request to the last byte, of every request
    EXTRACT = "extract"  #: reading a page, with the wait for a reader that is free
    RELEVANCE = "relevance"  #: scoring a text against the topic
    RELATION = "relation"  #: comparing a text with the corpus
    STORE = "store"  #: all else from the verdict to the end of the transaction


@dataclass(kw_only=True)
class Stopwatch:
    """Seconds by stage; of what goes on side by side, each counts."""

    seconds: dict[str, float] = field(default_factory=dict)
    _within_s: float = 0.0  # taken by stages inside of the present one

    def add(self, stage: RunStage, seconds: float) -> None:
        """Count what was timed elsewhere."""
        self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds

    @contextmanager
    def during(self, stage: RunStage) -> Iterator[None]:
        """Time what does not wait for the event loop, less the stages inside of it."""
        before, self._within_s = self._within_s, 0.0
        began = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - began
            self.add(stage, spent - self._within_s)
            self._within_s = before + spent
