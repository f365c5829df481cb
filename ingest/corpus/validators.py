"""Validators as a row can hold them: sent back byte for byte, or a server does not know them."""

from __future__ import annotations

from urllib.parse import quote, unquote

from ingest.text import clean_controls

__all__ = ["keep_validator", "sent_validator"]

_ESCAPED = "latin-1:"  # no entity tag and no date begins so


def keep_validator(sent: str | None) -> str | None:
    """A header's value, read as Latin-1, as it is stored: escaped if a row would lose a byte."""
    if sent is None or (clean_controls(sent) == sent and not sent.startswith(_ESCAPED)):
        return sent
    return _ESCAPED + quote(sent, encoding="latin-1")


def sent_validator(kept: str | None) -> str | None:
    """What `keep_validator` was given."""
    if kept is None or not kept.startswith(_ESCAPED):
        return kept
    return unquote(kept.removeprefix(_ESCAPED), encoding="latin-1")
