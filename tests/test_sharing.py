"""What an article shares words with: as the view `passages` has it, and soon told of thousands."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from ingest.corpus.sharing import QUOTED
from tests.filled import T1, T2, add_article, add_copy, add_page, fill, insert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ingest.corpus import Corpus

_ARTICLES, _PAGES = range(101, 125), range(101, 149)  # the pages behind the articles carry copies
_FEW, _MANY = 1_000, 10_000
_OF_THE_VIEW = """
SELECT relation, share, other_share, passage_words, other_title AS title, other_outlet AS outlet,
  other_article AS article, other_seed AS seed, other_url AS url, passage
FROM passages WHERE article = :article
UNION ALL
SELECT iif(relation = 'excerpt', 'contains', relation), other_share, share, passage_words, title,
  outlet, article, NULL, url, passage
FROM passages WHERE other_article = :article
ORDER BY passage_words DESC, url, seed
"""
_QUOTED_IN_THE_VIEW = """
SELECT iif(relation = 'excerpt', other_title, title) AS quoting,
  iif(relation = 'excerpt', coalesce(other_outlet, 'a seed'), outlet) AS quoting_outlet,
  iif(relation = 'excerpt', title, other_title) AS quoted,
  iif(relation = 'excerpt', outlet, coalesce(other_outlet, 'a seed')) AS quoted_outlet,
  passage, passage_words, relation, iif(relation = 'excerpt', other_url, url) AS quoting_url,
  iif(relation = 'excerpt', url, other_url) AS quoted_url
FROM passages
WHERE relation <> 'template' AND (:outlet = '' OR outlet = :outlet OR other_outlet = :outlet)
ORDER BY passage_words DESC, quoting_url, quoted_url, quoting, quoted
"""
_NUMBERS = """
WITH RECURSIVE numbers (n) AS (
  VALUES ({first}) UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}
)
"""
_PAGE = """
INSERT INTO pages (id, key, url, outlet, outcome, reason, found_by, first_seen, article)
SELECT n, 'third.test/' || n, 'https://third.test/' || n, 'third.test', 'article', 'why', 'feeds',
  '2025-07-01T08:00:00Z', iif(n % 2, {article}, n) FROM numbers
"""
_ARTICLE = """
INSERT INTO articles (id, title, outlet, relevance, why, lead, words, url, first_seen, run, page,
  sha256, extractor, text)
SELECT n, 'Part', 'third.test', 0.8, 'why', 'lead', 120, 'https://third.test/' || n,
  '2025-07-01T08:00:00Z', 1, n, n, 'test 1', 'A part.' FROM numbers
"""
_COPY = """
INSERT INTO copies (article, outlet, title, url, relation, similarity, first_seen, page, run)
SELECT {article}, 'third.test', 'Carried', 'https://third.test/' || n, 'contains', 0.9,
  '2025-07-01T08:00:00Z', n, 1 FROM numbers WHERE n % 2 OR n % 3 = 0
"""
_EDGE = """
INSERT INTO edges (a, b, a_in_b, b_in_a, jaccard, shared, is_exact, from_top, run, is_template,
  relation, passage, passage_words)
SELECT {article}, n, 0.2, 0.7, 0.2, 40, 0, 0, 31, 0, 'excerpt', 'x', 31 FROM numbers
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """Texts that share words with each other and seeds, of which some carry others, at random."""
    corpus = fill(tmp_path_factory.mktemp("sharing") / "corpus.db")
    drawn = random.Random(8)
    with corpus.transaction():
        for number in _PAGES:
            at = number if number in _ARTICLES else drawn.choice(_ARTICLES)
            add_page(corpus, number, outlet="first.test", outcome="copy", article=at)
        for number in _ARTICLES:
            add_article(corpus, number, title=f"Title {number}", outlet="first.test",
                        published=drawn.choice([T1, T2, None]), copies=drawn.choice([0, 3]),
                        words=drawn.choice([50, 300]))  # fmt: skip
        for number in range(1000, 1060):
            seed = drawn.choice([1, None, None, None])
            add_copy(corpus, number, outlet="third.test", page=drawn.choice(_PAGES), seed=seed,
                     article=None if seed else drawn.choice(_ARTICLES),
                     url=f"https://third.test/{number}")  # fmt: skip
        pairs = [(a, b) for b in _ARTICLES for a in (-1, -2, *range(_ARTICLES[0], b))]
        for a, b in drawn.sample(pairs, 150):
            share(corpus, a, b, drawn)
    yield corpus
    corpus.close()


