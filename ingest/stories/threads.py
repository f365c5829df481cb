"""Threading: which articles tell one story, by the order in which they were published.

One pass (TDT's "detection": Yang, Pierce and Carbonell 1998, section 4): each article joins the
open story that it is most like, or opens one. A story is what its articles of the last month have
in common, and the longer it was silent the more alike a further article must be. An article in a
language that a story does not speak is compared by names, places and concepts alone.

Nothing but the articles of the last month decides where one goes, and all sums are of whole
numbers: a pass that starts in the middle, from stories laid out before, ends exactly as one over
all articles does. So stories are a function of the set of articles, not of their order of arrival.
And once a month was threaded as it stood before, all that follows stays as it stands.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from ingest.stories.columns import Column, Texts
from ingest.stories.month import Month, vector_of
from ingest.stories.weighing import Rarity, weigh

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from ingest.features import Lexicon
    from ingest.stories.month import Likeness, Vector
    from ingest.stories.weighing import Features

__all__ = ["ALGORITHM", "WINDOW", "Cuts", "Telling", "Thread", "Threading", "inherit", "thread"]

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


class Thread(NamedTuple):
    """Articles that tell one story, in order of time; one alone tells none."""

    articles: tuple[int, ...]
    story: int | None  #: that the settled ones among them belong to; None: to none
    is_settled: bool = False  #: all of them stood so before
    goes_on: int | None = None  #: the story whose articles after the end of the pass are its too


class Threading(NamedTuple):
    """What a pass over the articles found."""

    threads: list[Thread]  #: in order of their first articles
    end: datetime | None  #: from here on everything stays as it was; None: all was told


class _Pass:
    """The state of one pass: the articles of the last month, and what is rare among them."""

    def __init__(self, lexicon: Lexicon, seeds: Sequence[Features], cuts: Cuts) -> None:
        self._lexicon, self._cuts = lexicon, cuts
        self._rarity = Rarity(seeds)
        self._counted = Texts()  # that only tell what is rare; all older than the month
        self._month = Month()
        self._stories = Column()  # of each article of the month, as laid out before; 0: none
        self._taken = 0

    def count(self, telling: Telling) -> None:
        """Let an article tell what is rare, and nothing else."""
        self.close(telling.at)
        self._rarity.add(telling.features)
        numbers = self._rarity.numbers
        self._counted.append(telling.at, [numbers[one] for one in telling.features])

    def settle(self, telling: Telling) -> int:
        """Seat an article where it was laid out before; returns the label of its story."""
        return self._take(telling, -telling.story if telling.story else self._taken + 1)

    def decide(self, telling: Telling) -> int:
        """Seat an article with the story it is most like, or alone; returns the label."""
        return self._take(telling, None)

    def close(self, now: datetime) -> None:
        """Let go of what was published more than a window before."""
        for texts, leave in (
            (self._counted, self._counted.pop),
            (self._month.texts, self._month.leave),
        ):
            while (oldest := texts.oldest) is not None and now - oldest > WINDOW:
                self._rarity.remove(leave())
        self._stories.let_go(self._month.texts.first)

    def homes(self) -> dict[int, int | None] | None:
        """The story of each label of the last month as it was before; None: it stood otherwise."""
        homes: dict[int, int | None] = {}
        labels: dict[int, int] = {}
        alone = Counter[int]()
        for turn, label in enumerate(self._month.labels(), self._month.texts.first):
            story = self._stories[turn] or None
            if homes.setdefault(label, story) != story:
                return None
            if story is None:
                alone[label] += 1
            elif labels.setdefault(story, label) != label:
                return None
        return homes if all(times == 1 for times in alone.values()) else None

    def _take(self, telling: Telling, label: int | None) -> int:
        self.close(telling.at)
        self._rarity.add(telling.features)
        weights = weigh(telling.features, self._rarity)
        vector = vector_of(
            telling.features, weights, lexicon=self._lexicon, numbers=self._rarity.numbers
        )
        self._taken += 1
        if label is None:
            label = self._best(telling, vector) or self._taken
        self._month.seat(label, vector, at=telling.at, language=telling.language)
        self._stories.add((telling.story or 0,))
        return label

    def _best(self, telling: Telling, vector: Vector) -> int | None:
        """The open story that an article is most like; None: it is like none."""
        cuts, best = self._cuts, None
        for one in self._month.near(vector, whole=cuts.whole, bridge=min(cuts.bridge, cuts.mixed)):
            if best is not None and one.most < best[0]:
                break  # silence only makes a story ask for more
            over = self._times_its_cut(one, telling.language)
            score = over / self._demand(one.latest, telling.at)
            if score >= 1:
                claim = (score, one.latest, one.label)
                best = claim if best is None else max(best, claim)
        return best[2] if best else None

    def _times_its_cut(self, likeness: Likeness, language: str | None) -> float:
        """How many times its cut an article reaches, by whichever comparison shows more."""
        spoken, cuts = likeness.languages, self._cuts
        if language not in spoken:
            return likeness.bridge / cuts.bridge
        mixed = likeness.bridge / cuts.mixed if len(spoken) > 1 else 0.0
        return max(likeness.whole / cuts.whole, mixed)

    def _demand(self, latest: int, now: datetime) -> float:
        """How many times its cut a story asks for, 1 to 2: it grows with its silence."""
        silence = now - self._month.texts.at(latest)
        return 1 + silence / timedelta(days=self._cuts.silence_days)


_CUTS = Cuts()


def thread(
    tellings: Iterable[Telling],
    *,
    lexicon: Lexicon,
    seeds: Sequence[Features],
    since: datetime,
    changed: Sequence[date] | None = None,
    cuts: Cuts = _CUTS,
) -> Threading:
    """Thread what was published since a time, in the light of what came before.

    Args:
        tellings: by time and address, from two windows before `since` on. Those of the window
            before it keep their stories; those of the window before that only tell what is rare.
        lexicon: that they were read by.
        seeds: features of the seed documents.
        since: from here on articles are threaded anew.
        changed: days, UTC, in order, outside of which all stands as it was laid out: the pass
            ends where nothing more can change before the next of them. None: any may have changed.
        cuts: how alike is alike.

    Returns:
        Every article from one window before `since` up to the end of the pass, in its thread.
    """
    state = _Pass(lexicon, seeds, cuts)
    articles, labels = array("q"), array("q")
    settled = 0  # so many of them, which come first
    homes: dict[int, int | None] = {}
    end, day = None, since.date()
    for telling in tellings:
        if since - telling.at > WINDOW:
            state.count(telling)
            continue
        if changed is not None and telling.at.date() > day:
            day = telling.at.date()
            state.close(telling.at)
            if _is_quiet(day, changed) and (stood := state.homes()) is not None:
                homes, end = stood, telling.at
                break
        if telling.at < since:
            labels.append(state.settle(telling))
            settled += 1
        else:
            labels.append(state.decide(telling))
        articles.append(telling.article)
    del state  # a month of texts, which is most of what a pass holds
    moved = set(labels[settled:])
    groups: dict[int, list[int]] = {}
    for label, article in zip(labels, articles, strict=True):
        groups.setdefault(label, []).append(article)
    threads = [
        Thread(tuple(group), -label if label < 0 else None, label not in moved, homes.get(label))
        for label, group in groups.items()
    ]
    return Threading(threads, end)


def _is_quiet(day: date, changed: Sequence[date]) -> bool:
    """Whether two windows before a day, and the day itself, none of the changed days lies."""
    place = bisect_right(changed, day)
    return not place or day - changed[place - 1] > 2 * WINDOW


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
