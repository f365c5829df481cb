"""Readers of pages that know the poison: an extractor that hangs, crashes or devours memory."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import ingest.extract

if TYPE_CHECKING:
    from collections.abc import Iterator

POISON = Path(__file__).with_name("poison")
#: Of a workspace: little time and memory for a page.
LIMITS = "[crawl]\nextract_timeout_s = 2\nextract_memory_mib = 256\n"


@contextmanager
def poison() -> Iterator[None]:
    """Let a page called `hang`, `crash` or `devour` do so to whoever reads it."""
    ingest.extract.__path__.append(str(POISON / "extractors"))
    ingest.extract.extractors.cache_clear()
    try:
        yield
    finally:
        ingest.extract.__path__.pop()
        ingest.extract.extractors.cache_clear()
        sys.modules.pop("ingest.extract.poison", None)
