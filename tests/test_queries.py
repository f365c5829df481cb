"""What a topic asks search services for, in which words and which languages."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import queries as benchmark
from benchmarks.relevance.groups import FOLDER
from ingest.items import SeedDocument, SeedSet
from ingest.seedset import load_seed_set
from ingest.topic import learn_topic
from ingest.topic.phrasing import Query, as_gdelt, as_media_cloud, as_plain, as_quoted
from ingest.topic.queries import language_of, queries_of, seen_names
from ingest.topic.wording import languages_of, place_name, respelt, word_for

SEEDS = load_seed_set(Path(__file__).parents[1] / "seeds")
TOPIC = learn_topic(SEEDS)
QUERIES = queries_of(TOPIC, SEEDS)

CRASH_RU = (
    "Самолёт разбился под Актау. Президент Азербайджана Алиев обвинил Россию в крушении самолёта.",
    "Алиев потребовал от России признать вину за крушение. Москва и Баку спорят о самолёте.",
    "Россия и Азербайджан спорят о крушении самолёта у Актау, сообщил Алиев в Баку.",
)
CRASH_AZ = (
    "Əliyev Rusiyanı təyyarə qəzasında günahlandırdı. Azərbaycan və Rusiya arasında gərginlik var.",
    "Prezident Əliyev bildirib ki, Rusiya qəzaya görə cavab verməlidir. Azərbaycan gözləyir.",
    "Azərbaycan təyyarə qəzası barədə Rusiyadan üzr gözləyir, Əliyev dedi.",
)

WORDS = (
    "Gatlinburg", "wildfire", "Tennessee", "Miller", "rescue", "Paris", "Berlin", "passwords",
    "password", "trial", "the", "of", "and", "000", "2014", "o'clock", "Sen",
)  # fmt: skip


def seed_set(*texts: str, language: str | None = "en") -> SeedSet:
    documents = tuple(
        SeedDocument(
            id=number, file=f"{number}.txt", raw=text, title=None, text=text, language=language,
            published=None, sha256=hashlib.sha256(text.encode()).hexdigest(),
        )
        for number, text in enumerate(texts, start=1)
    )  # fmt: skip
    digest = hashlib.sha256("".join(seed.sha256 for seed in documents).encode()).hexdigest()
    return SeedSet(documents=documents, digest=digest)


def in_language(language: str | None, found: tuple[Query, ...] = QUERIES) -> list[tuple[str, ...]]:
    return [query.terms for query in found if query.language == language]


def test_a_pair_of_countries_is_asked_for_by_names_and_by_capitals_first() -> None:
    assert in_language("en")[:2] == [("Azerbaijan", "Russia"), ("Baku", "Moscow")]
    assert in_language("ru")[:2] == [("Азербайджан", "Россия"), ("Баку", "Москва")]
    assert in_language("az")[0] == ("Azərbaycan", "Rusiya")
    assert in_language("tr")[0] == ("Azerbaycan", "Rusya")
    assert in_language("ka")[0] == ("აზერბაიჯანი", "რუსეთი")
    assert in_language("hy")[0] == ("Ադրբեջան", "Ռուսաստան")


def test_the_names_of_the_story_are_asked_for_in_both_scripts() -> None:
    assert any("Aliyev" in term for terms in in_language("en") for term in terms)
    assert any("Yekaterinburg" in terms for terms in in_language("en"))
    assert any("Алиев" in terms for terms in in_language("ru"))
    assert any("Екатеринбург" in terms for terms in in_language("ru"))


def test_no_query_has_two_spellings_of_one_thing() -> None:
    places = {"Azerbaijan", "Azerbaijani", "Baku"}, {"Russia", "Russian", "Moscow", "Kremlin"}
    for terms in in_language("en"):
        for spellings in places:
            assert len(spellings & set(terms)) <= 1, terms


def test_later_queries_ask_for_something_else() -> None:
    assert len(set(QUERIES)) == len(QUERIES)
    others = [
        set(terms) - {"Azerbaijan", "Russia", "Baku", "Moscow"} for terms in in_language("en")
    ]
    named = [term for terms in others for term in terms]

    assert len(named) == len(set(named))


def test_the_order_of_the_seeds_plays_no_part() -> None:
    turned = SeedSet(documents=SEEDS.documents[::-1], digest=SEEDS.digest)

    assert queries_of(learn_topic(turned), turned) == QUERIES


def test_as_many_queries_as_wanted_at_most() -> None:
    fewer = queries_of(TOPIC, SEEDS, per_language=2)

    assert all(len(in_language(query.language, fewer)) <= 2 for query in fewer)
    assert fewer[0] == QUERIES[0]


def test_russian_seeds_ask_in_russian_first_and_in_english_too() -> None:
    seeds = seed_set(*CRASH_RU, language="ru")
    found = queries_of(learn_topic(seeds), seeds)

    assert found[0].language == "ru"
    assert {"Азербайджан", "Россия"} <= {
        term for terms in in_language("ru", found) for term in terms
    }
    assert ("Azerbaijan", "Russia") in in_language("en", found)


def test_a_language_without_a_list_of_words_is_told_by_its_letters() -> None:
    seeds = seed_set(*CRASH_AZ, language=None)

    assert [language_of(seed) for seed in seeds.documents] == ["az"] * 3
    assert language_of(seed_set("საქართველო და რუსეთი", language=None).documents[0]) == "ka"
    assert language_of(seed_set("Հայաստան և Ռուսաստան", language=None).documents[0]) == "hy"
    assert language_of(seed_set("zzz qqq", language=None).documents[0]) is None
    assert {"Azərbaycan", "Rusiya"} <= {*queries_of(learn_topic(seeds), seeds)[0].terms}


def test_one_seed_is_enough_to_ask() -> None:
    seeds = seed_set(
        "Police in Gatlinburg searched for survivors of the wildfire. The wildfire reached "
        "Gatlinburg at night, said Chief Greg Miller of the Smoky Mountains park."
    )
    (first, *_) = queries_of(learn_topic(seeds), seeds)

    assert "Gatlinburg" in first.terms
    assert first.seeds == 1


def test_a_text_that_names_nothing_asks_nothing() -> None:
    seeds = seed_set("it was so and it will be so again")

    assert queries_of(learn_topic(seeds), seeds) == ()


def test_names_are_written_as_kept_articles_write_them() -> None:
    texts = ["Визит Пашиняна в Баку. Никол Пашинян встретился с Лоладзе."]
    written = seen_names(TOPIC, texts)
    found = queries_of(TOPIC, SEEDS, spellings={"ru": {"aliyev": "Алійев"}})

    assert written == {"loladze": "Лоладзе", "nikol": "Никол", "pashinyan": "Пашинян"}
    assert any("Алійев" in terms for terms in in_language("ru", found))


@given(
    st.lists(
        st.lists(
            st.sampled_from(WORDS),
            min_size=1,
            max_size=30,
        ).map(" ".join),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=40, deadline=None)
def test_any_query_is_of_different_terms_that_stand_together(texts: list[str]) -> None:
    seeds = seed_set(*texts)
    for query in queries_of(learn_topic(seeds), seeds):
        assert 2 <= len(query.terms) == len({term.lower() for term in query.terms}) <= 3
        assert {"passwords", "password"} - set(query.terms)
        assert not any(term.isdigit() or "'" in term for term in query.terms)
        assert 1 <= query.seeds <= len(texts)


PAIR = Query(language="en", terms=("Azerbaijan", "South Caucasus"), seeds=3,
             english=("Azerbaijan", "South Caucasus"))  # fmt: skip
FOREIGN = Query(language="ru", terms=("Баку", "Москва"), seeds=3, english=("Baku", "Moscow"))


def test_each_service_is_asked_in_its_syntax() -> None:
    assert as_plain(PAIR) == 'Azerbaijan "South Caucasus"'
    assert as_quoted(PAIR) == '"Azerbaijan" "South Caucasus"'
    assert as_gdelt(PAIR) == '"azerbaijan" "south caucasus"'
    assert as_media_cloud(PAIR) == '"Azerbaijan" AND "South Caucasus" AND language:en'


def test_inflected_languages_are_not_quoted_and_gdelt_is_asked_in_english() -> None:
    assert as_quoted(FOREIGN) == "Баку Москва"
    assert as_gdelt(FOREIGN) == '"baku" "moscow" sourcelang:russian'
    assert as_media_cloud(FOREIGN) == '"Баку" AND "Москва" AND language:ru'


def test_gdelt_is_not_asked_for_what_has_no_english_or_is_too_short() -> None:
    unknown = Query(language="az", terms=("Əliyev", "Rusiya"), seeds=1)
    short = Query(language="en", terms=("UK", "Iran"), seeds=1, english=("UK", "Iran"))

    assert as_gdelt(unknown) is None
    assert as_gdelt(short) is None


@pytest.mark.parametrize(
    ("name", "language", "written"),
    [
        ("Aliyev", "ru", "Алиев"),
        ("Yekaterinburg", "ru", "Екатеринбург"),
        ("Алиев", "en", "Aliyev"),
        ("Путин", "tr", "Putin"),
        ("Aliyev", "tr", "Aliyev"),
        ("Loladze", "ru", None),
        ("Aliyev", "ka", None),
        ("Ali", "ru", None),
    ],
)
def test_a_name_is_respelt_only_into_words_of_the_language(
    name: str, language: str, written: str | None
) -> None:
    assert respelt(name, language) == written


def test_places_are_named_in_the_languages_of_the_table() -> None:
    assert place_name("@az", "hy") == "Ադրբեջան"
    assert place_name("@ru.capital", "tr") == "Moskova"
    assert place_name("@us", "ru") == "США"
    assert place_name("@az", "xx") is None
    assert place_name("@zz", "en") is None


def test_the_table_of_places_is_whole() -> None:
    table = Path(__file__).parents[1] / "ingest" / "data" / "place_names.tsv"
    head, *cells = [
        line.split("\t")
        for line in table.read_text("utf-8").splitlines()
        if not line.startswith("#") or line.startswith("# code\t")
    ]

    assert len({row[0] for row in cells}) == len(cells) > 150
    assert all(len(row) == len(head) and all(row) for row in cells)
    assert all(row[1] == "-" or set(row[1].split(",")) <= set(head[2:]) for row in cells)


def test_countries_have_languages() -> None:
    assert languages_of("@az") == ("az",)
    assert set(languages_of("@ch")) == {"de", "fr", "it"}
    assert languages_of("@zz") == ()


def test_news_words_become_nouns() -> None:
    assert word_for("unheard of", "ru") is None
    assert word_for("missile", "ru") == "ракета"
    assert word_for("president", "ru") is None  # it finds everything
    assert word_for("arrest", "az") == "həbs"
    assert word_for("airliner", "tr") == "uçak"


def test_the_page_about_topics_shows_the_queries_of_the_five_seeds() -> None:
    """When they change: python -m benchmarks.queries --peers --tune --write."""
    shown = benchmark.PAGE.read_text("utf-8")

    assert "\n".join(benchmark.seeds_lines()) in shown


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="the evaluation folder is not beside the checkout")
def test_the_queries_find_what_they_are_pinned_to() -> None:
    assert benchmark.main(["--check"]) == 0
