"""The file that is pulled from PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from ingest.cli import main
from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.errors import ConfigError, CorpusError
from ingest.pulling import Pulled, pull
from ingest.rebuild_index import complete_index, is_index_current
from tests.filled import fill, fill_rows
from tests.patience import PATIENCE_S
from tests.postgres import _EMPTY as EMPTY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.config import Settings
    from tests.postgres import Server

#: What is not alike in two files that hold the same.
_ALIKE = {
    "topic_state": "* FROM topic_state WHERE key <> 'pulled'",
    "story_days": "day FROM story_days",
}


@pytest.fixture(scope="module")
def only(postgres: Server) -> Iterator[str]:
    with postgres.database() as address:
        yield address


@pytest.fixture
def address(only: str) -> str:
    """A database with a handful of rows, from which nobody has pulled; to make one takes long."""
    import psycopg

    from ingest.corpus.postgres.changes import Changes
    from ingest.corpus.postgres.store import SharedCorpus

    if _is_noting(only):
        write(only, "DELETE FROM pulling_files")
        with closing(Changes(only, timeout_s=30)) as changes:
            changes.forget("the last", keep_days=1)
    with psycopg.connect(only) as raw:
        raw.execute(EMPTY.encode())
    with closing(SharedCorpus(only)) as corpus:
        fill_rows(corpus)
    return only


def _is_noting(address: str) -> bool:
    return bool(ask(address, "SELECT to_regclass('changes') IS NOT NULL"))


@pytest.fixture
def settings(tmp_path: Path, address: str) -> Settings:
    return workspace(tmp_path / "one", address)


def workspace(folder: Path, address: str) -> Settings:
    folder.mkdir(parents=True)
    return load_settings(folder, {"SEEDBED_CLUSTER__DATABASE": address})


def write(address: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(address) as raw:
        for one in statements:
            raw.execute(one.encode())


def ask(address: str, question: str) -> Any:
    import psycopg

    with psycopg.connect(address) as raw:
        return raw.execute(question.encode()).fetchall()[0][0]


def read(path: Path, question: str) -> list[tuple[Any, ...]]:
    with closing(Corpus(path, readonly=True)) as corpus:
        return list(corpus._run(question))


def held(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table and view of a file, and what its search finds."""
    with closing(Corpus(path, readonly=True)) as corpus:
        assert corpus.damage() == []
        assert list(corpus._run("PRAGMA foreign_key_check")) == []
        names = corpus._rows(
            "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') "
            "AND name NOT GLOB '*sqlite_*' AND name NOT GLOB 'articles_fts*' ORDER BY name"
        )
        tables = [row["name"] for row in names] + ["articles_fts('detained OR konsert')"]
        return {
            name: sorted(corpus._run(f"SELECT {_ALIKE.get(name, f'* FROM {name}')}"), key=repr)
            for name in tables
        }


def test_file_holds_what_one_filled_by_itself_does(tmp_path: Path, settings: Settings) -> None:
    told = pull(settings)

    fill(tmp_path / "filled.db").close()
    found, wanted = held(settings.corpus_path), held(tmp_path / "filled.db")
    assert found == wanted
    assert len(found["articles_fts('detained OR konsert')"]) == 2
    assert len(found["captured"]) == 4
    assert len(found["who_copied_whom"]) == 2
    assert told.new["articles"] == 2
    assert told.why_anew == "the file is new"


def test_nothing_new_writes_nothing(settings: Settings) -> None:
    pull(settings)
    with closing(Corpus(settings.corpus_path, readonly=True)) as watcher:
        before = watcher.written_by_others()

        assert pull(settings).rows == 0
        assert watcher.written_by_others() == before


def test_leases_alone_are_nothing_new(address: str, settings: Settings) -> None:
    pull(settings)
    write(address, "UPDATE pages SET leased_until = '2026-01-01T00:00:00Z' WHERE id = 5")

    assert pull(settings).rows == 0


def test_only_what_changed_comes(address: str, settings: Settings) -> None:
    pull(settings)
    write(
        address,
        "UPDATE articles SET title = 'Editor set free', relevance = 0.9 WHERE id = 1",
        "UPDATE articles SET title = title WHERE id = 2",
        "INSERT INTO outlets (id, first_seen, last_seen) VALUES ('fourth.test', 't', 't')",
        "DELETE FROM translations",
    )

    told = pull(settings)

    assert (told.new, told.changed) == ({"outlets": 1}, {"articles": 1})
    assert told.deleted == {"translations": 1}
    assert told.why_anew == ""
    assert read(settings.corpus_path, "SELECT rowid FROM articles_fts('free')") == [(1,)]
    assert read(settings.corpus_path, "SELECT rowid FROM articles_fts('editor AND raid')") == []


