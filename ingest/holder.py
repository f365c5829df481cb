"""Who holds a corpus: the kernel's lock on a file beside it, which ends with its process."""

from __future__ import annotations

import fcntl
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Holder", "holder_of", "lock_path", "puller_of", "pulling_path", "signature"]

_BYTES = 200  # of the file that are read


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who keeps a corpus up to date."""

    pid: int | None  #: None: it does not say
    since: str | None  #: UTC, ISO 8601
    work: str | None  #: daemon, round, restore, or pull


def lock_path(corpus_path: Path) -> Path:
    """The file that a daemon locks."""
    return corpus_path.with_name(f"{corpus_path.name}.lock")


def pulling_path(corpus_path: Path) -> Path:
    """The file that a pull locks."""
    return corpus_path.with_name(f"{corpus_path.name}.pull")


def holder_of(corpus_path: Path) -> Holder | None:
    """Who holds a corpus; None: nobody does."""
    return _holder_at(lock_path(corpus_path))


def puller_of(corpus_path: Path) -> Holder | None:
    """Who pulls into a corpus; None: nobody does."""
    return _holder_at(pulling_path(corpus_path))


def signature(file: IO[str]) -> Holder:
    """What whoever locked a file wrote into it."""
    file.seek(0)
    pid, since, work, *_ = [*file.read(_BYTES).split("\n"), "", "", ""]
    return Holder(pid=int(pid) if pid.isdigit() else None, since=since or None, work=work or None)


def _holder_at(path: Path) -> Holder | None:
    try:
        file = path.open(encoding="ascii", errors="replace")
    except OSError:
        return None
    with file:
        try:
            # Shared, so that two who look do not see each other; gone when the file is closed.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return signature(file)
    return None
