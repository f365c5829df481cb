"""Crawls that ended before they opened a run: no row of `runs` tells of them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ingest.text import clean_controls
from ingest.times import iso

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from ingest.corpus import Corpus

__all__ = ["Unbegun", "note_begun", "note_unbegun", "unbegun"]

_STATE = "unbegun"  # in `topic_state`
_SAID_CHARS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbegun:
    """The last crawl of a spider, which ended before it opened a run."""

    spider: str
    at: str  #: UTC, ISO 8601
    times: int  #: so often in a row
    said: str  #: how it ended


def unbegun(corpus: Corpus) -> list[Unbegun]:
    """Each spider whose last crawl ended so."""
    return [Unbegun(**one) for one in json.loads(corpus.state(_STATE) or "[]")]


def note_unbegun(corpus: Corpus, spider: str, said: str, *, now: datetime) -> None:
    """Remember a crawl that ended so."""
    with corpus.transaction():
        known = {one.spider: one for one in unbegun(corpus)}
        times = known[spider].times + 1 if spider in known else 1
        plain = clean_controls(said)[:_SAID_CHARS]
        known[spider] = Unbegun(spider=spider, at=iso(now), times=times, said=plain)
        _store(corpus, known.values())


def note_begun(corpus: Corpus, spiders: Collection[str]) -> None:
    """Forget it of spiders that opened a run, or that nobody asks for any more."""
    found = unbegun(corpus)
    left = [one for one in found if one.spider not in spiders]
    if left != found:
        _store(corpus, left)


def _store(corpus: Corpus, found: Collection[Unbegun]) -> None:
    corpus.set_state(_STATE, json.dumps([asdict(one) for one in found]))
