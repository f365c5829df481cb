"""A page is parsed once, whoever looks at it, and a crawl stays as small as it is asked to."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from unittest import mock

from lxml import etree

from benchmarks.speed.stages import STAGES, local_pages, time_pages
from ingest.extract import read_page

if TYPE_CHECKING:
    from pathlib import Path

_NOW = datetime(2026, 11, 1, tzinfo=UTC)
_PAGES = 6
_STRANGERS = {"datasette", "rich", "pyarrow", "pandas", "dateparser", "jinja2", "apscheduler"}


def test_a_page_is_parsed_once() -> None:
    pages = local_pages(_PAGES)
    with mock.patch.object(etree, "fromstring", wraps=etree.fromstring) as parsed:  # all go there
        reads = [read_page(one.body, one.url, None, "text/html", now=_NOW) for one in pages]

    assert all(read.article is not None for read in reads)
    assert parsed.call_count == _PAGES


def test_each_stage_of_a_page_is_timed(tmp_path: Path) -> None:
    told = time_pages(local_pages(_PAGES), tmp_path / "w")

    assert set(STAGES) - set(told) == {"fetch"}
    assert all(spent > 0 for spent in told.values())


def test_a_crawl_loads_no_library_that_only_others_need() -> None:
    code = (
        "import sys, importlib, pkgutil, spiders\n"
        "import ingest.commands.crawl, ingest.pipelines, ingest.middlewares, ingest.pacing\n"
        "for one in pkgutil.iter_modules(spiders.__path__):\n"
        "    importlib.import_module('spiders.' + one.name)\n"
        "from ingest.page_readers import _warm_up; _warm_up()\n"
        f"print(*sorted({_STRANGERS!r} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
