from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from scrapy import Request
from scrapy.http import Response

from ingest.middlewares import ASKS_OWN_SERVICE, AddressGuard, RefusedAddress, WorkspaceProxy
from spiders.searxng import SearxngSpider, read_searxng
from tests.search_web import Asked, Reply, answering, crawl, make_workspace, pages, sources

if TYPE_CHECKING:
    from pathlib import Path

BASE = "http://127.0.0.1:8888/search?q=x&format=json&categories=news&language=en&pageno=1"
RESULT = {
    "url": "https://www.example.org/2025/11/21/talks/",
    "title": "Talks resume",
    "content": "Azerbaijan &amp; Russia",
    "publishedDate": "2025-11-21T08:45:00",
    "engine": "bing news",
    "engines": ["bing news", "qwant news"],
    "parsed_url": ["https", "www.example.org", "/2025/11/21/talks/", "", "", ""],
    "positions": [1],
    "score": 1.0,
    "category": "news",
}


def body(*results: Any, silent: Any = ()) -> bytes:
    more: dict[str, Any] = {"answers": [], "corrections": [], "infoboxes": [], "suggestions": []}
    said = {"query": "x", "results": list(results), "unresponsive_engines": list(silent)}
    return json.dumps(said | more).encode()


def test_result_is_a_candidate_with_its_date_in_utc() -> None:
    found = read_searxng(body(RESULT), {}, BASE)
    (one,) = found.candidates

    assert (one.url, one.title, one.snippet) == (
        "https://www.example.org/2025/11/21/talks/",
        "Talks resume",
        "Azerbaijan & Russia",
    )
    assert one.published == datetime(2025, 11, 21, 8, 45, tzinfo=UTC)
    assert (one.language, found.next_page, found.lack) == ("en", "2", None)


def test_null_and_missing_dates_and_results_without_address_do_no_harm() -> None:
    odd = [{**RESULT, "publishedDate": None}, {"title": "no address"}, {"url": 7}, None, "x"]

    (one,) = read_searxng(body(*odd), {}, BASE).candidates

    assert one.published is None


def test_silent_engines_are_named_beside_results_and_are_a_failure_without() -> None:
    silent = [["google news", "timeout"], ["bing news", "access denied"], "odd"]

    assert read_searxng(body(RESULT, silent=silent), {}, BASE).lack == (
        "no answer from bing news (access denied), google news (timeout)"
    )
    with pytest.raises(
        ValueError, match=r"no results, and no answer from .*google news \(timeout\)"
    ):
        read_searxng(body(silent=silent), {}, BASE)
    assert read_searxng(body(silent=silent), {}, BASE.replace("pageno=1", "pageno=2")).lack


@pytest.mark.parametrize("odd", [b"", b"[]", b"{}", b'{"results": 1}', b"<title>Home</title>"])
def test_what_is_no_answer_is_refused(odd: bytes) -> None:
    with pytest.raises(ValueError, match=r"no answer of SearXNG|no JSON"):
        read_searxng(odd, {}, BASE)


OWN = "http://127.0.0.1:8888/searx"


def asked(url: str, **meta: Any) -> Request:
    return Request(url, meta={ASKS_OWN_SERVICE: True, **meta})


def test_own_instance_may_be_private_at_exactly_its_scheme_host_and_port() -> None:
    guard = AddressGuard(allow_private=False, own_service=OWN)
    guard.process_request(asked("http://127.0.0.1:8888/searx/search?q=x"))

    for refused in (
        Request("http://127.0.0.1:8888/searx/search?q=x"),  # that a page or an answer named
        asked("http://127.0.0.1:8888/elsewhere", redirect_times=1),
        asked("http://127.0.0.1:8889/search"),
        asked("https://127.0.0.1:8888/search"),
        asked("http://localhost:8888/search"),
        asked("http://10.0.0.8:8888/search"),
    ):
        with pytest.raises(RefusedAddress):
            guard.process_request(refused)


def test_host_of_the_instance_is_no_page_though_its_name_looks_public() -> None:
    guard = AddressGuard(allow_private=False, own_service="http://search.lan:8888/")
    guard.process_request(asked("http://search.lan:8888/search"))

    with pytest.raises(RefusedAddress):  # the resolver knows no ports
        guard.process_request(Request("http://search.lan:9200/_search"))


