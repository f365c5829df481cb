"""What a killed run left half written in the archive is cut off, told and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest import log
from ingest.archive import cut_tail, warc_name

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.corpus import Corpus

__all__ = ["cut_tails"]

_log = log.get(__name__)


def cut_tails(corpus: Corpus, folder: Path, *, latest: int | None = None) -> dict[str, int]:
    """Mend the archive files of runs that died or failed; bytes cut off, by name of the file.

    The message of such a run says so too. What cannot be mended is logged and left as it is: pages
    are read by their offsets, so a torn tail is in nobody's way but a reader's of the whole file.

    Args:
        corpus: whose runs they are; none of them is at work any more.
        folder: the archive.
        latest: so many runs are looked at, the latest; None: all.
    """
    cut: dict[str, int] = {}
    for run, spider in corpus.broken_runs(latest=latest):
        path = folder / warc_name(run, spider)
        if not path.exists():
            continue
        try:
            torn_bytes = cut_tail(path, named=corpus.last_offset(run, path.name))
        except (OSError, ValueError) as exc:
            _log.error("archive not mended", file=str(path), error=str(exc))
            continue
        if torn_bytes:
            cut[path.name] = torn_bytes
            corpus.add_to_message(run, f"{torn_bytes} torn bytes cut off its archive")
            _log.warning("torn archive mended", file=str(path), cut_bytes=torn_bytes)
    return cut
