"""The forked crawls of the tests are what `python -m scrapy` would be."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import preloaded
from tests.test_middlewares import make_workspace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "w", [])


def started(*arguments: str, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments], cwd=cwd, env=env, capture_output=True,
        text=True, check=False,
    )  # fmt: skip


def untimed(said: str) -> str:
    return re.sub(r"\d", "", said)


@pytest.mark.parametrize(
    "arguments",
    [
        ("settings", "--get", "ROBOTSTXT_OBEY"),
        ("crawl", "no-such-spider"),
        ("crawl", "urls", "-a", "file=nowhere.txt"),
        ("no-such-command",),
    ],
)
def test_it_says_and_returns_what_a_started_one_does(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    env = {**os.environ, "SEEDBED_LOG__FORMAT": "json"}
    forked = preloaded.scrapy(*arguments, cwd=folder, env=env)
    real = started(*arguments, cwd=folder, env=env)

    assert forked.returncode == real.returncode
    assert forked.stdout == real.stdout
    assert untimed(forked.stderr) == untimed(real.stderr)


def test_each_has_a_folder_an_environment_and_a_chance_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = own\n")
    (tmp_path / "own.py").write_text(
        "import os, random\n"
        "BOT_NAME = f'{os.getcwd()} {os.environ.get(\"HERE\")} {random.random()}'\n"
    )
    arguments = ("settings", "--get", "BOT_NAME")
    one = preloaded.scrapy(*arguments, cwd=tmp_path, env={**os.environ, "HERE": "one"})
    two = preloaded.scrapy(*arguments, cwd=tmp_path, env=os.environ)

    (where, here, chance), (_, nothing, other) = (ran.stdout.split() for ran in (one, two))
    assert (where, here, nothing) == (str(tmp_path), "one", "None")
    assert chance != other


def test_one_that_is_killed_is_told_from_one_that_ends_and_the_next_runs(tmp_path: Path) -> None:
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = own\n")
    (tmp_path / "own.py").write_text("import os\nos.kill(os.getpid(), 9)\n")
    killed = preloaded.scrapy("list", cwd=tmp_path, env=os.environ)
    (tmp_path / "own.py").write_text("BOT_NAME = 'well'\n")
    well = preloaded.scrapy("settings", "--get", "BOT_NAME", cwd=tmp_path, env=os.environ)

    assert killed.returncode == -9
    assert (well.returncode, well.stdout.strip()) == (0, "well")


def test_what_only_a_new_interpreter_would_read_is_refused(folder: Path) -> None:
    with pytest.raises(AssertionError, match="PYTHONHASHSEED"):
        preloaded.scrapy("list", cwd=folder, env={**os.environ, "PYTHONHASHSEED": "1"})
