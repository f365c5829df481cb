from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ingest.extract import read_page
from ingest.items import Article, Kind, Reason, Rejection, Stage
from ingest.quality import PageSignals, assess, count_words, shown_before_wall

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BRIEF = (
    "The harbour board agreed on Monday to mend the pier before winter. The work begins next week "
    "and will close the north side to boats for ten days.\n"
    "Petra Lindqvist, who speaks for the crews, said that the island would manage. The ferry will "
    "land at the old slip instead, and the school run keeps its hours as before, she added."
)
LONG = "\n".join([BRIEF] * 5)
MENU = " ".join(f"Menu entry number {number}" for number in range(60))


def article(text: str) -> Article:
    return Article(url="https://herald.test/a", title="A title", text=text)


def signals(text: str = "", visible: str = "", **more: object) -> PageSignals:
    base = PageSignals(
        visible=visible or f"{MENU} {text}", prose_words=count_words(text), path="/2025/a-story"
    )
    return replace(base, **more)  # type: ignore[arg-type]  # fields of PageSignals


def reason_of(text: str, given: PageSignals, status: int = 200) -> Reason | None:
    found = assess(article(text) if text else None, given, status)
    if not isinstance(found, Rejection):
        return None
    assert found.stage is Stage.QUALITY
    assert found.detail
    return found.reason


def kind_of(text: str, given: PageSignals) -> Kind | None:
    found = assess(article(text) if text else None, given)
    return None if isinstance(found, Rejection) else found


def test_a_brief_of_sixty_words_is_an_article_beside_a_long_ticker() -> None:
    assert count_words(BRIEF) == 61
    assert reason_of(BRIEF, signals(BRIEF, links=90, headline_links=50)) is None


def test_a_brief_is_an_article_even_with_teasers_beneath() -> None:
    given = signals(BRIEF, cards=6, listed_share=0.6, headline_links=12)

    assert reason_of(BRIEF, given) is None


@pytest.mark.parametrize(
    "given",
    [
        signals("", cards=12, listed_share=0.95, prose_words=10),
        signals("", cards=12, listed_share=0.7, prose_words=80, path="/tag/ferries/"),
        signals("", cards=12, listed_share=0.7, prose_words=80, kinds=("CollectionPage",)),
    ],
)
def test_a_page_of_teasers_is_a_list(given: PageSignals) -> None:
    assert reason_of(LONG, given) is Reason.LIST


def test_a_thin_section_page_is_a_list_and_a_marked_article_is_not() -> None:
    given = signals(BRIEF, headline_links=40, path="/category/world/")

    assert reason_of(BRIEF, given) is Reason.LIST
    assert reason_of(BRIEF, replace(given, page_type="article")) is None
    assert reason_of(BRIEF, replace(given, kinds=("NewsArticle",))) is None


def test_a_ranking_with_prose_is_an_article_though_made_of_cards() -> None:
    given = signals(LONG, cards=10, listed_share=0.8, prose_words=130)

    assert reason_of(LONG, given) is None


@pytest.mark.parametrize(
    "heading",
    [
        "Page not found",
        "Sorry, this article could not be found",
        "Error 404",
        "Страница не найдена",
        "СТРАНИЦА НЕ НАЙДЕНА!",
        "Səhifə tapılmadı",
        "Sayfa Bulunamadı",
        "SAYFA BULUNAMADI",
        "Seite nicht gefunden",
        "Página no encontrada",
        "Page introuvable",
        "Сторінку не знайдено",
    ],
)
def test_an_error_page_with_status_200_is_a_soft_404(heading: str) -> None:
    assert reason_of(BRIEF, signals(BRIEF, heading=heading)) is Reason.SOFT_404


@pytest.mark.parametrize("title", ["404 | Herald", "Not found - Herald", "Oops! | Herald"])
def test_a_title_that_says_only_not_found_is_a_soft_404(title: str) -> None:
    assert reason_of("", signals("", title=title)) is Reason.SOFT_404


def test_a_story_in_which_something_was_not_found_is_an_article() -> None:
    given = signals(BRIEF, heading="Body of missing diver not found", title="Diver not found yet")

    assert reason_of(BRIEF, given) is None


@pytest.mark.parametrize(
    "told",
    [
        "Verify you are human by completing the action below",
        "Checking if the site connection is secure",
        "Проверка браузера перед входом на сайт",
        "Подтвердите, что запросы отправляли вы, а не робот",
        "Robot olmadığınızı doğrulayın",
        "ROBOT OLMADIĞINIZI DOĞRULAYIN",
        "Robot deyilsiniz? Davam edin",
        "Ich bin kein Roboter",
        "Перевірка браузера",
    ],
)
def test_a_gate_before_the_page_is_a_challenge(told: str) -> None:
    assert reason_of("", signals("", visible=told)) is Reason.CHALLENGE
    assert reason_of("", signals("", visible=told), 403) is Reason.CHALLENGE


def test_a_challenge_script_on_an_ordinary_page_means_nothing() -> None:
    given = signals(LONG, challenge_mark="/cdn-cgi/challenge-platform")

    assert reason_of(LONG, given) is None
    assert reason_of(BRIEF, replace(given, prose_words=60)) is None


def test_a_short_story_about_denied_access_is_an_article() -> None:
    given = signals(BRIEF, heading="Access denied to observers at the border", page_type="article")

    assert reason_of(BRIEF, given) is None


def test_an_error_status_is_an_http_error() -> None:
    rejection = assess(article(LONG), signals(LONG), 503)

    assert isinstance(rejection, Rejection)
    assert rejection.reason is Reason.HTTP_ERROR
    assert rejection.detail == "status 503"


JAPANESE = (
    "昨年の元日に起きた地震を受け、救出活動に不可欠な通信環境の整備が全国で進められる中、"
    "警察無線の不感地帯の解消が図られた。万一に備え、今後も改善を図るという。"
)
CONSENT = {
    "en": ("We and our 214 partners store cookies to show personalised advertising.", "Accept all"),
    "ru": ("Файлы cookie, персональные данные, ваше согласие и конфиденциальность.", "Принять"),
    "tr": ("Çerezleri ve kişisel verileri gizlilik politikamıza göre işliyoruz.", "Kabul et"),
    "az": ("Kukilərdən istifadə edirik, şəxsi məlumatlar məxfilik qaydalarına uyğun saxlanılır.",
           "Razıyam"),
    "de": ("Mit Ihrer Einwilligung setzen wir und 12 Partner Cookies für Werbung.", "Zustimmen"),
}  # fmt: skip


@pytest.mark.parametrize("language", CONSENT)
def test_a_wall_of_consent_is_no_article(language: str) -> None:
    told, button = CONSENT[language]
    given = signals(told, buttons=(button.lower(),))

    assert reason_of(told, given) is Reason.CONSENT
    assert reason_of(told, replace(given, buttons=("menu",))) is not Reason.CONSENT


def test_a_brief_under_a_cookie_bar_is_an_article() -> None:
    bar = "We use cookies. By staying you consent to our privacy policy and our partners."
    given = signals(BRIEF, visible=f"{MENU} {BRIEF} {bar}", buttons=("accept all",))

    assert reason_of(BRIEF, given) is None


def test_a_long_story_about_cookies_is_an_article() -> None:
    story = "\n".join([f"The court ruled on cookies and consent. {BRIEF}"] * 5)

    assert reason_of(story, signals(story, buttons=("accept all",))) is None


@pytest.mark.parametrize(
    "wish",
    [
        "Subscribe to continue reading",
        "Эта статья доступна только по подписке",
        "Чтобы продолжить чтение, оформите подписку",
        "Bu içerik yalnızca abonelere özel",
        "Yalnız abunəçilər üçün",
        "Nur für Abonnenten",
        "Réservé aux abonnés",
    ],
)
def test_what_stands_before_a_paywall_is_a_stub(wish: str) -> None:
    given = signals(BRIEF, visible=f"{MENU} {BRIEF} {wish}", heading="The pier")

    assert kind_of(BRIEF, replace(given, has_paywall_box=True)) is Kind.STUB
    assert kind_of(BRIEF, replace(given, is_free=False)) is Kind.STUB
    assert kind_of(f"{BRIEF}\n{wish}", given) is Kind.STUB
    assert kind_of(BRIEF, given) is Kind.ARTICLE  # the wish alone is in many a page's head
    assert shown_before_wall(f"{BRIEF}\n{wish}", given) == BRIEF


def test_a_whole_brief_marked_as_paid_is_an_article() -> None:
    assert kind_of(BRIEF, signals(BRIEF, is_free=False)) is Kind.ARTICLE
    cut = f"{BRIEF[:-1]}…"
    assert kind_of(cut, signals(cut, is_free=False, title="The pier")) is Kind.STUB


def test_a_stub_is_shorter_than_an_article_may_be_and_a_bare_wall_is_none() -> None:
    wish = "Subscribe to continue reading"
    walled = signals("", visible=f"{MENU} {wish}", heading="The pier", has_paywall_box=True)
    told = replace(walled, standfirst="Why the board cut the boats.")

    assert kind_of("", told) is Kind.STUB
    assert shown_before_wall("", told) == told.standfirst
    assert kind_of("The board met in haste.", walled) is Kind.STUB
    assert reason_of("", walled) is Reason.PAYWALL
    assert reason_of(wish, walled) is Reason.PAYWALL
    assert reason_of(wish, replace(told, heading="")) is Reason.PAYWALL


def test_a_live_blog_is_an_article_and_says_so() -> None:
    live = signals(LONG, heading="Pier vote: live updates", times=6)

    assert kind_of(LONG, live) is Kind.LIVE
    assert kind_of(LONG, signals(LONG, kinds=("LiveBlogPosting",))) is Kind.LIVE
    assert kind_of(LONG, replace(live, times=1)) is Kind.ARTICLE
    assert kind_of(LONG, replace(live, heading="Where to live by the sea")) is Kind.ARTICLE


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.NO_TEXT),
        ("One line of a caption that is much too short to be a story.", Reason.TOO_SHORT),
        ("\n".join(["Short line"] * 20), Reason.LIST),
        (JAPANESE, None),
    ],
)  # fmt: skip
def test_length_is_counted_in_words_of_prose(text: str, reason: Reason | None) -> None:
    prose = 0 if reason is Reason.LIST else count_words(text)

    assert reason_of(text, signals(text, prose_words=prose)) is reason


def test_a_page_that_asks_for_scripts_has_no_text() -> None:
    rejection = assess(None, signals("", visible="Please enable JavaScript to run this app"))

    assert isinstance(rejection, Rejection)
    assert rejection.reason is Reason.NO_TEXT
    assert "enable javascript" in rejection.detail


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("About us", "/about/"),
        ("Контакты", "/kontakty"),
        ("Haqqımızda", "/haqqimizda"),
        ("Künye", "/sayfa/kunye.html"),
        ("Impressum", "/impressum"),
        ("Mentions légales", "/mentions-legales"),
        ("Privacy Policy", "/p/17"),
        ("The people behind the paper", "/about-us"),
    ],
)
def test_a_page_of_a_site_about_itself_is_no_article(heading: str, path: str) -> None:
    given = signals(LONG, heading=heading, path=path)

    assert reason_of(LONG, given) is Reason.STATIC
    assert reason_of(LONG, replace(given, kinds=("NewsArticle",))) is None


def test_a_story_filed_under_about_is_an_article() -> None:
    given = signals(LONG, heading="The harbour board explains itself", path="/about/pier-vote")

    assert reason_of(LONG, given) is None
    assert reason_of(LONG, replace(given, path="/about", is_dated=True)) is None


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        ("Search results for: ferry", "/?s=ferry"),
        ("Результаты поиска", "/poisk?text=паром"),
        ("Axtarış nəticələri", "/axtar/?q=bərə"),
        ("Arama sonuçları", "/arama?q=vapur"),
        ("Suchergebnisse für Fähre", "/suche?q=faehre"),
        ("Résultats de recherche", "/recherche?q=bac"),
    ],
)
def test_results_of_a_search_are_no_article_found_or_not(heading: str, path: str) -> None:
    given = signals(BRIEF, heading=heading, path=path, headline_links=12)

    assert reason_of(BRIEF, given) is Reason.SEARCH
    assert reason_of("", replace(given, headline_links=0)) is Reason.SEARCH


@pytest.mark.parametrize("heading", ["Search for missing crew goes on", "Arama kurtarma sürüyor"])
def test_a_story_of_a_search_is_an_article(heading: str) -> None:
    assert reason_of(BRIEF, signals(BRIEF, heading=heading, headline_links=12)) is None


def test_captions_are_no_report_and_a_report_with_pictures_is_one() -> None:
    gallery = signals(LONG, path="/photo/regatta", pictures=12, kinds=("ImageGallery",))

    assert reason_of(LONG, gallery) is Reason.MEDIA
    assert reason_of(LONG, replace(gallery, pictures=2)) is None
    assert reason_of(BRIEF, signals(BRIEF, path="/video/1", prose_words=20)) is Reason.MEDIA
    assert reason_of(BRIEF, signals(BRIEF, path="/video/1")) is None


def test_a_page_of_comments_is_none_unless_its_article_is_there() -> None:
    given = signals(BRIEF, path="/a-story/comments", comment_words=300, comment_share=0.9)

    assert reason_of(BRIEF, given) is Reason.COMMENTS
    assert reason_of(LONG, replace(given, comment_share=0.2)) is None


@pytest.mark.parametrize(
    "told",
    [
        "502 Bad Gateway",
        "Error establishing a database connection",
        "Сайт временно недоступен",
        "Saytda texniki işlər aparılır",
        "Bakım çalışması nedeniyle kapalıyız",
        "Wegen Wartungsarbeiten geschlossen",
        "Site en maintenance",
    ],
)
def test_a_server_out_of_order_is_an_error_whatever_its_status(told: str) -> None:
    assert reason_of("", signals("", visible=told)) is Reason.HTTP_ERROR


def read(body: str, path: str = "2025/a-story") -> Reason | None:
    """Why a page is refused; None: it is not."""
    html = f"<html><head><title>The Herald</title></head><body>{body}</body></html>"
    found = read_page(html.encode(), f"https://herald.test/{path}", None, None, now=NOW)
    return found.rejection.reason if found.rejection else None


ANSWERS = "".join(
    f"<p><b>Does gate {n} of the pier open in week {n}?</b></p><p>Yes, on the day after.</p>"
    for n in range(12)
)
VERSE = "<br>".join(
    f"The gulls of night {n} are gone from the wall,<br>and nobody counts wave {n} at all"
    for n in range(8)
)


@pytest.mark.parametrize(
    ("heading", "body", "path"),
    [
        ("Twelve questions about the pier", ANSWERS, "2025/questions"),
        ("Questions of spring", ANSWERS, "answers?q=does-gate-one-open"),
        ("Search: twelve questions", ANSWERS, "2025/questions"),
        ("The pier in winter", f"<p>{VERSE}</p>", "2025/a-poem"),
        ("Search: a poem", f"<p>{VERSE}</p>", "2025/a-poem"),
    ],
)
def test_questions_and_verse_are_no_list_and_no_search(heading: str, body: str, path: str) -> None:
    links = "".join(f"<a href='/{n}'>Ferries will call at north quay {n}</a>" for n in range(4))

    assert read(f"<article><h1>{heading}</h1>{body}</article><nav>{links}</nav>", path) is None


def test_short_lines_of_a_menu_are_still_a_list() -> None:
    lines = "".join(f"<p>Piers of the north, part {n}</p>" for n in range(24))

    assert read(f"<div><h1>The north of the island</h1>{lines}</div>") is Reason.LIST


@pytest.mark.parametrize(
    ("heading", "button"),
    [("We value your privacy", "Agree and close"), ("Мы используем файлы cookie", "Принять"),
     ("Gizliliğinize önem veriyoruz", "Kabul et"), ("Wir verwenden Cookies", "Akzeptieren")],
)  # fmt: skip
def test_a_wall_that_says_little_is_one_of_consent(heading: str, button: str) -> None:
    wall = f"<div><h2>{heading}</h2><p>You choose.</p><button>{button}</button></div>"
    brief = "".join(f"<p>{line}</p>" for line in BRIEF.split("\n"))

    assert read(wall) is Reason.CONSENT
    assert read(f"<article><h1>The pier</h1>{brief}</article>{wall}") is None


def test_a_gallery_of_captions_is_media_by_what_it_shows() -> None:
    shown = "".join(
        f"<figure><img src='{n}.jpg'><figcaption>Gulls at the pier, day {n}.</figcaption></figure>"
        for n in range(8)
    )
    brief = "".join(f"<p>{line}</p>" for line in LONG.split("\n"))

    assert read(f"<h1>Winter on the pier</h1>{shown}") is Reason.MEDIA
    assert read(f"<article><h1>Winter on the pier</h1>{brief}{shown}</article>") is None
