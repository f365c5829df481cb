"""Threads within the topic: a function of the set of articles, whatever came first."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.features import Lexicon
from ingest.stories import Telling, Thread, inherit, thread
from ingest.stories.threads import WINDOW, Cuts
from ingest.stories.weighing import Rarity, is_bridge, read_article, weigh
from ingest.stories.wording import Glossary, Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

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
    return thread(tellings, lexicon=LEXICON, seeds=[], since=since).threads


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


SPREAD = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from(TOPICS)), min_size=1, max_size=30
).map(lambda told: [tell(n, one, day=day) for n, (day, one) in enumerate(sorted(told))])
WORDS = sorted({word for _, title, text in TOPICS for word in f"{title} {text}".split()})
MIXED = st.lists(
    st.tuples(
        st.integers(0, 90),
        st.tuples(
            st.sampled_from(("en", "ru")),
            st.sampled_from(("Aliyev", "Baku 12", "")),
            st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
        ),
    ),
    min_size=1,
    max_size=30,
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


@settings(deadline=None, max_examples=150)
@given(SPREAD, st.integers(0, 400), st.data())
def test_pass_that_ends_early_leaves_all_as_one_over_all(
    tellings: list[Telling], day: int, data: st.DataObject
) -> None:
    gone = data.draw(st.sampled_from(tellings))
    new = tell(1000, data.draw(st.sampled_from(TOPICS)), day=day)
    story_of = stories_of(threads_of(tellings))
    now = sorted(
        [*(one for one in tellings if one is not gone), new], key=lambda one: (one.at, one.article)
    )
    known = [replace(one, story=story_of.get(one.article)) for one in now]

    assert restore(known, changed={gone.at.date(), new.at.date()}) == partition(threads_of(now))


def test_pass_ends_once_all_stands_as_before() -> None:
    tellings = [tell(n, CRASH[n % 2], day=10.0 * n) for n in range(40)]
    known = iter(replace(one, story=1) for one in tellings)
    changed = [tellings[4].at.date(), tellings[30].at.date()]
    threads, end = thread(known, lexicon=LEXICON, seeds=[], since=tellings[4].at, changed=changed)

    assert end == tellings[11].at  # the first day more than two windows after the first change
    assert threads == [Thread(tuple(range(1, 11)), 1, goes_on=1)]
    assert next(known).article == 12


def test_pass_does_not_end_while_anything_stands_otherwise() -> None:
    tellings = [tell(n, CRASH[n % 2], day=10.0 * n) for n in range(40)]
    for story in (lambda n: n % 2 + 1, lambda _: None, lambda n: 1 if n % 3 else None):
        known = [replace(one, story=story(one.article)) for one in tellings]
        found = thread(known, lexicon=LEXICON, seeds=[], since=JULY, changed=[JULY.date()])

        assert found.end is None


def stories_of(threads: list[Thread]) -> dict[int, int]:
    return {
        article: number
        for number, one in enumerate(threads, start=1)
        for article in one.articles
        if len(one.articles) > 1
    }


def partition(threads: list[Thread]) -> list[tuple[int, ...]]:
    return sorted(one.articles for one in threads)


def restore(known: list[Telling], *, changed: set[date]) -> list[tuple[int, ...]]:
    """Thread stretch by stretch, taking over each before the next; all articles, in threads."""
    number = len(known)
    while changed:
        since = datetime.combine(min(changed), time(), UTC)
        threads, end = thread(
            [one for one in known if since - one.at <= 2 * WINDOW],
            lexicon=LEXICON, seeds=[], since=since, changed=sorted(changed),
        )  # fmt: skip
        home: dict[int, int | None] = {}
        for one in threads:
            rest = [
                other.article for other in known
                if end and other.at >= end and one.goes_on and other.story == one.goes_on
            ]  # fmt: skip
            articles = [*one.articles, *rest]
            number += 1
            story = one.story if one.story is not None else number
            home |= dict.fromkeys(articles, story if len(articles) > 1 or one.story else None)
        known = [replace(one, story=home.get(one.article, one.story)) for one in known]
        changed = {day for day in changed if end and day >= end.date()}
    groups: dict[int, list[int]] = {}
    for telling in known:
        groups.setdefault(telling.story or -telling.article - 1, []).append(telling.article)
    return sorted(map(tuple, groups.values()))


def defined(tellings: list[Telling]) -> list[tuple[int, ...]]:
    """Threads by their definition: everything is counted anew for each article."""
    cuts, labels, vectors = Cuts(), list[int](), list[dict[str, int]]()
    for place, new in enumerate(tellings):
        around = [n for n in range(place) if new.at - tellings[n].at <= WINDOW]
        rarity = Rarity([])
        for number in [*around, place]:
            rarity.add(tellings[number].features)
        vectors.append(weigh(new.features, rarity))
        able = []
        for label in {labels[n] for n in around}:
            members = [n for n in around if labels[n] == label]
            spoken = {tellings[n].language for n in members}
            silence = (new.at - tellings[members[-1]].at) / timedelta(days=cuts.silence_days)
            whole, bridge = (
                cosine(vectors[-1], sum((Counter(vectors[n]) for n in members), Counter()), only)
                for only in (lambda _: True, lambda f: is_bridge(f, LEXICON))
            )
            if new.language not in spoken:
                over = bridge / cuts.bridge
            else:
                over = max(whole / cuts.whole, bridge / cuts.mixed if len(spoken) > 1 else 0)
            if over / (1 + silence) >= 1:
                able.append((over / (1 + silence), tellings[members[-1]].at, members[-1], label))
        labels.append(max(able)[-1] if able else place)
    groups: dict[int, list[int]] = {}
    for telling, label in zip(tellings, labels, strict=True):
        groups.setdefault(label, []).append(telling.article)
    return sorted(map(tuple, groups.values()))


def cosine(one: Mapping[str, int], other: Mapping[str, int], only: Callable[[str], bool]) -> float:
    product = sum(
        weight * other.get(feature, 0) for feature, weight in one.items() if only(feature)
    )
    squares = [
        sum(weight * weight for feature, weight in vector.items() if only(feature))
        for vector in (one, other)
    ]
    return product / math.sqrt(squares[0] * squares[1]) if all(squares) else 0.0


@settings(deadline=None, max_examples=150)
@given(MIXED)
def test_threads_are_those_of_their_definition(tellings: list[Telling]) -> None:
    assert partition(threads_of(tellings)) == defined(tellings)


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
