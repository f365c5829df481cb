from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.extract.agencies import agencies_in, agency_of
from ingest.extract.article import make_article
from ingest.extract.authors import find_authors
from ingest.extract.claims import Claim, Source
from ingest.extract.dates import find_dates
from ingest.extract.languages import find_language
from ingest.extract.metadata import Metadata, read_metadata
from ingest.extract.mojibake import repaired
from ingest.extract.page import Extraction, ParsedPage, parse
from ingest.extract.titles import without_outlet

if TYPE_CHECKING:
    from ingest.items import Article

NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://herald.test/2025/a-story"
PROSE = "The harbour board met on Monday and agreed to mend the pier before the winter comes. "
REFERRED = (
    '<script type="application/ld+json">{"@type":"Article","author":{"@id":"#a"}}</script>'
    '<script type="application/ld+json">{"@type":"Person","@id":"#a","name":"Ann Lee"}</script>'
)


def page_of(html: str, url: str = URL) -> ParsedPage:
    page = parse(html.encode(), url, None)
    assert page is not None
    return page


def read(html: str) -> Metadata:
    return read_metadata(page_of(f"<html><body>{html}<p>{PROSE}</p></body></html>"), NOW)


def ld(**node: Any) -> str:
    return (
        f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle"} | node)}</script>'
    )


def article_of(html: str, text: str = PROSE) -> Article:
    page = page_of(f"<html><body>{html}<p>{text}</p></body></html>")
    extraction = Extraction(text=text, extractor="test 1")
    return make_article(page, read_metadata(page, NOW), extraction, text, ())


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<meta property="article:published_time" content="2025-03-01T10:00:00+04:00">',
         "2025-03-01T10:00:00+04:00"),
        ('<meta name="date" content="Sat, 01 Mar 2025 10:00:00 GMT">', "2025-03-01T10:00:00+00:00"),
        ("<article><h1>T</h1><time>1 марта 2025, 10:00</time></article>",
         "2025-03-01T10:00:00+00:00"),
        ('<p class="date">1 mart 2025</p>', "2025-03-01T00:00:00+00:00"),
        ('<p class="date">March 1, 2025 10:00</p>', "2025-03-01T10:00:00+00:00"),
        # a day from one place, its hour from another
        ('<meta name="date" content="2025-03-01"><p class="date">01.03.2025 в 10:00</p>',
         "2025-03-01T10:00:00+00:00"),
        # refused: tomorrow's tomorrow, the epoch, nonsense
        ('<meta name="date" content="2026-01-03T00:00:00Z">', None),
        ('<meta name="date" content="1970-01-01T00:00:00Z">', None),
        ('<meta name="date" content="0001-01-01T00:00:00">', None),
        ('<meta name="date" content="soon">', None),
        # a box of other news has no say, nor has a copyright year
        ('<div class="latest"><time>1 March 2025</time></div>', None),
        ('<ul><li><span class="date">1 March 2025</span></li></ul>', None),
        ("<footer>© 2025 Herald</footer>", None),
    ],
)  # fmt: skip
def test_date_is_the_one_stated_of_the_article(html: str, expected: str | None) -> None:
    page = page_of(f"<html><body>{html}<p>Prose without any date in it.</p></body></html>", "")
    stated = datetime.fromisoformat(expected) if expected else None
    published = find_dates(page, NOW).published
    got = published.value if published else None

    if expected is None and got is not None:  # htmldate may read a box; never a forbidden time
        assert "March" in html
        return
    assert got == stated


