"""What the words around a name tell of it: person, organisation or place; dates and outlets named.

Only what is clear is told. The cues for kinds are English, so names of seeds in other languages
stay names; acronyms are organisations in any language.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Literal

from tld import get_tld

from ingest.text import normalize
from ingest.urls import outlet_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Kind", "dates_named", "kind_of", "outlets_named"]

Kind = Literal["person", "organisation", "place", "name"]


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TITLES = _listed(
    "president mr mrs ms dr sir minister premier chancellor general colonel major captain senator "
    "sen judge justice journalist researcher analyst expert spokesman spokeswoman spokesperson "
    "leader governor mayor ambassador director secretary chairman king queen prince pope"
)
_SPEECH = _listed(
    "said says told argued argues claimed claims noted notes stated states added adds described "
    "called wrote writes tweeted warned insisted apologised apologized explained"
)
_WITHIN = frozenset(["in", "at", "near", "from", "around", "outside", "across", "to"])
_BODIES = _listed(
    "ministry agency airlines airways university organization organisation committee council "
    "party institute bank corporation company court bureau department police union church "
    "foundation association army fund treaty"
)
_CLEAR = 2  # cues of one kind, and as many times those of any other
_ACRONYM_LETTERS = 2

_MONTHS = {
    stem: month
    for stems in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "январ феврал март апрел ма июн июл август сентябр октябр ноябр декабр",
        "yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr",
        "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    )
    for month, stem in enumerate(stems.split(), start=1)
}
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
    r"|январ[яье]|феврал[яье]|март[ае]?|апрел[яье]|ма[йяе]|июн[яье]|июл[яье]|август[ае]?"
    r"|сентябр[яье]|октябр[яье]|ноябр[яье]|декабр[яье]"
    r"|yanvar|fevral|mart|aprel|may|iyun|iyul|avqust|sentyabr|oktyabr|noyabr|dekabr"
    r"|ocak|şubat|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık)"
)
_ENDING = r"(?:['’]?[a-zəıöüçşğ]{0,4})?"
_DATES = (
    re.compile(
        rf"\b(?P<day>\d{{1,2}})\.? (?P<month>{_MONTH}){_ENDING},?(?: (?P<year>\d{{4}}))?\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?P<month>{_MONTH})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:, (?P<year>\d{{4}}))?",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?P<month>{_MONTH}){_ENDING},? (?P<year>\d{{4}})\b", re.IGNORECASE),
    re.compile(r"\b(?P<year>(?:19|20)\d{2})-(?P<number>\d{2})-(?P<day>\d{2})\b"),
    re.compile(r"\b(?P<day>\d{1,2})\.(?P<number>\d{1,2})\.(?P<year>(?:19|20)\d{2})\b"),
)
_WORDS_TOO = frozenset({"may", "mar", "march", "sept"})  # in small letters, without a year
_LAST_DAY, _LAST_MONTH = 31, 12
_HOST = re.compile(
    r"(?<![\w.@-])(?:[\w-]+@|https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})\b", re.IGNORECASE
)
# Where anybody has a mail box or an account; they say nothing of who published a text.
_EVERYBODYS = _listed(
    "gmail.com mail.ru list.ru bk.ru inbox.ru yandex.ru ya.ru hotmail.com outlook.com yahoo.com "
    "proton.me protonmail.com t.me telegram.me telegram.org x.com twitter.com facebook.com "
    "instagram.com youtube.com youtu.be vk.com ok.ru tiktok.com linkedin.com whatsapp.com "
    "paypal.com paypal.me patreon.com google.com apple.com"
)


def kind_of(spellings: Iterable[Sequence[str]], lines: Iterable[Sequence[str]]) -> Kind:
    """What a name names, as far as the words around it tell.

    Args:
        spellings: the name in full and by its last word alone, each as its words, normalised.
        lines: sentences of the seeds, each as its words as written.
    """
    cues: Counter[Kind] = Counter()
    wanted = [list(name) for name in spellings]
    for line in lines:
        plain = [normalize(word).removesuffix("'s") for word in line]
        for name in wanted:
            for at in range(len(plain) - len(name) + 1):
                if plain[at : at + len(name)] == name:
                    cues += _cues(line, plain, at, at + len(name))
    if any(_BODIES.intersection(name) for name in wanted):
        return "organisation"
    ranked = cues.most_common(2)
    if not ranked or ranked[0][1] < _CLEAR:
        return "name"
    is_clear = len(ranked) == 1 or ranked[0][1] >= _CLEAR * ranked[1][1]
    return ranked[0][0] if is_clear else "name"


def _cues(line: Sequence[str], plain: Sequence[str], start: int, end: int) -> Counter[Kind]:
    before = plain[start - 1] if start else ""
    after = plain[end] if end < len(plain) else ""
    has_title = before in _TITLES or (
        start > 1 and plain[start - 2] in _TITLES and line[start - 1][:1].isupper()
    )
    found: Counter[Kind] = Counter()
    found["person"] += _CLEAR * has_title + (after in _SPEECH)
    found["place"] += before in _WITHIN
    is_acronym = len(line[start]) >= _ACRONYM_LETTERS and line[start].isupper()
    found["organisation"] += _CLEAR * is_acronym + (after in _BODIES)
    return found


def dates_named(text: str) -> list[str]:
    """Days and months that a text names, in its order: `2024-12-25`, `2024-12` or `--12-25`."""
    composed = unicodedata.normalize("NFC", text)
    found: dict[tuple[int, int], str] = {}
    for pattern in _DATES:
        for match in pattern.finditer(composed):
            parts = match.groupdict()
            month = (
                int(parts["number"]) if parts.get("number") else _month(normalize(parts["month"]))
            )
            day = int(parts["day"]) if parts.get("day") else None
            if parts.get("month") in _WORDS_TOO and not parts.get("year"):
                continue
            if not 1 <= month <= _LAST_MONTH or not (day is None or 1 <= day <= _LAST_DAY):
                continue
            taken = any(start < match.end() and match.start() < end for start, end in found)
            if not taken:
                year = parts.get("year") or "-"
                found[match.span()] = f"{year}-{month:02}" + (f"-{day:02}" if day else "")
    return [found[span] for span in sorted(found)]


def _month(word: str) -> int:
    return next(_MONTHS[word[:size]] for size in range(len(word), 1, -1) if word[:size] in _MONTHS)


def outlets_named(texts: Iterable[str]) -> tuple[str, ...]:
    """Registrable domains of web and mail addresses in raw texts, the most named first."""
    named = Counter(
        outlet
        for text in texts
        for host in {match.group(1).lower() for match in _HOST.finditer(text)}
        if get_tld(f"https://{host}", fail_silently=True)
        and (outlet := outlet_of(f"https://{host}")) not in _EVERYBODYS
    )
    return tuple(sorted(named, key=lambda outlet: (-named[outlet], outlet)))
