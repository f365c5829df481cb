"""What a refusal says that a text does not name, where seeds spell one name in two scripts."""

from __future__ import annotations

import pytest

from ingest.items import SeedDocument, SeedSet
from ingest.topic import Topic, learn_topic
from ingest.topic.in_force import missing_names

ENGLISH = """\
The copper mine at Madneuli let arsenic into the Mashavera again, a laboratory in Rustavi said.
Farmers below Madneuli water their fields from the Mashavera, and the laboratory in Rustavi counted
nine times the limit. The owner of the mine at Madneuli, on the Mashavera, asked Rustavi for proof.
"""
RUSSIAN = """\
Из рудника Маднеули в реку Машавера вновь попал мышьяк, сообщила лаборатория в городе Рустави.
Крестьяне ниже рудника Маднеули поливают поля из реки Машавера, а лаборатория города Рустави
насчитала девять норм. Владелец рудника Маднеули на реке Машавера требует от Рустави доказательств.
"""


@pytest.fixture(scope="module")
def topic() -> Topic:
    texts = {"en": ENGLISH, "ru": RUSSIAN}
    seeds = (
        SeedDocument(
            id=number, file=f"{language}.txt", raw=text, title=None, text=text, language=language,
            published=None, sha256=language,
        )
        for number, (language, text) in enumerate(texts.items(), 1)
    )  # fmt: skip
    return learn_topic(SeedSet(documents=tuple(seeds), digest="1"))


def test_the_topic_holds_each_spelling_as_a_name_to_itself(topic: Topic) -> None:
    assert {"Madneuli", "Маднеули", "Rustavi", "Рустави"} <= set(topic.names)


@pytest.mark.parametrize(
    "text",
    [
        "Сегодня у рудника Маднеули и в городе Рустави прошёл дождь, река Машавера поднялась.",
        "It rained at Madneuli and in the town of Rustavi today, and the Mashavera is high.",
        "მადნეული, რუსთავი და მაშავერა: ამინდი დღეს.",
    ],
)
def test_what_is_named_in_one_spelling_is_not_missing_in_another(topic: Topic, text: str) -> None:
    assert missing_names(topic, text) == ()


def test_what_is_missing_is_named_once(topic: Topic) -> None:
    missing = missing_names(topic, "Сегодня в Рустави прошёл дождь.")

    assert len(missing) == 2
    assert {name[:3] for name in missing} in ({"Mad", "Mas"}, {"Mad", "Маш"}, {"Мад", "Mas"},
                                              {"Мад", "Маш"})  # fmt: skip


def test_names_that_only_begin_alike_are_two(topic: Topic) -> None:
    assert "Rustavi" in missing_names(topic, "Rustaveli was read aloud at Madneuli and Mashavera.")
