"""Hostile pages: what hangs, crashes, fills or fools a reader of HTML."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

__all__ = ["CONTROLS", "File", "articles", "pages"]

_MB = 1_000_000
#: What terminals obey, readers do not see, or SQLite does not store.
CONTROLS = "\x1b[31m\x00\x07\u202e\u2066\u200b\ufeff\x9b"
_TALKS = (
    "The talks between Azerbaijan and Russia went on in Baku today, said the minister. "
    "Delegations from Baku and Moscow will meet again, the foreign ministry of Azerbaijan said. "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An answer."""

    body: bytes
    kind: str = "text/html; charset=utf-8"


def _html(body: str, head: str = "<title>A page</title>", kind: str = "") -> File:
    whole = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    raw = whole.encode("utf-8", "surrogatepass")
    return File(body=raw, kind=kind) if kind else File(body=raw)


def _article(title: str, *, author: str = "Ann Writer", more: str = "", text: str = "") -> File:
    lines = "".join(f"<p>{_TALKS}Part {number}. {text}</p>" for number in range(6))
    return _html(
        f"<article><h1>{title}</h1><p class=author>{author}</p>{lines}{more}</article>",
        f'<title>{title}</title><meta name="author" content="{author}">'
        f'<meta property="og:title" content="{title}"><meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-01-02T03:04:05Z">',
    )


def articles() -> dict[str, File]:
    """Pages that belong to the topic and are kept, with something up their sleeve."""
    title = "Talks in Baku between Azerbaijan and Russia"
    link = f'<p><a href="/x{CONTROLS}y?{CONTROLS}">{title} {CONTROLS} again</a></p>'
    return {
        "controls": _article(f"{title} {CONTROLS}", author=f"Ann{CONTROLS} Writer", more=link,
                             text=CONTROLS),
        "entities": _article(f"{title} &#27;[2J &#x202e; &#xD800; &#0;", text="&#27;[31m &#x9b;"),
        "formula": _article(f"=cmd|' /C calc'!A1 {title}", author="@SUM(1+9)*cmd"),
        "formula-plus": _article(f"+1+1 {title}", author="-2+3"),
        "markup": _article(f"&lt;script&gt;alert(1)&lt;/script&gt; {title} {{{{7*7}}}}"),
        "sql": _article(f"{title}'); DROP TABLE pages; --", text='" OR NEAR( * ^'),
        "long-word": _article(title, text="a" * 20_000),
        "long-title": _article(f"{title} " + "very " * 5_000),
        "many-quotes": _article(title, text="«" * 5000 + '"' * 5000),
        "long": _article(title, more="".join(f"<p>{_TALKS}Day {n}.</p>" for n in range(700))),
        "too-long": _article(title, more="".join(f"<p>{_TALKS}{n}</p>" for n in range(1_500))),
    }  # fmt: skip


def _named(charset: str, body: bytes = b"a-" * 500_000) -> File:
    return File(body=b"<html><p>" + body, kind=f"text/html; charset={charset}")


def _entities() -> File:
    levels = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
    text = f'<!DOCTYPE html [<!ENTITY l0 "lol">{levels}]><html><body>&l12;</body></html>'
    return File(body=text.encode(), kind="application/xhtml+xml")


def pages() -> dict[str, File]:
    """Pages that are none."""
    return {
        "deep": _html("<div>" * 100_000 + "end"),
        "deep-lists": _html("<ul><li>" * 20_000),
        "deep-tables": _html("<table><tr><td>" * 5_000),
        "wide": _html("<p>x</p>" * 300_000),
        "spans": _html("<span>x" * 300_000),
        "breaks": _html("<br>" * 300_000),
        "links": _html("".join(f'<a href="/{n}">link {n} of many more</a>' for n in range(60_000))),
        "attributes": _html("<p " + " ".join(f"a{n}=b" for n in range(100_000)) + ">x</p>"),
        "long-attribute": _html(f'<p class="{"a " * 2 * _MB}">x</p>'),
        "one-text": _html("word " * _MB),
        "one-word": _html("w" * 5 * _MB),
        "spaces": _html("<p>a" + " " * 3 * _MB + "b</p>"),
        "comments": _html("<!-- x -->" * 300_000),
        "open-comment": _html("<!--" + "x" * 3 * _MB),
        "script": _html("<script>" + "a=1;" * _MB + "</script>"),
        "style": _html("<style>" + "a{b:c}" * 500_000),
        "nulls": _html("\x00" * _MB + "<p>x\x00y</p>"),
        "formatting": _html("<b><i><u>" * 20_000),
        "forms": _html("<form><select><option><textarea>" * 20_000),
        "vectors": _html("<svg><math><foreignObject>" * 20_000),
        "metas": _html("", "".join(f'<meta name="author" content="A{n}">' for n in range(60_000))),
        "times": _html("".join(f'<time datetime="2026-01-01T00:00:{n}">' for n in range(50_000))),
        "date-bait": _html("<p>" + "2026-01-" * 200_000, '<meta name="date" content="99999-99">'),
        "ld-deep": _html("", '<script type="application/ld+json">' + "[" * 200_000 + "</script>"),
        "ld-number": _html(
            "", '<script type="application/ld+json">{"a":' + "9" * _MB + "}</script>"
        ),
        "ld-many": _html(
            "", '<script type="application/ld+json">{"@type":"NewsArticle"}</script>' * 20_000
        ),
        "refresh-bait": _html("", '<meta http-equiv="refresh" content="' + "0;" * 500_000 + '">'),
        "base-bait": _html("<a href=x>y</a>", '<base href="javascript:alert(1)//' + "x" * _MB),
        "entities-xml": _entities(),
        "png": File(body=b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4000),
        "zip": File(body=b"PK\x03\x04" + zlib.compress(b"x" * _MB)),
        "pdf": File(body=b"%PDF-1.7\n" + b"\xff" * 1000),
        "empty": File(body=b""),
        "no-kind": File(body=b"\xff\xfe\x00\x00<html>", kind=""),
        "utf-16": File(body="<html><p>words".encode("utf-16"), kind="text/html; charset=utf-8"),
        "invalid": File(body=b"<html><p>" + b"\xc3\x28\xf0\x28" * 500_000),
        "punycode": _named("punycode"),
        "idna": _named("idna"),
        "utf-7": _named("utf-7", b"+AAAA-" * 200_000),
        "unicode-escape": _named("unicode_escape", b"\\ud800\\x1b" * 100_000),
        "zlib": _named("zlib", zlib.compress(b"x" * 5 * _MB)),
        "undefined": _named("undefined"),
        "no-charset": _named("x" * 5000),
    }
