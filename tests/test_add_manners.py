"""`seedbed add` keeps to what hosts asked of us, and no page holds it up."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.corpus import Corpus
from ingest.crawl import look_at
from ingest.items import HostWait
from tests.poisoned import POISON
from tests.search_web import Asked, Reply, article, every_crawl_meets, make_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.search_web import SearchWeb

FEED = b"""<rss version="2.0"><channel><title>The Herald</title>
<item><title>One</title><link>/1</link></item></channel></rss>"""
HEADS = {"/hang/page": b"hang", "/crash/page": b"crash"}


def answer(asked: Asked) -> Reply | None:
    if asked.host == "angry.test":
        return Reply(status=429, headers={"Retry-After": "7200"})
    if asked.path == "/robots.txt":
        return Reply(body=b"User-agent: *\nDisallow: /x\n")
    if asked.path in HEADS:
        page = article("Talks").body.replace(b"<title>Talks<", b"<title>%s<" % HEADS[asked.path])
        return Reply(body=page)
    return Reply(body=FEED)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchWeb]:
    with every_crawl_meets(answer, monkeypatch) as started:
        yield started


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "w", "")


def look(workspace: Path, *urls: str) -> dict[str, dict[str, Any]]:
    """What is said of each address."""
    named, told = workspace / "asked.json", workspace / "told.jsonl"
    named.write_text(json.dumps(urls))
    told.unlink(missing_ok=True)
    assert look_at(workspace, named, told) == 0
    return {row["asked"]: row for row in map(json.loads, told.read_text().splitlines())}


def test_host_that_asked_to_be_left_alone_is_and_one_that_asks_now_is_remembered(
    web: SearchWeb, workspace: Path
) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=5)
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        corpus.keep_waiting("busy.test", HostWait(until=until, strikes=1, because="http 429"))
    urls = ("http://busy.test/feed", "http://angry.test/robots.txt", "http://b.test/feed")
    said = look(workspace, *urls)
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        waits = [corpus.host_wait(host) for host in ("busy.test", "angry.test")]
        copy = corpus.robots_copy("http://b.test")
        runs = corpus.counts_by_outcome(), len(corpus.all_sources())

    assert "busy.test" in said[urls[0]]["error"]
    assert not [one for one in web.log if one.host == "busy.test"]
    assert said[urls[1]]["error"] == "http 429"
    assert waits[0] == HostWait(until=until, strikes=1, because="http 429")
    assert waits[1] is not None
    assert waits[1].until > datetime.now(UTC) + timedelta(hours=1)
    assert said[urls[2]]["kind"] == "feed"
    assert copy is not None
    assert runs == ({}, 0), "it enters nothing"


def test_robots_txt_is_kept_from_one_look_to_the_next(web: SearchWeb, workspace: Path) -> None:
    Corpus(workspace / "corpus.db").close()
    look(workspace, "http://b.test/feed")
    look(workspace, "http://b.test/feed")

    assert (len(web.asked("/robots.txt")), len(web.asked("/feed"))) == (1, 2)


def test_without_a_corpus_none_is_made(web: SearchWeb, workspace: Path) -> None:
    assert look(workspace, "http://b.test/feed")["http://b.test/feed"]["kind"] == "feed"
    assert len(web.asked("/feed")) == 1
    assert not (workspace / "corpus.db").exists()


def test_only_the_robots_txt_of_an_origin_is_asked_without_asking_it(
    web: SearchWeb, workspace: Path
) -> None:
    refused = "http://b.test/x?f=/robots.txt", "http://b.test/x/robots.txt"
    said = look(workspace, *refused, "http://b.test/robots.txt", "http://[bad/")

    assert {one.path for one in web.log} == {"/robots.txt"}
    assert all("forbidden by robots.txt" in said[url]["error"] for url in refused)
    assert said["http://b.test/robots.txt"]["kind"] == "robots"
    assert said["http://[bad/"]["error"].startswith("not an address")


@pytest.mark.usefixtures("web")
def test_page_that_never_ends_or_kills_its_reader_is_said_and_costs_the_others_nothing(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(__file__).parents[1]
    monkeypatch.setenv("PYTHONPATH", f"{POISON}:{root}")
    monkeypatch.setenv("SEEDBED_CRAWL__EXTRACT_TIMEOUT_S", "4")
    hangs, crashes, feed = (f"http://b.test/{path}" for path in ("hang/page", "crash/page", "feed"))
    said = look(workspace, hangs, crashes, feed)

    assert said[hangs]["error"] == "cannot be read: extraction-timed-out: over 4 s"
    assert said[crashes]["error"].endswith("SIGSEGV")
    assert said[feed]["kind"] == "feed"
