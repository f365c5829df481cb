"""The kill loop: the daemon on the demo web is struck at random moments, and looked at after each.

A season is one workspace from its first fetch to the end, struck all the way; what it holds at the
end is compared with what an undisturbed daemon made of the same web.
"""

# ruff: noqa: SLF001 - it asks the corpus what no part of the program does

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.soak.checks import Checker
from benchmarks.soak.daemon import LEDGER, children_of, start, wait_for_orphans
from benchmarks.soak.ledger import acknowledged
from ingest.corpus import Corpus
from ingest.demo.run import make_workspace, poll
from ingest.demo.server import DemoServer
from ingest.demo.web import build_web
from spiders.base import SourceSpider

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ingest.demo.web import DemoWeb

__all__ = [
    "LEASE",
    "Blow",
    "Calm",
    "Season",
    "Victim",
    "blows_of",
    "calm_corpus",
    "fresh",
    "run_season",
]

LEASE = SourceSpider.batch  #: pages that one kill can make us fetch again
_LATEST = 14  # requests, or pages, of a daemon before it is struck
_START_S, _REQUEST_S = 2.5, 0.08  # a start may take so long; then blows fall within so long
_SILENT_S, _IDLE_S = 30.0, 2.0  # without a crawl, at first and between two
_LOOK_S = 0.02
_DRAIN_S = 20.0  # our promise after SIGTERM
_RETRY_HOURS = 0.3  # after which what a kill made fail is asked again


class Victim(StrEnum):
    """Whom a blow strikes."""

    DAEMON = "daemon"
    CHILD = "child"
    BOTH = "both"


class Blow(NamedTuple):
    """One blow, and its moment."""

    victim: Victim
    number: int  #: of the signal
    requests: int  #: of this daemon before it falls
    pages: int  #: that it stored before it falls
    wait_s: float  #: after that; all else 0: in its start

    @property
    def is_early(self) -> bool:
        """Whether it falls in the daemon's start."""
        return not self.requests and not self.pages

    def is_reached(self, *, requests: int, pages: int) -> bool:
        """Whether its moment has come."""
        return requests >= self.requests and pages >= self.pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Calm:
    """What an undisturbed daemon makes of the demo web."""

    folder: Path
    tables: dict[str, list[dict[str, Any]]] = field(repr=False)
    hits: Counter[str] = field(repr=False)  #: requests by address


@dataclass(slots=True, kw_only=True)
class Season:
    """What came of one workspace under blows."""

    struck: Counter[str] = field(default_factory=Counter)  #: blows that found their victim alive
    missed: int = 0  #: blows that came when it had ended
    complaints: list[str] = field(default_factory=list)
    slowest_drain_s: float = 0.0
    died: int = 0  #: runs that a kill ended
    interrupted: int = 0  #: runs that drained
    again: int = 0  #: pages asked for more often than without blows
    most_again: int = 0  #: of these, after one blow
    twice: int = 0  #: pages judged more than once
    acknowledged: int = 0  #: pages stored before the last blow
    seen: list[Seen] = field(default_factory=list, repr=False)  #: after each blow


class Asked(NamedTuple):
    """What the demo web was asked."""

    urls: list[str]  #: in order
    calm: Counter[str]  #: how often an undisturbed daemon asks
    led_to: set[str]  #: by other addresses, that may be asked again


class Seen(NamedTuple):
    """What there was after a blow."""

    stored: set[tuple[int, int]]  #: run and page of each acknowledged fetch
    requests: int  #: until then
    #: That it may cost: one on the crawl alone is followed by a SIGTERM, which may meet another.
    leases: int = 1


def blows_of(rng: random.Random, *, kills: int, terms: int) -> list[Blow]:
    """So many SIGKILL and SIGTERM, in a random order, on victims in turn."""
    victims = list(Victim)
    numbers = [signal.SIGKILL] * kills + [signal.SIGTERM] * terms
    drawn = [
        Blow(victims[place % 3], number, *_moment(rng)) for place, number in enumerate(numbers)
    ]
    rng.shuffle(drawn)
    return drawn


