"""Fetches each address of a list once and says what it is; for `seedbed add`.

It stands outside the ledger: what it fetches becomes a source or a page only once it is added.
Robots, guard, delay and size are those of every crawl.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest

from ingest import clock
from ingest.discovery.detect import detect
from ingest.errors import ConfigError
from ingest.workspace import current_workspace
from spiders.headers import header_map
from spiders.policy import workspace_policy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

__all__ = ["LookSpider"]

_REFUSALS = [*range(400, 600)]  # told, not dropped


class LookSpider(Spider):
    """Looks at the addresses of `-a file=LIST`, and says in `-a out=FILE` what they are."""

    name = "look"

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Keep out what records a run; there may be no topic to judge by yet."""
        super().update_settings(settings)
        settings.setdict(workspace_policy(current_workspace().settings), priority="spider")
        settings.setdict({"EXTENSIONS": {}, "ITEM_PIPELINES": {}}, priority="spider")

    def __init__(self, *, file: str | None = None, out: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not file or not out:
            raise ConfigError(["give -a file=LIST and -a out=FILE, or use seedbed add"])
        self._addresses = json.loads(Path(file).read_text("utf-8"))
        self._out = Path(out)

    async def start(self) -> AsyncIterator[Request]:
        """Ask for every address."""
        for url in self._addresses:
            yield Request(
                url,
                callback=self.look,
                errback=self.tell,
                cb_kwargs={"asked": url},
                meta={
                    "handle_httpstatus_list": _REFUSALS,
                    "dont_obey_robotstxt": url.endswith("/robots.txt"),
                },
                dont_filter=True,
            )

    def look(self, response: Response, asked: str) -> None:
        """Say what there is."""
        if response.status in _REFUSALS:
            self._say(asked, error=f"http {response.status}")
            return
        what = detect(response.body, header_map(response), response.url, now=clock.now())
        self._say(asked, url=response.url, **asdict(what))

    def tell(self, failure: Failure) -> None:
        """Say why there is nothing."""
        request: Any = failure.request  # type: ignore[attr-defined]  # Scrapy adds it
        reason = str(failure.value).split("\n", 1)[0] or type(failure.value).__name__
        refused = "refused: " if failure.check(IgnoreRequest) else ""
        self._say(request.cb_kwargs["asked"], error=f"{refused}{reason}"[:200])

    def _say(self, asked: str, **said: Any) -> None:
        with self._out.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"asked": asked, **said}) + "\n")
