"""A torn last record is cut off, told and counted; nothing that a row names is ever touched."""

from __future__ import annotations

import errno
import fcntl
import gzip
import os
import random
import resource
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from warcio.archiveiterator import ArchiveIterator

from ingest.archive import Archive, cut_tail, read_record, warc_name
from ingest.archive_tails import cut_tails
from ingest.items import Outcome
from ingest.mending import mend
from tests.rows import NOW, fetched, gated
from tests.taught import opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.corpus import Corpus

BODIES = (b"<p>The harbour board met.</p>" * 9, b"", bytes(range(256)) * 40)


def write(folder: Path, bodies: tuple[bytes, ...] = BODIES, run: int = 1) -> list[int]:
    with closing(Archive(folder, run=run, spider="feeds")) as one:
        return [
            one.append(url="http://a.test/", status=200, headers=[], body=body, fetched_at=NOW)
            for body in bodies
        ]


def urls_in(path: Path) -> list[str]:
    """As any reader of WARC files sees it, from end to end."""
    gzip.decompress(path.read_bytes())
    with path.open("rb") as file:
        return [one.rec_headers.get_header("WARC-Target-URI") for one in ArchiveIterator(file)]


@pytest.mark.parametrize("names_last", [True, False])
def test_a_file_cut_anywhere_in_its_last_record_is_mended(
    tmp_path: Path, *, names_last: bool
) -> None:
    offsets = write(tmp_path)
    path = tmp_path / warc_name(1, "feeds")
    whole = path.read_bytes()
    named = offsets[-2] if names_last else None
    for end in [*range(offsets[-1] + 1, offsets[-1] + 40), *range(offsets[-1], len(whole), 29)]:
        path.write_bytes(whole[:end])

        assert cut_tail(path, named=named) == end - offsets[-1]
        assert path.read_bytes() == whole[: offsets[-1]]
    assert urls_in(path) == ["http://a.test/"] * 2


def test_what_was_written_in_part_is_cut_off(tmp_path: Path) -> None:
    """Sectors that a power failure left out are zeros, and the length is that of the whole."""
    offsets = write(tmp_path)
    path = tmp_path / warc_name(1, "feeds")
    whole = path.read_bytes()
    for at in range(offsets[-1], len(whole) - 3, 31):  # it ends with zeros
        torn = bytearray(whole)
        torn[at : at + 512] = bytes(len(torn[at : at + 512]))
        path.write_bytes(torn)
        cut_tail(path, named=offsets[-2])

        assert path.read_bytes() == whole[: offsets[-1]], at


def test_a_whole_file_stays_as_it_is(tmp_path: Path) -> None:
    offsets = write(tmp_path)
    path = tmp_path / warc_name(1, "feeds")
    before = path.read_bytes()

    for named in (None, *offsets):
        assert cut_tail(path, named=named) == 0
    assert path.read_bytes() == before


def test_records_longer_than_what_is_read_at_once_are_whole(tmp_path: Path) -> None:
    """Their ends fall before, on and behind the end of a block."""
    bodies = tuple(os.urandom(16_384 - 600 + extra) for extra in range(0, 600, 50))
    offsets = write(tmp_path, bodies)
    path = tmp_path / warc_name(1, "feeds")

    assert cut_tail(path) == 0
    path.write_bytes(path.read_bytes() + b"\x1f\x8b torn")
    assert cut_tail(path, named=offsets[3]) == 7
    assert read_record(path, offsets[-1]).body == bodies[-1]


def test_a_file_of_one_torn_record_is_removed(tmp_path: Path) -> None:
    write(tmp_path, BODIES[:1])
    path = tmp_path / warc_name(1, "feeds")
    path.write_bytes(path.read_bytes()[:99])

    assert cut_tail(path) == 99
    assert not path.exists()


def test_a_named_record_that_is_damaged_is_not_cut_off(tmp_path: Path) -> None:
    offsets = write(tmp_path)
    path = tmp_path / warc_name(1, "feeds")
    torn = path.read_bytes()[:-9]
    path.write_bytes(torn)

    with pytest.raises(ValueError, match=f"no whole record at byte {offsets[-1]}"):
        cut_tail(path, named=offsets[-1])
    assert path.read_bytes() == torn


@pytest.mark.parametrize("named", [None, 0])
def test_records_behind_a_damaged_one_are_not_cut_off(tmp_path: Path, named: int | None) -> None:
    offsets = write(tmp_path)
    path = tmp_path / warc_name(1, "feeds")
    damaged = bytearray(path.read_bytes())
    damaged[offsets[1] + 40] ^= 0xFF
    path.write_bytes(damaged)

    with pytest.raises(ValueError, match=f"the record at byte {offsets[1]} .* is damaged"):
        cut_tail(path, named=named)
    assert path.read_bytes() == damaged


