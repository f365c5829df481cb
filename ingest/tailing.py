"""Following the articles of a corpus as they come, though it may be replaced meanwhile."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ingest.corpus import Corpus
from ingest.corpus.selection import EVERYTHING

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.corpus.selection import Selection

__all__ = ["Tail"]

_MOST = 1000  # articles of one look


@dataclass(slots=True, kw_only=True)
class Tail:
    """Where somebody stands who follows a corpus; a look opens it anew, so nothing is held."""

    path: Path
    only: Selection = EVERYTHING
    number: int = 0  #: of the last article that was looked at
    _file: tuple[int, int] | None = field(default=None, repr=False)

    def begin(self, limit: int) -> list[dict[str, Any]]:
        """The last articles there are, the oldest first; what comes after them is news.

        Raises:
            CorpusError: the corpus cannot be read.
        """
        with self._opened() as corpus:
            self.number = corpus.last_number()
            return corpus.latest_arrivals(limit, only=self.only) if limit else []

    def look(self) -> tuple[list[dict[str, Any]], bool]:
        """What came since, in its order, and whether the corpus is another one than before.

        In a corpus that was restored the numbers go on from what it held then.

        Raises:
            CorpusError: the corpus cannot be read now.
        """
        before = self._file
        with self._opened() as corpus:
            last = corpus.last_number()
            is_another = last < self.number or (before is not None and self._file != before)
            self.number = min(self.number, last)
            rows = corpus.arrivals(self.number, limit=_MOST, only=self.only)
            self.number = rows[-1]["id"] if len(rows) == _MOST else max(last, self.number)
        return rows, is_another

    def _opened(self) -> closing[Corpus]:
        corpus = Corpus(self.path, readonly=True)
        status = self.path.stat()
        self._file = status.st_dev, status.st_ino
        return closing(corpus)
