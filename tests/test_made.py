"""What is made of a library's file is kept beside our code, and never believed blindly."""

from __future__ import annotations

import os
import shutil
import sys
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ingest.extract.made import Arrays, made_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MADE: Arrays = {"rows of it": np.arange(6, dtype=np.uint32).reshape(2, 3), "names": np.array(["a"])}


@pytest.fixture
def origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file to make something of; our code is compiled into a folder of its own."""
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (tmp_path / "ours.py").write_text("")
    (tmp_path / "model").write_bytes(b"model")
    return tmp_path / "model"


def ask(origin: Path, *, form: int = 1) -> int:
    """How often it had to be made to have it; what came is what is made."""
    times = 0

    def make() -> Arrays:
        nonlocal times
        times += 1
        return MADE

    source = origin.with_name("ours.py")
    got = made_of(origin, make, form=form, source=os.fspath(source))
    assert got.keys() == MADE.keys()
    for name, array in MADE.items():
        assert np.array_equal(got[name], array)
        assert got[name].dtype == array.dtype
    return times


def kept(origin: Path) -> Path:
    (found,) = origin.parent.rglob("*.npz")
    return found


def test_it_is_made_once(origin: Path) -> None:
    assert [ask(origin), ask(origin)] == [1, 0]
    assert kept(origin).parent.name == "__pycache__"
    assert list(kept(origin).parent.iterdir()) == [kept(origin)]


def test_another_file_or_form_is_made_anew(origin: Path) -> None:
    ask(origin)
    origin.write_bytes(b"another model")
    again = ask(origin)
    os.utime(origin, (1, 1))

    assert [again, ask(origin), ask(origin, form=2), ask(origin, form=2)] == [1, 1, 1, 0]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def struck(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    at = whole.index(MADE["rows of it"].tobytes())
    whole[at] ^= 1
    path.write_bytes(whole)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def garbled(path: Path) -> None:
    path.write_bytes(b"no archive")


def of_objects(path: Path) -> None:
    np.savez(path, **{"made of": np.array([{}], dtype=object)})  # type: ignore[arg-type]


def without_mark(path: Path) -> None:
    with zipfile.ZipFile(path, "w"):
        pass


@pytest.mark.parametrize(
    "damage",
    [cut, struck, emptied, garbled, of_objects, without_mark],
    ids=lambda one: one.__name__,
)
def test_what_is_damaged_is_made_anew(origin: Path, damage: Callable[[Path], None]) -> None:
    ask(origin)
    damage(kept(origin))

    assert [ask(origin), ask(origin)] == [1, 0]


def test_no_wrong_bit_is_believed_or_ends_who_asks(origin: Path) -> None:
    ask(origin)
    place, whole = kept(origin), kept(origin).read_bytes()
    for at in range(len(whole)):
        for bit in range(8):
            struck_once = bytearray(whole)
            struck_once[at] ^= 1 << bit
            place.write_bytes(struck_once)

            assert ask(origin) in (0, 1)  # and what came is what is made


def test_where_nothing_may_be_written_it_is_made_each_time(
    origin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (origin.parent / "__pycache__").write_text("no folder")
    refused = [ask(origin), ask(origin)]
    (origin.parent / "__pycache__").unlink()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    assert [*refused, ask(origin), ask(origin)] == [1, 1, 1, 1]
    assert not (origin.parent / "__pycache__").exists()


def test_it_lies_where_compiled_code_lies(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setattr(sys, "pycache_prefix", os.fspath(elsewhere))
    ask(origin)

    assert kept(origin).is_relative_to(elsewhere)
    shutil.rmtree(elsewhere)
    assert ask(origin) == 1
