"""Arrays that take long to make of a library's file, kept beside our compiled code.

As Python keeps what it compiled, and by its rules: in `__pycache__`, or where
`PYTHONPYCACHEPREFIX` says; nowhere where `PYTHONDONTWRITEBYTECODE` is set. Whoever may write there
could as well write our code.
"""

from __future__ import annotations

import sys
import tempfile
import zipfile
import zlib
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.lib.npyio import NpzFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["Arrays", "made_of"]

Arrays: TypeAlias = "dict[str, NDArray[Any]]"

_MARK = "made of"  # the array that says of which file, and in which form, the others were made
#: What one wrong byte can make of reading it: RuntimeError where a member seems to be encrypted, or
#: of a later version of the format.
_DAMAGED = (
    OSError, EOFError, KeyError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def made_of(origin: Path, make: Callable[[], Arrays], *, form: int, source: str) -> Arrays:
    """What `make` makes, from an earlier time if origin and form are the same.

    Args:
        origin: the file that it is made of; another size or time of change is another file.
        make: makes the arrays; none may be of objects.
        form: raise it whenever `make` makes other arrays of the same file.
        source: our module that asks, its `__file__`; the arrays are kept by its name.

    Raises:
        OSError: `origin` cannot be read.
    """
    stat = origin.stat()
    mark = np.array([form, stat.st_size, stat.st_mtime_ns])
    place = Path(cache_from_source(source)).with_suffix(".npz")
    if (kept := _kept(place, mark)) is not None:
        return kept
    arrays = make()
    if not sys.dont_write_bytecode:
        with suppress(OSError):  # a folder that only others may write: it is made each time
            _keep(place, {**arrays, _MARK: mark}, mode=Path(source).stat().st_mode & 0o666)
    return arrays


def _kept(place: Path, mark: NDArray[Any]) -> Arrays | None:
    """What lies there; None: nothing, something else, or something damaged."""
    try:
        with place.open("rb") as file, NpzFile(file, allow_pickle=False) as arrays:
            if not np.array_equal(arrays[_MARK], mark):
                return None
            return {name: arrays[name] for name in arrays.files if name != _MARK}
    except _DAMAGED:
        return None


def _keep(place: Path, arrays: Arrays, *, mode: int) -> None:
    """Put it there whole or not at all, to be read by whoever may read our code."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place.parent, suffix=".new", delete=False) as file:
        new = Path(file.name)
        try:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # no name is one of its options
            file.close()
            new.chmod(mode)
            new.replace(place)
        except OSError:
            new.unlink(missing_ok=True)
            raise
