"""What GDELT's rows and its API say, read and matched; pure."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.gdelt import ROWS, demo_topic, make_row, make_rows, make_zip, measure
from ingest.gdelt.countries import country_of, fips_of
from ingest.gdelt.doc import Window, doc_address, doc_url, read_doc
from ingest.gdelt.files import STEP
from ingest.gdelt.languages import language_of_code, language_of_name
from ingest.gdelt.match import markers_of, match
from ingest.gdelt.rows import COLUMNS, read_row, tidy_title
from ingest.topic.wording import place_name

AT = datetime(2025, 7, 3, 9, 15, tzinfo=UTC)
TOPIC = demo_topic()
# A row

CELLS_OF_ROW = {
    "DATE": "20250703091500",
    "SourceCommonName": "azertag.test",
    "DocumentIdentifier": "https://azertag.test/az/xeber/1",
    "V2Locations": "4#Baku, Baki, Azerbaijan#AJ#AJ09##40.4#49.8#-27#300;1#Russia#RS#RS##6#1#RS#20",
    "V2Persons": "Ilham Aliyev,10;Vladimir Putin,40",
    "AllNames": "Ilham Aliyev,10;South Caucasus,500",
    "TranslationInfo": "srclc:aze;eng:GT-AZE 1.0",
    "Extras": "<PAGE_LINKS>http://a.test/</PAGE_LINKS><PAGE_PRECISEPUBTIMESTAMP>20250703080000"
    "</PAGE_PRECISEPUBTIMESTAMP><PAGE_TITLE>Prezident &#x18F;liyev , Bak&#x131; : &quot;Yox&quot;"
    "</PAGE_TITLE><PAGE_ALTURL_MOBILE>https://m.azertag.test/1</PAGE_ALTURL_MOBILE>"
    "<PAGE_ALTURL_AMP>https://azertag.test/amp/1?a=1&amp;b=2</PAGE_ALTURL_AMP>",
}


def test_row_is_read_by_the_names_of_its_columns() -> None:
    row = read_row(make_row(**CELLS_OF_ROW))

    assert row is not None
    assert row.url == "https://azertag.test/az/xeber/1"
    assert row.title == 'Prezident Əliyev, Bakı: "Yox"'
    assert (row.seen, row.published) == (AT, datetime(2025, 7, 3, 8, tzinfo=UTC))
    assert row.language == "az"
    assert row.aliases == ("https://m.azertag.test/1", "https://azertag.test/amp/1?a=1&b=2")
    assert row.names == ((10, "Ilham Aliyev"), (40, "Vladimir Putin"), (500, "South Caucasus"))
    assert [(one.name, one.country) for one in row.places] == [
        ("Baku, Baki, Azerbaijan", "AJ"), ("Russia", "RS"),
    ]  # fmt: skip


def test_time_of_seeing_is_no_date_of_publication() -> None:
    row = read_row(make_row(DATE="20250703091500"))
    late = "<PAGE_PRECISEPUBTIMESTAMP>20250703100000</PAGE_PRECISEPUBTIMESTAMP>"
    later = read_row(make_row(DATE="20250703091500", Extras=late))

    assert row is not None
    assert row.published is None
    assert row.language == "en"
    assert later is not None
    assert later.published is None  # nobody sees an article before it is there


@pytest.mark.parametrize("cells", [
    {"SourceCollectionIdentifier": "2"}, {"DocumentIdentifier": ""},
])  # fmt: skip
def test_row_of_no_page_is_none(cells: dict[str, str]) -> None:
    assert read_row(make_row(**cells)) is None


@pytest.mark.parametrize("line", [b"", b"a\tb", b"\t" * 25, b"\t" * 27, b"\t" * 26])
def test_row_of_another_number_of_fields_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"fields|time"):
        read_row(line)


@pytest.mark.parametrize(("given", "wanted"), [
    ("Talks resume in Baku , officials say", "Talks resume in Baku, officials say"),
    ("Russia 's envoy : ( no comment ) ...", "Russia's envoy: (no comment)..."),
    ("  Two   blanks \n and a line ", "Two blanks and a line"),
    ("Rock 'n' roll - 5 % more !", "Rock 'n' roll - 5% more!"),
])  # fmt: skip
def test_blanks_around_punctuation_go(given: str, wanted: str) -> None:
    assert tidy_title(given) == wanted
    assert tidy_title(wanted) == wanted


def test_countries_are_those_that_fips_means() -> None:
    assert fips_of("@az") == ("AJ",)
    assert [country_of(code) for code in ("AJ", "RS", "RI", "GM", "SZ", "AS", "AU", "XX")] == [
        "@az", "@ru", "@rs", "@de", "@ch", "@au", "@at", None,
    ]  # fmt: skip
    assert fips_of("@ps") == ("GZ", "WE")
    assert country_of("GZ") == country_of("WE") == "@ps"


def test_every_country_that_a_topic_can_name_has_a_code() -> None:
    letters = [chr(n) for n in range(ord("a"), ord("z") + 1)]
    named = [f"@{a}{b}" for a in letters for b in letters if place_name(f"@{a}{b}", "en")]

    assert len(named) > 150
    assert not [country for country in named if not fips_of(country)]
    assert all(country_of(code) == country for country in named for code in fips_of(country))


def test_languages_by_code_and_by_name() -> None:
    assert [language_of_code(code) for code in ("rus", "aze", "kat", "geo", "zzz")] == [
        "ru", "az", "ka", "ka", None,
    ]  # fmt: skip
    assert language_of_name("Azerbaijani") == "az"
    assert language_of_name("Klingon") is None


# The matcher


def found(*rows: bytes) -> list[str]:
    return [one.url for one in match(rows, TOPIC)]


def test_article_of_another_language_is_found_by_what_it_names() -> None:
    (one,) = match([make_row(**CELLS_OF_ROW)], TOPIC)

    assert (one.found_by, one.language) == ("gdelt", "az")
    assert one.published == datetime(2025, 7, 3, 8, tzinfo=UTC)
    assert one.snippet is not None
    assert one.snippet.startswith("Ilham Aliyev, Russia, Vladimir Putin, Baku, Azerbaijan")
    assert len(one.aliases) == 2


def test_headline_alone_is_enough() -> None:
    title = "Azerbaijan and Russia: Baku summons Moscow's ambassador after Yekaterinburg deaths"
    row = make_row(Extras=f"<PAGE_TITLE>{title}</PAGE_TITLE>")

    assert found(row) == ["https://www.news.test/1"]


def test_one_country_of_a_pair_is_not_enough() -> None:
    alone = {"V2Locations": "1#Russia#RS#RS##60#100#RS#20", "AllNames": "Vladimir Putin,10"}

    assert not found(make_row(**alone, Extras="<PAGE_TITLE>Putin meets farmers</PAGE_TITLE>"))
    assert not found(make_row(V2Locations="4#Baku, Baki, Azerbaijan#AJ#AJ09##4#4#-2#3"))


def test_row_without_any_marker_is_not_even_split() -> None:
    tally: Counter[str] = Counter()
    rows = [make_row(n, AllNames="Some Body,3") for n in range(50)]
    list(match([*rows, b"", b"\xff#AJ#\xfe aliyev"], TOPIC, tally))

    assert tally == {"rows": 52, "bad": 2}


def test_bad_bytes_cost_a_letter() -> None:
    row = make_row(**CELLS_OF_ROW).replace(b"Ilham", b"Ilh\xe1m")

    assert found(row) == ["https://azertag.test/az/xeber/1"]


def test_markers_are_countries_and_names_in_latin_letters() -> None:
    markers = markers_of(TOPIC)

    assert (b"#aj#", b"azerbaijan", b"baku") in markers
    assert (b"aliyev",) in markers
    assert all(mark.isascii() and mark == mark.lower() for marks in markers for mark in marks)


def test_fifteen_minutes_of_the_world_are_matched_in_little_memory() -> None:
    _, grown_mib, tally = measure(make_zip(make_rows()), TOPIC)

    assert tally["rows"] == ROWS
    assert tally["matched"] == 16
    assert grown_mib < 50


# The API

RECORD = {
    "url": "https://www.example.test/2025/07/03/talks/",
    "url_mobile": "https://m.example.test/2025/07/03/talks/",
    "title": "Talks resume in Baku , officials say",
    "seendate": "20250703T091500Z",
    "domain": "example.test",
    "language": "Azerbaijani",
}


def answer(*records: object) -> bytes:
    return json.dumps({"articles": records}).encode()


def test_answer_gives_candidates_without_a_date() -> None:
    read = read_doc(answer(RECORD), "application/json; charset=utf-8")

    (one,) = read.candidates
    assert one.title == "Talks resume in Baku, officials say"
    assert (one.url, one.language, one.published) == (RECORD["url"], "az", None)
    assert one.aliases == ("https://m.example.test/2025/07/03/talks/",)
    assert not read.is_capped


def test_empty_object_is_an_answer_without_articles() -> None:
    assert read_doc(b"{}", "application/json").candidates == ()


def test_page_in_place_of_an_answer_is_a_refusal_in_its_words() -> None:
    with pytest.raises(ValueError, match="The specified phrase is too short"):
        read_doc(b"<p>The specified phrase is too short.\n", "text/html; charset=utf-8")


def test_broken_escapes_are_mended_a_hundred_times_at_most() -> None:
    body = answer(RECORD).replace(b"Talks", rb"T\alks\q").replace(b"officials", b"offi\x01cials")

    assert (
        read_doc(body, "application/json").candidates[0].title
        == "T alks q resume in Baku, offi cials say"
    )
    with pytest.raises(ValueError, match="mistakes"):
        read_doc(answer(RECORD).replace(b"Talks", rb"\q" * 101), "application/json")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"articles": 3}', b'{"articles": [', b"9" * 9000,
                                  b'{"a":' * 100_000])  # fmt: skip
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"articles|JSON|nested|digits"):
        read_doc(body, "application/json")


@given(st.binary(max_size=300) | st.text('{}[]",:\\articles urlt\x00', max_size=200))
def test_any_answer_is_read_or_refused(body: bytes | str) -> None:
    raw = body.encode() if isinstance(body, str) else body
    for content_type in (None, "application/json", "text/html"):
        try:
            read_doc(raw, content_type)
        except ValueError:
            continue


def test_full_answer_is_told_and_its_window_halved() -> None:
    window = Window(AT, AT + timedelta(hours=1))

    assert read_doc(answer(*[RECORD] * 250), "application/json").is_capped
    assert window.halves() == (
        Window(AT + STEP * 2, AT + STEP * 4), Window(AT, AT + STEP * 2),
    )  # fmt: skip
    assert Window(AT, AT + STEP).halves() == ()


def test_query_is_written_as_the_api_wants_it() -> None:
    address = doc_address("https://api.test/doc", '"baku" "russia"')

    assert doc_url(address, Window(AT, AT + STEP)) == (
        "https://api.test/doc?query=%22baku%22+%22russia%22&mode=artlist&format=json"
        "&maxrecords=250&sort=datedesc&startdatetime=20250703091500&enddatetime=20250703093000"
    )


def test_columns_are_twenty_seven() -> None:
    assert len(COLUMNS) == len({*COLUMNS}) == 27
