"""The corpus; the only room that speaks SQL."""

from __future__ import annotations

from ingest.corpus.store import Corpus

__all__ = ["Corpus"]
