from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ingest.extract import PageRead
from ingest.extract.links import find_placed_links
from ingest.extract.page import parse
from ingest.items import Block, Candidate, Outcome, Reason, Rejection, Stage
from ingest.leading import _TRIED, Leading
from ingest.urls import address_key
from spiders.links import read_site
from tests.rows import NOW, fetched, gated
from tests.test_intake import dated, open_intake, prose, read

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.extract.surroundings import Place
    from ingest.intake import Intake

HOME = "http://a.test/"
STORY = dated("http://a.test/news/2025/talks-1", prose(1), 1)
LIST = Rejection(stage=Stage.QUALITY, reason=Reason.LIST, detail="41 links")
PAGE = """<body><header><nav><a href="/world">World</a></nav></header>
<article><h1>Talks</h1><p>Crews spoke to <a href="/in-text">the radio</a> at noon.</p></article>
<p>Filed under <a rel="tag" href="/tag/baku">Baku</a></p>
<div class="x"><h3>Читайте также</h3><ul><li><a href="/rel">Talks resume</a></li></ul></div>
<section id="most-read"><a href="/tick">Cup final tonight</a></section>
<div class="cards"><div><a href="/card"><img></a><p>Envoys from Baku met at noon</p></div>
<div><a href="/other">More</a><p>Rain</p></div></div>
<footer><a href="/about">About</a></footer></body>"""


def placed(html: str = PAGE, text: str = "Crews spoke to the radio at noon.") -> dict[str, Place]:
    page = parse(html.encode(), HOME, "utf-8")
    assert page is not None
    places = find_placed_links(page, text)[2]
    return {url.removeprefix("http://a.test"): place for url, place in places.items()}


def test_each_link_is_told_where_it_stands() -> None:
    assert {path: place.block for path, place in placed().items()} == {
        "/world": Block.NAVIGATION,
        "/in-text": Block.BODY,
        "/tag/baku": Block.TAGS,
        "/rel": Block.RELATED,
        "/tick": Block.TICKER,
        "/card": Block.OTHER,
        "/other": Block.OTHER,
        "/about": Block.NAVIGATION,
    }


def test_a_card_speaks_for_a_link_without_words() -> None:
    places = placed()

    assert places["/card"].said == "Envoys from Baku met at noon"
    assert places["/other"].said == "Rain"
    assert places["/world"].said == places["/in-text"].said == ""


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<h3>Lost in hospital</h3><p>AKTAU, Dec 25</p>", "Lost in hospital AKTAU, Dec 25"),
        ("<span>Live</span><span>: a verdict in Baku</span>", "Live: a verdict in Baku"),
        ("Baku<br>and Moscow", "Baku and Moscow"),
        ("<span>Talks resume</span><span>World</span>", "Talks resume World"),
        ("<img><b><i>Talks</i></b><!-- x --><span>4 min</span>", "Talks 4 min"),
        (
            "<span>A</span><span>zerbaijan</span> defies <em>Russia</em>.",
            "Azerbaijan defies Russia.",
        ),
        ("<style>.a{color:red}</style><span>Talks</span> resume", "Talks resume"),
        ("<div>Nakh<wbr>chivan</div>\n", "Nakhchivan"),
    ],
)
def test_words_of_a_link_stand_apart_as_its_reader_sees_them(inside: str, said: str) -> None:
    page = parse(f'<body><div><a href="/story">{inside}</a></div>'.encode(), HOME, "utf-8")
    assert page is not None

    assert find_placed_links(page, "")[1] == (("http://a.test/story", said),)


def test_a_card_of_two_addresses_speaks_for_neither() -> None:
    html = "<body><div><a href='/1'>One</a> and <a href='/2'>two</a> met in Baku</div></body>"

    assert {place.said for place in placed(html, "").values()} == {""}


def test_the_mark_nearest_to_a_link_holds() -> None:
    html = "<div class='menu'><div class='related-news'><a href='/1'>One</a></div></div>"

    assert placed(f"<body>{html}</body>", "")["/1"].block is Block.RELATED


