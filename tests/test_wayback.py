"""What a CDX server answers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.archives.cdx import best, capture_url, query, read_captures, time_in
from ingest.archives.news import files_of_days, months, paths_of, read_paths

HEAD = ["timestamp", "original", "mimetype", "statuscode", "digest"]
URL = "https://www.example.org/2025/11/21/talks/"


def answer(*rows: list[str]) -> bytes:
    return json.dumps([HEAD, *rows]).encode()


def row(stamp: str = "20251121094512", kind: str = "text/html", status: str = "200",
        digest: str = "A", url: str = URL) -> list[str]:  # fmt: skip
    return [stamp, url, kind, status, digest]


def test_rows_are_captures_and_the_last_one_is_a_key() -> None:
    found = read_captures(answer(row(), [], ["org%2Cexample%29%2F+20251121094512%21"]))
    (capture,) = found.captures

    assert capture.at == datetime(2025, 11, 21, 9, 45, 12, tzinfo=UTC)
    assert found.resume == "org,example)/ 20251121094512!"
    assert capture_url("https://web.archive.org/", capture) == (
        f"https://web.archive.org/web/20251121094512id_/{URL}"
    )
    assert time_in(capture_url("https://web.archive.org/", capture)) == capture.at


@pytest.mark.parametrize("body", [b"", b" \n", b"[]", answer()])
def test_nothing_found_is_no_error(body: bytes) -> None:
    assert read_captures(body).captures == ()


def test_a_revisit_is_a_capture_of_the_page_with_its_digest_and_of_no_error() -> None:
    found = read_captures(
        answer(
            row("20251121000000", status="404", digest="E"),
            row("20251122000000", kind="warc/revisit", status="-", digest="E"),
            row("20251123000000"),
            row("20251124000000", kind="warc/revisit", status="-"),
            row("20251125000000", kind="application/pdf"),
            row("20251126000000", status="301"),
        )
    ).captures

    assert [one.stamp[:8] for one in found] == ["20251123", "20251124"]


def test_the_earliest_capture_of_the_page_itself_is_the_best() -> None:
    found = read_captures(
        answer(row("20251124000000"), row("20251122000000"), row("20251101000000", url=f"{URL}x"))
    ).captures
    chosen = best(found, "http://example.org/2025/11/21/talks")

    assert chosen is not None
    assert chosen.stamp == "20251122000000"
    assert best(found, "http://example.org/other") is None


@pytest.mark.parametrize("body", [b"<html>busy</html>", b"{}", b"[1]", b'[["a"]]', b"[[[]]]"])
def test_what_is_no_answer_says_so(body: bytes) -> None:
    with pytest.raises(ValueError, match="no answer of a CDX server"):
        read_captures(body)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=16) | st.sampled_from(HEAD),
    lambda inner: st.lists(inner, max_size=6),
    max_leaves=30,
)


@given(
    st.binary(max_size=200) | st.lists(_JSON).map(lambda rows: json.dumps([HEAD, *rows]).encode())
)
@example(b'[["timestamp","original","mimetype","statuscode","digest"],[null,null,null,null,[]]]')
@example(b'[["timestamp","original",[]],["20251121094512","http://a.test/",{}]]')
def test_an_answer_is_read_or_refused(body: bytes) -> None:
    try:
        found = read_captures(body)
    except ValueError:
        return

    assert len(found.captures) <= found.rows


def test_a_query_asks_for_pages_of_a_site_once_each() -> None:
    asked = query(
        "http://a.test/", "example.org/2025/", match="prefix", since=date(2025, 11, 1),
        until=date(2025, 11, 21), resume="org,example)/ 2025!",
    )  # fmt: skip

    assert asked == (
        "http://a.test/cdx/search/cdx?url=example.org%2F2025%2F&matchType=prefix&output=json"
        "&fl=timestamp%2Coriginal%2Cmimetype%2Cstatuscode%2Cdigest&filter=statuscode%3A200"
        "&filter=mimetype%3Atext%2Fhtml&collapse=urlkey&from=20251101&to=20251121&limit=5000"
        "&showResumeKey=true&resumeKey=org%2Cexample%29%2F+2025%21"
    )


NAMED = "crawl-data/CC-NEWS/2025/{}/CC-NEWS-2025{}-00001.warc.gz"


def test_the_file_that_reaches_into_the_first_day_is_read_too() -> None:
    lines = [NAMED.format(m, t) for m, t in (("10", "1031220000"), ("10", "1031100000"),
             ("11", "1101080000"), ("11", "1103000000"))]  # fmt: skip
    files = read_paths("\n".join([*lines, "junk", ""]).encode())
    chosen = files_of_days(files, date(2025, 11, 1), date(2025, 11, 2))

    assert [one.path for one in chosen] == [lines[0], lines[2]]
    assert [*months(date(2026, 1, 1), date(2026, 2, 1))] == [(2025, 12), (2026, 1), (2026, 2)]
    assert paths_of(2025, 1) == "crawl-data/CC-NEWS/2025/01/warc.paths.gz"


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x1f\x8b\x08\x00"]))
def test_a_list_of_files_is_read_or_refused(junk: bytes, head: bytes) -> None:
    with pytest.raises(ValueError, match="list"):
        read_paths(head + junk)
