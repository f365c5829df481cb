"""A topic as people read it: who, where, when, in which words and languages, and what is asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.names import join_places
from ingest.text import normalize, paragraphs, sentences, tokens
from ingest.topic.cues import Kind, dates_named, kind_of, outlets_named
from ingest.topic.edits import Edits
from ingest.topic.queries import language_of, other_languages, queries_of
from ingest.topic.units import full_names
from ingest.topic.wording import place_name, respelt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from ingest.items import SeedSet
    from ingest.topic.model import Topic
    from ingest.topic.phrasing import Query

__all__ = ["NameShown", "TermShown", "TopicDescription", "describe"]

_NAMES, _TERMS, _DATES = 24, 24, 12  # shown at most
_LEAST_SHOWN_IDF = 3.0  # nats; a more common word counts, and tells a reader nothing
_FORMS = 4  # spellings shown of one name, of those seen in the seeds


@dataclass(frozen=True, slots=True, kw_only=True)
class NameShown:
    """A person, an organisation, a place, or a name of which we cannot tell."""

    name: str
    kind: Kind
    weight: float  #: 0..1, in a profile of unit length
    seeds: int  #: seed documents that have it
    family: str | None  #: the core place it stands for as well; None: none
    seen: tuple[str, ...]  #: as the seeds write it, the most used first
    written: tuple[tuple[str, str], ...]  #: (language, as it would be written there)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermShown:
    """Any other word."""

    term: str
    weight: float
    seeds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicDescription:
    """What there is to know of a topic."""

    version: str
    seeds: int
    names: tuple[NameShown, ...]
    terms: tuple[TermShown, ...]
    first_published: datetime | None  #: of the seeds; None: none states a date
    last_published: datetime | None
    dates: tuple[tuple[str, int], ...]  #: named in the seeds, and in how many of them
    languages: tuple[str, ...]  #: of the seeds, the most frequent first
    other_languages: tuple[str, ...]  #: that the story is likely to be told in
    outlets: tuple[str, ...]  #: whose addresses stand in the seeds
    core: tuple[str, ...]  #: the pair of places that it is about; (): it is no such pair
    cut: float  #: raw score of an article in a language of the seeds
    foreign_cut: float  #: raw score of an article in any other language
    edits: Edits
    queries: tuple[Query, ...] = field(repr=False)

    @property
    def countries(self) -> tuple[NameShown, ...]:
        """The countries among the names."""
        return tuple(name for name in self.names if name.kind == "place" and name.written)


class _Seen:
    """The features of the seeds: how they are written, and in how many seeds."""

    def __init__(self, topic: Topic, seeds: SeedSet) -> None:
        self.forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.seeds: defaultdict[str, set[int]] = defaultdict(set)
        self.idf: dict[str, float] = {}
        self.lines: list[list[str]] = []
        for seed in seeds.documents:
            for line in [*([seed.title] if seed.title else []), *paragraphs(seed.text)]:
                for sentence in sentences(line):
                    written = join_places(tokens(sentence))
                    self.lines.append(list(written))
                    for token in written:
                        read = topic.lexicon.read(token, is_home=True).counts
                        for feature, (_, idf) in read.items():
                            self.seeds[feature].add(seed.id)
                            self.idf[feature] = idf
                        self.forms[topic.lexicon.feature(token)][_bare(token)] += 1

    def spellings(self, feature: str) -> tuple[str, ...]:
        counted = self.forms[feature]
        return tuple(sorted(counted, key=lambda form: (-counted[form], form))[:_FORMS])


def describe(
    topic: Topic,
    seeds: SeedSet,
    *,
    edits: Edits | None = None,
    spellings: Mapping[str, Mapping[str, str]] | None = None,
    per_language: int = 6,
) -> TopicDescription:
    """What a topic is about, as far as seeds and tables tell.

    Args:
        topic: the topic in force.
        seeds: the documents it was learned from.
        edits: what the settings say of single words.
        spellings: by language, how kept articles write the names (`queries.seen_names`).
        per_language: queries at most, for each language.
    """
    seen = _Seen(topic, seeds)
    told = Counter(language_of(seed) for seed in seeds.documents)
    home = sorted(told, key=lambda language: (-told[language], language or ""))
    other = other_languages(topic, home)
    languages = tuple(language for language in home if language)
    published = sorted(seed.published for seed in seeds.documents if seed.published)
    named = list(_names(topic, seeds, seen, (*languages, *other)))
    features = [f for f, weight in topic.weights.items() if weight > 0 and _is_term(topic, seen, f)]
    return TopicDescription(
        version=topic.version,
        seeds=len(seeds.documents),
        names=tuple(named),
        terms=tuple(
            TermShown(
                term=topic.spelling(feature),
                weight=topic.weights[feature],
                seeds=len(seen.seeds[feature]),
            )
            for feature in features[:_TERMS]
        ),
        first_published=published[0] if published else None,
        last_published=published[-1] if published else None,
        dates=_dates(seeds),
        languages=languages,
        other_languages=other,
        outlets=outlets_named([seed.raw for seed in seeds.documents]),
        core=tuple(_name_of(topic, place, languages) for place in topic.core),
        cut=topic.cut,
        foreign_cut=topic.bridge_cut,
        edits=edits or Edits(),
        queries=queries_of(topic, seeds, per_language=per_language, spellings=spellings),
    )


def _names(
    topic: Topic, seeds: SeedSet, seen: _Seen, languages: Sequence[str]
) -> Iterator[NameShown]:
    """The strongest names, the core places first.

    The words of a two-word name make one row, that of the stronger.
    """
    wholes = full_names(topic, seeds.documents)
    shown: set[str] = set()
    leading = dict.fromkeys((*topic.core, *topic.weights))
    for feature in leading:
        if topic.weights.get(feature, 0.0) <= 0 or not _is_name(topic, feature):
            continue
        name = wholes.get(feature) or _name_of(topic, feature, languages)
        if name in shown:
            continue
        shown.add(name)
        yield _shown(topic, seen, feature, name, languages)
        if len(shown) == _NAMES:
            return


def _shown(
    topic: Topic, seen: _Seen, feature: str, name: str, languages: Sequence[str]
) -> NameShown:
    is_place = feature.startswith("@")
    family = topic.lexicon.family(feature)
    told = (
        (language, place_name(feature, language) if is_place else respelt(_last(name), language))
        for language in languages
    )
    return NameShown(
        name=name,
        kind="place" if is_place else kind_of(_spellings(name, feature), seen.lines),
        weight=topic.weights[feature],
        seeds=len(seen.seeds[feature]),
        family=None if family == feature else _name_of(topic, family, languages),
        seen=seen.spellings(feature),
        written=tuple(
            (language, text)
            for language, text in told
            if text and (is_place or text.casefold() != _last(name).casefold())
        ),
    )


def _spellings(name: str, feature: str) -> list[list[str]]:
    whole = [normalize(word) for word in name.split()]
    return [whole] if whole == [feature] else [whole, [feature]]


def _is_name(topic: Topic, feature: str) -> bool:
    return feature.startswith("@") or feature in topic.lexicon.names


def _is_term(topic: Topic, seen: _Seen, feature: str) -> bool:
    """Whether it is a word worth showing: no name, no number, no word of every article."""
    is_telling = seen.idf.get(feature, _LEAST_SHOWN_IDF) >= _LEAST_SHOWN_IDF
    return is_telling and not feature.isdigit() and not _is_name(topic, feature)


def _name_of(topic: Topic, feature: str, languages: Sequence[str]) -> str:
    """A country by its name, not by its people; any other name as the seeds write it."""
    known = languages[0] if languages else "en"
    named = place_name(feature, known) if feature.startswith("@") else None
    return named or topic.spelling(feature)


def _last(name: str) -> str:
    return name.rpartition(" ")[2]


def _dates(seeds: SeedSet) -> tuple[tuple[str, int], ...]:
    counted = Counter(day for seed in seeds.documents for day in set(dates_named(seed.text)))
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:_DATES])


def _bare(token: str) -> str:
    return token.replace("’", "'").removesuffix("'s")
