"""The topic: what the seed set is about, and how related any other text is to it."""

from __future__ import annotations

from ingest.topic.feedback import with_feedback
from ingest.topic.learn import learn_topic
from ingest.topic.model import ALGORITHM, Topic

__all__ = ["ALGORITHM", "Topic", "learn_topic", "with_feedback"]
