"""The seeds' own web in a corpus: what is proposed, tried, confirmed and laid to rest."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ingest.config import load_settings
from ingest.errors import ConfigError
from ingest.homes import enter_outlet
from ingest.own_web import decide, on_trial, own_web, unplaced_owners
from ingest.workspace import Workspace
from tests.test_intake import SEED_TEXT, dated, open_intake, take
from tests.test_topic import SEEDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.corpus import Corpus
    from ingest.topic import Topic

NOW = datetime(2026, 7, 3, 12, tzinfo=UTC)
CATALOGUE = "\n".join(
    f"https://paper{n}.az/\tPaper {n}\taz\ten\tru\thttps://paper{n}.az/rss" for n in range(5)
)


class Desk:
    """A workspace on the five seeds, with a catalogue of its own."""

    def __init__(self, folder: Path, corpus: Corpus, topic: Topic) -> None:
        self.folder, self.corpus, self.topic = folder, corpus, topic

    def settings(self, **discovery: Any) -> None:
        lines = [f"{name} = {str(value).lower()}" for name, value in discovery.items()]
        text = "\n".join(["[discovery]", *lines])
        (self.folder / "seedbed.toml").write_text(text, encoding="utf-8")

    def work(self, days: float = 0) -> dict[str, str]:
        own_web(
            load_settings(self.folder, {}), self.corpus, self.topic,
            now=NOW + timedelta(days=days),
        )  # fmt: skip
        return self.states()

    def states(self) -> dict[str, str]:
        rows = self.corpus._rows("SELECT url, state FROM sources ORDER BY id")
        return {row["url"].partition("://")[2]: row["state"] for row in rows}

    def keep(self, url: str) -> None:
        """Let an article of an outlet be in the ledger."""
        self.corpus._run(
            "INSERT INTO outlets (id, first_seen, last_seen) VALUES (?, 'x', 'x') "
            "ON CONFLICT DO NOTHING",
            (outlet := url.partition("://")[2].partition("/")[0],),
        )
        self.corpus._run(
            "INSERT INTO pages (url, key, outlet, outcome, reason, found_by, first_seen) "
            "VALUES (?, ?, ?, 'article', '', 'links', 'x')",
            (url, url, outlet),
        )


@pytest.fixture(scope="module")
def topic(tmp_path_factory: pytest.TempPathFactory) -> Topic:
    folder = tmp_path_factory.mktemp("topic")
    (folder / "seeds").symlink_to(SEEDS)
    with closing(Workspace.open(folder, {}).corpus()) as corpus:
        return Workspace.open(folder, {}).learn(corpus).topic


@pytest.fixture
def desk(tmp_path: Path, topic: Topic) -> Iterator[Desk]:
    (tmp_path / "seeds").symlink_to(SEEDS)
    (tmp_path / "outlets.tsv").write_text(CATALOGUE, encoding="utf-8")
    workspace = Workspace.open(tmp_path, {})
    with closing(workspace.corpus()) as corpus:
        workspace.sync_seeds(corpus)
        yield Desk(tmp_path, corpus, topic)


def test_outlets_of_the_seeds_are_tried_first_and_the_rest_is_shown(desk: Desk) -> None:
    desk.settings(per_day=4)
    states = desk.work()
    polled = [url for url, state in states.items() if state == "active"]

    assert polled == [
        "frontnews.ge/", "frontnews.eu/", "southfront.org/", "paper0.az/", "paper0.az/rss",
    ]  # fmt: skip
    assert states["miny.app/"] == "proposed"  # what a comment under a seed sells
    assert len(states) > 60
    assert unplaced_owners(desk.corpus) == {"Wales Union News": [3]}


def test_sources_say_what_speaks_for_them(desk: Desk) -> None:
    desk.work()
    rows = desk.corpus._rows("SELECT url, because, found_by FROM sources ORDER BY id LIMIT 6")

    assert [(row["because"], row["found_by"]) for row in rows] == [
        ("seed 1 has its copyright line", "seeds"),
        ("seed 1 has its mail address", "seeds"),
        ("seed 4 names it and has its address", "seeds"),
        ("the page around seed 4 links to it", "seeds"),
        ("Paper 0 is an outlet of Azerbaijan and reports on Russia, in en", "catalogue"),
        ("Paper 0 is an outlet of Azerbaijan and reports on Russia, in en", "catalogue"),
    ]


def test_as_many_are_tried_as_a_day_allows_until_so_many_are_on_trial(desk: Desk) -> None:
    desk.settings(per_day=3, on_trial=7)
    tried = []
    for day in range(4):
        for _ in range(3):  # as often as runs begin
            desk.work(days=day)
        tried.append(len(on_trial(desk.corpus)))

    assert tried == [3, 6, 7, 7]


def test_outlet_that_brings_nothing_rests_with_all_that_was_found_of_it(desk: Desk) -> None:
    desk.settings(per_day=4, trial_days=10)
    desk.work()
    found: dict[str, Any] = {"outlet": "paper0.az", "every_minutes": 30, "now": NOW}
    desk.corpus.add_source(kind="sitemap", url="https://paper0.az/map", found_by="robots", **found)
    desk.corpus.add_source(kind="feed", url="https://paper0.az/own", found_by="settings", **found)
    states = desk.work(days=10)

    assert states["paper0.az/"] == states["paper0.az/map"] == states["paper0.az/rss"] == "resting"
    assert states["paper0.az/own"] == "active"
    (row,) = desk.corpus._rows("SELECT because FROM sources WHERE url = 'https://paper0.az/'")
    assert row["because"] == "it brought no article in 10 days"
    assert states["paper1.az/"] == "active"
    assert desk.work(days=30)["paper0.az/"] == "resting"


def test_outlet_that_brings_an_article_is_confirmed(desk: Desk) -> None:
    desk.settings(per_day=4, trial_days=10)
    desk.work()
    desk.keep("https://paper0.az/1")
    desk.work(days=1)

    assert "paper0.az" not in on_trial(desk.corpus)
    assert desk.work(days=40)["paper0.az/"] == "active"


def test_outlet_that_rests_is_polled_again_once_an_article_of_it_was_kept(desk: Desk) -> None:
    desk.settings(per_day=4, trial_days=10)
    desk.work()
    assert desk.work(days=10)["paper0.az/"] == "resting"
    desk.keep("https://paper0.az/1")

    assert desk.work(days=11)["paper0.az/"] == "active"


def test_proposed_outlet_is_polled_once_an_article_of_it_was_kept(desk: Desk) -> None:
    desk.settings(proposals='"show"')
    assert "active" not in desk.work().values()
    desk.keep("https://paper3.az/1")
    states = desk.work()

    assert [url for url, state in states.items() if state == "active"] == [
        "paper3.az/", "paper3.az/rss",
    ]  # fmt: skip


def test_kept_article_wakes_its_outlet_at_once(desk: Desk) -> None:
    desk.settings(proposals='"show"')
    desk.work()
    found = enter_outlet(
        desk.corpus, "https://paper3.az/en/1", ["https://paper3.az/en/1/feed", "https://paper3.az/f"],
        every_minutes=30, is_teaching=False, now=NOW,
    )  # fmt: skip
    states = desk.states()

    assert found == ["https://paper3.az/", "https://paper3.az/robots.txt", "https://paper3.az/f"]
    assert {states[url.partition("://")[2]] for url in (*found, "https://paper3.az/rss")} == {
        "active"
    }


def test_judging_anew_wakes_nobody(desk: Desk) -> None:
    desk.settings(proposals='"show"')
    desk.work()
    enter_outlet(
        desk.corpus, "https://paper3.az/en/1", (), every_minutes=30, is_teaching=True, now=NOW
    )

    assert desk.states()["paper3.az/"] == "proposed"


def test_what_fits_no_more_is_forgotten_unless_it_was_polled(desk: Desk) -> None:
    desk.settings(per_day=4)
    desk.work()
    (desk.folder / "outlets.tsv").write_text("", encoding="utf-8")
    desk.settings(per_day=4, catalogue=False)
    states = desk.work()

    assert set(states) == {
        "frontnews.ge/", "frontnews.eu/", "southfront.org/", "miny.app/", "paper0.az/",
        "paper0.az/rss",
    }  # fmt: skip
    known = {row["id"] for row in desk.corpus._rows("SELECT id FROM outlets")}
    assert known == {"frontnews.ge", "frontnews.eu", "southfront.org", "miny.app", "paper0.az"}


def test_off_proposes_nothing_and_forgets_what_was_shown(desk: Desk) -> None:
    desk.settings(per_day=0)
    desk.work()
    desk.settings(proposals='"off"')

    assert desk.work() == {}
    desk.settings(per_day=0)
    assert len(desk.work()) > 60


def test_second_look_writes_nothing_where_nothing_changed(desk: Desk) -> None:
    desk.work()
    before = desk.corpus._value("SELECT total_changes()")
    desk.work()

    assert desk.corpus._value("SELECT total_changes()") == before


def test_what_settings_name_is_polled_though_it_was_only_proposed(desk: Desk) -> None:
    desk.settings(proposals='"show"')
    desk.work()
    (desk.folder / "seedbed.toml").write_text(
        '[sources]\nsites = ["https://paper2.az/"]\n[discovery]\nproposals = "show"'
    )

    assert desk.work()["paper2.az/"] == "active"
    assert desk.work()["paper2.az/rss"] == "proposed"


def test_what_another_source_names_is_polled_though_it_was_only_proposed(desk: Desk) -> None:
    desk.settings(proposals='"show"')
    desk.work()
    desk.corpus.poll_proposed(kind="feed", url="https://paper2.az/rss", now=NOW)

    assert desk.work()["paper2.az/rss"] == "active"
    assert desk.states()["paper2.az/"] == "proposed"


def test_search_of_a_site_that_a_person_let_rest_is_not_asked_again(desk: Desk) -> None:
    told: dict[str, Any] = {"outlet": "paper0.az", "found_by": "wordpress", "every_minutes": 30}
    desk.corpus.add_source(kind="search-feed", url="https://paper0.az/?s=a", now=NOW, **told)
    desk.corpus.ask_only("search-feed", (), now=NOW)
    desk.corpus.ask_only("search-feed", ["https://paper0.az/?s=a"], now=NOW)
    assert desk.states() == {"paper0.az/?s=a": "active"}
    decide(desk.corpus, desk.corpus.all_sources(), is_accepted=False, now=NOW)
    desk.corpus.ask_only("search-feed", ["https://paper0.az/?s=a"], now=NOW)

    assert desk.states() == {"paper0.az/?s=a": "resting"}


def test_what_a_person_decided_stands(desk: Desk) -> None:
    desk.settings(per_day=4, trial_days=10)
    desk.work()
    rows = {row["url"]: row for row in desk.corpus.all_sources()}
    decide(desk.corpus, [rows["https://paper0.az/"]], is_accepted=True, now=NOW)
    decide(desk.corpus, [rows["https://frontnews.ge/"]], is_accepted=False, now=NOW)
    desk.keep("https://frontnews.ge/1")
    states = desk.work(days=10)

    assert (states["paper0.az/"], states["frontnews.ge/"]) == ("active", "resting")
    assert states["frontnews.eu/"] == "resting"  # its trial is over


def test_mistake_in_the_catalogue_of_the_workspace_is_one_of_the_settings(desk: Desk) -> None:
    (desk.folder / "outlets.tsv").write_text("paper.az", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"outlets\.tsv: line 1: expected home, names"):
        desk.work()


def test_kept_page_makes_home_and_feeds_of_its_outlet_sources(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db")
    take(intake, dated("http://www.a.test/news/1", SEED_TEXT, 1))
    rows = intake.corpus._rows("SELECT kind, url, state, because FROM sources ORDER BY kind")

    assert [(row["kind"], row["url"]) for row in rows] == [
        ("robots", "http://www.a.test/robots.txt"),
        ("site", "http://www.a.test/"),
    ]
    assert {(row["state"], row["because"]) for row in rows} == {
        ("active", "it gave an article that was kept")
    }
