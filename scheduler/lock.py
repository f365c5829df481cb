"""One daemon a corpus: a file beside it that the kernel locks, and unlocks when we die."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingest.errors import CorpusReadOnly, DaemonRunning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["only_daemon"]


@contextmanager
def only_daemon(corpus_path: Path) -> Iterator[None]:
    """Be the one daemon of a corpus.

    The file stays behind: removing it would let two daemons lock two files of one name.

    Raises:
        CorpusReadOnly: the folder of the corpus cannot be written.
        DaemonRunning: there is another one.
    """
    path = corpus_path.with_name(f"{corpus_path.name}.lock")
    try:
        file = path.open("a+", encoding="ascii")  # "w" would wipe the other one's process id
    except OSError as exc:
        raise CorpusReadOnly(f"the lock cannot be made ({exc.strerror})", path=path) from exc
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            file.seek(0)
            pid = file.read(20).strip()
            raise DaemonRunning(corpus_path, int(pid) if pid.isdigit() else None) from exc
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
