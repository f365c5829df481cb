from __future__ import annotations

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.extract.decision import decide, explain
from ingest.extract.generic import extract, read_votes
from ingest.extract.page import ParsedPage, parse, solid
from ingest.extract.places import NAMES
from ingest.extract.second import second_article
from ingest.extract.segments import cut
from ingest.extract.tickers import without_tickers
from ingest.extract.trees import Forest, plant, read_forest
from ingest.extract.votes import votes_of

PROSE = "The harbour board met on Monday and agreed to mend the pier before winter comes, it said. "
OTHER = "Nobody on the island remembers when the old lighthouse was last painted, or in what hue. "
THIRD = "Ferries will call at the north quay until the work is done, which may well take a month. "
PLEA = "Our newsroom lives on what readers give, so please consider a small gift to us this year. "


def page_of(html: str) -> ParsedPage:
    page = parse(f"<html><body>{html}</body></html>".encode(), "https://herald.test/a-story", None)
    assert page is not None
    return page


def texts(html: str) -> list[str]:
    return [block.text for block in cut(page_of(html))]


def story(title: str, *paragraphs: str) -> str:
    body = "".join(f"<p>{text * 3}</p>" for text in paragraphs)
    return f'<div class="story"><h1>{title}</h1><div class="text">{body}</div></div>'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One <b>bold</b> <a href='/x'>link</a>.</p><p>Two</p>", ["One bold link.", "Two"]),
        ("<div>Bare<p>inside</p>after</div>", ["Bare", "inside", "after"]),
        ("<div>first<br><br>second<br>third</div>", ["first", "second", "third"]),
        ("<p>seen<span style='display: none'>unseen</span></p>", ["seen"]),
        ("<p>a<script>b()</script><style>c</style><svg><text>d</text></svg>e</p>", ["ae"]),
        ("<p>a</p><button>Share</button><noscript>Switch it on</noscript>", ["a"]),
        (f"<button><p>{PROSE * 6}</p>", [(PROSE * 6).strip()]),  # never closed: holds the page
        ("<p>. . .</p><p>words</p>", ["words"]),
        ("<p>新しい橋が開通した。</p>", ["新しい橋が開通した。"]),
        ("<table><tr><th>Pier<th>Year</tr><tr><td>North<td><p>1904</p></tr></table>",
         ["Pier | Year", "North | 1904"]),
        (f"<table><tr><td><p>{PROSE * 4}</p><p>b</p></td><td>side</td></tr></table>",
         [(PROSE * 4).strip(), "b", "side"]),
        ("<table><tr><td>lone cell</td></tr></table>", ["lone cell"]),
    ],
)  # fmt: skip
def test_a_page_is_cut_where_a_reader_sees_a_new_line(html: str, expected: list[str]) -> None:
    assert texts(html) == expected


def test_a_block_knows_its_links_and_its_boxes() -> None:
    html = '<div class="c" id="d"><p>go <a href="/x">there, where the ferries call</a> <b>now</b>'
    block = cut(page_of(html))[0]

    assert (block.links, block.headlines) == (1, 1)
    assert block.linked == len(solid("there, where the ferries call"))
    assert block.strong == len("now")
    assert block.box.tag == "p"
    assert block.box.above is not None
    assert block.box.above.names == "c d"


def test_what_is_hidden_is_marked_with_all_in_it() -> None:
    shown, hidden = cut(page_of("<p>a</p><div style='display:none'><section><p>b</p></section>"))

    assert not shown.box.is_hidden
    assert hidden.box.is_hidden


@settings(deadline=None)
@given(st.lists(st.sampled_from(["a", "<p>", "</p>", "<br>", "<b>", "<td>", "<tr>", "<li>", " b"])))
def test_blocks_hold_every_letter_once_and_in_order(soup: list[str]) -> None:
    page = page_of("".join(soup))

    assert "".join(block.key for block in cut(page)) == solid(page.tree.text_content())


