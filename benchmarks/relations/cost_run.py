"""One run of the cost benchmark, in a process of its own: folder, documents, of these bulk, batch.

Prints its figures as JSON. CPU times are in ms a document, memory in MB, the rest is in bytes.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from array import array
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.relations.make_texts import MadeText, make_text
from ingest.comparing import Comparer
from ingest.corpus import Corpus
from ingest.corpus.fingerprints import FROM
from ingest.items import Article, Relevance
from ingest.relations import fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from ingest.items import Kin

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)
ROWS_A_TEXT = 54  # hashes chosen of a made text, on average
PARTS = ("hash", "look-up", "verify", "insert", "commit")

_BULK_FROM = 10_000_000  # number of the first document of the bulk
_BUCKETS = 1024
_FIRST_ANSWER = """
import json, sys, time
from pathlib import Path
from benchmarks.relations.cost_run import Clock, Watched
from ingest.comparing import Comparer
from ingest.relations import fingerprint
text = sys.stdin.read()
Watched.clock = Clock()
wall, cpu = time.perf_counter(), time.process_time()
kin = Comparer(Watched(Path(sys.argv[1]))).kin_of(0, "", text, fingerprint(text))
assert kin
print(json.dumps([1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)]))
"""


class Clock:
    """CPU time by part, in seconds."""

    def __init__(self) -> None:
        self.spent = defaultdict[str, float](float)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        started = time.process_time()
        try:
            yield
        finally:
            self.spent[name] += time.process_time() - started


class Watched(Corpus):
    """A corpus that tells how long its look-ups take.

    The documents of the bulk have no texts: where a hash in common leads to one, its size is told
    after it was asked for, and its text is another than any made one.
    """

    clock: Clock

    def text_of(self, page: int) -> Article | None:
        return _text_of_bulk() if page >= _BULK_FROM else super().text_of(page)

    def candidates(self, selected: Collection[int]) -> list[tuple[int, int, int | None]]:
        with self.clock.part("look-up"):
            return super().candidates(selected)

    def _sample_sizes(self, pages: Collection[int]) -> dict[int, int]:
        bulk = {page: ROWS_A_TEXT for page in pages if page >= _BULK_FROM}
        return super()._sample_sizes(pages) | bulk


@cache
def _text_of_bulk() -> Article:
    return _article(replace(make_text(next(_originals())), number=_BULK_FROM))


def _originals() -> Iterator[int]:
    return (number for number in count(_BULK_FROM) if make_text(number).original is None)


@dataclass(slots=True, kw_only=True)
class Found:
    """What was found of what was put there."""

    cuts: int = 0
    recalled: int = 0
    wrong: int = 0
    related: dict[int, int] = field(default_factory=dict)  #: original of each cut

    def judge(self, made: MadeText, kin: Iterable[Kin]) -> None:
        others = {one.document for one in kin}
        if made.original is not None:
            self.cuts += 1
            self.recalled += made.original in others
            self.related[made.number] = made.original
        family = made.original or made.number
        self.wrong += sum(self.related.get(one, one) != family for one in others)


@dataclass(slots=True, kw_only=True)
class Run:
    """Made texts on their way into a corpus."""

    corpus: Watched
    batch: int
    is_indexed: bool = True  #: False: texts alone, to know what these cost
    found: Found = field(default_factory=Found)
    clock: Clock = field(default_factory=Clock)
    comparer: Comparer = field(init=False)
    wal_bytes: int = 0  #: at most

    def __post_init__(self) -> None:
        self.corpus.clock = self.clock
        self.comparer = Comparer(self.corpus)

    def take(self, numbers: range) -> None:
        for start in range(numbers.start, numbers.stop, self.batch):
            texts = [make_text(n) for n in range(start, min(start + self.batch, numbers.stop))]
            pages = enter_pages(self.corpus, texts)
            self._store(texts, pages)
            wal = self.corpus.path.with_name(f"{self.corpus.path.name}-wal")
            self.wal_bytes = max(self.wal_bytes, wal.stat().st_size)

    def _store(self, texts: list[MadeText], pages: list[int]) -> None:
        clock = self.clock
        transaction = self.corpus.transaction()
        with clock.part("commit"):
            transaction.__enter__()
        for made, page in zip(texts, pages, strict=True):
            self._take_one(made, page)
        with clock.part("commit"):
            transaction.__exit__(None, None, None)

    def _take_one(self, made: MadeText, page: int) -> None:
        clock, corpus = self.clock, self.corpus
        kin: tuple[Kin, ...] = ()
        with clock.part("hash"):
            mark = fingerprint(made.text)
        if self.is_indexed:
            with clock.part("look-up and verify"):
                kin = self.comparer.kin_of(page, _key(made), made.text, mark, address=_key(made))
        with clock.part("text"):
            store_text(corpus, made, page, len(mark.selected))
        if self.is_indexed:
            with clock.part("insert"):
                corpus.add(page, mark.selected)
                corpus.store_edges(page, kin)
            self.found.judge(made, kin)


def enter_pages(corpus: Corpus, texts: Sequence[MadeText]) -> list[int]:
    """The addresses of texts, as a crawl would have entered them; page numbers as the texts'."""
    with corpus.transaction():
        corpus._many(  # noqa: SLF001 - many addresses at the price of none
            "INSERT INTO pages (id, key, url, outlet, outcome, reason, found_by, first_seen, run) "
            "VALUES (?, ?, ?, 'made.example', 'waiting', '', 'feeds', '2025-07-01T00:00:00Z', 1)",
            [(made.number, _key(made), _url(made)) for made in texts],
        )
    return [made.number for made in texts]


