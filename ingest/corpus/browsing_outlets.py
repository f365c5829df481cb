"""What the web asks of outlets and of who copied whom; over any connection."""

from __future__ import annotations

from collections import Counter
from math import fsum
from typing import TYPE_CHECKING, Any, TypeAlias

from ingest.corpus.asking import row_of, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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


_UNFILTERED = (
    "SELECT original, copying, copies, average_hours_later AS hours_later, 0 AS undated "
    "FROM who_copied_whom"
)
# Counted in Python: SQLite would sort them first.
_EACH = (
    "SELECT c.original, c.seed, c.outlet{hours} FROM copies c{index} "
    "WHERE (c.relation <> 'same-url' OR c.original IS NOT c.outlet)"
)
_DATED = " AND c.published >= :since AND c.published < :until"
_UNDATED = " AND c.published IS NULL AND c.first_seen >= :since AND c.first_seen < :until"
_OUTSIDE = (" AND c.published < :since", " AND c.published >= :until", " AND c.published IS NULL")
_Found: TypeAlias = "tuple[int, bool, float | None]"  # copies, are they undated, hours later
_LAST = "~"  # comes after every time
_MOST_OF_ALL = 0.65  # share of the copies; all of them are counted in a third of the time


def copying(
    connection: Any,
    *,
    outlet: str = "",
    story: int | None = None,
    since: str = "",
    until: str = "",
    with_hours: bool = False,
) -> list[dict[str, Any]]:
    """How many texts of one outlet another carries; only of an outlet, a story, some stretch.

    A second address of one page within an outlet is no copy, as in `who_copied_whom`; `undated` are
    those among the copies of a stretch that state no date, and stand where they were found.

    Args:
        connection: to the corpus.
        outlet: either of the two; empty: any.
        story: of the article that is carried; None: any.
        since: ISO 8601, when the stretch begins; empty: with the first.
        until: as `since`, the first moment after it; empty: it goes on.
        with_hours: with the mean of `hours_later`, which takes longer.
    """
    if not (outlet or story is not None or since or until):
        return rows_of(connection, _UNFILTERED)
    wanted = {
        "(c.outlet = :outlet OR c.original = :outlet)": outlet,
        "c.article IN (SELECT id FROM articles WHERE story = :story)": story is not None,
    }
    asked = "".join(f" AND {clause}" for clause, is_asked in wanted.items() if is_asked)
    # Left to itself SQLite takes `copies_outlet` for this, and reads every row beside it.
    index = "" if asked else " INDEXED BY copies_published"
    each = _EACH.format(hours=", c.hours_later" if with_hours else ", NULL", index=index) + asked
    values = {"outlet": outlet, "story": story, "since": since, "until": until or _LAST}
    found: dict[tuple[str, str], list[_Found]] = {}
    parts = [(_DATED, False), (_UNDATED, True)] if since or until else [("", False)]
    if not asked and not with_hours and _is_most(connection, values):
        del parts[0]
        for pair, copies in _all_but(connection, [each + part for part in _OUTSIDE], values):
            found[pair] = [(copies, False, None)]
    for part, is_undated in parts:
        for pair, hours, copies in _pairs(connection, each + part, values):
            found.setdefault(pair, []).append((copies, is_undated, hours))
    rows = [_pair(*pair, told) for pair, told in found.items()]
    return sorted(rows, key=lambda row: (-row["copies"], row["original"], row["copying"]))


def _is_most(connection: Any, stretch: Mapping[str, Any]) -> bool:
    """Whether what lies outside a stretch is sooner counted, and all, than what lies within."""
    asked = (
        "SELECT (SELECT count(*) FROM copies) AS copies, (SELECT count(*) FROM copies "
        "INDEXED BY copies_published WHERE published >= :since AND published < :until) AS inside"
    )
    row = row_of(connection, asked, stretch)
    return row is not None and row["inside"] > _MOST_OF_ALL * row["copies"]


def _all_but(
    connection: Any, outside: Sequence[str], values: Mapping[str, Any]
) -> Iterator[tuple[tuple[str, str], int]]:
    """Pairs and how many copies there are in all, less what these questions name."""
    left = {
        (row["original"], row["copying"]): row["copies"] for row in rows_of(connection, _UNFILTERED)
    }
    for sql in outside:
        for pair, _, copies in _pairs(connection, sql, values):
            left[pair] -= copies
    return ((pair, copies) for pair, copies in left.items() if copies)


def _pairs(
    connection: Any, sql: str, values: Mapping[str, Any]
) -> Iterator[tuple[tuple[str, str], float | None, int]]:
    """Who published first and who carried it, hours later, how many are alike."""
    seeds = rows_of(connection, "SELECT id, file FROM seeds")
    files = {row["id"]: f"seed: {row['file']}" for row in seeds}
    cursor = connection.cursor()
    cursor.row_factory = None  # tuples, whatever the connection makes: they are many
    for (original, seed, copier, hours), copies in Counter(cursor.execute(sql, values)).items():
        yield (files[seed] if original is None else original, copier), hours, copies


def _pair(original: str, copier: str, told: list[_Found]) -> dict[str, Any]:
    known = [(copies, hours) for copies, _, hours in told if hours is not None]
    later = fsum(copies * hours for copies, hours in known)  # in whatever order they came
    return {
        "original": original,
        "copying": copier,
        "copies": sum(copies for copies, _, _ in told),
        "hours_later": later / sum(copies for copies, _ in known) if known else None,
        "undated": sum(copies for copies, is_undated, _ in told if is_undated),
    }