def _moment(rng: random.Random) -> tuple[int, int, float]:
    """In a daemon's start, among its requests, or among pages that it stores."""
    kind = rng.choices(("start", "request", "page"), weights=(1, 1, 3))[0]
    if kind == "start":
        return 0, 0, rng.uniform(0, _START_S)
    count = rng.randint(1, _LATEST)
    wait_s = rng.uniform(0, _REQUEST_S)
    return (count, 0, wait_s) if kind == "request" else (0, count, wait_s)


def calm_corpus(folder: Path) -> Calm:
    """The corpus of an undisturbed run."""
    web = build_web()
    fresh(folder, web)
    with DemoServer(web) as server:
        poll(folder, server)
        hits = Counter(one.url for one in server.log)
    return Calm(folder=folder, tables=_tables(folder), hits=hits)


def run_season(folder: Path, calm: Calm, blows: Sequence[Blow]) -> Season:
    """Crawl the demo web under blows, to its end, looking at the corpus after each."""
    web = build_web()
    fresh(folder, web)
    season, checker = Season(), Checker(folder)
    with DemoServer(web) as server:
        for blow in blows:
            _strike(folder, server, blow, season)
            season.complaints += (f"after {blow}: {one}" for one in checker.complaints())
            leases = 2 if blow.victim == Victim.CHILD else 1
            season.seen.append(Seen(acknowledged(folder / LEDGER), len(server.log), leases))
        season.acknowledged = len(acknowledged(folder / LEDGER))
        season.complaints += (f"process {pid} lives on" for pid in wait_for_orphans(folder))
        _finish(folder, server)
        asked = Asked(
            urls=[one.url for one in server.log],
            calm=calm.hits,
            led_to={one.location for one in web.resources.values() if one.location},
        )
    season.complaints += checker.complaints()
    season.complaints += _compare(calm.tables, _tables(folder))
    _count(folder, season)
    season.complaints += _asked_again(folder, season, asked)
    return season


def fresh(folder: Path, web: DemoWeb) -> Path:
    """A workspace on the demo web."""
    make_workspace(folder, web)
    toml = (folder / "seedbed.toml").read_text()
    toml = toml.replace("[schedule]\n", '[schedule]\nspiders = ["feeds", "links"]\n')
    # With one reader of pages a start costs half as much; the last table is [crawl].
    (folder / "seedbed.toml").write_text(f"{toml}extract_processes = 1\n")
    return folder


def _finish(folder: Path, server: DemoServer) -> None:
    """Rounds, undisturbed, until nothing is left to do; the last for what a blow made fail."""
    for hours_ahead in (0.0, _RETRY_HOURS):
        poll(folder, server, hours_ahead=hours_ahead)


def _strike(folder: Path, server: DemoServer, blow: Blow, season: Season) -> None:
    daemon = start(folder, server)
    try:
        _await_moment(folder, daemon, server, blow)
        struck = _hit(daemon, blow)
        if struck and daemon.poll() is None and blow.victim == Victim.CHILD:
            time.sleep(blow.wait_s)  # the daemon sees it, and may have begun another crawl
        _end(daemon, blow, season)
    finally:
        daemon.kill()
        daemon.wait()
    if struck:
        season.struck[f"{signal.Signals(blow.number).name} {blow.victim}"] += 1
    else:
        season.missed += 1


def _await_moment(
    folder: Path, daemon: subprocess.Popen[bytes], server: DemoServer, blow: Blow
) -> None:
    # Counted from its first crawl: the orphan of another may ask, and store, until then.
    before: tuple[int, int] | None = None
    until_s = time.monotonic() + _SILENT_S
    while not blow.is_early and daemon.poll() is None and time.monotonic() < until_s:
        now = (len(server.log), len(acknowledged(folder / LEDGER)))
        if children_of(daemon.pid):
            before = before or now
            until_s = time.monotonic() + _IDLE_S
        if before and blow.is_reached(requests=now[0] - before[0], pages=now[1] - before[1]):
            break
        time.sleep(_LOOK_S)
    time.sleep(blow.wait_s)


def _hit(daemon: subprocess.Popen[bytes], blow: Blow) -> bool:
    """Strike; whether a victim was alive."""
    children = children_of(daemon.pid)
    victims = {
        Victim.DAEMON: [daemon.pid],
        Victim.CHILD: children,
        Victim.BOTH: [daemon.pid, *children],
    }[blow.victim]
    alive = daemon.poll() is None
    for victim in victims:
        try:
            os.kill(victim, blow.number)
        except ProcessLookupError:
            continue
    return alive and bool(victims)


def _end(daemon: subprocess.Popen[bytes], blow: Blow, season: Season) -> None:
    """Until the daemon has ended: struck dead, or told to stop."""
    if blow.number == signal.SIGKILL and blow.victim != Victim.CHILD:
        daemon.wait()
        return
    if blow.victim == Victim.CHILD and daemon.poll() is not None:
        season.complaints.append(f"{blow} on its child ended the daemon too")
        return
    daemon.terminate()  # the same again where it was struck so: a second one may only hurry it
    began_s = time.monotonic()
    try:
        code = daemon.wait(_DRAIN_S)
    except subprocess.TimeoutExpired:
        season.complaints.append(f"{blow}: not drained after {_DRAIN_S:g} s")
        return
    season.slowest_drain_s = max(season.slowest_drain_s, time.monotonic() - began_s)
    # In its start it has no handler yet, and ends as any program does.
    if code and not (blow.is_early and code == -signal.SIGTERM):
        season.complaints.append(f"{blow}: the daemon drained, and ended with {code}")


def _tables(folder: Path) -> dict[str, list[dict[str, Any]]]:
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        return corpus.everything()


def _compare(
    calm: dict[str, list[dict[str, Any]]], shaken: dict[str, list[dict[str, Any]]]
) -> Iterator[str]:
    """Rows that only one of two corpora holds."""
    for table, rows in calm.items():
        for name, some, others in (("lacks", rows, shaken[table]), ("has", shaken[table], rows)):
            for row in some:
                if row not in others:
                    short = {column: str(told)[:60] for column, told in row.items()}
                    yield f"{table}: unlike the undisturbed one it {name} {short}"


def _count(folder: Path, season: Season) -> None:
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        runs = corpus._rows("SELECT outcome, count(*) AS n FROM runs GROUP BY outcome")
        season.twice = corpus._value(
            "SELECT count(*) - count(DISTINCT page) FROM fetches WHERE outcome <> 'failed'"
        )
        leased = corpus._value("SELECT count(*) FROM pages WHERE leased_until IS NOT NULL")
    ends = {row["outcome"]: row["n"] for row in runs}
    season.died, season.interrupted = ends.get("died", 0), ends.get("interrupted", 0)
    if season.twice:
        season.complaints.append(f"{season.twice} pages were judged more than once")
    if leased:
        season.complaints.append(f"{leased} pages are leased, though nothing is at work")


def _asked_again(folder: Path, season: Season, asked: Asked) -> Iterator[str]:
    """Count the requests that blows have cost; those that they should not have are complaints."""
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        pages = {row["id"]: row["url"] for row in corpus._rows("SELECT id, url FROM pages")}
        judged = {
            (row["run"], row["page"])
            for row in corpus._rows("SELECT run, page FROM fetches WHERE outcome <> 'failed'")
        }
    ends = [one.requests for one in season.seen[1:]] + [len(asked.urls)]
    for seen, end in zip(season.seen, ends, strict=True):
        before, until = Counter(asked.urls[: seen.requests]), Counter(asked.urls[:end])
        more = until - (before | asked.calm)
        again = sum(more[url] for url in set(pages.values()) - asked.led_to)
        season.again += again
        season.most_again = max(season.most_again, again)
        if again > seen.leases * LEASE:
            yield f"{again} pages asked again after one blow"
        stored = {pages[page] for run, page in seen.stored & judged} - asked.led_to
        yield from (f"stored, and asked again: {url}" for url in sorted(stored & more.keys()))
