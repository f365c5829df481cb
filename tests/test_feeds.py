"""Feeds in the forms that occur."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.discovery.dates import read_time
from ingest.discovery.feeds import read_feed
from ingest.discovery.wording import plain
from ingest.items import Rhythm

AT = "http://www.a.test/feeds/all.xml"


def rss(items: str, channel: str = "", declared: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?><rss version="2.0" {declared}><channel><title>T</title>{channel}'
        f"{items}</channel></rss>"
    ).encode()


def atom(entries: str, head: str = "", attributes: str = "") -> bytes:
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>T</title>{head}'
        f"{entries}</feed>"
    ).encode()


def urls(body: bytes, at: str = AT) -> list[str]:
    return [one.url for one in read_feed(body, {}, at).candidates]


def test_paragraphs_of_a_summary_stand_apart() -> None:
    said = plain("<p>All were taken to hospital.</p><p>AKTAU<br/>Kazakhstan</p>")

    assert said == "All were taken to hospital. AKTAU Kazakhstan"


def test_guid_is_an_address_only_where_it_does_not_say_otherwise() -> None:
    feed = rss(
        "<item><title>a</title><guid>http://a.test/?p=1</guid></item>"
        '<item><title>b</title><guid isPermaLink="False">http://a.test/?p=2</guid></item>'
        "<item><title>c</title><guid>3</guid></item>"
        '<item><title>d</title><link>http://a.test/d</link><guid isPermaLink="false">x</guid>'
        "</item>"
    )

    assert urls(feed) == ["http://a.test/?p=1", "http://a.test/d"]


def test_relative_links_stand_against_xml_base_then_the_site_then_the_feed() -> None:
    item = "<item><title>x</title><link>news/1</link></item>"
    based = '<item xml:base="http://c.test/x/"><title>x</title><link>news/2</link></item>'

    assert urls(rss(item)) == ["http://www.a.test/feeds/news/1"]
    assert urls(rss(item, "<link>http://site.test/en/</link>")) == ["http://site.test/en/news/1"]
    assert urls(rss(item + based, declared='xml:base="http://b.test/"')) == [
        "http://b.test/news/1",
        "http://c.test/x/news/2",
    ]


def test_bases_of_atom_are_nested() -> None:
    entry = '<entry xml:base="2025/"><title>x</title><link href="talks"/></entry>'

    assert urls(atom(entry, attributes='xml:base="http://b.test/news/"')) == [
        "http://b.test/news/2025/talks"
    ]


def test_atom_link_is_the_page_and_neither_sound_nor_itself() -> None:
    entry = (
        '<entry><title>x</title><link rel="enclosure" href="http://a.test/a.mp3"/>'
        '<link rel="self" href="http://a.test/self"/>'
        '<link rel="alternate" type="application/json" href="http://a.test/j"/>'
        '<link rel="alternate" type="text/html" href="http://a.test/page"/></entry>'
    )

    assert urls(atom(entry)) == ["http://a.test/page"]


def test_address_behind_a_tracker_is_preferred() -> None:
    item = (
        "<item><title>x</title><link>http://feedproxy.test/~r/1</link>"
        "<feedburner:origLink>http://a.test/1</feedburner:origLink></item>"
    )

    assert urls(rss(item, declared='xmlns:feedburner="http://rssnamespace.org/feedburner"')) == [
        "http://a.test/1"
    ]


def test_rdf_has_its_items_beside_the_channel() -> None:
    feed = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
    <channel rdf:about="x"><title>Old</title><link>http://a.test/</link></channel>
    <item rdf:about="http://a.test/1"><title>One</title><link>http://a.test/1</link>
    <dc:date>2025-07-03T09:30:00+04:00</dc:date></item></rdf:RDF>"""
    found = read_feed(feed, {}, AT)

    assert found.title == "Old"
    assert found.candidates[0].published == datetime(2025, 7, 3, 5, 30, tzinfo=UTC)


