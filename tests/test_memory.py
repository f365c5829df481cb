"""Large bodies leave no lasting mark on the memory of a crawl."""

from __future__ import annotations

import subprocess
import sys

import pytest

HOLD_AND_DROP = """
import sys
from ingest.memory import give_back_soon

def resident_mib():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**20

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


def left_mib(how: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", HOLD_AND_DROP, how], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="needs glibc and /proc")
def test_memory_of_bodies_that_are_gone_is_given_back() -> None:
    assert left_mib("left to itself") > 20
    assert left_mib("asked") < 5
