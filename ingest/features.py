"""From a text to what it counts as: words, names whatever their spelling, and countries.

A feature is a normalised word, or `@` and the code of a country: Baku, Azerbaijani and
Азербайджана all count as `@az`. Sits above `text`, `background` and `names`, below `topic`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ingest.background import common_zipf, guess_language, idf_of_zipf, zipf_of
from ingest.concepts import concept_of, concept_zipf
from ingest.names import fold, join_places, name_keys, place_of, place_zipf
from ingest.text import normalize, paragraphs, sentences, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["MIN_IDF", "Lexicon", "Reading", "bare_word", "learn_families", "learn_lexicon"]

MIN_IDF = 1.0  #: nats; what is more common is a function word and no feature

_NAME_IDF = 4.0  # nats; a capitalised word that is more common is the start of a sentence
_NAME_CHARS = 3
_TITLE_CHARS, _TITLE_WORDS, _TITLE_SHARE = 4, 4, 0.8
_OPENING = re.compile(r"[\"“„«:–—]|(?<!\w)['‘]")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_CALENDAR = frozenset(word.lower() for word in (*_DAYS, *_MONTHS))
_KEY_CHARS = 4
_RARE_ZIPF = 3.2  # a more common word of the seeds' own language is no name in another spelling
_NUMBER_IDF = {1: 1.0, 2: 2.0}
_LONG_NUMBER_IDF = 5.0
_REACH = 4  # words between a name and the place that it belongs to
_TIE = 1.5  # times the next place that the place of a name must be near it
_LEAST_TIES = 0.3  # summed nearness (1 / words between): once, three words apart
_KNOWN_ZIPF = 3.0  # separated English headlines from Russian, Azerbaijani, Turkish ones: .5 to .4
_KNOWN_SHARE = 0.5
_VOCABULARY_SHARE = 0.25  # the same, where the only list of words is the seeds' own
_LONGEST_WORD = 60  # letters; what is longer is a key or a picture, and costly to look up
_COMMON_SHARE, _COMMON_TIMES, _COMMON_CHARS = 0.08, 3, 4  # of function words
_MEMO_SIZE = 65_536  # words; some 25 MB

_Features = tuple[tuple[str, float], ...]  # (feature, idf in nats)


class _Entry(NamedTuple):
    """What is remembered of a token."""

    features: _Features  # without function words
    first: str  # feature, function word or not
    is_word: bool
    is_known: bool  # in a language of the seeds


class Reading(NamedTuple):
    """What a text counts as."""

    counts: dict[str, tuple[int, float]]  #: feature to (times, idf in nats > `MIN_IDF`)
    words: int
    is_home: bool  #: in a language of the seeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """How to read texts for one topic."""

    languages: tuple[str, ...]  #: of the seeds that have a table, the most frequent first
    names: frozenset[str]  #: words that the seeds write as names
    vocabulary: frozenset[str]  #: the seeds' words, where a language of theirs has no table
    common: frozenset[str] = frozenset()  #: of that vocabulary, what stands in too many sentences
    families: Mapping[str, str] = field(default_factory=dict)
    #: name to the place it belongs to, `aliyev` to `@az`: who writes of it writes of the place
    _keys: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    _memo: dict[bool, dict[str, _Entry]] = field(
        default_factory=lambda: {True: {}, False: {}}, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        for name in sorted(self.names, reverse=True):
            if len(key := fold(name)) >= _KEY_CHARS:
                self._keys[key] = name

    def read(self, text: str, *, is_home: bool | None = None) -> Reading:
        """Count the features of a text.

        Args:
            text: any text.
            is_home: whether to read it as one in a language of the seeds, word by word, or as a
                foreign one, by names and the concepts of `ingest.concepts`; None: as it is.
        """
        written = Counter(join_places(tokens(text)))
        counts, is_like_home = self._count(written, is_home=is_home is not False)
        if is_home is None and not is_like_home:
            counts, _ = self._count(written, is_home=False)
        return Reading(counts, written.total(), is_like_home if is_home is None else is_home)

    def _count(
        self, written: Mapping[str, int], *, is_home: bool
    ) -> tuple[dict[str, tuple[int, float]], bool]:
        """The features, and whether enough words are known in the languages of the seeds."""
        counts: dict[str, tuple[int, float]] = {}
        memo = self._memo[is_home]
        known = total = 0
        for token, times in written.items():
            features, _, is_word, is_known = memo.get(token) or self._remember(
                token, is_home=is_home
            )
            if is_word:
                total += times
                if is_known:
                    known += times
            for feature, idf in features:
                if feature in counts:
                    counts[feature] = (counts[feature][0] + times, idf)
                else:
                    counts[feature] = (times, idf)
        return counts, known >= (_VOCABULARY_SHARE if self.vocabulary else _KNOWN_SHARE) * total

    def feature(self, token: str) -> str:
        """What one word, as written, counts as first of all."""
        entry = self._memo[True].get(token) or self._remember(token, is_home=True)
        return entry.first

    def family(self, feature: str) -> str:
        """The feature, or the place it belongs to."""
        return self.families.get(feature, feature)

    def _remember(self, token: str, *, is_home: bool) -> _Entry:
        memo = self._memo[is_home]
        if len(memo) >= _MEMO_SIZE:
            memo.clear()
        word = bare_word(token)
        features = self._features(token, word, is_home=is_home)
        entry = _Entry(
            features=tuple(feature for feature in features if feature[1] > MIN_IDF),
            first=features[0][0],
            is_word=not token.isdigit(),
            is_known=self._is_known(word),
        )
        return memo.setdefault(token, entry)

    def _features(self, token: str, word: str, *, is_home: bool) -> _Features:
        if len(token) > _LONGEST_WORD:
            word = ""
        if place := place_of(token, word):
            return (self._place(place),)
        if word.isdigit():
            is_whole = not word.startswith("0")  # 000 is what is left of 12,000
            return ((word, _NUMBER_IDF.get(len(word), _LONG_NUMBER_IDF) if is_whole else 0.0),)
        if not word or (len(word) == 1 and word.isascii()):  # the U and the S of U.S.
            return ((word, 0.0),)
        if not is_home and (concept := concept_of(word)):
            return (("#" + concept, idf_of_zipf(concept_zipf(concept))),)
        name = word if word in self.names else self._respelt(token, word)
        if name is None:
            return ((word, self._idf(word)),)
        home = self.families.get(name)
        own = (name, self._idf(name))
        return (own, self._place(home[1:])) if home else (own,)

    def _idf(self, word: str) -> float:
        if word in self.common:
            return 0.0
        return idf_of_zipf(zipf_of(word, self.languages) or common_zipf(word))

    def _place(self, place: str) -> tuple[str, float]:
        country = place.partition(".")[0]
        return "@" + country, idf_of_zipf(place_zipf(country, self.languages))

    def _respelt(self, token: str, word: str) -> str | None:
        """The name of the topic that this is in another spelling, script or case, if any."""
        if word.isascii() and (zipf_of(word, self.languages) or 0) > _RARE_ZIPF:
            return None
        found = (self._keys.get(key) for key in name_keys(token, word))
        return next((name for name in found if name), None)

    def _is_known(self, word: str) -> bool:
        if word.isdigit():
            return False
        return (zipf_of(word, self.languages) or 0) >= _KNOWN_ZIPF or word in self.vocabulary


def bare_word(token: str) -> str:
    """A word normalised, without what follows an apostrophe: `Bakü'de` is `bakü`."""
    return normalize(token).partition("'")[0]


def learn_lexicon(texts: Sequence[str]) -> Lexicon:
    """What the seed texts are written in, and their names."""
    guessed = [guess_language([bare_word(token) for token in tokens(text)]) for text in texts]
    often = Counter(language for language in guessed if language)
    languages = tuple(sorted(often, key=lambda language: (-often[language], language)))
    strange = [text for text, language in zip(texts, guessed, strict=True) if language is None]
    return Lexicon(
        languages=languages,
        names=_names(_sentences(texts), languages),
        vocabulary=frozenset(bare_word(token) for text in strange for token in tokens(text)),
        common=_function_words(_sentences(strange)),
    )


def _function_words(lines: Sequence[str]) -> frozenset[str]:
    """The short words that stand in many of these sentences, where no table tells them."""
    inside: Counter[str] = Counter()
    for line in lines:
        inside.update({bare_word(token) for token in tokens(line) if not place_of(token, token)})
    least = max(_COMMON_TIMES, _COMMON_SHARE * len(lines))
    return frozenset(
        word for word, times in inside.items() if times >= least and len(word) <= _COMMON_CHARS
    )


def _sentences(texts: Sequence[str]) -> list[str]:
    return [sentence for text in texts for line in paragraphs(text) for sentence in sentences(line)]


def _names(lines: Sequence[str], languages: tuple[str, ...]) -> frozenset[str]:
    """Words that stand capitalised inside sentences more often than in small letters."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for line in lines:
        written = tokens(line)
        is_title = _is_title_case(written)
        starts = _after_opening(line)
        of_places = {part for one in join_places(written) if " " in one for part in one.split()}
        for place, token in enumerate(written):
            word = bare_word(token)
            if token.islower():
                small[word] += 1
            elif is_title or place in starts or token in of_places or place_of(token, word):
                continue
            elif token[:1].isupper() and word not in _CALENDAR:
                capital[word] += 1
    return frozenset(
        word
        for word, times in capital.items()
        if times > small[word]
        and len(word) >= _NAME_CHARS
        and word.isalpha()
        and not concept_of(word)
        and idf_of_zipf(zipf_of(word, languages) or common_zipf(word)) > _NAME_IDF
    )


