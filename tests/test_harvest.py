"""The web that harvests are measured on, the ways through it, and the measure."""

from __future__ import annotations

import random
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from benchmarks import real_web
from benchmarks.floors import read_floors
from benchmarks.harvest.html import Served, render
from benchmarks.harvest.measure import BUDGET, Walked, digest_of, halves, means
from benchmarks.harvest.ours import Reader, best_first
from benchmarks.harvest.peers import breadth_first, follow_relevant, oracle, parent_similarity
from benchmarks.harvest.web import Area, Page, Variant, Web, build_web, without_session
from ingest.extract.links import find_placed_links
from ingest.extract.page import parse
from ingest.items import Block

ROOT = Path(__file__).parents[1]
FLOORS = ROOT / "benchmarks" / "harvest" / "floors.tsv"
evaluation = pytest.mark.skipif(
    not real_web.EVAL.exists(), reason="the labelled stories are not here"
)
HOSTS = ("www.alpha.com", "www.beta.org", "www.gamma.com")
STORY = "Harbour Talks at Port Zenith"


@cache
def texts() -> tuple[dict[str, Any], ...]:
    """Sixty made articles on three hosts; every tenth tells one story."""
    rng = random.Random(1)
    words = [f"{a}{b}" for a in ("mar", "ter", "lon", "vic", "pos") for b in ("ket", "ily", "dor")]
    return tuple(_text(rng, words, n) for n in range(60))


def _text(rng: random.Random, words: list[str], n: int) -> dict[str, Any]:
    is_story = n % 10 == 0
    title = f"{STORY} Enter Day {n}" if is_story else f"{rng.choice(words).title()} Report {n}"
    lead = "Envoys at Port Zenith spoke of the harbour treaty again." if is_story else "Much rain."
    body = [f"{lead} {' '.join(rng.choices(words, k=30))}." for _ in range(4)]
    section = rng.choice(("world", "sport"))
    slug = title.lower().replace(" ", "-")
    return {
        "id": str(n), "lang": "en", "date": f"2017-01-{1 + n % 28:02d}", "title": title,
        "url": f"http://{HOSTS[n % 3]}/{section}/{slug}.html", "desc": lead, "anchor": "",
        "text": "\n".join(body), "rel": {"talks": 1} if is_story else {},
    }  # fmt: skip


@cache
def web(variant: Variant = Variant.PLAIN) -> Web:
    return build_web(texts(), variant, least=10)


def articles(of: Web) -> dict[str, Page]:
    return {url: page for url, page in of.pages.items() if page.text is not None}


def story() -> frozenset[str]:
    return frozenset(url for url, page in articles(web()).items() if page.text["rel"])  # type: ignore[index]  # articles have one


@pytest.mark.parametrize("variant", [Variant.PLAIN, Variant.MUTE])
def test_every_link_leads_to_a_page(variant: Variant) -> None:
    made = web(variant)
    dead = [link.url for page in made.pages.values() for link in page.links
            if link.url not in made.pages]  # fmt: skip

    assert len(articles(made)) == 60
    assert dead == []


def test_the_web_does_not_know_the_labels() -> None:
    blind = [text | {"rel": {}} for text in texts()]
    other = build_web(blind, Variant.PLAIN, least=10)

    assert {url: page.links for url, page in other.pages.items()} == {
        url: page.links for url, page in web().pages.items()
    }


def test_two_anchors_in_five_are_mute_and_no_link_is_another() -> None:
    plain, mute = web(), web(Variant.MUTE)
    pairs = [
        (one, other)
        for url, page in plain.pages.items()
        for one, other in zip(page.links, mute.pages[url].links, strict=True)
        if one.area in {Area.LATEST, Area.POPULAR, Area.RELATED, Area.LISTED}
    ]

    assert all(one.url == other.url for one, other in pairs)
    assert 0.3 < sum(one.anchor != other.anchor for one, other in pairs) / len(pairs) < 0.5


def test_a_calendar_has_no_end() -> None:
    made, url = web(Variant.TRAPS), "http://www.alpha.com/calendar/2017/01/"
    for _ in range(30):
        page = made.fetch(url)
        assert page is not None
        url = page.links[1].url

    assert url == "http://www.alpha.com/calendar/2019/07/"
    assert web().fetch(url) is None


def test_each_view_of_a_site_with_sessions_links_it_under_another_address() -> None:
    made = web(Variant.TRAPS)
    fronts = [page for home in made.homes if (page := made.fetch(home)) is not None]
    tokens = [link.url for page in fronts for link in page.links if "/s/" in link.url]
    url = tokens[0]
    again = made.fetch(url)

    assert again is not None
    assert again.links[0].url not in tokens
    assert without_session(again.links[0].url) in made.pages


