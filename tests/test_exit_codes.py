"""What a round ends with, over real crawls of loopback hosts."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ingest.demo.resource import Resource
from ingest.demo.server import serve
from tests.demo_web import ask, environment
from tests.test_middlewares import make_workspace

if TYPE_CHECKING:
    from pathlib import Path

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>A</title><item>
<title>Talks</title><link>http://a.test/talks</link></item></channel></rss>"""
PAGE = b"<html><body><p>Something short.</p></body></html>"
RESOURCES = {
    ("a.test", "/feed"): Resource(body=RSS, content_type="application/rss+xml"),
    ("a.test", "/talks"): Resource(body=PAGE),
}


def run_once(
    folder: Path, feeds: list[str], env: dict[str, str], *options: str
) -> subprocess.CompletedProcess[str]:
    named = ", ".join(f'"{url}"' for url in feeds)
    (folder / "seedbed.toml").write_text(
        f"[sources]\nfeeds = [{named}]\n[crawl]\ndelay_s = 0.0\ntimeout_s = 5\n"
    )
    return subprocess.run(
        [sys.executable, "-m", "ingest", "run", "--once", *options], cwd=folder, env=env,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "w", [])


def test_round_that_reached_its_sources_ends_with_0(folder: Path) -> None:
    with serve(RESOURCES) as server:
        done = run_once(folder, ["http://a.test/feed"], environment(server))

    assert done.returncode == 0, done.stderr
    assert ask(folder, "SELECT outcome FROM pages") == [{"outcome": "rejected"}]


def test_round_that_reached_no_source_ends_with_4(folder: Path) -> None:
    env = {
        **os.environ,
        "SEEDBED_CRAWL__PROXY": "http://127.0.0.1:9",  # nobody listens there
        "SEEDBED_LOG__LEVEL": "ERROR",
    }
    done = run_once(folder, ["http://a.test/feed", "http://b.test/feed"], env)

    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr


def test_round_that_missed_half_of_its_sources_ends_with_6(folder: Path) -> None:
    with serve(RESOURCES) as server:
        done = run_once(
            folder, ["http://a.test/feed", "http://nowhere.test/feed"], environment(server)
        )

    assert done.returncode == 6, done.stderr
    assert ask(folder, "SELECT count(*) AS n FROM sources WHERE failures") == [{"n": 1}]


def unset(env: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name != "SEEDBED_LOG__LEVEL"}


def test_quiet_round_that_went_well_says_nothing(folder: Path) -> None:
    with serve(RESOURCES) as server:
        done = run_once(folder, ["http://a.test/feed"], unset(environment(server)), "--quiet")
        again = run_once(folder, ["http://a.test/feed"], unset(environment(server)), "--quiet")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert ask(folder, "SELECT outcome FROM pages") == [{"outcome": "rejected"}]


def test_quiet_round_that_reached_no_source_says_so(folder: Path) -> None:
    env = {**unset({**os.environ}), "SEEDBED_CRAWL__PROXY": "http://127.0.0.1:9"}
    done = run_once(folder, ["http://a.test/feed"], env, "--quiet")

    assert done.returncode == 4
    assert "1 source of 1 failed" in done.stdout
