from __future__ import annotations

import base64
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ingest.corpus import Corpus
from ingest.corpus.leads import KnownTitle
from spiders.google import page_with, read_google, span_of
from tests.search_web import Asked, Reply, answering, article, crawl, make_workspace, pages, sources

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://news.google.com/rss/search?q=x+when:7d&hl=en-US&gl=US&ceid=US:en"
OPAQUE = "CBMi" + base64.urlsafe_b64encode(b"\x01AU_yqLOpbNvGq4Q7" * 8).decode().rstrip("=")
AT = "Fri, 21 Nov 2025 08:45:00 GMT"


def clear(url: str) -> str:
    """A token as they were until 2024: the address in a small protobuf."""
    raw = b"\x08\x13\x22" + bytes([len(url)]) + url.encode() + b"\xd2\x01\x00"
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def item(token: str, title: str = "Talks resume in Baku", home: str = "http://paper.test") -> str:
    link = f"https://news.google.com/rss/articles/{token}?oc=5"
    return (
        f"<item><title>{title} - The Paper</title><link>{link}</link>"
        f'<guid isPermaLink="false">{token}</guid><pubDate>{AT}</pubDate>'
        f"<description>&lt;a href=&quot;{link}&quot;&gt;{title}&lt;/a&gt;</description>"
        f'<source url="{home}">The Paper</source></item>'
    )


def rss(*items: str) -> bytes:
    return f'<rss version="2.0"><channel><title>x</title>{"".join(items)}</channel></rss>'.encode()


def test_opaque_token_is_a_hint_of_headline_outlet_and_time() -> None:
    found = read_google(rss(item(OPAQUE)), {}, BASE)
    (hint,) = found.hints

    assert (hint.title, hint.home) == ("Talks resume in Baku", "http://paper.test/")
    assert hint.published == datetime(2025, 11, 21, 8, 45, tzinfo=UTC)
    assert hint.url.startswith("https://news.google.com/rss/articles/CBMi")
    assert (found.candidates, found.next_page) == ((), None)


def test_clear_token_is_read_without_a_request() -> None:
    url = "https://www.example.org/2024/06/21/talks/"
    (one,) = read_google(rss(item(clear(url))), {}, BASE).candidates

    assert (one.url, one.title, one.found_by) == (url, "Talks resume in Baku", "google")
    assert one.language == "en"


def test_english_edition_that_stands_in_for_another_tells_no_language() -> None:
    asked = BASE.replace("q=x", "q=Bak%C4%B1+Moskva")
    (one,) = read_google(rss(item(clear("https://example.org/1"))), {}, asked).candidates

    assert one.language is None


def test_item_without_outlet_or_headline_is_left_out() -> None:
    bare = item(OPAQUE).replace('<source url="http://paper.test">The Paper</source>', "")
    untitled = item(OPAQUE).replace("<title>Talks resume in Baku - The Paper</title>", "")
    broken = item(OPAQUE, home="http://[bad")

    assert read_google(rss(bare, untitled, broken), {}, BASE).hints == ()


def test_headline_keeps_a_dash_of_its_own() -> None:
    (hint,) = read_google(rss(item(OPAQUE, title="Baku - Moscow")), {}, BASE).hints

    assert hint.title == "Baku - Moscow"


def test_interstitial_is_no_answer() -> None:
    page = b"<!doctype html><html><head><title>Before you continue</title></head><body>"

    with pytest.raises(ValueError, match="no feed in it: a page, 'Before you continue'"):
        read_google(page, {}, BASE)


def test_full_answer_is_followed_by_what_is_older_until_it_repeats() -> None:
    full = rss(*(item(OPAQUE, title=f"Talks, day {n}") for n in range(100)))
    again = BASE.replace("when:7d", "after:2025-10-01+before:2025-11-22")

    assert read_google(full, {}, BASE).next_page == "2025-11-22"
    assert read_google(full, {}, again).next_page is None


@pytest.mark.parametrize(("hours", "span"), [(0, "1h"), (2.5, "4h"), (47, "48h"), (720, "31d")])
def test_span_holds_the_time_since_the_last_answer(hours: float, span: str) -> None:
    assert span_of(hours) == span


def known(page: int, title: str, day: int | None = None) -> KnownTitle:
    published = datetime(2025, 11, day, tzinfo=UTC) if day else None
    return KnownTitle(page, f"http://paper.test/{page}", title, published)


@pytest.mark.parametrize(
    ("title", "page"),
    [
        ("Talks resume in Baku", 3),  # of two alike, the nearer in time
        ("TALKS  Resume in ‘Baku’", 3),
        ("Envoy of Moscow meets the president", 4),  # the page adds its outlet
        ("Envoy of Moscow meets the president, then flies home again", None),
        ("Talks resume", None),  # too little to stand for more
        ("", None),
        ("…", None),
    ],
)
def test_headline_finds_its_page(title: str, page: int | None) -> None:
    pages_known = [
        known(1, "Something else"),
        known(2, "Talks resume in Baku", 1),
        known(3, "Talks resume in Baku", 20),
        known(4, "Envoy of Moscow meets the president | The Paper"),
        known(5, "…"),
    ]
    found = page_with(title, pages_known, datetime(2025, 11, 21, tzinfo=UTC))

    assert (found.page if found else None) == page


TITLE = "Azerbaijan and Russia talk in Baku about Moscow"


def google(asked: Asked) -> Reply | None:
    if asked.page == ("google.test", "/rss/search") and asked.parameters["hl"] == "en-US":
        other = item(OPAQUE[:-2], title="Ten recipes for a rainy day", home="http://kitchen.test/")
        direct = item(clear("http://other.test/1"), title=TITLE)
        return Reply(body=rss(item(OPAQUE, title=TITLE), other, direct))
    if asked.host == "google.test" and asked.path == "/rss/search":
        return Reply(body=b"<html><title>Before you continue</title></html>")
    if asked.page == ("paper.test", "/"):
        return Reply(body=f'<html><body><a href="/talks">{TITLE}</a></body></html>'.encode())
    if asked.page in {("paper.test", "/talks"), ("other.test", "/1")}:
        return article(TITLE)
    return None


def leads(folder: Path) -> list[dict[str, Any]]:
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        return corpus._rows(
            "SELECT l.*, p.url AS page_url FROM leads l LEFT JOIN pages p ON p.id = page"
        )


def test_hint_is_kept_as_a_lead_until_its_outlet_shows_the_page(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", 'google_url = "http://google.test"')
    with answering(google) as web:
        done = crawl(folder, "google", web)
        hosts = {one.host for one in web.log}
        before = leads(folder)
        crawl(folder, "links", web)
        crawl(folder, "google", web)
    (lead,) = leads(folder)
    told = {row["last_error"] for row in sources(folder, "google")}

    assert done.returncode == 0, done.stderr
    assert hosts <= {"google.test", "other.test", "paper.test"}  # never the aggregator itself
    assert [(row["outlet"], row["title"], row["page"]) for row in before] == [
        ("paper.test", TITLE, None)
    ]
    assert {row["url"] for row in sources(folder, "site")} == {"http://paper.test/"}
    assert lead["page_url"] == "http://paper.test/talks"
    assert pages(folder)["http://other.test/1"]["found_by"] == "google"
    assert told == {None, "no feed in it: a page, 'Before you continue'"}
