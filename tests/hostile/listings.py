"""Hostile feeds, sitemaps and robots.txt."""

from __future__ import annotations

import gzip
import json

from tests.hostile.pages import CONTROLS, File

__all__ = ["feeds", "robots", "sitemaps"]

_TALKS = "Talks in Baku between Azerbaijan and Russia"
_XML, _JSON, _TEXT = "application/xml", "application/feed+json", "text/plain"
_LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
_FILE = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def _rss(inside: str, before: str = "") -> File:
    text = f"<?xml version='1.0'?>{before}<rss version='2.0'><channel>{inside}</channel></rss>"
    return File(body=text.encode("utf-8", "surrogatepass"), kind=_XML)


def _items(count: int, more: str = "") -> str:
    return "".join(
        f"<item><title>{_TALKS} {n}</title><link>http://items.test/{n}</link>{more}</item>"
        for n in range(count)
    )


def feeds() -> dict[str, File]:
    """Feeds."""
    many = {"version": "https://jsonfeed.org/version/1.1", "items": [
        {"id": f"{n}", "url": f"http://items.test/j{n}", "title": _TALKS} for n in range(50_000)
    ]}  # fmt: skip
    html = "&lt;p&gt;" * 100_000
    wrong = '<?xml version="1.0" encoding="utf-16"?><rss><channel/></rss>'
    return {
        "many-items": _rss(_items(50_000)),
        "open-items": _rss("<item>" * 200_000),
        "deep-feed": _rss("<a>" * 200_000),
        "file-entity": _rss("<title>&x;</title>" + _items(2), _FILE),
        "laughs": _rss("<title>&l12;</title>", f'<!DOCTYPE r [<!ENTITY l0 "lol">{_LAUGHS}]>'),
        "long-entity": _rss("&a;" * 50_000, f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]>'),
        "feed-controls": File(body=_rss(
            f"<title>News {CONTROLS}</title><item><title>{_TALKS} {CONTROLS}</title>"
            f"<link>http://items.test/{CONTROLS}c</link>"
            f"<description>{CONTROLS}</description></item>"
        ).body.replace(b"\x00", b""), kind=_XML),
        "feed-nulls": _rss("\x00" * 100_000 + _items(3)),
        "long-title-feed": _rss(f"<title>{'x' * 3_000_000}</title>" + _items(1)),
        "html-in-feed": _rss(f"<item><title>{html}</title><link>http://items.test/h</link></item>"),
        "bad-links": _rss("".join(
            f"<item><title>{_TALKS}</title><link>{one}</link></item>"
            for one in ("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//",
                        "http://[::1", "http://a:99999/", "\\\\server\\share", "mailto:a@b.test")
        )),
        "odd-dates": _rss("".join(
            _items(1, f"<pubDate>{one}</pubDate>")
            for one in ("Thu, 01 Jan 1970 00:00:00 GMT", "9999-12-31", "x" * 500_000, "-1", "1e999",
                        "Mon, 32 Foo 20260 99:99:99 +9999")
        )),
        "null": File(body=b"null", kind=_JSON),
        "json-number": File(body=b"9" * 1_000_000, kind=_JSON),
        "json-deep": File(body=b"[" * 500_000, kind=_JSON),
        "json-many": File(body=json.dumps(many).encode(), kind=_JSON),
        "json-odd": File(body=b'{"version": 7, "items": [null, 1, {"url": {}}, []]}', kind=_JSON),
        "wrong-encoding": File(body=wrong.encode(), kind=_XML),
        "html-as-feed": File(body=b"<html><title>404</title>" + b"<p>" * 200_000),
        "punycode-feed": File(body=b"a-" * 1_000_000, kind="application/xml; charset=punycode"),
        "cut-feed": File(body=_rss(_items(50)).body[:3000], kind=_XML),
        "empty-feed": File(body=b"", kind=_XML),
    }  # fmt: skip


def _map(inside: str, before: str = "", name: str = "urlset") -> File:
    return File(body=f"{before}<{name}>{inside}</{name}>".encode(), kind=_XML)


def sitemaps() -> dict[str, File]:
    """Sitemaps."""
    urls = "".join(f"<url><loc>http://items.test/talks-baku-{n}</loc></url>" for n in range(20_000))
    maps = "".join(f"<sitemap><loc>file:///{n}</loc></sitemap>" for n in range(5_000))
    return {
        "many-urls": _map(urls),
        "many-maps": _map(maps, name="sitemapindex"),
        "gzip-map": File(body=gzip.compress(b"<urlset>" + b" " * 60_000_000, mtime=0), kind=_XML),
        "cut-gzip": File(body=gzip.compress(b"<urlset></urlset>" * 99, mtime=0)[:40], kind=_XML),
        "deep-map": _map("<url>" * 200_000),
        "file-map": _map("<url><loc>&x;</loc></url>", _FILE),
        "laughing-map": _map(
            "<url><loc>&l12;</loc></url>", f'<!DOCTYPE r [<!ENTITY l0 "lol">{_LAUGHS}]>'
        ),
        "long-loc": _map(f"<url><loc>http://items.test/{'x' * 3_000_000}</loc></url>"),
        "no-map": File(body=b"<html><p>no", kind=_XML),
        "empty-map": File(body=b"", kind=_XML),
    }


def robots() -> dict[str, File]:
    """robots.txt files."""
    stars = "*a" * 2000
    names = "".join(f"User-agent: a{n}\nDisallow: /{n}\n" for n in range(100_000))
    return {
        "long-robots": File(body=b"Disallow: /x\n" * 500_000, kind=_TEXT),
        "one-line": File(body=b"User-agent: *\nDisallow: /" + b"x" * 5_000_000, kind=_TEXT),
        "stars": File(body=f"User-agent: *\nDisallow: /{stars}b$\n".encode(), kind=_TEXT),
        "many-agents": File(body=names.encode(), kind=_TEXT),
        "many-lines": File(body=b"Sitemap: file:///x\n" * 200_000, kind=_TEXT),
        "robots-controls": File(body=f"Sitemap: http://x.test/{CONTROLS}\n".encode(), kind=_TEXT),
        "binary-robots": File(body=bytes(range(256)) * 2000, kind=_TEXT),
    }
