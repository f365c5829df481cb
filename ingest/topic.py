"""The topic: what the seed set is about, and how related any other text is to it.

A pure function of the seeds, the text and the tables that ship with the package, never of what was
fetched before, so a verdict does not depend on the order of arrival.

The score is a profile's share in a text: P·d / (|d| + 12), where P is the centroid of the seeds,
weighted by how many of them agree (Rocchio 1971; the saturation keeps short texts from scoring by
one word), d is log-tf x idf. A text in another language than the seeds is scored by names alone.
No one name family may carry a text past `_FAMILY_SHARE` of the cut, and where the seeds agree on
two countries, a text about one of them loses: a topic that is a pair of names needs both.
"""

from __future__ import annotations

import hashlib
import json
import math
import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ingest.background import LANGUAGES, idf_of_zipf, known_share, zipf_of
from ingest.items import Relevance, Term
from ingest.names import fold, is_folded_ending, place_of, place_zipf
from ingest.text import normalize, paragraphs, sentences, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingest.items import SeedSet

__all__ = ["ALGORITHM", "Topic", "learn_topic"]

ALGORITHM = "names-and-words 1"  #: part of every topic's version; raise it when scores change

_THRESHOLD = 0.5  # a score of one half is a text exactly at the cut
_STEEPNESS = 3.0  # of the curve from ratio to score
_SATURATION = 12.0  # research/relevance 5.4
_CONSENSUS = 0.5  # exponent on the share of seeds that hold a word
# Cut as a + b * (median score of a left-out seed): F1 web .93, fnc .92, ecb .75 at these, and
# within .02 of that over a of .08 to .12 and b of .3 to .5 (eval/relevance, noisy seeds).
_CUT_FLOOR, _CUT_SLOPE = 0.10, 0.40
_LONE_SEED_LIKENESS = 0.35  # stands in for the left-out seeds where there is one seed only
_FAMILY_SHARE = 0.8  # of the cut, the most that one name and its kin may bring
_ONE_SIDED = 0.75  # factor for a text that lacks one of the two core places
_CORE_WEIGHT, _CORE_AGREEMENT = 0.2, 0.8
_PRESENT = 0.05  # of the cut: less than this is no mention
_HEADLINE_CUT = 0.4  # of the cut, for texts of up to _HEADLINE_WORDS; then it grows
_HEADLINE_WORDS, _FULL_WORDS = 20, 120
_MIN_IDF = 1.0  # nats; below are function words
_NAME_IDF = 4.0
_RARE_ZIPF = 3.2  # above, a word of the seeds' own language is no misspelt name
_NUMBER_IDF = {1: 1.0, 2: 2.0}
_LONG_NUMBER_IDF = 5.0
_MAX_WORDS = 4000  # of the profile
_MEMO_SIZE = 200_000
_REACH = 4  # words between a name and the place that it is of


class _Word(NamedTuple):
    """What one token counts as: features with their idf in nats."""

    features: tuple[tuple[str, float], ...]


Counts = dict[str, tuple[int, float]]  # feature to (times, idf)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What the seed set is about; a feature is a word, or `@` and a country code."""

    version: str  #: digest of seeds, algorithm and feedback
    languages: tuple[str, ...]  #: of the seeds, ISO 639-1, the most common first
    weights: Mapping[str, float] = field(repr=False)  #: by feature; unit length
    seed_weights: Mapping[int, Mapping[str, float]] = field(repr=False)  #: by seed id; unit length
    name_features: frozenset[str] = field(repr=False)
    families: Mapping[str, str] = field(repr=False)  #: name to the place it belongs to
    core: tuple[str, ...]  #: places that the topic is about, strongest first; at most two
    spellings: Mapping[str, str] = field(repr=False)  #: feature to how the seeds write it
    cut: float  #: raw score of an article in a language of the seeds
    name_cut: float  #: raw score of an article in any other language
    _memo: dict[str, _Word] = field(default_factory=dict, init=False, repr=False, compare=False)
    _keys: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    _name_weights: dict[str, float] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
