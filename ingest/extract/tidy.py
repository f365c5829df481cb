"""The last pass over an extracted text: clean lines, each said once."""

from __future__ import annotations

import re
import unicodedata

from ingest.extract.page import solid
from ingest.text import is_prose, normalize, paragraphs

__all__ = ["tidy", "without_furniture"]

_REPEATABLE_CHARS = 30  # "No." may be answered twice; a sentence is not printed twice on purpose
_MARKS = re.compile(r"^(?:[-|•*·]\s+)+|\s+\|$")  # what trafilatura draws of lists and tables


_LABEL = re.compile(
    r"(?:advertise?ment|ads?|sponsored|reklam|реклама|anzeige|werbung|publicité|publicidad|"
    r"story continues below(?: advertisement)?|article continues below|читайте также|read also|"
    r"həmçinin oxuyun|ayrıca okuyun)\W*",
)
_FURNITURE = re.compile(
    r"©|\(c\) \d{4}|\b(?:all rights reserved|все права защищены|bütün hüquqlar|(?:tüm|her) hakkı|"
    r"перепечатка|alle rechte vorbehalten|tous droits réservés|paypal|bitcoin|btc|eth|iban|"
    r"usdt|patreon)\b|^(?:support (?:us|our work)|поддержите нас|donate|subscribe to|sign up for|"
    r"подпи(?:саться|шитесь|сывайтесь) на|abunə ol|abone ol|follow us|share this|поделиться)|"
    r"^[\d\s.,$€₽₼₺]+$"
)
_NOTICE_CHARS = 300
_HEAD_LINES = 4
_BYLINE_CHARS = 100
_STRAY_LETTERS = 3  # "UTC", "GMT", "v"
_WHEN = re.compile(
    r"\b\d{1,2}\.?\s+[^\W\d_]{3,12}\.?,?\s+\d{4}|\b[^\W\d_]{3,12}\.?\s+\d{1,2},?\s+\d{4}"
    r"|\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\b\d{1,2}[:.]\d{2}(?:\s*[ap]\.?m\.?)?"
)
_BY = re.compile(
    r"\b(?:by|and|updated|published|posted|on|at|von|und|par|por|et|автор|и|опубликовано|обновлено|"
    r"müəllif|və|yazan|ve|güncelleme|giriş|saat|в)\b:?"
)


def without_furniture(text: str, title: str, authors: tuple[str, ...]) -> str:
    """`text` without advertising labels, what stands above an article, and notices at its end.

    Above an article stand its title, its authors and its date, which have fields of their own.
    """
    lines = [line for line in text.split("\n") if not _LABEL.fullmatch(normalize(line))]
    while lines and len(lines[-1]) <= _NOTICE_CHARS and _FURNITURE.search(normalize(lines[-1])):
        lines.pop()
    above = {solid(normalize(title))}
    kept = [
        line
        for number, line in enumerate(lines)
        if not (number < _HEAD_LINES or number == len(lines) - 1)
        or not (solid(normalize(line)) in above or _is_byline(line, authors))
    ]
    return "\n".join(kept or lines)


def _is_byline(line: str, authors: tuple[str, ...]) -> bool:
    """Whether a short line says nothing but who and when."""
    if len(line) > _BYLINE_CHARS or is_prose(line):
        return False
    rest = normalize(line)
    for author in authors:
        rest = rest.replace(normalize(author), " ")
    is_signed = rest != normalize(line)
    rest = _BY.sub(" ", _WHEN.sub(" ", rest))
    has_said = is_signed or _WHEN.search(line) or _WHEN.search(normalize(line))
    return bool(has_said) and sum(map(str.isalpha, rest)) <= _STRAY_LETTERS


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