def test_no_proxy_is_asked_for_an_instance_on_this_machine() -> None:
    proxy = WorkspaceProxy("http://proxy.test:3128", OWN)
    own, page = asked("http://127.0.0.1:8888/searx/search"), Request("http://a.test/")
    proxy.process_request(own)
    proxy.process_request(page)

    assert "proxy" not in own.meta
    assert page.meta["proxy"] == "http://proxy.test:3128"


def results_of(request: Asked) -> list[dict[str, Any]]:
    number = int(request.parameters["pageno"])
    if number > 2:
        return []
    return [
        {**RESULT, "url": f"http://paper.test/{number}/{n}", "title": f"Baku and Moscow, {n}"}
        for n in range(3)
    ]


def test_own_instance_is_asked_without_robots_and_its_silent_engines_are_shown(
    tmp_path: Path,
) -> None:
    def answer(request: Asked) -> Reply | None:
        if request.path == "/searx/search":
            return Reply(body=body(*results_of(request), silent=[["qwant news", "captcha"]]))
        return None

    with answering(answer) as web:
        # No private network is open, and no proxy is set: it is asked directly.
        folder = make_workspace(
            tmp_path / "w", f'searxng_url = "http://127.0.0.1:{web.port}/searx"\npages = 5'
        )
        done = crawl(folder, "searxng", web, SEEDBED_CRAWL__PROXY="")
        requests = web.log
    (row, other) = sources(folder, "searxng")

    assert done.returncode == 0, done.stderr
    assert {one.path for one in requests} == {"/searx/search"}
    numbers = [one.parameters["pageno"] for one in requests if one.parameters["language"] == "en"]
    assert numbers == ["1", "2", "3"]
    assert {one.parameters["q"] for one in requests} == {"Azerbaijan Russia", "Баку Москва"}
    assert {one.parameters["time_range"] for one in requests} == {"month"}
    assert len(pages(folder)) == 6
    assert (row["failures"], row["last_error"]) == (0, "no answer from qwant news (captcha)")
    assert other["last_error"] == row["last_error"]


@pytest.mark.parametrize(
    ("status", "meaning", "patience_s"),
    [
        (
            403,
            "this SearXNG gives no JSON; put json under search.formats in its settings.yml",
            3600,
        ),
        (429, "its limiter refuses us; for an instance of your own set server.limiter: false", 60),
        (503, None, 60),
        (500, None, None),
    ],
)
def test_what_an_instance_lacks_is_told_in_words(
    status: int, meaning: str | None, patience_s: float | None
) -> None:
    response = Response("http://127.0.0.1:8888/search", status=status)

    assert SearxngSpider.meaning_of(response) == meaning
    assert SearxngSpider.patience_s(response) == patience_s


def test_refusals_fail_the_query_and_not_the_run(tmp_path: Path) -> None:
    replies = [
        Reply(body=body(silent=[["google news", "timeout"]])),
        Reply(status=302, headers={"Location": "http://127.0.0.1:1/secret"}),
        Reply(status=403),
    ]
    with answering(lambda request: replies.pop(0) if request.path == "/search" else None) as web:
        url = f'searxng_url = "http://127.0.0.1:{web.port}"'
        folder = make_workspace(tmp_path / "w", f'{url}\nqueries = ["a b", "c d", "e f", "g h"]')
        done = crawl(folder, "searxng", web, SEEDBED_CRAWL__PROXY="")
    told = sorted(row["last_error"] or "" for row in sources(folder, "searxng"))

    assert done.returncode == 0, done.stderr
    assert told == [
        "",  # was not asked any more
        "http 302: redirects to http://127.0.0.1:1/secret",
        "http 403: this SearXNG gives no JSON; put json under search.formats in its settings.yml",
        "no results, and no answer from google news (timeout)",
    ]


def test_spider_without_an_instance_says_what_it_needs(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", "")
    with answering(lambda _: None) as web:
        done = crawl(folder, "searxng", web)

    assert done.returncode != 0
    assert "searxng needs searxng_url" in done.stderr
    assert "Traceback" not in done.stderr
