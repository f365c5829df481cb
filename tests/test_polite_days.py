"""Sources over days, by the spiders of a crawl in a web without sockets."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.polite.crawl import Crawl, make_workspace
from benchmarks.polite.web import START, Answer, Web, outlets

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

FEED = "https://a.test/feed"


class Told:
    """One feed that answers as it is told, and what was asked of it."""

    def __init__(self, answer: Callable[[str, dict[str, str], int], Answer | None]) -> None:
        self._answer = answer
        self.log: list[tuple[str, dict[str, str]]] = []

    def sources(self) -> list[tuple[str, str]]:
        return [("feed", FEED)]

    def answer(self, url: str, headers: dict[str, str], now: datetime) -> Answer:
        del now
        self.log.append((url, headers))
        return self._answer(url, headers, len(self.polls())) or Answer(status=404)

    def polls(self) -> list[dict[str, str]]:
        return [headers for url, headers in self.log if url.endswith("/feed")]


def feed(names: int) -> bytes:
    items = "".join(
        f"<item><title>Azerbaijan and Russia resume talks in Baku, {name}</title>"
        f"<link>https://a.test/{name}</link></item>"
        for name in range(names)
    )
    return f'<rss version="2.0"><channel><title>A</title>{items}</channel></rss>'.encode()


def live(folder: Path, web: Any, days: float, toml: str = "") -> list[dict[str, Any]]:
    """The rows of the sources after some days on a web."""
    crawl = Crawl(workspace=make_workspace(folder / "w", toml), web=web, now=START)
    rows: list[dict[str, Any]] = []
    closing, corpus = crawl.bench.corpus.close, crawl.bench.corpus

    def close() -> None:
        rows.extend(corpus._rows("SELECT * FROM sources"))
        closing()

    corpus.close = close  # type: ignore[method-assign]  # the crawl closes what we want to read
    crawl.live(START + timedelta(days=days), tick=timedelta(minutes=5))
    return rows


def test_body_itself_is_asked_for_once_a_day(tmp_path: Path) -> None:
    def honest(url: str, headers: dict[str, str], polls: int) -> Answer | None:
        del polls
        if not url.endswith("/feed"):
            return None
        is_known = headers.get("If-None-Match") == 'W/"1 "'
        return Answer(status=304) if is_known else Answer(body=feed(1), headers={"ETag": 'W/"1 "'})

    web = Told(honest)
    live(tmp_path, web, 3, "[schedule]\npoll_at_most_minutes = 360\n")
    sent = [headers.get("If-None-Match") for headers in web.polls()]

    assert sent.count(None) == 3
    assert len(sent) > 10
    assert all(one is None or one == 'W/"1 "' for one in sent)


def test_server_that_lies_is_found_out_and_asked_for_the_body(tmp_path: Path) -> None:
    def liar(url: str, headers: dict[str, str], polls: int) -> Answer | None:
        if not url.endswith("/feed"):
            return None
        if "If-None-Match" in headers:
            return Answer(status=304)
        return Answer(body=feed(5 * polls), headers={"ETag": f'"{polls}"'})

    web = Told(liar)
    (source,) = live(tmp_path, web, 5, "[schedule]\npoll_at_most_minutes = 240\n")
    sent = [headers.get("If-None-Match") for headers in web.polls()]
    found_out = sent.index(None, 1) + 2  # the body of a new day, the old validators once more

    assert source["lied"] is not None
    assert source["is_doubted"] == 0
    assert set(sent[:found_out]) == {None, '"1"'}
    assert len(sent) > found_out + 5
    assert set(sent[found_out:]) == {None}


@pytest.mark.parametrize(("status", "weight"), [(304, 0.5), (410, 1.0), (500, 0.5), (429, 0.25)])
def test_failing_feed_is_weighed_asked_ever_later_and_never_not_at_all(
    tmp_path: Path, status: int, weight: float
) -> None:
    web = Told(lambda url, _, __: Answer(status=status) if url.endswith("/feed") else None)
    (source,) = live(tmp_path, web, 12, "[polling]\nfailing_at_most_minutes = 2880\n")

    assert source["failure_weight"] == pytest.approx(weight * source["failures"])
    assert 5 <= source["failures"] <= 60
    assert source["every_minutes"] <= 60
    assert source["next_due"] > "2026-03-14"


def test_feed_that_moved_for_good_is_asked_there_after_three_days(tmp_path: Path) -> None:
    def moved(url: str, _: dict[str, str], __: int) -> Answer | None:
        if url == FEED:
            return Answer(status=301, headers={"Location": "https://b.test/feed"})
        return Answer(body=feed(3)) if url == "https://b.test/feed" else None

    web = Told(moved)
    (source,) = live(tmp_path, web, 6, "[schedule]\npoll_at_most_minutes = 600\n")
    asked = [url for url, _ in web.log if url.endswith("/feed")]

    assert source["url"] == FEED
    assert 3 <= asked.count(FEED) <= 8
    assert set(asked[-5:]) == {"https://b.test/feed"}


def test_a_made_up_press_costs_little_and_is_seen_soon(tmp_path: Path) -> None:
    few = tuple(one for one in outlets() if one.host in {"wire.test", "busy.test"})
    web = Web(outlets=few, seed=1, days=1)
    live(tmp_path, web, 1)
    articles = web.asked["article"]

    assert articles > 200
    assert web.asked.total() <= 1.2 * articles
    assert web.asked["robots"] <= 2 * 2
