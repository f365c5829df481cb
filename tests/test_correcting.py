"""After an upgrade the same bytes are no revision, and changed ones only by what changed."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ingest.archive import Archive
from ingest.archived_pages import ArchivedPages, Unread
from ingest.corpus import Corpus
from ingest.corpus.texts import pack
from ingest.correcting import outdated, take_page
from ingest.demo.resource import Resource
from ingest.demo.server import serve
from ingest.extract import PageRead, read_page
from ingest.intake import Intake
from ingest.items import Outcome
from ingest.rejudge import before_run
from ingest.revisions import Side, diff
from tests import preloaded, taught
from tests.demo_web import ask, environment
from tests.rows import NOW, fetched
from tests.taught import Print, crawl, opened, page_of, snapshot
from tests.test_middlewares import crawl_list, make_workspace
from tests.test_reextract import PRINTS, TICKER, as_before, way_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from ingest.items import Judged
    from ingest.workspace import Workspace


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Pages are taken in as an older version read them, until what is returned is called."""

    def read(body: bytes, url: str, *args: Any, **kwargs: Any) -> PageRead:
        return as_before(read_page(body, url, *args, **kwargs), url)

    monkeypatch.setattr(taught, "read_page", read)
    return monkeypatch.undo


def fetch_again(workspace: Workspace, corpus: Corpus, prints: Iterable[Print]) -> list[Judged]:
    """Take pages in as a later run does that reads by the present rules."""
    knowledge = before_run(workspace, corpus, now=NOW)
    run = corpus.start_run(spider="frontier", trigger="command", version="test", now=NOW)
    intake = Intake(corpus, knowledge, workspace.settings, run)
    archive = Archive(workspace.settings.archive_path, run=run, spider="frontier")
    judged: list[Judged] = []
    with closing(ArchivedPages(workspace)) as pages:
        for one in prints:
            page = page_of(corpus, one.url)
            read = read_page(one.body, one.url, "utf-8", "text/html", now=NOW)
            row = outdated(corpus, page, read)
            before = pages.read(row) if row else None
            offset = archive.append(
                url=one.url, status=200, headers=[("Content-Type", "text/html; charset=utf-8")],
                body=one.body, fetched_at=NOW,
            )  # fmt: skip
            response = fetched(
                page, one.url, body=one.body, warc=archive.name, warc_offset=offset,
                encoding="utf-8",
            )  # fmt: skip
            known = None if isinstance(before, Unread) else before
            judged.append(take_page(workspace, intake, response, read, known))
    archive.close()
    corpus.finish_run(run, outcome="finished", requests=0, message=None, now=NOW)
    return judged


def test_same_bytes_after_an_upgrade_are_no_revision(
    tmp_path: Path, older: Callable[[], None]
) -> None:
    with opened(tmp_path / "older") as (workspace, corpus):
        crawl(workspace, corpus, PRINTS)
        before = snapshot(corpus)
        fetch_again(workspace, corpus, PRINTS)
        after = snapshot(corpus)
        revisions = corpus._value("SELECT count(*) FROM revisions")
        outcomes = {row["outcome"] for row in corpus._rows(
            "SELECT f.outcome FROM fetches f JOIN texts t ON t.page = f.page WHERE f.run = 2"
        )}  # fmt: skip
    older()
    with opened(tmp_path / "newer") as (workspace, corpus):
        crawl(workspace, corpus, PRINTS)
        fetch_again(workspace, corpus, PRINTS)
        expected = snapshot(corpus)

    assert revisions == 0
    assert Outcome.REVISION not in outcomes
    assert before != expected
    for rows, wanted in zip(after, expected, strict=True):
        assert [row for row in rows if row not in wanted] == []
        assert len(rows) == len(wanted)


def with_one_more(one: Print) -> Print:
    more = "A spokesman for the outlet added that one more thing was said about Azerbaijan today."
    return replace(one, paragraphs=(*one.paragraphs, more))


@pytest.mark.parametrize("way", [1, 2])  # with a ticker; cut short
def test_changed_bytes_after_an_upgrade_are_one_revision_of_what_changed(
    way: int, tmp_path: Path, older: Callable[[], None]
) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, [one for one in PRINTS if way_of(one.url) == way])
        (url, *_) = (row["url"] for row in corpus._rows(
            "SELECT url FROM pages WHERE outcome = 'article' ORDER BY url"
        ))  # fmt: skip
        one = next(one for one in PRINTS if one.url == url)
        (judged,) = fetch_again(workspace, corpus, [with_one_more(one)])
        (change,) = corpus._rows("SELECT * FROM revisions")
        now = corpus.text_of(page_of(corpus, one.url))
    older()

    assert judged.outcome == Outcome.REVISION
    assert now is not None
    pieces = diff(change["text"], now.text)
    assert [piece.text.strip() for piece in pieces if piece.side != Side.KEPT] == [
        with_one_more(one).paragraphs[-1]
    ]
    assert (change["words_added"], change["words_removed"]) == (15, 0)


