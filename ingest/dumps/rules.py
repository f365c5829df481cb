"""Why a line is no part of the article: the rules by name, and what a line says of itself."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from importlib.resources import files

from ingest.dumps.dates import date_in
from ingest.text import normalize

__all__ = ["Rule", "is_row", "rule_of"]


class Rule(StrEnum):
    """What takes a line out of a seed; docs/seeds.md has a line on each."""

    TITLE = "title"
    STANDFIRST = "standfirst"
    REPEAT = "repeat"
    # What a line says of itself.
    COMMENT = "comment"
    END = "end"
    TEASER = "teaser"
    APPEAL = "appeal"
    PROMOTION = "promotion"
    CONTACT = "contact"
    INTERFACE = "interface"
    DATE = "date"
    BYLINE = "byline"
    CREDIT = "credit"
    SOCIAL = "social"
    SYMBOLS = "symbols"
    # Where a line stands.
    BEFORE = "before"
    AFTER = "after"
    ASIDE = "aside"
    RELATED = "related"
    OUTLET = "outlet"
    MENU = "menu"
    HEADLINE = "headline"
    # What the reader of a seed says.
    PAGE = "page"
    BY_HAND = "by-hand"


_CONTACT = re.compile(
    r"\b(?:BTC|ETH|BCH|USDT|PayPal|IBAN)\b\s*:?|0x[0-9a-f]{30,}|\b[13][1-9A-HJ-NP-Za-km-z]{25,34}\b"
    r"|patreon\.com/|^\W*(?:©|\(c\)\s|copyright\b)|all rights? reserved|все права защищены"
    r"|tüm hakları saklıdır|bütün hüquqlar qorunur|alle rechte vorbehalten|tous droits réservés"
    r"|ყველა უფლება დაცულია|բոլոր իրավունքները պաշտպանված|جميع الحقوق محفوظة|todos los derechos"
    r"|todos os direitos|tutti i diritti|wszelkie prawa|всі права захищені|版权所有"
    r"|^(?:[\w.+-]+@[\w-]+\.[\w.]+|\+\d[\d\s().-]{6,}|(?:https?://|www\.)\S+)$"
    r"|^(?:address|phone|tel|e-?mail|fax|адрес|телефон|почта|ünvan|adres|telefon)\s*\.?:.{0,60}$",
    re.IGNORECASE,
)
_PROMOTION = re.compile(
    r"\b(?:sign(?:ing)? up|newsletters?|subscrib\w+|ad[- ]?blocker|affiliate|click(?:ing)? here"
    r"|cookies?|privacy (?:policy|notice)|terms of (?:use|service)|unsubscribe"
    r"|registering|your (?:inbox|email|account|browser)|javascript|follow us|get the app"
    r"|google news|whatsapp channel|preferred source|download (?:the|our) app"
    r"|подпи(?:шитесь|сывайтесь)|telegram-канал\w*|мы в telegram|abone ol\w*|abunə ol\w*"
    r"|підпи(?:шіться|суйтесь)|bizi izləyin|bizi takip|bülten\w*|çerez\w*|datenschutz\w*"
    r"|abonnieren|abonnez|suscríb\w+|assine|iscriviti)\b"
    r"|გამოიწერეთ|բաժանորդագր|اشترك في",
    re.IGNORECASE,
)
# An outlet asking for money or trust; several sentences, of any length.
_APPEAL = re.compile(
    r"\b(?:your (?:contribution|donation|support)"
    r"|(?:support|fund|believe in) (?:our|independent|local) (?:\w+ )?"
    r"(?:journalis[mt]\w*|newsroom|work|reporting)|our (?:newsroom|journalism|journalists"
    r"|reporters)|as little as [$€£]|become a (?:member|patron|supporter)|free for all"
    r"|make a donation|(?:please )?consider (?:donating|supporting|subscribing|becoming)"
    r"|поддержите (?:нас|наш\w+|независим\w+)|підтримайте (?:нас|наш\w+)|bizə dəstək"
    r"|unterstützen sie (?:uns|unser\w*)|soutenez(?:-nous| notre)|apoya (?:nuestro|el) )"
    r"|^(?:support|donate to|поддержите|поддержать|dəstək ol|destek ol)\b.{0,30}$",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?:getty images|ap photo|photo(?:graph)? by|photo:|foto:|photo credit|image credit|/ap\)"
    r"|\breuters file|\bafp/|/afp\b|/getty|/reuters|\bshutterstock\b|istock|\bimage:|picture:"
    r"|screenshot:|фото:|foto ©|bild ?©|^©|\bunsplash\b|/ ?dpa|courtesy of|via (?:getty|ap)\b"
    r"|\bhandout\b|photograph:|фотография:|ფოტო:|լուսանկար|صورة:|写真＝|＝ＡＰ$)",
    re.IGNORECASE,
)
_SOCIAL = re.compile(
    r"pic\.twitter\.com|\(@\w+\)|^@\w+|view this post on|a post shared by", re.IGNORECASE
)
_BYLINE = re.compile(
    r"^(?:by|von|par|por|автор|yazar|müəllif|ավտոր|ავტორი|հեղինակ)\W+\w.{0,80}$"
    r"|^.{0,40}(?:min(?:ute)?s? read|hours? ago|days? ago|часов назад|min lesezeit)$",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"^(.{3,40}?)\s*[:|：]\s")
_LABELLED_CHARS = 400
_TRIM = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_DATE_CHARS = 70
_CELLS = re.compile(r"[^|]*\w[^|]*\|[^|]*\w")
_FIGURE = re.compile(r"\d[.,]?\d[.,]?\d|\d[.,]\d")  # numbers of pages of a list are shorter
_TESTS = (  # rule, the longest line it may take, pattern
    (Rule.CONTACT, 10_000, _CONTACT),
    (Rule.APPEAL, 500, _APPEAL),
    (Rule.BYLINE, 90, _BYLINE),
    (Rule.SOCIAL, 400, _SOCIAL),
    (Rule.CREDIT, 400, _CREDIT),
    (Rule.PROMOTION, 300, _PROMOTION),
)


def rule_of(line: str) -> Rule | None:
    """What a line says of itself wherever it stands, if anything."""
    folded = normalize(line)
    if len(line) < _DATE_CHARS and date_in(folded):
        return Rule.DATE
    bare = _TRIM.sub("", folded)
    if not bare:
        return None if is_row(line) else Rule.SYMBOLS
    if rule := _markers().get(bare):
        return rule
    labelled = _LABELLED.match(folded)
    if labelled and len(line) < _LABELLED_CHARS:
        rule = _markers().get(_TRIM.sub("", labelled[1]))
        if rule is not None:
            return Rule.INTERFACE if rule is Rule.INTERFACE else Rule.TEASER
    return next(
        (rule for rule, most, test in _TESTS if len(line) <= most and test.search(line)), None
    )


def is_row(line: str) -> bool:
    """Whether a line is a row of a table of figures, with bars between the cells."""
    return bool(_CELLS.search(line) and _FIGURE.search(line))


@cache
def _markers() -> dict[str, Rule]:
    table = files("ingest").joinpath("data/dump_markers.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {normalize(phrase): Rule(rule) for rule, phrase in rows}
