"""Memory that large bodies took is given back to the system when they are gone."""

from __future__ import annotations

import ctypes
import sys

__all__ = ["give_back_soon"]

# mallopt(3). Left to itself glibc moves its thresholds up with the first large body that it frees,
# keeps all of the next ones, and does so in an arena for each thread: the 68 attacks of
# tests/test_hostile_http.py took a crawl to 322 MB, and take it to 300.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_LARGE_BYTES = 256 * 1024
_KEPT_BYTES = 4 * 1024 * 1024  # at the end of the heap: trimming has its price
_ARENAS = 2


def give_back_soon() -> bool:
    """Tell the allocator so, for this process and those it forks; whether it understood."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is None:  # not glibc
        return False
    wishes = (
        (_MMAP_THRESHOLD, _LARGE_BYTES),
        (_TRIM_THRESHOLD, _KEPT_BYTES),
        (_ARENA_MAX, _ARENAS),
    )
    understood = [mallopt(name, value) for name, value in wishes]  # each, whatever the others say
    return all(understood)
