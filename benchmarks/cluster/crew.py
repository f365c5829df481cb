"""Workers as processes of their own, to be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Workers", "environment"]


def environment(database: str, proxy: str, **more: str) -> dict[str, str]:
    """Of a worker on this database that meets one web under every name."""
    return {
        **os.environ,
        "SEEDBED_CLUSTER__DATABASE": database,
        "SEEDBED_CLUSTER__LOOK_EVERY_S": "0.5",
        "SEEDBED_CLUSTER__CONCURRENCY": "1",
        "SEEDBED_CRAWL__PROXY": proxy,
        "SEEDBED_LOG__LEVEL": "WARNING",
        **more,
    }


@dataclass(kw_only=True)
class Workers:
    """Some workers, each in a workspace of its own; the end of `with` kills those that run."""

    folders: list[Path]
    environ: Mapping[str, str]
    log: Path
    arguments: tuple[str, ...] = ()
    begun: int = 0  #: workers, in all
    _running: dict[Path, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for folder in self._running:
            self.kill(folder, with_crawls=True)

    def begin(self, folder: Path) -> None:
        """Start the worker of a folder."""
        self.begun += 1
        environ = {**self.environ, "SEEDBED_CRAWL__USER_AGENT": f"Seedbed/0 (worker {self.begun})"}
        with self.log.open("ab") as told:
            self._running[folder] = subprocess.Popen(
                [sys.executable, "-m", "ingest", "worker", *self.arguments],
                cwd=folder, env=environ, stdout=told, stderr=told,
            )  # fmt: skip

    def begin_all(self) -> None:
        """Start every worker."""
        for folder in self.folders:
            self.begin(folder)

    def pid(self, folder: Path) -> int:
        """Of the worker of a folder."""
        return self._running[folder].pid

    def kill(self, folder: Path, *, with_crawls: bool) -> None:
        """SIGKILL a worker, and what it started if so wished."""
        worker = self._running[folder]
        victims = [worker.pid, *(_children_of(worker.pid) if with_crawls else [])]
        for victim in victims:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        worker.wait()

    def stop(self) -> list[int]:
        """Tell all to stop, and wait for it; their exit codes."""
        for worker in self._running.values():
            worker.terminate()
        return self.wait()

    def wait(self, timeout_s: float = 60.0) -> list[int]:
        """Wait for their own end; their exit codes."""
        return [worker.wait(timeout_s) for worker in self._running.values()]


def _children_of(pid: int) -> list[int]:
    """The processes below one; proc(5)."""
    try:
        lists = [task / "children" for task in Path(f"/proc/{pid}/task").iterdir()]
        nearest = [int(word) for one in lists for word in one.read_text().split()]
    except FileNotFoundError:
        return []
    return nearest + [below for child in nearest for below in _children_of(child)]
