"""`scrapy crawl warc` over days of CC-NEWS, against a loopback store."""

from __future__ import annotations

import gzip
import itertools
import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests import preloaded
from tests.archive_web import OTHER, Answer, Asked, FakeArchive, WarcMaker, page
from tests.demo_web import ask

if TYPE_CHECKING:
    from pathlib import Path

LIST = "/crawl-data/CC-NEWS/2025/11/warc.paths.gz"
NAME = "crawl-data/CC-NEWS/2025/11/CC-NEWS-2025{}-00042.warc.gz"
PIECE_BYTES = 1700


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "one.txt").write_text(
        "Talks in Baku\n" + "The talks between Azerbaijan and Russia went on in Baku today. " * 9
    )
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = ingest.settings\n")
    (tmp_path / "seedbed.toml").write_text(
        "[crawl]\nallow_private_networks = true\n[archives]\nnews_delay_s = 0\n"
        f"news_piece_mib = {PIECE_BYTES / 1024 / 1024}\n"
    )
    return tmp_path


def volume(*numbers: int) -> bytes:
    maker = WarcMaker()
    for number in numbers:
        maker.add(f"http://www.news.test/talks-{number}", page(number))
        maker.add(f"http://www.news.test/rome-{number}", OTHER)
    return maker.bytes()


def store(**volumes: bytes) -> dict[str, bytes]:
    """Files by path; a name is month, day and hour."""
    paths = {NAME.format(f"{name[1:]}0000"): body for name, body in volumes.items()}
    listed = gzip.compress("\n".join([*paths, ""]).encode())
    return {LIST: listed, **{f"/{path}": body for path, body in paths.items()}}


def crawl(
    folder: Path, fake: FakeArchive, since: str, until: str, *, minutes: float = 0
) -> list[dict[str, Any]]:
    done = preloaded.scrapy(
        "crawl", "warc", "-a", f"since={since}", "-a", f"until={until}", cwd=folder,
        env={
            **os.environ, "SEEDBED_ARCHIVES__NEWS_URL": fake.url, "SEEDBED_LOG__LEVEL": "INFO",
            "SEEDBED_LOG__FORMAT": "json", "SEEDBED_CLOCK_AHEAD_HOURS": str(minutes / 60),
        },
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]


def titles(folder: Path) -> list[str]:
    rows = ask(folder, "SELECT url FROM pages WHERE outcome IN ('article', 'copy') ORDER BY key")
    return [row["url"].rpartition("/")[2] for row in rows]


def ranges(fake: FakeArchive) -> list[tuple[int, int]]:
    asked = (one.range.removeprefix("bytes=").split("-") for one in fake.log if one.range)
    return [(int(first), int(last)) for first, last in asked]


def test_days_are_read_piece_by_piece_from_record_to_record(folder: Path) -> None:
    files = store(x113023=volume(9), x110208=volume(1, 2, 3, 4), x110300=volume(8))
    with FakeArchive(files=files) as fake:
        crawl(folder, fake, "2025-11-02", "2025-11-02")
        asked = [one.path.rpartition("/")[2] for one in fake.log]
        pieces = ranges(fake)
        count = len(fake.log)
        crawl(folder, fake, "2025-11-02", "2025-11-02")
    captures = ask(folder, "SELECT capture FROM fetches ORDER BY page LIMIT 1")

    assert titles(folder) == [f"talks-{n}" for n in (1, 2, 3, 4)]
    assert asked[0] == "warc.paths.gz"
    assert set(asked[1:]) == {"CC-NEWS-20251102080000-00042.warc.gz"}
    assert len(pieces) > 2, "the file is larger than a piece"
    assert all(last - first + 1 == PIECE_BYTES for first, last in pieces)
    assert [first for first, _ in pieces] == sorted({first for first, _ in pieces})
    assert all(later[0] <= earlier[1] + 1 for earlier, later in itertools.pairwise(pieces))
    assert captures[0]["capture"] == "CC-NEWS-20251102080000-00042.warc.gz, byte 0"
    assert len(fake.log) == count + 1, "what was read whole is not asked for again"


