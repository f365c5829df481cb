from __future__ import annotations

import random
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import first_run, real_web, story_run
from benchmarks.real_web import SavedPage, build_saved_web, has_feed, http_address
from ingest.clock import now
from ingest.config import load_settings
from ingest.demo.server import serve
from ingest.urls import address_key, is_fetchable
from spiders.feeds import read_feed
from spiders.links import read_site
from spiders.sitemaps import read_robots, read_sitemap

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
PAGES = (
    SavedPage(id="1", url="http://a.test/one?b=2&c=3", title="T & J", body=b"<p>1", published=NOON),
    SavedPage(id="2", url="http://b.test/two", title="Two", body=b"<p>2", snippet='of "two"'),
    SavedPage(id="3", url="http://a.test/three", title="Three", body=b"<p>3"),
    SavedPage(id="4", url="http://a.test/three", title="Three again", body=b"<p>4"),
)  # fmt: skip


def test_pages_are_served_at_their_own_addresses() -> None:
    web = build_saved_web(PAGES, has_feed=has_feed)

    assert web.resources["a.test", "/one?b=2&c=3"].body == b"<p>1"
    assert web.resources["b.test", "/two"].body == b"<p>2"


def test_of_two_pages_with_one_address_the_first_is_served() -> None:
    web = build_saved_web(PAGES, has_feed=has_feed)

    assert web.resources["a.test", "/three"].body == b"<p>3"
    assert [page.id for page in web.left_out] == ["4"]
    assert {page.id for page in web.pages} == {"1", "2", "3"}


def test_every_second_host_has_a_feed_and_the_others_a_sitemap() -> None:
    web = build_saved_web(PAGES, has_feed=has_feed)

    assert web.feeds == ("http://a.test/feed.xml",)
    assert web.sitemaps == ("http://b.test/sitemap.xml",)
    assert web.homes == ("http://a.test/", "http://b.test/")


def test_the_feed_says_what_is_known_of_each_page() -> None:
    web = build_saved_web(PAGES, has_feed=has_feed)
    first, second = read_feed(
        web.resources["a.test", "/feed.xml"].body, {}, web.feeds[0]
    ).candidates

    assert (first.url, first.title, first.published) == (PAGES[0].url, PAGES[0].title, NOON)
    assert (second.url, second.snippet, second.published) == (PAGES[2].url, None, None)


def test_robots_leads_to_the_sitemap_and_that_to_the_pages() -> None:
    web = build_saved_web(PAGES, has_feed=has_feed)
    robots = read_robots(web.resources["b.test", "/robots.txt"].body, "http://b.test/robots.txt")
    (page,) = read_sitemap(web.resources["b.test", "/sitemap.xml"].body, {}, "").candidates

    assert robots.sources == (("sitemap", "http://b.test/sitemap.xml"),)
    assert page.url == "http://b.test/two"
    ET.fromstring(web.resources["b.test", "/sitemap.xml"].body)  # well-formed, not only mendable


def test_the_home_page_links_every_page_and_announces_the_feed() -> None:
    web = build_saved_web(PAGES, has_feed=has_feed)
    found = read_site(web.resources["a.test", "/"].body, {}, "http://a.test/")

    assert {(one.url, one.title) for one in found.candidates} == {
        (PAGES[0].url, PAGES[0].title),
        (PAGES[2].url, PAGES[2].title),
    }
    assert ("feed", "http://a.test/feed.xml") in found.sources


def test_a_page_keeps_its_address_from_the_furniture() -> None:
    page = SavedPage(id="9", url="http://c.test/feed.xml", title="Feeds", body=b"<p>about feeds")
    web = build_saved_web([page], has_feed=has_feed)

    assert web.resources["c.test", "/feed.xml"].body == page.body


@pytest.mark.parametrize(
    ("url", "served"),
    [
        ("https://a.test/x?y=1#z", "http://a.test/x?y=1"),
        ("http://a.test/ə b", "http://a.test/%C9%99%20b"),
        ("https://a.test", "http://a.test"),
    ],
)
def test_addresses_become_what_a_client_asks_the_proxy_for(url: str, served: str) -> None:
    assert http_address(url) == served


