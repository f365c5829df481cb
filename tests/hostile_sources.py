"""Sources that are made to break a reader; run as a program, what each of them costs."""

from __future__ import annotations

import gzip
import json
import os
import random
import resource
import sys
from typing import TYPE_CHECKING

from ingest.discovery.autodiscovery import read_front
from ingest.discovery.feeds import read_feed
from ingest.discovery.opml import read_opml
from ingest.discovery.sitemaps import read_robots, read_sitemap

if TYPE_CHECKING:
    from collections.abc import Callable

AT = "http://a.test/x"
BYTES = 5_000_000

READERS: dict[str, Callable[[bytes], object]] = {
    "feed": lambda body: read_feed(body, {}, AT),
    "sitemap": lambda body: read_sitemap(body, {}, AT),
    "opml": read_opml,
    "robots": lambda body: read_robots(body, "http://a.test/robots.txt"),
    "front": lambda body: read_front(body, {}, AT),
}

#: Real forms, to be damaged.
FORMS: tuple[bytes, ...] = (
    b"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xml:base="http://b.test/x/"
    xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>T</title>
    <link>http://a.test/</link><ttl>60</ttl><skipHours><hour>0</hour></skipHours>
    <skipDays><day>Sunday</day></skipDays><sy:updatePeriod>hourly</sy:updatePeriod>
    <item><title>A &lt;b&gt;x&lt;/b&gt;</title><guid isPermaLink="false">http://a.test/?p=1</guid>
    <link>/1</link><pubDate>Fri, 21 Nov 2025 08:45:00 +0400</pubDate>
    <description><![CDATA[<p>They met.</p>]]></description></item></channel></rss>""",
    b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>R</title><link rel="next" href="?p=2"/>
    <entry xml:base="y/"><title type="html">a &amp;amp; b</title><link href="z"/><id>urn:x</id>
    <updated>2025-01-01T00:00:00+04:00</updated><summary>s</summary></entry></feed>""",
    b"""{"version":"https://jsonfeed.org/version/1.1","title":"W","next_url":"/2","items":[
    {"id":"7","url":"http://a.test/7","title":"Seven","date_published":"2025-07-03T09:30:00Z"}]}""",
    b"""<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>/1</loc>
    <lastmod>2025-07-04</lastmod><news:news><news:publication><news:language>az</news:language>
    </news:publication><news:title>H</news:title></news:news></url></urlset>""",
    b"""<sitemapindex><sitemap><loc>/s1.xml.gz</loc><lastmod>2025-07-04</lastmod></sitemap>
    </sitemapindex>""",
    gzip.compress(b"<urlset><url><loc>http://a.test/1</loc></url></urlset>", mtime=0),
    b"""<opml version="2.0"><body><outline text="F"><outline type="rss" xmlUrl="http://a.test/f"
    htmlUrl="http://a.test/" title="A"/></outline></body></opml>""",
    b"""<html><head><base href="/en/"><link rel="alternate" type="application/rss+xml" href="/rss">
    <link rel="https://api.w.org/" href="/wp-json/"></head>
    <body><a href="/2025/t">Talks</a></body>""",
    b"User-agent: *\nDisallow: /p # no\nSITEMAP: /map.xml\nSitemap:http://b.test/x.xml\n",
    b"http://a.test/1\nhttp://a.test/2\n",
)

_ITEM = b'<rss version="2.0"><channel><item><title>'


