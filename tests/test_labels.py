"""What readers said and what the topic learned, as the corpus holds it, and what labels do."""

from __future__ import annotations

import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pysqlite3 import dbapi2 as sqlite3  # noqa: TID251  # the library whose locks it sees

from ingest.corpus.labels import Label, Step
from ingest.errors import CorpusLocked
from ingest.items import Candidate
from ingest.rejudge import before_run, rejudge
from ingest.workspace import stored_topic
from tests.rows import NOW, article, fetched, gated, relevance
from tests.taught import TEXTS, crawl, make_workspace, opened, page_of, print_of, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from ingest.corpus import Corpus
    from ingest.workspace import Workspace
    from tests.taught import Print

ONE, TWO = "http://a.test/one", "http://b.test/two"
STEP = Step(kind="drift", version="v", texts=2, gained=("raid",), pages=(2, 1), near_no_seed=0.1)
ENGLISH = [text for text in TEXTS if text.language == "en"]
STORY = [text for text in ENGLISH if text.topic == "story"][:8]
FAR = [text for text in ENGLISH if text.topic != "story"][:12]
PRINTS = [
    *map(print_of, STORY),
    *map(print_of, FAR),
    print_of(STORY[0], "mirror.test", published=STORY[0].published + timedelta(hours=2)),
]


def keep(corpus: Corpus, url: str, text: str = "A text.") -> int:
    """A page with a stored text."""
    run = corpus.start_run(spider="feeds", trigger="command", version="0", now=NOW)
    corpus.offer([gated(url)], run=run, now=NOW)
    page = page_of(corpus, url)
    with corpus.transaction():
        corpus.store_text(
            page, article(url, text), canonical_key=url, relevance=relevance(), is_related=True,
            sample_size=0, why="because", run=run, now=NOW,
        )  # fmt: skip
    return page


def test_a_verdict_replaces_the_one_before_and_can_be_taken_back(corpus: Corpus) -> None:
    page = keep(corpus, ONE)
    corpus.label(page, is_yes=True, by="Ann", now=NOW)
    corpus.label(page, is_yes=False, by=None, now=NOW)

    assert corpus.labels_of([page, 99]) == {page: Label(is_yes=False, by=None)}
    assert corpus.unlabel(page)
    assert not corpus.unlabel(page)
    assert corpus.labels_of([page]) == {}


@pytest.mark.parametrize("hours", [1, 0, -1])
def test_a_labelled_text_stays_what_the_reader_saw(corpus: Corpus, hours: int) -> None:
    """By order of arrival, whatever the clock says: within a second too, or set back."""
    page = keep(corpus, ONE, "As it was.")
    reword(corpus, page, "As never seen.", NOW)
    corpus.label(page, is_yes=True, by=None, now=NOW)
    for number, old in enumerate(("As it was.", "As it was next."), start=1):
        reword(corpus, page, old, NOW + timedelta(hours=number * hours))
    (labelled,) = corpus.labelled_texts()

    assert labelled.text == "A title\nAs it was."
    assert labelled.is_yes


def test_a_label_of_an_older_version_goes_by_the_clock(corpus: Corpus) -> None:
    page = keep(corpus, ONE, "As it is.")
    corpus._run("INSERT INTO labels VALUES (?, 'yes', '2025-07-03T12:00:00Z', NULL)", (page,))
    reword(corpus, page, "As never seen.", NOW - timedelta(hours=1))
    reword(corpus, page, "As it was.", NOW + timedelta(hours=1))

    assert corpus.labelled() == [(page, True, "2025-07-03T12:00:00Z")]
    assert corpus.labelled_texts()[0].text == "A title\nAs it was."


def test_a_step_of_drift_learned_from_the_wording_of_its_moment(corpus: Corpus) -> None:
    page = keep(corpus, ONE)
    corpus.add_step(STEP, now=NOW)
    reword(corpus, page, "As it was.", NOW)
    ((_, moment, _),) = corpus.drift_steps()

    assert corpus.text_as_of(page, moment) == "A title\nAs it was."


def reword(corpus: Corpus, page: int, old: str, seen: datetime) -> None:
    with corpus.transaction():
        corpus.add_revision(
            page, article(ONE, old), article(ONE, "As it is."), added=1, removed=1, run=1, now=seen
        )


def test_steps_are_read_back_and_drift_alone_can_be_undone(corpus: Corpus) -> None:
    seeds = corpus.add_step(Step(kind="seeds", version="u", texts=5), now=NOW)
    drift = corpus.add_step(STEP, now=NOW)

    assert [step["pages"] for step in corpus.topic_steps()] == [[], [1, 2]]
    assert corpus.drift_steps() == [(drift, "2025-07-03T12:00:00Z 0", [1, 2])]
    assert not corpus.undo_step(seeds, now=NOW)
    assert corpus.undo_step(drift, now=NOW)
    assert not corpus.undo_step(drift, now=NOW)
    assert corpus.drift_steps() == []
    assert corpus.undone_pages() == {1, 2}


def test_a_locked_corpus_is_an_error_of_its_own(corpus: Corpus) -> None:
    page = keep(corpus, ONE)
    stranger = sqlite3.connect(corpus.path, isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")

    for write in (
        lambda: corpus.label(page, is_yes=True, by=None, now=NOW),
        lambda: corpus.unlabel(page),
        lambda: corpus.add_step(STEP, now=NOW),
        lambda: corpus.undo_step(1, now=NOW),
    ):
        with pytest.raises(CorpusLocked):
            write()
    stranger.close()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    with opened(folder) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS)
    return folder


