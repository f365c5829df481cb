"""UTF-8 that somebody read as Windows-1252 or 1251 before the page was written: undone if certain.

`РџСЂРёРІРµС‚` is `Привет`, `cafÃ©` is `café`. The publisher's server sends such text as good UTF-8,
so that no charset declared can help.
"""

from __future__ import annotations

import re
from functools import partial

__all__ = ["repaired"]

_CODE_PAGES = ("cp1252", "cp1251")
_LEAST = 3  # sequences: one may be a quotation of the mistake
_CERTAIN = 0.5  # share of a lead letter's uses that begin a sequence; in clean text it is near 0
_LEADS = {"cp1252": range(0xC2, 0xF5), "cp1251": range(0xD0, 0xD2)}
# Letters that open such a state: of é and à, of ş and ı, of quotation marks; of Cyrillic twice.
# They are looked for first, and few of them: 0.1 ms a page, where the rest takes 3.
_SIGNS = "ÃÐÅâРС"


def repaired(text: str) -> str:
    """`text` with what was decoded twice put right; itself when in any doubt."""
    if not any(_looks_spoilt(text, sign) for sign in _SIGNS):
        return text
    for page in _CODE_PAGES:
        sequences = _SEQUENCE[page].findall(text)
        leads = sum(len(_LEAD[page].findall(run)) for run in sequences)
        if leads >= _LEAST and leads >= _CERTAIN * len(_LEAD[page].findall(text)):
            return _SEQUENCE[page].sub(partial(_read_once, page), text)
    return text


def _looks_spoilt(text: str, sign: str) -> bool:
    """Whether one of the first few uses of a letter goes on as UTF-8 would."""
    at = -1
    for _ in range(_LEAST):
        at = text.find(sign, at + 1)
        if at < 0:
            return False
        if text[at + 1 : at + 2] in _LATER:
            return True
    return False


def _read_once(page: str, run: re.Match[str]) -> str:
    try:
        return b"".join(_BYTES[page][letter] for letter in run.group()).decode()
    except UnicodeDecodeError:
        return run.group()


def _letters(page: str, numbers: range) -> dict[str, bytes]:
    """Letter to byte; bytes the code page leaves out are control characters, as browsers read."""
    letters: dict[str, bytes] = {}
    for number in numbers:
        byte = bytes([number])
        letters[chr(number)] = byte if number < 0xA0 or page == "cp1252" else b""  # noqa: PLR2004
        letters[byte.decode(page, "ignore") or chr(number)] = byte
    return {letter: byte for letter, byte in letters.items() if byte}


def _sequence(page: str) -> re.Pattern[str]:
    """Runs of what UTF-8 of two to four bytes looks like in a code page."""
    later = _class(page, range(0x80, 0xC0))
    kinds = [(range(0xC2, 0xE0), 1), (range(0xE0, 0xF0), 2), (range(0xF0, 0xF5), 3)]
    if page == "cp1251":  # of two bytes only: Cyrillic; its other letters are common ones
        kinds = [(_LEADS[page], 1)]
    forms = [f"{_class(page, lead)}{later}{{{count}}}" for lead, count in kinds]
    return re.compile(f"(?:{'|'.join(forms)})+")


def _class(page: str, numbers: range) -> str:
    return f"[{''.join(map(re.escape, sorted(_letters(page, numbers))))}]"


_BYTES = {page: _letters(page, range(0x80, 0x100)) for page in _CODE_PAGES}
_LATER = frozenset().union(*(_letters(page, range(0x80, 0xC0)) for page in _CODE_PAGES))
_LEAD = {page: re.compile(_class(page, _LEADS[page])) for page in _CODE_PAGES}
_SEQUENCE = {page: _sequence(page) for page in _CODE_PAGES}
