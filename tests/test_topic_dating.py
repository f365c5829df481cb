"""What parts events of one kind: their days and figures, and what they say first."""

from __future__ import annotations

import pytest

from ingest.features import Reading
from ingest.items import SeedDocument, SeedSet
from ingest.topic import Topic, learn_topic
from ingest.topic.dating import telling_when
from ingest.topic.vectors import vector

QUAKE = (
    "A strong earthquake shook the coast of Maralia on {day}, {month} {number}, and killed {dead} "
    "people in the port of Velsk, the governor said. Rescuers searched the ruins of two schools "
    "and a hospital through the night, while aftershocks drove families into the parks."
)
BURIAL = (
    "Maralia buried its dead after the earthquake of Sunday, November 27. Velsk, the port which "
    "lost 131 of its people, closed its schools, and rescuers left the ruins of the hospital."
)
FIRST = {"day": "Sunday", "month": "November", "number": "27", "dead": "131"}
SECOND = {"day": "Wednesday", "month": "March", "number": "14", "dead": "86"}
ELSEWHERE = (
    " Prices of bread and fuel rose again in the capital, where the ministry of trade met bakers "
    "and drivers, and a committee of the parliament asked for figures on imports of wheat, on "
    "storage and on the wages of those who work in the mills and on the roads of the country."
)


@pytest.fixture(scope="module")
def quake() -> Topic:
    texts = [QUAKE.format(**FIRST), BURIAL]
    documents = tuple(
        SeedDocument(
            id=number, file=f"{number}.txt", raw=text, title=None, text=text, language="en",
            published=None, sha256=str(number),
        )
        for number, text in enumerate(texts, 1)
    )  # fmt: skip
    return learn_topic(SeedSet(documents=documents, digest="quake"))


@pytest.mark.parametrize(
    "feature", ["131", "2025", "november", "sunday", "ноября", "пятницу", "kasım", "września"]
)
def test_numbers_months_and_days_tell_when(feature: str) -> None:
    assert telling_when([feature]) == [feature]


@pytest.mark.parametrize("feature", ["@az", "#crash", "earthquake", "mars", "mart", "27th", ""])
def test_other_words_do_not(feature: str) -> None:
    assert telling_when([feature]) == []


@pytest.mark.parametrize("damping", [1.0, 0.42])
def test_what_tells_when_outweighs_a_word_that_is_as_rare(damping: float) -> None:
    reading = Reading({"december": (1, 4.0), "1988": (1, 4.0), "bridge": (1, 4.0)}, 3, is_home=True)
    weights = vector(reading, damping)

    assert weights["december"] == weights["1988"] > weights["bridge"] == 4.0**damping


def test_the_same_event_is_nearer_than_its_twin_of_another_day(quake: Topic) -> None:
    same, twin = (quake.ratio(f"Quake\n{QUAKE.format(**when)}") for when in (FIRST, SECOND))

    assert same > 1.2 * twin


def test_a_headline_that_says_nothing_costs_nothing_where_the_opening_tells(quake: Topic) -> None:
    opening = QUAKE.format(**FIRST)
    pun, told = "Shaken to the core", "A strong earthquake shook the coast of Maralia"
    late = ELSEWHERE + opening

    with_pun, with_told = quake.ratio(f"{pun}\n{opening}"), quake.ratio(f"{told}\n{opening}")
    assert with_pun > 0.97 * with_told
    assert quake.ratio(f"{pun}\n{opening}{ELSEWHERE}") > 1.2 * quake.ratio(f"{pun}\n{late}")