def test_a_clock_a_little_ahead_is_forgiven() -> None:
    ahead = NOW + timedelta(hours=23)
    page = page_of(f'<meta name="date" content="{ahead.isoformat()}"><p>x</p>')

    published = find_dates(page, NOW).published

    assert published is not None
    assert published.value == ahead


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Crews win the timetable | The Quay Gazette", "Crews win the timetable"),
        ("Crews win the timetable - Ferries - Quay Gazette", "Crews win the timetable - Ferries"),
        ("Crews win – and how - The Quay Gazette", "Crews win – and how"),
        ("The Quay Gazette", "The Quay Gazette"),
        ("Gazette of the quay: a history", "Gazette of the quay: a history"),
    ],
)
def test_outlet_is_cut_from_the_end_of_a_title(title: str, expected: str) -> None:
    assert without_outlet(title, ("The Quay Gazette", "quay-gazette.test")) == expected


def test_headline_shown_outvotes_the_one_for_machines_unless_two_agree() -> None:
    head = '<meta property="og:title" content="Crews win back boats"><title>Crews win boats</title>'
    shown = "<h1>Crews win back the boats</h1>"
    ld = '<script type="application/ld+json">{"@type":"Article","headline":"Crews win back boats"}'

    assert read_metadata(page_of(head + shown), NOW).title == "Crews win back the boats"
    with_ld = page_of(head + ld + "</script>" + shown)
    assert read_metadata(with_ld, NOW).title == "Crews win back boats"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<meta name="author" content="By Ann Lee and Bo Ek">', ("Ann Lee", "Bo Ek")),
        ('<meta name="author" content="https://social.test/ann"><a rel="author">Ann Lee</a>',
         ("Ann Lee",)),
        ('<p class="byline">Автор: Анна Ли, Reuters</p>', ("Анна Ли",)),
        ("<p>By Ann Lee for the Herald</p>", ("Ann Lee",)),
        ('<div class="comments"><a rel="author">gull_47</a></div>', ()),
        ('<meta name="author" content="Herald Staff">', ("Herald",)),
        ('<meta name="author" content="Quay Gazette staff">', ("Quay Gazette staff",)),
        ('<meta name="author" content="Reuters; Ann Lee">', ("Ann Lee",)),
        ('<meta name="author" content="Quay Gazette"><h1>T</h1><p>By <a>Ann Lee</a> and Bo Ek</p>',
         ("Ann Lee", "Bo Ek")),
        ('<meta name="author" content="Ann Lee"><h1>T</h1><p>By Ann Lee and Bo Ek</p>',
         ("Ann Lee", "Bo Ek")),
        ("<h1>T</h1><p>The pier at dawn. By <b>Cy Oh</b></p><h4>By</h4><h4>Ann Lee</h4>",
         ("Ann Lee",)),
        ("<h1>T</h1><p>By winter the pier will stand</p>", ()),
        ('<h1>T</h1><div class="caption">By Cy Oh</div>', ()),
        (REFERRED, ("Ann Lee",)),
    ],
)  # fmt: skip
def test_authors_are_people(html: str, expected: tuple[str, ...]) -> None:
    page = page_of(f"<html><body>{html}<p>{PROSE}</p></body></html>")

    assert find_authors(page, ("The Quay Gazette", "Quay Gazette")).names == expected


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        (PROSE * 2, "ru", "en"),  # a template's mistake
        (PROSE * 2, None, "en"),
        ("Too short to tell.", "tr", "tr"),
        ("Kitabxanalar axşam da açıq olacaq, giriş isə uşaqlar üçün pulsuzdur, dedilər. " * 2,
         "az", "az"),
    ],
)  # fmt: skip
def test_language_is_checked_against_the_text(
    text: str, declared: str | None, expected: str
) -> None:
    assert find_language(text, declared) == expected


def test_a_clock_without_a_zone_takes_it_from_a_claim_of_the_same_minute() -> None:
    published = read(
        ld(datePublished="2025-03-01T10:00:00")
        + '<meta property="article:published_time" content="2025-03-01T10:00:00+04:00">'
    ).published

    assert published is not None
    assert published.isoformat() == "2025-03-01T10:00:00+04:00"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("March 1, 2025 10:30 PM", "2025-03-01T22:30:00+00:00"),
        ("March 1, 2025 12:05 a.m. EST", "2025-03-01T00:05:00-05:00"),
        ("1 марта 2025, 23:10 МСК", "2025-03-01T23:10:00+03:00"),
        ("01.03.2025 10:00 GMT+4", "2025-03-01T10:00:00+04:00"),
    ],
)
def test_shown_times_are_read_with_their_half_of_the_day_and_zone(
    shown: str, expected: str
) -> None:
    published = read(f'<h1>T</h1><p class="date">{shown}</p>').published

    assert published is not None
    assert published.isoformat() == expected


