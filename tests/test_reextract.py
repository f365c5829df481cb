"""The archive read again: corrections of ours, judged as if pages had read so from the start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from ingest import page_readers
from ingest.cli import main
from ingest.corpus import Corpus
from ingest.extract import PageRead, read_page
from ingest.extract.imprint import imprint, imprinted
from ingest.items import Article, Kind, Reason, Rejection, Stage
from ingest.reextract import reextract
from ingest.rejudge import rejudge
from ingest.revisions import changed_fields
from tests import taught
from tests.patience import PATIENCE_S
from tests.rows import NOW
from tests.taught import (
    Print,
    all_prints,
    crawl,
    make_workspace,
    opened,
    page_of,
    print_of,
    snapshot,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from ingest.archived_pages import ArchivedPages, Unread

_WAYS = 5


def way_of(url: str) -> int:
    """How an older version misread the page there."""
    return sum(url.encode()) % _WAYS


PRINTS = [
    one
    for way in range(_WAYS)
    for one in [one for one in all_prints() if way_of(one.url) == way][:4]
]
TICKER = "\nGold slips as traders wait for a rate decision, and the census finds more people alone."
_REFUSED = Rejection(stage=Stage.QUALITY, reason=Reason.LIST, detail="by an older version")


def as_before(read: PageRead, url: str) -> PageRead:
    """What an older extractor made of a page: it depends on the page alone."""
    article, way = read.article, way_of(url)
    if article is None or way == 0:
        return read
    if way == 1:
        return replace(read, article=replace(article, text=article.text + TICKER, extractor="old"))
    if way == 2:
        cut = article.text.split("\n")[:1]
        return replace(read, article=replace(article, text="\n".join(cut), extractor="old"))
    if way == 3:
        return replace(
            read, article=replace(article, title=f"{article.title} | a.test", extractor="old")
        )
    return replace(read, article=None, rejection=_REFUSED)


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Pages are taken in as an older version read them, until what is returned is called."""

    def read(body: bytes, url: str, *args: Any, **kwargs: Any) -> PageRead:
        return as_before(read_page(body, url, *args, **kwargs), url)

    monkeypatch.setattr(taught, "read_page", read)
    return monkeypatch.undo


def test_corpus_read_again_is_the_one_read_so_from_the_start(
    tmp_path: Path, older: Callable[[], None]
) -> None:
    with opened(tmp_path / "older") as (workspace, corpus):
        crawl(workspace, corpus, PRINTS)
        before = snapshot(corpus)
        told = reextract(workspace, corpus, now=NOW)
        after, revisions = snapshot(corpus), corpus._rows("SELECT * FROM revisions")
    older()
    with opened(tmp_path / "newer") as (workspace, corpus):
        crawl(workspace, corpus, PRINTS)
        expected = snapshot(corpus)

    assert before != expected
    for rows, wanted in zip(after, expected, strict=True):
        assert [row for row in rows if row not in wanted] == []
        assert len(rows) == len(wanted)
    assert revisions == [], "a correction is no revision by the outlet"
    assert told.accepted > 0
    assert told.fields["text"] > 0
    assert told.fields["title"] > 0


def test_a_page_that_is_no_article_any_more_leaves_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = print_of(next(t for t in taught.TEXTS if t.topic == "story" and t.language == "en"))

    def read(body: bytes, url: str, *args: Any, **kwargs: Any) -> PageRead:
        if url != listing.url:
            return read_page(body, url, *args, **kwargs)
        whole = read_page(one.body, url, *args, **kwargs)
        assert whole.article is not None
        return whole

    listing = Print(
        url="http://lists.test/about-us", title="About us", published=one.published,
        paragraphs=one.paragraphs,
    )  # fmt: skip
    monkeypatch.setattr(taught, "read_page", read)
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, [listing, *PRINTS[1:6]])
        assert corpus.holds_text(page_of(corpus, listing.url))
        told = reextract(workspace, corpus, now=NOW)
        row = corpus.find_page("lists.test/about-us")
        articles = corpus._rows("SELECT a.page FROM articles a WHERE a.page NOT IN "
                                "(SELECT page FROM texts)")  # fmt: skip

        assert told.refused == 1
        assert row is not None
        assert row["outcome"] == "rejected"
        assert row["reason"].startswith("static-page")
        assert not corpus.holds_text(row["id"])
        assert articles == []


def test_a_second_pass_changes_nothing(tmp_path: Path, older: Callable[[], None]) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[:12])
        reextract(workspace, corpus, now=NOW)
        first = snapshot(corpus)
        told = reextract(workspace, corpus, now=NOW)

        assert (told.corrected, told.refused, told.accepted) == (0, 0, 0)
        assert told.same == told.read == 12
        assert snapshot(corpus) == first
    older()


