from __future__ import annotations

import importlib
import json
import os
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.extraction.folds import trees_without
from ingest.extract import PageRead, extractors, read_page
from ingest.extract.links import find_links
from ingest.extract.page import ParsedPage, decode, parse
from ingest.extract.tidy import tidy
from ingest.items import Reason
from ingest.text import clean_controls

EVAL = Path(__file__).parents[1].parent / "shared" / "eval"
PAGES = Path(__file__).parent / "pages"
CASES = sorted(folder.name for folder in PAGES.iterdir())
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 9, 1, tzinfo=UTC)  # after the youngest page of the evaluation
PROSE = "The harbour board met on Monday and agreed to mend the pier before the winter comes. "


def read_case(case: str) -> PageRead:
    meta = json.loads((PAGES / case / "meta.json").read_text())
    body = (PAGES / case / "page.html").read_bytes()
    return read_page(
        body, meta["url"], meta["encoding"], meta["content_type"], now=NOW, status=meta["status"]
    )


def read(html: str, url: str = "https://herald.test/2025/a-story", **more: Any) -> PageRead:
    return read_page(html.encode(), url, None, "text/html", now=NOW, **more)


def page_of(html: str, url: str = "https://herald.test/2025/a-story") -> ParsedPage:
    page = parse(html.encode(), url, None)
    assert page is not None
    return page


@pytest.mark.parametrize("case", CASES)
def test_golden_page_is_read_as_written_down(case: str) -> None:
    expected = json.loads((PAGES / case / "expected.json").read_text())
    got = read_case(case)

    if "rejection" in expected:
        assert got.article is None
        assert got.rejection is not None
        assert got.rejection.reason == expected["rejection"], got.rejection
        assert len(got.links) >= expected.get("links", 0)
        return
    assert got.rejection is None
    assert got.article is not None
    wanted = expected["article"]
    assert got.article.text.split("\n") == wanted["text"]
    assert got.article.published == datetime.fromisoformat(wanted["published"])
    for name in ("url", "title", "author", "language", "outlet_name"):
        assert getattr(got.article, name) == wanted[name], name
    if "links" in wanted:
        assert [list(link) for link in got.article.links] == wanted["links"]
    assert list(got.feeds) == expected["feeds"]


def test_a_reading_crosses_processes_unchanged() -> None:
    for case in CASES:
        got = read_case(case)

        assert pickle.loads(pickle.dumps(got)) == got


def test_readings_do_not_depend_on_hash_seed_or_order() -> None:
    program = (
        "import hashlib, sys; from tests.test_extract import CASES, read_case;"
        "cases = CASES if sys.argv[1] == 'up' else CASES[::-1];"
        "print(hashlib.sha256(repr(sorted((c, repr(read_case(c))) for c in cases)).encode())"
        ".hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program, order],
            cwd=PAGES.parents[1],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed, order in (("1", "up"), ("2", "down"))
    }

    assert len(digests) == 1


def test_the_general_extractor_is_asked_last() -> None:
    assert extractors()[-1].name == "generic"


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"%PDF-1.4 ...", "application/pdf", Reason.NOT_HTML),
        (b"%PDF-1.4 ...", "text/html", Reason.NOT_HTML),
        (b"Just a text, with no mark-up in it at all.", None, Reason.NOT_HTML),
        (b"<html><p>" + PROSE.encode(), "text/plain; charset=utf-8", Reason.NOT_HTML),
        (b"<?xml version='1.0'?><rss><title>News</title></rss>", "text/xml", Reason.NOT_HTML),
        (b"", "text/html", Reason.NO_TEXT),
        (b"<html>" + b" " * (8 * 1024 * 1024), "text/html", Reason.TOO_LARGE),
        (b"<html><body>" + b"<p>x</p>" * 200_000, "text/html", Reason.TOO_LARGE),
        (b"<html><body>" + b"<div>" * 100_000 + b"deep", "text/html", Reason.NO_TEXT),
    ],
)
def test_what_cannot_be_read_is_refused(
    body: bytes, content_type: str | None, reason: Reason
) -> None:
    got = read_page(body, "https://herald.test/x", None, content_type, now=NOW)

    assert got.article is None
    assert got.rejection is not None
    assert got.rejection.reason is reason


def test_doctype_less_html_in_utf16_is_read() -> None:
    html = f"<html><head><title>The pier will stand</title></head><p>{PROSE * 3}</p></html>"
    got = read_page(html.encode("utf-16"), "https://herald.test/x", None, None, now=NOW)

    assert got.article is not None
    assert got.article.title == "The pier will stand"