def test_a_vote_is_the_share_of_letters_and_no_chance() -> None:
    blocks = cut(page_of(f"<p>{PROSE}</p><p>{PROSE}{OTHER}</p><p>board</p><p>{OTHER}</p>"))
    votes = votes_of(f"{PROSE}\nMore", blocks)

    assert votes[0] == 1.0
    assert 0.3 < votes[1] < 0.7
    assert votes[2:] == [0.0, 0.0]


def test_a_short_line_of_the_text_is_voted_for() -> None:
    assert votes_of("Piers\nmore", cut(page_of("<h2>Piers</h2><p>Pier</p>"))) == [1.0, 0.0]


def test_a_forest_adds_up_the_leaves_a_row_falls_into() -> None:
    forest = plant(["x\ty", "0<1\t-1\t1<5\t2\t3", "0.5"])

    assert forest.log_odds([(0, 9), (1, 9), (2, 5), (2, 6)]) == [-0.5, -0.5, 2.5, 3.5]


leaves = st.floats(-3, 3).map(lambda value: f"{value:.3f}")


def split(below: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Trees of one level more."""
    parts = st.tuples(st.integers(0, 2), st.integers(-2, 2), below, below)
    return parts.map(lambda told: "{}<{}\t{}\t{}".format(*told))


trees = leaves | split(leaves) | split(leaves | split(leaves))


@given(st.lists(trees, min_size=1, max_size=5), st.lists(st.floats(-3, 3), min_size=3, max_size=3))
def test_the_parts_of_an_explanation_sum_up_to_the_log_odds(
    lines: list[str], row: list[float]
) -> None:
    forest = plant(["a\tb\tc", *lines])
    told = forest.explain(row)

    assert sum(part for _, part in told) == pytest.approx(forest.log_odds([row])[0], abs=1e-6)
    assert {name for name, _ in told} <= {"", "a", "b", "c"}


def test_the_shipped_trees_are_small_and_ask_for_what_is_told() -> None:
    forest: Forest = read_forest()

    assert set(forest.names) <= set(NAMES)
    assert len(forest.trees) >= 100
    assert len(files("ingest").joinpath("data/block_trees.tsv").read_bytes()) < 300_000


def test_a_second_article_begins_at_its_own_headline() -> None:
    html = story("The pier", PROSE, OTHER) + story("The lighthouse", OTHER, THIRD)
    blocks = cut(page_of(f"<main>{html}</main>"))

    assert second_article(blocks, [True] * len(blocks)) == 3
    assert blocks[3].text == "The lighthouse"


def under_h2(title: str, *paragraphs: str) -> str:
    body = "".join(f"<p>{text * 3}</p>" for text in paragraphs)
    return f"<article><p>Monday</p><h2>{title}</h2>{body}</article>"


def test_a_second_article_may_begin_under_an_h2_in_an_article_of_its_own() -> None:
    first = f"<article>{story('The pier', PROSE, OTHER)}</article>"
    blocks = cut(page_of(f"<main>{first}{under_h2('The lighthouse', OTHER, THIRD)}</main>"))
    end = second_article(blocks, [True] * len(blocks))

    assert end is not None
    assert blocks[end].text == "The lighthouse"


@pytest.mark.parametrize("named", ["Related posts", "Você pode gostar...", "Читайте также:"])
def test_an_article_ends_where_a_heading_outside_its_box_speaks_of_others(named: str) -> None:
    cards = f"<h3>{named}</h3>" + "".join(f"<article><p>{text * 2}</p></article>"
                                          for text in (OTHER, THIRD))  # fmt: skip
    blocks = cut(page_of(f"<article>{story('The pier', PROSE, OTHER)}</article><div>{cards}</div>"))
    end = second_article(blocks, [True] * len(blocks))

    assert end is not None
    assert blocks[end].text == named


@pytest.mark.parametrize(
    "html",
    [
        # a ranking: its items are <article>s, each with little text
        story("Five piers", PROSE, OTHER)
        + "".join(f"<article><h2>Pier {n}</h2><p>{THIRD}</p></article>" for n in range(5)),
        # entries within the article
        f"<article><h1>Votes</h1><p>{PROSE * 5}</p>{under_h2('At nine', OTHER, THIRD)}</article>",
        # such a heading within the text
        f"<article><h1>Piers</h1><p>{PROSE * 5}</p><h2>Comments</h2><p>{OTHER * 5}</p></article>",
        # headings within the text, all of them <h1>
        f"<article><h1>Piers</h1><p>{PROSE * 5}</p><h1>North</h1><p>{OTHER * 5}</p></article>",
        # the headline in a box of its own
        f"<header><h1>Piers</h1></header><div><p>{PROSE * 5}</p><h1>North</h1><p>{OTHER * 5}</p>",
        story("The pier", PROSE, OTHER) + story("The pier", OTHER, THIRD),  # printed twice
        story("The pier", PROSE, OTHER) + "<div><h1>Contact</h1><p>Write to us.</p></div>",
        story("The Herald") + story("The pier", PROSE, OTHER, THIRD),  # a masthead
        f"<p>{PROSE * 5}</p>",
        "",
    ],
)
def test_one_article_is_not_cut_in_two(html: str) -> None:
    blocks = cut(page_of(f"<main>{html}</main>"))

    assert second_article(blocks, [True] * len(blocks)) is None


LAYOUT = (
    '<header><nav><ul><li><a href="/a">News</a></li><li><a href="/b">Sport</a></li></ul></nav>'
    "</header><main><article><h1>Harbour board mends the pier</h1><div class='article-body'>"
    f"<p>{PROSE * 2}</p><p>{OTHER * 2}</p><h2>What comes next</h2><p>{THIRD * 2}</p></div>"
    f'</article></main><div class="newsletter-box"><p>{PLEA}</p></div>'
    "<footer><p>© Herald 2025. All rights reserved.</p></footer>"
)


def test_the_article_is_kept_and_nothing_else() -> None:
    page = page_of(LAYOUT)
    kept = [block.text for block in decide(page, read_votes(page)).kept]

    assert kept == [(PROSE * 2).strip(), (OTHER * 2).strip(), "What comes next",
                    (THIRD * 2).strip()]  # fmt: skip


@pytest.mark.parametrize("rows", [2, 3, 5])
@pytest.mark.parametrize("named", ["", " class='article-body'"])
def test_a_short_table_that_ends_an_article_is_kept(rows: int, named: str) -> None:
    years = [f"<tr><td>{2010 + n}<td>{1100 + 77 * n}<td>{3300 + 91 * n}</tr>" for n in range(rows)]
    table = f"<table><tr><th>Year<th>Cargo, tons<th>Mail, bags</tr>{''.join(years)}</table>"
    body = f"<h1>Board votes</h1><p>{PROSE * 3}</p><p>{OTHER * 3}</p><p>{THIRD * 3}</p>{table}"
    page = page_of(f"<article><div{named}>{body}</div></article>")
    kept = [block.text for block in decide(page, read_votes(page)).kept if block.box.tag == "tr"]

    assert len(kept) == rows + 1


def test_a_short_table_of_links_or_apart_from_the_article_is_not_kept_for_its_place() -> None:
    rows = "".join(f"<tr><td><a href='/{n}'>Pier {n}</a><td>{n}</tr>" for n in range(4))
    body = f"<article><h1>Board votes</h1><p>{PROSE * 3}</p><p>{OTHER * 3}</p></article>"
    page = page_of(f"{body}<div class='sidebar'><h4>Tides</h4><table>{rows}</table></div>")
    kept = decide(page, read_votes(page)).kept

    assert not [block for block in kept if block.box.tag == "tr"]


def ticker(items: int) -> str:
    """Headlines, a third of them links."""
    heads = [f"Comet number {n} is visible to the naked eye" for n in range(items)]
    rows = [f"<a href='/{n}'>{head}</a>" if n % 3 == 0 else head for n, head in enumerate(heads)]
    return f"<div><ul>{''.join(f'<li>- {row}</li>' for row in rows)}</ul></div>"


def test_a_ticker_longer_than_its_article_is_not_taken_for_it() -> None:
    page = page_of(f"{ticker(60)}<div class='c1'>The pier stands</div><div class='c2'>"
                   f"<div>{PROSE * 2}</div><div>{OTHER}{THIRD}</div></div>")  # fmt: skip
    kept = [block.text for block in decide(page, read_votes(page)).kept]

    assert not [line for line in kept if "Comet" in line]
    assert (PROSE * 2).strip() in kept


@pytest.mark.parametrize(
    "html",
    [
        f"<p>{PROSE * 2}</p>{ticker(20)}",  # below the text: left to the decision
        ticker(20),  # nothing but it
        f"<ul>{'<li><a>Sport</a></li>' * 12}</ul><p>{PROSE * 2}</p>",
        f"<ol>{''.join(f'<li>{OTHER}{n}</li>' for n in range(12))}</ol><p>{PROSE * 2}</p>",
    ],
)
def test_other_lists_are_no_tickers(html: str) -> None:
    blocks = cut(page_of(html))

    assert without_tickers(blocks) == blocks


@pytest.mark.parametrize("rows", [6, 8, 12])
def test_a_table_below_the_article_is_kept_to_its_last_row(rows: int) -> None:
    years = [f"<tr><td>{2010 + n}<td>{1100 + 77 * n}<td>{3300 + 91 * n}</tr>" for n in range(rows)]
    table = f"<table><tr><th>Year<th>Cargo, tons<th>Mail, bags</tr>{''.join(years)}</table>"
    page = page_of(f"<article>{story('Board votes', PROSE, OTHER, THIRD)}{table}</article>")
    decision = decide(page, read_votes(page))
    kept = [block.text for block in decision.kept if block.box.tag == "tr"]

    assert len(kept) in {0, rows + 1}
    if rows > 6:
        assert len(kept) == rows + 1


def test_without_any_vote_the_structure_still_tells() -> None:
    kept = [block.text for block in decide(page_of(LAYOUT), "").kept]

    assert (PROSE * 2).strip() in kept
    assert "News" not in kept
    assert not any("reserved" in text for text in kept)


def test_an_explanation_names_what_moved_a_block() -> None:
    page = page_of(LAYOUT)
    voted = read_votes(page)
    told = explain(page, voted, (PROSE * 2).strip())
    decision = decide(page, voted)
    at = [block.text for block in decision.blocks].index((PROSE * 2).strip())

    assert {name for name, _ in told} <= {"", *NAMES}
    assert sum(part for _, part in told) > 0
    assert decision.odds[at] is not None
    assert explain(page, voted, "no such block") == []


def test_where_no_block_is_kept_the_voter_is_believed() -> None:
    page = page_of(LAYOUT)

    assert extract(page) is not None
    assert extract(page_of("")) is None


def test_text_that_a_script_will_show_is_read() -> None:
    hidden = LAYOUT.replace("<main>", '<main style="display:none">')
    page = page_of(hidden)
    voted = "\n".join([PROSE * 2, OTHER * 2, THIRD * 2])

    assert (OTHER * 2).strip() in [block.text for block in decide(page, voted).kept]
    assert (
        decide(page_of(f"{LAYOUT}<p hidden>{OTHER * 2}</p>"), voted).blocks[-1].text.startswith("©")
    )


def test_decisions_do_not_depend_on_the_hash_seed() -> None:
    program = (
        "from tests.test_blocks import LAYOUT, page_of, decide;"
        "print(decide(page_of(LAYOUT), '').odds)"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=Path(__file__).parents[1],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(told) == 1
