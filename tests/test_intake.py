from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from ingest.config import load_settings
from ingest.extract import PageRead
from ingest.intake import Intake
from ingest.items import (
    FailedFetch,
    Outcome,
    Reason,
    Rejection,
    Relevance,
    SeedDocument,
    SeedSet,
    Stage,
    Term,
)
from ingest.relations import fingerprint
from tests.postgres import corpus_at
from tests.rows import NOW, article, fetched, gated

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.corpus import Corpus
    from ingest.items import Article, Judged

VOCABULARY = [
    "river",
    "border",
    "minister",
    "treaty",
    "harbour",
    "winter",
    "convoy",
    "signal",
    "market",
    "letter",
    "bridge",
    "engine",
    "quiet",
    "north",
    "council",
    "paper",
    "garden",
    "steel",
    "window",
    "captain",
    "valley",
    "record",
    "season",
    "number",
    "answer",
    "method",
    "island",
    "police",
    "school",
    "doctor",
    "leader",
    "moment",
    "nation",
    "office",
    "people",
    "reason",
    "second",
    "thread",
    "version",
]


def prose(seed: int, sentences: int = 12) -> str:
    """Text of its own: two seeds share no run of five words but by rare chance."""
    rng = random.Random(seed)
    lines = (" ".join(rng.choices(VOCABULARY, k=18)) for _ in range(sentences))
    return "\n".join(f"{line.capitalize()} baku." for line in lines)


@dataclass(frozen=True)
class WordTopic:
    """Related is what names Baku, and nearly so what names the Caspian."""

    word: str = "baku"
    languages = ("en",)
    version = "word topic"
    weights: ClassVar[dict[str, float]] = {}

    def score(self, title: str | None, text: str) -> Relevance:
        return self.score_headline(f"{title} {text}")

    def score_headline(self, text: str) -> Relevance:
        hit = self.word in text.lower()
        terms = (Term(term=self.word, weight=1.0),) if hit else ()
        score = 0.8 if hit else 0.4 if "caspian" in text.lower() else 0.0
        return Relevance(score=score, threshold=0.5, terms=terms)

    score_address = score_headline


@dataclass(frozen=True)
class Facts:
    topic: Any
    seed_titles: dict[int, str]
    meaning: None = None


SEED_TEXT = prose(100, 20)


def open_intake(path: Path, *, seed: bool = True) -> Intake:
    corpus = corpus_at(path)
    if seed:
        document = SeedDocument(
            id=1, file="one.txt", raw=SEED_TEXT, title="The seed", text=SEED_TEXT, language="en",
            published=None, sha256="0",
        )  # fmt: skip
        corpus.sync_seeds(SeedSet(documents=(document,), digest="1"))
        with corpus.transaction():
            corpus.add(-1, fingerprint(SEED_TEXT, is_seed=True).selected)
    run = corpus.start_run(spider="feeds", trigger="command", version="test", now=NOW)
    settings = load_settings(path.parent, {})
    return Intake(corpus, Facts(WordTopic(), {1: "The seed"}), settings, run)  # type: ignore[arg-type]  # the seam


def read(one: Article, **more: Any) -> PageRead:
    return PageRead(article=one, rejection=None, **more)


def take(intake: Intake, one: Article, at: str | None = None, **more: Any) -> Judged:
    """Take in an article found at `at` (its own address if not told)."""
    address = at or one.url
    intake.corpus.offer([gated(address)], run=intake.run, now=NOW)
    page = intake.corpus._value("SELECT id FROM pages WHERE url = ?", (address,))
    return intake.take_page(fetched(page, address, **more), read(one))


def dated(url: str, text: str, day: int, **more: Any) -> Article:
    return article(url, text, published=datetime(2025, 7, day, tzinfo=UTC), **more)


