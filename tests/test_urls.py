from __future__ import annotations

import json
import socket
from itertools import combinations
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.urls import (
    address_key,
    host_of,
    is_fetchable,
    outlet_of,
    trusted_canonical,
    unwrap,
    url_words,
)

EVAL = Path(__file__).parents[1].parent / "shared" / "eval"

SAME = [
    (
        "https://www.herald.test/world/story-1/",
        "http://herald.test/world/story-1",
        "https://m.herald.test/world/story-1?utm_source=x&utm_medium=y",
        "https://amp.herald.test/world/story-1/#comments",
        "https://mobile.herald.test//world/./story-1",
        "https://HERALD.test.:443/world/story-1/amp/",
        "https://herald.test/amp/world/story-1",
        "https://herald.test/world/story-1/print",
        "https://herald.test/world/story-1/index.html",
        "https://herald.test/world/story-1/page/1/",
        "https://herald.test/world/story%2D1?amp&fbclid=abc",
        "https://herald.test/world/story-1?outputType=amp&page=1",
        "  https://herald.test/world/\nstory-1\u200b ",
        "//herald.test/world/story-1",
        "herald.test/world/story-1",
        "https://www.google.com/url?sa=t&url=https%3A%2F%2Fherald.test%2Fworld%2Fstory-1&ved=2ah",
        "https://www.google.co.uk/amp/s/www.herald.test/world/story-1/amp/",
        "https://www-herald-test.cdn.ampproject.org/c/s/www.herald.test/world/story-1/amp/",
        "https://web.archive.org/web/20250701120000/https://herald.test/world/story-1",
        "https://web.archive.org/web/2025id_/herald.test/world/story-1",
        "https://archive.ph/2025.07.01-101010/https:/herald.test/world/story-1",
        "https://webcache.googleusercontent.com/search?q=cache:xyz:https://herald.test/world/story-1+a",
        "http://www.bing.com/news/apiclick.aspx?tid=1&url=https%3a%2f%2fherald.test%2fworld%2fstory-1",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fherald.test%2Fworld%2Fstory-1&h=AT0",
        "https://web.archive.org/web/2025/https://www.google.com/url?q=https://herald.test/world/story-1",
    ),
    ("https://herald.test/a?id=7&lang=en", "https://herald.test/a/?lang=en&amp;id=7&ref=home"),
    ("https://herald.test/a.html", "https://herald.test/a.amp.html", "https://herald.test/a-amp.html"),
    ("https://herald.test/index.php/2025/story", "https://herald.test/2025/story"),
    ("https://herald.test", "https://www.herald.test/index.php", "http://herald.test/?utm_source=x"),
    ("https://новости.test/статья", "https://xn--b1amnebsh.test/%d1%81%d1%82%d0%b0%d1%82%d1%8c%d1%8f"),
    ("https://www.bbc.co.uk/news/articles/c1", "https://www.bbc.com/news/articles/c1.amp"),
    (
        "https://apnews.com/article/baku-row-0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "https://apnews.com/0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    ),
]  # fmt: skip

DIFFERENT = [
    "https://herald.test/",
    "https://herald.test/print",
    "https://herald.test/a",
    "https://herald.test/A",
    "https://herald.test/a/b",
    "https://herald.test/a%2Fb",
    "https://herald.test/a?page=2",
    "https://herald.test/a?id=1",
    "https://herald.test/a?id=2",
    "https://herald.test/a?id=1&post=2",
    "https://herald.test/a?gallery=1",
    "https://herald.test/a?ref=1207",
    "https://herald.test/a?print=1207",
    "https://herald.test/a?cid=33",
    "https://herald.test/a?q=%E0",
    "https://herald.test/a?q=%E1",
    "https://herald.test/a?lang=ru",
    "https://herald.test/guitar-amp",
    "https://herald.test/guitar",
    "https://herald.test:8080/a",
    "https://en.herald.test/a",
    "https://herald2.test/a",
    "https://archive.org/details/a",
    "https://archive.org/download/a/2020/b.c",
    "https://www.google.com/search?q=https://herald.test/a",
]


@pytest.mark.parametrize("group", SAME, ids=lambda group: group[0])
def test_all_addresses_of_one_article_have_one_key(group: tuple[str, ...]) -> None:
    assert {url: address_key(url) for url in group} == dict.fromkeys(group, address_key(group[0]))


def test_addresses_of_different_pages_have_different_keys() -> None:
    shared = [(a, b) for a, b in combinations(DIFFERENT, 2) if address_key(a) == address_key(b)]

    assert shared == []


def test_key_is_host_path_and_query() -> None:
    key = address_key("https://www.herald.test/World/Story One/?b=2&a=%D1%8F+x&utm_source=z#top")

    assert key == "herald.test/World/StoryOne?a=%D1%8F%20x&b=2"


def test_key_of_a_home_page_ends_in_a_slash() -> None:
    assert address_key("https://www.herald.test") == "herald.test/"


editions = st.lists(st.sampled_from(["www", "m", "amp", "edition", "en", "co", "www2"]), max_size=3)
labels = st.text("abcm-w1", min_size=1, max_size=6).map(lambda label: f"x{label}x")
suffixes = st.sampled_from(["com", "co.uk", "test", "az"])
hosts = st.one_of(
    st.builds(lambda start, *end: ".".join([*start, *end]), editions, labels, suffixes),
    st.sampled_from(["127.0.0.1", "localhost", "[::1]:80", "bücher.de", "bbc.co.uk", "apnews.com"]),
    st.sampled_from(["web.archive.org", "www.google.com", "a-b.cdn.ampproject.org", "vk.com"]),
)
PIECES = """
    amp print index.html index.php page 1 . .. %2e %2F % %zz .amp -amp.html https: http:// web x.com
    20250701000000 url away.php ? & = # + ; ;jsessionid=1 &amp; // / \\ q=https://a.b/c to= article
    0a1b2c3d 0a1b2c3d:81 @
"""
pieces = st.one_of(st.text(max_size=5), st.sampled_from(PIECES.split()))
web_addresses = st.builds(
    lambda scheme, host, tail: f"{scheme}://{host}/{tail}",
    st.sampled_from(["http", "https", "HTTP"]),
    hosts,
    st.lists(st.tuples(pieces, st.sampled_from(["/", "?", "&", ""])), max_size=8).map(
        lambda parts: "".join(piece + end for piece, end in parts)
    ),
)


@given(web_addresses)
@example("https://herald.test/a/index.html/amp/print")
@example("https://www.www.herald.test/amp/amp/a")
@example("https://herald.test/a/%2e%2e/%2e%2e/b")
@example("https://web.archive.org/web/2025/https://")
def test_key_of_a_key_is_itself(url: str) -> None:
    key = address_key(url)

    assert address_key(f"https://{key}") == key


@given(st.text())
@example("http://[")
@example("https://a:b")
@example("https://herald.test:99999/")
@example("mailto:desk@herald.test")
def test_any_text_has_a_printable_ascii_key(text: str) -> None:
    key = address_key(text)

    assert key.isascii()
    assert not set(key) & {"\n", "\r", "\t", " "}


slugs = st.lists(
    st.text("bcdefghijklnoqrstuvwxyzBCD0123456789_", min_size=1, max_size=8), max_size=4
).map("/".join)


@given(slugs, slugs)
def test_different_paths_are_never_one(a: str, b: str) -> None:
    same = address_key(f"https://herald.test/{a}") == address_key(f"http://www.herald.test/{b}/")

    assert same == (a == b)


@given(
    st.dictionaries(st.sampled_from(["id", "p", "post", "x", "y"]), st.text(max_size=4), max_size=4)
)
def test_unknown_parameters_stay_and_their_order_does_not_count(query: dict[str, str]) -> None:
    there = address_key(f"https://herald.test/a?{urlencode(query)}")
    back = address_key(f"https://herald.test/a?{urlencode(list(query.items())[::-1])}")
    kept = parse_qsl(there.partition("?")[2], keep_blank_values=True)

    assert there == back
    assert dict(kept) == query


@pytest.mark.skipif(not EVAL.exists(), reason="the evaluation folder is not beside the checkout")
def test_labelled_addresses_are_all_told_apart_and_together() -> None:
    groups = json.loads((EVAL / "dedup" / "urls.json").read_text())
    keys = [{address_key(url) for url in group} for group in groups]

    assert [len(found) for found in keys] == [1] * len(keys)
    assert len(set[str]().union(*keys)) == len(keys)


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://www.caspian-herald.test/a", "caspian-herald.test"),
        ("https://en.apa.az/politics", "apa.az"),
        ("https://news.herald.co.uk/a", "herald.co.uk"),
        ("https://baku-notes.blogspot.com/2025", "baku-notes.blogspot.com"),
        ("https://www.bbc.co.uk/news", "bbc.com"),
        ("http://127.0.0.1:8000/a", "127.0.0.1"),
        ("http://[::1]:8000/a", "[::1]"),
        ("http://localhost/a", "localhost"),
        ("https://WWW.НОВОСТИ.РФ/a", "xn--b1amnebsh.xn--p1ai"),
        ("herald.example/a", "herald.example"),
        ("mailto:desk@herald.test", ""),
        ("http://[", ""),
    ],
)
def test_outlet_is_the_registrable_domain(url: str, outlet: str) -> None:
    assert outlet_of(url) == outlet


