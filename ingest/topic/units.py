"""What a query may be made of: places, names, two-word names and news words, as written."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ingest.concepts import concept_of
from ingest.features import bare_word
from ingest.names import fold, join_places, place_of
from ingest.text import paragraphs, sentences, tokens
from ingest.topic.wording import place_name, respelt, word_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingest.items import SeedDocument
    from ingest.topic.model import Topic

__all__ = ["Unit", "full_names", "read_units", "seen_names"]

_LEAST_IDF = 4.0  # nats; more common words find everything
_LEAST_PART_IDF = 2.0  # the same, of one word of a two-word name
_UNHEARD_IDF = 8.0  # nats; a part of a name, though written small: Geun-hye
_LEAST_LETTERS = 4  # of a term that is no acronym; `Sen` and `Ala` are cut-off words
_LEAST_PAIRS = 3  # times two words stand side by side, to be a name of two words
_INSEPARABLE = 0.8  # share of the uses of a word beside one other, to be no term by itself
_CAPITAL = ".capital"
_DIGITS = 9  # of a weight; what is below depends on the order of the seeds
_BENT = frozenset({"ru", "uk", "pl", "tr", "az", "kk", "ka", "hy", "de"})  # the shortest form is it


class _Word(NamedTuple):
    written: str
    feature: str
    idf: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One term that a query may ask for."""

    features: tuple[str, ...]  #: one, or two in their order
    names: frozenset[str]  #: what it stands for: its features and the places they belong to
    text: str  #: in the language of the query
    english: str | None  #: None: it cannot be written in English
    weight: float  #: in the topic
    idf: float  #: nats
    paragraphs: frozenset[int] = field(repr=False)  #: that hold it, by place in the seeds
    seeds: frozenset[int] = field(repr=False)  #: that hold it, by place among the documents


class _Reader:
    """Reads words of seeds as the features of a topic, the capital of a country apart from it."""

    def __init__(self, topic: Topic, *, is_home: bool) -> None:
        self.topic = topic
        self.is_home = is_home
        self.weights = topic.weights if is_home else topic.bridge_weights
        self._known: dict[str, _Word] = {}

    def line(self, paragraph: str) -> list[_Word]:
        read: list[_Word] = []
        for sentence in sentences(paragraph):
            for token in join_places(tokens(sentence)):
                word = self.word(token)
                is_split = " " in token and not word.feature.startswith("@")
                read += map(self.word, token.split(" ")) if is_split else [word]
        return read

    def word(self, token: str) -> _Word:
        if token not in self._known:
            self._known[token] = self._read(token)
        return self._known[token]

    def _read(self, token: str) -> _Word:
        counts = self.topic.lexicon.read(token, is_home=self.is_home).counts
        places = [feature for feature in counts if feature.startswith("@")]
        first = next(iter(counts), token)
        feature = places[0] if " " in token and places else first
        _, idf = counts.get(feature, (0, 0.0))
        word = bare_word(token)
        if feature.startswith("@"):
            is_capital = (place_of(token, word) or "").endswith(_CAPITAL)
            return _Word(token, feature + _CAPITAL * is_capital, idf)
        concept = concept_of(word) if word not in self.topic.lexicon.names else None
        return _Word(token, f"#{concept}" if concept else feature, idf)


def seen_names(topic: Topic, texts: Iterable[str]) -> dict[str, str]:
    """How texts in another language write the names of a topic, by feature.

    Where the texts have a name in several cases it is the form that sounds like it does at home,
    or else the shortest.
    """
    reader = _Reader(topic, is_home=False)
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for token in tokens(text):
            word = reader.word(token)
            if word.feature in topic.lexicon.names and token[:1].isupper():
                forms[word.feature][_bare(token)] += 1
    return {feature: _nominative(feature, written) for feature, written in sorted(forms.items())}


def _nominative(name: str, forms: Mapping[str, int]) -> str:
    def rank(form: str) -> tuple[bool, int, int, str]:
        return fold(form) != fold(name), len(form), -forms[form], form

    return min(forms, key=rank)