def test_a_front_page_offers_its_links_with_what_their_cards_say() -> None:
    found = {one.url: one for one in read_site(PAGE.encode(), {}, HOME).candidates}

    assert found["http://a.test/card"].snippet == "Envoys from Baku met at noon"
    assert found["http://a.test/card"].title is None
    assert found["http://a.test/tick"].block is Block.TICKER
    assert {one.depth for one in found.values()} == {1}


def offer(intake: Intake, *links: tuple[str, str], **said: Any) -> dict[str, dict[str, Any]]:
    """Offer links of a related page of a.test; the ledger by path."""
    facts: dict[str, Any] = {"source": STORY.url, "depth": 1, "parent": 0.9} | said
    made = [Candidate(url=f"http://a.test{p}", found_by="links", title=t, **facts)
            for p, t in links]  # fmt: skip
    intake.offer(made, now=NOW)
    return ledger(intake)


def ledger(intake: Intake) -> dict[str, dict[str, Any]]:
    rows = intake.corpus._rows(
        "SELECT key, outcome, reason, priority, source, depth FROM pages ORDER BY key"
    )
    return {row["key"].removeprefix("a.test"): row for row in rows}


def with_links(intake: Intake, **changed: Any) -> Intake:
    settings = intake.settings
    links = settings.links.model_copy(update=changed)
    intake.settings = settings.model_copy(update={"links": links})
    intake._leading = Leading(corpus=intake.corpus, settings=links)
    return intake


def test_a_list_that_a_related_page_links_is_tried_and_other_links_are_not(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "c.db")
    rows = offer(intake, ("/world", "World"), ("/2025/football-tonight-12345", "Football tonight"))

    assert rows["/world"]["outcome"] == Outcome.WAITING
    assert rows["/2025/football-tonight-12345"]["outcome"] == Outcome.SKIPPED
    assert intake.corpus.hub_keys("a.test", because=_TRIED) == {"a.test/world"}


def test_a_list_of_another_outlet_is_not_tried(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "c.db")
    rows = offer(intake, ("/world", "World"), source="http://b.test/story")

    assert rows["/world"]["outcome"] == Outcome.SKIPPED


def test_an_outlet_has_so_many_places_for_lists_and_as_many_again_for_tags(tmp_path: Path) -> None:
    intake = with_links(open_intake(tmp_path / "c.db"), hubs_per_outlet=2)
    offer(intake, ("/one", "One"), ("/two", "Two"), ("/three", "Three"))
    rows = offer(intake, ("/tag/oil", "X"), ("/tag/gas", "Y"), ("/tag/war", "Z"), block=Block.TAGS)
    waiting = [path for path, row in rows.items() if row["outcome"] == Outcome.WAITING]

    assert waiting == ["/one", "/tag/gas", "/tag/oil", "/two"]


def test_no_places_for_lists_and_none_is_tried(tmp_path: Path) -> None:
    intake = with_links(open_intake(tmp_path / "c.db"), hubs_per_outlet=0)

    assert offer(intake, ("/world", "World"))["/world"]["outcome"] == Outcome.SKIPPED


def test_a_list_that_nothing_speaks_for_is_tried_where_it_is_drawn(tmp_path: Path) -> None:
    for share, outcome in ((0.0, Outcome.SKIPPED), (1.0, Outcome.WAITING)):
        intake = with_links(open_intake(tmp_path / f"{share}.db"), explore=share)

        assert offer(intake, ("/world", "World"), parent=0.0)["/world"]["outcome"] == outcome


def test_a_link_without_words_is_followed_within_its_outlet_alone(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "c.db")
    rows = offer(intake, ("/?p=4711", "he said"), ("/about", "us"), block=Block.BODY)

    assert rows["/?p=4711"]["reason"] == "it says nothing, on a related page"
    assert rows["/about"]["outcome"] == Outcome.SKIPPED

    rows = offer(intake, ("/?p=4712", "@radio"), block=Block.BODY, source="http://b.test/story")

    assert rows["/?p=4712"]["outcome"] == Outcome.SKIPPED


