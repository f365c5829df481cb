"""What the web asks of sources, runs and seed documents; over any connection."""

from __future__ import annotations

from typing import Any

from ingest.corpus.asking import row_of, rows_of

__all__ = ["ARRIVALS", "all_seeds", "arrivals_of", "brought_by", "days_of_source", "latest_from",
           "named_seeds", "one_run", "one_seed", "one_source", "run_articles", "run_outcomes",
           "run_trouble"]  # fmt: skip

#: When a source that is polled and well brought something, once for each day before its last
#: answer; a query or a list falls silent with its story. `{of}` asks for some sources alone.
ARRIVALS = """
  SELECT s.id AS source, max(p.first_seen) AS at
  FROM sources s JOIN pages p ON p.source = s.id
    AND p.first_seen >= strftime('%Y-%m-%dT%H:%M:%SZ', s.last_ok, '-84 days')
  WHERE {of} s.state = 'active' AND s.failures = 0 AND s.found_by NOT IN ('topic', 'lists')
  GROUP BY s.id, CAST(julianday(s.last_ok) - julianday(p.first_seen) AS INTEGER)"""


def one_source(connection: Any, number: int) -> dict[str, Any] | None:
    """The row of a source."""
    return row_of(connection, "SELECT * FROM sources WHERE id = :id", {"id": number})


def arrivals_of(connection: Any, number: int) -> list[str]:
    """When it brought something, as the saved query of all sources counts; ISO 8601 UTC."""
    rows = rows_of(connection, ARRIVALS.format(of="s.id = :id AND"), {"id": number})
    return [row["at"] for row in rows]


def brought_by(connection: Any, number: int) -> list[dict[str, Any]]:
    """What became of the addresses it named first, by outcome, the commonest first."""
    return rows_of(
        connection,
        "SELECT outcome, count(*) AS pages FROM pages WHERE source = :id "
        "GROUP BY outcome ORDER BY pages DESC, outcome",
        {"id": number},
    )


def days_of_source(connection: Any, number: int) -> list[tuple[str, int]]:
    """Day on which it named addresses that nobody had named, and how many."""
    rows = rows_of(
        connection,
        "SELECT substr(first_seen, 1, 10) AS day, count(*) AS pages FROM pages "
        "WHERE source = :id GROUP BY 1 ORDER BY 1",
        {"id": number},
    )
    return [(row["day"], row["pages"]) for row in rows]


def latest_from(connection: Any, number: int) -> list[dict[str, Any]]:
    """The addresses it named last."""
    return rows_of(
        connection,
        "SELECT id, first_seen, outcome, reason, title, url, article FROM pages "
        "WHERE source = :id ORDER BY first_seen DESC, id DESC LIMIT 30",
        {"id": number},
    )


def one_run(connection: Any, number: int) -> dict[str, Any] | None:
    """The row of a run."""
    return row_of(connection, "SELECT * FROM runs WHERE id = :id", {"id": number})


def run_outcomes(connection: Any, number: int) -> list[dict[str, Any]]:
    """How its fetches ended, the commonest first."""
    return rows_of(
        connection,
        "SELECT outcome, count(*) AS fetches FROM fetches WHERE run = :id "
        "GROUP BY outcome ORDER BY fetches DESC, outcome",
        {"id": number},
    )


def run_trouble(connection: Any, number: int) -> list[dict[str, Any]]:
    """What failed, by outcome and reason, the commonest first."""
    return rows_of(
        connection,
        "SELECT f.outcome, f.reason, count(*) AS fetches, min(p.url) AS url, min(p.id) AS page "
        "FROM fetches f JOIN pages p ON p.id = f.page "
        "WHERE f.run = :id AND f.outcome IN ('failed', 'gone', 'robots') "
        "GROUP BY f.outcome, f.reason ORDER BY fetches DESC, f.outcome, f.reason LIMIT 50",
        {"id": number},
    )


def run_articles(connection: Any, number: int) -> list[dict[str, Any]]:
    """The articles that it found."""
    return rows_of(
        connection,
        "SELECT id, published, title, outlet, why FROM articles WHERE run = :id "
        "ORDER BY id DESC LIMIT 50",
        {"id": number},
    )


def all_seeds(connection: Any) -> list[dict[str, Any]]:
    """The seed documents, with what is near to each."""
    return rows_of(
        connection,
        "SELECT s.id, s.file, s.title, s.published, s.language, s.words, s.noise_share, "
        "(SELECT count(*) FROM articles WHERE seed = s.id) AS articles, "
        "(SELECT count(*) FROM copies WHERE seed = s.id) AS copies FROM seeds s ORDER BY s.id",
    )


def named_seeds(connection: Any) -> list[dict[str, Any]]:
    """Number, file and headline of each seed document."""
    return rows_of(connection, "SELECT id, file, title FROM seeds ORDER BY id")


def one_seed(connection: Any, number: int) -> dict[str, Any] | None:
    """A seed document, its texts included."""
    return row_of(
        connection,
        "SELECT s.*, (SELECT count(*) FROM articles WHERE seed = s.id) AS articles, "
        "(SELECT count(*) FROM copies WHERE seed = s.id) AS copies FROM seeds s WHERE s.id = :id",
        {"id": number},
    )
