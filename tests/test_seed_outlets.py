from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.proposing.catalogue import built_in, named
from ingest.proposing.seed_outlets import (
    How,
    NamedOutlet,
    SeedPage,
    outlets_of_seeds,
    owners_unplaced,
)

BY_NAME = named(built_in())


def read(raw: str, *, text: str = "", address: str | None = None, seed: int = 1) -> SeedPage:
    return SeedPage(seed=seed, raw=raw, text=text, address=address)


def outlets_in(raw: str, text: str = "") -> dict[str, How]:
    return {one.outlet: one.how for one in outlets_of_seeds([read(raw, text=text)], BY_NAME)}


@pytest.mark.parametrize(
    ("line", "outlet", "how"),
    [
        ("© 2011 Caspiannews.Ge. All Right Reserved.", "caspiannews.ge", How.RIGHTS),
        ("Copyright (c) 2024 www.caspian-paper.co.uk", "caspian-paper.co.uk", How.RIGHTS),
        ("info@mail.caspiannews.eu", "caspiannews.eu", How.MAIL),
        ("Source: https://caspian.az/en/news/1", "caspian.az", How.SOURCE),
        ("Источник: Коммерсантъ", "kommersant.ru", How.SOURCE),
        ("Mənbə: APA", "apa.az", How.SOURCE),
        ("© 2025 The Moscow Times. All rights reserved.", "themoscowtimes.com", How.RIGHTS),
        ("Follow us at www.caspiannews.net", "caspiannews.net", How.LINK),
    ],
)
def test_line_of_a_page_names_its_outlet(line: str, outlet: str, how: How) -> None:
    assert outlets_in(f"Menu\n{line}\n", text="The text.") == {outlet: how}


def test_address_in_the_article_is_a_citation() -> None:
    line = "The site minval.az wrote on Monday that talks had failed."

    assert outlets_in(line, text=line) == {"minval.az": How.CITED}


def test_page_that_calls_itself_by_the_name_of_its_address_is_told_from_an_advertisement() -> None:
    raw = "Support Caspian Front\nSupport CaspianFront\nhttp://caspianfront.org/donate\nhttps://miny.app/wj89n"

    assert outlets_in(raw) == {"caspianfront.org": How.NAMED, "miny.app": How.LINK}


def test_mark_of_an_agency_is_looked_up() -> None:
    text = "BAKU, July 3. /TASS/. The ministry summoned the ambassador."

    assert list(outlets_in(text, text=text)) == ["tass.com"]


def test_saved_page_comes_from_its_address() -> None:
    (one,) = outlets_of_seeds([read("", address="https://en.caspian.az/news/7")], BY_NAME)

    assert (one.outlet, one.home, one.how, one.score) == (
        "caspian.az",
        "https://en.caspian.az/",
        How.ADDRESS,
        1.0,
    )


@pytest.mark.parametrize(
    "line",
    [
        "He died in the crash.In Moscow they said nothing.",
        "www.patreon.com/somebody, somebody@list.ru, t.me/somebody",
        "Version 2.0.1 of file.txt and picture.jpeg",
        "© 2025",
        "All rights reserved.",
        "",
    ],
)
def test_what_names_no_outlet_names_none(line: str) -> None:
    assert outlets_in(line, text=line) == {}
    assert owners_unplaced([read(line)], BY_NAME) == {}


def test_owner_whom_nobody_knows_is_told_by_name() -> None:
    seeds = [
        read("© 2025 Harbour Union News", seed=3),
        read("Copyright 2024 Harbour Union News\n© 2024 Interfax", seed=1),
    ]

    assert owners_unplaced(seeds, BY_NAME) == {"Harbour Union News": (1, 3)}


def test_outlet_of_several_seeds_counts_more() -> None:
    line = "Source: www.caspian.az"
    (one,) = outlets_of_seeds([read(line, seed=n) for n in (4, 2)], BY_NAME)

    assert one.seeds == (2, 4)
    assert one.score == pytest.approx(0.85)


def test_order_of_seeds_and_lines_plays_no_part() -> None:
    lines = [
        "© 2011 Caspiannews.Ge.", "info@caspiannews.eu", "Source: Report",
        "https://a-paper.az/x", "http://a-paper.az/", "www.b-paper.ru",
    ]  # fmt: skip
    expected: tuple[NamedOutlet, ...] | None = None
    for number in range(20):
        rng = Random(number)
        seeds = [read("\n".join(rng.sample(lines, len(lines))), seed=n) for n in (1, 2, 3)]
        found = outlets_of_seeds(rng.sample(seeds, 3), BY_NAME)
        expected = expected or found

        assert found == expected


@given(st.text(max_size=400), st.text(max_size=400))
def test_any_text_can_be_read(raw: str, text: str) -> None:
    found = outlets_of_seeds([read(raw, text=text)], BY_NAME)

    assert all(0 < one.score <= 1 and one.home.startswith("http") for one in found)
    owners_unplaced([read(raw)], BY_NAME)
