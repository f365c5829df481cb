"""py3langid's language model, kept sparse: 23 MB where the library's own arrays take 74.

Four fifths of its weights are the least of their language, and three quarters of the moves of its
automaton are those of the first state. What is left gives the same answers, to the last bit
(`tests/test_detector.py`), and is kept: to unpack 65 MiB anew took a third of a short crawl's time.
"""

from __future__ import annotations

import functools
import lzma
import shutil
import tempfile
import zipfile
from array import array
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

from ingest.extract.made import made_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from ingest.extract.made import Arrays

__all__ = ["detector", "load", "unload"]

_FORM = 1  # of the arrays that `_make` makes
_COPY_BYTES = 1 << 20
_ROWS = 1000  # of a table that are in memory at once
_LETTERS = 256  # moves of a state


class _Sparse(NamedTuple):
    """A table by rows: what is not as in the common row."""

    common: NDArray[Any]
    starts: NDArray[Any]  # of each row in the values, and one more
    columns: NDArray[Any]  # which they are, in bytes
    values: NDArray[Any]

    @classmethod
    def of(cls, arrays: Arrays, name: str) -> _Sparse:
        """The table that was kept under a name."""
        return cls(*(arrays[f"{name} {field}"] for field in cls._fields))

    def named(self, name: str) -> Arrays:
        """Its arrays, as they are kept."""
        return {f"{name} {field}": array for field, array in self._asdict().items()}


class _Weights:
    """The weights of features by language; rows are made whole when they are asked for."""

    def __init__(self, table: _Sparse) -> None:
        self._common, self._starts, columns, values = table
        self._is_unlike = columns.reshape(len(self._starts) - 1, -1)
        self._values = values.data.cast("B")

    def __getitem__(self, rows: NDArray[Any]) -> NDArray[Any]:
        whole = np.tile(self._common, (len(rows), 1))
        bits = np.unpackbits(self._is_unlike[rows], axis=1, count=len(self._common))
        size, values = whole.itemsize, self._values
        spans = zip(self._starts[rows].tolist(), self._starts[rows + 1].tolist(), strict=True)
        told = b"".join([values[size * begin : size * end] for begin, end in spans])
        whole[bits.view(bool)] = np.frombuffer(told, whole.dtype)
        return whole


class _Detector(LanguageIdentifier):  # type: ignore[misc]  # the library has no types
    """py3langid's identifier, with another walk through the automaton."""

    __slots__ = ("_begins", "_ends", "_first", "_letters", "_outputs", "_states")

    def __init__(self, arrays: Arrays) -> None:
        moves, rows = _Sparse.of(arrays, "moves"), arrays["row of state"]
        self._first: list[int] = moves.common.tolist()
        self._begins = array("I", moves.starts[rows].tobytes())
        self._ends = array("I", moves.starts[rows + 1].tobytes())
        self._letters = moves.columns.tobytes()
        self._states = moves.values.data
        self._outputs = array("i", arrays["feature of state"].tobytes())
        super().__init__(
            _Weights(_Sparse.of(arrays, "weights")), arrays["priors"], arrays["languages"].tolist(),
            (), (), norm_probs=True, tk_row=(),
        )  # fmt: skip

    def _raw_score(self, text: bytes) -> NDArray[Any]:
        if visits := self._visits(text):
            return self._sparse_score(visits, self.nb_ptc)  # type: ignore[no-any-return]
        return np.zeros(len(self.nb_classes), dtype=np.float32)

    def _visits(self, text: bytes) -> Counter[int]:
        """How often each feature is found in a text."""
        begins, ends, outputs = self._begins, self._ends, self._outputs
        first, states, find = self._first, self._states, self._letters.find
        state, found = 0, []
        for letter in text:
            at = find(letter, begins[state], ends[state])
            state = first[letter] if at < 0 else states[at]
            if (feature := outputs[state]) >= 0:
                found.append(feature)
        return Counter(found)


@functools.cache
def detector() -> LanguageIdentifier:
    """The model, loaded once a process."""
    return load()


def unload() -> None:
    """Let go of the model, 19 MB; who needs it again loads it again."""
    detector.cache_clear()


def load() -> LanguageIdentifier:
    """Load the model: 0.03 s, the first time 0.5; what it unpacks to is never all in memory."""
    return _Detector(made_of(Path(MODEL_DIR, MODEL_FILE), _make, form=_FORM, source=__file__))


def _make() -> Arrays:
    """The model as we keep it, of the library's."""
    with tempfile.TemporaryFile() as unpacked:
        with lzma.open(MODEL_DIR / MODEL_FILE) as packed:
            shutil.copyfileobj(packed, unpacked, _COPY_BYTES)
        with zipfile.ZipFile(unpacked) as arrays:
            rows = _whole(arrays, "nextmove_row")
            return {
                "row of state": rows,
                "feature of state": _whole(arrays, "out_feat"),
                "priors": _whole(arrays, "pc"),
                "languages": _whole(arrays, "classes"),
                **_weights(arrays).named("weights"),
                **_moves(arrays, common=int(rows[0])).named("moves"),
            }


def _weights(arrays: zipfile.ZipFile) -> _Sparse:
    least = functools.reduce(np.minimum, (rows.min(axis=0) for rows in _rows(arrays, "ptc")))
    return _sparse(_rows(arrays, "ptc"), least, lambda are: np.packbits(are, axis=1).tobytes())


def _moves(arrays: zipfile.ZipFile, *, common: int) -> _Sparse:
    """Where each byte leads, by row; the row of the first state is what most have in common."""
    rows = (row for block in _rows(arrays, "nextmove", _LETTERS) for row in block)
    first = next(row for number, row in enumerate(rows) if number == common)
    return _sparse(
        _rows(arrays, "nextmove", _LETTERS), first,
        lambda are: are.nonzero()[1].astype(np.uint8).tobytes(),
    )  # fmt: skip


def _sparse(
    blocks: Iterator[NDArray[Any]],
    common: NDArray[Any],
    pack: Callable[[NDArray[Any]], bytes],
) -> _Sparse:
    counts, columns, values = bytearray(4), bytearray(), bytearray()
    for rows in blocks:
        is_unlike = rows != common
        counts += is_unlike.sum(axis=1, dtype=np.uint32).tobytes()
        columns += pack(is_unlike)
        values += rows[is_unlike].tobytes()
    starts = np.cumsum(np.frombuffer(counts, np.uint32), dtype=np.uint32)
    return _Sparse(
        common, starts, np.frombuffer(columns, np.uint8), np.frombuffer(values, common.dtype)
    )


def _rows(arrays: zipfile.ZipFile, name: str, width: int = 0) -> Iterator[NDArray[Any]]:
    """An array, some rows at a time; one of a single dimension is cut into rows of that width."""
    with arrays.open(f"{name}.npy") as file:
        np.lib.format.read_magic(file)
        shape, _, kind = np.lib.format.read_array_header_1_0(file)
        width = width or shape[1]
        while block := file.read(_ROWS * width * kind.itemsize):
            yield np.frombuffer(block, kind).reshape(-1, width)


def _whole(arrays: zipfile.ZipFile, name: str) -> NDArray[Any]:
    with arrays.open(f"{name}.npy") as file:
        return np.lib.format.read_array(file, allow_pickle=False)
