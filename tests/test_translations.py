"""Hints that pages are one text in two languages: by what they say, and never by names alone."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any

import pytest

from ingest.cli import main
from ingest.config import load_settings
from ingest.corpus.translations import COMMON
from ingest.extract import read_page
from ingest.intake import Intake
from ingest.items import SeedDocument, SeedSet
from ingest.translating import tell_seed
from ingest.translations import Clues, Hint, Wording, clues_of, is_translation, read_names
from tests.postgres import corpus_at
from tests.rows import NOW, article, fetched, gated
from tests.test_intake import Facts, WordTopic, dated, prose, read
from tests.translated import DAY, OTHER_HAND, REPORT, page_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LANGUAGES = tuple(REPORT)
SITE = {language: f"https://meridian.test/{language}/three-editors-released" for language in REPORT}
PHOTO = "https://cdn.meridian.test/2025/07/court-{0}.jpg?w={0}"


def wording(language: str, clues: Clues = Clues(), **more: Any) -> Wording:  # noqa: B008  # frozen
    text = "\n".join(REPORT[language][1])
    key = f"{language}.test/report"
    facts: dict[str, Any] = {
        "key": key, "keys": frozenset({key}), "language": language, "published": None,
        "clues": clues, "said": read_names(text, language),
    }  # fmt: skip
    return Wording(**(facts | more))


def strange(language: str, clues: Clues = Clues(), **more: Any) -> Wording:  # noqa: B008  # frozen
    """A text on the same matter by another hand."""
    return wording(language, clues, said=read_names("\n".join(OTHER_HAND[1]), language), **more)


def named(*languages: str) -> Clues:
    return Clues(alternates=frozenset(f"{language}.test/report" for language in languages))


@pytest.mark.parametrize(("one", "other"), list(combinations(LANGUAGES, 2)))
def test_pages_that_name_each_other_as_editions_are_hinted_at(one: str, other: str) -> None:
    a, b = wording(one, named(other)), wording(other, named(one))

    hint = is_translation(a, b)

    assert hint is not None
    assert hint == is_translation(b, a)
    assert hint.score > 0.9
    assert "each page names the other" in hint.evidence
    assert "5 of 5 figures" in hint.evidence


def test_names_and_figures_raise_a_hint_and_lower_it() -> None:
    alike = is_translation(wording("en", named("ru")), wording("ru"))
    unlike = is_translation(wording("en", named("ru")), strange("ru"))

    assert alike is not None
    assert unlike is not None
    assert unlike.score < 0.7
    assert alike.score > 0.8
    assert unlike.evidence == (
        "the page in en names the one in ru as its edition (hreflang); 4 of 8 names in common"
    )


def test_mark_with_a_link_is_a_ground() -> None:
    hint = is_translation(
        wording("tr", Clues(sources=frozenset({"az.test/report"}))), wording("az")
    )

    assert hint is not None
    assert "the page in tr says it is a translation and links to the one in az" in hint.evidence


def test_picture_alone_needs_names_and_figures_beside_it() -> None:
    shown = Clues(picture="cdn.test/court.jpg")
    alike = is_translation(wording("en", shown), wording("ru", shown))

    assert alike is not None
    assert 0.5 < alike.score < 0.7
    assert is_translation(wording("en", shown), strange("ru", shown)) is None


def test_old_picture_is_none() -> None:
    shown = Clues(picture="cdn.test/court.jpg")
    later = DAY + timedelta(days=60)

    assert is_translation(
        wording("en", shown, published=DAY), wording("ru", shown, published=later)
    ) is None  # fmt: skip


@pytest.mark.parametrize(("one", "other"), list(combinations(("en", "ru", "az", "tr", "ka"), 2)))
def test_names_alone_are_enough_only_within_three_days(one: str, other: str) -> None:
    a, soon = wording(one, published=DAY), wording(other, published=DAY + timedelta(days=2))
    late, undated = wording(other, published=DAY + timedelta(days=5)), wording(other)

    hint = is_translation(a, soon)

    assert hint is not None
    assert hint.score <= 0.55
    assert "within three days" in hint.evidence
    assert is_translation(a, late) is None
    assert is_translation(a, undated) is None


@pytest.mark.parametrize("language", ["en", "az", "tr", "de", "ka"])
def test_the_same_matter_by_another_hand_is_no_translation(language: str) -> None:
    assert is_translation(wording(language, published=DAY), strange("ru", published=DAY)) is None


def test_texts_in_one_language_or_at_one_address_are_no_translations() -> None:
    en, ru = wording("en", named("ru")), wording("ru", named("en"))

    assert is_translation(en, replace(ru, language="en")) is None
    assert is_translation(en, replace(ru, language=None)) is None
    assert is_translation(en, replace(ru, keys=ru.keys | en.keys)) is None


@pytest.mark.parametrize(
    "line",
    [
        "Translated from Azerbaijani by N. N.: original", "Перевод с азербайджанского: original",
        "Tərcümə: original", "Bu yazının çevirisi: original", "Aus dem Azeri übersetzt: original",
        "თარგმანი: original", "Թարգմանությունը՝ original", "Traduit de l'azéri : original",
    ],
)  # fmt: skip
def test_link_beside_a_mark_of_translation_is_a_clue(line: str) -> None:
    text = f"A paragraph with a link to elsewhere.\n{line}"
    links = (("https://az.test/a?utm_source=x", "original"), ("https://z.test/", "elsewhere"))

    found = clues_of(article("https://en.test/a", text, links=links), "en.test/a", ())

    assert found.sources == {"az.test/a"}


def test_alternates_are_other_articles_and_no_front_pages() -> None:
    own = "https://meridian.test/en/three-editors-released"
    stated = [own, SITE["ru"], "https://meridian.test/az/", "https://meridian.test/"]

    found = clues_of(article(own, "Text."), "meridian.test/en/three-editors-released", stated)

    assert found.alternates == {"meridian.test/ru/three-editors-released"}


def open_desk(path: Path, *, seed: SeedDocument | None = None, word: str = "") -> Intake:
    """An intake for which everything is on topic that has a word in it."""
    corpus = corpus_at(path)
    corpus.sync_seeds(SeedSet(documents=(seed,) if seed else (), digest="1"))
    run = corpus.start_run(spider="feeds", trigger="command", version="test", now=NOW)
    settings = load_settings(path.parent, {})
    return Intake(corpus, Facts(WordTopic(word), {}), settings, run)  # type: ignore[arg-type]  # the seam


def report_seed() -> SeedDocument:
    title, paragraphs = REPORT["en"]
    text = "\n".join(paragraphs)
    return SeedDocument(
        id=1, file="one.txt", raw=text, title=title, text=text, language="en",
        published=DAY, sha256="0",
    )  # fmt: skip


def take_html(desk: Intake, url: str, html: bytes) -> None:
    desk.corpus.offer([gated(url)], run=desk.run, now=NOW)
    page = desk.corpus._value("SELECT id FROM pages WHERE url = ?", (url,))
    desk.take_page(fetched(page, url, body=html), read_page(html, url, None, "text/html", now=NOW))


def hints(desk: Intake) -> set[tuple[frozenset[str], float, str]]:
    return {
        (frozenset({row["url"], row["other_url"] or f"seed {row['seed']}"}), row["score"],
         row["evidence"])
        for row in desk.corpus._rows("SELECT * FROM translation_hints")
    }  # fmt: skip


def pages_of_the_web() -> dict[str, bytes]:
    """Editions that name each other, one elsewhere by its picture, and a text by another hand."""
    editions = {language: SITE[language] for language in ("en", "ru", "az")}
    found = {
        SITE[language]: page_of(
            *REPORT[language], language=language, alternates=editions, picture=PHOTO.format(640)
        )
        for language in editions
    }
    found["https://bosfor.test/uc-editor-serbest"] = page_of(
        *REPORT["tr"], language="tr", picture=PHOTO.format(1200)
    )
    found["https://ural.test/svoboda-bez-tochki"] = page_of(
        *OTHER_HAND, language="ru", picture="https://ural.test/own.jpg"
    )
    return found


def test_hints_do_not_depend_on_the_order_of_arrival(tmp_path: Path) -> None:
    web = pages_of_the_web()
    orders = random.Random(1).sample(list(permutations(web)), 6)
    found = []
    for number, order in enumerate(orders):
        desk = open_desk(tmp_path / f"{number}.db")
        for url in order:
            take_html(desk, url, web[url])
        found.append(hints(desk))

    tied = {pair for pair, _, _ in found[0]}
    assert tied == {frozenset(pair) for pair in combinations([*web][:4], 2)}
    assert all(one == found[0] for one in found)


def test_seed_in_another_language_is_hinted_at_by_names_and_days(tmp_path: Path) -> None:
    desk = open_desk(tmp_path / "corpus.db", seed=report_seed())

    take_html(desk, SITE["ru"], page_of(*REPORT["ru"], language="ru"))
    month_before = DAY - timedelta(days=30)
    take_html(desk, SITE["az"], page_of(*REPORT["az"], language="az", published=month_before))

    assert [(pair, evidence) for pair, _, evidence in hints(desk)] == [
        (
            frozenset({SITE["ru"], "seed 1"}),
            "published within three days; 19 of 22 names and 5 of 5 figures in common",
        )
    ]


def test_seed_that_comes_after_the_pages_has_the_same_hints(tmp_path: Path) -> None:
    first, last = (open_desk(tmp_path / name, seed=report_seed()) for name in ("a.db", "b.db"))
    for desk in (first, last):
        take_html(desk, SITE["ru"], page_of(*REPORT["ru"], language="ru"))
    before = hints(last)

    with last.corpus.transaction():
        last.corpus.drop_seed_hints(1)
        assert hints(last) == set()
        tell_seed(last.corpus, 1)

    assert before == hints(last) == hints(first)


def test_hint_goes_with_the_wording_that_gave_it(tmp_path: Path) -> None:
    desk = open_desk(tmp_path / "corpus.db")
    editions = {language: SITE[language] for language in ("en", "ru")}
    for language in editions:
        take_html(desk, SITE[language],
                  page_of(*REPORT[language], language=language, alternates=editions))  # fmt: skip
    assert len(hints(desk)) == 1

    both_english = page_of(*REPORT["en"], language="en")
    take_html(desk, SITE["ru"], both_english)

    assert hints(desk) == set()


def take_pictured(desk: Intake, numbers: Iterable[int]) -> None:
    """Pages in two languages by turns, by other hands, that show one stock picture."""
    for number in numbers:
        one = dated(f"https://outlet{number}.test/a", prose(number, 12), 2, language="en")
        language = "en" if number % 2 else "fr"
        take_read(desk, replace(one, language=language, picture=PHOTO.format(640)))


def take_read(desk: Intake, one: Any) -> None:
    desk.corpus.offer([gated(one.url)], run=desk.run, now=NOW)
    page = desk.corpus._value("SELECT id FROM pages WHERE url = ?", (one.url,))
    desk.take_page(fetched(page, one.url), read(one))


def test_picture_that_too_many_show_tells_nothing_whoever_came_first(tmp_path: Path) -> None:
    few, many = open_desk(tmp_path / "few.db"), open_desk(tmp_path / "many.db")

    take_pictured(few, range(1, 4))
    assert len(hints(few)) == 2
    take_pictured(many, range(1, COMMON + 2))

    assert hints(many) == set()


@pytest.mark.parametrize("order", [("en", "ru"), ("ru", "en")])
def test_page_off_topic_says_which_article_it_may_translate(
    tmp_path: Path, order: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    editions = {language: SITE[language] for language in order}
    (tmp_path / "seedbed.toml").touch()
    desk = open_desk(tmp_path / "corpus.db", word="lawyer")
    for language in order:
        title, text = REPORT[language]
        near = [*text, "Caspian"] if language == "ru" else text  # enough to be stored
        html = page_of(title, near, language=language, alternates=editions, picture=PHOTO)
        take_html(desk, SITE[language], html)
    desk.corpus.close()

    def why(url: str) -> str:
        assert main(["-w", str(tmp_path), "why", url]) == 0
        return " ".join(capsys.readouterr().out.split())

    assert "off-topic: relevance 0.40, below the cut 0.50; it shares nothing; " in why(SITE["ru"])
    assert (
        "may be a translation of article 1 (each page names the other as its edition (hreflang); "
        "the same lead picture; 19 of 22 names"
    ) in why(SITE["ru"])
    assert "translation" not in why(SITE["en"])


def test_hint_says_how_strong_it_is() -> None:
    hint = is_translation(wording("en", named("ru")), wording("ru", named("en")))

    assert isinstance(hint, Hint)
    assert 0 <= hint.score <= 1