STATED = '<meta property="article:published_time" content="{}">'


def test_a_date_is_the_surer_the_more_places_agree() -> None:
    alone = read(STATED.format("2025-03-01T10:00:00Z"))
    agreed = read(ld(datePublished="2025-03-01") + STATED.format("2025-03-01T10:00:00Z"))
    disputed = read(ld(datePublished="2025-03-01") + STATED.format("2024-01-01T10:00:00Z"))

    assert None not in {one.published_confidence for one in (alone, agreed, disputed)}
    assert agreed.published_confidence > alone.published_confidence  # type: ignore[operator]  # no None
    assert alone.published_confidence > disputed.published_confidence  # type: ignore[operator]  # no None


@pytest.mark.parametrize(
    ("changed", "is_kept"),
    [
        ("2025-03-02T08:00:00Z", True),
        ("2025-03-01T10:00:00Z", True),
        ("2025-02-01T10:00:00Z", False),  # before it was published
        ("2027-01-01T00:00:00Z", False),  # in the future
    ],
)
def test_a_change_lies_between_publication_and_now(changed: str, is_kept: bool) -> None:  # noqa: FBT001  # a case
    got = read(ld(datePublished="2025-03-01T10:00:00Z", dateModified=changed)).modified

    assert (got is not None) is is_kept


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ("AFP", "AFP"), ("Reuters Staff", "Reuters"), ("dpa/lno", "dpa"), ("mit dpa", "dpa"),
        ("The Associated Press", "Associated Press"), ("азертадж", "Azertac"), ("İHA", "IHA"),
        ("TASS news agency", "TASS"), ("新华社", "Xinhua"), ("Turan", "Turan"),
        ("Ann Lee", None), ("Ani", None), ("Alp Turan", None), ("Trend Micro", None), ("", None),
    ],
)  # fmt: skip
def test_an_agency_is_told_from_a_person(signature: str, expected: str | None) -> None:
    assert agency_of(signature) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LONDON (Reuters) - The pier\nwill stand", ("Reuters",)),
        ("МОСКВА, 5 ноября. /ТАСС/. Причал\nпростоит", ("TASS",)),
        ("МОСКВА, 5 июл — РИА Новости. Причал простоит", ("RIA Novosti",)),
        ("BAKU, July 3. TASS. The pier will stand", ("TASS",)),
        ("БАКУ /Trend/ - Причал простоит", ("Trend",)),
        ("PARIS (AFP/Reuters) - The pier", ("AFP", "Reuters")),
        ("The pier will stand.\n© AFP", ("AFP",)),
        ("The pier will stand.\nSo they say. (Interfax-Ukraine)", ("Interfax",)),
        ("Reuters reports that the pier will stand.\nIt may.", ()),
        ("The board told the Associated Press (AP) that it may. So\nit goes", ()),
        ("The pier will stand.\nPhoto by John Doe/AP", ()),  # a picture's credit
        ("The pier will stand.\nSo they say. (Photo: J. Doe/AP)", ()),
        ("The pier will stand.\nPhoto: Jane Roe (AP)", ()),
        ("The pier will stand.\nФото: РИА Новости", ()),
        (
            "The pier will stand.\nThe photo is lost, they say, and so is the film. (Reuters)",
            ("Reuters",),
        ),
        ("The trend. It goes on", ()),
        ("New report - it goes on", ()),
    ],
)
def test_a_wire_is_known_by_its_mark(text: str, expected: tuple[str, ...]) -> None:
    assert agencies_in(text) == expected


