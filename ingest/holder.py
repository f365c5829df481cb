"""Who holds a corpus: the kernel's lock on a file beside it, which ends with its process."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

__all__ = ["Holder", "holder_of", "lock_path", "puller_of", "pulling_path", "signature"]

_BYTES = 200  # of the file that are read


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who keeps a corpus up to date."""

    pid: int | None  #: None: it does not say
    since: str | None  #: UTC, ISO 8601
    work: str | None  #: daemon, round, restore, or pull


def lock_path(corpus_path: Path) -> Path:
    """The file that a daemon locks; one for all symbolic links to a corpus."""
    return _beside(corpus_path, "lock")


def pulling_path(corpus_path: Path) -> Path:
    """The file that a pull locks."""
    return _beside(corpus_path, "pull")


def _beside(corpus_path: Path, ending: str) -> Path:
    # `Path.resolve` raises where links go in a circle; the corpus then says what is wrong.
    real = Path(os.path.realpath(corpus_path))
    return real.with_name(f"{real.name}.{ending}")


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
