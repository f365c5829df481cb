"""Lists of subscriptions, in and out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.discovery.opml import Outline, read_opml, write_opml


def row(
    kind: str, url: str, outlet: str | None, title: str | None = None, homepage: str | None = None
) -> dict[str, str | None]:
    return {"kind": kind, "url": url, "outlet": outlet, "title": title, "homepage": homepage}


def test_folders_and_spellings_do_not_matter() -> None:
    body = b"""<?xml version="1.0"?><OPML version="1.0"><body><outline text="A"><outline text="B">
    <outline TEXT="One &amp; two" XMLURL="http://a.test/f" htmlurl="http://a.test/"/></outline>
    <outline type="rss" title="Two" xmlurl="http://b.test/f"/></outline>
    <outline type="link" text="Site" url="http://c.test/"/><outline text="empty"/>
    <outline xmlUrl="javascript:x"/><outline xmlUrl="http://a.test/f" text="again"/></body>
    </OPML>"""

    assert read_opml(body) == (
        Outline(feed="http://a.test/f", home="http://a.test/", title="One & two"),
        Outline(feed="http://b.test/f", home=None, title="Two"),
        Outline(feed=None, home="http://c.test/", title="Site"),
    )


@pytest.mark.parametrize(
    "body",
    [
        (
            '<?xml version="1.0" encoding="iso-8859-1"?><opml>'
            '<outline text="Müller" xmlUrl="http://a.test/"/>'
        ).encode("latin-1"),
        '<opml><outline text="Müller" xmlUrl="http://a.test/?a=1&b=2"/><outline'.encode(),
        '<opml><body><outline text="Müller" xmlUrl="http://a.test/"><br></body>'.encode("utf-16"),
    ],
)
def test_damaged_lists_give_what_they_hold(body: bytes) -> None:
    assert read_opml(body)[0].title == "Müller"


@pytest.mark.parametrize("body", [b"", b"<rss/>", b'<!DOCTYPE o [<!ENTITY a "b">]><opml/>'])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"OPML|entities"):
        read_opml(body)


def test_only_feeds_are_written_in_the_folder_of_their_outlet() -> None:
    text = write_opml(
        [
            row("sitemap", "http://a.test/s.xml", "a.test"),
            row("site", "http://a.test/", "a.test", homepage="http://a.test/"),
            row("feed", "http://a.test/2", "a.test", "Two", "http://a.test/"),
            row("feed", "http://a.test/1", "a.test", 'One "&" <x>', "http://a.test/"),
            row("feed", "http://b.test/1", None),
        ]
    )

    assert read_opml(text.encode()) == (
        Outline(feed="http://b.test/1", home=None, title="http://b.test/1"),
        Outline(feed="http://a.test/1", home="http://a.test/", title='One "&" <x>'),
        Outline(feed="http://a.test/2", home="http://a.test/", title="Two"),
    )


@given(st.lists(st.tuples(st.integers(0, 99), st.text(max_size=40)), max_size=20))
def test_what_is_written_can_be_read(named: list[tuple[int, str]]) -> None:
    rows = [row("feed", f"http://a.test/{n}?x=1&y=2", f"{n % 3}.test", title) for n, title in named]
    feeds = {outline.feed for outline in read_opml(write_opml(rows).encode("utf-8", "replace"))}

    assert feeds == {one["url"] for one in rows}
