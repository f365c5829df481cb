from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import ingest
from ingest.cli import main
from tests.filled import fill

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mystory")
    (folder / "seedbed.toml").write_text("")
    fill(folder / "corpus.db").close()
    return folder


@pytest.fixture
def opened(folder: Path) -> Iterator[ingest.Corpus]:
    with ingest.Corpus.open(folder / "corpus.db") as corpus:
        yield corpus


def test_importing_it_loads_next_to_nothing_and_reading_loads_no_framework() -> None:
    script = (
        "import sys; before = set(sys.modules); import ingest; "
        "print({name.partition('.')[0] for name in set(sys.modules) - before}"
        " - {'ingest', 'typing', '_typing', 'collections'}); "
        "import ingest.reading_api; ingest.Corpus; "
        "print([m for m in ('scrapy', 'twisted', 'apscheduler') if m in sys.modules])"
    )
    at_import, frameworks = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert at_import == "set()"
    assert frameworks == "[]"


def test_what_it_promises_is_there_and_nothing_else() -> None:
    for name in ingest.__all__:
        assert getattr(ingest, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Corpse'"):
        _ = ingest.Corpse  # type: ignore[attr-defined]  # that is what is tried


def test_articles_come_typed_and_in_order(opened: ingest.Corpus) -> None:
    articles = list(opened.articles())
    assert len(articles) == opened.counts()["articles"] > 1
    dates = [one.published for one in articles if one.published]
    assert dates == sorted(dates)
    assert all(at.tzinfo is UTC or at.utcoffset() is not None for at in dates)
    assert [one.id for one in opened.articles(newest_first=True)] == [
        one.id for one in reversed(articles)
    ]
    assert opened.article(articles[0].id) == articles[0]
    assert opened.article(999) is None


def test_filters_of_articles_are_those_of_search(opened: ingest.Corpus) -> None:
    everything = list(opened.articles())
    one = next(article for article in everything if article.published)
    assert one.published
    day = one.published.date()
    on_that_day = [a.id for a in everything if a.published and a.published.date() == day]
    assert [a.id for a in opened.articles(since=day, until=day)] == on_that_day
    assert [a.id for a in opened.articles(since=str(day), until=str(day))] == on_that_day
    assert {a.outlet for a in opened.articles(outlet=one.outlet)} == {one.outlet}
    assert {a.outlet for a in opened.articles(outlet=["none.test", one.outlet])} == {one.outlet}
    assert list(opened.articles(language="xx")) == []
    assert list(opened.articles(min_relevance=0.99)) == []
    assert [a.id for a in opened.articles(words="sputnik")] == [
        a.id for a in everything if re.search("sputnik", a.text + a.title, re.IGNORECASE)
    ]
    assert list(opened.articles(words="!!")) == []
    stories = {a.story for a in everything if a.story}
    for story in stories:
        assert {a.story for a in opened.articles(story=story)} == {story}
    assert stories


def test_no_filter_changes_the_order(opened: ingest.Corpus) -> None:
    everything = [a.id for a in opened.articles()]
    words = "a* OR p* OR s*"
    found = {a.id for a in opened.articles(words=words)}
    for is_newest_first in (False, True):
        chosen = opened.articles(words=words, newest_first=is_newest_first)
        order = everything[::-1] if is_newest_first else everything
        assert [a.id for a in chosen] == [one for one in order if one in found]
    assert len(found) > 1


def test_no_sort_holds_the_texts(opened: ingest.Corpus) -> None:
    asked: list[str] = []
    raw = opened._stored._raw
    raw.set_trace_callback(asked.append)
    try:
        list(opened.articles(words="sputnik", outlet=["first.test", "second.test"]))
    finally:
        raw.set_trace_callback(None)
    (sql,) = [one for one in asked if "AS text" in one]
    plan = raw.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
    parents = [parent for _, parent, _, told in plan if "TEMP B-TREE FOR ORDER BY" in told]
    assert parents  # it sorts, or nothing is tried here
    assert 0 not in parents


def test_mistakes_in_filters_are_said_at_once(opened: ingest.Corpus) -> None:
    with pytest.raises(ValueError, match="is no date or time like 2025-07-01"):
        opened.articles(since="yesteryear")
    with pytest.raises(ValueError, match="without a zone"):
        opened.articles(since=datetime(2025, 7, 1))  # noqa: DTZ001  # that is what is tried
    with pytest.raises(ValueError, match="no day comes after 9999-12-31"):
        opened.articles(until="9999-12-31")
    with pytest.raises(ingest.SearchSyntaxError):
        opened.articles(words='"open')


def test_the_other_tables_come_too(opened: ingest.Corpus) -> None:
    articles = list(opened.articles())
    copies = [copy for article in articles for copy in opened.copies(article)]
    assert copies
    assert len(copies) <= opened.counts()["copies"]
    assert [c for a in articles for c in opened.copies(a.id)] == copies
    revisions = [one for article in articles for one in opened.revisions(article)]
    assert len(revisions) == opened.counts()["revisions"] > 0
    assert {one.id for one in opened.stories()} >= {a.story for a in articles if a.story}
    assert {one.id for one in opened.outlets()} >= {a.outlet for a in articles}
    assert len(list(opened.sources())) == opened.counts()["sources"]
    found = opened.why(articles[0].url)
    assert found is not None
    assert (found.outcome, found.article) == ("article", articles[0].id)
    assert opened.why("https://never.test/") is None


def test_rows_are_read_as_they_are_asked_for(opened: ingest.Corpus) -> None:
    coming = opened.articles()
    assert next(coming).id
    assert list(islice(opened.articles(), 1)), "a second reader beside the first"
    assert next(coming).id


def test_nothing_is_written_by_reading(folder: Path) -> None:
    before = (folder / "corpus.db").read_bytes()
    with ingest.Corpus.open(folder / "corpus.db") as corpus:
        list(corpus.articles())
        corpus.counts()
    assert (folder / "corpus.db").read_bytes() == before


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_text("no database at all, but a text of some length " * 40)
    (tmp_path / "b.db").touch()
    for name in ("a.db", "b.db", "none.db"):
        with pytest.raises(ingest.NotACorpus, match=name):
            ingest.Corpus.open(tmp_path / name)
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(ingest.CorpusError):
        ingest.Corpus.open(tmp_path)


def test_the_examples_of_the_documentation_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    page = (Path(__file__).parents[1] / "docs/python.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert examples
    for example in examples:
        exec(compile(example, "docs/python.md", "exec"), {})  # ours
        assert capsys.readouterr().out


def test_the_command_exports_what_was_asked_for(
    folder: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    with ingest.Corpus.open(folder / "corpus.db") as corpus:
        wanted = [one.id for one in corpus.articles(words="sputnik", since=date(2025, 7, 1))]
    assert wanted
    asked = ["-w", str(folder), "export", "csv"]
    assert main([*asked, "--words", "sputnik", "--since", "2025-07-01"]) == 0
    said = capsysbinary.readouterr().out
    assert [int(row.split(b",")[0]) for row in said.split(b"\r\n")[1:-1]] == wanted

    assert (
        main([*asked, str(folder / "out.csv"), "--words", "sputnik", "--since", "2025-07-01"]) == 0
    )
    assert (folder / "out.csv").read_bytes() == said
    assert b"out.csv: " in capsysbinary.readouterr().err

    assert main([*asked, "--no-text"]) == 0
    assert b",text\r\n" not in capsysbinary.readouterr().out
    assert main([*asked, "--words", '"open']) == 2
    assert main(["-w", str(folder), "export", "cvs"]) == 2
    assert b"did you mean csv" in capsysbinary.readouterr().err
    assert main(["-w", str(folder), "export", "md"]) == 2


def test_whoever_stops_reading_may_close_the_corpus_first(folder: Path) -> None:
    with ingest.Corpus.open(folder / "corpus.db") as corpus:
        reading = corpus.articles()
        next(reading)
    del reading  # what is raised while it is collected is an error of the test


def test_what_cannot_be_there_is_not_there(opened: ingest.Corpus) -> None:
    assert opened.article(2**70) is None
    assert opened.article(-(2**70)) is None
    assert list(opened.articles(outlet=None, language=None, story=None)) == list(opened.articles())
    assert list(opened.articles(outlet=[])) == list(opened.articles(story=())) == []


def test_the_workspace_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "seedbed.toml").write_text("")
    (tmp_path / "seeds").mkdir()
    fill(tmp_path / "corpus.db").close()
    (tmp_path / "link.csv").symlink_to("corpus.db")
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    asked = ["-w", str(tmp_path)]
    for name in ("corpus.db", "link.csv", "corpus.db-wal", "seedbed.toml", "scrapy.cfg",
                 "seeds/a.txt", "archive/a.warc.gz"):  # fmt: skip
        target = str(tmp_path / name)
        for command in (["export", "csv", target], ["report", target], ["snapshot", target]):
            assert main([*asked, *command]) == 2, command
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
    assert list((tmp_path / "seeds").iterdir()) == []


def test_a_reader_who_has_seen_enough_is_no_failure(folder: Path) -> None:
    command = [sys.executable, "-m", "ingest", "-w", str(folder), "export", "jsonl"]
    read, write = os.pipe()
    os.close(read)
    ended = subprocess.run(command, check=False, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (ended.returncode, ended.stderr) == (0, b"")
