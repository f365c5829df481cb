"""The last pass over an extracted text: clean lines, each said once."""

from __future__ import annotations

import re
import unicodedata

from ingest.text import normalize, paragraphs

__all__ = ["tidy"]

_REPEATABLE_CHARS = 30  # "No." may be answered twice; a sentence is not printed twice on purpose
_MARKS = re.compile(r"^(?:[-|•*·]\s+)+|\s+\|$")  # what trafilatura draws of lists and tables


def tidy(text: str) -> str:
    """`text` in NFC, without invisible characters, list marks, or a line printed before.

    Applied to its own result it changes nothing.
    """
    seen: set[str] = set()
    kept = []
    for raw in paragraphs(unicodedata.normalize("NFC", text)):
        line = _MARKS.sub("", " ".join(raw.split()))
        key = normalize(line)
        if line and (len(line) < _REPEATABLE_CHARS or key not in seen):
            kept.append(line)
        seen.add(key)
    return "\n".join(kept)
