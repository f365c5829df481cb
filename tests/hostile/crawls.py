"""Crawls of the hostile web, stock and ours, each a child process."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.hostile.witness import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Seen", "ours", "stock"]

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the witness of one crawl told."""

    told: dict[str, Any]
    seconds: float
    code: int
    stderr: str

    @property
    def by_name(self) -> dict[str, dict[str, Any]]:
        return dict(self.told["seen"])


def _run(arguments: Sequence[str], folder: Path, env: dict[str, str]) -> Seen:
    told = folder / f"witness-{time.monotonic_ns()}.json"
    began = time.monotonic()
    with contextlib.ExitStack():
        done = subprocess.run(
            [sys.executable, "-m", "tests.hostile.child", *arguments], cwd=folder,
            env={**_clean(), "PYTHONPATH": str(_ROOT), VARIABLE: str(told), **env},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    seconds = time.monotonic() - began
    assert told.exists(), done.stderr[-3000:]
    return Seen(
        told=json.loads(told.read_text("utf-8")), seconds=seconds, code=done.returncode,
        stderr=done.stderr,
    )  # fmt: skip


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.endswith("_proxy")}


def stock(folder: Path, attacks: list[dict[str, Any]], *, patience_s: float, **env: str) -> Seen:
    """A crawl by Scrapy as it comes."""
    folder.mkdir(exist_ok=True)
    listed = folder / "attacks.json"
    listed.write_text(json.dumps({"attacks": attacks, "patience_s": patience_s}))
    return _run(["stock", str(listed)], folder, env)


def ours(folder: Path, *arguments: str, **env: str) -> Seen:
    """A crawl by `scrapy crawl` in a workspace."""
    quiet = {"SEEDBED_LOG__LEVEL": "ERROR", **env}
    return _run(["ours", "crawl", *arguments], folder, quiet)
