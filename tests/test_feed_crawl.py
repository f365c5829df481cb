"""Feeds, sitemaps, guesses and searches of sites, over a loopback web that misbehaves."""

from __future__ import annotations

import gzip
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ingest.corpus import Corpus
from spiders.older import Older, forget, remember, stored
from tests.search_web import SEED, Asked, Reply, answering, crawl, make_workspace, pages, sources

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.search_web import SearchWeb

pytestmark = pytest.mark.long

Answer = "Callable[[Asked], Reply | None]"
SEED_DAY = datetime(2025, 7, 3, tzinfo=UTC)
XML = {"Content-Type": "text/html; charset=utf-8"}  # wrong, as it often is


def workspace(tmp_path: Path, more: str = "", *, sources: str) -> Path:
    folder = make_workspace(tmp_path / "w", f"{more}")
    path = folder / "seedbed.toml"
    path.write_text(
        path.read_text().replace("[sources]\n", f"[sources]\n{sources}\n")
        + "\n[discovery]\nproposals = 'off'\n"
    )
    return folder


def items(*numbers: int, head: str = "") -> bytes:
    inside = "".join(
        f"<item><title>Azerbaijan {n}</title><link>http://a.test/{n}</link></item>" for n in numbers
    )
    return f'<rss version="2.0"><channel><title>F</title>{head}{inside}</channel></rss>'.encode()


def run(folder: Path, spider: str, answer: Callable[[Asked], Reply | None]) -> SearchWeb:
    with answering(answer) as web:
        done = crawl(folder, spider, web)
        assert "Traceback" not in done.stderr, done.stderr[-3000:]
    return web


def rows(folder: Path, question: str) -> list[dict[str, Any]]:
    with closing(Corpus(folder / "corpus.db")) as corpus:
        return corpus._rows(question)


def test_older_pages_of_a_new_feed_are_read_within_the_budget(tmp_path: Path) -> None:
    folder = workspace(tmp_path, "[feeds]\npages = 3", sources='feeds = ["http://a.test/feed"]')

    def answer(asked: Asked) -> Reply | None:
        number = int(asked.parameters.get("page", 1))
        older = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="?page={}"/>'
        if asked.path == "/feed":
            first = number * 10
            return Reply(body=items(first, first + 1, head=older.format(number + 1)), headers=XML)
        return None

    web = run(folder, "feeds", answer)
    (feed,) = sources(folder, "feed")

    assert [one.parameters.get("page") for one in web.asked("/feed")] == [None, "2", "3"]
    assert feed["items_seen"] == 6
    assert feed["last_error"] is None


def test_older_page_that_fails_leaves_the_first_and_is_told(tmp_path: Path) -> None:
    folder = workspace(tmp_path, sources='feeds = ["http://a.test/feed"]')

    def answer(asked: Asked) -> Reply | None:
        if asked.path != "/feed":
            return None
        if asked.parameters:
            return Reply(status=500)
        older = "<generator>https://wordpress.org/?v=6</generator>"
        return Reply(body=items(1, 2, head=older))

    run(folder, "feeds", answer)
    (feed,) = sources(folder, "feed")

    assert feed["items_seen"] == 2
    assert feed["last_error"] == "cut short before page 2: http 500"


def older_web(failing: set[str]) -> Callable[[Asked], Reply | None]:
    """A feed of three pages, less those that answer 503."""
    older = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="?page={}"/>'

    def answer(asked: Asked) -> Reply | None:
        page = asked.parameters.get("page", "1")
        if asked.path != "/feed" or page > "3":
            return None
        if page in failing:
            return Reply(status=503)
        head = older.format(int(page) + 1)
        return Reply(body=items(int(page) * 10, int(page) * 10 + 1, head=head), headers=XML)

    return answer


def asks_again(folder: Path) -> None:
    """Let every source be due, and every host be awake."""
    with closing(Corpus(folder / "corpus.db")) as corpus, corpus.transaction():
        corpus._run("UPDATE sources SET next_due = '2020-01-01T00:00:00Z'")
        corpus._run("DELETE FROM hosts")


def test_older_pages_that_were_cut_short_are_read_at_the_next_poll(tmp_path: Path) -> None:
    folder = workspace(tmp_path, sources='feeds = ["http://a.test/feed"]')
    failing = {"2"}
    run(folder, "feeds", older_web(failing))
    assert sources(folder, "feed")[0]["last_error"] == "cut short before page 2: http 503"
    failing.clear()
    asks_again(folder)
    web = run(folder, "feeds", older_web(failing))
    (feed,) = sources(folder, "feed")

    assert [one.parameters.get("page") for one in web.asked("/feed")] == [None, "2", "3", "4"]
    assert (feed["items_seen"], feed["last_error"]) == (6, None)

    asks_again(folder)
    web = run(folder, "feeds", older_web(failing))
    assert [one.parameters.get("page") for one in web.asked("/feed")] == [None]


