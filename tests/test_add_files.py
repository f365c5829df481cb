"""What `seedbed add` makes of files: lists with bad lines, and files that are not there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.adding import is_lost_file
from ingest.cli import main
from ingest.discovery.detect import WhatKind, detect
from tests.commands import restored_logging

__all__ = ["restored_logging"]

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_bad_line_costs_the_others_nothing() -> None:
    what = detect(b"# mine\na.test\nnot an address at all\nb.test/x\n", {}, "", now=NOW)
    assert what.kind is WhatKind.LIST
    assert what.addresses == ("https://a.test", "https://b.test/x")
    assert what.unread == ("not an address at all",)


def test_a_text_that_names_an_address_is_no_list() -> None:
    what = detect(b"The talks went on.\nNobody left.\na.test\n", {}, "", now=NOW)
    assert what.kind is WhatKind.NOTHING


@pytest.mark.parametrize("given", ["./nofile.txt", "nofile.txt", "/no/such/list", "~/feeds.opml"])
def test_what_is_written_as_a_file_is_no_address(given: str) -> None:
    assert is_lost_file(given)


@pytest.mark.parametrize("given", ["-", "a.test", "a.test/feed.xml", "http://a.test/x.txt"])
def test_an_address_is_no_lost_file(given: str) -> None:
    assert not is_lost_file(given)


def test_a_file_that_is_not_there_is_a_mistake_of_usage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["add", "./nofile.txt"]) == 2
    assert "no such file: ./nofile.txt" in capsys.readouterr().err