def test_a_page_is_read_as_it_was_made() -> None:
    blocks = {
        Area.MENU: Block.NAVIGATION, Area.FOOT: Block.NAVIGATION, Area.TAGS: Block.TAGS,
        Area.TEXT: Block.BODY, Area.RELATED: Block.RELATED, Area.LATEST: Block.TICKER,
        Area.POPULAR: Block.TICKER, Area.ELSEWHERE: Block.OTHER,
    }  # fmt: skip
    met = set()
    for url, page in articles(web()).items():
        parsed = parse(render(page), url, "utf-8")
        assert parsed is not None
        _, links, places = find_placed_links(parsed, page.text["text"])  # type: ignore[index]  # an article has one
        areas: dict[str, set[Area]] = {}
        for link in page.links:
            areas.setdefault(link.url, set()).add(link.area)

        assert {link for link, _ in links} == set(areas)
        for to, its in areas.items():
            is_body = places[to].block is Block.BODY
            if len(its) == 1 or is_body:  # in the text is where a link counts most
                area = Area.TEXT if is_body else next(iter(its))
                assert area in its
                met.add(area)
                assert places[to].block is blocks[area], (to, its)

    assert met >= set(blocks) - {Area.TAGS, Area.ELSEWHERE}


def test_the_server_gives_the_pages_and_the_robots_of_each_host() -> None:
    served = Served(web())
    url = next(iter(articles(web())))
    host, path = url.removeprefix("http://").split("/", 1)

    assert served[host, f"/{path}"].body == render(web().pages[url])
    assert served[host, "/robots.txt"].content_type == "text/plain"
    assert ("www.alpha.com", "/none") not in served
    assert {host for host, _ in served} == set(HOSTS)


def test_the_peers_ask_each_address_once_and_stop_at_the_budget() -> None:
    starts = web().homes
    seeds = [text for text in texts() if text["rel"]][:2]
    for asked in (
        breadth_first(web(), starts, 40),
        parent_similarity(web(), starts, 40, seeds),
        oracle(web(), starts, 40, story()),
    ):
        assert tuple(asked[:3]) == starts
        assert len(asked) == len(set(asked)) == 40


def test_breadth_first_asks_in_the_order_of_links() -> None:
    first = web().pages[web().homes[0]]
    asked = breadth_first(web(), web().homes, 8)

    assert asked[3:] == [link.url for link in first.links if link.url != first.url][:5]


def test_parent_similarity_prefers_the_links_of_pages_like_the_seeds() -> None:
    seeds = [text for text in texts() if text["rel"]]
    given = sorted(story())[:1]
    asked = parent_similarity(web(), [*given, *web().homes], 20, seeds)
    led = {link.url for link in web().pages[given[0]].links}

    assert set(asked[4:]) <= led


def test_the_oracle_finds_the_whole_story_first() -> None:
    asked = oracle(web(), web().homes, 60, story())
    at = [place for place, url in enumerate(asked) if url in story()]

    assert len(at) == len(story())
    assert max(at) < 30


def test_ours_finds_the_story_with_fewer_requests_than_breadth_first() -> None:
    seeds = [text for text in texts() if text["rel"]][:2]
    ours = best_first(Reader(web()), (), 20, seeds)
    breadth = breadth_first(web(), web().homes, 20)

    assert len(ours) <= 20
    assert len(set(ours) & story()) > 2 * len(set(breadth) & story())
    assert best_first(Reader(web()), (), 20, seeds) == ours


def test_following_relevant_pages_leaves_menus_out() -> None:
    class Everything:
        @staticmethod
        def score(_title: str, _text: str) -> Any:
            return type("Relevance", (), {"is_related": True})

    asked = follow_relevant(web(), web().homes, 60, Everything())  # type: ignore[arg-type]  # the seam

    assert not [url for url in asked if "/section/" in url]
    assert len(asked) == 60


def test_harvest_is_of_the_budget_and_recall_of_the_story() -> None:
    told = [
        Walked(story="a", method="m", relevant=20, found=(10, 15, 20)),
        Walked(story="b", method="m", relevant=10, found=(0, 0, 5)),
    ]
    harvest, recall = means(told)["m"]

    assert told[0].harvest(0) == 10 / (BUDGET / 4)
    assert harvest == pytest.approx([0.1, 0.075, 0.0625])
    assert recall == pytest.approx([0.25, 0.375, 0.75])


def test_no_story_is_both_chosen_by_and_measured_by() -> None:
    chosen, held = halves([{"rel": {name: 1, "doubt": 0}} for name in "abcde"])

    assert (chosen, held) == (["a", "c", "e"], ["b", "d"])


def test_the_digest_moves_with_labels() -> None:
    other = [text | {"rel": {"talks": 1}} for text in texts()]

    assert digest_of(other) != digest_of(texts()) == digest_of(list(texts()))


def test_the_floors_hold_what_was_asked_for() -> None:
    digests, floors = read_floors(FLOORS)

    assert list(digests) == ["texts digest"]
    for name in ("chosen plain", "held plain", "chosen mute", "held mute"):
        assert floors[f"{name} times breadth first"] >= 5
        assert floors[f"{name} recall over breadth first"] >= 0


@evaluation
@pytest.mark.slow
def test_the_harvest_is_as_good_as_pinned() -> None:
    asked = ["-m", "benchmarks.harvest", "--check", "--variant", "plain", "--half", "held"]
    done = subprocess.run(
        [sys.executable, *asked], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
