"""A corpus brought up to date with a topic that changed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest import log
from ingest.corpus import Corpus
from ingest.extract.detector import detector
from ingest.intake import Intake
from ingest.looking_back import look_back
from ingest.rejudge import _Again, after_run, before_run, rejudge
from ingest.workspace import Workspace, stored_topic
from tests.rows import NOW
from tests.taught import (
    TEXTS,
    Print,
    all_prints,
    crawl,
    make_workspace,
    opened,
    print_of,
    seeds_of,
    snapshot,
)
from tests.test_intake import prose

if TYPE_CHECKING:
    from collections.abc import Iterator

Snapshot = list[list[dict[str, Any]]]

PRINTS = all_prints()[::3]
OTHER_SEEDS = seeds_of([t for t in TEXTS if t.topic == "near" and t.language == "en"][:4])
#: What a topic of other seeds, or of other settings, is: name of the case to seeds and settings.
CHANGES: dict[str, tuple[dict[str, bytes] | None, str]] = {
    "other seeds": (OTHER_SEEDS, ""),
    "words dropped": (None, '[topic]\ndrop = ["Azerbaijan", "Moscow"]\n'),
    "words added": (None, '[topic]\nadd = ["Formula", "Georgia", "Verstappen"]\n'),
    "a lower cut": (None, "[topic]\nthreshold = 0.1\n"),
    "a higher cut": (None, "[topic]\nthreshold = 0.9\n"),
}


@pytest.fixture(scope="module")
def as_from_the_start(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Snapshot]:
    found = {}
    for case, (seeds, toml) in CHANGES.items():
        with opened(tmp_path_factory.mktemp("start"), seeds, toml) as (workspace, corpus):
            crawl(workspace, corpus, PRINTS)
            found[case] = snapshot(corpus)
    return found


@pytest.mark.parametrize("case", CHANGES)
def test_corpus_rejudged_is_the_one_crawled_so_from_the_start(
    case: str, tmp_path: Path, as_from_the_start: dict[str, Snapshot]
) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, random.Random(case).sample(PRINTS, len(PRINTS)))
        before = snapshot(corpus)
        before_run(make_workspace(tmp_path, *CHANGES[case]), corpus, now=NOW)
        after = snapshot(corpus)

    for rows, expected in zip(after, as_from_the_start[case], strict=True):
        assert [row for row in rows if row not in expected] == []
        assert len(rows) == len(expected)
    assert after != before


def test_nothing_is_judged_anew_when_nothing_changed(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[:10])
        _, told = rejudge(workspace, corpus, now=NOW)

        assert told.scored == 0
        assert [step["kind"] for step in corpus.topic_steps()] == ["seeds"]


def test_each_change_of_the_topic_is_a_step(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[:10])
        before_run(make_workspace(tmp_path, None, '[topic]\nadd = ["metro"]\n'), corpus, now=NOW)
        before_run(make_workspace(tmp_path, OTHER_SEEDS), corpus, now=NOW)
        first, second, third = corpus.topic_steps()

    assert [one["kind"] for one in (first, second, third)] == ["seeds", "settings", "seeds"]
    assert (first["texts"], second["texts"]) == (5, 0)
    assert second["gained"].startswith("metro")
    assert "Aliyev" in third["lost"]


def test_refused_address_is_fetched_once_its_headline_belongs_to_the_topic(tmp_path: Path) -> None:
    from ingest.items import Candidate

    headline = (
        "Verstappen wins the rain-hit race from pole ahead of both Ferraris on Sunday evening"
    )
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[:1])
        intake = Intake(corpus, before_run(workspace, corpus, now=NOW), workspace.settings, 1)
        intake.offer(
            [Candidate(url="http://a.test/race", found_by="feeds", title=headline)], now=NOW
        )
        assert corpus.counts_by_outcome()["skipped"] == 1
        toml = '[topic]\npin = ["Verstappen", "Ferrari"]\n'
        _, told = rejudge(make_workspace(tmp_path, None, toml), corpus, now=NOW)

        assert told.woken == 1
        assert corpus.count_due(now=NOW) == 1


@pytest.mark.parametrize("toml", ['[topic]\npin = ["Verstappen", "Ferrari"]\n',
                                  "[topic]\nheadline_threshold = 0.0\n"])  # fmt: skip
def test_no_trap_is_fetched_because_the_topic_or_its_cut_changed(tmp_path: Path, toml: str) -> None:
    from ingest.items import Candidate

    said = {
        "/race/page/4000/": "Verstappen wins the rain-hit race from pole ahead of both Ferraris",
        "/race": "Verstappen wins the rain-hit race from pole ahead of both Ferraris on Sunday",
        "/baku/page/4000/": "Azerbaijan and Russia trade arrests of journalists, Baku says",
    }
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[:1])
        intake = Intake(corpus, before_run(workspace, corpus, now=NOW), workspace.settings, 1)
        links = [Candidate(url=f"http://a.test{path}", found_by="links", title=title, depth=1)
                 for path, title in said.items()]  # fmt: skip
        intake.offer(links, now=NOW)
        before = _outcomes(corpus)
        rejudge(make_workspace(tmp_path, None, toml), corpus, now=NOW)

        assert before == {"/baku/page/4000/": "rejected", "/race": "skipped",
                          "/race/page/4000/": "skipped"}  # fmt: skip
        after = _outcomes(corpus)
        assert after["/race"] == "waiting"
        assert "waiting" not in {after["/race/page/4000/"], after["/baku/page/4000/"]}


def _outcomes(corpus: Corpus) -> dict[str, str]:
    rows = corpus._rows("SELECT url, outcome FROM pages WHERE outlet = 'a.test'")
    return {row["url"].removeprefix("http://a.test"): row["outcome"] for row in rows}


def test_a_link_too_deep_stays_refused_whatever_the_cut(tmp_path: Path) -> None:
    from ingest.items import Candidate

    toml = "[links]\ndepth = 2\n"
    with opened(tmp_path, None, toml) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[:1])
        intake = Intake(corpus, before_run(workspace, corpus, now=NOW), workspace.settings, 1)
        title = "Verstappen wins the rain-hit race from pole ahead of both Ferraris on Sunday"
        links = [Candidate(url=f"http://a.test/{depth}", found_by="links", title=title, depth=depth)
                 for depth in (2, 3)]  # fmt: skip
        intake.offer(links, now=NOW)
        cut = f"{toml}[topic]\nheadline_threshold = 0.0\n"
        rejudge(make_workspace(tmp_path, None, cut), corpus, now=NOW)

        assert _outcomes(corpus) == {"/2": "waiting", "/3": "skipped"}


REJUDGE = """
import sys; from datetime import UTC, datetime; from pathlib import Path
from ingest.rejudge import before_run; from ingest.workspace import Workspace
workspace = Workspace.open(Path(sys.argv[1]), {})
before_run(workspace, workspace.corpus(), now=datetime(2025, 7, 3, 12, tzinfo=UTC))
"""


def test_killed_at_any_moment_it_goes_on_where_it_was(
    tmp_path: Path, as_from_the_start: dict[str, Snapshot]
) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS)
    make_workspace(tmp_path, *CHANGES["other seeds"])
    kills = 0
    for patience in (1, 2, 4, 7, 99):
        kills += kill_after(tmp_path, patience)
    with closing(Corpus(tmp_path / "corpus.db")) as corpus:
        after = snapshot(corpus)

    assert kills >= 2
    for rows, expected in zip(after, as_from_the_start["other seeds"], strict=True):
        assert rows == expected


def kill_after(folder: Path, transactions: int) -> bool:
    """Rejudge in a process of its own, killed after so many signs of progress."""
    child = subprocess.Popen(
        [sys.executable, "-c", REJUDGE, str(folder)], cwd=Path(__file__).parents[1]
    )
    seen = set[str | None]()
    with closing(Corpus(folder / "corpus.db")) as corpus:
        seen.add(corpus.state("rejudging"))
        while child.poll() is None and len(seen) <= transactions:
            seen.add(corpus.state("rejudging"))
            time.sleep(0.002)
    is_killed = child.poll() is None
    if is_killed:
        os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == (-signal.SIGKILL if is_killed else 0)
    return is_killed


@pytest.mark.parametrize("case", ["words dropped", "a higher cut"])
@pytest.mark.parametrize("signs", [2, 3])
def test_change_taken_back_after_a_kill_leaves_the_corpus_as_it_was(
    case: str, signs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS)
        before = snapshot(corpus)
        left, reach = iter(range(signs)), _Again._reach

        def stop(again: _Again, stage: int, after: int) -> None:
            if next(left, None) is None:
                raise KeyboardInterrupt
            reach(again, stage, after)

        other = make_workspace(tmp_path, *CHANGES[case])
        monkeypatch.setattr(_Again, "_reach", stop)
        with pytest.raises(KeyboardInterrupt):
            before_run(other, corpus, now=NOW)
        monkeypatch.undo()
        halfway = snapshot(corpus)
        before_run(make_workspace(tmp_path), corpus, now=NOW)

        assert halfway != before
        assert snapshot(corpus) == before


def test_a_pass_names_the_seeds_it_judges_by(tmp_path: Path) -> None:
    """Stopped, and the seeds changed meanwhile to some that make the same topic: it begins anew."""
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS[:10])
        mark, stage, _ = json.loads(corpus.state("rejudging") or "")
        assert workspace.seeds().digest in mark
        assert stage == 4
        corpus.set_state("judged_by", "")
        corpus.set_state(
            "rejudging", json.dumps([mark.replace(workspace.seeds().digest, ""), 4, 0])
        )
        _, told = rejudge(workspace, corpus, now=NOW)

        assert told.scored > 0


def test_a_pass_that_is_told_to_stop_goes_on_with_the_next_call(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS)
        whole = len(corpus.texts_after(0, limit=999))
        other = make_workspace(tmp_path, *CHANGES["words added"])
        _, first = rejudge(other, corpus, now=NOW, is_stopped=lambda: True)
        assert corpus.state("judged_by") == ""
        _, rest = rejudge(other, corpus, now=NOW)

        assert corpus.state("judged_by") != ""
        assert (first.scored, rest.scored) == (whole, 0), "the texts are a stage of their own"


def test_a_family_is_loaded_once_however_many_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = next(text for text in TEXTS if text.topic == "story" and text.language == "en")
    loaded: list[list[int]] = []
    family_of = Corpus.family_of

    def noting(corpus: Corpus, pages: list[int]) -> Any:
        loaded.append(pages)
        return family_of(corpus, pages)

    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, [print_of(story, f"m{number}.test") for number in range(8)])
        monkeypatch.setattr(Corpus, "family_of", noting)
        toml = '[topic]\nadd = ["metro"]\n'
        _, told = rejudge(make_workspace(tmp_path, None, toml), corpus, now=NOW)

    assert told.scored == 8
    assert len(loaded) == 1


DRIFT = "[topic]\ndrift = true\n"
STORY = [print_of(text) for text in TEXTS if text.topic == "story"]


@pytest.fixture
def drifting(tmp_path: Path) -> Iterator[tuple[Workspace, Corpus]]:
    with opened(tmp_path, None, DRIFT) as (workspace, corpus):
        crawl(workspace, corpus, STORY[::2])
        yield workspace, corpus


def test_a_step_learns_from_sure_articles_of_all_days_but_the_newest(
    drifting: tuple[Workspace, Corpus],
) -> None:
    workspace, corpus = drifting
    before = stored_topic(corpus)
    number = after_run(workspace, corpus, now=NOW)
    step, after = corpus.topic_steps()[-1], stored_topic(corpus)
    newest = max(published for _, published in corpus.articles_by_date())
    dates = {corpus._value("SELECT published FROM articles WHERE page = ?", (page,))
             for page in step["pages"]}  # fmt: skip

    assert before is not None
    assert after is not None
    assert (step["id"], step["kind"], step["undone"]) == (number, "drift", None)
    assert step["version"] == after.version != before.version
    assert step["near_no_seed"] < 0.2
    assert step["gained"]
    assert newest[:10] not in {date[:10] for date in dates}
    assert after_run(workspace, corpus, now=NOW) is None, "a day is learned once"


def test_without_the_setting_nothing_drifts(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, STORY[:10])

        assert after_run(workspace, corpus, now=NOW) is None


def test_seeds_that_vanish_during_a_run_do_not_make_it_fail(
    drifting: tuple[Workspace, Corpus], caplog: pytest.LogCaptureFixture
) -> None:
    workspace, corpus = drifting
    knowledge = workspace.learn(corpus)
    for seed in workspace.settings.seeds_path.iterdir():
        seed.unlink()
    look_back(workspace, corpus, knowledge, log.get("test"))

    assert "look back not finished" in caplog.messages


def test_the_look_back_lets_go_of_what_only_pages_needed(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, STORY[:2])
        detector()
        look_back(workspace, corpus, workspace.learn(corpus), log.get("test"))

        assert not detector.cache_info().currsize


def test_a_step_taken_back_is_not_made_again(drifting: tuple[Workspace, Corpus]) -> None:
    workspace, corpus = drifting
    before, kept = stored_topic(corpus), snapshot(corpus)
    number = after_run(workspace, corpus, now=NOW)
    rejudge(workspace, corpus, now=NOW)
    assert number is not None
    corpus.undo_step(number, now=NOW)
    rejudge(workspace, corpus, now=NOW)

    assert stored_topic(corpus) == before
    assert snapshot(corpus) == kept
    assert after_run(workspace, corpus, now=NOW) is None


def test_drift_is_the_same_in_any_order_and_from_scratch(
    drifting: tuple[Workspace, Corpus], tmp_path: Path
) -> None:
    workspace, corpus = drifting
    after_run(workspace, corpus, now=NOW)
    with opened(tmp_path / "steps", None, DRIFT) as (other, stepwise):
        shuffled = random.Random(3).sample(STORY[::2], len(STORY[::2]))
        for start in range(0, len(shuffled), 8):
            crawl(other, stepwise, shuffled[start : start + 8])
            after_run(other, stepwise, now=NOW)
        before_run(other, stepwise, now=NOW)
        before_run(workspace, corpus, now=NOW)

        assert stored_topic(stepwise) == stored_topic(corpus)
        assert snapshot(stepwise) == snapshot(corpus)
    corpus.set_state("topic_told", "")
    assert workspace.learn(corpus).topic == stored_topic(corpus)


def test_a_runaway_is_written_down_and_stops_the_drift(tmp_path: Path) -> None:
    names = ["Verstappen", "Ferrari", "Monza", "Leclerc", "Norris"]
    toml = f'{DRIFT}pin = {names}\ndrop = ["Azerbaijan", "Russia"]\n'
    races = [
        Print(
            f"http://race.test/{number}", f"Verstappen on day {number}",
            tuple(f"{line} {', '.join(names)}." for line in prose(number).split("\n")),
            datetime(2025, 6, 1, tzinfo=UTC) + timedelta(days=number),
        )
        for number in range(12)
    ]  # fmt: skip
    with opened(tmp_path, None, toml) as (workspace, corpus):
        crawl(workspace, corpus, races)
        before = stored_topic(corpus)
        after_run(workspace, corpus, now=NOW)
        step = corpus.topic_steps()[-1]

        assert step["kind"] == "drift"
        assert step["near_no_seed"] > 0.5
        assert step["undone"] is not None
        assert stored_topic(corpus) == before
        assert after_run(workspace, corpus, now=NOW) is None
