"""What is said of a workspace that names no source: true of what its daemon does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest.cli import main
from tests.commands import restored_logging
from tests.search_web import SEED

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["restored_logging"]


@pytest.mark.parametrize(
    ("proposals", "mark", "hint"),
    [
        ("poll", "ok    sources: none named", "no sources yet; the first run tries outlets"),
        ("show", "BAD   sources: none", "no sources; name some under [sources]"),
        ("off", "BAD   sources: none", "no sources; name some under [sources]"),
    ],
)
def test_none_is_bad_only_where_none_will_be_found(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    proposals: str,
    mark: str,
    hint: str,
) -> None:
    seed, folder = tmp_path / "one.txt", str(tmp_path / "w")
    seed.write_text(SEED)
    assert main(["init", folder, str(seed)]) == 0
    monkeypatch.setenv("SEEDBED_DISCOVERY__PROPOSALS", proposals)
    capsys.readouterr()

    main(["-w", folder, "check"])
    assert mark in capsys.readouterr().out
    assert main(["-w", folder, "sources"]) == 0
    assert hint in capsys.readouterr().out
