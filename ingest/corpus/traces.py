"""What teaching did to the ledger beyond verdicts, noted so that it can be taken back.

A label, or a topic that moved, has addresses fetched that were refused, and has pages kept whose
links lead on. How such a line read before, and through which pages an address came to be known,
stands in `topic_state` until a crawl takes the address up: what was fetched stays.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ingest.corpus.base import Base, iso

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

__all__ = ["Traces"]

_LINE = ("outcome", "reason", "relevance", "priority", "next_check", "attempts", "last_fetched")
#: Notes by page: how its line read before teaching changed it; by page or source: who led to it.
_CHANGED, _PAGE, _SOURCE = "changed ", "led page ", "led source "
_ENDED = "ended story "  # by story: the pages that its articles were read from
_READ = "read "  # by page: how its line read before its text was taken out of the archive
_BEYOND = "~"  # behind every number; no control, for those get into no statement
_UNTOUCHED = (
    "last_fetched IS NULL AND attempts = 0 AND leased_until IS NULL "
    "AND outcome IN ('waiting', 'skipped')"
)


class Traces(Base):
    """Notes on lines of `pages` and `sources`, in `topic_state`."""

    def have_fetched(
        self,
        page: int,
        *,
        reason: str,
        relevance: float | None,
        priority: float,
        now: datetime,
        asked: str | None = None,
    ) -> None:
        """Make an address wait for a fetch, and note how its line read before.

        Args:
            page: whose line it is.
            reason: why it is to be fetched.
            relevance: of what was said of it, 0..1; None: as it was.
            priority: higher is fetched earlier.
            now: from when on it is due.
            asked: when a reader said that it is wanted; None: the gate says so.
        """
        was = self.line_before(page) or self._line(page)
        self._write_note(_CHANGED, page, {"was": was, "is": reason, "asked": asked})
        self._run(
            "UPDATE pages SET outcome = 'waiting', reason = :reason, next_check = :now, "
            "attempts = 0, priority = :priority, relevance = coalesce(:relevance, relevance) "
            "WHERE id = :page",
            {
                "reason": reason,
                "now": iso(now),
                "priority": priority,
                "relevance": relevance,
                "page": page,
            },
        )

    def put_back(self, page: int) -> bool:
        """Let the line of an address read as before teaching changed it; whether it does.

        A line that changed since, by a fetch or because somebody asked for the address, stays.
        """
        note = self._note(page)
        self._drop_note(_CHANGED, page)
        if note is None or not _is_as_noted(self._line(page), note):
            return False
        columns = ", ".join(f"{name} = :{name}" for name in _LINE)
        self._run(
            f"UPDATE pages SET {columns} WHERE id = :page",  # noqa: S608
            note["was"] | {"page": page},
        )
        return True

    def line_before(self, page: int) -> dict[str, Any] | None:
        """How the line of an address read that teaching has fetched; None: it did not change it."""
        note = self._note(page)
        return note["was"] if note and _is_as_noted(self._line(page), note) else None

    def pages_noted(self) -> dict[int, str | None]:
        """Addresses that teaching has fetched, and when a reader asked; None: the gate did."""
        return {int(page): note["asked"] for page, note in sorted(self._notes(_CHANGED))}

    def line_of(self, page: int) -> dict[str, Any]:
        """How the line of an address reads, as far as a verdict changes it."""
        return self._line(page)

    def note_read(self, page: int, line: dict[str, Any]) -> None:
        """Note how the line of an off-topic page read before its text was stored after all."""
        self._write_note(_READ, page, line)

    def unread(self, page: int, *, is_restored: bool) -> None:
        """Let the line of a page whose text was dropped again say what it said before that.

        Args:
            page: that was read out of the archive, or not.
            is_restored: False: what was noted is worth nothing any more.
        """
        found = self._value("SELECT value FROM topic_state WHERE key = ?", (f"{_READ}{page}",))
        self._drop_note(_READ, page)
        if found and is_restored:
            self._run(
                "UPDATE pages SET reason = :reason, relevance = :relevance WHERE id = :page "
                "AND outcome = 'off-topic' AND last_fetched IS :last_fetched",
                json.loads(found) | {"page": page},
            )

    def count_numbers(self) -> tuple[int, int]:
        """The highest number of a page and of a source."""
        row = self._row(
            "SELECT (SELECT coalesce(max(id), 0) FROM pages) AS page, "
            "(SELECT coalesce(max(id), 0) FROM sources) AS source"
        )
        assert row is not None
        return row["page"], row["source"]

    def note_led(
        self, finder: int, *, keys: Iterable[str], homes: Iterable[str], after: tuple[int, int]
    ) -> None:
        """Note that addresses and sources are known through a page.

        Args:
            finder: the page.
            keys: of the addresses that it led to.
            homes: addresses of the sources that it led to.
            after: as `count_numbers` was before; what was known then by itself is not noted.
        """
        for kind, table, column, named, last in (
            (_PAGE, "pages", "key", keys, after[0]),
            (_SOURCE, "sources", "url", homes, after[1]),
        ):
            rows = self._rows(
                "SELECT t.id, n.value AS finders "  # noqa: S608
                f"FROM {table} t LEFT JOIN topic_state n ON n.key = :kind || t.id "
                f"WHERE t.{column} IN (SELECT value FROM json_each(:named)) "
                "AND (t.id > :last OR n.key IS NOT NULL) ORDER BY t.id",
                {"kind": kind, "named": json.dumps(sorted(set(named))), "last": last},
            )
            for row in rows:
                finders = {*json.loads(row["finders"] or "[]"), finder}
                self._write_note(kind, row["id"], sorted(finders))

    def vouch(self, *, keys: Iterable[str] = (), homes: Iterable[str] = ()) -> None:
        """Let addresses and sources be known by themselves: a crawl came by them."""
        for kind, table, column, named in (
            (_PAGE, "pages", "key", keys),
            (_SOURCE, "sources", "url", homes),
        ):
            if not self._has_notes(kind):
                continue
            with self.transaction():
                self._run(
                    "DELETE FROM topic_state WHERE key IN (SELECT :kind || id "  # noqa: S608
                    f"FROM {table} WHERE {column} IN (SELECT value FROM json_each(:named)))",
                    {"kind": kind, "named": json.dumps(sorted(named))},
                )

    def retract(self, finder: int) -> None:
        """Forget what is known through a page alone, and was not taken up since."""
        for number in self._led_by(finder, _PAGE):
            self._forget_page(number)
        for number in self._led_by(finder, _SOURCE):
            row = self._row(
                "DELETE FROM sources WHERE id = ? AND last_ok IS NULL AND failures = 0 "
                "AND NOT EXISTS (SELECT 1 FROM pages WHERE source = sources.id) "
                "RETURNING outlet, url",
                (number,),
            )
            if row:
                self._run(
                    "UPDATE outlets SET homepage = NULL WHERE id = :outlet AND homepage = :url", row
                )
                self._forget_outlet(row["outlet"])

    def tidy_notes(self) -> None:
        """Drop the notes on how addresses came to be known that were fetched since."""
        self._run(
            "DELETE FROM topic_state WHERE key BETWEEN :kind AND :kind || :beyond AND EXISTS "
            "(SELECT 1 FROM pages WHERE id = CAST(substr(key, length(:kind) + 1) AS INTEGER) "
            "AND last_fetched IS NOT NULL)",
            {"kind": _PAGE, "beyond": _BEYOND},
        )

    def uncount_kept(self, page: int) -> None:
        """Take back the credit of a source for a page that is not kept any more."""
        self._run(
            "UPDATE sources SET articles_kept = max(articles_kept - 1, 0) "
            "WHERE id = (SELECT source FROM pages WHERE id = ?)",
            (page,),
        )

    def story_pages(self) -> dict[int, list[int]]:
        """The pages that the articles of each story were read from."""
        rows = self._rows(
            "SELECT story, json_group_array(page) AS pages FROM articles "
            "WHERE story IS NOT NULL GROUP BY story"
        )
        return {row["story"]: sorted(json.loads(row["pages"])) for row in rows}

    def renumber_stories(self, before: Mapping[int, Collection[int]]) -> None:
        """Give a story that comes back the number it had.

        Args:
            before: as `story_pages` was, before the stories were laid out anew.
        """
        after = self.story_pages()
        with self.transaction():
            for story in sorted(before.keys() - after.keys()):
                self._write_note(_ENDED, story, list(before[story]))
            ended = {int(number): set(pages) for number, pages in self._notes(_ENDED)}
            for story in sorted(ended.keys() & after.keys()):  # its number was given again
                self._drop_note(_ENDED, story)
                del ended[story]
            for story in sorted(after.keys() - before.keys()):
                shared = {one: len(pages & {*after[story]}) for one, pages in ended.items()}
                former = max(sorted(shared), key=shared.__getitem__, default=None)
                if former is not None and 2 * shared[former] > len(ended[former]):
                    self._renumber_story(story, former)
                    del ended[former]

    def _renumber_story(self, story: int, former: int) -> None:
        self._run("PRAGMA defer_foreign_keys = ON")
        self._run("UPDATE stories SET id = ? WHERE id = ?", (former, story))
        self._run("UPDATE articles SET story = ? WHERE story = ?", (former, story))
        self._drop_note(_ENDED, former)

    def _led_by(self, finder: int, kind: str) -> list[int]:
        """Take a finder out of the notes; what has no other."""
        alone = []
        for number, finders in self._notes(kind):
            if finder not in finders:
                continue
            others = [one for one in finders if one != finder]
            if others:
                self._write_note(kind, int(number), others)
            else:
                self._drop_note(kind, int(number))
                alone.append(int(number))
        return sorted(alone)

    def _forget_page(self, page: int) -> None:
        if self._value("SELECT 1 FROM labels WHERE page = ?", (page,)):
            return
        self.put_back(page)
        row = self._row(
            f"DELETE FROM pages WHERE id = ? AND {_UNTOUCHED} RETURNING outlet, run, outcome",  # noqa: S608
            (page,),
        )
        if row:
            self._run(
                "UPDATE runs SET found = found - 1, skipped = skipped - (:outcome = 'skipped') "
                "WHERE id = :run",
                {"run": row["run"], "outcome": row["outcome"]},
            )
            self._forget_outlet(row["outlet"])

    def _forget_outlet(self, outlet: str | None) -> None:
        self._run(
            "DELETE FROM outlets WHERE id = :id "
            "AND NOT EXISTS (SELECT 1 FROM pages WHERE outlet = :id) "
            "AND NOT EXISTS (SELECT 1 FROM sources WHERE outlet = :id) "
            "AND NOT EXISTS (SELECT 1 FROM articles WHERE outlet = :id) "
            "AND NOT EXISTS (SELECT 1 FROM copies WHERE outlet = :id) "
            "AND NOT EXISTS (SELECT 1 FROM stories WHERE first_outlet = :id)",
            {"id": outlet},
        )

    def _line(self, page: int) -> dict[str, Any]:
        columns = ", ".join(_LINE)
        row = self._row(f"SELECT {columns} FROM pages WHERE id = ?", (page,))  # noqa: S608
        assert row is not None, page
        return row

    def _note(self, page: int) -> dict[str, Any] | None:
        stored = self._value("SELECT value FROM topic_state WHERE key = ?", (f"{_CHANGED}{page}",))
        return json.loads(stored) if stored else None

    def _has_notes(self, kind: str) -> bool:
        found = "SELECT 1 FROM topic_state WHERE key BETWEEN ? AND ?"
        return bool(self._value(found, (kind, kind + _BEYOND)))

    def _notes(self, kind: str) -> list[tuple[str, Any]]:
        """Number and note of each, in no order."""
        rows = self._rows(
            "SELECT substr(key, length(:kind) + 1) AS number, value FROM topic_state "
            "WHERE key BETWEEN :kind AND :kind || :beyond",
            {"kind": kind, "beyond": _BEYOND},
        )
        return [(row["number"], json.loads(row["value"])) for row in rows]

    def _write_note(self, kind: str, number: int, note: Any) -> None:
        self._run(
            "INSERT INTO topic_state (key, value) VALUES (?, ?) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (f"{kind}{number}", json.dumps(note)),
        )

    def _drop_note(self, kind: str, number: int) -> None:
        self._run("DELETE FROM topic_state WHERE key = ?", (f"{kind}{number}",))


def _is_as_noted(line: dict[str, Any], note: dict[str, Any]) -> bool:
    """Whether a line still waits as teaching left it."""
    is_untried = line["attempts"] == 0 and line["last_fetched"] == note["was"]["last_fetched"]
    return bool(line["outcome"] == "waiting" and line["reason"] == note["is"] and is_untried)