def test_what_the_archive_has_no_more_is_taken_for_a_correction_and_says_so(
    tmp_path: Path, older: Callable[[], None]
) -> None:
    one = next(one for one in PRINTS if way_of(one.url) == 1)
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, [one])
        for file in workspace.settings.archive_path.iterdir():
            file.unlink()
        (judged,) = fetch_again(workspace, corpus, [one])
        reason = corpus._value("SELECT reason FROM fetches ORDER BY id DESC")
        stored = corpus.text_of(page_of(corpus, one.url))
        again = fetch_again(workspace, corpus, [with_one_more(one)])
    older()

    assert judged.outcome == Outcome.UNCHANGED
    assert "another version read it" in reason
    assert stored is not None
    assert TICKER.strip() not in stored.text
    assert [one.outcome for one in again] == [Outcome.REVISION]


LEAD = (
    "President Ilham Aliyev of Azerbaijan challenged Vladimir Putin over the crash of an "
    "Azerbaijani plane, and asked Russia to admit that it shot at the plane by mistake. "
)
BODY = (
    "Officials in Baku said at the talks between Azerbaijan and Russia that at least 37 of the "
    "people aboard the Azerbaijan Airlines flight to Grozny died when it crashed near Aktau."
)


def test_a_crawl_corrects_compares_and_follows_redirects(tmp_path: Path) -> None:
    """Over real requests: four pages, then an upgrade, changes and redirects."""
    names = ("same", "changed", "home", "section")
    prints = {
        name: Print(
            url=f"http://news.test/2025/{name}", title=f"Azerbaijan and Russia: {name}",
            paragraphs=(LEAD + name, BODY, f"The story of {name} goes on in Azerbaijan. " * 5),
            published=NOW,
        )
        for name in names
    }  # fmt: skip
    resources = {("news.test", f"/2025/{name}"): page_resource(prints[name]) for name in names}
    folder = make_workspace(tmp_path / "w", [one.url for one in prints.values()])
    with serve(resources) as server:
        assert crawl_list(folder, environment(server)).returncode == 0
    kept = ask(folder, "SELECT outcome FROM pages WHERE url LIKE '%/2025/%'")
    assert sorted(row["outcome"] for row in kept) == ["article", "copy", "copy", "copy"]
    misread(folder)

    changed = replace(
        prints["changed"],
        paragraphs=tuple(line.replace("37", "38") for line in prints["changed"].paragraphs),
    )
    links = "".join(f'<li><a href="/2025/{n}">Item {n} of a list</a></li>' for n in range(60))
    resources |= {
        ("news.test", "/2025/changed"): page_resource(changed),
        ("news.test", "/2025/home"): moved("/"),
        ("news.test", "/2025/section"): moved("/news/"),
        ("news.test", "/"): Resource(body=b"<html><body><p>Home.</p></body></html>"),
        ("news.test", "/news/"): Resource(
            body=f"<html><body><h1>News</h1><ul>{links}</ul></body></html>".encode()
        ),
    }
    with serve(resources) as server:
        done = preloaded.scrapy("crawl", "frontier", cwd=folder, env=environment(server))
    assert done.returncode == 0, done.stderr
    told = ask(
        folder,
        "SELECT p.url, f.outcome FROM fetches f JOIN pages p ON p.id = f.page "
        "WHERE f.run = (SELECT max(id) FROM runs) AND p.url LIKE '%/2025/%' ORDER BY p.url",
    )
    revisions = ask(folder, "SELECT words_added, words_removed, text FROM revisions")
    happened = ask(
        folder,
        "SELECT p.url, e.kind FROM events e JOIN pages p ON p.id = e.page "
        "WHERE e.kind <> 'lead' ORDER BY p.url",
    )

    assert {row["url"].rpartition("/")[2]: row["outcome"] for row in told} == {
        "same": "unchanged", "changed": "revision", "home": "gone", "section": "gone",
    }  # fmt: skip
    assert [(row["words_added"], row["words_removed"]) for row in revisions] == [(1, 1)]
    assert TICKER.strip() not in revisions[0]["text"]
    assert [(row["url"].rpartition("/")[2], row["kind"]) for row in happened] == [
        ("home", "moved-home"),
        ("section", "moved-home"),
    ]
    assert ask(folder, "SELECT id FROM articles WHERE text LIKE '%Gold slips%'") == []


def page_resource(one: Print) -> Resource:
    return Resource(body=one.body, content_type="text/html; charset=utf-8")


def moved(to: str) -> Resource:
    return Resource(status=301, location=f"http://news.test{to}")


def misread(folder: Path) -> None:
    """Let the corpus hold what an older version read, and have every page due."""
    with closing(Corpus(folder / "corpus.db")) as corpus, corpus.transaction():
        for page in corpus.texts_after(0, limit=9):
            stored = corpus.text_of(page)
            assert stored is not None
            older = replace(stored, text=stored.text + TICKER, extractor="generic · 0 · old")
            corpus._run("UPDATE texts SET article_z = ? WHERE page = ?", (pack(older), page))
            corpus._run("UPDATE articles SET text = ? WHERE page = ?", (older.text, page))
        corpus._run("UPDATE pages SET next_check = '2020-01-01' WHERE article IS NOT NULL")
