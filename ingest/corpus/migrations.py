"""The schema, as numbered migrations; append-only, a released one is never edited.

`PRAGMA application_id` marks a file as a corpus of ours, `PRAGMA user_version` counts the
migrations applied, so an older Seedbed can tell a newer corpus without reading a table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlite_utils import Migrations

from ingest.corpus.rekeying import rekey
from ingest.corpus.schema_alerts import ALERT_TABLES, ALERTS
from ingest.corpus.schema_captures import CAPTURE_COLUMN, CAPTURES, with_capture
from ingest.corpus.schema_claims import CLAIMS
from ingest.corpus.schema_events import EVENTS
from ingest.corpus.schema_first import INDEXES, SEARCH, TABLES, VIEWS
from ingest.corpus.schema_hosts import HOSTS
from ingest.corpus.schema_hubs import HUBS
from ingest.corpus.schema_index import INDEX, INDEX_TABLES
from ingest.corpus.schema_leads import LEADS
from ingest.corpus.schema_particulars import LAST_COMMENT, PARTICULARS, with_particulars
from ingest.corpus.schema_reading import (
    COMMENT_BEFORE,
    COMMENT_NOW,
    ORIGINAL_COLUMN,
    READING,
    with_original,
)
from ingest.corpus.schema_relations import RELATIONS
from ingest.corpus.schema_routes import ROUTES
from ingest.corpus.schema_sites import SITES
from ingest.corpus.schema_sources import (
    MORE_OF_A_SOURCE,
    RESTING_BEFORE,
    with_more_of_a_source,
)
from ingest.corpus.schema_stories import STORIES_AND_STEPS
from ingest.corpus.schema_story_days import STORY_DAYS
from ingest.corpus.schema_translations import TRANSLATIONS
from ingest.corpus.schema_waiting import WAITING

if TYPE_CHECKING:
    from sqlite_utils import Database

__all__ = ["APPLICATION_ID", "MACHINE_TABLES", "MIGRATIONS", "SCHEMA_VERSION"]

APPLICATION_ID = 0x53454544  # "SEED"

#: Tables that only the program reads; hidden in Datasette.
MACHINE_TABLES = (
    "texts", "fingerprints", *INDEX_TABLES, "edges", "topic_state", "sites", "site_pages", "blocks",
    "doubted_claims", "translation_clues", "translations", "hosts", "robots", "captured",
    "story_days", *ALERT_TABLES, "_sqlite_migrations",
)  # fmt: skip

MIGRATIONS = Migrations("seedbed")


@MIGRATIONS()
def m001_corpus(db: Database) -> None:
    """Tables, indexes, full-text search and views of the first corpus."""
    # One statement at a time: `executescript` would commit the transaction that we stand in.
    for statement in _statements(TABLES + INDEXES + SEARCH + VIEWS):
        db.execute(statement)


def _statements(script: str) -> list[str]:
    """The statements of `script`; a trigger, which holds semicolons, stays whole."""
    from pysqlite3 import dbapi2 as sqlite  # this is the SQL room

    found, buffer = [], ""
    for line in script.splitlines():
        buffer += line + "\n"
        if sqlite.complete_statement(buffer):
            found.append(buffer.strip())
            buffer = ""
    return found


@MIGRATIONS()
def m002_stories_and_steps(db: Database) -> None:
    """Stories with their first reporter, and what the topic learned, step by step."""
    for statement in _statements(STORIES_AND_STEPS):  # no story was ever written before
        db.execute(statement)


@MIGRATIONS()
def m003_sites(db: Database) -> None:
    """What sites repeat; the pages fetched before are read again by and by."""
    for statement in _statements(SITES):
        db.execute(statement)


@MIGRATIONS()
def m004_particulars(db: Database) -> None:
    """More columns of an article."""
    before = str(db["articles"].schema)
    for column, _ in PARTICULARS:
        db.execute(f"ALTER TABLE articles ADD COLUMN {column}")
    if before.endswith(f"{LAST_COMMENT}\n)"):
        _write_comments(db, "articles", with_particulars(before))


def _write_comments(db: Database, table: str, sql: str) -> None:
    """Put the same columns down with the comments where they belong.

    SQLite writes new columns before the last comment, which would then be that of the last one.
    Only where comments stand is mended, so that nothing SQLite reads is changed.
    """
    db.execute("PRAGMA writable_schema = ON")
    db.execute("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", [sql, table])
    db.execute("PRAGMA writable_schema = OFF")


@MIGRATIONS()
def m005_relations(db: Database) -> None:
    """More relations, their passages, events of an article."""
    for statement in _statements(RELATIONS + INDEX + EVENTS + CLAIMS + TRANSLATIONS):
        db.execute(statement)
    rekey(db)


@MIGRATIONS()
def m006_leads(db: Database) -> None:
    """Headlines whose address is not known yet."""
    for statement in _statements(LEADS):
        db.execute(statement)


@MIGRATIONS()
def m007_discovery(db: Database) -> None:
    """More of a source; what hosts ask; by which routes a page was found."""
    before = str(db["sources"].schema)
    for column, _ in MORE_OF_A_SOURCE:
        db.execute(f"ALTER TABLE sources ADD COLUMN {column}")
    if (commented := with_more_of_a_source(before)) is not None:
        _write_comments(db, "sources", commented)
    db.execute(
        "UPDATE sources SET state = 'resting', next_due = coalesce(last_ok, ?) "
        "WHERE next_due LIKE ?",
        ["1970-01-01T00:00:00Z", f"{RESTING_BEFORE}%"],
    )
    before = str(db["fetches"].schema)
    db.execute(f"ALTER TABLE fetches ADD COLUMN {CAPTURE_COLUMN}")
    if (commented := with_capture(before)) is not None:
        _write_comments(db, "fetches", commented)
    for statement in _statements(HOSTS + ROUTES + HUBS + CAPTURES):
        db.execute(statement)


@MIGRATIONS()
def m008_reading(db: Database) -> None:
    """Indexes and views for the questions of the web; the language of each outlet; alerts."""
    before = str(db["outlets"].schema)
    if COMMENT_BEFORE in before:
        _write_comments(db, "outlets", before.replace(COMMENT_BEFORE, COMMENT_NOW))
    before = str(db["copies"].schema)
    db.execute(f"ALTER TABLE copies ADD COLUMN {ORIGINAL_COLUMN}")
    if (commented := with_original(before)) is not None:
        _write_comments(db, "copies", commented)
    for statement in _statements(READING + ALERTS):
        db.execute(statement)


@MIGRATIONS()
def m009_story_days(db: Database) -> None:
    """Days whose articles changed since stories were laid out."""
    for statement in _statements(STORY_DAYS):
        db.execute(statement)


@MIGRATIONS()
def m010_waiting(db: Database) -> None:
    """Indexes for what is due, by spider and by outlet, and for copies by when they were found."""
    for statement in _statements(WAITING):
        db.execute(statement)


@MIGRATIONS()
def m011_index_keys(db: Database) -> None:
    """An index of 32 bits of a hash: who writes 47 is kept out by the number of the schema."""
    db.execute("DELETE FROM topic_state WHERE key = 'fingerprint_version'")


SCHEMA_VERSION = 11