def store_text(corpus: Corpus, made: MadeText, page: int, sample_size: int) -> None:
    corpus.store_text(
        page,
        _article(made),
        canonical_key=_key(made), relevance=Relevance(score=0.9, threshold=0.5), is_related=True,
        sample_size=sample_size, why="made", run=1, now=NOW,
    )  # fmt: skip


def open_corpus(path: Path) -> Watched:
    corpus = Watched(path)
    corpus.start_run(spider="feeds", trigger="command", version="made", now=NOW)
    corpus.touch_outlet("made.example", now=NOW)
    return corpus


def fill_bulk(corpus: Watched, documents: int) -> None:
    """Fill the last two levels with random hashes of as many documents, in order."""
    rng = random.Random("bulk")
    buckets = max(1, min(_BUCKETS, documents // 500))
    width = (1 << 32) // buckets
    hot = min(Corpus.hot_rows, documents * ROWS_A_TEXT // 4)
    for level, rows in (("fingerprints", documents * ROWS_A_TEXT - hot), ("fingerprints_hot", hot)):
        for bucket in range(buckets):
            drawn = array("Q", rng.randbytes(8 * (rows // buckets)))
            low = bucket * width - (1 << 31)
            hashes = sorted(low + value % width for value in drawn)
            with corpus.transaction():
                corpus._many(  # noqa: SLF001 - not one by one
                    f"INSERT OR IGNORE INTO {level} VALUES (?, ?)",
                    [(one, _BULK_FROM + rng.randrange(documents)) for one in hashes],
                )
    with corpus.transaction():
        corpus._set_merged(hot, FROM)  # noqa: SLF001 - as if it had come there row by row


def index_bytes(corpus: Corpus) -> int:
    """Bytes of the file that the index takes: what would be free without it."""
    run: Any = corpus._run  # noqa: SLF001
    before = run("PRAGMA freelist_count").fetchone()[0]
    run("BEGIN IMMEDIATE")
    for level in ("fingerprints", "fingerprints_hot", "fingerprints_fresh"):
        run(f"DELETE FROM {level}")
    after = run("PRAGMA freelist_count").fetchone()[0]
    run("ROLLBACK")
    return int(after - before) * int(run("PRAGMA page_size").fetchone()[0])


def written_bytes() -> int:
    """What this process handed to the kernel to write."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["wchar"])


def rss_mb() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def text_alone(folder: Path, batch: int, documents: int) -> tuple[float, float]:
    """CPU ms and bytes written of a commit that holds a text and nothing else, a document."""
    run = Run(corpus=open_corpus(folder / "alone.db"), batch=batch, is_indexed=False)
    before = written_bytes()
    run.take(range(1, documents + 1))
    run.corpus.close()
    spent_ms = 1000 * run.clock.spent["commit"]
    return spent_ms / documents, (written_bytes() - before) / documents


def first_answer(path: Path, text: str) -> tuple[float, float]:
    """Wall and CPU ms from opening the corpus to the first answer, the modules being loaded."""
    told = subprocess.run(
        [sys.executable, "-c", _FIRST_ANSWER, str(path)],
        input=text, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    wall_ms, cpu_ms = json.loads(told.stdout)
    return wall_ms, cpu_ms


def by_part(spent: Mapping[str, float], documents: int) -> dict[str, float]:
    """Ms a document."""
    told = {name: 1000 * seconds / documents for name, seconds in spent.items()}
    told["verify"] = told.pop("look-up and verify") - told["look-up"]
    return told


def measure(folder: Path, documents: int, bulk: int, batch: int) -> dict[str, float]:
    commit_alone, bytes_alone = text_alone(folder, batch, min(1000, documents - bulk))
    before = rss_mb()
    corpus = open_corpus(folder / "corpus.db")
    if bulk:
        fill_bulk(corpus, bulk)
    made = documents - bulk
    tenth = max(1, made // 10)
    run = Run(corpus=corpus, batch=batch)
    run.take(range(1, made - tenth + 1))
    first, written = run.clock.spent.copy(), written_bytes()
    run.take(range(made - tenth + 1, made + 1))
    last_bytes = (written_bytes() - written) / tenth
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    whole = by_part(run.clock.spent, made)
    last = by_part({name: run.clock.spent[name] - first[name] for name in first}, tenth)
    for told in (whole, last):
        told["commit"] = max(0.0, told["commit"] - commit_alone)  # it may be lost in the noise
        told["total"] = sum(told[part] for part in PARTS)
    held = index_bytes(corpus)
    corpus.close()
    wall_ms, cpu_ms = first_answer(corpus.path, make_text(made // 2).text)
    return {
        "documents": documents, "made": made, "batch": batch,
        **{f"all_{name}": value for name, value in whole.items()},
        **{f"last_{name}": value for name, value in last.items()},
        "commit_of_text": commit_alone, "recall": run.found.recalled / max(run.found.cuts, 1),
        "cuts": run.found.cuts, "wrong": run.found.wrong, "extra_mb": peak - before,
        "index_bytes": held / documents, "wal_bytes": run.wal_bytes,
        "written_bytes": last_bytes - bytes_alone, "written_bytes_of_text": bytes_alone,
        "restart_ms": wall_ms, "restart_cpu_ms": cpu_ms,
    }  # fmt: skip


def _article(made: MadeText) -> Article:
    return Article(
        url=_url(made), title=made.title, text=made.text, published=NOW, extractor="made"
    )


def _url(made: MadeText) -> str:
    return f"https://made.example/{made.number}.html"


def _key(made: MadeText) -> str:
    return f"made.example/{made.number}.html"


if __name__ == "__main__":
    place, *counts = sys.argv[1:]
    print(json.dumps(measure(Path(place), *map(int, counts))))
