"""What readers of a corpus get: frozen rows, one type a table; nothing here writes.

Times are aware UTC datetimes, shares and scores 0..1. `None` means that nobody said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "StoredArticle",
    "StoredCopy",
    "StoredOutlet",
    "StoredPage",
    "StoredRevision",
    "StoredSource",
    "StoredStory",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle:
    """One distinct text about the topic, with why it was kept."""

    id: int
    url: str  #: the address it names as its own
    title: str
    outlet: str  #: registrable domain
    outlet_name: str | None  #: as its pages call it
    published: datetime | None
    first_seen: datetime
    modified: datetime | None
    author: str | None  #: people who signed, `, ` between
    agency: str | None
    language: str | None  #: ISO 639-1
    section: str | None
    kind: str  #: article, live or stub
    standfirst: str | None
    lead: str  #: first paragraph, cut at 300 characters
    words: int
    relevance: float
    why: str  #: it was kept: a sentence a person can check
    seed: str | None  #: file of the nearest seed document
    story: int | None
    story_title: str | None
    copies: int
    is_paywalled: bool | None
    picture: str | None  #: address
    gone_since: datetime | None  #: None: its address answers
    sha256: str  #: of the text
    extractor: str
    page: int = field(repr=False)  #: its line in the ledger
    warc: str | None = field(repr=False)  #: file inside `archive/` with its page
    warc_offset: int | None = field(repr=False)  #: bytes
    text: str = field(repr=False)  #: paragraphs, one a line


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCopy:
    """A page that carries the text of an article, whole or in part."""

    url: str
    title: str | None
    outlet: str
    published: datetime | None
    relation: str
    similarity: float
    share: float | None  #: of the page's text, that stands in the article
    other_share: float | None  #: of the article's text, that stands in the page
    hours_later: float | None  #: than the article; negative: earlier
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRevision:
    """A wording that an article had before it was changed."""

    seen: datetime
    title: str  #: before
    new_title: str
    title_changed: bool
    words_added: int
    words_removed: int
    text: str = field(repr=False)  #: before


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStory:
    """A thread of articles inside the topic."""

    id: int
    title: str
    articles: int
    outlets: int
    first_published: datetime | None
    last_published: datetime | None
    first_outlet: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOutlet:
    """A publisher, by registrable domain."""

    id: str
    name: str | None
    language: str | None
    homepage: str | None
    articles: int
    copies: int
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSource:
    """Where addresses come from: a feed, a sitemap, a site."""

    id: int
    kind: str
    url: str
    outlet: str | None
    state: str  #: active, proposed or resting
    last_ok: datetime | None
    last_error: str | None  #: None: the last poll went well
    failures: int  #: in a row
    items_seen: int
    articles_kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """The line of the ledger for an address: where it stands, and why."""

    url: str
    outlet: str | None
    outcome: str
    reason: str
    http_status: int | None
    found_by: str
    source: str | None  #: address of the source that named it
    relevance: float | None
    article: int | None  #: whose text it carries
    first_seen: datetime
    last_fetched: datetime | None
    next_check: datetime | None  #: None: it is settled
