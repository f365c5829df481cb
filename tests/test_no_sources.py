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


def test_seeds_that_lead_to_no_outlet_are_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seed, folder = tmp_path / "one.txt", str(tmp_path / "w")
    seed.write_text(SEED)
    assert main(["init", folder, str(seed)]) == 0
    monkeypatch.setenv("SEEDBED_DISCOVERY__PROPOSALS", "poll")
    monkeypatch.setenv("SEEDBED_DISCOVERY__CATALOGUE", "no")
    capsys.readouterr()

    assert main(["-w", folder, "check"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "sources: none named, and seeds and catalogue lead to none that would be tried" in said

    with (tmp_path / "w" / "seeds" / "one.txt").open("a") as file:
        file.write("\n© 2025 www.caspian-paper.az\n")
    assert main(["-w", folder, "check"]) == 0
    assert "sources: none named: outlets that seeds" in capsys.readouterr().out
