"""A daemon of a process of its own, with crawls that are stood in for, under a clock that obeys."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest

from ingest.corpus import Corpus
from tests.patience import PATIENCE_S, wait_until
from tests.test_daemon import FAKE, SERVE

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FAKETIME", "Daemon", "needs_faketime", "run_rows"]

FAKETIME = next(
    iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), reverse=True)), None
)
needs_faketime = pytest.mark.skipif(
    FAKETIME is None or shutil.which("faketime") is None, reason="needs libfaketime"
)


class Daemon:
    """A daemon that looks at its corpus five times a second, until it is ended."""

    def __init__(self, workspace: Path, scenario: str = "finish", **environ: str) -> None:
        self.workspace = workspace
        self.log = workspace / "log"
        self.clock = workspace / "clock"
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "error", "-c", SERVE, scenario, str(workspace), str(FAKE)],
                env={**os.environ, **environ}, stdin=subprocess.DEVNULL, stderr=log,
                process_group=0,
            )  # fmt: skip

    @classmethod
    def at(cls, workspace: Path, when: str, scenario: str = "finish", **environ: str) -> Self:
        """One whose clock reads the time that `tell` says last; faketime(1) has the forms."""
        (workspace / "clock").write_text(f"{when}\n")
        faked = {
            "LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(workspace / "clock"),
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }  # fmt: skip
        return cls(workspace, scenario, **faked, **environ)

    def tell(self, when: str) -> None:
        """Set the clock."""
        written = self.clock.with_name("clock.new")
        written.write_text(f"{when}\n")
        written.replace(self.clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def said(self, what: str) -> int:
        """How often it has logged something."""
        return self.log.read_text().count(what)

    def wait_for(self, what: Callable[[], object]) -> None:
        """Wait until something is so."""

        def said() -> str:
            runs = "\n".join(map(str, run_rows(self.workspace)))
            return f"the daemon did not get there:\n{runs}\n{self.log.read_text()}"

        wait_until(
            what, every_s=0.2, is_hopeless=lambda: self.process.poll() is not None, said=said
        )

    def ends(self, number: int = signal.SIGTERM) -> int:
        """Tell it to stop; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


def run_rows(workspace: Path, outcome: str | None = None) -> list[dict[str, Any]]:
    """The runs of a workspace, or those that ended so; none while there is no corpus."""
    if not (workspace / "corpus.db").exists():
        return []
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        return [row for row in corpus.runs_since(0) if outcome in (None, row["outcome"])]
