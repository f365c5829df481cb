"""What a record holds: pages as they were sent, decoded, cut, and what is no page."""

from __future__ import annotations

import gzip
import io
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.archives.records import Record, read_records
from ingest.archives.responses import Captured, PassedOver, read_response
from ingest.archives.unpack import Place
from tests.archive_web import WarcMaker

NOW = datetime(2025, 12, 1, tzinfo=UTC)
PACKED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n\x1f\x8b"
URL = "http://www.news.test/1"
PAGE = "<html><body>Bakı</body></html>".encode()


def record(body: bytes = PAGE, status: str = "200 OK", url: str = URL, **more: Any) -> Record:
    made = WarcMaker().add(url, body, status, **more).bytes()
    return next(read_records(io.BytesIO(made).read, most_bytes=1_000_000))


def read(one: Record, most: int = 1_000_000) -> Captured:
    return read_response(one, most_bytes=most, now=NOW)


def chunked(body: bytes) -> bytes:
    parts = [body[:7], body[7:]]
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "http"),
    [
        (PAGE, {}),
        (chunked(PAGE), {"Transfer-Encoding": "chunked"}),
        (PAGE, {"Transfer-Encoding": "chunked"}),
        (gzip.compress(PAGE, mtime=0), {"Content-Encoding": "gzip"}),
        (PAGE, {"Content-Encoding": "gzip"}),
        (zlib.compress(PAGE), {"Content-Encoding": "deflate"}),
        (zlib.compress(PAGE)[2:-4], {"Content-Encoding": "deflate"}),
        (
            chunked(gzip.compress(PAGE, mtime=0)),
            {"Content-Encoding": "gzip", "Transfer-Encoding": "chunked"},
        ),
        (PAGE, {"X-Crawler-Content-Encoding": "gzip", "Content-Length": "11"}),
    ],
)
def test_a_body_is_as_the_page_was(body: bytes, http: dict[str, str]) -> None:
    found = read(record(body, http=http))

    assert found.body == PAGE
    assert found.at == datetime(2025, 11, 21, 0, 1, 23, tzinfo=UTC)
    assert (found.url, found.status, found.encoding) == (URL, 200, "utf-8")


def test_brotli_is_unpacked_where_its_library_is() -> None:
    brotli = pytest.importorskip("brotli")
    sent = bytes(brotli.compress(b" " * 9 + PAGE))

    assert read(record(sent, http={"Content-Encoding": "br"})).body.strip() == PAGE


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (record(kind="request", status="GET / HTTP/1.1"), "request"),
        (record(kind="revisit"), "revisit"),
        (record(kind="resource"), "other records"),
        (record(status="301 Moved"), "redirect"),
        (record(status="404 Not Found"), "status 4xx"),
        (record(status="503 No"), "status 5xx"),
        (record(http={"Content-Type": "application/pdf"}), "no page"),
        (record(url="http://n.test/a.jpg"), "no page"),
        (record(url="dns:n.test"), "other records"),
        (record(date="yesterday"), "no date"),
        (record(date="2026-01-01T00:00:00Z"), "no date"),
        (record(WARC_Truncated="disconnect"), "cut short"),
        (record(WARC_Truncated="length"), "cut short"),
        (
            record(gzip.compress(PAGE * 99, mtime=0)[:-20], http={"Content-Encoding": "gzip"}),
            "cut short",
        ),
        (record(b"(\xb5/\xfd", http={"Content-Encoding": "zstd"}), "unknown coding"),
    ],
)
def test_what_is_no_page_is_passed_over_with_its_reason(one: Record, why: str) -> None:
    with pytest.raises(PassedOver, match=f"^{why}$"):
        read(one)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_body_that_unpacks_to_more_than_a_page_is_passed_over(coding: str) -> None:
    bomb = bytes(5_000_000)
    sent = gzip.compress(bomb, mtime=0) if coding == "gzip" else zlib.compress(bomb)
    with pytest.raises(PassedOver, match="too large"):
        read(record(sent, http={"Content-Encoding": coding}))


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", PACKED, b"HTTP/1.0 200\n\n"]),
    st.text(max_size=30), st.text(max_size=30),
)  # fmt: skip
def test_whatever_a_record_holds_it_is_a_page_or_passed_over(
    junk: bytes, head: bytes, url: str, date: str
) -> None:
    headers = (("WARC-Target-URI", f"http://{url}"), ("WARC-Date", date or "2025-11-21"))
    one = Record(place=Place(0), kind="response", headers=headers, block=head + junk)
    try:
        found = read(one)
    except PassedOver:
        return

    assert len(found.body) <= 1_000_000