def read_units(
    topic: Topic,
    documents: Sequence[SeedDocument],
    language: str | None,
    *,
    is_home: bool,
    written: Mapping[str, str],
) -> tuple[list[Unit], list[int]]:
    """The units of the seeds that can be written in a language, the strongest first.

    Args:
        topic: gives the weights.
        documents: the seeds.
        language: of the query.
        is_home: whether the documents are in that language.
        written: names by feature, as texts in that language write them.

    Returns:
        The units, and for each paragraph its document, by place.
    """
    reader = _Reader(topic, is_home=is_home)
    lines, owners = _lines(reader, documents)
    made = _Units(reader, lines, owners, language, written).all()
    made.sort(key=lambda unit: (-unit.weight * math.sqrt(unit.idf), unit.text, unit.features))
    strongest: dict[str, Unit] = {}
    for unit in made:
        strongest.setdefault(unit.text.lower(), unit)
    return list(strongest.values()), owners


def full_names(topic: Topic, documents: Sequence[SeedDocument]) -> dict[str, str]:
    """The words of two-word names of the seeds to the whole: `aliyev` to Ilham Aliyev."""
    reader = _Reader(topic, is_home=True)
    lines, owners = _lines(reader, documents)
    return _Units(reader, lines, owners, None, {}).full_names()


def _lines(
    reader: _Reader, documents: Sequence[SeedDocument]
) -> tuple[list[list[_Word]], list[int]]:
    """The headline and the paragraphs of the seeds, and for each its document, by place."""
    told = [
        (place, paragraph)
        for place, seed in enumerate(documents)
        for paragraph in [*([seed.title] if seed.title else []), *paragraphs(seed.text)]
    ]
    return [reader.line(paragraph) for _, paragraph in told], [place for place, _ in told]


