"""Shards are handed out a few ahead, made in any order, and given back in their own."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest import log
from ingest.bulk.shards import is_whole
from ingest.errors import CrawlError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from ingest.bulk.crew import Crew, Working
    from ingest.bulk.making import Made, Shard

__all__ = ["in_order"]

_log = log.get(__name__)
_AHEAD = 2  # shards for each worker, made or being made; bounds what lies on the disk
_LOOK_S = 0.05
_TRIES = 4  # of a shard whose worker died; one death may cost all who work beside it their shard


@dataclass
class _Handed:
    shard: Shard
    working: Working | None  #: None: it was finished before
    tries: int = 1


def in_order(
    shards: Iterable[Shard],
    crew: Callable[[], Crew],
    *,
    is_stopped: Callable[[], bool],
    on_made: Callable[[Shard, Made | None], None],
    on_look: Callable[[], None] = lambda: None,
) -> Generator[Shard, None, None]:
    """Each shard once its file is there; ends early when told to stop.

    Args:
        shards: asked for as they can be handed out.
        crew: asked for when there is one to be made.
        is_stopped: asked often.
        on_made: told of each that is there, with what its making told; None: it was there before.
        on_look: called often while nothing is there.

    Raises:
        CrawlError: the workers of one shard died, again and again.
    """
    coming = iter(shards)
    ahead: deque[_Handed] = deque()
    is_open, most = True, 1
    try:
        while True:
            while is_open and len(ahead) < most:
                shard = next(coming, None)
                if shard is None:
                    is_open = False
                    break
                is_there = is_whole(shard.path)
                ahead.append(_Handed(shard, None if is_there else crew().submit(shard)))
                if not is_there:
                    most = _AHEAD * crew().size + 1
            if not ahead:
                return
            handed = ahead.popleft()
            made = None
            if handed.working is not None:
                made = _made(handed, crew(), is_stopped, on_look)
                if made is None:
                    return
            on_made(handed.shard, made)
            yield handed.shard
    finally:
        for one in ahead:
            if one.working is not None:
                one.working.cancel()


def _made(
    handed: _Handed, crew: Crew, is_stopped: Callable[[], bool], on_look: Callable[[], None]
) -> Made | None:
    """What came of a shard; None: it was not waited for."""
    while handed.working is not None:
        while not handed.working.done():
            if is_stopped():
                return None
            on_look()
            time.sleep(_LOOK_S)
        try:
            return handed.working.result()
        except crew.lost as exc:
            if is_stopped():
                return None
            if handed.tries >= _TRIES:
                raise CrawlError(f"the workers of {handed.shard.name} died: {exc}") from exc
            _log.warning("worker died", shard=handed.shard.name, tries=handed.tries)
            handed.tries += 1
            handed.working = crew.submit(handed.shard)
    return None
