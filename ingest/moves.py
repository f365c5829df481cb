"""Whether what an address answers with is still its page, or something else of the site."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.items import Happening, Kind, Outcome, Reason, Rejection, Stage
from ingest.relations import fingerprint
from ingest.revisions import same_title
from ingest.urls import address_key, outlet_of

if TYPE_CHECKING:
    from ingest.extract import PageRead
    from ingest.items import Article, FetchedPage, KnownPage

__all__ = ["Move", "behind_wall", "find_move", "leads_home"]

_KEPT = (Outcome.ARTICLE, Outcome.COPY)
#: A front page beside the first one: of a language (`/az`, `/en-gb`).
_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2})?", re.IGNORECASE)
#: What sections are refused as.
_SECTION = (Reason.LIST, Reason.SEARCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An address that does not give its page any more."""

    kind: Happening  #: gone or moved-home
    reason: str  #: in words a person can check


def leads_home(asked: str, answered: str) -> bool:
    """Whether the address of a page was answered by a front page of the same outlet."""
    is_same_outlet = outlet_of(asked) == outlet_of(answered)
    return is_same_outlet and _is_front_page(answered) and not _is_front_page(asked)


def _is_front_page(url: str) -> bool:
    path = address_key(url).partition("/")[2]
    return not path or _LANGUAGE.fullmatch(path) is not None


def find_move(page: FetchedPage, read: PageRead, known: KnownPage) -> Move | None:
    """What a response says of its address, other than the text it gives; None: nothing.

    A redirect to a front page is known by its address alone, see `leads_home`.
    """
    is_kept = known.outcome in _KEPT and known.article is not None
    is_redirected = address_key(page.final_url) != address_key(page.url)
    if read.rejection is not None:
        is_section = is_redirected and outlet_of(page.url) == outlet_of(page.final_url)
        if is_section and read.rejection.reason in _SECTION:
            reason = f"redirected to a section: {page.final_url}"
            return Move(kind=Happening.MOVED_HOME, reason=reason)
        if is_kept and read.rejection.reason == Reason.SOFT_404:
            detail = f": {read.rejection.detail}" if read.rejection.detail else ""
            return Move(kind=Happening.GONE, reason=f"{Reason.SOFT_404}{detail}")
    if is_kept and is_redirected and read.article is not None:
        assert known.article is not None
        if _is_another(known.article, read.article):
            reason = f"redirected to another article: {page.final_url}"
            return Move(kind=Happening.GONE, reason=reason)
    return None


def behind_wall(read: PageRead, known: KnownPage) -> PageRead:
    """What was read, but that a page which went behind a paywall is no article any more.

    Its outlet took nothing back: the text that was read before stays.
    """
    was_open = known.article is not None and known.article.kind != Kind.STUB
    is_stub = read.article is not None and read.article.kind == Kind.STUB
    if known.outcome not in _KEPT or not (was_open and is_stub):
        return read
    refused = Rejection(
        stage=Stage.QUALITY, reason=Reason.PAYWALL, detail="the text read before stays"
    )
    return replace(read, article=None, rejection=refused)


def _is_another(before: Article, after: Article) -> bool:
    """Whether a wording has no headline and no 20 words in a row of the one before."""
    if same_title(before.title, after.title) or address_key(before.url) == address_key(after.url):
        return False
    old, new = fingerprint(before.text).selected, fingerprint(after.text).selected
    return bool(old) and bool(new) and not set(old) & set(new)
