"""The frozen types that flow from stage to stage; no behaviour lives here.

Seed documents become a seed set and a topic; a source yields candidates; a candidate is fetched
into a page; a page is extracted into an article or refused with a rejection; `judge` turns an
article and what the corpus knows into `Judged`, and the corpus appends it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from ingest.source_items import DueSource, HostWait, Rhythm, RobotsCopy

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "Article",
    "Block",
    "Candidate",
    "DuePage",
    "DueSource",
    "Edge",
    "FailedFetch",
    "FetchedPage",
    "Found",
    "Gated",
    "Happening",
    "HostWait",
    "Judged",
    "Kin",
    "Kind",
    "KnownPage",
    "Likeness",
    "Outcome",
    "Passage",
    "Placement",
    "Reason",
    "Rejection",
    "Relation",
    "Relevance",
    "RemovedLine",
    "Rhythm",
    "RobotsCopy",
    "SeedDocument",
    "SeedSet",
    "Stage",
    "Standing",
    "Term",
]


class Outcome(StrEnum):
    """Where an address stands in the ledger, and how one fetch of it ended."""

    WAITING = "waiting"  # in the frontier: not fetched yet, or to be tried again
    SKIPPED = "skipped"  # the gate judged it unrelated by its headline; never fetched
    ROBOTS = "robots"  # robots.txt forbids it, or robots.txt could not be read
    ARTICLE = "article"  # a distinct text of the corpus
    COPY = "copy"  # carries the text of an article or of a seed
    OFF_TOPIC = "off-topic"  # an article about something else
    REJECTED = "rejected"  # not an article; the reason is named
    GONE = "gone"  # 404 or 410, or redirected to a home page
    FAILED = "failed"  # the network or the server failed, and the tries are used up
    REVISION = "revision"  # of a fetch only: a known article whose text changed
    UNCHANGED = "unchanged"  # of a fetch only: a known page, same text or 304


class Block(StrEnum):
    """Where on its page a link stands."""

    BODY = "body"  # in the text of the article
    RELATED = "related"  # under a heading that says so, or called so by the page
    TAGS = "tags"  # what the article is filed under
    TICKER = "ticker"  # the latest, the most read: whatever the article is about
    NAVIGATION = "navigation"  # menus, heads and feet
    OTHER = "other"


class Happening(StrEnum):
    """What can happen to an article after it was kept, but for a change of its wording."""

    LEAD = "lead"  # an earlier original of it was found, and leads now
    GONE = "gone"  # its address answers 404 or 410, or with another article
    MOVED_HOME = "moved-home"  # its address leads to a front page or a section
    BACK = "back"  # its address gives its text again


class Relation(StrEnum):
    """How a text stands to an earlier one."""

    SAME_URL = "same-url"  # another address that names the article's address as its own
    EXACT = "exact"  # same normalised prose
    NEAR = "near"  # most of each is in the other
    CONTAINS = "contains"  # holds the earlier text and more
    CONTAINED_IN = "contained-in"  # the earlier text cut short, with little of its own
    EXCERPT = "excerpt"  # stands within a longer earlier text, not at its top: no copy of it
    OVERLAP = "overlap"  # neither holds the other, but whole paragraphs stand in both
    TEMPLATE = "template"  # like words around other figures: one form filled in twice
    REVISION = "revision"  # another wording at the same address


class Stage(StrEnum):
    """The room that refused a page."""

    EXTRACT = "extract"
    QUALITY = "quality"


class Kind(StrEnum):
    """What an article is."""

    ARTICLE = "article"
    LIVE = "live"  # a live blog: written as its event goes on
    STUB = "stub"  # what a page shows before its paywall: title, date, standfirst


class Reason(StrEnum):
    """Why a page is not an article."""

    NOT_HTML = "not-html"
    TOO_LARGE = "too-large"
    NO_TEXT = "no-text"
    TOO_SHORT = "too-short"
    LIST = "list"  # a section, tag or home page: many links, little prose
    SEARCH = "search-results"  # what a site's search found, or did not find
    MEDIA = "media"  # a gallery or a video with captions and no report
    COMMENTS = "comments"  # what readers wrote, on a page of its own
    STATIC = "static-page"  # about, contact, imprint, privacy, terms, log in
    SOFT_404 = "soft-404"
    CHALLENGE = "challenge"  # an anti-robot interstitial
    CONSENT = "consent"  # a cookie or privacy wall
    PAYWALL = "paywall"  # a request to subscribe, and nothing of the article
    TIMED_OUT = "extraction-timed-out"
    CRASHED = "extraction-crashed"
    HTTP_ERROR = "http-error"
    EXCLUDED = "excluded"  # scheme, host or address pattern that the settings refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedLine:
    """A line that cleaning took out of a seed dump."""

    number: int  #: 1-based line number in the file
    text: str
    rule: str  #: name of the rule that removed it, e.g. `ticker`, `repeat`, `comment`


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedDocument:
    """One document of the seed set, raw and cleaned."""

    id: int  #: 1-based, in order of file name
    file: str  #: file name inside `seeds/`
    raw: str = field(repr=False)  #: text as stored, decoded
    title: str | None  #: None: no headline was found in the dump
    text: str = field(repr=False)  #: cleaned body, paragraphs separated by one newline
    language: str | None  #: ISO 639-1; None: too short to tell
    published: datetime | None  #: aware UTC; None: the dump states no date
    removed: tuple[RemovedLine, ...] = field(default=(), repr=False)
    sha256: str  #: hex digest of the file's bytes

    @property
    def words(self) -> int:
        """Words kept."""
        return len(self.text.split())

    @property
    def noise_share(self) -> float:
        """Share of the raw characters that cleaning removed, 0..1."""
        return 1.0 - min(len(self.text), len(self.raw)) / max(len(self.raw), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedSet:
    """The cleaned documents that define the topic."""

    documents: tuple[SeedDocument, ...]
    digest: str  #: hex sha256 over the files; changes when any seed changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An address, with what its source said of it."""

    url: str
    found_by: str  #: spider name
    source: str | None = None  #: address of the feed, sitemap or page that named it
    title: str | None = None
    snippet: str | None = field(default=None, repr=False)
    published: datetime | None = None  #: aware UTC
    modified: datetime | None = None  #: aware UTC; last change the source states
    language: str | None = None  #: ISO 639-1
    priority: float = 0.0  #: higher is fetched earlier; the gate sets it from relevance
    depth: int = 0  #: links followed since a source
    is_given: bool = False  #: a person asked for it: it is fetched whatever its headline says
    aliases: tuple[str, ...] = ()  #: further addresses of the same page, for phones say
    block: Block | None = None  #: where on its page the link stands; None: it is no link
    parent: float = 0.0  #: of a link: relevance of the page it stands on, 0..1; 0: not scored


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a source named."""

    candidates: tuple[Candidate, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()  #: further sources: (kind, absolute address)
    title: str | None = None  #: as the source calls itself
    rhythm: Rhythm = Rhythm()  # noqa: RUF009  # frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """A candidate with the gate's decision on it."""

    candidate: Candidate
    key: str  #: canonical form of the address
    outlet: str  #: registrable domain
    outcome: Outcome  #: waiting or skipped, or rejected where the address cannot be a page
    reason: str
    relevance: float | None = None  #: of what the source said, 0..1; None: it said nothing to score


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """A page of the frontier, leased to a run."""

    page: int  #: id in `pages`
    url: str
    outcome: Outcome
    etag: str | None
    last_modified: str | None
    priority: float
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPage:
    """What the ledger knows of a page when it is fetched."""

    page: int
    key: str
    outcome: Outcome
    title: str | None  #: headline its source gave
    published: datetime | None  #: as its source said
    first_seen: datetime
    last_fetched: datetime | None
    attempts: int
    depth: int
    is_related: bool = False  #: whether that wording was kept for its own sake
    article: Article | None = field(default=None, repr=False)  #: the wording stored so far


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPage:
    """A response, before anything is read out of it."""

    page: int  #: id in `pages`
    url: str  #: as asked
    final_url: str  #: after redirects
    status: int
    body: bytes = field(repr=False)  #: after content decoding; empty on 304
    content_type: str | None
    encoding: str | None  #: declared charset; None: not declared
    etag: str | None  #: byte for byte as sent
    last_modified: str | None  #: byte for byte as sent
    headers: tuple[tuple[str, str], ...] = field(
        default=(), repr=False
    )  #: as sent, for the archive
    fetched_at: datetime  #: aware UTC
    warc: str | None = None  #: file name inside `archive/`
    warc_offset: int | None = None  #: bytes
    capture: str | None = None
    #: address in a web archive, or WARC file and place; None: it was fetched from its own address


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedFetch:
    """An address that gave no page."""

    page: int  #: id in `pages`
    url: str
    outcome: Outcome  #: failed, robots, gone, rejected, or unchanged after a 304
    reason: str
    status: int = 0  #: 0: no answer
    fetched_at: datetime  #: aware UTC
    etag: str | None = None
    last_modified: str | None = None
    retry_after_s: float | None = None  #: as the server asked; None: it did not


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The text and metadata of a page that is an article."""

    url: str  #: the address the article names as its own (rel=canonical), else the final address
    title: str
    text: str = field(repr=False)  #: paragraphs separated by one newline
    standfirst: str | None = None  #: what the page says in a sentence or two; no cut of the text
    published: datetime | None = None  #: aware, in the zone the page states
    published_confidence: float | None = None  #: that the day is right, 0..1; None: not asked
    modified: datetime | None = None  #: aware, in the zone the page states
    author: str | None = None  #: people who signed, `, ` between; another body if none did
    agency: str | None = None  #: whose wire it carries, `, ` between; None: no mark of one
    language: str | None = None  #: ISO 639-1
    section: str | None = None  #: where the outlet files it, as it writes it
    outlet_name: str | None = None  #: as the page calls its outlet
    picture: str | None = None  #: address of the lead picture, absolute
    is_paywalled: bool | None = None  #: the page states that its readers must pay; None: nothing
    provenance: tuple[tuple[str, str], ...] = ()  #: (field, where the page states it), by field
    extractor: str = ""  #: name and version, e.g. `trafilatura 2.3.1`
    kind: Kind = Kind.ARTICLE
    links: tuple[tuple[str, str], ...] = field(
        default=(), repr=False
    )  #: (absolute url, anchor text)
    line_kinds: str = field(
        default="", repr=False
    )  #: how each line stood on its page, those left out among them; see `ingest.extract.recurring`
    left_out: tuple[tuple[int, str], ...] = field(
        default=(), repr=False
    )  #: the site's own lines, each with its number among the lines as extracted, from 0

    @property
    def words(self) -> int:
        """Words of the body."""
        return len(self.text.split())

    @property
    def authors(self) -> tuple[str, ...]:
        """Who signed, one by one."""
        return tuple(self.author.split(", ")) if self.author else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A page that is not an article, and why."""

    stage: Stage
    reason: Reason
    detail: str = ""  #: a few words a person can check, e.g. `41 links, 12 words of prose`


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word or name that carried part of a relevance score."""

    term: str
    weight: float  #: share of the score, 0..1


@dataclass(frozen=True, slots=True, kw_only=True)
class Relevance:
    """How related a text is to the topic, with the reasons."""

    score: float  #: 0..1
    threshold: float  #: 0..1; the cut for this kind of text
    terms: tuple[Term, ...] = ()  #: strongest first
    seed: int | None = None  #: id of the nearest seed document
    passage: str | None = field(default=None, repr=False)  #: the sentence that carried most of it
    score_by_words: float | None = None  #: before meaning shifted it; None: no encoder was asked

    @property
    def is_related(self) -> bool:
        """Whether the score reaches the threshold."""
        return self.score >= self.threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The longest run of words that stands in two texts, `a` and `b`.

    Offsets count characters of the text as stored, of a seed dump as it is compared, from 0; the
    end is the first character behind.
    """

    quote: str  #: as one of the two has it; cut at 60 words, with an ellipsis
    words: int  #: of the run whole
    a_start: int
    a_end: int
    b_start: int
    b_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What two texts, `a` and `b`, share; pure arithmetic on their shingles."""

    a_in_b: float  #: containment of a in b, 0..1 (Broder 1997, section 2)
    b_in_a: float  #: containment of b in a, 0..1
    jaccard: float  #: resemblance, 0..1
    shared: int  #: shingles in common
    is_exact: bool  #: same normalised prose
    from_top: bool = True  #: False: one holds the other, and not at its top
    run: int = 0  #: words of the longest run in common, at most; 0: one holds the other, or too few
    is_template: bool = False  #: one holds the other, but for most of its figures
    passage: Passage | None = field(default=None, repr=False)  #: None: none, or not looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """A document of the index that shares text with the one in hand.

    Document ids: a page is its positive `pages.id`, a seed is minus its `seeds.id`.
    """

    document: int
    likeness: Likeness  #: a is the text in hand, b is `document`
    relation: Relation  #: of the text in hand to `document`, as if that were the earlier one
    is_copy: bool  #: whether that relation makes it a copy, and not an article that carries one
    pair: Relation | None = None  #: of the part to the whole: never contains; None: not asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A document as the family rule sees it: what decides who came first.

    Order is by (seed before page, published, canonical key, own key): the earliest published text
    leads, then the smaller canonical address; unknown dates come last. Order of arrival plays no
    part, so the same set of pages gives the same families whatever the order of fetching.
    """

    document: int
    published: str | None  #: ISO 8601 UTC
    canonical_key: str
    own_key: str
    is_related: bool = True  #: False: its text alone falls short of the cut, by less than half


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What two indexed documents share, kept in the corpus; `a` < `b`."""

    a: int
    b: int
    likeness: Likeness


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a document stands among its kin."""

    leader: int | None  #: the first of its family; None: it leads, it is an article of its own
    relation: Relation | None  #: to the other end of `via`; None: it leads
    similarity: float  #: 0..1: share of it that stands there; 1 for a leader
    via: Edge | None  #: what it shares with its leader, or else its parent; None: only the address
    parent: int | None = None  #: the earlier document it is a copy of; None: it leads
    carries: tuple[Edge, ...] = ()  #: of a leader: earlier texts it holds, one for each family


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdict on one fetched page: exactly one outcome, with its reasons."""

    outcome: Outcome
    why: str  #: a sentence a person can check
    article: Article | None = field(default=None, repr=False)  #: None: rejected, gone, failed, 304
    relevance: Relevance | None = None
    rejection: Rejection | None = None
    kin: tuple[Kin, ...] = field(default=(), repr=False)  #: documents that share text with it
