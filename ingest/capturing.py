"""Captures of pages in the ledger: which may tell something new, and how they are entered.

Whoever reads an archive, a spider or a bulk import, enters what it finds by this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest import clock
from ingest.items import Candidate, FetchedPage, Outcome
from ingest.urls import address_key

if TYPE_CHECKING:
    from datetime import datetime

    from ingest.archives.responses import Captured
    from ingest.corpus import Corpus
    from ingest.intake import Intake
    from ingest.items import DuePage

__all__ = ["enter_capture", "fetched_page", "hold_page", "is_news"]

#: Where an older capture may still be of use: no text was ever read there.
_WITHOUT_TEXT = frozenset(
    {
        Outcome.WAITING, Outcome.SKIPPED, Outcome.ROBOTS,
        Outcome.REJECTED, Outcome.GONE, Outcome.FAILED,
    }
)  # fmt: skip


def is_news(corpus: Corpus, url: str, at: datetime, *, found_by: str) -> bool:
    """Whether a capture may tell something that is not known of its address.

    Args:
        corpus: whose ledger it is.
        url: of the page.
        at: when it was captured.
        found_by: name of the spider that found it; if it is no news, this once more is noted.
    """
    key = address_key(url)
    line = corpus.known_line(key)
    if line is None or line.last_fetched is None or line.last_fetched < at:
        return True
    if line.outcome in _WITHOUT_TEXT and line.last_fetched != at:
        return True
    with corpus.transaction():  # what was found once more tells how much there is
        corpus.note_route(key, found_by, now=at)
    return False


def enter_capture(intake: Intake, url: str, at: datetime, *, found_by: str) -> DuePage | None:
    """Enter a captured page in the ledger and hold its line; None: another run is at it.

    Its line is due at its own address too, if this run ends first.
    """
    corpus, key = intake.corpus, address_key(url)
    with corpus.transaction():
        if corpus.known_line(key) is None:
            intake.offer([Candidate(url=url, found_by=found_by, is_given=True)], now=at)
        else:
            corpus.note_route(key, found_by, now=at)
        return hold_page(intake, url)


def hold_page(intake: Intake, url: str) -> DuePage | None:
    """Lease the page of an address; None: another run is at it."""
    return intake.corpus.claim_key(
        address_key(url), run=intake.run, now=clock.now(),
        lease_s=intake.settings.schedule.lease_minutes * 60,
    )  # fmt: skip


def fetched_page(due: DuePage, found: Captured, capture: str) -> FetchedPage:
    """A capture as what was fetched of a page that this run holds.

    Args:
        due: the page.
        found: the capture.
        capture: where it was taken from.
    """
    return FetchedPage(
        page=due.page, url=due.url, final_url=found.url, status=found.status, body=found.body,
        content_type=found.content_type, encoding=found.encoding, etag=None,
        last_modified=None, headers=found.headers, fetched_at=found.at, capture=capture,
    )  # fmt: skip
