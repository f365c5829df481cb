"""The words that hold a story together, as its articles write them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from ingest.stories.weighing import Rarity, read_article, weigh
from ingest.text import tokens
from ingest.topic.vectors import centroid

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ingest.features import Lexicon
    from ingest.stories.weighing import Features

__all__ = ["Glossary", "Wording"]

_TERMS = 8
_WEIGHED = 24  # features looked up; some are spelled alike, some name a paper
_REMEMBERED = 200_000  # words
_CONSENSUS = 0.5  # exponent on the share of articles that have a word
_SHARED_BY = 2  # articles that must have a word for it to hold them together


class Wording(NamedTuple):
    """The text of one article of a story."""

    title: str
    text: str
    language: str | None  #: ISO 639-1
    outlet: str  #: registrable domain


class Glossary:
    """Finds the words of stories; made once for many, because it remembers what it has read."""

    def __init__(self, lexicon: Lexicon, seeds: Sequence[Features]) -> None:
        """Take the features of the seed documents: they tell what belongs to the topic."""
        self._lexicon = lexicon
        self._rarity = Rarity(seeds)
        self._counted_as: dict[str, tuple[str, ...]] = {}

    def terms_of(self, articles: Sequence[Wording]) -> tuple[str, ...]:
        """The strongest words that articles share and the topic does not, strongest first.

        Args:
            articles: the one that names the story first; its language is used where it can be.
        """
        readings = [
            read_article(one.title, one.text, language=one.language, lexicon=self._lexicon)
            for one in articles
        ]
        having = Counter(feature for features in readings for feature in features)
        weighed = [weigh(features, self._rarity) for features in readings]
        weights = centroid(weighed, _CONSENSUS)
        shared = {
            feature: weight
            for feature, weight in weights.items()
            if having[feature] >= _SHARED_BY and not feature.isdigit()
        }
        strongest = sorted(shared, key=lambda feature: (-shared[feature], feature))[:_WEIGHED]
        mother_tongue = [one for one in articles if one.language == articles[0].language]
        written = self._written(articles, strongest) | self._written(mother_tongue, strongest)
        # Papers name themselves in what they write.
        papers = " ".join(one.outlet for one in articles)
        terms = dict.fromkeys(written[feature] for feature in strongest if feature in written)
        return tuple(term for term in terms if term.lower() not in papers)[:_TERMS]

    def _written(self, articles: Sequence[Wording], wanted: Collection[str]) -> dict[str, str]:
        """Each feature in the spelling that articles use most, capitals throughout at last."""
        spelled: dict[str, Counter[str]] = {feature: Counter() for feature in wanted}
        used = Counter(token for one in articles for token in tokens(f"{one.title}\n{one.text}"))
        for token, times in used.items():
            for feature in self._features(token):
                if feature in spelled:
                    spelled[feature][_bare(token)] += times
        return {
            feature: min(forms, key=lambda form: (form.isupper(), -forms[form], form))
            for feature, forms in spelled.items()
            if forms
        }

    def _features(self, token: str) -> tuple[str, ...]:
        known = self._counted_as.get(token)
        if known is None:
            if len(self._counted_as) >= _REMEMBERED:
                self._counted_as.clear()
            known = tuple(self._lexicon.read(token, is_home=False).counts)
            self._counted_as[token] = known
        return known


def _bare(token: str) -> str:
    return token.replace("’", "'").partition("'")[0]
