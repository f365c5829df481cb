"""The archive read again within limits: poison is named once, and costs nothing but itself."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from ingest import archived_pages
from ingest.archived_pages import ArchivedPages, Unread
from ingest.cli import main
from ingest.items import Reason
from ingest.reextract import reextract
from ingest.rejudge import before_run, read_archived, rejudge
from ingest.site_memory import SitesLearned, remember_sites
from tests.poisoned import LIMITS, poison
from tests.rows import NOW
from tests.taught import (
    TEXTS,
    all_prints,
    crawl,
    make_workspace,
    opened,
    page_of,
    print_of,
    snapshot,
)

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.corpus import Corpus

FAR = [text for text in TEXTS if text.language == "en" and text.topic == "far"]
PRINTS = [print_of(text) for text in FAR[:5]]
ENDS = {
    "hang": f"{Reason.TIMED_OUT}: over 2 s",
    "crash": f"{Reason.CRASHED}: SIGSEGV",
    "devour": f"{Reason.CRASHED}: over 256 MiB",
}
BAD = [print_of(text, title=title) for text, title in zip(FAR[5:], ENDS, strict=False)]


def rows_of(corpus: Corpus) -> list[dict[str, Any]]:
    rows = [corpus.archived(page) for page in range(1, corpus.count_numbers()[0] + 1)]
    return [row for row in rows if row]


def lineless(corpus: Corpus) -> None:
    """As a corpus was before lines were kept."""
    with corpus.transaction():
        for table in ("site_pages", "sites", "blocks"):
            corpus._run(f"DELETE FROM {table}")


def test_pages_come_in_order_and_poison_is_named_once(tmp_path: Path) -> None:
    told: list[Unread] = []
    mixed = [PRINTS[0], BAD[1], PRINTS[1], BAD[0], BAD[2], *PRINTS[2:]]
    with opened(tmp_path, toml=LIMITS) as (workspace, corpus):
        crawl(workspace, corpus, mixed)
        with poison(), closing(ArchivedPages(workspace, tell=told.append)) as archive:
            ends = list(archive.readings(rows_of(corpus)))
            again = archive.read(rows_of(corpus)[1])

    assert [row["url"] for row, _ in ends] == [one.url for one in mixed]
    named = {one.url: ENDS[one.title] for one in BAD}
    assert {one.url: one.why for _, one in ends if isinstance(one, Unread)} == named
    assert isinstance(again, Unread)
    assert sorted(one.url for one in told) == sorted(named), "each once"


def test_what_the_archive_has_no_more_is_told_apart(tmp_path: Path) -> None:
    told: list[Unread] = []
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[:1])
        for file in workspace.settings.archive_path.iterdir():
            file.unlink()
        with closing(ArchivedPages(workspace, tell=told.append)) as archive:
            (end,) = [read for _, read in archive.readings(rows_of(corpus))]

        assert isinstance(end, Unread)
        assert end.is_missing
        assert told == []
        assert read_archived(workspace, rows_of(corpus)[0]) is None


@pytest.fixture
def mixed_up(tmp_path: Path) -> Path:
    """A workspace whose archive was merged with that of another, by hand."""
    for folder, one in (("ours", PRINTS[0]), ("theirs", PRINTS[1])):
        with opened(tmp_path / folder) as (workspace, corpus):
            crawl(workspace, corpus, [one])
    for file in (tmp_path / "theirs" / "archive").iterdir():
        file.replace(tmp_path / "ours" / "archive" / file.name)
    return tmp_path / "ours"


def test_another_page_in_the_place_of_one_is_not_taken_for_it(
    mixed_up: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(mixed_up) as (workspace, corpus):
        before = snapshot(corpus), corpus._rows("SELECT reason FROM pages")
        told = reextract(workspace, corpus, now=NOW)
        after = snapshot(corpus), corpus._rows("SELECT reason FROM pages")
        (page,) = rows_of(corpus)

    assert (told.read, told.missing, told.misplaced, told.failed) == (0, 1, 1, 0)
    assert [(one.url, one.why) for one in told.unread] == [
        (
            PRINTS[0].url,
            f"the archive has {PRINTS[1].url} in its place, at byte 0 of {page['warc']}",
        )
    ]
    assert after == before
    assert main(["-w", str(mixed_up), "reextract", "--dry-run", "--processes", "1"]) == 0
    said = capsys.readouterr().out
    assert "1 not in the archive any more, which has other pages for 1 of them" in said
    assert f"  {PRINTS[0].url}: the archive has {PRINTS[1].url}" in said


def test_a_page_to_which_its_own_fetch_was_led_is_taken_for_it(mixed_up: Path) -> None:
    with opened(mixed_up) as (workspace, corpus):
        length = len(PRINTS[1].body)
        with corpus.transaction():
            corpus._run("UPDATE fetches SET bytes = ?", (length,))
        (led,) = rows_of(corpus)
        later = led | {"archived_at": "2025-07-03T12:00:01Z"}
        ends = [read_archived(workspace, row) for row in (led, later, led | {"archived_at": None})]

    assert [end is not None for end in ends] == [True, False, False]


def test_no_reader_is_started_where_nothing_is_to_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(**_: Any) -> None:
        pytest.fail("readers were started")

    monkeypatch.setattr(archived_pages, "PageReaders", start)
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, [one for one in all_prints() if one.url not in ENDS][:12])
        knowledge = before_run(workspace, corpus, now=NOW)
        told = remember_sites(workspace, corpus, knowledge, now=NOW)
        before_run(workspace, corpus, now=NOW)

    assert told.read == 0


def test_poison_in_the_archive_stops_no_site_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(tmp_path, toml=LIMITS) as (workspace, corpus):
        crawl(workspace, corpus, [PRINTS[0], BAD[2], *PRINTS[1:], BAD[1]])
        lineless(corpus)
        knowledge = before_run(workspace, corpus, now=NOW)
        with poison():
            first = remember_sites(workspace, corpus, knowledge, now=NOW)
            second = remember_sites(workspace, corpus, knowledge, now=NOW)
        noted = corpus._rows("SELECT p.url FROM site_pages s JOIN pages p ON p.id = s.page")

    assert (first.read, first.unread, first.is_done) == (7, 2, True)
    assert second == SitesLearned()
    assert {row["url"] for row in noted} == {one.url for one in PRINTS}
    said = [vars(record)["seedbed_fields"] for record in caplog.records]
    assert said == [{"url": one.url, "why": ENDS[one.title]} for one in (BAD[2], BAD[1])]


def test_poison_ends_a_pass_before_it_costs_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.site_memory._MOST_UNREAD", 1)
    with opened(tmp_path, toml=LIMITS) as (workspace, corpus):
        crawl(workspace, corpus, [BAD[1], BAD[2], *PRINTS])
        lineless(corpus)
        knowledge = before_run(workspace, corpus, now=NOW)
        with poison():
            passes = [remember_sites(workspace, corpus, knowledge, now=NOW) for _ in range(3)]

    assert [one.unread for one in passes] == [1, 1, 0]
    assert [one.is_done for one in passes] == [False, False, True]
    assert sum(one.read for one in passes) == 7


def test_poison_in_the_archive_stays_as_it_was_judged(tmp_path: Path) -> None:
    """A newer topic reads off-topic pages again, and what is behind the poison as well."""
    other = {"other.txt": FAR[3].title.encode() + b"\n" + "\n".join(FAR[3].paragraphs).encode()}
    with opened(tmp_path, toml=LIMITS) as (workspace, corpus):
        crawl(workspace, corpus, [BAD[0], BAD[1], *PRINTS])
        before = {row["key"]: row for row in snapshot(corpus)[2]}
        with poison():
            _, told = rejudge(make_workspace(tmp_path, other, LIMITS), corpus, now=NOW)
        after = {row["key"]: row for row in snapshot(corpus)[2]}
        keys = [corpus.key_of(page_of(corpus, one.url)) for one in BAD[:2]]

        assert page_of(corpus, PRINTS[3].url) in told.came_in
        assert [after[key] for key in keys] == [before[key] for key in keys]
