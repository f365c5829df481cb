"""What is done a shorter way for speed gives what the long way gives."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.extract.decision import CUT, decide, explain
from ingest.extract.generic import read_votes
from ingest.extract.links import find_links
from ingest.extract.page import ParsedPage, parse, solid, text_of

PAGES = sorted((Path(__file__).parent / "pages").glob("*/page.html"))
BASES = ("https://a.b/c/d?x#y", "http://a.b", "https://a.b:80/x;y/", "https://a.b/../q/")
PIECES = (
    "/", "//", "..", ".", "a", "#", "?", ";", "=", ":", "http://", "https://", "HTTP://", "b.c",
    "@", "[", "]", "%20", "é", "/./", "\\", "mailto:", "-",
)  # fmt: skip


def page_of(source: bytes, url: str = "https://example.org/a") -> ParsedPage:
    page = parse(source, url, None)
    assert page is not None
    return page


def joined(base: str, href: str) -> str | None:
    """The address as the standard library makes it."""
    try:
        return urldefrag(urljoin(base, href)).url
    except ValueError:
        return None


@given(st.sampled_from(BASES), st.lists(st.sampled_from(PIECES), min_size=1, max_size=7))
def test_an_address_is_what_the_standard_library_makes_of_it(base: str, pieces: list[str]) -> None:
    href = "".join(pieces)
    page = page_of(f'<html><body><a href="{href}">x</a></body></html>'.encode(), base)
    wanted = None if href.startswith("#") else joined(base, href)
    links = [url for url, _ in find_links(page, "")[1]]

    assert links == [url for url in (wanted,) if url and re.match("https?://", url)]


@given(st.text())
def test_solid_leaves_letters_and_digits(text: str) -> None:
    assert solid(text) == "".join(filter(str.isalnum, text))


@given(st.text(min_size=1, max_size=9))
def test_solid_of_a_long_text_is_that_of_its_parts(text: str) -> None:
    assert solid(text * 1001) == solid(text) * 1001


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.parent.name)
def test_letters_and_texts_are_those_of_every_node(path: Path) -> None:
    page = page_of(path.read_bytes())
    for tag in page.tree.iter():
        assert text_of(tag) == " ".join("".join(tag.itertext()).split())
        read = [node.text for node in tag.iter() if node.tag not in {"script", "style"}]
        tails = [node.tail for node in tag.iter() if node is not tag]
        assert page.letters[tag] == len(solid("".join(filter(None, read + tails))))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.parent.name)
def test_all_trees_keep_the_blocks_that_the_first_ones_keep(path: Path) -> None:
    page = page_of(path.read_bytes())
    voted = read_votes(page)
    decision = decide(page, voted)
    asked = {block.text: odds for block, odds in zip(decision.blocks, decision.odds, strict=True)}
    for text, odds in asked.items():
        told = explain(page, voted, text)
        alone = sum(block.text == text for block in decision.blocks) == 1
        if odds is not None and alone:
            assert (odds > CUT) == (sum(part for _, part in told) > CUT)
