"""The read API: `import ingest`, then `ingest.Corpus.open("corpus.db")`; docs/python.md tells more.

It only reads, whoever writes meanwhile; rows come one after the other, in the types of
`ingest.read_items`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from ingest.corpus import Corpus as _Stored
from ingest.corpus.searching import SearchSyntaxError
from ingest.corpus.selection import Selection
from ingest.errors import NotACorpus
from ingest.read_items import (
    StoredArticle,
    StoredCopy,
    StoredOutlet,
    StoredPage,
    StoredRevision,
    StoredSource,
    StoredStory,
)
from ingest.times import moment_of
from ingest.urls import address_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime
    from os import PathLike
    from types import TracebackType

__all__ = [
    "Corpus",
    "SearchSyntaxError",
    "StoredArticle",
    "StoredCopy",
    "StoredOutlet",
    "StoredPage",
    "StoredRevision",
    "StoredSource",
    "StoredStory",
]

_Value = TypeVar("_Value", str, int)

_LARGEST = 2**63 - 1  # that SQLite holds
_COUNTED = ("articles", "copies", "revisions", "outlets", "seeds", "sources", "runs", "addresses")


class Corpus:
    """A corpus, open for reading; a context manager, which closes it."""

    def __init__(self, stored: _Stored) -> None:
        self._stored = stored

    @classmethod
    def open(cls, path: str | PathLike[str]) -> Self:
        """Open a corpus.

        One of an older Seedbed is brought up to date where its file can be written.

        Raises:
            NotACorpus: no such file, no SQLite file, or not one of ours.
            CorpusTooNew: made by a newer Seedbed.
            CorpusError: something else is wrong with it; the base of these.
        """
        file = Path(path)
        if file.is_dir():
            raise NotACorpus("a folder; name the corpus.db in it", path=file)
        return cls(_Stored(file, readonly=True))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what is still being read ends there."""
        self._stored.close()

    def articles(
        self,
        *,
        since: str | date | None = None,
        until: str | date | None = None,
        outlet: str | Iterable[str] | None = None,
        language: str | Iterable[str] | None = None,
        story: int | Iterable[int] | None = None,
        min_relevance: float = 0.0,
        words: str = "",
        newest_first: bool = False,
    ) -> Iterator[StoredArticle]:
        """Articles that meet every filter given, by date of publication; undated ones first.

        Args:
            since: published then or later: a date, an aware time, or either as ISO 8601 text; one
                without a date of its own counts by when it was found.
            until: published before then; of a day: on it or before.
            outlet: registrable domains, alternatives of each other; None: any, none of them: no
                article.
            language: ISO 639-1, the same.
            story: numbers of stories, the same.
            min_relevance: 0..1.
            words: that all stand in it; phrases and operators as `seedbed search` has them.
            newest_first: the other way round.

        Raises:
            ValueError: a time is none, or has no zone.
            SearchSyntaxError: the words cannot be read; a ValueError too.
        """
        outlets, languages = _several(outlet), _several(language)
        stories = _several(story)
        if () in (outlets, languages, stories):  # one of none
            return iter(())
        only = Selection(
            since=_moment(since),
            until=_moment(until, is_end=True),
            outlets=outlets or (),
            languages=languages or (),
            stories=stories or (),
        )
        return self._stored.stream_articles(
            only=only, words=words, min_relevance=min_relevance, is_newest_first=newest_first
        )

    def article(self, number: int) -> StoredArticle | None:
        """One article by its number; None: there is none."""
        return self._stored.stored_article(number) if abs(number) <= _LARGEST else None

    def copies(self, article: StoredArticle | int) -> Iterator[StoredCopy]:
        """Pages that carry an article, the earliest first."""
        return self._stored.stream_copies(_number(article))

    def revisions(self, article: StoredArticle | int) -> Iterator[StoredRevision]:
        """The wordings that an article had before, the first one first."""
        return self._stored.stream_revisions(_number(article))

    def stories(self) -> Iterator[StoredStory]:
        """The threads of the topic, the longest first."""
        return self._stored.stream_stories()

    def outlets(self) -> Iterator[StoredOutlet]:
        """Outlets that carry the topic, the busiest first."""
        return self._stored.stream_outlets()

    def sources(self) -> Iterator[StoredSource]:
        """Feeds, sitemaps and sites, by kind and address."""
        return self._stored.stream_sources()

    def why(self, url: str) -> StoredPage | None:
        """What became of an address, in any spelling; None: it was never considered."""
        found = self._stored.find_page(address_key(url))
        return None if found is None else self._stored.stored_page(found["id"])

    def counts(self) -> dict[str, int]:
        """How many there are of articles, copies, outlets, seeds, sources and more."""
        told: dict[str, Any] = self._stored.summary()
        return {name: int(told[name]) for name in _COUNTED}


def _number(article: StoredArticle | int) -> int:
    return article if isinstance(article, int) else article.id


def _several(wanted: _Value | Iterable[_Value] | None) -> tuple[_Value, ...] | None:
    """The values that are wanted; None: any."""
    if wanted is None:
        return None
    return (wanted,) if isinstance(wanted, str | int) else tuple(wanted)


def _moment(said: str | date | None, *, is_end: bool = False) -> datetime | None:
    """A time that was asked for, aware; of a day its start, or its end."""
    if said is None:
        return None
    try:
        at = moment_of(said, is_end=is_end)
    except OverflowError as exc:
        raise ValueError(f"no day comes after {said}") from exc
    except ValueError as exc:
        raise ValueError(f"{said!r} is no date or time like 2025-07-01") from exc
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {at}")
    return at
