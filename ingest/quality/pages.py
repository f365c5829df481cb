"""What other pages a site has: lists, searches, galleries, comments, pages about itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ingest.items import Reason
from ingest.quality.look import (
    MIN_WORDS,
    headings_of,
    is_marked,
    is_typed,
    reads_on,
    refuse,
)
from ingest.quality.phrases import (
    COMMENTS,
    GALLERY,
    LIVE,
    SCRIPT_ONLY,
    SEARCH,
    STATIC,
    STATIC_SEGMENT,
    fold,
)
from ingest.quality.stubs import says_it_is_walled
from ingest.text import is_prose, paragraphs, prose_lines

if TYPE_CHECKING:
    from ingest.items import Rejection
    from ingest.quality.look import Look, PageSignals

__all__ = [
    "find_comments",
    "find_list",
    "find_media",
    "find_no_text",
    "find_search",
    "find_static_page",
    "find_too_short",
    "is_live",
    "may_be_comments",
    "may_be_media",
]

_SHOWN_CHARS = 60
_LISTED_SHARE = 0.5
_MIN_CARDS = 4
_LIST_HEADLINES = 10
_LIST_WORDS = 120
_SECTION_WORDS = 2
_FOUND_HEADLINES = 3  # a page of results has as many, a page without results says so
_MEDIA_WORDS = 60  # of prose beside a video; more is an article with a video in it
_CAPTION_WORDS = 45  # a picture's share of the text of a gallery
_MIN_PICTURES = 5
_OWN_WORDS = 60  # what a page of comments repeats of its article
_MIN_COMMENT_WORDS = 20
_LIVE_TIMES = 4
_LIST_KIND = frozenset({"CollectionPage", "SearchResultsPage", "ItemList", "Blog", "ProfilePage"})
_LIST_PATH = re.compile(
    r"^/?$|/(?:tag|tags|category|categories|topic|topics|section|author|authors|archive|"
    r"page/\d+|rubric|tema|teqler|etiket|kategori|thema)(?:[/?]|$)|[?&]page=",
    re.IGNORECASE,
)
#: The address of the list itself: what a site says at its foot outweighs none.
_LIST_END = re.compile(
    r"/(?:tags?|categor(?:y|ies)|section|authors?|rubric|teqler|etiket|kategori)"
    r"/[^/]+(?:/page/\d+)?/?(?:\?|$)",
    re.IGNORECASE,
)
_SEARCH_PATH = re.compile(
    r"/(?:search|poisk|axtar|axtaris|arama|ara|suche|recherche|buscar|poshuk)(?:[/?.]|$)"
    r"|[?&](?:q|s|query|search|text|keywords?)=[^&]*[^\W\d]",
    re.IGNORECASE,
)
_MEDIA_PATH = re.compile(
    r"/(?:videos?|galler(?:y|ies)|photos?|photo-?galler(?:y|ies)|slideshows?|fotos?|foto-?galeri"
    r"|galeri|galereya|foto-?qalereya|fotostrecken?|bildergalerie|diaporamas?|pictures|audio"
    r"|podcasts?)/[^/]|/watch\?",
    re.IGNORECASE,
)
_MEDIA_KIND = frozenset({"VideoObject", "ImageGallery", "MediaGallery", "AudioObject"})
_COMMENTS_PATH = re.compile(
    r"/(?:comments?|comment-page-\d+|replies|discussion|kommentare?|kommentarii|yorum(?:lar)?"
    r"|sherhler|serhler|commentaires|forum)(?:[/?]|$)|[?&](?:comments|replytocom)=",
    re.IGNORECASE,
)
_LIVE_PATH = re.compile(
    r"/(?:live|live-?(?:blog|news|updates|ticker)s?|canli|online|en-direct|direkt)(?:[/?-]|$)"
    r"|-live(?:-?blog|-?updates)?(?:[/?.-]|$)",
    re.IGNORECASE,
)


def find_comments(look: Look) -> Rejection | None:
    """A page of readers' comments, which repeats at most the beginning of their article."""
    signals = look.signals
    if signals.comment_words < _MIN_COMMENT_WORDS:
        return None
    told = f"{signals.comment_words} words of comments"
    names = headings_of(signals)
    if _COMMENTS_PATH.search(signals.path) and any(map(COMMENTS.match, names)):
        return refuse(Reason.COMMENTS, f"{told}, is called: {_shown(names[0])}")
    own = max(look.own - look.words * signals.comment_share, 0)
    if own >= _OWN_WORDS or signals.comment_words <= own:
        return None
    return refuse(Reason.COMMENTS, f"{told}, {own:.0f} beside")


def may_be_comments(signals: PageSignals) -> bool:
    """Whether address or heading speaks of comments: only then they are counted."""
    return bool(_COMMENTS_PATH.search(signals.path)) or any(
        COMMENTS.search(part) for part in headings_of(signals)
    )


def find_static_page(look: Look) -> Rejection | None:
    """A page that a site has about itself: about, contact, imprint, privacy, terms, log in."""
    signals = look.signals
    if is_typed(signals):
        return None
    named = next((part for part in headings_of(signals) if STATIC.fullmatch(part)), None)
    filed = _static_segment(signals.path)
    is_article = signals.page_type == "article" or signals.is_dated
    # WordPress says `article` of such pages too, and gives no date of publication.
    if named and (filed or not is_article):
        return refuse(Reason.STATIC, f"is called: {named}")
    if filed and not is_article:
        return refuse(Reason.STATIC, f"is filed under: {filed}")
    return None


def _static_segment(path: str) -> str | None:
    """The last part of an address, where it names such a page."""
    last = unquote(path.partition("?")[0]).rstrip("/").rpartition("/")[2].lower()
    last = re.sub(r"\.(?:html?|php|aspx?)$", "", last)
    return last if STATIC_SEGMENT.fullmatch(last) else None


