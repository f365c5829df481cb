"""What readers ask: status, search, one article, one address, runs, sources.

Rows come back as dicts in the order people read them; times are ISO 8601 UTC text, shares 0..1.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ingest.corpus.base import Base, iso, parse_iso
from ingest.corpus.claims import BELIEVED
from ingest.corpus.connection import missing_parts
from ingest.corpus.processes import is_alive
from ingest.corpus.runs import COLUMN_OF, DIED
from ingest.corpus.sharing import SHARED_BY
from ingest.items import Outcome
from ingest.urls import address_key

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

__all__ = ["Reading"]

#: What of a copy `c` stands in the text it carries, and the other way round.
_COMPARED = (
    "LEFT JOIN edges e ON e.a = min(c.page, coalesce(a.page, -c.seed)) "
    "AND e.b = max(c.page, coalesce(a.page, -c.seed))"
)
_SHARES = (
    "round(iif(e.a = c.page, e.a_in_b, e.b_in_a), 4) AS share, "
    "round(iif(e.a = c.page, e.b_in_a, e.a_in_b), 4) AS other_share"
)


class Reading(Base):
    """Questions of the command line; they only read."""

    def summary(self) -> dict[str, Any]:
        """How much there is, of everything."""
        row = self._row(
            "SELECT (SELECT count(*) FROM articles) AS articles, "
            "(SELECT count(*) FROM copies) AS copies, "
            "(SELECT count(*) FROM copies c JOIN pages p ON p.id = c.page "
            "WHERE p.outcome = 'article') AS copies_in_articles, "
            "(SELECT count(*) FROM revisions) AS revisions, "
            "(SELECT count(*) FROM outlets o WHERE "
            "EXISTS (SELECT 1 FROM articles a WHERE a.outlet = o.id) "
            "OR EXISTS (SELECT 1 FROM copies c WHERE c.outlet = o.id)) AS outlets, "
            "(SELECT count(*) FROM seeds) AS seeds, "
            "(SELECT count(*) FROM sources) AS sources, "
            "(SELECT count(*) FROM sources WHERE state = 'proposed') AS sources_proposed, "
            "(SELECT count(*) FROM sources WHERE state = 'resting') AS sources_resting, "
            "(SELECT count(*) FROM sources WHERE state = 'active' AND failures > 0) "
            "AS sources_failing, "
            "(SELECT count(*) FROM runs) AS runs, "
            "(SELECT count(*) FROM pages) AS addresses, "
            "(SELECT min(published) FROM articles) AS first_published, "
            "(SELECT max(published) FROM articles) AS last_published, "
            "(SELECT min(next_due) FROM sources WHERE state = 'active') AS next_poll, "
            "(SELECT min(next_check) FROM pages WHERE next_check IS NOT NULL) AS next_check"
        )
        assert row is not None
        return row

    def found_by_day(self, *, since: datetime) -> dict[str, int]:
        """How many articles and copies were found on each day, UTC; days without any are left out.

        Args:
            since: aware; its whole day counts.
        """
        rows = self._rows(
            "SELECT substr(first_seen, 1, 10) AS day, count(*) AS found FROM "
            "(SELECT first_seen FROM articles WHERE first_seen >= :since "
            "UNION ALL SELECT first_seen FROM copies WHERE first_seen >= :since) "
            "GROUP BY day ORDER BY day",
            {"since": iso(since)[:10]},
        )
        return {row["day"]: row["found"] for row in rows}

    def first_started(self) -> datetime | None:
        """When the first run started; None: there was none."""
        return parse_iso(self._value("SELECT min(started) FROM runs"))

    def latest_articles(self, limit: int) -> list[dict[str, Any]]:
        """The articles found last, the newest first."""
        return self._rows(
            "SELECT id, published, first_seen, title, outlet, language, relevance, copies, url "
            "FROM articles INDEXED BY articles_first_seen "  # left alone, it sorts all of them
            "ORDER BY first_seen DESC, published DESC, id DESC LIMIT ?",
            (limit,),
        )

    def article(self, number: int) -> dict[str, Any] | None:
        """One article, with its text."""
        return self._row(
            "SELECT a.id, a.published, a.title, a.outlet, o.name AS outlet_name, a.author, "
            "a.agency, a.standfirst, a.modified, a.section, a.kind, a.is_paywalled, "
            "a.published_confidence, a.picture, a.language, a.words, a.relevance, a.why, "
            "a.seed, s.file AS seed_file, "
            "a.url, a.first_seen, a.gone_since, a.run, p.found_by, f.url AS source, "
            "p.warc, p.warc_offset, a.extractor, a.text FROM articles a "
            "JOIN outlets o ON o.id = a.outlet JOIN pages p ON p.id = a.page "
            "LEFT JOIN seeds s ON s.id = a.seed LEFT JOIN sources f ON f.id = p.source "
            "WHERE a.id = ?",
            (number,),
        )

    def copies_of(self, article: int, *, first: int = -1) -> list[dict[str, Any]]:
        """Pages that carry an article, or the first so many, the earliest first.

        `share` is how much of the page's text stands in the article, `other_share` how much of the
        article in it, both 0..1; None: they were never compared. `url` is where the copy stands,
        and of an address that leads to the article itself that address.
        """
        return self._rows(
            "SELECT c.published, c.outlet, c.title, CASE WHEN c.url = a.url "  # noqa: S608
            "THEN (SELECT url FROM pages WHERE id = c.page) ELSE c.url END AS url, "
            "c.relation, c.similarity, c.passage, "
            f"{_SHARES}, c.hours_later, c.first_seen "
            f"FROM copies c JOIN articles a ON a.id = c.article {_COMPARED} "
            "WHERE c.id IN (SELECT id FROM copies WHERE article = ? "
            "ORDER BY published IS NULL, published, url LIMIT ?) "
            "ORDER BY c.published IS NULL, c.published, c.url",
            (article, first),
        )

    def shared_by(self, article: int, *, first: int = -1) -> list[dict[str, Any]]:
        """What an article shares words with that is no copy, the longest passage first.

        All of it, or the first so many.

        `relation` and `share` are of its text to the other, `other_share` of the other to it.
        """
        return self._rows(SHARED_BY, {"article": article, "first": first})

    def pages_of(self, article: int) -> list[int]:
        """The pages that carry an article, its own among them."""
        rows = self._rows("SELECT id FROM pages WHERE article = ? ORDER BY id", (article,))
        return [row["id"] for row in rows]

    def translations_of(self, pages: Collection[int]) -> list[dict[str, Any]]:
        """What these pages may be translations of, or it of them; once an article, strongest first.

        `score` is how much speaks for it, 0..1.
        """
        return self._rows(
            "WITH both AS (SELECT score, evidence, other_title AS title, other_outlet AS outlet, "
            "other_article AS article, seed, other_url AS url FROM translation_hints "
            "WHERE page IN (SELECT value FROM json_each(:pages)) UNION ALL "
            "SELECT score, evidence, title, outlet, article, NULL, url FROM translation_hints "
            "WHERE other IN (SELECT value FROM json_each(:pages))), ranked AS ("
            "SELECT *, row_number() OVER (PARTITION BY article, seed, iif(article, NULL, url) "
            "ORDER BY score DESC, url) AS place FROM both) "
            "SELECT score, evidence, title, outlet, article, seed, url FROM ranked "
            "WHERE place = 1 ORDER BY score DESC, url, seed",
            {"pages": json.dumps(sorted(pages))},
        )

    def revisions_of(self, article: int) -> list[dict[str, Any]]:
        """How the wording of an article changed, the earliest change first."""
        return self._rows(
            "SELECT id, seen, title, new_title, title_changed, words_added, words_removed, "
            "entries_added FROM revisions WHERE article = ? ORDER BY seen, id",
            (article,),
        )

    def revisions_at(self, page: int) -> list[dict[str, Any]]:
        """How the wording of one page changed, the earliest change first."""
        return self._rows(
            "SELECT id, seen, title, new_title, title_changed, words_added, words_removed, "
            "entries_added FROM revisions WHERE page = ? ORDER BY seen, id",
            (page,),
        )

    def story_of_article(self, article: int) -> dict[str, Any] | None:
        """The story that an article belongs to; None: it belongs to none."""
        return self._row(
            "SELECT s.id, s.title, s.articles, s.outlets FROM articles a "
            "JOIN stories s ON s.id = a.story WHERE a.id = ?",
            (article,),
        )

    def carried_by(self, page: int) -> list[dict[str, Any]]:
        """What a page carries of others: articles and seed documents."""
        return self._rows(
            f"SELECT c.relation, c.similarity, {_SHARES}, c.passage, c.hours_later, "  # noqa: S608
            "c.article, a.title AS article_title, a.url AS article_url, s.file AS seed_file, "
            "s.title AS seed_title FROM copies c LEFT JOIN articles a ON a.id = c.article "
            f"LEFT JOIN seeds s ON s.id = c.seed {_COMPARED} WHERE c.page = ? "
            "ORDER BY c.similarity DESC, c.id",
            (page,),
        )

    def find_page(self, key: str) -> dict[str, Any] | None:
        """The line of the ledger for an address, or for a page that names it as its own.

        Args:
            key: canonical form of the address (`ingest.urls.address_key`).
        """
        return self._row(
            "WITH named AS (SELECT id, 0 AS kind FROM pages WHERE key = :key "
            "UNION ALL SELECT page, 1 FROM texts WHERE canonical_key = :key) "
            "SELECT p.id, p.url, p.key, p.outlet, p.outcome, p.reason, p.http_status, p.found_by, "
            "f.url AS source, p.title, p.published, p.relevance, p.article, p.first_seen, "
            "p.last_fetched, p.next_check, p.attempts, p.depth, p.warc, p.warc_offset, p.run, "
            "l.verdict AS label FROM named JOIN pages p ON p.id = named.id "
            "LEFT JOIN sources f ON f.id = p.source LEFT JOIN labels l ON l.page = p.id "
            "ORDER BY named.kind, p.key LIMIT 1",
            {"key": key},
        )

    def doubted_claim_of(self, page: int) -> dict[str, Any] | None:
        """The address that a page names as its own and that is not believed; None: it is.

        `pages` counts the other pages that name it and carry other texts.
        """
        return self._row(
            "SELECT t.url, t.canonical_key AS key, (SELECT count(*) FROM texts o "  # noqa: S608
            "JOIN pages q ON q.id = o.page WHERE o.canonical_key = t.canonical_key "
            "AND q.id <> p.id AND (q.article IS NULL OR q.article IS NOT p.article)) AS pages "
            "FROM texts t JOIN pages p ON p.id = t.page "
            f"WHERE t.page = ? AND t.canonical_key <> p.key AND NOT {BELIEVED}",
            (page,),
        )

    def fetches_of(self, page: int, *, latest: int = -1) -> list[dict[str, Any]]:
        """How each fetch of a page ended, or the last so many, the first one first."""
        rows = self._rows(
            "SELECT at, outcome, reason, http_status, bytes, run, warc, warc_offset "
            "FROM fetches WHERE page = ? ORDER BY id DESC LIMIT ?",
            (page, latest),
        )
        return rows[::-1]

    def addresses_of(self, outlet: str) -> int:
        """How many addresses of an outlet were ever considered."""
        return int(self._value("SELECT count(*) FROM pages WHERE outlet = ?", (outlet,)))

    def latest_runs(self, limit: int) -> list[dict[str, Any]]:
        """The last runs, the newest first; one that is open with what it fetched so far."""
        rows = self._rows("SELECT * FROM runs ORDER BY id DESC LIMIT ?", (limit,))
        return [self._so_far(row) if row["outcome"] == "running" else row for row in rows]

    def _so_far(self, run: dict[str, Any]) -> dict[str, Any]:
        """An open run as it will be closed if its process is dead: nobody closed it yet."""
        rows = self._rows(
            "SELECT outcome, count(*) AS n FROM fetches WHERE run = ? GROUP BY outcome",
            (run["id"],),
        )
        counts = {COLUMN_OF[Outcome(row["outcome"])]: row["n"] for row in rows}
        died = {} if is_alive(run["process"]) else {"outcome": "died", "message": DIED}
        return run | {"fetched": sum(counts.values())} | counts | died

    def sources_like(self, key: str, outlet: str) -> list[dict[str, Any]]:
        """The sources that an address is, in any spelling; by kind.

        Args:
            key: canonical form of the address (`ingest.urls.address_key`).
            outlet: of the address.
        """
        rows = self._rows(
            "SELECT id, kind, url, every_minutes, last_ok, last_error, failures FROM sources "
            "WHERE outlet = ? ORDER BY kind, url",
            (outlet,),
        )
        return [row for row in rows if address_key(row["url"]) == key]

    def all_sources(self, *, failing: bool = False) -> list[dict[str, Any]]:
        """Every source, or those alone whose last poll failed; by kind and address."""
        return self._rows(
            "SELECT id, state, kind, url, outlet, "
            "(SELECT homepage FROM outlets WHERE outlets.id = sources.outlet) AS homepage, "
            "title, found_by, because, every_minutes, "
            "next_due, last_ok, last_new, new_per_day, last_error, failures, items_seen, "
            "articles_kept FROM sources WHERE failures > 0 OR NOT :failing ORDER BY kind, url",
            {"failing": failing},
        )

    def runs_that_do_not_add_up(self) -> list[int]:
        """Closed runs whose outcomes do not sum to what they fetched; there must be none."""
        rows = self._rows(
            "SELECT id FROM runs WHERE outcome <> 'running' AND fetched <> new_articles + copies "
            "+ revisions + unchanged + off_topic + rejected + robots + gone + errors ORDER BY id"
        )
        return [row["id"] for row in rows]

    def missing_parts(self) -> list[str]:
        """What the schema of this version has and the file has not; empty when it is whole."""
        return missing_parts(self._raw)

    def damage(self) -> list[str]:
        """What SQLite's own check finds wrong with the file; empty when it is sound."""
        rows = [str(row["integrity_check"]) for row in self._rows("PRAGMA integrity_check(20)")]
        broken = [
            f"row {row['rowid']} of {row['table']} names a missing row of {row['parent']}"
            for row in self._rows("PRAGMA foreign_key_check")
        ]
        return [row for row in rows if row != "ok"] + broken
