"""What every extractor holds to: a new file is tested the moment it exists."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.extract import Extractor, extractors, read_page
from ingest.extract.page import ParsedPage, parse

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
    told = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    shown = re.findall(r"```python\n(.*?)```", told, flags=re.DOTALL)
    source = (ROOT / "ingest" / "extract" / "baku_xeber.py").read_text(encoding="utf-8")

    assert shown
    assert all(part.strip() in source for part in shown)
