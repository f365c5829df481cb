"""Cells on their way to a spreadsheet: one that begins like a formula is made plain text.

A headline is whatever a site writes, and `=HYPERLINK(…)` in one would run where the table is
opened. Numbers stay numbers.
"""

from __future__ import annotations

import re

__all__ = ["defuse"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


def defuse(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would take for a formula."""
    is_formula = cell.startswith(_FORMULA) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if is_formula else cell
