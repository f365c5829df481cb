"""What stands around a block, and how it looks, as numbers."""

from __future__ import annotations

import pytest

from ingest.extract.kinship import Within, path_of
from ingest.extract.looks import LOOKS, look
from ingest.extract.segments import Block, Box


def _nested(*tags: str) -> Box:
    box: Box | None = None
    for depth, tag in enumerate(tags):
        box = Box(tag, "", box, depth, is_hidden=False)
    assert box is not None
    return box


def test_what_stands_in_a_box_of_a_kind_is_told_however_deep() -> None:
    caption = _nested("html", "div", "figure", "div", "p")
    assert caption.above is not None
    assert caption.above.above is not None
    beside = Box("p", "", caption.above.above.above, 2, is_hidden=False)
    figures = Within(lambda box: box.tag == "figure")

    told = [figures.holds(box) for box in (caption, beside, caption, beside, caption.above)]

    assert told == [True, False, True, False, True]


def test_each_box_is_asked_of_itself_once() -> None:
    asked: list[str] = []
    inner = _nested("html", "body", "div", "p")

    def is_so(box: Box) -> bool:
        asked.append(box.tag)
        return False

    within = Within(is_so)
    for box in (inner, inner.above, inner):
        assert box is not None
        within.holds(box)

    assert asked == ["p", "div", "body", "html"]


def test_a_path_is_five_tags_at_most() -> None:
    short, deep = _nested("body", "p"), _nested("html", "body", "main", "div", "ul", "li")

    assert path_of(short) == ("p", "body")
    assert path_of(deep) == ("li", "ul", "div", "main", "body")


@pytest.mark.parametrize("key", ["abcDEF123", "Élan²٣Σσ7", "ƏLİYEV2026", "новости24", "\ud800A1"])
def test_digits_and_capitals_of_any_script_are_counted(key: str) -> None:
    block = Block(key, key, _nested("body", "p"), 0, 0, 0, 0, is_broken=False)

    row = dict(zip(LOOKS, look(block, is_prose=False, titles=[], summaries=[]), strict=True))

    assert row["digit_share"] == sum(map(str.isdigit, key)) / len(key)
    assert row["capital_share"] == sum(map(str.isupper, key)) / len(key)
