"""Hints that texts are translations of each other, and the clues they are looked up by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ingest.corpus.base import Base, parse_iso

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

__all__ = ["Translations"]

#: What more pages than this share tells nothing: a stock picture, an edition that a template names.
COMMON = 40
_PICTURE = "picture"
_CLOSE_DAYS = 4  # between two dates of which the pure rule asks for three days at most

_TELLING = "(SELECT count(*) FROM (SELECT 1 FROM translation_clues c WHERE c.kind = {0}.kind "
_TELLING += "AND c.key = {0}.key LIMIT :many)) < :many"


class Translations(Base):
    """The rows of `translations` and `translation_clues`."""

    def clues_of(self, page: int) -> set[tuple[str, str]]:
        """(kind, key) of each clue of a page, common ones among them."""
        rows = self._rows("SELECT kind, key FROM translation_clues WHERE page = ?", (page,))
        return {(row["kind"], row["key"]) for row in rows}

    def telling_clues_of(self, page: int) -> set[tuple[str, str]]:
        """(kind, key) of each clue of a page that not too many share."""
        rows = self._rows(
            "SELECT kind, key FROM translation_clues o WHERE page = :page AND "  # noqa: S608
            + _TELLING.format("o"),
            {"page": page, "many": COMMON + 1},
        )
        return {(row["kind"], row["key"]) for row in rows}

    def note_clues(self, page: int, clues: Iterable[tuple[str, str]]) -> set[int]:
        """Write the clues of a page, in place of earlier ones.

        Returns:
            Pages of a clue that too many came to share by it, or not too many any more.
        """
        before, after = self.clues_of(page), {*clues}
        changed = sorted(before ^ after)
        were_common = {clue for clue in changed if self._is_common(*clue)}
        self._many(
            "DELETE FROM translation_clues WHERE kind = ? AND key = ? AND page = ?",
            [(*clue, page) for clue in sorted(before - after)],
        )
        self._many(
            "INSERT INTO translation_clues (kind, key, page) VALUES (?, ?, ?)",
            [(*clue, page) for clue in sorted(after - before)],
        )
        turned = [clue for clue in changed if self._is_common(*clue) != (clue in were_common)]
        return {other for clue in turned for other in self._sharing(*clue)}

    def _is_common(self, kind: str, key: str) -> bool:
        return len(self._sharing(kind, key, limit=COMMON + 1)) > COMMON

    def _sharing(self, kind: str, key: str, *, limit: int = -1) -> list[int]:
        rows = self._rows(
            "SELECT page FROM translation_clues WHERE kind = ? AND key = ? LIMIT ?",
            (kind, key, limit),
        )
        return [row["page"] for row in rows]

    def keys_of(self, page: int) -> frozenset[str]:
        """The addresses under which other pages may name a page: its own, and the one it names."""
        row = self._row(
            "SELECT p.key, t.canonical_key FROM pages p JOIN texts t ON t.page = p.id "
            "WHERE p.id = ?",
            (page,),
        )
        return frozenset(row.values()) if row else frozenset()

    def translation_candidates(self, page: int) -> list[int]:
        """Pages that a telling clue ties to this one, by number."""
        clues = self.telling_clues_of(page)
        named = [key for kind, key in clues if kind != _PICTURE]
        pictures = [key for kind, key in clues if kind == _PICTURE]
        found = self._rows(
            "SELECT o.page FROM translation_clues o WHERE o.kind IN ('alternate', 'source') "  # noqa: S608
            f"AND o.key IN (SELECT value FROM json_each(:own)) AND {_TELLING.format('o')}",
            {"own": json.dumps(sorted(self.keys_of(page))), "many": COMMON + 1},
        )
        if named:
            found += self._rows(
                "SELECT t.page FROM texts t WHERE t.page IN (SELECT id FROM pages WHERE key IN "
                "(SELECT value FROM json_each(:named))) UNION SELECT t.page FROM texts t "
                "WHERE t.canonical_key IN (SELECT value FROM json_each(:named))",
                {"named": json.dumps(sorted(named))},
            )
        for key in pictures:
            found += [{"page": one} for one in self._sharing(_PICTURE, key)]
        return sorted({row["page"] for row in found} - {page})

    def seeds_of_days(self, at: datetime | None) -> list[dict[str, Any]]:
        """Seed documents of the days about a time: `id`, `language`, `published`, `text`."""
        if at is None:
            return []
        rows = self._rows(
            "SELECT id, language, published, text FROM seeds WHERE published IS NOT NULL "
            "AND abs(julianday(published) - julianday(?)) <= ? ORDER BY id",
            (at.isoformat(), _CLOSE_DAYS),
        )
        return [row | {"published": parse_iso(row["published"])} for row in rows]

    def pages_of_days(self, seed: int) -> list[int]:
        """Pages with a text of the days about a seed document, by number."""
        rows = self._rows(
            "SELECT t.page FROM seeds s JOIN texts t ON abs(julianday(t.published) "
            "- julianday(s.published)) <= ? WHERE s.id = ? ORDER BY t.page",
            (_CLOSE_DAYS, seed),
        )
        return [row["page"] for row in rows]

    def drop_seed_hints(self, seed: int) -> None:
        """Forget the hints about a seed document."""
        self._run("DELETE FROM translations WHERE seed = ?", (seed,))

    def drop_hints(self, page: int) -> None:
        """Forget the hints about a page."""
        self._run("DELETE FROM translations WHERE page = :page OR other = :page", {"page": page})

    def note_hint(
        self, page: int, *, other: int | None = None, seed: int | None = None, score: float,
        evidence: str,
    ) -> None:  # fmt: skip
        """Write a hint about two pages, the smaller number first, or a page and a seed document."""
        pages = sorted(one for one in (page, other) if one is not None)
        self._run(
            "INSERT INTO translations (page, other, seed, score, evidence, first_seen) "
            "VALUES (?, ?, ?, ?, ?, (SELECT max(first_seen) FROM texts WHERE page IN "
            "(SELECT value FROM json_each(?))))",
            (pages[0], pages[1] if len(pages) > 1 else None, seed, score, evidence,
             json.dumps(pages)),
        )  # fmt: skip

    def hints_of(self, pages: Collection[int]) -> list[dict[str, Any]]:
        """The hints that tie these pages to kept pages and seed documents, strongest first.

        Columns as in `translation_hints`. These pages need not be kept: that an article may be
        their translation is worth knowing of them.
        """
        return self._rows(
            "SELECT h.score, h.evidence, h.page, p.article, p.outlet, p.title, p.url, "
            "t.published, h.other, q.article AS other_article, q.outlet AS other_outlet, "
            "coalesce(q.title, s.title) AS other_title, q.url AS other_url, "
            "coalesce(u.published, s.published) AS other_published, h.seed "
            "FROM translations h JOIN pages p ON p.id = h.page JOIN texts t ON t.page = h.page "
            "LEFT JOIN pages q ON q.id = h.other LEFT JOIN texts u ON u.page = h.other "
            "LEFT JOIN seeds s ON s.id = h.seed WHERE h.id IN ("
            "SELECT a.id FROM translations a LEFT JOIN pages b ON b.id = a.other "
            "WHERE a.page IN (SELECT value FROM json_each(:pages)) "
            "AND (a.seed IS NOT NULL OR b.outcome IN ('article', 'copy')) "
            "UNION SELECT a.id FROM translations a JOIN pages b ON b.id = a.page "
            "WHERE a.other IN (SELECT value FROM json_each(:pages)) "
            # The plus: by the index of outcomes it would look at every kept page.
            "AND +b.outcome IN ('article', 'copy')) ORDER BY h.score DESC, h.id",
            {"pages": json.dumps(sorted(pages))},
        )
