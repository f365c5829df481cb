"""Seedbed; of its modules `import ingest` gives the read API, loaded when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.errors import CorpusError, CorpusTooNew, NotACorpus
    from ingest.reading_api import (
        Corpus,
        SearchSyntaxError,
        StoredArticle,
        StoredCopy,
        StoredOutlet,
        StoredPage,
        StoredRevision,
        StoredSource,
        StoredStory,
    )

__all__ = [
    "Corpus",
    "CorpusError",
    "CorpusTooNew",
    "NotACorpus",
    "SearchSyntaxError",
    "StoredArticle",
    "StoredCopy",
    "StoredOutlet",
    "StoredPage",
    "StoredRevision",
    "StoredSource",
    "StoredStory",
]

_ERRORS = frozenset(["CorpusError", "CorpusTooNew", "NotACorpus"])


if not TYPE_CHECKING:  # who checks types sees the names above, and no others

    def __getattr__(name: str) -> Any:
        if name not in __all__:  # a module of ours, which Python then looks for
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        import importlib

        home = "ingest.errors" if name in _ERRORS else "ingest.reading_api"
        return getattr(importlib.import_module(home), name)