@pytest.mark.parametrize(
    ("text", "charset", "declared"),
    [
        ("Пароход вернулся", "cp1251", "windows-1251"),
        ("Пароход вернулся", "utf-8", "iso-8859-1"),  # a wrong header over valid UTF-8
        ("Körpü və mayak", "utf-16", None),
        ("naïve “café”", "cp1252", "iso-8859-1"),
        ("çarşı güneş", "iso8859-9", "iso-8859-9"),
        ("plain", "ascii", "no-such-charset"),
    ],
)
def test_text_survives_its_charset(text: str, charset: str, declared: str | None) -> None:
    assert decode(text.encode(charset), declared) == text


def test_meta_charset_is_used_where_http_is_silent() -> None:
    head = '<meta charset="windows-1251">'

    assert decode(f"{head}Речной листок".encode("cp1251"), None) == f"{head}Речной листок"


def test_links_are_absolute_unique_and_body_first() -> None:
    page = page_of(
        '<html><head><base href="/sub/"></head><body><a href="/menu">Menu</a>'
        '<p>Crews spoke to <a href="radio#now">the radio</a> at noon.</p>'
        '<a href="/menu#top">again</a><a href="mailto:x@y.test">mail</a><a href="#a">up</a>'
        '<a href="http://[broken">broken</a></body></html>'
    )
    inside, every = find_links(page, "Crews spoke to the radio at noon.")

    assert inside == (("https://herald.test/sub/radio", "the radio"),)
    assert every == (*inside, ("https://herald.test/menu", "again"))


def test_a_claim_of_another_outlet_is_not_the_article_address() -> None:
    head = '<link rel="canonical" href="https://elsewhere.test/story">'
    got = read(f"<html><head>{head}<title>Piers</title></head><p>{PROSE * 3}</p></html>")

    assert got.canonical == "https://elsewhere.test/story"
    assert got.article is not None
    assert got.article.url == "https://herald.test/2025/a-story"


def test_reader_comments_and_repeated_paragraphs_stay_out() -> None:
    other = "Nobody on the island remembers when the pier was last painted, or in what colour. "
    got = read(
        f"<html><body><article><h1>Piers</h1><p>{PROSE}</p><p>{other}</p><p>{PROSE}</p></article>"
        f'<div id="comments"><p>I have painted that pier myself and nobody thanked me.</p></div>'
    )

    assert got.article is not None
    assert got.article.text.split("\n") == [PROSE.strip(), other.strip()]


tags = st.sampled_from(
    ["p", "div", "a", "table", "tr", "td", "ul", "li", "h1", "span", "article", "script", "title"]
)
pieces = st.one_of(
    st.text(max_size=60),
    tags.map(lambda tag: f"<{tag}>"),
    tags.map(lambda tag: f"</{tag}>"),
    st.sampled_from([
        '<a href="http://[">', "&#0;", "&#xD800;", "<!--", "]]>", '<time datetime="99">',
        '<script type="application/ld+json">[[{"@type":{},"author":[1,[2]]}]]</script>',
        '<meta property="og:title" content="">', PROSE,
    ]),
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.lists(pieces, max_size=30))
def test_any_tag_soup_ends_in_one_clean_reading(soup: list[str]) -> None:
    body = ("<html>" + "".join(soup)).encode("utf-8", "surrogatepass")
    got = read_page(body, "https://herald.test/x", None, "text/html", now=NOW)

    assert (got.article is None) != (got.rejection is None)
    assert got.rejection is None or got.rejection.reason is not Reason.CRASHED, got.rejection
    if got.article:
        assert clean_controls(got.article.text) == got.article.text
        assert all(got.article.text.split("\n"))


@given(st.text(alphabet=st.sampled_from("ab é\u0301İı-|•*. \n\u200b\x00\u2028"), max_size=80))
def test_tidying_twice_is_tidying_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.slow
@pytest.mark.skipif(
    not (EVAL / "extraction").is_dir(), reason="the evaluation pages are not beside the checkout"
)
def test_real_pages_are_read_at_least_as_well_as_measured() -> None:
    """Every page of the set is an article, by trees that did not see its site."""
    sys.path.insert(0, str(EVAL / "extraction"))
    score = importlib.import_module("score")
    f1, refused, count = [], [], 0
    for name in ("zyte", "aaf", "fundus", "wcxb"):
        rows = score.rows({name})
        readings = {}
        for row in rows:
            with trees_without(row["site"]):
                page = score.html_of(row)
                readings[row["id"]] = read_page(page, row.get("url") or "", None, None, now=LATER)
        texts = {key: {"text": r.article.text} for key, r in readings.items() if r.article}
        refused += [r.rejection for r in readings.values() if r.rejection]
        count += len(rows)
        f1.append(score.score(rows, texts)[0]["f1"])

    assert sum(f1) / len(f1) >= 0.960
    assert len(refused) / count < 0.005, refused
