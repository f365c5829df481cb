"""Made webs taken in in other orders: what a reader sees must be the same, and add up."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from ingest.items import Kind
from tests.rows import article
from tests.test_intake import SEED_TEXT, dated, open_intake, prose, take

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.corpus import Corpus
    from ingest.items import Article

_CLAIMED = "http://a.test/2019/terms-of-service"
#: What a reader sees, with addresses for numbers: these are given in order of arrival.
_SEEN = {
    "articles": """SELECT a.url, a.title, a.copies, a.published, a.lead, a.why, a.text, a.outlet,
      a.relevance, p.url AS page FROM articles a JOIN pages p ON p.id = a.page ORDER BY p.url""",
    "copies": """SELECT p.url AS page, c.title, c.published, c.relation, c.similarity, c.passage,
      c.passage_start, c.passage_end, c.original_start, c.original_end, c.hours_later, c.seed,
      q.url AS leader FROM copies c JOIN pages p ON p.id = c.page
      LEFT JOIN articles a ON a.id = c.article LEFT JOIN pages q ON q.id = a.page
      ORDER BY p.url, q.url, c.seed""",
    "pages": """SELECT p.key, p.outcome, p.reason, q.url AS leader FROM pages p
      LEFT JOIN articles a ON a.id = p.article LEFT JOIN pages q ON q.id = a.page ORDER BY p.key""",
    "doubted": "SELECT DISTINCT key FROM doubted_claims ORDER BY key",
}
#: What must never be found.
_WRONG = {
    "a copy twice": "SELECT page FROM copies GROUP BY page, article, seed HAVING count(*) > 1",
    "a count that does not add up": """SELECT id FROM articles a
      WHERE copies <> (SELECT count(*) FROM copies c WHERE c.article = a.id)""",
    "a line of the ledger without its article": """SELECT id FROM pages p
      WHERE outcome = 'article' AND NOT EXISTS
      (SELECT 1 FROM articles a WHERE a.page = p.id AND a.id = p.article)""",
    "an event of another article": """SELECT e.id FROM events e JOIN pages p ON p.id = e.page
      WHERE e.article IS NOT p.article""",
    "a revision of another article": """SELECT r.id FROM revisions r
      JOIN pages p ON p.id = r.page WHERE r.article IS NOT p.article""",
    "a row that names no row": "PRAGMA foreign_key_check",
}


@dataclass(frozen=True)
class Page:
    url: str
    wording: Article


def web_of(number: int) -> list[Page]:
    """Pages with copies, cuts, round-ups, live blogs, false claims, undated ones; 12 to 16."""
    rng = random.Random(number)
    urls = [f"http://{rng.choice('abcdefgh')}.test/{i:02d}-story" for i in range(12 + number % 5)]
    return [Page(url, _wording(rng, url, urls, 1000 + number * 100 + i))
            for i, url in enumerate(urls)]  # fmt: skip


def _wording(rng: random.Random, url: str, urls: list[str], own: int) -> Article:
    chance = rng.random()
    named = rng.choice(urls) if chance < 0.14 else _CLAIMED if chance < 0.3 else url
    text, more = _text(rng, own), dict[str, Any]()
    if rng.random() < 0.15:
        more["kind"] = Kind.LIVE
    if rng.random() < 0.3:
        more["title"] = f"Title {rng.randrange(3)}"
    if rng.random() < 0.15:
        return article(named, text, **more)
    return dated(named, text, rng.randrange(1, 6), **more)


def _text(rng: random.Random, own: int) -> str:
    base = prose(rng.randrange(1, 4)).split("\n")
    mine = prose(own, rng.randrange(3, 20)).split("\n")
    start = rng.randrange(2, 6)
    made = {
        "whole": base,
        "cut": base[: rng.randrange(5, 11)],
        "middle": base[start : start + rng.randrange(3, 7)],
        "round-up": mine + base,
        "half": base[:6] + mine[:6],
        "own": mine,
        "seed": SEED_TEXT.split("\n")[: rng.randrange(5, 16)] + mine,
        "nearly related": [line.replace("baku", "caspian") for line in base],
        "far": [line.replace("baku", "oslo") for line in base],
    }
    return "\n".join(made[rng.choice(list(made))])


def seen(corpus: Corpus) -> dict[str, list[dict[str, Any]]]:
    return {name: corpus._rows(question) for name, question in _SEEN.items()}


def wrong(corpus: Corpus) -> dict[str, Any]:
    found = {name: corpus._rows(question) for name, question in _WRONG.items()}
    return {name: rows for name, rows in found.items() if rows}


def corpora_of(pages: list[Page], folder: Path, *, orders: int) -> Iterator[Corpus]:
    rng = random.Random(len(pages))
    for number in range(orders):
        intake = open_intake(folder / f"{number}.db")
        for page in pages if not number else rng.sample(pages, len(pages)):
            take(intake, page.wording, at=page.url)
        yield intake.corpus
        intake.corpus.close()


@pytest.mark.parametrize("number", [6, 7, 48, 52, 67, 95, 103])
def test_a_web_is_the_same_in_any_order(tmp_path: Path, number: int) -> None:
    first: dict[str, Any] = {}
    for corpus in corpora_of(web_of(number), tmp_path, orders=5):
        assert wrong(corpus) == {}
        first = first or seen(corpus)
        for name, rows in seen(corpus).items():
            assert rows == first[name], name


def test_a_text_that_its_page_says_no_more_is_vouched_for_by_nobody(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    nearly = prose(1).replace("baku", "caspian")
    take(intake, dated("http://a.test/it", nearly, 2))
    take(intake, dated("http://a.test/it", prose(2).replace("baku", "oslo"), 2))
    take(intake, dated("http://b.test/related", f"{nearly}\nBaku was named at its end.", 3))

    assert intake.corpus._rows("SELECT url FROM articles") == [{"url": "http://b.test/related"}]
    assert wrong(intake.corpus) == {}


def test_squared_words_and_half_width_kana_are_quoted(tmp_path: Path) -> None:
    line = "ﾊﾞｸｰ発 baku の記者は、ｽﾌﾟｰﾄﾆｸの事務所の閉鎖を伝えた。㍿朝日と㈱毎日は記事を掲載した。"
    text = "\n".join(f"{number}{line}" for number in "一二三四五六")
    intake = open_intake(tmp_path / "corpus.db")
    take(intake, dated("http://a.test/one", text, 1))
    take(intake, dated("http://b.test/two", f"見出し\n{text}", 2))

    (copy,) = intake.corpus._rows("SELECT relation, passage_words, passage_end FROM copies")
    assert copy["relation"] == "exact"
    assert copy["passage_words"] > 100
    assert copy["passage_end"] <= len(f"見出し\n{text}")
