"""Every error Seedbed raises on purpose, drawn once.

IngestError
├── ConfigError          seedbed.toml or SEEDBED_* says something we cannot use     exit 3
├── SeedError            a seed document cannot be read, or there is none           exit 3
├── ExtractError         an extractor failed on one page; counted, never fatal
├── CrawlError           a crawl could not be started or did not report back        exit 1
├── ClockWrong           the machine's clock tells a year long gone                 exit 1
├── DaemonRunning        another daemon holds this corpus                           exit 5
├── PullRunning          another pull fills this file                               exit 5
├── BulkBusy             another command works in this folder of shards             exit 5
├── Stopped              a long step was told to stop, and left all as it was       exit 130
└── CorpusError          the corpus cannot be used; carries its path                exit 1
    ├── NotACorpus       the file is no SQLite file, or not one of ours
    ├── CorpusTooNew     made by a newer Seedbed
    ├── CorpusIsCopy     `pull` alone may write into the file               exit 2
    ├── CorpusLocked     another process holds the write lock past the time-out
    ├── CorpusDamaged    the file is damaged; a backup helps
    ├── CorpusReadOnly   the file or its folder cannot be written
    ├── CorpusRefused    the server refuses the user, the password or the database exit 3
    ├── CorpusUnmade     no worker has begun in the database                exit 2
    ├── DiskFull         no space left; the transaction was rolled back
    └── SqliteTooOld     this SQLite has the WAL-reset bug (sqlite.org/wal.html)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "BulkBusy",
    "ClockWrong",
    "ConfigError",
    "CorpusDamaged",
    "CorpusError",
    "CorpusIsCopy",
    "CorpusLocked",
    "CorpusReadOnly",
    "CorpusRefused",
    "CorpusTooNew",
    "CorpusTooOld",
    "CorpusUnmade",
    "CrawlError",
    "DaemonRunning",
    "DiskFull",
    "ExtractError",
    "IngestError",
    "NotACorpus",
    "PullRunning",
    "SeedError",
    "SqliteTooOld",
    "Stopped",
    "how_to_get",
]


class IngestError(Exception):
    """Base of all errors of ours; `exit_code` is what a command ends with."""

    exit_code = 1


class ConfigError(IngestError):
    """The configuration cannot be used; every mistake is in `problems`."""

    exit_code = 3

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class SeedError(IngestError):
    """A seed document cannot be read, or there is none."""

    exit_code = 3


class ExtractError(IngestError):
    """An extractor failed on one page."""

    def __init__(self, message: str, *, url: str) -> None:
        super().__init__(f"{message}: {url}")
        self.url = url


class CrawlError(IngestError):
    """A crawl could not be started or did not report back."""


class ClockWrong(IngestError):
    """The machine's clock tells a year long gone."""

    def __init__(self, told: str, latest: str) -> None:
        super().__init__(
            f"the clock says {told}, but the corpus has been written to until {latest}: "
            "set the clock right; nothing is crawled before"
        )


class DaemonRunning(IngestError):
    """Another daemon holds this corpus."""

    exit_code = 5

    def __init__(self, path: Path, pid: int | None) -> None:
        super().__init__(f"another daemon{f' (process {pid})' if pid else ''} holds {path}")
        self.path = path
        self.pid = pid


class PullRunning(IngestError):
    """Another pull fills this file, now or again and again."""

    exit_code = 5

    def __init__(self, path: Path, pid: int | None, since: str | None) -> None:
        who = f" (process {pid}, since {since})" if pid else ""
        super().__init__(f"another `seedbed pull`{who} keeps {path} up to date; end that one first")
        self.path = path
        self.pid = pid


class BulkBusy(IngestError):
    """Another command works in this folder of shards."""

    exit_code = 5

    def __init__(self, folder: Path) -> None:
        super().__init__(f"another command works in {folder}")
        self.folder = folder


class Stopped(IngestError):
    """A long step was told to stop, and left all as it was."""

    exit_code = 130


class CorpusError(IngestError):
    """The corpus cannot be used."""

    def __init__(self, message: str, *, path: Path) -> None:
        super().__init__(f"{message}: {path}")
        self.path = path


class NotACorpus(CorpusError):
    """The file is no SQLite file, or not one of ours."""


class CorpusTooNew(CorpusError):
    """The corpus was made by a newer Seedbed."""


class CorpusTooOld(CorpusError):
    """The corpus was made by an older Seedbed, and cannot be brought up to date here."""


class CorpusDamaged(CorpusError):
    """The file is damaged."""


class CorpusIsCopy(CorpusError):
    """The file is a copy of a cluster's corpus, which the next pull would make again."""

    exit_code = 2


class CorpusUnmade(CorpusError):
    """No worker has begun in the database, so there is nothing to pull."""

    exit_code = 2


class CorpusLocked(CorpusError):
    """Another process holds the write lock past the time-out."""


class CorpusReadOnly(CorpusError):
    """The file or its folder cannot be written."""


class CorpusRefused(CorpusError):
    """The server answers, and refuses the user, the password or the database."""

    exit_code = 3


class DiskFull(CorpusError):
    """No space left; the transaction was rolled back."""


class SqliteTooOld(CorpusError):
    """This SQLite has the WAL-reset bug."""


def how_to_get(extra: str) -> str:
    """What brings an optional part that is missing; as the README installs Seedbed."""
    return f"in a clone, `pip install -c constraints.txt '.[{extra}]'`"
