"""Is this page an article? Named refusals for what is not, from what the page shows.

`assess` is pure: it takes the article that was read (None: no text was found), `PageSignals`
counted on the page, and the HTTP status, and gives the reason to refuse, or None.
`ingest.extract.read_page` calls it. Every rule but the list rule asks for a short text first: an
article *about* cookie walls is long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.items import Reason, Rejection, Stage
from ingest.text import is_prose, normalize, paragraphs, prose_lines

if TYPE_CHECKING:
    from ingest.items import Article

__all__ = ["PageSignals", "assess", "count_words"]

_MIN_WORDS = 30  # a brief of 60 words is an article; a caption or a standfirst alone is not
_GATE_WORDS = 120  # a challenge, a consent wall and an error page say less than this
_TEASER_WORDS = 160  # what a paywall shows
_LISTED_SHARE = 0.5
_MIN_CARDS = 4
_LIST_HEADLINES = 10
_LIST_WORDS = 120
_CONSENT_SHARE = 0.04  # of the words; a wall has one in ten, an article on cookies one in fifty
_MIN_CONSENT_WORDS = 3
_WALL_WORDS = 250
_HTTP_ERROR = 400
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_CJK_CHARS_A_WORD = 2
_ARTICLE_KIND = re.compile(r"Article$|Posting$|^(?:Report|Review|Recipe)$")
_LIST_KIND = frozenset({"CollectionPage", "SearchResultsPage", "ItemList", "Blog", "ProfilePage"})
_LIST_PATH = re.compile(
    r"^/?$|/(?:tag|tags|category|categories|topic|topics|section|author|authors|search|archive|"
    r"page/\d+|rubric|tema|teqler|etiket|kategori|thema|poisk|axtar|arama|suche)(?:[/?]|$)"
    r"|[?&](?:q|s|query|search|page)=",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSignals:
    """What a page shows besides the article's text; see `ingest.extract.signals`."""

    title: str = ""  #: <title>
    heading: str = ""  #: first <h1>
    visible: str = field(default="", repr=False)  #: text outside scripts, cut
    path: str = ""  #: path and query of the address
    links: int = 0
    headline_links: int = 0  #: different addresses whose anchor reads like a headline
    cards: int = 0  #: teaser cards that hold a line of the text
    listed_share: float = 0.0  #: share of the text's words in cards or links, 0..1
    prose_words: int = 0  #: words of the text in running lines outside cards and links
    kinds: tuple[str, ...] = ()  #: schema.org types, sorted
    page_type: str | None = None  #: og:type
    challenge_mark: str | None = None  #: trace of an anti-robot gate
    buttons: tuple[str, ...] = ()  #: labels in lower case
    is_free: bool | None = None  #: isAccessibleForFree; None: not stated
    has_paywall_box: bool = False


def _fold(text: str) -> str:
    """Normalised, and without the dots and dashes that capitals lose: ı, İ, ё."""
    return normalize(text).replace("i\u0307", "i").replace("ı", "i").replace("ё", "е")


def _phrases(table: str) -> re.Pattern[str]:
    """Any of the patterns of `table`, one a line, as whole words of folded text."""
    patterns = [line.strip() for line in table.replace("ı", "i").replace("ё", "е").splitlines()]
    return re.compile(rf"(?<!\w)(?:{'|'.join(filter(None, patterns))})(?!\w)")


