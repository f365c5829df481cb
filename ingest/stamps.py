"""What moves in a text without anybody writing: stamps of time, counters, rates.

A line of nothing else says nothing of its article, nor does a stamp inside a line ("Updated 5
minutes ago"). A figure in a sentence is part of what it says: "37 dead" is neither.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from ingest.text import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["is_clock", "stamps_in"]


class _Class(StrEnum):
    """What a word of a stamp is."""

    NUMBER = "number"
    MOMENT = "moment"  # a number that is a clock, a date or a year by its form
    CALENDAR = "calendar"  # months, days of the week, zones
    SPAN = "span"  # minutes, hours
    PAST = "past"  # ago, yesterday
    STAMP = "stamp"  # updated, published
    COUNTER = "counter"  # comments, views
    RATE = "rate"  # currencies, oil
    SIGN = "sign"
    GLUE = "glue"
    OTHER = "other"


# English, Russian, Ukrainian, Azerbaijani, Turkish, German, French, Spanish.
_WORDS = {
    _Class.CALENDAR: """
        january jan february feb march mar april apr may june jun july jul august aug september
        sept sep october oct november nov december dec
        январь января янв февраль февраля фев марта март мар апрель апреля апр мая май июнь июня
        июль июля август августа авг сентябрь сентября сен октябрь октября окт ноябрь ноября ноя
        декабрь декабря дек
        січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
        yanvar fevral mart aprel iyun iyul avqust sentyabr oktyabr noyabr dekabr
        ocak şubat nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
        januar jänner februar märz mai juni juli oktober dezember
        janvier février mars avril juin juillet août septembre octobre novembre décembre
        enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
        monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs
        fri sat sun
        понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс
        понеділок вівторок середа пʼятниця субота неділя
        bazar ertəsi çərşənbə axşamı cümə şənbə
        pazartesi salı çarşamba perşembe cuma cumartesi pazar
        montag dienstag mittwoch donnerstag freitag samstag sonntag
        lundi mardi mercredi jeudi vendredi samedi dimanche
        lunes martes miércoles jueves viernes sábado domingo
        gmt utc msk мск eet eest cet cest mez mesz bst est edt cst cdt pst pdt et ist jst am pm
        a.m p.m uhr
    """,
    _Class.SPAN: """
        second seconds sec secs minute minutes min mins hour hours hr hrs h day days week weeks
        month months year years
        секунд секунды секунду минут минуты минуту мин час часа часов день дня дней неделю недели
        недель месяц месяца месяцев год года лет
        хвилин хвилини хвилину годин години годину
        saniyə dəqiqə saat gün həftə ay il saniye dakika dk sa hafta yıl
        sekunden minuten stunde stunden tag tage tagen
        secondes heure heures jour jours semaine semaines mois ans
        segundos minuto minutos hora horas día días semana semanas
    """,
    _Class.PAST: """
        ago now yesterday today just moments
        назад сегодня вчера только что тому сьогодні вчора щойно
        əvvəl bugün dünən indicə bu önce dün az
        vor heute gestern soeben gerade
        il y a hier aujourd'hui hace ayer hoy
    """,
    _Class.STAMP: """
        updated update last modified published posted edited refreshed revised created added
        обновлено обновлён обновлен обновление обновлена опубликовано опубликована изменено
        изменена изменён последнее добавлено создано размещено
        оновлено опубліковано змінено додано
        yenilənib yeniləndi yenilənmə yenilənmişdir dərc edilib olunub edildi dəyişdirilib son
        güncellendi güncelleme güncellenme yayınlandı yayınlanma yayımlandı eklendi giriş tarih
        tarihi tarixi tarix
        aktualisiert veröffentlicht zuletzt geändert stand erstellt
        publié publiée mis mise jour modifié dernière
        actualizado actualizada publicado publicada última actualización modificado
    """,
    _Class.COUNTER: """
        comment comments view views viewed share shares shared like likes liked dislikes vote votes
        voted read reads reader readers reply replies reaction reactions retweets reposts repost
        followers subscribers downloads times watching viewers
        количество число
        комментарий комментария комментариев комментарии просмотр просмотра просмотров просмотры
        прочитано прочитали прочтений голос голоса голосов лайк лайка лайков лайки репост репоста
        репостов поделились подписчиков раз
        коментар коментарі коментарів перегляд перегляди переглядів
        şərh şərhlər sayı baxış baxılıb baxıldı baxilib oxunub oxundu oxunma bəyənmə bəyəni paylaşım
        paylaşma səs izlənmə dəfə
        yorum görüntülenme görüntüleme okunma okundu beğeni paylaşıldı paylaşım oy izlenme defa
        kommentar kommentare aufrufe stimmen mal gelesen geteilt
        commentaire commentaires vues partages lectures réactions
        comentario comentarios vistas visitas compartidos lecturas
    """,
    _Class.RATE: """
        usd eur azn rub rur gbp try gel uah byn kzt amd irr cny jpy chf btc eth xau dollar dollars
        euro euros manat ruble rouble rubles lira pound yuan yen brent wti azeri light urals gold
        silver oil bitcoin ethereum barrel nasdaq dow jones ftse dax moex rts s&p
        доллар доллара долларов евро рубль рубля рублей манат маната манатов лира фунт юань нефть
        золото серебро баррель курс цб
        dollar avro rubl neft qızıl gümüş barel məzənnə məzənnəsi dolar altın kur petrol
    """,
    _Class.GLUE: """
        a an and the at on of in by to for is was as from no be first
        в во на и от из г гг по с до к у о об року нет
        da də da de ilə tarixində və ün ın saatda cu ci cı cü ında
        ve ile
        am der die das den um und im
        le la les à de du des el los las al del en y
    """,
}  # fmt: skip
_CLASS_OF = {
    normalize(word): name for name, told in reversed(_WORDS.items()) for word in told.split()
}
_TOKEN = re.compile(
    r"(?P<number>\d[\d.,:/\u00a0'’-]*(?<=\d)(?:\s?[ap]\.?m\b\.?|st\b|nd\b|rd\b|th\b|h\b|k\b|m\b|K\b|M\b)?)"
    r"|(?P<word>[^\W\d_]+(?:['’.&][^\W\d_]+)*)|(?P<sign>[$€£¥₽₼₺₾%°℃+▲▼↑↓])"
)
_MOMENT = re.compile(
    r"(?:[01]?\d|2[0-3])[:.][0-5]\d(?:[:.][0-5]\d)?\s?(?:[ap]\.?m\.?)?|[01]?\d\s?[ap]\.?m\.?"
    r"|\d{1,2}([./-])\d{1,2}\1(?:19|20)?\d\d|(?:19|20)\d\d(?:([./-])\d{1,2}\2\d{1,2})?",
    re.IGNORECASE,
)
#: Parts of a line that may be a stamp each: sentences, and what bars or brackets set apart.
_PARTS = re.compile(r"[^|•·‧∙()\[\]\t–—]+?(?:[.!?…](?=\s)|(?=[|•·‧∙()\[\]\t–—])|$)")
_TIME = frozenset(
    {_Class.NUMBER, _Class.MOMENT, _Class.CALENDAR, _Class.SPAN, _Class.PAST, _Class.STAMP,
     _Class.GLUE}
)  # fmt: skip
_FIGURES = frozenset({_Class.NUMBER, _Class.MOMENT})
_FRACTION = re.compile(r"\d[.,]\d")
_DEGREES = re.compile(r"[+−-]?\d{1,2}\s?[°˚º]\s?[CcFfС]?\b|[+−-]?\d{1,2}\s?℃")
_MOST_WEATHER_WORDS = 5
_MOST_CHARS_WITHOUT_FIGURE = 40
_MOST_WORDS = 12  # of a stamp or counter; rates go on longer
_MOST_CLOCK_WORDS = 6


class _Word:
    """A word of a line with its class."""

    __slots__ = ("end", "is_fraction", "name", "start")

    def __init__(self, start: int, end: int, name: _Class, *, is_fraction: bool) -> None:
        self.start, self.end, self.name = start, end, name
        self.is_fraction = is_fraction


def stamps_in(line: str) -> list[tuple[int, int]]:
    """Where a line holds what moves by itself, as [start, end) in characters; it may be all of it.

    Without a figure only a short line may be one: "Just now", "No comments".
    """
    has_figure = any(letter.isdigit() for letter in line)
    if not has_figure and len(line) > _MOST_CHARS_WITHOUT_FIGURE:
        return []
    words = list(_words_of(line))
    if _is_whole_stamp(words) or _is_weather(line, words):
        return [(0, len(line))]
    found: list[tuple[int, int]] = []
    for part in _PARTS.finditer(line) if has_figure else ():
        start, end = part.span()
        inside = [word for word in words if start <= word.start and word.end <= end]
        if _is_stamp_in_line(inside):
            found.append((start, end))
        else:
            found += _runs(inside)
    return found


def is_clock(line: str) -> bool:
    """Whether a line is nothing but a time, as it stands over an entry of a live blog."""
    words = list(_words_of(line))
    names = {word.name for word in words}
    has_time = _Class.MOMENT in names or (_Class.NUMBER in names and _Class.PAST in names)
    return has_time and names <= _TIME and len(words) <= _MOST_CLOCK_WORDS


def _words_of(line: str) -> Iterator[_Word]:
    for found in _TOKEN.finditer(line):
        if found["number"]:
            is_moment = _MOMENT.fullmatch(found["number"]) is not None
            name = _Class.MOMENT if is_moment else _Class.NUMBER
        elif found["sign"]:
            name = _Class.SIGN
        else:
            name = _CLASS_OF.get(normalize(found["word"]), _Class.OTHER)
        is_fraction = found["number"] is not None and _FRACTION.search(found["number"]) is not None
        yield _Word(*found.span(), name, is_fraction=is_fraction)


def _is_whole_stamp(words: Sequence[_Word]) -> bool:
    """Whether a line holds a stamp, counters or rates, and no more."""
    names = {word.name for word in words}
    if _Class.OTHER in names or names <= {_Class.GLUE, _Class.SIGN}:
        return False
    if _Class.RATE in names:
        is_quoted = any(word.is_fraction for word in words)
        return is_quoted and not names & {_Class.STAMP, _Class.COUNTER, _Class.PAST}
    has_figure = bool(names & _FIGURES) or bool(names & {_Class.PAST, _Class.COUNTER})
    return has_figure and _Class.SIGN not in names and len(words) <= _MOST_WORDS


def _is_stamp_in_line(words: Sequence[_Word]) -> bool:
    """Whether a part of a line is a stamp or a counter.

    A date or a number alone is not enough: it belongs to the sentence.
    """
    names = {word.name for word in words}
    says_what = names & {_Class.STAMP, _Class.COUNTER, _Class.PAST}
    is_pure = not names & {_Class.OTHER, _Class.RATE, _Class.SIGN}
    return is_pure and bool(says_what and names & _FIGURES) and len(words) <= _MOST_WORDS


def _is_weather(line: str, words: Sequence[_Word]) -> bool:
    """Whether a line is a place and its degrees."""
    is_short = len(words) <= _MOST_WEATHER_WORDS
    return is_short and _DEGREES.search(line) is not None and not line.rstrip().endswith(".")


def _runs(words: Sequence[_Word]) -> Iterator[tuple[int, int]]:
    """Stamps in the middle of a sentence: they begin with a word for it, and hold a moment."""
    at = 0
    while at < len(words):
        if words[at].name != _Class.STAMP:
            at += 1
            continue
        end = at + 1
        while end < len(words) and _goes_on(words, end):
            end += 1
        run = words[at:end]
        while run and run[-1].name == _Class.GLUE:
            run = run[:-1]
        if any(word.name in (_Class.MOMENT, _Class.PAST) for word in run):
            yield run[0].start, run[-1].end
        at = end


def _goes_on(words: Sequence[_Word], at: int) -> bool:
    """Whether a word still belongs to a stamp; a bare number does beside a month or a span."""
    if words[at].name != _Class.NUMBER:
        return words[at].name in _TIME
    beside = words[max(at - 1, 0) : at + 2]
    return any(word.name in (_Class.CALENDAR, _Class.SPAN) for word in beside)
