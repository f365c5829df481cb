"""Large bodies leave no lasting mark on the memory of a crawl."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs glibc and /proc")

_RESIDENT = """
import sys
from ingest.memory import GrowthWatch, give_back_soon

def resident_mib():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**20

"""
HOLD_AND_DROP = f"""{_RESIDENT}
if sys.argv[1] == "asked":
    assert give_back_soon()
body = bytearray(16 << 20)
del body  # the first large body that is freed teaches glibc to keep the others
before = resident_mib()
kept, bodies = [], []
for _ in range(12):
    bodies.append(bytearray(b"x" * (4 << 20)))
    kept.append(b"y" * 2000)  # what a crawl remembers of each
bodies.clear()
print(resident_mib() - before)
"""
HANG_ON_RINGS = f"""{_RESIDENT}
give_back_soon()
watch = GrowthWatch()
before = most = resident_mib()
for _ in range(12):
    ring = [bytearray(b"x" * (4 << 20))]
    ring.append(ring)
    del ring
    if sys.argv[1] == "asked":
        watch.look()
    most = max(most, resident_mib())
print(most - before)
"""
GROW = f"""{_RESIDENT}
watch = GrowthWatch(grown_bytes=8 << 20)
kept = [bytearray(b"x" * (10 << 20))]
print([watch.look(), watch.look()])
kept.clear()
print([watch.look(), watch.look()])
kept.append(bytearray(b"x" * (10 << 20)))
print([watch.look(), watch.look()])
"""


def _told(script: str, how: str = "asked") -> str:
    return subprocess.run(
        [sys.executable, "-c", script, how], capture_output=True, text=True, check=True
    ).stdout


def test_memory_of_bodies_that_are_gone_is_given_back() -> None:
    assert float(_told(HOLD_AND_DROP, "left to itself")) > 20
    assert float(_told(HOLD_AND_DROP)) < 5


def test_bodies_on_rings_of_objects_are_collected_as_they_come() -> None:
    assert float(_told(HANG_ON_RINGS, "left to itself")) > 40
    assert float(_told(HANG_ON_RINGS)) < 14


def test_nothing_is_collected_where_nothing_grew() -> None:
    assert _told(GROW).splitlines() == ["[True, False]", "[False, False]", "[True, False]"]
