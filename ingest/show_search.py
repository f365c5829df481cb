"""What `search` and `tail` print: articles as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.corpus.searching import HIT_END, HIT_START
from ingest.layout import Style, count, day, minute, plain, styled, unstyled, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["came_lines", "search_lines", "without_marks"]

_MOST_CHARS = 300  # of a headline, which a page may make as long as it likes


def search_lines(rows: Sequence[Mapping[str, Any]], *, hint: str | None = None) -> list[str]:
    """What a search found: title, where and when, and the words in their sentence.

    Args:
        rows: the articles.
        hint: what was probably meant, where there are none.
    """
    lines: list[str] = []
    for row in rows:
        copies = count(row["copies"], "copy", "copies") if row["copies"] else ""
        place = [day(row["published"]), plain(row["outlet"]), copies]
        number = f"{row['id']:>5}  "
        indent = " " * len(number)
        lines += wrapped(_headline(row), indent=indent, first=number)
        lines += wrapped(", ".join(filter(None, place)), indent=indent)
        lines += wrapped(_with_hits(row["snippet"]), indent=indent)
        lines.append("")
    nothing = f"nothing found; did you mean {hint}?" if hint else "nothing found"
    return lines[:-1] or wrapped(nothing)


def _headline(row: Mapping[str, Any]) -> str:
    title = plain(row["title"])
    return styled(title if len(title) <= _MOST_CHARS else f"{title[:_MOST_CHARS]}…", Style.STRONG)


def _with_hits(snippet: str) -> str:
    """A snippet with the words found in their colour; what else would be a mark is none."""
    parts = unstyled(plain(snippet)).split(HIT_START)
    shown = [parts[0]]
    for part in parts[1:]:
        hit, _, rest = part.partition(HIT_END)
        shown.append(f"{styled(hit, Style.HIT)}{rest}")
    return without_marks("".join(shown))


def without_marks(snippet: str) -> str:
    """A snippet without the marks around the words found."""
    return snippet.replace(HIT_START, "").replace(HIT_END, "")


def came_lines(row: Mapping[str, Any]) -> list[str]:
    """One article as it comes: number, title, where and when, why it was kept."""
    number = f"{row['id']:>5}  "
    indent = " " * len(number)
    told = f"{plain(row['outlet'])}, published {day(row['published'])}"
    return [
        *wrapped(_headline(row), indent=indent, first=number),
        *wrapped(f"{told}, found {minute(row['first_seen'])} UTC", indent=indent),
        f"{indent}{plain(row['url'])}",
    ]