_NOT_FOUND = _phrases(r"""
    (?:page|article|story|content|site) (?:was |is |does )?not (?:found|exists?|available)
    (?:page|article|story|content|site) (?:cannot|can not|could not) be found
    error 404
    404 error
    404 not found
    page (?:does not|doesn't) exist
    страница не (?:найдена|существует)
    ничего не найдено
    материал не найден
    ошибка 404
    səhifə tapılmadı
    səhifə mövcud deyil
    heç nə tapılmadı
    xəbər tapılmadı
    sayfa bulunamadı
    aradığınız sayfa
    içerik bulunamadı
    sonuç bulunamadı
    seite (?:wurde )?nicht gefunden
    page (?:introuvable|non trouvée)
    página no encontrada
    сторінк[ау] не (?:знайдено|існує)
""")
_BARE_NOT_FOUND = re.compile(
    r"(?:error )?404(?: error)?(?:[ -]*(?:page )?not found)?|(?:page )?not found|oops"
    r"|nothing (?:was )?found|ошибка|xəta|hata"
)
_TITLE_BORDER = re.compile(r"\s+[|–—\-·•:/]\s+|[|!]\s*")
_CHALLENGE = _phrases(r"""
    just a moment
    attention required
    checking (?:if the site connection is secure|your browser)
    verify(?:ing)? (?:that )?you are (?:a )?human
    are you a (?:robot|human)
    i'm not a robot
    pardon our interruption
    access denied
    ddos[- ]protection
    robot check
    unusual traffic
    security check
    enable javascript and cookies to continue
    please verify
    request blocked
    проверка (?:вашего )?браузера
    вы не робот
    я не робот
    доступ (?:ограничен|запрещен)
    подтвердите,? что (?:вы|запросы)
    robot deyilsiniz
    robot olmadığınızı
    brauzeriniz yoxlanılır
    insan olduğunuzu doğrulayın
    tarayıcınız kontrol ediliyor
    erişim engellendi
    giriş qadağandır
    sicherheitsüberprüfung
    ich bin kein roboter
    je ne suis pas un robot
    no soy un robot
    перевірка браузера
    ви не робот
""")
_CONSENT_WORD = _phrases(r"""
    cookies?
    consent
    gdpr
    personali[sz]ed
    advertising
    legitimate interest
    privacy
    personal data
    tracking
    partners?
    куки
    cookie-файл\w*
    файл\w* cookie
    согласи\w+
    персональн\w+
    конфиденциальн\w+
    çerez\w*
    kişisel veri\w*
    gizlilik
    kuki\w*
    məxfilik
    razılıq
    şəxsi məlumat\w*
    einwilligung\w*
    datenschutz\w*
    werbung
    confidentialité
    consentement
    privacidad
    consentimiento
    згод\w+
    конфіденційн\w+
""")
_AGREE = _phrases(r"""
    (?:i )?(?:accept|agree)(?: all)?(?: cookies)?(?: and (?:continue|close))?
    allow (?:all|cookies)
    reject all
    got it
    принять(?: все)?
    соглас(?:ен|на|иться)
    разрешить
    qəbul (?:edirəm|et)
    razıyam
    kabul (?:et|ediyorum)
    tümünü kabul et
    (?:alle )?(?:akzeptieren|zustimmen)
    (?:tout )?accepter
    aceptar(?: todo)?
    прийняти
    погоджуюсь
""")
_SUBSCRIBE = _phrases(r"""
    (?:subscribe|register|sign (?:in|up)|log ?in) (?:now )?to (?:continue|read|unlock|keep)
    to continue reading
    continue reading (?:with|this|your)
    for subscribers(?: only)?
    unlock (?:this|the full) (?:article|story)
    this (?:article|content|story) is (?:for|reserved)
    (?:доступн\w+|только) (?:только )?(?:по подписке|(?:для )?подписчик\w+)
    оформи(?:те|ть) подписку
    чтобы (?:дочитать|продолжить чтение|читать дальше)
    (?:yalnız )?abunəçilər (?:üçün|oxuya)
    oxumaq üçün abunə ol\w*
    (?:yalnızca |sadece )?abonelere özel
    okumak için abone ol\w*
    okumaya devam et(?:mek)? için
    jetzt weiterlesen
    weiterlesen mit
    nur für abonnenten
    réservé aux abonnés
    (?:solo|exclusivo) para suscriptores
    suscríbete para
    лише для передплатників
""")
_SCRIPT_ONLY = _phrases(r"""
    (?:enable|turn on|requires?) javascript
    включите javascript
    javascript(?:'i| -i)? (?:aktiv|etkinleştir)\w*
""")


def count_words(text: str) -> int:
    """Words; in scripts without spaces two characters count as one."""
    return len(_CJK.sub("", text).split()) + len(_CJK.findall(text)) // _CJK_CHARS_A_WORD


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """All that a rule looks at."""

    text: str
    words: int  #: of the text
    prose: int  #: words of the text in running lines that are no teasers
    signals: PageSignals
    status: int


def assess(article: Article | None, signals: PageSignals, status: int = 200) -> Rejection | None:
    """Why the page is no article, or None when it is one.

    Returns:
        A rejection whose detail quotes the words or the counts that decided.
    """
    text = article.text if article else ""
    look = _Look(
        text=text,
        words=count_words(text),
        prose=signals.prose_words if text else 0,
        signals=signals,
        status=status,
    )
    rules = (_challenge, _http_error, _soft_404, _consent, _paywall, _list, _no_text, _too_short)
    return next((rejection for rule in rules if (rejection := rule(look))), None)


def _refuse(reason: Reason, detail: str) -> Rejection:
    return Rejection(stage=Stage.QUALITY, reason=reason, detail=detail)


def _challenge(look: _Look) -> Rejection | None:
    signals = look.signals
    if look.prose >= _GATE_WORDS or _is_marked(signals):
        return None
    said = _said(_CHALLENGE, signals)
    is_gate = signals.challenge_mark or look.status >= _HTTP_ERROR or not _is_rich(signals)
    if said and is_gate:
        return _refuse(Reason.CHALLENGE, f"says: {said}")
    if signals.challenge_mark and not _is_rich(signals) and look.prose < _MIN_WORDS:
        return _refuse(Reason.CHALLENGE, f"{signals.challenge_mark}, {look.prose} words of prose")
    return None


