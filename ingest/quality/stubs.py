"""What a page shows before its paywall: kept, and marked as a stub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.items import Reason
from ingest.quality.look import is_marked, refuse
from ingest.quality.phrases import SUBSCRIBE, fold
from ingest.text import is_prose, paragraphs

if TYPE_CHECKING:
    from collections.abc import Collection

    from ingest.items import Rejection
    from ingest.quality.look import Look, PageSignals

__all__ = ["find_wall", "is_stub", "says_it_is_walled", "shown_before_wall"]

_TEASER_WORDS = 160  # what a paywall shows
_WISH_CHARS = 200  # a longer line that asks to subscribe says something else too
_LAST_LINES = 2
_HEADLINE_WORDS = 4  # a section is called by fewer
_OUTWEIGHED_SHARE = 0.7  # of a text that an extractor filled up with other headlines


def find_wall(look: Look) -> Rejection | None:
    """A paywall that shows nothing of the article behind it."""
    asked = _wall_of(look)
    if asked is None or (_name_of(look.signals) and shown_before_wall(look.text, look.signals)):
        return None
    return refuse(Reason.PAYWALL, f"{asked}, and shows nothing of the article")


def is_stub(look: Look) -> bool:
    """Whether the text is what is shown before a paywall."""
    return _wall_of(look) is not None


def says_it_is_walled(look: Look) -> bool:
    """Whether an article page puts a wall before its text, so that its teasers are no list."""
    if _wall_of(look) is None:
        return False
    signals = look.signals
    has_headline = len(signals.heading.split()) >= _HEADLINE_WORDS
    return is_marked(signals) or (signals.has_paywall_box and has_headline)


def shown_before_wall(
    text: str, signals: PageSignals, listed: Collection[str] = frozenset()
) -> str:
    """What a stub says: its lines without the wish to subscribe, else the standfirst.

    Args:
        text: as extracted.
        signals: of the page.
        listed: lines that speak of other pages; where little else is shown, they outweigh it.
    """
    shown = [line for line in paragraphs(text) if line not in listed and not _is_wish(line)]
    if listed:
        shown = list(filter(is_prose, shown))  # and not the heading of what is listed
    return "\n".join(shown) or signals.standfirst


def _is_wish(line: str) -> bool:
    return len(line) < _WISH_CHARS and SUBSCRIBE.search(fold(line)) is not None


def _name_of(signals: PageSignals) -> str:
    return signals.heading or signals.title


def _wall_of(look: Look) -> str | None:
    """How a paywall shows itself before a short text; None: there is none."""
    is_short = look.words < _TEASER_WORDS
    is_outweighed = look.own < _TEASER_WORDS and look.signals.listed_share >= _OUTWEIGHED_SHARE
    if not (is_short or is_outweighed):
        return None
    signals = look.signals
    asked = SUBSCRIBE.search(fold(signals.wall)) or SUBSCRIBE.search(fold(signals.visible))
    is_cut = look.text.rstrip(" ]").endswith(("…", "..."))
    if signals.is_free is False and (asked or is_cut or not look.text):
        return f"isAccessibleForFree is false, {look.words} words"
    ends_asking = any(SUBSCRIBE.search(fold(x)) for x in paragraphs(look.text)[-_LAST_LINES:])
    if asked and (signals.has_paywall_box or is_cut or ends_asking):
        return f"says: {asked.group()}; {look.words} words"
    return None
