"""Threads within the topic: a function of the set of articles, whatever came first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.features import Lexicon
from ingest.stories import Telling, Thread, inherit, thread
from ingest.stories.threads import WINDOW
from ingest.stories.weighing import Rarity, read_article, weigh
from ingest.stories.wording import Glossary, Wording

LEXICON = Lexicon(
    languages=("en",),
    names=frozenset({"aliyev", "sputnik", "yekaterinburg"}),
    vocabulary=frozenset(),
)
OLDEST = datetime(1, 1, 1, tzinfo=UTC)
JULY = datetime(2025, 7, 1, tzinfo=UTC)

CRASH = (
    (
        "en",
        "Airliner crashes near Aktau",
        """The Embraer airliner crashed near Aktau in Kazakhstan. Survivors spoke of an explosion.
        The black box was found in the wreckage.""",
    ),
    (
        "en",
        "Black box of the Embraer found near Aktau",
        """Investigators in Kazakhstan opened the black box of the Embraer airliner. Survivors of
        the wreckage are in hospital.""",
    ),
    (
        "ru",
        "Под Актау нашли чёрный ящик",
        """Следователи Казахстана нашли чёрный ящик самолёта. Выжившие рассказали о взрыве,
        обломки лежат под Актау.""",
    ),
)
RAID = (
    (
        "en",
        "Police raid Sputnik office",
        """Police entered the Sputnik office and arrested two journalists. The ambassador called
        the raid on the broadcaster unlawful.""",
    ),
    (
        "en",
        "Sputnik editors before court after raid",
        """A court sent the two journalists of Sputnik to custody. Police had raided the office of
        the broadcaster.""",
    ),
    (
        "ru",
        "Обыск в редакции Sputnik",
        """Полиция провела обыск в редакции агентства Sputnik, два журналиста арестованы. Посол
        выразил протест.""",
    ),
)


def tell(
    number: int, told: tuple[str, str, str], *, day: float = 0, story: int | None = None
) -> Telling:
    language, title, text = told
    return Telling(
        article=number,
        at=JULY + timedelta(days=day),
        language=language,
        features=read_article(title, text, language=language, lexicon=LEXICON),
        story=story,
    )


def threads_of(tellings: list[Telling], *, since: datetime = OLDEST) -> list[Thread]:
    return thread(tellings, lexicon=LEXICON, seeds=[], since=since)


def test_articles_on_one_event_make_one_thread_in_two_languages() -> None:
    mixed = [one for pair in zip(CRASH, RAID, strict=True) for one in pair]
    found = threads_of([tell(n, told, day=n / 4) for n, told in enumerate(mixed)])

    assert [one.articles for one in found] == [(0, 2, 4), (1, 3, 5)]


def test_event_of_another_month_is_another_story() -> None:
    later = WINDOW / timedelta(days=1) + 1
    found = threads_of([tell(0, CRASH[0]), tell(1, CRASH[1], day=later)])

    assert [one.articles for one in found] == [(0,), (1,)]


def test_silence_makes_a_story_more_demanding() -> None:
    other = ("en", "Wreckage shown", "The museum in Kazakhstan shows wreckage of old ships.")
    soon = threads_of([tell(0, CRASH[0]), tell(1, other)])
    late = threads_of([tell(0, CRASH[0]), tell(1, other, day=29)])

    assert len(soon) == 1
    assert len(late) == 2


def test_what_all_articles_share_parts_no_stories() -> None:
    rarity = Rarity([{"@az": (9, 4.0), "rift": (2, 6.0)}] * 20)
    weighed = weigh({"@az": (9, 4.0), "rift": (2, 6.0), "raid": (1, 6.0)}, rarity)

    assert weighed["raid"] > 5 * max(weighed["@az"], weighed["rift"])


def test_common_words_of_another_language_are_not_taken_for_rare() -> None:
    counts = read_article("Обыск", "в редакции и в посольстве", language="ru", lexicon=LEXICON)

    assert counts["в"][1] < 1
    assert counts["и"][1] < 1


def test_an_article_that_tells_nothing_is_alone() -> None:
    empty = ("en", "", "")
    found = threads_of([tell(0, empty), tell(1, empty), tell(2, CRASH[0])])

    assert [one.articles for one in found] == [(0,), (1,), (2,)]


TOPICS = [*CRASH, *RAID, ("en", "Gas prices rise", "Gas exports through the corridor rose.")]
TELLINGS = st.lists(
    st.tuples(st.integers(0, 120), st.sampled_from(TOPICS)), min_size=1, max_size=25
).map(lambda told: [tell(n, one, day=day) for n, (day, one) in enumerate(sorted(told))])


@settings(deadline=None, max_examples=60)
@given(TELLINGS, st.integers(0, 120))
def test_pass_that_starts_in_the_middle_ends_as_one_over_all(
    tellings: list[Telling], day: int
) -> None:
    whole = threads_of(tellings)
    story_of = {
        article: number
        for number, one in enumerate(whole, start=1)
        for article in one.articles
        if len(one.articles) > 1
    }
    since = JULY + timedelta(days=day)
    known = [
        replace(one, story=story_of.get(one.article))
        for one in tellings
        if since - one.at <= 2 * WINDOW
    ]
    resumed = threads_of(known, since=since)
    recent = {one.article for one in known if since - one.at <= WINDOW}
    expected = [tuple(a for a in one.articles if a in recent) for one in whole]

    assert sorted(one.articles for one in resumed) == sorted(filter(None, expected))


@settings(deadline=None, max_examples=40)
@given(TELLINGS)
def test_every_article_is_in_one_thread(tellings: list[Telling]) -> None:
    found = threads_of(tellings)

    assert sorted(a for one in found for a in one.articles) == [one.article for one in tellings]


@pytest.mark.parametrize(
    ("threads", "before", "elders", "expected"),
    [
        ([(1, 2, 3)], {}, (), [None]),
        ([(1, 2, 3)], {1: 7, 2: 7}, (), [7]),
        ([(1, 2), (3, 4, 5)], {1: 7, 3: 7, 4: 7}, (), [None, 7]),
        ([(1, 2), (3, 4)], {1: 7, 3: 7}, (), [7, None]),
        ([(1, 2, 3)], {1: 8, 2: 7, 3: 7}, (), [7]),
        ([(1, 2, 3)], {1: 8, 2: 7}, (), [7]),
        ([(1,)], {1: 7}, (), [None]),
        ([(1, 2)], {1: 7, 2: 7}, (7,), [None]),
    ],
)
def test_story_lives_on_in_the_thread_that_holds_most_of_it(
    threads: list[tuple[int, ...]],
    before: dict[int, int],
    elders: tuple[int, ...],
    expected: list[int | None],
) -> None:
    given_threads = [Thread(articles, None) for articles in threads]

    assert inherit(given_threads, before=before, elders=elders) == expected


def test_story_with_older_articles_stays_with_them() -> None:
    threads = [Thread((1,), 7), Thread((2, 3), None)]

    assert inherit(threads, before={1: 7, 2: 7, 3: 7}, elders={7}) == [7, None]


def test_terms_are_what_the_articles_share_as_the_first_of_them_writes_it() -> None:
    texts = [Wording(title, text, language, "a.test") for language, title, text in RAID]
    terms = Glossary(LEXICON, []).terms_of(texts)

    assert terms[0] == "Sputnik"
    assert {"raid", "Police", "broadcaster"} <= set(terms)
    assert not any(letter > "z" for term in terms for letter in term)


def test_a_paper_is_no_term_of_its_own_stories() -> None:
    texts = [
        Wording(f"{title}, Meridian learns", text, language, "meridian.test")
        for language, title, text in RAID
    ]

    assert "Meridian" not in Glossary(LEXICON, []).terms_of(texts)
