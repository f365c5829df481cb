"""datasketch and rensa on the same made texts, each in an environment of its own.

Neither is a dependency of ours. The environment is made from whatever package index pip is set up
for; where that has no such package, the row says so.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["PEERS", "measure_peers"]

#: Package by name of the method.
PEERS = {"datasketch .3": "datasketch", "datasketch .5": "datasketch", "rensa": "rensa"}

_MOST_DOCUMENTS = 100_000  # at a million they would need 2.6 to 12 GB of memory
_ROOT = Path(__file__).parents[2]


def measure_peers(documents: Iterable[int], names: Iterable[str]) -> Iterator[dict[str, Any]]:
    """A row for each method and number of documents."""
    names = list(names)
    with tempfile.TemporaryDirectory() as folder:
        failed = {
            package: _install(Path(folder), package)
            for package in dict.fromkeys(PEERS[name] for name in names)
        }
        for count in documents:
            for name in names:
                row: dict[str, Any] = {"documents": count, "method": name}
                reason = failed[PEERS[name]]
                if count > _MOST_DOCUMENTS:
                    reason = "it holds everything in memory"
                yield row | ({"skipped": reason} if reason else _run(Path(folder), name, count))


def _install(folder: Path, package: str) -> str | None:
    """Why a package could not be had; None: it was."""
    python = folder / package / "bin" / "python"
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder / package)], check=True)
        subprocess.run(
            [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-q", package],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError) as exc:
        said = (getattr(exc, "stderr", None) or str(exc)).strip().splitlines()
        return f"{package} cannot be installed ({said[-1][:80] if said else 'no reason given'})"
    return None


def _run(folder: Path, name: str, documents: int) -> dict[str, Any]:
    python = folder / PEERS[name] / "bin" / "python"
    told = subprocess.run(
        [str(python), "-m", "benchmarks.relations.cost_peer_run", name, str(documents)],
        cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=True,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    return dict(json.loads(told.stdout))
