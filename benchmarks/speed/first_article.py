"""Seconds from `seedbed run` on an empty workspace to the first related article in the corpus.

`python -m benchmarks.speed.first_article`. The daemon as shipped, on the demo's web of ten outlets,
with the delay of a second between two requests that a host is owed. It is ended once it is there.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.speed.workspaces import ENVIRON
from ingest.corpus import Corpus
from ingest.demo.run import make_workspace
from ingest.demo.server import DemoServer
from ingest.demo.web import build_web
from ingest.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DELAY_S", "measure"]

DELAY_S = 1.0  #: as shipped
_LOOK_S = 0.1
_PATIENCE_S = 120.0
_END_S = 30.0


def measure(rounds: int) -> Iterator[float]:
    """Seconds, one a round.

    Raises:
        TimeoutError: no article came.
    """
    web = build_web()
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as place, DemoServer(web) as server:
            folder = make_workspace(Path(place) / "workspace", web)
            yield _seconds(folder, server.proxy_url)


def _seconds(folder: Path, proxy: str) -> float:
    environ = {
        **os.environ, **ENVIRON, "SEEDBED_CRAWL__PROXY": proxy,
        "SEEDBED_CRAWL__DELAY_S": str(DELAY_S), "SEEDBED_LOG__LEVEL": "ERROR",
    }  # fmt: skip
    command = [sys.executable, "-m", "ingest", "run"]
    began = time.perf_counter()
    daemon = subprocess.Popen(command, cwd=folder, env=environ, start_new_session=True)
    try:
        while not _has_article(folder / "corpus.db"):
            if time.perf_counter() - began > _PATIENCE_S or daemon.poll() is not None:
                raise TimeoutError(f"no article in {_PATIENCE_S:g} s")
            time.sleep(_LOOK_S)
        return time.perf_counter() - began
    finally:
        daemon.send_signal(signal.SIGTERM)
        try:
            daemon.wait(_END_S)
        except subprocess.TimeoutExpired:
            os.killpg(daemon.pid, signal.SIGKILL)
            daemon.wait()


def _has_article(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        with closing(Corpus(path, readonly=True)) as corpus:
            return bool(corpus.summary()["articles"])
    except CorpusError:  # it is being made
        return False


def main() -> int:
    for seconds in measure(3):
        print(f"{seconds:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
