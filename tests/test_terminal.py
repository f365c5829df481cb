"""What a terminal gets: one screen, colours and no other command, a pager, progress aside."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import termios
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.corpus import Corpus
from ingest.layout import COLUMNS, Column, Style, Table, painted, styled, unstyled, width, wrapped
from ingest.rich_tables import showing_progress, table_lines
from ingest.show_search import came_lines
from tests.commands import restored_logging, workspace
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["restored_logging", "workspace"]

ROOT = Path(__file__).parents[1]
#: What a shell may tell of another terminal than this one.
_TOLD = ("NO_COLOR", "PAGER", "COLUMNS", "LINES")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_TITLE = (
    "[bold]x[/bold] [link=file:///etc/passwd]y[/link] \x1b[2J\x1b]8;;http://evil.test\x07 "
    ":bomb: \u202e"
)
_SHOWN = "[bold]x[/bold] [link=file:///etc/passwd]y[/link] [2J]8;;http://evil.test :bomb:"
_RUN = """\
import sys
from ingest.cli import main
for arguments in {commands!r}:
    code = main(arguments)
    assert code == 0, (arguments, code)
    print("=" * 9, flush=True)
"""


def on_terminal(
    folder: Path, commands: Sequence[Sequence[str]], *, rows: int = 24, columns: int = 80,
    **environment: str,
) -> list[str]:  # fmt: skip
    """What commands print, one after the other, on a terminal of that size."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (rows, columns))
    env = {name: value for name, value in os.environ.items() if name not in _TOLD}
    env |= {"PYTHONPATH": str(ROOT), "TERM": "xterm", "PAGER": "cat", **environment}
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN.format(commands=[list(one) for one in commands])],
        cwd=folder, env=env, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while part := _read(ours):
        shown += part
    _, said = process.communicate(timeout=PATIENCE_S)
    os.close(ours)
    assert (process.returncode, said) == (0, b"")
    return shown.decode().replace("\r\n", "\n").split("=========\n")[:-1]


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so of a terminal that nobody has open any more
        return b""


def retitle(folder: Path) -> None:
    with closing(Corpus(folder / "corpus.db")) as corpus:
        # As a version before the gate, or another program, may have written it.
        corpus._raw.execute("UPDATE articles SET title = ?", (_TITLE,))
        corpus._raw.execute("UPDATE revisions SET title = ?, new_title = 'z'", (_TITLE,))


def test_a_terminal_gets_colours_and_no_other_command(workspace: Path) -> None:
    retitle(workspace)
    commands = [["status"], ["search", "baku"], ["show", "1"], ["diff", "1"], ["runs"], ["sources"],
                ["why", "a.test/news/one"]]  # fmt: skip
    screens = on_terminal(workspace, commands, columns=160)

    for screen in screens:
        plain = _COLOUR.sub("", screen)
        assert [c for c in plain if not c.isprintable() and c != "\n"] == []
    assert any(_COLOUR.search(screen) for screen in screens)
    for number in (0, 1, 2):
        assert _SHOWN in " ".join(_COLOUR.sub("", screens[number]).split())


def test_an_article_that_comes_commands_nothing() -> None:
    row = {
        "id": 1, "title": _TITLE, "outlet": "a.test\x9b2J", "published": None,
        "first_seen": "2026-01-02T03:04:05Z", "url": "https://a.test/\x1b[2J",
    }  # fmt: skip
    lines = [unstyled(line) for line in came_lines(row)]

    assert _SHOWN in " ".join(" ".join(lines).split())
    assert [c for line in lines for c in line if not c.isprintable()] == []


def test_without_colours_there_is_no_escape_at_all(workspace: Path) -> None:
    for screen in on_terminal(workspace, [["status"], ["runs"], ["search", "baku"]], NO_COLOR="1"):
        assert "\x1b" not in screen
        assert max(map(width, screen.split("\n"))) <= COLUMNS


def test_the_status_of_a_workspace_in_trouble_is_one_screen(workspace: Path) -> None:
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        corpus._run("DROP INDEX articles_language")
    (workspace / "seedbed.toml").write_text("[backup]\nevery_hours = 1\n")
    [screen] = on_terminal(workspace, [["status"]])
    said = " ".join(_COLOUR.sub("", screen).split())

    assert screen.count("\n") < 24
    assert "corpus: lacks index articles_language; seedbed check" in said
    assert "run: 2 frontier died" in said
    assert "1 failing: https://b.test/sitemap.xml 3 times; seedbed sources --failing" in said
    assert "backup: overdue, none was made; seedbed backup" in said


def test_a_long_text_goes_to_the_pager_and_a_short_one_does_not(
    workspace: Path, tmp_path: Path
) -> None:
    long, short = tmp_path / "long", tmp_path / "short"
    on_terminal(workspace, [["show", "1"]], rows=10, PAGER=f"tee {long}")
    on_terminal(workspace, [["show", "1"]], rows=200, PAGER=f"tee {short}")

    assert "Baku answers Moscow" in long.read_text()
    assert not short.exists()


def test_progress_goes_to_standard_error_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with showing_progress() as show:
        show("[red]indexed", 1, 3)
        show("[red]indexed", 3, 3)
    told = capsys.readouterr()

    assert told.out == ""


@pytest.mark.parametrize("columns", [60, 80, 160])
def test_a_drawn_table_holds_every_cell_and_fits(columns: int) -> None:
    rows = [{"id": 12345, "title": "[red]" + "long " * 40, "n": 7}]
    shown = [Column(name="id", right=True), Column(name="title", least=9), Column(name="n")]
    lines = table_lines(Table(rows=rows, columns=shown), columns=columns, has_colours=False)

    assert len(lines) == 3
    assert max(map(len, lines)) <= columns
    assert lines[2].startswith("12345  [red]long")
    assert lines[2].endswith("7")


def test_a_style_goes_on_over_the_end_of_a_line_and_ends_with_it() -> None:
    lines = wrapped(f"a {styled('word ' * 30, Style.HIT)} b", indent="  ")

    assert len(lines) > 1
    assert [width(line) <= COLUMNS for line in lines] == [True] * len(lines)
    assert all(painted(line).endswith("\x1b[0m") for line in lines)
    assert " ".join("".join(map(unstyled, lines)).split()).startswith("a word word")


def test_a_mark_that_a_text_brings_along_ends_with_its_line() -> None:
    assert painted(f"{Style.BAD}evil").endswith("\x1b[0m")
    assert unstyled(f"{Style.BAD}evil") == "evil"
