"""`scrapy crawl`, whose exit code tells a failed run from one that went well."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from scrapy.commands.crawl import Command as ScrapyCrawl

from ingest.extensions import failed_runs, lossy_runs
from ingest.mortal import stop_once

if TYPE_CHECKING:
    import argparse

__all__ = ["Command"]


class Command(ScrapyCrawl):
    """Run a spider of the project, by name."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl; a run that failed ends with exit code 1, one that lost some pages with 6."""
        signal.signal(signal.SIGUSR1, stop_once)
        super().run(args, opts)
        if failed_runs():
            self.exitcode = 1
        elif lossy_runs():
            self.exitcode = 6
