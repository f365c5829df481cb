"""Places, names and concepts in the scripts and cases that they are written in."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.background import zipf_of
from ingest.concepts import concept_of
from ingest.names import fold, join_places, name_keys, place_of, place_zipf
from ingest.text import normalize, tokens, words

PLACES = ("places.tsv", "places_extra.tsv")


def places_in(text: str) -> dict[str, str | None]:
    return {token: place_of(token, words(token)[0]) for token in join_places(tokens(text))}


@pytest.mark.parametrize(
    ("place", "written"),
    [
        ("az", "აზერბაიჯანი აზერბაიჯანში აზერბაიჯანისთვის აზერბაიჯანელები აზერბაიჯანულმა"),
        ("az.capital", "ბაქო ბაქოში ბაქოდან Բաքու Բաքվում Բաքվից Բաքուն"),
        ("az", "Ադրբեջանը Ադրբեջանում ադրբեջանական ադրբեջանցիները ադրբեջանցու"),
        ("ru", "რუსეთმა რუსეთთან რუსები რუსული Ռուսաստանին ռուսական ռուսներ ռուսաստանցիներ ՌԴ"),
        ("ru.capital", "მოსკოვში მოსკოვისკენ კრემლმა Մոսկվայում Մոսկվան Կրեմլի"),
        ("ua", "უკრაინის უკრაინელებს Ուկրաինայի ուկրաինացի"),
        ("de", "გერმანელი გერმანიაში Գերմանիայում գերմանական"),
        ("am", "სომხეთის სომეხი Հայաստանի հայ հայերի"),
        ("us", "აშშ ამერიკელმა ԱՄՆ ամերիկյան"),
        ("ir", "İran İranın İrana Иран ირანიდან Իրանի"),
        (None, "რუსთაველი რომ ამან განა განაცხადა հայտնի հայրը հայացք բակում սահման"),
    ],
)
def test_places_are_known_in_their_cases(place: str | None, written: str) -> None:
    assert places_in(written) == dict.fromkeys(written.split(), place)


@pytest.mark.parametrize(
    ("place", "written"),
    [
        ("kr", "South Korea"),
        ("kr", "South Koreans"),
        ("kp", "Северной Корее"),
        ("kr", "Güney Kore'de"),
        ("kr", "Cənubi Koreyanın"),
        ("kr", "სამხრეთ კორეაში"),
        ("kr", "Հարավային Կորեայում"),
        ("nz", "New Zealand's"),
        ("nz", "Новую Зеландию"),
        ("nz", "ახალი ზელანდიის"),
        ("sa", "Саудовской Аравии"),
        ("sa", "საუდის არაბეთმა"),
        ("us", "U.S."),
        ("us", "Соединённых Штатов"),
        ("us", "ამერიკის შეერთებულ შტატებში"),
        ("gb", "U.K."),
        ("ae", "United Arab Emirates"),
        ("ae.capital", "Абу-Даби"),
        ("ci", "Côte d’Ivoire"),
        ("pg", "Papua New Guinea"),
    ],
)
def test_a_place_of_several_words_is_one_place(place: str, written: str) -> None:
    assert list(places_in(written).values()) == [place]


def test_words_around_a_place_of_several_words_stay() -> None:
    joined = join_places(tokens("News from South Korea, the U.S. and New York"))

    assert joined == ["News", "from", "South Korea", "the", "U S", "and", "New", "York"]


def test_words_in_small_letters_are_no_english_place() -> None:
    written = tokens("the new zealand of my dreams lies to the south, korea lies east; u s")

    assert list(join_places(written)) == written


@given(st.lists(st.sampled_from("South North Korea Sudan New Zealand and the U S".split())))  # noqa: SIM905
def test_joining_neither_loses_nor_adds_a_word(written: list[str]) -> None:
    assert " ".join(join_places(written)).split() == written


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Aliyev", "ალიევი ალიევმა ალიევს Ալիևը Ալիեւից Алиевым Əliyevin Aliyev'den"),
        ("Putin", "პუტინი პუტინმა პუტინთან Պուտին Պուտինի Путину"),
        ("Yekaterinburg", "ეკატერინბურგში ეკატერინბურგი Եկատերինբուրգում Екатеринбурге"),
        ("Pashinyan", "ფაშინიანმა Փաշինյանին Пашиняна"),
        ("Shikhlinsky", "შიხლინსკის Շիխլինսկու Шихлинского"),
        ("Safarov", "საფაროვების Սաֆարովի Сафарова"),
        ("Lavrov", "ლავროვის Լավրովը Лаврову"),
        ("Voskanyan", "ვოსკანიანი Ոսկանյանը Восканяна"),
    ],
)
def test_a_name_is_found_in_its_cases(name: str, written: str) -> None:
    keys = {word: name_keys(word, words(word)[0].partition("'")[0]) for word in written.split()}

    assert [word for word in keys if fold(name) not in keys[word]] == []


def test_small_letters_hide_a_name_where_a_script_has_capitals() -> None:
    assert name_keys("putin", "putin") == name_keys("պուտին", "պուտին") == ()
    assert name_keys("პუტინი", "პუტინი")[0] == fold("პუტინი")


@given(st.text(min_size=1, max_size=30))
def test_any_word_has_keys_of_four_letters_or_more(token: str) -> None:
    assert all(len(key) >= 4 for key in name_keys(token, normalize(token)))


@pytest.mark.parametrize(
    ("concept", "written"),
    [
        ("airliner", "თვითმფრინავის თვითმფრინავმა ինքնաթիռի ինքնաթիռները"),
        ("arrest", "დააკავეს დაკავებულ დააპატიმრა ձերբակալվել կալանավորել"),
        ("deadly", "დაიღუპა სიკვდილი მკვლელობა զոհվել մահացած մահվան սպանությունը"),
        ("embassy", "საელჩოში საელჩოს դեսպանատանը"),
        ("ambassador", "ელჩი ელჩმა ელჩის դեսպան դեսպանին"),
        ("journalist", "ჟურნალისტების რედაქტორი լրագրողներին խմբագիր"),
        ("police", "პოლიციამ პოლიციელი ոստիկանության ոստիկաններ"),
        ("investigate", "გამოძიებამ საგამოძიებო հետաքննությունը քննիչ"),
        ("president", "პრეზიდენტმა საპრეზიდენტო նախագահի"),
        ("relations", "ურთიერთობა ურთიერთობებში հարաբերությունները"),
        ("citizen", "მოქალაქეები քաղաքացիներ"),
        ("civilian", "სამოქალაქო քաղաքացիական"),
        ("war", "ომი ომში ომის պատերազմի"),
        (None, "ომლეტი მოკლე ყურძენი სეტყვა խաղող ծիրան մարզիկ սահմանադրություն"),
    ],
)
def test_concepts_are_known_in_georgian_and_armenian(concept: str | None, written: str) -> None:
    found = {word: concept_of(normalize(word)) for word in written.split()}

    assert found == dict.fromkeys(written.split(), concept)


def test_acronyms_do_not_say_how_common_a_country_is() -> None:
    assert place_zipf("gb", ("en",)) == zipf_of("british", ("en",))
    assert place_zipf("zz", ("en",)) == 4.0


def test_every_form_of_the_tables_can_be_met_in_a_text() -> None:
    lines = [line for name in PLACES for line in read_table(name)]
    forms = [form for line in lines for form in line.split("\t")[3].split("|")]
    stems = [stem for line in read_table("concepts.tsv") for stem in line.split("|")]

    assert [form for form in forms if normalize(form) != form or not words(form)] == []
    assert [stem for stem in stems if normalize(stem) != stem] == []


def test_every_concept_has_every_language() -> None:
    rows = [line.split("\t") for line in read_table("concepts.tsv")]

    assert {len(row) for row in rows} == {7}
    assert all(stem for row in rows for column in row for stem in column.split("|"))


def read_table(name: str) -> list[str]:
    text = files("ingest").joinpath(f"data/{name}").read_text("utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]
