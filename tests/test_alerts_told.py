"""Whoever is to be told is told: over a real address, whatever happens in between."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

# As in test_corpus: one SQLite library a process.
from pysqlite3 import dbapi2 as sqlite3  # noqa: TID251

from ingest.alert_items import Alert, AlertKind, AlertMarks, Receiver
from ingest.alerts.round import look, look_and_tell, tell_of_standstill
from ingest.alerts.sending import Address, room_at, send
from ingest.alerts.wording import Message
from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.corpus.base import iso
from ingest.errors import CorpusLocked
from tests.alert_web import (
    NOW,
    SECRET,
    change_headline,
    ear,
    folder,
    keep_article,
    later,
    settings,
    write_settings,
)
from tests.filled import T1, T2, add_article, add_copy, add_page, insert

if TYPE_CHECKING:
    from pathlib import Path

    from tests.alert_web import Ear

pytest.importorskip("apprise", reason="the notify extra is not installed")

__all__ = ["ear", "folder"]


def figures(folder: Path) -> dict[str, int]:
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        return corpus.alert_figures()


def test_new_article_is_told_once_and_without_its_text(folder: Path, ear: Ear) -> None:
    keep_article(folder, 11)

    (told,) = look_and_tell(settings(folder, ear), now=NOW)
    again = look_and_tell(settings(folder, ear), now=later(hours=1))

    assert (told.error, dict(told.counts)) == (None, {AlertKind.NEW: 1})
    assert again == []
    assert len(ear.heard) == 1
    assert "Title 11" in ear.bodies
    assert "https://first.test/11" in ear.bodies
    assert "Police" not in ear.bodies
    assert figures(folder) == {"waiting": 0, "sent": 1, "failed": 0}


def test_what_was_there_before_is_not_told(folder: Path, ear: Ear) -> None:
    assert look(settings(folder, ear), now=NOW) == []
    assert look_and_tell(settings(folder, ear), now=NOW) == []


def test_everything_new_is_one_message(folder: Path, ear: Ear) -> None:
    for number in range(11, 31):
        keep_article(folder, number)
    change_headline(folder)

    look_and_tell(settings(folder, ear, SHOWN="3"), now=NOW)

    (message,) = ear.heard
    assert message["title"].endswith(": 1 changed headline, 20 new articles")
    assert "was: It was" in message["message"]
    assert message["message"].endswith("… and 17 more")
    assert message["message"].count("Title") == 3


def test_more_than_a_look_reads_is_told_whole(folder: Path, ear: Ear) -> None:
    with closing(Corpus(folder / "corpus.db")) as corpus, corpus.transaction():
        corpus._run(
            "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 1299) "
            "INSERT INTO pages (id, key, url, outcome, reason, found_by, first_seen, article) "
            "SELECT i, i, i, 'article', '', 'feeds', '2026', i FROM n"
        )
        corpus._run(
            "INSERT INTO articles (id, title, outlet, relevance, why, lead, words, url, "
            "first_seen, run, page, sha256, extractor, text) SELECT id, 't', 'first.test', 1, '', "
            "'', 1, url, '2026-03-01T00:00:00Z', 1, id, id, '', '' FROM pages WHERE id >= 100"
        )

    (told,) = look_and_tell(settings(folder, ear), now=NOW)

    assert told.counts == {AlertKind.NEW: 1200}
    assert look_and_tell(settings(folder, ear), now=later(hours=1)) == []


def test_what_is_held_back_goes_into_the_next_message(folder: Path, ear: Ear) -> None:
    for minutes, number in ((0, 11), (1, 12), (5, 13), (12, 14)):
        keep_article(folder, number)
        look_and_tell(settings(folder, ear), now=later(minutes=minutes))

    assert [title.rpartition(": ")[2] for title in ear.titles] == [
        "1 new article", "3 new articles",
    ]  # fmt: skip


def test_digest_is_sent_at_its_time_and_alarms_at_once(folder: Path, ear: Ear) -> None:
    daily = settings(folder, ear, DIGEST="08:00")
    look_and_tell(daily, now=NOW)
    keep_article(folder, 11)
    assert look_and_tell(daily, now=later(hours=1)) == []
    tell_of_standstill(daily, "no tick for 600 s", now=later(hours=2))
    look_and_tell(daily, now=later(hours=2))
    keep_article(folder, 12)
    look_and_tell(daily, now=later(hours=19.9))
    look_and_tell(daily, now=later(hours=20))
    keep_article(folder, 13)
    look_and_tell(daily, now=later(hours=21))

    assert [title.rpartition(": ")[2] for title in ear.titles] == ["1 alarm", "2 new articles"]
    assert "no tick for 600 s" in ear.bodies


def test_digest_of_nothing_is_not_made_up_for_later(folder: Path, ear: Ear) -> None:
    daily = settings(folder, ear, DIGEST="08:00")
    look_and_tell(daily, now=NOW)
    look_and_tell(daily, now=later(hours=20))
    keep_article(folder, 11)
    look_and_tell(daily, now=later(hours=21))
    assert ear.heard == []

    look_and_tell(daily, now=later(hours=44))

    assert len(ear.heard) == 1


def test_alarm_that_is_over_and_comes_back_is_told_again(folder: Path, ear: Ear) -> None:
    said = settings(folder, ear)

    def fail_source(failures: int, now_hours: float) -> None:
        with closing(Corpus(folder / "corpus.db")) as corpus, corpus.transaction():
            corpus._run(
                "UPDATE sources SET failures = ?, last_ok = '2026' WHERE id = 2", (failures,)
            )
        look_and_tell(said, now=later(hours=now_hours))

    for failures, hours in ((5, 0), (6, 2), (0, 30), (5, 40)):
        fail_source(failures, hours)

    assert [title.rpartition(": ")[2] for title in ear.titles] == ["1 alarm", "1 alarm"]


def test_story_that_breaks_out_is_told_with_its_copies_counted(folder: Path, ear: Ear) -> None:
    def came(number: int, story: int, days_ago: float) -> None:
        at = iso(NOW - timedelta(days=days_ago))
        add_page(corpus, number, outlet="first.test", outcome="article", article=number)
        add_article(
            corpus, number, title="t", outlet="first.test", seed=None, story=story, published=at,
            url=f"https://first.test/{number}", first_seen=at,
        )  # fmt: skip

    with closing(Corpus(folder / "corpus.db")) as corpus, corpus.transaction():
        for story in range(1, 40):
            title = "The raid" if story == 20 else "Another"
            insert(corpus, "stories", id=story, title=title, terms="", articles=2, outlets=1)
            for place, days_ago in enumerate((0, 0, 0, 1, 6)):
                came(100 * story + place, story, 2 * story + 6.5 - days_ago)
        corpus._run("UPDATE stories SET first_article = 2000 WHERE id = 20")
        corpus.begin_alerts()
    with closing(Corpus(folder / "corpus.db")) as corpus, corpus.transaction():
        for number in range(2050, 2055):
            came(number, 20, 0.2)
        for number, outlet in enumerate(("b.test", "c.test", "d.test", "e.test"), start=1):
            insert(corpus, "outlets", id=outlet, first_seen=T1, last_seen=T1)
            add_page(corpus, 5000 + number, outlet=outlet, outcome="copy", article=2050)
            add_copy(
                corpus, number, article=2050, outlet=outlet, page=5000 + number, url="u",
                published=iso(NOW), first_seen=iso(NOW),
            )  # fmt: skip

    look_and_tell(settings(folder, ear, ALL="", STORY=ear.url), now=NOW)

    (message,) = ear.heard
    assert message["title"].endswith(": 1 story breaks out")
    assert message["message"].splitlines()[1:] == [
        "• The raid",
        "  9 articles and copies in a day, 0.1 expected; 5 outlets tell it",
        "  https://first.test/2000",
    ]


def test_crawls_that_fail_in_a_row_and_a_topic_that_runs_away_are_alarms(
    folder: Path, ear: Ear
) -> None:
    crawl = {"trigger": "schedule", "version": "0", "started": T1}
    with closing(Corpus(folder / "corpus.db")) as corpus, corpus.transaction():
        ended = ["failed", "finished", "failed", "died", "interrupted", "failed", "died", "failed"]
        for spider, outcomes in (("feeds", ended), ("links", ["failed", "failed", "running"])):
            for outcome in outcomes:
                said = f"{outcome} at last"
                insert(corpus, "runs", spider=spider, outcome=outcome, message=said, **crawl)
        step = {"version": "", "texts": 1, "gained": "", "lost": "", "pages": "[]", "at": T1}
        insert(corpus, "topic_steps", kind="drift", near_no_seed=0.71, undone=T1, **step)
        insert(corpus, "topic_steps", kind="drift", near_no_seed=0.71, undone=T2, **step)
        insert(corpus, "topic_steps", kind="labels", undone=T1, **step)

    (told,) = look_and_tell(settings(folder, ear), now=NOW)

    assert told.counts == {AlertKind.ALARM: 2}
    assert "crawls of feeds failed 3 times in a row" in ear.bodies
    assert "failed at last" in ear.bodies
    assert "71% of the latest articles are near no seed" in ear.bodies


def test_address_that_fails_is_told_later_and_the_others_at_once(folder: Path, ear: Ear) -> None:
    dead = "json://127.0.0.1:1/"
    both = settings(folder, ear, ALL=f"{dead},{ear.url}")
    keep_article(folder, 11)

    failed, told = look_and_tell(both, now=NOW)
    (again,) = look_and_tell(both, now=later(minutes=2))

    assert (failed.name, failed.error) == ("all 1 (json)", "no connection")
    assert (told.name, told.error) == ("all 2 (json)", None)
    assert again.name == failed.name
    assert len(ear.heard) == 1
    assert figures(folder) == {"waiting": 1, "sent": 1, "failed": 2}


def test_message_that_was_refused_is_sent_again_whole(folder: Path, ear: Ear) -> None:
    keep_article(folder, 11)
    ear.status = 503
    (failed,) = look_and_tell(settings(folder, ear), now=NOW)
    keep_article(folder, 12)
    ear.status = 200

    assert look_and_tell(settings(folder, ear), now=later(minutes=1.9)) == []
    (told,) = look_and_tell(settings(folder, ear), now=later(minutes=15))

    assert failed.error == "it answered 503"
    assert (told.error, told.counts) == (None, {AlertKind.NEW: 2})


def test_address_that_leads_elsewhere_was_not_told(folder: Path, ear: Ear) -> None:
    keep_article(folder, 11)
    ear.status = 302

    (told,) = look_and_tell(settings(folder, ear), now=NOW)

    assert told.error == "it answered 302"


def test_what_waits_for_an_address_that_is_gone_is_dropped(folder: Path, ear: Ear) -> None:
    keep_article(folder, 11)
    look_and_tell(settings(folder, ear, DIGEST="08:00"), now=NOW)
    assert figures(folder)["waiting"] == 1

    others = settings(folder, ear, ALL="json://127.0.0.1:1/")
    for hours, waiting in ((0, 1), (23.9, 1), (24, 0)):
        look_and_tell(others, now=later(hours=hours))
        assert figures(folder)["waiting"] == waiting


def test_what_waits_for_an_address_that_is_named_again_is_told(folder: Path, ear: Ear) -> None:
    """A file of addresses may be empty while it is written."""
    daily = settings(folder, ear, DIGEST="08:00")
    others = settings(folder, ear, ALL="json://127.0.0.1:1/")
    keep_article(folder, 11)
    # Twice for less than a day, with a look in between; then the clock is set back.
    for said, hours in (
        (daily, 0), (others, 1), (daily, 2), (others, 3), (others, 25.5), (others, 0)
    ):  # fmt: skip
        look_and_tell(said, now=later(hours=hours))
        assert figures(folder)["waiting"] == 1

    look_and_tell(daily, now=later(hours=26))

    assert "Title 11" in ear.bodies


@pytest.mark.parametrize(("off_hours", "told"), [(23.0, ["1 new article"]), (25.0, [])])
def test_what_came_while_nobody_was_told_for_long_is_not_told_later(
    folder: Path, ear: Ear, off_hours: float, told: list[str]
) -> None:
    look_and_tell(settings(folder, ear), now=NOW)
    keep_article(folder, 11)
    with closing(Corpus(folder / "corpus.db")) as corpus:
        for hours in (1.0, 1.0 + off_hours):  # looks of a daemon that tells nobody
            corpus.rest_alerts(now=later(hours=hours))
        corpus.begin_alerts()
        assert corpus.state("alerts_off") is None

    look_and_tell(settings(folder, ear), now=later(hours=2.0 + off_hours))

    assert [title.rpartition(": ")[2] for title in ear.titles] == told


def test_times_without_anybody_to_tell_do_not_add_up(folder: Path, ear: Ear) -> None:
    with closing(Corpus(folder / "corpus.db")) as corpus:
        for hours in (0.0, 20.0):
            corpus.rest_alerts(now=later(hours=hours))
        look_and_tell(settings(folder, ear), now=later(hours=21))
        for hours in (22.0, 44.0):
            corpus.rest_alerts(now=later(hours=hours))

        assert corpus.alert_marks() is not None


def test_addresses_come_from_files_too(folder: Path, ear: Ear) -> None:
    (folder / "told.txt").write_text(f"# whom\n\n{ear.url}\n")
    keep_article(folder, 11)

    (told,) = look_and_tell(settings(folder, ear, ALL="", NEW="file:told.txt"), now=NOW)

    assert (told.name, told.error, len(ear.heard)) == ("new 1 (json)", None, 1)


KILLED = """
import os, sys
from datetime import datetime, timedelta
from pathlib import Path
from ingest.alerts.round import look_and_tell
from ingest.config import load_settings
folder, times = Path(sys.argv[1]), int(sys.argv[2])
settings = load_settings(folder, {})
for n in range(times):
    child = os.fork()
    if not child:
        (folder / "pid").write_text(str(os.getpid()))
        look_and_tell(settings, now=datetime.fromisoformat(sys.argv[3]) + n * timedelta(minutes=10))
        os._exit(0)
    os.waitpid(child, 0)
