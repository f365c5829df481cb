"""Spider look-up that answers a slip of the pen with a suggestion instead of a traceback."""

from __future__ import annotations

import logging
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError
from scrapy.spiderloader import SpiderLoader

import spiders
from ingest.errors import ConfigError, IngestError
from ingest.own_web import catalogue_of
from ingest.spider_names import FIND_NOTHING
from ingest.workspace import current_workspace

if TYPE_CHECKING:
    from scrapy import Spider

__all__ = ["FriendlySpiderLoader"]


class FriendlySpiderLoader(SpiderLoader):
    """Scrapy's loader; checks the workspace and the name before a crawler is made."""

    def load(self, spider_name: str) -> type[Spider]:
        """The spider of that name.

        Raises:
            UsageError: no spider has it.
            SystemExit: the workspace cannot be used; the exit code says why.
        """
        if spider_name not in self._spiders:
            raise UsageError(_unknown(spider_name, sorted(self._spiders)), print_help=False)
        try:
            _refuse_foreign_spiders()
            workspace = current_workspace()
            workspace.configure_log()
            _quieten_scrapy()
            if spider_name not in FIND_NOTHING:  # they need neither topic nor corpus
                workspace.check_seeds()
                workspace.check_archive()
                catalogue_of(workspace.settings)
                workspace.corpus().close()
        except IngestError as exc:
            sys.stderr.write(f"seedbed: {exc}\n")
            raise SystemExit(exc.exit_code) from exc
        return super().load(spider_name)


def _unknown(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
    return f"no spider {name!r}; {hint}"


def _quieten_scrapy() -> None:
    """Leave out what our own events say already: its start, its settings, unread robots.txt."""
    logging.getLogger("scrapy").setLevel(logging.WARNING)
    logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)
    logging.getLogger("twisted").setLevel(logging.ERROR)
    logging.getLogger("protego").setLevel(logging.ERROR)  # a record for each line it cannot read
    logging.getLogger("asyncio").addFilter(_say_plainly)


def _say_plainly(record: logging.LogRecord) -> bool:
    """Tell an error of ours in its own words: a crawl that cannot start ends in asyncio's log."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, IngestError):
        record.msg, record.args, record.exc_info = f"crawl not started: {error}", (), None
    return True


def _refuse_foreign_spiders() -> None:
    """`spiders` is a common name; another package of that name would run instead of ours."""
    ours = Path(__file__).parent.parent / "spiders"
    if Path(spiders.__file__ or "").parent.resolve() != ours.resolve():
        raise ConfigError([f"another package named 'spiders' hides ours: {spiders.__file__}"])
