"""One daemon a corpus, one who pulls: a file beside it that the kernel unlocks when we die."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from ingest import clock
from ingest.errors import CorpusReadOnly, DaemonRunning, PullRunning
from ingest.holder import Holder, holder_of, lock_path, pulling_path, signature

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Holder", "holder_of", "only_daemon", "only_pull"]

_TRIES, _PAUSE_S = 5, 0.05  # somebody may be looking just now whether there is a daemon


@contextmanager
def only_daemon(corpus_path: Path, work: str = "daemon") -> Iterator[None]:
    """Be the one daemon of a corpus.

    The file stays behind: removing it would let two daemons lock two files of one name.

    Raises:
        CorpusReadOnly: the folder of the corpus cannot be written.
        DaemonRunning: there is another one.
    """
    with _opened(lock_path(corpus_path)) as file:
        if not _is_locked(file):
            raise DaemonRunning(corpus_path, signature(file).pid)
        _sign(file, work)
        yield


@contextmanager
def only_pull(corpus_path: Path) -> Iterator[None]:
    """Be the only one who pulls into a file.

    Not the lock of the daemon: alerts are told of a copy that is pulled again and again. The file
    is removed at the end, for a pull that brings nothing leaves nothing.

    Raises:
        CorpusReadOnly: the folder of the corpus cannot be written.
        PullRunning: another does.
    """
    path = pulling_path(corpus_path)
    while True:
        with _opened(path) as file:
            if not _is_locked(file):
                holder = signature(file)
                raise PullRunning(corpus_path, holder.pid, holder.since)
            if not _is_at(file, path):  # whom we waited for has removed it: it locks nobody out
                continue
            _sign(file, "pull")
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
            return


def _opened(path: Path) -> IO[str]:
    try:
        return path.open("a+", encoding="ascii")  # "w" would wipe the other one's process id
    except OSError as exc:
        raise CorpusReadOnly(f"the lock cannot be made ({exc.strerror})", path=path) from exc


def _sign(file: IO[str], work: str) -> None:
    file.truncate(0)
    file.write(f"{os.getpid()}\n{clock.now():%Y-%m-%dT%H:%M:%SZ}\n{work}\n")
    file.flush()


def _is_at(file: IO[str], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _is_locked(file: IO[str]) -> bool:
    for _ in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_S)
        else:
            return True
    return False
