"""What sites write on pages that are no articles; written for this set, not for the rules."""

from __future__ import annotations

__all__ = [
    "CHALLENGES",
    "CONSENTS",
    "ERRORS",
    "GALLERIES",
    "LIVES",
    "MISSING",
    "REMARKS",
    "SEARCHES",
    "STATICS",
    "WALLS",
]

#: Title, heading and message of a page that is not there, by language.
MISSING: dict[str, tuple[tuple[str, str, str], ...]] = {
    "en": (
        ("Page not found", "Oops! That page can't be found.",
         "It looks like nothing was found at this location. Maybe try one of the links below?"),
        ("404", "404", "Sorry, we can't seem to find the page you're looking for."),
        ("Article unavailable", "This article is no longer available",
         "It may have been removed by the editors. Our latest reports are on the home page."),
    ),
    "ru": (
        ("Ошибка 404", "Страница не найдена",
         "Возможно, она была перемещена, или вы опечатались в адресе."),
        ("404", "К сожалению, запрашиваемая страница не найдена",
         "Воспользуйтесь поиском или перейдите на главную страницу."),
        ("Материал удалён", "Материал не найден или удалён", "Вернитесь на главную."),
    ),
    "az": (
        ("Səhifə tapılmadı", "Axtardığınız səhifə tapılmadı",
         "Ola bilsin ki, o silinib və ya ünvanı dəyişib."),
        ("404", "Xəta 404", "Bu səhifə mövcud deyil və ya silinib."),
    ),
    "tr": (
        ("Sayfa bulunamadı", "Aradığınız sayfaya ulaşılamıyor",
         "Sayfa kaldırılmış ya da adresi değişmiş olabilir. Aradığınız haber yayında değil."),
        ("404 - Bulunamadı", "Üzgünüz, sayfa bulunamadı", "Ana sayfaya dönmek için tıklayın."),
    ),
    "de": (("Seite nicht gefunden", "Hoppla! Diese Seite gibt es leider nicht mehr",
            "Die gesuchte Seite wurde nicht gefunden oder verschoben."),),
    "fr": (("Page introuvable", "Oups, cette page est introuvable",
            "La page que vous recherchez n'existe plus ou a changé d'adresse."),),
}  # fmt: skip

#: Status and page of a server out of order.
ERRORS: tuple[tuple[int, str, str], ...] = (
    (500, "500 Internal Server Error", "The server encountered an internal error."),
    (503, "Service Unavailable", "The server is temporarily unable to service your request."),
    (200, "502 Bad Gateway", "nginx"),
    (200, "Database Error", "Error establishing a database connection"),
    (200, "Maintenance", "We are currently undergoing scheduled maintenance. Be right back!"),
    (200, "Site unavailable", "The website is temporarily unavailable. Please try again later."),
    (200, "Технические работы", "На сайте ведутся технические работы. Зайдите позже."),
    (200, "Ошибка", "Внутренняя ошибка сервера. Мы уже чиним."),
    (200, "Texniki işlər", "Saytda texniki işlər aparılır, tezliklə qayıdacağıq."),
    (200, "Bakım", "Sitemiz bakım çalışması nedeniyle kısa süreliğine kapalıdır."),
    (200, "Wartung", "Wegen Wartungsarbeiten ist die Seite derzeit nicht erreichbar."),
    (200, "Maintenance", "Notre site est actuellement en maintenance, revenez bientôt."),
    (200, "Sunucu hatası", "Sunucu hatası oluştu, lütfen daha sonra yeniden deneyin."),
)

#: Vendor, status, head and body of an anti-robot gate, in the form that its vendor documents.
CHALLENGES: tuple[tuple[str, int, str, str], ...] = (
    ("cloudflare-js", 503, "<title>Just a moment...</title>",
     ("<div id='cf-wrapper'><h1>news.test</h1><h2>Checking if the site connection is secure</h2>"
     "<div id='challenge-stage'></div><p>news.test needs to review the security of your "
     "connection before proceeding.</p></div><script src='/cdn-cgi/challenge-platform/h/b/"
     "orchestrate/chl_page/v1?ray=8d3'></script>")),
    ("cloudflare-turnstile", 200, "<title>Bir dakika lütfen...</title>",
     ("<p>Devam etmeden önce insan olduğunuzu doğrulayın. Bu birkaç saniye sürebilir.</p>"
     "<div class='cf-turnstile' data-sitekey='0x4'></div>")),
    ("cloudflare-block", 403, "<title>Attention Required! | Cloudflare</title>",
     ("<h1>Sorry, you have been blocked</h1><h2>You are unable to access news.test</h2><p>This "
     "website is using a security service to protect itself from online attacks.</p>")),
    ("datadome", 403, "<title>news.test</title>",
     ("<p id='cmsg'>Please enable JS and disable any ad blocker</p><script>var dd={'rt':'c','cid':"
     "'AH','hsh':'1','host':'geo.captcha-delivery.com'}</script><script src="
     "'https://ct.captcha-delivery.com/c.js'></script>")),
    ("perimeterx", 200, "<title>Access to this page has been denied</title>",
     ("<h1>Press &amp; Hold to confirm you are a human (and not a bot).</h1><div id='px-captcha'>"
     "</div><p>Reference ID 7d1</p>")),
    ("imperva", 200, "<meta name='robots' content='noindex,nofollow'>",
     ("<iframe id='main-iframe' src='/_Incapsula_Resource?CWUDNSAI=27&amp;xinfo=9'>Request "
     "unsuccessful. Incapsula incident ID: 877000170161850347</iframe>")),
    ("distil", 405, "<title>Pardon Our Interruption</title>",
     ("<h1>Pardon Our Interruption...</h1><p>As you were browsing, something about your browser "
     "made us think you were a bot.</p>")),
    ("akamai", 403, "<title>Access Denied</title>",
     ("<h1>Access Denied</h1><p>You don't have permission to access this page on this server.</p>"
     "<p>Reference #18.2d351ab8.1557333295.a4e16ab</p>")),
    ("akamai-sec-cpt", 200, "<title>Challenge Validation</title>",
     "<div id='sec-if-cpt-container'></div><script src='/sec-cpt/v1.js'></script>"),
    ("aws-waf", 202, "<title>Human Verification</title>",
     ("<script>window.gokuProps={'key':'AQ'};</script><script src='https://x.token.awswaf.com/"
     "challenge.js'></script><noscript><h1>JavaScript is disabled</h1>In order to continue, we "
     "need to verify that you're not a robot.</noscript>")),
    ("yandex-smartcaptcha", 200, "<title>Вы не робот?</title>",
     ("<h1>Подтвердите, что запросы отправляли вы, а не робот</h1><p>Нам очень жаль, но запросы с "
     "вашего устройства похожи на автоматические.</p><div class='SmartCaptcha'></div>")),
    ("ddos-guard", 403, "<title>DDoS-Guard</title>",
     ("<h1>Проверка браузера перед переходом на сайт</h1><p>Этот процесс автоматический.</p>"
     "<script src='/.well-known/ddos-guard/js-challenge/index.js'></script>")),
    ("qrator", 401, "<title>News</title>",
     ("<script src='/__qrator/qauth.js'></script><noscript>Для просмотра сайта включите "
     "JavaScript и cookies.</noscript>")),
    ("google-sorry", 429, "<title>https://news.test</title>",
     ("<form id='captcha-form' action='/sorry/index'><p>Our systems have detected unusual traffic "
     "from your computer network.</p><div class='g-recaptcha'></div></form>")),
    ("sucuri", 200, "<title>You are being redirected...</title>",
     ("<noscript>Javascript is required. Please enable javascript before you are allowed to see "
     "this page.</noscript><script>sucuri_cloudproxy_js='';S='cz0n';</script>")),
    ("vercel", 429, "<title>Vercel Security Checkpoint</title>",
     "<p>We're verifying your browser</p><p>Website owner? Click here to fix</p>"),
    ("anubis", 200, "<title>Making sure you're not a bot!</title>",
     ("<h1>Making sure you're not a bot!</h1><p>You are seeing this because the administrator of "
     "this website has set up a proof of work to protect the server against scraping.</p>")),
    ("own-az", 200, "<title>Təhlükəsizlik yoxlaması</title>",
     "<p>Brauzeriniz yoxlanılır. Robot olmadığınızı təsdiqləyin.</p><div class='h-captcha'></div>"),
)  # fmt: skip

#: Heading, text and buttons of a wall of consent, by language.
CONSENTS: dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "en": (
        ("We value your privacy", ("We and our 842 partners store and/or access information on a "
         "device, such as cookies, and process personal data for personalised advertising and "
         "content, advertising measurement and audience research. You may consent to this or "
         "refuse. Some processing rests on legitimate interest."), ("AGREE", "More options")),
        ("Before you continue", ("We use cookies and other tracking to keep our services running. "
         "If you agree, we will also use cookies to show personalised advertising, as your privacy "
         "settings allow."), ("Accept all", "Reject all")),
    ),
    "ru": (("Мы заботимся о вашей конфиденциальности", ("Мы и наши партнёры используем файлы "
            "cookie и обрабатываем персональные данные, чтобы показывать подходящую рекламу. "
            "Согласие можно отозвать в любое время в настройках конфиденциальности."),
            ("Принять все", "Настройки")),),
    "az": (("Məxfiliyiniz bizim üçün vacibdir", ("Saytımız kukilərdən istifadə edir, şəxsi "
            "məlumatları isə məxfilik siyasətimizə uyğun işləyir. Davam etmək üçün razılıq "
            "verin."), ("Qəbul edirəm", "İmtina")),),
    "tr": (("Gizliliğinize önem veriyoruz", ("Biz ve iş ortaklarımız, çerezler aracılığıyla "
            "kişisel verilerinizi işliyoruz. Çerez tercihlerinizi ve gizlilik politikamızı "
            "inceleyebilirsiniz."), ("Tümünü kabul et", "Ayarlar")),),
    "de": (("Mit Werbung weiterlesen", ("Besuchen Sie uns wie gewohnt mit Werbung und Tracking. "
            "Ihre Einwilligung in Cookies und die Verarbeitung personenbezogener Daten können Sie "
            "in der Datenschutzerklärung jederzeit widerrufen."),
            ("Akzeptieren und weiter", "Zum Abo")),),
    "fr": (("Votre vie privée nous importe", ("Avec votre consentement, nos partenaires et nous "
            "utilisons des cookies pour traiter des données personnelles, mesurer les publicités "
            "et leurs contenus. Notre politique de confidentialité dit le reste."),
            ("Accepter et fermer", "Paramétrer")),),
}  # fmt: skip

#: What stands between a reader and the rest of an article, by language.
WALLS: dict[str, tuple[str, ...]] = {
    "en": ("Subscribe to continue reading", "This article is for subscribers only. Log in.",
           "To continue reading, start your free trial."),
    "ru": ("Чтобы читать дальше, оформите подписку", "Материал доступен только по подписке."),
    "az": ("Oxumaq üçün abunə olun", "Bu məqalə yalnız abunəçilər üçündür."),
    "tr": ("Okumaya devam etmek için abone olun", "Bu içerik yalnızca abonelere özel."),
    "de": ("Jetzt weiterlesen mit dem Probeabo", "Dieser Artikel ist nur für Abonnenten."),
    "fr": ("Cet article est réservé aux abonnés", "Abonnez-vous pour lire la suite"),
}  # fmt: skip

#: Title of a page of results, its address, and what it says when there are none.
SEARCHES: dict[str, tuple[str, str, str]] = {
    "en": ("Search results for “ferry”", "/search?q=ferry", "Your search did not match anything."),
    "ru": ("Результаты поиска: паром", "/search/?text=паром", "По вашему запросу нет материалов."),
    "az": ("Axtarış nəticələri: bərə", "/axtar?q=bərə", "Heç bir nəticə yoxdur."),
    "tr": ("“vapur” için arama sonuçları", "/ara/?q=vapur", "Kayıt yok."),
}

#: Heading and last part of the address of a page about the site, by language.
STATICS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (("About Us", "about-us"), ("Contact", "contact"), ("Privacy Policy", "privacy-policy"),
           ("Terms of Use", "terms"), ("Advertise with us", "advertise")),
    "ru": (("О редакции", "about"), ("Контакты", "contacts"),
           ("Политика конфиденциальности", "privacy"), ("Рекламодателям", "adv")),
    "az": (("Haqqımızda", "haqqimizda"), ("Əlaqə", "elaqe"), ("Məxfilik siyasəti", "page-4")),
    "tr": (("Künye", "kunye"), ("İletişim", "iletisim"), ("Gizlilik Politikası", "gizlilik")),
    "de": (("Impressum", "impressum"), ("Datenschutzerklärung", "datenschutz")),
    "fr": (("Qui sommes-nous ?", "qui-sommes-nous"), ("Mentions légales", "mentions-legales")),
}  # fmt: skip

#: Title of a page of comments, and what readers write, by language.
REMARKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "en": ("Comments on: {}", ("I have read the whole thing twice and still do not see who pays.",
           "Thank you for writing about this, nobody else in the region does it so calmly.",
           "My cousin works there and says that it is all quite different from the inside.")),
    "ru": ("Комментарии: {}", ("Прочитал дважды и так и не понял, кто за всё это заплатит.",
           "Спасибо, что пишете об этом спокойно, у других одни крики.",
           "У меня там работает брат, говорит, что изнутри всё совсем иначе.")),
    "az": ("Şərhlər: {}", ("İki dəfə oxudum, yenə başa düşmədim ki, bunun pulunu kim verəcək.",
           "Bu barədə sakit yazdığınız üçün sağ olun, başqaları yalnız qışqırır.",
           "Əmioğlum orada işləyir, deyir ki, içəridən hər şey tam başqadır.")),
    "tr": ("Yorumlar: {}", ("İki kere okudum, parayı kimin ödeyeceğini hâlâ anlamadım.",
           "Bunu sakin sakin yazdığınız için sağ olun, başkaları yalnızca bağırıyor.",
           "Kuzenim orada çalışıyor, içeriden her şey çok başka görünüyormuş.")),
}  # fmt: skip

#: Word for a gallery and for a video, and the text under the latter, by language.
GALLERIES: dict[str, tuple[str, str, str]] = {
    "en": ("In pictures", "Video", "Watch the report of our correspondent."),
    "ru": ("Фоторепортаж", "Видео", "Смотрите сюжет нашего корреспондента."),
    "az": ("Fotolar", "Video", "Müxbirimizin reportajına baxın."),
    "tr": ("Foto galeri", "Video", "Muhabirimizin haberini izleyin."),
}

#: Title of a live blog, by language.
LIVES: dict[str, str] = {
    "en": "{}: live updates", "ru": "{}. Онлайн-трансляция",
    "az": "{} - dəqiqə-dəqiqə", "tr": "{} - canlı anlatım",
}  # fmt: skip
