"""No source makes a reader raise anything but ValueError, hang, or take 200 MB."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile_sources import FORMS, HOSTILE, READERS

#: Of the processor, as for a hostile answer. The dearest takes 1.2 on a quiet machine.
MOST_SECONDS, MOST_MIB = 15.0, 200.0
CODECS = ("utf-16", "utf-8", "cp1251", "utf-32", "koi8-r")
PIECES = (
    b"<![CDATA[", b"]]>", b"<!--", b"&", b"<item>", b"<a b=", b"\x00", b"\xff\xfe", b"http://[",
    b"&#0;", b"&#xD800;", b"&#99999999;", b'<?xml encoding="utf-7"?>', b'encoding="x"',
    b"-99999-01-01", b"9999-12-31T23:59:59-23:59", b"999999999999", b'href="http://a:99999/"',
    b'xml:base="http://["', b"<!ENTITY", b"\xd0", b"{", b"[", b'"items":null',
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real form with a few things done to it."""
    body = bytearray(draw(st.sampled_from(FORMS)))
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(body)))
        how = draw(st.sampled_from(("cut", "drop", "flip", "piece", "other", "codec")))
        if how == "cut":
            del body[at:]
        elif how == "drop":
            del body[at : at + draw(st.integers(1, 40))]
        elif how == "flip" and body:
            body[at % len(body)] = draw(st.integers(0, 255))
        elif how == "piece":
            body[at:at] = draw(st.sampled_from(PIECES)) * draw(st.integers(1, 3))
        elif how == "other":
            other = draw(st.sampled_from(FORMS))
            start = draw(st.integers(0, len(other)))
            body[at:at] = other[start : start + draw(st.integers(1, 120))]
        elif how == "codec":
            text = bytes(body).decode("utf-8", "replace")
            body = bytearray(text.encode(draw(st.sampled_from(CODECS)), "replace"))
    return bytes(body)


@pytest.mark.parametrize("reader", sorted(READERS))
@settings(max_examples=150, deadline=None)
@given(damaged())
def test_damaged_forms_are_read_or_refused(reader: str, body: bytes) -> None:
    with suppress(ValueError):  # any other error fails the test
        READERS[reader](body)


@pytest.mark.parametrize("reader", sorted(READERS))
@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(reader: str, body: bytes) -> None:
    with suppress(ValueError):  # any other error fails the test
        READERS[reader](body)


def test_five_megabytes_of_malice_cost_little() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile_sources"], cwd=Path(__file__).parents[1],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    costs = [json.loads(line) for line in done.stdout.splitlines()]
    asked = {(form, reader) for form, (_, readers) in HOSTILE.items() for reader in readers}

    assert {(one["form"], one["reader"]) for one in costs} == asked, done.stderr[-2000:]
    too_dear = [one for one in costs if one["seconds"] > MOST_SECONDS or one["mib"] > MOST_MIB]
    assert too_dear == []
