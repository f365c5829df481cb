"""The demo ends now: nothing that it did lies in the future."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.demo_web import ask


@pytest.mark.slow
def test_no_run_of_the_demo_lies_ahead(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "ingest", "demo", "--keep", "kept"], cwd=tmp_path, check=True,
        capture_output=True, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )  # fmt: skip
    (told,) = ask(
        tmp_path / "kept", "SELECT min(started) AS first, max(finished) AS last FROM runs"
    )
    now = datetime.now(UTC)

    assert datetime.fromisoformat(told["last"]) <= now
    assert (now - datetime.fromisoformat(told["first"])).total_seconds() > 5 * 3600
