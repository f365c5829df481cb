"""Alerts by hand and by the daemon; an address is shown to nobody, and stops nothing."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.cli import main
from ingest.corpus import Corpus
from ingest.errors import ConfigError, CorpusLocked
from scheduler.beat import Pulse
from scheduler.daemon import run_once
from scheduler.lock import only_daemon
from scheduler.telling import ALERTS, Teller
from tests.alert_web import (
    SECRET,
    ear,
    folder,
    keep_article,
    later,
    listening,
    settings,
    write_settings,
)
from tests.commands import restored_logging
from tests.patience import wait_until
from tests.test_daemon import FAKE, SERVE
from tests.test_older_corpus import made_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.alert_web import Ear

pytest.importorskip("apprise", reason="the notify extra is not installed")

__all__ = ["ear", "folder", "restored_logging"]


SITES = '[sources]\nsites = ["http://a.test/"]'


def rows(folder: Path, sql: str) -> list[dict[str, object]]:
    with closing(Corpus(folder / "corpus.db")) as corpus:
        return corpus._rows(sql)


def seeded(folder: Path) -> Path:
    text = "The talks between Azerbaijan and Russia went on in Baku today. " * 9
    (folder / "seeds" / "one.txt").write_text(f"Talks in Baku\n{text}")
    return folder


def finding(folder: Path, number: int = 11) -> Callable[..., list[str]]:
    """A crawl that keeps an article, once the corpus was judged anew."""

    def command(spider: str, *_: object) -> list[str]:
        if not rows(folder, f"SELECT 1 FROM articles WHERE id = {number}"):
            keep_article(folder, number)
        return [sys.executable, str(FAKE), "ok", spider]

    return command


# By hand


def test_dry_run_shows_what_is_new_and_writes_nothing(
    folder: Path, ear: Ear, capsys: pytest.CaptureFixture[str]
) -> None:
    write_settings(folder, ear.url)
    keep_article(folder, 11)

    assert main(["alerts", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert main(["alerts", "--dry-run", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)

    assert said.startswith("new       Title 11\n")
    assert (row["key"], row["link"]) == ("article 11", "https://first.test/11")
    assert ear.heard == []
    assert rows(folder, "SELECT * FROM alerts") == []


def test_by_hand_what_is_new_is_told(
    folder: Path, ear: Ear, capsys: pytest.CaptureFixture[str]
) -> None:
    write_settings(folder, ear.url)
    keep_article(folder, 11)

    assert main(["alerts", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)

    assert told == {"to": "all 1 (json)", "is_sent": True, "error": None, "alerts": {"new": 1}}
    assert len(ear.heard) == 1


def test_test_is_sent_to_every_address_and_says_which_failed(
    folder: Path, ear: Ear, capsys: pytest.CaptureFixture[str]
) -> None:
    write_settings(
        folder, ear.url, f"ntfy://{SECRET}@127.0.0.1:1/t", f"nosuch://{SECRET}",
        f"jsons://{SECRET}.test/?verify=no",
    )  # fmt: skip

    code = main(["alerts", "--test"])
    said = capsys.readouterr().out

    assert code == 6
    assert said.splitlines() == [
        "all 1 (json): sent",
        "all 2 (ntfy): not sent: no connection",
        "all 3 (nosuch): not sent: apprise does not understand it",
        "all 4 (jsons): not sent: verify=no would trust any certificate: leave it out",
    ]
    assert ear.titles[0].endswith(": a test")


@pytest.mark.usefixtures("folder")
def test_nobody_to_tell_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts"]) == 3
    assert "[notify]" in capsys.readouterr().err
    assert main(["alerts", "--dry-run"]) == 0


def test_while_a_daemon_tells_nobody_else_does(folder: Path, ear: Ear) -> None:
    write_settings(folder, ear.url)
    keep_article(folder, 11)

    with only_daemon(folder / "corpus.db"):
        assert main(["alerts"]) == 5
        assert main(["alerts", "--test"]) == 0
    assert ear.titles == [f"{folder.name}: a test"]


def test_without_the_extra_it_says_how_to_install_it(
    folder: Path, ear: Ear, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    write_settings(folder, ear.url)
    keep_article(folder, 11)

    for option in ("--test", "--json"):
        assert main(["alerts", option]) == 3
        assert "pip install -c constraints.txt '.[notify]'" in capsys.readouterr().err
    main(["check"])
    assert "'.[notify]'" in "".join(capsys.readouterr().out.split())
    assert main(["alerts", "--dry-run"]) == 0


def test_commands_that_do_not_tell_do_not_load_apprise(folder: Path) -> None:
    write_settings(folder, "json://127.0.0.1:1/")
    program = (
        "import sys; from ingest.cli import main; main(['status']); main(['alerts', '--dry-run']); "
        "import scheduler.daemon; print('apprise' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "False"


def test_no_part_of_an_address_is_shown(
    folder: Path, ear: Ear, capfd: pytest.CaptureFixture[str]
) -> None:
    """Apprise itself shows paths and headers, and urllib3 logs the first at DEBUG."""
    ear.status = 500
    header = f"json://127.0.0.1:{ear.port}/?+X-Token={SECRET}"
    write_settings(
        seeded(folder), ear.url, header, f"ntfy://{SECRET}@127.0.0.1:1/t", f"nosuch://{SECRET}",
        more=f'{SITES}\n[log]\nlevel = "DEBUG"',
    )  # fmt: skip
    logging.getLogger().setLevel(logging.DEBUG)
    logging.getLogger().addHandler(logging.StreamHandler())

    for command in (["alerts"], ["alerts", "--test"], ["check"], ["status", "--json"]):
        main(command)
    run_once(folder, environ={}, command=finding(folder))

    said = "".join(capfd.readouterr())
    assert "it answered 500" in said
    assert SECRET not in said


# By the daemon


def test_crawls_do_not_get_the_addresses(folder: Path, ear: Ear) -> None:
    write_settings(seeded(folder), more=SITES)
    program = "import os; open('given', 'a').write(str(os.environ))"

    run_once(
        folder, environ={"SEEDBED_NOTIFY__ALL": ear.url},
        command=lambda *_: [sys.executable, "-c", program],
    )  # fmt: skip

    given = (folder / "given").read_text()
    assert "SEEDBED_WORKSPACE" in given
    assert SECRET not in given


def test_round_that_could_not_tell_is_partial(folder: Path, ear: Ear) -> None:
    write_settings(seeded(folder), ear.url, more=SITES)
    ear.status = 500

    assert run_once(folder, environ={}, command=finding(folder)) == 6


def test_what_the_first_round_finds_is_new(folder: Path, ear: Ear) -> None:
    with closing(Corpus(folder / "corpus.db")) as corpus, corpus.transaction():
        corpus._run("DELETE FROM topic_state WHERE key = 'alert_marks'")
    write_settings(seeded(folder), ear.url, more=SITES)

    code = run_once(folder, environ={}, command=finding(folder))

    assert code == 0
    assert "1 new article" in ear.titles[0]
    assert "Title 11" in ear.bodies


def test_daemon_tells_while_it_crawls_and_lives_with_an_address_that_is_dead(
    folder: Path, ear: Ear
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    write_settings(
        seeded(folder), "json://127.0.0.1:1/", ear.url,
        more=f'{SITES}\n[health]\naddress = "127.0.0.1:{port}"',
    )  # fmt: skip
    log = folder / "log"
    with log.open("w") as stderr:
        daemon = subprocess.Popen(
            [sys.executable, "-c", SERVE, "wait", str(folder), str(FAKE)],
            stderr=stderr, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        )  # fmt: skip
    try:
        wait_until((folder / "ready").exists)  # a crawl is at work, and will be for ever
        keep_article(folder, 11)
        wait_until(lambda: ear.heard)
        wait_until(lambda: "alerts not sent" in log.read_text())
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            metrics = answer.read().decode()
        is_alive = daemon.poll() is None
    finally:
        daemon.send_signal(signal.SIGTERM)
        ended = daemon.wait(20)

    assert "Title 11" in ear.bodies
    assert (is_alive, ended) == (True, 0)
    assert 'seedbed_alert_messages_total{end="sent"} 1.0' in metrics
    assert re.search(r'seedbed_alert_messages_total\{end="failed"\} [1-9]', metrics)
    assert "seedbed_alerts_waiting 1.0" in metrics
    assert re.search(r'seedbed_jobs_total\{end="unwell",job="alerts"\} [1-9]', metrics)


def teller(folder: Path, ear: Ear) -> Teller:
    pulse = Pulse(pid=1, since="2026", late_s=1.0)
    return Teller(settings=lambda: settings(folder, ear), pulse=pulse, every_s=0.02)


def test_corpus_that_cannot_be_used_is_told_once_without_it(folder: Path, ear: Ear) -> None:
    for file in folder.glob("corpus.db*"):
        file.unlink()
    (folder / "corpus.db").write_text("no corpus\n" * 1000)
    told = teller(folder, ear)

    told.begin()
    wait_until(lambda: told.pulse.beat().tallies.get(ALERTS) and ear.heard)
    wait_until(lambda: told.pulse.beat().tallies[ALERTS].unwell > 3)
    told.end()

    (message,) = ear.heard
    assert "the corpus cannot be used" in message["message"]


def test_damage_is_looked_for_once_a_day_and_told(folder: Path, ear: Ear) -> None:
    told = teller(folder, ear)
    with closing(Corpus(folder / "corpus.db")) as corpus:
        corpus._run("PRAGMA foreign_keys = OFF")
        corpus._run("UPDATE pages SET run = 99")

    told.begin()
    wait_until(lambda: ear.heard)
    wait_until(lambda: told.pulse.beat().tallies[ALERTS].well > 3)
    told.end()

    assert ear.titles == [f"{folder.name}: 1 alarm"]
    assert "row 1 of pages names a missing row of runs" in ear.bodies


def test_standstill_waits_for_the_next_start(folder: Path, ear: Ear) -> None:
    teller(folder, ear).note_standstill("no look for 600 s")
    assert ear.heard == []
    again = teller(folder, ear)

    again.begin()
    wait_until(lambda: ear.heard)
    again.end()

    assert "stood still" in ear.bodies
    assert "no look for 600 s" in ear.bodies


def test_corpus_of_an_older_version_learns_to_tell(tmp_path: Path) -> None:
    with closing(Corpus(made_by(7, tmp_path))) as corpus:
        corpus.begin_alerts()

        assert corpus.alert_figures() == {"waiting": 0, "sent": 0, "failed": 0}
        assert corpus.damage() == []


def test_file_of_addresses_that_cannot_be_read_costs_no_check_and_stops_no_alerts(
    folder: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    checks: list[Path] = []

    def damage(corpus: Corpus) -> list[str]:
        checks.append(corpus.path)
        return []

    monkeypatch.setattr(Corpus, "damage", damage)
    told = teller(folder, ear)
    told.settings = lambda: settings(folder, ear, ALARM="file:nowhere.txt")

    told.begin()
    wait_until(lambda: (tally := told.pulse.beat().tallies.get(ALERTS)) and tally.unwell > 3)
    for file in folder.glob("corpus.db*"):
        file.unlink()
    (folder / "corpus.db").write_text("no corpus\n" * 1000)
    before = told.pulse.beat().tallies[ALERTS].unwell
    wait_until(lambda: told.pulse.beat().tallies[ALERTS].unwell > before + 3)
    told.settings = lambda: settings(folder, ear)
    wait_until(lambda: ear.heard)
    told.end()

    assert checks == []
    assert len(caplog.records) < before


def test_address_that_fails_is_told_of_the_corpus_later_and_the_others_once(
    folder: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in folder.glob("corpus.db*"):
        file.unlink()
    (folder / "corpus.db").write_text("no corpus\n" * 1000)
    seconds = 0.0
    monkeypatch.setattr("scheduler.telling.clock.now", lambda: later(hours=seconds / 3600))
    ear.status = 500
    with listening() as other:
        told = teller(folder, ear)
        told.settings = lambda: settings(folder, ear, ALL=f"{ear.url},{other.url}")
        heard = []
        for seconds in (0.0, 1.0, 119.0, 121.0, 300.0, 362.0):  # noqa: B007  # the clock's
            assert not told._look()
            heard.append((len(ear.heard), len(other.heard)))

    assert heard == [(1, 1), (1, 1), (1, 1), (2, 1), (2, 1), (3, 1)]


def test_corpus_that_stays_locked_is_told(
    folder: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> bool:
        raise CorpusLocked("it is locked", path=folder / "corpus.db")

    now_s = 5000.0
    monkeypatch.setattr("scheduler.telling.time.monotonic", lambda: now_s)
    monkeypatch.setattr("scheduler.telling.tell_once", locked)
    told = teller(folder, ear)
    heard = []
    for now_s in (5000.0, 6700.0, 6800.0, 6900.0):  # noqa: B007  # the clock's
        told._look()
        heard.append(len(ear.heard))

    assert heard == [0, 0, 1, 1]


def test_trouble_while_the_corpus_is_told_of_ends_no_look(
    folder: Path, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> list[object]:
        raise ConfigError(["a file of addresses"])

    for file in folder.glob("corpus.db*"):
        file.unlink()
    (folder / "corpus.db").write_text("no corpus\n" * 1000)
    monkeypatch.setattr("scheduler.corpus_alarm.tell_of_corpus", refused)

    assert not teller(folder, ear)._look()
