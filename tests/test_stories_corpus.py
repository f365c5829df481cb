"""Stories in the corpus: laid out at the end of a run, kept while they live."""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from ingest.corpus import Corpus
from ingest.errors import CorpusLocked, Stopped
from ingest.stories import lay_stories, take_as_laid
from ingest.story_commands import COMMANDS
from ingest.terminal import Place
from tests.filled import add_article, add_copy, add_page, insert
from tests.postgres import again
from tests.test_stories import CRASH, LEXICON, RAID

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from click.testing import Result

SEEN = "2025-07-05T10:00:00Z"
OUTLETS = ("a.test", "b.test", "c.test", "d.test")
# article: (outlet, published, what it tells)
ARTICLES: dict[int, tuple[str, str | None, tuple[str, str, str]]] = {
    1: ("a.test", "2025-07-01T08:00:00Z", CRASH[2]),
    2: ("b.test", "2025-07-01T09:00:00Z", CRASH[0]),
    3: ("c.test", "2025-07-02T09:00:00Z", RAID[0]),
    4: ("a.test", "2025-07-02T19:00:00Z", CRASH[1]),
    5: ("b.test", "2025-07-03T09:00:00Z", RAID[1]),
    6: ("c.test", "2025-07-03T09:00:00Z", RAID[2]),
    7: ("c.test", "2025-09-20T09:00:00Z", RAID[0]),
    8: ("a.test", "2025-09-21T09:00:00Z", ("en", "Gas", "Gas exports rose in autumn.")),
    9: ("b.test", "2025-09-22T09:00:00Z", RAID[1]),
}


@pytest.fixture
def corpus(corpus: Corpus) -> Corpus:
    for outlet in OUTLETS:
        insert(corpus, "outlets", id=outlet, first_seen=SEEN, last_seen=SEEN)
    insert(
        corpus, "runs", id=1, started=SEEN, spider="feeds", trigger="command", outcome="finished",
        version="0.1.0",
    )  # fmt: skip
    return corpus


def find(corpus: Corpus, articles: Iterable[int], **more: Any) -> None:
    for number in articles:
        outlet, published, (language, title, text) = ARTICLES[number]
        add_page(corpus, number, outlet=outlet, outcome="article", source=None)
        facts = {"published": published, "language": language, "first_seen": SEEN, "seed": None}
        add_article(
            corpus, number, title=title, outlet=outlet, text=text,
            sha256=f"{number:064d}", **(facts | more),
        )  # fmt: skip


def lay(corpus: Corpus) -> int:
    return lay_stories(corpus, LEXICON, ["en"])


def partition(corpus: Corpus) -> list[list[int]]:
    """The articles of each story, in order of the first of them."""
    rows = corpus._rows("SELECT story, id FROM articles WHERE story IS NOT NULL ORDER BY id")
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row["story"], []).append(row["id"])
    return sorted(found.values())


WHOLE = [[1, 2, 4], [3, 5, 6], [7, 9]]


def test_story_names_title_outlets_and_first_reporter(corpus: Corpus) -> None:
    find(corpus, ARTICLES)
    add_page(corpus, 20, outlet="d.test", outcome="copy", article=2, source=None)
    add_copy(
        corpus, 1, article=2, outlet="d.test", published=SEEN, page=20, url="https://d.test/20"
    )
    lay(corpus)
    crash = corpus.story(1)

    assert partition(corpus) == WHOLE
    assert crash is not None
    assert crash["title"] == CRASH[0][1], "the first in a language of the seeds"
    assert crash["terms"].startswith("Aktau, ")
    assert (crash["articles"], crash["outlets"]) == (3, 3), "the copy adds an outlet, no article"
    assert (crash["first_outlet"], crash["first_article"]) == ("a.test", 1)
    assert (crash["first_published"], crash["last_published"]) == (
        "2025-07-01T08:00:00Z", "2025-07-02T19:00:00Z",
    )  # fmt: skip


