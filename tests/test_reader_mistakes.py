"""What readers mistype is named in their words, and nothing is made of it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ingest.cli import main
from ingest.corpus.freezing import masked
from tests.filled import add_article, add_page, fill

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mistakes")
    fill(folder / "corpus.db").close()
    return folder


@pytest.mark.parametrize(
    ("words", "told"),
    [('"raid', "a double quote is not closed"),
     ("raid AND", "a word or a closing bracket is missing at its end"),
     ("(raid", "a word or a closing bracket is missing at its end"),
     ("NOT raid", "NOT stands where a word is missing"),
     ("*", "an asterisk stands at the end of a word"),
     ("(outlet: raid)", "before a colon stands title or text, and not outlet"),
     ("NEAR(raid office, x)", "NEAR takes a number of words, and not x")],
)  # fmt: skip
@pytest.mark.parametrize("command", ["search", "export"])
def test_what_is_wrong_with_a_search_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str, words: str, told: str
) -> None:
    arguments = ["search", words] if command == "search" else ["export", "csv", "--words", words]
    code = main(["-w", str(folder), *arguments])
    said = " ".join(capsys.readouterr().err.split())

    assert code == 2
    assert f"cannot be read: {told};" in said
    assert "fts5" not in said


@pytest.mark.parametrize(
    "command", [("export", "csv"), ("export", "md"), ("report",), ("snapshot",)]
)
def test_a_folder_that_is_not_there_is_not_made(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    pytest.importorskip("markupsafe", reason="the pictures of a report need it")
    target = tmp_path / "mistyped" / "out.html"
    code = main(["-w", str(folder), *command, str(target)])

    assert code == 2
    assert "there is no folder" in capsys.readouterr().err
    assert not target.parent.exists()


@pytest.mark.parametrize("command", ["show", "diff", "label"])
def test_a_number_below_zero_is_no_option(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    code = main(["-w", str(folder), command, "-1"])
    said = capsys.readouterr().err

    assert code == 2
    assert "there is no -1: numbers begin with 1" in said


def test_a_headline_without_end_is_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(fill(tmp_path / "corpus.db")) as corpus, corpus.transaction():
        add_page(corpus, 60, outlet="first.test", outcome="article", article=60)
        add_article(corpus, 60, title="baku " * 20_000, outlet="first.test", text="quux")
    assert main(["-w", str(tmp_path), "search", "quux"]) == 0

    assert len(capsys.readouterr().out) < 600


@pytest.mark.parametrize(
    ("url", "told"),
    [("https://a.test/feed?api_key=abc&n=1", "https://a.test/feed?api_key=…&n=1"),
     ("https://a.test/token/0123456789abcdef0/feed", "https://a.test/token/…/feed"),
     ("https://a.test/api-key=0123456789abcdef0", "https://a.test/api-key=…"),
     ("https://a.test/keynote/0123456789abcdef0", "https://a.test/keynote/0123456789abcdef0"),
     ("https://a.test/key/what-he-said-in-baku", "https://a.test/key/what-he-said-in-baku")],
)  # fmt: skip
def test_keys_of_addresses_are_masked_in_what_is_handed_on(url: str, told: str) -> None:
    assert masked(url) == told