@given(st.text(max_size=200))
def test_any_text_may_be_asked_for_agencies(text: str) -> None:
    assert set(agencies_in(text)) <= set(agencies_in(text + "\nend\nend")) | set(
        agencies_in(f"\n\n{text}")
    ) | {agency_of(line) for line in text.split("\n")} | set(agencies_in(text))


def test_who_took_the_picture_did_not_write() -> None:
    got = article_of("<h1>The pier</h1><div class='byline'>Photo by John Doe/AP</div>")

    assert (got.author, got.agency) == (None, None)


@pytest.mark.parametrize(
    ("aside", "expected"),
    [
        ("<aside class='byline'>Ann Lee</aside>", "Ann Lee"),
        ("<aside class='author'><span class='author-name'>Ann Lee</span></aside>", "Ann Lee"),
        ("<aside id='story-author'><a rel='author' href='/ann'>Ann Lee</a></aside>", "Ann Lee"),
        ("<aside class='sidebar'><a class='author-name'>Jon Strand</a></aside>", None),
        ("<aside class='author-columns'><a class='author-name'>Jon Strand</a></aside>", None),
    ],
)
def test_a_byline_may_stand_in_an_aside_of_its_own(aside: str, expected: str | None) -> None:
    assert article_of(f"<article><h1>The pier</h1>{aside}</article>").author == expected


def test_an_agency_is_no_author() -> None:
    got = article_of('<meta name="author" content="Ann Lee, Reuters">', f"PARIS (AFP) - {PROSE}")

    assert got.authors == ("Ann Lee",)
    assert got.agency == "Reuters, AFP"


def test_an_agency_alone_leaves_no_author() -> None:
    got = article_of('<meta name="author" content="ТАСС">')

    assert (got.author, got.authors, got.agency) == (None, (), "TASS")


def test_a_standfirst_is_no_cut_of_the_body_nor_the_title() -> None:
    claim = "Mending begins in May, says the board's chair."
    cut = f'<meta property="og:description" content="{PROSE[:50]}...">'
    own = f'<meta name="description" content="{claim}">'

    assert article_of(cut).standfirst is None
    assert article_of(cut + own).standfirst == claim
    assert article_of(f"<title>{claim}</title>{own}").standfirst is None
    assert article_of(f'<h1>T</h1><p class="standfirst">{claim}</p>').standfirst == claim


def test_json_ld_speaks_before_open_graph_and_that_before_other_tags() -> None:
    tag = '<meta property="article:section" content="Harbour"><meta name="section" content="Home">'

    assert read(ld(articleSection="Island") + tag).section == "Island"
    assert read(tag).section == "Harbour"
    assert read('<meta name="section" content="Home">').section is None


def test_a_section_is_read_from_the_way_to_the_page() -> None:
    crumbs = [{"name": "Home"}, {"item": {"name": "Harbour"}}, {"name": "The pier will stand"}]
    way = json.dumps({"@type": "BreadcrumbList", "itemListElement": crumbs})

    assert read(f'<script type="application/ld+json">{way}</script>').section == "Harbour"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("/pier.jpg", "https://herald.test/pier.jpg"),
        ("//cdn.test/pier.jpg", "https://cdn.test/pier.jpg"),
        ("data:image/png;base64,AAAA", None),
        ("javascript:alert(1)", None),
        ("https://herald.test/static/logo.png", None),
        ("http://[broken", None),
    ],
)
def test_a_lead_picture_has_a_web_address(stated: str, expected: str | None) -> None:
    assert read(f'<meta property="og:image" content="{stated}">').picture == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (ld(isAccessibleForFree=False), True),
        (ld(isAccessibleForFree="True"), False),
        (ld(hasPart={"isAccessibleForFree": "False"}), True),
        ('<meta property="article:content_tier" content="metered">', True),
        ('<div class="paywall">Subscribe today, and read on for a month.</div>', True),
        ('<div class="paywall"></div>', None),
        ("", None),
    ],
)
def test_a_paywall_is_what_the_page_states(html: str, expected: bool | None) -> None:  # noqa: FBT001  # a case
    assert read(html).is_paywalled is expected


