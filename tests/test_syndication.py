"""Feeds out are feeds to other programs."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from ingest.export.atom import atom
from ingest.export.feeds import Feed, FeedEntry
from ingest.export.json_feed import json_feed

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import feedparser

_ATOM = "{http://www.w3.org/2005/Atom}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
AT = datetime(2025, 7, 2, 8, tzinfo=UTC)


def entry(**more: Any) -> FeedEntry:
    facts: dict[str, Any] = {
        "id": "urn:uuid:1", "url": "https://first.test/1", "title": "Editor detained",
        "summary": "Police entered.", "updated": AT, "source": "The First",
    }  # fmt: skip
    return FeedEntry(**(facts | more))


FEED = Feed(
    id="urn:uuid:0", title="Latest", updated=AT, address="http://h.test/a.atom",
    home="http://h.test/",
)  # fmt: skip


def as_atom(*entries: FeedEntry) -> bytes:
    return "".join(atom(FEED, entries)).encode()


def as_json(*entries: FeedEntry) -> Any:
    return json.loads("".join(json_feed(FEED, entries)).encode())


def test_atom_has_what_the_standard_requires() -> None:
    root = ET.fromstring(as_atom(entry(), entry(id="urn:uuid:2", author="A. Reporter")))

    for name in ("id", "title", "updated"):
        assert root.findtext(f"{_ATOM}{name}")
    for told in root.findall(f"{_ATOM}entry"):
        for name in ("id", "title", "updated", "author/{http://www.w3.org/2005/Atom}name"):
            assert told.findtext(f"{_ATOM}{name}")
    assert root.find(f"{_ATOM}link[@rel='self']") is not None


def test_a_reader_of_feeds_reads_it() -> None:
    told = entry(title="<b>Şəki</b> & co", language="az", published=AT.replace(day=1))
    read = feedparser.parse(as_atom(told))

    assert not read.bozo
    assert read.version == "atom10"
    assert read.entries[0].title == "<b>Şəki</b> & co"  # as text, not as markup
    assert read.entries[0].link == "https://first.test/1"
    assert read.entries[0].published == "2025-07-01T08:00:00Z"
    assert read.entries[0].updated == "2025-07-02T08:00:00Z"
    language = ET.fromstring(as_atom(told)).find(f"{_ATOM}entry[@{_LANGUAGE}='az']")
    assert language is not None


def test_an_empty_feed_is_a_feed() -> None:
    read = feedparser.parse(as_atom())

    assert (read.bozo, read.entries, read.feed.title) == (False, [], "Latest")
    assert as_json()["items"] == []


def test_json_feed_has_what_the_standard_requires() -> None:
    told = as_json(entry(author="A. Reporter"))

    assert told["version"] == "https://jsonfeed.org/version/1.1"
    (item,) = told["items"]
    assert item == {
        "id": "urn:uuid:1", "url": "https://first.test/1", "title": "Editor detained",
        "content_text": "Police entered.", "date_modified": "2025-07-02T08:00:00Z",
        "authors": [{"name": "A. Reporter"}],
    }  # fmt: skip


@given(st.text(), st.text())
def test_no_text_breaks_a_feed(title: str, summary: str) -> None:
    told = entry(title=title, summary=summary, author=title, url=summary, language=title)

    ET.fromstring(as_atom(told))
    assert as_json(told)["items"]


@given(st.text())
def test_no_reader_is_led_to_what_is_no_web_page(text: str) -> None:
    told = entry(url=f"javascript:{text}")

    assert "url" not in as_json(told)["items"][0]
    assert ET.fromstring(as_atom(told)).find(f"{_ATOM}entry/{_ATOM}link") is None
