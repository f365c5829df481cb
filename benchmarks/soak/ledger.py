"""A second witness: what the crawl says is stored, written beside the corpus and made durable.

`Ledger` is a Scrapy extension; it hears of a page after the last pipeline, when the corpus has
taken it in. What it wrote down before a kill must be in the corpus after it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from scrapy import signals

from ingest.extensions import bench_of
from ingest.items import FailedFetch

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy.crawler import Crawler

    from ingest.pipelines import Reading

__all__ = ["VARIABLE", "Ledger", "acknowledged"]

#: Names the file in the environment of a crawl.
VARIABLE = "SOAK_LEDGER"


class Ledger:
    """Appends `RUN PAGE` for each fetch that the corpus took in."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        path = os.environ[VARIABLE]
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)
        crawler.signals.connect(self.note, signal=signals.item_scraped)
        crawler.signals.connect(self.close, signal=signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Ledger:
        return cls(crawler)

    def note(self, item: Reading | FailedFetch) -> None:
        bench = bench_of(self.crawler)
        if bench.gives_back:  # it went back to the frontier instead
            return
        page = item.page if isinstance(item, FailedFetch) else item.page.page
        os.write(self._descriptor, f"{bench.run} {page}\n".encode())
        os.fsync(self._descriptor)

    def close(self) -> None:
        os.close(self._descriptor)


def acknowledged(path: Path) -> set[tuple[int, int]]:
    """Run and page of each fetch written down so far."""
    if not path.exists():
        return set()
    whole = path.read_text().rpartition("\n")[0]  # a kill can tear the last line
    return {(int(run), int(page)) for run, page in map(str.split, whole.splitlines())}
