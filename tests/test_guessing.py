"""Guesses whose answers break the reader."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import pytest
from scrapy import Request
from scrapy.http import Response

from ingest.items import DueSource
from spiders.guessing import GuessingSpider

if TYPE_CHECKING:
    from collections.abc import Mapping


class Broken(GuessingSpider):
    name = "broken"
    guessed: ClassVar[Mapping[str, str]] = {"feed-guess": "feed"}
    error: Exception
    closed_with: str | None = None

    @property
    def bench(self) -> Any:
        log = SimpleNamespace(info=lambda *_, **__: None)
        return SimpleNamespace(corpus=self, run=1, log=log)

    def read_source(
        self, body: bytes, headers: Mapping[str, str], base_url: str, kind: str
    ) -> NoReturn:
        del body, headers, base_url, kind
        raise self.error

    def close_source(self, source: int, *, run: int, because: str) -> None:
        del source, run
        self.closed_with = because


@pytest.mark.parametrize(
    ("error", "because"),
    [
        (ValueError("no feed in it"), "guessed: no feed in it"),
        (AssertionError("of a parser"), "guessed: AssertionError: of a parser"),
        (RecursionError("too deep"), "guessed: RecursionError: too deep"),
    ],
)
def test_guess_whose_reading_raises_is_wrong_and_not_asked_for_ever(
    error: Exception, because: str
) -> None:
    url = "http://a.test/feed"
    source = DueSource(
        source=1, kind="feed-guess", url=url, etag=None, last_modified=None, body_hash=None,
        every_minutes=30, failures=0,
    )  # fmt: skip
    spider = Broken()
    spider.error = error
    spider.on_source(Response(url, body=b"x", request=Request(url, meta={"source": source})))

    assert spider.closed_with == because
