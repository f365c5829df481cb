"""Patience and robots.txt over real crawls: what hosts are asked, when, and what they are not."""

from __future__ import annotations

import json
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from ingest.corpus import Corpus
from ingest.items import HostWait, RobotsCopy
from tests.patience import PATIENCE_S
from tests.search_web import SEED, Asked, Reply, answering, article, crawl

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.search_web import SearchWeb

pytestmark = pytest.mark.long
DAY_H = "24.5"
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def make_workspace(folder: Path, feeds: list[str], more: str = "") -> Path:
    (folder / "seeds").mkdir(parents=True)
    (folder / "seeds" / "one.txt").write_text(SEED)
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = ingest.settings\n")
    (folder / "seedbed.toml").write_text(
        f'[crawl]\ndelay_s = 0.0\ntimeout_s = 20\ncontact = "mailto:desk@paper.test"\n'
        f"[feeds]\nguesses = 0\nwordpress = false\n[sources]\ndiscover = false\n"
        f"feeds = {json.dumps(feeds)}\n{more}\n"
    )
    return folder


def feed(host: str, *names: object) -> bytes:
    items = "".join(
        f"<item><title>Talks of Azerbaijan and Russia in Baku, {name}</title>"
        f"<link>http://{host}/{name}</link></item>"
        for name in names
    )
    return f'<rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'.encode()


def rows(folder: Path, question: str) -> list[dict[str, Any]]:
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        return corpus._rows(question)


def web_of(*names: int, **special: Callable[[Asked], Reply | None]) -> Any:
    """Each host has a feed of these articles; a host (dots as `_`) may answer otherwise."""

    def answer(asked: Asked) -> Reply | None:
        other = special.get(asked.host.replace(".", "_"))
        if other is not None and (reply := other(asked)) is not None:
            return reply
        if asked.path == "/feed":
            return Reply(body=feed(asked.host, *names))
        is_story = asked.path.strip("/").isdigit()
        return article(f"Talks in Baku, {asked.host}{asked.path}") if is_story else None

    return answering(answer)


def paths(web: SearchWeb, host: str) -> list[str]:
    return [one.path for one in web.log if one.host == host]


# -- hosts that ask to be left alone --------------------------------------------------------------


def test_host_that_asks_for_patience_is_left_alone_over_restarts(tmp_path: Path) -> None:
    stated = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    folder = make_workspace(tmp_path / "w", ["http://busy.test/feed", "http://b.test/feed"])
    is_busy, stories = True, 0

    def busy(asked: Asked) -> Reply | None:
        nonlocal stories
        stories += asked.path.strip("/").isdigit()
        refuses = is_busy and stories > 1
        return Reply(status=429, headers={"Retry-After": stated}) if refuses else None

    with web_of(1, 2, 3, 4, 5, busy_test=busy) as web:
        assert crawl(folder, "feeds", web).returncode == 0
        first = paths(web, "busy.test")
        web.log.clear()
        crawl(folder, "frontier", web)
        crawl(folder, "feeds", web, SEEDBED_CLOCK_AHEAD_HOURS="1.5")
        meanwhile = paths(web, "busy.test")
        is_busy = False
        crawl(folder, "frontier", web, SEEDBED_CLOCK_AHEAD_HOURS="3")
        after = paths(web, "busy.test")
    outcomes = rows(folder, "SELECT url, outcome, attempts FROM pages ORDER BY url")
    fetches = rows(folder, "SELECT outcome, count(*) AS n FROM fetches GROUP BY outcome")

    assert first[:2] == ["/robots.txt", "/feed"]
    assert len(first) == 4
    assert meanwhile == []
    assert sorted([*first[2:3], *after]) == ["/1", "/2", "/3", "/4", "/5"]
    assert not [row for row in outcomes if row["outcome"] in ("failed", "waiting")]
    assert "failed" not in {row["outcome"] for row in fetches}
    assert rows(folder, "SELECT * FROM hosts") == []


def test_sources_of_a_sleeping_host_wait_and_do_not_fail(tmp_path: Path) -> None:
    feeds = [f"http://busy.test/{name}" for name in ("a", "b", "c")]
    folder = make_workspace(tmp_path / "w", feeds)

    def busy(asked: Asked) -> Reply | None:
        return None if asked.path == "/robots.txt" else Reply(status=503)

    with web_of(busy_test=busy) as web:
        done = crawl(folder, "feeds", web, SEEDBED_POLLING__PATIENCE_S="0")
        asked = paths(web, "busy.test")
    told = rows(folder, "SELECT failures, failure_weight, last_error FROM sources ORDER BY url")
    (host,) = rows(folder, "SELECT * FROM hosts")
    waiting = rows(folder, "SELECT min(next_due) AS at FROM sources WHERE failures = 0")

    assert done.returncode == 0, done.stderr
    assert len(asked) == 2
    assert sorted((one["failures"], one["failure_weight"]) for one in told) == [
        (0, 0), (0, 0), (1, 0.25)
    ]  # fmt: skip
    assert (host["host"], host["strikes"], host["because"]) == ("busy.test", 1, "http 503")
    assert waiting[0]["at"] >= host["wait_until"]


