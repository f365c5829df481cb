"""What was read of a stream, kept in the corpus, and what is to be read next."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from ingest.gdelt.files import STEP, floor, stamp_of
from ingest.gdelt.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = ["Plan", "Progress", "days"]

_MOST_TRIES = 3  # of a file that comes damaged


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The files that a run reads, in this order."""

    news: tuple[datetime, ...] = ()  #: the last ones, the newest first
    past: tuple[datetime, ...] = ()  #: of the days to be read back, the oldest first
    is_whole: bool = True  #: nothing is left for another run
    given_up: int = 0  #: missed files that are too old to be made up for


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a stream was read; the same whatever order its files came in."""

    seeds: str  #: digest of the seed set by whose topic the files were read
    read: Spans = field(default_factory=Spans)
    followed_since: datetime | None = None  #: the first file that came while it was read
    tries: Mapping[str, int] = field(default_factory=dict)  #: of damaged files, by stamp

    def by(self, seeds: str) -> Progress:
        """This, as it counts for the seed set in force.

        What was read for other seeds was not read for these; only the place in the stream stays.
        """
        if seeds == self.seeds:
            return self
        last = self.read.spans[-1][1] if self.followed_since and self.read.spans else None
        read = Spans().with_time(last) if last else Spans()
        return Progress(seeds=seeds, read=read, followed_since=last)

    def plan(
        self,
        newest: datetime,
        *,
        catch_up: timedelta,
        past: tuple[datetime, datetime] | None,
        follows: bool = True,
        limit: int | None = None,
    ) -> Plan:
        """What to read, the newest file known.

        Args:
            newest: its time.
            catch_up: how far missed files are made up for.
            past: first and last time to be read back; None: nothing is.
            follows: whether the last files are read, too.
            limit: files at most; None: however many there are.
        """
        wanted: list[datetime] = []
        given_up = 0
        if follows:
            start = self.followed_since or newest
            least = max(start, floor(newest - catch_up))
            wanted = [*reversed([*self.read.missing(least, newest)])]
            given_up = sum(1 for _ in self.read.missing(start, least - STEP))
        back = self.read.missing(past[0], min(past[1], newest)) if past else iter(())
        is_news = set(wanted)
        older = (at for at in back if at not in is_news)
        if limit is None:
            return Plan(news=tuple(wanted), past=tuple(older), given_up=given_up)
        news = tuple(wanted[:limit])
        rest = list(islice(older, limit - len(news) + 1))
        chosen = tuple(rest[: limit - len(news)])
        is_whole = len(news) == len(wanted) and len(chosen) == len(rest)
        return Plan(news=news, past=chosen, is_whole=is_whole, given_up=given_up)

    def after_gap(self, newest: datetime, catch_up: timedelta) -> Progress:
        """This, with what is too old to be made up for given up for good."""
        if self.followed_since is None:
            return self
        return replace(self, followed_since=max(self.followed_since, floor(newest - catch_up)))

    def with_read(self, at: datetime, *, follows: bool) -> Progress:
        """This and a file that was read, or that does not exist."""
        left = {stamp: tries for stamp, tries in self.tries.items() if stamp != stamp_of(at)}
        since = self._since(at) if follows else self.followed_since
        return replace(self, read=self.read.with_time(at), followed_since=since, tries=left)

    def with_damaged(self, at: datetime, *, follows: bool) -> Progress:
        """This and a file that came damaged; after some tries it counts as read."""
        tries = self.tries.get(stamp_of(at), 0) + 1
        if tries >= _MOST_TRIES:
            return self.with_read(at, follows=follows)
        since = self._since(at) if follows else self.followed_since
        return replace(self, followed_since=since, tries={**self.tries, stamp_of(at): tries})

    def _since(self, at: datetime) -> datetime:
        return at if self.followed_since is None else min(at, self.followed_since)

    def to_json(self) -> str:
        """For storing; `from_json` gives it back."""
        since = self.followed_since
        return json.dumps(
            {
                "seeds": self.seeds,
                "read": self.read.stamps(),
                "followed_since": stamp_of(since) if since else None,
                "tries": dict(sorted(self.tries.items())),
            }
        )

    @classmethod
    def from_json(cls, stored: str | None, *, seeds: str) -> Progress:
        """What was stored, as it counts for these seeds; None: nothing was."""
        if stored is None:
            return cls(seeds=seeds)
        told = json.loads(stored)
        since = told["followed_since"]
        return cls(
            seeds=told["seeds"],
            read=Spans.of_stamps(told["read"]),
            followed_since=Spans.of_stamps([(since, since)]).spans[0][0] if since else None,
            tries=told["tries"],
        ).by(seeds)


def days(first: date, last: date) -> tuple[datetime, datetime]:
    """The times of the first and the last file of some days, both whole."""
    start = datetime.combine(first, time.min, tzinfo=UTC)
    return start, datetime.combine(last, time.min, tzinfo=UTC) + timedelta(days=1) - STEP
