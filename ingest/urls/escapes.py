"""Percent-escapes in one form."""

from __future__ import annotations

import re
from urllib.parse import quote

__all__ = ["DELIMITERS", "PATH_PLAIN", "QUERY_PLAIN", "UNRESERVED", "normalize_escapes"]

_PERCENT = re.compile(r"%(?:([0-9A-Fa-f]{2})|)")
# Meant the same escaped or not: unreserved (RFC 3986, section 2.3), and sub-delimiters that
# delimit nothing in this place.
UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
PATH_PLAIN = UNRESERVED + "!$'()*,:@"
QUERY_PLAIN = PATH_PLAIN + "/?"
DELIMITERS = "%/?&=+;"


def normalize_escapes(text: str, plain: str) -> str:
    """Escape what must be, unescape what need not be, and write escapes in capitals."""
    if "%" in text:
        text = _PERCENT.sub(lambda match: _normalize_escape(match[1], plain), text)
    return quote(text, safe=plain + DELIMITERS)


def _normalize_escape(digits: str | None, plain: str) -> str:
    if digits is None:
        return "%25"
    sign = chr(int(digits, 16))
    return sign if sign in plain else f"%{digits.upper()}"
