"""A corpus that cannot be used is told of though no daemon gets to its first look."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.errors import CorpusLocked, NotACorpus
from scheduler.beat import Pulse
from scheduler.clockwork import Clockwork
from scheduler.corpus_alarm import CorpusAlarm, telling_of_corpus
from scheduler.daemon import run_once, serve
from scheduler.health import ailments
from scheduler.rounds import Rounds
from scheduler.telling import Teller
from tests.alert_web import NOW, ear, folder, later, listening, settings, write_settings
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.alert_web import Ear

pytest.importorskip("apprise", reason="the notify extra is not installed")

__all__ = ["ear", "folder"]


def ruin(folder: Path) -> None:
    for file in folder.glob("corpus.db*"):
        file.unlink()
    (folder / "corpus.db").write_text("no corpus\n" * 1000)


@pytest.mark.parametrize("begin", [serve, run_once])
def test_daemon_that_cannot_start_for_its_corpus_tells_it_once(
    folder: Path, ear: Ear, begin: Callable[..., int]
) -> None:
    ruin(folder)
    write_settings(folder, ear.url)

    for _ in range(3):
        with pytest.raises(NotACorpus):
            begin(folder, environ={})

    (message,) = ear.heard
    assert "the corpus cannot be used" in message["message"]
    assert str(folder / "corpus.db") in message["message"]


def test_teller_heeds_what_was_told_at_a_start(folder: Path, ear: Ear) -> None:
    ruin(folder)
    write_settings(folder, ear.url)
    with pytest.raises(NotACorpus):
        serve(folder, environ={})
    pulse = Pulse(pid=1, since="2026", late_s=1.0)

    Teller(settings=lambda: load_settings(folder, {}), pulse=pulse, every_s=1.0)._look()

    assert len(ear.heard) == 1


@contextmanager
def starting(folder: Path, ear: Ear, *more: str) -> Iterator[None]:
    ours = settings(folder, ear, ALL=",".join([ear.url, *more]))
    with pytest.raises(NotACorpus), telling_of_corpus(ours):
        yield


def start(folder: Path, ear: Ear, *more: str) -> None:
    with starting(folder, ear, *more):
        raise NotACorpus("no corpus", path=folder / "corpus.db")


def test_each_address_is_told_again_after_a_day_and_one_that_fails_earlier(
    folder: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    minutes = 0.0
    monkeypatch.setattr("scheduler.corpus_alarm.clock.now", lambda: later(minutes=minutes))
    heard = []
    with listening() as other:
        other.status = 500
        for minutes in (0, 1, 3, 4, 24 * 60, -9e5, -9e5 + 1):  # noqa: B007  # at last set back
            start(folder, ear, other.url)
            heard.append((len(ear.heard), len(other.heard)))

    assert heard == [(1, 1), (1, 1), (1, 2), (1, 2), (2, 3), (3, 4), (3, 4)]


def test_who_cannot_be_remembered_is_not_told_at_each_start(folder: Path, ear: Ear) -> None:
    (folder / "corpus.db.told").mkdir()

    start(folder, ear)

    assert ear.heard == []


def test_daemon_that_lives_on_remembers_by_itself(folder: Path, ear: Ear) -> None:
    alarm, ours = CorpusAlarm(corpus_path=folder / "corpus.db"), settings(folder, ear)
    trouble = NotACorpus("no corpus", path=folder / "corpus.db")
    alarm.tell(ours, trouble, now=NOW)
    (folder / "corpus.db.told.new").mkdir()  # nothing is written any more

    for hours in (25, 26, 48):
        alarm.tell(ours, trouble, now=later(hours=hours))

    assert len(ear.heard) == 2


def test_what_is_remembered_and_makes_no_sense_silences_nobody(folder: Path, ear: Ear) -> None:
    for text in ("torn {", "[]", '{"who": 3}', '{"who": ["2026-03-02T12:00:00", 1]}'):
        (folder / "corpus.db.told").write_text(text)
        (folder / "corpus.db.told").chmod(0o644)
        start(folder, ear)

        assert len(ear.heard) == 1
        ear.heard.clear()


def test_corpus_that_is_locked_at_a_start_is_no_alarm(folder: Path, ear: Ear) -> None:
    with pytest.raises(CorpusLocked), telling_of_corpus(settings(folder, ear)):
        raise CorpusLocked("it is locked", path=folder / "corpus.db")

    assert ear.heard == []


def test_file_of_addresses_that_cannot_be_read_hides_no_trouble(folder: Path, ear: Ear) -> None:
    with starting(folder, ear, "file:nowhere.txt"):
        raise NotACorpus("no corpus", path=folder / "corpus.db")

    assert ear.heard == []


def test_nothing_of_an_address_is_remembered(folder: Path, ear: Ear) -> None:
    alarm = CorpusAlarm(corpus_path=folder / "corpus.db")
    alarm.tell(settings(folder, ear), NotACorpus("no", path=folder), now=NOW)

    assert ear.url not in (folder / "corpus.db.told").read_text()
    assert str(ear.port) not in (folder / "corpus.db.told").read_text().replace("2026", "")


def test_thread_that_tells_and_has_ended_is_an_ailment(
    folder: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(*_: object, **__: object) -> bool:
        raise SystemExit  # as a plug-in may; a thread ends of it without a word

    write_settings(folder, ear.url)
    ours = load_settings(folder, {})
    clockwork = Clockwork(rounds=Rounds(settings=ours, environ={}), tick_s=0.01)
    assert ailments(ours, clockwork.beat()) == []
    monkeypatch.setattr("scheduler.telling.tell_once", leave)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)  # else pytest minds

    clockwork._teller.begin()
    thread = clockwork._teller._thread
    assert isinstance(thread, threading.Thread)
    thread.join(PATIENCE_S)

    (said,) = ailments(ours, clockwork.beat())
    assert "nobody is told" in said
    clockwork._teller.stop()
    assert ailments(ours, clockwork.beat()) == []


def test_daemon_that_tells_nobody_forgets_where_it_stood(
    folder: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulse = Pulse(pid=1, since="2026", late_s=1.0)
    teller = Teller(settings=lambda: load_settings(folder, {}), pulse=pulse, every_s=1.0)
    checked: list[Path] = []
    monkeypatch.setattr(Corpus, "damage", lambda corpus: checked.append(corpus.path))
    hours = 0.0
    monkeypatch.setattr("scheduler.telling.clock.now", lambda: later(hours=hours))
    for hours in (0.0, 25.0):  # noqa: B007  # the clock's
        assert teller._look()

    with closing(Corpus(folder / "corpus.db")) as corpus:
        assert corpus.alert_marks() is None
    assert checked == []
    assert ear.heard == []
