"""A corpus to be handed on: what people read, and nothing of the machine that made it."""

from __future__ import annotations

import re
from contextlib import closing
from typing import TYPE_CHECKING, Any

from pysqlite3 import dbapi2 as sqlite

from ingest.corpus.backing_up import copy_corpus, look_through
from ingest.corpus.connection import connect, guarded
from ingest.corpus.migrations import MACHINE_TABLES

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["freeze_corpus", "masked"]

_HIDDEN = frozenset(MACHINE_TABLES)
_SEARCH = "articles_fts"  # the tables of the index beside it
_KEPT = "_sqlite_migrations"  # by which a corpus knows its own schema
# The profile by which all was judged is read: the pages of the web name the topic by it.
_STATE = "topic_state"
_BUT_TOPIC = "DELETE FROM topic_state WHERE key NOT IN ('topic', 'topic_told', 'topic_version')"
# Who was told, who runs it and who judged is nobody's business, nor the key to a feed.
_PRIVATE = (
    "UPDATE runs SET process = NULL",
    'UPDATE labels SET "by" = NULL',
    "UPDATE sources SET last_error = masked(last_error)",
    "UPDATE OR IGNORE sources SET url = masked(url)",
    "UPDATE sources SET url = masked(url) || '#' || id WHERE url <> masked(url)",  # else one twice
)
_SECRETS = "key|token|auth|pass|secret|sig"
# As an argument; or as a part of the path of its own, before the one that it names: /token/abc.
_KEY = re.compile(
    rf"(?i)([?&;][^=&;\s]*(?:{_SECRETS})[^=&;\s]*=|"
    r"/(?:(?:api|access)[-_]?)?(?:key|token)[/=](?=\w{16}))[^&;/\s?#]+"
)


def masked(text: str | None) -> str | None:
    """A text without the keys that stand in its addresses."""
    return text and _KEY.sub(r"\1…", text)


def freeze_corpus(path: Path, target: Path) -> dict[str, int]:
    """Write what people read of a corpus into a new file; the rows of each table.

    Machine tables are emptied, not dropped: without them neither the views nor Seedbed could read
    the file. Those that a view is made of keep their rows.

    Raises:
        CorpusError: the corpus cannot be read, or the file cannot be written.
    """
    connect(path, readonly=True).conn.close()  # brings an older one up to date, refuses others
    whole = target.with_name(f"{target.name}.whole")
    try:
        copy_corpus(path, whole)
        with guarded(whole), closing(sqlite.connect(str(whole), isolation_level=None)) as raw:
            raw.create_function("masked", 1, masked, deterministic=True)
            for statement in (*_PRIVATE, _BUT_TOPIC, *map("DELETE FROM {}".format, _unread(raw))):
                raw.execute(statement)
            raw.execute("VACUUM INTO ?", (str(target),))
    finally:
        whole.unlink(missing_ok=True)
    rows = look_through(target).items()
    return {name: n for name, n in rows if name not in _HIDDEN and not name.startswith(_SEARCH)}


def _unread(raw: Any) -> list[str]:
    """The machine tables that no view is made of."""
    views = " ".join(
        row[0] for row in raw.execute("SELECT sql FROM sqlite_schema WHERE type = 'view'")
    )
    words = set(re.findall(r"\w+", views))
    return [one for one in MACHINE_TABLES if one not in {_KEPT, _STATE} and one not in words]
