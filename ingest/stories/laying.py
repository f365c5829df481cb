"""Laying out the stories of a corpus: what changed is threaded anew, what lies before it stays."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ingest.stories.threads import ALGORITHM, WINDOW, Telling, inherit, thread
from ingest.stories.weighing import read_article
from ingest.stories.wording import Glossary, Wording
from ingest.topic import ALGORITHM as TOPIC_ALGORITHM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ingest.corpus import Corpus
    from ingest.features import Lexicon
    from ingest.stories.weighing import Features

__all__ = ["lay_stories", "take_as_laid"]

_STATE = "stories"  # in `topic_state`: of what the stories were laid out
_WORDED_BY = 6  # articles; it costs a tenth of the time that threading takes


def lay_stories(corpus: Corpus, lexicon: Lexicon, languages: Sequence[str]) -> int:
    """Bring the stories up to date with the articles; returns how many were touched.

    Does nothing where no article changed. Reads and threads without the write lock: what another
    process writes meanwhile is seen by the next call.

    Args:
        corpus: whose articles are threaded.
        lexicon: of the topic.
        languages: of the seeds, ISO 639-1; titles are preferred in one of them.
    """
    seeds = _seeds(corpus, lexicon)
    version, days = _version(lexicon, seeds), corpus.stale_days()
    laid = json.loads(corpus.state(_STATE) or "{}")
    since = _first_change(corpus, laid, version, days)
    if since is None:
        if "days" in laid:  # they need not be compared again
            _set_laid(corpus, version, days)
        return 0
    before: dict[int, int] = {}
    tellings = _tellings(corpus, lexicon, since, before)
    threads = thread(tellings, lexicon=lexicon, seeds=seeds, since=since)
    elders = corpus.stories_older_than(_earlier(since, WINDOW))
    homes = inherit(threads, before=before, elders=elders)
    laid = [
        (one.articles, home)
        for one, home in zip(threads, homes, strict=True)
        if not (one.is_settled and one.story == home)
    ]
    touched = corpus.lay_out(laid, languages=languages)
    glossary = Glossary(lexicon, seeds)
    worded = {}
    for story in touched:
        texts = corpus.story_texts(story, languages=languages, limit=_WORDED_BY)
        worded[story] = glossary.terms_of([Wording(*one) for one in texts]) if texts else ()
    with corpus.transaction():
        corpus.word_stories(worded)
        _set_laid(corpus, version, days)
    return len(touched)


def take_as_laid(corpus: Corpus, lexicon: Lexicon) -> None:
    """Let the stories that stand in the corpus be those of its articles, whoever laid them out."""
    _set_laid(corpus, _version(lexicon, _seeds(corpus, lexicon)), corpus.stale_days())


def _set_laid(corpus: Corpus, version: str, days: Mapping[str, int]) -> None:
    with corpus.transaction():
        corpus.settle_days(days)
        corpus.set_state(_STATE, json.dumps({"version": version}))


def _seeds(corpus: Corpus, lexicon: Lexicon) -> list[Features]:
    return [
        read_article(title or "", text, language=language, lexicon=lexicon)
        for title, text, language in corpus.seed_documents()
    ]


def _tellings(
    corpus: Corpus, lexicon: Lexicon, since: datetime, before: dict[int, int]
) -> Iterator[Telling]:
    """Articles from two windows before a time on; their stories so far are put into `before`."""
    for row in corpus.tellings(_earlier(since, 2 * WINDOW)):
        if row.story is not None and since - row.at <= WINDOW:
            before[row.article] = row.story
        yield Telling(
            article=row.article,
            at=row.at,
            language=row.language,
            story=row.story,
            features=read_article(row.title, row.text, language=row.language, lexicon=lexicon),
        )


def _earlier(at: datetime, span: timedelta) -> datetime:
    return at - min(span, at - datetime.min.replace(tzinfo=UTC))  # pages do state the year 1


def _version(lexicon: Lexicon, seeds: Sequence[Features]) -> str:
    """Changes when the same articles would be read or threaded otherwise."""
    learned = {
        one.name: getattr(lexicon, one.name) for one in fields(lexicon) if one.compare and one.init
    }
    spelled = json.dumps(
        [ALGORITHM, TOPIC_ALGORITHM, learned, seeds], sort_keys=True, default=sorted
    )
    return hashlib.blake2b(spelled.encode(), digest_size=16).hexdigest()


def _first_change(
    corpus: Corpus, laid: Mapping[str, Any], version: str, days: Iterable[str]
) -> datetime | None:
    """The first day that is to be threaded anew; None: none is."""
    if laid.get("version") != version:
        first = corpus.first_day()
    elif "days" in laid:  # when no days were noted: what had been read was kept
        former, now = laid["days"], corpus.digest_by_day()
        changed = {day for day in {*now, *former} if now.get(day) != former.get(day)}
        first = min(changed.union(days), default=None)
    else:
        first = min(days, default=None)
    return None if first is None else datetime.fromisoformat(f"{first}T00:00:00Z")
