"""Laying out the stories of a corpus: what changed is threaded anew, what lies before it stays."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from ingest.errors import Stopped
from ingest.stories.threads import ALGORITHM, WINDOW, Telling, inherit, thread
from ingest.stories.weighing import read_article
from ingest.stories.wording import Glossary, Wording
from ingest.topic import ALGORITHM as TOPIC_ALGORITHM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ingest.corpus import Corpus
    from ingest.features import Lexicon
    from ingest.stories.threads import Thread

__all__ = ["lay_stories", "take_as_laid"]

_STATE = "stories"  # in `topic_state`: of what the stories were laid out
_WORDED_BY = 6  # articles; it costs a tenth of the time that threading takes


def lay_stories(
    corpus: Corpus,
    lexicon: Lexicon,
    languages: Sequence[str],
    *,
    is_stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Bring the stories up to date with the articles; returns how many were touched.

    Does nothing where no article changed. Reads and threads without the write lock: what another
    process writes meanwhile is seen by the next call. What lies far apart in time is threaded
    stretch by stretch; what is done of it stays done, whatever happens then.

    Args:
        corpus: whose articles are threaded.
        lexicon: of the topic.
        languages: of the seeds, ISO 639-1; titles are preferred in one of them.
        is_stopped: asked between articles.

    Raises:
        Stopped: it was told to; the stretch it was at is as before.
    """
    version, days = _version(corpus, lexicon), corpus.stale_days()
    laid = json.loads(corpus.state(_STATE) or "{}")
    is_known = laid.get("version") == version
    left = _changed(corpus, laid, days) if is_known else _first(corpus)
    if not left and "days" not in laid:
        return 0
    weaver = _Weaver(corpus, lexicon, languages, is_stopped)
    touched = set[int]()
    while left:
        stories, end = weaver.weave(left[0], changed=left if is_known else None)
        touched.update(stories)
        worded = weaver.words_of(stories)
        done = {day: token for day, token in days.items() if end is None or day < str(end.date())}
        with corpus.transaction():
            corpus.word_stories(worded)
            corpus.settle_days(done)
        left = [day for day in left if end is not None and day >= end.date()]
    _set_laid(corpus, version, days)
    return len(touched)


def take_as_laid(corpus: Corpus, lexicon: Lexicon) -> None:
    """Let the stories that stand in the corpus be those of its articles, whoever laid them out."""
    _set_laid(corpus, _version(corpus, lexicon), corpus.stale_days())


def _set_laid(corpus: Corpus, version: str, days: Mapping[str, int]) -> None:
    with corpus.transaction():
        corpus.settle_days(days)
        corpus.set_state(_STATE, json.dumps({"version": version}))


class _Weaver:
    """Threads stretches of a corpus and lays their stories out."""

    def __init__(
        self,
        corpus: Corpus,
        lexicon: Lexicon,
        languages: Sequence[str],
        is_stopped: Callable[[], bool],
    ) -> None:
        self._corpus, self._lexicon, self._languages = corpus, lexicon, languages
        self._is_stopped = is_stopped
        self._seeds = [
            read_article(title or "", text, language=language, lexicon=lexicon)
            for title, text, language in corpus.seed_documents()
        ]
        self._glossary = Glossary(lexicon, self._seeds)

    def weave(
        self, first: date, *, changed: Sequence[date] | None
    ) -> tuple[list[int], datetime | None]:
        """Thread from a day on until all stands as before; the stories touched, and that end."""
        since = datetime.combine(first, time(), UTC)
        before: dict[int, int] = {}
        with self._corpus.little_cached():
            threads, end = thread(
                self._tellings(since, before),
                lexicon=self._lexicon, seeds=self._seeds, since=since, changed=changed,
            )  # fmt: skip
        if end is not None:
            threads = self._with_the_rest(threads, end, before)
        horizon = _earlier(since, WINDOW)
        elders = self._corpus.stories_older_than(horizon, among=set(before.values()))
        homes = inherit(threads, before=before, elders=elders)
        laid = [
            (one.articles, home)
            for one, home in zip(threads, homes, strict=True)
            if not (one.is_settled and one.story == home)
        ]
        return self._corpus.lay_out(laid, languages=self._languages), end

    def words_of(self, stories: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """The words that hold each of these stories together."""
        worded = {}
        for story in stories:
            texts = self._corpus.story_texts(story, languages=self._languages, limit=_WORDED_BY)
            worded[story] = (
                self._glossary.terms_of([Wording(*one) for one in texts]) if texts else ()
            )
        return worded

    def _tellings(self, since: datetime, before: dict[int, int]) -> Iterator[Telling]:
        """Articles from two windows before a time on; puts their stories so far into `before`."""
        for row in self._corpus.tellings(_earlier(since, 2 * WINDOW)):
            if self._is_stopped():
                raise Stopped("told to stop")
            features = read_article(
                row.title, row.text, language=row.language, lexicon=self._lexicon
            )
            yield Telling(
                article=row.article, at=row.at, language=row.language, story=row.story,
                features=features,
            )  # fmt: skip
            if row.story is not None and since - row.at <= WINDOW:
                before[row.article] = row.story

    def _with_the_rest(
        self, threads: Iterable[Thread], end: datetime, before: dict[int, int]
    ) -> list[Thread]:
        """Threads with the articles of their stories that came after the pass."""
        whole = []
        for one in threads:
            if one.goes_on is None or one.is_settled:
                whole.append(one)
                continue
            later = self._corpus.story_articles_since(one.goes_on, end)
            before.update(dict.fromkeys(later, one.goes_on))
            whole.append(one._replace(articles=(*one.articles, *later)))
        return whole


def _earlier(at: datetime, span: timedelta) -> datetime:
    return at - min(span, at - datetime.min.replace(tzinfo=UTC))  # pages do state the year 1


def _version(corpus: Corpus, lexicon: Lexicon) -> str:
    """Changes when the same articles would be read or threaded otherwise."""
    learned = {
        one.name: getattr(lexicon, one.name) for one in fields(lexicon) if one.compare and one.init
    }
    spelled = json.dumps(
        [ALGORITHM, TOPIC_ALGORITHM, learned, corpus.seed_documents()],
        sort_keys=True,
        default=sorted,
    )
    return hashlib.blake2b(spelled.encode(), digest_size=16).hexdigest()


def _first(corpus: Corpus) -> list[date]:
    first = corpus.first_day()
    return [] if first is None else [date.fromisoformat(first)]


def _changed(corpus: Corpus, laid: Mapping[str, Any], days: Iterable[str]) -> list[date]:
    """The days whose articles changed since their stories were laid out, in order."""
    changed = set(days)
    if "days" in laid:  # when no days were noted: what had been read was kept
        former, now = laid["days"], corpus.digest_by_day()
        changed |= {day for day in {*now, *former} if now.get(day) != former.get(day)}
    return sorted(map(date.fromisoformat, changed))
