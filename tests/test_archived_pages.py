"""The archive read again within limits: poison is named once, and costs nothing but itself."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from ingest import archived_pages
from ingest.archived_pages import ArchivedPages, Unread
from ingest.items import Reason
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
