from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.utils._download_handlers import get_maxsize_msg
from twisted.python.failure import Failure

from ingest.items import Outcome
from spiders.endings import outcome_of, refusal, words_of_error
from spiders.feeds import read_feed
from spiders.headers import wait_s
from spiders.links import read_site
from spiders.sitemaps import read_robots, read_sitemap
from spiders.urls import read_list

BASE = "http://www.a.test/feeds/all.xml"

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>The Herald</title>
<item><title>Talks &amp; tea</title><link>http://www.a.test/1</link>
<description>&lt;p&gt;They &lt;b&gt;met&lt;/b&gt;.&lt;/p&gt;</description>
<pubDate>Thu, 03 Jul 2025 09:30:00 +0400</pubDate></item>
<item><title>Relative</title><link>/2</link></item>
<item><title>No address</title></item></channel></rss>"""

ATOM = b"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Review</title>
<entry><title>One</title><id>tag:a.test,2025:1</id><link href="http://www.a.test/one"/>
<published>2025-07-03T09:30:00Z</published><updated>2025-07-04T10:00:00Z</updated>
<summary>Short.</summary></entry></feed>"""

JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Wire",
        "items": [
            {
                "id": "7",
                "url": "http://www.a.test/seven",
                "title": "Seven",
                "content_text": "Text.",
                "date_published": "2025-07-03T09:30:00+00:00",
                "date_modified": "2025-07-05T00:00:00Z",
            }
        ],
    }
).encode()


def test_rss_gives_title_snippet_and_utc_date() -> None:
    found = read_feed(RSS, {}, BASE)
    first, second = found.candidates

    assert found.title == "The Herald"
    assert (first.url, first.title, first.snippet) == (
        "http://www.a.test/1",
        "Talks & tea",
        "They met.",
    )
    assert first.published == datetime(2025, 7, 3, 5, 30, tzinfo=UTC)
    assert second.url == "http://www.a.test/2"
    assert second.published is None


def test_atom_tells_publication_from_change() -> None:
    (one,) = read_feed(ATOM, {}, BASE).candidates

    assert one.url == "http://www.a.test/one"
    assert one.published == datetime(2025, 7, 3, 9, 30, tzinfo=UTC)
    assert one.modified == datetime(2025, 7, 4, 10, 0, tzinfo=UTC)


def test_json_feed_is_a_feed() -> None:
    (one,) = read_feed(JSON_FEED, {"Content-Type": "application/feed+json"}, BASE).candidates

    assert (one.url, one.title) == ("http://www.a.test/seven", "Seven")
    assert one.published == datetime(2025, 7, 3, 9, 30, tzinfo=UTC)
    assert one.modified == datetime(2025, 7, 5, tzinfo=UTC)


def test_damaged_feed_still_gives_what_it_holds() -> None:
    broken = RSS.replace(b"</channel></rss>", b"").replace(
        b"Talks &amp; tea", b"Talks & tea &nbsp;"
    )

    assert "http://www.a.test/1" in {one.url for one in read_feed(broken, {}, BASE).candidates}


@pytest.mark.parametrize(
    "body", [b"", b"null", b"<html><body>Not found</body></html>", b"\x00\xff"]
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="no feed"):
        read_feed(body, {}, BASE)


def test_feed_that_declares_entities_is_refused() -> None:
    bomb = RSS.replace(
        b"<rss", b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss'
    ).replace(b"Talks &amp; tea", b"A &x; B")

    with pytest.raises(ValueError, match="entities"):
        read_feed(bomb, {}, BASE)


SITEMAP = b"""<?xml version="1.0"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc> http://www.a.test/1 </loc><lastmod>2025-07-04</lastmod>
<news:news><news:publication><news:name>A</news:name><news:language>az</news:language>
</news:publication><news:publication_date>2025-07-03T09:30:00+04:00</news:publication_date>
<news:title>Headline</news:title></news:news></url>
<url><loc>http://www.a.test/2</loc></url><url></url></urlset>"""


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_news_sitemap_gives_headline_and_dates(pack: type[bytes]) -> None:
    first, second = read_sitemap(pack(SITEMAP), {}, BASE).candidates

    assert (first.url, first.title, first.language) == ("http://www.a.test/1", "Headline", "az")
    assert first.published == datetime(2025, 7, 3, 5, 30, tzinfo=UTC)
    assert first.modified == datetime(2025, 7, 4, tzinfo=UTC)
    assert (second.title, second.published) == (None, None)