def share(corpus: Corpus, a: int, b: int, drawn: random.Random) -> None:
    relation = drawn.choice(["excerpt", "excerpt", "overlap", "template", "near", None])
    insert(corpus, "edges", a=a, b=b, a_in_b=drawn.choice([0.2, 0.71239]), jaccard=0.2, shared=40,
           b_in_a=drawn.choice([0.2, 0.71239]), is_exact=0, from_top=0, run=31, is_template=0,
           relation=relation, passage="x",
           passage_words=drawn.choice([20, 39, 40, 90]))  # fmt: skip


def test_it_is_what_the_view_shows_of_the_article(corpus: Corpus) -> None:
    shown = {one: corpus._rows(_OF_THE_VIEW, {"article": one}) for one in _ARTICLES}
    rows = [row for some in shown.values() for row in some]

    assert {one: corpus.shared_by(one) for one in _ARTICLES} == shown
    assert {row["relation"] for row in rows} == {"excerpt", "contains", "overlap", "template"}
    assert len([row for row in rows if row["seed"]]) > 3
    assert len(rows) < 2 * corpus._value("SELECT count(*) FROM edges WHERE relation <> 'near'")


def test_the_first_so_many_are_those_of_the_longest_passages(corpus: Corpus) -> None:
    number = max(_ARTICLES, key=lambda one: len(corpus.shared_by(one)))

    assert len(corpus.shared_by(number)) > 3
    assert corpus.shared_by(number, first=3) == corpus.shared_by(number)[:3]


@pytest.mark.parametrize("outlet", ["", "first.test", "second.test", "third.test"])
def test_who_quotes_whom_is_what_the_view_shows(corpus: Corpus, outlet: str) -> None:
    asked = {"outlet": outlet}
    told = corpus._rows(f"SELECT * FROM ({QUOTED}) ORDER BY 6 DESC, 8, 9, 1, 3", asked)

    assert told == corpus._rows(_QUOTED_IN_THE_VIEW, asked)
    assert len(told) == corpus._value(f"SELECT count(*) FROM ({QUOTED})", asked) < 200
    if outlet == "first.test":
        assert len(told) > 30
        assert {row["relation"] for row in told} == {"excerpt", "contains", "overlap"}
        assert any(row["quoting_outlet"] == "a seed" for row in told)


def test_thousands_of_passages_and_copies_take_no_more_than_their_number(tmp_path: Path) -> None:
    corpus = crowded(tmp_path)
    few, told = counted(corpus, lambda: corpus.shared_by(50))
    many, told_of_many = counted(corpus, lambda: corpus.shared_by(51))
    corpus.close()

    assert (len(told), len(told_of_many)) == (_FEW - 166, _MANY - 1667)  # every sixth is a copy
    assert many < 2 * few * _MANY / _FEW


def test_who_quotes_whom_looks_from_the_text_that_fewer_carry(tmp_path: Path) -> None:
    corpus = crowded(tmp_path)
    steps, told = counted(corpus, lambda: corpus._rows(QUOTED, {"outlet": ""}))
    corpus.close()

    assert len(told) == 200
    assert steps < 2 * (_FEW + _MANY)  # hundreds; were each pair to read them all, millions


def crowded(folder: Path) -> Corpus:
    """Two articles of which parts stand in hundreds and in thousands, that as many carry."""
    corpus = fill(folder / "corpus.db")
    with corpus.transaction():
        for article, parts in ((50, _FEW), (51, _MANY)):
            add_page(corpus, article, outlet="first.test", outcome="article", article=article)
            add_article(corpus, article, title="Whole", outlet="first.test", copies=parts)
            first = article * 100_000
            numbers = _NUMBERS.format(first=first, last=first + parts - 1)
            for rows in (_PAGE, _ARTICLE, _COPY, _EDGE):
                corpus._run(numbers + rows.format(article=article))
    return corpus


def counted(
    corpus: Corpus, ask: Callable[[], list[dict[str, Any]]]
) -> tuple[int, list[dict[str, Any]]]:
    """How many hundreds of steps of SQLite's machine the answer takes, and the answer."""
    steps: list[int] = []
    corpus._raw.set_progress_handler(lambda: steps.append(1), 100)  # None: it goes on
    told = ask()
    corpus._raw.set_progress_handler(None, 100)
    return len(steps), told