@given(st.text(st.characters(exclude_characters="#?/\\[]", exclude_categories=["C"]), max_size=20))
def test_served_addresses_are_settled_and_fetchable(path: str) -> None:
    served = http_address(f"https://a.test/{path}.html")

    assert http_address(served) == served
    assert served.isascii()
    assert is_fetchable(served)


def test_a_page_is_asked_for_its_title_and_summary() -> None:
    body = (
        b"<title> A  b </title><meta property='og:description' content=' '>"
        b"<meta name='description' content='so\nit goes'><p>x"
    )

    assert real_web.what_it_says(body) == ("A b", "so it goes")
    assert real_web.what_it_says(b"<p>nothing") == ("", "")


def test_a_workspace_has_settings_that_can_be_used(tmp_path: Path) -> None:
    folder = real_web.make_workspace(
        tmp_path / "w", {"a.txt": b"seed"}, {"sites": ["http://a.test/"], "feeds": []}
    )
    settings = load_settings(folder, {})

    assert settings.sources.sites == ("http://a.test/",)
    assert settings.crawl.delay_s == 0
    assert (settings.seeds_path / "a.txt").read_bytes() == b"seed"


def test_a_command_is_measured(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "one.txt").write_text("A story of Baku and Moscow. " * 40)
    with serve({}) as server:  # learning a topic takes long enough to be seen at work
        measured = real_web.run_seedbed(tmp_path, server, "seeds")

    assert measured.exit_code == 0
    assert measured.requests == 0
    assert measured.seconds > 0
    assert measured.peak_mib["command"] > 1
    assert measured.peak_together_mib > 1


def test_a_command_that_fails_tells_why(tmp_path: Path) -> None:
    with serve({}) as server, pytest.raises(RuntimeError, match=r"exit code 2\n(.|\n)*no-such"):
        real_web.run_seedbed(tmp_path, server, "no-such")


def test_only_the_block_of_a_page_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "p.md"
    page.write_text("by hand\n<!-- a: begin -->\nold\n<!-- a: end -->\nbelow\n", encoding="utf-8")
    for _ in range(2):
        real_web.replace_block(page, "a", ["new"])

    assert page.read_text(encoding="utf-8") == (
        "by hand\n<!-- a: begin -->\n\nnew\n\n<!-- a: end -->\nbelow\n"
    )


def test_a_page_without_the_block_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "p.md"
    page.write_text("by hand\n", encoding="utf-8")

    with pytest.raises(ValueError, match="no block a"):
        real_web.replace_block(page, "a", ["new"])


def text(number: int, **rel: int) -> dict[str, object]:
    return {
        "id": f"t{number}",
        "url": f"https://www.n.test/{number}",
        "title": f"Title <{number}>",
        "text": f"first line {number}\n" + "word " * 80,
        "desc": "snippet",
        "date": "2016-11-01",
        "lang": "en",
        "rel": rel,
    }


def test_seeds_of_a_story_are_four_relevant_texts_whatever_was_drawn_before() -> None:
    texts = [text(n, s=1) for n in range(9)] + [text(n, s=0, t=1) for n in range(9, 20)]
    first = story_run.choose_seeds(texts, "s")
    random.seed(1)

    assert story_run.choose_seeds(texts, "s") == first
    assert len({seed["id"] for seed in first}) == 4
    assert all(seed["rel"] == {"s": 1} for seed in first)


def test_a_text_becomes_a_page_with_headline_date_and_paragraphs() -> None:
    from ingest.extract import read_page

    page = story_run.plain_page(text(1))
    read = read_page(page.body, page.url, None, page.content_type, now=now())

    assert page.url == "http://www.n.test/1"
    assert read.article is not None
    assert read.article.title == "Title <1>"
    assert read.article.published == datetime(2016, 11, 1, tzinfo=UTC)
    assert read.article.text.splitlines()[0] == "first line 1"


