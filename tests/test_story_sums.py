"""The sum of a story's vectors, beside one that is added up anew each time."""

from __future__ import annotations

from array import array
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ingest.stories.month import Vector
from ingest.stories.sums import Sums

WEIGHTS = st.dictionaries(st.integers(1, 40), st.integers(1, 1000), max_size=12)


@st.composite
def vectors(draw: st.DrawFn) -> Vector:
    """Weights of features in any order, then features that weigh nothing."""
    weights = draw(WEIGHTS)
    order = draw(st.permutations(list(weights)))
    more = draw(st.lists(st.integers(41, 60), max_size=3))
    return Vector(
        array("i", [*order, *more]),
        array("h", [weights[feature] for feature in order]),
        draw(st.integers(0, len(order))),
    )


def summed(held: list[Vector]) -> tuple[int, int]:
    """The square of the sum, and how many features it has."""
    total = Counter[int]()
    for vector in held:
        total.update(dict(zip(vector.features, vector.weights, strict=False)))
    return sum(weight * weight for weight in total.values()), len(total)


@given(st.lists(vectors(), max_size=8), st.data())
def test_the_square_grows_and_shrinks_by_what_it_is_anew(
    added: list[Vector], data: st.DataObject
) -> None:
    sums, held = Sums(), list[Vector]()
    leaving = data.draw(st.permutations(added))
    steps = [(True, vector) for vector in added] + [(False, vector) for vector in leaving]
    for is_added, vector in steps:
        before, _ = summed(held)
        if is_added:
            held.append(vector)
            named, rest = sums.add(vector)
        else:
            held.remove(vector)
            named, rest = sums.take_away(vector)
        after, features = summed(held)

        assert named + rest == after - before
        assert len(sums._features) == len(sums._weights) == features
        assert list(sums._features) == sorted(set(sums._features.tolist()))


def test_what_says_the_same_in_any_language_is_told_apart() -> None:
    sums = Sums()
    vector = Vector(array("i", [7, 3, 5]), array("h", [2, 10, 100]), 1)

    assert sums.add(vector) == (4, 10_100)
    assert sums.add(vector) == (12, 30_300)
    assert sums.take_away(vector) == (-12, -30_300)
    assert sums.take_away(vector) == (-4, -10_100)
    assert sums.add(Vector(array("i"), array("h"), 0)) == (0, 0)
