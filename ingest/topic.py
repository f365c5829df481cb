"""The topic: what the seed set is about, and how related any other text is to it.

A pure function of the seeds, the text and the tables that ship with the package, never of what was
fetched before, so a verdict does not depend on the order of arrival.

The raw score is P·d / (|d| + 12): P is the centroid of the seeds weighted by how many of them
agree (Rocchio 1971), d is log-tf x idf, and the 12 keeps a few words from scoring by one of them.
A text in another language than the seeds is scored by its names alone. No family of names brings
more than four fifths of the cut, and where the seeds agree on two countries, a text that speaks of
one of them only is marked down: a topic that is a pair of names needs both.
"""

from __future__ import annotations

import hashlib
import json
import math
import statistics
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ingest.features import Lexicon, Reading, learn_families, learn_lexicon
from ingest.items import Relevance, Term
from ingest.text import paragraphs, sentences, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.items import SeedDocument, SeedSet

__all__ = ["ALGORITHM", "Topic", "learn_topic"]

ALGORITHM = "topic 1"  #: part of every topic's version; raise it whenever scores change

_THRESHOLD = 0.5  # every kind of text is scored so that one half is its cut
_STEEPNESS = 3.0  # of the curve from the ratio score/cut to 0..1
_SATURATION = 12.0  # research/relevance, 5.4
_CONSENSUS = 0.5  # exponent on the share of seeds that have a feature
# The cut is a + b x (median score of a left-out seed). At these F1 is .93 web, .75 ecb, .92 fnc,
# and within .02 of it for a of .08 to .12, b of .3 to .5 (eval/relevance, noisy seeds).
_CUT_FLOOR, _CUT_SLOPE = 0.10, 0.40
_LONE_SEED_LIKENESS = 0.35  # where there is one seed only, and none to leave out
_FAMILY_SHARE = 0.8  # of the cut, the most that one family of names brings
_ONE_SIDED = 0.65  # factor for a text that lacks one of the core places
_PAIR_GAIN = 1.2  # added factor for a text that speaks of both core places
_PAIR_DENSITY = 0.01  # mentions of both (geometric mean) a word, at which the gain is whole
_CORE_WEIGHT = 0.2  # of the profile's unit length, for a place to be core
_CORE_SHARE = 0.33  # of the profile's squared length, that the two core places hold
_CORE_AGREEMENT = 0.8  # share of the seeds that speak of a core place
_PAIR = 2
_HEADLINE_CUT = 0.4  # of the cut of an article, up to _HEADLINE_WORDS, from there growing to 1
_HEADLINE_WORDS, _FULL_WORDS = 20, 120
_MIN_IDF = 1.0  # nats; below are function words
_SHOWN = 8  # reasons given with a score
_SEED_FEATURES = 400
_WORTH_EXPLAINING = 0.15  # score below which no passage is looked for
_FEEDBACK_YES, _FEEDBACK_NO = 1.0, 0.5  # Rocchio's beta and gamma, research/relevance 2
_FEEDBACK_SWAY = 1.4  # times that feedback may move the cut


