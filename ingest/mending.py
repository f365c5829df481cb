"""`seedbed check --fix`: what can be put right without losing anything, and without the network."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from ingest import clock
from ingest.archive_tails import cut_tails
from ingest.backup_files import remove_stale, stale_partial
from ingest.checkup import Finding
from ingest.config import load_settings
from ingest.errors import ConfigError, DaemonRunning, IngestError
from ingest.layout import count
from ingest.rebuild_index import begin_rebuild, is_index_current
from ingest.rejudge import rejudge, thread_again
from ingest.workspace import Workspace
from scheduler.lock import only_daemon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from ingest.config import Settings

__all__ = ["mend"]


def mend(folder: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Put right what is safe to; what was done, and what could not be.

    Nothing is touched while a daemon is at work, which does the same by itself.
    """
    try:
        settings = load_settings(folder, environ)
    except ConfigError:  # the check names every mistake
        return
    try:
        with only_daemon(settings.corpus_path, "check"):
            for subject, step in _STEPS.items():
                yield from _done(subject, step, settings)
    except DaemonRunning as exc:
        yield Finding(state="look", subject="daemon", said=f"nothing was fixed: {exc}")
    except IngestError as exc:
        yield Finding(state="bad", subject="corpus", said=str(exc))


def _done(
    subject: str, step: Callable[[Settings], Iterator[str]], settings: Settings
) -> Iterator[Finding]:
    try:
        for said in step(settings):
            yield Finding(state="done", subject=subject, said=said)
    except (IngestError, OSError) as exc:
        yield Finding(state="bad", subject=subject, said=f"could not be fixed: {exc}")


def _make_archive(settings: Settings) -> Iterator[str]:
    if not settings.archive_path.exists():
        settings.archive_path.mkdir(parents=True)
        yield f"made the folder {settings.archive_path}"


def _remove_partial(settings: Settings) -> Iterator[str]:
    for folder in dict.fromkeys((settings.corpus_path.parent, settings.backup_path)):
        if stale_partial(folder):
            removed = remove_stale(folder)
            yield f"removed {count(len(removed), 'half-written file')} in {folder}"


def _close_runs(settings: Settings) -> Iterator[str]:
    if not settings.corpus_path.exists():
        return
    workspace = Workspace(folder=settings.workspace, settings=settings)
    with closing(workspace.corpus()) as corpus:
        if dead := corpus.close_dead_runs(now=clock.now()):
            runs = count(len(dead), "run")
            yield f"closed {runs} whose process died, and freed what they held"


def _cut_tails(settings: Settings) -> Iterator[str]:
    if not settings.corpus_path.exists():
        return
    workspace = Workspace(folder=settings.workspace, settings=settings)
    with closing(workspace.corpus()) as corpus:
        for file, torn_bytes in cut_tails(corpus, settings.archive_path, is_asked=True).items():
            yield f"cut {torn_bytes} torn bytes off the end of {file}"


def _rebuild_index(settings: Settings) -> Iterator[str]:
    if not settings.corpus_path.exists():
        return
    workspace = Workspace(folder=settings.workspace, settings=settings)
    with closing(workspace.corpus()) as corpus:
        if is_index_current(corpus) or not corpus.count_texts():
            return
        begin_rebuild(corpus, workspace.learn(corpus).seed_titles)
        knowledge, _ = rejudge(workspace, corpus, now=clock.now())
        thread_again(corpus, knowledge)
        yield f"{count(corpus.count_texts(), 'text')} indexed anew"


_STEPS = {
    "archive": _make_archive,
    "partial": _remove_partial,
    "runs": _close_runs,
    "tails": _cut_tails,
    "index": _rebuild_index,
}
