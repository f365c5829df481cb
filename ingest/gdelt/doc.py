"""GDELT's DOC 2.0 API: what to ask it, and how to read what it answers."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ingest.gdelt.files import STEP, stamp_of
from ingest.gdelt.languages import language_of_name
from ingest.gdelt.match import FOUND_BY
from ingest.gdelt.rows import tidy_title
from ingest.items import Candidate
from ingest.text import clean_controls

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["REACH", "DocAnswer", "Window", "doc_address", "doc_url", "read_doc"]

#: How far back the API looks.
REACH = timedelta(days=90)
_CAP = 250  # records of an answer; there is no second page
_REPAIRS = 100
_MOST_CHARS = 4 << 20  # 250 records have 150,000
_MEANING_CHARS = 200
_TAG = re.compile(r"<[^<>]{0,500}>")


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time that is asked for."""

    first: datetime
    last: datetime

    def halves(self) -> tuple[Window, ...]:
        """Two windows in its place, the later first; (): it is as short as GDELT's own steps."""
        if self.last - self.first <= STEP:
            return ()
        middle = (self.first + (self.last - self.first) / 2).replace(microsecond=0)
        return Window(middle, self.last), Window(self.first, middle)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocAnswer:
    """What the API answered."""

    candidates: tuple[Candidate, ...] = ()
    is_capped: bool = False  #: there was more than an answer holds


def doc_address(base: str, asked: str) -> str:
    """The address of a query, whatever time it is asked for."""
    said = {"query": asked, "mode": "artlist", "format": "json", "maxrecords": _CAP}
    return f"{base}?{urlencode({**said, 'sort': 'datedesc'})}"


def doc_url(address: str, window: Window) -> str:
    """The same for a span of time."""
    span = {"startdatetime": stamp_of(window.first), "enddatetime": stamp_of(window.last)}
    return f"{address}&{urlencode(span)}"


def read_doc(body: bytes, content_type: str | None) -> DocAnswer:
    """Read an answer; `{}` is one without articles. Pure.

    When GDELT saw an article is no date of publication, so none is taken from it.

    Raises:
        ValueError: it is a refusal, in its own words, or no answer at all.
    """
    text = body[:_MOST_CHARS].decode("utf-8-sig", "replace").strip()
    if "html" in (content_type or "").lower() and not text.startswith("{"):
        raise ValueError(f"refused: {_plain(text)}" if _plain(text) else "an empty page")
    told = _parsed(text)
    records = told.get("articles", []) if isinstance(told, dict) else None
    if not isinstance(records, list):
        raise ValueError("no list of articles in it")  # noqa: TRY004 - of bytes, not of a caller
    found = (_candidate(record) for record in records if isinstance(record, dict))
    return DocAnswer(
        candidates=tuple(one for one in found if one is not None),
        is_capped=len(records) >= _CAP,
    )


def _parsed(text: str) -> Any:
    """JSON, its broken escapes and control characters made blanks.

    Raises:
        ValueError: there are too many of them.
    """
    for _ in range(_REPAIRS):
        try:
            return json.loads(text)
        except RecursionError as exc:
            raise ValueError("nested too deep") from exc
        except json.JSONDecodeError as exc:
            if exc.pos >= len(text) or text[exc.pos] == " ":
                raise ValueError(f"no JSON: {exc.msg}, character {exc.pos}") from exc
            text = f"{text[: exc.pos]} {text[exc.pos + 1 :]}"
    raise ValueError(f"more than {_REPAIRS} mistakes in its JSON")


def _candidate(record: dict[str, Any]) -> Candidate | None:
    url = _text(record, "url")
    if not url:
        return None
    mobile = _text(record, "url_mobile")
    return Candidate(
        url=url,
        found_by=FOUND_BY,
        title=tidy_title(html.unescape(_text(record, "title"))) or None,
        language=language_of_name(_text(record, "language")),
        aliases=(mobile,) if mobile and mobile != url else (),
    )


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    return clean_controls(value).strip() if isinstance(value, str) else ""


def _plain(markup: str) -> str:
    return " ".join(clean_controls(_TAG.sub(" ", markup)).split())[:_MEANING_CHARS]
