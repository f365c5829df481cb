"""The table `[notify]`: who is told of what, and when."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr

from ingest.setting_types import Address, Share, Table, Text

__all__ = ["KINDS", "Notify"]

Kind = Literal["new", "story", "headline", "silent", "alarm"]
#: What can be told, and the setting that says to whom.
KINDS: tuple[Kind, ...] = ("new", "story", "headline", "silent", "alarm")

_TIME = r"([01]\d|2[0-3]):[0-5]\d"
_DIGEST = re.compile(rf"{_TIME}|([1-9]|1\d|2[0-4])h")
_QUIET = re.compile(rf"{_TIME}-{_TIME}")
_RECEIVER = re.compile(r"(?!file://)[A-Za-z][A-Za-z0-9+.-]*://\S.*|file:(?!//)\S.*")


def _receiver(address: SecretStr) -> SecretStr:
    """What is said of a wrong one names no part of it: it may hold a token."""
    if not _RECEIVER.fullmatch(address.get_secret_value()):
        raise ValueError("expected addresses like ntfy://…, or file:PATH of a file that holds some")
    return address


def _digest(text: str) -> str:
    if not _DIGEST.fullmatch(text):
        raise ValueError('expected a time of day, as "08:00", or hours, as "6h"')
    return text


def _quiet(text: str) -> str:
    if not _QUIET.fullmatch(text) or text[:5] == text[6:]:
        raise ValueError('expected two times of day, as in "22:00-07:00"')
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError) as exc:  # ZoneInfoNotFoundError is a KeyError
        raise ValueError("expected a time zone, like Europe/Berlin") from exc
    return name


Receivers = tuple[Annotated[SecretStr, AfterValidator(_receiver)], ...]


class Notify(Table):
    """Who is told, by apprise, of what nobody looks for."""

    all: Receivers = Field(
        (), description="Addresses, as apprise has them, that are told of everything below."
    )
    new: Receivers = Field((), description="Told of new articles, too.")
    story: Receivers = Field((), description="Told of stories that break out, too.")
    headline: Receivers = Field((), description="Told of changed headlines, too.")
    silent: Receivers = Field((), description="Told of sources that say nothing any more, too.")
    alarm: Receivers = Field((), description="Told when the daemon needs a person, too.")
    digest: Annotated[Text, AfterValidator(_digest)] | None = Field(
        None,
        description="When messages are sent: at a time of day, as 08:00, or every so many hours, "
        "as 6h; unset: as soon as there is something.",
    )
    at_once: tuple[Kind, ...] = Field(
        ("alarm",), description="Kinds that wait neither for the digest nor for quiet to end."
    )
    quiet: Annotated[Text, AfterValidator(_quiet)] | None = Field(
        None, description="Hours in which nothing else is sent, as 22:00-07:00; unset: none."
    )
    zone: Annotated[Text, AfterValidator(_zone)] = Field(
        "UTC", description="Time zone of `digest` and `quiet`."
    )
    messages_per_hour: int = Field(
        6,
        ge=1,
        le=3600,
        description="Messages to one address at most; what is held back is in the next.",
    )
    shown: int = Field(
        10, ge=1, le=1000, description="Alerts of a kind that a message shows; others are counted."
    )
    relevance: Share = Field(
        0.0, description="Relevance from which a new article is told, 0 to 1; less is not told."
    )
    text: bool = Field(False, description="Show the first paragraph of new articles.")
    datasette: Address | None = Field(
        None,
        description="Where you read the corpus with Datasette, as http://127.0.0.1:8001/; links "
        "lead there; unset: to the article's own address.",
    )

    def receivers_of(self, kind: Kind) -> tuple[str, ...]:
        """The addresses that are told of a kind, in the order of the settings."""
        named = (*self.all, *getattr(self, kind))
        return tuple(dict.fromkeys(one.get_secret_value() for one in named))

    @property
    def is_on(self) -> bool:
        """Whether anybody is told of anything."""
        return any(self.receivers_of(kind) for kind in KINDS)