def test_where_older_pages_go_on_is_kept_of_each_feed(corpus: Corpus) -> None:
    remember(corpus, 1, Older(url="http://a.test/feed?page=2", tries=3))
    assert stored(corpus, 1) == Older(url="http://a.test/feed?page=2", tries=3)
    assert stored(corpus, 2) is None

    forget(corpus, 1)
    assert stored(corpus, 1) is None


def test_older_page_that_never_comes_is_asked_for_five_times(tmp_path: Path) -> None:
    folder = workspace(tmp_path, sources='feeds = ["http://a.test/feed"]')
    asked = list[int]()
    for _ in range(6):
        web = run(folder, "feeds", older_web({"2"}))
        asked.append(len([one for one in web.asked("/feed") if one.parameters]))
        asks_again(folder)

    assert asked == [1, 1, 1, 1, 1, 0]


def test_older_page_is_read_elsewhere_and_within_its_time(tmp_path: Path) -> None:
    folder = workspace(tmp_path, sources='feeds = ["http://a.test/feed"]')
    toml = folder / "seedbed.toml"
    toml.write_text(toml.read_text().replace("[crawl]\n", "[crawl]\nextract_timeout_s = 0.001\n"))

    def answer(asked: Asked) -> Reply | None:
        if asked.path != "/feed":
            return None
        older = "<generator>https://wordpress.org/?v=6</generator>"
        if not asked.parameters:
            return Reply(body=items(100, head=older))
        told = b"<description>%b</description></item>" % (b"words of the talks " * 200)
        return Reply(body=items(*range(200, 1900)).replace(b"</item>", told))  # half a second

    run(folder, "feeds", answer)
    (feed,) = sources(folder, "feed")

    assert feed["items_seen"] == 1
    assert feed["last_error"] == "cut short before page 2: extraction-timed-out: over 0.001 s"


@pytest.mark.parametrize("status", [404, 410])
def test_end_of_the_pages_is_no_failure(tmp_path: Path, status: int) -> None:
    folder = workspace(tmp_path, sources='feeds = ["http://a.test/feed"]')

    def answer(asked: Asked) -> Reply | None:
        if asked.path != "/feed":
            return None
        older = "<generator>https://wordpress.org/?v=6</generator>"
        return Reply(status=status) if asked.parameters else Reply(body=items(1, head=older))

    run(folder, "feeds", answer)

    assert sources(folder, "feed")[0]["last_error"] is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'<!DOCTYPE r [<!ENTITY x "y">]>' + items(1), "declares entities"),
        (b"<html><body>This domain is for sale</body></html>", "no feed in it: a page"),
        (b"<rss><channel>" + b"<a>" * 5000, "nested too deep"),
    ],
)
def test_feed_that_is_none_says_so(tmp_path: Path, body: bytes, said: str) -> None:
    folder = workspace(tmp_path, sources='feeds = ["http://a.test/feed"]')
    run(folder, "feeds", lambda asked: Reply(body=body) if asked.path == "/feed" else None)

    assert said in sources(folder, "feed")[0]["last_error"]


def test_guess_becomes_a_feed_only_where_one_answers(tmp_path: Path) -> None:
    folder = workspace(
        tmp_path, "[feeds]\nguesses = 3", sources='sites = ["http://a.test/", "http://b.test/"]'
    )
    home = b'<html><body><a href="/2025/talks">Talks in Baku</a></body></html>'

    def answer(asked: Asked) -> Reply | None:
        if asked.path == "/":
            return Reply(body=home)
        if asked.host == "a.test":
            return {"/rss.xml": Reply(body=items(1)), "/rss": Reply(body=home)}.get(asked.path)
        return None

    run(folder, "links", answer)
    first = run(folder, "feeds", answer)
    again = run(folder, "feeds", answer)
    guesses = {row["url"]: row for row in sources(folder, "feed-guess")}

    assert [row["url"] for row in sources(folder, "feed")] == ["http://a.test/rss.xml"]
    assert sources(folder, "feed")[0]["items_seen"] == 1
    assert len(first.asked("/rss.xml")) == 2  # one of each site, and the feed not once more
    assert guesses["http://a.test/feed/"]["because"] == "guessed: http 404"
    assert guesses["http://a.test/rss"]["because"] == "guessed: no feed in it: a page"
    assert {row["state"] for row in guesses.values()} == {"resting"}
    assert len(guesses) == 5
    assert not [one for one in again.log if one.path.startswith(("/feed", "/rss"))]
    assert rows(folder, "SELECT sum(polls_failed) AS n FROM runs") == [{"n": 0}]


