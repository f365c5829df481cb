"""The store against a plain model of it: whatever comes in whatever order, nothing is lost."""

from __future__ import annotations

import shutil
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ingest.corpus import Corpus
from ingest.corpus.base import iso, parse_iso
from ingest.corpus.runs import COLUMN_OF
from ingest.extract import PageRead, read_page
from ingest.intake import Intake
from ingest.items import FailedFetch, Outcome, Reason, Rejection, Stage
from ingest.rejudge import before_run
from tests.rows import NOW, fetched, gated
from tests.taught import TEXTS, Print, make_workspace, print_of, read_by

if TYPE_CHECKING:
    from datetime import datetime

    from ingest.workspace import Knowledge, Workspace

pytestmark = pytest.mark.long

EXAMPLES, MANY_EXAMPLES = 500, 10_000
STEPS = 20
LEASE_S = 600
URLS = [f"http://{host}.test/{path}" for host in ("a", "b", "c") for path in ("x", "y", "z")]
KEPT = (Outcome.ARTICLE, Outcome.COPY)
REFUSED = PageRead(article=None, rejection=Rejection(stage=Stage.QUALITY, reason=Reason.TOO_SHORT))
NO_PAGE = [Outcome.FAILED, Outcome.GONE, Outcome.ROBOTS, Outcome.UNCHANGED, Outcome.REJECTED]
FTS_CHECK = "INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)"
MEMORY = Path("/dev/shm")  # hundreds of short-lived corpora


@dataclass(frozen=True)
class Ground:
    """What all examples begin with: a workspace with an empty corpus, and what it judges by."""

    workspace: Workspace
    knowledge: Knowledge


@cache
def ground() -> Ground:
    place = TemporaryDirectory(prefix="seedbed-machine-", dir=MEMORY if MEMORY.is_dir() else None)
    workspace = make_workspace(Path(place.name))
    with closing(workspace.corpus()) as corpus:
        knowledge = before_run(workspace, corpus, now=NOW)
    _PLACES.append(place)
    return Ground(workspace, knowledge)


_PLACES: list[TemporaryDirectory[str]] = []  # removed when the process ends


@cache
def texts() -> tuple[list[Print], Print]:
    """Three texts about the topic that are no copies of each other, and one about another."""
    named = {text.slug: print_of(text) for text in TEXTS}
    related = [
        "airliner-down-near-aktau",
        "two-brothers-dead-after-raid",
        "russian-house-told-to-leave",
    ]
    return [named[slug] for slug in related], named["golden-combs-toilet-window"]


def read_at(url: str, text: Print) -> PageRead:
    one = Print(url=url, title=text.title, paragraphs=text.paragraphs, published=text.published)
    return read_by(read_page, one)


@dataclass
class Line:
    """What the model knows of an address."""

    page: int
    outcome: Outcome
    due: datetime | None
    holder: int | None = None  #: run that leased it last
    until: datetime | None = None  #: end of the lease; None: it is free
    fetches: list[tuple[int, Outcome]] = field(default_factory=list)
    text: Print | None = None  #: as it is kept


class Boom(Exception):  # what a bug of ours would raise
    pass


