"""From the seed set to the topic."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ingest.features import Lexicon, learn_families, learn_lexicon
from ingest.text import tokens, words
from ingest.topic.model import Topic, version_of
from ingest.topic.vectors import (
    FOREIGN,
    HEADLINE,
    TEXT,
    bridging,
    centroid,
    length,
    ranked,
    raw_score,
    unit,
    vector,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.features import Reading
    from ingest.items import SeedDocument, SeedSet
    from ingest.topic.vectors import Manner

__all__ = ["learn_topic"]


class _Cut(NamedTuple):
    """Where to part related from unrelated, by how alike the seeds are."""

    floor: float
    slope: float

    def at(self, likeness: float) -> float:
        """The cut where a left-out seed scores `likeness` (median)."""
        return self.floor + self.slope * likeness


_CUT = _Cut(0.14, 0.30)
_HEADLINE_CUT = _Cut(0.087, 0.186)
# Where there is one seed only, and none to leave out: the cut of two seeds that have as little in
# common as those of a story told from many sides.
_LONE_SEED_LIKENESS = 0.2
_CORE_WEIGHT = 0.2  # of the profile's unit length, for a place to be core
_CORE_SHARE = 0.33  # of the profile's squared length, that the two core places hold
_CORE_AGREEMENT = 0.8  # share of the seeds that speak of a core place
_PAIR = 2
_SEED_FEATURES = 400
_TELLING_CHARS, _TITLE_SAID = 4, 0.3  # share of the longer words of a headline that its body says
_TITLE_SHARE = 0.45  # of the length of a seed, what its headline counts again


def learn_topic(seeds: SeedSet) -> Topic:
    """What the seed set is about."""
    texts = [_whole(seed) for seed in seeds.documents]
    lexicon = learn_lexicon(texts)
    core = _core([vector(lexicon.read(text, is_home=True), 1.0) for text in texts])
    if core:
        lexicon = replace(lexicon, families=learn_families(texts, lexicon, core))
    home = [lexicon.read(text, is_home=True) for text in texts]
    foreign = [lexicon.read(text, is_home=False) for text in texts]
    vectors = [unit(vector(reading)) for reading in home]
    profile = centroid(vectors, TEXT.consensus)
    headlined = [_headlined(seed, lexicon, is_home=True) for seed in seeds.documents]
    bridges = [
        bridging(_headlined(seed, lexicon, is_home=False), lexicon) for seed in seeds.documents
    ]
    cut = _CUT.at(_likeness(vectors, home, TEXT))
    headline_cut = _HEADLINE_CUT.at(_likeness(headlined, home, FOREIGN))
    return Topic(
        version=version_of(seeds.digest),
        lexicon=lexicon,
        weights=ranked(profile),
        headline_gain=_gain(profile, centroid(headlined, HEADLINE.consensus)),
        bridge_weights=ranked(centroid(bridges, FOREIGN.consensus)),
        seed_weights={
            seed.id: dict(list(ranked(one).items())[:_SEED_FEATURES])
            for seed, one in zip(seeds.documents, vectors, strict=True)
        },
        spellings=_spellings(texts, lexicon),
        core=core,
        cut=cut,
        headline_cut=headline_cut / cut,
        bridge_cut=_CUT.at(_likeness(bridges, foreign, FOREIGN)),
    )


def _gain(profile: Mapping[str, float], headlines: Mapping[str, float]) -> dict[str, float]:
    """By what the profile of articles is multiplied to be that of headlines."""
    return {feature: weight / profile[feature] for feature, weight in headlines.items()}


def _headlined(seed: SeedDocument, lexicon: Lexicon, *, is_home: bool) -> dict[str, float]:
    """What a seed says, damped; what its headline says and its body says too counts again.

    The less of a headline the body says, the less it counts: in a dump it may be the headline of
    something else.
    """
    whole = lexicon.read(_whole(seed), is_home=is_home)
    headline = lexicon.read(_own_title(seed), is_home=is_home)
    said_twice = {
        feature: weight
        for feature, weight in unit(vector(headline, FOREIGN.damping)).items()
        if whole.counts[feature][0] > headline.counts[feature][0]
    }
    trust = length(said_twice) ** 2
    weights = unit(vector(whole, FOREIGN.damping))
    for feature, weight in said_twice.items():
        weights[feature] += _TITLE_SHARE * trust * weight
    return weights


def _whole(seed: SeedDocument) -> str:
    title = _own_title(seed)
    return f"{title}\n{seed.text}" if title else seed.text


def _own_title(seed: SeedDocument) -> str:
    """The headline of a seed, where the body speaks of the same; else nothing."""
    told = {word for word in words(seed.title or "") if len(word) >= _TELLING_CHARS}
    said = told & set(words(seed.text))
    return seed.title if seed.title and len(said) >= _TITLE_SAID * len(told) else ""


def _likeness(
    vectors: Sequence[Mapping[str, float]], readings: Sequence[Reading], manner: Manner
) -> float:
    """The median score of a left-out seed."""
    if len(vectors) == 1:
        return _LONE_SEED_LIKENESS
    return statistics.median(
        raw_score(
            centroid([*vectors[:at], *vectors[at + 1 :]], manner.consensus),
            vector(reading, manner.damping),
        )
        for at, reading in enumerate(readings)
    )


def _core(vectors: Sequence[Mapping[str, float]]) -> tuple[str, ...]:
    """The two countries that nearly all seeds speak of and little else unites; else none."""
    weights = centroid(vectors, FOREIGN.consensus)
    agreed = [
        feature
        for feature in weights
        if feature.startswith("@")
        and sum(feature in one for one in vectors) >= _CORE_AGREEMENT * len(vectors)
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
