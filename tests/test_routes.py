"""By which routes pages were found, and what a reader is told of it."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ingest import standing
from ingest.cli import main
from ingest.corpus import Corpus, patience
from ingest.corpus.base import iso
from ingest.items import Candidate, Outcome
from ingest.silence import find_silences
from ingest.web.queries import QUERIES
from tests.commands import restored_logging, workspace
from tests.filled import add_page, insert
from tests.rows import NOW, gated
from tests.test_intake import dated, open_intake, prose, take
from tests.test_older_corpus import made_by
from tests.test_web import rows as asked

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["restored_logging", "workspace"]  # fixtures

ONE, TWO = "http://a.test/news/one", "http://b.test/news/two"
WEEK = "2025-W27"
LATER = datetime(2026, 3, 1, 12, tzinfo=UTC)


def found(corpus: Corpus, url: str, *spiders: str, outcome: Outcome = Outcome.WAITING) -> list[str]:
    """Offer an address as each spider would; the routes that are remembered."""
    for place, spider in enumerate(spiders):
        offer = gated(url, outcome, found_by=spider)
        corpus.offer([offer], run=1, now=NOW + timedelta(hours=place))
    return corpus.routes_of(corpus._value("SELECT id FROM pages WHERE url = ?", (url,)))


@pytest.fixture
def opened(corpus: Corpus) -> Corpus:
    corpus.start_run(spider="feeds", trigger="command", version="test", now=NOW)
    return corpus


def test_every_route_that_names_a_page_is_remembered_once(opened: Corpus) -> None:
    assert found(opened, ONE, "feeds", "sitemaps", "feeds", "bing", "searxng", "gdelt_doc") == [
        "feeds", "gdelt", "search", "sitemaps",
    ]  # fmt: skip
    assert opened._value("SELECT found FROM routes WHERE route = 'search'") == iso(
        NOW + timedelta(hours=3)
    )


def test_a_route_that_was_refused_would_not_have_found_the_page(opened: Corpus) -> None:
    assert found(opened, ONE, "links", outcome=Outcome.SKIPPED) == []
    assert found(opened, ONE, "feeds") == ["feeds"]
    assert found(opened, ONE, "links", outcome=Outcome.SKIPPED) == ["feeds"]


def test_routes_are_of_pages_that_were_fetched_long_ago_too(opened: Corpus) -> None:
    found(opened, ONE, "feeds")
    opened._run("UPDATE pages SET outcome = 'article', next_check = NULL")

    assert found(opened, ONE, "links") == ["feeds", "links"]


def test_routes_of_what_is_gone_are_gone(opened: Corpus) -> None:
    found(opened, ONE, "feeds", "links")
    opened._run("DELETE FROM pages")

    assert opened._value("SELECT count(*) FROM routes") == 0


def test_what_a_link_and_a_feed_name_alike_is_offered_through_the_gate(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    for spider, depth, title in (("feeds", 0, "Baku answers"), ("links", 1, "Baku"),
                                 ("sitemaps", 0, None), ("links", 1, "Read more")):  # fmt: skip
        one = Candidate(url=TWO, found_by=spider, title=title, depth=depth)
        intake.offer([one], now=NOW)

    assert intake.corpus.routes_of(1) == ["feeds", "links", "sitemaps"]


@pytest.mark.parametrize(
    ("published", "week"),
    [
        ("2025-07-03T12:00:00Z", "2025-W27"),
        ("2021-01-03T23:59:59Z", "2020-W53"),
        ("2024-12-30T00:00:00Z", "2025-W01"),
        ("2026-02-09T00:00:00Z", "2026-W07"),
        (None, None),
    ],
)
def test_weeks_are_those_of_the_iso_calendar(
    opened: Corpus, published: str | None, week: str | None
) -> None:
    insert(opened, "outlets", id="a.test", first_seen=iso(NOW), last_seen=iso(NOW))
    add_page(opened, 1, outlet="a.test", outcome="article", source=None, published=published)

    assert opened.capture_histories() == [(week, (), 1)]


def test_two_addresses_of_one_page_are_one_text_found_by_both_routes(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    story = dated(ONE, prose(1), 3)
    take(intake, story)
    take(intake, story, at="http://a.test/print/one")
    take(intake, dated(TWO, prose(2), 3))
    corpus = intake.corpus
    corpus.note_route("a.test/one", "links", now=NOW)

    assert corpus.counts_by_outcome() == {"article": 2, "copy": 1}
    assert corpus.capture_histories() == [(WEEK, ("feeds",), 1), (WEEK, ("feeds", "links"), 1)]


# -- what is told --------------------------------------------------------------------------------


def kept(corpus: Corpus, number: int, *routes: str, day: int = 3) -> None:
    add_page(
        corpus, number, outlet="a.test", outcome="article", source=None,
        published=f"2025-07-{day:02}T08:00:00Z",
    )  # fmt: skip
    for route in routes:
        insert(corpus, "routes", page=number, route=route, found=iso(NOW))


def fill_weeks(corpus: Corpus) -> None:
    """Twelve texts of a week found by two routes, and one of the next by one."""
    for number in range(101, 113):
        routes = ("feeds",) if number < 105 else ("sitemaps",) if number < 107 else (
            "feeds", "sitemaps",
        )  # fmt: skip
        kept(corpus, number, *routes)
    kept(corpus, 113, "feeds", day=9)


@pytest.fixture
def weeks(workspace: Path) -> Path:
    with closing(Corpus(workspace / "corpus.db")) as corpus, corpus.transaction():
        corpus._run("UPDATE pages SET outcome = 'off-topic'")
        fill_weeks(corpus)
    return workspace


def objects(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert isinstance(told, dict)
    return told


@pytest.mark.usefixtures("weeks")
def test_completeness_is_told_by_week(capsys: pytest.CaptureFixture[str]) -> None:
    told = objects(capsys, "completeness")
    first, second = told["weeks"]

    assert (first["week"], first["found"], first["estimated"]) == ("2025-W28", 1, None)
    assert first["lacks"] == "only feeds found them"
    assert (second["week"], second["found"]) == (WEEK, 12)
    assert second["estimated"] == pytest.approx(12 + 4 * 2 / 7, abs=1e-3)
    assert second["routes"] == {"feeds": 10, "sitemaps": 8}
    assert told["completeness"]["found"] == 13
    assert told["completeness"]["low"] <= told["completeness"]["estimated"]


@pytest.mark.usefixtures("weeks")
def test_completeness_reads_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completeness"]) == 0
    lines = capsys.readouterr().out.splitlines()

    first = "coverage 13 texts of about 14 (13 to 25), by feeds 11, sitemaps 8"
    assert " ".join(lines[0].split()) == first
    assert any(line.split()[:3] == ["2025-W28", "1", "?"] for line in lines)
    assert max(map(len, lines)) <= 80

    assert main(["completeness", "-n", "1"]) == 0
    assert "1 week more" in capsys.readouterr().out


@pytest.mark.usefixtures("weeks")
def test_status_says_how_much_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 0
    assert "13 texts of about 14 (13 to 25)" in capsys.readouterr().out

    told = objects(capsys, "status")
    assert told["completeness"]["routes"] == {"feeds": 11, "sitemaps": 8}
    assert told["gate"]["answered"] == 0
    assert told["silent"] == []


@pytest.mark.usefixtures("weeks")
def test_status_does_not_wait_for_a_long_count(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "_STEPS", 1)
    monkeypatch.setattr(standing, "_PATIENCE_S", 0.0)

    assert main(["status"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "coverage it takes long to count; `seedbed completeness` does" in said
    assert objects(capsys, "status")["completeness"]["found"] is None
    assert objects(capsys, "completeness")["completeness"]["found"] == 13


def test_the_saved_query_says_what_the_command_does(
    weeks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = objects(capsys, "completeness")
    with closing(Corpus(weeks / "corpus.db")) as corpus:
        corpus._run("PRAGMA wal_checkpoint")
        renamed = weeks / "anyname.db"
        (weeks / "corpus.db").rename(renamed)
    with closing(Corpus(renamed)) as corpus:
        whole, *by_week = asked(corpus, "completeness")

    assert (whole["week"], whole["found"]) == ("all", 13)
    assert (whole["low"], whole["high"]) == (
        told["completeness"]["low"], told["completeness"]["high"],
    )  # fmt: skip
    assert [(row["week"], row["found"], row["share"]) for row in by_week] == [
        (row["week"], row["found"], row["share"]) for row in told["weeks"]
    ]
    assert whole["routes"] == "feeds 11, sitemaps 8"


def test_the_gate_and_silent_sources_are_told(
    weeks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Corpus(weeks / "corpus.db")) as corpus, corpus.transaction():
        silence(corpus)
        for number, outcome in ((201, "article"), (202, "off-topic"), (203, "skipped")):
            add_page(corpus, number, outlet="a.test", outcome=outcome, source=None)
            if outcome != "skipped":
                insert(
                    corpus, "gate_samples", page=number, share=0.01, lot=0.0, drawn=iso(NOW),
                    reason="x",
                )  # fmt: skip
    told = objects(capsys, "completeness")

    assert (told["gate"]["refused"], told["gate"]["answered"], told["gate"]["related"]) == (3, 2, 1)
    assert told["gate"]["miss_rate"] == 0.5
    assert [one["url"] for one in told["silent"]] == ["https://a.test/feed"]

    assert main(["completeness"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "of 2 refused and fetched all the same, 1 related: it misses 0.500 of 3" in said
    assert "1 source should have spoken: a.test/feed" in said
    assert "a.test/feed 2026-02-23 12:00 6.0 1.00 no" in said


def silence(corpus: Corpus, *, last_ok: datetime = LATER) -> None:
    """Let the first source have been daily until six days ago."""
    corpus._run("UPDATE pages SET source = NULL")
    corpus._run(
        "UPDATE sources SET last_ok = ?, failures = 0 WHERE id = 1", (iso(last_ok),)
    )  # fmt: skip
    for days in range(6, 46):
        add_page(
            corpus, 1000 + days, outlet="a.test", outcome="skipped", source=1,
            first_seen=iso(last_ok - timedelta(days=days)),
        )  # fmt: skip
    corpus._run("UPDATE pages SET outcome = 'off-topic' WHERE id > 1000")


@pytest.mark.parametrize(
    ("change", "is_told"),
    [
        ("", True),
        ("UPDATE sources SET failures = 2 WHERE id = 1", False),
        ("UPDATE sources SET state = 'resting' WHERE id = 1", False),
        ("UPDATE sources SET last_ok = NULL WHERE id = 1", False),
        ("UPDATE sources SET found_by = 'topic' WHERE id = 1", False),
        ("UPDATE sources SET found_by = 'lists' WHERE id = 1", False),
        ("UPDATE pages SET source = 1, first_seen = '2026-02-28T12:00:00Z' WHERE id = 1", False),
    ],
    ids=["well", "failing", "resting", "never answered", "a query", "a list", "spoke"],
)
def test_only_a_source_that_answers_can_be_silent(
    workspace: Path,
    change: str,
    is_told: bool,  # noqa: FBT001
) -> None:
    with closing(Corpus(workspace / "corpus.db")) as corpus, corpus.transaction():
        silence(corpus)
        if change:
            corpus._run(change)
        told = find_silences(corpus.heard_sources())

    assert set(told) == ({1} if is_told else set())


def test_an_older_corpus_remembers_the_first_route_of_each_page(tmp_path: Path) -> None:
    with closing(Corpus(made_by(6, tmp_path, _FOUND_BEFORE))) as corpus:
        told = {page: corpus.routes_of(page) for page in range(1, 6)}

        assert told == {1: ["feeds"], 2: ["search"], 3: [], 4: [], 5: ["mine"]}
        assert corpus._value("SELECT found FROM routes WHERE page = 1") == "2025-07-03T12:00:00Z"


_FOUND_BEFORE = """
INSERT INTO pages (key, url, outcome, reason, found_by, first_seen, last_fetched) VALUES
  ('a', 'http://a', 'article', 'r', 'feeds', '2025-07-03T12:00:00Z', '2025-07-03T12:00:00Z'),
  ('b', 'http://b', 'off-topic', 'r', 'bing', '2025-07-03T12:00:00Z', '2025-07-03T12:00:00Z'),
  ('c', 'http://c', 'skipped', 'r', 'links', '2025-07-03T12:00:00Z', NULL),
  ('d', 'http://d', 'rejected', 'r', 'links', '2025-07-03T12:00:00Z', NULL),
  ('e', 'http://e', 'waiting', 'r', 'mine', '2025-07-03T12:00:00Z', NULL);
