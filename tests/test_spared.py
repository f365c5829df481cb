"""What is spared on the way of a page gives what the long way gives."""

from __future__ import annotations

import gzip
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import HtmlResponse, Response, TextResponse
from scrapy.utils.test import get_crawler

from ingest.bounds import FewLayers
from ingest.calibration import THRESHOLD, score_of
from ingest.decide import gate
from ingest.items import Candidate, Gated, Relevance
from ingest.names import fold, join_places
from ingest.text import tokens
from ingest.urls import keys, unwrap
from ingest.urls.wrappers import may_wrap

_HOSTS = (
    "herald.test", "web.archive.org", "cdn.ampproject.org", "google.com", "yandex.ru",
    "bing.com", "l.facebook.com", "12ft.io", "t.me", "href.li", "disq.us", "news.google.com",
)  # fmt: skip
_PIECES = (
    "/", "//", "amp", "/amp/", "print", "/print.html", "index", ".html", "default.aspx", "web",
    "2024", "http:", "https://a.test/b", "HTTP://c.test", "?url=", "q=x", "/page/1", "page-2",
    "comment-page-3", "AMP.html", "go", "news", "é", ".", "..",
)  # fmt: skip
_PATHS = st.lists(st.sampled_from(_PIECES), max_size=6).map(lambda some: "/" + "".join(some))

#: As `fold` had them, each a pattern.
_SOUNDS = (
    (r"[^a-z]", ""), (r"shch|sch|sh", "s"), (r"tch|dzh|dj|zh|ch|ts|tz|^j", "C"),
    (r"kh|gh|ck|qu|[qgh]", "k"), (r"ph|f", "p"), (r"th", "t"), (r"c(?=[eiy])", "s"), (r"c", "k"),
    (r"x", "ks"), (r"w", "v"), (r"[yj]", "i"), (r"e", "a"), (r"u", "o"),
    (r"i+(?=[ao])|(?<=[ao])i+", ""), (r"(.)\1+", r"\1"),
)  # fmt: skip


@given(host=st.sampled_from(_HOSTS), below=_PATHS)
@example(host="herald.test", below="/go/https://a.test/b")
def test_where_no_wrapper_can_be_none_is_found(host: str, below: str) -> None:
    if not may_wrap(host, below):
        assert unwrap(f"https://{host}{below}") == f"https://{host}{below}"


def test_a_plain_address_needs_no_second_look() -> None:
    assert not may_wrap("herald.test", "/world/story-1")
    assert may_wrap("herald.test", "/out?url=https://a.test/b")
    assert may_wrap("web.archive.org", "/web/2024/a.test")


@given(_PATHS)
@example("/story/comment-page-12")
@example("/default.aspx/story")
def test_a_path_that_is_left_alone_has_no_variants(path: str) -> None:
    variants = (
        keys._INDEX_FILE, keys._VARIANT_START, keys._VARIANT_WITHIN, keys._VARIANT_END,
    )  # fmt: skip

    assert keys._MAY_VARY.search(path) or not any(one.search(path) for one in variants)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=12))
@example("shchukh")
@example("phthach")
def test_sounds_fold_as_by_patterns(word: str) -> None:
    key = word
    for pattern, sound in _SOUNDS:
        key = re.sub(pattern, sound, key)

    assert fold(word) == key


def test_a_place_of_two_words_is_joined_however_often_it_was_not() -> None:
    apart, together = "She left Korea in the south", "She left South Korea in May"
    first = join_places(tokens(together))

    assert "South Korea" in first
    assert list(join_places(tokens(apart))) == tokens(apart)
    assert join_places(tokens(together)) == first


@pytest.mark.parametrize(
    ("score", "is_followed"),
    [(0.0, False), (score_of(0.34), False), (score_of(0.36), True), (1.0, True)],
)
def test_the_gate_remembers_nothing_of_other_links(score: float, *, is_followed: bool) -> None:
    for url in ("http://a.test/1", "http://b.test/2"):
        gated = _gated(url, score)

        assert (gated.outcome == "waiting") is is_followed
        assert (gated.key, gated.candidate.url) == (url, url)


def _gated(url: str, score: float) -> Gated:
    return gate(
        Candidate(url=url, found_by="links", depth=1, title="A title"),
        key=url, outlet="a.test", is_page=True, headline_words=2, is_foreign=False,
        headline=Relevance(score=score, threshold=THRESHOLD),
    )  # fmt: skip


def test_packed_text_is_unpacked_without_a_guess_at_what_is_packed() -> None:
    page = "<meta charset=iso-8859-9><p>Yılmaz şöyle dedi".encode("iso-8859-9")
    request = Request("http://a.test/story.html")
    answer = HtmlResponse(
        request.url, body=gzip.compress(page), request=request, flags=["kept"],
        headers={"Content-Type": "text/html", "Content-Encoding": "gzip"},
    )  # fmt: skip

    passed = FewLayers().process_response(request, answer)
    unpacking = HttpCompressionMiddleware.from_crawler(get_crawler())
    unpacked = unpacking.process_response(request, passed)

    assert type(passed) is Response
    assert isinstance(unpacked, HtmlResponse)
    assert unpacked.body == page
    assert "şöyle" in unpacked.text
    assert unpacked.flags == ["kept"]


def test_text_that_is_not_packed_stays_as_it_is() -> None:
    answer = TextResponse("http://a.test/robots.txt", body=b"User-agent: *")

    assert FewLayers().process_response(Request(answer.url), answer) is answer
