"""Stories: threads of articles within the topic, each about one event and what came of it."""

from __future__ import annotations

from ingest.stories.laying import lay_stories, take_as_laid
from ingest.stories.threads import Cuts, Telling, Thread, inherit, thread

__all__ = ["Cuts", "Telling", "Thread", "inherit", "lay_stories", "take_as_laid", "thread"]
