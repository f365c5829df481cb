from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest

from spiders.bing import interval_of, read_bing
from tests.search_web import Asked, Reply, answering, article, crawl, make_workspace, pages, sources

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://www.bing.com/news/search?q=x&format=rss&setmkt=en-GB&first=11"
TOML = 'bing_url = "http://bing.test/"\npages = 5'


def item(url: str, title: str = "Talks resume in Baku", **more: str) -> str:
    query = f"ref=FexRss&aid=&tid=65&url={quote(url, '')}&c=1&mkt=en-gb"
    link = more.get("link", f"http://www.bing.com/news/apiclick.aspx?{query}")
    return (
        f"<item><title>{title}</title><link>{escape(link)}</link>"
        "<description>Moscow and Baku &amp;amp; envoys.</description>"
        "<pubDate>Fri, 21 Nov 2025 08:45:00 GMT</pubDate>"
        "<News:Source>Example News</News:Source></item>"
    )


def rss(*items: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8" ?><rss version="2.0" '
        'xmlns:News="https://www.bing.com/news/search?q=x&amp;format=rss"><channel>'
        f"<title>x - BingNews</title>{''.join(items)}</channel></rss>"
    ).encode()


def test_target_is_read_from_the_click_link_with_all_that_was_said_of_it() -> None:
    found = read_bing(rss(item("https://www.example.org/2025/11/21/talks/?id=7&x=ä")), {}, BASE)
    (one,) = found.candidates

    assert one.url == "https://www.example.org/2025/11/21/talks/?id=7&x=ä"
    assert (one.title, one.snippet) == ("Talks resume in Baku", "Moscow and Baku & envoys.")
    assert one.published == datetime(2025, 11, 21, 8, 45, tzinfo=UTC)
    assert (one.found_by, one.language, found.next_page) == ("bing", "en", "21")


def test_plain_link_is_taken_and_a_click_link_to_nowhere_left_out() -> None:
    plain = item("", link="https://example.org/plain")
    nowhere = item("", link="http://www.bing.com/news/apiclick.aspx?ref=FexRss&tid=65")
    script = item("javascript:alert(1)")

    found = read_bing(rss(nowhere, script, plain), {}, BASE)

    assert [one.url for one in found.candidates] == ["https://example.org/plain"]


def test_answer_without_items_is_the_end_and_not_a_mistake() -> None:
    assert read_bing(rss(), {}, BASE).next_page is None


def test_undeclared_prefix_does_no_harm() -> None:
    body = rss(item("https://example.org/1")).replace(b"xmlns:News", b"xmlns:other")

    assert len(read_bing(body, {}, BASE).candidates) == 1


@pytest.mark.parametrize("body", [b"", b"<html><title>Before you continue</title></html>", b"{}"])
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(
        ValueError, match="no feed in it" + (": a page, 'Bef" if b"B" in body else "")
    ):
        read_bing(body, {}, BASE)


@pytest.mark.parametrize(
    ("hours", "code"), [(0.5, "4"), (1, "4"), (1.1, "7"), (24, "7"), (200, "9"), (7000, None)]
)
def test_interval_is_the_shortest_that_holds_the_time_since_the_last_answer(
    hours: float, code: str | None
) -> None:
    assert interval_of(hours, ("720:9", "1:4", "24:7")) == code


def page_of(first: int) -> bytes:
    """Two pages of answers; past the end the last one repeats."""
    start = 1 if first < 11 else 11
    urls = [f"http://paper.test/{n}" for n in range(start, start + 10)]
    return rss(*(item(url, f"Azerbaijan and Russia talk in Baku, day {url[-2:]}") for url in urls))


def bing(asked: Asked) -> Reply | None:
    if asked.page == ("bing.test", "/news/search"):
        return Reply(body=page_of(int(asked.parameters["first"])))
    if asked.host == "paper.test" and asked.path != "/robots.txt":
        return article(f"Baku and Moscow {asked.path}")
    return None


