"""Which jobs the workers of a cluster are to do; pure, over what the corpus says is due.

A job is one crawl of one outlet, and its lock is the outlet: all its hosts are one worker's, so
that the distance between two requests holds though many are at work. A service that is asked for
the whole topic is a job of its own; what it names is for the jobs of those outlets to fetch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.polling import address_of
from ingest.urls import outlet_of
from scheduler.jobs import FRONTIER, is_due

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from scheduler.jobs import Agenda, JobSpec

__all__ = ["ENTER", "Job", "jobs_due", "not_queued"]

#: Spiders whose sources are the outlets' own lists and pages.
_AT_OUTLETS = frozenset({"feeds", "sitemaps", "links"})
_NOBODY = "-"  # no outlet has this name


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One crawl for some worker."""

    spider: str
    outlet: str | None = None  #: whose sources and pages alone; None: a service's, and no pages

    @property
    def lock(self) -> str:
        """What no two workers hold at once."""
        return f"{self.spider} service" if self.outlet is None else self.outlet

    @property
    def name(self) -> str:
        """What no two waiting jobs have in common."""
        return f"{self.spider} {self.lock}"

    @property
    def arguments(self) -> dict[str, str]:
        """Of the spider."""
        return {"pages": "no"} if self.outlet is None else {"outlet": self.outlet}


#: Enters the sources that the settings name, and asks for nothing.
ENTER = Job(spider=FRONTIER.spider, outlet=_NOBODY)


def jobs_due(
    specs: Sequence[JobSpec],
    agenda: Agenda,
    outlets: Iterable[str],
    *,
    every_minutes: float,
    greeted: Collection[str] = (),
) -> list[Job]:
    """What is to be done, sources before pages, each in the order in which they are due.

    Args:
        outlets: whose pages are due.
        every_minutes: between runs of a spider that keeps no sources.
        greeted: as `scheduler.jobs.is_due` has it, and spiders whose addresses were entered.
    """
    found: dict[Job, None] = {}
    for spec in specs:
        found |= dict.fromkeys(_of_sources(spec, agenda, every_minutes, greeted))
    found |= dict.fromkeys(Job(spider=FRONTIER.spider, outlet=one) for one in outlets)
    return list(found)


def _of_sources(
    spec: JobSpec, agenda: Agenda, every_minutes: float, greeted: Collection[str]
) -> Iterator[Job]:
    if spec.spider not in _AT_OUTLETS:
        if is_due(spec, agenda, every_minutes=every_minutes, greeted=greeted):
            yield Job(spider=spec.spider)
        return
    if spec.addresses & agenda.unknown and spec.spider not in greeted:
        yield ENTER
    for due in agenda.sources:
        if due.kind in spec.kinds and (outlet := outlet_of(address_of(due))):
            yield Job(spider=spec.spider, outlet=outlet)


def not_queued(jobs: Iterable[Job], *, queued: Mapping[str, Collection[str]]) -> list[Job]:
    """The jobs to be queued: none waits or is done already.

    Args:
        queued: by lock: the names of the jobs that wait or are done.
    """
    known = {lock: {*names} for lock, names in queued.items()}
    found = []
    for job in jobs:
        beside = known.setdefault(job.lock, set())
        # Whatever is done at an outlet fetches pages of it, too; what it leaves is due later.
        if job.name not in beside and not (job.spider == FRONTIER.spider and beside):
            beside.add(job.name)
            found.append(job)
    return found
