"""The benchmark of what laying stories out costs: what it says was done is done, and undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import stories_cost

if TYPE_CHECKING:
    import pytest


def test_costs_are_told_of_each_change(capsys: pytest.CaptureFixture[str]) -> None:
    assert stories_cost.main(["--articles", "300"]) == 0
    lines = [line.split(" | ") for line in capsys.readouterr().out.splitlines()]
    touched = {what: told for _, what, _, told in lines[:-1]}

    assert touched["everything"] not in ("0 stories touched", touched["nothing"])
    assert touched["nothing"] == "0 stories touched"
    assert touched["20 articles of the last days"] != "0 stories touched"
    assert lines[-1][1] == touched["everything"].removesuffix(" touched")


def test_made_articles_are_the_same_each_time() -> None:
    assert list(stories_cost.made(20)) == list(stories_cost.made(20))