BASE = prose(1)
PAGES = [
    dated("http://wire.test/original", BASE, 1),
    dated("http://a.test/verbatim", BASE, 2, title="Retitled"),
    dated("http://b.test/cut", "\n".join(BASE.split("\n")[:7]), 3),
    dated("http://c.test/round-up", prose(7, 30) + "\n" + BASE, 4),
    dated("http://d.test/mirror", BASE, 2),
    dated("http://e.test/other", prose(2), 2),
    dated("http://f.test/seeded", "\n".join(SEED_TEXT.split("\n")[:10]), 5),
    article("http://g.test/undated", prose(2)),
    dated("http://h.test/off", prose(3).replace("baku", "oslo"), 1),
    dated("http://i.test/brief", "\n".join(prose(7, 30).split("\n")[:5]), 6),
]

READ_BACK = (
    """SELECT a.url, a.title, a.copies, a.published, p.url AS page FROM articles a
    JOIN pages p ON p.id = a.page ORDER BY a.url""",
    """SELECT c.url, c.title, c.relation, c.similarity, c.passage, c.hours_later, a.url AS article,
    c.seed FROM copies c LEFT JOIN articles a ON a.id = c.article ORDER BY c.url, a.url""",
    """SELECT p.key, p.outcome, p.reason, a.url AS article FROM pages p
    LEFT JOIN articles a ON a.id = p.article ORDER BY p.key""",
)


def snapshot(corpus: Corpus) -> list[list[dict[str, Any]]]:
    return [corpus._rows(question) for question in READ_BACK]


