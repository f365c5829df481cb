"""Raw pages that a restore finds are believed for their bytes, not for their names and sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.commands import workspace
from tests.test_backup import keep_raw, made, put

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["workspace"]  # fixture


@pytest.mark.parametrize("there", [b"rot!", b"ra", b"of another corpus"])
def test_raw_pages_of_other_bytes_are_named_and_replaced_when_asked(
    workspace: Path, tmp_path: Path, there: bytes
) -> None:
    raw = keep_raw(workspace)
    made(workspace, tmp_path / "one.db", with_archive=True)
    raw.unlink()
    raw.write_bytes(there)

    assert put(workspace, tmp_path / "one.db").missing == (raw.name,)
    assert raw.read_bytes() == there
    assert put(workspace, tmp_path / "one.db", with_archive=True).put == (raw.name,)
    assert raw.read_bytes() == b"raw"
    (aside,) = raw.parent.glob(f"{raw.name}.before-restore-*")
    assert aside.read_bytes() == there


def test_raw_pages_that_grew_since_are_the_same(workspace: Path, tmp_path: Path) -> None:
    raw = keep_raw(workspace)
    made(workspace, tmp_path / "one.db")
    raw.write_bytes(raw.read_bytes() + b" and more")

    told = put(workspace, tmp_path / "one.db", with_archive=True)

    assert (told.put, told.missing) == ((), ())
    assert raw.read_bytes() == b"raw and more"
