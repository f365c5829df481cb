"""How fast the topic is: texts a second and core, seconds to build it and to import it, memory."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.adapters import topic
from benchmarks.relevance.groups import build_groups
from ingest.seedset import load_seed_set
from ingest.topic import learn_topic

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["throughput"]

SEEDS = Path(__file__).parents[2] / "seeds"

_ROUNDS = 5
_TEXTS = 3000
_IMPORT = (
    "import time; started = time.process_time(); import ingest.topic; "
    "print(time.process_time() - started)"
)


def throughput() -> dict[str, float]:
    """CPU time of one core, the median of five rounds; memory is the peak of a fresh process."""
    figures = {
        "import, s": median(_import_s() for _ in range(_ROUNDS)),
        "topic of our five seeds, first in its process, s": median(
            _in_child()["build_s"] for _ in range(_ROUNDS)
        ),
        "topic of our five seeds, again, s": median(
            _timed(lambda: learn_topic(load_seed_set(SEEDS))) for _ in range(_ROUNDS)
        ),
        "peak memory, MiB": _in_child()["peak_mib"],
    }
    for mode in ("full", "head"):
        (group,) = build_groups(("web",), (mode,), ("noisy",), 1)
        scorer = topic(group.tasks[0].seeds)
        texts = group.texts[:_TEXTS]
        spent_s = median(_timed(lambda: scorer(texts)) for _ in range(_ROUNDS))  # noqa: B023
        figures[f"texts a second, {mode}"] = len(texts) / spent_s
    return figures


def _timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _import_s() -> float:
    told = subprocess.run(
        [sys.executable, "-c", _IMPORT], capture_output=True, text=True, check=True
    )
    return float(told.stdout)


def _in_child() -> dict[str, float]:
    told = subprocess.run(
        [sys.executable, "-m", __name__], capture_output=True, text=True, check=True
    )
    return {name: float(value) for name, value in json.loads(told.stdout).items()}


def _child() -> dict[str, float]:
    """What a process that does nothing else needs to learn the topic and to score with it."""
    built: list[float] = [_timed(lambda: learn_topic(load_seed_set(SEEDS)))]
    seeds = load_seed_set(SEEDS)
    learned = learn_topic(seeds)
    for seed in seeds.documents:
        learned.score(seed.title, seed.text)
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"build_s": built[0], "peak_mib": peak_mib}


if __name__ == "__main__":
    print(json.dumps(_child()))
