"""Finding articles: by their words, and as they come."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from pysqlite3 import dbapi2 as sqlite

from ingest.corpus.base import Base
from ingest.corpus.selection import EVERYTHING
from ingest.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.corpus.selection import Selection

__all__ = [
    "HIT_END", "HIT_START", "ORDERS", "SearchOrder", "SearchSyntaxError", "Searching",
    "full_text_query", "reading_words",
]  # fmt: skip

SearchOrder = Literal["match", "relevance", "date"]

#: Around the words found in a snippet; private use, so no text holds them by accident.
HIT_START, HIT_END = "\ue000", "\ue001"
_SNIPPET_WORDS = 30
#: Of a longer text the beginning is shown: a snippet takes the square of the words found in it, of
#: 60,000 times one word 15 s, which nothing can interrupt.
_MOST_WORDS = 5_000
_SAME_START = 2  # letters; words of other starts would be nearly the whole index
_MOST_NEAR = 2_000
# What makes a search one in SQLite's own language (sqlite.org/fts5.html, section 3) and not words.
_OPERATORS = re.compile(r'["*()^{}]|(?<!\S)(?:AND|OR|NOT|NEAR)(?!\S)|\b(?:title|text)\s*:')
_BARE_WORD = re.compile(r"\S+")
#: What SQLite says of a search that it cannot read (sqlite.org/fts5.html, section 3).
_FAULTS = (
    (re.compile(r"unterminated string"), "a double quote is not closed"),
    (re.compile(r"no such column: (.*)"), "before a colon stands title or text, and not {}"),
    (
        re.compile(r'fts5: syntax error near ""'),
        "a word or a closing bracket is missing at its end",
    ),
    (re.compile(r'fts5: syntax error near "(.*)"'), "{} stands where a word is missing"),
    (re.compile(r"unknown special query: .*"), "an asterisk stands at the end of a word"),
    (re.compile(r'expected integer, got "(.*)"'), "NEAR takes a number of words, and not {}"),
    (re.compile(r"fts5: parser stack overflow"), "too many brackets stand within each other"),
)  # fmt: skip
#: How what was found may be put in order: by the words, by the topic, the newest first.
ORDERS: dict[SearchOrder, str] = {
    "match": "bm25(articles_fts, 5.0, 1.0), a.published DESC, a.id",
    "relevance": "a.relevance DESC, bm25(articles_fts, 5.0, 1.0), a.id",
    "date": "coalesce(a.published, a.first_seen) DESC, a.id DESC",
}
_SHOWN = (
    "a.id, a.published, a.first_seen, a.title, a.outlet, a.language, a.story, a.relevance, "
    "a.copies, a.url"
)


class SearchSyntaxError(ValueError):
    """The words of a search cannot be read as SQLite's full-text language."""


def full_text_query(words: str) -> str:
    """The words in SQLite's full-text language; blank: there is none among them."""
    return words if _OPERATORS.search(words) else _all_words(words)


@contextmanager
def reading_words() -> Iterator[None]:
    """Say that the words are at fault where SQLite cannot read them.

    Raises:
        SearchSyntaxError: they are.
    """
    try:
        yield
    except sqlite.OperationalError as exc:  # the statement is ours
        raise SearchSyntaxError(_in_words(str(exc))) from exc
    except CorpusError as exc:
        if not str(exc.__cause__).startswith("no such column"):  # `word:` asks for a column
            raise
        raise SearchSyntaxError(_in_words(str(exc.__cause__))) from exc


def _in_words(said: str) -> str:
    """What is wrong with a search; in SQLite's own words where we have none."""
    for pattern, words in _FAULTS:
        if found := pattern.fullmatch(said):
            return words.format(*found.groups())
    return said


