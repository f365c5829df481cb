"""A workspace on the demo web, and the three ways to crawl it."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any, Protocol

from ingest.corpus import Corpus
from ingest.demo.run import make_workspace, poll
from tests import preloaded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ingest.demo.server import DemoServer
    from ingest.demo.web import DemoWeb


class HasProxy(Protocol):
    @property
    def proxy_url(self) -> str: ...


SPIDERS = ("feeds", "sitemaps", "links", "frontier")


def environment(server: HasProxy, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "SEEDBED_CRAWL__PROXY": server.proxy_url,
        "SEEDBED_LOG__LEVEL": "ERROR",
        **more,
    }


def run(folder: Path, arguments: list[str], env: Mapping[str, str]) -> None:
    went_well(subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=env, capture_output=True, text=True,
        check=False,
    ))  # fmt: skip


def went_well(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr, done.stderr[-3000:]


def crawl_by_scrapy(folder: Path, server: DemoServer) -> None:
    for spider in SPIDERS:
        run(
            folder, ["scrapy", "crawl", spider], environment(server, SEEDBED_CRAWL__CONCURRENCY="4")
        )


def crawl_by_command(folder: Path, server: DemoServer) -> None:
    for spider in SPIDERS:
        run(folder, ["ingest", "crawl", spider], environment(server))


def crawl_backwards(folder: Path, server: DemoServer) -> None:
    for spider in (*reversed(SPIDERS[:-1]), SPIDERS[-1]):
        env = environment(server, SEEDBED_CRAWL__CONCURRENCY="9")
        went_well(preloaded.scrapy("crawl", spider, cwd=folder, env=env))


def crawl_by_daemon(folder: Path, server: DemoServer, *, hours_ahead: float = 0.0) -> None:
    assert poll(folder, server, hours_ahead=hours_ahead) == 0


def fresh(folder: Path, web: DemoWeb) -> Path:
    return make_workspace(folder, web)


def everything(folder: Path) -> dict[str, list[dict[str, Any]]]:
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        return corpus.everything()


def differences(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows that only one of two tables holds, shortened to be read in a failure."""
    odd = [row for row in one if row not in other] + [row for row in other if row not in one]
    return [{name: str(value)[:80] for name, value in row.items()} for row in odd]


def ask(folder: Path, question: str) -> list[dict[str, Any]]:
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        return corpus._rows(question)
