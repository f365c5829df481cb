"""What every extractor holds to: a new file is tested the moment it exists."""

from __future__ import annotations

import importlib
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import ingest.extract
from ingest.checkup import checkup
from ingest.extract import Extractor, extractors, read_page, unusable_extractors
from ingest.extract.page import ParsedPage, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PAGES = Path(__file__).parent / "pages"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FOR_SITES = [one for one in extractors() if one.priority > 0]


def golden_of(name: str) -> list[Path]:
    """The golden pages that name an extractor as theirs."""
    folders = sorted(folder for folder in PAGES.iterdir() if folder.is_dir())
    said = {folder: json.loads((folder / "expected.json").read_text()) for folder in folders}
    return [folder for folder in folders if said[folder].get("extractor") == name]


def parsed(folder: Path, url: str = "") -> ParsedPage:
    meta = json.loads((folder / "meta.json").read_text())
    page = parse((folder / "page.html").read_bytes(), url or meta["url"], meta["encoding"])
    assert page is not None
    return page


@pytest.mark.parametrize("one", FOR_SITES, ids=lambda one: one.name)
def test_an_extractor_for_a_site_has_a_golden_page_and_reads_it(one: Extractor) -> None:
    folders = golden_of(one.name)

    assert folders, f"no page in tests/pages is said to be read by {one.name}"
    for folder in folders:
        meta = json.loads((folder / "meta.json").read_text())
        read = read_page((folder / "page.html").read_bytes(), meta["url"], None, None, now=NOW)
        assert one.extract(parsed(folder)) is not None
        assert read.article is not None
        assert read.article.extractor.startswith(f"{one.name} · ")


@pytest.mark.parametrize("one", FOR_SITES, ids=lambda one: one.name)
def test_an_extractor_for_a_site_leaves_other_sites_alone(one: Extractor) -> None:
    own = golden_of(one.name)
    others = [f for f in PAGES.iterdir() if (f / "page.html").exists() and f not in own]

    assert all(one.extract(parsed(folder)) is None for folder in others)
    assert all(one.extract(parsed(folder, "https://else.test/a")) is None for folder in own)


@pytest.mark.parametrize("one", FOR_SITES, ids=lambda one: one.name)
def test_a_page_of_the_site_that_is_built_otherwise_is_left_to_the_next(one: Extractor) -> None:
    for folder in golden_of(one.name):
        url = parsed(folder).url
        bare = parse(b"<html><body><p>Only a moment, please.</p></body></html>", url, None)
        assert bare is not None
        assert one.extract(bare) is None


@pytest.mark.parametrize("one", extractors(), ids=lambda one: one.name)
def test_an_extractor_leaves_the_tree_as_it_was_and_reads_it_twice_alike(one: Extractor) -> None:
    from lxml import etree

    for folder in golden_of(one.name) or sorted(PAGES.iterdir())[:4]:
        page = parsed(folder)
        before = etree.tostring(page.tree)
        first = one.extract(page)

        assert etree.tostring(page.tree) == before
        assert one.extract(page) == first


def test_the_page_on_extending_shows_the_example_as_it_is() -> None:
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    told = page.partition("## A search service")[0]
    shown = re.findall(r"```python\n(.*?)```", told, flags=re.DOTALL)
    source = (ROOT / "ingest" / "extract" / "baku_xeber.py").read_text(encoding="utf-8")

    assert shown
    assert all(part.strip() in source for part in shown)


FAULTY = {
    "broken.py": "PRIORITY = 50\ndef extract(page:\n",
    "raising.py": "PRIORITY = 40\ndef extract(page):\n    return page.no_such_thing\n",
    "given_a_text.py": "PRIORITY = 30\ndef extract(page):\n    return 'a text'\n",
    "nameless.py": "def extract(page):\n    return None\n",
    "misspelt.py": "PRIORTY = 20\ndef extract(page):\n    return None\n",
    "worded.py": "PRIORITY = 'high'\ndef extract(page):\n    return None\n",
    "empty_handed.py": "PRIORITY = 10\ndef extrakt(page):\n    return None\n",
    "tools.py": "LIMIT = 3\n",
}


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[None]:
    """The cascade with mistakes in it."""
    for name, source in FAULTY.items():
        (tmp_path / name).write_text(source, "utf-8")
    ingest.extract.__path__.append(str(tmp_path))
    importlib.invalidate_caches()
    extractors.cache_clear()
    yield
    ingest.extract.__path__.pop()
    extractors.cache_clear()
    for name in FAULTY:
        sys.modules.pop(f"ingest.extract.{name.removesuffix('.py')}", None)


@pytest.mark.usefixtures("faulty")
def test_a_mistake_in_one_extractor_costs_no_page_and_is_named_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = golden_of("baku_xeber")[0]
    meta = json.loads((folder / "meta.json").read_text())
    body = (folder / "page.html").read_bytes()
    with caplog.at_level("WARNING"):
        reads = [read_page(body, meta["url"], None, None, now=NOW) for _ in range(2)]

    assert all(read.article is not None for read in reads)
    raised = [one for one in caplog.records if one.message == "extractor raised"]
    left_out = [one for one in caplog.records if one.message == "extractor left out"]
    assert len(raised) == 2
    assert len(left_out) == len(unusable_extractors())


@pytest.mark.usefixtures("faulty")
def test_every_file_that_should_be_an_extractor_and_is_none_is_named(tmp_path: Path) -> None:
    told = dict(said.split(": ", 1) for said in unusable_extractors())

    assert sorted(told) == [
        "broken.py", "empty_handed.py", "misspelt.py", "nameless.py", "worded.py"
    ]  # fmt: skip
    assert told["broken.py"].startswith("SyntaxError")
    assert told["misspelt.py"] == "has PRIORTY, but no PRIORITY"
    found = [one for one in checkup(tmp_path, {}, now=NOW) if one.subject == "extractors"]
    assert len(found) == 5
    assert {one.state for one in found} == {"bad"}


def test_no_file_of_ours_is_named_a_faulty_extractor() -> None:
    assert unusable_extractors() == []
