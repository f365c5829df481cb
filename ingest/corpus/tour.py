"""Questions that the demo and the acceptance runs ask of a whole corpus."""

from __future__ import annotations

from typing import Any

from ingest.corpus.base import Base
from ingest.items import Outcome

__all__ = ["Tour"]


class Tour(Base):
    """Read-only questions over all rows; for corpora of demo size."""

    def standing_of_addresses(self) -> dict[str, Outcome]:
        """Where every address stands, by the address as first found."""
        rows = self._rows("SELECT url, outcome FROM pages")
        return {row["url"]: Outcome(row["outcome"]) for row in rows}

    def origin_of_copies(self) -> dict[str, set[str]]:
        """What each page was recognised as a copy or carrier of: article addresses, seed files."""
        found: dict[str, set[str]] = {}
        for row in self._rows(
            "SELECT p.url, o.url AS article, s.file FROM copies c JOIN pages p ON p.id = c.page "
            "LEFT JOIN articles a ON a.id = c.article LEFT JOIN pages o ON o.id = a.page "
            "LEFT JOIN seeds s ON s.id = c.seed"
        ):
            found.setdefault(row["url"], set()).add(row["article"] or row["file"])
        return found

    def newest(self, limit: int) -> list[dict[str, Any]]:
        """The latest articles, with the reason why each was kept."""
        return self._rows("SELECT published, outlet, title, why FROM latest LIMIT ?", (limit,))

    def families(self, limit: int) -> list[dict[str, Any]]:
        """Articles and seeds with most copies: title, outlet, copies, and how they stand to it."""
        return self._rows(
            "SELECT coalesce(a.title, s.title) AS title, coalesce(a.outlet, 'seed document') AS "
            "origin, a.id AS article, count(*) AS copies, "
            "group_concat(DISTINCT c.relation) AS relations "
            "FROM copies c LEFT JOIN articles a ON a.id = c.article "
            "LEFT JOIN seeds s ON s.id = c.seed "
            "GROUP BY c.article, c.seed ORDER BY copies DESC, title LIMIT ?",
            (limit,),
        )

    def refusals(self) -> list[dict[str, Any]]:
        """Pages that are not in the corpus, by outcome and first word of the reason."""
        return self._rows(
            "SELECT outcome, CASE WHEN outcome = 'rejected' THEN "
            "substr(reason, 1, instr(reason || ':', ':') - 1) ELSE '' END AS reason, "
            "count(*) AS pages, min(url) AS example FROM pages "
            "WHERE outcome NOT IN ('article', 'copy') GROUP BY 1, 2 ORDER BY pages DESC"
        )

    def changes_seen(self) -> list[dict[str, Any]]:
        """Articles that changed at their address, and those whose address is gone."""
        return self._rows(
            "SELECT 'changed' AS event, new_title AS title, a.url, words_added, words_removed "
            "FROM revisions r JOIN articles a ON a.id = r.article "
            "UNION ALL SELECT 'gone', title, url, NULL, NULL FROM articles "
            "WHERE gone_since IS NOT NULL ORDER BY 1, 2"
        )

    def languages(self) -> dict[str, int]:
        """Articles by language."""
        rows = self._rows(
            "SELECT coalesce(language, '?') AS language, count(*) AS n FROM articles "
            "GROUP BY 1 ORDER BY 2 DESC, 1"
        )
        return {row["language"]: row["n"] for row in rows}

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """What a corpus says, without ids, times and runs: for comparing two corpora row by row."""
        return {name: self._rows(question) for name, question in _COMPARED.items()}


_COMPARED = {
    "articles": "SELECT a.published, a.title, a.outlet, a.relevance, s.file AS seed, a.why, "
    "a.lead, a.words, a.author, a.language, a.url, a.copies, a.gone_since IS NOT NULL AS gone, "
    "a.sha256, a.extractor, a.text, p.key FROM articles a JOIN pages p ON p.id = a.page "
    "LEFT JOIN seeds s ON s.id = a.seed ORDER BY p.key",
    "copies": "SELECT p.key, o.key AS article, s.file AS seed, c.outlet, c.published, c.title, "
    "c.url, c.relation, c.similarity, c.passage, c.passage_words, c.passage_start, "
    "c.original_start, c.hours_later FROM copies c "
    "JOIN pages p ON p.id = c.page LEFT JOIN articles a ON a.id = c.article "
    "LEFT JOIN pages o ON o.id = a.page LEFT JOIN seeds s ON s.id = c.seed ORDER BY p.key, o.key",
    "stories": "SELECT s.title, s.terms, s.articles, s.outlets, s.first_published, "
    "s.last_published, s.first_outlet, p.key AS first_key, (SELECT group_concat(k, ' ') FROM "
    "(SELECT q.key AS k FROM articles b JOIN pages q ON q.id = b.page WHERE b.story = s.id "
    "ORDER BY q.key)) AS told_by FROM stories s LEFT JOIN articles a ON a.id = s.first_article "
    "LEFT JOIN pages p ON p.id = a.page ORDER BY first_key",
    "revisions": "SELECT p.key, r.title, r.new_title, r.words_added, r.words_removed, r.text "
    "FROM revisions r JOIN pages p ON p.id = r.page ORDER BY p.key, r.id",
    "pages": "SELECT p.key, p.outlet, p.outcome, p.reason, p.http_status, p.relevance, "
    "o.key AS article FROM pages p LEFT JOIN articles a ON a.id = p.article "
    "LEFT JOIN pages o ON o.id = a.page ORDER BY p.key",
    "links": "SELECT p.key, l.url, l.anchor FROM links l JOIN articles a ON a.id = l.article "
    "JOIN pages p ON p.id = a.page ORDER BY p.key, l.url",
    "outlets": "SELECT id, name, homepage FROM outlets ORDER BY id",
    # Which guesses were tried already depends on how often one asked, and which lists have the
    # places of their outlet (`hubs_per_outlet`) on which came first.
    "sources": "SELECT kind, url, title, last_error IS NULL AS is_well FROM sources "
    "WHERE kind NOT LIKE '%-guess' AND found_by IS NOT 'lists' ORDER BY kind, url",
    "seeds": "SELECT file, title, words, noise_share, sha256 FROM seeds ORDER BY file",
    "edges": "SELECT min(coalesce(p.key, s.file), coalesce(q.key, t.file)) AS one, "
    "max(coalesce(p.key, s.file), coalesce(q.key, t.file)) AS other, round(e.jaccard, 6) AS alike, "
    "e.relation, e.passage, e.passage_words "
    "FROM edges e LEFT JOIN pages p ON p.id = e.a LEFT JOIN seeds s ON s.id = -e.a "
    "LEFT JOIN pages q ON q.id = e.b LEFT JOIN seeds t ON t.id = -e.b ORDER BY 1, 2",
}
