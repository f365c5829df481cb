"""What kind of page is this? An article, or a named refusal, from what the page shows.

`assess` is pure: it takes the article that was read (None: no text was found), the `PageSignals`
counted on the page, and the HTTP status. It gives the `Kind` of the article, or the `Rejection`
that says why there is none. `ingest.extract.read_page` calls it.

Two kinds beside the plain one are kept and marked: a live blog, and a stub, which is what a page
shows before its paywall. A print view is the article itself; its canonical address says which.

Each rule stands in `gates` (what answers in place of a page) or in `pages` (what other pages there
are), and each but the list rule asks for a short text first: an article *about* cookie walls is
long. What the rules read for stands in `phrases`, in eight languages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.items import Kind
from ingest.quality import gates, pages, stubs
from ingest.quality.look import Look, PageSignals, count_words
from ingest.quality.pages import may_be_comments, may_be_media
from ingest.quality.stubs import shown_before_wall
from ingest.text import paragraphs

if TYPE_CHECKING:
    from ingest.items import Article, Rejection

__all__ = [
    "PageSignals",
    "assess",
    "count_words",
    "may_be_comments",
    "may_be_media",
    "shown_before_wall",
]

_RULES = (
    gates.find_challenge,
    gates.find_http_error,
    gates.find_error_page,
    gates.find_soft_404,
    gates.find_consent_wall,
    pages.find_comments,
    pages.find_static_page,
    pages.find_search,
    pages.find_media,
    pages.find_list,
    stubs.find_wall,
)
_LAST_RULES = (pages.find_no_text, pages.find_too_short)


def assess(article: Article | None, signals: PageSignals, status: int = 200) -> Kind | Rejection:
    """The kind of an article, or why the page is none.

    Returns:
        A kind, or a rejection whose detail quotes the words or the counts that decided.
    """
    text = article.text if article else ""
    words = count_words(text)
    look = Look(
        text=text,
        words=words,
        own=round(words * (1 - signals.listed_share)),
        prose=signals.prose_words if text else 0,
        lines=len(paragraphs(text)),
        signals=signals,
        status=status,
    )
    for rule in _RULES:
        if rejection := rule(look):
            return rejection
    if stubs.is_stub(look):
        return Kind.STUB
    for rule in _LAST_RULES:
        if rejection := rule(look):
            return rejection
    return Kind.LIVE if pages.is_live(look) else Kind.ARTICLE
