"""What a person says of the words of a topic: some more, some not, some above all."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.text import tokens
from ingest.topic.model import version_of
from ingest.topic.vectors import dot, ranked, unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ingest.features import Lexicon
    from ingest.topic.model import Topic

__all__ = [
    "Edits",
    "held",
    "likeness_to_seeds",
    "names_without",
    "unmatched",
    "with_edits",
    "with_spellings",
]

_STRONG = 10  # an added word weighs what the median of so many strongest words does


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """Words as a person writes them in the settings; in any case, script or language."""

    add: tuple[str, ...] = ()  #: count like the strong words of the seeds
    drop: tuple[str, ...] = ()  #: count for nothing
    pin: tuple[str, ...] = ()  #: count as much as the strongest, whatever is learned later

    def __bool__(self) -> bool:
        return bool(self.add or self.drop or self.pin)


def with_edits(topic: Topic, edits: Edits) -> Topic:
    """The topic with these words added, dropped and pinned; the order of the words is all one."""
    if not edits:
        return topic
    words = _tokens([*edits.add, *edits.pin])
    named = (topic.lexicon.feature(word) for word in words if not word.islower())
    topic = replace(
        topic,
        lexicon=replace(topic.lexicon, names=topic.lexicon.names | _no_places(named)),
        spellings=dict(topic.spellings) | _spellings(topic, words),
    )
    added = _features(topic.lexicon, words)
    dropped = _features(topic.lexicon, _tokens(edits.drop))
    families = {name: home for name, home in topic.lexicon.families.items() if name not in dropped}
    wider = replace(
        topic,
        lexicon=replace(topic.lexicon, families=families),
        version=version_of(
            json.dumps([topic.version, *map(sorted, (edits.add, edits.drop, edits.pin))])
        ),
        weights=_with(topic.weights, added),
        bridge_weights=_with(topic.bridge_weights, added),
        seed_weights={
            seed: {f: weight for f, weight in row.items() if f not in dropped}
            for seed, row in topic.seed_weights.items()
        },
        core=() if dropped & set(topic.core) else topic.core,
    )
    edited = held(wider, edits)
    return replace(
        edited,
        cut=topic.cut * _shift(topic.weights, topic, edited.weights, edited),
        bridge_cut=topic.bridge_cut
        * _shift(topic.bridge_weights, topic, edited.bridge_weights, edited),
    )


def unmatched(
    topic: Topic, edits: Edits, *, is_told: Callable[[str], bool] = lambda _: False
) -> list[tuple[str, str]]:
    """What a person wrote that no word of the seeds matches: misspelt, most likely.

    Args:
        topic: as learned from the seeds alone.
        edits: what was written.
        is_told: whether an article has a word; what is added may be new to the seeds.

    Returns:
        Verb and words, as written, of each.
    """
    known = topic.weights.keys() | topic.bridge_weights.keys() | topic.lexicon.families.keys()

    def is_matched(verb: str, word: str) -> bool:
        return bool(known & _features(topic.lexicon, [word])) or (verb != "drop" and is_told(word))

    found = []
    for verb, said in (("add", edits.add), ("drop", edits.drop), ("pin", edits.pin)):
        for phrase in said:
            # Of several words a small one such as `of` stands for nothing by itself.
            told = [word for word in tokens(phrase) if _features(topic.lexicon, [word])]
            strange = [word for word in told if not is_matched(verb, word)]
            if strange or not told:
                found.append((verb, " ".join(strange) or phrase))
    return found


def names_without(topic: Topic, edits: Edits, name: str) -> str:
    """A name of several words without those that were dropped: Nagorno, if Karabakh was."""
    dropped = _features(topic.lexicon, _tokens(edits.drop))
    parts = name.split()
    kept = [word for word in parts if not dropped & _features(topic.lexicon, _tokens([word]))]
    return " ".join(kept) if len(parts) > 1 and kept else name


def held(topic: Topic, edits: Edits) -> Topic:
    """The topic as learned further, where dropped words still count for nothing and pinned most."""
    if not edits:
        return topic
    dropped = _features(topic.lexicon, _tokens(edits.drop))
    pinned = _features(topic.lexicon, _tokens(edits.pin))
    return replace(
        topic,
        weights=_held(topic.weights, dropped, pinned),
        bridge_weights=_held(topic.bridge_weights, dropped, pinned),
    )


def likeness_to_seeds(weights: Mapping[str, float], topic: Topic) -> float:
    """How alike the seeds are to a profile, on average; what a cut is scaled by."""
    return statistics.fmean(dot(seed, weights) for seed in topic.seed_weights.values())


def with_spellings(topic: Topic, texts: Sequence[str]) -> Topic:
    """The topic with a spelling for each feature that these texts brought to it."""
    written: dict[str, Counter[str]] = {}
    for text in texts:
        for token in tokens(text):
            feature = topic.lexicon.feature(token)
            if feature in topic.weights and feature not in topic.spellings:
                named = feature.startswith("@") or feature in topic.lexicon.names
                plain = token.replace("’", "'").removesuffix("'s")
                written.setdefault(feature, Counter())[plain if named else plain.lower()] += 1
    fresh = {f: min(forms, key=lambda form: (-forms[form], form)) for f, forms in written.items()}
    return replace(topic, spellings=dict(topic.spellings) | fresh) if fresh else topic


def _shift(
    before: Mapping[str, float], topic: Topic, after: Mapping[str, float], edited: Topic
) -> float:
    """How much less alike the seeds are to the new profile: the cut falls as their scores do."""
    old, new = likeness_to_seeds(before, topic), likeness_to_seeds(after, edited)
    return new / old if old > 0 and new > 0 else 1.0


def _held(weights: Mapping[str, float], dropped: set[str], pinned: set[str]) -> dict[str, float]:
    kept = {feature: weight for feature, weight in weights.items() if feature not in dropped}
    strongest = max((w for f, w in kept.items() if f not in pinned), default=1.0)
    return ranked(unit(kept | dict.fromkeys(pinned - dropped, max(strongest, 0.0))))


def _with(weights: Mapping[str, float], added: set[str]) -> dict[str, float]:
    strong = statistics.median(sorted(weights.values(), reverse=True)[:_STRONG] or [1.0])
    return dict(weights) | {feature: max(weights.get(feature, 0.0), strong) for feature in added}


def _tokens(said: Iterable[str]) -> list[str]:
    return sorted({token for words in said for token in tokens(words)})


def _features(lexicon: Lexicon, words: Sequence[str]) -> set[str]:
    """What the words count as at home and in foreign texts, the place of a name left out.

    A word typed in small letters may be a name all the same.
    """
    read = (
        next(iter(lexicon.read(written, is_home=is_home).counts), None)
        for word in words
        for written in (word, word.title())
        for is_home in (True, False)
    )
    return {feature for feature in read if feature is not None}  # a function word counts as none


def _no_places(features: Iterable[str]) -> frozenset[str]:
    return frozenset(feature for feature in features if not feature.startswith("@"))


def _spellings(topic: Topic, words: Sequence[str]) -> dict[str, str]:
    found = {topic.lexicon.feature(word): word for word in words}
    return {feature: word for feature, word in found.items() if feature not in topic.spellings}