def test_run_stays_for_a_host_that_asks_for_a_moment(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", ["http://busy.test/feed"])
    refused: list[str] = []

    def busy(asked: Asked) -> Reply | None:
        if asked.path.strip("/").isdigit() and not refused:
            refused.append(asked.path)
            return Reply(status=429, headers={"Retry-After": "2"})
        return None

    with web_of(1, 2, 3, busy_test=busy) as web:
        crawl(folder, "feeds", web)
        asked = paths(web, "busy.test")

    assert asked[:2] == ["/robots.txt", "/feed"]
    assert sorted(asked[2:]) == sorted(["/1", "/2", "/3", *refused])


def test_page_that_its_host_puts_off_waits_like_its_siblings_and_not_for_ever(
    tmp_path: Path,
) -> None:
    folder = make_workspace(tmp_path / "w", ["http://busy.test/feed"])

    def busy(asked: Asked) -> Reply | None:
        is_page = asked.path.strip("/").isdigit()
        return Reply(status=429, headers={"Retry-After": "3600"}) if is_page else None

    tried = "SELECT outcome, attempts FROM pages"
    with web_of(1, busy_test=busy) as web:
        crawl(folder, "feeds", web)
        first = rows(folder, tried)
        for hours in (3, 9):
            crawl(folder, "frontier", web, SEEDBED_CLOCK_AHEAD_HOURS=str(hours))
        asked = paths(web, "busy.test").count("/1")

    assert first == [{"outcome": "waiting", "attempts": 1}]
    assert rows(folder, tried) == [{"outcome": "failed", "attempts": 3}]
    assert asked == 3
    assert rows(folder, "SELECT outcome FROM fetches") == [{"outcome": "failed"}]


# -- robots.txt -----------------------------------------------------------------------------------


def robots(text: str, status: int = 200, **headers: str) -> Callable[[Asked], Reply | None]:
    def answer(asked: Asked) -> Reply | None:
        is_asked = asked.path == "/robots.txt"
        return Reply(body=text.encode(), status=status, headers=headers) if is_asked else None

    return answer


def test_robots_txt_is_read_once_a_day_by_all_crawls_together(tmp_path: Path) -> None:
    more = 'sites = ["http://a.test/"]'
    folder = make_workspace(tmp_path / "w", ["http://a.test/feed"], more)
    with web_of(1, a_test=robots("User-agent: *\nDisallow: /private\n")) as web:
        for spider in ("feeds", "sitemaps", "links", "frontier"):
            crawl(folder, spider, web)
        once = paths(web, "a.test").count("/robots.txt")
        crawl(folder, "sitemaps", web, SEEDBED_CLOCK_AHEAD_HOURS=DAY_H)
        crawl(folder, "feeds", web, SEEDBED_CLOCK_AHEAD_HOURS=DAY_H)
        twice = paths(web, "a.test").count("/robots.txt")
    (kept,) = rows(folder, "SELECT origin, status, body FROM robots")

    assert (once, twice) == (1, 2)
    assert (kept["origin"], kept["status"]) == ("http://a.test", 200)
    assert b"/private" in kept["body"]


def test_rules_that_another_host_gives_hold_for_the_first(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", ["http://a.test/feed"])
    moved = robots("", 301, Location="http://www.b.test/rules")

    def rules(asked: Asked) -> Reply | None:
        return Reply(body=b"User-agent: seedbed\nDisallow: /2\n") if "rules" in asked.path else None

    with web_of(1, 2, a_test=moved, www_b_test=rules) as web:
        crawl(folder, "feeds", web)
        asked = paths(web, "a.test")
    ended = {row["url"]: row["outcome"] for row in rows(folder, "SELECT * FROM pages")}

    assert "/2" not in asked
    assert ended["http://a.test/2"] == "robots"
    assert "/1" in asked
    assert [row["origin"] for row in rows(folder, "SELECT * FROM robots")] == ["http://a.test"]


@pytest.mark.parametrize(
    ("answer", "is_asked"),
    [
        (robots("", 302, Location="http://a.test/robots.txt"), True),  # no end: as if there is none
        (robots("\ufeffUser-agent: *\rDisallow: /1\r"), False),
        (robots("User-agent: *\nDisallow: /1\n" + "# long\n" * 300_000), False),
        (robots("<html>User-agent: none of this</html>"), True),
        (robots("oops", 500), False),
        (robots("User-agent: *\nCrawl-delay: 600\n"), False),
    ],
    ids=["endless", "mac", "2-mb", "html", "500", "patient"],
)
def test_pages_are_asked_for_as_robots_txt_allows(
    tmp_path: Path, answer: Callable[[Asked], Reply | None], *, is_asked: bool
) -> None:
    folder = make_workspace(tmp_path / "w", ["http://b.test/feed"])
    with web_of(1, b_test=lambda asked: _elsewhere(asked, "a.test"), a_test=answer) as web:
        crawl(folder, "feeds", web)
        asked = paths(web, "a.test")

    assert ("/1" in asked) is is_asked


def _elsewhere(asked: Asked, host: str) -> Reply | None:
    return Reply(body=feed(host, 1)) if asked.path == "/feed" else None


def test_feed_of_a_host_that_wants_much_patience_is_read_and_its_pages_are_not(
    tmp_path: Path,
) -> None:
    folder = make_workspace(tmp_path / "w", ["http://a.test/feed"])
    now = datetime.now(UTC).replace(microsecond=0)
    rules = b"User-agent: *\nCrawl-delay: 600\n"
    with closing(Corpus(folder / "corpus.db")) as corpus:  # asked for now, the feed had to wait
        copy = RobotsCopy(
            origin="http://a.test", status=200, asked=now, read=now, body=rules, crawl_delay_s=600.0
        )
        corpus.keep_robots(copy)
    with web_of(1) as web:
        crawl(folder, "feeds", web)
        assert [one.path for one in web.log] == ["/feed"]
    (page,) = rows(folder, "SELECT * FROM pages")

    assert page["outcome"] == "robots"
    assert page["reason"].startswith("robots.txt asks for 600 s between requests")


def test_crawl_delay_spaces_the_requests_to_its_host_alone(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", ["http://a.test/feed", "http://b.test/feed"])
    at: dict[str, list[float]] = {"a.test": [], "b.test": []}

    def clocked(asked: Asked) -> Reply | None:
        if asked.path != "/robots.txt":
            at[asked.host].append(time.monotonic())
        delay = "Crawl-delay: 0.8\n" if asked.host == "a.test" else ""
        return robots(f"User-agent: *\n{delay}")(asked)

    with web_of(1, 2, 3, a_test=clocked, b_test=clocked) as web:
        crawl(folder, "feeds", web)
        assert len(web.log) == 10
    gaps = {host: [later - one for one, later in pairwise(times)] for host, times in at.items()}

    assert min(gaps["a.test"]) > 0.7
    assert min(gaps["b.test"]) < 0.5


def test_pages_are_fetched_while_another_source_is_waited_for(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", ["http://a.test/feed", "http://slow.test/feed"])
    page_was_asked = threading.Event()
    waited: list[bool] = []

    def quick(asked: Asked) -> None:
        if asked.path == "/1":
            page_was_asked.set()

    def slow(asked: Asked) -> None:
        if asked.path == "/feed":
            waited.append(page_was_asked.wait(PATIENCE_S))

    with web_of(1, a_test=quick, slow_test=slow) as web:
        crawl(folder, "feeds", web)

    assert waited == [True]


# -- sources --------------------------------------------------------------------------------------


def test_feed_is_asked_politely_and_says_who_asks(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", ["http://a.test/feed"])
    tag, date = 'W/"5f2-618a"', "Wed, 19 Nov 2025 07:28:00 GMT"

    def answer(asked: Asked) -> Reply | None:
        if asked.path != "/feed":
            return None
        if "If-None-Match" in asked.headers:
            return Reply(status=304)
        return Reply(body=feed("a.test", 1), headers={"ETag": tag, "Last-Modified": date})

    with web_of(1, a_test=answer) as web:
        crawl(folder, "feeds", web)
        crawl(folder, "feeds", web, SEEDBED_CLOCK_AHEAD_HOURS="25")
        polls = [one.headers for one in web.asked("/feed")]

    assert [one.get("If-None-Match") for one in polls] == [None, tag]
    assert polls[1]["If-Modified-Since"] == date
    assert "+mailto:desk@paper.test" in polls[0]["User-Agent"]
    assert polls[0]["Accept"].startswith("application/atom+xml")
    assert not {"Referer", "Cookie"} & set(polls[0])


# -- what is kept ---------------------------------------------------------------------------------


def test_what_a_host_asked_for_is_kept_and_forgotten(corpus: Corpus) -> None:
    wait = HostWait(until=NOW, strikes=2, because="http 429")
    corpus.keep_waiting("a.test", wait)
    kept = corpus.host_wait("a.test")
    corpus.stop_waiting("a.test")

    assert kept == wait
    assert corpus.host_wait("a.test") is None


def test_robots_txt_is_kept_byte_for_byte(corpus: Corpus) -> None:
    copy = RobotsCopy(
        origin="https://a.test", status=200, asked=NOW, read=NOW, body=b"\xef\xbb\xbf#\r\x00",
        crawl_delay_s=2.5,
    )  # fmt: skip
    corpus.keep_robots(copy)

    assert corpus.robots_copy("https://a.test") == copy
    assert corpus.robots_copy("http://a.test") is None
