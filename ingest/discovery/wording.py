"""Texts as feeds carry them: with markup, escaped once or twice, or plain."""

from __future__ import annotations

from lxml import etree, html

from ingest.extract.page import line_of
from ingest.text import clean_controls

__all__ = ["plain"]

_MARKUP_CHARS, _TEXT_CHARS = 20_000, 500


def plain(markup: object) -> str | None:
    """Text without tags and controls, on one line, cut; None: nothing is left."""
    if not isinstance(markup, str):
        return None
    text = clean_controls(markup[:_MARKUP_CHARS])
    if "<" in text or "&" in text:
        try:
            text = line_of(html.fromstring(f"<div>{text}</div>"))
        except (ValueError, etree.LxmlError):
            return None
    return " ".join(clean_controls(text).split())[:_TEXT_CHARS].strip() or None
