"""The filter of raw bytes: letters however they are written, and what it costs in recall."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.archives import EVAL, Recall, measure_words
from ingest.archives.words import RawWords
from ingest.seedset import load_seed_set
from ingest.topic import Topic, learn_topic

ROOT = Path(__file__).parents[1]
TEXT = "Переговоры: Азербайджан и Россия. Алиев встретился с Путиным в Баку. " * 3
OTHER = "В Риме снова играли в футбол, и болельщики были довольны. " * 5


@pytest.fixture(scope="module")
def topic() -> Topic:
    return learn_topic(load_seed_set(ROOT / "seeds"))


@pytest.fixture(scope="module")
def raw(topic: Topic) -> RawWords:
    return RawWords.of(topic)


def as_page(text: str, charset: str = "") -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<html><head>{meta}</head><body><p>«{text}»</p></body></html>"


def numbered(text: str) -> str:
    return "".join(f"&#{ord(one)};" if ord(one) > 127 else one for one in text)


def hexed(text: str) -> str:
    return "".join(f"&#x{ord(one):X};" if ord(one) > 127 else one for one in text)


WAYS = {
    "utf-8": lambda text: as_page(text).encode(),
    "cp1251, declared": lambda text: as_page(text, "windows-1251").encode("cp1251"),
    "cp1251, undeclared": lambda text: as_page(text).encode("cp1251"),
    "cp1251, declared as utf-8": lambda text: as_page(text, "utf-8").encode("cp1251"),
    "koi8-r, declared": lambda text: as_page(text, "koi8-r").encode("koi8-r", "ignore"),
    "utf-16 with mark": lambda text: as_page(text).encode("utf-16"),
    "utf-16-le without": lambda text: as_page(text).encode("utf-16-le"),
    "utf-16-be without": lambda text: as_page(text).encode("utf-16-be"),
    "utf-8 cut in a letter": lambda text: as_page(text).encode() + "я".encode()[:1],
    "numbers": lambda text: numbered(as_page(text)).encode(),
    "hexadecimal": lambda text: hexed(as_page(text)).encode(),
    "JSON": lambda text: f"<script>{json.dumps({'articleBody': text})}</script>".encode(),
    "percents": lambda text: f"<a href='/{quote(text)}'>x</a>".encode(),
}


@pytest.mark.parametrize("way", WAYS)
def test_words_are_found_however_their_letters_are_written(raw: RawWords, way: str) -> None:
    assert raw.is_in(WAYS[way](TEXT))
    assert not raw.is_in(WAYS[way](OTHER))


def test_a_charset_of_the_response_is_believed(raw: RawWords) -> None:
    assert raw.is_in(as_page(TEXT).encode("koi8-r", "ignore"), charset="koi8-r")


def test_the_address_counts(raw: RawWords) -> None:
    assert raw.is_in(b"<html>", url=f"http://n.test/{quote('Азербайджан-Россия')}/x")


@given(st.binary(max_size=500), st.text(max_size=20), st.text(max_size=30))
def test_whatever_the_bytes_are_there_is_an_answer(
    raw: RawWords, body: bytes, charset: str, url: str
) -> None:
    assert raw.is_in(body, charset=charset, url=url) in (True, False)


def test_every_article_of_the_story_passes_in_six_languages(topic: Topic, raw: RawWords) -> None:
    gold = (ROOT / "benchmarks" / "gold" / "caucasus.jsonl").read_text("utf-8").splitlines()
    articles = [one for one in map(json.loads, gold) if one["kind"] == "article"]
    related = [one for one in articles if one["related"]]
    kept = [one for one in articles if topic.score(one["title"], one["text"]).is_related]

    assert len(related) == 24
    for one in [*related, *kept]:
        assert raw.is_in(escape(f"{one['title']}\n{one['text']}").encode()), one["id"]


@pytest.mark.skipif(not EVAL.exists(), reason="the evaluation texts are no part of the project")
def test_the_filter_loses_next_to_nothing_that_the_full_path_keeps() -> None:
    found = measure_words(["mosul"], every=20)["mosul"]

    assert isinstance(found, Recall)
    assert found.kept_passed >= 0.98 * found.kept > 0
    assert found.unrelated_passed <= 0.25 * found.unrelated