class _Sum(NamedTuple):
    ratio: float  # raw score over the cut of this kind of text
    parts: dict[str, float]  # by feature, what it brought
    length: float  # |d|


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """What the seed set is about."""

    version: str  #: digest of seeds, algorithm and feedback
    lexicon: Lexicon = field(repr=False)
    weights: Mapping[str, float] = field(repr=False)  #: by feature, strongest first; unit length
    bridge_weights: Mapping[str, float] = field(repr=False)  #: the same for foreign texts
    seed_weights: Mapping[int, Mapping[str, float]] = field(repr=False)  #: by seed id; unit length
    spellings: Mapping[str, str] = field(repr=False)  #: feature to how the seeds write it most
    core: tuple[str, ...]  #: the two places that the topic is about; (): it is no pair of places
    cut: float  #: raw score of an article in a language of the seeds
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
        whole = f"{title}\n{text}" if title else text
        reading = self.lexicon.read(whole)
        found = self._relevance(reading)
        if found.score < _WORTH_EXPLAINING:
            return found
        return replace(
            found, seed=self._nearest_seed(reading), passage=self._passage(text or whole)
        )

    def score_headline(self, text: str) -> Relevance:
        """How related the text behind a headline, an anchor or a snippet is likely to be."""
        return self._relevance(self.lexicon.read(text))

    def score_address(self, url_words: str) -> Relevance:
        """How related the page behind an address is likely to be, by the words of the address."""
        # An address has lost its capitals; short words are rather articles than names.
        shown = (word if len(word) <= 3 else word.title() for word in url_words.split())  # noqa: PLR2004
        return self.score_headline(" ".join(shown))

    def with_feedback(self, yes: Sequence[str], no: Sequence[str]) -> Topic:
        """The topic as moved by texts that a reader called related or unrelated.

        Rocchio (1971); the cut moves to where it parts the given texts best, but not far.
        """
        weights = self._moved(self.weights, yes, no, is_home=True)
        shift = _likeness(weights, self.seed_weights) / _likeness(self.weights, self.seed_weights)
        topic = replace(
            self,
            version=_version(json.dumps([self.version, sorted(yes), sorted(no)])),
            weights=weights,
            bridge_weights=self._moved(self.bridge_weights, yes, no, is_home=False),
            cut=self.cut * shift,
        )
        sway = topic._best_sway(yes, no)  # noqa: SLF001 - of its own kind
        return replace(topic, cut=topic.cut * sway, bridge_cut=topic.bridge_cut * sway)

    def _moved(
        self, weights: Mapping[str, float], yes: Sequence[str], no: Sequence[str], *, is_home: bool
    ) -> dict[str, float]:
        moved = dict(weights)
        for texts, share in ((yes, _FEEDBACK_YES), (no, -_FEEDBACK_NO)):
            for text in sorted(texts):
                reading = self.lexicon.read(text, is_home=is_home)
                for feature, weight in _unit(_vector(reading)).items():
                    moved[feature] = moved.get(feature, 0.0) + share * weight / len(texts)
        return _ranked(_unit(moved if is_home else _bridging(moved, self.lexicon)))

    def _best_sway(self, yes: Sequence[str], no: Sequence[str]) -> float:
        """The factor on the cut that agrees with most answers; the nearest to 1 of equals."""
        ratios = [(self._sum(self.lexicon.read(text)).ratio, True) for text in yes]
        ratios += [(self._sum(self.lexicon.read(text)).ratio, False) for text in no]
        at = sorted({ratio for ratio, _ in ratios if ratio > 0})
        between = [math.sqrt(a * b) for a, b in pairwise(at)]
        options = [1.0, *(x for x in between if 1 / _FEEDBACK_SWAY <= x <= _FEEDBACK_SWAY)]

        def agreement(factor: float) -> tuple[int, float]:
            right = sum((ratio >= factor) == is_yes for ratio, is_yes in ratios)
            return right, -abs(math.log(factor))

        return max(options, key=agreement)

    def _relevance(self, reading: Reading) -> Relevance:
        found = self._sum(reading)
        carried = {feature: part for feature, part in found.parts.items() if part > 0}
        total = sum(carried.values())
        strongest = sorted(carried.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
        terms = tuple(
            Term(term=self.spelling(feature), weight=part / total) for feature, part in strongest
        )
        steep = max(found.ratio, 0.0) ** _STEEPNESS
        return Relevance(score=steep / (1 + steep), threshold=_THRESHOLD, terms=terms)

    def _sum(self, reading: Reading) -> _Sum:
        weights = self.weights if reading.is_home else self.bridge_weights
        vector = _vector(reading)
        length = _length(vector)
        scale = length + _SATURATION
        parts = {
            feature: weights[feature] * value / scale
            for feature, value in vector.items()
            if feature in weights
        }
        families: dict[str, float] = {}
        for feature, part in parts.items():
            family = self.lexicon.family(feature)
            families[family] = families.get(family, 0.0) + part
        cut = (self.cut if reading.is_home else self.bridge_cut) * _cut_share(reading.words)
        ratio = sum(parts.values()) / cut
        if self.core:
            ratio = sum(min(part / cut, _FAMILY_SHARE) for part in families.values())
            ratio *= self._pair_factor(reading)
        return _Sum(ratio, parts, length)

    def _pair_factor(self, reading: Reading) -> float:
        """More than 1 where a text speaks of both core places, less where one is missing."""
        first, second = (reading.counts.get(place, (0, 0.0))[0] for place in self.core)
        density = math.sqrt(first * second) / max(reading.words, 1)
        if not density:
            return _ONE_SIDED
        return 1 + _PAIR_GAIN * min(1.0, density / _PAIR_DENSITY)

    def _nearest_seed(self, reading: Reading) -> int:
        vector = _vector(reading)
        return max(
            sorted(self.seed_weights, reverse=True),
            key=lambda seed: (_dot(self.seed_weights[seed], vector), -seed),
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
                "weights": self.weights,
                "bridge_weights": self.bridge_weights,
                "seed_weights": self.seed_weights,
                "spellings": self.spellings,
                "core": self.core,
                "cut": self.cut,
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
        )
        return cls(
            version=read["version"],
            lexicon=lexicon,
            weights=read["weights"],
            bridge_weights=read["bridge_weights"],
            seed_weights={int(seed): row for seed, row in read["seed_weights"].items()},
            spellings=read["spellings"],
            core=tuple(read["core"]),
            cut=read["cut"],
            bridge_cut=read["bridge_cut"],
        )


def learn_topic(seeds: SeedSet) -> Topic:
    """What the seed set is about."""
    texts = [_whole(seed) for seed in seeds.documents]
    lexicon = learn_lexicon(texts)
    core = _core([_vector(lexicon.read(text, is_home=True)) for text in texts])
    if core:
        lexicon = replace(lexicon, families=learn_families(texts, lexicon, core))
    vectors = [_vector(lexicon.read(text, is_home=True)) for text in texts]
    bridges = [_bridging(_vector(lexicon.read(text, is_home=False)), lexicon) for text in texts]
    lengths = [_length(_vector(lexicon.read(text, is_home=False))) for text in texts]
    return Topic(
        version=_version(seeds.digest),
        lexicon=lexicon,
        weights=_ranked(_profile(vectors)),
        bridge_weights=_ranked(_profile(bridges)),
        seed_weights={
            seed.id: dict(list(_ranked(_unit(vector)).items())[:_SEED_FEATURES])
            for seed, vector in zip(seeds.documents, vectors, strict=True)
        },
        spellings=_spellings(texts, lexicon),
        core=core,
        cut=_cut(vectors, [_length(vector) for vector in vectors]),
        bridge_cut=_cut(bridges, lengths),
    )


def _whole(seed: SeedDocument) -> str:
    return f"{seed.title}\n{seed.text}" if seed.title else seed.text


def _version(told: str) -> str:
    return f"{ALGORITHM} {hashlib.sha256(told.encode()).hexdigest()[:16]}"


def _vector(reading: Reading) -> dict[str, float]:
    """Log-tf x idf of the features that are no function words."""
    return {
        feature: (1 + math.log(times)) * idf if times > 1 else idf
        for feature, (times, idf) in reading.counts.items()
        if idf > _MIN_IDF
    }


def _length(vector: Mapping[str, float]) -> float:
    return math.sqrt(sum(value * value for value in vector.values()))


def _unit(vector: Mapping[str, float]) -> dict[str, float]:
    length = _length(vector) or 1.0
    return {feature: value / length for feature, value in vector.items()}


def _dot(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    return sum(weight * b[feature] for feature, weight in a.items() if feature in b)


def _ranked(weights: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0])))


