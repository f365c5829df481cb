"""`seedbed seeds`: the documents cleaned, raw beside cleaned, and corrected by hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from ingest.cli import main
from ingest.readers import seeds
from ingest.terminal import Place

if TYPE_CHECKING:
    from pathlib import Path

STORY = "Police in Baku raided the office of the news agency and detained two of its staff today."
DUMP = f"""\
Police raid the agency's office in Baku
Share
{STORY}
Moscow summoned the ambassador of Azerbaijan and demanded that both men be set free.
Subscribe to our newsletter
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    (folder / "one.txt").write_text(DUMP)
    (folder / "two.txt").write_text(DUMP.replace("Baku", "Ganja"))
    return tmp_path


def asked(workspace: Path, *arguments: str) -> Result:
    return CliRunner().invoke(seeds, arguments, obj=Place(named=workspace))


def rows(workspace: Path, *arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in asked(workspace, "--json", *arguments).stdout.splitlines()]


def test_all_seeds_are_shown_with_their_topic(workspace: Path) -> None:
    shown = asked(workspace).output

    assert "1. Police raid the agency's office in Baku" in shown
    assert "2. Police raid the agency's office in Ganja" in shown
    assert "\nnames " in shown
    assert STORY not in shown


@pytest.mark.parametrize("name", ["2", "two.txt", "two", "tw"])
def test_one_seed_is_shown_with_its_text(workspace: Path, name: str) -> None:
    shown = asked(workspace, name).output

    assert shown.startswith("2. Police raid the agency's office in Ganja")
    assert "Moscow summoned the ambassador" in shown
    assert "--write-clean" in shown
    assert "1. " not in shown


@pytest.mark.parametrize("name", ["3", "three", ""])
def test_a_name_that_is_not_one_seed_is_refused_with_those_there_are(
    workspace: Path, name: str
) -> None:
    answer = asked(workspace, name)

    assert answer.exit_code == 1
    assert "1 one.txt, 2 two.txt" in answer.output


def test_raw_marks_each_line_with_the_rule_that_removed_it(workspace: Path) -> None:
    lines = asked(workspace, "one", "--raw").output.splitlines()
    by_number = {line[:4].strip(): line[5:] for line in lines}

    assert by_number["1"].startswith("= headline ")
    assert by_number["2"].startswith("- ")
    assert by_number["2"].endswith("  Share")
    assert by_number["3"].startswith("  ")
    assert by_number["5"].startswith("- ")
    assert any(line.endswith("…") for line in lines)
    assert all(len(line) <= 80 for line in lines)


def test_raw_marks_the_lines_of_a_page_that_the_extractor_left_out(workspace: Path) -> None:
    body = "".join(f"<p>{STORY} It was raid number {number}.</p>" for number in range(9))
    page = f"<title>Raid in Baku</title><nav>Home page</nav><article>{body}</article>"
    (workspace / "seeds" / "page.html").write_text(f"{page}<footer>Our offices</footer>")
    shown = [line.split() for line in asked(workspace, "page", "--raw").output.splitlines()]
    removed = [line[3:] for line in shown if line[1:2] == ["-"]]

    assert removed == [["Home", "page"], ["Our", "offices"]]
    assert sum(line[1:4] == ["Police", "in", "Baku"] for line in shown) == 9


def test_what_is_not_read_is_said_apart_from_the_rows(workspace: Path) -> None:
    (workspace / "seeds" / "three.pdf").write_bytes(b"%PDF-1.7")
    answer = asked(workspace, "--json")

    assert "not read: three.pdf" in answer.stderr
    assert all(json.loads(line) for line in answer.stdout.splitlines())


def test_a_guessed_encoding_is_shown(workspace: Path) -> None:
    story = "Полиция Баку провела обыск в редакции и задержала двух её сотрудников. " * 4
    (workspace / "seeds" / "three.txt").write_bytes(f"Обыск в Баку\n{story}".encode("cp1251"))
    shown = " ".join(asked(workspace).output.split())

    assert "three.txt read as cp1251, which is a guess" in shown
    assert "two.txt read as" not in shown
    assert [row.get("guessed_encoding") for row in rows(workspace)] == [
        None, "cp1251", None, None,
    ]  # fmt: skip


def test_a_line_that_is_no_address_is_named_before_anything_is_fetched(
    workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (workspace / "seeds" / "list.urls").write_text("https://a.test/1\n\nBaku\n")

    assert main(["-w", str(workspace), "seeds", "--fetch"]) == 3
    told = capfd.readouterr().err.splitlines()
    assert told == [
        f"seedbed: no web address in line 3 of {workspace / 'seeds' / 'list.urls'}: Baku"
    ]


def test_a_cleaned_text_is_written_once_to_be_corrected(workspace: Path) -> None:
    corrected = workspace / "seeds" / "one.clean.txt"
    first = asked(workspace, "one", "--write-clean")
    written = corrected.read_text()
    corrected.write_text("Corrected by hand\n" + STORY)
    second = asked(workspace, "one", "--write-clean")

    assert first.exit_code == 0
    assert written.splitlines()[0] == "Police raid the agency's office in Baku"
    assert STORY in written
    assert "Share" not in written
    assert second.exit_code == 1
    assert "is there already" in second.output
    assert corrected.read_text() == "Corrected by hand\n" + STORY


def test_what_was_written_is_read_back_as_it_was(workspace: Path) -> None:
    (before,) = rows(workspace, "one")
    asked(workspace, "one", "--write-clean")
    (after,) = rows(workspace, "one")

    assert (after["title"], after["text"]) == (before["title"], before["text"])
    assert "cleaned by hand: one.clean.txt is in force" in asked(workspace).output


def test_writing_needs_a_name(workspace: Path) -> None:
    assert asked(workspace, "--write-clean").exit_code == 2


def test_a_folder_that_cannot_be_written_is_named(workspace: Path) -> None:
    (workspace / "seeds" / "one.clean.txt").mkdir()
    answer = asked(workspace, "one", "--write-clean")

    assert answer.exit_code == 1
    assert "one.clean.txt" in answer.output


def test_programs_get_the_text_of_the_seed_they_name(workspace: Path) -> None:
    (one,) = rows(workspace, "one")
    *all_seeds, topic = rows(workspace)

    assert STORY in one["text"]
    assert {line["number"] for line in one["removed"]} >= {2, 5}
    assert [seed["file"] for seed in all_seeds] == ["one.txt", "two.txt"]
    assert "text" not in all_seeds[0]
    assert set(topic) == {"names", "terms"}
