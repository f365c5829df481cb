"""Addresses that were guessed: each is tried once, and is a source only if it turns out to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest

from ingest.middlewares import HostAsleep, RobotsUnreadable
from ingest.urls import address_key
from spiders.base import SourceSpider, words_of
from spiders.endings import words_of_error

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from ingest.items import DueSource, Found

__all__ = ["GuessingSpider"]

_ERRORS, _SERVER_ERRORS, _TOO_MANY = 300, 500, 429


class GuessingSpider(SourceSpider):
    """Polls guesses beside its sources."""

    def on_source(self, response: Response) -> None:
        """Take in what a source answered, or whether a guess was right."""
        source: DueSource = response.meta["source"]
        is_down = response.status >= _SERVER_ERRORS or response.status == _TOO_MANY
        if source.kind not in self.guessed or is_down:
            super().on_source(response)
            return
        why_not = self._why_no_source(source, response)
        if why_not is None and self.bench.corpus.adopt_guess(
            source.source, kind=self.guessed[source.kind]
        ):
            super().on_source(response)
        else:
            self._close_guess(source, why_not or "known already")

    def _why_no_source(self, source: DueSource, response: Response) -> str | None:
        """In words, why a guess was wrong; None: it was right."""
        if response.status >= _ERRORS:
            return f"http {response.status}"
        kind = self.guessed[source.kind]
        try:
            found = self.read_answer(response, kind)
        except ValueError as exc:
            return str(exc)[:200]
        except Exception as exc:  # noqa: BLE001  # one source must not be asked for ever
            return words_of_error(exc)
        return None if found.candidates or found.sources else "nothing in it"

    def on_source_error(self, failure: Failure) -> None:
        """Write down what did not answer; a guess that may not be asked was wrong."""
        source: DueSource = failure.request.meta["source"]  # type: ignore[attr-defined]  # Scrapy sets it
        is_refused = failure.check(IgnoreRequest) and not failure.check(
            HostAsleep, RobotsUnreadable
        )
        if source.kind in self.guessed and is_refused:
            self._close_guess(source, words_of(failure))
        else:
            super().on_source_error(failure)

    def _close_guess(self, source: DueSource, why: str) -> None:
        bench = self.bench
        bench.corpus.close_source(source.source, run=bench.run, because=f"guessed: {why}")
        bench.log.info("guess wrong", source=source.url, because=why)

    def is_all_new(self, found: Found) -> bool:
        """Whether a source names pages, and none of them is known."""
        keys = {address_key(one.url) for one in found.candidates}
        return bool(keys) and self.bench.corpus.count_unknown(sorted(keys)) == len(keys)
