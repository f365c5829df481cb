"""The command line as a whole: slips, exit codes, start-up, help; and the daemon and the web."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import pytest

from ingest.cli import main, seedbed
from ingest.corpus import Corpus
from ingest.crawl import CrawlReport
from ingest.export import formats
from scheduler.lock import only_daemon
from tests.commands import empty, restored_logging, workspace
from tests.patience import PATIENCE_S

# The fixtures used here, which pytest finds by their names.
__all__ = ["empty", "restored_logging", "workspace"]

ROOT = Path(__file__).parents[1]


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["serch", "x"], "Did you mean 'search'?"),
        (["crawl", "feds"], "did you mean feeds?"),
        (["crawl", "zzz"], "no spider zzz; there are bing, feeds, frontier, "),
        (["crawl", "feeds", "-a", "x"], "not of the form NAME=VALUE"),
        (["show"], "Missing argument 'ID'"),
        (["runs", "--jsn"], "--json"),
        (["-w", "missing", "status"], "does not exist"),
    ],
)
def test_a_slip_of_the_pen_is_a_usage_error_with_a_hint(
    arguments: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert hint in capsys.readouterr().err


@pytest.mark.parametrize("command", ["status", "runs", "run", "crawl feeds", "seeds", "check"])
def test_wrong_settings_are_told_in_full_and_nothing_is_started(
    workspace: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "seedbed.toml").write_text("[crawl]\ndelya_s = 1\ndelay_s = 'x'\n")
    code = main(command.split())

    said = "".join(capsys.readouterr())
    assert code == (1 if command == "check" else 3)
    assert "[crawl] delya_s: unknown; did you mean delay_s?" in said
    assert "[crawl] delay_s = 'x': expected a number" in said
    assert "Traceback" not in said


def test_without_seeds_a_crawl_ends_with_3(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["seeds"]) == 3
    assert str(workspace / "seeds") in capsys.readouterr().err


def test_a_file_that_is_no_corpus_is_refused(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "corpus.db").write_bytes(b"not a database at all, but long enough to be read")

    assert main(["runs"]) == 1
    assert "no SQLite file" in capsys.readouterr().err


def test_a_workspace_can_be_named(
    workspace: Path, tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    assert main(["-w", str(workspace), "show", "1"]) == 0
    monkeypatch.setenv("SEEDBED_WORKSPACE", str(workspace))
    assert main(["show", "1"]) == 0

    assert capsys.readouterr().out.count("Baku answers Moscow") == 2


@pytest.mark.usefixtures("workspace")
def test_an_interrupt_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_corpus: Corpus, _limit: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Corpus, "latest_runs", interrupted)

    assert main(["runs"]) == 130
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("report", "code"),
    [
        ({"outcome": "finished", "counts": {"polled": 8, "polls_failed": 1}}, 0),
        ({"outcome": "finished", "counts": {"polled": 8, "polls_failed": 3}}, 6),
        ({"outcome": "finished", "counts": {"polled": 8, "polls_failed": 8}}, 4),
        ({"outcome": "failed", "counts": {"polled": 8, "polls_failed": 0}}, 1),
        ({"outcome": "interrupted", "counts": {"polled": 8, "polls_failed": 0}}, 130),
        ({"outcome": "failed", "run": None, "exit_code": 3, "counts": {}}, 3),
        ({"outcome": "failed", "run": None, "exit_code": -9, "counts": {}}, 1),
    ],
)
def test_a_crawl_ends_with_the_code_of_what_came_of_it(report: dict[str, Any], code: int) -> None:
    from ingest.cli import _crawl_exit_code

    whole: dict[str, Any] = {"spider": "feeds", "run": 1, "exit_code": 0, "seconds": 1.0} | report
    assert _crawl_exit_code(CrawlReport(**whole)) == code


def test_web_without_datasette_says_what_to_install(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert workspace
    monkeypatch.setitem(sys.modules, "datasette", None)

    assert main(["web"]) == 1
    assert "pip install -c constraints.txt '.[web]'" in capsys.readouterr().err


def test_web_serves_the_corpus_with_datasette(workspace: Path) -> None:
    ran = run_python(
        "import sys\nfrom ingest.cli import main\n"
        "sys.exit(main(['web', '--get', '/corpus/articles.json?_shape=array&_col=title']))",
        cwd=workspace,
    )

    assert ran.returncode == 0, ran.stderr
    assert [row["id"] for row in json.loads(ran.stdout)] == [1]


def test_web_on_a_port_that_is_taken_says_so(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert workspace
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["web", "--port", str(port)]) == 1

    assert f"port {port} is taken" in capsys.readouterr().err


def test_a_second_daemon_ends_with_5(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with only_daemon(workspace / "corpus.db"):
        assert main(["run", "--once"]) == 5

    assert f"another daemon (process {os.getpid()}) holds" in capsys.readouterr().err


def test_a_quiet_round_beside_another_says_nothing(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with only_daemon(workspace / "corpus.db"):
        assert main(["run", "--once", "--quiet"]) == 5

    assert capsys.readouterr() == ("", "")


def test_a_daemon_is_never_quiet(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert workspace
    assert main(["run", "--quiet"]) == 2

    assert "--quiet goes with --once" in capsys.readouterr().err


def test_a_daemon_without_sources_ends_with_3(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty / "seeds").mkdir()
    (empty / "seeds" / "one.txt").write_text("A story of Baku and Moscow. " * 40)

    assert main(["run", "--once"]) == 3
    assert "[sources]" in capsys.readouterr().err


def run_python(code: str, *, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False, timeout=PATIENCE_S,
    )  # fmt: skip


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["status"], ["show", "1"]])
def test_readers_start_without_the_heavy_libraries(workspace: Path, arguments: list[str]) -> None:
    ran = run_python(
        "import sys\nfrom ingest.cli import main\n"
        f"code = main({arguments!r})\n"
        "heavy = {'scrapy', 'twisted', 'trafilatura', 'lxml', 'datasette', 'rich', 'apscheduler'}\n"
        "print(sorted(heavy & sys.modules.keys()), file=sys.stderr)\nsys.exit(code)",
        cwd=workspace,
    )

    assert (ran.returncode, ran.stderr) == (0, "[]\n")


def test_a_closed_pipe_is_quiet(workspace: Path) -> None:
    ran = run_python(
        "import os, sys\nfrom ingest.cli import main\n"
        "read, write = os.pipe()\nos.close(read)\nos.dup2(write, 1)\n"
        "sys.exit(main(['show', '1']))",
        cwd=workspace,
    )

    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("arguments", ["show 1", "status --json", "--help", "check"])
@pytest.mark.parametrize("buffered", ["", "1"])
def test_a_full_disk_under_the_output_is_told_without_a_traceback(
    workspace: Path, arguments: str, buffered: str
) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "ingest", *arguments.split()], cwd=workspace, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": buffered},
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S,
        )  # fmt: skip

    assert ran.returncode == 1
    assert ran.stderr == "seedbed: the output cannot be written: No space left on device\n"


def test_a_list_of_addresses_is_named_from_where_the_caller_stands(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = empty / "here"
    for folder in (here, empty / "seeds"):
        folder.mkdir()
    (empty / "seeds" / "one.txt").write_text("A story of Baku and Moscow. " * 40)
    (here / "list.txt").write_text("http://127.0.0.1:9/from-here\n")
    (empty / "list.txt").write_text("http://127.0.0.1:9/from-workspace\n")
    (empty / "other.txt").write_text("http://127.0.0.1:9/other\n")
    monkeypatch.chdir(here)
    for name in ("list.txt", "other.txt"):
        assert main(["-w", str(empty), "crawl", "urls", "-a", f"file={name}"]) == 0

    with closing(Corpus(empty / "corpus.db", readonly=True)) as corpus:
        asked = {row["url"] for row in corpus._rows("SELECT url FROM pages")}
    assert asked == {"http://127.0.0.1:9/from-here", "http://127.0.0.1:9/other"}


def test_a_daemon_says_at_its_start_what_is_not_read(
    empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (empty / "seeds").mkdir()
    (empty / "seeds" / "one.txt").write_text("A story of Baku and Moscow. " * 40)
    (empty / "seeds" / "two.pdf").write_bytes(b"%PDF-1.7")
    main(["run", "--once"])

    assert capsys.readouterr().err.startswith("not read: two.pdf;")


def test_the_package_runs_as_a_module(workspace: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "ingest", "show", "7"], cwd=workspace, check=False, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, timeout=PATIENCE_S,
    )  # fmt: skip

    assert ran.returncode == 1
    assert "no article 7" in ran.stderr


def test_help_of_every_command_fits_and_the_exit_codes_are_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    context = click.Context(seedbed)
    for name in seedbed.list_commands(context):
        assert main([name, "--help"]) == 0
    assert main(["--help"]) == 0

    said = capsys.readouterr().out
    assert all(len(line) <= 80 for line in said.splitlines())
    assert "..." not in said.rpartition("Commands:")[2]
    assert "5 another daemon holds this corpus,\n  another pull this file" in said


def test_help_of_export_names_every_format_that_there_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["export", "--help"]) == 0
    told = dict(
        line.strip().split("  ", 1)
        for line in capsys.readouterr()
        .out.partition("Formats:\n")[2]
        .partition("\n\n")[0]
        .splitlines()
    )

    assert {name: said.strip() for name, said in told.items()} == {
        name: one.told for name, one in formats().items()
    }
