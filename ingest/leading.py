"""Where links lead: which are followed beyond what they say of themselves, and which are traps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.calibration import THRESHOLD, ratio_of
from ingest.focus import (
    Yield,
    hub_priority,
    is_explored,
    is_hub_address,
    is_vouched,
    link_priority,
    stands_well,
)
from ingest.items import Block, Candidate, Outcome
from ingest.text import words
from ingest.traps import Seen, find_trap
from ingest.urls import outlet_of, url_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from ingest.corpus import Corpus
    from ingest.extract.links import Link
    from ingest.extract.surroundings import Place
    from ingest.items import Gated
    from ingest.links_settings import Links

__all__ = ["Leading", "candidates_of"]

_LED = "a list, linked by a front page, a kept page or a list that leads on"
_EXPLORED = "a list, drawn to be tried"
_TRIED = (_LED, _EXPLORED)
_TOPICAL = "a list that leads to what may belong to the topic"


def candidates_of(
    links: Iterable[Link],
    places: Mapping[str, Place],
    *,
    page: str,
    depth: int,
    relevance: float = 0.0,
) -> list[Candidate]:
    """The links of a page as candidates.

    Args:
        links: of the page.
        places: of the links, as far as they are known.
        page: its address.
        depth: of the links.
        relevance: of the page, 0..1; the cut at least where its lists are to be tried.
    """
    found = []
    for url, anchor in links:
        place = places.get(url)
        found.append(
            Candidate(
                url=url, found_by="links", source=page, title=anchor or None, depth=depth,
                snippet=(place.said or None) if place else None,
                block=place.block if place else None, parent=relevance,
            )
        )  # fmt: skip
    return found


@dataclass(kw_only=True, slots=True)
class Leading:
    """Weighs links on behalf of one run."""

    corpus: Corpus
    settings: Links
    _seen: dict[str, Seen] = field(default_factory=dict)
    _hubs: dict[str, set[str]] = field(default_factory=dict)

    def forget(self) -> None:
        """Look everything up again: another process wrote, or a page was taken back."""
        self._seen.clear()
        self._hubs.clear()

    def weigh(self, gated: Sequence[Gated], *, may_lead: bool) -> list[Gated]:
        """The gate's decisions, links weighed by where they stand and what their outlet brought.

        Args:
            gated: as the gate decided.
            may_lead: whether a list may be followed that says nothing of the topic.
        """
        yields: dict[str, Yield] = {}
        return [self._weigh(one, yields, may_lead=may_lead) for one in gated]

    def weigh_list(self, gated: Sequence[Gated]) -> list[Gated]:
        """The links of one list: where any says enough, the lists that it links are tried, too."""
        if any(one.outcome == Outcome.WAITING for one in gated):
            gated = [_led(one) for one in gated]
        return self.weigh(gated, may_lead=True)

    def _weigh(self, gated: Gated, yields: dict[str, Yield], *, may_lead: bool) -> Gated:
        candidate = gated.candidate
        if not _is_link(candidate) or gated.outcome == Outcome.REJECTED:
            return gated
        if self._is_too_deep(candidate):
            return _too_deep(gated)
        if gated.outcome == Outcome.SKIPPED:
            gated = self._passed_over(gated, yields) if may_lead else gated
        else:
            gated = _with_priority(gated, link_priority(gated.relevance or 0.0, candidate))
        if gated.outcome != Outcome.WAITING:
            return gated
        return self._unless_trap(gated)

    def bar(self, gated: Gated) -> Gated:
        """The gate's decision on an address as it was found, unless it is too deep or a trap."""
        if not _is_link(gated.candidate) or gated.outcome != Outcome.WAITING:
            return gated
        return _too_deep(gated) if self._is_too_deep(gated.candidate) else self._unless_trap(gated)

    def _is_too_deep(self, candidate: Candidate) -> bool:
        return self.settings.depth is not None and candidate.depth > self.settings.depth

    def _passed_over(self, gated: Gated, yields: dict[str, Yield]) -> Gated:
        """A link that says too little of the topic, followed for where it stands or leads."""
        candidate = gated.candidate
        if candidate.source is None or _outlet_of_page(candidate.source) != gated.outlet:
            return gated
        if stands_well(candidate) and is_vouched(candidate, _words_said(candidate)):
            score = link_priority(0.0, candidate)
            return _waiting(gated, "it says nothing, on a related page", score)
        if not is_hub_address(candidate.url):
            return gated
        is_led = ratio_of(candidate.parent) >= 1
        if not is_led and not is_explored(gated.key, self.settings.explore):
            return gated
        hubs = self._hubs_of(gated.outlet)
        # What a related page is filed under has as many places again.
        most = self.settings.hubs_per_outlet * (2 if candidate.block is Block.TAGS else 1)
        if gated.key not in hubs and len(hubs) >= most:
            return gated
        hubs.add(gated.key)
        outlet = yields.get(gated.outlet)
        if outlet is None:
            outlet = yields[gated.outlet] = Yield(*self.corpus.link_yield(gated.outlet))
        return _waiting(gated, _LED if is_led else _EXPLORED, hub_priority(outlet, candidate.block))

    def _unless_trap(self, gated: Gated) -> Gated:
        if (seen := self._seen.get(gated.outlet)) is None:
            seen = self._seen[gated.outlet] = Seen.of(self.corpus.linked_keys(gated.outlet))
        if trap := find_trap(gated.candidate.url, gated.key, seen):
            return replace(gated, outcome=Outcome.REJECTED, reason=f"trap: {trap}")
        seen.note(gated.key)
        return gated

    def _hubs_of(self, outlet: str) -> set[str]:
        if outlet not in self._hubs:
            self._hubs[outlet] = self.corpus.hub_keys(outlet, because=_TRIED)
        return self._hubs[outlet]

    def note(self, gated: Iterable[Gated], *, now: datetime) -> None:
        """Write down which of the addresses entered are lists to be followed."""
        for reason in _TRIED:
            keys = [one.key for one in gated if one.reason == reason]
            if keys:
                self.corpus.enter_hubs(keys, because=reason, now=now)

    def note_list(
        self, page: int, url: str, *, found: Sequence[Gated], every_minutes: int | None,
        now: datetime,
    ) -> int | None:  # fmt: skip
        """Write down that a page is a list that leads on; the source it is from now on, if any.

        An outlet has so many places for lists that are looked at again, beside those for lists
        that are tried: else what its menus name would leave none for what belongs to the topic.

        Args:
            page: its number.
            url: where it was found in the end.
            found: what it links, as weighed.
            every_minutes: until it is looked at again; None: it is not.
            now: aware UTC.
        """
        if not any(one.outcome == Outcome.WAITING and one.reason not in _TRIED for one in found):
            return None
        if self.corpus.count_others(page) >= self.settings.hubs_per_outlet:
            return None
        self.corpus.enter_hubs([self.corpus.key_of(page)], because=_TOPICAL, now=now)
        if every_minutes is None:
            return None
        return self.corpus.look_again(page, url, every_minutes=every_minutes, now=now)


def _is_link(candidate: Candidate) -> bool:
    return candidate.depth > 0 and not candidate.is_given


@lru_cache(maxsize=8)
def _outlet_of_page(source: str) -> str:
    """The outlet of a page: each of its links asks for it."""
    return outlet_of(source)


def _words_said(candidate: Candidate) -> int:
    said = filter(None, (candidate.title, candidate.snippet, url_words(candidate.url)))
    return len(words(" ".join(said)))


def _too_deep(gated: Gated) -> Gated:
    reason = f"link {gated.candidate.depth} in a row"
    return replace(gated, outcome=Outcome.SKIPPED, reason=reason)


def _led(gated: Gated) -> Gated:
    return replace(gated, candidate=replace(gated.candidate, parent=THRESHOLD))


def _with_priority(gated: Gated, priority: float) -> Gated:
    return replace(gated, candidate=replace(gated.candidate, priority=priority))


def _waiting(gated: Gated, reason: str, priority: float) -> Gated:
    return _with_priority(replace(gated, outcome=Outcome.WAITING, reason=reason), priority)
