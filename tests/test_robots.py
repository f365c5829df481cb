"""robots.txt by RFC 9309: the pure part."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.robots import Rules, after_robots, is_robots_due, origin_of, product_token, rules_of

if TYPE_CHECKING:
    from ingest.items import RobotsCopy

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ORIGIN = "https://a.test"


def asked(
    status: int | None, body: bytes = b"", *, before: RobotsCopy | None = None, at: datetime = NOW
) -> RobotsCopy:
    return after_robots(before, origin=ORIGIN, status=status, body=body, token="Seedbed", now=at)


def rules(body: bytes, token: str = "Seedbed") -> Rules:
    copy = after_robots(None, origin=ORIGIN, status=200, body=body, token=token, now=NOW)
    return rules_of(copy, token=token, now=NOW)


def allowed(body: bytes, path: str, token: str = "Seedbed") -> bool:
    return rules(body, token).allow(f"{ORIGIN}{path}")


CLOSED = b"User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 310])
def test_refused_robots_txt_is_none_and_allows_everything(status: int) -> None:
    copy = asked(status, CLOSED)

    assert rules_of(copy, token="Seedbed", now=NOW).allow(f"{ORIGIN}/x")
    assert copy.unreadable_since is None


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, None])
def test_robots_txt_that_cannot_be_read_forbids_everything(status: int | None) -> None:
    found = rules_of(asked(status), token="Seedbed", now=NOW)

    assert not found.is_readable
    assert not found.allow(f"{ORIGIN}/x")
    assert found.because == ("no answer" if status is None else f"http {status}")


def test_last_copy_holds_while_robots_txt_cannot_be_read() -> None:
    copy = asked(200, b"User-agent: *\nDisallow: /private\nCrawl-delay: 7\n")
    for day in range(1, 60):
        copy = asked(503 if day % 2 else None, before=copy, at=NOW + day * DAY)
    found = rules_of(copy, token="Seedbed", now=NOW + 60 * DAY)

    assert found.allow(f"{ORIGIN}/public")
    assert not found.allow(f"{ORIGIN}/private/x")
    assert found.crawl_delay_s == 7
    assert copy.unreadable_since == NOW + DAY


def test_robots_txt_that_answers_304_leaves_the_rules_as_they_are() -> None:
    copy = asked(200, b"User-agent: *\nDisallow: /private\nCrawl-delay: 7\n")
    same = asked(304, before=copy, at=NOW + DAY)
    found = rules_of(same, token="Seedbed", now=NOW + DAY)

    assert (same.body, found.crawl_delay_s) == (copy.body, 7)
    assert not found.allow(f"{ORIGIN}/private/x")
    assert is_robots_due(same, NOW + DAY + HOUR / 4)
    assert not rules_of(asked(304), token="Seedbed", now=NOW).allow(f"{ORIGIN}/x")


@pytest.mark.parametrize(
    ("body", "is_kept"),
    [
        (b"<!doctype html><title>Not here</title><p>User-agent: of nobody</p>" * 99, False),
        (b"# nothing is forbidden\n", False),
        (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /x", True),
        (b"# ours\r  useragent *\rDisallow: /x", True),
        (b"Sitemap: https://a.test/map.xml", True),
    ],
)
def test_a_body_is_kept_if_it_has_rules(body: bytes, is_kept: bool) -> None:  # noqa: FBT001
    copy = asked(200, body)

    assert copy.body == (body if is_kept else b"")
    assert rules_of(copy, token="Seedbed", now=NOW).is_readable


def test_robots_txt_that_was_never_read_is_given_up_after_30_days() -> None:
    copy = asked(None)
    later = asked(500, before=copy, at=NOW + 29 * DAY)

    assert not rules_of(later, token="Seedbed", now=NOW + 29 * DAY).is_readable
    assert rules_of(later, token="Seedbed", now=NOW + 30 * DAY).allow(f"{ORIGIN}/x")


def test_robots_txt_is_asked_for_once_a_day_and_sooner_while_it_cannot_be_read() -> None:
    read, failed, busy = asked(200, CLOSED), asked(500), asked(429)

    assert is_robots_due(None, NOW)
    assert not is_robots_due(read, NOW + 23 * HOUR)
    assert is_robots_due(read, NOW + DAY)
    assert not is_robots_due(failed, NOW + HOUR / 6)
    assert is_robots_due(failed, NOW + HOUR / 4)
    assert is_robots_due(busy, NOW + HOUR / 60)  # its host says when it may be asked at all
    assert is_robots_due(read, NOW - HOUR)  # the clock went back


GROUPS = b"""# a comment
User-agent: *
Disallow: /all

USER-AGENT: seedbed   # in any case
user-agent: otherbot
Disallow: /ours
Allow: /ours/open

User-Agent: Seed
Disallow: /seed

User-agent: Seedbed-News
Disallow: /news

