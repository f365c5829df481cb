"""What a kept article makes of its outlet: home page, robots.txt and feeds become sources."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from ingest.proposing.proposals import BY_ARTICLE, outlet_feeds
from ingest.urls import home_of, outlet_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ingest.corpus import Corpus

__all__ = ["enter_outlet"]


def enter_outlet(
    corpus: Corpus,
    url: str,
    announced: Iterable[str],
    *,
    every_minutes: int,
    is_teaching: bool,
    now: datetime,
) -> list[str]:
    """Make the outlet of a kept page a source, or more of one.

    An outlet on a shared platform has no robots.txt of its own. What was proposed of the outlet, or
    rests because it brought nothing, is polled from now on; but not for a page that is only judged
    anew, which may be judged back: the next run finds it kept.

    Args:
        url: of the page.
        announced: feeds that the page announces.

    Returns:
        The addresses of all.
    """
    home, outlet = home_of(url), outlet_of(url)
    found = [("site", home)]
    if home == urljoin(url, "/"):
        found.append(("robots", urljoin(url, "/robots.txt")))
    found += [("feed", feed) for feed in outlet_feeds(announced, url)]
    for kind, address in found:
        told = {"kind": kind, "url": address, "outlet": outlet_of(address), "found_by": "links"}
        if is_teaching:
            corpus.add_source(**told, every_minutes=every_minutes, now=now)
        else:
            corpus.propose_source(
                **told, because=BY_ARTICLE, is_polled=True, every_minutes=every_minutes, now=now
            )
    if not is_teaching:
        corpus.wake_outlet(outlet, now=now)
    return [address for _, address in found]
