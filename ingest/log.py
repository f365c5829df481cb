"""Events as a few fixed words plus key=value, on top of the standard library's logging.

    log = get(__name__).bind(run=3, spider="feeds")
    log.info("judged", url=url, outcome=outcome)

People get `12:00:01 INFO judged url=… outcome=…`; anything that is no terminal gets one JSON object
a line. Records of Scrapy, Twisted and APScheduler pass through the same two formatters.
"""

from __future__ import annotations

import json
import logging
import math
import re
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TextIO

__all__ = [
    "EventLog",
    "Format",
    "JsonFormatter",
    "TextFormatter",
    "configure",
    "configure_briefly",
    "get",
]

Format = Literal["auto", "text", "json"]
_FIELDS = "seedbed_fields"  # attribute of a LogRecord that carries the key=value pairs
_OURS = frozenset({"ingest", "scheduler", "seedbed", "spiders", "__main__"})
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BARE = re.compile(r"[^\s\"'=]+")


class EventLog:
    """Writes events; fields bound once go with each of them."""

    __slots__ = ("_fields", "_logger")

    def __init__(self, logger: logging.Logger, fields: Mapping[str, object]) -> None:
        self._logger = logger
        self._fields = dict(fields)

    def bind(self, **fields: object) -> EventLog:
        """The same log, with more fields on each event."""
        return EventLog(self._logger, self._fields | fields)

    def debug(self, event: str, /, **fields: object) -> None:
        """Why something was decided."""
        self._write(logging.DEBUG, event, fields)

    def info(self, event: str, /, **fields: object) -> None:
        """A run, or the outcome of a page."""
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, /, **fields: object) -> None:
        """A person may want to look."""
        self._write(logging.WARNING, event, fields)

    def error(self, event: str, /, **fields: object) -> None:
        """We lost something."""
        self._write(logging.ERROR, event, fields)

    def exception(self, event: str, /, **fields: object) -> None:
        """We lost something; with the traceback of the exception at hand."""
        self._write(logging.ERROR, event, fields, exc_info=True)

    def is_enabled_for(self, level: int) -> bool:
        """Whether events of `level` are written; spares the cost of computing their fields."""
        return self._logger.isEnabledFor(level)

    def _write(
        self, level: int, event: str, fields: dict[str, object], *, exc_info: bool = False
    ) -> None:
        if self._logger.isEnabledFor(level):
            # stacklevel: the caller of info(), not this module
            self._logger.log(
                level,
                "%s",
                event,
                exc_info=exc_info,
                stacklevel=3,
                extra={_FIELDS: {**self._fields, **fields}},
            )


def get(name: str) -> EventLog:
    """The log of a module; `name` is its `__name__`."""
    return EventLog(logging.getLogger(name), {})


class TextFormatter(logging.Formatter):
    """One line for people: local time, level, event, key=value; a traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line; control characters are shown, never sent."""
        at = datetime.fromtimestamp(record.created, UTC).astimezone()
        pairs = "".join(f" {key}={_quoted(told)}" for key, told in _fields(record).items())
        line = f"{at:%H:%M:%S} {record.levelname} {_visible(_event(record))}{pairs}"
        return "\n".join([line, *map(_visible, _traceback(record))])


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `time` (UTC), `level`, `logger`, `event`, then the fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON in ASCII."""
        at = datetime.fromtimestamp(record.created, UTC)
        told: dict[str, object] = {
            "time": _utc(at),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        for key, value in _fields(record).items():
            told[f"{key}_" if key in told else key] = _plain(value)
        if lines := _traceback(record):
            told["traceback"] = "\n".join(lines)
        return json.dumps(told)


def configure(
    level: str = "INFO",
    format: Format = "auto",  # noqa: A002  # the name it has in seedbed.toml
    stream: TextIO | None = None,
) -> None:
    """Send every record of the process to `stream`; a later call replaces an earlier one.

    Args:
        level: least important level that is written.
        format: `auto` is text on a terminal and JSON otherwise.
        stream: standard error by default.
    """
    stream = sys.stderr if stream is None else stream
    is_text = format == "text" or (format == "auto" and stream.isatty())
    sink = logging.StreamHandler(stream)
    sink.setFormatter(TextFormatter() if is_text else JsonFormatter())
    # on the sink as well: Scrapy sets the root logger's level to NOTSET when a crawl starts
    sink.setLevel(level)
    if sink.level > logging.DEBUG:
        sink.addFilter(_is_ours_or_grave)
    root = logging.getLogger()
    for earlier in root.handlers[:]:
        if isinstance(earlier.formatter, TextFormatter | JsonFormatter):
            root.removeHandler(earlier)
    root.addHandler(sink)
    root.setLevel(level)
    logging.captureWarnings(capture=True)


def configure_briefly() -> None:
    """Until settings are read, or where none are: what a person may want to look at, on a line."""
    if not logging.getLogger().handlers:
        configure("WARNING", "text")


def _is_ours_or_grave(record: logging.LogRecord) -> bool:
    """Libraries are heard from WARNING on: at INFO, Scrapy alone writes its whole configuration."""
    is_ours = record.name.partition(".")[0] in _OURS
    return is_ours or record.levelno >= logging.WARNING


def _fields(record: logging.LogRecord) -> Mapping[str, object]:
    fields: Mapping[str, object] = getattr(record, _FIELDS, {})
    return fields


def _event(record: logging.LogRecord) -> str:
    """The message; a library's says whose it is, for its words are not ours."""
    is_ours = record.name.partition(".")[0] in _OURS
    return record.getMessage() if is_ours else f"{record.name}: {record.getMessage()}"


def _traceback(record: logging.LogRecord) -> list[str]:
    told = record.exc_text or ""
    if record.exc_info and record.exc_info[1] is not None:
        told = "".join(traceback.format_exception(record.exc_info[1]))
    return [*told.splitlines(), *(record.stack_info or "").splitlines()]


def _visible(text: str) -> str:
    """`text` on one line, its control characters and marks of direction as escapes."""
    return _CONTROLS.sub(lambda found: json.dumps(found[0])[1:-1], text)


def _quoted(value: object) -> str:
    plain = _plain(value)
    if isinstance(plain, str):
        if _BARE.fullmatch(plain) and not _CONTROLS.search(plain):
            return plain
        return _visible('"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"')
    return _visible(json.dumps(plain, ensure_ascii=False))


def _plain(value: object) -> object:
    """`value` as JSON knows it."""
    match value:
        case None | bool() | int():
            return value
        case float() if math.isfinite(value):
            return round(value, 6)
        case Mapping():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case set() | frozenset():
            return sorted(map(str, value))
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case _:
            return _utc(value) if isinstance(value, datetime) else str(value)


def _utc(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