"""


def test_killed_before_it_is_noted_it_is_told_once_more_and_never_too_often(
    folder: Path, ear: Ear
) -> None:
    write_settings(folder, ear.url, more="messages_per_hour = 3")
    keep_article(folder, 11)
    ear.on_message = lambda: os.kill(int((folder / "pid").read_text()), signal.SIGKILL)

    # Nine starts within 80 minutes, each killed while its message is being taken.
    arguments = [str(folder), "9", NOW.isoformat()]
    subprocess.run([sys.executable, "-c", KILLED, *arguments], check=True)

    killed = len(ear.heard)
    ear.on_message = lambda: None
    rate = {"MESSAGES_PER_HOUR": "3"}
    look_and_tell(settings(folder, ear, **rate), now=later(hours=3))
    again = look_and_tell(settings(folder, ear, **rate), now=later(hours=4))

    assert 2 <= killed <= 5  # by 80 minutes: at most three an hour
    assert len(ear.heard) == killed + 1
    assert all("Title 11" in message["message"] for message in ear.heard)
    assert again == []


def test_killed_before_it_is_sent_it_is_not_lost(folder: Path, ear: Ear) -> None:
    keep_article(folder, 11)

    assert look_and_tell(settings(folder, ear), now=NOW, is_stopped=lambda: True) == []
    assert figures(folder)["waiting"] == 1
    look_and_tell(settings(folder, ear), now=NOW)

    assert "Title 11" in ear.bodies


def test_old_alerts_are_forgotten_and_what_nobody_took_too(folder: Path, ear: Ear) -> None:
    def left(**ago: float) -> list[str]:
        look_and_tell(settings(folder, ear), now=later(**ago), is_stopped=lambda: True)
        with closing(Corpus(folder / "corpus.db")) as corpus:
            return [row["key"] for row in corpus._rows("SELECT key FROM alerts")]

    keep_article(folder, 11)
    look_and_tell(settings(folder, ear), now=NOW)
    keep_article(folder, 12)
    assert left(hours=1) == ["article 11", "article 12"]

    assert left(days=30, minutes=30) == ["article 12"]
    assert figures(folder)["waiting"] == 1
    assert left(days=31) == []
    assert figures(folder)["waiting"] == 0


def test_locked_corpus_is_an_error_of_its_own(folder: Path) -> None:
    alert = Alert(kind=AlertKind.ALARM, key="k", at=NOW, title="t")
    with closing(sqlite3.connect(folder / "corpus.db")) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        with closing(Corpus(folder / "corpus.db", timeout_s=0.05)) as corpus:
            marks = corpus.latest_marks()
            with pytest.raises(CorpusLocked):
                corpus.enter_alerts([(alert, ["x"])], over=(), marks=marks, now=NOW)
            with pytest.raises(CorpusLocked):
                corpus.forget_alerts(before=NOW - timedelta(days=1), receivers=[], now=NOW)


def test_nothing_of_an_address_stands_in_the_corpus(folder: Path, ear: Ear) -> None:
    keep_article(folder, 11)
    ear.status = 500
    look_and_tell(settings(folder, ear), now=NOW)

    for file in folder.glob("corpus.db*"):
        assert SECRET.encode() not in file.read_bytes()
        assert str(ear.port).encode() not in file.read_bytes()


def test_standstill_sets_no_mark_back(
    folder: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_article(folder, 11)
    ours = settings(folder, ear)
    read = Corpus.alert_marks
    is_locked = []

    def read_and_tell(corpus: Corpus) -> AlertMarks | None:
        marks = read(corpus)
        monkeypatch.setattr(Corpus, "alert_marks", read)
        with closing(Corpus(folder / "corpus.db", timeout_s=0)) as other:
            try:
                other.keep_receiver("another", Receiver(digested=NOW))
            except CorpusLocked:
                is_locked.append(True)
        return marks

    monkeypatch.setattr(Corpus, "alert_marks", read_and_tell)
    tell_of_standstill(ours, "no look for 600 s", now=NOW)

    assert is_locked == [True]


def test_fullest_disk_is_the_one_that_is_told(
    folder: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings(folder, ear.url, more=f'[paths]\narchive = "{folder}/raw/pages"')
    (folder / "raw").mkdir()  # the folder in it is made by the first crawl
    usual = shutil.disk_usage(folder)
    free = {folder: 9 * 10**9, folder / "raw": 10**9}
    monkeypatch.setattr(
        "ingest.alerts.gathering.shutil.disk_usage", lambda at: usual._replace(free=free[at])
    )

    look_and_tell(load_settings(folder, {}), now=NOW)

    assert "little room on the disk of the archive: 1.00 GB free" in ear.bodies


def test_spiders_that_fail_are_found_fast_among_many_runs(folder: Path) -> None:
    with closing(Corpus(folder / "corpus.db")) as corpus, corpus.transaction():
        corpus._run(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000) "
            "INSERT INTO runs (started, spider, trigger, outcome, version) "
            "SELECT ?, 'links', 'schedule', 'failed', '0' FROM n",
            (T1,),
        )
        began_s = time.process_time()
        (found,) = corpus.failing_spiders(3)

    assert (found.spider, found.failures) == ("links", 8000)
    assert time.process_time() - began_s < 1


def test_markup_of_a_headline_is_not_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []

    def post(*_: object, **more: str) -> SimpleNamespace:
        sent.append(json.loads(more["data"]))
        return SimpleNamespace(status_code=200, content=b'{"ok": true}', headers={})

    monkeypatch.setattr("requests.post", post)
    address = Address(
        name="all 1 (tgram)", secret="tgram://123456789:abcdefg_hijklmnop/12315544/",
        kinds=frozenset(AlertKind),
    )  # fmt: skip

    send(address, Message(title="One", body='<a href="http://b.test/">gift</a> & <b>'))

    assert sent[-1]["parse_mode"] == "HTML"
    assert "<a" not in sent[-1]["text"]
    assert "&lt;a href=" in sent[-1]["text"]
    assert room_at(address) < 4096 / 2
