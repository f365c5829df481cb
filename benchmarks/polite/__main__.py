"""Requests for each new article over ten simulated days, and how soon it was seen.

    python -m benchmarks.polite [--check] [--every MINUTES] [--by-outlet]

`--every` polls each source that often, whatever its rhythm, as most tools do.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.polite.crawl import Crawl, make_workspace
from benchmarks.polite.web import START, Web, outlets
from ingest import log

if TYPE_CHECKING:
    from collections.abc import Mapping

DAYS, SEED = 10, 6
_FIGURES = ("requests for each new article", "median minutes", "p90 minutes", "share seen")
#: The most that each may be, and of the last the least; 1.2 requests were asked for.
#: Measured: 1.170, 63, 302, 0.964.
_PINNED = (1.19, 68.0, 330.0, 0.955)


def measure(days: int, seed: int, toml: str = "", *, by_outlet: bool = False) -> dict[str, float]:
    """The figures of one life of a daemon."""
    web = Web(outlets=outlets(), seed=seed, days=days)
    with TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder) / "w", toml)
        crawl = Crawl(workspace=workspace, web=web, now=START)
        crawl.live(START + timedelta(days=days), tick=timedelta(minutes=1))
    published = web.article_times()
    minutes = {
        url: (crawl.seen[url] - at) / timedelta(minutes=1)
        for url, at in published.items()
        if url in crawl.seen
    }
    backlog = len(crawl.seen) - len(minutes)  # there before the first day; each cost one request
    requests = web.asked.total() - backlog
    if by_outlet:
        _tell_outlets(minutes, published)
    print(
        f"{len(web.sources())} sources of {len(web.outlets)} outlets, {days} days,"
        f" {len(published)} articles; requests: {dict(web.asked)}, {backlog} of a backlog"
    )
    waits = sorted(minutes.values())
    return {
        _FIGURES[0]: requests / len(minutes),
        _FIGURES[1]: median(waits),
        _FIGURES[2]: quantiles(waits, n=10)[-1],
        _FIGURES[3]: len(minutes) / len(published),
    }


def _tell_outlets(minutes: dict[str, float], published: Mapping[str, object]) -> None:
    waits: dict[str, list[float]] = defaultdict(list)
    for url, wait in minutes.items():
        waits[url.split("/")[2]].append(wait)
    for host, found in waits.items():
        named = sum(url.split("/")[2] == host for url in published)
        print(f"{host:14} {len(found):5} of {named:5}  median {median(found):6.0f} min")


def main() -> int:
    """Measure, and compare with what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail above the pinned figures")
    parser.add_argument("--every", type=int, help="poll at this distance, in minutes")
    parser.add_argument("--new", type=float, help="new addresses for which a poll is worth while")
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--by-outlet", action="store_true")
    said = parser.parse_args()
    log.configure("ERROR", "text")
    toml = "[crawl]\nmax_tries = 3\n"
    if said.every:
        toml += (
            f"[schedule]\npoll_every_minutes = {said.every}\npoll_at_most_minutes = {said.every}\n"
        )
    if said.new:
        toml += f"[polling]\nnew_per_poll = {said.new}\n"
    began = time.monotonic()
    figures = measure(said.days, said.seed, toml, by_outlet=said.by_outlet)
    for name, value in figures.items():
        print(f"{name:32} {value:.3f}")
    print(f"{time.monotonic() - began:.0f} s")
    return int(said.check and not is_as_pinned(figures))


def is_as_pinned(figures: dict[str, float]) -> bool:
    """Whether no figure is worse than it was."""
    *costs, seen = (figures[name] for name in _FIGURES)
    *most, least = _PINNED
    return all(one <= limit for one, limit in zip(costs, most, strict=True)) and seen >= least


if __name__ == "__main__":
    sys.exit(main())
