from __future__ import annotations

import io
import json
import logging
import re
import warnings
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import log

if TYPE_CHECKING:
    from collections.abc import Iterator


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Verdict(StrEnum):
    KEPT = "kept"


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    logging.captureWarnings(capture=False)


def text_of(event: str, **fields: object) -> str:
    stream = Terminal()
    log.configure("DEBUG", "auto", stream)
    log.get("ingest.test").info(event, **fields)
    return stream.getvalue()


def json_of(event: str, **fields: object) -> dict[str, object]:
    stream = io.StringIO()
    log.configure("DEBUG", "auto", stream)
    log.get("ingest.test").info(event, **fields)
    told: dict[str, object] = json.loads(stream.getvalue())
    return told


def test_people_get_time_level_event_and_pairs() -> None:
    line = text_of("judged", url="http://a.test/x", outcome=Verdict.KEPT, relevance=0.25)

    assert re.fullmatch(
        r"\d\d:\d\d:\d\d INFO judged url=http://a\.test/x outcome=kept relevance=0\.25\n", line
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("two words", '"two words"'),
        ('say "hi"', r'"say \"hi\""'),
        ("back\\slash here", r'"back\\slash here"'),
        ("", '""'),
        ("a=b", '"a=b"'),
        ("Əliyev", "Əliyev"),
        ("red\x1b[31m", r'"red\u001b[31m"'),
        ("two\nlines", r'"two\nlines"'),
        ("\u202eevil", r'"\u202eevil"'),
        (None, "null"),
        (True, "true"),
        (3, "3"),
        (1 / 3, "0.333333"),
        (float("nan"), "nan"),
        ((1, "a"), '[1, "a"]'),
        ({"b", "a"}, '["a", "b"]'),
        ({"at": Path("x")}, '{"at": "x"}'),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05Z"),
    ],
)
def test_values_are_quoted_where_they_need_it(value: object, shown: str) -> None:
    assert text_of("event", value=value).rstrip("\n").partition(" value=")[2] == shown


def test_what_is_no_terminal_gets_json_lines() -> None:
    told = json_of("judged", url="http://a.test/", outcome=Verdict.KEPT, tries=2, of=None)
    time = told.pop("time")

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", str(time))
    assert told == {
        "level": "INFO",
        "logger": "ingest.test",
        "event": "judged",
        "url": "http://a.test/",
        "outcome": "kept",
        "tries": 2,
        "of": None,
    }


def test_a_field_named_like_a_fixed_one_keeps_both() -> None:
    told = json_of("moved", level="deep")

    assert told["level"] == "INFO"
    assert told["level_"] == "deep"


def test_the_format_can_be_forced() -> None:
    stream, terminal = io.StringIO(), Terminal()
    log.configure("INFO", "text", stream)
    log.get("ingest.test").info("started")
    log.configure("INFO", "json", terminal)
    log.get("ingest.test").info("finished")

    assert stream.getvalue().endswith(" INFO started\n")
    assert json.loads(terminal.getvalue())["event"] == "finished"


def test_bound_fields_go_with_every_event_of_that_log_alone() -> None:
    stream = Terminal()
    log.configure("INFO", "text", stream)
    plain = log.get("ingest.test")
    bound = plain.bind(run=3).bind(spider="feeds")
    bound.info("started", run=4)
    bound.info("finished")
    plain.info("idle")

    lines = [line.split(" ", 2)[2] for line in stream.getvalue().splitlines()]
    assert lines == ["started run=4 spider=feeds", "finished run=3 spider=feeds", "idle"]


def test_events_below_the_level_are_not_written_even_after_scrapy_opened_the_root() -> None:
    stream = io.StringIO()
    log.configure("WARNING", "json", stream)
    logging.getLogger().setLevel(logging.NOTSET)
    quiet = log.get("ingest.test")
    quiet.debug("one")
    quiet.info("two")
    quiet.warning("three")
    quiet.error("four")

    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == [
        "three",
        "four",
    ]


def test_an_event_below_the_level_is_known_to_be_unwanted() -> None:
    log.configure("INFO", "json", io.StringIO())

    assert not log.get("ingest.test").is_enabled_for(logging.DEBUG)
    assert log.get("ingest.test").is_enabled_for(logging.INFO)


def test_libraries_are_heard_from_warning_on_in_the_same_format() -> None:
    stream = Terminal()
    log.configure("INFO", "text", stream)
    scrapy = logging.getLogger("scrapy.core.engine")
    scrapy.info("Spider opened")
    scrapy.warning("slow %(host)s\n%(left)d left", {"host": "a.test", "left": 2})

    assert stream.getvalue().split(" ", 1)[1] == (
        "WARNING scrapy.core.engine: slow a.test\\n2 left\n"
    )


def test_at_debug_libraries_are_heard_in_full() -> None:
    stream = Terminal()
    log.configure("DEBUG", "text", stream)
    logging.getLogger("scrapy.core.engine").info("Spider opened")

    assert stream.getvalue().endswith(" INFO scrapy.core.engine: Spider opened\n")


def test_an_exception_is_told_with_its_traceback() -> None:
    terminal, stream = Terminal(), io.StringIO()
    for sink in (terminal, stream):
        log.configure("INFO", "auto", sink)
        try:
            int("bad \x1b[31m page")
        except ValueError:
            log.get("ingest.test").exception("not read", url="http://a.test/")

    lines = terminal.getvalue().splitlines()
    assert lines[0].endswith(" ERROR not read url=http://a.test/")
    assert lines[-1].startswith("ValueError: ")
    told = json.loads(stream.getvalue())
    assert told["traceback"].startswith("Traceback (most recent call last):\n")
    assert told["traceback"].endswith("page'")


def test_configuring_again_replaces_the_sink() -> None:
    first, second = io.StringIO(), io.StringIO()
    log.configure("INFO", "text", first)
    log.configure("INFO", "text", second)
    log.get("ingest.test").info("started")

    assert not first.getvalue()
    assert second.getvalue().count("started") == 1


def test_warnings_of_python_are_told_too() -> None:
    stream = io.StringIO()
    log.configure("INFO", "json", stream)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old call", DeprecationWarning, stacklevel=1)

    assert "old call" in json.loads(stream.getvalue())["event"]


def test_the_record_names_the_caller(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        log.get("ingest.test").info("started")

    assert caplog.records[0].funcName == "test_the_record_names_the_caller"


@given(event=st.text(max_size=20), value=st.text(max_size=40))
def test_any_text_stays_on_one_line_without_control_characters(event: str, value: str) -> None:
    line = text_of(event, value=value)

    assert line.count("\n") == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]", line)


@given(event=st.text(max_size=20), value=st.text(max_size=40))
def test_any_text_comes_back_from_json(event: str, value: str) -> None:
    told = json_of(event, value=value)

    assert (told["event"], told["value"]) == (event, value)
