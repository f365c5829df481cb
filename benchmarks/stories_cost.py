"""What laying stories out costs: `python -m benchmarks.stories_cost [--articles 10000,50000]`.

Made-up articles of one topic, 167 a day: words as often as English has them, words of the topic,
and words of an event that some four articles of a week tell of. Processor time of what the end of
a run asks for after so much has changed, and the peak of the process; each change is rolled back.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.background import zipf_table
from ingest.corpus import Corpus
from ingest.corpus.base import iso
from ingest.features import Lexicon
from ingest.stories import lay_stories

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_A_DAY, _WORDS, _TOPIC_WORDS, _EVENT_WORDS = 167, 370, 20, 40
_AN_EVENT = 4  # articles on the average, within a week
_LEXICON = Lexicon(languages=("en",), names=frozenset(), vocabulary=frozenset())
_BEGAN = datetime(2024, 1, 1, 6, tzinfo=UTC)
_RUN = "INSERT INTO runs (id, started, spider, trigger, outcome, version) VALUES (1, :at, 'feeds', 'command', 'finished', '0')"  # noqa: E501
_OUTLET = "INSERT INTO outlets (id, first_seen, last_seen) VALUES ('a.test', :at, :at)"
_PAGE = (
    "INSERT INTO pages (id, key, url, outlet, outcome, reason, found_by, first_seen, article) "
    "VALUES (:id, :url, :url, 'a.test', 'article', 'made up', 'feeds', :at, :id)"
)
_ARTICLE = (
    "INSERT INTO articles (id, published, title, outlet, relevance, why, lead, words, language, "
    "url, copies, first_seen, run, page, sha256, extractor, text) VALUES (:id, :at, :title, "
    "'a.test', 0.8, 'made up', '', 370, 'en', :url, 0, :at, 1, :id, :url, 'made 1', :text)"
)
_CHANGE = (
    "UPDATE articles SET sha256 = sha256 || ' new' WHERE id IN "
    "(SELECT id FROM articles WHERE published < :before ORDER BY published DESC LIMIT :many)"
)


class _Undone(Exception):
    pass


def made(articles: int) -> Iterator[dict[str, Any]]:
    """Rows of so many articles, in no order of time."""
    rng = random.Random(articles)
    table = zipf_table("en")
    usual, weights = list(table), list(accumulate(10 ** (value / 10) for value in table.values()))
    topic = rng.sample(usual[3000:9000], _TOPIC_WORDS)
    days = max(1, articles // _A_DAY)
    events = [
        (_BEGAN + timedelta(days=days * rng.random()), rng.sample(usual[2000:], 30))
        for _ in range(max(1, articles // _AN_EVENT))
    ]
    for number in range(1, articles + 1):
        at, event = rng.choice(events)
        words = [
            *rng.choices(usual, cum_weights=weights, k=_WORDS - _TOPIC_WORDS - _EVENT_WORDS),
            *rng.choices(topic, k=_TOPIC_WORDS),
            *rng.choices(event, k=_EVENT_WORDS),
        ]
        rng.shuffle(words)
        yield {
            "id": number, "at": iso(at + timedelta(days=7 * rng.random() ** 2)),
            "url": f"https://a.test/{number}", "title": " ".join(words[:8]),
            "text": "\n".join(" ".join(words[at : at + 60]) for at in range(0, _WORDS, 60)),
        }  # fmt: skip


def _fill(corpus: Corpus, articles: int) -> None:
    with corpus.transaction():
        corpus._run(_RUN, {"at": iso(_BEGAN)})  # noqa: SLF001
        corpus._run(_OUTLET, {"at": iso(_BEGAN)})  # noqa: SLF001
        for row in made(articles):
            corpus._run(_PAGE, row)  # noqa: SLF001
            corpus._run(_ARTICLE, row)  # noqa: SLF001


def _laid(corpus: Corpus) -> tuple[int, float]:
    """Stories touched, and CPU seconds."""
    began = time.process_time()
    touched = lay_stories(corpus, _LEXICON, ["en"])
    return touched, time.process_time() - began


def _after(corpus: Corpus, many: int, days_ago: int) -> tuple[int, float]:
    """The same after so many articles of so long ago have changed; undone again."""
    last = datetime.fromisoformat(corpus._value("SELECT max(published) FROM articles"))  # noqa: SLF001
    told = 0, 0.0
    try:
        with corpus.transaction():
            before = iso(last - timedelta(days=days_ago))
            corpus._run(_CHANGE, {"before": before, "many": many})  # noqa: SLF001
            told = _laid(corpus)
            raise _Undone  # noqa: TRY301
    except _Undone:
        return told


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stories_cost", description=__doc__)
    parser.add_argument("--articles", default="10000,50000", metavar="N,N")
    asked = parser.parse_args(arguments)
    for articles in map(int, asked.articles.split(",")):
        with (
            tempfile.TemporaryDirectory() as place,
            closing(Corpus(Path(place) / "corpus.db")) as corpus,
        ):
            _fill(corpus, articles)
            changes = {
                "everything": _laid(corpus), "nothing": _laid(corpus),
                "20 articles of the last days": _after(corpus, 20, 0),
                "one article of a month ago": _after(corpus, 1, 30),
                "one article of half a year ago": _after(corpus, 1, 182),
            }  # fmt: skip
            for what, (touched, seconds) in changes.items():
                print(f"{articles:,} | {what} | {seconds:.2f} s | {touched:,} stories touched")
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            stories = corpus._value("SELECT count(*) FROM stories")  # noqa: SLF001
            print(f"{articles:,} | {stories:,} stories | at most {peak} MiB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
