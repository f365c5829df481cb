"""Addresses as publishers, platforms and archives write them, and who publishes there."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.urls import address_key, home_of, is_front, outlet_of, own_address, picture_key
from ingest.urls import trusted_canonical as trusted

GOLD = Path(__file__).parents[1] / "benchmarks" / "gold" / "relations" / "addresses.json"
GROUPS: list[list[str]] = json.loads(GOLD.read_text(encoding="utf-8"))


@pytest.mark.parametrize("group", [g for g in GROUPS if len(g) > 1], ids=lambda group: group[0])
def test_addresses_of_one_page_have_one_key(group: list[str]) -> None:
    assert {url: address_key(url) for url in group} == dict.fromkeys(group, address_key(group[0]))


def test_addresses_of_different_pages_have_different_keys() -> None:
    first = [group[0] for group in GROUPS]

    merged = [(a, b) for a, b in combinations(first, 2) if address_key(a) == address_key(b)]

    assert merged == []


def test_key_of_a_key_is_itself() -> None:
    keys = {address_key(url) for group in GROUPS for url in group}

    assert {address_key(f"https://{key}") for key in keys} == keys


SITES = """
    www.reuters.com x.com mobile.twitter.com t.me medium.com a.medium.com youtu.be m.youtube.com
    a.livejournal.com m.livejournal.com open.substack.com a.blogspot.co.uk www.reddit.com redd.it
    en.m.wikipedia.org www.rferl.org www.dailymail.co.uk ria.ru www.rbc.ru m.kommersant.ru
    amp.cnn.com www.msn.com news.google.com bing.com yandex.ru a-b.translate.goog urldefense.com
    disq.us r.search.yahoo.com webcache.googleusercontent.com herald.test archive.ph l.facebook.com
"""
PARTS = """
    p article news articles read rss watch?v=abcdefghijk abcdefghijk embed s i status 1234567
    comments abc users read/user iv share a-12345 doc 1234567.html a slug-of-words 20250101
    x-12345678.html story.aspx?ID=1 (S(abcdefghijklmnopqrst)) #!/a/1 #/b print amp .lite cnn ck
    article-12345 rbcnews w index.php?title=A pub 0a1b2c3d4e5f ?url=https://h.test/a https: v3
    __https://h.test/a__; search?q=cache:h.test/a CBMiEmh0dHBzOi8vaC50ZXN0L2ExMg
    RU=https%3a%2f%2fa.b
