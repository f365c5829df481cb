"""Whether a refused page waits for its host, and whether a run without its corpus goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest import clock
from ingest.cadence import asks_for_patience
from ingest.errors import CorpusError
from ingest.middlewares import HostAsleep
from ingest.pacing import host_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.http import Response

    from ingest.extensions import Bench
    from ingest.items import DuePage

__all__ = ["put_to_sleep_by", "unless_broken"]


def put_to_sleep_by(response: Response, page: DuePage, bench: Bench) -> HostAsleep | None:
    """The sleep of a host that answered 429 or 503; None: it is a failure of the page.

    It is one, too, where the host has put off the page as often as a page may fail.
    """
    if not asks_for_patience(response.status) or response.request is None:
        return None
    host = host_key(response.request)
    wait = bench.corpus.host_wait(host)
    if wait is None or wait.until <= clock.now():
        return None
    tries = bench.workspace.settings.crawl.max_tries
    return HostAsleep(host, wait.until) if bench.corpus.count_refusal(page.page, tries) else None


def unless_broken(bench: Bench, ask: Callable[[], bool]) -> bool:
    """Ask for more; a run that has lost its corpus asks for nothing, and has failed.

    Scrapy only logs what goes wrong in the handlers of its signals, and calls the run finished.
    """
    try:
        return ask()
    except CorpusError as exc:
        bench.trouble = bench.trouble or str(exc)
        bench.log.error("the frontier cannot be read", error=str(exc))
        return False