def _profile(vectors: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The centroid, each feature weighted by the share of the vectors that have it; unit length."""
    total: dict[str, float] = {}
    having: Counter[str] = Counter()
    for vector in vectors:
        for feature, value in _unit(vector).items():
            total[feature] = total.get(feature, 0.0) + value
            having[feature] += 1
    count = len(vectors)
    return _unit({f: value * (having[f] / count) ** _CONSENSUS for f, value in total.items()})


def _bridging(weights: Mapping[str, float], lexicon: Lexicon) -> dict[str, float]:
    """What says the same in any language: places, concepts and names."""
    return {f: weight for f, weight in weights.items() if f[0] in "@#" or f in lexicon.names}


def _cut(vectors: Sequence[Mapping[str, float]], lengths: Sequence[float]) -> float:
    """Where to part related from unrelated articles, by how alike the seeds are.

    Args:
        vectors: of the seeds.
        lengths: |d| of the seeds, all their features counted.
    """
    likenesses = [_LONE_SEED_LIKENESS]
    if len(vectors) > 1:
        likenesses = [
            _dot(_profile([*vectors[:at], *vectors[at + 1 :]]), vector) / (length + _SATURATION)
            for at, (vector, length) in enumerate(zip(vectors, lengths, strict=True))
        ]
    return _CUT_FLOOR + _CUT_SLOPE * statistics.median(likenesses)


def _likeness(weights: Mapping[str, float], seeds: Mapping[int, Mapping[str, float]]) -> float:
    return statistics.fmean(_dot(seed, weights) for seed in seeds.values())


def _core(vectors: Sequence[Mapping[str, float]]) -> tuple[str, ...]:
    """The two countries that nearly all seeds speak of and little else unites; else none."""
    weights = _profile(vectors)
    agreed = [
        feature
        for feature in weights
        if feature.startswith("@")
        and sum(feature in vector for vector in vectors) >= _CORE_AGREEMENT * len(vectors)
    ]
    pair = sorted(agreed, key=lambda place: (-weights[place], place))[:_PAIR]
    if len(pair) < _PAIR or min(weights[place] for place in pair) < _CORE_WEIGHT:
        return ()
    return tuple(pair) if sum(weights[place] ** 2 for place in pair) >= _CORE_SHARE else ()


def _spellings(texts: Sequence[str], lexicon: Lexicon) -> dict[str, str]:
    written: dict[str, Counter[str]] = {}
    for text in texts:
        for token in tokens(text):
            plain = token.replace("’", "'").removesuffix("'s")
            feature = lexicon.feature(token)
            named = feature.startswith("@") or feature in lexicon.names
            written.setdefault(feature, Counter())[plain if named else plain.lower()] += 1
    for name, place in lexicon.families.items():
        written.setdefault(place, Counter())[name.title()] += 0
    return {f: min(forms, key=lambda form: (-forms[form], form)) for f, forms in written.items()}


def _cut_share(words: int) -> float:
    """The cut of a text of so many words, as a share of the cut of an article."""
    grown = math.log(max(words, 1) / _HEADLINE_WORDS) / math.log(_FULL_WORDS / _HEADLINE_WORDS)
    return _HEADLINE_CUT + (1 - _HEADLINE_CUT) * min(max(grown, 0.0), 1.0)