def take_list(intake: Intake, url: str, *links: tuple[str, str]) -> None:
    intake.corpus.offer([gated(url, depth=1, found_by="links")], run=intake.run, now=NOW)
    page = intake.corpus._value("SELECT id FROM pages WHERE key = ?", (address_key(url),))
    intake.take_page(fetched(page, url), PageRead(article=None, rejection=LIST, links=links))


def test_the_links_of_a_list_are_followed_and_it_is_looked_at_again(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "c.db")
    links = (("http://a.test/n1", "Talks in Baku resume"), ("http://a.test/world/", "World"))
    take_list(intake, "http://a.test/tag/baku", *links)
    rows = ledger(intake)
    (source,) = intake.corpus._rows("SELECT * FROM sources WHERE url LIKE '%tag/baku'")

    assert rows["/tag/baku"]["outcome"] == Outcome.REJECTED
    assert rows["/n1"]["outcome"] == rows["/world"]["outcome"] == Outcome.WAITING
    assert rows["/n1"]["source"] == source["id"]
    assert source["next_due"] > NOW.isoformat()
    assert intake.corpus._rows("SELECT hub, named, fetched, kept FROM hub_yield "
                               "WHERE named > 0") == [
        {"hub": "http://a.test/tag/baku", "named": 2, "fetched": 0, "kept": 0}
    ]  # fmt: skip


def test_a_list_without_a_link_of_worth_leads_nowhere(tmp_path: Path) -> None:
    intake = with_links(open_intake(tmp_path / "c.db"), explore=0.0)
    links = (("http://a.test/n1", "Football tonight"), ("http://a.test/world", "World"))
    take_list(intake, "http://a.test/sports", *links)

    assert {row["outcome"] for row in ledger(intake).values()} == {"rejected", "skipped"}
    assert intake.corpus._rows("SELECT * FROM sources") == []


def test_a_list_that_names_nothing_of_worth_any_more_rests(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "c.db")
    take_list(intake, "http://a.test/tag/baku", ("http://a.test/n1", "Talks in Baku resume"))
    corpus = intake.corpus
    state = "SELECT state FROM sources WHERE url LIKE '%tag/baku'"

    assert corpus.rest_hubs(since=NOW - timedelta(days=1)) == 0
    assert corpus._value(state) == "active"
    assert corpus.rest_hubs(since=NOW + timedelta(days=31)) == 1
    assert corpus._value(state) == "resting"


@pytest.mark.parametrize("by", ["settings", "person", "links", "an accepting person"])
def test_no_source_rests_for_being_a_list_that_is_a_source_anyway(tmp_path: Path, by: str) -> None:
    intake = open_intake(tmp_path / "c.db")
    corpus, url = intake.corpus, "http://a.test/tag/baku"
    if by != "an accepting person":
        corpus.add_source(
            kind="site", url=url, outlet="a.test", found_by=by, every_minutes=30, now=NOW
        )
    take_list(intake, url, ("http://a.test/n1", "Talks in Baku resume"))
    (source,) = corpus._rows("SELECT id FROM sources")
    if by == "an accepting person":
        corpus.decide_source(source["id"], is_accepted=True, now=NOW)

    assert corpus._rows("SELECT source FROM hubs") == [{"source": source["id"]}]
    assert corpus.rest_hubs(since=NOW + timedelta(days=31)) == 0


def test_a_list_that_rests_is_polled_again_once_a_person_names_it(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "c.db")
    corpus, url = intake.corpus, "http://a.test/tag/baku"
    take_list(intake, url, ("http://a.test/n1", "Talks in Baku resume"))
    corpus.rest_hubs(since=NOW + timedelta(days=31))
    corpus.name_sources([url], now=NOW)

    assert corpus._rows("SELECT state, because, found_by FROM sources") == [
        {"state": "active", "because": None, "found_by": "settings"}
    ]
    assert corpus.rest_hubs(since=NOW + timedelta(days=62)) == 0


