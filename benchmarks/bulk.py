"""Bulk reading: pages a second by processes, and a cluster whose workers are killed.

    python -m benchmarks.bulk --pages 600 --rounds 1
    python -m benchmarks.bulk --kills 4 --shards 60

The first reads an archive of the demo's texts again in the old way (one process reads, one judges)
and over shards with 1 and 2 processes, in turns. The second does so with 3 dask workers on
loopback, of which some are killed while they work, and compares every row with a quiet run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import statistics
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.archive import Archive
from ingest.bulk.crew import HomeCrew
from ingest.bulk.rereading import ShardedReadings, reading_alone
from ingest.bulk.shards import holding, sweep
from ingest.bulk.telling import Teller
from ingest.extract import read_page
from ingest.intake import Intake
from ingest.reextract import reextract
from ingest.rejudge import before_run
from ingest.workspace import Workspace
from tests.rows import NOW, fetched, gated
from tests.taught import Print, all_prints, make_workspace, page_of, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ingest.bulk.crew import Crew

_FURNITURE = "".join(
    f'<li><a href="/section-{number}">Section {number} of the paper, with a teaser</a></li>'
    for number in range(120)
)


def prints(number: int) -> Iterator[Print]:
    """Pages with their own words each, so that few are copies of others."""
    texts = all_prints()
    for count in range(number):
        one = texts[count % len(texts)]
        own = tuple(f"{line} It was note {count} of day {count % 97}." for line in one.paragraphs)
        yield replace(one, url=f"http://outlet{count % 40}.test/{count}", paragraphs=own)


def build(folder: Path, pages: int) -> None:
    """A workspace whose archive holds so many pages, read by an older version."""
    workspace = make_workspace(folder)
    with closing(workspace.corpus()) as corpus:
        knowledge = before_run(workspace, corpus, now=NOW)
        run = corpus.start_run(spider="feeds", trigger="command", version="bench", now=NOW)
        intake = Intake(corpus, knowledge, workspace.settings, run)
        archive = Archive(workspace.settings.archive_path, run=run, spider="feeds")
        for count, one in enumerate(prints(pages)):
            body = one.body.replace(b"<article>", f"<ul>{_FURNITURE}</ul><article>".encode())
            corpus.offer([gated(one.url)], run=run, now=NOW)
            offset = archive.append(
                url=one.url, status=200, headers=[("Content-Type", "text/html; charset=utf-8")],
                body=body, fetched_at=NOW,
            )  # fmt: skip
            page = fetched(
                page_of(corpus, one.url), one.url, body=body, warc=archive.name,
                warc_offset=offset, encoding="utf-8",
            )  # fmt: skip
            read = read_page(body, one.url, "utf-8", "text/html", now=NOW)
            if read.article is not None and count % 10 == 0:
                text = read.article.text.rpartition("\n")[0] or read.article.text
                read = replace(read, article=replace(read.article, text=text, extractor="old"))
            intake.take_page(page, read)
        archive.close()
        corpus.finish_run(run, outcome="finished", requests=0, message=None, now=NOW)


def again(
    folder: Path, crew: Callable[[], Crew] | None, *, most_pages: int | None = None
) -> tuple[float, Teller]:
    """Seconds to read it all again; without a crew in the old way, by one process."""
    workspace = reading_alone(Workspace.open(folder, {}))
    teller, shards = Teller(stream=None), folder / "shards"
    began = time.monotonic()
    with closing(workspace.corpus()) as corpus, holding(shards):
        readings = crew and ShardedReadings(
            workspace=workspace, corpus=corpus, folder=shards, crew=crew, teller=teller,
            is_stopped=lambda: False, most_pages=most_pages,
        )  # fmt: skip
        told = reextract(workspace, corpus, now=NOW, readings=readings)
        seconds = time.monotonic() - began
        sweep(shards, is_all=True)  # as a command does
    assert told.corrected
    return seconds, teller


def rows_of(folder: Path) -> str:
    """A digest of every row that can be exported."""
    with closing(Workspace.open(folder, {}).corpus()) as corpus:
        whole = json.dumps([corpus.everything(), snapshot(corpus)], default=str)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def speeds(folder: Path, pages: int, rounds: int) -> dict[str, Any]:
    """Pages a second: the old way, one process and two, in turns; and whether all rows agree."""
    ways: dict[str, int] = {"one process, no shards": 0, "1 process": 1, "2 processes": 2}
    rates: dict[str, list[float]] = {way: [] for way in ways}
    digests = set()
    for turn in range(rounds):
        for way, processes in ways.items():
            copy = shutil.copytree(folder, folder.with_name(f"{turn}-{processes}"))
            if processes:
                with closing(HomeCrew(processes)) as crew:
                    seconds, _ = again(copy, lambda crew=crew: crew)  # type: ignore[misc]
            else:
                seconds, _ = again(copy, None)
            rates[way].append(pages / seconds)
            digests.add(rows_of(copy))
            shutil.rmtree(copy)
    told: dict[str, Any] = {way: round(statistics.median(rate), 1) for way, rate in rates.items()}
    return told | {"all rows agree": len(digests) == 1}


def kills(folder: Path, pages: int, shards: int, number: int) -> dict[str, Any]:
    """What is left of a pass over a cluster whose workers are killed."""
    import distributed

    from ingest.bulk.dask_crew import DaskCrew

    quiet, shaken = (
        shutil.copytree(folder, folder.with_name(name)) for name in ("quiet", "shaken")
    )
    again(quiet, None)
    made: list[str] = []
    open_cluster: Any = distributed.LocalCluster
    with (
        open_cluster(n_workers=3, threads_per_worker=1, dashboard_address=None) as cluster,
        closing(DaskCrew(cluster.scheduler_address)) as crew,
    ):
        done = threading.Event()
        killer = threading.Thread(target=_kill_now_and_then, args=(cluster, number, done, made))
        killer.start()
        seconds, teller = again(shaken, lambda: crew, most_pages=-(-pages // shards))
        done.set()
        killer.join()
    return {
        "shards": teller.shards, "pages": teller.pages, "kills": len(made),
        "pages/s": round(pages / seconds, 1),
        "rows equal to the quiet run": rows_of(quiet) == rows_of(shaken),
        "files left": len(list(shaken.glob("shards/**/*"))),
    }  # fmt: skip


def _kill_now_and_then(cluster: Any, number: int, done: threading.Event, killed: list[str]) -> None:
    while len(killed) < number and not done.wait(2.0):
        pids = [nanny.pid for nanny in cluster.workers.values() if nanny.pid]
        if pids:
            os.kill(pids[len(killed) % len(pids)], signal.SIGKILL)
            killed.append(str(pids))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--shards", type=int, default=60)
    parser.add_argument("--kills", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room) / "workspace"
        build(folder, asked.pages)
        if asked.kills:
            told = kills(folder, asked.pages, asked.shards, asked.kills)
        else:
            told = speeds(folder, asked.pages, asked.rounds)
    for name, value in told.items():
        print(f"{name:28} {value}")


if __name__ == "__main__":
    main()
