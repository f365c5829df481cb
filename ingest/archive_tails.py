"""What a killed run left half written in the archive is cut off, told and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest import log
from ingest.archive import cut_tail, warcs_of

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.corpus import Corpus

__all__ = ["cut_tails"]

_log = log.get(__name__)
_NOT_MENDED = "its archive cannot be mended"


def cut_tails(
    corpus: Corpus, folder: Path, *, latest: int | None = None, is_asked: bool = False
) -> dict[str, int]:
    """Mend the archive files of runs that died or failed; bytes cut off, by name of the file.

    The message of such a run says so too, also what cannot be mended: that is logged once and left
    as it is. Pages are read by their offsets, so a torn tail is in nobody's way but a reader's of
    the whole file.

    Args:
        corpus: whose runs they are; none of them is at work any more.
        folder: the archive.
        latest: so many runs are looked at, the latest; None: all.
        is_asked: a person asks for it. Else it is done for runs of this machine alone: the files
            that another one wrote may lie with it, and what is here under their names be others.
    """
    cut: dict[str, int] = {}
    for run, spider, is_here, message in corpus.broken_runs(latest=latest):
        if (is_here or is_asked) and (is_asked or _NOT_MENDED not in message):
            for path, named in _files_of(corpus, folder, run, spider):
                if torn_bytes := _cut(corpus, run, path, named, is_known=_NOT_MENDED in message):
                    cut[path.name] = torn_bytes
    return cut


def _files_of(corpus: Corpus, folder: Path, run: int, spider: str) -> list[tuple[Path, int | None]]:
    """What is there of a run, each with the last record that has a row."""
    if named := corpus.last_offsets(run):
        files: list[tuple[Path, int | None]] = [(folder / name, named[name]) for name in named]
        return [(path, last) for path, last in files if path.exists()]
    return [(path, None) for path in warcs_of(folder, run, spider)]


def _cut(corpus: Corpus, run: int, path: Path, named: int | None, *, is_known: bool) -> int:
    try:
        torn_bytes = cut_tail(path, named=named)
    except (OSError, ValueError) as exc:
        if not is_known:
            _log.warning("archive not mended", run=run, file=str(path), error=str(exc))
            corpus.add_to_message(run, f"{_NOT_MENDED}: {exc}")
        return 0
    if torn_bytes:
        corpus.add_to_message(run, f"{torn_bytes} torn bytes cut off its archive")
        _log.warning("torn archive mended", file=str(path), cut_bytes=torn_bytes)
    return torn_bytes
