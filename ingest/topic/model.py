"""The topic: what the seed set is about, and how related any other text is to it.

A pure function of the seeds, the text and the tables that ship with the package, never of what was
fetched before, so a verdict does not depend on the order of arrival.

The raw score is P·d / (|d| + s): P is the centroid of the seeds weighted by how many of them agree
(Rocchio 1971), d is log-tf x idf, and s keeps a few words from scoring by one of them. Headlines
are scored by a profile of their own, in which what the seeds' headlines say counts more, and with
their words damped. A text in another language than the seeds is scored by its names alone. No
family of names brings more than four fifths of the cut, and where the seeds agree on two countries,
a text that speaks of one of them only is marked down: a topic that is a pair of names needs both.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from ingest.calibration import THRESHOLD, score_of
from ingest.features import Lexicon, Reading
from ingest.items import Relevance, Term
from ingest.text import paragraphs, sentences, unmarked
from ingest.topic.vectors import FOREIGN, HEADLINE, TEXT, dot, scale_of, vector

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ALGORITHM", "Topic", "version_of"]

ALGORITHM = "topic 5"  #: part of every topic's version; raise it whenever scores change

_PLACE_SHARE = 0.2  # of the ratio of an article, by its headline or its opening, the better
_OPENING_CHARS = 300
_FAINT = 0.3  # ratio below which no headline makes an article related
_FAMILY_SHARE = 0.8  # of the cut, the most that one family of names brings
_ONE_SIDED = 0.65  # factor for a text that lacks one of the core places
_PAIR_GAIN = 1.2  # added factor for a text that speaks of both core places
_PAIR_DENSITY = 0.01  # mentions of both (geometric mean) a word, at which the gain is whole
_FOREIGN_HEADLINE_CUT = 0.62  # of the cut of a foreign article
_HEADLINE_WORDS, _FULL_WORDS = 20, 60  # a headline up to here, an article from there
_LEAST_NAME = 4  # letters
_SHOWN = 8  # reasons given with a score
_WORTH_EXPLAINING = 0.15  # score below which no passage is looked for


class _Sum(NamedTuple):
    ratio: float  # raw score over the cut of this kind of text
    parts: dict[str, float]  # by feature, what it brought


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What the seed set is about."""

    version: str  #: digest of seeds, algorithm and feedback
    lexicon: Lexicon = field(repr=False)
    weights: Mapping[str, float] = field(repr=False)  #: by feature, strongest first; unit length
    bridge_weights: Mapping[str, float] = field(repr=False)  #: the same for foreign texts
    seed_weights: Mapping[int, Mapping[str, float]] = field(repr=False)  #: by seed id; unit length
    headline_gain: Mapping[str, float] = field(repr=False)  #: factors on `weights`, where not 1
    spellings: Mapping[str, str] = field(repr=False)  #: feature to how the seeds write it most
    core: tuple[str, ...]  #: the two places that the topic is about; (): it is no pair of places
    cut: float  #: raw score of an article in a language of the seeds
    headline_cut: float  #: raw score of a headline in a language of the seeds, as a share of `cut`
    bridge_cut: float  #: raw score of an article in any other language

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of the seeds, ISO 639-1, the most frequent first."""
        return self.lexicon.languages

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the topic as the seeds spell them, strongest first."""
        return tuple(self.spelling(f) for f in self.weights if self._is_name(f))

    @property
    def terms(self) -> tuple[str, ...]:
        """The other words of the topic, strongest first."""
        return tuple(self.spelling(f) for f in self.weights if not self._is_name(f))

    def spelling(self, feature: str) -> str:
        """A feature as the seeds write it."""
        return self.spellings.get(feature, feature.removeprefix("#"))

    def _is_name(self, feature: str) -> bool:
        return feature.startswith("@") or feature in self.lexicon.names

    @property
    def is_current(self) -> bool:
        """Whether this version of the program would learn the same from the same seeds."""
        return self.version.startswith(f"{ALGORITHM} ")

    def score(self, title: str | None, text: str) -> Relevance:
        """How related an article is, with reasons, nearest seed and the passage that tells most."""
        text = unmarked(text)
        whole = f"{title}\n{text}" if title else text
        reading = self.lexicon.read(whole)
        found = self._sum(reading)
        relevance = self._relevance(found._replace(ratio=self._placed(found.ratio, whole)))
        if relevance.score < _WORTH_EXPLAINING:
            return relevance
        return replace(
            relevance, seed=self._nearest_seed(reading), passage=self._passage(text or whole)
        )

    def _placed(self, ratio: float, whole: str) -> float:
        """The ratio of an article, part of it by what its headline and its opening say.

        An article on the topic says so at once; one that names it in passing does so further down.
        A headline may be a pun or missing, so that what the opening says does as well.
        """
        headline, _, body = whole.partition("\n")
        if ratio < _FAINT or not body:
            return ratio
        opening = f"{headline}\n{body[:_OPENING_CHARS]}"
        placed = max(self._sum(self.lexicon.read(part)).ratio for part in (headline, opening))
        return (1 - _PLACE_SHARE) * ratio + _PLACE_SHARE * placed

    def score_headline(self, text: str) -> Relevance:
        """How related the text behind a headline, an anchor or a snippet is likely to be."""
        if text.islower():
            return self.score_address(text)
        return self._relevance(self._sum(self.lexicon.read(text)))

    def score_address(self, url_words: str) -> Relevance:
        """How related the page behind an address is likely to be, by the words of the address."""
        restored = " ".join(map(self._restored, url_words.split()))
        return self._relevance(self._sum(self.lexicon.read(restored)))

    def _restored(self, word: str) -> str:
        """A word as it was before an address took its capital and its apostrophe: trumps, Trump."""
        if len(word) < _LEAST_NAME:  # rather an article or a preposition than a name
            return word
        word, bare = word.title(), word.removesuffix("s").title()
        is_known = self.lexicon.feature(word) in self.weights
        return word if is_known or self.lexicon.feature(bare) not in self.weights else bare

    def ratio(self, text: str) -> float:
        """The raw score of a text, its headline first, over the cut of its kind: 1 is the cut."""
        return self._placed(self._sum(self.lexicon.read(text)).ratio, text)

    def _relevance(self, found: _Sum) -> Relevance:
        carried = {feature: part for feature, part in found.parts.items() if part > 0}
        total = sum(carried.values())
        strongest = sorted(carried.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
        terms = tuple(
            Term(term=self.spelling(feature), weight=part / total) for feature, part in strongest
        )
        return Relevance(score=score_of(found.ratio), threshold=THRESHOLD, terms=terms)

    def _sum(self, reading: Reading) -> _Sum:
        short = _shortness(reading.words)
        if reading.is_home:
            weights, cut = self.weights, self.cut * self.headline_cut**short
            damping = HEADLINE.damping_mixed(TEXT, short)
        else:
            weights, cut = self.bridge_weights, self.bridge_cut * _FOREIGN_HEADLINE_CUT**short
            damping = HEADLINE.damping_mixed(FOREIGN, short)
        # As of most sentences of most articles.
        if reading.counts.keys().isdisjoint(weights.keys()):
            return _Sum(0.0, {})
        weighed = vector(reading, damping)
        scale = scale_of(weighed)
        parts = {
            feature: weights[feature] * value / scale
            for feature, value in weighed.items()
            if feature in weights
        }
        if short and reading.is_home:
            gain = self.headline_gain
            parts = {f: part * gain.get(f, 1.0) ** short for f, part in parts.items()}
        if not self.core:
            return _Sum(sum(parts.values()) / cut, parts)
        families: dict[str, float] = {}
        family_of = self.lexicon.families
        for feature, part in parts.items():
            family = family_of.get(feature, feature)
            families[family] = families.get(family, 0.0) + part
        ratio = sum([min(part / cut, _FAMILY_SHARE) for part in families.values()])
        return _Sum(ratio * self._pair_factor(reading), parts)

    def _pair_factor(self, reading: Reading) -> float:
        """More than 1 where a text speaks of both core places, less where one is missing."""
        first, second = (reading.counts.get(place, (0, 0.0))[0] for place in self.core)
        density = math.sqrt(first * second) / max(reading.words, 1)
        if not density:
            return _ONE_SIDED
        return 1 + _PAIR_GAIN * min(1.0, density / _PAIR_DENSITY)

    def _nearest_seed(self, reading: Reading) -> int:
        weighed = vector(reading)
        return max(
            sorted(self.seed_weights, reverse=True),
            key=lambda seed: (dot(self.seed_weights[seed], weighed), -seed),
        )

    def _passage(self, text: str) -> str | None:
        lines = [sentence for line in paragraphs(text) for sentence in sentences(line)]
        return max(lines, key=lambda line: self._sum(self.lexicon.read(line)).ratio, default=None)

    def to_json(self) -> str:
        """For storing; `from_json` gives an equal topic back."""
        return json.dumps(
            {
                "version": self.version,
                "languages": self.lexicon.languages,
                "names": sorted(self.lexicon.names),
                "families": self.lexicon.families,
                "vocabulary": sorted(self.lexicon.vocabulary),
                "common": sorted(self.lexicon.common),
                "weights": self.weights,
                "bridge_weights": self.bridge_weights,
                "seed_weights": self.seed_weights,
                "headline_gain": self.headline_gain,
                "spellings": self.spellings,
                "core": self.core,
                "cut": self.cut,
                "headline_cut": self.headline_cut,
                "bridge_cut": self.bridge_cut,
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, stored: str) -> Topic | None:
        """The topic that was stored; None when another version of the program stored it."""
        read = json.loads(stored)
        if not str(read.get("version", "")).startswith(f"{ALGORITHM} "):
            return None
        lexicon = Lexicon(
            languages=tuple(read["languages"]),
            names=frozenset(read["names"]),
            families=read["families"],
            vocabulary=frozenset(read["vocabulary"]),
            common=frozenset(read["common"]),
        )
        return cls(
            version=read["version"],
            lexicon=lexicon,
            weights=read["weights"],
            bridge_weights=read["bridge_weights"],
            seed_weights={int(seed): row for seed, row in read["seed_weights"].items()},
            headline_gain=read["headline_gain"],
            spellings=read["spellings"],
            core=tuple(read["core"]),
            cut=read["cut"],
            headline_cut=read["headline_cut"],
            bridge_cut=read["bridge_cut"],
        )


def version_of(told: str) -> str:
    return f"{ALGORITHM} {hashlib.sha256(told.encode()).hexdigest()[:16]}"


def _shortness(words: int) -> float:
    """How far a text of so many words is from an article (0) to a headline (1)."""
    grown = math.log(max(words, 1) / _HEADLINE_WORDS) / math.log(_FULL_WORDS / _HEADLINE_WORDS)
    return 1 - min(max(grown, 0.0), 1.0)