User-agent: SeedBed/1.0
Disallow: /more
"""


@pytest.mark.parametrize(
    ("path", "is_allowed"),
    [
        ("/all", True), ("/ours", False), ("/ours/open", True), ("/seed", True), ("/news", True),
        ("/more", False), ("/robots.txt", True), ("/", True),
    ],
)  # fmt: skip
def test_groups_of_our_name_are_merged_and_those_of_like_names_are_not_ours(
    path: str, *, is_allowed: bool
) -> None:
    assert allowed(GROUPS, path) is is_allowed
    assert allowed(GROUPS, "/all", token="Nobody") is False


@pytest.mark.parametrize(
    ("body", "path", "is_allowed"),
    [
        (b"User-agent: *\nDisallow: /a\nAllow: /a/b\n", "/a/b/c", True),
        (b"User-agent: *\nAllow: /a\nDisallow: /a\n", "/a", True),
        (b"User-agent: *\nDisallow: /*.pdf$\n", "/x.pdf", False),
        (b"User-agent: *\nDisallow: /*.pdf$\n", "/x.pdf?a=1", True),
        (b"User-agent: *\nDisallow: /caf%C3%A9\n", "/café", False),
        ("User-agent: *\nDisallow: /café\n".encode(), "/caf%C3%A9", False),
        (b"User-agent: *\nDisallow:\n", "/x", True),
        (b"User-agent: *\nDisallow: /\n", "/robots.txt", True),
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /x\n", "/x", False),
        (b"User-agent: *\rDisallow: /x\r", "/x", False),
        (b"User-agent: *\r\nDisallow: /x\r\n", "/x", False),
        (b"User-agent:*\nDisallow:/x", "/x", False),
        (b"Disallow: /x\nUser-agent: *\nDisallow: /y", "/x", True),
        ("User-agent: *\nDisallow: /a\u2028Disallow: /\n".encode(), "/b", True),
        (b"\xff\xfe\x00User-agent: *\nDisallow: /x", "/x", True),
        (b"<html><body>Not found<br>Disallow: /</body></html>", "/x", True),
        (b"", "/x", True),
        (b"User-agent: Seedbed\nDisallow:\n\nUser-agent: *\nDisallow: /\n", "/x", True),
    ],
)
def test_rules_are_read_as_the_rfc_says(body: bytes, path: str, *, is_allowed: bool) -> None:
    assert allowed(body, path) is is_allowed


def test_long_robots_txt_is_cut_at_the_end_of_a_line() -> None:
    line = b"Disallow: /%07d\n"
    body = b"User-agent: *\n" + b"".join(line % number for number in range(120_000))
    copy = asked(200, body)
    last = 500 * 1024 // len(line % 0) - 2

    assert len(body) > 2_000_000
    assert 500 * 1024 <= len(copy.body or b"") <= 512 * 1024
    assert (copy.body or b"").endswith(b"\n")
    assert not allowed(body, f"/{last:07}")
    assert allowed(body, "/0119999")


@pytest.mark.parametrize(
    ("body", "delay_s"),
    [
        (b"User-agent: *\nCrawl-delay: 5\n", 5.0),
        (b"User-agent: *\nCrawl-delay: 0.5\n", 0.5),
        (b"User-agent: *\nCrawl-delay: soon\n", None),
        (b"User-agent: *\nCrawl-delay: 5\nUser-agent: Seedbed\nCrawl-delay: 9\n", 9.0),
        (b"User-agent: other\nCrawl-delay: 5\n", None),
    ],
)
def test_crawl_delay_is_that_of_our_group(body: bytes, delay_s: float | None) -> None:
    assert rules(body).crawl_delay_s == delay_s


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.test:443/x", "https://a.test"),
        ("http://a.test:8080/x?y", "http://a.test:8080"),
        ("http://[::1]:80/", "http://[::1]"),
    ],
)
def test_each_scheme_host_and_port_has_its_own(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("agent", "token"),
    [
        ("Seedbed/0.6 (+mailto:a@b.test)", "Seedbed"),
        ("Mozilla/5.0 (compatible; FooBot/1.0; +http://x.test)", "FooBot"),
        ("my-bot", "my-bot"),
        ("", "Seedbed"),
    ],
)
def test_product_token_is_the_name_before_the_version(agent: str, token: str) -> None:
    assert product_token(agent) == token


lines = st.sampled_from(
    ["User-agent: *", "User-agent: Seedbed", "Disallow: /", "Disallow: /a*b$", "Allow: /a", "",
     "Crawl-delay: 1e999", "Sitemap: x", "# hash", ":", "Disallow", "Allow: /%zz", "\x00"]
)  # fmt: skip


@given(st.lists(lines | st.text(max_size=30), max_size=40), st.sampled_from("\n\r"), st.text())
def test_no_robots_txt_breaks_its_reading(said: list[str], end: str, path: str) -> None:
    body = end.join(said).encode("utf-8", "surrogatepass")
    found = rules(body)

    assert found.allow(f"{ORIGIN}/robots.txt")
    assert found.allow(f"{ORIGIN}/{path}") in (True, False)


@given(st.lists(st.tuples(st.sampled_from([200, 404, 429, 500, None]), st.integers(1, 50))))
def test_what_is_kept_is_the_last_that_was_read(answers: list[tuple[int | None, int]]) -> None:
    copy, at, last = None, NOW, None
    for status, days in answers:
        at += days * DAY
        body = f"User-agent: *\nDisallow: /{days}\n".encode()
        copy = asked(status, body, before=copy, at=at)
        last = {200: body, 404: b""}.get(status or 0, last)

    assert copy is None or copy.body == last
    assert copy is None or (copy.read is None) == (last is None)
    assert copy is None or replace(copy, asked=at) == copy