def _filled(start: bytes, piece: bytes, end: bytes = b"") -> bytes:
    return start + piece * (BYTES // len(piece)) + end


def _numbered(start: str, piece: str, times: int) -> bytes:
    return (start + "".join(piece.format(n) for n in range(times))).encode()


#: What it is, how it is made, and the readers that it is meant for.
HOSTILE: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "depth": (lambda: _filled(b"<rss><channel>", b"<a>"), ("feed", "sitemap", "front")),
    "depth of items": (lambda: _filled(b"<rss><channel>", b"<item>"), ("feed",)),
    "depth of outlines": (lambda: _filled(b"<opml>", b'<outline xmlUrl="/1">'), ("opml",)),
    "depth of JSON": (lambda: _filled(b'{"version":"jsonfeed.org","items":', b"["), ("feed",)),
    "CDATA without end": (lambda: _filled(_ITEM, b"<![CDATA["), ("feed",)),
    "comments without end": (lambda: _filled(b"<urlset>", b"<!--"), ("feed", "sitemap")),
    "comments before": (lambda: _filled(b"", b"<!--", b"<rss>"), ("feed", "opml")),
    "ampersands": (lambda: _filled(_ITEM, b"&"), ("feed",)),
    "tags without end": (lambda: _filled(b"<urlset>", b"<url "), ("feed", "sitemap")),
    "attributes": (lambda: _filled(b"<rss ", b'a="b" ', b">"), ("feed", "front")),
    "namespaces": (lambda: _numbered("<rss ", 'xmlns:a{}="b" ', 100_000), ("feed", "front")),
    "elements": (lambda: _filled(b"<rss>", b"<x/>"), ("feed", "sitemap", "front")),
    "elements of a sitemap": (lambda: _filled(b"<urlset>", b"<x/>"), ("sitemap",)),
    "items": (lambda: _filled(b"<rss><channel>", b"<item><link>/1</link></item>"), ("feed",)),
    "broken entries": (
        lambda: _filled(
            b'<feed xmlns="http://www.w3.org/2005/Atom">',
            b"<entry><link href=http://a.test/1><title>x & y</entry>",
        ),
        ("feed",),
    ),
    "odd dates": (
        lambda: _numbered(
            "<rss><channel>",
            "<item><link>/{0}</link><pubDate>{0} of some november 1 2025 12:00 x</pubDate></item>",
            2000,
        ),
        ("feed",),
    ),
    "blanks": (lambda: _filled(_ITEM, b" ", b"x"), ("feed",)),
    "junk": (lambda: random.Random(1).randbytes(BYTES), ("feed", "sitemap", "opml", "robots")),
    "junk in a feed": (lambda: _ITEM + random.Random(1).randbytes(BYTES), ("feed",)),
    "dead links": (
        lambda: _numbered("<urlset>", "<url><loc>http://a.test/dead/{}</loc></url>", 50_000),
        ("sitemap",),
    ),
    "members": (
        lambda: _numbered("<sitemapindex>", "<sitemap><loc>/s{}.xml</loc></sitemap>", 90_000),
        ("sitemap",),
    ),
    "lines": (lambda: _numbered("", "http://a.test/{}\n", 200_000), ("sitemap",)),
    "gzip of blanks": (lambda: gzip.compress(b"<urlset>" + b" " * 49 * 2**20), ("sitemap",)),
    "gzip bomb": (lambda: gzip.compress(bytes(200 * 2**20)), ("sitemap",)),
    "declarations": (lambda: _filled(b"", b"<?xml ", b"<rss>"), ("feed", "opml")),
    "doctypes": (lambda: _filled(b"", b"<!DOCTYPE ", b"<rss>"), ("feed", "opml")),
    "sitemaps": (lambda: _filled(b"", b"Sitemap: /a\n"), ("robots",)),
    "feeds": (lambda: _filled(b"<html>", b'<a href="/feed/">x</a>'), ("front",)),
}


def cost(form: str, reader: str) -> dict[str, object]:
    """What it costs to read a hostile form, in a process of its own.

    Returns:
        What came of it, seconds of the processor, MiB above what the process had before.
    """
    body = HOSTILE[form][0]()
    before = resource.getrusage(resource.RUSAGE_SELF)
    try:
        READERS[reader](body)
        said = "read"
    except ValueError as exc:
        said = f"refused: {exc}"[:80]
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    mib = (after.ru_maxrss - before.ru_maxrss) / 1024
    return {"form": form, "reader": reader, "said": said, "seconds": seconds, "mib": mib}


def main() -> None:
    for form, (_, readers) in HOSTILE.items():
        for reader in readers:
            child = os.fork()
            if not child:
                sys.stdout.write(json.dumps(cost(form, reader)) + "\n")
                sys.stdout.flush()
                os._exit(0)
            os.waitpid(child, 0)


if __name__ == "__main__":
    main()