def test_rhythm_is_read_whole() -> None:
    feed = rss(
        "",
        "<ttl>60</ttl><skipHours><hour>24</hour><hour>3</hour><hour>99</hour></skipHours>"
        "<skipDays><day>Sunday</day><day>someday</day><day>saturday</day></skipDays>"
        "<sy:updatePeriod> hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
        'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"',
    )

    assert read_feed(feed, {}, AT).rhythm == Rhythm(
        ttl_minutes=60.0, update_minutes=30.0, skip_hours=(0, 3), skip_days=(5, 6)
    )


@pytest.mark.parametrize(
    ("stated", "minutes"),
    [
        ("<sy:updateFrequency>0.1</sy:updateFrequency>", 14_400.0),
        ("<sy:updatePeriod>weekly</sy:updatePeriod>", 10_080.0),
        ("<sy:updatePeriod>often</sy:updatePeriod>", None),
        ("<sy:updateFrequency>0</sy:updateFrequency>", None),
        ("<sy:updateFrequency>-2</sy:updateFrequency>", None),
        ("<sy:updateFrequency>inf</sy:updateFrequency>", None),
        ("", None),
    ],
)
def test_period_and_frequency_have_defaults(stated: str, minutes: float | None) -> None:
    feed = rss("", stated, 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"')

    assert read_feed(feed, {}, AT).rhythm.update_minutes == minutes


def test_older_pages_are_named() -> None:
    older = '<link rel="next" href="?page=2"/>'
    archive = '<link rel="prev-archive" href="/2024.xml"/>'
    wordpress = "<generator>https://wordpress.org/?v=6.8</generator>"

    assert read_feed(atom("", older), {}, AT).next_page == f"{AT}?page=2"
    assert read_feed(atom("", older + archive), {}, AT).next_page == "http://www.a.test/2024.xml"
    assert read_feed(rss("", wordpress), {}, "http://a.test/feed/").next_page == (
        "http://a.test/feed/?paged=2"
    )
    assert read_feed(rss("", wordpress), {}, "http://a.test/?feed=rss2&paged=4").next_page == (
        "http://a.test/?feed=rss2&paged=5"
    )
    assert read_feed(rss(""), {}, AT).next_page is None


def test_json_feed_tells_its_end_and_its_pages() -> None:
    said = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Wire",
        "next_url": "/2.json",
        "expired": True,
        "items": [
            {"id": 7, "external_url": "http://b.test/7", "title": "Seven"},
            {"id": "http://a.test/8", "content_html": "<p>Eight</p>"},
            {"id": "9"},
            "no item",
        ],
    }
    feed = read_feed(json.dumps(said).encode(), {"Content-Type": "text/html"}, AT)

    assert [(one.url, one.title, one.snippet) for one in feed.candidates] == [
        ("http://b.test/7", "Seven", None),
        ("http://a.test/8", None, "Eight"),
    ]
    assert (feed.next_page, feed.is_over) == ("http://www.a.test/2.json", True)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-16-be"])
def test_byte_order_and_declaration_may_disagree(encoding: str) -> None:
    feed = rss("<item><title>Баку</title><link>/1</link></item>").decode().encode(encoding)

    assert read_feed(feed, {}, AT).candidates[0].title == "Баку"


@pytest.mark.parametrize("declared", ["windows-1251", None])
def test_charset_is_found_in_the_document_or_in_the_header(declared: str | None) -> None:
    text = rss("<item><title>Баку вызвал посла</title><link>/1</link></item>").decode()
    if declared:
        text = text.replace('version="1.0"?', f'version="1.0" encoding="{declared}"?')
    headers = {} if declared else {"Content-Type": "text/xml; charset=windows-1251"}
    (one,) = read_feed(text.encode("cp1251"), headers, AT).candidates

    assert one.title == "Баку вызвал посла"


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("</channel></rss>", ""),
        lambda text: text.replace("One", "One & two &nbsp; &copy;"),
        lambda text: "\n\n<!-- made by hand -->\n" + text,
        lambda text: "PHP Notice: x in y\n" + text,
        lambda text: text.replace("One", "One\x0b\x00 &#11;"),
        lambda text: text.replace("<item>", "<item><p>not closed<br>", 1),
        lambda text: text[: text.index("</item>") + 3],
    ],
)
def test_damaged_feed_gives_what_it_holds(damage: object) -> None:
    text = rss("<item><title>One</title><link>/1</link></item>" * 2).decode()
    assert callable(damage)

    assert "http://www.a.test/1" in urls(damage(text).encode())


