"""`scrapy crawl`, whose exit code tells a failed run from one that went well."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from scrapy.commands.crawl import Command as ScrapyCrawl

from ingest.extensions import failed_runs, lossy_runs

if TYPE_CHECKING:
    import argparse

__all__ = ["Command", "stop_once"]


def stop_once(_number: int, _frame: object) -> None:
    """Stop as by SIGTERM, when whoever started us dies, however often that is said."""
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    os.kill(os.getpid(), signal.SIGTERM)


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