@pytest.mark.parametrize("chance", range(6))
def test_order_of_arrival_over_several_runs_changes_nothing(corpus: Corpus, chance: int) -> None:
    order = list(ARTICLES)
    draw = random.Random(chance)
    draw.shuffle(order)
    while order:
        find(corpus, order[:2])
        order = order[2:]
        lay(corpus)

    assert partition(corpus) == WHOLE
    titles = [row["title"] for row in corpus.latest_stories(9)]
    assert sorted(titles) == sorted([CRASH[0][1], RAID[0][1], RAID[0][1]])


@pytest.mark.parametrize("chance", range(4))
def test_changes_far_apart_in_time_end_as_one_pass_over_all(corpus: Corpus, chance: int) -> None:
    draw = random.Random(chance)
    numbers = iter(range(1, 1000))
    for _ in range(6):
        for number in itertools.islice(numbers, draw.randint(1, 9)):
            find_told(corpus, number, draw.choice([*CRASH, *RAID]), day=draw.randrange(700))
        for change in ("DELETE FROM articles", "UPDATE articles SET published = NULL"):
            if draw.random() < 0.5:
                corpus._run(f"{change} WHERE id = ?", (draw.randint(1, 20),))
        lay(corpus)
    found = partition(corpus)
    corpus._run("UPDATE articles SET story = NULL")
    corpus._run("DELETE FROM stories")
    corpus.set_state("stories", "{}")
    lay(corpus)

    assert len(found) > 2
    assert found == partition(corpus)


def test_stretch_that_is_laid_out_stays_so_though_the_next_fails(corpus: Corpus) -> None:
    for number in range(60):
        find_told(corpus, number, CRASH[number % 2], day=number * 10)
    lay(corpus)
    (before,) = partition(corpus)
    for number, day in ((100, 15), (101, 555)):
        find_told(corpus, number, CRASH[0], day=day)
    corpus._run("UPDATE articles SET published = '2024-07-09Tnoon' WHERE id = 101")
    with pytest.raises(ValueError, match="noon"):
        lay(corpus)

    assert partition(corpus) == [sorted([*before, 100])]
    assert len(corpus.stale_days()) == 1


def test_stop_between_articles_leaves_the_stories_and_what_is_to_be_done(corpus: Corpus) -> None:
    find(corpus, [1, 2, 3, 4])
    lay(corpus)
    find(corpus, [5, 6])
    before, days = partition(corpus), corpus.stale_days()
    answers = iter([False, False, True])
    with pytest.raises(Stopped):
        lay_stories(corpus, LEXICON, ["en"], is_stopped=lambda: next(answers))

    assert (partition(corpus), corpus.stale_days()) == (before, days)
    assert lay(corpus) == 1
    assert partition(corpus) == WHOLE[:2]


def find_told(corpus: Corpus, number: int, told: tuple[str, str, str], *, day: int) -> None:
    language, title, text = told
    published = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(days=day)
    add_page(corpus, number, outlet="a.test", outcome="article", source=None)
    add_article(
        corpus, number, title=title, outlet="a.test", text=text, language=language, seed=None,
        published=f"{published:%Y-%m-%dT%H:%M:%SZ}", first_seen=SEEN,
    )  # fmt: skip


def test_story_keeps_its_id_when_its_beginning_is_found_late(corpus: Corpus) -> None:
    find(corpus, [3, 4, 2])
    lay(corpus)
    find(corpus, [5])
    lay(corpus)
    (crash,) = corpus._rows("SELECT story FROM articles WHERE id = 4")
    find(corpus, [1, 6])
    lay(corpus)

    story = corpus.story(crash["story"])
    assert story is not None
    assert story["first_article"] == 1
    assert partition(corpus) == WHOLE[:2]


def test_nothing_is_done_where_nothing_changed(corpus: Corpus) -> None:
    assert lay(corpus) == 0
    find(corpus, ARTICLES)

    assert lay(corpus) == 3
    before = corpus.written_by_others(), corpus._raw.total_changes
    assert lay(corpus) == 0
    assert (corpus.written_by_others(), corpus._raw.total_changes) == before