def test_entries_keep_their_own_titles_where_readers_disagree_on_their_number() -> None:
    body = rss(
        "<item><title>One</title><link>/1</link></item>"
        "<image><item><title>Within</title></item></image>"
        "<item><title>Two</title><link>/2</link></item>"
    )
    found = {one.url: one.title for one in read_feed(body, {}, AT).candidates}

    assert found == {"http://www.a.test/1": "One", "http://www.a.test/2": "Two"}


def test_order_and_guids_do_not_change_what_is_named() -> None:
    items = [
        f"<item><title>{n}</title><link>/{n}</link><guid isPermaLink='false'>{{}}{n}</guid></item>"
        for n in range(5)
    ]
    first = rss("".join(items).format(*"aaaaa"))
    churned = rss("".join(reversed(items)).format(*"bbbbb"))

    assert set(urls(first)) == set(urls(churned))


def test_packed_feed_is_unpacked() -> None:
    assert urls(gzip.compress(rss("<item><title>x</title><link>/1</link></item>"))) == [
        "http://www.a.test/1"
    ]


def test_addresses_named_twice_are_one_candidate() -> None:
    assert len(urls(rss("<item><title>x</title><link>/1</link></item>" * 3))) == 1


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("Fri, 21 Nov 2025 08:45:00 +0400", "2025-11-21T04:45"),
        ("Fri, 21 Nov 2025 08:45 MSK", "2025-11-21T05:45"),
        ("Fri, 21 Nov 25 08:45:00 EST", "2025-11-21T13:45"),
        ("Пт, 21 ноя 2025 08:45:00 +0300", "2025-11-21T05:45"),
        ("2025-11-21T08:45:00.123+0400", "2025-11-21T04:45"),
        ("2025-11-21 08:45:00 +0400", "2025-11-21T04:45"),
        ("2024-05-08 08:53:11 PM", "2024-05-08T20:53"),
        ("2025-11-21T24:00:00Z", "2025-11-22T00:00"),
        ("21.11.2025 08:45", "2025-11-21T08:45"),
        ("11/21/2025 08:45", "2025-11-21T08:45"),
        ("03/07/2025 08:45", "2025-07-03T08:45"),
        ("1763714700", "2025-11-21T08:45"),
        ("1763714700000", "2025-11-21T08:45"),
        ("21 ноября 2025, 08:45", "2025-11-21T08:45"),
    ],
)
def test_dates_in_the_forms_that_occur(stated: str, read: str) -> None:
    at = read_time(stated)

    assert at is not None
    assert at.strftime("%Y-%m-%dT%H:%M") == read


@pytest.mark.parametrize(
    "stated", ["", "soon", "0000-00-00", "Thu, 01 Jan 1970 00:00:00 GMT", None]
)
def test_what_is_no_date_is_none(stated: str | None) -> None:
    assert read_time(stated) is None


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.integers(-12, 14))  # noqa: DTZ001
def test_iso_dates_come_back_in_utc(local: datetime, hours: int) -> None:
    zone = f"{hours:+03d}:00"

    assert read_time(f"{local.isoformat()}{zone}") == (
        local.replace(tzinfo=UTC) - timedelta(hours=hours)
    )


@given(st.text(max_size=120))
def test_any_text_is_a_date_or_none(stated: str) -> None:
    at = read_time(stated)

    assert at is None or at.utcoffset() == timedelta(0)