"""


def test_why_says_by_which_routes_and_that_it_was_drawn(
    weeks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Corpus(weeks / "corpus.db")) as corpus, corpus.transaction():
        insert(
            corpus, "gate_samples", page=110, share=0.01, lot=0.0, drawn=iso(NOW),
            reason="link: 0.00",
        )  # fmt: skip
    assert main(["why", "https://a.test/110"]) == 0
    said = " ".join(capsys.readouterr().out.split())

    assert "routes feeds, sitemaps drawn though refused: link: 0.00" in said
    assert objects(capsys, "why", "https://a.test/110")["routes"] == ["feeds", "sitemaps"]


def asked_of_pythons_own_sqlite(corpus_path: Path, *lines: str, given: str = "") -> str:
    """What the lines print, with `file` open: it may be older than ours, and than Datasette's."""
    with closing(Corpus(corpus_path)) as corpus:
        corpus._run("PRAGMA wal_checkpoint(TRUNCATE)")
    opened = ("import json, sqlite3, sys", f"file = sqlite3.connect({corpus_path.name!r})")
    ran = subprocess.run(  # a process of its own: two libraries do not see each other's locks
        [sys.executable, "-c", "\n".join((*opened, *lines))],
        cwd=corpus_path.parent, input=given, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_sqlite_of_python_reads_every_view(workspace: Path) -> None:
    """One view that it cannot parse would cost it the whole file."""
    told = asked_of_pythons_own_sqlite(
        workspace / "corpus.db",
        "names = file.execute(\"SELECT name FROM sqlite_master WHERE type = 'view'\").fetchall()",
        "print(sum(1 for name, in names if file.execute(f'SELECT * FROM {name}').fetchall() or 1))",
    )

    assert int(told) > 10


def test_the_sqlite_of_python_answers_every_saved_query(workspace: Path) -> None:
    with closing(Corpus(workspace / "corpus.db")) as corpus, corpus.transaction():
        corpus._run("DELETE FROM copies")
        for hours in range(23, 0, -1):  # written in another order than they were published in
            add_page(corpus, 100 + hours, outlet="b.test", outcome="copy", source=None)
            insert(
                corpus, "copies", article=1, page=100 + hours, outlet="b.test", title="t", run=1,
                url=f"https://b.test/{hours}", relation="near", similarity=0.9,
                published=f"2026-01-03T{hours:02}:04:05Z", first_seen=iso(NOW),
            )  # fmt: skip
    told = asked_of_pythons_own_sqlite(
        workspace / "corpus.db",
        "file.create_function('escape_fts', 1, str)",  # the functions that Datasette and we add
        "file.create_function('is_quiet', 2, lambda last_ok, days: False)",
        "file.create_function('completeness_of', 1, lambda counted: '{}')",
        "words = {'words': 'a', 'outlet': '', 'url': 'test', 'story': '1', 'but_not': '2'}",
        "queries = json.load(sys.stdin)",
        "print(json.dumps({name: file.execute(sql, words).fetchall()",
        "  for name, sql in queries.items()}))",
        given=json.dumps({query.name: query.sql for query in QUERIES}),
    )
    answers = json.loads(told)

    assert answers.keys() == {query.name for query in QUERIES}
    carried = ", ".join(f"b.test +{hours - 3 + 24}.0 h" for hours in range(1, 24))
    assert [row[4] for row in answers["first_to_report"]] == [carried]