@pytest.fixture
def crawled(template: Path, tmp_path: Path) -> Iterator[tuple[Workspace, Corpus]]:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    with opened(tmp_path) as (workspace, corpus):
        yield workspace, corpus


def say(workspace: Workspace, corpus: Corpus, one: Print, *, is_yes: bool, by: str = "") -> int:
    page = page_of(corpus, one.url)
    corpus.label(page, is_yes=is_yes, by=by or None, now=NOW)
    rejudge(workspace, corpus, now=NOW)
    return page


def test_a_refused_article_leaves_and_takes_its_copies_along(
    crawled: tuple[Workspace, Corpus],
) -> None:
    workspace, corpus = crawled
    page = say(workspace, corpus, PRINTS[0], is_yes=False, by="Ann")
    row, copy = corpus.page_for_label(page), corpus.page_for_label(page_of(corpus, PRINTS[-1].url))

    assert row is not None
    assert copy is not None
    assert (row["outcome"], copy["outcome"]) == ("off-topic", "off-topic")
    assert row["reason"].startswith("Ann said no: relevance ")
    assert copy["reason"] == "its text is that of a page a reader said no to"
    assert corpus._value("SELECT count(*) FROM articles WHERE page = ?", (page,)) == 0


def test_a_copy_that_a_reader_wants_stays(crawled: tuple[Workspace, Corpus]) -> None:
    workspace, corpus = crawled
    say(workspace, corpus, PRINTS[0], is_yes=False)
    page = say(workspace, corpus, PRINTS[-1], is_yes=True)
    row = corpus.page_for_label(page)

    assert row is not None
    assert row["outcome"] == "article"
    assert row["reason"].startswith("you said yes: ")


def test_an_off_topic_page_is_read_back_from_the_archive(
    crawled: tuple[Workspace, Corpus],
) -> None:
    workspace, corpus = crawled
    far = print_of(next(text for text in FAR if text.topic == "far"))
    assert not corpus.holds_text(page_of(corpus, far.url))
    page = say(workspace, corpus, far, is_yes=True)
    row = corpus.page_for_label(page)

    assert row is not None
    assert (row["outcome"], row["title"]) == ("article", far.title)
    assert corpus.labelled_texts()[0].text.startswith(far.title)


def test_taking_a_label_back_leaves_no_trace(crawled: tuple[Workspace, Corpus]) -> None:
    workspace, corpus = crawled
    before, topic = snapshot(corpus), stored_topic(corpus)
    for one, is_yes in ((PRINTS[0], False), (PRINTS[15], True), (PRINTS[2], True)):
        corpus.unlabel(say(workspace, corpus, one, is_yes=is_yes))
    rejudge(workspace, corpus, now=NOW)

    assert stored_topic(corpus) == topic
    assert snapshot(corpus) == before


def test_a_verdict_stands_at_later_fetches(crawled: tuple[Workspace, Corpus]) -> None:
    workspace, corpus = crawled
    pages = {
        PRINTS[1]: say(workspace, corpus, PRINTS[1], is_yes=False),
        PRINTS[15]: say(workspace, corpus, PRINTS[15], is_yes=True),
    }
    crawl(workspace, corpus, pages)

    assert corpus.standing_of(pages.values()) == {
        pages[PRINTS[1]]: "off-topic",
        pages[PRINTS[15]]: "article",
    }
    assert len(corpus.labelled_texts()) == 2


def test_labels_and_pages_in_any_order_end_in_one_corpus(
    crawled: tuple[Workspace, Corpus], tmp_path: Path
) -> None:
    workspace, corpus = crawled
    said = {PRINTS[0]: False, PRINTS[15]: True, PRINTS[3]: True}
    for one, is_yes in said.items():
        say(workspace, corpus, one, is_yes=is_yes)

    with opened(tmp_path / "early") as (early, other):
        crawl(early, other, said)
        for one, is_yes in reversed(said.items()):
            say(early, other, one, is_yes=is_yes)
        crawl(early, other, [one for one in reversed(PRINTS) if one not in said])
        before_run(early, other, now=NOW)
        assert stored_topic(other) == stored_topic(corpus)
        assert snapshot(other) == snapshot(corpus)


@pytest.mark.parametrize("is_gate", [False, True])
def test_a_run_under_way_judges_by_what_a_reader_said_meanwhile(
    crawled: tuple[Workspace, Corpus], tmp_path: Path, *, is_gate: bool
) -> None:
    from ingest.extract import read_page
    from ingest.intake import Intake

    workspace, corpus = crawled
    knowledge = before_run(workspace, corpus, now=NOW)
    intake = Intake(corpus, knowledge, workspace.settings, run=1)
    intake.take_page(
        fetched(page_of(corpus, PRINTS[1].url), PRINTS[1].url, body=PRINTS[1].body),
        read_page(PRINTS[1].body, PRINTS[1].url, "utf-8", "text/html", now=NOW),
    )
    elsewhere = make_workspace(tmp_path)
    other = elsewhere.corpus()
    say(elsewhere, other, PRINTS[0], is_yes=False)
    told = stored_topic(other)
    other.close()
    if is_gate:
        intake.offer([Candidate(url=TWO, found_by="feeds", title="Baku")], now=NOW)
    else:
        intake.take_page(
            fetched(page_of(corpus, PRINTS[2].url), PRINTS[2].url, body=PRINTS[2].body),
            read_page(PRINTS[2].body, PRINTS[2].url, "utf-8", "text/html", now=NOW),
        )

    assert told is not None
    assert intake.knowledge.topic == told
    assert told.version != knowledge.topic.version
