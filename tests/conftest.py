"""Fixtures that several test modules share."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from ingest.corpus import Corpus
from tests.postgres import (
    corpus_of_postgres,
    database,
    databases_given_back,
    instead_of_files,
    postgres,
    stores_of,
)

__all__ = ["corpus_of_postgres", "database", "postgres"]  # fixtures

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


# A machine that has much to do fails nothing by being slow.
settings.register_profile("seedbed", deadline=None)
settings.load_profile("seedbed")

# No test asks the outlets of the world, though seeds and catalogue name them; crawls inherit it.
os.environ.setdefault("SEEDBED_DISCOVERY__PROPOSALS", "off")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests that take minutes")
    parser.addoption(
        "--store", choices=["sqlite", "postgres"], default="sqlite", help="of every workspace made"
    )


@pytest.fixture(scope="session")
def store(request: pytest.FixtureRequest) -> str:
    """Of every workspace that is made; tests of both are run with either."""
    return str(request.config.getoption("--store"))


@pytest.fixture(scope="module", autouse=True)
def _store_of_workspaces(store: str, request: pytest.FixtureRequest) -> Iterator[None]:
    if store == "sqlite":
        yield
        return
    with instead_of_files(request.getfixturevalue("postgres")):
        yield


@pytest.fixture(autouse=True)
def _own_databases(_store_of_workspaces: None) -> Iterator[None]:
    with databases_given_back():
        yield


@pytest.hookimpl(trylast=True)  # after the shuffle
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: "long" not in item.keywords)  # none is left alone at the end
    is_slow_run = config.getoption("--slow")
    for item in items:
        if "slow" not in item.keywords:
            continue
        if is_slow_run:
            item.add_marker(pytest.mark.timeout(3600))
        else:
            item.add_marker(pytest.mark.skip(reason="takes minutes; run with --slow"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if stores := stores_of(metafunc):
        metafunc.parametrize("store", stores, scope="module")


@pytest.fixture
def corpus(tmp_path: Path, store: str, request: pytest.FixtureRequest) -> Iterator[Corpus]:
    opened: Corpus
    if store == "sqlite":
        opened = Corpus(tmp_path / "corpus.db", timeout_s=0.2)
    else:
        address = request.getfixturevalue("database")
        from ingest.corpus.postgres.store import SharedCorpus

        opened = SharedCorpus(address, timeout_s=0.2)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner
