"""How others walk a web: breadth first, by the parent's likeness, along what is relevant.

Each starts where ours does, at the addresses of the seed documents and the front pages, asks for
an address once (`canonicalize_url`, as Scrapy tells addresses apart) and stops at the budget.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from typing import TYPE_CHECKING

from w3lib.url import canonicalize_url

from benchmarks.harvest.web import Area
from ingest.text import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from benchmarks.harvest.web import Page, Web
    from ingest.topic import Topic

__all__ = ["breadth_first", "follow_relevant", "oracle", "parent_similarity"]


def breadth_first(web: Web, starts: Sequence[str], budget: int) -> list[str]:
    """Scrapy with first-in first-out queues: all links in the order they are met."""
    return _walk(web, starts, budget, lambda _page: 0.0)


def parent_similarity(
    web: Web, starts: Sequence[str], budget: int, seeds: Iterable[Mapping[str, Any]]
) -> list[str]:
    """Nutch's scoring by similarity: a link is as good as its page is like the seed documents."""
    model = Counter(word for seed in seeds for word in words(_text(seed)))

    def likeness(page: Page) -> float:
        own = Counter(words(_text(page.text) if page.text else page.title))
        return _cosine(model, own)

    return _walk(web, starts, budget, likeness)


def follow_relevant(web: Web, starts: Sequence[str], budget: int, topic: Topic) -> list[str]:
    """Media Cloud's spider: the links of relevant pages, in the order they are met.

    What is relevant our own topic says, which is better than a query of words, and menus are left
    out. Front pages lead on as well, after the seeds: else a web without links between outlets
    would end at once.
    """
    homes = frozenset(web.homes)

    def merit(page: Page) -> float | None:
        if page.url in homes:
            return 0.0
        is_related = page.text is not None and topic.score(page.title, page.text["text"]).is_related
        return 1.0 if is_related else None

    return _walk(web, starts, budget, merit, passed_over=frozenset({Area.MENU, Area.FOOT}))


def oracle(web: Web, starts: Sequence[str], budget: int, relevant: frozenset[str]) -> list[str]:
    """Knows which addresses are relevant, though not where they are: the most there is to win."""
    return _walk(web, starts, budget, lambda _page: 0.0, known=relevant)


def _walk(
    web: Web,
    starts: Sequence[str],
    budget: int,
    merit: Callable[[Page], float | None],
    known: frozenset[str] = frozenset(),
    passed_over: frozenset[Area] = frozenset(),
) -> list[str]:
    """Addresses in the order asked for, links by the merit of their page, then first come.

    Args:
        merit: None: the page's links are not followed.
        known: addresses that go before all others.
        passed_over: where the links stand that are not followed.
    """
    frontier = [(-2.0, place, url) for place, url in enumerate(starts)]
    seen = {canonicalize_url(url) for url in starts}
    asked: list[str] = []
    met = len(frontier)
    while frontier and len(asked) < budget:
        *_, url = heapq.heappop(frontier)
        asked.append(url)
        page = web.fetch(url)
        if page is None or (worth := merit(page)) is None:
            continue
        for link in page.links:
            if link.area not in passed_over and (key := canonicalize_url(link.url)) not in seen:
                seen.add(key)
                met += 1
                heapq.heappush(frontier, (-1.5 if link.url in known else -worth, met, link.url))
    return asked


def _text(text: Mapping[str, Any]) -> str:
    return f"{text['title']}\n{text['text']}"


def _cosine(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    shared = sum(n * other.get(word, 0) for word, n in one.items())
    norms = math.sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return shared / norms if norms else 0.0
