"""What `seedbed check` says of the database of a cluster."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ingest.cluster_check import cluster_findings
from ingest.config import load_settings
from ingest.workspace import Workspace
from tests.search_web import make_workspace

psycopg = pytest.importorskip("psycopg", reason="the extra `cluster` is not installed")
pytest.importorskip("procrastinate", reason="the extra `cluster` is not installed")

from ingest.corpus.postgres.store import SharedCorpus  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

    from tests.postgres import Server


def findings(folder: Path, address: str) -> list[tuple[str, str]]:
    settings = load_settings(folder, {"SEEDBED_CLUSTER__DATABASE": address})
    return [*cluster_findings(settings)]


def test_lessons_of_the_cluster_are_held_against_those_here(tmp_path: Path, database: str) -> None:
    folder = make_workspace(tmp_path / "one", "")
    [(state, said)] = findings(folder, database)
    assert (state, "nobody taught it yet" in said) == ("ok", True)

    settings = load_settings(folder, {"SEEDBED_CLUSTER__DATABASE": database})
    with closing(SharedCorpus(database)) as corpus:
        Workspace(folder=folder, settings=settings).learn(corpus)
    [(state, said)] = findings(folder, database)
    assert (state, "taught by the seeds and settings here" in said) == ("ok", True)

    for seed in (folder / "seeds").iterdir():
        seed.write_text("Quite another text. " * 40)
    [(state, said)] = findings(folder, database)
    assert (state, "it learned from other seeds" in said) == ("bad", True)


def test_looking_at_a_database_makes_nothing_there(tmp_path: Path, postgres: Server) -> None:
    with postgres.database(empty=True) as address:
        [(state, said)] = findings(tmp_path, address)
        with psycopg.connect(address) as raw:
            made = raw.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            assert made.fetchone() == (0,)

    assert state == "ok"
    assert "the first worker makes the tables" in said


def test_database_of_another_version_is_told(tmp_path: Path, postgres: Server) -> None:
    with postgres.database() as address:
        with psycopg.connect(address) as raw:
            raw.execute("UPDATE seedbed_schema SET version = 999")
        [(state, said)] = findings(tmp_path, address)

    assert state == "bad"
    assert "schema 999 is of another version" in said


def test_database_that_does_not_answer_is_told_without_its_password(tmp_path: Path) -> None:
    [(state, said)] = findings(tmp_path, "postgresql://seedbed:hush@127.0.0.1:1/corpus")

    assert state == "bad"
    assert "cannot be reached" in said
    assert "hush" not in said
    assert [*cluster_findings(load_settings(tmp_path, {}))] == []
