"""The tables of a corpus in PostgreSQL, made from those that the migrations make in SQLite.

Left to the file that readers open: views, the full-text index, `captured`, and the triggers that
write what only readers ask. What a crawl asks of a trigger's work, the language of an outlet, is
written here too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.corpus.migrations import SCHEMA_VERSION
from ingest.corpus.postgres.columns import tables, written_indexes
from ingest.corpus.postgres.dialect import translate
from ingest.corpus.postgres.turns import TURNS
from ingest.corpus.schema_story_days import READ_FOR_STORIES
from ingest.errors import CorpusTooNew, CorpusTooOld, CorpusUnmade

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.corpus.postgres.columns import Column, Reference, Table

__all__ = ["check_schema", "make_schema", "statements"]

_MAKERS = 0x53454544  # the advisory lock of those who make the tables: one does, others wait
_VERSION = "CREATE TABLE seedbed_schema (version bigint NOT NULL)"
_WRITTEN = "CREATE TABLE written (times bigint NOT NULL) WITH (fillfactor = 10)"

# What our questions ask of SQLite's casts and functions of time, and no more. A text that begins
# with no number is 0, and what stands behind the point is cut off, not rounded.
_FUNCTIONS = (
    """
CREATE FUNCTION as_integer(said text) RETURNS bigint IMMUTABLE STRICT LANGUAGE sql AS
$$ SELECT coalesce(substring(said FROM '^\\s*([-+]?[0-9]+)')::bigint, 0) $$
""",
    """
CREATE FUNCTION as_integer(said double precision) RETURNS bigint IMMUTABLE STRICT LANGUAGE sql AS
$$ SELECT trunc(said)::bigint $$
""",
    """
CREATE FUNCTION unixepoch(said text) RETURNS bigint IMMUTABLE STRICT LANGUAGE sql AS
$$ SELECT extract(epoch FROM said::timestamptz)::bigint $$
""",
    """
CREATE FUNCTION julianday(said text) RETURNS double precision IMMUTABLE STRICT LANGUAGE sql AS
$$ SELECT (extract(epoch FROM (said || CASE WHEN said ~ '(Z|[+-][0-9:]+)$' AND length(said) > 10
  THEN '' ELSE 'Z' END)::timestamptz) / 86400.0 + 2440587.5)::double precision $$
""",
    """
CREATE FUNCTION strftime(format text, said text, step text) RETURNS text IMMUTABLE STRICT
LANGUAGE sql AS
$$ SELECT to_char((said::timestamptz + step::interval) AT TIME ZONE 'UTC',
  'YYYY-MM-DD"T"HH24:MI:SS"Z"') $$
""",
)

_LANGUAGE = """
  UPDATE outlets SET language = (
    SELECT a.language FROM articles a WHERE a.outlet = outlets.id AND a.language IS NOT NULL
    GROUP BY a.language ORDER BY count(*) DESC, a.language LIMIT 1
  ) WHERE id = {outlet};
"""
_LANGUAGES = (
    f"""
CREATE FUNCTION outlets_language() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  -- one more of the commonest language changes nothing, and an outlet may have thousands
  IF TG_OP = 'INSERT' AND NEW.language = (SELECT language FROM outlets WHERE id = NEW.outlet)
  THEN RETURN NULL; END IF;
  IF TG_OP <> 'INSERT' THEN {_LANGUAGE.format(outlet="OLD.outlet")} END IF;
  IF TG_OP <> 'DELETE' THEN {_LANGUAGE.format(outlet="NEW.outlet")} END IF;
  RETURN NULL;
END $$
""",  # noqa: S608  # our own words
    """
CREATE TRIGGER outlets_language_insert AFTER INSERT ON articles FOR EACH ROW
WHEN (NEW.language IS NOT NULL) EXECUTE FUNCTION outlets_language()
""",
    """
CREATE TRIGGER outlets_language_update AFTER UPDATE OF outlet, language ON articles FOR EACH ROW
WHEN (NEW.outlet IS DISTINCT FROM OLD.outlet OR NEW.language IS DISTINCT FROM OLD.language)
EXECUTE FUNCTION outlets_language()
""",
    """
CREATE TRIGGER outlets_language_delete AFTER DELETE ON articles FOR EACH ROW
EXECUTE FUNCTION outlets_language()
""",
)

_STORY_DAY = """
  INSERT INTO story_days (day, token)
  VALUES (substr(coalesce({of}.published, {of}.first_seen), 1, 10), (random() * 9e15)::bigint)
  ON CONFLICT (day) DO UPDATE SET token = excluded.token;
"""
_STORY_DAYS = (
    f"""
CREATE FUNCTION story_days() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP <> 'INSERT' THEN {_STORY_DAY.format(of="OLD")} END IF;
  IF TG_OP <> 'DELETE' THEN {_STORY_DAY.format(of="NEW")} END IF;
  RETURN NULL;
