"""Where the older pages of a feed go on that were not all read: kept in the corpus."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.corpus import Corpus

__all__ = ["Older", "forget", "remember", "stored"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Older:
    """An older page of a feed that is to be asked for."""

    url: str
    number: int = 2  #: of the page, the first being the feed itself
    tries: int = 0  #: polls that asked for it in vain
    is_resumed: bool = False  #: a former poll was to read it

    def following(self, url: str) -> Older:
        """The page after it."""
        return replace(self, url=url, number=self.number + 1, tries=0)


def stored(corpus: Corpus, source: int) -> Older | None:
    """Where a source goes on; None: all was read that was to be."""
    kept = corpus.state(_key(source))
    if not kept:
        return None
    url, number, tries = json.loads(kept)
    return Older(url=url, number=number, tries=tries)


def remember(corpus: Corpus, source: int, older: Older) -> None:
    """Keep where a source goes on."""
    corpus.set_state(_key(source), json.dumps([older.url, older.number, older.tries]))


def forget(corpus: Corpus, source: int) -> None:
    """Keep that all was read."""
    if corpus.state(_key(source)):
        corpus.set_state(_key(source), "")


def _key(source: int) -> str:
    return f"older pages of {source}"
