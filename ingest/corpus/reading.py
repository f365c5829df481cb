"""What readers ask: status, search, one article, one address, runs, sources."""

from __future__ import annotations

from ingest.corpus.base import Base

__all__ = ["Reading"]


class Reading(Base):
    """Questions of the command line; they only read."""
