"""What `seedbed check` says of the database of a cluster, where one is named."""

from __future__ import annotations

from contextlib import closing
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

from ingest.errors import CorpusError, SeedError, how_to_get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.config import Settings

__all__ = ["cluster_findings"]


def cluster_findings(settings: Settings) -> Iterator[tuple[Literal["ok", "bad"], str]]:
    """Whether it answers, of which version it is, and whether its lessons are those here."""
    address = settings.cluster.database
    if address is None:
        return
    if any(find_spec(one) is None for one in ("procrastinate", "psycopg", "sqlglot")):
        yield "bad", f"what a cluster needs is not installed: {how_to_get('cluster')}"
        return
    from ingest.corpus.postgres.looking import look_at

    try:
        seen = look_at(address)
    except CorpusError as exc:
        yield "bad", str(exc)
        return
    said = f"{seen.where} answers, PostgreSQL {seen.server}"
    if seen.schema is None:
        yield "ok", f"{said}; the first worker makes the tables"
    elif not seen.is_ours:
        yield "bad", f"{said}; its schema {seen.schema} is of another version of Seedbed"
    else:
        yield _lessons(settings, address, f"{said}, schema {seen.schema}")


def _lessons(settings: Settings, address: str, said: str) -> tuple[Literal["ok", "bad"], str]:
    from ingest.corpus.postgres.store import SharedCorpus
    from ingest.workspace import Workspace, other_lessons

    workspace = Workspace(folder=settings.workspace, settings=settings)
    try:
        with closing(SharedCorpus(address, timeout_s=5)) as corpus:
            others = other_lessons(workspace, corpus)
            is_taught = corpus.state("topic_told") is not None
    except (CorpusError, SeedError) as exc:
        return "bad", f"{said}; its lessons cannot be compared: {exc}"
    if not is_taught:
        return "ok", f"{said}; nobody taught it yet"
    if others:
        what = " and ".join(others)
        return "bad", f"{said}; it learned from other {what}: copy them, or seedbed worker --teach"
    return "ok", f"{said}, taught by the seeds and settings here"