def test_a_trial_tells_what_a_pass_does_and_writes_nothing(
    tmp_path: Path, older: Callable[[], None]
) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[:12])
        before = corpus.everything()
        with closing(workspace.corpus(readonly=True)) as still:
            trial = reextract(workspace, still, now=NOW, is_trial=True)
        untouched = corpus.everything()
        told = reextract(workspace, corpus, now=NOW)

    assert untouched == before
    assert trial.fields == told.fields
    assert trial.examples == told.examples
    assert (trial.corrected, trial.accepted) == (told.corrected, told.accepted)
    older()


def test_only_what_was_asked_for_is_read(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[:12])
        outlet = corpus._value("SELECT outlet FROM pages ORDER BY id LIMIT 1")
        of_one = corpus._value("SELECT count(*) FROM pages WHERE outlet = ?", (outlet,))
        some = reextract(workspace, corpus, now=NOW, outlet=outlet, is_trial=True)
        none = reextract(workspace, corpus, now=NOW, since=NOW.replace(year=2030), is_trial=True)

    assert some.read == of_one
    assert none.read == 0


def test_a_page_whose_archive_is_gone_stays_and_is_counted(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[:6])
        before = snapshot(corpus)
        for file in workspace.settings.archive_path.iterdir():
            file.unlink()
        told = reextract(workspace, corpus, now=NOW)

        assert (told.read, told.missing) == (0, 6)
        assert snapshot(corpus) == before


def test_a_page_that_cannot_be_read_stays_and_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(*_: Any, **__: Any) -> PageRead:
        detail = "AttributeError: no such thing"
        said = Rejection(stage=Stage.EXTRACT, reason=Reason.CRASHED, detail=detail)
        return PageRead(article=None, rejection=said)

    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[:3])
    monkeypatch.setattr(page_readers, "read_page", crash)
    assert main(["-w", str(tmp_path), "reextract"]) == 0
    said = capsys.readouterr().out

    assert "3 could not be read and stay as they are" in said
    told = f"{Reason.CRASHED}: AttributeError: no such thing"
    assert all(f"{one.url}: {told}" in said for one in PRINTS[:3])


def test_a_page_at_which_we_fail_stays_and_is_named_and_the_others_are_corrected(
    tmp_path: Path, older: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[4:8])
    older()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(page_readers, "read_page", says_nothing_of(PRINTS[5].url))
        trial = main(["-w", str(tmp_path), "reextract", "--dry-run"]), capsys.readouterr().out
        done = main(["-w", str(tmp_path), "reextract"]), capsys.readouterr().out

    for code, said in (trial, done):
        assert code == 6
        assert "1 stay as they are for a fault of ours; the log has it" in said
        assert f"{PRINTS[5].url}: a fault of ours: AssertionError()" in said
        assert "1 the same\n2 were corrected: text 2" in said.replace("would be", "were")
    assert main(["-w", str(tmp_path), "reextract"]) == 0
    assert "1 were corrected: text 1" in capsys.readouterr().out


def says_nothing_of(url: str) -> Callable[..., PageRead]:
    """A reader with a fault: of one page it says neither what it is nor why it is none."""

    def read(body: bytes, at: str, *args: Any, **kwargs: Any) -> PageRead:
        if at == url:
            return PageRead(article=None, rejection=None)
        return read_page(body, at, *args, **kwargs)

    return read


@dataclass
class AllAtOnce:
    """Has all pages written in one transaction, at one of which we fail."""

    corpus: Corpus
    url: str
    pages_at_once: int = 100

    def after(
        self, page: int, since: datetime | None, outlet: str | None, archive: ArchivedPages
    ) -> Iterator[tuple[Any, PageRead | Unread]]:
        rows = self.corpus.archived_after(page, since=since, outlet=outlet, limit=100)
        for row, read in archive.readings(rows):
            yield row, PageRead(article=None, rejection=None) if row["url"] == self.url else read


def test_a_page_at_which_we_fail_undoes_no_other(tmp_path: Path, older: Callable[[], None]) -> None:
    passes: list[tuple[tuple[int, int, int], int, Any]] = []
    for fails_at in (PRINTS[6].url, ""):
        with opened(tmp_path / str(len(passes))) as (workspace, corpus):
            crawl(workspace, corpus, PRINTS[:12])
            told = reextract(workspace, corpus, now=NOW, readings=AllAtOnce(corpus, fails_at))
            first = told.read, told.errors, told.same + told.corrected + told.accepted
            again = reextract(workspace, corpus, now=NOW)
            passes.append((first, again.corrected, snapshot(corpus)))
    older()

    (faulty, corrected, after), (sound, nothing, expected) = passes
    assert (faulty, sound) == ((12, 1, 11), (12, 0, 12))
    assert (corrected, nothing) == (1, 0)
    assert after == expected


