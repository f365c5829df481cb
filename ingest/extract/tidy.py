"""The last pass over an extracted text: clean lines, each said once."""

from __future__ import annotations

import re
import unicodedata

from ingest.text import clean_controls, normalize

__all__ = ["BULLETS", "drop_marks", "tidy", "without_furniture"]

_REPEATABLE_CHARS = 30  # "No." may be answered twice; a sentence is not printed twice on purpose
BULLETS = "•·▪●◦‣"  #: what writers set before an item where they make no list of it
_LEADING = re.compile(rf"^(?:[-|*>{BULLETS}]\s+)+")
_TRAILING = re.compile(r"(?:\s+\|)+$")  # of a table's row, as trafilatura draws it
_DRAWN = re.compile(r"^(?:> )?(?:- )?(?=\S)", re.MULTILINE)


_LABEL = re.compile(
    r"(?:advertise?ment|ads?|sponsored|reklam|реклама|anzeige|werbung|publicité|publicidad|"
    r"story continues below(?: advertisement)?|article continues below|читайте также|read also|"
    r"həmçinin oxuyun|ayrıca okuyun)\W*",
)
_NOTICE = re.compile(
    r"©|\(c\) \d{4}|\b(?:all rights reserved|все права защищены|bütün hüquqlar|(?:tüm|her) hakkı|"
    r"перепечатка|alle rechte vorbehalten|tous droits réservés)\b"
)
_PLEA = re.compile(
    r"^(?:support (?:us|our)|поддержите|donate|subscribe|sign up|follow us|share this|поделиться)"
    r"|\b(?:подпи(?:саться|шитесь|сывайтесь)|abunə ol(?:un)?|abone ol(?:un)?|patreon)\b"
    r"|^[\d\s.,$€₽₼₺]+$|^(?:eth|btc):"
)
# Where to send money: the means and the account, since an article may speak of bitcoin.
_MONEY = re.compile(r"\b(?:paypal|bitcoin|btc|eth|iban|usdt|swift)\b")
_ACCOUNT = re.compile(r"\S+@\S+\.\w{2,}|\b(?=\w*\d)(?=\w*[A-Za-z])\w{15,}\b|paypal\.me/")
_MOST_NOTICES = 4
_NOTICE_CHARS = 300
_PLEA_CHARS = 80
_HEAD_LINES = 4
_HEADING_CHARS = 250
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
    for _ in range(_MOST_NOTICES):
        if len(lines) > 1 and _is_notice(lines[-1]):
            lines.pop()
    names = (title, *authors)
    kept = [
        line
        for number, line in enumerate(lines)
        if _HEAD_LINES <= number < len(lines) - 1 or not _is_heading(line, names)
    ]
    return "\n".join(kept or lines)


def _is_notice(line: str) -> bool:
    """Whether a line at the end of a text is of the site: its rights, its wishes, its wallet."""
    told = normalize(line)
    is_plea = len(line) <= _PLEA_CHARS and _PLEA.search(told)
    is_of_site = len(line) <= _NOTICE_CHARS and _NOTICE.search(told)
    is_wallet = len(line) <= _NOTICE_CHARS and _MONEY.search(told) and _ACCOUNT.search(line)
    return bool(is_plea or is_of_site or is_wallet)


def _is_heading(line: str, names: tuple[str, ...]) -> bool:
    """Whether a line says nothing but what, who and when: `names`, dates, and words around them."""
    if len(line) > _HEADING_CHARS:
        return False
    told = rest = normalize(line)
    for name in filter(None, map(normalize, names)):
        rest = rest.replace(name, " ")
    rest = _WHEN.sub(" ", rest)
    return rest != told and sum(map(str.isalpha, _BY.sub(" ", rest))) <= _STRAY_LETTERS


def tidy(text: str) -> str:
    """`text` in NFC, without invisible characters, or a line printed before.

    Whatever marks an item becomes `- `, what marks a quote `> `. Applied to its own result it
    changes nothing.
    """
    seen: set[str] = set()
    kept = []
    for raw in unicodedata.normalize("NFC", clean_controls(text)).split("\n"):
        mark, line = _parted(" ".join(raw.split()))
        key = normalize(line)
        if line and (len(line) < _REPEATABLE_CHARS or key not in seen):
            kept.append(mark + line)
        seen.add(key)
    return "\n".join(kept)


def _parted(line: str) -> tuple[str, str]:
    """The mark of a line, as we draw it, and the line without it."""
    line = _TRAILING.sub("", line)
    leading = _LEADING.match(line)
    if leading is None:
        return "", line
    quote = "> " if ">" in leading.group() else ""
    item = "- " if set(leading.group()) & {"-", "*", *BULLETS} else ""
    return quote + item, line[leading.end() :]


def drop_marks(text: str) -> str:
    """A tidy text without `- ` and `> `; a number may be the line's own, and stays."""
    return _DRAWN.sub("", text)