def test_a_store_that_refuses_is_left_alone_and_the_file_is_read_on_later(folder: Path) -> None:
    refused: list[Asked] = []

    def refuse(asked: Asked) -> Answer | None:
        if asked.range and not asked.range.startswith("bytes=0-") and len(refused) < 1:
            refused.append(asked)
            return Answer(status=403)
        return None

    with FakeArchive(files=store(x110208=volume(1, 2, 3, 4)), answer=refuse) as fake:
        crawl(folder, fake, "2025-11-02", "2025-11-02")
        first, count = titles(folder), len(fake.log)
        crawl(folder, fake, "2025-11-02", "2025-11-02")
        asked_meanwhile = len(fake.log) - count
        (host,) = ask(folder, "SELECT wait_until, because FROM hosts")
        crawl(folder, fake, "2025-11-02", "2025-11-02", minutes=3)
        starts = [start for start, _ in ranges(fake)]

    assert 0 < len(first) < 4
    assert asked_meanwhile == 0
    assert host["because"] == "http 403"
    assert datetime.fromisoformat(host["wait_until"]) > datetime(2025, 1, 1, tzinfo=UTC)
    assert titles(folder) == [f"talks-{n}" for n in (1, 2, 3, 4)]
    assert starts.count(0) == 1, "it goes on where it stood"


@pytest.mark.parametrize("odd", ["a page", "nothing"])
def test_an_odd_answer_is_not_the_end_of_a_file(folder: Path, odd: str) -> None:
    given: list[Asked] = []

    def answer(asked: Asked) -> Answer | None:
        if asked.range is None or asked.range.startswith("bytes=0-") or given:
            return None
        given.append(asked)
        if odd == "a page":
            return Answer(b"<p>Out of order.", content_type="text/html")
        start = asked.range.removeprefix("bytes=")
        return Answer(status=206, headers=(("Content-Range", f"bytes {start}/99999"),))

    with FakeArchive(files=store(x110208=volume(1, 2, 3, 4)), answer=answer) as fake:
        crawl(folder, fake, "2025-11-02", "2025-11-02")
        first = titles(folder)
        crawl(folder, fake, "2025-11-02", "2025-11-02")

    assert len(given) == 1
    assert 0 < len(first) < 4
    assert titles(folder) == [f"talks-{n}" for n in (1, 2, 3, 4)]


def test_a_record_larger_than_a_piece_and_a_damaged_file_cost_no_other(folder: Path) -> None:
    large = WarcMaker().add(
        "http://www.news.test/talks-1", page(1) + os.urandom(9000).hex().encode()
    )
    damaged = bytearray(volume(2, 3))
    damaged[len(damaged) // 2 : len(damaged) // 2 + 40] = b"#" * 40
    files = store(x110205=large.bytes(), x110206=bytes(damaged), x110207=volume(4))
    with FakeArchive(files=files) as fake:
        events = crawl(folder, fake, "2025-11-02", "2025-11-02")
    (run,) = ask(folder, "SELECT outcome, message FROM runs")

    assert {"talks-1", "talks-4"} <= set(titles(folder))
    assert [one["file"] for one in events if one["event"] == "file damaged"] == [
        "CC-NEWS-20251102060000-00042.warc.gz"
    ]
    assert run["outcome"] == "finished"
    assert "CC-NEWS-20251102060000-00042.warc.gz" in run["message"]


def test_a_store_without_ranges_serves_small_files(folder: Path) -> None:
    body = volume(1)
    files = store(x110208=body)
    path = next(path for path in files if path != LIST)

    def whole(asked: Asked) -> Answer | None:
        return Answer(body) if asked.path == path else None

    with FakeArchive(files=files, answer=whole) as fake:
        crawl(folder, fake, "2025-11-02", "2025-11-02")

    assert titles(folder) == ["talks-1"]


@pytest.mark.parametrize("status", [404, 503])
def test_a_month_without_list_is_said_and_fails_nothing(folder: Path, status: int) -> None:
    with FakeArchive(answer=lambda _: Answer(status=status)) as fake:
        crawl(folder, fake, "2025-11-02", "2025-11-02")
    (run,) = ask(folder, "SELECT outcome, message FROM runs")

    assert run["outcome"] == "finished"
    assert (run["message"] is None) == (status == 404)