def test_a_gzip_file_in_a_torn_page_is_no_record_behind_it(tmp_path: Path) -> None:
    """What cannot be packed stands in the member as it is."""
    noise = random.Random(1).randbytes
    offsets = write(tmp_path, (BODIES[0], noise(40_000) + gzip.compress(noise(3000)) + noise(9000)))
    path = tmp_path / warc_name(1, "feeds")
    os.truncate(path, path.stat().st_size - 9)

    assert cut_tail(path) > 0
    assert path.stat().st_size == offsets[1]


def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / warc_name(1, "feeds")
    path.symlink_to("/dev/null")

    assert cut_tail(path) == 0
    assert path.is_symlink()


def test_the_disk_holds_the_name_of_every_folder_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[str] = set()
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.add(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    folder = tmp_path / "kept" / "raw" / "pages"
    write(folder, BODIES[:1])

    holders = {str(one) for one in (tmp_path, *folder.parents[:2], folder)}
    assert holders <= synced
    assert str(tmp_path.parent) not in synced


def test_a_file_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path)
    path = tmp_path / warc_name(1, "feeds")
    with path.open("ab") as file:
        file.write(b"half a record")
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)

        assert cut_tail(path) == 0
    assert cut_tail(path) == len(b"half a record")


def test_a_backup_that_shares_the_file_keeps_it_as_its_manifest_says(tmp_path: Path) -> None:
    write(tmp_path / "archive")
    path, kept = tmp_path / "archive" / warc_name(1, "feeds"), tmp_path / "kept.warc.gz"
    whole = path.read_bytes()
    path.write_bytes(whole + b"torn")
    kept.hardlink_to(path)

    assert cut_tail(path) == 4
    assert path.read_bytes() == whole
    assert kept.read_bytes() == whole + b"torn"
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_full_disk_keeps_a_shared_file_as_it_is_and_leaves_nothing_beside_it(
    tmp_path: Path,
) -> None:
    write(tmp_path / "archive")
    path = tmp_path / "archive" / warc_name(1, "feeds")
    path.write_bytes(path.read_bytes() + b"torn")
    torn = path.read_bytes()
    (tmp_path / "kept.warc.gz").hardlink_to(path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
            cut_tail(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert path.read_bytes() == torn
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_run_leaves_the_files_alone_that_were_there_before_it(tmp_path: Path) -> None:
    """Of another corpus that uses the folder, or of this one, from before it was restored."""
    write(tmp_path)
    path = tmp_path / warc_name(1, "feeds")
    path.write_bytes(path.read_bytes()[:-5])
    before = path.read_bytes()
    with closing(Archive(tmp_path, run=1, spider="feeds")) as one:
        offsets = [
            one.append(url=url, status=200, headers=[], body=b"", fetched_at=NOW)
            for url in ("http://b.test/1", "http://b.test/2")
        ]
        another = write(tmp_path, BODIES[:1])

    assert path.read_bytes() == before
    assert (one.name, offsets[0], another) == ("run-000001-feeds-2.warc.gz", 0, [0])
    assert urls_in(tmp_path / one.name) == ["http://b.test/1", "http://b.test/2"]
    assert urls_in(tmp_path / warc_name(1, "feeds", 3)) == ["http://a.test/"]


def test_a_file_that_could_not_be_begun_leaves_nothing_and_keeps_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Archive(tmp_path, run=1, spider="feeds")
    with monkeypatch.context() as patch:
        patch.setattr("ingest.archive.make_durable", raise_eio)
        with pytest.raises(OSError, match=r"run-000001-feeds\.warc\.gz"):
            one.append(url="http://a.test/", status=200, headers=[], body=b"", fetched_at=NOW)
        assert list(tmp_path.iterdir()) == []
    one.append(url="http://a.test/", status=200, headers=[], body=b"", fetched_at=NOW)
    one.close()

    assert urls_in(tmp_path / warc_name(1, "feeds")) == ["http://a.test/"]


def raise_eio(_folder: Path) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_what_could_not_be_written_whole_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    one = Archive(tmp_path, run=1, spider="feeds")
    page = {"url": "http://a.test/", "status": 200, "headers": [], "fetched_at": NOW}
    one.append(**page, body=BODIES[0])  # type: ignore[arg-type]
    path, real = tmp_path / one.name, os.write
    before = path.read_bytes()

    def full_disk(descriptor: int, block: memoryview) -> int:
        if len(block) < 200:
            raise OSError(code, os.strerror(code))
        return real(descriptor, block[:100])

    monkeypatch.setattr(os, "write", full_disk)
    with pytest.raises(OSError, match=os.strerror(code)):
        one.append(**page, body=BODIES[2])  # type: ignore[arg-type]
    monkeypatch.undo()

    assert path.read_bytes() == before
    assert read_record(path, one.append(**page, body=BODIES[2])).body == BODIES[2]  # type: ignore[arg-type]
    one.close()
    assert len(urls_in(path)) == 2


# -- the runs of a corpus -------------------------------------------------------------------------


def torn_run(
    corpus: Corpus, folder: Path, *, outcome: str = "failed", stored: int = 2, nth: int = 1
) -> Path:
    """A run with three records, the last of them torn, of which so many have rows."""
    run = corpus.start_run(spider="feeds", trigger="command", version="test", now=NOW)
    offsets = write(folder, run=run)
    path = folder / warc_name(run, "feeds", nth)
    urls = [f"http://a.test/{run}/{number}" for number in range(stored)]
    corpus.offer([gated(url) for url in urls], run=run, now=NOW)
    due = corpus.claim(run=run, limit=9, now=NOW, lease_s=60)
    for page, offset in zip(due, offsets, strict=False):
        corpus.close_page(
            fetched(page.page, page.url, warc=path.name, warc_offset=offset),
            outcome=Outcome.OFF_TOPIC, standing=Outcome.OFF_TOPIC, reason="a reason", run=run,
            next_check=None, relevance=None,
        )  # fmt: skip
    corpus.finish_run(run, outcome=outcome, requests=0, message=None, now=NOW)
    path.write_bytes(path.read_bytes()[:-7])
    return path


def test_runs_that_died_or_failed_are_mended_and_say_so(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        folder = workspace.settings.archive_path
        paths = [
            torn_run(corpus, folder, outcome=outcome, stored=stored)
            for outcome in ("died", "failed", "finished")
            for stored in (0, 2)
        ]
        sizes = [path.stat().st_size for path in paths]
        cut = cut_tails(corpus, folder)
        messages = [row["message"] for row in corpus.runs_since(0)]

    assert [path.name for path in reversed(paths[:4])] == list(cut)
    assert [size - path.stat().st_size for size, path in zip(sizes, paths, strict=True)] == [
        *reversed(cut.values()), 0, 0,
    ]  # fmt: skip
    assert messages[0] == f"{cut[paths[0].name]} torn bytes cut off its archive"
    assert messages[4:] == [None, None]


def test_only_the_latest_runs_are_looked_at_where_that_is_asked(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        folder = workspace.settings.archive_path
        paths = [torn_run(corpus, folder) for _ in range(3)]

        assert list(cut_tails(corpus, folder, latest=2)) == [paths[2].name, paths[1].name]
        assert list(cut_tails(corpus, folder)) == [paths[0].name]
        assert cut_tails(corpus, folder) == {}


def lose_everything(path: Path) -> None:
    path.unlink()


def damage_a_stored_record(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:300])


@pytest.mark.parametrize("harm", [lose_everything, damage_a_stored_record])
def test_what_cannot_be_mended_keeps_no_run_from_starting(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    with opened(tmp_path) as (workspace, corpus):
        path = torn_run(corpus, workspace.settings.archive_path)
        harm(path)

        assert cut_tails(corpus, workspace.settings.archive_path) == {}


def test_what_cannot_be_mended_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(tmp_path) as (workspace, corpus):
        path = torn_run(corpus, workspace.settings.archive_path)
        damage_a_stored_record(path)
        for _ in range(3):
            cut_tails(corpus, workspace.settings.archive_path)
        cut_tails(corpus, workspace.settings.archive_path, is_asked=True)
        (row,) = corpus.runs_since(0)

    assert [one.levelname for one in caplog.records] == ["WARNING"]
    assert row["message"].startswith("its archive cannot be mended: no whole record at byte")


def test_files_of_another_machine_are_mended_where_a_person_asks_for_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(tmp_path) as (workspace, corpus):
        folder = workspace.settings.archive_path
        path = torn_run(corpus, folder)
        with corpus.transaction():
            corpus._run("UPDATE runs SET process = 'elsewhere:7:1'")
        before = path.stat().st_size

        assert cut_tails(corpus, folder) == {}
        assert path.stat().st_size == before
        assert caplog.records == []
        assert list(cut_tails(corpus, folder, is_asked=True)) == [path.name]


def test_a_torn_file_beside_one_of_its_name_is_mended(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        folder = workspace.settings.archive_path
        folder.mkdir(parents=True, exist_ok=True)
        other = folder / warc_name(1, "feeds")
        other.write_bytes(b"\x1f\x8b\x08 of another corpus, torn")
        path = torn_run(corpus, folder, nth=2)

        assert list(cut_tails(corpus, folder)) == [path.name]
        assert other.exists()
        assert len(urls_in(path)) == 2


def test_check_fix_mends_the_archive(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        path = torn_run(corpus, workspace.settings.archive_path)
    said = [one.said for one in mend(tmp_path, {}) if one.subject == "tails"]

    assert len(said) == 1
    assert said[0].endswith(f"torn bytes off the end of {path.name}")
    assert len(urls_in(path)) == 2
