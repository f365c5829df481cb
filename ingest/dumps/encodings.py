"""Bytes of a text file decoded, whatever it was written in."""

from __future__ import annotations

import codecs
import re

__all__ = ["DAMAGED", "decode", "guessed_encoding"]

_MARKS = (  # longest first: that of UTF-32 starts like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MOST_CONTROLS = 0.01  # share of the characters; a text has next to none
_ZERO_SHARE = 0.05  # of every second byte: in UTF-16 the blanks at least have a zero there
_SAMPLE_BYTES = range(16, 4097)

#: Encoding of a text that is UTF-8 but for a few bytes.
DAMAGED = "utf-8, damaged"
_BROKEN = "\ufffd"
_ASCII = re.compile("[\x00-\x7f]")
#: Characters beyond ASCII for each broken one. A text of one byte a letter has hardly any that
#: happens to be UTF-8.
_WHOLE_FOR_ONE_BROKEN = 20


def decode(body: bytes) -> tuple[str, str] | None:
    """The text and the name of its encoding; None: it is no text.

    A byte order mark decides, then UTF-8 where it fits, then the zeros of UTF-16, then UTF-8 with
    a few bytes broken (U+FFFD stands for each), and at last what charset-normalizer takes for the
    likeliest.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return _decoded(body, encoding)
    return _decoded(body, "utf-8") or _decoded_utf16(body) or _damaged_utf8(body) or _guessed(body)


def guessed_encoding(body: bytes) -> str | None:
    """The encoding of a text where `decode` guesses it; None: a mark says it, or UTF-8 fits."""
    if body.startswith(tuple(mark for mark, _ in _MARKS)):
        return None
    found = decode(body)
    return None if found is None or found[1] == "utf-8" else found[1]


def _decoded(body: bytes, encoding: str) -> tuple[str, str] | None:
    try:
        text = body.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return None
    return (text, encoding) if _is_text(text) else None


def _decoded_utf16(body: bytes) -> tuple[str, str] | None:
    sample = body[: _SAMPLE_BYTES.stop - 1]
    high, low = sample[::2].count(0), sample[1::2].count(0)
    has_zeros = max(high, low) >= _ZERO_SHARE * len(sample) / 2 and min(high, low) == 0
    if not has_zeros or len(sample) < _SAMPLE_BYTES.start:
        return None
    return _decoded(body, "utf-16-be" if high > low else "utf-16-le")


def _damaged_utf8(body: bytes) -> tuple[str, str] | None:
    """UTF-8 cut or glued together at a few places: no other encoding looks so much like it."""
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    broken = text.count(_BROKEN)
    beyond_ascii = len(text) - len(_ASCII.findall(text)) - broken
    if b"\x00" in body or beyond_ascii < _WHOLE_FOR_ONE_BROKEN * broken or not _is_text(text):
        return None
    return text, DAMAGED


def _guessed(body: bytes) -> tuple[str, str] | None:
    if b"\x00" in body:
        return None
    import charset_normalizer  # a tenth of a second, for a rare file

    best = charset_normalizer.from_bytes(body).best()
    return None if best is None else _decoded(body, best.encoding)


def _is_text(text: str) -> bool:
    return len(_CONTROLS.findall(text)) <= _MOST_CONTROLS * len(text)
