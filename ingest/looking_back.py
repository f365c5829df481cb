"""What a run does after its last page: it looks at the corpus as a whole."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingest import clock
from ingest.errors import IngestError, Stopped
from ingest.extract.detector import unload
from ingest.rejudge import after_run
from ingest.site_memory import remember_sites
from ingest.stories import lay_stories

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from ingest.corpus import Corpus
    from ingest.log import EventLog
    from ingest.workspace import Knowledge, Workspace

__all__ = ["look_back", "signals_heard"]

_STOPPING = (signal.SIGINT, signal.SIGTERM)


def look_back(
    workspace: Workspace,
    corpus: Corpus,
    knowledge: Knowledge,
    log: EventLog,
    *,
    is_stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Take out what sites repeat, let the topic drift where it may, thread what the run brought.

    The run's row is closed already, so that a kill here loses nothing; what an error or a stop
    leaves undone the next run does.
    """
    topic = knowledge.topic
    try:
        learned = remember_sites(
            workspace, corpus, knowledge, now=clock.now(), is_stopped=is_stopped
        )
        if learned.sites:
            log.info("sites learned", sites=learned.sites, texts=learned.texts, read=learned.read)
        if is_stopped():
            raise Stopped("told to stop")
        if (step := after_run(workspace, corpus, now=clock.now())) is not None:
            log.info("topic drifted", step=step)
        unload()  # pages are read, and what stories need is most of what a crawl ever holds
        if touched := lay_stories(corpus, topic.lexicon, topic.languages, is_stopped=is_stopped):
            log.info("stories laid out", stories=touched)
    except IngestError as exc:
        log.warning("look back not finished", error=str(exc))


@contextmanager
def signals_heard() -> Iterator[Callable[[], bool]]:
    """Whether SIGINT or SIGTERM came meanwhile; whoever handles them is told all the same.

    For work that keeps the event loop, which would not hear of them before its end.
    """
    heard: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = {number: signal.getsignal(number) for number in _STOPPING}

    def hear(number: int, frame: FrameType | None) -> None:
        heard.append(number)
        if callable(handler := before[signal.Signals(number)]):
            handler(number, frame)

    for number in _STOPPING:
        signal.signal(number, hear)
    try:
        yield lambda: bool(heard)
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is hear:  # Scrapy takes another for the second signal
                signal.signal(number, handler)