"""


@given(st.sampled_from(SITES.split()), st.lists(st.sampled_from(PARTS.split()), max_size=5))
def test_whatever_a_known_site_writes_has_one_key(host: str, parts: list[str]) -> None:
    url = f"https://{host}/{'/'.join(parts)}"
    key = address_key(url)

    assert address_key(f"https://{key}") == key
    assert key.isascii()
    assert outlet_of(url) != ""
    assert outlet_of(home_of(url)) in {outlet_of(url), outlet_of(f"https://{host}/")}


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://baku.substack.com/p/a", "baku.substack.com"),
        ("https://open.substack.com/pub/baku/p/a", "baku.substack.com"),
        ("https://www.substack.com/", "substack.com"),
        ("https://qafqaz.blogspot.co.uk/2025", "qafqaz.blogspot.com"),
        ("https://qafqaz.wordpress.com/2025", "qafqaz.wordpress.com"),
        ("https://qafqaz.livejournal.com/1.html", "qafqaz.livejournal.com"),
        ("https://m.livejournal.com/read/user/qafqaz/1", "qafqaz.livejournal.com"),
        ("https://qafqaz.github.io/a", "qafqaz.github.io"),
        ("https://qafqaz.medium.com/a", "qafqaz.medium.com"),
        ("https://medium.com/@Qafqaz/a", "medium.com/@qafqaz"),
        ("https://medium.com/p/0a1b2c3d4e5f", "medium.com"),
        ("https://t.me/s/BakuNews/7", "t.me/bakunews"),
        ("https://telegram.me/bakunews", "t.me/bakunews"),
        ("https://t.me/iv?url=a", "t.me"),
        ("https://www.youtube.com/@BakuNews/videos", "youtube.com/@bakunews"),
        ("https://youtu.be/abcdefghijk", "youtube.com"),
        ("https://twitter.com/BakuNews/status/1", "x.com/bakunews"),
        ("https://twitter.com/i/web/status/1", "x.com"),
        ("https://www.facebook.com/bakunews/posts/1", "facebook.com/bakunews"),
        ("https://www.facebook.com/story.php?id=1", "facebook.com"),
        ("https://sites.google.com/view/baku-news", "sites.google.com/view/baku-news"),
    ],
)
def test_outlet_on_a_shared_platform_is_the_site_of_one_author(url: str, outlet: str) -> None:
    assert outlet_of(url) == outlet


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("https://www.herald.test/a/b?c", "https://www.herald.test/"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/"),
        ("https://t.me/bakunews/7", "https://t.me/s/bakunews"),
        ("https://medium.com/@qafqaz/a-0a1b2c3d4e5f", "https://medium.com/@qafqaz"),
        ("https://qafqaz.substack.com/p/a", "https://qafqaz.substack.com/"),
    ],
)
def test_home_of_an_outlet_is_its_own_front_page(url: str, home: str) -> None:
    assert home_of(url) == home


PAGE = "https://herald.test/world/2025/07/02/baku-summons-russian-envoy"


@pytest.mark.parametrize(
    "claim",
    [
        "/", "/index.php", "/world", "/news", "/world/central-asia", "/2025/07/02", "/2025/07",
        "/page/3", "/search?q=baku", "https://other.test/world/2025/07/02/baku-summons-russian-envoy",
    ],
)  # fmt: skip
def test_front_page_section_day_and_list_are_no_article_s_address(claim: str) -> None:
    assert trusted(PAGE, claim) is None


@pytest.mark.parametrize(
    ("page", "claim"),
    [
        ("https://h.test/story.php?id=12", "/story.php"),
        ("https://h.test/story.php?id=12", "/story.php?id=13"),
        ("https://h.test/?p=12", "/"),
        ("https://h.test/index.php?newsid=12", "/index.php"),
        ("https://a.substack.com/p/one-two-three", "https://b.substack.com/p/one-two-three"),
        ("https://t.me/bakunews/7", "https://t.me/otherone/7"),
    ],
)
def test_claim_that_drops_what_names_the_page_is_not_believed(page: str, claim: str) -> None:
    assert trusted(page, claim) is None


@pytest.mark.parametrize(
    ("page", "claim"),
    [
        ("https://h.test/story.php?id=12", "/a-note-of-protest"),
        ("https://h.test/?p=12", "/crash"),
        (f"{PAGE}?id=5", PAGE),
        (f"{PAGE}/gallery", PAGE),
        ("https://h.test/n/12345", "/news/12345-crash"),
        ("https://h.test/#!/a/12", "https://h.test/?_escaped_fragment_=/a/12"),
    ],
)
def test_plausible_claim_is_believed(page: str, claim: str) -> None:
    assert trusted(page, claim) is not None


FIXED = "https://herald.test/2019/01/01/terms-of-our-service"


@pytest.mark.parametrize(
    ("claims", "believed"),
    [
        ([PAGE, PAGE, PAGE], PAGE),
        ([FIXED], FIXED),
        ([FIXED, PAGE], PAGE),
        ([FIXED, PAGE, PAGE], PAGE),
        ([FIXED, f"{PAGE}-in-baku", f"{PAGE}-in-baku"], f"{PAGE}-in-baku"),
        ([FIXED, f"{PAGE}-in-baku"], FIXED),
        ([f"{PAGE}-in-baku", PAGE], f"{PAGE}-in-baku"),
        (["https://herald.test/", f"{PAGE}?utm_source=x"], f"{PAGE}?utm_source=x"),
        (["https://herald.test/", "https://other.test/a"], None),
        ([], None),
    ],
)
def test_claims_that_agree_outvote_one_that_names_something_else(
    claims: list[str], believed: str | None
) -> None:
    assert own_address(PAGE, claims) == believed


def test_front_of_a_script_is_told_by_the_number_it_lacks() -> None:
    assert is_front("h.test/")
    assert not is_front("h.test/?p=12")


SMALL = "https://cdn.herald.test/2025/07/envoy-150x150.jpg?w=300&quality=80"


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.herald.test/2025/07/envoy.jpg",
        "https://cdn.herald.test/2025/07/envoy-1200x675.jpg",
        "https://cdn.herald.test/2025/07/envoy-scaled.jpg?resize=640,360",
        "https://i0.wp.com/cdn.herald.test/2025/07/envoy.jpg?fit=1200%2C800&ssl=1",
        "http://cdn.herald.test/2025/07/envoy_thumb.jpg",
        "https://cdn.herald.test/800x450/2025/07/envoy.jpg",
        "https://cdn.herald.test/c_fill,w_1200,h_675/2025/07/envoy.jpg",
    ],
)
def test_picture_is_one_in_any_size(url: str) -> None:
    assert picture_key(url) == picture_key(SMALL) == "cdn.herald.test/2025/07/envoy.jpg"


def test_other_picture_has_another_key() -> None:
    one, other = (
        "https://cdn.herald.test/2025/07/envoy-1.jpg",
        "https://cdn.herald.test/envoy-1.jpg",
    )

    assert len({picture_key(SMALL), picture_key(one), picture_key(other)}) == 3
    assert picture_key("data:image/png;base64,AAAA") == ""