END $$
""",
    """
CREATE TRIGGER story_days_told AFTER INSERT OR DELETE ON articles FOR EACH ROW
EXECUTE FUNCTION story_days()
""",
    f"""
CREATE TRIGGER story_days_update AFTER UPDATE OF {", ".join(READ_FOR_STORIES)} ON articles
FOR EACH ROW WHEN (({", ".join(f"NEW.{one}" for one in READ_FOR_STORIES)})
  IS DISTINCT FROM ({", ".join(f"OLD.{one}" for one in READ_FOR_STORIES)}))
EXECUTE FUNCTION story_days()
""",
)

# A number once given is never given again, also where we name it ourselves.
_GIVEN = """
CREATE FUNCTION {table}_numbered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM setval('{table}_id_seq', greatest(NEW.id, (SELECT last_value FROM {table}_id_seq)));
  RETURN NULL;
END $$
"""
_NUMBERED = """
CREATE TRIGGER {table}_numbered AFTER INSERT ON {table} FOR EACH ROW
EXECUTE FUNCTION {table}_numbered()
"""
_NUMBERED_BY_US = ("articles", "seeds")


def make_schema(raw: Any, where: Path) -> None:
    """Make the tables, unless they are there.

    Raises:
        CorpusTooNew: another version made them.
        CorpusTooOld: so too.
    """
    if version_of(raw) is None:
        with raw.transaction():
            raw.execute("SELECT pg_advisory_xact_lock(%s)", (_MAKERS,))
            if version_of(raw) is None:
                for statement in statements():
                    raw.execute(statement)
    check_schema(raw, where)


def check_schema(raw: Any, where: Path) -> None:
    """Make sure that the tables are those of this version.

    Raises:
        CorpusUnmade: nobody made any.
        CorpusTooNew: another version made them.
        CorpusTooOld: so too.
    """
    version = version_of(raw)
    if version == SCHEMA_VERSION:
        return
    if version is None:
        raise CorpusUnmade("no worker has begun in this database yet", path=where)
    kind = CorpusTooNew if version > SCHEMA_VERSION else CorpusTooOld
    raise kind(
        f"schema {version} is not that of this Seedbed ({SCHEMA_VERSION}); let all workers be of "
        "one version, pull what is there and begin a new database",
        path=where,
    )


def version_of(raw: Any) -> int | None:
    """Of the corpus there; None: there is none."""
    there = raw.execute("SELECT to_regclass('seedbed_schema')::text").fetchone()[0]
    if there is None:
        return None
    return int(raw.execute("SELECT version FROM seedbed_schema").fetchone()[0])


def statements() -> Iterator[str]:
    """What makes the schema, in order."""
    yield from _FUNCTIONS
    for table in tables().values():
        yield _create(table)
    for table in tables().values():
        for reference in table.references:
            yield _refer(table, reference)
    for index in written_indexes():
        yield translate(index).sql.replace("%%", "%")
    yield from (*_LANGUAGES, *_STORY_DAYS)
    for name in _NUMBERED_BY_US:
        yield _GIVEN.format(table=name)
        yield _NUMBERED.format(table=name)
    yield _WRITTEN
    yield "INSERT INTO written VALUES (0)"
    yield TURNS
    yield _VERSION
    yield f"INSERT INTO seedbed_schema VALUES ({SCHEMA_VERSION})"  # noqa: S608


def _create(table: Table) -> str:
    parts = [_column(table, column) for column in table.columns.values()]
    parts.append(f"PRIMARY KEY ({_names(table.key)})")
    parts += [f"UNIQUE ({_names(columns)})" for columns in table.unique]
    return f'CREATE TABLE "{table.name}" ({", ".join(parts)})'


def _column(table: Table, column: Column) -> str:
    said = [f'"{column.name}"', column.type]
    if column.type == "text":
        said.append('COLLATE "C"')  # as SQLite compares: byte by byte
    if table.is_numbered and column.name in table.key and not _of_another(table, column.name):
        said.append("GENERATED BY DEFAULT AS IDENTITY")
    if column.is_required:
        said.append("NOT NULL")
    if column.default is not None:
        said.append(f"DEFAULT {column.default}")
    return " ".join(said)


def _of_another(table: Table, column: str) -> bool:
    """Whether it bears the number of a row of another table."""
    return any(one.column == column for one in table.references)


def _refer(table: Table, reference: Reference) -> str:
    deferred = " DEFERRABLE INITIALLY DEFERRED" if reference.is_deferred else ""
    return (
        f'ALTER TABLE "{table.name}" ADD FOREIGN KEY ("{reference.column}") '
        f'REFERENCES "{reference.table}" ("{reference.to}") '
        f"ON DELETE {reference.on_delete}{deferred}"
    )


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
