"""What a front page says of its site."""

from __future__ import annotations

import pytest

from ingest.discovery.autodiscovery import offers_of, read_front, search_feed
from ingest.discovery.guesses import guess_feeds, guess_sitemaps
from ingest.discovery.link_headers import read_links

AT = "http://a.test/"
LINKED = '<a href="/2025/talks">Talks in Baku resume</a>'


def feeds(head: str, body: str = "", headers: dict[str, str] | None = None) -> tuple[str, ...]:
    page = f"<html><head>{head}</head><body>{LINKED}{body}</body></html>".encode()
    return read_front(page, headers or {}, AT).feeds


def test_relations_are_tokens_in_any_case_against_the_base() -> None:
    head = '<base href="http://a.test/en/"><LINK REL="Home ALTERNATE" TYPE="application/RSS+XML; x"'

    assert feeds(f'{head} href="feed">') == ("http://a.test/en/feed",)


def test_comments_and_embeddings_are_no_feeds() -> None:
    rss = 'rel="alternate" type="application/rss+xml"'
    head = (
        f'<link {rss} href="/comments/feed/"><link {rss} title="T » Comments Feed" href="/c">'
        '<link rel="alternate" type="application/json+oembed" href="/wp-json/oembed/1.0/embed">'
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/1">'
        '<link rel="alternate" type="text/xml" href="/data.xml">'
        '<link rel="alternate" hreflang="az" href="/az/">'
        '<link rel="stylesheet" type="application/rss+xml" href="/style">'
    )

    assert feeds(head) == ()


@pytest.mark.parametrize("kind", ["text/xml", "application/rdf+xml", "text/rss", ""])
def test_vague_type_counts_where_the_address_looks_like_a_feed(kind: str) -> None:
    assert feeds(f'<link rel="alternate" type="{kind}" href="/rss.xml">') == (
        "http://a.test/rss.xml",
    )


def test_links_of_the_page_stand_in_where_nothing_is_announced() -> None:
    body = "".join(
        f'<a href="{href}">x</a>'
        for href in (
            "/rss",
            "/feed-the-poor/",
            "http://b.test/feed/",
            "/?feed=rss2",
            "/comments/feed",
        )
    )

    assert feeds("", body) == ("http://a.test/rss", "http://a.test/?feed=rss2")
    assert feeds('<link rel="alternate" type="application/atom+xml" href="/a">', body) == (
        "http://a.test/a",
    )


def test_header_is_read_first() -> None:
    header = {
        "Link": '</one>; rel="alternate"; type="application/rss+xml", <http://[>; rel=alternate, '
        "</two>;rel=alternate;type=application/atom+xml, </c>; rel=hub"
    }

    assert feeds("", "", header) == ("http://a.test/one", "http://a.test/two")


def test_parameters_of_a_header_may_hold_commas() -> None:
    stated = {"link": '<http://a.test/x>; title="One, two; three"; rel="A b", </y>; rel=c'}
    one, two = read_links(stated, AT)

    assert (one.title, one.relations) == ("One, two; three", frozenset({"a", "b"}))
    assert two.url == "http://a.test/y"


@pytest.mark.parametrize(
    ("head", "headers", "root"),
    [
        ("", {"Link": '<http://a.test/blog/wp-json/>; rel="https://api.w.org/"'}, "/blog/"),
        ('<link rel="https://api.w.org/" href="http://a.test/wp-json/">', {}, "/"),
        ('<link rel="https://api.w.org/" href="/?rest_route=/">', {}, "/"),
        (
            '<meta name="generator" content="WordPress"><script src="/wp-includes/x.js"></script>',
            {},
            "/",
        ),
        ('<meta name="generator" content="WordPress 6.8">', {}, None),
        ('<link rel="https://api.w.org/" href="http://other.test/wp-json/">', {}, None),
        ("", {}, None),
    ],
)
def test_wordpress_is_recognised(head: str, headers: dict[str, str], root: str | None) -> None:
    page = f"<html><head>{head}</head><body>{LINKED}</body></html>".encode()
    expected = f"http://a.test{root}" if root else None

    assert read_front(page, headers, AT).wordpress == expected


def test_search_of_a_site_is_one_address() -> None:
    assert search_feed("http://a.test/", "Баку Moscow") == (
        "http://a.test/?s=%D0%91%D0%B0%D0%BA%D1%83+Moscow&feed=rss2"
    )


def test_guesses_are_offered_only_where_nothing_is_announced() -> None:
    silent = read_front(f"<html><body>{LINKED}</body></html>".encode(), {}, AT)
    announced = "<html><head><link rel=alternate type=application/rss+xml href=/f></head></html>"
    speaking = read_front(announced.encode(), {}, AT)

    assert offers_of(silent, AT, guesses=2) == (
        ("feed-guess", "http://a.test/feed/"),
        ("feed-guess", "http://a.test/rss.xml"),
        ("robots", "http://a.test/robots.txt"),
    )
    assert offers_of(speaking, AT, guesses=2) == (
        ("feed", "http://a.test/f"),
        ("robots", "http://a.test/robots.txt"),
    )


def test_guesses_stay_within_their_folder_and_their_number() -> None:
    assert guess_feeds("http://host.test/blogs/one/", 1) == ("http://host.test/blogs/one/feed/",)
    assert guess_sitemaps("http://a.test/robots.txt", 1) == ("http://a.test/sitemap.xml",)
    assert guess_feeds(AT, 0) == ()
