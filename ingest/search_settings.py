"""The table `[search]`: which search services are asked, for what, and how often."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, model_validator

from ingest.setting_types import Address, Table, Text, Words

__all__ = ["SERVICES", "Search", "asking_version"]

#: The services there are spiders for.
Service = Literal["bing", "google", "searxng", "mediacloud"]
SERVICES: tuple[Service, ...] = ("bing", "google", "searxng", "mediacloud")

_KEY = re.compile(r"[\x21-\x7e]+")
_INTERVAL = re.compile(r"[1-9]\d{0,4}:\w{1,8}")


def _printable(key: SecretStr) -> SecretStr:
    if not _KEY.fullmatch(key.get_secret_value()):
        raise ValueError("expected a key without blanks")
    return key


def _language(code: str) -> str:
    if not re.fullmatch("[a-z]{2}", code):
        raise ValueError("expected the two letters of a language")
    return code


def _intervals(stated: tuple[str, ...]) -> tuple[str, ...]:
    for one in stated:
        if not _INTERVAL.fullmatch(one):
            raise ValueError(f"{one!r}: expected hours, a colon and a code, as in 24:7")
    return stated


Language = Annotated[str, AfterValidator(_language)]
Key = Annotated[SecretStr, AfterValidator(_printable)]
Intervals = Annotated[tuple[Text, ...], AfterValidator(_intervals)]


class Search(Table):
    """Which search services are asked for the topic."""

    services: tuple[Service, ...] = Field(
        (), description="Services that are asked: bing, google, searxng, mediacloud."
    )
    queries: Words = Field(
        (),
        description="Queries beside the learned ones: terms that must all occur, phrases in "
        'quotes, a language in front if it is known, as in `ru: Баку "Южный Кавказ"`.',
    )
    drop_queries: Words = Field(
        (),
        description="Learned queries that are not asked, as `seedbed topic --queries` shows them.",
    )
    languages: tuple[Language, ...] = Field(
        (), description="Languages that are asked in (ISO 639-1); empty: all of the topic."
    )
    per_language: int = Field(
        6, ge=0, le=100, description="Learned queries at most in each language."
    )
    pages: int = Field(3, ge=1, le=50, description="Pages of answers to one query at most.")
    every_minutes: float = Field(
        120, gt=0, le=60 * 24 * 31, description="Minutes between two askings of a lively query."
    )
    delay_s: float = Field(
        3.0, ge=0, le=3600, description="Seconds between two requests to one service."
    )
    days_back: int = Field(
        30, ge=1, le=3660, description="Days that a query looks back when it is asked first."
    )
    bing_url: Address = Field("https://www.bing.com/", description="Where Bing News is asked.")
    bing_intervals: Intervals = Field(
        ("1:4", "24:7", "720:9"),
        description="Hours since the last answer, at most, and what Bing calls that interval.",
    )
    google_url: Address = Field(
        "https://news.google.com/", description="Where Google News is asked."
    )
    searxng_url: Address | None = Field(
        None, description="Your own SearXNG; it may have a private address."
    )
    mediacloud_url: Address = Field(
        "https://search.mediacloud.org/", description="Where Media Cloud is asked."
    )
    mediacloud_key: Key | None = Field(
        None, description="Your key of Media Cloud; better set in the environment."
    )
    mediacloud_collections: tuple[int, ...] = Field(
        (), description="Collections of Media Cloud that are searched; empty: all there is."
    )
    mediacloud_calls_per_minute: float = Field(
        2, gt=0, le=60_000, description="Calls that Media Cloud is asked in a minute at most."
    )

    @model_validator(mode="after")
    def _can_be_asked(self) -> Search:
        for service in self.services:
            if lack := self.lack_of(service):
                raise ValueError(f"services: {lack}")
        return self

    def lack_of(self, service: str) -> str | None:
        """What a service needs and the settings do not say, in words; None: nothing."""
        if service == "searxng" and not self.searxng_url:
            return "searxng needs searxng_url, the address of your own instance"
        if service == "mediacloud" and not self.mediacloud_key:
            return "mediacloud needs mediacloud_key (or SEEDBED_SEARCH__MEDIACLOUD_KEY)"
        return None


def asking_version(search: Search, topic_version: str | None) -> str:
    """Changes whenever other queries, or other addresses, are to be asked."""
    said = search.model_dump(exclude={"services", "mediacloud_key"}, mode="json")
    return hashlib.sha256(repr((sorted(said.items()), topic_version)).encode()).hexdigest()[:16]
