"""What happened to an article at its own address: how it changed, and whether it still answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ingest.corpus.base import iso
from ingest.corpus.texts import Texts
from ingest.items import Happening

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from ingest.items import Article

__all__ = ["Events"]

_ABSENT = (Happening.GONE, Happening.MOVED_HOME)
#: How an address stands: by the last event that says whether it answers.
_LAST = (
    "SELECT kind, at FROM events WHERE page = ? AND kind IN ('gone', 'moved-home', 'back') "
    "ORDER BY id DESC LIMIT 1"
)


class Events(Texts):
    """The rows of `events` and `revisions`."""

    def note_event(
        self, *, kind: str, article: int | None, page: int, detail: str, run: int, at: datetime
    ) -> None:
        """Write that something happened.

        Args:
            kind: one of `Happening`.
            article: it happened to; None: its page carries a seed document.
            page: whose address it is about.
            detail: what was seen, in words a person can check.
            run: that saw it.
            at: when it was seen.
        """
        self._run(
            "INSERT INTO events (article, page, kind, at, detail, run) VALUES (?, ?, ?, ?, ?, ?)",
            (article, page, Happening(kind), iso(at), detail, run),
        )

    def note_absence(self, page: int, kind: str, *, detail: str, run: int, at: datetime) -> bool:
        """Write that the address of a kept page gives its text no more; whether that is news.

        Args:
            page: that is an article or a copy.
            kind: `gone` or `moved-home`.
            detail: what it answered.
            run: that saw it.
            at: when.
        """
        last = self._row(_LAST, (page,))
        if last is not None and last["kind"] in _ABSENT:
            return False
        self.note_event(
            kind=kind, article=self._article_of(page), page=page, detail=detail, run=run, at=at
        )
        self._write_gone_since(page)
        return True

    def note_return(self, page: int, *, detail: str, run: int, at: datetime) -> bool:
        """Write that the address of a kept page gives its text again; whether that is news."""
        if self.gone_since(page) is None:
            return False
        self.note_event(
            kind=Happening.BACK, article=self._article_of(page), page=page, detail=detail,
            run=run, at=at,
        )  # fmt: skip
        self._write_gone_since(page)
        return True

    def gone_since(self, page: int) -> str | None:
        """Since when the address of a page does not give its text; None: it does.

        UTC, ISO 8601.
        """
        last = self._row(_LAST, (page,))
        return last["at"] if last is not None and last["kind"] in _ABSENT else None

    def _write_gone_since(self, page: int) -> None:
        self._run(
            "UPDATE articles SET gone_since = ? WHERE page = ?", (self.gone_since(page), page)
        )

    def _article_of(self, page: int) -> int | None:
        article = self._value("SELECT article FROM pages WHERE id = ?", (page,))
        return None if article is None else int(article)

    def events_of_article(self, article: int, *, latest: int = -1) -> list[dict[str, Any]]:
        """What happened to an article and its copies, or the last so much, the first one first.

        `is_own` says whether it is about the page that leads the article.
        """
        rows = self._rows(
            "SELECT e.kind, e.at, e.detail, p.url, e.page = a.page AS is_own, e.run FROM events e "
            "JOIN pages p ON p.id = e.page JOIN articles a ON a.id = e.article "
            "WHERE e.article = ? ORDER BY e.id DESC LIMIT ?",
            (article, latest),
        )
        return rows[::-1]

    def events_of_page(self, page: int) -> list[dict[str, Any]]:
        """What happened at one address, the first one first."""
        return self._rows(
            "SELECT kind, at, detail, article, run FROM events WHERE page = ? ORDER BY id", (page,)
        )

    def add_revision(
        self,
        page: int,
        before: Article,
        after: Article,
        *,
        added: int,
        removed: int,
        run: int,
        now: datetime,
        entries_added: int | None = None,
    ) -> None:
        """Keep the wording that a new one replaces.

        Args:
            page: whose wording it was.
            before: the old wording.
            after: the new one.
            added: words that the new one has and the old had not.
            removed: words that the old one had and the new has not.
            run: that saw the new one.
            now: when it was seen.
            entries_added: that a live blog gained; None: it is none.
        """
        self._run(
            "INSERT INTO revisions (article, page, seen, title, new_title, title_changed, "
            "words_added, words_removed, entries_added, run, text) "
            "VALUES ((SELECT article FROM pages WHERE id = :page), :page, :seen, :title, "
            ":new_title, :title_changed, :added, :removed, :entries_added, :run, :text)",
            {
                "page": page,
                "seen": iso(now),
                "title": before.title,
                "new_title": after.title,
                "title_changed": before.title != after.title,
                "added": added,
                "removed": removed,
                "entries_added": entries_added,
                "run": run,
                "text": before.text,
            },
        )

    def changes_of(self, article: int, *, latest: int = -1) -> list[dict[str, Any]]:
        """How an article and its copies changed, with the text before each change and after it.

        Args:
            article: its number.
            latest: the last so many; -1: all.
        """
        rows = self._rows(
            "SELECT r.id, p.url, r.seen, r.title, r.new_title, r.title_changed, r.words_added, "
            "r.words_removed, r.entries_added, r.page, r.text AS text_before, (SELECT n.text "
            "FROM revisions n WHERE n.page = r.page AND n.id > r.id ORDER BY n.id LIMIT 1) "
            "AS text_after FROM revisions r JOIN pages p ON p.id = r.page "
            "WHERE r.id IN (SELECT id FROM revisions WHERE article = ? "
            "ORDER BY seen DESC, id DESC LIMIT ?) ORDER BY r.seen, r.id",
            (article, latest),
        )
        for row in rows:
            page = row.pop("page")
            if row["text_after"] is None:
                now = self.text_of(page)
                row["text_after"] = now.text if now else row["text_before"]
        return rows

    def follow(self, pages: Collection[int]) -> None:
        """Let what happened to these pages belong to the articles that they carry now."""
        for table in ("revisions", "events"):
            self._run(
                f"UPDATE {table} SET article = p.article FROM pages p WHERE p.id = {table}.page "  # noqa: S608
                f"AND {table}.article IS NOT p.article "
                f"AND {table}.page IN (SELECT value FROM json_each(?))",
                (json.dumps(sorted(pages)),),
            )