class Searching(Base):
    """Questions for many articles; they only read."""

    def has_word(self, word: str) -> bool:
        """Whether a word, as the index writes it, stands in any article."""
        self._open_words()
        return bool(self._value("SELECT 1 FROM temp.search_words WHERE term = ?", (word,)))

    def words_near(self, word: str) -> list[str]:
        """Words of the articles that begin as this one and are as long, the commonest first."""
        self._open_words()
        start = word[:_SAME_START]
        rows = self._rows(
            "SELECT term FROM temp.search_words WHERE term >= :start AND term < :behind "
            "AND length(term) BETWEEN :length - 2 AND :length + 2 "
            "ORDER BY doc DESC, term LIMIT :limit",
            {
                "start": start,
                "behind": start[:-1] + chr(ord(start[-1]) + 1),
                "length": len(word),
                "limit": _MOST_NEAR,
            },
        )
        return [row["term"] for row in rows]

    def _open_words(self) -> None:
        self._run(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_words "
            "USING fts5vocab(main, articles_fts, 'row')"
        )

    def search(
        self,
        words: str,
        *,
        limit: int,
        only: Selection = EVERYTHING,
        order: SearchOrder = "match",
    ) -> list[dict[str, Any]]:
        """Articles that hold all the words, with the words in their sentence.

        Args:
            words: plain words, or SQLite's full-text language: `"a phrase"`, `putin*`,
                `baku NOT grand`, `title: aliyev`.
            limit: rows at most.
            only: these articles.
            order: the best match first, or the closest to the topic, or the newest.

        Raises:
            SearchSyntaxError: the words cannot be read as that language.
        """
        query = full_text_query(words)
        if not query.strip():
            return []
        where, values = only.where()
        with reading_words():
            return self._rows(
                f"SELECT {_SHOWN}, iif(a.words > {_MOST_WORDS}, a.lead, "  # noqa: S608
                "snippet(articles_fts, 1, :start, :end, '…', :words)) AS snippet "
                "FROM articles_fts JOIN articles a ON a.id = articles_fts.rowid "
                f"WHERE articles_fts MATCH :query AND {where} "
                f"ORDER BY {ORDERS[order]} LIMIT :limit",
                values
                | {
                    "start": HIT_START,
                    "end": HIT_END,
                    "words": _SNIPPET_WORDS,
                    "query": query,
                    "limit": limit,
                },
            )

    def latest_arrivals(self, limit: int, *, only: Selection = EVERYTHING) -> list[dict[str, Any]]:
        """The articles that came last, by number, the oldest of them first."""
        where, values = only.where()
        rows = self._rows(
            f"SELECT {_SHOWN}, a.lead, a.why FROM articles a WHERE {where} "  # noqa: S608
            "ORDER BY a.id DESC LIMIT :limit",
            values | {"limit": limit},
        )
        return rows[::-1]

    def arrivals(
        self, number: int, *, limit: int, only: Selection = EVERYTHING
    ) -> list[dict[str, Any]]:
        """Articles that came after the one with this number, in their order."""
        where, values = only.where()
        return self._rows(
            f"SELECT {_SHOWN}, a.lead, a.why FROM articles a WHERE a.id > :after AND {where} "  # noqa: S608
            "ORDER BY a.id LIMIT :limit",
            values | {"after": number, "limit": limit},
        )

    def last_number(self) -> int:
        """The number that was given to an article last; 0: none was."""
        return self._next_number("articles") - 1

    def outlets_named(self) -> dict[str, str | None]:
        """What each outlet that published an article calls itself, by domain, in its order."""
        rows = self._rows(
            "SELECT id, name FROM outlets WHERE id IN (SELECT outlet FROM articles) ORDER BY id"
        )
        return {row["id"]: row["name"] for row in rows}


def _all_words(words: str) -> str:
    """Each word as a string of the full-text language, so that no sign in it means anything."""
    return " ".join('"' + word + '"' for word in _BARE_WORD.findall(words) if _has_letters(word))


def _has_letters(word: str) -> bool:
    return any(letter.isalnum() for letter in word)