def test_later_run_touches_only_its_window(corpus: Corpus) -> None:
    find(corpus, [1, 2, 3, 4, 5, 6])
    lay(corpus)
    corpus._run("UPDATE stories SET terms = 'as it was'")
    find(corpus, [7, 8, 9])

    assert lay(corpus) == 1
    assert [row["terms"] for row in corpus.latest_stories(9)][1:] == ["as it was"] * 2


def test_changed_text_moves_an_article_and_ends_a_story(corpus: Corpus) -> None:
    find(corpus, [3, 7, 8, 9])
    lay(corpus)
    language, title, text = ARTICLES[8][2]
    corpus._run(
        "UPDATE articles SET title = ?, text = ?, language = ?, sha256 = 'new' WHERE id = 9",
        (title, text, language),
    )
    lay(corpus)

    assert partition(corpus) == [[8, 9]]
    assert len(corpus.latest_stories(9)) == 1


def test_withdrawn_article_leaves_a_story_of_one_which_is_none(corpus: Corpus) -> None:
    find(corpus, [3, 7, 9])
    lay(corpus)
    corpus._run("DELETE FROM articles WHERE id = 9")
    lay(corpus)

    assert partition(corpus) == []
    assert corpus.latest_stories(9) == []


def test_undated_article_stands_at_the_day_it_was_seen_and_reports_nothing_first(
    corpus: Corpus,
) -> None:
    find(corpus, [2, 4])
    find(corpus, [1], published=None, first_seen="2025-07-01T07:00:00Z")
    find(corpus, [9], published=None, first_seen=SEEN)
    lay(corpus)
    story = corpus.latest_stories(1)[0]

    assert partition(corpus) == [[1, 2, 4]]
    assert (story["first_article"], story["first_outlet"]) == (2, "b.test")


def test_dates_at_the_ends_of_time_are_taken(corpus: Corpus) -> None:
    find(corpus, [3], published="0001-01-01T00:00:00Z")
    find(corpus, [5], published="9999-12-31T23:59:59Z")
    find(corpus, [7, 9])
    lay(corpus)

    assert partition(corpus) == [[7, 9]]


def test_another_lexicon_threads_all_anew_and_keeps_ids(corpus: Corpus) -> None:
    find(corpus, ARTICLES)
    lay(corpus)
    before = corpus._rows("SELECT id, title, first_article FROM stories ORDER BY id")
    other = type(LEXICON)(
        languages=("en",), names=LEXICON.names | {"aktau"}, vocabulary=frozenset()
    )

    assert lay_stories(corpus, other, ["en"]) == 3
    assert corpus._rows("SELECT id, title, first_article FROM stories ORDER BY id") == before


def test_what_changes_while_stories_are_laid_out_is_laid_out_by_the_next(corpus: Corpus) -> None:
    find(corpus, ARTICLES)
    seen = corpus.stale_days()
    corpus._run("UPDATE articles SET title = 'Another' WHERE id = 1")
    corpus.settle_days(seen)

    assert len(seen) == 6
    assert set(corpus.stale_days()) == {"2025-07-01"}


@pytest.mark.parametrize(
    ("change", "days"),
    [
        ("UPDATE articles SET published = '2025-07-09T00:00:00Z' WHERE id = 3",
         {"2025-07-02", "2025-07-09"}),
        ("UPDATE articles SET published = NULL WHERE id = 3", {"2025-07-02", SEEN[:10]}),
        ("UPDATE articles SET copies = copies + 1 WHERE id = 3", {"2025-07-02"}),
        ("UPDATE articles SET sha256 = 'other' WHERE id = 3", {"2025-07-02"}),
        ("DELETE FROM articles WHERE id = 3", {"2025-07-02"}),
        ("UPDATE articles SET title = title, story = NULL, relevance = 0 WHERE id = 3", set()),
    ],
)  # fmt: skip
def test_days_are_noted_of_what_stories_are_made_of(
    corpus: Corpus, change: str, days: set[str]
) -> None:
    find(corpus, ARTICLES)
    lay(corpus)
    before = corpus.stale_days()
    corpus._run(change)

    assert (before, set(corpus.stale_days())) == ({}, days)


