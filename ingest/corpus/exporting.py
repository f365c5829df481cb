"""Rows for readers of other programs, one after the other, in types of their own.

What is read is of one moment, however long it takes: SQLite keeps it for an open statement.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from ingest.corpus.base import Base, parse_iso
from ingest.corpus.connection import guarded
from ingest.corpus.searching import full_text_query, reading_words
from ingest.corpus.selection import EVERYTHING
from ingest.read_items import (
    StoredArticle,
    StoredCopy,
    StoredOutlet,
    StoredPage,
    StoredRevision,
    StoredSource,
    StoredStory,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ingest.corpus.selection import Selection

__all__ = ["Exporting"]

_Stored = TypeVar("_Stored")

_AT_ONCE = 50  # rows read between two looks at the reader
_TIMES = frozenset(
    ["published", "first_seen", "modified", "gone_since", "seen", "first_published",
     "last_published", "last_seen", "last_ok", "last_fetched", "next_check"]
)  # fmt: skip
_ANSWERS = frozenset(["is_paywalled", "title_changed"])
_ARTICLE = (
    "a.id, a.url, a.title, a.outlet, o.name AS outlet_name, a.published, a.first_seen, "
    "a.modified, a.author, a.agency, a.language, a.section, a.kind, a.standfirst, a.lead, "
    "a.words, a.relevance, a.why, s.file AS seed, a.story, t.title AS story_title, a.copies, "
    "a.is_paywalled, a.picture, a.gone_since, a.sha256, a.extractor, a.page, p.warc, "
    "p.warc_offset, {text} AS text FROM {chosen} JOIN outlets o ON o.id = a.outlet "
    "JOIN pages p ON p.id = a.page LEFT JOIN seeds s ON s.id = a.seed "
    "LEFT JOIN stories t ON t.id = a.story"
)


class Exporting(Base):
    """Questions whose answers may be as large as the corpus; they only read."""

    def stream_articles(
        self,
        *,
        only: Selection = EVERYTHING,
        words: str = "",
        min_relevance: float = 0.0,
        is_newest_first: bool = False,
        with_text: bool = True,
    ) -> Iterator[StoredArticle]:
        """Articles that meet all that is asked, by date of publication; undated ones first.

        Args:
            only: these articles.
            words: that they hold, as `search` reads them; empty: any.
            min_relevance: 0..1.
            is_newest_first: the other way round; undated ones last.
            with_text: False: `text` is empty, which spares reading it.

        Raises:
            SearchSyntaxError: the words cannot be read.
        """
        where, values = only.where()
        query = full_text_query(words)
        if words.strip() and not query.strip():
            return iter(())
        if query.strip():
            where += " AND a.id IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH :query)"
            values = values | {"query": query}
        down = " DESC" if is_newest_first else ""
        # Their numbers are sorted, then each is read: a sort with the texts in it holds them all.
        # LIMIT -1 is no limit; without one SQLite may drop the order of a question inside another.
        chosen = (
            f"(SELECT a.id FROM articles a WHERE {where} AND a.relevance >= :least "  # noqa: S608
            f"ORDER BY a.published{down}, a.id{down} LIMIT -1) n "
            "CROSS JOIN articles a ON a.id = n.id"
        )
        sql = _ARTICLE.format(text="a.text" if with_text else "''", chosen=chosen)
        with reading_words():
            return self._stored(StoredArticle, f"SELECT {sql}", values | {"least": min_relevance})

    def stored_article(self, number: int) -> StoredArticle | None:
        """One article; None: there is none with that number."""
        sql = f"SELECT {_ARTICLE.format(text='a.text', chosen='articles a')} WHERE a.id = :id"
        return next(self._stored(StoredArticle, sql, {"id": number}), None)

    def stream_copies(self, article: int) -> Iterator[StoredCopy]:
        """Pages that carry an article, the earliest first."""
        return self._stored(
            StoredCopy,
            "SELECT c.url, c.title, c.outlet, c.published, c.relation, c.similarity, "
            "iif(e.a = c.page, e.a_in_b, e.b_in_a) AS share, "
            "iif(e.a = c.page, e.b_in_a, e.a_in_b) AS other_share, c.hours_later, c.first_seen "
            "FROM copies c JOIN articles a ON a.id = c.article "
            "LEFT JOIN edges e ON e.a = min(c.page, a.page) AND e.b = max(c.page, a.page) "
            "WHERE c.article = :id ORDER BY c.published IS NULL, c.published, c.url, c.id",
            {"id": article},
        )

    def stream_revisions(self, article: int) -> Iterator[StoredRevision]:
        """The wordings that an article had before, the first one first."""
        return self._stored(
            StoredRevision,
            "SELECT seen, title, new_title, title_changed, words_added, words_removed, text "
            "FROM revisions WHERE article = :id ORDER BY seen, id",
            {"id": article},
        )

    def stream_stories(self) -> Iterator[StoredStory]:
        """The threads of the topic, the longest first."""
        return self._stored(
            StoredStory,
            "SELECT id, title, articles, outlets, first_published, last_published, first_outlet "
            "FROM stories ORDER BY articles DESC, id",
        )

    def stream_outlets(self) -> Iterator[StoredOutlet]:
        """Outlets that carry the topic, the busiest first."""
        return self._stored(
            StoredOutlet,
            "SELECT o.id, o.name, o.language, o.homepage, coalesce(a.n, 0) AS articles, "
            "coalesce(c.n, 0) AS copies, o.first_seen, o.last_seen FROM outlets o "
            "LEFT JOIN (SELECT outlet, count(*) AS n FROM articles GROUP BY outlet) a "
            "ON a.outlet = o.id LEFT JOIN (SELECT outlet, count(*) AS n FROM copies "
            "GROUP BY outlet) c ON c.outlet = o.id "
            "WHERE a.n > 0 OR c.n > 0 ORDER BY coalesce(a.n, 0) + coalesce(c.n, 0) DESC, o.id",
        )

    def stream_sources(self) -> Iterator[StoredSource]:
        """Every source, by kind and address."""
        return self._stored(
            StoredSource,
            "SELECT id, kind, url, outlet, state, last_ok, last_error, failures, items_seen, "
            "articles_kept FROM sources ORDER BY kind, url, id",
        )

    def stored_page(self, page: int) -> StoredPage | None:
        """One line of the ledger; None: there is none with that number."""
        return next(
            self._stored(
                StoredPage,
                "SELECT p.url, p.outlet, p.outcome, p.reason, p.http_status, p.found_by, "
                "f.url AS source, p.relevance, p.article, p.first_seen, p.last_fetched, "
                "p.next_check FROM pages p LEFT JOIN sources f ON f.id = p.source WHERE p.id = :id",
                {"id": page},
            ),
            None,
        )

    def last_found(self) -> datetime | None:
        """When the latest article was found; None: there is none."""
        return parse_iso(self._value("SELECT max(first_seen) FROM articles"))

    def lowest_relevance(self) -> float | None:
        """Of all articles, 0..1; None: there is none."""
        found = self._value("SELECT min(relevance) FROM articles")
        return None if found is None else float(found)

    def _stored(
        self, kind: type[_Stored], sql: str, values: Mapping[str, Any] | None = None
    ) -> Iterator[_Stored]:
        """Rows as they are read; what is wrong with the question is said at once."""
        return self._each(kind, self._run(sql, values or {}))

    def _each(self, kind: type[_Stored], cursor: Any) -> Iterator[_Stored]:
        # Not closed here: whoever stops reading may have closed the corpus before.
        names = [column[0] for column in cursor.description]
        while True:
            with guarded(self.path):
                rows = cursor.fetchmany(_AT_ONCE)
            if not rows:
                return
            for row in rows:
                yield kind(
                    **{name: _typed(name, one) for name, one in zip(names, row, strict=True)}
                )


def _typed(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _TIMES:
        return datetime.fromisoformat(value)
    return bool(value) if name in _ANSWERS else value
