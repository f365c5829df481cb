"""Feeds out are feeds to other programs."""

from __future__ import annotations

import json
import warnings
from typing import Any
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from ingest.syndication import Feed, FeedEntry, write_atom, write_json_feed

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import feedparser

_ATOM = "{http://www.w3.org/2005/Atom}"


def entry(**more: Any) -> FeedEntry:
    facts: dict[str, Any] = {
        "id": "urn:uuid:1", "url": "https://first.test/1", "title": "Editor detained",
        "summary": "Police entered.", "updated": "2025-07-02T08:00:00Z", "publisher": "The First",
    }  # fmt: skip
    return FeedEntry(**(facts | more))


def feed(*entries: FeedEntry) -> Feed:
    return Feed(
        id="urn:uuid:0", title="Latest", url="http://h.test/a.atom", home="http://h.test/",
        entries=entries,
    )  # fmt: skip


def test_atom_has_what_the_standard_requires() -> None:
    root = ET.fromstring(write_atom(feed(entry(), entry(id="urn:uuid:2", author="A. Reporter"))))

    for name in ("id", "title", "updated"):
        assert root.findtext(f"{_ATOM}{name}")
    for told in root.findall(f"{_ATOM}entry"):
        for name in ("id", "title", "updated", "author/{http://www.w3.org/2005/Atom}name"):
            assert told.findtext(f"{_ATOM}{name}")
    assert root.find(f"{_ATOM}link[@rel='self']") is not None


def test_a_reader_of_feeds_reads_it() -> None:
    told = entry(title="<b>Şəki</b> & co", language="az", published="2025-07-01T08:00:00Z")
    read = feedparser.parse(write_atom(feed(told)))

    assert not read.bozo
    assert read.version == "atom10"
    assert read.entries[0].title == "<b>Şəki</b> & co"  # as text, not as markup
    assert read.entries[0].link == "https://first.test/1"
    assert read.entries[0].published == "2025-07-01T08:00:00Z"


def test_an_empty_feed_is_a_feed() -> None:
    read = feedparser.parse(write_atom(feed()))

    assert (read.bozo, read.entries, read.feed.title) == (False, [], "Latest")
    assert json.loads(write_json_feed(feed()))["items"] == []


def test_json_feed_has_what_the_standard_requires() -> None:
    told = json.loads(write_json_feed(feed(entry(author="A. Reporter"))))

    assert told["version"] == "https://jsonfeed.org/version/1.1"
    (item,) = told["items"]
    assert item == {
        "id": "urn:uuid:1", "url": "https://first.test/1", "title": "Editor detained",
        "content_text": "Police entered.", "date_modified": "2025-07-02T08:00:00Z",
        "authors": [{"name": "A. Reporter"}],
    }  # fmt: skip


@given(st.text(), st.text())
def test_no_text_breaks_a_feed(title: str, summary: str) -> None:
    told = feed(entry(title=title, summary=summary, author=title, url=summary))

    ET.fromstring(write_atom(told))
    assert json.loads(write_json_feed(told))["items"]
