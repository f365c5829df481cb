"""What holds for every command: `--json`, examples, a place in docs/commands.md, completion."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from ingest.cli import main, seedbed
from ingest.cli_docs import walk
from tests.commands import restored_logging, workspace
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["restored_logging", "workspace"]

ROOT = Path(__file__).parents[1]
DOCUMENTED = ROOT / "docs" / "commands.md"
#: What they print has a form of its own, or they print nothing.
_WITHOUT_JSON = {"completion", "export", "report", "web"}
_COMMANDS = [(path, one) for path, one in walk() if not isinstance(one, click.Group)]


@pytest.mark.parametrize(("path", "command"), _COMMANDS, ids=[" ".join(p) for p, _ in _COMMANDS])
def test_every_command_has_json_and_ends_its_help_with_examples(
    path: Sequence[str], command: click.Command, capsys: pytest.CaptureFixture[str]
) -> None:
    takes_json = any("--json" in option.opts for option in command.params)
    assert takes_json or path[-1] in _WITHOUT_JSON

    assert main([*path, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"  Examples:\n    seedbed {' '.join(path)}" in said
    assert all(len(line) <= 80 for line in said.splitlines())


def test_the_documented_commands_are_those_there_are(tmp_path: Path) -> None:
    written = tmp_path / "commands.md"
    # In a process of its own: click keeps the help option of who asked a command first, and tests
    # that call one without its group leave it without `-h`.
    subprocess.run([sys.executable, "-m", "ingest.cli_docs", written], check=True, cwd=ROOT)

    assert DOCUMENTED.read_text("utf-8") == written.read_text("utf-8"), (
        "run python -m ingest.cli_docs docs/commands.md"
    )


def completed(workspace: Path, words: str, *, number: int | None = None) -> list[str]:
    """What bash is told to offer for the last word."""
    cword = str(len(words.split(" ")) - 1 if number is None else number)
    ran = subprocess.run(
        [sys.executable, "-c", "import sys; from ingest.cli import main; sys.exit(main())"],
        cwd=workspace, capture_output=True, text=True, check=False, timeout=PATIENCE_S,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COMP_WORDS": words, "COMP_CWORD": cword,
             "_SEEDBED_COMPLETE": "bash_complete"},
    )  # fmt: skip
    assert ran.stderr == ""
    return [line.partition(",")[2] for line in ran.stdout.splitlines() if line]


def test_a_shell_completes_commands_options_outlets_and_values(workspace: Path) -> None:
    assert completed(workspace, "seedbed sta") == ["status"]
    assert completed(workspace, "seedbed search --outlet a") == ["a.test"]
    assert completed(workspace, "seedbed search --order re") == ["relevance"]
    assert "--since" in completed(workspace, "seedbed tail --s")


def test_without_a_corpus_a_shell_completes_no_outlet_and_says_nothing(tmp_path: Path) -> None:
    assert completed(tmp_path, "seedbed search --outlet a") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    said = capsys.readouterr().out

    assert "_SEEDBED_COMPLETE" in said
    assert f"{shell}_complete" in said


def test_the_walk_finds_every_command() -> None:
    assert {path[-1] for path, _ in _COMMANDS} >= set(seedbed.list_commands(click.Context(seedbed)))
