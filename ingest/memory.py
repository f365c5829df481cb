"""Memory that large bodies took is given back to the system when they are gone."""

from __future__ import annotations

import ctypes
import gc
import resource
import sys
from pathlib import Path

__all__ = ["GrowthWatch", "give_back_soon"]

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


_GROWN_BYTES = 8 * 1024 * 1024  # the largest body; six collections in a crawl of 300 good pages


class GrowthWatch:
    """Has unreachable objects collected each time the process has grown.

    Python looks for rings of objects by how many there are, not by what they hold: a body that was
    refused hangs on the ring of its error, traceback and frames, and ten bodies of 8 MB are few
    objects. The 68 attacks of tests/test_hostile_http.py left 80 MB there.
    """

    def __init__(self, grown_bytes: int = _GROWN_BYTES) -> None:
        self.grown_bytes = grown_bytes
        self._least = _resident_bytes()

    def look(self) -> bool:
        """Collect if there is need; whether it was done."""
        resident = _resident_bytes()
        if resident < self._least + self.grown_bytes:
            self._least = min(self._least, resident)
            return False
        gc.collect()
        self._least = _resident_bytes()
        return True


def _resident_bytes() -> int:
    """Memory that this process holds, proc(5); 0 where the system does not tell it so."""
    try:
        pages = int(Path("/proc/self/statm").read_bytes().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize()