def test_stories_laid_out_before_days_were_noted_stay_as_they_are(corpus: Corpus) -> None:
    find(corpus, ARTICLES)
    lay(corpus)
    version = json.loads(corpus.state("stories") or "")["version"]
    former = {"version": version, "days": corpus.digest_by_day()}
    corpus.set_state("stories", json.dumps(former))
    nothing = lay(corpus)
    told = corpus.state("stories")
    corpus.set_state("stories", json.dumps(former))
    corpus._run("UPDATE articles SET sha256 = 'other' WHERE id = 8")
    corpus.settle_days(corpus.stale_days())  # as when nobody noted it

    assert (nothing, told) == (0, json.dumps({"version": version}))
    assert lay(corpus) == 1
    assert corpus.state("stories") == told


def test_what_is_taken_as_laid_stands_until_an_article_changes(corpus: Corpus) -> None:
    find(corpus, ARTICLES)
    take_as_laid(corpus, LEXICON)

    assert (lay(corpus), partition(corpus)) == (0, [])
    corpus._run("UPDATE articles SET sha256 = 'other' WHERE id = 7")
    assert lay(corpus) == 1
    assert partition(corpus) == [[7, 9]]


def test_locked_corpus_is_said_to_be_locked(corpus: Corpus) -> None:
    find(corpus, ARTICLES)
    with (
        closing(again(corpus, timeout_s=0.1)) as other,
        corpus.transaction(),
        pytest.raises(CorpusLocked),
    ):
        lay(other)


def run(corpus: Corpus, *arguments: str) -> Result:
    (command,) = COMMANDS
    place = Place(named=corpus.path.parent)
    return CliRunner().invoke(command, arguments, obj=place)


def test_command_lists_stories_and_shows_one_by_date(corpus: Corpus) -> None:
    find(corpus, ARTICLES)
    lay(corpus)
    listed = run(corpus, "--json").output.splitlines()
    shown = json.loads(run(corpus, "1", "--json").output)
    plain = run(corpus, "1").output

    assert [json.loads(line)["articles"] for line in listed] == [2, 3, 3]
    assert [row["id"] for row in shown["told_by"]] == [1, 2, 4]
    assert CRASH[0][1] in plain
    assert "3 articles, carried by 2 outlets" in plain
    assert CRASH[0][1] in run(corpus).output


def test_command_says_that_there_is_no_such_story(corpus: Corpus) -> None:
    assert "no stories yet" in run(corpus).output
    missing = run(corpus, "7")

    assert missing.exit_code == 1
    assert "no story 7" in missing.output


_READER = """
import re, sys
from datetime import UTC, datetime
from pathlib import Path
from ingest.corpus import Corpus

def peak() -> int:
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024

corpus = Corpus(Path(sys.argv[1]), readonly=True)
before = peak()
read = sum(len(one.text) for one in corpus.tellings(datetime(1, 1, 1, tzinfo=UTC)))
print(read, peak() - before)
"""


def test_threading_never_holds_all_texts(tmp_path: Path) -> None:
    each, many = 16_000, 4000
    with closing(Corpus(tmp_path / "corpus.db")) as corpus, corpus.transaction():
        insert(corpus, "outlets", id="a.test", first_seen=SEEN, last_seen=SEEN)
        insert(
            corpus, "runs", id=1, started=SEEN, spider="feeds", trigger="command",
            outcome="finished", version="0.1.0",
        )  # fmt: skip
        for number in range(1, many + 1):
            add_page(corpus, number, outlet="a.test", outcome="article", source=None)
            add_article(
                corpus, number, title="Talks", outlet="a.test", text="x" * each, seed=None,
                published=f"2025-07-{1 + number % 28:02}T08:00:00Z",
            )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", _READER, str(tmp_path / "corpus.db")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    read, grown = map(int, done.stdout.split())

    assert read == each * many
    assert grown < read / 2
