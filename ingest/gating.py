"""Whether addresses are worth a request, by what was said of them.

Menus, tickers and cards name the same addresses in the same words on page after page, so that what
came of it is remembered: it was 40 of 55 seconds of a crawl's own process, and five in six of its
links had been weighed before (benchmarks.speed, 400 pages of 160 links).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ingest.decide import gate
from ingest.extract.metadata import find_language
from ingest.items import Relevance
from ingest.text import clean_controls, words
from ingest.urls import address_key, is_fetchable, outlet_of, url_words

if TYPE_CHECKING:
    from ingest.items import Candidate, Gated
    from ingest.topic import Topic

__all__ = ["Gate"]

_ADDRESSES = 16_384  # remembered with what was said of them; some 10 MB
_TEXTS = 8192  # headlines and words of addresses; some 3 MB


class _Weighed(NamedTuple):
    """What an address comes to with what was said of it."""

    key: str
    outlet: str
    is_page: bool
    headline: Relevance
    words: int
    is_foreign: bool


class Gate:
    """The gate of one topic."""

    def __init__(self, topic: Topic, *, headline_cut: float | None) -> None:
        self.topic = topic
        self.headline_cut = headline_cut  #: 0..1; None: the topic's own
        # By words without their reasons, which nobody asks of a gate.
        self._headline = lru_cache(_TEXTS)(lambda said: _bare(topic.score_headline(said)))
        self._address = lru_cache(_TEXTS)(lambda said: _bare(topic.score_address(said)))
        self._weighed = lru_cache(_ADDRESSES)(self._weigh)

    def decide(self, candidate: Candidate, *, words_said: int = 0) -> Gated:
        """Whether an address is worth a request.

        Args:
            candidate: what is known of the address.
            words_said: how many words were said of it at least, where not all are known any more.
        """
        if not candidate.url.isprintable():  # its key is to be that of what is stored
            candidate = replace(candidate, url=clean_controls(candidate.url))
        weighed = self._weighed(
            candidate.url, candidate.title, candidate.snippet, candidate.language
        )
        return gate(
            candidate,
            key=weighed.key,
            outlet=weighed.outlet,
            is_page=weighed.is_page,
            headline=weighed.headline,
            headline_words=max(weighed.words, words_said),
            is_foreign=weighed.is_foreign,
        )

    def _weigh(
        self, url: str, title: str | None, snippet: str | None, language: str | None
    ) -> _Weighed:
        said = " ".join(filter(None, (title, snippet)))
        address = url_words(url)
        # Any of the three may be the one that names the topic.
        headline = max(
            self._headline(title or ""),
            self._headline(said),
            self._address(address),
            key=lambda one: one.score,
        )
        if self.headline_cut is not None:
            headline = replace(headline, threshold=self.headline_cut)
        return _Weighed(
            key=address_key(url),
            outlet=outlet_of(url),
            is_page=is_fetchable(url),
            headline=headline,
            words=len(words(said or address)),
            is_foreign=find_language(said, language) not in self.topic.languages,
        )


def _bare(relevance: Relevance) -> Relevance:
    return Relevance(score=relevance.score, threshold=relevance.threshold)