def test_a_doubt_about_one_text_is_a_doubt_about_its_address() -> None:
    served = [
        ("http://n.test/1", text(1)),
        ("http://n.test/1?utm_source=x", text(2, s=0)),
        ("http://n.test/2", text(3, s=0)),
        ("http://n.test/2#x", text(4, s=1)),
        ("http://n.test/3", text(5, s=1)),
        ("http://n.test/4", text(6, other=1)),
    ]

    assert story_run.label_keys(served, "s", {"t5"}) == {
        address_key("http://n.test/1"): "ambiguous",
        address_key("http://n.test/2"): "relevant",
        address_key("http://n.test/3"): "seed",
        address_key("http://n.test/4"): "unrelated",
    }


def test_the_score_tells_where_relevant_texts_were_lost() -> None:
    labels = {
        "a": "relevant", "b": "relevant", "c": "relevant", "d": "relevant",
        "e": "unrelated", "f": "unrelated", "g": "ambiguous", "h": "seed",
    }  # fmt: skip
    standing = {
        "a": "article", "b": "copy", "c": "skipped", "d": "off-topic",
        "e": "article", "g": "article", "h": "copy",
    }  # fmt: skip
    scored = story_run.score("s", labels, standing)

    assert scored.recall == 0.5
    assert scored.precision == pytest.approx(2 / 3)
    assert (scored.lost("skipped"), scored.lost("off-topic")) == (0.25, 0.25)
    assert scored.wrongly_kept == ("e",)
    assert scored.wrongly_skipped == ("c",)
    assert scored.wrongly_off_topic == ("d",)
    assert scored.unrelated == Counter({"article": 1, "never found": 1})
    assert scored.seeds == Counter(copy=1)


def offer(ratio: float, words: int, **is_: bool) -> story_run.Offer:
    relevant, related = is_.get("relevant", False), is_.get("related", False)
    return story_run.Offer(is_relevant=relevant, is_related=related, ratio=ratio, words=words)


def test_a_gate_is_weighed_by_what_it_lets_through() -> None:
    offers = [
        offer(1.0, 40, relevant=True, related=True),
        offer(0.2, 40, relevant=True, related=True),
        offer(0.0, 5, related=True),
        offer(0.0, 40),
    ]

    assert story_run.weigh(offers, share=0.5, least_words=3) == (0.25, 0.5, 0.5, 1.0)
    assert story_run.weigh(offers, share=0.1, least_words=3) == (0.5, 1.0, 1.0, 1.0)
    assert story_run.weigh(offers, share=0.1, least_words=12) == (0.75, 1.0, 1.0, 2 / 3)


def test_a_run_that_keeps_nothing_scores_nothing() -> None:
    scored = story_run.score("s", {"a": "relevant"}, {})

    assert (scored.recall, scored.precision) == (0.0, 0.0)


@pytest.mark.skipif(not real_web.EVAL.exists(), reason="the evaluation pages are not here")
def test_all_saved_pages_can_be_served() -> None:
    pages, labels = real_web.read_saved_pages(real_web.EVAL / "extraction")
    web = build_saved_web(pages, has_feed=has_feed)

    assert len(web.pages) + len(web.left_out) == len(labels)
    assert all(page.title.strip() for page in web.pages)
    assert all(is_fetchable(page.url) for page in web.pages)
    assert set(first_run.STORY_SEEDS) <= {page.url for page in web.pages}


@pytest.mark.skipif(not real_web.EVAL.exists(), reason="the labelled stories are not here")
@pytest.mark.parametrize("story", story_run.STORIES)
def test_the_stories_have_enough_labels(story: str) -> None:
    texts = story_run.read_texts(real_web.EVAL / "relevance" / "data" / "web.jsonl.xz")

    assert sum(text["rel"].get(story) == 1 for text in texts) >= 15
    assert len(story_run.choose_seeds(texts, story)) == 4


def test_the_commands_say_so_when_the_evaluation_folder_is_absent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(real_web, "EVAL", tmp_path / "absent")
    monkeypatch.setattr("sys.argv", ["command"])

    assert first_run.main() == 1
    assert story_run.main() == 1
    assert "nothing was run" in capsys.readouterr().err
