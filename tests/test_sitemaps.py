"""Sitemaps in the forms that occur, and what is passed over of them."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from ingest.discovery.archives import is_before, named_period_end, story_start
from ingest.discovery.sitemaps import read_robots, read_sitemap

AT = "http://a.test/sitemap.xml"
START = datetime(2025, 6, 1, tzinfo=UTC)


def urlset(*pages: str) -> bytes:
    return f"<urlset>{''.join(f'<url>{page}</url>' for page in pages)}</urlset>".encode()


def index(*members: str) -> bytes:
    inside = "".join(f"<sitemap>{member}</sitemap>" for member in members)
    return f"<sitemapindex>{inside}</sitemapindex>".encode()


def urls(body: bytes) -> list[str]:
    return [one.url for one in read_sitemap(body, {}, AT).candidates]


@pytest.mark.parametrize("times", [0, 1, 2])
def test_gzip_is_taken_off_however_often_it_was_put_on(times: int) -> None:
    body = urlset("<loc>http://a.test/1</loc>")
    for _ in range(times):
        body = gzip.compress(body)

    assert urls(body) == ["http://a.test/1"]


def test_forms_that_occur_are_read() -> None:
    body = b"""\xef\xbb\xbf<?xml version="1.0" encoding="utf-8"?><ns:urlset xmlns:ns="urn:x">
    <urlset><ns:url><ns:loc><![CDATA[ http://a.test/?a=1&b=2 ]]></ns:loc></ns:url></urlset>
    <url><loc>http://a.test/?a=1&b=3</loc><image:image><image:loc>http://a.test/i.jpg</image:loc>
    </image:image><video:video><video:title>V</video:title></video:video></url>
    <url><loc>/relative</loc></url><url><loc>javascript:x</loc></url></ns:urlset>"""

    assert urls(body) == [
        "http://a.test/?a=1&b=2",
        "http://a.test/?a=1&b=3",
        "http://a.test/relative",
    ]


def test_plain_list_and_feed_are_sitemaps_too() -> None:
    feed = b"<rss><channel><item><title>x</title><link>/1</link></item></channel></rss>"
    (one,) = read_sitemap(feed, {}, AT).candidates

    assert urls(b"http://a.test/1\r\n\r\nhttp://a.test/2\n") == [
        "http://a.test/1",
        "http://a.test/2",
    ]
    assert (one.url, one.found_by, one.title) == ("http://a.test/1", "sitemaps", "x")


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"http://a.test/1\nand more words", b"<urlset>" + b"<a>" * 300 + b"<url>",
     b'<!DOCTYPE x [<!ENTITY a "b">]><urlset></urlset>', b"\x1f\x8bxx"],
)  # fmt: skip
def test_what_is_no_sitemap_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_sitemap(body, {}, AT)


def test_empty_news_sitemap_is_no_error() -> None:
    assert urls(b"<urlset></urlset>") == []


def test_index_that_names_itself_leads_nowhere_new() -> None:
    found = read_sitemap(
        index(f"<loc>{AT}</loc>", "<loc>/b.xml</loc>", "<loc>/b.xml</loc>"), {}, AT
    )

    assert found.sources == (("sitemap", "http://a.test/b.xml"),)


def test_newest_members_come_first_and_are_bounded() -> None:
    members = [f"<loc>/s{n}.xml</loc>" for n in range(500)]
    newest = "<loc>/new.xml</loc><lastmod>2025-07-03</lastmod>"
    found = read_sitemap(index(*members, newest), {}, AT)

    assert found.sources[0] == ("sitemap", "http://a.test/new.xml")
    assert (len(found.sources), found.passed_over) == (200, 301)


def test_archives_from_before_the_story_are_passed_over() -> None:
    found = read_sitemap(
        index(
            "<loc>/posts-2024-11.xml</loc><lastmod>2025-11-01</lastmod>",
            "<loc>/posts-2025-06.xml</loc>",
            "<loc>/pages.xml</loc><lastmod>2019-01-01</lastmod>",
            "<loc>/tags.xml</loc>",
        ),
        {},
        AT,
        story_starts=START,
    )

    assert [url.rpartition("/")[2] for _, url in found.sources] == ["posts-2025-06.xml", "tags.xml"]
    assert found.passed_over == 2


def test_pages_that_did_not_change_since_are_passed_over() -> None:
    body = urlset(
        "<loc>/old</loc><lastmod>2024-01-01</lastmod>",
        "<loc>/new</loc><lastmod>2025-07-03</lastmod>",
        "<loc>/undated</loc>",
        "<loc>/never</loc><lastmod>0001-01-01</lastmod>",
    )
    found = read_sitemap(body, {}, AT, story_starts=START)

    assert [one.url.rpartition("/")[2] for one in found.candidates] == ["new", "undated", "never"]
    assert found.passed_over == 1


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("sitemap-2024-11.xml", "2024-12-01"),
        ("post-sitemap-2019.xml", "2020-01-01"),
        ("sitemap_2025_07_03.xml", "2025-07-04"),
        ("maps/2025/12/31.xml", "2026-01-01"),
        ("map?yyyy=2025&mm=07&dd=03", "2025-08-01"),
        ("sitemap-202507.xml.gz", "2025-08-01"),
        ("20250703.xml", "2025-07-04"),
        ("map.xml?from=2024-01-01&to=2024-02-01", "2024-02-02"),
        ("sitemap-2025-1.xml", "2026-01-01"),  # perhaps its first part
        ("sitemap1.xml", None),
        ("sitemap-12025.xml", None),
        ("sitemap-20251399.xml", None),
    ],
)
def test_period_of_a_sitemap_is_read_from_its_name(name: str, end: str | None) -> None:
    found = named_period_end(f"http://a.test/{name}")

    assert (found.date().isoformat() if found else None) == end


def test_nothing_is_before_a_story_without_a_beginning() -> None:
    assert not is_before(None, url="http://a.test/sitemap-1999-01.xml", modified=START)


def test_story_begins_before_its_first_dated_seed() -> None:
    late, early = datetime(2025, 9, 1, tzinfo=UTC), datetime(2025, 7, 31, tzinfo=UTC)

    assert story_start([late, early, None], days_before=60) == START
    assert story_start([late, None, None], days_before=60) is None
    assert story_start([], days_before=60) is None


def test_robots_is_read_as_far_as_it_counts() -> None:
    body = b"\xef\xbb\xbfSitemap:/a.xml\n" + b"#\n" * 300_000 + b"Sitemap: /late.xml"

    assert read_robots(body, "http://a.test/robots.txt").sources == (
        ("sitemap", "http://a.test/a.xml"),
    )
