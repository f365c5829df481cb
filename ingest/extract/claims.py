"""What a page states, together with where it states it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Claim", "Source", "first_claim"]

Value = TypeVar("Value", covariant=True)  # noqa: PLC0105  # the name is the word for what it is


class Source(StrEnum):
    """Where on a page a claim stands, most trusted first."""

    SCHEMA = "json-ld"
    OPEN_GRAPH = "open-graph"  # <meta> in a vocabulary for sharing: og:, article:, twitter:
    META = "meta"  # any other <meta>
    MICRODATA = "microdata"
    HTML = "html"  # an element that is named after its role, or stands where it is shown
    ADDRESS = "address"
    TEXT = "text"  # read out of running text, or searched for all over the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Generic[Value]):
    """One value, and the place that gave it."""

    value: Value
    source: Source


def first_claim(claims: Iterable[Claim[Value]]) -> Claim[Value] | None:
    """The first claim that holds anything; the caller yields the most trusted first."""
    return next((claim for claim in claims if claim.value), None)
