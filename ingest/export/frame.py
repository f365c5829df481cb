"""What every format is: a name, and how it writes articles; a new one is a new file here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ingest.errors import IngestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path
    from typing import BinaryIO

    from ingest.read_items import StoredArticle

__all__ = ["About", "ExportError", "FileWriter", "FolderWriter", "Format"]


class ExportError(IngestError):
    """An export could not be written; what was there before is as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a format may say of the corpus, and what it may ask of the archive."""

    title: str  #: of the collection
    version: str  #: of Seedbed
    updated: datetime  #: aware; when the last article was found; never the clock
    with_text: bool  #: whether the texts go too
    raw_page: Callable[[StoredArticle], bytes | None]
    #: the WARC record of an article's page, as it stands in the archive; None: none is kept


class FileWriter(Protocol):
    """Writes articles as they come into one file; equal articles give equal bytes."""

    def __call__(self, articles: Iterable[StoredArticle], out: BinaryIO, about: About) -> int:
        """How many articles were written."""


class FolderWriter(Protocol):
    """Writes articles into an empty folder."""

    def __call__(self, articles: Iterable[StoredArticle], folder: Path, about: About) -> int:
        """How many articles were written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format of export; each module of this folder that has one calls it `FORMAT`."""

    name: str  #: as the command calls it
    suffix: str  #: of its files, with the dot; empty: it is a folder
    told: str  #: what it is, in a few words, for the help
    write: FileWriter | None = None  #: None: it is a folder
    write_folder: FolderWriter | None = None  #: None: it is one file
    has_text: bool = True  #: whether texts go unless refused
    is_newest_first: bool = False