def _http_error(look: _Look) -> Rejection | None:
    if look.status < _HTTP_ERROR:
        return None
    return _refuse(Reason.HTTP_ERROR, f"status {look.status}")


def _soft_404(look: _Look) -> Rejection | None:
    signals = look.signals
    if look.prose >= _GATE_WORDS:
        return None
    for part in _TITLE_BORDER.split(f"{_fold(signals.title)} | {_fold(signals.heading)}"):
        if _BARE_NOT_FOUND.fullmatch(part.strip(" .!")):
            return _refuse(Reason.SOFT_404, f"is called: {part.strip()}")
    said = None if _is_marked(signals) else _said(_NOT_FOUND, signals)
    return _refuse(Reason.SOFT_404, f"says: {said}") if said else None


def _consent(look: _Look) -> Rejection | None:
    told = _fold(look.text or look.signals.visible)
    words = max(count_words(told), 1)
    found = len(_CONSENT_WORD.findall(told))
    if words >= _WALL_WORDS or found < _MIN_CONSENT_WORDS or found < _CONSENT_SHARE * words:
        return None
    labels = (label for label in look.signals.buttons if _AGREE.fullmatch(_fold(label)))
    pressed = next(labels, None)
    detail = f"{found} of {words} words on consent, button: {pressed}"
    return _refuse(Reason.CONSENT, detail) if pressed else None


def _paywall(look: _Look) -> Rejection | None:
    if look.words >= _TEASER_WORDS:
        return None
    asked = _SUBSCRIBE.search(_fold(look.signals.visible))
    is_cut = look.text.rstrip(" ]").endswith(("…", "..."))
    if look.signals.is_free is False and (asked or is_cut):
        detail = f"isAccessibleForFree is false, {look.words} words"
        return _refuse(Reason.PAYWALL, detail)
    ends_asking = any(_SUBSCRIBE.search(_fold(x)) for x in paragraphs(look.text)[-2:])
    if asked and (look.signals.has_paywall_box or is_cut or ends_asking):
        return _refuse(Reason.PAYWALL, f"says: {asked.group()}; {look.words} words")
    return None


def _list(look: _Look) -> Rejection | None:
    signals = look.signals
    is_filed = bool(_LIST_PATH.search(signals.path) or _LIST_KIND & set(signals.kinds))
    is_filed = (is_filed or signals.page_type == "website") and not _is_marked(signals)
    is_listed = signals.cards >= _MIN_CARDS and signals.listed_share >= _LISTED_SHARE
    most = _LIST_WORDS if is_filed else _MIN_WORDS
    if is_listed and look.prose < most:
        share = f"{signals.listed_share:.0%} of the text"
        return _refuse(Reason.LIST, f"{signals.cards} teasers or links hold {share}")
    if signals.headline_links >= _LIST_HEADLINES and is_filed and look.words < most:
        detail = f"{signals.headline_links} headlines linked, {look.words} words of text"
        return _refuse(Reason.LIST, detail)
    short = [line for line in paragraphs(look.text) if not is_prose(line)]
    is_menu = look.prose < _MIN_WORDS and len(short) >= _LIST_HEADLINES
    if is_menu and not _is_marked(signals):
        return _refuse(Reason.LIST, f"{len(short)} short lines, {look.prose} words of prose")
    return None


def _no_text(look: _Look) -> Rejection | None:
    asked = _SCRIPT_ONLY.search(_fold(look.signals.visible))
    if asked and look.words < _MIN_WORDS:
        return _refuse(Reason.NO_TEXT, f"says: {asked.group()}")
    return None if look.text else _refuse(Reason.NO_TEXT, f"{look.signals.links} links")


def _too_short(look: _Look) -> Rejection | None:
    lines = len(prose_lines(look.text))
    if look.words >= _MIN_WORDS and lines:
        return None
    return _refuse(Reason.TOO_SHORT, f"{look.words} words, {lines} lines of prose")


def _is_marked(signals: PageSignals) -> bool:
    """Whether the page says of itself that it is an article."""
    return signals.page_type == "article" or any(map(_ARTICLE_KIND.search, signals.kinds))


def _is_rich(signals: PageSignals) -> bool:
    """Whether the page shows more than a gate would: menus, teasers, a text."""
    return count_words(signals.visible) >= _GATE_WORDS


def _said(phrases: re.Pattern[str], signals: PageSignals) -> str | None:
    """The first phrase in the title or heading, or in the whole of a page that says little."""
    places = [signals.title, signals.heading] + ([] if _is_rich(signals) else [signals.visible])
    found = (phrases.search(_fold(place)) for place in places)
    return next((match.group() for match in found if match), None)
