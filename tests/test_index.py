"""The index of fingerprints in SQLite, at every level of it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.corpus import Corpus
from ingest.corpus.fingerprints import INDEXED_ROWS
from ingest.intake import Intake
from ingest.items import Outcome
from ingest.relations import fingerprint
from ingest.relations.shingles import WINDOW, _winnow
from tests.levels import Crowded, Shallow, hashes_of
from tests.rows import NOW, article, fetched
from tests.test_intake import open_intake, prose, read

if TYPE_CHECKING:
    from pathlib import Path

TRIES = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def indexed(corpus: Corpus) -> list[tuple[int, int]]:
    rows = corpus._rows(f"SELECT hash, document FROM {INDEXED_ROWS} ORDER BY 1, 2")
    return [(row["hash"], row["document"]) for row in rows]


STEPS = st.lists(
    st.tuples(st.integers(1, 12), st.frozensets(st.integers(0, 60), min_size=1, max_size=9)),
    max_size=40,
)


@TRIES
@given(steps=STEPS, asked=st.frozensets(st.integers(0, 60), min_size=1))
def test_it_holds_what_was_added_and_not_forgotten(
    tmp_path: Path, steps: list[tuple[int, frozenset[int]]], asked: frozenset[int]
) -> None:
    path = tmp_path / "corpus.db"
    path.unlink(missing_ok=True)
    held: dict[int, frozenset[int]] = {}
    with closing(Shallow(path)) as corpus:
        for document, hashes in steps:  # met again, it is another wording
            with corpus.transaction():
                corpus.unindex(document, held.get(document, frozenset()))
                corpus.add(document, hashes)
            held[document] = hashes
        expected = Counter(
            one for one, hashes in held.items() for value in hashes if value in asked
        )

        assert indexed(corpus) == sorted((h, one) for one, hashes in held.items() for h in hashes)
        assert {one: shared for one, shared, _ in corpus.candidates(asked)} == expected
        assert corpus.holders(asked) == expected.keys()
        with closing(Corpus(path, readonly=True)) as reader:
            assert {one: shared for one, shared, _ in reader.candidates(asked)} == expected


def test_every_level_comes_to_be_used_and_is_merged_in_the_end(tmp_path: Path) -> None:
    with closing(Shallow(tmp_path / "corpus.db")) as corpus:
        fill(corpus, 61)
        levels = [
            corpus._value(f"SELECT count(*) FROM {name}")
            for name in ("fingerprints_fresh", "fingerprints_hot", "fingerprints")
        ]
        before = indexed(corpus)
        corpus.settle_index()

        assert all(levels), levels
        assert levels[1] <= Shallow.hot_rows + Shallow.fresh_rows + 8
        assert corpus._value("SELECT count(*) FROM fingerprints") == len(before)
        assert indexed(corpus) == before


def fill(corpus: Corpus, documents: int, *, start: int = 1) -> None:
    for document in range(start, start + documents):
        with corpus.transaction():
            corpus.add(document, hashes_of(document))


def test_what_is_rolled_back_is_not_looked_up(tmp_path: Path) -> None:
    with closing(Corpus(tmp_path / "corpus.db")) as corpus:
        fill(corpus, 1)
        with pytest.raises(ZeroDivisionError):
            add_and_fail(corpus)

        assert corpus.candidates([1]) == []
        assert corpus.candidates(hashes_of(1)) == [(1, 8, None)]


def add_and_fail(corpus: Corpus) -> None:
    with corpus.transaction():
        corpus.add(2, [1, 2, 3])
        assert corpus.candidates([1]) == [(2, 1, None)]
        raise ZeroDivisionError


def test_what_another_process_adds_and_merges_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    with closing(Corpus(path)) as one, closing(Corpus(path)) as other:
        fill(one, 2)
        fill(other, 1, start=3)

        assert one.candidates(hashes_of(3)) == [(3, 8, None)]
        other.settle_index()
        assert one.candidates(hashes_of(1)) == [(1, 8, None)]
        with one.transaction():
            one.unindex(1, hashes_of(1))
        assert other.candidates(hashes_of(1)) == []


def test_a_seed_is_forgotten_whole(tmp_path: Path) -> None:
    with closing(Corpus(tmp_path / "corpus.db")) as corpus, corpus.transaction():
        corpus.add(-1, [1, 2, 3])
        corpus.add(-2, [3, 4])
        assert corpus.candidates([3]) == [(-2, 1, None), (-1, 1, None)]
        corpus.unindex(-1, [])

        assert corpus.candidates([1, 2, 3]) == [(-2, 1, None)]


@TRIES
@given(sequence=st.lists(st.integers(0, 40), max_size=90))
def test_the_smallest_of_every_window_is_chosen(sequence: list[int]) -> None:
    windows = [sequence[at : at + WINDOW] for at in range(max(1, len(sequence) - WINDOW + 1))]

    assert _winnow(sequence) == {min(window) for window in windows if window}


# Killed anywhere ---------------------------------------------------------------------------------

WRITER = """
import random, sys
from pathlib import Path
from tests.levels import Shallow, hashes_of
corpus = Shallow(Path(sys.argv[1]))
rng = random.Random(int(sys.argv[2]))
while True:
    document = rng.randint(1, 400)
    with corpus.transaction():
        if corpus.state(f"held {document}"):
            corpus.unindex(document, hashes_of(document))
            corpus.set_state(f"held {document}", "")
        else:
            corpus.add(document, hashes_of(document))
            corpus.set_state(f"held {document}", "yes")
