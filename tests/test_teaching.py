"""The commands that teach the topic."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner, Result

from ingest.teaching import COMMANDS, _told_lines
from ingest.terminal import Place
from tests.rows import NOW, gated
from tests.taught import TEXTS, crawl, opened, page_of, print_of

if TYPE_CHECKING:
    from pathlib import Path

ENGLISH = [text for text in TEXTS if text.language == "en"]
STORY = [print_of(text) for text in ENGLISH if text.topic == "story"][:6]
FAR = [print_of(text) for text in ENGLISH if text.topic == "far"][:6]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    with opened(folder) as (workspace, corpus):
        crawl(workspace, corpus, [*STORY, *FAR])
        corpus.offer([gated("http://a.test/never-fetched")], run=1, now=NOW)
    return folder


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return tmp_path


def ask(folder: Path, *arguments: str) -> Result:
    @click.group()
    @click.pass_context
    def seedbed(ctx: click.Context) -> None:
        ctx.obj = Place(named=folder)

    for command in COMMANDS:
        seedbed.add_command(command)
    return CliRunner().invoke(seedbed, arguments)


def told(folder: Path, *arguments: str) -> dict[str, Any]:
    result = ask(folder, *arguments, "--json")
    assert result.exit_code == 0, result.output
    read = json.loads(result.stdout)
    assert isinstance(read, dict)
    return read


def test_an_article_refused_by_its_number_leaves_and_says_how_to_take_it_back(
    folder: Path,
) -> None:
    said = ask(folder, "label", "1", "no").stdout.splitlines()

    assert "off-topic (you said no: relevance " in said[0]
    assert said[1].endswith("0 came in, 1 went out")
    assert "weighs less: " in said[2]
    assert said[3].startswith("take it back: seedbed label --page ")
    back = ask(folder, *said[3].split()[4:]).stdout.splitlines()
    assert ": article (relevance " in back[0]
    assert back[1].endswith("1 came in, 0 went out")


def test_an_article_that_left_is_found_by_its_page(folder: Path) -> None:
    ask(folder, "label", "1", "no")
    result = ask(folder, "label", "1", "--undo")

    assert result.exit_code == 1
    assert "one that left keeps its page: give its address, or --page N" in result.output


def test_stories_follow_what_was_said(folder: Path) -> None:
    def in_a_story() -> list[int]:
        with opened(folder) as (_, corpus):
            rows = corpus._rows("SELECT id FROM articles WHERE story IS NOT NULL ORDER BY id")
        return [row["id"] for row in rows]

    assert in_a_story() == []
    ask(folder, "relearn")
    assert in_a_story() == [1, 2]
    ask(folder, "label", "1", "no")
    assert in_a_story() == [], "one article alone is no story"


def test_a_story_that_comes_back_has_its_number_and_its_articles(folder: Path) -> None:
    def stories() -> list[dict[str, Any]]:
        with opened(folder) as (_, corpus):
            return corpus._rows(
                "SELECT s.id, s.title, s.terms, s.articles, s.first_published, a.url "
                "FROM stories s JOIN articles a ON a.story = s.id ORDER BY a.url"
            )

    with opened(folder) as (_, corpus):
        corpus._run("INSERT INTO stories (id, title, terms, articles, outlets) "
                    "VALUES (7, '', '', 0, 0)")  # fmt: skip
    ask(folder, "relearn")
    before = stories()
    said = ask(folder, "label", "1", "no").stdout.splitlines()
    assert stories() == []
    with opened(folder) as (_, corpus):
        corpus._run("INSERT INTO stories (id, title, terms, articles, outlets) "
                    "VALUES (30, '', '', 0, 0)")  # fmt: skip
    ask(folder, *said[3].split()[4:])

    assert before
    assert stories() == before


def test_an_address_in_any_spelling_can_be_wanted(folder: Path) -> None:
    url = FAR[0].url.replace("http://", "https://www.") + "?utm_source=x"
    read = told(folder, "label", url, "yes", "--by", "Ann")

    assert read["outcome"] == "article"
    assert read["reason"].startswith("Ann said yes: ")
    assert read["came_in"] == 1
    assert read["gained"]


def test_an_address_never_fetched_is_fetched_when_a_reader_wants_it(folder: Path) -> None:
    read = told(folder, "label", "http://a.test/never-fetched", "yes")

    assert (read["outcome"], read["reason"]) == ("waiting", "you said yes")
    with opened(folder) as (workspace, corpus):
        wanted = FAR[1]
        crawl(workspace, corpus, [type(wanted)("http://a.test/never-fetched", wanted.title,
                                               wanted.paragraphs, wanted.published)])  # fmt: skip
        page = page_of(corpus, "http://a.test/never-fetched")
        assert corpus.standing_of([page]) == {page: "article"}


def test_the_first_texts_that_moved_are_named() -> None:
    rows = [{"title": f"Text {number}", "url": f"http://a.test/{number}"} for number in range(9)]
    told = {"scored": 20, "came_in": 9, "went_out": 1, "to_fetch": 0, "gained": "Baku", "lost": "",
            "texts_in": rows, "texts_out": [{"title": None, "url": "http://b.test/1"}]}  # fmt: skip

    assert _told_lines(told, but="http://a.test/0") == [
        "20 texts judged: 9 came in, 1 went out",
        *(f"  came in: Text {number}" for number in range(1, 6)),
        "    and 3 more",
        "  went out: http://b.test/1",
        "weighs more: Baku",
    ]


def test_texts_that_moved_are_listed_for_programs(folder: Path) -> None:
    read = told(folder, "label", "1", "no")

    assert len(read["texts_out"]) == read["went_out"] == 1
    assert read["texts_out"][0]["url"] == read["url"]


def test_learning_anew_by_hand_says_that_nothing_changed(folder: Path) -> None:
    assert ask(folder, "relearn").stdout.splitlines() == [
        "0 texts judged: 0 came in, 0 went out",
        "the topic is as it was",
    ]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("label", "1"), "say yes or no"),
        (("label", "1", "yes", "--undo"), "say yes or no"),
        (("label", "99", "yes"), "no article 99"),
        (("label", "--page", "99", "yes"), "no page 99"),
        (("label", "a.test/nowhere", "no"), "no address a.test/nowhere"),
        (("label", "1", "--undo"), "nobody judged"),
        (("relearn", "--undo", "1"), "no step 1 of drift that stands"),
    ],
)
def test_what_cannot_be_done_is_named(
    folder: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    result = ask(folder, *arguments)

    assert result.exit_code in (1, 2)
    assert complaint in result.output


def test_a_page_whose_text_is_nowhere_cannot_be_judged(folder: Path) -> None:
    for file in (folder / "archive").iterdir():
        file.unlink()
    result = ask(folder, "label", FAR[2].url, "yes")

    assert result.exit_code == 1
    assert "neither in the corpus nor in the archive" in result.output
    with opened(folder) as (_, corpus):
        assert corpus.labelled() == []


def test_without_a_corpus_nothing_is_made(tmp_path: Path) -> None:
    result = ask(tmp_path, "label", "1", "yes")

    assert result.exit_code == 1
    assert not (tmp_path / "corpus.db").exists()