def test_wordpress_is_asked_for_the_topic_until_the_topic_changes(tmp_path: Path) -> None:
    folder = workspace(tmp_path, sources='sites = ["http://a.test/"]')
    home = b'<html lang="en"><body><a href="/2025/talks">Talks in Baku</a></body></html>'
    rest = {"Link": '<http://a.test/wp-json/>; rel="https://api.w.org/"'}

    def answer(asked: Asked) -> Reply | None:
        if "s" in asked.parameters:
            return Reply(body=items(7))
        return Reply(body=home, headers=rest) if asked.path == "/" else None

    run(folder, "links", answer)
    web = run(folder, "feeds", answer)
    asked = [one.parameters["s"] for one in web.log if "s" in one.parameters]

    assert "Azerbaijan Russia" in asked
    assert len(asked) <= 2
    assert "http://a.test/7" in pages(folder)

    toml = folder / "seedbed.toml"
    toml.write_text(
        toml.read_text().replace("[search]\n", "[feeds]\nwordpress = false\n[search]\n")
    )
    run(folder, "feeds", answer)

    assert {row["state"] for row in sources(folder, "search-feed")} == {"resting"}


def test_search_that_robots_forbids_is_not_tried_again(tmp_path: Path) -> None:
    folder = workspace(tmp_path, sources='sites = ["http://a.test/"]')
    rest = {"Link": '<http://a.test/wp-json/>; rel="https://api.w.org/"'}

    def answer(asked: Asked) -> Reply | None:
        if asked.path == "/robots.txt":
            return Reply(body=b"User-agent: *\nDisallow: /?s=")
        home = b'<html><body><a href="/2025/talks">Talks in Baku</a></body></html>'
        return Reply(body=home, headers=rest) if asked.path == "/" else None

    run(folder, "links", answer)
    for _ in range(2):
        web = run(folder, "feeds", answer)
        assert not [one for one in web.log if "s" in one.parameters]

    assert {row["because"] for row in sources(folder, "search-feed")} == {
        "robots.txt forbids its search"
    }
    assert {row["state"] for row in sources(folder, "search-feed")} == {"resting"}


def test_sitemaps_are_followed_through_a_knotted_index(tmp_path: Path) -> None:
    folder = workspace(tmp_path, sources='sitemaps = ["http://a.test/index.xml"]')
    index = b"""<sitemapindex><sitemap><loc>/index.xml</loc></sitemap>
    <sitemap><loc>/other.xml</loc></sitemap><sitemap><loc>/news.xml.gz</loc></sitemap>
    </sitemapindex>"""
    back = b"<sitemapindex><sitemap><loc>/index.xml</loc></sitemap></sitemapindex>"
    news = gzip.compress(
        b"<urlset><url><loc>/1</loc><news><title>Talks in Baku between Azerbaijan and Russia"
        b"</title></news></url></urlset>"
    )
    served = {
        "/index.xml": Reply(body=index),
        "/other.xml": Reply(body=back),
        "/news.xml.gz": Reply(body=gzip.compress(news), headers={"Content-Encoding": "gzip"}),
    }
    web = run(folder, "sitemaps", lambda asked: served.get(asked.path))

    assert [len(web.asked(path)) for path in served] == [1, 1, 1]
    assert pages(folder)["http://a.test/1"]["title"].startswith("Talks in Baku")


def test_sitemap_is_guessed_where_robots_names_none(tmp_path: Path) -> None:
    folder = workspace(tmp_path, "[feeds]\nguesses = 1", sources='sites = ["http://a.test/"]')
    served = {"/sitemap.xml": Reply(body=b"<urlset><url><loc>/1</loc></url></urlset>")}
    run(folder, "sitemaps", lambda asked: served.get(asked.path))

    assert [row["url"] for row in sources(folder, "sitemap")] == ["http://a.test/sitemap.xml"]
    assert "http://a.test/1" in pages(folder)