def test_every_field_says_where_it_stands() -> None:
    got = dict(
        article_of(
            ld(
                headline="The pier will stand",
                datePublished="2025-03-01",
                author={"name": "Ann Lee"},
            )
            + '<meta property="og:site_name" content="The Herald">'
            + '<meta property="og:image" content="/pier.jpg">',
            f"PARIS (AFP) - {PROSE}",
        ).provenance
    )

    assert got == {
        "title": "json-ld", "published": "json-ld", "author": "json-ld", "agency": "text",
        "outlet_name": "open-graph", "picture": "open-graph",
    }  # fmt: skip


def test_hostile_json_ld_breaks_nothing() -> None:
    wrongs: tuple[Any, ...] = (1, [], {}, [[1]], {"@id": {}}, None, True, [{"name": [{}]}])
    for wrong in wrongs:
        node = dict.fromkeys(
            ["author", "image", "articleSection", "datePublished", "dateModified", "description",
             "isAccessibleForFree", "hasPart", "publisher", "headline", "inLanguage"], wrong,
        )  # fmt: skip
        got = article_of(ld(**node) + ld(**{"@type": "BreadcrumbList", "itemListElement": wrong}))

        assert got.text == PROSE


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("Пристань простоит до зимы, сообщил совет. " * 3, "en", "ru"),
        ("Пристань простоит до зимы, сообщил совет. Herald Quay Gazette Island Ferry " * 3, "pt",
         "ru"),
        ("桟橋は冬まで持つと港の委員会が発表しました。" * 5, "zh", "ja"),
        ("부두는 겨울까지 버틸 것이라고 위원회가 밝혔다. " * 5, None, "ko"),
        ("Η προβλήτα θα αντέξει μέχρι τον χειμώνα. " * 4, "en", "el"),
        ("הרציף יחזיק מעמד עד החורף, כך נמסר מהוועדה. " * 4, None, "he"),
        ("رصیف تا زمستان پابرجا خواهد ماند، هیئت بندر اعلام کرد. " * 3, "fa", "fa"),
    ],
)  # fmt: skip
def test_only_languages_of_the_script_are_asked_for(
    text: str, declared: str | None, expected: str
) -> None:
    assert find_language(text, declared) == expected


CLEAN = (
    "Привет, Россия — «мир» и Роза", "naïve “café” – déjà vu, façade", "NÃO É POSSÍVEL, ÀS VEZES",
    "çarşı güneş İstanbul’da", "Əliyev şəhərə gəldi", "日本語の記事です", "Schöne Grüße", "Ράδιο",
)  # fmt: skip


@pytest.mark.parametrize("text", CLEAN)
def test_clean_text_is_left_alone(text: str) -> None:
    assert repaired(f"{text}. " * 20) == f"{text}. " * 20


@pytest.mark.parametrize(
    ("text", "page"),
    [
        (CLEAN[0], "latin-1"),
        (CLEAN[1], "latin-1"),
        (CLEAN[3], "latin-1"),
        ("новости мира", "cp1251"),
    ],
)
def test_utf8_taken_for_something_else_is_read_anew(text: str, page: str) -> None:
    spoilt = f"{text}. ".encode().decode(page) * 3

    assert repaired(spoilt) == f"{text}. " * 3


@given(st.text(max_size=80))
def test_one_quotation_of_spoilt_text_is_no_proof(text: str) -> None:
    clean = f"{text.encode('ascii', 'ignore').decode()} cafÃ©"

    assert repaired(clean) == clean


def test_a_claim_is_a_value_with_its_place() -> None:
    assert Claim(value="x", source=Source.TEXT) == Claim(value="x", source=Source("text"))
