"""Fixtures that several test modules share."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from ingest.corpus import Corpus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


# No test asks the outlets of the world, though seeds and catalogue name them; crawls inherit it.
os.environ.setdefault("SEEDBED_DISCOVERY__PROPOSALS", "off")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests that take minutes")


@pytest.hookimpl(trylast=True)  # after the shuffle
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: "long" not in item.keywords)  # none is left alone at the end
    if config.getoption("--slow"):
        return
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="takes minutes; run with --slow"))


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    opened = Corpus(tmp_path / "corpus.db", timeout_s=0.2)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner
