"""What a daemon tells those who watch over it, and who may ask."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ingest.cli import main
from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.errors import ConfigError
from ingest.service_settings import host_and_port
from scheduler import health
from scheduler.beat import Beat, Pulse, Tally
from scheduler.health import Desk, ailments, little_room, warnings
from scheduler.lock import holder_of, only_daemon
from tests.commands import empty, restored_logging, workspace
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.config import Settings

__all__ = ["empty", "restored_logging", "workspace"]  # fixtures

WELL = Beat(
    pid=7, since="2026-01-02T03:04:05Z", tick_age_s=1.0, late_s=60.0, queue=("links",),
    working="feeds", working_s=2.5, tallies={"feeds": Tally(well=3, unwell=1, seconds=8.0)},
)  # fmt: skip


class Watched:
    def __init__(self, settings: Settings, beat: Beat = WELL) -> None:
        self.settings = settings
        self.now = beat

    def beat(self) -> Beat:
        return self.now


class Asked:
    """A desk and who asks it."""

    def __init__(self, desk: Desk, watched: Watched) -> None:
        self.watched = watched
        host, port = (desk.url or "").removeprefix("http://").rsplit(":", 1)
        self.host, self.port = host, int(port)

    def ask(
        self, path: str, *, host: str | None = None, method: str = "GET"
    ) -> tuple[int, dict[str, str], str]:
        with closing(
            http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_S)
        ) as asking:
            headers = {"Host": host or f"{self.host}:{self.port}"}
            asking.request(method, path, headers=headers)
            answer = asking.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()


@contextmanager
def opened(folder: Path, beat: Beat = WELL) -> Iterator[Asked]:
    watched = Watched(load_settings(folder, {}), beat)
    desk = Desk(watched)
    desk.move_to("127.0.0.1:0")
    try:
        yield Asked(desk, watched)
    finally:
        desk.close()


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    return {
        (one.name, tuple(one.labels[label] for label in sorted(one.labels))): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


# What is answered


def test_daemon_that_ticks_on_a_corpus_that_answers_is_well(workspace: Path) -> None:
    with opened(workspace) as asked:
        status, headers, body = asked.ask("/healthz")

    told = json.loads(body)
    assert (status, told["state"], told["because"]) == (200, "well", [])
    assert headers["Cache-Control"] == "no-store"


def test_daemon_that_does_not_tick_is_ill(workspace: Path) -> None:
    with opened(workspace, replace(WELL, tick_age_s=61.0)) as asked:
        status, _, body = asked.ask("/healthz")

    assert status == 503
    assert json.loads(body)["because"] == ["the scheduler has not looked at the corpus for 61 s"]


def test_corpus_that_does_not_answer_is_ill(workspace: Path) -> None:
    for path in workspace.glob("corpus.db*"):
        path.unlink()
    (workspace / "corpus.db").write_bytes(b"no corpus" * 1000)
    with opened(workspace) as asked:
        answers = [asked.ask(path)[0] for path in ("/healthz", "/status.json", "/metrics")]

    assert answers == [503, 503, 503]


def test_nearly_full_disk_is_a_warning() -> None:
    assert little_room(3_000_000_000, "corpus") == []
    assert little_room(1_048_576, "corpus") == ["little room on the disk of the corpus: 1 MiB free"]


def test_write_ahead_log_that_grows_is_a_warning_and_no_illness(workspace: Path) -> None:
    (workspace / "seedbed.toml").write_text("[health]\nwal_mib = 0.01\n")
    settings = load_settings(workspace, {})
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        assert warnings(settings) == []
        for number in range(20):
            corpus.set_state(f"ballast {number}", "x" * 4000)

        assert warnings(settings) == ["the write-ahead log is 0 MiB: somebody reads without an end"]
        assert ailments(settings, WELL) == []


def test_status_is_that_of_the_command_and_the_daemons_own(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--json"]) == 0
    by_command = json.loads(capsys.readouterr().out)
    with opened(workspace) as asked:
        told = json.loads(asked.ask("/status.json")[2])

    daemon = told.pop("daemon")
    assert by_command.pop("daemon") is None
    assert told == by_command
    assert (daemon["pid"], daemon["is_ticking"], daemon["queue"]) == (7, True, ["links"])
    assert [run["id"] for run in daemon["runs"]] == [2, 1]


def test_metrics_are_what_the_corpus_holds(workspace: Path) -> None:
    (workspace / "archive").mkdir()
    (workspace / "archive" / "run-000001-feeds.warc.gz").write_bytes(b"12345")
    with opened(workspace) as asked:
        status, headers, body = asked.ask("/metrics")

    told = samples(body)
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain")
    expected: dict[tuple[str, tuple[str, ...]], float] = {
        ("seedbed_pages", ("article",)): 1, ("seedbed_pages", ("copy",)): 2,
        ("seedbed_fetches_total", ("rejected",)): 1,
        ("seedbed_sources", ("yes", "sitemap", "active")): 1,
        ("seedbed_runs_total", ("finished", "feeds")): 1,
        ("seedbed_run_seconds_total", ("finished", "feeds")): 12.3,
        ("seedbed_archive_bytes", ()): 5, ("seedbed_archive_files", ()): 1,
        ("seedbed_ticking", ()): 1, ("seedbed_jobs_waiting", ()): 1,
        ("seedbed_jobs_total", ("well", "feeds")): 3, ("seedbed_job_seconds_total", ("feeds",)): 8,
        ("seedbed_job_running_seconds", ("feeds",)): 2.5,
    }  # fmt: skip
    assert {key: told.get(key) for key in expected} == expected
    assert told["seedbed_corpus_bytes", ()] > 0


# Who may ask, and how


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1.evil.test", "evil.test:80", "[", "0"])
def test_host_that_is_not_this_machine_is_refused(workspace: Path, host: str) -> None:
    with opened(workspace) as asked:
        assert asked.ask("/status.json", host=host)[0] == 421


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9464", "127.0.0.1", "[::1]:9464"])
def test_every_name_of_this_machine_is_answered(workspace: Path, host: str) -> None:
    with opened(workspace) as asked:
        assert asked.ask("/healthz", host=host)[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("HEAD", "/healthz", 200), ("HEAD", "/nothing", 404), ("GET", "/", 404),
        ("GET", "/healthz?x=1", 200), ("GET", "/../corpus.db", 404), ("POST", "/healthz", 405),
        ("DELETE", "/healthz", 405), ("OPTIONS", "/healthz", 405), ("TRACE", "/healthz", 501),
        ("GET", "http://[", 404),
    ],
)  # fmt: skip
def test_only_looking_is_answered(workspace: Path, method: str, path: str, status: int) -> None:
    with opened(workspace) as asked:
        answer, _, body = asked.ask(path, method=method)

    assert answer == status
    assert method != "HEAD" or not body


def test_clients_that_never_ask_keep_nobody_else_waiting(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_DEADLINE_S", 3600.0)
    with opened(workspace) as asked:
        idle = [socket.create_connection((asked.host, asked.port)) for _ in range(5)]
        assert asked.ask("/healthz")[0] == 200
        for one in idle:
            one.close()


def test_answer_waits_for_no_writer(workspace: Path) -> None:
    with (
        opened(workspace) as asked,
        closing(Corpus(workspace / "corpus.db")) as corpus,
        corpus.transaction(),
    ):
        corpus._run("UPDATE outlets SET name = 'written, not yet there'")

        assert asked.ask("/healthz")[0] == 200


# Where


@pytest.mark.parametrize(
    ("address", "expected"),
    [("127.0.0.1:9464", ("127.0.0.1", 9464)), ("[::1]:0", ("::1", 0)), ("localhost:1", None)],
)
def test_address_of_this_machine(address: str, expected: tuple[str, int] | None) -> None:
    assert host_and_port(address) == (expected or ("localhost", 1))


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0:9464", "[::]:9464", "192.168.1.5:9464", "9464", "127.0.0.1", "127.0.0.1:99999",
     "me@127.0.0.1:9464", "127.0.0.1:9464/x", "example.org:80", "[:9464", ""],
)  # fmt: skip
def test_other_addresses_are_mistakes_of_the_settings(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigError, match=r"SEEDBED_HEALTH__ADDRESS = .*expected"):
        load_settings(tmp_path, {"SEEDBED_HEALTH__ADDRESS": address or " "})


def test_desk_moves_and_stays_where_it_is_when_it_cannot(workspace: Path) -> None:
    desk = Desk(Watched(load_settings(workspace, {})))
    assert desk.url is None
    with socket.create_server(("127.0.0.1", 0)) as taken:
        desk.move_to("127.0.0.1:0")
        there = desk.url
        with pytest.raises(ConfigError, match="in use"):
            desk.move_to(f"127.0.0.1:{taken.getsockname()[1]}")
        assert desk.url == there is not None
    desk.move_to(None)

    assert desk.url is None


# The pulse, and who holds a corpus


def test_pulse_tells_what_waits_what_is_at_work_and_how_it_went() -> None:
    pulse = Pulse(pid=1, since="", late_s=60)
    pulse.queued("feeds")
    pulse.queued("links")
    pulse.began("feeds")

    assert (pulse.beat().queue, pulse.beat().working) == (("links",), "feeds")
    pulse.ended("feeds", is_well=True)
    pulse.began("links")
    pulse.ended("links", is_well=False)
    told = pulse.beat()
    assert (told.queue, told.working) == ((), None)
    assert (told.tallies["feeds"].well, told.tallies["links"].unwell) == (1, 1)


def test_who_holds_a_corpus_is_told_without_holding_it(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.db"
    assert holder_of(corpus) is None
    with only_daemon(corpus, "round"):
        told = holder_of(corpus)
        assert told is not None
        assert told.work == "round"
        assert told.pid is not None
        assert told.since is not None
    assert holder_of(corpus) is None


def test_looking_for_a_daemon_keeps_none_from_starting(tmp_path: Path) -> None:
    corpus, done = tmp_path / "corpus.db", threading.Event()

    def look() -> None:
        while not done.wait(0.001):  # as often as can be, they would leave nobody a gap
            holder_of(corpus)

    lookers = [threading.Thread(target=look) for _ in range(2)]
    for one in lookers:
        one.start()
    try:
        for _ in range(20):
            with only_daemon(corpus):
                pass
    finally:
        done.set()
        for one in lookers:
            one.join()


def test_status_names_the_daemon(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"]) == 0
    assert "none at work" in capsys.readouterr().out
    with only_daemon(workspace / "corpus.db"):
        assert main(["status"]) == 0
        assert "at work since" in capsys.readouterr().out
        assert main(["status", "--json"]) == 0
        told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert told["daemon"]["work"] == "daemon"