def test_what_is_unique_may_change_hands(address: str, settings: Settings) -> None:
    pull(settings)
    write(
        address,
        "UPDATE articles SET page = 99 WHERE id = 1",
        "UPDATE articles SET page = 1 WHERE id = 2",
        "UPDATE articles SET page = 2 WHERE id = 1",
        "UPDATE sources SET url = 'x' WHERE id = 1",
        "UPDATE sources SET url = 'https://first.test/feed' WHERE id = 2",
        "UPDATE sources SET url = 'https://second.test/feed' WHERE id = 1",
        "DELETE FROM pages WHERE id = 6",
        "UPDATE pages SET key = 'third.test/6' WHERE id = 5",
    )

    told = pull(settings)

    path = settings.corpus_path
    assert read(path, "SELECT id, page FROM articles ORDER BY id") == [(1, 2), (2, 1)]
    assert read(path, "SELECT id, url FROM sources ORDER BY id") == [
        (1, "https://second.test/feed"), (2, "https://first.test/feed"),
    ]  # fmt: skip
    assert read(path, "SELECT id FROM pages WHERE key = 'third.test/6'") == [(5,)]
    assert told.deleted == {"pages": 1}
    held(path)


def test_writer_that_commits_after_the_pull_is_not_lost(address: str, settings: Settings) -> None:
    import psycopg

    pull(settings)
    said = "INSERT INTO outlets (id, first_seen, last_seen) VALUES (%s, 't', 't')"
    with psycopg.connect(address) as slow, psycopg.connect(address) as quick:
        slow.execute(said, ("slow.test",))  # it noted first
        quick.execute(said, ("quick.test",))
        quick.commit()

        assert pull(settings).new == {"outlets": 1}
        assert pull(settings).rows == 0
        slow.commit()

    assert pull(settings).new == {"outlets": 1}
    found = {row[0] for row in read(settings.corpus_path, "SELECT id FROM outlets")}
    assert found > {"slow.test", "quick.test"}


def test_writer_in_the_middle_when_noting_begins_is_not_lost(
    address: str, settings: Settings
) -> None:
    from ingest.corpus.postgres.store import SharedCorpus

    with closing(SharedCorpus(address)) as corpus:
        with corpus.transaction():
            corpus._run("UPDATE outlets SET name = 'Third' WHERE id = 'third.test'")
            puller = threading.Thread(target=pull, args=(settings,))
            puller.start()
            puller.join(0.5)
            assert puller.is_alive()
        puller.join(PATIENCE_S)
        assert not puller.is_alive()

    found = read(settings.corpus_path, "SELECT name FROM outlets WHERE id = 'third.test'")
    assert found == [("Third",)]


def _changes(draw: random.Random, number: int) -> list[str]:
    """What a crawl might do, in one transaction."""
    page, outlet = draw.randrange(8, 14), f"{draw.choice(('first', 'second', 'third'))}.test"
    language = draw.choice(("en", "ru", "tr"))
    return draw.sample(
        [
            f"""INSERT INTO pages (id, key, url, outlet, outcome, reason, found_by, first_seen)
            VALUES ({page}, 'k{number}', 'u', '{outlet}', 'article', 'r', 'links', 't')
            ON CONFLICT (id) DO UPDATE SET key = excluded.key, outcome = 'article'""",
            f"""INSERT INTO routes SELECT id, 'feeds', 't{number}' FROM pages WHERE id = {page}
            ON CONFLICT (page, route) DO UPDATE SET found = 't{number}'""",
            f"DELETE FROM routes WHERE page = {page}",
            f"UPDATE pages SET outcome = 'off-topic' WHERE id = {page}",
            f"""UPDATE articles SET language = '{language}', outlet = '{outlet}'
            WHERE id = {draw.randrange(1, 3)}""",
            f"UPDATE copies SET article = {draw.randrange(1, 3)} WHERE id = 1",
            "DELETE FROM links WHERE article = 1",
            f"INSERT INTO links (article, url) VALUES (1, 'https://l.test/{number}')",
            f"UPDATE topic_state SET value = 'v{number}' WHERE key = 'k'",
            f"INSERT INTO topic_state VALUES ('k', 'v{number}') ON CONFLICT DO NOTHING",
            f"DELETE FROM revisions WHERE id < {number}",
            f"""INSERT INTO events (id, article, page, kind, at, detail, run)
            VALUES ({number + 100}, 2, 2, 'gone', 't', '{number}', 1)""",
            f"UPDATE articles SET text = 'It is konsert {number}.' WHERE id = 2",
        ],
        k=4,
    )


