"""From the seed set to the topic."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.features import Lexicon, learn_families, learn_lexicon
from ingest.text import tokens, words
from ingest.topic.model import Topic, version_of
from ingest.topic.vectors import bridging, centroid, length, ranked, raw_score, unit, vector

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.features import Reading
    from ingest.items import SeedDocument, SeedSet

__all__ = ["learn_topic"]

# The cut is a + b x (median score of a left-out seed).
_CUT_FLOOR, _CUT_SLOPE = 0.14, 0.30
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
    vectors = [_seed_vector(seed, lexicon, is_home=True) for seed in seeds.documents]
    foreign = [_seed_vector(seed, lexicon, is_home=False) for seed in seeds.documents]
    bridges = [bridging(one, lexicon) for one in foreign]
    return Topic(
        version=version_of(seeds.digest),
        lexicon=lexicon,
        weights=ranked(centroid(vectors)),
        bridge_weights=ranked(centroid(bridges)),
        seed_weights={
            seed.id: dict(list(ranked(unit(one)).items())[:_SEED_FEATURES])
            for seed, one in zip(seeds.documents, vectors, strict=True)
        },
        spellings=_spellings(texts, lexicon),
        core=core,
        cut=_cut(vectors, [lexicon.read(text, is_home=True) for text in texts]),
        bridge_cut=_cut(bridges, [lexicon.read(text, is_home=False) for text in texts]),
    )


def _seed_vector(seed: SeedDocument, lexicon: Lexicon, *, is_home: bool) -> dict[str, float]:
    """What a seed says; what its headline says and its body says too counts again.

    The less of a headline the body says, the less it counts: in a dump it may be the headline of
    something else.
    """
    whole = lexicon.read(_whole(seed), is_home=is_home)
    headline = lexicon.read(_own_title(seed), is_home=is_home)
    said_twice = {
        feature: weight
        for feature, weight in unit(vector(headline)).items()
        if whole.counts[feature][0] > headline.counts[feature][0]
    }
    trust = length(said_twice) ** 2
    weights = unit(vector(whole))
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


def _cut(vectors: Sequence[Mapping[str, float]], readings: Sequence[Reading]) -> float:
    """Where to part related from unrelated articles, by how alike the seeds are."""
    likenesses = [_LONE_SEED_LIKENESS]
    if len(vectors) > 1:
        likenesses = [
            raw_score(centroid([*vectors[:at], *vectors[at + 1 :]]), vector(reading))
            for at, reading in enumerate(readings)
        ]
    return _CUT_FLOOR + _CUT_SLOPE * statistics.median(likenesses)


def _core(vectors: Sequence[Mapping[str, float]]) -> tuple[str, ...]:
    """The two countries that nearly all seeds speak of and little else unites; else none."""
    weights = centroid(vectors)
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
