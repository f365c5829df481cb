"""Verdicts made anew: what was said of pages by an older topic, brought up to date."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ingest.corpus.archived import PLACE
from ingest.corpus.base import iso
from ingest.corpus.families import _VOUCHED
from ingest.corpus.texts import Texts
from ingest.corpus.traces import Traces
from ingest.items import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from ingest.items import Relevance

__all__ = ["Rejudging"]

_TWIN = "its text is that of a page a reader said no to"


class Rejudging(Traces, Texts):
    """What is asked and written when the topic changed."""

    def texts_after(self, page: int, *, limit: int) -> list[int]:
        """Pages whose text is kept, by number, from the one after `page`."""
        rows = self._rows(
            "SELECT page FROM texts WHERE page > ? ORDER BY page LIMIT ?", (page, limit)
        )
        return [row["page"] for row in rows]

    def holds_text(self, page: int) -> bool:
        """Whether the text of a page is kept."""
        return bool(self._value("SELECT 1 FROM texts WHERE page = ?", (page,)))

    def said_of(self, page: int) -> str | None:
        """Why a page is what it is: what its stored text says of itself, else the ledger."""
        reason: str | None = self._value(
            "SELECT coalesce((SELECT why FROM texts WHERE page = pages.id), reason) "
            "FROM pages WHERE id = ?",
            (page,),
        )
        return reason

    def wordings_before(self, page: int) -> list[tuple[str, str]]:
        """Title and body of the wordings that a page had while it was kept, the first one first."""
        rows = self._rows("SELECT title, text FROM revisions WHERE page = ? ORDER BY id", (page,))
        return [(row["title"], row["text"]) for row in rows]

    def rescore(self, page: int, relevance: Relevance, *, is_related: bool, why: str) -> None:
        """Write a new verdict on a stored text; its family is for `place` to lay out."""
        self._run(
            "UPDATE texts SET relevance = ?, is_related = ?, seed = ?, why = ? WHERE page = ?",
            (relevance.score, is_related, relevance.seed, why, page),
        )
        self._run("UPDATE pages SET relevance = ? WHERE id = ?", (round(relevance.score, 4), page))

    def restate(self, pages: Iterable[int]) -> None:
        """Let the articles that these pages lead, and the ledger, say what the new verdicts say.

        The text itself stays, so nothing of the full-text index is written.
        """
        members = json.dumps(sorted(pages))
        self._run(
            "UPDATE articles SET relevance = t.relevance, seed = t.seed, "
            "why = CASE WHEN t.is_related THEN t.why ELSE t.why || '; ' || :vouched END "
            "FROM texts t WHERE t.page = articles.page "
            "AND articles.page IN (SELECT value FROM json_each(:members))",
            {"vouched": _VOUCHED, "members": members},
        )
        self._run(
            "UPDATE pages SET reason = (SELECT why FROM articles a WHERE a.page = pages.id) "
            "WHERE outcome = 'article' AND id IN (SELECT value FROM json_each(:members))",
            {"members": members},
        )
        self._run(
            "UPDATE pages SET reason = (SELECT why FROM texts t WHERE t.page = pages.id) "
            "WHERE outcome = 'off-topic' AND id IN (SELECT value FROM json_each(:members)) "
            "AND id IN (SELECT page FROM texts)",
            {"members": members},
        )

    def name_twins(self, pages: Iterable[int]) -> None:
        """Say of pages why they are off topic: a reader refused their text at another address."""
        self._many("UPDATE pages SET reason = ? WHERE id = ?", [(_TWIN, page) for page in pages])

    def restand(
        self,
        page: int,
        standing: Outcome,
        *,
        reason: str,
        relevance: float,
        next_check: datetime | None,
    ) -> None:
        """Write where an address stands now, without a fetch.

        The reason of a kept page is written where its family is laid out.
        """
        is_kept = standing in (Outcome.ARTICLE, Outcome.COPY)
        self._run(
            "UPDATE pages SET outcome = :standing, relevance = :relevance, next_check = :due, "
            "reason = CASE WHEN :is_kept THEN reason ELSE :reason END, "
            "article = CASE WHEN :is_kept THEN article END WHERE id = :page",
            {
                "standing": standing,
                "relevance": round(relevance, 4),
                "due": iso(next_check) if next_check else None,
                "is_kept": is_kept,
                "reason": reason,
                "page": page,
            },
        )

    def recheck(self, page: int, due: datetime | None) -> None:
        """Have an address looked at again at a time; None: no more."""
        self._run("UPDATE pages SET next_check = ? WHERE id = ?", (iso(due) if due else None, page))

    def standing_of(self, pages: Iterable[int]) -> dict[int, Outcome]:
        """Where addresses stand."""
        rows = self._rows(
            "SELECT id, outcome FROM pages WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(pages)),),
        )
        return {row["id"]: Outcome(row["outcome"]) for row in rows}

    def forget_text(self, page: int, selected: Collection[int]) -> None:
        """Drop a text that is not worth storing any more; the archive has it still."""
        self.remove(page, selected)
        self._run("DELETE FROM texts WHERE page = ?", (page,))

    def unread_after(self, page: int, *, floor: float, limit: int) -> list[dict[str, Any]]:
        """Off-topic pages whose text lies in the archive alone, by number, from the next one.

        Args:
            floor: relevance, 0..1, that they had at least.
        """
        return self._rows(
            f"SELECT p.id, p.url, {PLACE} FROM pages p "  # noqa: S608
            "WHERE id > ? AND outcome = 'off-topic' AND relevance >= ? AND warc IS NOT NULL "
            "AND NOT EXISTS (SELECT 1 FROM texts WHERE page = p.id) ORDER BY id LIMIT ?",
            (page, floor, limit),
        )

    def archived(self, page: int) -> dict[str, Any] | None:
        """Where the archive has the last response of a page; None: nowhere."""
        return self._row(
            f"SELECT p.id, p.url, {PLACE} FROM pages p WHERE id = ? AND warc IS NOT NULL",  # noqa: S608
            (page,),
        )

    def labelled_without_text(self) -> list[int]:
        """Pages that a reader judged and of which no text is kept."""
        rows = self._rows(
            "SELECT page FROM labels WHERE page NOT IN (SELECT page FROM texts) ORDER BY page"
        )
        return [row["page"] for row in rows]

    def refused_after(self, page: int, *, limit: int) -> list[dict[str, Any]]:
        """Addresses that the gate refused, with what is kept of what was said of them.

        Those that teaching has fetched after all are among them.
        """
        return self._rows(
            "SELECT id, url, found_by, title, depth, relevance, outcome FROM pages "
            "WHERE id > :page AND (outcome = 'skipped' OR id IN "
            "(SELECT value FROM json_each(:noted))) ORDER BY id LIMIT :limit",
            {"page": page, "noted": json.dumps(list(self.pages_noted())), "limit": limit},
        )

    def regate(self, page: int, outcome: Outcome, *, reason: str, relevance: float | None,
               now: datetime) -> None:  # fmt: skip
        """Write what the gate says now of an address that it refused."""
        self._run(
            "UPDATE pages SET outcome = :outcome, reason = :reason, relevance = :relevance, "
            "priority = coalesce(:relevance, priority), "
            "next_check = CASE WHEN :outcome = 'waiting' THEN :now END "
            "WHERE id = :page AND outcome = 'skipped'",
            {
                "outcome": outcome,
                "reason": reason,
                "relevance": relevance,
                "now": iso(now),
                "page": page,
            },
        )

    def wanted_unfetched(self) -> list[tuple[int, str | None, str]]:
        """Page, who said yes and when, of the addresses that were not fetched with success."""
        rows = self._rows(
            "SELECT l.page, l.by, l.at FROM labels l JOIN pages p ON p.id = l.page "
            "WHERE l.verdict = 'yes' AND p.outcome IN ('waiting', 'skipped', 'failed') "
            "ORDER BY l.page"
        )
        return [(row["page"], row["by"], row["at"]) for row in rows]

    def retire_seeds(self, kept: Iterable[int]) -> None:
        """Let no text be compared with seeds that are gone; `sync_seeds` drops their rows later."""
        numbers = json.dumps(sorted(kept))
        for column, table in (("document", "fingerprints_seed"), ("a", "edges")):
            self._run(
                f"DELETE FROM {table} WHERE {column} < 0 "  # noqa: S608
                f"AND -{column} NOT IN (SELECT value FROM json_each(?))",
                (numbers,),
            )

    def articles_by_date(self) -> list[tuple[int, str]]:
        """Page and date of every dated article, the earliest first."""
        rows = self._rows(
            "SELECT a.page, a.published FROM articles a JOIN pages p ON p.id = a.page "
            "WHERE a.published IS NOT NULL ORDER BY a.published, p.key"
        )
        return [(row["page"], row["published"]) for row in rows]
