"""What a link is worth: pure arithmetic on what is said of it and on the page it stands on.

What the link itself says decides: its anchor, the words of the card around it, its address. The
page it stands on adds a tenth, and only to links in its text, its tags and what it calls related.
Figures are ratios to the headline cut, 1 at the cut; `python -m benchmarks.harvest` weighs them.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from ingest.calibration import ratio_of, score_of
from ingest.items import Block

if TYPE_CHECKING:
    from ingest.items import Candidate

__all__ = [
    "Yield",
    "hub_priority",
    "is_explored",
    "is_hub_address",
    "is_vouched",
    "link_priority",
    "stands_well",
]

#: Of a page's own ratio, what its links gain. Flowing into tickers and menus it does harm: with .2
#: there, recall after 400 pages fell from .87 to .70 (measured on six stories, other code).
_PARENT_SHARE = 0.1
# Tuples, for to be found in a set an enum's member is hashed in Python.
_LEADING = (Block.BODY, Block.RELATED, Block.TAGS)
_WELL = (Block.BODY, Block.RELATED)
_MOST_PARENT = 1.5  # ratio of a page that counts; sure is sure
_MOST_OWN = 3.0  # ratio of a link that counts; a score of 1 has no finite one
#: Of a list, at an outlet that brought nothing yet. On the web of the benchmark one link in four
#: hundred that reaches less brought a relevant page, and one list in forty.
_HUB_RATIO = 0.6
_YIELD_SHARE = 0.1  # of the ratio of a list: what share of the outlet's pages was kept
_UNTRIED = 4  # pages that an outlet is taken to have brought in vain before it was tried
_FEW_WORDS = 3  # with fewer a link says nothing: "more", "here", "he said"

_LISTS = (
    r"tags?|categor(?:y|ies)|sections?|topics?|rubrics?|rubriki?|tema|temy|themen?|thema|dossiers?"
    r"|special(?:s|-reports?)?|stor(?:y|ies)lines?|collections?|series|channels?|teqler|teg|etiket"
    r"|kateqoriya|kategori(?:ya|e|en|es)?|movzu|keywords?|hub|latest|archive|regions?|countr(?:y|ies)"
)
#: `/tag/baku`, `/world`, `/news/caucasus/page/2`: short words, no number of an article, no suffix.
_LISTED = re.compile(rf"(?:/[\w-]{{2,24}}){{0,2}}/(?:{_LISTS})/[^/.]{{2,60}}(?:/page/\d{{1,2}})?/?")
_FILED = re.compile(
    r"(?:/[a-z]{2})?(?:/[^\W\d_]{2,20}(?:-[^\W\d_]{2,20})?){1,2}(?:/page/\d{1,2})?/?"
)
_STATIC = re.compile(
    r"/(?:about|contact|careers?|jobs?|advertis\w*|privacy|terms|legal|help|faq|login|log-in|signin"
    r"|sign-in|register|subscribe|subscription|account|newsletters?|apps?|mobile-apps|rss|feeds?"
    r"|podcasts?|videos?|photos?|live-tv|tv|radio|weather|traffic|games?|crosswords?|horoscopes?"
    r"|comics|lottery|classifieds|real-estate|cars|shop|store|obituaries|cookies?|imprint|impressum"
    r"|accessibility|corrections|site-?map|ad-choices|community-guidelines|search|events?|calendar"
    r"|donate|support|press|team|staff|authors?|elaqe|haqqimizda|reklam|o-nas|kontakty?|iletisim"
    r"|hakkimizda|archives?)(?:-[\w-]*)?(?:/|$)",
    re.IGNORECASE,
)


class Yield(NamedTuple):
    """What came of the links of an outlet."""

    fetched: int
    kept: int

    @property
    def share(self) -> float:
        """Kept pages among the fetched, 0..1, as if some had been fetched in vain before."""
        return self.kept / (self.fetched + _UNTRIED)


def link_priority(own: float, candidate: Candidate) -> float:
    """When to fetch a link, 0..1: by what it says, and a little by where it stands.

    Args:
        own: relevance of what the link says, 0..1.
        candidate: the link, with its block and the relevance of its page.
    """
    ratio = min(ratio_of(own), _MOST_OWN)
    if candidate.block in _LEADING:
        ratio += _PARENT_SHARE * min(ratio_of(candidate.parent), _MOST_PARENT)
    return score_of(ratio)


def stands_well(candidate: Candidate) -> bool:
    """Whether a link stands where a related page speaks of its subject."""
    return candidate.block in _WELL and ratio_of(candidate.parent) >= 1


def is_vouched(candidate: Candidate, words_said: int) -> bool:
    """Whether a link that says nothing stands where a related page speaks of its subject."""
    is_mute = words_said < _FEW_WORDS
    return is_mute and stands_well(candidate) and not _STATIC.search(_split(candidate.url)[0])


def hub_priority(outlet: Yield, block: Block | None) -> float:
    """When to look at a list, 0..1: first what related pages are filed under, and good outlets.

    Links that say enough go before all of them, links that hardly do after.
    """
    filed = _PARENT_SHARE if block is Block.TAGS else 0.0
    return score_of(_HUB_RATIO + filed + _YIELD_SHARE * outlet.share)


@lru_cache(8192)  # menus name the same ones on page after page
def is_hub_address(url: str) -> bool:
    """Whether an address looks like that of a section, tag or topic; `url` is absolute."""
    path, query = _split(url)
    if query or path == "/" or _STATIC.search(path):
        return False
    return bool(_LISTED.fullmatch(path) or _FILED.fullmatch(path))


def _split(url: str) -> tuple[str, str]:
    """Path, in lower case, and query of an address."""
    rest = url.partition("://")[2]
    path, _, query = rest.partition("#")[0].partition("?")
    return unquote(path[path.find("/") :] if "/" in path else "/").lower(), query


def is_explored(key: str, share: float) -> bool:
    """Whether an address is among those that are tried for no reason; the same at any time.

    Args:
        key: its canonical form.
        share: of all addresses, 0..1.
    """
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6]) < share * 2**48