def find_search(look: Look) -> Rejection | None:
    """What a site's search found, or did not find."""
    signals = look.signals
    if is_marked(signals):
        return None
    is_filed = _SEARCH_PATH.search(signals.path) is not None
    words = next((m.group() for part in headings_of(signals) if (m := SEARCH.match(part))), None)
    is_thin = look.prose < _LIST_WORDS
    finds = signals.headline_links >= _FOUND_HEADLINES
    if reads_on(look) and not (words and is_filed):
        return None
    if words and (is_filed or (is_thin and finds)):
        return refuse(Reason.SEARCH, f"says: {words}")
    if is_filed and is_thin and (finds or look.prose < MIN_WORDS):
        return refuse(
            Reason.SEARCH, f"{signals.headline_links} headlines at {_shown(signals.path)}"
        )
    return None


def find_list(look: Look) -> Rejection | None:
    """A section, a tag, a home page: teasers, and little else."""
    signals = look.signals
    if says_it_is_walled(look):
        return None
    is_filed = bool(_LIST_PATH.search(signals.path) or _LIST_KIND & set(signals.kinds))
    is_filed = is_filed or signals.page_type == "website" or _is_called_like_section(signals)
    is_filed = is_filed and not is_marked(signals)
    is_named = _LIST_END.search(signals.path) and not is_marked(signals) and not signals.is_dated
    if is_named and signals.headline_links >= _LIST_HEADLINES:
        return refuse(Reason.LIST, f"{signals.headline_links} headlines at {_shown(signals.path)}")
    is_listed = signals.cards >= _MIN_CARDS and signals.listed_share >= _LISTED_SHARE
    most = _LIST_WORDS if is_filed else MIN_WORDS
    if is_listed and look.prose < most:
        share = f"{signals.listed_share:.0%} of the text"
        return refuse(Reason.LIST, f"{signals.cards} teasers or links hold {share}")
    if signals.headline_links >= _LIST_HEADLINES and is_filed and look.words < most:
        detail = f"{signals.headline_links} headlines linked, {look.words} words of text"
        return refuse(Reason.LIST, detail)
    short = [line for line in paragraphs(look.text) if not is_prose(line)]
    is_menu = look.prose < MIN_WORDS and len(short) >= _LIST_HEADLINES
    if is_menu and not is_marked(signals) and not reads_on(look):
        return refuse(Reason.LIST, f"{len(short)} short lines, {look.prose} words of prose")
    return None


def _is_called_like_section(signals: PageSignals) -> bool:
    """Whether the heading is a word or two, which hardly any article's is, and nothing is dated."""
    return 0 < len(signals.heading.split()) <= _SECTION_WORDS and not signals.is_dated


def _shown(words: str) -> str:
    return words[:_SHOWN_CHARS]


def find_media(look: Look) -> Rejection | None:
    """A gallery or a video with captions and no report."""
    signals = look.signals
    if says_it_is_walled(look):
        return None
    is_captions = 2 * signals.caption_lines > look.lines and signals.caption_lines >= _MIN_PICTURES
    if is_captions and look.prose < _MEDIA_WORDS and not is_typed(signals):
        return refuse(Reason.MEDIA, f"{signals.caption_lines} captions, {look.prose} words beside")
    if not may_be_media(signals):
        return None
    if look.prose < _MEDIA_WORDS and (signals.pictures or _is_declared_media(signals)):
        return refuse(Reason.MEDIA, f"{signals.pictures} pictures or players, {look.prose} words")
    is_captioned = look.own < _CAPTION_WORDS * signals.pictures
    is_article = is_typed(signals) or not (_is_filed_as_media(signals) or _is_typed_media(signals))
    if signals.pictures >= _MIN_PICTURES and is_captioned and not is_article:
        return refuse(Reason.MEDIA, f"{signals.pictures} pictures share {look.words} words")
    return None


def may_be_media(signals: PageSignals) -> bool:
    """Whether address or head speaks of pictures: only then they are counted."""
    return _is_declared_media(signals) or any(map(GALLERY.match, headings_of(signals)))


def _is_declared_media(signals: PageSignals) -> bool:
    is_called = (signals.page_type or "").startswith(("video", "music"))
    return is_called or _is_filed_as_media(signals) or _is_typed_media(signals)


def _is_filed_as_media(signals: PageSignals) -> bool:
    return _MEDIA_PATH.search(signals.path) is not None


def _is_typed_media(signals: PageSignals) -> bool:
    return bool(_MEDIA_KIND & set(signals.kinds)) and not is_marked(signals)


def is_live(look: Look) -> bool:
    """Whether an article is written as its event goes on."""
    signals = look.signals
    if "LiveBlogPosting" in signals.kinds:
        return True
    is_called = any(LIVE.search(fold(name)) for name in (signals.title, signals.heading))
    is_named = is_called or _LIVE_PATH.search(signals.path) is not None
    return is_named and signals.times >= _LIVE_TIMES


def find_no_text(look: Look) -> Rejection | None:
    """A page of which nothing could be read."""
    is_short = look.words < MIN_WORDS
    if is_short and (asked := SCRIPT_ONLY.search(fold(look.signals.visible))):
        return refuse(Reason.NO_TEXT, f"says: {asked.group()}")
    return None if look.text else refuse(Reason.NO_TEXT, f"{look.signals.links} links")


def find_too_short(look: Look) -> Rejection | None:
    """A caption, a standfirst, a line alone."""
    lines = len(prose_lines(look.text))
    if look.words >= MIN_WORDS and (lines or reads_on(look)):
        return None
    return refuse(Reason.TOO_SHORT, f"{look.words} words, {lines} lines of prose")