class Store(RuleBasedStateMachine):
    """Runs that offer, lease, fetch, fail and die, over one corpus and one clock."""

    @initialize()
    def begin(self) -> None:
        self.place = Path(ground().workspace.folder) / "now"
        self.place.mkdir()
        self.path = self.place / "corpus.db"
        shutil.copyfile(ground().workspace.settings.corpus_path, self.path)
        self.now = NOW
        self.lines: dict[str, Line] = {}
        self.open: dict[int, tuple[Corpus, Intake]] = {}
        self.closed: set[int] = set()
        self.corpus = Corpus(self.path)
        self.start()
        self.put_in(min(self.open), URLS[:4], Outcome.WAITING)

    def teardown(self) -> None:
        for corpus, _ in self.open.values():
            corpus.close()
        self.corpus.close()
        with closing(Corpus(self.path)) as fresh:  # checks of a used connection tell tales
            assert fresh.damage() == []
            fresh._run(FTS_CHECK)
        shutil.rmtree(self.place)

    # -- what happens -----------------------------------------------------------------------------

    @precondition(lambda self: len(self.open) < 2)
    @rule()
    def start(self) -> None:
        run = self.corpus.start_run(spider="feeds", trigger="command", version="t", now=self.now)
        assert run not in self.closed | set(self.open)
        self.take_up(run)

    def take_up(self, run: int) -> None:
        """With a connection and an intake of its own, as a process has them."""
        corpus = Corpus(self.path)
        ground_ = ground()
        intake = Intake(corpus, ground_.knowledge, ground_.workspace.settings, run)
        self.open[run] = (corpus, intake)

    @precondition(lambda self: self.open)
    @rule(draw=st.data(), urls=st.lists(st.sampled_from(URLS), min_size=1, max_size=5))
    def offer(self, draw: st.DataObject, urls: list[str]) -> None:
        run = draw.draw(st.sampled_from(sorted(self.open)))
        self.put_in(run, urls, draw.draw(st.sampled_from([Outcome.WAITING, Outcome.SKIPPED])))

    def put_in(self, run: int, urls: list[str], outcome: Outcome) -> None:
        before = set(self.lines)
        new = self.open[run][0].offer([gated(url, outcome) for url in urls], run=run, now=self.now)

        assert new == len(set(urls) - before)
        for url in urls:
            self.offered(url, outcome)

    def offered(self, url: str, outcome: Outcome) -> None:
        row = self.corpus._row("SELECT id FROM pages WHERE url = ?", (url,))
        assert row is not None, "forgotten"
        if url not in self.lines:
            due = self.now if outcome == Outcome.WAITING else None
            self.lines[url] = Line(page=row["id"], outcome=outcome, due=due)
            return
        line = self.lines[url]
        gave_up = line.outcome == Outcome.FAILED and line.due is None and self.is_old(line)
        if outcome == Outcome.WAITING and (line.outcome == Outcome.SKIPPED or gave_up):
            line.outcome, line.due = Outcome.WAITING, self.now

    def is_old(self, line: Line) -> bool:
        last = self.corpus._value("SELECT last_fetched FROM pages WHERE id = ?", (line.page,))
        return bool(last < iso(self.now - timedelta(days=1)))

    @precondition(lambda self: self.open)
    @rule(draw=st.data(), limit=st.integers(1, 4))
    def claim(self, draw: st.DataObject, limit: int) -> None:
        self.lease(draw.draw(st.sampled_from(sorted(self.open))), limit)

    def lease(self, run: int, limit: int) -> list[str]:
        wanted = [url for url in sorted(self.lines) if self.is_free(self.lines[url], run)][:limit]
        got = self.open[run][0].claim(run=run, limit=limit, now=self.now, lease_s=LEASE_S)

        assert [page.url for page in got] == wanted
        for line in self.lines.values():
            if line.holder == run and line.until is not None:  # a claim is a sign of life
                line.until = self.now + timedelta(seconds=LEASE_S)
        for url in wanted:
            self.lines[url].holder = run
            self.lines[url].until = self.now + timedelta(seconds=LEASE_S)
        return wanted

    def is_free(self, line: Line, run: int) -> bool:
        if line.due is None or line.due > self.now:
            return False
        return line.until is None or (line.until < self.now and line.holder != run)

    def held(self) -> list[tuple[int, str]]:
        """Pages that runs hold, or held until their lease ran out."""
        return [
            (line.holder, url)
            for url, line in sorted(self.lines.items())
            if line.holder in self.open and line.until is not None
        ]

    @precondition(lambda self: self.open)
    @rule(draw=st.data(), limit=st.integers(1, 4))
    def crawl(self, draw: st.DataObject, limit: int) -> None:
        """Whatever is due next, and all of it fetched."""
        run = draw.draw(st.sampled_from(sorted(self.open)))
        later = [line.due for line in self.lines.values() if line.due and line.until is None]
        self.now = max(self.now, min(later, default=self.now))
        for url in self.lease(run, limit):
            self.take(run, url, draw.draw(st.sampled_from(texts()[0])))

    @precondition(lambda self: self.held())
    @rule(draw=st.data(), number=st.integers(-1, 3))
    def fetch(self, draw: st.DataObject, number: int) -> None:
        """A text of the topic, another one (3), or a page that is no article (-1)."""
        run, url = draw.draw(st.sampled_from(self.held()))
        related, other = texts()
        if number == len(related) and self.lines[url].outcome in KEPT:
            number = 0
        self.take(run, url, [*related, other, None][number])

    def take(self, run: int, url: str, text: Print | None) -> None:
        line = self.lines[url]
        read = REFUSED if text is None else read_at(url, text)
        page = fetched(line.page, url, fetched_at=self.now)
        outcome = self.open[run][1].take_page(page, read).outcome

        assert outcome in self.expected(line, text)
        if text in texts()[0]:
            line.text = text
        self.finished(line, run, outcome)

    @precondition(lambda self: self.held())
    @rule(draw=st.data(), number=st.integers(0, 2))
    def stumble(self, draw: st.DataObject, number: int) -> None:
        """A bug of ours ends a transaction; the same process goes on."""
        run, url = draw.draw(st.sampled_from(self.held()))
        corpus, intake = self.open[run]
        page = fetched(self.lines[url].page, url, fetched_at=self.now)
        with suppress(Boom), corpus.transaction():
            intake.take_page(page, read_at(url, texts()[0][number]))
            raise Boom

    def expected(self, line: Line, text: Print | None) -> tuple[Outcome, ...]:
        if text is None:
            return (Outcome.REJECTED,)
        if text == texts()[1]:
            return (Outcome.OFF_TOPIC,)
        if line.outcome in KEPT:
            return (Outcome.UNCHANGED,) if text == line.text else (Outcome.REVISION,)
        return KEPT

    @precondition(lambda self: self.held())
    @rule(draw=st.data(), outcome=st.sampled_from(NO_PAGE))
    def fail(self, draw: st.DataObject, outcome: Outcome) -> None:
        run, url = draw.draw(st.sampled_from(self.held()))
        line = self.lines[url]
        failed = FailedFetch(
            page=line.page, url=url, outcome=outcome, reason="a reason", status=404,
            fetched_at=self.now,
        )  # fmt: skip
        told = self.open[run][1].take_failure(failed)
        is_odd = outcome == Outcome.UNCHANGED and line.outcome in (Outcome.WAITING, Outcome.FAILED)

        assert told == (Outcome.FAILED if is_odd else outcome)
        self.finished(line, run, told)

    def finished(self, line: Line, run: int, outcome: Outcome) -> None:
        line.fetches.append((run, outcome))
        row = self.corpus._row("SELECT * FROM pages WHERE id = ?", (line.page,))
        assert row is not None
        if line.outcome not in KEPT and outcome != Outcome.UNCHANGED:
            line.outcome = outcome
        line.due, line.until, line.holder = parse_iso(row["next_check"]), None, run
        if line.outcome == Outcome.WAITING:
            assert line.due is not None, "forgotten"

    @precondition(lambda self: self.held())
    @rule(draw=st.data(), minutes=st.integers(0, 90))
    def give_back(self, draw: st.DataObject, minutes: int) -> None:
        run, url = draw.draw(st.sampled_from(self.held()))
        until, line = self.now + timedelta(minutes=minutes), self.lines[url]
        self.open[run][0].give_back(line.page, until=until)
        assert line.due is not None
        line.until, line.due = None, max(line.due, until)

    @rule(minutes=st.sampled_from([1, 9, 11, 40, 180, 2000, 60_000]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.open)
    @rule(draw=st.data())
    def finish_run(self, draw: st.DataObject) -> None:
        run = draw.draw(st.sampled_from(sorted(self.open)))
        corpus, _ = self.open.pop(run)
        row = corpus.finish_run(run, outcome="finished", requests=0, message=None, now=self.now)
        corpus.close()
        self.check_counts(row)
        self.freed(run)

    def freed(self, run: int) -> None:
        self.closed.add(run)
        for line in self.lines.values():
            if line.holder == run:
                line.until = None

    def check_counts(self, row: dict[str, Any]) -> None:
        made = [outcome for line in self.lines.values() for run, outcome in line.fetches
                if run == row["id"]]  # fmt: skip
        assert row["fetched"] == len(made)
        kept = {COLUMN_OF[outcome] for outcome in KEPT}
        assert sum(row[column] for column in kept) == sum(map(made.count, KEPT))
        for outcome, column in COLUMN_OF.items():
            assert column in kept or row[column] == made.count(outcome), column

    @precondition(lambda self: self.open)
    @rule(draw=st.data(), urls=st.lists(st.sampled_from(URLS), max_size=3))
    def die(self, draw: st.DataObject, urls: list[str]) -> None:
        """In the middle of a transaction; what it had not finished is as if it never was."""
        run = draw.draw(st.sampled_from(sorted(self.open)))
        corpus, _ = self.open.pop(run)
        corpus._raw.execute("BEGIN IMMEDIATE")
        corpus.offer([gated(url) for url in urls], run=run, now=self.now)
        corpus._raw.close()
        self.corpus._run("UPDATE runs SET process = ? WHERE id = ?", (_GONE, run))

        assert self.corpus.close_dead_runs(now=self.now) == [run]
        row = self.corpus.run(run)
        assert row is not None
        self.check_counts(row)
        self.freed(run)

    # -- what always holds ------------------------------------------------------------------------

    @invariant()
    def ledger_agrees(self) -> None:
        rows = self.corpus._rows("SELECT * FROM pages ORDER BY url")
        assert [row["url"] for row in rows] == sorted(self.lines), "twice, or forgotten"
        for row in rows:
            line = self.lines[row["url"]]
            stands = Outcome(row["outcome"])
            assert stands == line.outcome or (stands in KEPT and line.outcome in KEPT)
            assert row["leased_until"] == (line.until and iso(line.until))
            assert line.until is None or line.until <= self.now + timedelta(seconds=LEASE_S)
            if stands == Outcome.WAITING:
                assert row["next_check"], "never fetched"

    @invariant()
    def every_fetch_is_counted_once(self) -> None:
        rows = self.corpus._rows("SELECT page, run, outcome FROM fetches ORDER BY id")
        by_page: dict[int, list[tuple[int, Outcome]]] = {}
        for row in rows:
            by_page.setdefault(row["page"], []).append((row["run"], Outcome(row["outcome"])))
        assert by_page == {line.page: line.fetches for line in self.lines.values() if line.fetches}
        assert self.corpus.runs_that_do_not_add_up() == []

    @invariant()
    def each_text_is_one_article_and_its_other_pages_are_copies(self) -> None:
        kept = [line.text.title for line in self.lines.values() if line.text is not None]
        articles = self.corpus._rows("SELECT title FROM articles ORDER BY title")
        assert [row["title"] for row in articles] == sorted(set(kept))
        assert self.corpus._value("SELECT count(*) FROM copies") == len(kept) - len(set(kept))

    @invariant()
    def search_finds_what_is_kept_and_nothing_else(self) -> None:
        kept = {line.text.title for line in self.lines.values() if line.text is not None}
        for text in texts()[0]:
            found = self.corpus._value(
                "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?",
                ('title: "' + text.title.replace('"', '""') + '"',),
            )
            assert found == (text.title in kept)


_GONE = ":999999999:1"  # of no host


def test_no_subject_of_the_corpus_hides_a_method_of_another() -> None:
    """They are mixed in side by side: of two methods with one name the second is never called."""
    owners: dict[str, list[type]] = {}
    for subject in Corpus.__mro__[1:-1]:
        for name in vars(subject):
            if not name.startswith("__"):
                owners.setdefault(name, []).append(subject)
    hidden = {
        name: [one.__name__ for one in classes]
        for name, classes in owners.items()
        if not all(issubclass(classes[0], other) for other in classes[1:])
    }

    assert hidden == {}


def check(examples: int) -> None:
    run_state_machine_as_test(
        Store,
        settings=settings(
            max_examples=examples, stateful_step_count=STEPS, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_store_keeps_to_its_model() -> None:
    check(EXAMPLES)


@pytest.mark.slow
def test_store_keeps_to_its_model_for_long() -> None:
    check(MANY_EXAMPLES)
