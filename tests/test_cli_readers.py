"""The commands that read: status, sources, runs, search, show and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.cli import main
from tests.commands import LONG, empty, restored_logging, rows, workspace

# The fixtures used here, which pytest finds by their names.
__all__ = ["empty", "restored_logging", "workspace"]


def test_without_a_command_the_status_is_shown(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0
    plain = capsys.readouterr().out
    assert main(["status"]) == 0

    assert plain == capsys.readouterr().out
    assert plain.startswith(f"{workspace.name}: 1 article and 2 copies from 2 outlets\n")
    assert "4 considered: 2 copies, 1 article, 1 rejected" in " ".join(plain.split())
    assert "2, 1 failing" in plain
    assert "2 frontier died 2026-01-02 03:04 UTC: nothing new (its process[2J died)" in (
        " ".join(plain.split())
    )


def test_status_without_a_corpus_says_what_to_do(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0

    said = capsys.readouterr().out
    assert f"{empty.name}: no corpus yet" in said
    assert "seedbed run --once" in said
    assert not (empty / "corpus.db").exists()


READERS = [
    ["status"],
    ["sources"],
    ["runs"],
    ["search", "baku"],
    ["show", "1"],
    ["why", "https://a.test/news/one"],
    ["why", "https://b.test/copied"],
    ["why", "https://b.test/of-a-seed"],
    ["why", LONG],
    ["check"],
]


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("arguments", READERS, ids=" ".join)
def test_what_readers_print_fits_a_terminal_and_cannot_command_it(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main(arguments)

    lines = capsys.readouterr().out.split("\n")
    assert len(lines) > 2
    assert [line for line in lines if len(line) > 80 and "://" not in line] == []
    assert [c for line in lines for c in line if not c.isprintable()] == []


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("arguments", READERS, ids=" ".join)
def test_with_json_readers_print_one_object_a_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main([*arguments, "--json"])

    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert all(line.isprintable() for line in lines)


@pytest.mark.usefixtures("workspace")
def test_status_counts_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    [told] = rows(capsys, "status")

    assert told["summary"]["articles"] == 1
    assert told["outcomes"] == {"article": 1, "copy": 2, "rejected": 1}
    assert told["last_run"]["id"] == 2
    assert [article["id"] for article in told["latest"]] == [1]


@pytest.mark.usefixtures("workspace")
def test_sources_can_be_narrowed_to_the_failing(capsys: pytest.CaptureFixture[str]) -> None:
    assert [row["id"] for row in rows(capsys, "sources")] == [1, 2]
    assert [row["last_error"] for row in rows(capsys, "sources", "--failing")] == ["timed out"]


@pytest.mark.usefixtures("workspace")
def test_runs_come_newest_first_and_can_be_limited(capsys: pytest.CaptureFixture[str]) -> None:
    assert [row["id"] for row in rows(capsys, "runs")] == [2, 1]
    assert [row["id"] for row in rows(capsys, "runs", "-n", "1")] == [2]


@pytest.mark.usefixtures("workspace")
def test_the_counts_of_a_run_add_up_to_its_pages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0

    heading, died, finished, note, polls = capsys.readouterr().out.splitlines()
    assert heading == (
        "id  started      spider    pages  new  cop  rev  same  off  rej  rob  gone  err"
    )
    pages, *counts = map(int, finished.split()[4:])
    assert (pages, sum(counts)) == (4, 4)
    assert died.split()[3] == "frontier"
    assert note == "run 2 died: its process[2J died"
    assert polls == "run 1: 1 source of 2 failed"


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    "words",
    [
        ["baku"],
        ["BAKU", "moscow"],
        ["Moscow’s"],
        ["moscow's", "note"],
        ["baku-answered"],
        ["baku:"],
        ['"baku answered"'],
        ["answer*"],
        ["title:", "baku"],
        ["baku", "NOT", "paris"],
        ["baku", "+", "!"],
    ],
    ids=" ".join,
)
def test_search_takes_plain_words_and_the_full_text_language(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert [row["id"] for row in rows(capsys, "search", *words)] == [1]


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("words", [["paris"], ["baku", "paris"], ["!"], ["\udc80"]])
def test_search_that_finds_nothing_says_so(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", *words]) == 0
    assert capsys.readouterr().out == "nothing found\n"


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("words", ['"baku', "baku AND", "(baku", "baku ^", "NEAR(", "text: :"])
def test_search_that_cannot_be_read_is_a_usage_error(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", words]) == 2
    said = capsys.readouterr().err
    assert "the search cannot be read" in said
    assert "Traceback" not in said


@pytest.mark.usefixtures("workspace")
def test_a_snippet_holds_the_words_without_marks(capsys: pytest.CaptureFixture[str]) -> None:
    [found] = rows(capsys, "search", "note")

    assert "Moscow’s note" in found["snippet"]


@pytest.mark.usefixtures("workspace")
def test_show_tells_origin_reason_copies_and_changes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "1"]) == 0

    said = " ".join(capsys.readouterr().out.split())
    assert "outlet A Daily (a.test)" in said
    assert "kept 0.91 like seed 1: Baku, Aliyev" in said
    assert "by feeds, in run 1 named by https://a.test/feed" in said
    assert (
        "1 copy 2026-01-02 05:04, b.test, +2.0 hours, near: 93 % of the shorter stands in the "
        "longer text https://b.test/copied"
    ) in said
    assert "1 change 2026-01-02 03:04 UTC, +12 -3 words title was: Baku asks" in said
    assert said.endswith("A long line about Baku. [2J")


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(("number", "code"), [("7", 1), ("0", 2), ("x", 2), (str(2**63), 2)])
def test_show_of_what_is_no_article_fails(
    number: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", number]) == code
    assert capsys.readouterr().err


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    "spelling",
    [
        "https://www.a.test/news/one",
        "http://a.test/news/one/",
        "a.test/news/one",
        "https://a.test/news/one?utm_source=x#top",
        "https://m.a.test/news/one/amp",
        " https://a.test/news/one ",
    ],
)
def test_why_finds_an_address_in_any_spelling(
    spelling: str, capsys: pytest.CaptureFixture[str]
) -> None:
    [page] = rows(capsys, "why", spelling)

    assert (page["id"], page["outcome"], page["considered"]) == (1, "article", True)
    assert [fetch["outcome"] for fetch in page["fetches"]] == ["article"]


@pytest.mark.usefixtures("workspace")
def test_why_finds_a_page_by_the_address_it_names_as_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    [page] = rows(capsys, "why", "https://b.test/its-own-name")

    assert page["url"] == "https://b.test/copied"


@pytest.mark.usefixtures("workspace")
def test_why_tells_what_a_copy_is_a_copy_of(capsys: pytest.CaptureFixture[str]) -> None:
    main(["why", "https://b.test/copied"])
    of_article = " ".join(capsys.readouterr().out.split())
    main(["why", "https://b.test/of-a-seed"])
    of_seed = " ".join(capsys.readouterr().out.split())

    assert (
        "near: 93 % of the shorter stands in the longer text, +2.0 hours: article 1, “Baku answers"
        in (of_article)
    )
    assert "in common: “Baku answered”" in of_article
    assert "exact: word for word: seed one.txt, “The rift”" in of_seed


@pytest.mark.usefixtures("workspace")
def test_why_of_a_rejected_page_tells_reason_finder_and_fetches(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["why", LONG]) == 0

    said = capsys.readouterr().out
    assert said.startswith(f"{LONG}\nrejected: list: 41 links, 12 words of prose\n")
    assert "2026-01-02 03:04 UTC by feeds" in said
    assert "2 failed in a row" in said
    assert "run 1, HTTP 200, 12,345 bytes" in said


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("url", ["https://a.test/other", "nonsense", "http://[::1", "\x1b[2J"])
def test_why_of_an_address_never_considered_says_so_and_exits_1(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["why", url]) == 1
    assert "never considered" in capsys.readouterr().out
    assert main(["why", url, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["considered"] is False


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    "url",
    ["mailto:x@a.test", "javascript:void(0)", "ftp://a.test/x", "https://a.test/x.pdf", "nosuch"],
)
def test_why_of_what_is_no_page_says_so(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", url]) == 1
    first, said = capsys.readouterr().out.split("\n", 1)
    assert first == url
    assert "never considered: not the address of a web page" in said
    assert "of known" not in " ".join(said.split())


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("url", ["", "  ", "\x07"])
def test_why_of_nothing_is_a_usage_error(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", url]) == 2
    assert "no address given" in capsys.readouterr().err


@pytest.mark.usefixtures("workspace")
def test_why_takes_a_host_with_a_port(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "a.test:8080/x"]) == 1
    assert capsys.readouterr().out.startswith("https://a.test:8080/x\n")


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("command", ["runs", "sources", "search x", "show 1", "why http://a.test"])
def test_readers_without_a_corpus_fail_with_a_hint_and_make_none(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command.split()) == 1
    assert "seedbed run --once" in capsys.readouterr().err
    assert not Path("corpus.db").exists()


@pytest.mark.usefixtures("workspace")
def test_a_number_is_no_address_and_why_says_who_takes_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["why", "1"]) == 2

    assert "seedbed show 1" in capsys.readouterr().err
