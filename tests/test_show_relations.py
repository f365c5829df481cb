"""How texts stand to each other, as `show` and `why` say it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ingest.cli import main
from ingest.show_relations import likeness, shared_lines, translation_lines
from tests.filled import fill, insert
from tests.test_copies import HALF, taken
from tests.test_intake import BASE, dated, prose, take

if TYPE_CHECKING:
    from pathlib import Path

FIXED = "https://herald.test/terms"


@pytest.mark.parametrize(
    ("relation", "own", "other", "said"),
    [
        ("near", 1.0, 0.62, "near: all of it stands in article 1, 62 % of that text"),
        ("near", 0.71, 0.99, "near: 71 % of it stands in article 1"),
        ("near", 0.98, 0.97, "near: 98 % of it stands in article 1"),
        ("near", 0.6, 1.0, "near: all of article 1 stands in it, 60 % of its text"),
        ("contained-in", 1.0, 0.3, "contained-in: all of it stands in article 1, 30 % of that text"),  # noqa: E501
        ("contains", 0.2, 1.0, "contains: all of article 1 stands in it"),
        ("exact", 1.0, 1.0, "exact: word for word"),
        ("near", None, None, "near: all of the shorter stands in the longer text"),
    ],
)  # fmt: skip
def test_figures_say_which_text_stands_in_which(
    relation: str, own: float | None, other: float | None, said: str
) -> None:
    copy = {"relation": relation, "similarity": 1.0, "share": own, "other_share": other}

    assert likeness(copy, "article 1") == said


def test_long_lists_are_capped_and_say_so() -> None:
    row: dict[str, Any] = {
        "relation": "overlap", "share": 0.5, "other_share": 1.0, "passage": "a b c", "title": "T",
        "outlet": "a.test", "article": 7, "seed": None, "url": "http://a.test/7",
    }  # fmt: skip

    assert shared_lines([row])[2:] == [
        "  has a passage in common with article 7, “T”, a.test; in common: 50 % of this",
        "    text, all of that",
        "    http://a.test/7",
        "    “a b c”",
    ]
    assert shared_lines([row] * 13)[-1] == "  and 3 more"
    assert shared_lines([]) == translation_lines([]) == []


def said(path: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["-w", str(path), *arguments]) == 0
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("first", ["l", "m"])
def test_both_sides_show_the_passage_that_they_share(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], first: str
) -> None:
    (tmp_path / "seedbed.toml").touch()
    pages = [
        dated("http://l.test/a", f"{HALF}\n{prose(9)}", 5),
        dated("http://m.test/a", f"{prose(10)}\n{HALF}", 3),
    ]
    taken(tmp_path / "corpus.db", pages if first == "l" else pages[::-1]).corpus.close()

    for url, other in (("l.test/a", "m.test"), ("m.test/a", "l.test")):
        shown = said(tmp_path, capsys, "why", url)
        assert "shares words with has a passage in common with article" in shown
        assert f"http://{other}/a “" in shown
    told = json.loads(said(tmp_path, capsys, "show", "1", "--json"))
    assert [row["relation"] for row in told["shares"]] == ["overlap"]


def test_translations_are_shown_from_both_sides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "seedbed.toml").touch()
    fill(tmp_path / "corpus.db").close()

    for number, other in (("1", "2"), ("2", "1")):
        shown = said(tmp_path, capsys, "show", number)
        assert f"may be a translation of 0.90 article {other}, " in shown
        assert "each page names the other as its edition (hreflang)" in shown
    assert "may be a translation of 0.90 article 2, " in said(
        tmp_path, capsys, "why", "https://first.test/1"
    )


def test_why_says_when_it_answers_for_another_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "seedbed.toml").touch()
    intake = taken(tmp_path / "corpus.db", [])
    take(intake, dated("http://a.test/story", BASE, 2), at="http://a.test/print?id=5")
    for day in (1, 2, 3):
        take(intake, dated(FIXED, prose(90 + day), day), at=f"https://herald.test/news/{day}")
    intake.corpus.close()

    assert "asked for" not in said(tmp_path, capsys, "why", "a.test/print?id=5")
    assert "asked for http://a.test/story, which is known as http://a.test/print?id=5" in said(
        tmp_path, capsys, "why", "http://a.test/story"
    )
    doubted = said(tmp_path, capsys, "why", "https://herald.test/news/2")
    assert "asked for" not in doubted
    assert f"names {FIXED} as its own address; not believed: 2 pages with other texts do" in doubted
    asked = said(tmp_path, capsys, "why", FIXED)
    assert f"asked for {FIXED}, which is known as https://herald.test/news/1" in asked


def test_gone_page_says_so_first_and_a_redirect_is_no_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "seedbed.toml").touch()
    corpus = fill(tmp_path / "corpus.db")
    with corpus.transaction():
        corpus._run("UPDATE articles SET gone_since = '2025-07-08T08:00:00Z' WHERE id = 1")
        insert(
            corpus, "fetches", page=1, run=1, at="2025-07-08T08:00:00Z", outcome="gone", bytes=9,
            reason="redirected to the home page: https://first.test/", http_status=200,
        )  # fmt: skip
    corpus.close()

    assert "https://first.test/1 article, gone since 2025-07-08 08:00 UTC" in said(
        tmp_path, capsys, "show", "1"
    )
    shown = said(tmp_path, capsys, "why", "https://first.test/1")
    assert "https://first.test/1 article, gone since 2025-07-08 08:00 UTC article: " in shown
    assert "HTTP 3xx -> https://first.test/, 9 bytes gone: redirected to the home page" in shown