def test_what_readers_said_stands(tmp_path: Path, older: Callable[[], None]) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[:16])
        pages = corpus.texts_after(0, limit=99)
        for number, page in enumerate(pages[:6]):
            corpus.label(page, is_yes=number % 2 == 0, by="reader", now=NOW)
        rejudge(workspace, corpus, now=NOW)
        labels = corpus.labels_of(pages)
        reextract(workspace, corpus, now=NOW)
        standing = corpus.standing_of(pages[:6])

        assert len(labels) == 6
        assert corpus.labels_of(pages) == labels
        assert all((standing[page] == "off-topic") != labels[page].is_yes for page in pages[:6])
    older()


def test_stopped_at_any_page_it_goes_on_there(tmp_path: Path, older: Callable[[], None]) -> None:
    with opened(tmp_path / "whole") as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[:12])
        whole = reextract(workspace, corpus, now=NOW)
        expected = snapshot(corpus)
    with opened(tmp_path / "parts") as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[:12])
        parts = [reextract(workspace, corpus, now=NOW, is_stopped=lambda: True) for _ in range(12)]
        last = reextract(workspace, corpus, now=NOW)

        assert [part.read for part in parts] == [1] * 12
        assert last.read == 0
        assert sum(part.corrected for part in parts) == whole.corrected
        assert snapshot(corpus) == expected
    older()


AGAIN = """
import sys; from datetime import UTC, datetime; from pathlib import Path
from ingest.reextract import reextract; from ingest.workspace import Workspace
workspace = Workspace.open(Path(sys.argv[1]), {})
reextract(workspace, workspace.corpus(), now=datetime(2025, 7, 3, 12, tzinfo=UTC))
"""


def test_killed_at_any_moment_it_ends_with_the_same_corpus(
    tmp_path: Path, older: Callable[[], None]
) -> None:
    with opened(tmp_path / "calm") as (workspace, corpus):
        crawl(workspace, corpus, PRINTS)
        reextract(workspace, corpus, now=NOW)
        expected = snapshot(corpus)
    with opened(tmp_path / "shaken") as (workspace, corpus):
        crawl(workspace, corpus, PRINTS)
    kills = sum(kill_at(tmp_path / "shaken", page) for page in (1, 6, 14))
    with opened(tmp_path / "shaken") as (workspace, corpus):
        reextract(workspace, corpus, now=NOW)
        after = snapshot(corpus)

    assert kills >= 2
    for rows, wanted in zip(after, expected, strict=True):
        assert rows == wanted
    older()


def kill_at(folder: Path, page: int) -> bool:
    """Kill a pass with all it started, once it has come to a page."""
    child = subprocess.Popen(
        [sys.executable, "-c", AGAIN, str(folder)], start_new_session=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + PATIENCE_S
    while child.poll() is None and time.monotonic() < until:
        with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
            stored = corpus.state("reextracting") or '["", 0]'
        if int(stored.rpartition(" ")[2].rstrip("]")) >= page:
            os.killpg(child.pid, signal.SIGKILL)
            break
        time.sleep(0.01)
    return child.wait() == -signal.SIGKILL


def test_the_command_tells_and_corrects(
    tmp_path: Path, older: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[:8])
    assert main(["-w", str(tmp_path), "reextract", "--dry-run"]) == 0
    trial = capsys.readouterr().out
    assert main(["-w", str(tmp_path), "reextract", "--since", "2025-01-01"]) == 0
    done = capsys.readouterr().out

    assert "8 pages read again" in trial
    assert "would be corrected" in trial
    assert "were corrected" in done
    older()


@pytest.mark.parametrize("since", ["yesterday", "2025-13-01"])
def test_a_day_that_is_none_is_a_usage_error(tmp_path: Path, since: str) -> None:
    make_workspace(tmp_path)

    assert main(["-w", str(tmp_path), "reextract", "--since", since]) == 2


def test_every_text_names_what_read_it_down_to_the_rules() -> None:
    body = PRINTS[0].body
    read = read_page(body, PRINTS[0].url, "utf-8", "text/html", now=NOW)

    assert read.article is not None
    assert read.article.extractor.endswith(f" · {imprint()}")
    assert len(read.article.extractor.split(" · ")) == 3
    assert imprinted("own", "") == f"own · {imprint()}"


def test_fields_that_nobody_sees_are_no_change() -> None:
    one = Article(url="http://a.test/", title="A title", text="A text.", extractor="old 1")
    other = replace(one, extractor="new 2", links=(("http://b.test/", "b"),))

    assert changed_fields(one, other) == ()
    assert changed_fields(one, replace(other, kind=Kind.LIVE)) == ("kind",)


def test_a_time_stated_to_the_millisecond_is_no_change(tmp_path: Path) -> None:
    exact = PRINTS[0].published.replace(microsecond=123000)
    one = replace(PRINTS[0], published=exact)
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, [one, *PRINTS[1:5]])
        told = reextract(workspace, corpus, now=NOW, is_trial=True)

    assert told.same == told.read == 5
