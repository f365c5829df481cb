"""The corpus that readers' questions are timed on is a whole one, and every page answers on it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from benchmarks import reading
from benchmarks.big_corpus import COPIES_PER_ARTICLE, build_corpus
from benchmarks.extreme_corpus import GIANT_ARTICLE, GIANT_STORY, add_extremes
from ingest.corpus import Corpus
from ingest.web.pages import PAGES
from tests.web_figures import check_figures

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

pytest.importorskip("datasette", reason="the web extra is not installed")
_ARTICLES = 60


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reading") / "large.db"
    build_corpus(path, articles=_ARTICLES)
    return path


def test_its_rows_are_those_of_a_corpus(large: Path) -> None:
    with closing(Corpus(large, readonly=True)) as corpus:
        summary = corpus.summary()

        assert corpus.damage() == []
        assert (summary["articles"], summary["copies"]) == (
            _ARTICLES, _ARTICLES * COPIES_PER_ARTICLE,
        )  # fmt: skip
        assert corpus._value("SELECT count(*) FROM captured") == _ARTICLES * 4
        assert len(corpus._rows("SELECT * FROM who_copied_whom")) > 10


def test_the_same_rows_come_at_each_call(large: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.db"
    build_corpus(again, articles=_ARTICLES)
    told = [
        corpus._rows("SELECT * FROM copies ORDER BY id")
        for path in (large, again)
        for corpus in (Corpus(path, readonly=True),)
    ]

    assert told[0] == told[1]


@pytest.fixture
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_TIMES", 1)


@pytest.mark.usefixtures("_once")
def test_every_page_and_feed_answers(large: Path) -> None:
    asked = reading.addresses()
    told = reading.measure(large, {kind: asked[kind] for kind in ("page", "feed")})

    assert len(told["page"]) >= 11
    assert [one for times in told.values() for one, taken in times.items() if not taken > 0] == []


@pytest.fixture(scope="module")
def extreme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("extreme") / "large.db"
    build_corpus(path, articles=120)
    add_extremes(path)
    return path


def test_extremes_are_those_of_a_corpus(extreme: Path) -> None:
    with closing(Corpus(extreme, readonly=True)) as corpus:
        assert corpus.damage() == []
        assert len(corpus.copies_of(GIANT_ARTICLE)) >= 120 // 10
        assert len(corpus.changes_of(GIANT_ARTICLE)) >= 120 // 100
        assert corpus._value(
            "SELECT count(*) FROM articles WHERE story = ?", (GIANT_STORY,)
        ) == int(120 * 0.65)


@pytest.mark.usefixtures("_once")
def test_extreme_pages_answer(extreme: Path) -> None:
    told = reading.measure(extreme, {"extreme": reading.addresses()["extreme"]})

    assert [one for one, taken in told["extreme"].items() if not taken > 0] == []


@pytest.mark.usefixtures("_once")
def test_a_page_that_left_a_part_out_has_no_figure(
    extreme: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.web.pages.story._LIMIT_MS", -1)
    asked = [f"/-/story/{GIANT_STORY}"]
    told = reading.measure(extreme, {"page": asked, "extreme": asked})

    assert told["page"][asked[0]] != told["page"][asked[0]]
    assert told["extreme"][asked[0]] > 0


def test_figures_are_those_of_the_rows_they_lead_to(extreme: Path, runner: asyncio.Runner) -> None:
    checked = check_figures(extreme, runner)

    assert checked.keys() >= PAGES.keys() - {"article"}


def test_what_takes_too_long_or_fails_is_told() -> None:
    told = {"page": {"/a": 10.0, "/b": 301.0, "/c": float("nan")}}

    assert [line.split(":")[0] for line in reading.over(told)] == ["page /b", "page /c"]