def test_outlets_are_told_without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)

    assert outlet_of("https://www.never-asked-before.co.nz/") == "never-asked-before.co.nz"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.Herald.test:8080/a", "www.herald.test"),
        ("https://u:p@herald.test/", "herald.test"),
        ("http://[::1]:80/", "[::1]"),
        ("/relative", ""),
        ("", ""),
    ],
)
def test_host_is_lower_case_and_without_port(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h.test/2025/07/baku-moscow_row.html?utm_source=x", "baku moscow row"),
        ("https://h.test/a/c5yxjgl0q4yo/1984055", ""),
        ("https://h.test/%D0%B1%D0%B0%D0%BA%D1%83-2025", "баку"),
        ("https://www.google.com/url?q=https://h.test/plane-crash", "plane crash"),
        ("http://[", ""),
    ],
)
def test_words_of_an_address_leave_out_numbers_and_ids(url: str, expected: str) -> None:
    assert url_words(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://herald.test",
        "http://127.0.0.1:8000/a?b=c",
        "https://herald.test/story.html",
        "https://herald.test/?file=a.pdf",
    ],
)
def test_pages_are_fetchable(url: str) -> None:
    assert is_fetchable(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "herald.test/a",
        "/a",
        "ftp://herald.test/a",
        "mailto:desk@herald.test",
        "javascript:void(0)",
        "https:///a",
        "https://user:secret@herald.test/a",
        "https://herald.test/photo.JPG",
        "https://herald.test/report.pdf?download=1",
        "https://herald.test/a b",
        "https://herald.test:99999/",
        "http://[",
        "https://herald.test/" + "a" * 3000,
    ],
)
def test_what_is_no_page_is_not_fetchable(url: str) -> None:
    assert not is_fetchable(url)


