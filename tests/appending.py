"""A process that appends pages as a crawl does, and says after each that it is stored.

python -m tests.appending FOLDER PAGES [SYNCHRONOUS]: prints the address of each page once the
corpus has it. python -m tests.appending serve PAGES: does the same to each FOLDER that it reads
from its input, in a process of its own that waits until somebody traces it, and has everything
loaded already; prints that process, then its exit code. What disturbs it the tests bring about.
"""

from __future__ import annotations

import ctypes
import os
import sys
import time
import traceback
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.archive import Archive
from ingest.archive_tails import cut_tails
from ingest.errors import IngestError
from ingest.extract import read_page
from ingest.intake import Intake
from ingest.rejudge import before_run
from ingest.workspace import Workspace
from tests.rows import NOW, fetched, gated
from tests.taught import TEXTS, opened, page_of, print_of, read_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.corpus import Corpus
    from tests.taught import Print

_STDOUT, _STDERR = 1, 2
_PR_SET_PTRACER = 0x59616D61  # prctl(2)
_PATIENCE_S = 30.0
_FOLD_EVERY = 8  # pages; the log is written into the file now and then, as upkeep does


def prints(count: int) -> list[Print]:
    return [print_of(text) for text in TEXTS[:count]]


def acknowledge(url: str) -> None:
    os.write(_STDOUT, f"stored {url}\n".encode())


def append(
    workspace: Workspace,
    corpus: Corpus,
    pages: list[Print],
    *,
    tell: Callable[[str], None] = acknowledge,
) -> None:
    """One run over all pages that the corpus has not."""
    corpus.close_dead_runs(now=NOW)
    cut_tails(corpus, workspace.settings.archive_path)
    knowledge = before_run(workspace, corpus, now=NOW)
    run = corpus.start_run(spider="feeds", trigger="command", version="test", now=NOW)
    intake = Intake(corpus, knowledge, workspace.settings, run)
    archive = Archive(workspace.settings.archive_path, run=run, spider="feeds")
    corpus.offer([gated(one.url) for one in pages], run=run, now=NOW)
    leased = {one.page for one in corpus.claim(run=run, limit=999, now=NOW, lease_s=600)}
    for number, one in enumerate(pages, 1):
        if (page := page_of(corpus, one.url)) not in leased:
            continue
        offset = archive.append(
            url=one.url, status=200, headers=[("Content-Type", "text/html; charset=utf-8")],
            body=one.body, fetched_at=NOW,
        )  # fmt: skip
        response = fetched(
            page, one.url, body=one.body, warc=archive.name, warc_offset=offset, encoding="utf-8"
        )
        intake.take_page(response, read_by(read_page, one))
        tell(one.url)
        if number % _FOLD_EVERY == 0:
            corpus.fold_log()
    archive.close()
    corpus.finish_run(run, outcome="finished", requests=0, message=None, now=NOW)


OURS = "ours"
#: More than one folder that is not there yet.
NESTED = '[paths]\narchive = "kept/raw/pages"\n'


def main(folder: str, pages: str, synchronous: str = OURS) -> None:
    with opened(Path(folder), toml=NESTED) as (workspace, corpus):
        if synchronous != OURS:  # what the program itself sets is what is tried
            corpus._run(f"PRAGMA synchronous = {synchronous}")
        append(workspace, corpus, prints(int(pages)))


def serve(pages: int) -> None:
    loaded = prints(pages)
    for one in loaded:
        read_by(read_page, one)
    say("ready")
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os._exit(disturbed(Path(line.rstrip("\n")), loaded))
        say(child)
        _, status = os.waitpid(child, 0)
        say(os.waitstatus_to_exitcode(status))


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def disturbed(folder: Path, pages: list[Print]) -> int:
    """Append as `seedbed` would, with its words on what goes wrong; the exit code."""
    for descriptor, name in ((_STDOUT, "out"), (_STDERR, "err")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    wait_for_tracer()
    workspace = Workspace.open(folder, {})
    try:
        with closing(workspace.corpus()) as corpus:
            append(workspace, corpus, pages)
    except (IngestError, OSError) as exc:
        os.write(_STDERR, f"seedbed: {exc}\n".encode())
        return getattr(exc, "exit_code", 1)
    except BaseException:  # noqa: BLE001  # a bug: the test wants to see it
        os.write(_STDERR, traceback.format_exc().encode())
        return 99
    return 0


def wait_for_tracer() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, ctypes.c_ulong(-1))
    until = time.monotonic() + _PATIENCE_S
    while "\nTracerPid:\t0\n" in Path("/proc/self/status").read_text():
        if time.monotonic() > until:
            raise TimeoutError("nobody traces this process")
        time.sleep(0.002)


if __name__ == "__main__":
    serve(int(sys.argv[2])) if sys.argv[1] == "serve" else main(*sys.argv[1:])
