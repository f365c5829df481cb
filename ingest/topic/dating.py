"""What tells when and how many: numbers, months, days of the week.

Events of one kind share their words; what parts two earthquakes is the day and the figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.text import normalize

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["telling_when"]

# English, Russian, Ukrainian, Turkish, Azerbaijani, German, French, Spanish, Italian, Portuguese,
# Polish; without what is another word in one of the others: `mars`, `mardi`, `mayo`, `mart`.
_WRITTEN = """
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    январь января январе февраль февраля феврале марта марте апрель апреля апреле мая мае
    июнь июня июне июль июля июле август августа августе сентябрь сентября сентябре
    октябрь октября октябре ноябрь ноября ноябре декабрь декабря декабре
    понедельник вторник среду четверг пятница пятницу суббота субботу воскресенье
    січень січня січні лютого лютому березень березня березні квітень квітня квітні травень травня
    травні червень червня червні липень липня липні серпень серпня серпні вересень вересня вересні
    жовтень жовтня жовтні листопад листопада листопаді грудень грудня грудні
    понеділок вівторок середу пʼятницю суботу неділю
    ocak şubat nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
    pazartesi salı çarşamba perşembe cuma cumartesi
    yanvar fevral aprel iyun iyul avqust sentyabr oktyabr noyabr dekabr çərşənbə şənbə cümə
    januar februar märz juni juli oktober dezember
    montag dienstag mittwoch donnerstag freitag samstag sonntag
    janvier février juin juillet août septembre octobre novembre décembre
    lundi mercredi jeudi vendredi samedi dimanche
    enero febrero marzo abril junio julio agosto septiembre octubre noviembre diciembre
    lunes martes miércoles jueves viernes sábado domingo
    gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
    lunedì martedì mercoledì giovedì venerdì sabato domenica
    janeiro fevereiro março junho julho setembro outubro novembro dezembro
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada
    grudnia poniedziałek wtorek środę czwartek piątek sobotę niedzielę
"""
_CALENDAR = frozenset(normalize(word) for word in _WRITTEN.split())


def telling_when(features: Iterable[str]) -> list[str]:
    """The features that are a number, a month or a day of the week."""
    return [feature for feature in features if feature in _CALENDAR or feature.isdigit()]