def test_an_outlet_has_so_many_lists_that_are_looked_at_again(tmp_path: Path) -> None:
    intake = with_links(open_intake(tmp_path / "c.db"), hubs_per_outlet=2)
    corpus = intake.corpus
    polled = "SELECT url FROM sources WHERE state = 'active' ORDER BY url"
    offer(intake, ("/world", "World"), ("/sport", "Sport"))  # take no places from those that lead

    for number in (1, 2, 3, 1):
        link = (f"http://a.test/n{number}", "Talks in Baku resume")
        take_list(intake, f"http://a.test/tag/baku-{number}", link)
    take_list(intake, "http://b.test/tag/baku", ("http://b.test/n1", "Talks in Baku resume"))

    assert [row["url"].removeprefix("http://") for row in corpus._rows(polled)] == [
        "a.test/tag/baku-1", "a.test/tag/baku-2", "b.test/tag/baku"
    ]  # fmt: skip
    assert ledger(intake)["/n3"]["outcome"] == Outcome.WAITING
    assert corpus.hub_keys("a.test", because=_TRIED) == {"a.test/world", "a.test/sport"}

    corpus.rest_hubs(since=NOW + timedelta(days=31))
    take_list(intake, "http://a.test/tag/baku-3", ("http://a.test/n4", "Talks in Baku resume"))

    assert "http://a.test/tag/baku-3" in {row["url"] for row in corpus._rows(polled)}


def test_what_was_refused_as_a_trap_stays_so_in_the_next_run(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "c.db")
    days = [(f"/2025/{month:02}/{day:02}", "Talks in Baku resume")
            for month in range(1, 5) for day in range(1, 29)]  # fmt: skip
    first = offer(intake, *days)
    refused = {path for path, row in first.items() if row["outcome"] == Outcome.REJECTED}
    again = offer(with_links(intake), *days)  # knows of the outlet what the corpus says

    assert len(refused) == 112 - 31
    assert {path for path, row in again.items() if row["outcome"] == Outcome.REJECTED} == refused
    assert all(again[path]["reason"].startswith("trap: ") for path in refused)


def test_a_trap_is_refused_with_its_reason_until_a_source_names_it(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "c.db")
    path = "/tag/baku/page/4000/"
    rows = offer(intake, (path, "Talks in Baku resume"))
    (key,) = rows

    assert rows[key]["outcome"] == Outcome.REJECTED
    assert rows[key]["reason"] == "trap: page 4000 of a list"
    assert intake.corpus.claim(run=intake.run, limit=9, now=NOW, lease_s=60) == []

    feed = Candidate(url=f"http://a.test{path}", found_by="feeds", title="Talks in Baku resume")
    intake.offer([feed], now=NOW)

    assert ledger(intake)[key]["outcome"] == Outcome.WAITING


def test_what_a_feed_names_is_no_trap_whatever_links_say_later(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "c.db")
    feed = Candidate(url="http://a.test/x/page/40/", found_by="feeds", title="Baku talks")
    intake.offer([feed], now=NOW)
    rows = offer(intake, ("/x/page/40/", "Baku talks"))

    assert {row["outcome"] for row in rows.values()} == {Outcome.WAITING}


def test_links_are_followed_as_deep_as_the_settings_say(tmp_path: Path) -> None:
    intake = with_links(open_intake(tmp_path / "c.db"), depth=2)
    offer(intake, ("/n2", "Baku talks"), depth=2)
    rows = offer(intake, ("/n3", "Baku talks"), depth=3)

    assert rows["/n2"]["outcome"] == Outcome.WAITING
    assert (rows["/n3"]["outcome"], rows["/n3"]["reason"]) == ("skipped", "link 3 in a row")


def test_the_best_that_is_said_of_an_address_decides_when_it_is_fetched(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "c.db")
    first = offer(intake, ("/n1", "Talks in Baku"), block=Block.TICKER)["/n1"]["priority"]
    second = offer(intake, ("/n1", "Talks in Baku"), block=Block.RELATED)["/n1"]["priority"]
    third = offer(intake, ("/n1", "Talks in Baku"), block=Block.TICKER)["/n1"]["priority"]

    assert first < second == third


