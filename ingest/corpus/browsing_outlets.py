"""What the web asks of outlets and of who copied whom; over any connection."""

from __future__ import annotations

from typing import Any

from ingest.corpus.asking import row_of, rows_of

__all__ = ["copied_by", "copied_from", "copying", "hours_of", "languages_of", "latest_of",
           "one_outlet", "outlet_days", "outlet_sources"]  # fmt: skip

_MOST = 50


def one_outlet(connection: Any, outlet: str) -> dict[str, Any] | None:
    """What is known of an outlet, and how much it has."""
    return row_of(
        connection,
        "SELECT id, name, language, homepage, first_seen, last_seen, "
        "(SELECT count(*) FROM articles WHERE outlet = :id) AS articles, "
        "(SELECT count(*) FROM copies WHERE outlet = :id) AS copies, "
        "(SELECT count(*) FROM pages WHERE outlet = :id) AS addresses, "
        "(SELECT min(published) FROM articles WHERE outlet = :id) AS first_published, "
        "(SELECT max(published) FROM articles WHERE outlet = :id) AS last_published "
        "FROM outlets WHERE id = :id",
        {"id": outlet},
    )


def hours_of(connection: Any, outlet: str) -> dict[tuple[int, int], int]:
    """How many articles of an outlet were published by (weekday from Monday 0, hour UTC)."""
    rows = rows_of(
        connection,
        "SELECT (CAST(strftime('%w', published) AS INTEGER) + 6) % 7 AS day, "
        "CAST(substr(published, 12, 2) AS INTEGER) AS hour, count(*) AS articles "
        "FROM articles WHERE outlet = :id AND published IS NOT NULL GROUP BY 1, 2",
        {"id": outlet},
    )
    return {(row["day"], row["hour"]): row["articles"] for row in rows}


def outlet_days(connection: Any, outlet: str) -> list[tuple[str, int, int]]:
    """Day, articles, copies of an outlet."""
    rows = rows_of(
        connection,
        "SELECT day, sum(articles) AS articles, sum(copies) AS copies FROM ("
        "SELECT substr(published, 1, 10) AS day, count(*) AS articles, 0 AS copies FROM articles "
        "WHERE outlet = :id GROUP BY 1 UNION ALL SELECT substr(published, 1, 10), 0, count(*) "
        "FROM copies WHERE outlet = :id GROUP BY 1) WHERE day IS NOT NULL GROUP BY day",
        {"id": outlet},
    )
    return [(row["day"], row["articles"], row["copies"]) for row in rows]


def languages_of(connection: Any, outlet: str) -> list[dict[str, Any]]:
    """The languages of its articles, the commonest first."""
    return rows_of(
        connection,
        "SELECT language, count(*) AS articles FROM articles WHERE outlet = :id "
        "GROUP BY language ORDER BY articles DESC, language",
        {"id": outlet},
    )


def copied_from(connection: Any, outlet: str) -> list[dict[str, Any]]:
    """Whom an outlet copies, the most copied first; `seed` is None but for a seed document."""
    return rows_of(
        connection,
        "SELECT * FROM (SELECT original AS outlet, NULL AS seed, count(*) AS copies, "
        "sum(relation = 'exact') AS exact FROM copies "
        "WHERE outlet = :id AND original IS NOT NULL "
        "AND (original <> :id OR relation <> 'same-url') GROUP BY original "
        "UNION ALL SELECT s.file, s.id, count(*), sum(c.relation = 'exact') "
        "FROM copies c JOIN seeds s ON s.id = c.seed WHERE c.outlet = :id GROUP BY s.id) "
        "ORDER BY copies DESC, outlet LIMIT :most",
        {"id": outlet, "most": _MOST},
    )


def copied_by(connection: Any, outlet: str) -> list[dict[str, Any]]:
    """Who copies an outlet, the busiest first."""
    return rows_of(
        connection,
        "SELECT outlet, count(*) AS copies, sum(relation = 'exact') AS exact, "
        "round(avg(hours_later), 1) AS hours_later FROM copies WHERE original = :id "
        "AND (outlet <> :id OR relation <> 'same-url') "
        "GROUP BY outlet ORDER BY copies DESC, outlet LIMIT :most",
        {"id": outlet, "most": _MOST},
    )


def outlet_sources(connection: Any, outlet: str) -> list[dict[str, Any]]:
    """The sources of an outlet, those that brought most first."""
    return rows_of(
        connection,
        "SELECT id, kind, state, url, failures, items_seen, articles_kept, last_ok FROM sources "
        "WHERE outlet = :id ORDER BY articles_kept DESC, id LIMIT :most",
        {"id": outlet, "most": _MOST},
    )


def latest_of(connection: Any, outlet: str) -> list[dict[str, Any]]:
    """Its latest articles."""
    return rows_of(
        connection,
        "SELECT id, published, title, copies, why FROM articles WHERE outlet = :id "
        "ORDER BY published DESC, id DESC LIMIT 20",
        {"id": outlet},
    )


_UNFILTERED = "SELECT original, copying, copies FROM who_copied_whom"
_FILTERED = (
    "SELECT coalesce(c.original, 'seed: ' || s.file) AS original, c.outlet AS copying, "
    "count(*) AS copies FROM copies c LEFT JOIN seeds s ON s.id = c.seed "
    "WHERE (c.relation <> 'same-url' OR c.original <> c.outlet)"
)


def copying(
    connection: Any, *, outlet: str = "", story: int | None = None, since: str = "", until: str = ""
) -> list[dict[str, Any]]:
    """How many texts of one outlet another carries; only of an outlet, a story, of some days.

    Args:
        connection: to the corpus.
        outlet: either of the two; empty: any.
        story: of the article that is carried; None: any.
        since: day of publication of the copy, ISO; empty: from the first.
        until: as `since`, the last day; empty: to the last.
    """
    if not (outlet or story is not None or since or until):
        return rows_of(connection, _UNFILTERED)
    wanted = {
        "(c.outlet = :outlet OR c.original = :outlet)": outlet,
        "c.article IN (SELECT id FROM articles WHERE story = :story)": story is not None,
        "c.published >= :since": since,
        "c.published < date(:until, '+1 day')": until,
    }
    asked = "".join(f" AND {clause}" for clause, is_asked in wanted.items() if is_asked)
    return rows_of(
        connection,
        f"{_FILTERED}{asked} GROUP BY 1, 2 ORDER BY copies DESC, 1, 2",
        {"outlet": outlet, "story": story, "since": since, "until": until},
    )
