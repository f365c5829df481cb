"""News agencies: whose wire an article carries, by its signature or by the mark in its text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.text import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["agencies_in", "agency_of"]

#: Name, then how it signs. A form in capitals of up to four letters is an acronym: it counts only
#: in capitals, so that `Ani Lee` and `pap` are nobody's wire.
_FORMS = {
    "AFP": "AFP|Agence France-Presse|Agence France Presse|АФП",
    "Agerpres": "Agerpres",
    "AKIpress": "AKIpress",
    "Anadolu": "Anadolu|Anadolu Ajansı|Anadolu Agency|AA",
    "ANI": "ANI|Asian News International",
    "ANP": "ANP",
    "ANSA": "ANSA",
    "Associated Press": "AP|Associated Press|The Associated Press|Ассошиэйтед Пресс",
    "APA": "APA|APA.az|АПА",
    "Armenpress": "Armenpress|Арменпресс",
    "Azertac": "Azertac|Azərtac|Azertag|Azərtağ|АЗЕРТАДЖ|Азертадж",
    "Belga": "Belga",
    "Bloomberg": "Bloomberg|Bloomberg News",
    "BTA": "BTA|БТА",
    "CTK": "ČTK|CTK",
    "DHA": "DHA|Demirören Haber Ajansı",
    "dpa": "dpa|Deutsche Presse-Agentur|dpa-AFX",
    "EFE": "EFE|Agencia EFE",
    "epd": "epd|Evangelischer Pressedienst",
    "Europa Press": "Europa Press",
    "IANS": "IANS",
    "IHA": "IHA|İHA|İhlas Haber Ajansı",
    "Interfax": "Interfax|Интерфакс|Interfax-Ukraine|Интерфакс-Украина|Інтерфакс-Україна",
    "Interpressnews": "Interpressnews|IPN",
    "IRNA": "IRNA",
    "Jiji": "Jiji|Jiji Press|時事|時事通信",
    "Kazinform": "Kazinform|Казинформ",
    "KNA": "KNA",
    "Kyodo": "Kyodo|Kyodo News|共同|共同通信",
    "Lusa": "Lusa",
    "MTI": "MTI",
    "NTB": "NTB",
    "PA Media": "PA Media|Press Association",
    "PAP": "PAP",
    "PTI": "PTI|Press Trust of India",
    "Report": "Report|Report.az|Report İnformasiya Agentliyi|Report News Agency",
    "Reuters": "Reuters|Thomson Reuters|Рейтер|رويترز|路透|路透社|ロイター",
    "RIA Novosti": "RIA Novosti|RIA|РИА Новости|РИА",
    "Ritzau": "Ritzau",
    "SDA": "SDA|Keystone-SDA|SDA-ATS",
    "SID": "SID",
    "STT": "STT",
    "Tanjug": "Tanjug",
    "TASS": "TASS|ТАСС|ITAR-TASS|ИТАР-ТАСС",
    "Trend": "Trend|Trend.az|Trend News Agency|Тренд",
    "TT": "TT|TT Nyhetsbyrån",
    "Turan": "Turan|Turan.az|Turan İA|Туран",
    "Ukrinform": "Ukrinform|Укринформ|Укрінформ",
    "UNIAN": "UNIAN|УНИАН|УНІАН",
    "UPI": "UPI|United Press International",
    "Xinhua": "Xinhua|Xinhua News Agency|Синьхуа|新华社|新華社",
    "Yonhap": "Yonhap|Yonhap News|연합뉴스",
}
_ACRONYM_CHARS = 4
_ACRONYMS = {
    form: name
    for name, forms in _FORMS.items()
    for form in forms.split("|")
    if len(form) <= _ACRONYM_CHARS and form.isupper()
}
_WORDS = {
    normalize(form): name
    for name, forms in _FORMS.items()
    for form in forms.split("|")
    if form not in _ACRONYMS
}
# Common words and surnames: with nothing but them in a signature it is a wire's, else a person's.
_ALSO_WORDS = frozenset({"report", "trend", "turan", "lusa", "туран", "тренд", "رويترز"})
_TAIL = re.compile(  # `AFP Deutschland`, `Reuters Staff`, `dpa/lno`, `TASS news agency`
    r"(?:\s+(?:staff|news|agency|agentur|newsroom|deutschland|world service|nachrichtenagentur))+$"
    r"|[/-][a-z]{2,4}$",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"^(?:the|mit|with|with files from|from|source|quelle|источник|mənbə)\s*:?\s+", re.IGNORECASE
)
_PICTURE = re.compile(  # how the credit of a picture begins: `Photo by`, `File photo:`, `AP Photo/`
    r"\W*(?:(?:file|cover|stock|handout|archive|ap|epa|reuters)\s)?"
    r"(?:photo(?:graph)?(?:s|er)?|pictures?|images?|fotos?|fotoğraf|fotograf|şəkil|bild(?:er)?"
    r"|video|illustrations?|фото\w*|видео|снимок|світлина)\b(?!\s+(?:of|is|are|was|were|shows?)\b)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]*\s+")
_OPENING_CHARS = 160
_CLOSING_CHARS = 80
_CLOSING_LINES = 2
_DATELINE_CHARS = 30  # a piece of `MOSCOW, July 3. TASS.`: what is longer is a sentence
_NAME = r"[\w.\- ]{2,30}?"
_LIST = rf"{_NAME}(?:\s*[/,]\s*{_NAME})*"
_OPENING = re.compile(
    rf"\((?P<round>{_LIST})\)\s*[-–—:.]"  # LONDON (Reuters) -
    rf"|/\s?(?P<slash>{_NAME})\s?/"  # МОСКВА, 5 ноября. /ТАСС/.
)
_DATELINE = re.compile(r"(?P<piece>[^.,\n–—-]+)(?P<end>[.,\n–—-]|$)\s*")
_CLOSING = re.compile(
    rf"[(/\[](?P<round>{_LIST})[)/\]]\.?$"
    rf"|(?:©|\(c\)|copyright)\s*(?:\d{{4}}\s*)?(?P<rights>{_NAME})(?:\s*\d{{4}})?(?:[.,].*)?$"
    rf"|^(?P<alone>{_LIST})\.?$",
    re.IGNORECASE,
)


def agency_of(signature: str) -> str | None:
    """The agency that a whole signature names; None for anyone else."""
    signed = " ".join(signature.strip(" .,:;©()[]/").split())
    if found := _known(signed):
        return found
    bare = _TAIL.sub("", _HEAD.sub("", signed))
    return None if normalize(bare) in _ALSO_WORDS else _known(bare)


def _known(form: str) -> str | None:
    return _ACRONYMS.get(form) or _WORDS.get(normalize(form))


def agencies_in(text: str) -> tuple[str, ...]:
    """Agencies that a text carries the mark of: in its first words, or on one of its last lines.

    A text that only quotes an agency (`Reuters reports that`) carries no mark.
    """
    opening = text[:_OPENING_CHARS].partition("\n")[0]
    found = [name for mark in _OPENING.finditer(opening) for name in _marked(mark)]
    found += _in_dateline(opening)
    for line in text.split("\n")[1:][-_CLOSING_LINES:]:
        closing = _CLOSING.search(line[-_CLOSING_CHARS:])
        found += _marked(closing) if closing and not _credits_picture(line) else []
    return tuple(dict.fromkeys(found))


def _credits_picture(line: str) -> bool:
    """Whether a line is, or ends with, the credit of a picture."""
    ends = (line, line[line.rfind("(") + 1 :], _SENTENCE_END.split(line)[-1])
    return any(len(end) <= _CLOSING_CHARS and _PICTURE.match(end) for end in ends)


def _marked(mark: re.Match[str]) -> Iterator[str]:
    for span in mark.groupdict().values():
        yield from filter(None, map(agency_of, re.split(r"[/,]", span or "")))


def _in_dateline(opening: str) -> Iterator[str]:
    """`BAKU, July 3. TASS. The bridge`: the agency after place and day, before the first sentence.

    The first piece is the place: nothing that stands there alone is a mark.
    """
    for number, found in enumerate(_DATELINE.finditer(opening)):
        piece = found["piece"].strip()
        if len(piece) > _DATELINE_CHARS:
            return
        name = agency_of(piece)
        if name and found["end"] != "," and (number or normalize(piece) not in _ALSO_WORDS):
            yield name