@pytest.mark.parametrize("seed", range(2))
def test_many_pulls_end_where_one_does(
    tmp_path: Path, address: str, settings: Settings, seed: int
) -> None:
    draw = random.Random(seed)
    for number in range(30):
        write(address, *_changes(draw, number))
        if draw.random() < 0.5:
            pull(settings)
            read(settings.corpus_path, "PRAGMA foreign_key_check")
    assert pull(settings).why_anew == ""

    other = workspace(tmp_path / "other", address)
    assert pull(other).why_anew
    assert held(settings.corpus_path) == held(other.corpus_path)


_KILLED = """
import os, signal, sys
from pathlib import Path
import ingest.pulling as pulling
from ingest.config import load_settings
from ingest.corpus.postgres.filing import PulledFile

which = sys.argv[2]
def dying(method):
    def wrapped(self, table, rows):
        told = method(self, table, rows)
        if table.name == which:
            os.kill(os.getpid(), signal.SIGKILL)
        return told
    return wrapped
PulledFile.fill, PulledFile.take = dying(PulledFile.fill), dying(PulledFile.take)
pulling.pull(load_settings(Path(sys.argv[1]), os.environ))
"""


def _kill_pull(settings: Settings, table: str) -> None:
    _kill(settings, _KILLED, table)


