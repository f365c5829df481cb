"""The topic that verdicts are made by: seeds, then settings, then labels, then drift.

A pure function of its lessons: learned again from scratch, it is the same topic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from ingest.names import name_keys
from ingest.topic.drift import with_drift
from ingest.topic.edits import Edits, with_edits
from ingest.topic.feedback import with_feedback
from ingest.topic.learn import learn_topic
from ingest.topic.model import version_of

if TYPE_CHECKING:
    from ingest.items import SeedSet
    from ingest.topic.model import Topic

__all__ = ["Lessons", "anchor_of", "changed_words", "missing_names", "topic_in_force"]

_SHOWN_CHANGES = 8
_LEAST_CHANGE = 0.005  # of a weight in a profile of unit length, to be worth a word
_SHOWN_MISSING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """Everything that a topic is learned from."""

    seeds: SeedSet
    edits: Edits
    yes: tuple[str, ...] = ()  #: texts that a reader called related
    no: tuple[str, ...] = ()  #: and unrelated
    recent: tuple[str, ...] = ()  #: articles of the steps of drift that stand
    encoder: str | None = None  #: version of the one that shifts scores; None: none does


def anchor_of(lessons: Lessons) -> Topic:
    """What people said the topic is: without drift."""
    topic = with_edits(learn_topic(lessons.seeds), lessons.edits)
    if lessons.encoder:  # it teaches the topic nothing, but other scores are another version
        topic = replace(topic, version=version_of(f"{topic.version} {lessons.encoder}"))
    return with_feedback(topic, lessons.yes, lessons.no, edits=lessons.edits)


def topic_in_force(lessons: Lessons) -> Topic:
    """The topic that all this teaches."""
    return with_drift(anchor_of(lessons), lessons.recent, edits=lessons.edits)


def changed_words(before: Topic | None, after: Topic) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words that gained and that lost most weight, as people write them, the most first."""
    if before is None:
        return tuple(map(after.spelling, list(after.weights)[:_SHOWN_CHANGES])), ()
    moves = {
        feature: after.weights.get(feature, 0.0) - before.weights.get(feature, 0.0)
        for feature in after.weights.keys() | before.weights.keys()
    }
    told = sorted(
        (feature for feature, move in moves.items() if abs(move) >= _LEAST_CHANGE),
        key=lambda feature: (-abs(moves[feature]), feature),
    )
    gained = [after.spelling(feature) for feature in told if moves[feature] > 0]
    lost = [before.spelling(feature) for feature in told if moves[feature] < 0]
    return tuple(gained[:_SHOWN_CHANGES]), tuple(lost[:_SHOWN_CHANGES])


def missing_names(topic: Topic, text: str) -> tuple[str, ...]:
    """The strongest names of the topic that a text does not name, in any spelling.

    Seeds in two scripts may give one name in both, each a name of the topic to itself.
    """
    names = (f for f in topic.weights if f.startswith("@") or f in topic.lexicon.names)
    strongest = tuple(islice(names, 2 * _SHOWN_MISSING))
    said = topic.lexicon.read(text).counts if strongest else {}
    told = [feature for feature in said if feature in topic.lexicon.names]
    missing: list[str] = []
    for name in strongest:
        if name not in said and not any(_sound_alike(name, other) for other in (*told, *missing)):
            missing.append(name)
    return tuple(topic.spelling(name) for name in missing[:_SHOWN_MISSING])


def _sound_alike(one: str, other: str) -> bool:
    """Whether two names may be one in two spellings, the one or the other with an ending."""
    a, b = _sounds(one), _sounds(other)
    return bool(a and b) and (a[0] in b or b[0] in a)


@lru_cache(65536)
def _sounds(name: str) -> tuple[str, ...]:
    return name_keys(name.title(), name)
