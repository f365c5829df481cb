"""A search that finds nothing says what was probably meant."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ingest.cli import main
from ingest.search_hints import meant
from ingest.workspace import Workspace
from tests.taught import all_prints, crawl, opened

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("searched")
    with opened(path) as (workspace, corpus):
        crawl(workspace, corpus, all_prints()[:2])
    return path


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Azerbaidjan", "azerbaijan"),
        ("azerbajian russia", "azerbaijan russia"),
        ("ÁZERBAIDJÁN", "azerbaijan"),
        ("azerbaijan", None),  # it stands there; what else is asked for leaves it out
        ("azerbaidjan qqqqqq", None),
        ("azx", None),
        ('"azerbaidjan"', None),
        ("", None),
        ("\U0010ffff\U0010ffff\U0010ffff\U0010ffff", None),
    ],
)
def test_a_word_that_stands_nowhere_is_the_nearest_that_does(
    folder: Path, words: str, expected: str | None
) -> None:
    with closing(Workspace.open(folder, {}).corpus(readonly=True)) as corpus:
        assert meant(corpus, words) == expected


def test_the_command_says_what_was_meant(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-w", str(folder), "search", "Azerbaidjan"]) == 0
    assert capsys.readouterr().out == "nothing found; did you mean azerbaijan?\n"
    assert main(["-w", str(folder), "search", "--json", "Azerbaidjan"]) == 0
    assert capsys.readouterr().out == ""
