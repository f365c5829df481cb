"""A step of drift: what a run brought teaches the topic, unless it would lead it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.corpus.labels import Step
from ingest.topic.drift import RUNAWAY_SHARE, is_sure, near_no_seed, with_drift
from ingest.topic.in_force import anchor_of, changed_words
from ingest.workspace import stored_topic

if TYPE_CHECKING:
    from datetime import datetime

    from ingest.corpus import Corpus
    from ingest.topic import Topic
    from ingest.workspace import Workspace

__all__ = ["after_run"]

_DAY_CHARS = len("2025-07-03")
_RECENT = 50  # articles that a runaway is looked for among


def after_run(workspace: Workspace, corpus: Corpus, *, now: datetime) -> int | None:
    """Let the topic follow its story by a step; the number of the step, None: there was none.

    It learns from the articles that the topic of seeds, settings and labels is sure of by itself
    and that appeared before the newest day, so an article is learned once; one that is found late,
    by a later step. Once the articles near no seed become too many, the step is written down as one
    that does not stand, and no other is made until a person changes the topic. What the step
    changes is judged by the next run.
    """
    if not workspace.settings.topic.drift:
        return None
    seeds = workspace.sync_seeds(corpus)
    lessons = workspace.lessons(corpus, seeds)
    anchor = anchor_of(lessons)
    if corpus.state("drift_stopped") == anchor.version:
        return None
    texts = _texts_to_learn(corpus, anchor)
    if not texts:
        return None
    fresh = sorted(texts)
    recent = (*lessons.recent, *(texts[page] for page in fresh))
    topic = with_drift(anchor, recent, edits=lessons.edits)
    share = near_no_seed(anchor, _latest_related(corpus, topic))
    gained, lost = changed_words(stored_topic(corpus) or anchor, topic)
    step = Step(
        kind="drift", version=topic.version, texts=len(fresh), gained=gained, lost=lost,
        pages=fresh, near_no_seed=round(share, 4),
    )  # fmt: skip
    is_runaway = share > RUNAWAY_SHARE
    with corpus.transaction():
        number = corpus.add_step(step, now=now, is_undone=is_runaway)
        if is_runaway:
            corpus.set_state("drift_stopped", anchor.version)
    workspace.learn(corpus)
    return number


def _texts_to_learn(corpus: Corpus, anchor: Topic) -> dict[int, str]:
    """By page, the articles of all days but the newest, not learned yet, that it is sure of."""
    dated = corpus.articles_by_date()
    newest = dated[-1][1][:_DAY_CHARS] if dated else ""
    learned = {page for _, _, pages in corpus.drift_steps() for page in pages}
    passed_over = learned | corpus.undone_pages()
    texts = {
        page: _whole(corpus, page)
        for page, published in dated
        if published[:_DAY_CHARS] < newest and page not in passed_over
    }
    return {page: text for page, text in texts.items() if is_sure(anchor, text)}


def _latest_related(corpus: Corpus, topic: Topic) -> list[str]:
    latest = [_whole(corpus, page) for page, _ in corpus.articles_by_date()[-_RECENT:]]
    return [text for text in latest if topic.ratio(text) >= 1]


def _whole(corpus: Corpus, page: int) -> str:
    article = corpus.text_of(page)
    assert article is not None, page
    return f"{article.title}\n{article.text}"
