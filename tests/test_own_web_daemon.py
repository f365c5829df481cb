"""A workspace that names no source at all finds its own."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.cli import main
from ingest.corpus import Corpus
from ingest.errors import ConfigError
from scheduler.daemon import run_once
from tests import preloaded
from tests.commands import restored_logging

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["restored_logging"]  # fixture

FAKE = Path(__file__).with_name("fakecrawl.py")
STORY = "Talks in Baku\n" + (
    "The talks between Azerbaijan and Russia went on in Baku today. " * 9
    + "\n© 2025 www.caspian-paper.az\n"
)


def fake(seen: list[str]) -> Callable[[str, Mapping[str, str], Mapping[str, str]], list[str]]:
    def command(spider: str, *_: Mapping[str, str]) -> list[str]:
        seen.append(spider)
        return [sys.executable, str(FAKE), "finish", spider]

    return command


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "one.txt").write_text(STORY, encoding="utf-8")
    return tmp_path


def polled(folder: Path) -> list[str]:
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        rows = corpus._rows("SELECT url FROM sources WHERE last_ok IS NOT NULL ORDER BY url")
    return [row["url"] for row in rows]


def test_seeds_alone_lead_to_sources_that_are_polled(workspace: Path) -> None:
    seen: list[str] = []
    variables = {"SEEDBED_DISCOVERY__CATALOGUE": "no"}

    assert run_once(workspace, environ=variables, command=fake(seen)) == 0
    assert "links" in seen
    assert polled(workspace)[0] == "https://www.caspian-paper.az/"


def test_outlets_of_the_catalogue_are_no_more_than_a_day_allows(workspace: Path) -> None:
    variables = {"SEEDBED_DISCOVERY__PER_DAY": "3"}

    assert run_once(workspace, environ=variables, command=fake([])) == 0
    with closing(Corpus(workspace / "corpus.db", readonly=True)) as corpus:
        tried = corpus._rows(
            "SELECT DISTINCT outlet FROM sources WHERE state = 'active' AND found_by IN "
            "('seeds', 'catalogue')"
        )
        shown = corpus._rows("SELECT DISTINCT outlet FROM sources WHERE state = 'proposed'")
    assert len(tried) == 3
    assert len(shown) > 20


@pytest.mark.parametrize("proposals", ["show", "off"])
def test_where_nothing_may_be_tried_a_source_must_be_named(workspace: Path, proposals: str) -> None:
    variables = {"SEEDBED_DISCOVERY__PROPOSALS": proposals}

    with pytest.raises(ConfigError, match="no sources"):
        run_once(workspace, environ=variables, command=fake([]))


def test_mistake_in_the_catalogue_of_a_workspace_stops_every_way_to_crawl(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEDBED_DISCOVERY__PROPOSALS", "show")
    (workspace / "outlets.tsv").write_text("paper.az", encoding="utf-8")
    (workspace / "scrapy.cfg").write_text("[settings]\ndefault = ingest.settings\n")
    done = preloaded.scrapy("crawl", "frontier", cwd=workspace, env=os.environ)

    assert main(["-w", str(workspace), "run", "--once"]) == 3
    assert "outlets.tsv: line 1: expected home" in capsys.readouterr().err
    assert done.returncode == 3
    assert "outlets.tsv: line 1: expected home" in done.stderr
    assert main(["-w", str(workspace), "check"]) == 1
    assert "BAD   catalogue: outlets.tsv: line 1:" in capsys.readouterr().out