def test_queries_are_asked_page_by_page_until_the_last_repeats_and_again_for_what_is_new(
    tmp_path: Path,
) -> None:
    folder = make_workspace(tmp_path / "w", TOML)
    with answering(bing) as web:
        done = crawl(folder, "bing", web)
        first = web.asked("/news/search")
        clicked = [one for one in web.log if "apiclick" in one.path]
        web.log.clear()
        again = crawl(folder, "bing", web, SEEDBED_CLOCK_AHEAD_HOURS="20")
        second = web.asked("/news/search")
    found = pages(folder)
    rows = sources(folder, "bing")

    assert (done.returncode, again.returncode) == (0, 0), done.stderr + again.stderr
    asked = [(one.parameters.get("setmkt"), one.parameters["first"]) for one in first]
    assert sorted(asked) == [
        (market, number) for market in ("en-US", "ru-RU") for number in ("1", "11", "21")
    ]
    assert {one.parameters["q"] for one in first} == {'"Azerbaijan" "Russia"', "Баку Москва"}
    assert first[0].parameters["qft"] == 'interval="9" sortbydate="1"'
    assert not clicked
    assert len(found) == 20
    assert {row["found_by"] for row in found.values()} == {"bing"}
    assert {row["http_status"] for row in found.values()} == {200}
    # All is known by now: a second page would bring nothing.
    assert [one.parameters["first"] for one in second] == ["1", "1"]
    assert second[0].parameters["qft"] == 'interval="7" sortbydate="1"'
    assert [(row["failures"], row["last_error"]) for row in rows] == [(0, None)] * 2
    assert all("first=" not in row["url"] for row in rows)


def test_later_page_that_fails_is_told_and_loses_nothing(tmp_path: Path) -> None:
    broken = True

    def answer(asked: Asked) -> Reply | None:
        if broken and asked.parameters.get("first") == "11":
            return Reply(body=b"<html><title>Verify you are human</title></html>")
        return bing(asked)

    folder = make_workspace(tmp_path / "w", TOML)
    with answering(answer) as web:
        crawl(folder, "bing", web)
        half, told = len(pages(folder)), sources(folder, "bing")
        broken = False
        web.log.clear()
        crawl(folder, "bing", web, SEEDBED_CLOCK_AHEAD_HOURS="20")
        spans = {one.parameters["qft"] for one in web.asked("/news/search")}

    assert half == 10
    note = "cut short before page 2: no feed in it: a page, 'Verify you are human'"
    assert [(row["failures"], row["last_error"]) for row in told] == [(0, note)] * 2
    assert len(pages(folder)) == 20
    assert spans == {'interval="9" sortbydate="1"'}  # as far back as the first time
    assert {row["last_error"] for row in sources(folder, "bing")} == {None}


@pytest.mark.parametrize("retry_after", ["Fri, 01 Jan 2100 00:00:00 GMT", None])
def test_service_that_asks_for_patience_is_asked_nothing_more(
    tmp_path: Path, retry_after: str | None
) -> None:
    def answer(asked: Asked) -> Reply | None:
        if asked.page == ("bing.test", "/news/search"):
            stated = {"Retry-After": retry_after} if retry_after else {}
            return Reply(status=429 if retry_after else 503, headers=stated)
        return None

    folder = make_workspace(tmp_path / "w", TOML)
    with answering(answer) as web:
        begun = datetime.now(UTC)
        done = crawl(folder, "bing", web)
        asked = web.asked("/news/search")
    rows = sources(folder, "bing")
    wait_s = 86_400 if retry_after else 60  # a day at most, whatever is asked for
    due = min(datetime.fromisoformat(row["next_due"]) for row in rows)

    assert done.returncode == 0, done.stderr
    assert len(asked) == 1
    assert wait_s - 1 <= (due - begun).total_seconds() <= wait_s + 60
    assert sorted(row["failures"] for row in rows) == [0, 1]
    status = 429 if retry_after else 503
    assert {row["last_error"] for row in rows} == {None, f"http {status}"}
