"""What the rules look at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.items import Rejection, Stage
from ingest.quality.phrases import fold

if TYPE_CHECKING:
    from ingest.items import Reason

__all__ = [
    "GATE_WORDS",
    "MIN_WORDS",
    "Look",
    "PageSignals",
    "count_words",
    "headings_of",
    "is_marked",
    "is_rich",
    "is_typed",
    "reads_on",
    "refuse",
    "said",
]

MIN_WORDS = 30  # a brief of 60 words is an article; a caption or a standfirst alone is not
GATE_WORDS = 120  # a challenge, a consent wall and an error page say less than this
_SPOKEN_LINES, _SPOKEN_SHARE = 6, 0.6
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_CJK_CHARS_A_WORD = 2
_ARTICLE_KIND = re.compile(r"Article$|Posting$|^(?:Report|Review|Recipe)$")
_THREAD_KIND = "DiscussionForumPosting"  # a page of comments calls itself so
_TITLE_BORDER = re.compile(r"\s+[|–—\-·•:/]\s+|[|!]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSignals:
    """What a page shows besides the article's text; see `ingest.extract.signals`."""

    title: str = ""  #: <title>
    heading: str = ""  #: first <h1>
    standfirst: str = field(default="", repr=False)  #: what the page says it is about
    visible: str = field(default="", repr=False)  #: text outside scripts, cut
    path: str = ""  #: path and query of the address
    links: int = 0
    headline_links: int = 0  #: different addresses whose anchor reads like a headline
    cards: int = 0  #: teaser cards that hold a line of the text
    listed_share: float = 0.0  #: share of the text's words in cards or links, 0..1
    prose_words: int = 0  #: words of the text in running lines outside cards and links
    spoken_lines: int = 0  #: of the text: no links nor teasers, ended like sentences or verses
    caption_lines: int = 0  #: of the text: under pictures, in slides
    comment_words: int = 0  #: in boxes of readers' comments; counted where the page may be one
    comment_share: float = 0.0  #: share of the text's words that stand in these, 0..1
    times: int = 0  #: different moments in <time> tags
    pictures: int = 0  #: figures, players and slides
    kinds: tuple[str, ...] = ()  #: schema.org types, sorted
    page_type: str | None = None  #: og:type
    is_dated: bool = False  #: whether it states when it was published, for machines
    challenge_mark: str | None = None  #: trace of an anti-robot gate
    buttons: tuple[str, ...] = ()  #: labels in lower case
    is_free: bool | None = None  #: isAccessibleForFree; None: not stated
    has_paywall_box: bool = False
    wall: str = field(default="", repr=False)  #: what such a box says, cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """All that a rule looks at."""

    text: str
    words: int  #: of the text
    own: int  #: words of the text in lines that are no teasers
    prose: int  #: words of the text in running lines that are no teasers
    lines: int  #: of the text
    signals: PageSignals
    status: int


def count_words(text: str) -> int:
    """Words; in scripts without spaces two characters count as one."""
    if text.isascii() or not _CJK.search(text):
        return len(text.split())
    return len(_CJK.sub("", text).split()) + len(_CJK.findall(text)) // _CJK_CHARS_A_WORD


def refuse(reason: Reason, detail: str) -> Rejection:
    """The refusal of a page whose text was read."""
    return Rejection(stage=Stage.QUALITY, reason=reason, detail=detail)


def is_typed(signals: PageSignals) -> bool:
    """Whether schema.org says that the page is an article; not every page of a site is told so."""
    return any(_ARTICLE_KIND.search(kind) and kind != _THREAD_KIND for kind in signals.kinds)


def is_marked(signals: PageSignals) -> bool:
    """Whether the page says of itself that it is an article."""
    return signals.page_type == "article" or is_typed(signals)


def is_rich(signals: PageSignals) -> bool:
    """Whether the page shows more than a gate would: menus, teasers, a text."""
    return count_words(signals.visible) >= GATE_WORDS


def reads_on(look: Look) -> bool:
    """Whether a text of short lines is told: questions and answers, verse; not menus, not lists."""
    return look.signals.spoken_lines >= max(_SPOKEN_LINES, _SPOKEN_SHARE * look.lines)


def headings_of(signals: PageSignals) -> list[str]:
    """The parts of title and heading, folded: `About us | The Herald` has two."""
    whole = f"{fold(signals.title)} | {fold(signals.heading)}"
    return [part.strip(" .!?:…") for part in _TITLE_BORDER.split(whole) if part.strip()]


def said(phrases: re.Pattern[str], signals: PageSignals, *more: str) -> str | None:
    """The first phrase in title, heading or `more`, or in the whole of a page that says little."""
    places = [signals.title, signals.heading, *more]
    if not is_rich(signals):
        places.append(signals.visible)
    found = (phrases.search(fold(place)) for place in places)
    return next((match.group() for match in found if match), None)