"""


def test_killed_at_any_moment_no_document_is_lost_doubled_or_halved(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    Corpus(path).close()
    rng = random.Random(5)
    sizes = []
    for kill in range(8):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(kill)])
        wait_for_writes(path)
        time.sleep(rng.uniform(0.0, 0.15))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        with closing(Corpus(path)) as corpus:
            held = [number for number in range(1, 401) if corpus.state(f"held {number}")]
            sizes.append(len(held))
            expected = sorted((value, one) for one in held for value in hashes_of(one))
            assert indexed(corpus) == expected
            assert corpus.damage() == []
            for one in held[::7]:
                assert corpus.candidates(hashes_of(one)) == [(one, 8, None)]

    assert len(set(sizes)) > 4, "the writers were killed before they wrote"


def wait_for_writes(path: Path) -> None:
    with closing(Corpus(path, readonly=True)) as corpus:
        before = corpus.written_by_others()
        while corpus.written_by_others() == before:
            time.sleep(0.01)


# Very many copies --------------------------------------------------------------------------------


def take(intake: Intake, number: int, text: str, *, day: int = 3) -> Outcome:
    url = f"https://www.outlet{number}.com/a/{number}.html"
    at = NOW.replace(day=day)
    with intake.corpus.transaction():
        intake.corpus._run(
            "INSERT OR IGNORE INTO outlets (id, first_seen, last_seen) VALUES (?, '', '')",
            (f"outlet{number}.com",),
        )
        intake.corpus._run(
            "INSERT INTO pages (id, key, url, outlet, outcome, reason, found_by, first_seen, run) "
            "VALUES (?, ?, ?, ?, 'waiting', '', 'feeds', '2025-07-01T00:00:00Z', ?)",
            (number, url[12:], url, f"outlet{number}.com", intake.run),
        )
    judged = intake.take_page(fetched(number, url), read(article(url, text, published=at)))
    return judged.outcome


WIRE = prose(7)


def variant(number: int) -> str:
    return f"{WIRE}\nOutlet number {number} added this sentence of its own to what baku sent."


@pytest.fixture
def intake(tmp_path: Path) -> Intake:
    return open_intake(tmp_path / "corpus.db")


def test_a_crowded_hash_gives_the_first_few_and_the_leader(intake: Intake) -> None:
    corpus = intake.corpus
    assert take(intake, 900, WIRE, day=1) == Outcome.ARTICLE
    assert take(intake, 20, variant(20)) == Outcome.COPY
    mark = fingerprint(WIRE)
    fill_from = [*range(1, 20), *range(21, 260)]
    with corpus.transaction():
        for document in fill_from:
            corpus.add(document, mark.selected)
    found = {document: shared for document, shared, _ in corpus.candidates(mark.selected)}

    assert corpus.is_crowded(mark.selected)
    assert len(found) <= 17
    assert found.keys() >= set(range(1, 16))
    assert corpus.holders(mark.selected) == {*fill_from, 20, 900}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_wire_story_with_very_many_copies_is_one_family_whatever_came_first(
    tmp_path: Path, seed: int
) -> None:
    usual = open_intake(tmp_path / "corpus.db")
    corpus = Crowded(tmp_path / "corpus.db")
    intake = Intake(corpus, usual.knowledge, usual.settings, usual.run)
    numbers = list(range(1, 41))
    random.Random(seed).shuffle(numbers)
    # The earliest two come last: neither is among the first few that hold a hash.
    early = [41, 42] if seed == 1 else [42, 41]
    for number in [*numbers, *early]:
        day = {41: 1, 42: 2}.get(number, 3)
        text = WIRE if number % 2 else variant(number)
        take(intake, number, text, day=day)
    rows = intake.corpus._rows("SELECT page, copies FROM articles")

    assert rows == [{"page": 41, "copies": 41}]
    assert intake.corpus._value("SELECT count(*) FROM edges") < 42 * 41 / 2
