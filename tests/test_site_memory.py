"""A corpus without what its sites repeat."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ingest.cli import main
from ingest.corpus import Corpus
from ingest.corpus.fingerprints import INDEXED_ROWS
from ingest.rejudge import before_run
from ingest.relations import fingerprint
from ingest.site_memory import SitesLearned, remember_sites
from tests.commands import restored_logging
from tests.rows import NOW
from tests.taught import TEXTS, Print, crawl, opened, page_of, print_of, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ingest.workspace import Workspace

__all__ = ["restored_logging"]  # a fixture, which pytest finds by its name

HOST = "herald.test"
FOLLOW = "Follow our channel on Telegram"
PLEA = "We are an independent newsroom: please consider a small monthly gift to keep it that way."
TICKER = "Sputnik office in Baku searched as Azerbaijan and Russia trade accusations over arrests"
ENGLISH = [text for text in TEXTS if text.language == "en"]
STORY = [text for text in ENGLISH if text.topic == "story"]
FAR = [text for text in ENGLISH if text.topic == "far"]


@dataclass(frozen=True)
class SitePrint(Print):
    """A page that carries lines of its site among the paragraphs of its article."""

    own: tuple[str, ...] = (FOLLOW, PLEA)

    @property
    def body(self) -> bytes:
        first, *rest = self.paragraphs
        paragraphs = (first, *self.own[:1], *rest, *self.own[1:])
        return Print(self.url, self.title, paragraphs, self.published).body


def on_site(text: Any, own: tuple[str, ...] = (FOLLOW, PLEA), **more: Any) -> SitePrint:
    one = print_of(text, HOST, **more)
    return SitePrint(one.url, one.title, one.paragraphs, one.published, own)


PAGES = [on_site(text) for text in (*STORY[:6], *FAR[:4])]


def remember(workspace: Workspace, corpus: Corpus, **limits: Any) -> SitesLearned:
    knowledge = before_run(workspace, corpus, now=NOW)
    return remember_sites(workspace, corpus, knowledge, now=NOW, **limits)


def texts_of(corpus: Corpus) -> dict[str, str]:
    rows = corpus._rows("SELECT p.url, t.page FROM texts t JOIN pages p ON p.id = t.page")
    found = {row["url"]: corpus.text_of(row["page"]) for row in rows}
    return {url: article.text for url, article in sorted(found.items()) if article}


def forget(corpus: Corpus, prints: Sequence[Print]) -> None:
    """Let pages be articles of their site no more; what is stored of them stays."""
    with corpus.transaction():
        for one in prints:
            corpus.drop_lines(page_of(corpus, one.url))
        corpus.set_state("sites_noted", "999")  # nor are they read anew for their lines


def everything(corpus: Corpus) -> list[Any]:
    """What a reader can tell apart, the texts, and what is known of the sites."""
    return [
        texts_of(corpus),
        corpus._rows("SELECT host, key, kind, pages, share, sample FROM blocks ORDER BY 1, 2, 3"),
        corpus._rows("SELECT host, version, pages, is_due FROM sites ORDER BY 1"),
        corpus._rows(
            "SELECT p.key, s.left_out, s.version FROM site_pages s JOIN pages p ON p.id = s.page "
            "ORDER BY p.key"
        ),
        *snapshot(corpus),
    ]


@pytest.fixture
def crawled(tmp_path: Path) -> Iterator[tuple[Workspace, Corpus]]:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PAGES)
        yield workspace, corpus


def test_lines_of_the_site_leave_texts_search_and_fingerprints(
    crawled: tuple[Workspace, Corpus],
) -> None:
    workspace, corpus = crawled
    assert all(PLEA in text and FOLLOW in text for text in texts_of(corpus).values())
    told = remember(workspace, corpus)
    texts = texts_of(corpus)
    prose = {one.url: "\n".join(one.paragraphs) for one in PAGES}

    assert told.sites == 1
    assert told.texts == len(texts) >= 5
    assert all(prose[url] == text for url, text in texts.items())
    assert corpus.search("newsroom monthly gift", limit=5) == []
    assert {row["sample"] for row in corpus.site(HOST)[1]} == {PLEA, FOLLOW}


@pytest.mark.usefixtures("restored_logging")
def test_what_was_left_out_is_told(
    crawled: tuple[Workspace, Corpus],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace, corpus = crawled
    remember(workspace, corpus)
    row = corpus._rows("SELECT id, url FROM articles ORDER BY id")[0]
    monkeypatch.chdir(workspace.folder)
    assert main(["show", str(row["id"])]) == 0
    shown = capsys.readouterr().out
    assert main(["why", row["url"]]) == 0
    why = capsys.readouterr().out

    assert re.search(r"left out +2 lines, the site's own", shown)
    assert PLEA[:40] not in shown
    assert f"“{FOLLOW}”" in why


def test_a_second_pass_finds_nothing_to_do(crawled: tuple[Workspace, Corpus]) -> None:
    workspace, corpus = crawled
    remember(workspace, corpus)
    before = everything(corpus)

    assert remember(workspace, corpus) == SitesLearned()
    assert everything(corpus) == before


def test_known_page_that_did_not_change_is_no_revision(crawled: tuple[Workspace, Corpus]) -> None:
    workspace, corpus = crawled
    assert not remember(workspace, corpus, is_stopped=lambda: True).is_done  # nothing cleaned yet
    assert all(PLEA in text for text in texts_of(corpus).values())
    crawl(workspace, corpus, PAGES)
    remember(workspace, corpus)
    crawl(workspace, corpus, PAGES)
    other = [replace(one, own=(FOLLOW,)) for one in PAGES]  # the plea is gone from the site
    crawl(workspace, corpus, other)

    assert corpus._value("SELECT count(*) FROM revisions") == 0
    assert corpus._value("SELECT sum(unchanged) FROM runs") == 3 * len(texts_of(corpus))


def test_changed_page_is_one_revision_without_the_lines_of_its_site(
    crawled: tuple[Workspace, Corpus],
) -> None:
    workspace, corpus = crawled
    remember(workspace, corpus, is_stopped=lambda: True)
    changed = replace(PAGES[0], paragraphs=(*PAGES[0].paragraphs[:-1], "It ends otherwise now."))
    crawl(workspace, corpus, [changed])
    remember(workspace, corpus)
    (revision,) = corpus._rows("SELECT text, words_added FROM revisions")

    assert revision == {"text": "\n".join(PAGES[0].paragraphs), "words_added": 4}
    assert texts_of(corpus)[changed.url] == "\n".join(changed.paragraphs)
    assert len(corpus._rows(f"SELECT * FROM {INDEXED_ROWS}")) == len(_rebuilt_fingerprints(corpus))


def _rebuilt_fingerprints(corpus: Corpus) -> set[tuple[int, int]]:
    """What the index would hold, made of the texts and seeds that there are."""
    found = set()
    for row in corpus._rows("SELECT page FROM texts"):
        stored = corpus.text_of(row["page"])
        assert stored is not None
        found |= {(one, row["page"]) for one in fingerprint(stored.text).selected}
    for row in corpus._rows("SELECT id FROM seeds"):
        mark = fingerprint(corpus.seed_text(row["id"]), is_seed=True)
        found |= {(one, -row["id"]) for one in mark.selected}
    return found


MIXED = [*PAGES, *(print_of(text) for text in STORY[1:3])]


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return corpus_of(tmp_path_factory.mktemp("order"), MIXED, set())


@settings(max_examples=5, deadline=None, derandomize=True, phases=[Phase.generate])
@given(order=st.permutations(MIXED), ends=st.sets(st.integers(1, 11), max_size=3))
def test_any_order_and_any_runs_give_the_same_corpus(
    in_order: list[Any],
    tmp_path_factory: pytest.TempPathFactory,
    order: list[Print],
    ends: set[int],
) -> None:
    assert corpus_of(tmp_path_factory.mktemp("order"), order, ends) == in_order


def corpus_of(folder: Path, prints: Sequence[Print], ends: set[int]) -> list[Any]:
    """What comes of these pages, with runs that end after so many of them."""
    bounds = [0, *sorted(ends), len(prints)]
    with opened(folder) as (workspace, corpus):
        for start, end in pairwise(bounds):
            crawl(workspace, corpus, prints[start:end])
            remember(workspace, corpus)
        return everything(corpus)


def test_prints_of_one_article_are_no_habit_of_the_site(tmp_path: Path) -> None:
    one = STORY[0]
    cut = replace(one, paragraphs=one.paragraphs[:-1])
    again = [
        on_site(cut if number % 2 else one, (), url=f"http://{HOST}/again/{number}")
        for number in range(6)
    ]
    retitled = [
        replace(page, url=f"{page.url}/new", title=f"Wrap {number}: what is known so far")
        for number, page in enumerate(again)
    ]
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, [*again, *retitled])
        before = texts_of(corpus)
        told = remember(workspace, corpus)

        assert told.texts == 0
        assert corpus.site(HOST)[1] == []
        assert texts_of(corpus) == before


def test_lines_come_back_when_the_site_drops_its_habit(crawled: tuple[Workspace, Corpus]) -> None:
    workspace, corpus = crawled
    before = texts_of(corpus)
    remember(workspace, corpus)
    assert texts_of(corpus) != before
    forget(corpus, PAGES[2:])
    remember(workspace, corpus)
    two = [one.url for one in PAGES[:2]]

    assert corpus.site(HOST)[1] == []
    assert {url: texts_of(corpus)[url] for url in two} == {url: before[url] for url in two}


def test_page_kept_for_a_ticker_alone_goes_and_comes_back(tmp_path: Path) -> None:
    tickered = [on_site(text, (TICKER, PLEA)) for text in FAR[:6]]
    with opened(tmp_path, toml="[topic]\nthreshold = 0.3\n") as (workspace, corpus):
        crawl(workspace, corpus, tickered)
        with_it = corpus.counts_by_outcome()
        stood = corpus._rows("SELECT url, outcome FROM pages ORDER BY id LIMIT 2")
        remember(workspace, corpus)
        without = corpus.counts_by_outcome()
        forget(corpus, tickered[2:])
        remember(workspace, corpus)

        assert with_it == {"article": 6}
        assert without == {"off-topic": 6}
        assert corpus._rows("SELECT url, outcome FROM pages ORDER BY id LIMIT 2") == stood


def test_bounded_passes_end_where_one_whole_pass_does(tmp_path: Path) -> None:
    with opened(tmp_path / "whole") as (workspace, corpus):
        crawl(workspace, corpus, MIXED)
        remember(workspace, corpus)
        whole = everything(corpus)
    with opened(tmp_path / "bit") as (workspace, corpus):
        crawl(workspace, corpus, MIXED)
        asked = 0

        def is_stopped() -> bool:
            nonlocal asked
            asked += 1
            return asked % 3 == 0

        while not remember(workspace, corpus, is_stopped=is_stopped).is_done:
            pass

        assert asked > 6
        assert everything(corpus) == whole


REMEMBER = """
import sys
from pathlib import Path
from ingest.rejudge import before_run
from ingest.relations import fingerprint
from ingest.site_memory import remember_sites
from ingest.workspace import Workspace
from tests.commands import restored_logging
from tests.rows import NOW