def _kill(settings: Settings, script: str, where: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", script, str(settings.workspace), where],
        env={"SEEDBED_CLUSTER__DATABASE": str(settings.cluster.database), "PYTHONPATH": "."},
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == -9, done.stderr[-2000:]


def test_pull_that_is_killed_leaves_the_file_as_it_was(
    tmp_path: Path, address: str, settings: Settings
) -> None:
    _kill_pull(settings, "copies")
    assert read(settings.corpus_path, "SELECT count(*) FROM outlets") == [(0,)]
    pull(settings)
    before = held(settings.corpus_path)

    write(address, "DELETE FROM links", "UPDATE copies SET similarity = 0.5 WHERE id = 1")
    _kill_pull(settings, "copies")
    assert held(settings.corpus_path) == before
    told = pull(settings)

    assert (told.changed, told.deleted) == ({"copies": 1}, {"links": 1})
    other = workspace(tmp_path / "other", address)
    pull(other)
    assert held(settings.corpus_path) == held(other.corpus_path)


def test_file_that_is_no_copy_is_refused(
    tmp_path: Path, postgres: Server, settings: Settings
) -> None:
    own = workspace(tmp_path / "own", str(settings.cluster.database))
    fill(own.corpus_path).close()
    with pytest.raises(CorpusError, match="a corpus of its own"):
        pull(own)
    assert not _is_noting(str(own.cluster.database))

    pull(settings)
    with postgres.database() as elsewhere:
        strange = load_settings(settings.workspace, {"SEEDBED_CLUSTER__DATABASE": elsewhere})
        with pytest.raises(CorpusError, match="another database"):
            pull(strange)
    with closing(Corpus(settings.corpus_path)) as corpus:
        corpus._run(
            "INSERT INTO runs (started, spider, trigger, outcome, version) "
            "VALUES ('t', 'x', 'x', 'died', '1')"
        )
    with pytest.raises(CorpusError, match="wrote into it by itself"):
        pull(settings)


def test_no_crawl_writes_into_a_copy(settings: Settings) -> None:
    seeds = settings.workspace / "seeds"
    seeds.mkdir()
    (seeds / "one.txt").write_text("Police entered the office of Sputnik in Baku. " * 20)
    pull(settings)
    before = held(settings.corpus_path)

    done = subprocess.run(
        [sys.executable, "-m", "ingest", "-w", str(settings.workspace), "crawl", "feeds"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 2
    assert "a copy that `seedbed pull` keeps up to date" in done.stderr
    assert held(settings.corpus_path) == before
    empty = settings.workspace / "empty.warc"
    empty.touch()
    for refused in (["import-warc", str(empty)], ["relearn"], ["reextract"]):
        assert main(["-w", str(settings.workspace), *refused]) == 2
    assert held(settings.corpus_path) == before
    assert pull(settings).rows == 0


def test_file_for_which_notes_are_missing_takes_all_anew(
    tmp_path: Path, address: str, settings: Settings
) -> None:
    pull(settings)
    old = workspace(tmp_path / "old", address)
    shutil.copy(settings.corpus_path, old.corpus_path)
    with closing(Corpus(old.corpus_path)) as corpus:  # a reader's word
        corpus._run("INSERT INTO labels (page, verdict, at, by) VALUES (6, 'yes', 't', 'r')")
    write(address, "DELETE FROM links", "UPDATE outlets SET name = 'Third' WHERE id = 'third.test'")
    assert pull(settings).rows == 2

    told = pull(old)

    assert told.why_anew == "what changed since the last pull is not known any more"
    found, wanted = held(old.corpus_path), held(settings.corpus_path)
    assert len(found.pop("labels")) == len(wanted.pop("labels")) + 1
    assert found["links"] == []
    assert found["outlets"] == wanted["outlets"]
    assert pull(old).rows == 0


def test_database_that_was_put_back_gives_all_anew(address: str, settings: Settings) -> None:
    pull(settings)
    known = ask(address, "SELECT upto::text FROM pulling_files")
    write(address, "UPDATE outlets SET name = 'Lost' WHERE id = 'third.test'")
    assert pull(settings).rows == 1
    write(address, "UPDATE outlets SET name = name WHERE id = 'third.test'")
    assert pull(settings) == Pulled()  # noted, and as it was

    # What a backup from before the second pull holds of it; its next numbers were seen already.
    found = "UPDATE outlets SET name = 'Found' WHERE id = 'third.test'"
    write(address, f"UPDATE pulling_files SET upto = '{known}'", found, "DELETE FROM changes")

    assert pull(settings).why_anew == "what changed since the last pull is not known any more"
    assert ("Found",) in read(settings.corpus_path, "SELECT name FROM outlets")


def test_notes_that_all_files_have_seen_are_dropped(
    tmp_path: Path, address: str, settings: Settings
) -> None:
    other = workspace(tmp_path / "other", address)
    pull(settings)
    pull(other)
    write(address, "DELETE FROM links")

    pull(settings)
    assert _count_notes(address) == 1
    assert pull(other).deleted == {"links": 1}
    assert _count_notes(address) == 0


def _count_notes(address: str) -> int:
    return int(ask(address, "SELECT count(*) FROM changes"))


def test_index_of_a_file_that_was_empty_is_made_anew_after_the_last_pull(
    settings: Settings,
) -> None:
    with closing(Corpus(settings.corpus_path)) as corpus:
        assert complete_index(corpus, [])  # of nothing: `relearn` and others make it
    pull(settings)
    pull(settings, is_last=True)

    with closing(Corpus(settings.corpus_path)) as corpus:
        assert not is_index_current(corpus)
        assert complete_index(corpus, [])
        assert corpus.indexed_counts().keys() >= {1}


def test_after_the_last_pull_it_is_a_corpus_of_its_own(address: str, settings: Settings) -> None:
    pull(settings)
    write(address, "SELECT setval('articles_id_seq', 40)")

    assert pull(settings, is_last=True).rows == 0
    assert not _is_noting(address)

    with closing(Corpus(settings.corpus_path)) as corpus:
        assert corpus._next_number("articles") == 41
        assert corpus.state("pulled") is None
        assert complete_index(corpus, [])
        assert corpus.indexed_counts().keys() >= {1}
    with pytest.raises(CorpusError, match="a corpus of its own"):
        pull(settings)


def test_command_tells_what_came(
    tmp_path: Path,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = workspace(tmp_path / "mine", address).workspace
    with pytest.raises(ConfigError, match="no database"):
        pull(load_settings(folder, {}))
    assert main(["-w", str(folder), "pull"]) == 3
    monkeypatch.setenv("SEEDBED_CLUSTER__DATABASE", address)
    capsys.readouterr()

    assert main(["-w", str(folder), "pull", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["new"]["articles"] == 2
    write(address, "UPDATE articles SET relevance = 0.5 WHERE id = 1")
    assert main(["-w", str(folder), "pull"]) == 0
    assert capsys.readouterr().out == "1 row\n  changed: 1 article\n"
    assert main(["-w", str(folder), "pull"]) == 0
    assert capsys.readouterr().out == "nothing new\n"
    assert main(["-w", str(folder), "pull", "--last", "--every", "9"]) == 2
    assert main(["-w", str(folder), "pull", "--last"]) == 0
    said = capsys.readouterr().out
    assert said == "nothing new\nleft the cluster: crawls may write here\n"


def test_readers_find_a_corpus_like_any_other(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    from datasette.app import Datasette

    pull(settings)

    async def front() -> Any:
        datasette = Datasette([str(settings.corpus_path)], settings={"num_sql_threads": 0})
        await datasette.invoke_startup()
        try:
            return await datasette.client.get("/corpus/articles.json?_search=detained&_shape=array")
        finally:
            datasette.get_database("corpus").close()

    assert [row["id"] for row in asyncio.run(front()).json()] == [1]
    folder, bag = str(settings.workspace), str(tmp_path / "bag")
    assert main(["-w", folder, "search", "konsert"]) == 0
    assert "konsert" in capsys.readouterr().out
    assert main(["-w", folder, "snapshot", bag]) == 0
    assert main(["verify", bag]) == 0
    capsys.readouterr()
    main(["-w", folder, "check", "--json"])  # it has no seeds
    found = {row["subject"]: row["said"] for row in _lines(capsys.readouterr().out)}
    assert found["corpus"] == "sound"
    assert "index" not in found


def _lines(told: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.splitlines()]
