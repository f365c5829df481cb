"""The stories that an article is near to, beside a comparison with each of them anew."""

from __future__ import annotations

import math
import random
from array import array
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ingest.stories import month as month_module
from ingest.stories.month import Month, Vector
from ingest.stories.products import Products

if TYPE_CHECKING:
    from collections.abc import Sequence

AT = datetime(2026, 1, 1, tzinfo=UTC)
WHOLE, BRIDGE = 0.3, 0.4
FEATURES, BRIDGING, MOST_FEATURES = 30, 10, 8
STORIES, ARTICLES, HELD = 12, 400, 25


def cosine(one: Counter[int], other: Counter[int]) -> float:
    squares = [sum(weight**2 for weight in each.values()) for each in (one, other)]
    product = sum(weight * other[feature] for feature, weight in one.items())
    return product / math.sqrt(squares[0] * squares[1]) if all(squares) else 0.0


def weights_of(vectors: Sequence[Vector], *, bridging: bool) -> Counter[int]:
    total = Counter[int]()
    for each in vectors:
        named = each.bridging if bridging else len(each.weights)
        total.update(dict(zip(each.features[:named], each.weights[:named], strict=True)))
    return total


def near_anew(held: Sequence[tuple[int, Vector]], asked: Vector) -> dict[int, tuple[float, float]]:
    stories = defaultdict[int, list[Vector]](list)
    for label, one in held:
        stories[label].append(one)
    found = {}
    for label, vectors in stories.items():
        whole, bridge = (
            cosine(weights_of([asked], bridging=part), weights_of(vectors, bridging=part))
            for part in (False, True)
        )
        if max(whole / WHOLE, bridge / BRIDGE) >= 1:
            found[label] = (whole, bridge)
    return found


@pytest.mark.parametrize("swept_after", [0, 3, 256])
def test_a_month_that_comes_and_goes_compares_as_one_made_anew(
    swept_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(month_module, "_SWEPT_AFTER", swept_after)
    chance = random.Random(swept_after)
    month, held = Month(), list[tuple[int, Vector]]()
    month._products = Products(at_once=40)  # many times in each comparison
    hits = 0
    for number in range(ARTICLES):
        new = some_vector(chance)
        found = {
            one.label: (one.whole, one.bridge)
            for one in month.near(new, whole=WHOLE, bridge=BRIDGE)
        }
        expected = near_anew(held, new)
        assert found.keys() == expected.keys()
        for label, (whole, bridge) in expected.items():
            assert found[label] == pytest.approx((whole, bridge))
        hits += len(found)

        label = chance.randint(1, STORIES)
        language = chance.choice(["en", "ru", None])
        month.seat(label, new, at=AT + timedelta(hours=number), language=language)
        held.append((label, new))
        while len(held) > chance.randint(HELD // 2, HELD):
            assert month.leave() == held[0][1].features
            del held[0]
        assert month.slots.keys() == {one for one, _ in held}
        assert month.labels() == [one for one, _ in held]
    assert hits > ARTICLES


def test_stories_of_one_article_share_what_they_say_of_its_language() -> None:
    month = Month()
    for label in (1, 2):
        month.seat(label, vector([(1, 500)]), at=AT, language="en")
    month.seat(2, vector([(1, 500)]), at=AT, language="ru")
    month.leave()  # of the first story its only article
    month.seat(3, vector([(1, 500)]), at=AT, language="en")

    found = list(month.near(vector([(1, 500)]), whole=WHOLE, bridge=BRIDGE))
    assert {one.label: (one.latest, dict(one.languages)) for one in found} == {
        2: (2, {"en": 1, "ru": 1}),
        3: (3, {"en": 1}),
    }


def vector(weighed: Sequence[tuple[int, int]]) -> Vector:
    ordered = sorted(weighed)  # what says the same in any language first
    features, weights = zip(*ordered, strict=True) if ordered else ((), ())
    bridging = sum(feature <= BRIDGING for feature in features)
    return Vector(array("i", features), array("h", weights), bridging)


def some_vector(chance: random.Random) -> Vector:
    features = chance.sample(range(1, FEATURES), chance.randint(0, MOST_FEATURES))
    return vector([(feature, chance.randint(1, 1000)) for feature in features])
