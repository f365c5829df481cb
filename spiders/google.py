"""Google News, asked by its RSS form, for hints: headlines, outlets and times.

It tells addresses no more (since 2024), and what would make it tell them is neither documented nor
wanted. So a headline is looked for among what is known of its outlet; until it is found there it
stays a lead, and its outlet becomes a source.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from ingest import clock
from ingest.corpus.leads import KnownTitle, Lead
from ingest.items import Candidate, Outcome
from ingest.text import words
from ingest.topic.phrasing import as_quoted
from ingest.urls import home_of, outlet_of, unwrap
from spiders.answers import (
    Answer,
    Hint,
    at_service,
    hours_since,
    name_of,
    parameter,
    plain,
    rss_items,
    text_in,
    time_of,
    web_address,
)
from spiders.base import Found
from spiders.search import SearchSpider

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from lxml import etree

    from ingest.config import Search
    from ingest.topic.queries import Query
    from spiders.search import Asking

__all__ = ["GoogleSpider", "page_with", "read_google", "span_of"]

_MOST = 100  # items of an answer; where there are so many, there may be more
_OPAQUE_HOST = "news.google.com"
_ELSEWHERE = ("en-US", "US", "US:en")
#: hl, gl and ceid of the edition in a language; in others there is none.
_EDITIONS = {
    "ar": ("ar", "EG", "EG:ar"), "bg": ("bg", "BG", "BG:bg"), "bn": ("bn", "BD", "BD:bn"),
    "cs": ("cs", "CZ", "CZ:cs"), "de": ("de", "DE", "DE:de"), "el": ("el", "GR", "GR:el"),
    "en": _ELSEWHERE, "es": ("es", "ES", "ES:es"), "fr": ("fr", "FR", "FR:fr"),
    "he": ("he", "IL", "IL:he"), "hi": ("hi", "IN", "IN:hi"), "hu": ("hu", "HU", "HU:hu"),
    "id": ("id", "ID", "ID:id"), "it": ("it", "IT", "IT:it"), "ja": ("ja", "JP", "JP:ja"),
    "ko": ("ko", "KR", "KR:ko"), "lt": ("lt", "LT", "LT:lt"), "lv": ("lv", "LV", "LV:lv"),
    "nl": ("nl", "NL", "NL:nl"), "no": ("no", "NO", "NO:no"), "pl": ("pl", "PL", "PL:pl"),
    "pt": ("pt-BR", "BR", "BR:pt-419"), "ro": ("ro", "RO", "RO:ro"), "ru": ("ru", "RU", "RU:ru"),
    "sk": ("sk", "SK", "SK:sk"), "sl": ("sl", "SI", "SI:sl"), "sr": ("sr", "RS", "RS:sr"),
    "sv": ("sv", "SE", "SE:sv"), "th": ("th", "TH", "TH:th"), "tr": ("tr", "TR", "TR:tr"),
    "uk": ("uk", "UA", "UA:uk"), "vi": ("vi", "VN", "VN:vi"), "zh": ("zh-CN", "CN", "CN:zh-Hans"),
}  # fmt: skip
_SPAN_IN_HOURS = 48  # at most; longer ones are asked for in days
_LEAD_DAYS = 30  # that an unresolved headline is looked for
_ENOUGH_WORDS = 100
_TELLING_WORDS = 5  # of a headline that may stand for a longer one


class GoogleSpider(SearchSpider):
    """Asks Google News, and looks for its headlines at their outlets."""

    name = "google"
    kinds: ClassVar[tuple[str, ...]] = ("google",)

    @classmethod
    def base_of(cls, search: Search) -> str:
        """Where Google News is asked."""
        return search.google_url

    def addresses(self, queries: Iterable[Query]) -> Iterator[str]:
        """Each query in the edition of its language."""
        for query in queries:
            hl, gl, ceid = _EDITIONS.get(query.language or "", _ELSEWHERE)
            asked = {"q": as_quoted(query), "hl": hl, "gl": gl, "ceid": ceid}
            yield at_service(self.search.google_url, "rss/search", asked)

    def page_url(self, asking: Asking) -> str:
        """Of the time since the last answer; what lies before the oldest of a full answer."""
        hours = hours_since(asking.since, asking.at) or 24.0 * self.search.days_back
        said = f"when:{span_of(hours)}"
        if asking.page:
            start = (asking.at - timedelta(hours=hours)).date()
            said = f"after:{start} before:{asking.page}"
        return _with_words(asking.source.url, said)

    def read_source(
        self, body: bytes, headers: Mapping[str, str], base_url: str, kind: str
    ) -> Answer:
        """Read an answer."""
        del kind
        return read_google(body, headers, base_url)

    def open_frontier(self) -> None:
        """Look for the headlines that were not found before: their outlets may be known by now."""
        bench, now = self.bench, clock.now()
        leads = bench.corpus.open_leads(since=now - timedelta(days=_LEAD_DAYS))
        with bench.corpus.transaction():
            found = self._find(leads)
            bench.intake.offer(found, now=now)
        if found:
            bench.log.info("leads resolved", found=len(found), of=len(leads))

    def resolve(self, hints: tuple[Hint, ...], source: int) -> Found:
        """The pages that headlines are known to stand at, and the outlets of the others.

        Of what is plainly about something else nothing is kept.
        """
        related = [hint for hint in hints if self._may_belong(hint)]
        leads = [
            Lead(outlet_of(one.home), one.title, one.published, one.url, source) for one in related
        ]
        found = self._find(leads)
        homes = dict.fromkeys(hint.home for hint in related)
        return Found(candidates=tuple(found), sources=tuple(("site", home) for home in homes))

    def _may_belong(self, hint: Hint) -> bool:
        said = Candidate(url=hint.home, found_by=self.name, title=hint.title)
        # Of an address one may say too little to refuse it; here a headline is all there ever is.
        gated = self.bench.intake.gate(said, words_said=_ENOUGH_WORDS)
        return gated.outcome == Outcome.WAITING

    def _find(self, leads: Sequence[Lead]) -> list[Candidate]:
        """Write down leads, with the page of each that is known; those pages as candidates."""
        corpus, now = self.bench.corpus, clock.now()
        known: dict[str, list[KnownTitle]] = {}
        found: list[Candidate] = []
        for lead in leads:
            if lead.outlet not in known:
                known[lead.outlet] = corpus.titles_at(lead.outlet)
            page = page_with(lead.title, known[lead.outlet], lead.published)
            corpus.add_lead(lead, now=now, page=page.page if page else None)
            if page is not None:
                found.append(
                    Candidate(
                        url=page.url,
                        found_by=self.name,
                        source=lead.url,
                        title=lead.title,
                        published=lead.published,
                    )
                )
        return found


def span_of(hours: float) -> str:
    """So many hours and one more, as `when:` takes it."""
    whole = math.ceil(hours) + 1
    return f"{whole}h" if whole <= _SPAN_IN_HOURS else f"{math.ceil(whole / 24)}d"


def _with_words(url: str, more: str) -> str:
    """The address with more words in its query."""
    parts = urlsplit(url)
    stated = [(name, f"{value} {more}" if name == "q" else value)
              for name, value in parse_qsl(parts.query, keep_blank_values=True)]  # fmt: skip
    return parts._replace(query=urlencode(stated)).geturl()


def page_with(
    title: str, known: Iterable[KnownTitle], published: datetime | None
) -> KnownTitle | None:
    """The page that goes by a headline, or by one that begins with it; None: none does.

    Of several it is the one that appeared nearest in time, then the first by its address.
    """
    asked = words(title)

    def rank(page: KnownTitle) -> tuple[bool, float, str, int]:
        apart = math.inf
        if published is not None and page.published is not None:
            apart = abs((page.published - published).total_seconds())
        return words(page.title) != asked, apart, page.url, page.page

    alike = [page for page in known if _is_same(asked, words(page.title))]
    return min(alike, key=rank, default=None)


def _is_same(one: list[str], other: list[str]) -> bool:
    """Whether two headlines are one, but for what an outlet or a service added at the end."""
    if one == other:
        return bool(one)
    short, long = sorted((one, other), key=len)
    return len(short) >= _TELLING_WORDS and long[: len(short)] == short


def read_google(body: bytes, headers: Mapping[str, str], base_url: str) -> Answer:
    """The articles that an answer names, by address where it tells one, else as hints; pure.

    Raises:
        ValueError: it is no feed.
    """
    del headers
    items = rss_items(body)
    language = _language_of(base_url)
    candidates: list[Candidate] = []
    hints: list[Hint] = []
    for item in items:
        one = _read_item(item, base_url, language)
        if isinstance(one, Candidate):
            candidates.append(one)
        elif one is not None:
            hints.append(one)
    return Answer(
        candidates=tuple(candidates), hints=tuple(hints), next_page=_older(items, base_url)
    )


def _language_of(base_url: str) -> str | None:
    """The language of the edition, unless it stands in for one that there is none of."""
    language = (parameter(base_url, "hl") or "").partition("-")[0] or None
    is_stand_in = language == "en" and not (parameter(base_url, "q") or "").isascii()
    return None if is_stand_in else language


def _read_item(
    item: etree._Element, base_url: str, language: str | None
) -> Candidate | Hint | None:
    link = web_address(base_url, text_in(item, "link"))
    outlet, home = _outlet(item, base_url)
    title = _bare(plain(text_in(item, "title")), outlet)
    published = time_of(text_in(item, "pubdate"))
    target = _clear(link) if link else None
    if target is not None:
        return Candidate(
            url=target, found_by="google", source=base_url, title=title, published=published,
            language=language,
        )  # fmt: skip
    if not link or not home or not title:
        return None
    return Hint(title=title, home=home, published=published, url=link)


def _clear(link: str) -> str | None:
    """The address of the article, where the link is or holds it in clear; None: it does not."""
    try:
        target = unwrap(link)
    except ValueError:
        return None
    host = urlsplit(target).hostname or ""
    is_google = host == _OPAQUE_HOST or "/rss/articles/" in target
    return None if is_google else web_address(link, target)


def _outlet(item: etree._Element, base_url: str) -> tuple[str | None, str | None]:
    """The name and the front page of the outlet, as an item states them."""
    for child in item:
        if name_of(child) == "source":
            stated = web_address(base_url, child.get("url"))
            return plain(child.text), home_of(stated) if stated else None
    return None, None


def _bare(title: str | None, outlet: str | None) -> str | None:
    """A headline without the outlet's name behind it."""
    if title is None:
        return None
    if outlet is not None and title.endswith(f" - {outlet}"):
        title = title.removesuffix(f" - {outlet}")
    return title.strip() or None


def _older(items: Sequence[etree._Element], base_url: str) -> str | None:
    """The day before which to ask again: an answer that is full may not be all there is."""
    if len(items) < _MOST:
        return None
    times = [at for item in items if (at := time_of(text_in(item, "pubdate"))) is not None]
    if not times:
        return None
    try:
        before = min(times).date() + timedelta(days=1)
    except OverflowError:  # the last day of the year 9999
        return None
    is_again = f"before:{before}" in (parameter(base_url, "q") or "")
    return None if is_again else str(before)
