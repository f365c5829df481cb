"""What readers are told of hosts that asked to be left alone."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ingest.cli import main
from ingest.corpus import Corpus
from ingest.host_waits import host_of, waits_fact
from ingest.items import HostWait
from ingest.show_completeness import coverage_facts
from ingest.show_life import _status_of
from spiders.endings import words_of_error
from tests.commands import empty, restored_logging, workspace
from tests.test_status import change, said

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["empty", "restored_logging", "workspace"]  # fixtures

UNTIL = datetime(2999, 1, 2, 14, 58, tzinfo=UTC)
TOLD = "a.test answered http 429, and is left alone until 2999-01-02 14:58 UTC"


def put_to_sleep(folder: Path, *hosts: str, until: datetime = UNTIL) -> None:
    with closing(Corpus(folder / "corpus.db")) as corpus:
        for host in hosts:
            corpus.keep_waiting(host, HostWait(until=until, strikes=1, because="http 429"))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://A.test/x", "a.test"),
        ("http://a.test:80/", "a.test"),
        ("http://a.test:8800/x", "a.test:8800"),
        ("http://a.test:99999/x", None),
        ("mailto:x", None),
    ],
)
def test_hosts_are_named_as_those_that_wait(url: str, host: str | None) -> None:
    assert host_of(url) == host


def test_status_page_and_source_name_the_host_that_asked_to_be_left_alone(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(workspace, "UPDATE pages SET next_check = '2999-01-02T14:58:00Z' WHERE id = 1")
    assert "left alone" not in said(capsys, "status") + said(capsys, "sources")
    put_to_sleep(workspace, "a.test", "www.a.test")

    assert "2 hosts asked to be left alone: a.test until 2999-01-02 14:58 UTC, www.a" in said(
        capsys, "status"
    )
    assert f"https://a.test/feed waits: {TOLD}" in said(capsys, "sources")
    assert f"its host www.{TOLD}" in said(capsys, "why", "https://www.a.test/news/one")
    assert TOLD in said(capsys, "why", "https://a.test/feed", code=1)


def test_wait_that_is_over_is_told_no_more(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_to_sleep(workspace, "a.test", until=datetime.now(UTC) - timedelta(minutes=1))

    assert "left alone" not in said(capsys, "status") + said(capsys, "sources")


def test_many_hosts_are_counted_and_not_all_named() -> None:
    waits = [{"host": f"{n}.test", "until": f"2026-01-02T0{n}:00:00Z"} for n in range(6)]
    told = waits_fact(waits)

    assert told.startswith("6 hosts asked to be left alone: 0.test until 2026-01-02 00:00 UTC, ")
    assert told.endswith(", the last until 2026-01-02 05:00 UTC")
    assert "3.test" not in told


def test_only_errors_that_are_not_ours_are_told_with_their_class() -> None:
    assert words_of_error(ValueError("no feed in it: a page")) == "no feed in it: a page"
    assert words_of_error(KeyError("x")) == "KeyError: 'x'"
    assert words_of_error(TimeoutError()) == "TimeoutError"


def test_what_was_never_asked_for_is_not_said_to_lack_an_answer() -> None:
    fetch = {"http_status": None, "reason": "robots.txt asks for 600 s between requests"}

    assert _status_of({**fetch, "outcome": "robots"}) == "not asked for"
    assert _status_of({**fetch, "outcome": "failed"}) == "no answer"


def test_coverage_that_cannot_be_told_says_so_in_a_sentence() -> None:
    none = {"found": 12, "estimated": None, "lacks": "only archives found them"}
    told = {"completeness": none, "gate": {"answered": 0}, "silent": []}

    assert dict(coverage_facts(told))["coverage"] == (
        "12 texts; of how many cannot be told: only archives found them"
    )


def test_round_without_anything_due_says_so(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.daemon.run_once", lambda *_, **__: 0)
    change(workspace, "UPDATE sources SET next_due = '2999-01-02T14:30:00Z'")
    change(workspace, "UPDATE pages SET next_check = NULL")

    assert main(["run", "--once"]) == 0
    assert capsys.readouterr().err.endswith("nothing is due; next 2999-01-02 14:30 UTC\n")
