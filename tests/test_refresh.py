"""Pages that lead elsewhere after a moment, and pages of which nobody can tell."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import pytest
from scrapy import Request, Spider
from scrapy.http import HtmlResponse
from scrapy.utils.test import get_crawler

from ingest.middlewares import MetaRefresh
from tests.demo_web import environment
from tests.search_web import Asked, Reply, answering, make_workspace, pages
from tests.test_middlewares import crawl_list

if TYPE_CHECKING:
    from pathlib import Path

URL = "http://a.test/page"
REFRESH = b'<html><head><meta http-equiv="refresh" content="0;url=/there"></head>'
SENTENCE = (
    "the envoys of Azerbaijan and Russia met in Baku and spoke of the arrests, of the schools and "
    "of the trade between their countries, as the ministry said."
)
UNREADABLE = ("idna", "zlib", "undefined", "punycode", "unicode_escape")


def answer(body: bytes, charset: str) -> HtmlResponse:
    kind = f"text/html; charset={charset}"
    return HtmlResponse(URL, body=body, headers={"Content-Type": kind}, request=Request(URL))


@pytest.fixture
def middleware() -> MetaRefresh:
    crawler = get_crawler(Spider)
    crawler.spider = Spider("any")
    return MetaRefresh.from_crawler(crawler)


@pytest.mark.parametrize("charset", UNREADABLE)
@pytest.mark.parametrize("body", [b"\xff\xd6.." * 99, b"." * 99, zlib.compress(b"x" * 9)])
def test_page_that_cannot_be_decoded_comes_as_it_is(
    body: bytes, charset: str, middleware: MetaRefresh
) -> None:
    page = answer(body, charset)

    assert middleware.process_response(Request(URL), page) is page


def test_refresh_is_followed(middleware: MetaRefresh) -> None:
    followed = middleware.process_response(Request(URL), answer(REFRESH, "utf-8"))

    assert isinstance(followed, Request)
    assert followed.url == "http://a.test/there"


def test_article_in_a_codec_that_is_none_of_text_is_read(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", "")
    names = ["idna", "zlib", "undefined"]
    (folder / "list.txt").write_text("\n".join(f"http://a.test/{name}" for name in names))
    told = "".join(f"<p>On day {n} {SENTENCE}</p>" for n in range(1, 9))
    body = f"<html><body><article><h1>Talks in Baku</h1>{told}</article></body></html>".encode()

    def declaring(asked: Asked) -> Reply | None:
        name = asked.path[1:]
        kind = {"Content-Type": f"text/html; charset={name}"}
        return Reply(body=body, headers=kind) if name in names else None

    with answering(declaring) as web:
        done = crawl_list(folder, environment(web))

    assert done.returncode == 0, done.stderr
    outcomes = {row["url"].rsplit("/", 1)[1]: row["outcome"] for row in pages(folder).values()}
    assert sorted(outcomes) == sorted(names)
    assert set(outcomes.values()) == {"article", "copy"}
