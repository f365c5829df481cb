"""Hostile pages, feeds, sitemaps and robots.txt by the path of all others: each has its outcome."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from ingest.text import clean_controls
from tests.demo_web import ask
from tests.hostile.crawls import Seen, ours
from tests.hostile.listings import feeds, robots, sitemaps
from tests.hostile.pages import articles, pages
from tests.hostile.server import Asked, Listener, Part, head, page
from tests.hostile.warcs import GOOD, warcs
from tests.test_middlewares import make_workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.long

#: Seconds of the processor that the event loop may work in one go. On a machine of its own that
#: is how long it stands still; on a busy one it would stand still without working.
_LONGEST_S = 0.5
_KEPT = {"article", "copy", "off-topic"}
_ENDS = _KEPT | {"rejected", "failed", "robots"}
_SETTINGS = """
[crawl]
delay_s = 0.0
timeout_s = 10
extract_timeout_s = 4
max_pages_per_run = 70
[polling]
patience_s = 0
[sources]
sites = {sites}
feeds = {feeds}
sitemaps = {sitemaps}
"""

ARTICLES, PAGES = articles(), pages()
FEEDS, SITEMAPS, ROBOTS = feeds(), sitemaps(), robots()
FILES = {**ARTICLES, **PAGES, **FEEDS, **SITEMAPS, **ROBOTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A workspace after it met them all, and what the witness of each crawl saw."""

    folder: Path
    seen: dict[str, Seen]
    secrets: int  #: requests for what a WARC file should not make us ask for


def _answer(asked: Asked) -> Iterable[Part]:
    name = asked.host.removesuffix(".test")
    if (asked.target == "/robots.txt") != (name in ROBOTS):
        return page() if name in ROBOTS else page(b"", 404)
    if (file := FILES.get(name)) is None:
        return page(b"none", 404)
    kind = {"Content_Type": file.kind} if file.kind else {}
    return [head(200, Content_Length=len(file.body), **kind), file.body]


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Met]:
    with Listener(_answer) as web:

        def urls(names: Iterable[str], path: str = "/page") -> list[str]:
            return [f"http://{name}.test:{web.port}{path}" for name in names]

        listed = [*urls({**ARTICLES, **PAGES}), *urls(ROBOTS, "/" + "a" * 60)]
        folder = make_workspace(tmp_path_factory.mktemp("files") / "w", listed)
        settings = _SETTINGS.format(
            sites=json.dumps(urls(ROBOTS, "/")), feeds=json.dumps(urls(FEEDS)),
            sitemaps=json.dumps(urls(SITEMAPS)),
        )  # fmt: skip
        (folder / "seedbed.toml").write_text(settings)
        seen = {
            "urls": ours(folder, "urls", "-a", "file=list.txt"),
            "feeds": ours(folder, "feeds"),
            "sitemaps": ours(folder, "sitemaps"),
        }
        (folder / "warcs").mkdir()
        for name, body in warcs(f"http://127.0.0.1:{web.port}/secret").items():
            (folder / "warcs" / name).write_bytes(body)
        seen["warc"] = ours(folder, "warc", "-a", "file=warcs")
        yield Met(folder=folder, seen=seen, secrets=sum("secret" in one.target for one in web.log))


def _by_name(met: Met, question: str) -> dict[str, dict[str, Any]]:
    rows = ask(met.folder, question)
    return {row["url"].partition("://")[2].partition(".test")[0]: row for row in rows}


def test_there_are_eighty_files_and_every_crawl_ends_well(met: Met) -> None:
    assert len(FILES) >= 80
    for spider, seen in met.seen.items():
        assert seen.code == 0, (spider, seen.stderr[-3000:])
        assert "Traceback" not in seen.stderr, spider


def test_every_page_ends_in_an_outcome_with_a_reason(met: Met) -> None:
    rows = _by_name(met, "SELECT * FROM pages WHERE last_fetched IS NOT NULL")

    assert rows.keys() >= {*ARTICLES, *PAGES, *ROBOTS}
    for name in (*ARTICLES, *PAGES, *ROBOTS):
        assert rows[name]["outcome"] in _ENDS, name
        assert rows[name]["reason"], name
    assert {rows[name]["outcome"] for name in ARTICLES if name != "too-long"} <= _KEPT


@pytest.mark.parametrize(("kind", "names"), [("feed", FEEDS), ("sitemap", SITEMAPS),
                                             ("robots", ROBOTS)])  # fmt: skip
def test_every_listing_was_read_or_says_why_not(
    met: Met, kind: str, names: dict[str, object]
) -> None:
    rows = _by_name(met, f"SELECT * FROM sources WHERE kind = '{kind}'")  # ours

    assert rows.keys() >= names.keys()
    silent = [name for name in names if not (rows[name]["last_ok"] or rows[name]["last_error"])]
    assert silent == []


def test_archived_lies_cost_no_good_record_and_their_file_is_named(met: Met) -> None:
    rows = {row["url"]: row for row in ask(met.folder, "SELECT * FROM pages")}
    (run,) = ask(met.folder, "SELECT * FROM runs WHERE spider = 'warc'")
    damaged = ("cut.warc.gz", "lies.warc", "garbage.warc.gz")

    assert rows[GOOD]["outcome"] in _KEPT
    assert not [url for url in rows if url.startswith(("file:", "javascript:"))]
    assert met.secrets == 0
    assert run["outcome"] == "finished"
    assert [name for name in damaged if name not in run["message"]] == []


@pytest.mark.parametrize("spider", ["urls", "feeds", "sitemaps", "warc"])
def test_the_event_loop_is_never_held_for_long(met: Met, spider: str) -> None:
    told = met.seen[spider].told

    assert told["work_s"] < _LONGEST_S, (told["gap_s"], told["stacks"])


def test_nothing_in_the_corpus_commands_a_terminal_or_hides(met: Met) -> None:
    named = ask(met.folder, "SELECT name FROM sqlite_master WHERE type = 'table'")
    tables = {row["name"]: ask(met.folder, f"SELECT * FROM {row['name']}") for row in named}
    dirty = {
        (table, column, value[:80])
        for table, rows in tables.items()
        for row in rows
        for column, value in row.items()
        if isinstance(value, str) and clean_controls(value) != value
    }

    assert dirty == set()
    assert any("Baku" in row["title"] for row in tables["articles"])
