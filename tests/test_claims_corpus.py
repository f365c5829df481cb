"""A site whose every page names one address, in a corpus."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from ingest.relations import fingerprint
from ingest.settling import settle_families
from tests.rows import NOW
from tests.test_intake import dated, open_intake, prose, take

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.intake import Intake

FIXED = "https://herald.test/2019/01/01/terms-of-our-service"
HERE = [f"https://herald.test/2025/07/0{day}/story-number-{day}" for day in range(1, 5)]
#: Three texts, and a print of the first; each names the same address as its own.
WEB = {
    HERE[0]: dated(FIXED, prose(1), 1),
    HERE[1]: dated(FIXED, prose(2), 2),
    HERE[2]: dated(FIXED, prose(3), 3),
    HERE[3]: dated(FIXED, prose(1), 4),
}


def rows(intake: Intake) -> tuple[Any, ...]:
    corpus = intake.corpus
    return (
        corpus._rows("SELECT url, title, copies FROM articles ORDER BY url"),
        corpus._rows(
            "SELECT c.url, c.relation, a.url AS original FROM copies c "
            "JOIN articles a ON a.id = c.article ORDER BY c.url"
        ),
        corpus._rows("SELECT min(p.url) AS url, d.key FROM doubted_claims d "
                     "JOIN pages p ON p.id = d.page GROUP BY d.key ORDER BY d.key"),
    )  # fmt: skip


def test_one_address_of_all_pages_is_believed_in_no_order(tmp_path: Path) -> None:
    found = []
    for number, order in enumerate(permutations(WEB)):
        intake = open_intake(tmp_path / f"{number}.db", seed=False)
        for url in order:
            take(intake, WEB[url], at=url)
        articles, copies, doubted = rows(intake)
        found.append((articles, copies, [row["key"] for row in doubted]))

    articles, copies, doubted = found[0]
    assert [row["url"] for row in articles] == HERE[:3]
    assert copies == [{"url": HERE[3], "relation": "exact", "original": HERE[0]}]
    assert doubted == ["herald.test/2019/01/01/terms-of-our-service"]
    assert all(one == found[0] for one in found)


def test_two_unlike_pages_are_one_article_as_they_say(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db", seed=False)
    home = replace(WEB[HERE[0]], title="At home")

    take(intake, home, at=FIXED)
    take(intake, WEB[HERE[1]], at=HERE[1])

    articles, copies, _ = rows(intake)
    assert [row["url"] for row in articles] == [FIXED]
    assert [(row["url"], row["relation"]) for row in copies] == [(FIXED, "same-url")]


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_it_is_believed_again_when_a_third_page_says_so_no_more(tmp_path: Path, gone: int) -> None:
    intake, other = (open_intake(tmp_path / f"{n}.db", seed=False) for n in range(2))
    at = [FIXED, HERE[1], HERE[2]]
    own = replace(dated(at[gone], prose(9), 3), title="Its own")
    for url, seed in zip(at, (1, 2, 3), strict=True):
        take(intake, dated(FIXED, prose(seed), seed), at=url)
    assert rows(intake)[2]
    if at[gone] == FIXED:
        own = replace(own, url="https://herald.test/another-fixed-page")

    take(intake, own, at=at[gone])
    for url, seed in zip(at, (1, 2, 3), strict=True):
        take(other, own if url == at[gone] else dated(FIXED, prose(seed), seed), at=url)

    assert rows(intake) == rows(other)
    assert rows(intake)[2] == []


def test_dropped_text_bears_witness_no_more(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db", seed=False)
    for url in HERE[:3]:
        take(intake, WEB[url], at=url)
    page = intake.corpus._value("SELECT id FROM pages WHERE url = ?", (HERE[2],))
    with intake.corpus.transaction():
        settle_families(intake.corpus, [page], changed=page, absent=[page], now=NOW)
        intake.corpus.forget_text(page, fingerprint(prose(3)).selected)

    assert rows(intake)[2] == []


def test_many_pages_cost_no_more_once_it_is_doubted(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db", seed=False)
    for number in range(1, 41):
        take(
            intake, dated(FIXED, prose(number), 1), at=f"https://herald.test/story-number-{number}"
        )
    page = intake.corpus._value("SELECT max(id) FROM pages")

    standings, _ = intake.corpus.family_of([page])

    assert [one.document for one in standings] == [page]
    assert intake.corpus._value("SELECT count(*) FROM articles") == 40