PAGE = "https://www.herald.test/world/europe/baku-row-deepens/amp"


@pytest.mark.parametrize(
    ("claimed", "believed"),
    [
        ("/world/europe/baku-row-deepens", "https://www.herald.test/world/europe/baku-row-deepens"),
        (
            "https://herald.test/politics/other-story#top",
            "https://herald.test/politics/other-story",
        ),
        ("https://edition.herald.test/x/y-z", "https://edition.herald.test/x/y-z"),
        ("https://other.test/world/europe/baku-row-deepens", None),
        ("https://www.herald.test/", None),
        ("/index.html", None),
        ("/world/europe", None),
        ("/world", None),
        ("javascript:void(0)", None),
        ("http://[", None),
    ],
)
def test_claimed_address_is_believed_inside_the_outlet(claimed: str, believed: str | None) -> None:
    assert trusted_canonical(PAGE, claimed) == believed


def test_page_from_a_cache_may_name_its_original() -> None:
    cached = "https://herald-test.cdn.ampproject.org/c/s/herald.test/a-b-c/amp"

    assert trusted_canonical(cached, "https://herald.test/a-b-c") == "https://herald.test/a-b-c"


def test_update_of_a_live_page_may_name_the_live_page() -> None:
    live = "https://herald.test/live/baku-talks-as-they-happened"

    assert trusted_canonical(f"{live}/post-12", live) == live


def test_home_page_may_name_itself() -> None:
    home = "https://herald.test/"

    assert trusted_canonical("https://www.herald.test/?utm_source=x", home) == home


def test_unwrap_leaves_a_plain_address_alone() -> None:
    assert unwrap("https://herald.test/a?url=https://other.test/") == (
        "https://herald.test/a?url=https://other.test/"
    )