def test_families_are_what_a_reader_expects(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    for one in PAGES:
        take(intake, one)
    articles, copies, _ = snapshot(intake.corpus)

    assert [row["url"] for row in articles] == [
        "http://c.test/round-up",
        "http://e.test/other",
        "http://wire.test/original",
    ]
    assert {(row["url"], row["relation"], row["article"], row["seed"]) for row in copies} == {
        ("http://a.test/verbatim", "exact", "http://wire.test/original", None),
        ("http://b.test/cut", "near", "http://wire.test/original", None),
        ("http://c.test/round-up", "contains", "http://wire.test/original", None),
        ("http://d.test/mirror", "exact", "http://wire.test/original", None),
        ("http://f.test/seeded", "contained-in", None, 1),
        ("http://g.test/undated", "exact", "http://e.test/other", None),
        ("http://i.test/brief", "contained-in", "http://c.test/round-up", None),
    }


@pytest.mark.parametrize("shuffle", range(12))
def test_corpus_does_not_depend_on_order_of_arrival(tmp_path: Path, shuffle: int) -> None:
    straight = open_intake(tmp_path / "straight.db")
    for one in PAGES:
        take(straight, one)
    shuffled = open_intake(tmp_path / "shuffled.db")
    for one in random.Random(shuffle).sample(PAGES, len(PAGES)):
        take(shuffled, one)

    assert snapshot(shuffled.corpus) == snapshot(straight.corpus)


def test_earlier_original_found_late_takes_over_the_article(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    take(intake, PAGES[1])
    number = intake.corpus._value("SELECT id FROM articles")
    assert take(intake, PAGES[0]).outcome == Outcome.ARTICLE

    assert intake.corpus._rows("SELECT id, url FROM articles") == [
        {"id": number, "url": "http://wire.test/original"}
    ]
    assert intake.corpus._value("SELECT url FROM copies") == "http://a.test/verbatim"


@pytest.mark.parametrize("order", [1, -1])
def test_text_just_short_of_the_cut_is_kept_for_its_related_copy(
    tmp_path: Path, order: int
) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    text = prose(60).replace("baku", "caspian")
    plain = dated("http://j.test/plain", text, 1, title="By the sea")
    named = dated("http://k.test/named", text, 2, title="Baku by the sea")
    for one in (plain, named)[::order]:
        take(intake, one)
    articles, copies, pages = snapshot(intake.corpus)

    assert [row["url"] for row in articles] == ["http://j.test/plain"]
    assert [row["url"] for row in copies] == ["http://k.test/named"]
    assert [row["outcome"] for row in pages] == ["article", "copy"]
    assert "a related page carries its text" in pages[0]["reason"]


def test_text_just_short_of_the_cut_is_off_topic_alone_and_again_when_its_copy_changes(
    tmp_path: Path,
) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    text = prose(60).replace("baku", "caspian")
    plain = dated("http://j.test/plain", text, 1, title="By the sea")
    assert take(intake, plain).outcome == Outcome.OFF_TOPIC
    take(intake, dated("http://k.test/named", text, 2, title="Baku by the sea"))
    assert intake.corpus.counts_by_outcome() == {"article": 1, "copy": 1}
    take(intake, dated("http://k.test/named", prose(61), 2, title="Something else"))

    assert intake.corpus.counts_by_outcome() == {"article": 1, "off-topic": 1}
    assert intake.corpus._value("SELECT url FROM articles") == "http://k.test/named"
    assert intake.corpus._value("SELECT count(*) FROM copies") == 0


def test_page_that_names_another_address_is_the_same_article(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    own = dated("http://a.test/story", BASE, 2)
    take(intake, own, at="http://a.test/print?id=5")
    take(intake, own)

    assert intake.corpus._value("SELECT page FROM articles") == intake.corpus._value(
        "SELECT id FROM pages WHERE url = 'http://a.test/story'"
    )
    assert intake.corpus._value("SELECT relation FROM copies") == "same-url"


def test_changed_text_is_a_revision_that_keeps_the_old_wording(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    before = dated("http://a.test/story", BASE, 2)
    after = dated("http://a.test/story", BASE + "\nOne more baku paragraph.", 2, title="New title")
    take(intake, before)
    judged = take(intake, after)
    row = intake.corpus._row("SELECT * FROM revisions")

    assert judged.outcome == Outcome.REVISION
    assert row is not None
    assert (row["title"], row["new_title"], row["text"]) == ("A title", "New title", BASE)
    assert (row["words_added"], row["words_removed"], row["title_changed"]) == (4, 0, 1)
    assert intake.corpus._value("SELECT text FROM articles") == after.text
    assert intake.corpus.counts_by_outcome() == {"article": 1}


def test_same_text_again_is_unchanged(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    take(intake, PAGES[0])

    assert take(intake, PAGES[0]).outcome == Outcome.UNCHANGED
    assert intake.corpus._value("SELECT count(*) FROM revisions") == 0


def test_copy_that_becomes_a_text_of_its_own_becomes_an_article(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    take(intake, PAGES[0])
    take(intake, PAGES[1])
    take(intake, dated(PAGES[1].url, prose(50), 2))

    assert intake.corpus._value("SELECT count(*) FROM articles") == 2
    assert intake.corpus._value("SELECT count(*) FROM copies") == 0


def fail(intake: Intake, url: str, outcome: Outcome, **more: Any) -> Outcome:
    page = intake.corpus._value("SELECT id FROM pages WHERE url = ?", (url,))
    return intake.take_failure(
        FailedFetch(page=page, url=url, outcome=outcome, reason="said", fetched_at=NOW, **more)
    )


def test_article_whose_address_is_gone_is_kept_and_marked(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    take(intake, PAGES[0])
    fail(intake, PAGES[0].url, Outcome.GONE, status=410)

    assert intake.corpus.counts_by_outcome() == {"article": 1}
    assert intake.corpus._value("SELECT gone_since FROM articles") == "2025-07-03T12:00:00Z"
    take(intake, PAGES[0])
    assert intake.corpus._value("SELECT gone_since FROM articles") is None


def test_article_behind_a_passing_wall_stays_an_article(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    take(intake, PAGES[0])
    page = intake.corpus._value("SELECT id FROM pages")
    refused = Rejection(stage=Stage.QUALITY, reason=Reason.CONSENT)
    judged = intake.take_page(
        fetched(page, PAGES[0].url), PageRead(article=None, rejection=refused)
    )

    assert judged.outcome == Outcome.REJECTED
    assert intake.corpus.counts_by_outcome() == {"article": 1}
    assert intake.corpus._value("SELECT outcome FROM fetches ORDER BY id DESC") == "rejected"


def test_failed_page_is_tried_again_and_then_given_up(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    url = "http://a.test/broken"
    intake.corpus.offer([gated(url)], run=intake.run, now=NOW)
    tries = []
    for _ in range(intake.settings.crawl.max_tries):
        fail(intake, url, Outcome.FAILED, status=500)
        tries.append(intake.corpus._value("SELECT next_check FROM pages") is not None)

    assert tries == [True, True, False]
    assert intake.corpus.counts_by_outcome() == {"failed": 1}


def test_links_of_a_kept_page_pass_the_gate_and_those_of_others_are_not_looked_at(
    tmp_path: Path,
) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    links = (("http://x.test/1", "Talks in Baku resume"), ("http://x.test/2", "Football tonight"))
    for one in (PAGES[0], PAGES[8]):
        intake.corpus.offer([gated(one.url)], run=intake.run, now=NOW)
        page = intake.corpus._value("SELECT id FROM pages WHERE url = ?", (one.url,))
        intake.take_page(fetched(page, one.url), read(one, links=links))
    outcomes = intake.corpus._rows(
        "SELECT url, outcome, found_by FROM pages WHERE url LIKE 'http://x.test/%' ORDER BY url"
    )

    assert outcomes == [
        {"url": "http://x.test/1", "outcome": "waiting", "found_by": "links"},
        {"url": "http://x.test/2", "outcome": "skipped", "found_by": "links"},
    ]


def test_every_fetch_has_one_outcome_and_the_counts_add_up(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    for one in PAGES:
        take(intake, one)
    row = intake.corpus.finish_run(
        intake.run, outcome="finished", requests=0, message=None, now=NOW + timedelta(seconds=1)
    )

    assert row["fetched"] == len(PAGES)
    assert row["new_articles"] + row["copies"] + row["off_topic"] == len(PAGES)


def test_a_run_tells_articles_and_copies_apart_as_they_stand_when_it_ends(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db", seed=False)
    for day in (3, 2, 1):  # the original comes last
        take(intake, dated(f"http://{day}.test/", BASE, day))
    row = intake.corpus.finish_run(
        intake.run, outcome="finished", requests=0, message=None, now=NOW + timedelta(seconds=1)
    )

    assert intake.corpus.counts_by_outcome() == {"article": 1, "copy": 2}
    assert (row["fetched"], row["new_articles"], row["copies"]) == (3, 1, 2)


def test_304_that_nobody_asked_for_is_a_failure_and_tried_again(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    url = "http://a.test/odd"
    intake.corpus.offer([gated(url)], run=intake.run, now=NOW)
    fail(intake, url, Outcome.UNCHANGED, status=304)

    assert intake.corpus.counts_by_outcome() == {"failed": 1}
    assert intake.corpus._value("SELECT next_check FROM pages") is not None


def test_number_of_an_article_is_never_given_twice(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    text = prose(60).replace("baku", "caspian")
    take(intake, dated("http://k.test/named", prose(61), 2, title="Baku"))
    take(intake, dated("http://j.test/plain", text, 1, title="By the sea"))
    take(intake, dated("http://l.test/named", text, 2, title="Baku by the sea"))
    numbers = {row["id"] for row in intake.corpus._rows("SELECT id FROM articles")}
    take(intake, dated("http://l.test/named", prose(61), 3, title="Now a copy"))
    assert len(intake.corpus._rows("SELECT id FROM articles")) == 1
    take(intake, dated("http://m.test/new", prose(62), 4))
    newest = intake.corpus._value("SELECT max(id) FROM articles")

    assert newest not in numbers


def test_seed_that_rows_still_name_is_kept_when_its_file_goes(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    take(intake, PAGES[6])
    intake.corpus.sync_seeds(SeedSet(documents=(), digest="2"))

    assert intake.corpus._value("SELECT count(*) FROM seeds") == 1
    assert take(intake, dated("http://z.test/again", PAGES[6].text, 9)).outcome == Outcome.COPY


def test_date_before_the_year_1000_is_kept_in_order(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    take(intake, article("http://a.test/x", BASE, published=datetime(25, 7, 3, tzinfo=UTC)))

    assert intake.corpus._value("SELECT published FROM articles") == "0025-07-03T00:00:00Z"