def _is_title_case(written: Sequence[str]) -> bool:
    """Whether a line has nearly all its longer words in capitals: there they tell no names."""
    longer = [token for token in written if len(token) >= _TITLE_CHARS]
    capitals = sum(token[:1].isupper() for token in longer)
    return len(longer) >= _TITLE_WORDS and capitals >= _TITLE_SHARE * len(longer)


def _after_opening(line: str) -> set[int]:
    """Places of the words that begin a line, a quotation or what follows a colon or a dash."""
    pieces = _OPENING.split(line)
    starts, place = set(), 0
    for piece in pieces:
        starts.add(place)
        place += len(tokens(piece))
    return starts


def learn_families(texts: Sequence[str], lexicon: Lexicon, places: Sequence[str]) -> dict[str, str]:
    """The names that stand near one of these places far more than near any other place.

    Right next to it does not count, since that makes a longer name: `Sputnik Azerbaijan`.
    """
    ties: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for sentence in _sentences(texts):
        features = [lexicon.feature(token) for token in join_places(tokens(sentence))]
        for here, name in enumerate(features):
            if name not in lexicon.names:
                continue
            for there in range(max(0, here - _REACH), min(len(features), here + _REACH + 1)):
                if abs(there - here) > 1 and features[there].startswith("@"):
                    place = features[there]
                    ties[name][place] = ties[name].get(place, 0.0) + 1 / abs(there - here)
    families: dict[str, str] = {}
    for name in sorted(ties):
        ranked = sorted(ties[name].items(), key=lambda tie: (-tie[1], tie[0]))
        runner_up = ranked[1][1] if len(ranked) > 1 else 0.0
        if ranked[0][0] in places and ranked[0][1] >= max(_LEAST_TIES, _TIE * runner_up):
            families[name] = ranked[0][0]
    return families
