"""The text of a `seedbed.toml` without its table `[notify]`, whose addresses are secrets."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["without_addresses"]

_TABLE = "notify"
#: A statement of many lines, an array or a text, ends on a line with one of these.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # as TOML has them; `splitlines` knows more ends
_CLOSING = ("]", "}", '"""', "'''")


@lru_cache(maxsize=2)  # asked at each crawl
def without_addresses(text: str) -> str | None:
    """The same settings but for those of alerts, on the same lines; None: they cannot be cut out.

    Args:
        text: TOML, without a mistake.
    """
    kept, table = list[str](), None
    for statement, stated in _statements(text):
        name = next(iter(stated), None)
        if statement.lstrip().startswith("["):
            table = name
        # Of comments too, which may hold addresses that were in force once.
        is_cut = not stated or _TABLE in (table, name if table is None else None)
        kept.append("\n" * statement.count("\n") if is_cut else statement)
    cut = "".join(kept)
    expected = {name: said for name, said in tomllib.loads(text).items() if name != _TABLE}
    try:
        return cut if tomllib.loads(cut) == expected else None
    except tomllib.TOMLDecodeError:
        return None


def _statements(text: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Each statement with the line breaks behind it, and what it says by itself."""
    statement = ""
    for line in _LINE.findall(text):
        is_open = bool(statement)
        statement += line
        if is_open and not any(mark in line for mark in _CLOSING):
            continue
        try:
            stated = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        yield statement, stated
        statement = ""
    if statement:
        yield statement, {}
