"""Stories: reading what is to be threaded, and laying out the threads."""

from __future__ import annotations

import hashlib
import json
from array import array
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ingest.corpus.base import Base, iso, parse_iso

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

__all__ = ["Stories", "StoryRow"]

# When an article was published; one without a date stands at the day on which it was first seen.
_AT = "coalesce(a.published, substr(a.first_seen, 1, 10) || 'T00:00:00Z')"
_LEAST_ARTICLES = 2
_READ_AT_ONCE = 200  # a megabyte of texts
_STRETCH = timedelta(days=30)  # looked up at once
_LAST = "9999-12-31T24"  # after whatever time there is


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRow:
    """An article as threading needs it."""

    article: int
    at: datetime  #: aware UTC; when published, or else the day of first sight
    language: str | None
    story: int | None  #: that it is laid out with
    title: str
    text: str = field(repr=False)


def _end_of_stretch(start: str) -> str:
    first = datetime.fromisoformat(start)
    return iso(first + _STRETCH) if datetime.max.replace(tzinfo=UTC) - first > _STRETCH else _LAST


class Stories(Base):
    """The rows of `stories`, and the story of each article."""

    def stale_days(self) -> dict[str, int]:
        """Days, UTC, whose articles changed since their stories were laid out; each with a token.

        It sees whatever happened to the articles, whoever did it, without being told.
        """
        return dict(self._run("SELECT day, token FROM story_days").fetchall())

    def settle_days(self, seen: Mapping[str, int]) -> None:
        """Take these days off, but for those that changed again since they were asked for."""
        with self.transaction():
            for day, token in seen.items():
                self._run("DELETE FROM story_days WHERE day = ? AND token = ?", (day, token))

    def first_day(self) -> str | None:
        """The first day of any article; None: there is no article."""
        day = self._value(f"SELECT min({_AT}) FROM articles a")  # noqa: S608
        return None if day is None else str(day)[:10]

    def digest_by_day(self) -> dict[str, str]:
        """What threading would read, day by day: a hash that changes when any of it does.

        Of corpora whose stories were laid out when days were not noted yet.
        """
        digests: dict[str, Any] = {}
        rows = self._run(
            f"SELECT {_AT} AS at, a.id, a.url, a.sha256, a.title, a.language, a.outlet, "  # noqa: S608
            "a.published IS NULL, a.copies FROM articles a ORDER BY at, a.url"
        )
        for at, *facts in rows:
            day = digests.setdefault(at[:10], hashlib.blake2b(digest_size=8))
            day.update(repr((at, facts)).encode())
        return {day: digest.hexdigest() for day, digest in digests.items()}

    def tellings(self, since: datetime) -> Iterator[StoryRow]:
        """Articles published since a day, in order of time and address; read as they are asked."""
        start: str | None = iso(since)
        while start is not None:
            end = _end_of_stretch(start)
            yield from self._tellings_between(start, end)
            start = self._next_day(end)

    def _tellings_between(self, start: str, end: str) -> Iterator[StoryRow]:
        # Their numbers are sorted, then some are read: a sort with the texts in it holds them all.
        rows = self._run(
            "SELECT id, published AS at, url FROM articles "
            "WHERE published >= :start AND published < :end UNION ALL "
            "SELECT id, substr(first_seen, 1, 10) || 'T00:00:00Z', url FROM articles "
            "WHERE published IS NULL AND first_seen >= :start AND first_seen < :end "
            "ORDER BY at, url",
            {"start": start, "end": end},
        )
        order = array("q", (number for number, _, _ in rows))
        for first in range(0, len(order), _READ_AT_ONCE):
            some = order[first : first + _READ_AT_ONCE].tolist()
            found = self._tellings_of(some)
            yield from (found[number] for number in some if number in found)

    def _next_day(self, start: str) -> str | None:
        """The first day from one on, on which an article was published or first seen."""
        at = self._value(
            "SELECT min(at) FROM (SELECT min(published) AS at FROM articles "
            "WHERE published >= :start UNION ALL "
            "SELECT min(first_seen) FROM articles WHERE first_seen >= :start) AS found",
            {"start": start},
        )
        return None if at is None else f"{at[:10]}T00:00:00Z"

    def _tellings_of(self, articles: Sequence[int]) -> dict[int, StoryRow]:
        rows = self._run(
            f"SELECT a.id, {_AT} AS at, a.language, a.story, a.title, a.text "  # noqa: S608
            "FROM json_each(?) n CROSS JOIN articles a ON a.id = n.value",
            (json.dumps(articles),),
        )
        found = {}
        for article, at, language, story, title, text in rows:
            moment = parse_iso(at)
            assert moment is not None
            found[article] = StoryRow(
                article=article, at=moment, language=language, story=story, title=title, text=text
            )
        return found

    def stories_older_than(self, horizon: datetime, *, among: Collection[int]) -> set[int]:
        """Those of some stories that have an article published before a time."""
        rows = self._run(
            "SELECT n.value FROM json_each(:among) n WHERE EXISTS (SELECT 1 FROM articles a "  # noqa: S608
            f"WHERE a.story = n.value AND {_AT} < :horizon)",
            {"among": json.dumps(sorted(among)), "horizon": iso(horizon)},
        )
        return {int(number) for (number,) in rows}

    def story_articles_since(self, story: int, at: datetime) -> list[int]:
        """The articles of a story that were published since a time, in order of time."""
        rows = self._run(
            f"SELECT a.id, {_AT} AS at FROM articles a WHERE a.story = :story AND {_AT} >= :at "  # noqa: S608
            "ORDER BY at, a.url",
            {"story": story, "at": iso(at)},
        )
        return [number for number, _ in rows]

    def lay_out(
        self,
        threads: Sequence[tuple[Sequence[int], int | None]],
        *,
        languages: Sequence[str],
    ) -> list[int]:
        """Give every article its story, in one transaction; the stories that these threads touch.

        Articles that were withdrawn meanwhile are passed over. A story left with fewer than two
        articles ends.

        Args:
            threads: articles in order of time, and the story they go on with; None: a new one
                where there are two or more, else none.
            languages: that a title is preferred in.
        """
        touched = set[int]()
        with self.transaction():
            for articles, story in threads:
                touched |= self._stories_of(articles)
                if story is None and len(articles) >= _LEAST_ARTICLES:
                    story = self._open_story()  # noqa: PLW2901
                self._many(
                    "UPDATE articles SET story = ? WHERE id = ? AND story IS NOT ?",
                    [(story, article, story) for article in articles],
                )
                touched |= {story} if story else set()
            self._end_stories()
            return [story for story in sorted(touched) if self._describe(story, languages)]

    def _stories_of(self, articles: Sequence[int]) -> set[int]:
        rows = self._rows(
            "SELECT DISTINCT story FROM articles WHERE id IN (SELECT value FROM json_each(?)) "
            "AND story IS NOT NULL",
            (json.dumps(sorted(articles)),),
        )
        return {row["story"] for row in rows}

    def _open_story(self) -> int:
        cursor = self._run(
            "INSERT INTO stories (title, terms, articles, outlets) VALUES ('', '', 0, 0)"
        )
        return int(cursor.lastrowid)

    def _end_stories(self) -> None:
        self._run(
            "UPDATE articles SET story = NULL WHERE story IN (SELECT story FROM articles "
            "WHERE story IS NOT NULL GROUP BY story HAVING count(*) < ?)",
            (_LEAST_ARTICLES,),
        )
        self._run(
            "DELETE FROM stories WHERE NOT EXISTS "
            "(SELECT 1 FROM articles WHERE articles.story = stories.id)"
        )

    def _describe(self, story: int, languages: Sequence[str]) -> bool:
        """Bring the row of a story up to date but for its terms; False: it has ended."""
        rows = self._rows(
            "SELECT id, published, outlet, language, title FROM articles WHERE story = ? "
            "ORDER BY published IS NULL, published, url",
            (story,),
        )
        if not rows:
            return False
        first = rows[0]
        titled = next((row for row in rows if row["language"] in languages), first)
        dates = [row["published"] for row in rows if row["published"]]
        self._run(
            "UPDATE stories SET title = :title, articles = :articles, outlets = (SELECT count(*) "
            "FROM (SELECT outlet FROM articles WHERE story = :story UNION SELECT c.outlet "
            "FROM copies c JOIN articles a ON a.id = c.article WHERE a.story = :story)), "
            "first_published = :first, last_published = :last, first_outlet = :outlet, "
            "first_article = :article WHERE id = :story",
            {
                "story": story,
                "title": titled["title"],
                "articles": len(rows),
                "first": dates[0] if dates else None,
                "last": dates[-1] if dates else None,
                "outlet": first["outlet"] if dates else None,
                "article": first["id"],
            },
        )
        return True

    def story_texts(
        self, story: int, *, languages: Sequence[str], limit: int
    ) -> list[tuple[str, str, str | None, str]]:
        """Title, text, language and outlet of its first articles, from that of its title on."""
        rows = self._run(
            "SELECT title, text, language, outlet FROM articles WHERE story = :story ORDER BY "
            "language IS NULL OR language NOT IN (SELECT value FROM json_each(:languages)), "
            "published IS NULL, published, url LIMIT :limit",
            {"story": story, "languages": json.dumps(list(languages)), "limit": limit},
        )
        return list(rows)

    def word_stories(self, terms: Mapping[int, Sequence[str]]) -> None:
        """Write the words that hold stories together, strongest first."""
        with self.transaction():
            self._many(
                "UPDATE stories SET terms = :terms WHERE id = :story AND terms <> :terms",
                [{"story": story, "terms": ", ".join(words)} for story, words in terms.items()],
            )

    def seed_documents(self) -> list[tuple[str | None, str, str | None]]:
        """Title, cleaned text and language of every seed document."""
        return list(self._run("SELECT title, text, language FROM seeds ORDER BY file"))

    def latest_stories(self, limit: int) -> list[dict[str, Any]]:
        """Stories, the one that was told last first."""
        return self._rows(
            "SELECT id, title, articles, outlets, first_published, last_published, first_outlet, "
            "terms, first_article FROM stories "
            "ORDER BY last_published IS NULL, last_published DESC, id DESC LIMIT ?",
            (limit,),
        )

    def story(self, number: int) -> dict[str, Any] | None:
        """One story, as a row."""
        return self._row("SELECT * FROM stories WHERE id = ?", (number,))

    def articles_of(self, story: int) -> list[dict[str, Any]]:
        """The articles of a story, by date; undated ones last."""
        return self._rows(
            "SELECT id, published, title, outlet, language, relevance, copies, url FROM articles "
            "WHERE story = ? ORDER BY published IS NULL, published, url",
            (story,),
        )
