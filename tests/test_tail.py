"""Following a corpus as it grows, and as it is replaced."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.corpus import Corpus
from ingest.corpus.selection import Selection
from ingest.errors import CorpusError
from ingest.tailing import Tail
from tests.filled import add_article, add_page, fill
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Corpus]:
    (tmp_path / "seeds").mkdir()
    corpus = fill(tmp_path / "corpus.db")
    yield corpus
    corpus.close()


def add(corpus: Corpus, number: int, **more: str) -> None:
    with corpus.transaction():
        add_page(corpus, number, outlet="third.test", outcome="article", article=number)
        add_article(corpus, number, title=f"Article {number}", outlet="third.test", **more)


def numbers(found: list[dict[str, object]]) -> list[object]:
    return [row["id"] for row in found]


def test_each_article_comes_once(filled: Corpus) -> None:
    tail = Tail(path=filled.path)
    assert numbers(tail.begin(1)) == [2]
    assert tail.look() == ([], False)

    add(filled, 10)
    add(filled, 11)
    came, is_another = tail.look()
    assert (numbers(came), is_another) == ([10, 11], False)
    assert tail.look() == ([], False)


def test_what_the_filter_leaves_out_does_not_come_later(filled: Corpus) -> None:
    tail = Tail(path=filled.path, only=Selection(languages=("az",)))
    assert tail.begin(9) == []
    add(filled, 10)
    assert tail.look() == ([], False)
    add(filled, 11, language="az")

    assert numbers(tail.look()[0]) == [11]


def test_a_corpus_that_was_restored_is_followed_from_what_it_holds(filled: Corpus) -> None:
    older = filled.path.with_name("older.db")
    filled._raw.execute("VACUUM INTO ?", (str(older),))
    tail = Tail(path=filled.path)
    add(filled, 10)
    tail.begin(0)
    filled.close()
    older.replace(filled.path)
    came, is_another = tail.look()

    assert (came, is_another, tail.number) == ([], True, 2)
    with_more = Corpus(filled.path)
    add(with_more, 8)
    with_more.close()
    assert numbers(tail.look()[0]) == [8]


def test_a_corpus_that_is_away_is_an_error_and_nothing_is_forgotten(filled: Corpus) -> None:
    tail = Tail(path=filled.path)
    tail.begin(0)
    add(filled, 10)
    filled.close()
    away = filled.path.rename(filled.path.with_name("away.db"))
    with pytest.raises((CorpusError, OSError)):
        tail.look()

    away.rename(filled.path)
    assert numbers(tail.look()[0]) == [10]


@pytest.fixture
def heeded() -> Iterator[None]:
    """Ctrl-C heeded by what is started: a shell has what it runs behind itself ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeded")
def test_the_command_follows_until_it_is_interrupted(filled: Corpus, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest", "tail", "-n", "1", "--every", "0.1", "--json"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    add(filled, 10)
    second = json.loads(process.stdout.readline())
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE_S)

    assert (first["id"], second["id"], process.returncode) == (2, 10, 130)
    assert "Traceback" not in said
