"""How many articles a second pass the one write lock, by how many writers at once.

python -m benchmarks.shared_store [--articles 150] [--writers 1 2 4]

Made-up articles of 300 words about the seeds are judged and stored by processes of their own,
which do nothing else: no fetching, no reading of pages. In SQLite and in PostgreSQL, each on this
machine, with every commit written through.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import tempfile
import time
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.extract import PageRead
from ingest.intake import Intake
from ingest.rejudge import before_run
from ingest.workspace import Workspace
from tests.postgres import running
from tests.rows import NOW, article, fetched, gated
from tests.taught import make_workspace, page_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.corpus import Corpus
    from ingest.items import Article

_WORDS = 300


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=150, help="by each writer")
    parser.add_argument("--writers", type=int, nargs="+", default=[1, 2, 4])
    asked = parser.parse_args(arguments)
    for store in ("sqlite", "postgres"):
        for writers in asked.writers:
            with running() if store == "postgres" else nullcontext() as server:
                address = ""
                if server is not None:
                    server.execute("CREATE DATABASE bench")
                    address = server.address("bench")
                seconds, inside_s = _measure(address, writers, asked.articles)
            count = writers * asked.articles
            print(
                f"{store}, {writers} writers: {count / seconds:.0f} articles a second, "
                f"{1000 * inside_s / count:.2f} ms under the lock each"
            )


def _measure(address: str, writers: int, articles: int) -> tuple[float, float]:
    """Seconds of all, and seconds that transactions lasted, the wait for the lock left out."""
    if address:
        os.environ |= {"SEEDBED_STORE": "cluster", "SEEDBED_CLUSTER__DATABASE": address}
    else:
        os.environ.pop("SEEDBED_STORE", None)
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder))
        with closing(Workspace.open(workspace.folder, os.environ).corpus()) as corpus:
            before_run(workspace, corpus, now=NOW)
        context = multiprocessing.get_context("spawn")
        with context.Pool(writers) as pool:
            pool.starmap(_prepare, [(folder, number, 1) for number in range(writers)])
            began = time.perf_counter()
            spent = pool.starmap(_write, [(folder, number, articles) for number in range(writers)])
            return time.perf_counter() - began, sum(spent)


def _prepare(folder: str, number: int, articles: int) -> None:
    """Load what a writer needs, and store one page."""
    _write(folder, number + 100, articles)


def _write(folder: str, number: int, articles: int) -> float:
    workspace = Workspace.open(Path(folder), os.environ)
    rng, inside_s = random.Random(number), 0.0
    with closing(workspace.corpus()) as corpus:
        knowledge = before_run(workspace, corpus, now=NOW)
        run = corpus.start_run(spider="feeds", trigger="command", version="bench", now=NOW)
        intake = Intake(corpus, knowledge, workspace.settings, run)
        words = " ".join(seed.text for seed in workspace.seeds().documents).split()
        urls = [f"https://press{number}.test/{one}-{rng.random()}" for one in range(articles)]
        corpus.offer([gated(url) for url in urls], run=run, now=NOW)
        for url in urls:
            inside_s += _store(corpus, intake, _made_up(url, words, rng))
    return inside_s


def _made_up(url: str, words: list[str], rng: random.Random) -> Article:
    said = rng.choices(words, k=_WORDS)
    paragraphs = [" ".join(said[at : at + 60]) for at in range(0, _WORDS, 60)]
    return article(url, "\n".join(paragraphs), title=" ".join(said[:8]))


def _store(corpus: Corpus, intake: Intake, made_up: Article) -> float:
    """Seconds that it took with the lock in hand."""
    page = fetched(page_of(corpus, made_up.url), made_up.url, body=b"")
    read = PageRead(article=made_up, rejection=None)
    with corpus.transaction():
        began = time.perf_counter()
        intake.take_page(page, read)
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
