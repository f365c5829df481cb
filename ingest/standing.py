"""The whole workspace at a glance, as `seedbed status` and the daemon tell it."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ingest import clock
from ingest.attention import attention
from ingest.corpus import Corpus
from ingest.corpus.browsing_front import leading_names
from ingest.coverage import coverage_of
from ingest.seedfiles import count_documents

if TYPE_CHECKING:
    from datetime import datetime

    from ingest.config import Settings

__all__ = ["standing"]

_LATEST = 5
_NAMES = 8
_DAYS = 30
_PATIENCE_S = 1.0  # to count what was found by which routes; 400,000 texts take a third


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
    now = clock.now()
    with closing(Corpus(settings.corpus_path, readonly=True)) as corpus:
        coverage = coverage_of(corpus, corpus.capture_histories_within(_PATIENCE_S))
        return told | {
            "copy_of": corpus.copy_of(),
            "corpus_bytes": settings.corpus_path.stat().st_size,
            "summary": corpus.summary(),
            "seed_documents": sum(
                (settings.seeds_path / file).is_file() for file in corpus.seed_numbers()
            ),
            "outcomes": corpus.counts_by_outcome(),
            "last_run": next(iter(corpus.latest_runs(1)), None),
            "latest": corpus.latest_articles(_LATEST),
            "waiting_hosts": corpus.waiting_hosts(now=now),
            **coverage,
            "topic": _topic(corpus),
            "found_by_day": _days(corpus, now),
            "attention": attention(settings, corpus, silent=coverage["silent"], now=now),
        }


def _topic(corpus: Corpus) -> dict[str, Any] | None:
    """The topic as last learned, its strongest names first; None: never."""
    stored = corpus.state("topic")
    if not stored:
        return None
    topic = json.loads(stored)
    return {"version": topic["version"], "names": list(leading_names(topic, most=_NAMES))}


def _days(corpus: Corpus, now: datetime) -> list[dict[str, Any]]:
    """Articles and copies found on each of the last days, today last."""
    days = [now - timedelta(days=ago) for ago in reversed(range(_DAYS))]
    found = corpus.found_by_day(since=days[0])
    return [{"day": f"{day:%Y-%m-%d}", "found": found.get(f"{day:%Y-%m-%d}", 0)} for day in days]
