"""Fetches the addresses among the seeds, and saves each page beside them as a seed document.

It stands outside the ledger: what it fetches defines the story and is no find of it. Robots,
guard, delay and size are those of every crawl.
"""

from __future__ import annotations

import codecs
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse

from ingest import log
from ingest.seedset import addresses_of, marked_page
from ingest.text import clean_controls
from ingest.workspace import current_workspace
from spiders.policy import workspace_policy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from ingest.seedset import SeedAddress

__all__ = ["SeedsSpider"]

_log = log.get(__name__)
_REFUSALS = [*range(400, 600)]  # told, not dropped


class SeedsSpider(Spider):
    """Saves the pages of the seed addresses that are not saved yet."""

    name = "seeds"

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Keep out what records a run; there may be no topic to judge by yet."""
        super().update_settings(settings)
        settings.setdict(workspace_policy(current_workspace().settings), priority="spider")
        settings.setdict({"EXTENSIONS": {}, "ITEM_PIPELINES": {}}, priority="spider")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._folder = current_workspace().settings.seeds_path
        self._addresses = addresses_of(self._folder)

    async def start(self) -> AsyncIterator[Request]:
        """Ask for every page that is missing."""
        for address in self._addresses:
            if not (self._folder / address.page).exists():
                yield Request(
                    address.url,
                    callback=self.save,
                    errback=self.tell,
                    cb_kwargs={"address": address},
                    meta={"handle_httpstatus_list": _REFUSALS},
                    dont_filter=True,
                )

    def save(self, response: Response, address: SeedAddress) -> None:
        """Write the page, whole or not at all."""
        if response.status in _REFUSALS or not isinstance(response, HtmlResponse):
            kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
            self._refuse(address, f"answered {response.status} {kind}".rstrip())
            return
        path = self._folder / address.page
        body = codecs.BOM_UTF8 + response.text.encode("utf-8", "replace")
        try:
            _write(path, marked_page(response.url, body))
        except OSError as exc:
            self._refuse(address, f"the page cannot be written: {exc.strerror}")
            return
        _log.info("seed saved", url=address.url, file=path.name)

    def tell(self, failure: Failure) -> None:
        """Say why there is no page."""
        request: Any = failure.request  # type: ignore[attr-defined]  # Scrapy adds it
        refused = failure.check(IgnoreRequest)
        reason = failure.getErrorMessage() or repr(failure.value)
        self._refuse(request.cb_kwargs["address"], reason if not refused else f"refused: {reason}")

    def _refuse(self, address: SeedAddress, reason: str) -> None:
        _log.warning(
            "seed not fetched", url=address.url, reason=reason,
            file=address.file, line=address.line,
        )  # fmt: skip
        # A person asked for these very pages, and the log may be off or for machines.
        told = clean_controls(f"{address.url} ({address.file}, line {address.line}): {reason}")
        sys.stderr.write(f"not fetched: {' '.join(told.split())}\n")


def _write(path: Path, page: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(page)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
