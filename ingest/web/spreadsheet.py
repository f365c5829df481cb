"""Tables that Datasette gives to a spreadsheet: their cells are defused on the way."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from ingest.export.cells import defuse

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

__all__ = ["defusing"]

# An article's text is longer than the 131,072 characters that the csv module reads in one cell;
# this is the most that fits a C long everywhere.
csv.field_size_limit(2**31 - 1)


class _Records:
    """Bytes of CSV in any pieces; gives them back in whole records, defused."""

    def __init__(self) -> None:
        self._pending = b""

    def take(self, piece: bytes, *, is_last: bool) -> bytes:
        self._pending += piece
        is_whole = self._pending.endswith(b"\n") and self._pending.count(b'"') % 2 == 0
        if not (is_whole or is_last):
            return b""
        text, self._pending = self._pending.decode(errors="surrogateescape"), b""
        told = io.StringIO(newline="")
        writer = csv.writer(told)
        for record in csv.reader(io.StringIO(text, newline="")):
            writer.writerow([defuse(cell) for cell in record])
        return told.getvalue().encode(errors="surrogateescape")


def defusing(app: Any, is_open: Callable[[Any], bool]) -> Callable[..., Coroutine[Any, Any, None]]:
    """An ASGI application that gives no CSV with formulas.

    Args:
        app: that answers.
        is_open: whether the answer to a question (its ASGI scope) passes as it is; asked when the
            answer begins, for Datasette opens its files at the first request.
    """

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        records: _Records | None = None

        async def pass_on(message: Any) -> None:
            nonlocal records
            is_start = message["type"] == "http.response.start"
            if is_start and _is_table(scope, message) and not is_open(scope):
                records = _Records()
                kept = [one for one in message["headers"] if one[0].lower() != b"content-length"]
                message = {**message, "headers": kept}
            elif message["type"] == "http.response.body" and records is not None:
                is_last = not message.get("more_body", False)
                body = records.take(message.get("body", b""), is_last=is_last)
                message = {**message, "body": body}
            await send(message)

        await app(scope, receive, pass_on)

    return serve


def _is_table(scope: Any, start: Any) -> bool:
    """Whether the answer that starts so is CSV; Datasette calls it plain text unless saved."""
    headers = {name.lower(): value.lower() for name, value in start.get("headers", [])}
    kind = headers.get(b"content-type", b"").strip()
    if not kind.startswith(b"text/plain"):
        return bool(kind.startswith(b"text/csv"))
    wanted = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("_format", [])
    return unquote(str(scope["path"])).endswith(".csv") or "csv" in wanted
