from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.traps import Seen, find_trap
from ingest.urls import address_key

TOKENS = ("4f0c1d2e3a4b5c6d7e8f901234567890", "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
          "99aabbccddeeff00112233445566778b")  # fmt: skip


def trap(url: str, *before: str) -> str | None:
    return find_trap(url, address_key(url), Seen.of(map(address_key, before)))


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/calendar/2031/05/", "calendar"),
        ("/events/2025-07-03", "calendar"),
        ("/news?month=7&year=2031", "calendar"),
        ("/archive?date=2025-07-03", "calendar"),
        ("/tag/baku/page/11/", "page 11 of a list"),
        ("/world?page=4000", "page 4000 of a list"),
        ("/world?offset=600&order=new", "page 60 of a list"),
        ("/a/b/a/b/a/b", "repeats itself"),
        ("/img/img/story/img", "repeats itself: 3 times img"),
        ("/" + "/".join("abcdefghijklm"), "grows"),
        ("/story?q=" + "x" * 700, "grows"),
        ("/(S(abcdefghij0123456789klmn))/story", "session"),
        ("/story;jsessionid=9A8B7C6D5E4F", "session"),
        ("/story-12345/print-friendly/", "another dress"),
        ("/story-12345/reply", "another dress"),
        ("/story-12345?action=share", "another dress"),
        ("/shop?a=1&b=2&c=3&d=4&e=5&f=6", "6 parameters"),
        ("/login?next=/login%3Fnext%3D%252Flogin", "leads back to itself"),
    ],
)
def test_an_address_may_show_by_itself_that_it_is_a_trap(path: str, why: str) -> None:
    said = trap(f"http://a.test{path}")

    assert said is not None
    assert why in said


@pytest.mark.parametrize(
    "path",
    [
        "/2025/07/03/talks-resume-in-baku/",
        "/2025/07/03/",
        "/news/world/news/talks-resume",
        "/story?id=44496207",
        "/?p=4711",
        "/article/0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "/article?uuid=0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "/tag/baku/page/3/",
        "/events/flood-in-baku-leaves-thousands-homeless",
        "/world/share-of-gas-exports-grows",
        "/politics/print-media-under-pressure-in-baku",
        "/az/siyaset/2025/xeber-1990",
    ],
)
def test_what_articles_and_lists_go_by_is_no_trap(path: str) -> None:
    assert trap(f"http://a.test{path}") is None


def test_the_same_page_under_a_third_token_is_a_session() -> None:
    urls = [f"http://a.test/s/{token}/story-of-the-day" for token in TOKENS]

    assert trap(urls[1], urls[0]) is None
    assert "session" in (trap(urls[2], *urls[:2]) or "")


def test_once_a_place_proved_to_hold_sessions_two_of_another_page_are_enough() -> None:
    proof = [f"http://a.test/s/{token}/story-of-the-day" for token in TOKENS[:2]]
    once = f"http://a.test/s/{TOKENS[0]}/other"

    assert trap(once, *proof) is None
    assert "session" in (trap(f"http://a.test/s/{TOKENS[2]}/other", *proof, once) or "")


def test_pages_that_differ_by_more_than_their_token_are_pages() -> None:
    urls = [f"http://a.test/{token}/story-{n}" for n, token in enumerate(TOKENS)]

    assert trap(urls[2], *urls[:2]) is None


def test_a_token_in_the_query_of_a_page_with_a_name_is_a_session() -> None:
    urls = [f"http://a.test/news/story-12345?visit={token}" for token in TOKENS]

    assert "session" in (trap(urls[2], *urls[:2]) or "")


def test_a_path_has_two_dozen_selections() -> None:
    before = [f"http://a.test/find?colour={n}&size=1" for n in range(24)]

    assert trap(before[0], *before) is None
    assert trap("http://a.test/find?size=1&colour=3", *before) is None
    assert "selections" in (trap("http://a.test/find?colour=99&size=1", *before) or "")


def test_a_host_has_a_month_of_days() -> None:
    days = [f"http://a.test/news/2025/{month}/{day}" for month in (1, 2) for day in range(1, 29)]

    assert trap(days[30], *days[:30]) is None
    assert "days of an archive" in (trap(days[40], *days[:31]) or "")


def test_another_order_of_parameters_is_the_same_selection() -> None:
    one, other = Seen(), Seen()
    one.note(address_key("http://a.test/x?b=2&a=1"))
    other.note(address_key("http://a.test/x?a=1&b=2"))

    assert one == other


@given(st.text(max_size=80), st.lists(st.text(max_size=40), max_size=5))
def test_any_text_is_weighed_and_the_order_of_what_was_seen_plays_no_part(
    path: str, before: list[str]
) -> None:
    keys = [address_key(f"http://a.test/{one}") for one in before]
    url = f"http://a.test/{path}"
    seen, turned = Seen.of(keys), Seen.of(reversed(keys))

    assert find_trap(url, address_key(url), seen) == find_trap(url, address_key(url), turned)
