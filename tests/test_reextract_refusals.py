"""Pages of the archive that are no articles by the rules of today, and what is told of them."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from ingest import reextract as reextracting
from ingest.cli import main
from ingest.extract import PageRead, read_page
from ingest.reextract import Reextracted, reextract
from ingest.rejudge import rejudge
from tests import taught
from tests.rows import NOW
from tests.taught import (
    TEXTS,
    Print,
    crawl,
    make_workspace,
    opened,
    page_of,
    print_of,
    snapshot,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENGLISH = [text for text in TEXTS if text.language == "en"]
STORY = [print_of(text) for text in ENGLISH if text.topic == "story"]
FAR = [print_of(text) for text in ENGLISH if text.topic == "far"]


def on_static_page(one: Print, number: int) -> Print:
    """A text where today's rules see a page about the site, of which an older version knew none."""
    return Print(f"http://lists{number}.test/about-us", "About us", one.paragraphs, one.published)


STATIC = [on_static_page(one, number) for number, one in enumerate([STORY[0], *FAR[:2]])]
PAGES = [*STATIC, *STORY[1:5], *FAR[2:4]]
OWN = {one.url: one for one in [STORY[0], *FAR[:2]]}


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Pages are taken in by a version that knew no static pages, until this is called."""
    texts = {one.url: known for one, known in zip(STATIC, OWN.values(), strict=True)}

    def read(body: bytes, url: str, *args: Any, **kwargs: Any) -> PageRead:
        if url not in texts:
            return read_page(body, url, *args, **kwargs)
        return read_page(texts[url].body, texts[url].url, *args, **kwargs)

    monkeypatch.setattr(taught, "read_page", read)
    return monkeypatch.undo


def lines_kept(corpus: Any) -> list[dict[str, Any]]:
    return list(
        corpus._rows("SELECT p.key FROM site_pages s JOIN pages p ON p.id = s.page ORDER BY p.key")
    )


def test_refused_pages_end_as_if_they_had_been_refused_from_the_start(
    tmp_path: Path, older: Callable[[], None]
) -> None:
    with opened(tmp_path / "older") as (workspace, corpus):
        crawl(workspace, corpus, PAGES)
        stood = corpus.standing_of([page_of(corpus, one.url) for one in STATIC])
        told = reextract(workspace, corpus, now=NOW)
        after, lines = snapshot(corpus), lines_kept(corpus)
        again = reextract(workspace, corpus, now=NOW)
    older()
    with opened(tmp_path / "newer") as (workspace, corpus):
        crawl(workspace, corpus, PAGES)
        expected, wanted = snapshot(corpus), lines_kept(corpus)

    assert sorted(stood.values()) == ["article", "off-topic", "off-topic"]
    assert told.refused == 3
    assert (again.refused, again.same) == (0, len(PAGES))
    assert after == expected
    assert lines == wanted


def test_a_trial_counts_and_names_what_would_be_refused(
    tmp_path: Path, older: Callable[[], None]
) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PAGES)
        with closing(workspace.corpus(readonly=True)) as still:
            trial = reextract(workspace, still, now=NOW, is_trial=True)
        told = reextract(workspace, corpus, now=NOW)

    assert trial.refused == told.refused == 3
    assert trial.examples == told.examples
    assert [one.before["outcome"] for one in told.examples] == ["article", "off-topic", "off-topic"]
    assert all(one.after["outcome"].startswith("rejected: static-page") for one in told.examples)
    older()


def test_a_text_that_a_reader_judged_stays_and_is_counted_apart(
    tmp_path: Path, older: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PAGES)
        page = page_of(corpus, STATIC[0].url)
        corpus.label(page, is_yes=True, by="reader", now=NOW)
        rejudge(workspace, corpus, now=NOW)
        passes = [reextract(workspace, corpus, now=NOW) for _ in range(2)]

        assert [(told.refused, told.labelled) for told in passes] == [(2, 1), (0, 1)]
        assert corpus.holds_text(page)
        assert corpus.standing_of([page]) == {page: "article"}
    assert main(["-w", str(tmp_path), "reextract", "--dry-run"]) == 0
    said = capsys.readouterr().out

    assert "1 kept for a reader's label: no articles" in said
    assert "refused" not in said
    older()


def test_a_refusal_keeps_whose_capture_it_was(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, STATIC[:1])
        page = page_of(corpus, STATIC[0].url)
        with corpus.transaction():
            reason = corpus._value("SELECT reason FROM pages WHERE id = ?", (page,))
            said = f"{reason}; as captured 2025-11-22 00:01 UTC: a.warc.gz, byte 0"
            corpus._run("UPDATE pages SET reason = ? WHERE id = ?", (said, page))
        same = reextract(workspace, corpus, now=NOW)
        with corpus.transaction():
            other = said.replace(reason, "list: 41 links")
            corpus._run("UPDATE pages SET reason = ? WHERE id = ?", (other, page))
        reextract(workspace, corpus, now=NOW)

        assert (same.same, same.changed) == (1, 0)
        assert corpus._value("SELECT reason FROM pages WHERE id = ?", (page,)) == said


def test_a_far_page_keeps_whose_capture_it_was(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PAGES)
        said = "; as captured 2025-11-22 00:01 UTC: a.warc.gz, byte 0"
        with corpus.transaction():
            corpus._run("UPDATE pages SET reason = reason || ?", (said,))
        reextract(workspace, corpus, now=NOW)
        far = corpus._rows("SELECT reason FROM pages WHERE outcome = 'off-topic'")

        assert far
        assert all(row["reason"].endswith(said) for row in far)


def test_another_reason_of_a_refusal_is_told_and_written(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PAGES)
        page = page_of(corpus, STATIC[0].url)
        with corpus.transaction():
            reason = corpus._value("SELECT reason FROM pages WHERE id = ?", (page,))
            corpus._run("UPDATE pages SET reason = 'list: 41 links' WHERE id = ?", (page,))
        told = reextract(workspace, corpus, now=NOW)

        assert told.renamed == told.changed == 1
        assert told.examples[0].before == {"reason": "list: 41 links"}
        assert told.examples[0].after == {"reason": reason}
        assert corpus._value("SELECT reason FROM pages WHERE id = ?", (page,)) == reason


def test_a_trial_lists_address_field_before_and_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def read(body: bytes, url: str, *args: Any, **kwargs: Any) -> PageRead:
        other = body.replace(b"</h1><p>", b"</h1><p>Earlier than all the rest, it was read so. ")
        return read_page(other, url, *args, **kwargs)

    monkeypatch.setattr(taught, "read_page", read)
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, STORY[:4])
    monkeypatch.undo()
    monkeypatch.setattr(reextracting, "_SHOWN", 2)
    assert main(["-w", str(tmp_path), "reextract", "--dry-run"]) == 0
    lines = capsys.readouterr().out.splitlines()
    at = lines.index("what would change:")

    assert lines[at + 1] == f"  {STORY[0].url}"
    assert lines[at + 2].startswith("    text: +0 -9 words, Earlier than all the rest")
    assert f" -> {STORY[0].paragraphs[0][:40]}" in lines[at + 2]
    assert lines[-1] == "  and 1 more"


def test_an_unknown_outlet_is_a_mistake_that_names_those_like_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, [on_static_page(STORY[1], number) for number in range(7)])
        before = corpus.everything()

    def said_of(outlet: str) -> str:
        assert main(["-w", str(tmp_path), "reextract", "--outlet", outlet]) == 2
        return capsys.readouterr().err

    assert "the archive has no page of list1.test; did you mean lists1.test?" in said_of(
        "list1.test"
    )
    far = said_of("http://wholly-other-place.example/news")
    assert "no page of wholly-other-place.example; there are lists0.test, " in far
    assert "and 2 more" in far
    with opened(tmp_path) as (_, corpus):
        assert corpus.everything() == before
    assert main(["-w", str(tmp_path), "reextract", "--outlet", "lists3.test", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["read"] == 1


def test_an_empty_archive_has_no_outlet_to_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_workspace(tmp_path).corpus().close()

    assert main(["-w", str(tmp_path), "reextract", "--outlet", "a.test"]) == 2
    assert "the archive has no page of a.test\n" in capsys.readouterr().err


def test_what_is_cut_short_says_how_much_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest.archive_commands import _lines
    from ingest.archived_pages import Unread

    monkeypatch.setattr(reextracting, "_SHOWN", 2)
    told = Reextracted()
    for number in range(5):
        told.note_failure(Unread(url=f"http://a.test/{number}", why="extraction-crashed"))
    lines = list(_lines(told, is_trial=True))

    assert lines[-3:] == [
        "  http://a.test/0: extraction-crashed", "  http://a.test/1: extraction-crashed",
        "  and 3 more",
    ]  # fmt: skip
