from __future__ import annotations

from importlib.resources import files

import pytest

from ingest.errors import ConfigError
from ingest.proposing.catalogue import built_in, merged, named, read_catalogue
from ingest.topic.wording import place_name
from ingest.urls import address_key

LINE = "https://www.paper.test/\tThe Paper|Paper\tge\ten,ka\taz,*\thttps://www.paper.test/rss"


def test_line_is_an_outlet_with_all_its_columns() -> None:
    (one,) = read_catalogue(f"# a remark\n\n{LINE}\n", file="outlets.tsv")

    assert (one.home, one.names, one.country) == (
        "https://www.paper.test/",
        ("The Paper", "Paper"),
        "ge",
    )
    assert (one.languages, one.covers) == (("en", "ka"), ("az", "*"))
    assert one.feeds == ("https://www.paper.test/rss",)


def test_what_an_outlet_covers_and_its_feeds_may_be_left_out() -> None:
    (one,) = read_catalogue("https://a.test/\tA\tge\tka", file="outlets.tsv")

    assert (one.covers, one.feeds) == ((), ())


def test_every_line_that_cannot_be_read_is_named() -> None:
    wrong = "a.test\tA\tge\tka\nhttps://a.test/\tA\tGeorgia\tka\nhttps://a.test/\tA"

    with pytest.raises(ConfigError) as told:
        read_catalogue(wrong, file="outlets.tsv")

    said = told.value.problems
    assert [one.partition(": ")[2][:7] for one in said] == ["line 1:", "line 2:", "line 3:"]
    assert "'Georgia': expected a code of two small letters" in said[1]


def test_line_of_the_workspace_replaces_the_one_of_the_same_front_page() -> None:
    base = read_catalogue(f"{LINE}\nhttps://b.test/\tB\tge\tka", file="x")
    own = read_catalogue("http://paper.test\tOurs\tam\thy", file="x")

    assert [one.names[0] for one in merged(base, own)] == ["Ours", "B"]


def test_names_lead_to_their_outlet_in_any_case() -> None:
    catalogue = read_catalogue(LINE, file="x")

    assert named(catalogue)["the paper"] is catalogue[0]


def test_built_in_outlets_are_each_there_once_and_in_countries_that_exist() -> None:
    outlets = built_in()
    keys = [address_key(one.home) for one in outlets]

    assert len(outlets) > 250
    assert sorted({key for key in keys if keys.count(key) > 1}) == []
    assert [one.home for one in outlets if not one.names or not one.languages] == []
    unknown = {
        country
        for one in outlets
        for country in (one.country, *one.covers)
        if country != "*" and place_name(f"@{country}", "en") is None
    }
    assert unknown == set()


@pytest.mark.parametrize("country", ["az", "am", "ge", "ru", "ua", "tr", "ir", "kz"])
def test_built_in_outlets_of_the_region_tell_it_in_english_and_at_home(country: str) -> None:
    languages = [one.languages for one in built_in() if one.country == country]

    assert sum("en" in spoken for spoken in languages) >= 3
    assert any("en" not in spoken[:1] for spoken in languages)


def test_catalogue_is_packed_with_the_program() -> None:
    assert files("ingest").joinpath("data/outlets.tsv").is_file()
