"""What the corpus shows of texts that share words: copies with their passages, and passages."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import settling
from ingest.intake import Intake
from ingest.relations import shared_passage
from tests.rows import NOW
from tests.test_intake import BASE, PAGES, SEED_TEXT, dated, open_intake, prose, take

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.items import Article, Passage

HALF = "\n".join(prose(8).split("\n")[:6])
SOLD = "Of its bridges Baku sold %d, %d, %d and %d in the four quarters."
#: With texts in the middle of others, with paragraphs in common, and filled-in forms.
MORE = [
    *PAGES,
    dated("http://k.test/stood-within", "\n".join(prose(7, 30).split("\n")[18:24]), 7),
    dated("http://l.test/paragraphs", f"{HALF}\n{prose(9)}", 5),
    dated("http://m.test/same-paragraphs", f"{prose(10)}\n{HALF}", 3),
    dated("http://n.test/counts", f"{prose(11)}\n{SOLD % (11, 12, 13, 14)}\n{prose(12, 7)}", 3),
    dated("http://o.test/counts", f"{prose(11)}\n{SOLD % (21, 22, 23, 24)}\n{prose(13, 7)}", 4),
    dated("http://p.test/seed", f"{prose(14, 24)}\n" + "\n".join(SEED_TEXT.split("\n")[4:8]), 4),
]

COPIES = (
    "SELECT c.url, a.url AS article, c.seed, c.relation, c.similarity, c.passage, c.passage_words, "
    "c.passage_start, c.passage_end, c.original_start, c.original_end FROM copies c "
    "LEFT JOIN articles a ON a.id = c.article ORDER BY c.url, a.url"
)
PASSAGES = "SELECT * FROM passages ORDER BY url, other_url"
#: What the view is made of; in PostgreSQL there are no views.
EDGES = (
    "SELECT p.url, q.url AS other, e.a_in_b AS share, e.relation, e.passage_words FROM edges e "
    "JOIN pages p ON p.id = e.a JOIN pages q ON q.id = e.b UNION ALL "
    "SELECT q.url, p.url AS other, e.b_in_a AS share, e.relation, e.passage_words FROM edges e "
    "JOIN pages p ON p.id = e.a JOIN pages q ON q.id = e.b ORDER BY 1, 2"
)
NUMBERS = ("article", "other_article")  # given in order of arrival


def taken(path: Path, pages: list[Article]) -> Intake:
    intake = open_intake(path)
    for one in pages:
        take(intake, one)
    return intake


def told(intake: Intake) -> list[list[dict[str, Any]]]:
    is_file = not hasattr(intake.corpus, "address")
    passages = intake.corpus._rows(PASSAGES if is_file else EDGES)
    shown = [{name: row[name] for name in row if name not in NUMBERS} for row in passages]
    return [intake.corpus._rows(COPIES), shown]


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory, store: str) -> Intake | None:
    """For all tests; None: where each has a database of its own."""
    if store != "sqlite":
        return None
    return taken(tmp_path_factory.mktemp("copies") / "corpus.db", MORE)


@pytest.fixture
def intake(filed: Intake | None, tmp_path: Path) -> Intake:
    return filed or taken(tmp_path / "straight.db", MORE)


def test_texts_that_are_no_copies_are_told_once_a_pair(intake: Intake) -> None:
    rows = intake.corpus._rows(PASSAGES)

    assert [(row["url"], row["relation"], row["other_url"], row["other_seed"]) for row in rows] == [
        ("http://k.test/stood-within", "excerpt", "http://c.test/round-up", None),
        ("http://l.test/paragraphs", "overlap", "http://m.test/same-paragraphs", None),
        ("http://o.test/counts", "template", "http://n.test/counts", None),
        ("http://p.test/seed", "overlap", None, 1),
    ]
    assert list(rows[0])[:7] == [
        "title", "url", "relation", "other_title", "other_url", "share", "other_share",
    ]  # fmt: skip
    assert all(row["share"] == round(row["share"], 4) for row in rows)


def test_line_below_all_that_a_site_republishes_is_no_overlap(tmp_path: Path) -> None:
    notice = " ".join(prose(80, 3).split()[:27])
    pages = [
        dated("http://a.test/a", f"{prose(81)}\n{notice}", 1),
        dated("http://b.test/b", f"{prose(82, 3)}\n{notice}", 2),
    ]
    intake = taken(tmp_path / "corpus.db", pages)
    words = intake.corpus._value("SELECT min(words) FROM articles")

    assert isinstance(words, int)
    assert words < 100
    assert intake.corpus._value("SELECT relation FROM edges") == "overlap"
    assert intake.corpus._rows(PASSAGES) == []


def test_what_stands_in_copies_of_a_family_is_no_passage(tmp_path: Path) -> None:
    short = prose(7, 8)
    pages = [
        dated("http://wire.test/short", short, 1),
        dated("http://mirror.test/short", short, 2),
        dated("http://c.test/round-up", f"{prose(83, 8)}\n{short}\n{prose(84, 8)}", 3),
        dated("http://d.test/round-up", f"{prose(83, 8)}\n{short}\n{prose(84, 8)}", 4),
    ]
    intake = taken(tmp_path / "corpus.db", pages)

    assert intake.corpus._value("SELECT count(*) FROM copies WHERE relation = 'contains'") == 1
    assert intake.corpus._rows(PASSAGES) == []


def test_offsets_of_a_passage_cut_it_out_of_both_texts(intake: Intake) -> None:
    rows = intake.corpus._rows(
        "SELECT substr(a.text, v.passage_start + 1, v.passage_end - v.passage_start) AS here, "
        "substr(coalesce(b.text, s.raw), v.other_start + 1, v.other_end - v.other_start) AS there, "
        "v.passage, v.passage_words FROM passages v JOIN articles a ON a.id = v.article "
        "LEFT JOIN articles b ON b.id = v.other_article LEFT JOIN seeds s ON s.id = v.other_seed"
    )

    assert len(rows) == 4
    for row in rows:
        assert row["here"] == row["there"]
        assert row["here"].startswith(row["passage"].removesuffix(" …"))
        assert len(row["here"].split()) == row["passage_words"]


def test_offsets_of_a_copy_cut_the_passage_out_of_what_it_carries(intake: Intake) -> None:
    rows = intake.corpus._rows(
        "SELECT c.page, c.passage, c.passage_words, c.passage_start, c.passage_end, "
        "substr(coalesce(a.text, s.raw), c.original_start + 1, c.original_end - c.original_start) "
        "AS there FROM copies c LEFT JOIN articles a ON a.id = c.article "
        "LEFT JOIN seeds s ON s.id = c.seed"
    )

    assert len(rows) == 7
    for row in rows:
        own = intake.corpus.text_of(row["page"])
        assert own is not None
        assert own.text[row["passage_start"] : row["passage_end"]] == row["there"]
        assert row["there"].startswith(row["passage"].removesuffix(" …"))
        assert len(row["there"].split()) == row["passage_words"]


def test_passages_of_one_article_are_found_by_an_index(intake: Intake) -> None:
    for column in ("article", "other_article"):
        plan = intake.corpus._rows(f"EXPLAIN QUERY PLAN SELECT * FROM passages WHERE {column} = 1")
        scans = [row["detail"] for row in plan if row["detail"].startswith("SCAN")]

        assert scans == ["SCAN passages"]


@pytest.mark.parametrize("shuffle", range(6))
def test_copies_and_passages_do_not_hang_on_the_order_of_arrival(
    tmp_path: Path, intake: Intake, shuffle: int
) -> None:
    pages = random.Random(shuffle).sample(MORE, len(MORE))

    assert told(taken(tmp_path / "shuffled.db", pages)) == told(intake)


def cut(text: str, first: int, last: int) -> str:
    return "\n".join(text.split("\n")[first:last])


texts = st.lists(
    st.builds(
        lambda number, first, length, own: f"{cut(prose(number), first, first + length)}\n{own}",
        st.integers(1, 2),
        st.integers(0, 9),
        st.integers(2, 12),
        st.sampled_from(["", prose(21, 3), prose(22, 9)]),
    ),
    min_size=2,
    max_size=6,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts, st.randoms(use_true_random=False))
def test_any_texts_give_the_same_corpus_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, found: list[str], shuffler: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("orders")
    pages = [
        dated(f"http://{number}.test/a", text, 1 + number % 3) for number, text in enumerate(found)
    ]
    straight = taken(folder / "straight.db", pages)
    shuffler.shuffle(pages)
    shuffled = taken(folder / "shuffled.db", pages)

    assert told(shuffled) == told(straight)
    straight.corpus.close()
    shuffled.corpus.close()


def test_copy_is_quoted_again_only_when_a_text_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def noting(copy: str, original: str) -> Passage | None:
        asked.append(copy)
        return shared_passage(copy, original)

    monkeypatch.setattr(settling, "shared_passage", noting)
    intake = open_intake(tmp_path / "corpus.db")
    copies = [dated(f"http://{n}.test/a", f"{BASE}\n{prose(40 + n, 2)}", 3 + n) for n in range(6)]
    for one in (dated("http://wire.test/a", BASE, 2), *copies):
        take(intake, one)

    assert asked == [one.text for one in copies]

    asked.clear()
    take(intake, dated("http://wire.test/a", f"{prose(50, 3)}\n{BASE}", 2))

    assert sorted(asked) == sorted(one.text for one in copies)


def test_earlier_original_found_late_is_an_event(tmp_path: Path) -> None:
    intake = taken(tmp_path / "corpus.db", [PAGES[1]])
    run = intake.corpus.start_run(spider="feeds", trigger="command", version="test", now=NOW)
    later = Intake(intake.corpus, intake.knowledge, intake.settings, run)
    take(later, PAGES[0], fetched_at=NOW + timedelta(hours=2))

    [event] = intake.corpus._rows("SELECT kind, article, page, detail, run FROM events")
    [article] = intake.corpus._rows("SELECT id, page FROM articles")
    assert event == {
        "kind": "lead",
        "article": article["id"],
        "page": article["page"],
        "detail": "leads since it is the earlier: 2025-07-01 00:00, before a.test 2025-07-02 00:00",
        "run": run,
    }


@pytest.mark.parametrize("is_other_run", [False, True])
def test_order_of_arrival_within_a_poll_is_no_event(
    tmp_path: Path,
    is_other_run: bool,  # noqa: FBT001
) -> None:
    intake = taken(tmp_path / "corpus.db", [PAGES[1]])
    run = intake.run
    if is_other_run:
        run = intake.corpus.start_run(spider="links", trigger="command", version="test", now=NOW)
    later = Intake(intake.corpus, intake.knowledge, intake.settings, run)
    take(later, PAGES[0], fetched_at=NOW + timedelta(minutes=5 if is_other_run else 500))

    assert intake.corpus._value("SELECT url FROM articles") == PAGES[0].url
    assert intake.corpus._rows("SELECT * FROM events") == []


def test_page_found_under_another_of_its_addresses_is_no_new_lead(tmp_path: Path) -> None:
    home = PAGES[0].url
    intake = open_intake(tmp_path / "corpus.db")
    take(intake, PAGES[0], at="http://wire.test/print?id=5")
    run = intake.corpus.start_run(spider="links", trigger="command", version="test", now=NOW)
    later = Intake(intake.corpus, intake.knowledge, intake.settings, run)
    take(later, PAGES[0], fetched_at=NOW + timedelta(days=1))

    assert (
        intake.corpus._value("SELECT p.url FROM articles a JOIN pages p ON p.id = a.page") == home
    )
    assert intake.corpus._rows("SELECT * FROM events") == []


def test_paragraphs_in_common_tie_no_family(tmp_path: Path) -> None:
    pages = [dated(f"http://{n}.test/a", f"{HALF}\n{prose(60 + n)}", 1 + n) for n in range(4)]
    intake = taken(tmp_path / "corpus.db", pages)

    standings, edges = intake.corpus.family_of([1])
    assert [one.document for one in standings] == [1]
    assert edges == []
    overlaps = "SELECT count(*) FROM edges WHERE relation = 'overlap'"
    assert intake.corpus._value(overlaps) == 6
    assert intake.corpus.counts_by_outcome() == {"article": 4}


def test_a_reader_is_shown_the_address_that_leads_to_an_article_and_not_the_article_twice(
    tmp_path: Path,
) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    own = dated("http://a.test/story", BASE, 2)
    take(intake, own, at="http://a.test/print?id=5")
    take(intake, own)
    take(intake, dated("http://b.test/copy", BASE, 3))
    lead = intake.corpus._value("SELECT id FROM articles")

    assert [(row["url"], row["relation"]) for row in intake.corpus.copies_of(lead)] == [
        ("http://a.test/print?id=5", "same-url"),
        ("http://b.test/copy", "exact"),
    ]


def test_other_wording_at_one_address_is_a_revision_and_no_passage(tmp_path: Path) -> None:
    home = "http://a.test/story"
    changed = f"{cut(BASE, 0, 9)}\n{prose(70, 3)}"
    intake = open_intake(tmp_path / "corpus.db")
    take(intake, dated(home, BASE, 2), at="http://a.test/print?id=5")
    take(intake, dated(home, changed, 2))

    assert intake.corpus._value("SELECT relation FROM copies") == "same-url"
    assert intake.corpus._value("SELECT relation FROM edges") == "revision"
    assert intake.corpus._rows(PASSAGES) == []
