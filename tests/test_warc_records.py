"""Reading WARC files, whole, cut and damaged."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.archives.records import read_records
from ingest.archives.unpack import Damaged, Place
from tests.archive_web import WarcMaker

if TYPE_CHECKING:
    from ingest.archives.records import Record

MOST = 100_000
BODIES = (b"one", b"two" * 9000, b"", b"\r\n\r\nWARC/1.0\r\n" * 3, b"five" * 3)


def made(*, is_packed: bool) -> WarcMaker:
    maker = WarcMaker(is_packed=is_packed)
    for number, body in enumerate(BODIES):
        maker.add(f"http://n.test/{number}", body)
    return maker


FORMS = {
    "by record": made(is_packed=True).bytes(),
    "one member": made(is_packed=False).as_one_member(),
    "not packed": made(is_packed=False).bytes(),
    "two members": gzip.compress(made(is_packed=False).bytes()) * 2,
}


def read(body: bytes, start: Place = Place(0), most: int = MOST) -> list[Record]:  # noqa: B008
    return [*read_records(io.BytesIO(body[start.offset :]).read, most_bytes=most, start=start)]


def read_to_break(body: bytes) -> tuple[list[Record], Damaged | None]:
    found: list[Record] = []
    try:
        for one in read_records(io.BytesIO(body).read, most_bytes=MOST):
            found.append(one)  # noqa: PERF402 - what came before the break is wanted
    except Damaged as exc:
        return found, exc
    return found, None


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_records(form: str) -> None:
    found = read(FORMS[form])
    blocks = [one.block for one in found]

    assert [one.header("warc-target-uri") for one in found[:5]] == [
        f"http://n.test/{number}" for number in range(5)
    ]
    assert blocks[:5] == [one.block for one in read(FORMS["not packed"])]
    assert all(block and block.endswith(body) for block, body in zip(blocks, BODIES, strict=False))


@pytest.mark.parametrize("form", FORMS)
def test_from_the_place_of_each_record_the_rest_is_read(form: str) -> None:
    body = FORMS[form]
    found = read(body)
    for number, record in enumerate(found):
        assert read(body, record.place) == found[number:]
        after = Place(record.place.offset, record.place.nth + 1)
        assert read(body, after) == found[number + 1 :]


@pytest.mark.parametrize("form", FORMS)
@given(share=st.floats(0, 1))
@settings(max_examples=40)
def test_a_cut_file_gives_what_is_whole_and_then_says_where_it_breaks(
    form: str, share: float
) -> None:
    body = FORMS[form]
    found, broken = read_to_break(body[: int(share * len(body))])
    whole = read(body)

    assert found == whole[: len(found)]
    if broken is not None and broken.is_cut:
        assert read(body, broken.place)[: len(whole) - len(found)] == whole[len(found) :]


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
@settings(max_examples=60)
def test_damage_raises_nothing_but_its_own_error(form: str, data: st.DataObject) -> None:
    body = bytearray(FORMS[form])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    found, _ = read_to_break(bytes(body))

    assert len(found) <= len(body)


@given(st.binary(max_size=400), st.sampled_from([b"", b"WARC/1.0\r\n", b"\x1f\x8b\x08", b"\r\n"]))
def test_junk_raises_nothing_but_its_own_error(junk: bytes, head: bytes) -> None:
    found, broken = read_to_break(head + junk)

    assert found == [] or broken is None or junk


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "begins with no WARC version"),
        (b"WARC/1.0\r\nContent-Length: -1\r\n\r\n", "without a length"),
        (b"WARC/1.0\r\nContent-Length: 9999999999999999999\r\n\r\n", "without a length"),
        (b"WARC/1.0\r\nX: " + b"y" * 200_000 + b"\r\n\r\n", "a line of more than"),
        (b"WARC/1.0\r\n" + b"X: y\r\n" * 1000 + b"\r\n", "endless headers"),
        (b"WARC/1.0\r\nContent-Length: 5\r\n\r\nabc", "ends in the middle"),
        (b"\x1f\x8b\x08\x00garbage that is no deflate", "cannot be unpacked"),
        (gzip.compress(b"", mtime=0) + b"no gzip", "no gzip member"),
    ],
)
def test_what_is_wrong_is_said(head: bytes, said: str) -> None:
    _, broken = read_to_break(head)

    assert broken is not None
    assert said in str(broken)


def test_a_record_with_a_wrong_check_sum_is_not_given() -> None:
    maker = made(is_packed=True)
    body = bytearray(maker.bytes())
    body[maker.starts[2] - 8] ^= 1  # of the second member's CRC
    found, broken = read_to_break(bytes(body))

    assert len(found) == 1
    assert broken is not None
    assert broken.place == (maker.starts[1], 0)


def test_padding_of_zeros_ends_a_file() -> None:
    assert len(read(FORMS["by record"] + bytes(5000))) == len(BODIES)


def test_what_is_too_large_is_passed_over_and_not_held() -> None:
    stated = 300_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    head = f"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: {stated}\r\n\r\n".encode()
    bomb = packer.compress(head)
    bomb += b"".join(packer.compress(bytes(1_000_000)) for _ in range(stated // 1_000_000))
    bomb += packer.compress(b"\r\n\r\n") + packer.flush()
    tracemalloc.start()
    try:
        found = read(bomb + FORMS["by record"])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert [one.block is None for one in found] == [True, *[False] * 5]
    assert peak < 8_000_000