def test_sitemap_index_names_further_sources() -> None:
    index = (
        b"<sitemapindex><sitemap><loc>http://www.a.test/s1.xml.gz</loc></sitemap></sitemapindex>"
    )

    assert read_sitemap(index, {}, BASE).sources == (("sitemap", "http://www.a.test/s1.xml.gz"),)


def test_sitemap_that_unpacks_without_end_is_refused() -> None:
    bomb = gzip.compress(b"<urlset>" + b" " * 60 * 1024 * 1024)

    with pytest.raises(ValueError, match="unpacks to more"):
        read_sitemap(bomb, {}, BASE)


def test_robots_names_sitemaps_whatever_their_case() -> None:
    robots = b"User-agent: *\nSITEMAP: /map.xml # ours\nsitemap:http://b.test/x.xml\nDisallow: /p"

    assert read_robots(robots, "http://www.a.test/robots.txt").sources == (
        ("sitemap", "http://www.a.test/map.xml"),
        ("sitemap", "http://b.test/x.xml"),
    )


def test_home_page_leads_to_links_feeds_and_robots() -> None:
    page = b"""<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head>
    <body><a href="/2025/talks">Talks in Baku resume</a></body></html>"""
    found = read_site(page, {"Content-Type": "text/html"}, "http://www.a.test/")

    assert [(one.url, one.title) for one in found.candidates] == [
        ("http://www.a.test/2025/talks", "Talks in Baku resume")
    ]
    assert found.sources == (
        ("feed", "http://www.a.test/rss"),
        ("robots", "http://www.a.test/robots.txt"),
    )


def test_list_of_addresses_skips_blanks_and_remarks() -> None:
    assert [*read_list(StringIO("# mine\n\n http://a.test/1 \nhttp://a.test/2"))] == [
        "http://a.test/1",
        "http://a.test/2",
    ]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Thu, 03 Jul 2025 12:01:00 GMT", 60.0),
        ("Thu, 03 Jul 2025 11:00:00 GMT", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str | None, seconds: float | None) -> None:
    assert wait_s(value, datetime(2025, 7, 3, 12, tzinfo=UTC)) == seconds


@pytest.mark.parametrize(
    ("final", "status", "outcome"),
    [
        ("http://a.test/story", 200, None),
        ("http://a.test/story", 304, "unchanged"),
        ("http://a.test/story", 410, "gone"),
        ("http://a.test/story", 503, "failed"),
        ("http://a.test/", 200, "gone"),
        ("http://b.test/", 200, None),
        ("http://a.test/?p=5", 200, None),
    ],
)
def test_answer_that_is_no_page_is_named(final: str, status: int, outcome: str | None) -> None:
    assert refusal("http://a.test/story", final, status)[0] == outcome


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            DownloadTimeoutError("Getting http://a.test/ took longer than 5.0 seconds."),
            "no answer within 5 s",
        ),
        (DownloadTimeoutError(), "no answer in time"),
        (
            CannotResolveHostError("DNS lookup failed: no results"),
            "no such host: its name leads to no address",
        ),
        (
            DownloadConnectionRefusedError("Connection was refused: 111."),
            "the connection was refused",
        ),
        (IgnoreRequest("max redirections reached"), "it redirects without an end"),
        (IgnoreRequest("else"), "IgnoreRequest: else"),
    ],
)
def test_errors_of_the_network_are_told_in_words(error: Exception, said: str) -> None:
    assert words_of_error(error) == said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            DownloadCancelledError(
                get_maxsize_msg(12_000_006, 8_388_608, Request("http://a.test/"), expected=True)
            ),
            "12,000,006 bytes announced, 8,388,608 may be fetched",
        ),
        (
            DownloadCancelledError(
                get_maxsize_msg(8_400_000, 8_388_608, Request("http://a.test/"), expected=False)
            ),
            "8,400,000 bytes received, and more to come, 8,388,608 may be fetched",
        ),
        (
            IgnoreRequest("Ignored <200 http://a.test/>: it exceeded DOWNLOAD_MAXSIZE (8388608 B)"),
            "more than 8,388,608 bytes once unpacked",
        ),
        (DownloadCancelledError("65 KB of headers"), "65 KB of headers"),
    ],
)
def test_what_is_too_large_says_how_large_and_not_the_address_again(
    error: Exception, said: str
) -> None:
    assert outcome_of(Failure(error)) == (Outcome.REJECTED, f"too-large: {said}")
