"""What pages say of themselves, in eight languages, as patterns over folded text."""

from __future__ import annotations

import re

from ingest.text import normalize

__all__ = [
    "AGREE",
    "BARE_NOT_FOUND",
    "CHALLENGE",
    "COMMENTS",
    "CONSENT_PLEA",
    "CONSENT_WORD",
    "GALLERY",
    "LIVE",
    "NOT_FOUND",
    "OUT_OF_ORDER",
    "SCRIPT_ONLY",
    "SEARCH",
    "STATIC",
    "STATIC_SEGMENT",
    "SUBSCRIBE",
    "fold",
]


def fold(text: str) -> str:
    """Normalised, and without the dots and dashes that capitals lose: ı, İ, ё."""
    return normalize(text).replace("i\u0307", "i").replace("ı", "i").replace("ё", "е")


def _phrases(table: str) -> re.Pattern[str]:
    """Any of the patterns of `table`, one a line, as whole words of folded text."""
    folded = table.replace("ı", "i").replace("ё", "е").replace("ß", "ss")
    patterns = [line.strip() for line in folded.splitlines()]
    return re.compile(rf"(?<!\w)(?:{'|'.join(filter(None, patterns))})(?!\w)")


NOT_FOUND = _phrases(r"""
    (?:page|article|story|content|site) (?:was |is |does )?not (?:found|exists?|available)
    (?:page|article|story|content|site) (?:cannot|can not|can't|could not|couldn't) be found
    (?:page|article|story) you(?:'re| are| were)? (?:looking for|requested|trying to reach)
    we (?:can't|cannot|couldn't|could not) find (?:the|that|this) (?:page|article|story)
    this (?:page|article|story|content) (?:is no longer available|has been (?:removed|deleted))
    (?:page|article|story|content) (?:is )?unavailable
    error 404
    404 error
    404 not found
    page (?:does not|doesn't) exist
    страниц[аы] (?:не (?:найден[аы]|существует)|удалена|которую вы ищете)
    (?:материал|статья|новость) (?:не найден[ао]?|удален[ао]?)
    ничего не найдено
    ошибка 404
    səhifə (?:tapılmadı|mövcud deyil|silinib)
    axtardığınız (?:səhifə|xəbər|məqalə)
    heç nə tapılmadı
    xəbər tapılmadı
    sayfa bulunamadı
    aradığınız (?:sayfa|haber|içerik)
    içerik bulunamadı
    sonuç bulunamadı
    haber (?:bulunamadı|yayından kaldırıl\w+)
    (?:seite|artikel) (?:wurde )?(?:leider )?nicht gefunden
    diese seite (?:existiert nicht|gibt es nicht)
    page (?:introuvable|non trouvée)
    (?:page|article) (?:que vous (?:recherchez|demandez)|n'existe (?:pas|plus))
    página no encontrada
    no se (?:ha )?enc(?:ontró|ontrado|uentra) la página
    сторінк[ау] не (?:знайдено|існує)
""")
BARE_NOT_FOUND = re.compile(
    r"(?:error )?404(?: error)?(?:[ -]*(?:page )?not found)?|(?:page )?not found|oops"
    r"|nothing (?:was )?found|ошибка|xəta|hata"
)
OUT_OF_ORDER = _phrases(r"""
    error 50[0234]
    internal server error
    bad gateway
    gateway time-?out
    (?:service|site|server|website) (?:is )?(?:temporarily |currently )?unavailable
    error establishing a database connection
    (?:under|undergoing|scheduled|down for) (?:\w+ )?maintenance
    be right back
    origin is unreachable
    web server is (?:down|returning an unknown error)
    bandwidth limit exceeded
    this site can't be reached
    (?:внутренняя )?ошибка сервера
    (?:сайт|сервис|сервер) (?:временно )?(?:недоступен|не работает)
    (?:технические|профилактические) работы
    (?:saytda )?texniki (?:işlər|xidmət)
    sayt müvəqqəti (?:olaraq )?(?:işləmir|əlçatan deyil)
    server xətası
    bakım (?:çalışması|modu|nedeniyle)
    (?:site|sayfa|hizmet) geçici olarak (?:kullanılamıyor|hizmet veremiyor|kapalı)
    sunucu hatası
    wartungsarbeiten
    (?:seite|dienst) (?:ist )?(?:derzeit|vorübergehend) nicht (?:erreichbar|verfügbar)
    (?:site|service) (?:est )?(?:\w+ )?(?:en maintenance|indisponible)
    erreur (?:interne )?du serveur
    error interno del servidor
    сайт тимчасово недоступний
""")
CHALLENGE = _phrases(r"""
    just a moment
    attention required
    checking (?:if the site connection is secure|your browser)
    (?:verify(?:ing)?|confirm) (?:that )?you(?: are|'re) (?:a |not a )?(?:human|robot|bot)
    making sure you(?: are|'re) (?:not a bot|human)
    are you a (?:robot|human)
    i'm not a robot
    pardon our interruption
    access (?:to this page has been )?denied
    you have been blocked
    ddos[- ]protection
    robot check
    bot (?:protection|verification)
    unusual (?:traffic|activity)
    press (?:&|and) hold
    incapsula incident id
    security (?:check|checkpoint|verification)
    human verification
    let's confirm you are human
    we'd like to confirm
    enable javascript and cookies to continue
    please (?:verify|enable js)
    request (?:blocked|could not be satisfied)
    проверка (?:вашего )?браузера
    проверяем,? что вы не робот
    вы не робот
    я не робот
    доступ (?:ограничен|запрещен)
    подтвердите,? что (?:вы|запросы)
    robot deyilsiniz
    robot olmadığınızı
    brauzeriniz (?:yoxlanılır|yoxlanilir)
    insan olduğunuzu (?:doğrulayın|təsdiq\w+)
    tarayıcınız kontrol ediliyor
    erişim engellendi
    giriş (?:qadağandır|məhdudlaşdırılıb)
    sicherheits(?:überprüfung|prüfung)
    ich bin kein roboter
    bestätigen sie,? dass sie (?:ein mensch|kein roboter)
    je ne suis pas un robot
    vérifi(?:ez|ons|cation) (?:que )?(?:vous êtes (?:un )?humain|de sécurité)
    no soy un robot
    перевірка браузера
    ви не робот
""")
CONSENT_WORD = _phrases(r"""
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
    (?:personenbezogene\w*|personalisierte\w*)
    confidentialité
    consentement
    données personnelles
    publicités?
    partenaires
    privacidad
    consentimiento
    згод\w+
    конфіденційн\w+
""")
#: What a wall of consent is called.
CONSENT_PLEA = _phrases(r"""
    (?:we (?:value|respect|care about)|about|manage|let's talk about) your privacy
    your privacy(?: is important to us| matters| choices| settings)?
    (?:manage|your|privacy|cookie|consent) (?:cookie |consent |privacy )?(?:preferences|choices)
    (?:this|our|the) (?:site|website) uses cookies
    we use cookies
    мы (?:ценим|уважаем|заботимся о) ваш\w+ (?:конфиденциальност\w+|приватност\w+)
    (?:мы|сайт) используе[мт] (?:файлы )?(?:cookies?|куки)
    məxfiliyiniz\w* (?:bizim üçün )?(?:dəyər|hörmət|önəm|vacib)\w*
    kukilərdən istifadə edirik
    gizliliğiniz\w* (?:bizim için )?(?:değer|önem|saygı)\w*
    çerez(?:ler)? kullanıyoruz
    (?:wir schätzen|wir respektieren) ihre privatsphäre
    ihre privatsphäre ist uns wichtig
    wir verwenden cookies
    (?:nous respectons )?votre vie privée
    nous utilisons des cookies
    (?:valoramos|respetamos) (?:tu|su) privacidad
    ми цінуємо вашу (?:конфіденційність|приватність)
""")
AGREE = _phrases(r"""
    (?:i )?(?:accept|agree|consent)(?: to)?(?: all)?(?: cookies)?(?:,? (?:and|&) \w+)?
    yes,? i (?:agree|accept)
    allow (?:all|cookies|all cookies)
    reject all(?: cookies)?
    continue without accepting
    got it
    принять(?: и продолжить| все(?: cookies?| куки| файлы cookie)?)?
    соглас(?:ен|на|иться)
    разрешить(?: все)?
    (?:hamısını )?qəbul (?:edirəm|et|edin)
    razıyam
    (?:tümünü )?kabul (?:et|ediyorum)(?: ve devam et)?
    (?:alle(?:s)? )?(?:cookies )?(?:akzeptieren|zustimmen|annehmen)(?: und (?:weiter|schließen))?
    einverstanden
    (?:tout )?accepter(?: tout)?(?: (?:et|&) (?:continuer|fermer))?
    j'accepte
    continuer sans accepter
    aceptar(?: todo)?
    прийняти
    погоджуюсь
""")
SUBSCRIBE = _phrases(r"""
    (?:subscribe|register|sign (?:in|up)|log ?in) (?:now )?to (?:continue|read|unlock|keep)
    to (?:continue|keep) reading
    continue reading (?:with|this|your)
    for subscribers(?: only)?
    subscribers? only
    unlock (?:this|the full) (?:article|story)
    this (?:article|content|story) is (?:for|reserved|available to)
    (?:already a|become a) subscriber
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
    (?:nur|exklusiv) für abonnent\w+
    réservé aux abonnés
    (?:abonnez-vous|s'abonner) pour (?:lire|continuer|poursuivre)
    (?:solo|exclusivo) para suscriptores
    suscríbete para
    лише для передплатників
""")
SCRIPT_ONLY = _phrases(r"""
    (?:enable|turn on|requires?) javascript
    включите javascript
    javascript(?:'i| -i)? (?:aktiv|etkinleştir)\w*
""")
#: At the start of a title or a heading.
SEARCH = _phrases(r"""
    search results?(?: for| found)?
    search(?=:|$| [-–|]| \W*["“'«])
    (?:\d+ )?results (?:for|found)
    (?:you )?searched for
    результаты? поиска
    вы искали
    поиск(?: по (?:сайту|запросу)|(?=:|$))
    axtarış(?:ın)? nəticə\w*
    axtarış(?=:|$)
    arama sonuç\w*
    arama(?=:|$)
    suchergebnisse?
    suche(?=:|$)
    (?:ihre )?suche nach:
    résultats? de (?:la |votre )?recherche
    résultats? pour
    recherche(?= ?:|$)
    resultados de (?:la )?búsqueda
    результати пошуку
""")
#: The start of a title, or the whole of a heading.
COMMENTS = _phrases(r"""
    (?:all |\d+ |reader |readers' |user )?comments(?: \(\d+\)| (?:on|to|about|for)|$)
    \d+ (?:replies|responses|thoughts) (?:to|on)
    (?:все |читательские )?комментарии(?: \(\d+\)| к| читателей|$)
    обсуждение
    (?:oxucu )?şərhlər(?:i)?
    (?:okur |tüm )?yorumlar(?:ı)?
    (?:alle |leser)?kommentare(?: zu)?
    (?:tous les )?commentaires(?: sur)?
    комментарі до
""")
LIVE = _phrases(r"""
    live (?:updates?|blog|coverage|ticker|reporting)
    liveblog
    live-?ticker
    as it happened
    minute by minute
    live(?=:| [-–—])
    (?:онлайн|текстовая|прямая)[- ]?(?:трансляция|хроника)
    трансляция
    хроника (?:дня|событий)
    canlı (?:anlatım|yayın|blog|yayım)
    anbean
    dəqiqə-dəqiqə
    dakika dakika
    en direct
    minuto a minuto
    онлайн(?=:|$)
""")
GALLERY = _phrases(r"""
    in (?:pictures|photos)
    photo ?gallery
    gallery(?=:|$)
    (?:photos|pictures|images) of the (?:day|week|month|year)
    фото ?галерея
    фоторепортаж
    foto ?qalereya
    fotoreportaj
    foto ?galeri
    bildergalerie
    fotostrecke
    in bildern
    en (?:images|photos|imágenes)
    фотогалерея
""")
#: The whole of a title or a heading.
STATIC = _phrases(r"""
    about(?: us| this site| the (?:site|paper|newsroom|editors?|project))?
    (?:who we are|our (?:team|mission|story|staff)|meet the team|editorial (?:team|board|policy))
    contacts?(?: us)?
    get in touch
    imprint
    legal(?: notice| information)?
    masthead
    (?:our |the )?(?:privacy|cookies?) (?:policy|notice|statement)(?: (?:and|&) terms.*)?
    privacy(?: (?:and|&) cookies)?
    terms(?: (?:and|&) conditions| of (?:use|service|sale)| of use (?:and|&) .*)?
    advertis(?:e|ing)(?: with us)?
    (?:work with us|careers|jobs|faq|help|site ?map|accessibility(?: statement)?|corrections policy)
    (?:subscribe|subscriptions?|newsletters?|donate|support us|our apps?)
    (?:log ?in|sign in|sign up|register|create (?:an )?account|my account|forgot(?:ten)? password)
    о (?:нас|проекте|сайте|редакции|издании|газете|компании)
    (?:контакты|контактная информация|редакция|наша команда|выходные данные)
    (?:политика (?:конфиденциальности|обработки персональных данных|cookies?)|конфиденциальность)
    (?:пользовательское соглашение|правила (?:использования|сайта)|условия использования)
    (?:реклама(?: на сайте)?|рекламодателям|вакансии|подписка|вход|регистрация|карта сайта)
    (?:haqqımızda|haqqinda|sayt haqqında|əlaqə|redaksiya|biz kimik)
    (?:məxfilik siyasəti|istifadə (?:şərtləri|qaydaları)|reklam|daxil ol|qeydiyyat|abunəlik)
    (?:hakkımızda|hakkinda|künye|iletişim|biz kimiz|yayın ilkeleri)
    (?:gizlilik (?:politikası|sözleşmesi)|çerez politikası|kullanım (?:koşulları|şartları))
    (?:kişisel verilerin korunması|kvkk.*|reklam ver|giriş yap|üye ol|abonelik)
    (?:über uns|impressum|kontakt|datenschutz(?:erklärung|hinweise)?|nutzungsbedingungen|agb)
    (?:allgemeine geschäftsbedingungen|mediadaten|anmelden|registrieren|redaktion)
    (?:à propos(?: de nous)?|qui sommes-nous|contact(?:ez-nous)?|mentions légales|nous contacter)
    (?:politique de confidentialité|conditions (?:générales.*|d'utilisation)|plan du site)
    (?:se connecter|connexion|s'inscrire|publicité)
    (?:sobre nosotros|quiénes somos|contacto|aviso legal|política de privacidad)
    (?:про нас|контакти|політика конфіденційності)
""")
#: The last part of an address.
STATIC_SEGMENT = re.compile(
    r"about(?:-?us)?|who-we-are|our-team|contacts?(?:-?us)?|imprint|impressum|legal(?:-notice)?"
    r"|privacy(?:-?policy|-notice)?|cookies?(?:-?policy)?|terms(?:-of-(?:use|service)"
    r"|-and-conditions)?|tos|advertis(?:e|ing)|masthead|careers|sitemap|faq|login|log-in|signin"
    r"|sign-in|signup|sign-up|register|subscribe|subscription|newsletters?|donate"
    r"|o-nas|o-proekte|o-redakcii|kontakty|redaktsiya|reklama|politika-konfidentsialnosti"
    r"|haqqimizda|elaqe|mexfilik(?:-siyaseti)?|hakkimizda|kunye|iletisim|gizlilik(?:-politikasi)?"
    r"|cerez-politikasi|kvkk|kullanim-kosullari|ueber-uns|uber-uns|kontakt"
    r"|datenschutz(?:erklaerung)?|agb|nutzungsbedingungen|a-propos|mentions-legales|politique-de-confidentialite|cgu|cgv"
    r"|aviso-legal|quienes-somos|politica-de-privacidad|pro-nas"
)
