"""The whole workspace at a glance, as `seedbed status` and the daemon tell it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from ingest import clock
from ingest.corpus import Corpus
from ingest.coverage import coverage_of
from ingest.seedfiles import count_documents

if TYPE_CHECKING:
    from ingest.config import Settings

__all__ = ["standing"]

_LATEST = 5


def standing(settings: Settings) -> dict[str, Any]:
    """What there is, and what was done last.

    Raises:
        CorpusError: the corpus cannot be read.
    """
    told: dict[str, Any] = {
        "name": settings.name,
        "workspace": str(settings.workspace),
        "seeds": settings.paths.seeds,
        "seed_files": count_documents(settings.seeds_path),
        "corpus": settings.paths.corpus,
        "summary": None,
    }
    if not settings.corpus_path.exists():
        return told
    with closing(Corpus(settings.corpus_path, readonly=True)) as corpus:
        return told | {
            "corpus_bytes": settings.corpus_path.stat().st_size,
            "summary": corpus.summary(),
            "seed_documents": sum(
                (settings.seeds_path / file).is_file() for file in corpus.seed_numbers()
            ),
            "outcomes": corpus.counts_by_outcome(),
            "last_run": next(iter(corpus.latest_runs(1)), None),
            "latest": corpus.latest_articles(_LATEST),
            "waiting_hosts": corpus.waiting_hosts(now=clock.now()),
            **coverage_of(corpus),
        }
