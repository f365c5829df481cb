"""Which crawls are due, and what a round of them amounts to; pure, over rows of the corpus."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from ingest.gdelt.files import Stream
from ingest.gdelt_settings import BULK_KIND
from ingest.search_settings import SERVICES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from ingest.config import Gdelt, Settings
    from ingest.crawl import CrawlReport
    from ingest.items import DueSource

__all__ = ["FRONTIER", "SOURCE_KINDS", "Agenda", "JobSpec", "exit_code", "is_due", "job_specs"]

# The spiders state the same, but importing them would load Scrapy into the daemon; a test holds the
# two together. A spider that is not here runs as often as a lively source is polled.
_KINDS: dict[str, tuple[str, ...]] = {
    "feeds": ("feed", "search-feed", "feed-guess"),
    "sitemaps": ("robots", "sitemap", "sitemap-guess"),
    "links": ("site",),
    **{service: (service,) for service in SERVICES},
    "gdelt": (BULK_KIND,),
}

#: Every kind of source that some spider polls.
SOURCE_KINDS = tuple(kind for kinds in _KINDS.values() for kind in kinds)

_PARTIAL_SHARE = 0.25  # of polls that failed, 0..1; above it a round is reported as partial

_DONE, _FAILED, _UNREACHABLE, _PARTIAL = 0, 1, 4, 6  # exit codes; ingest.errors has the others


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """A crawl that the daemon starts whenever the corpus says it is due."""

    spider: str
    kinds: tuple[str, ...] = ()  #: of the sources it polls; empty: it keeps none of its own
    addresses: frozenset[str] = frozenset()  #: of its sources, as the settings name them
    asks: bool = False  #: a search service for the topic: it enters its sources itself


#: Fetches every due page, whoever found it: leftovers, retries, revisits.
FRONTIER = JobSpec(spider="frontier")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """What the corpus says is to be done."""

    now: datetime
    sources: Sequence[DueSource]  #: whose poll is due
    pages: int  #: that a run could claim
    unknown: frozenset[str]  #: addresses in the settings that no source has yet
    last_started: Mapping[str, datetime] = field(default_factory=dict)  #: latest run, by spider
    #: By service that was not asked yet what is to be asked now: which version of that it lacks.
    unasked: Mapping[str, str] = field(default_factory=dict)


def job_specs(settings: Settings) -> tuple[JobSpec, ...]:
    """The crawls that look for addresses, in the order of the settings."""
    sources = settings.sources
    named = {
        "feeds": sources.feeds,
        "sitemaps": sources.sitemaps,
        "links": sources.sites,
        "gdelt": _gdelt_lists(settings.gdelt),
    }
    archives = ["wayback"] if settings.archives.wayback else []
    gdelt = [
        spider
        for spider, is_on in (("gdelt", settings.gdelt.bulk), ("gdelt_doc", settings.gdelt.doc))
        if is_on
    ]
    return tuple(
        JobSpec(
            spider=spider,
            kinds=_KINDS.get(spider, ()),
            addresses=frozenset(named.get(spider, ())),
            asks=spider in SERVICES,
        )
        for spider in dict.fromkeys(
            (*settings.schedule.spiders, *settings.search.services, *gdelt, *archives)
        )
        if spider != FRONTIER.spider
    )


def _gdelt_lists(gdelt: Gdelt) -> tuple[str, ...]:
    return tuple(urljoin(gdelt.bulk_url, Stream(one).last_list) for one in gdelt.languages)


def is_due(
    spec: JobSpec,
    agenda: Agenda,
    *,
    every_minutes: float,
    offered: Collection[int] = (),
    greeted: Collection[str] = (),
) -> bool:
    """Whether a crawl has something to do.

    Args:
        every_minutes: between runs of a spider that keeps no sources, an archive's search say.
        offered: ids of due sources to overlook, because a crawl was offered them already.
        greeted: spiders that had their chance to enter the addresses of the settings, and versions
            of what is to be asked that services had their chance to enter.
    """
    if spec == FRONTIER:
        return agenda.pages > 0
    if not spec.kinds:
        last = agenda.last_started.get(spec.spider)
        waited = abs(agenda.now - last) if last is not None else timedelta.max
        return waited >= timedelta(minutes=every_minutes)  # abs: the clock may be set back
    if spec.spider in agenda.unasked and agenda.unasked[spec.spider] not in greeted:
        return True
    if spec.addresses & agenda.unknown and spec.spider not in greeted:
        return True
    return any(due.kind in spec.kinds and due.source not in offered for due in agenda.sources)


def exit_code(reports: Sequence[CrawlReport]) -> int:
    """What a round ends with: 0 done, 1 every run failed, 4 no source reachable, 6 partial."""
    unwell = [report for report in reports if not report.went_well]
    lossy = any(report.message for report in reports if report.went_well)  # some pages were lost
    polled = sum(report.counts.get("polled", 0) for report in reports)
    failed = sum(report.counts.get("polls_failed", 0) for report in reports)
    if reports and len(unwell) == len(reports):
        return _FAILED
    if polled and failed == polled:
        return _UNREACHABLE
    return _PARTIAL if unwell or lossy or failed > polled * _PARTIAL_SHARE else _DONE
