"""Which articles are meant: the one set of filters of searching, following and reading."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.corpus.base import iso

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["EVERYTHING", "Selection"]

# One without a date stands where it was found. Named `a`; both halves can use an index.
_SINCE = "(a.published >= :since OR (a.published IS NULL AND a.first_seen >= :since))"
_UNTIL = "(a.published < :until OR (a.published IS NULL AND a.first_seen < :until))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Articles that meet every filter given; those of one filter are alternatives."""

    since: datetime | None = None  #: published then or later, aware; undated ones: found
    until: datetime | None = None  #: published before then, aware; undated ones: found
    outlets: tuple[str, ...] = ()  #: that published them, as in `outlets`; (): any
    languages: tuple[str, ...] = ()  #: ISO 639-1; (): any
    stories: tuple[int, ...] = ()  #: that they belong to; (): any, or none

    def where(self) -> tuple[str, dict[str, Any]]:
        """The condition in SQL on articles named `a`, and its values.

        Its parameters are named `since`, `until`, `outlets`, `languages` and `stories`.
        """
        conditions, values = ["1"], dict[str, Any]()
        for name, at, condition in (("since", self.since, _SINCE), ("until", self.until, _UNTIL)):
            if at is not None:
                conditions.append(condition)
                values[name] = iso(at)
        for name, column, wanted in (
            ("outlets", "a.outlet", self.outlets),
            ("languages", "a.language", self.languages),
            ("stories", "a.story", self.stories),
        ):
            if wanted:
                conditions.append(f"{column} IN (SELECT value FROM json_each(:{name}))")  # noqa: S608
                values[name] = json.dumps(list(wanted))
        return " AND ".join(conditions), values


EVERYTHING = Selection()  #: no filter
