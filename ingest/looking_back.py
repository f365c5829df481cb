"""What a run does after its last page: it looks at the corpus as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest import clock
from ingest.errors import IngestError
from ingest.rejudge import after_run
from ingest.site_memory import remember_sites
from ingest.stories import lay_stories

if TYPE_CHECKING:
    from ingest.corpus import Corpus
    from ingest.log import EventLog
    from ingest.workspace import Knowledge, Workspace

__all__ = ["look_back"]


def look_back(workspace: Workspace, corpus: Corpus, knowledge: Knowledge, log: EventLog) -> None:
    """Take out what sites repeat, let the topic drift where it may, thread what the run brought.

    The run's row is closed already, so that a kill here loses nothing; what an error leaves undone
    the next run does.
    """
    topic = knowledge.topic
    try:
        learned = remember_sites(workspace, corpus, knowledge, now=clock.now())
        if learned.sites:
            log.info("sites learned", sites=learned.sites, texts=learned.texts, read=learned.read)
        if (step := after_run(workspace, corpus, now=clock.now())) is not None:
            log.info("topic drifted", step=step)
        if touched := lay_stories(corpus, topic.lexicon, topic.languages):
            log.info("stories laid out", stories=touched)
    except IngestError as exc:
        log.warning("look back not finished", error=str(exc))