class _Units:
    def __init__(
        self,
        reader: _Reader,
        lines: Sequence[Sequence[_Word]],
        owners: Sequence[int],
        language: str | None,
        written: Mapping[str, str],
    ) -> None:
        self._names = written
        self._reader, self._owners, self._language = reader, owners, language
        self._forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._idf: dict[str, float] = {}
        self._places: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
        self._pairs: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for place, line in enumerate(lines):
            for word in line:
                self._forms[word.feature][word.written] += 1
                # The words of a concept differ; the most common one tells how much it finds.
                self._idf[word.feature] = min(word.idf, self._idf.get(word.feature, word.idf))
                self._places[word.feature,].add(place)
            for a, b in pairwise(line):
                self._places[a.feature, b.feature].add(place)
                if a.written[:1].isupper() and a.feature != b.feature:
                    self._pairs[a.feature, b.feature][f"{a.written} {b.written}"] += 1

    def full_names(self) -> dict[str, str]:
        """Each word of a name of two words to the whole as written, the most used of several."""
        names: dict[str, str] = {}
        pairs, _ = self._two_word_names()
        for pair in sorted(pairs, key=lambda pair: (self._pairs[pair].total(), pair)):
            whole = _bare(_most_used(self._pairs[pair]))
            names |= {word: whole for word in pair if word[0] not in "@#"}
        return names

    def all(self) -> list[Unit]:
        pairs, parts = self._two_word_names()
        units = [self._unit((feature,)) for feature in self._forms if feature not in parts]
        if self._reader.is_home:
            units += [self._unit(pair) for pair in pairs]
        return [unit for unit in units if unit is not None]

    def _two_word_names(self) -> tuple[list[tuple[str, str]], set[str]]:
        """Names such as Fort Lauderdale, and the words that hardly stand outside of one."""
        found: list[tuple[str, str]] = []
        parts: set[str] = set()
        for pair, written in self._pairs.items():
            times = written.total()
            inseparable = {
                word
                for word in pair
                if word[0] not in "@#" and times >= _INSEPARABLE * self._forms[word].total()
            }
            if inseparable and times >= _LEAST_PAIRS and self._is_name(pair):
                found.append(pair)
                parts |= inseparable
        return found, parts

    def _is_name(self, pair: tuple[str, str]) -> bool:
        first, second = pair
        return (
            not first.startswith("@")
            and not second.isdigit()
            and (_most_used(self._forms[second])[:1].isupper() or self._idf[second] >= _UNHEARD_IDF)
            and min(self._idf[first], self._idf[second]) >= _LEAST_PART_IDF
        )

    def _unit(self, features: tuple[str, ...]) -> Unit | None:
        weights = [self._weight(feature) for feature in features]
        weight = round(max(weights), _DIGITS) if min(weights) > 0 else 0.0
        idfs = sorted((self._idf[feature] for feature in features), reverse=True)
        topic = self._reader.topic
        plain = [feature.removesuffix(_CAPITAL) for feature in features]
        is_common = idfs[0] < _LEAST_IDF and plain[0] not in topic.core
        if weight <= 0 or is_common or features[0].isdigit():
            return None
        text = self._text(features, self._language)
        if text is None or not _can_be_asked(text):
            return None
        places = frozenset(self._places[features])
        return Unit(
            features=features,
            names=frozenset([*features, *plain, *map(topic.lexicon.family, plain)]),
            text=text,
            english=self._text(features, "en"),
            weight=weight,
            idf=idfs[0] + sum(idfs[1:]) / 2,  # the second word of a name is no surprise
            paragraphs=places,
            seeds=frozenset(self._owners[place] for place in places),
        )

    def _weight(self, feature: str) -> float:
        weights = self._reader.weights
        if feature.startswith("#") and self._reader.is_home:  # one for all words of a concept
            spelt = {bare_word(form) for form in self._forms[feature]}
            return math.hypot(*(weights.get(word, 0.0) for word in spelt))
        country = feature.removesuffix(_CAPITAL)
        if not feature.startswith("@"):
            return weights.get(feature, 0.0)
        both = self._uses(country) + self._uses(country + _CAPITAL)
        return weights.get(country, 0.0) * math.sqrt(self._uses(feature) / both)

    def _uses(self, feature: str) -> int:
        return self._forms[feature].total() if feature in self._forms else 0

    def _text(self, features: tuple[str, ...], language: str | None) -> str | None:
        """How to write it, None where nobody told us; what the seeds write is in their language."""
        if len(features) > 1:
            written = self._pairs[features[0], features[1]]
            return _bare(_most_used(written)) if self._is_home(language) else None
        (feature,) = features
        if feature.startswith("@") and language and (known := place_name(feature, language)):
            return known
        if self._is_home(language):
            return self._written(self._forms[feature])
        return self._foreign(feature, language) if language else None

    def _foreign(self, feature: str, language: str) -> str | None:
        if feature.startswith("#"):
            return word_for(feature[1:], language)
        if feature not in self._reader.topic.lexicon.names:
            return None
        if language == self._language and feature in self._names:
            return self._names[feature]
        return respelt(self._written(self._forms[feature]), language)

    def _is_home(self, language: str | None) -> bool:
        return self._reader.is_home and language == self._language

    def _written(self, forms: Mapping[str, int]) -> str:
        """The form most used, or the shortest where words are bent, as likely the nominative."""
        best = _most_used(forms)
        if self._reader.is_home and self._language in _BENT:
            best = min(forms, key=lambda form: (len(form), -forms[form], form))
        best = _bare(best)
        return best if any(form[:1].isupper() for form in forms) else best.lower()


def _bare(written: str) -> str:
    return written.replace("’", "'").removesuffix("'s")


def _can_be_asked(text: str) -> bool:
    is_acronym = len(text) > 1 and text.isupper()
    return "'" not in text and (is_acronym or len(text) >= _LEAST_LETTERS)


def _most_used(forms: Mapping[str, int]) -> str:
    return min(forms, key=lambda form: (-forms[form], form))
