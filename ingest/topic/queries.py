"""What to ask of search services: a few pairs and triples of terms, for each language.

A query is worth what it is expected to bring: the paragraphs of the seeds that hold all its terms,
those already asked for counted less, times the chance that what holds them is on the topic. Greedy
set cover over these, in every language that the story is told in and its names can be written in.
Weights and limits: `benchmarks/queries.py`, chosen on one half of the stories.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from ingest.background import guess_language
from ingest.text import words
from ingest.topic.phrasing import Query
from ingest.topic.units import Unit, read_units, seen_names
from ingest.topic.wording import languages_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ingest.items import SeedDocument, SeedSet
    from ingest.topic.model import Topic

__all__ = ["Query", "Rules", "language_of", "queries_of", "seen_names"]

_UNITS, _UNITS_OF_TRIPLES = 32, 12  # strongest names and words that pairs and triples are made of
_ONE_SIDED = 0.5  # factor for a query with one of the two core places, of a pair of places
_AGREEMENT = 2  # seeds that hold all terms of a query, where there are more than two
_PAIR = 2
_DIGITS = 9
_COUNTRY_WEIGHT = 0.015  # of a country, for the story to be told in its languages
_OTHER_LANGUAGES = 6
_SAME_STEM, _STEM_ENDING = 4, 3  # letters

_SCRIPTS = {"ka": ("ა", "ჿ"), "hy": ("Ա", "֏")}  # where no list of common words tells
_SCRIPT_SHARE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What may be tuned; `benchmarks/queries.py` tells what each is worth."""

    rarity: float = 0.4  #: share of the summed idf that counts: words of one story come together
    story_share: float = 0.002  #: of all articles, that a story is taken to be
    again: float = 0.25  #: what a paragraph counts after each query that has found it
    worth: float = 0.1  #: of the first query, that a further one must bring


DEFAULT_RULES = Rules()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    topic: Topic
    per_language: int
    rules: Rules
    spellings: Mapping[str, Mapping[str, str]]


@dataclass(slots=True)
class _Offer:
    units: tuple[Unit, ...]
    value: float  # chance to be on the topic, times strength
    seeds: int
    paragraphs: frozenset[int] = field(repr=False)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(unit.text for unit in self.units)

    @property
    def features(self) -> frozenset[str]:
        return frozenset(feature for unit in self.units for feature in unit.features)


def queries_of(
    topic: Topic,
    seeds: SeedSet,
    *,
    per_language: int = 6,
    spellings: Mapping[str, Mapping[str, str]] | None = None,
    rules: Rules = DEFAULT_RULES,
) -> tuple[Query, ...]:
    """The queries of a topic, the languages of its seeds first, the strongest query first.

    Args:
        topic: the topic, as learned, edited or labelled.
        seeds: the documents whose paragraphs the queries are to cover.
        per_language: queries at most, for each language; fewer where more would bring nothing.
        spellings: by language, how articles in it write the names of the topic (`seen_names`).
        rules: for the benchmark.
    """
    asked = _Asked(topic=topic, per_language=per_language, rules=rules, spellings=spellings or {})
    told: dict[str | None, list[SeedDocument]] = {}
    for seed in seeds.documents:
        told.setdefault(language_of(seed), []).append(seed)
    home = sorted(told, key=lambda language: (-len(told[language]), language or ""))
    found = [
        query
        for language in home
        for query in _choose(asked, told[language], language, is_home=True)
    ]
    for language in other_languages(topic, home):
        found += _choose(asked, seeds.documents, language, is_home=False)
    return tuple(found)


def language_of(seed: SeedDocument) -> str | None:
    """The language of a seed, also where no list of common words knows it; None: unknown."""
    text = seed.text
    known = seed.language or guess_language(words(text))
    if known:
        return known
    letters = [letter for letter in text if letter.isalpha()]
    for language, (first, last) in _SCRIPTS.items():
        if sum(first <= letter <= last for letter in letters) > _SCRIPT_SHARE * len(letters):
            return language
    return "az" if "ə" in text.lower() else None


def other_languages(topic: Topic, home: Sequence[str | None]) -> tuple[str, ...]:
    """The languages of the countries of the story, the strongest first, and English."""
    spoken = [
        language
        for feature, weight in topic.weights.items()
        if feature.startswith("@") and weight >= _COUNTRY_WEIGHT
        for language in languages_of(feature)
    ]
    wanted = dict.fromkeys(language for language in spoken if language not in home)
    first = [language for language in wanted if language != "en"][:_OTHER_LANGUAGES]
    return tuple(first if "en" in home else [*first, "en"])