def test_a_run_fetches_so_many_linked_pages_of_an_outlet_and_all_that_feeds_name(
    tmp_path: Path,
) -> None:
    intake = open_intake(tmp_path / "c.db")
    corpus, run = intake.corpus, intake.run
    for host, depth in (("a", 1), ("b", 1), ("c", 0)):
        rows = [gated(f"http://{host}.test/{n}", depth=depth, priority=n / 9) for n in range(4)]
        corpus.offer(rows, run=run, now=NOW)

    def claim(limit: int) -> list[str]:
        due = corpus.claim(run=run, limit=limit, now=NOW, lease_s=60, per_outlet=2)
        return [page.url.removeprefix("http://").replace(".test/", "") for page in due]

    assert claim(3) == ["a3", "b3", "c3"]
    assert claim(99) == ["a2", "b2", "c2", "c1", "c0"]
    assert claim(99) == []


def test_the_next_run_goes_on_where_the_budget_ended(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "c.db")
    corpus = intake.corpus
    offer(intake, ("/n1", "Baku one"), ("/n2", "Baku two"))
    first = corpus.claim(run=intake.run, limit=9, now=NOW, lease_s=60, per_outlet=1)
    page = first[0]
    intake.take_page(fetched(page.page, page.url), read(replace(STORY, url=page.url)))

    assert corpus.claim(run=intake.run, limit=9, now=NOW, lease_s=60, per_outlet=1) == []

    run = corpus.start_run(spider="links", trigger="command", version="test", now=NOW)
    second = corpus.claim(run=run, limit=9, now=NOW, lease_s=60, per_outlet=1)

    assert [one.url for one in second] == ["http://a.test/n2"]


WEB = {
    "http://a.test/world": (("http://a.test/n1", "Talks in Baku"), ("http://a.test/tag/oil", "X")),
    "http://a.test/tag/oil": (("http://a.test/n2", "Baku again"), ("http://a.test/world", "World")),
    "http://a.test/n1": (("http://a.test/world", "World"), ("http://a.test/cal/page/99", "Baku")),
    "http://a.test/n2": (("http://a.test/sport", "Sport"), ("http://b.test/world", "World")),
    "http://a.test/sport": (("http://a.test/f1", "Football"), ("http://a.test/tag/cup", "Cup")),
}  # fmt: skip


def crawl(intake: Intake, turn: int) -> dict[str, tuple[str, str]]:
    """The web crawled to its end from two of its pages, one of the waiting after the other."""
    starts = ["http://a.test/world", "http://a.test/n2"]
    intake.offer([Candidate(url=url, found_by="urls", is_given=True) for url in starts], now=NOW)
    for step in itertools.count(turn):
        due = intake.corpus.claim(run=intake.run, limit=99, now=NOW, lease_s=0.0)
        intake.corpus._run("UPDATE pages SET leased_until = NULL")
        if not due:
            break
        page = sorted(due, key=lambda one: one.url)[(step * 7) % len(due)]
        links = WEB.get(page.url, ())
        one = dated(page.url, prose(len(page.url) + ord(page.url[-1])), 1)
        is_list = not page.url[:-1].endswith("/n")
        refused = PageRead(article=None, rejection=LIST, links=links)
        intake.take_page(fetched(page.page, page.url),
                         refused if is_list else read(one, links=links))  # fmt: skip
    rows = intake.corpus._rows("SELECT key, outcome, reason FROM pages ORDER BY key")
    return {row["key"]: (row["outcome"], row["reason"]) for row in rows}


@pytest.mark.parametrize("turn", range(1, 6))
def test_order_plays_no_part_in_where_links_lead(tmp_path: Path, turn: int) -> None:
    straight = crawl(with_links(open_intake(tmp_path / "0.db"), explore=0.0), 0)
    turned = crawl(with_links(open_intake(tmp_path / "1.db"), explore=0.0), turn)

    assert turned == straight
    assert straight["a.test/tag/oil"][0] == "rejected"
    assert straight["a.test/tag/cup"][0] == "skipped"
    assert straight["b.test/world"][0] == "skipped"
    assert straight["a.test/cal/page/99"][1].startswith("trap: page 99")
