"""`seedbed add` finds out what it was given, over a loopback web."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from ingest.cli import main
from ingest.corpus import Corpus
from ingest.discovery.opml import read_opml
from tests.commands import restored_logging
from tests.search_web import SEED, Asked, Reply, answering, every_crawl_meets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.search_web import SearchWeb

__all__ = ["restored_logging"]

FEED = b"""<rss version="2.0"><channel><title>The Herald</title>
<item><title>One</title><link>/1</link></item></channel></rss>"""
SITEMAP = b"<urlset><url><loc>http://a.test/1</loc></url></urlset>"
HOME = b"""<html><head><title>The Herald</title>
<link rel="alternate" type="application/rss+xml" href="/feed"></head>
<body><a href="/2025/talks">Talks in Baku resume</a><a href="/2025/x">More</a></body></html>"""
OPML = b"""<opml version="1.0"><body><outline text="F"><outline XMLURL="http://b.test/rss"
htmlUrl="http://b.test/"/></outline></body></opml>"""
STORY = (
    b"<html><head><title>Talks in Baku</title>"
    b"<link rel=alternate type=application/rss+xml href=/feed></head><body><article>"
    b"<h1>Talks in Baku</h1>"
    + b"".join(
        b"<p>On day %d of the talks between Azerbaijan and Russia an envoy of Moscow came to Baku "
        b"with proposal %d, which the president of Azerbaijan read before he flew home.</p>"
        % (n, n * 7)
        for n in range(1, 9)
    )
    + b"</article></body></html>"
)
PAGES = {
    "/": Reply(body=HOME),
    "/feed": Reply(body=FEED, headers={"Content-Type": "text/html"}),
    "/map": Reply(body=SITEMAP),
    "/robots.txt": Reply(body=b"User-agent: *\nDisallow: /closed\nSitemap: /map\n"),
    "/list.opml": Reply(body=OPML),
    "/story": Reply(body=STORY),
    "/empty": Reply(body=b"<html><body>soon</body></html>"),
}


def answer(asked: Asked) -> Reply | None:
    return PAGES.get(asked.path)


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchWeb]:
    with every_crawl_meets(answer, monkeypatch) as started:
        yield started


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "one.txt").write_text(SEED)
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = ingest.settings\n")
    (tmp_path / "seedbed.toml").write_text(
        "[crawl]\ndelay_s = 0.0\n[sources]\ndiscover = false\n[discovery]\nproposals = 'off'\n"
    )
    return tmp_path


def add(workspace: Path, capfd: pytest.CaptureFixture[str], *given: str) -> tuple[int, list[Any]]:
    code = main(["-w", str(workspace), "add", "--json", *given])
    lines = capfd.readouterr().out.splitlines()
    return code, [json.loads(line) for line in lines]


def sources_of(workspace: Path) -> set[tuple[str, str, str]]:
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        return {(row["state"], row["kind"], row["url"]) for row in corpus.all_sources()}


def exported(workspace: Path, capfd: pytest.CaptureFixture[str]) -> dict[str | None, str | None]:
    capfd.readouterr()
    assert main(["-w", str(workspace), "sources", "--opml"]) == 0
    return {one.feed: one.home for one in read_opml(capfd.readouterr().out.encode())}


def test_each_kind_is_recognised_by_its_body(
    web: SearchWeb, workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    given = ("a.test", "feed", "map", "robots.txt", "list.opml")
    urls = [f"http://a.test/{name}" for name in given[1:]]
    code, rows = add(workspace, capfd, "http://a.test/", *urls)

    assert code == 0
    assert [row["kind"] for row in rows] == ["site", "feed", "sitemap", "robots", "opml"]
    assert sources_of(workspace) == {
        ("active", kind, url)
        for kind, url in (
            ("site", "http://a.test/"),
            ("feed", "http://a.test/feed"),
            ("robots", "http://a.test/robots.txt"),
            ("sitemap", "http://a.test/map"),
            ("feed", "http://b.test/rss"),
        )
    }
    assert len(web.asked("/feed")) == 1  # recognised by one request
    assert exported(workspace, capfd)["http://b.test/rss"] == "http://b.test/"


def test_article_is_judged_and_its_feeds_are_proposed(
    web: SearchWeb, workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, (row,) = add(workspace, capfd, "http://a.test/story")

    assert (code, row["kind"], row["title"]) == (0, "article", "Talks in Baku")
    assert ("proposed", "feed", "http://a.test/feed") in sources_of(workspace)
    assert not web.asked("/feed")
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        page = corpus.find_page("a.test/story")
    assert page is not None
    assert page["found_by"] == "urls"


@pytest.mark.usefixtures("web")
def test_file_of_addresses_has_each_looked_at(
    workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (workspace / "mine.txt").write_text(
        "# mine\nhttp://a.test/feed\n\nhttp://a.test/missing\nhttp://a.test/closed\n"
    )
    code, rows = add(workspace, capfd, str(workspace / "mine.txt"))

    assert code == 6
    assert [(row["kind"], row["error"]) for row in rows] == [
        ("feed", None),
        ("nothing", "http 404"),
        ("nothing", rows[2]["error"]),
    ]
    assert "robots.txt" in rows[2]["error"]


def test_local_opml_needs_no_request(
    web: SearchWeb, workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (workspace / "old.opml").write_bytes(OPML.replace(b"XMLURL", b"xmlurl"))
    code, (row,) = add(workspace, capfd, str(workspace / "old.opml"))

    assert (code, row["kind"], row["named"]) == (0, "opml", 1)
    assert ("active", "feed", "http://b.test/rss") in sources_of(workspace)
    assert web.log == []


LISTED = b"""<opml version="2.0"><body>
<outline text="Old" xmlUrl="http://b.test/rss" htmlUrl="http://www.b.test/"/>
<outline text="Asia" xmlUrl="http://c.test/asia/rss" htmlUrl="http://c.test/asia"/>
<outline text="All" xmlUrl="http://c.test/rss" htmlUrl="http://c.test/"/>
<outline text="Away" xmlUrl="http://d.test/rss" htmlUrl="http://e.test/"/>
<outline text="Known" xmlUrl="http://a.test/feed" htmlUrl="http://a.test/elsewhere"/>
</body></opml>"""


def test_homes_of_feeds_come_in_by_a_list_and_go_out_again(
    workspace: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "older.opml").write_bytes(LISTED.replace(b"/elsewhere", b"/"))
    (tmp_path / "old.opml").write_bytes(LISTED)
    assert add(workspace, capfd, str(tmp_path / "older.opml"))[0] == 0
    assert add(workspace, capfd, str(tmp_path / "old.opml"))[0] == 0
    homes = exported(workspace, capfd)

    assert homes == {
        "http://a.test/feed": "http://a.test/",  # as it was known before
        "http://b.test/rss": "http://www.b.test/",
        "http://c.test/asia/rss": "http://c.test/",
        "http://c.test/rss": "http://c.test/",
        "http://d.test/rss": None,  # a home of another outlet
    }
    main(["-w", str(workspace), "sources", "--opml"])
    (tmp_path / "new.opml").write_text(capfd.readouterr().out)
    (workspace / "corpus.db").rename(tmp_path / "former.db")
    assert add(workspace, capfd, str(tmp_path / "new.opml"))[0] == 0
    assert exported(workspace, capfd) == homes


@pytest.mark.parametrize(
    ("given", "code"), [("http://a.test/empty", 1), ("http://a.test/nowhere", 4), ("nonsense", 1)]
)
@pytest.mark.usefixtures("web")
def test_exit_code_says_what_came_of_it(
    workspace: Path, capfd: pytest.CaptureFixture[str], given: str, code: int
) -> None:
    assert add(workspace, capfd, given)[0] == code


@pytest.mark.usefixtures("web")
def test_dry_run_says_and_leaves_all_as_it_is(
    workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["-w", str(workspace), "add", "-n", "http://a.test/feed"]) == 0
    said = capfd.readouterr().out

    assert said == "http://a.test/feed: a feed 'The Herald', 1 entry\n"
    assert not (workspace / "corpus.db").exists()


@pytest.mark.usefixtures("web")
def test_what_is_known_is_said(workspace: Path, capfd: pytest.CaptureFixture[str]) -> None:
    add(workspace, capfd, "http://a.test/feed")
    main(["-w", str(workspace), "add", "http://a.test/feed"])

    assert capfd.readouterr().out.splitlines()[1] == "  known already"


def test_private_addresses_are_not_asked(
    workspace: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEDBED_LOG__LEVEL", "ERROR")
    with answering(answer) as web:
        code, (row,) = add(workspace, capfd, f"{web.proxy_url}/feed")

    assert code == 4
    assert "private" in row["error"]
    assert web.log == []
