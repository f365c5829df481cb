"""Threading: which articles tell one story, by the order in which they were published.

One pass (TDT's "detection": Yang, Pierce and Carbonell 1998, section 4): each article joins the
open story that it is most like, or opens one. A story is what its articles of the last month have
in common, and the longer it was silent the more alike a further article must be. An article in a
language that a story does not speak is compared by names, places and concepts alone.

Nothing but the articles of the last month decides where one goes, and all sums are of whole
numbers: a pass that starts in the middle, from stories laid out before, ends exactly as one over
all articles does. So stories are a function of the set of articles, not of their order of arrival.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from ingest.stories.weighing import Rarity, bridge_of, weigh

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from ingest.features import Lexicon
    from ingest.stories.weighing import Features

__all__ = ["ALGORITHM", "WINDOW", "Cuts", "Telling", "Thread", "inherit", "thread"]

ALGORITHM = "stories 1"  #: raise it whenever the same articles would be threaded otherwise
WINDOW = timedelta(days=30)  #: a story that was silent for so long has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """How alike an article must be to a story to join it; chosen by benchmarks/stories.py."""

    whole: float = 0.16  #: cosine, right after the story's latest article
    bridge: float = 0.30  #: of names, places and concepts alone, where it speaks other languages
    mixed: float = 0.45  #: the same, where it speaks the article's language among others
    silence_days: float = 30.0  #: after which all of these have doubled


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """An article as threading sees it."""

    article: int  #: id in `articles`
    at: datetime  #: when it was published; the day it was first seen, where it states no date
    language: str | None  #: ISO 639-1
    features: Features = field(repr=False)
    story: int | None = None  #: as laid out so far; None: none


@dataclass(slots=True)
class _Seat:
    """An article of the last month in its place."""

    label: int | None  # None: in no story's sum
    at: datetime
    language: str | None
    whole: Mapping[str, int]
    bridge: Mapping[str, int]
    features: tuple[str, ...]


class Thread(NamedTuple):
    """Articles that tell one story, in order of time; one alone tells none."""

    articles: tuple[int, ...]
    story: int | None  #: that the settled ones among them belong to; None: to none
    is_settled: bool = False  #: all of them stood so before


class _Space:
    """The sums of the vectors of each open story, by feature."""

    def __init__(self) -> None:
        self._sums: dict[str, dict[int, int]] = {}
        self._squares = Counter[int]()

    def add(self, label: int, vector: Mapping[str, int], sign: int = 1) -> None:
        """Move the sum of a story by a vector."""
        for feature, weight in vector.items():
            stories = self._sums.setdefault(feature, {})
            before = stories.get(label, 0)
            after = before + sign * weight
            self._squares[label] += after * after - before * before
            if after:
                stories[label] = after
            else:
                del stories[label]
                if not stories:
                    del self._sums[feature]

    def cosines(self, vector: Mapping[str, int]) -> dict[int, float]:
        """To every story that shares a feature with it."""
        products: dict[int, int] = {}
        for feature, weight in vector.items():
            for label, total in self._sums.get(feature, {}).items():
                products[label] = products.get(label, 0) + weight * total
        square = sum(weight * weight for weight in vector.values())
        return {
            label: product / math.sqrt(square * self._squares[label])
            for label, product in products.items()
        }


class _Pass:
    """The state of one pass: the articles of the last month and what their stories sum up to."""

    def __init__(self, lexicon: Lexicon, seeds: Sequence[Features], cuts: Cuts) -> None:
        self._lexicon, self._cuts = lexicon, cuts
        self._rarity = Rarity(seeds)
        self._seats: deque[_Seat] = deque()
        self._whole, self._bridge = _Space(), _Space()
        self._languages: dict[int, Counter[str | None]] = {}
        self._latest: dict[int, tuple[datetime, int]] = {}
        self._taken = 0

    def count(self, telling: Telling) -> None:
        """Let an article tell what is rare, and nothing else."""
        self._close(telling.at)
        features = tuple(telling.features)
        self._rarity.add(features)
        self._seats.append(_Seat(None, telling.at, telling.language, {}, {}, features))

    def settle(self, telling: Telling) -> int:
        """Seat an article where it was laid out before; returns the label of its story."""
        return self._take(telling, -telling.story if telling.story else self._taken + 1)

    def decide(self, telling: Telling) -> int:
        """Seat an article with the story it is most like, or alone; returns the label."""
        return self._take(telling, None)

    def _take(self, telling: Telling, label: int | None) -> int:
        self._close(telling.at)
        features = tuple(telling.features)
        self._rarity.add(features)
        whole = weigh(telling.features, self._rarity)
        bridge = bridge_of(whole, self._lexicon)
        self._taken += 1
        if label is None:
            label = self._best(telling, whole, bridge) or self._taken
        seat = _Seat(label, telling.at, telling.language, whole, bridge, features)
        self._seats.append(seat)
        self._whole.add(label, whole)
        self._bridge.add(label, bridge)
        self._languages.setdefault(label, Counter())[telling.language] += 1
        self._latest[label] = (telling.at, self._taken)
        return label

    def _close(self, now: datetime) -> None:
        """Let go of what was published more than a window before."""
        while self._seats and now - self._seats[0].at > WINDOW:
            seat = self._seats.popleft()
            self._rarity.remove(seat.features)
            if seat.label is None:
                continue
            self._whole.add(seat.label, seat.whole, -1)
            self._bridge.add(seat.label, seat.bridge, -1)
            spoken = self._languages[seat.label]
            spoken[seat.language] -= 1
            if not spoken[seat.language]:
                del spoken[seat.language]
            if not spoken:
                del self._languages[seat.label], self._latest[seat.label]

    def _best(
        self, telling: Telling, whole: Mapping[str, int], bridge: Mapping[str, int]
    ) -> int | None:
        """The open story that an article is most like; None: it is like none."""
        times: dict[int, float] = {}
        for label, cosine in self._bridge.cosines(bridge).items():
            spoken = self._languages[label]
            if telling.language not in spoken:
                times[label] = cosine / self._cuts.bridge
            elif len(spoken) > 1:
                times[label] = cosine / self._cuts.mixed
        for label, cosine in self._whole.cosines(whole).items():
            if telling.language in self._languages[label]:
                times[label] = max(cosine / self._cuts.whole, times.get(label, 0.0))
        able = [
            (score, self._latest[label], label)
            for label, over in times.items()
            if over >= 1 and (score := over / self._demand(label, telling.at)) >= 1
        ]
        return max(able)[2] if able else None

    def _demand(self, label: int, now: datetime) -> float:
        """How many times its cut a story asks for, 1 to 2: it grows with its silence."""
        return 1 + (now - self._latest[label][0]) / timedelta(days=self._cuts.silence_days)


_CUTS = Cuts()


def thread(
    tellings: Iterable[Telling],
    *,
    lexicon: Lexicon,
    seeds: Sequence[Features],
    since: datetime,
    cuts: Cuts = _CUTS,
) -> list[Thread]:
    """Thread what was published since a time, in the light of what came before.

    Args:
        tellings: by time and address, from two windows before `since` on. Those of the window
            before it keep their stories; those of the window before that only tell what is rare.
        lexicon: that they were read by.
        seeds: features of the seed documents.
        since: from here on articles are threaded anew.

    Returns:
        Every article from one window before `since` on, in its thread.
    """
    state = _Pass(lexicon, seeds, cuts)
    groups: dict[int, list[int]] = {}
    moved = set[int]()
    for telling in tellings:
        if since - telling.at > WINDOW:
            state.count(telling)
            continue
        if telling.at < since:
            label = state.settle(telling)
        else:
            label = state.decide(telling)
            moved.add(label)
        groups.setdefault(label, []).append(telling.article)
    return [
        Thread(tuple(group), -label if label < 0 else None, is_settled=label not in moved)
        for label, group in groups.items()
    ]


def inherit(
    threads: Sequence[Thread], *, before: Mapping[int, int], elders: Collection[int]
) -> list[int | None]:
    """The story that each thread goes on with; None: none so far.

    A story lives on in the thread that holds most of its articles, of equals in the earliest.

    Args:
        threads: in order of time.
        before: story of each article so far; articles without one are left out.
        elders: stories that have articles older than all of these; they stay where those are.
    """
    found: list[int | None] = [one.story if one.story in elders else None for one in threads]
    free = {article: story for article, story in before.items() if story not in elders}
    claims = Counter[tuple[int, int]]()
    for place, one in enumerate(threads):
        if found[place] is None and len(one.articles) > 1:
            claims.update((place, free[article]) for article in one.articles if article in free)
    given = set[int]()
    for (place, story), _ in sorted(claims.items(), key=lambda claim: (-claim[1], claim[0])):
        if found[place] is None and story not in given:
            found[place] = story
            given.add(story)
    return found
