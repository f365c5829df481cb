"""The daemon of `seedbed run` without its pauses, and its crawls with a ledger.

    python -m benchmarks.soak.daemon WORKSPACE

It is `scheduler.daemon.serve` with sixty looks a minute instead of four; each crawl is the
`scrapy crawl` that it always is, with one more extension.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.soak.ledger import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingest.demo.server import DemoServer

__all__ = ["LEDGER", "children_of", "start", "wait_for_orphans"]

ROOT = Path(__file__).parents[2]
LEDGER, LOG = "ledger", "daemon.log"
_TICK_S = 1.0  # 40 looks late, and a daemon gives up: a busy machine may be slow
_EXTENSIONS = {"benchmarks.soak.ledger.Ledger": 900}


def start(folder: Path, server: DemoServer, **more: str) -> subprocess.Popen[bytes]:
    """The daemon on a workspace, as a process of its own."""
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SEEDBED_CRAWL__PROXY": server.proxy_url,
        "SEEDBED_DISCOVERY__PROPOSALS": "off",
        "SEEDBED_LOG__LEVEL": "WARNING",
        VARIABLE: str(folder / LEDGER),
        **more,
    }
    with (folder / LOG).open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.soak.daemon", str(folder)],
            cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
        )  # fmt: skip


def children_of(pid: int) -> list[int]:
    """The processes that one started, whichever of its threads did; proc(5)."""
    try:
        lists = [task / "children" for task in Path(f"/proc/{pid}/task").iterdir()]
        return [int(word) for one in lists for word in one.read_text().split()]
    except FileNotFoundError:
        return []


def wait_for_orphans(folder: Path, *, patience_s: float = 20.0) -> list[int]:
    """Processes that stay in a workspace for longer than that; there must be none."""
    until_s = time.monotonic() + patience_s
    while (found := _processes_in(folder)) and time.monotonic() < until_s:
        time.sleep(0.02)
    return found


def _processes_in(folder: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cwd").readlink() == folder.resolve():
                found.append(int(entry.name))
        except OSError:  # it is gone, or not ours
            continue
    return [pid for pid in found if pid != os.getpid()]


def _command(spider: str, arguments: Mapping[str, str], overrides: Mapping[str, str]) -> list[str]:
    from ingest import settings
    from ingest.crawl import scrapy_command

    extensions = json.dumps(settings.EXTENSIONS | _EXTENSIONS)
    return scrapy_command(spider, arguments, {**overrides, "EXTENSIONS": extensions})


def main() -> int:
    from ingest.workspace import Workspace
    from scheduler.daemon import serve

    workspace = Workspace.open(Path(sys.argv[1]), os.environ)
    workspace.configure_log()
    return serve(workspace.folder, tick_s=_TICK_S, command=_command)


if __name__ == "__main__":
    sys.exit(main())