def test_archives_rest_once_read_and_wake_when_they_change(corpus: Corpus) -> None:
    url, now = "http://a.test/2025-07.xml", datetime(2025, 11, 22, tzinfo=UTC)
    week = timedelta(days=7)
    corpus.add_source(
        kind="sitemap", url=url, outlet="a.test", found_by="sitemap", every_minutes=30, now=now
    )

    def settle(modified: datetime) -> str:
        corpus.settle_members([(url, modified)], quiet_since=now - week, now=now)
        return str(corpus.all_sources()[0]["state"])

    assert settle(now - 30 * week) == "active"  # it was never read

    with corpus.transaction():
        corpus._run("UPDATE sources SET last_ok = '2025-11-20T00:00:00Z'")
    assert settle(now - timedelta(days=3)) == "active"  # it may be the one that is written to
    assert settle(now - 30 * week) == "resting"
    assert settle(now - 30 * week) == "resting"
    assert settle(now - timedelta(hours=1)) == "active"


def test_archive_is_read_again_after_a_month_whatever_its_index_says(corpus: Corpus) -> None:
    url, now = "http://a.test/living.xml", datetime(2025, 11, 22, tzinfo=UTC)
    frozen = [(url, datetime(2024, 1, 1, tzinfo=UTC))]
    corpus.add_source(
        kind="sitemap", url=url, outlet="a.test", found_by="sitemap", every_minutes=30, now=now
    )
    with corpus.transaction():
        corpus._run("UPDATE sources SET last_ok = '2025-11-21T00:00:00Z'")

    def due(at: datetime) -> bool:
        corpus.wake_archives(now=at)
        corpus.settle_members(frozen, quiet_since=at - timedelta(days=7), now=at)
        return bool(corpus.due_sources(("sitemap",), now=at))

    month = now + timedelta(days=30)
    assert [due(now), due(now + timedelta(days=29)), due(month)] == [False, False, True]
    with corpus.transaction():  # it was asked, and named nothing new
        corpus._run("UPDATE sources SET last_ok = '2025-12-22T00:00:00Z'")
    assert not due(month + timedelta(hours=1))


@pytest.mark.parametrize("found_by", ["settings", "person"])
def test_sitemap_that_was_named_never_rests_as_an_archive(corpus: Corpus, found_by: str) -> None:
    url, now = "http://a.test/news.xml", datetime(2025, 11, 22, tzinfo=UTC)
    corpus.add_source(
        kind="sitemap", url=url, outlet="a.test", found_by=found_by, every_minutes=30, now=now
    )
    with corpus.transaction():
        corpus._run("UPDATE sources SET last_ok = '2025-11-21T00:00:00Z'")
    frozen = [(url, datetime(2024, 1, 1, tzinfo=UTC))]
    corpus.settle_members(frozen, quiet_since=now - timedelta(days=7), now=now)

    assert corpus.all_sources()[0]["state"] == "active"


def test_what_a_sitemap_names_from_before_the_story_is_no_failure(tmp_path: Path) -> None:
    folder = workspace(tmp_path, sources='sitemaps = ["http://a.test/map.xml"]')
    (folder / "seeds" / "one.txt").write_text(f"3 July 2025\n{SEED}")
    old = "<url><loc>/old</loc><lastmod>2019-01-01</lastmod></url>"
    body = f"<urlset>{old}<url><loc>/1</loc></url></urlset>".encode()
    run(folder, "sitemaps", lambda asked: Reply(body=body) if asked.path == "/map.xml" else None)
    (sitemap,) = sources(folder, "sitemap")

    assert sitemap["items_seen"] == 1  # else nothing was passed over
    assert sitemap["last_error"] is None


@pytest.mark.parametrize("times", [1000, pytest.param(50_000, marks=pytest.mark.slow)])
def test_dead_links_of_a_sitemap_cost_no_more_than_a_run_may(tmp_path: Path, times: int) -> None:
    folder = workspace(tmp_path, sources='sitemaps = ["http://a.test/dead.xml"]')
    toml = folder / "seedbed.toml"
    toml.write_text(toml.read_text().replace("[crawl]\n", "[crawl]\nmax_pages_per_run = 20\n"))
    urls = "".join(f"<url><loc>http://a.test/{n:05}</loc></url>" for n in range(times))
    body = gzip.compress(f"<urlset>{urls}</urlset>".encode())
    web = run(
        folder, "sitemaps", lambda asked: Reply(body=body) if asked.path == "/dead.xml" else None
    )
    counted = rows(folder, "SELECT outcome, count(*) AS n FROM pages GROUP BY outcome")
    found = {row["outcome"]: row["n"] for row in counted}

    assert found == {"gone": 20, "waiting": times - 20}  # a later run asks for some more
    assert len(web.log) <= 25