def _choose(
    asked: _Asked, documents: Sequence[SeedDocument], language: str | None, *, is_home: bool
) -> Iterator[Query]:
    topic, rules = asked.topic, asked.rules
    written = asked.spellings.get(language or "", {})
    units, paragraphs = read_units(topic, documents, language, is_home=is_home, written=written)
    offers = _offers(topic, units[:_UNITS], len(documents), rules)
    per_seed = Counter(paragraphs)
    left = [1 / per_seed[seed] for seed in paragraphs]
    least = 0.0
    for place in range(asked.per_language):
        best = _core_offer(topic, offers, place)
        if best is None:
            offers = [offer for offer in offers if not _is_core_again(topic, offer)]
            if not offers:
                return
            best = max(offers, key=lambda offer: (_gain(offer, left), offer.texts))
            gain = _gain(best, left)
            least = least or rules.worth * gain
            if gain < least:
                return
        for paragraph in best.paragraphs:
            left[paragraph] *= rules.again
        offers = [offer for offer in offers if _asks_more(topic, offer, best)]
        yield Query(
            language=language,
            terms=best.texts,
            seeds=best.seeds,
            english=_in_english(best, language),
        )


def _gain(offer: _Offer, left: Sequence[float]) -> float:
    gain = offer.value * math.fsum(left[place] for place in offer.paragraphs)
    return round(gain, _DIGITS)  # what is below depends on the order of the seeds


def _in_english(offer: _Offer, language: str | None) -> tuple[str, ...] | None:
    texts = [unit.text if language == "en" else unit.english for unit in offer.units]
    return tuple(text for text in texts if text) if all(texts) else None


def _core_offer(topic: Topic, offers: Sequence[_Offer], asked: int) -> _Offer | None:
    """A pair of places is asked for by its countries first, then by its capitals.

    Headlines say Baku and Moscow for the one and the other, and hardly ever both at once.
    """
    if not topic.core or asked >= _PAIR:
        return None
    ends = ".capital" if asked else ""
    wanted = {(place + ends,) for place in topic.core}
    return next((offer for offer in offers if {u.features for u in offer.units} == wanted), None)


def _asks_more(topic: Topic, offer: _Offer, asked: _Offer) -> bool:
    """Whether an offer is not in what was asked already.

    Of a pair of places each other name is asked for once: nearly all texts have the places.
    """
    if topic.core and (offer.features & asked.features) - {*topic.core}:
        return False
    return not offer.features >= asked.features


def _is_core_again(topic: Topic, offer: _Offer) -> bool:
    """Whether it asks for a core place by its capital, or for the two of them once more."""
    capitals = {f"{place}.capital" for place in topic.core}
    return bool(offer.features & capitals) or offer.features == {*topic.core}


def _offers(topic: Topic, units: Sequence[Unit], seeds: int, rules: Rules) -> list[_Offer]:
    """Pairs and triples of units that name different things and stand together in the seeds."""
    groups = [*combinations(units, _PAIR), *combinations(units[:_UNITS_OF_TRIPLES], _PAIR + 1)]
    made = (_offer(topic, group, seeds, rules) for group in groups)
    offers = [offer for offer in made if offer is not None]
    agreed = [offer for offer in offers if seeds <= _AGREEMENT or offer.seeds >= _AGREEMENT]
    return agreed or offers


def _offer(topic: Topic, group: tuple[Unit, ...], seeds: int, rules: Rules) -> _Offer | None:
    if any(_is_one_thing(a, b) for a, b in combinations(group, 2)):
        return None
    paragraphs = frozenset.intersection(*(unit.paragraphs for unit in group))
    holding = len(frozenset.intersection(*(unit.seeds for unit in group)))
    if not paragraphs:
        return None
    related = holding / seeds * rules.story_share
    value = related / (related + math.exp(-rules.rarity * sum(unit.idf for unit in group)))
    value *= math.prod(unit.weight for unit in group) ** (1 / len(group))
    sides = sum(any(place in unit.names for unit in group) for place in topic.core)
    value *= _ONE_SIDED ** (len(topic.core) - sides)
    return _Offer(group, value, holding, paragraphs)


def _is_one_thing(a: Unit, b: Unit) -> bool:
    """Whether two units share a name, belong to one place, or are forms of one word."""
    short, long = sorted((a.text.lower(), b.text.lower()), key=len)
    is_form = (
        len(short) >= _SAME_STEM
        and len(long) - len(short) <= _STEM_ENDING
        and long.startswith(short[: max(_SAME_STEM, len(short) - 2)])
    )
    return is_form or not a.names.isdisjoint(b.names)