workspace = Workspace.open(Path(sys.argv[1]), {})
corpus = workspace.corpus()
remember_sites(workspace, corpus, before_run(workspace, corpus, now=NOW), now=NOW)
"""


def test_killed_at_any_moment_it_goes_on_where_it_was(tmp_path: Path) -> None:
    with opened(tmp_path / "whole") as (workspace, corpus):
        crawl(workspace, corpus, MIXED)
        remember(workspace, corpus)
        whole = everything(corpus)
    with opened(tmp_path / "killed") as (workspace, corpus):
        crawl(workspace, corpus, MIXED)
    kills = sum(kill_after(tmp_path / "killed", pages) for pages in (1, 3, 5))
    with opened(tmp_path / "killed") as (workspace, corpus):
        assert kills >= 1
        remember(workspace, corpus)
        assert everything(corpus) == whole


def kill_after(folder: Path, pages: int) -> bool:
    """Remember in a process of its own, killed once so many pages are up to date."""
    root = Path(__file__).parents[1]
    with closing(Corpus(folder / "corpus.db")) as corpus:
        child = subprocess.Popen([sys.executable, "-c", REMEMBER, str(folder)], cwd=root)
        while child.poll() is None and _up_to_date(corpus) < pages:
            time.sleep(0.001)
    is_killed = child.poll() is None
    if is_killed:
        os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == (-signal.SIGKILL if is_killed else 0)
    return is_killed


def _up_to_date(corpus: Corpus) -> int:
    return int(corpus._value("SELECT count(*) FROM site_pages WHERE version <> ''"))


def test_pages_of_an_older_corpus_are_read_again_for_their_lines(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PAGES)
        remember(workspace, corpus)
        whole = everything(corpus)
    with opened(tmp_path / "old") as (workspace, corpus):
        crawl(workspace, corpus, PAGES)
        with corpus.transaction():  # as it was before lines were kept
            for table in ("site_pages", "sites", "blocks"):
                corpus._run(f"DELETE FROM {table}")
            for row in corpus._rows("SELECT page FROM texts"):
                stored = corpus.text_of(row["page"])
                assert stored is not None
                corpus.repack(row["page"], replace(stored, line_kinds=""))
        told = remember(workspace, corpus, most_read=3)

        assert not told.is_done
        assert told.read == 3
        assert int(corpus.state("sites_noted") or 0) < corpus.last_page(), "the rest is to be read"
        while not remember(workspace, corpus, most_read=4).is_done:
            pass
        assert everything(corpus) == whole


def test_pages_without_lines_are_looked_for_once(crawled: tuple[Workspace, Corpus]) -> None:
    workspace, corpus = crawled
    before = corpus.state("sites_noted")
    remember(workspace, corpus)

    assert (before, corpus.state("sites_noted")) == (None, str(corpus.last_page()))


@dataclass(frozen=True)
class LinkingPrint(SitePrint):
    """A page whose second line is a link."""

    @property
    def body(self) -> bytes:
        link = f'<a href="http://elsewhere.test/channel">{FOLLOW}</a>'
        return super().body.replace(FOLLOW.encode(), link.encode())


def test_links_of_the_site_s_own_lines_go_with_them(tmp_path: Path) -> None:
    pages = [LinkingPrint(p.url, p.title, p.paragraphs, p.published, p.own) for p in PAGES]
    told = "SELECT DISTINCT url FROM links"
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, pages)
        before = corpus._rows(told)
        remember(workspace, corpus)

        assert before == [{"url": "http://elsewhere.test/channel"}]
        assert corpus._rows(told) == []


class LinkedPrint(SitePrint):
    """The same page, with a word of its headline a link."""

    @property
    def body(self) -> bytes:
        head, word, rest = super().body.partition(b" the ")
        return head + b' <a href="http://elsewhere.test/x">the</a> ' + rest if word else head


def test_a_fetch_that_changes_a_link_leaves_no_line_of_the_site_in_search(
    crawled: tuple[Workspace, Corpus],
) -> None:
    workspace, corpus = crawled
    remember(workspace, corpus, is_stopped=lambda: True)  # learned, and nothing cleaned yet
    crawl(
        workspace, corpus, [LinkedPrint(p.url, p.title, p.paragraphs, p.published) for p in PAGES]
    )
    remember(workspace, corpus)

    assert corpus._value("SELECT count(*) FROM revisions") == 0
    assert corpus.search("newsroom monthly gift", limit=5) == []
    assert len(corpus._rows(f"SELECT * FROM {INDEXED_ROWS}")) == len(_rebuilt_fingerprints(corpus))
