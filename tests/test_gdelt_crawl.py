"""`scrapy crawl gdelt` against a loopback GDELT."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ingest.gdelt.files import STEP, Stream
from tests import preloaded
from tests.demo_web import ask
from tests.gdelt_web import Answer, FakeGdelt, row
from tests.patience import wait_until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long

NEWEST = datetime(2025, 7, 3, 9, 15, tzinfo=UTC)
ENGLISH, TRANSLATED = Stream.ENGLISH, Stream.TRANSLATED


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "one.txt").write_text(
        "Talks in Baku\n" + "The talks between Azerbaijan and Russia went on in Baku today. " * 9
    )
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = ingest.settings\n")
    (tmp_path / "seedbed.toml").write_text("[crawl]\ndelay_s = 0.0\ntimeout_s = 5\n")
    return tmp_path


def environment(fake: FakeGdelt, more: dict[str, str]) -> dict[str, str]:
    return {
        **os.environ,
        "SEEDBED_CRAWL__PROXY": fake.proxy_url,
        "SEEDBED_LOG__LEVEL": "INFO",
        "SEEDBED_LOG__FORMAT": "text",
        "SEEDBED_GDELT__LANGUAGES": "english",
        "SEEDBED_GDELT__DOC_URL": "http://api.gdeltproject.org/api/v2/doc/doc",
        **more,
    }


def crawl(
    folder: Path, fake: FakeGdelt, *arguments: str, minutes: float = 0, **env: str
) -> subprocess.CompletedProcess[str]:
    ahead = {"SEEDBED_CLOCK_AHEAD_HOURS": str(minutes / 60)}
    env = environment(fake, {**ahead, **env})
    done = preloaded.scrapy("crawl", "gdelt", *arguments, cwd=folder, env=env)
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    return done


def pages(folder: Path) -> list[dict[str, Any]]:
    return ask(folder, "SELECT url, outcome, found_by, title, published FROM pages ORDER BY key")


def source(folder: Path) -> dict[str, Any]:
    (found,) = ask(folder, "SELECT * FROM sources WHERE kind = 'gdelt' AND state = 'active'")
    return found


def zips(fake: FakeGdelt) -> list[str]:
    return [one.rpartition("/")[2][:14] for one in fake.asked(".gkg.csv.zip")]


def stamps(*times: datetime) -> list[str]:
    return [one.strftime("%Y%m%d%H%M%S") for one in times]


def test_newest_file_of_both_streams_gives_articles(folder: Path) -> None:
    extras = (
        "<PAGE_TITLE>Bak&#x131;da dan&#x131;&#x15F;&#x131;qlar davam edir</PAGE_TITLE>"
        "<PAGE_PRECISEPUBTIMESTAMP>20250703080000</PAGE_PRECISEPUBTIMESTAMP>"
    )
    with FakeGdelt(newest=NEWEST) as fake:
        fake.add(NEWEST, ENGLISH)
        fake.add(
            NEWEST, TRANSLATED, row(7, NEWEST, TranslationInfo="srclc:aze;eng:GT", Extras=extras)
        )
        crawl(folder, fake, SEEDBED_GDELT__LANGUAGES="english,translated")
        found = pages(folder)

    assert len(found) == 3
    assert {one["found_by"] for one in found} == {"gdelt"}
    assert [one["published"] for one in found if one["url"].endswith("-7")] == [
        "2025-07-03T08:00:00Z"
    ]
    assert found[0]["title"] == "Talks in Baku between Azerbaijan and Russia, part 1"
    assert {one["outcome"] for one in found} <= {"article", "copy"}
    assert all(one.agent.startswith("Seedbed/") for one in fake.log)
    assert not fake.asked("masterfilelist")


def test_no_file_is_read_twice(folder: Path) -> None:
    with FakeGdelt(newest=NEWEST) as fake:
        fake.add(NEWEST, ENGLISH)
        crawl(folder, fake)
        crawl(folder, fake, minutes=16)

    assert zips(fake) == stamps(NEWEST)
    assert len(fake.asked("lastupdate.txt")) == 2


def test_missed_files_are_made_up_for_from_the_master_list(folder: Path) -> None:
    with FakeGdelt(newest=NEWEST, padding=2000) as fake:
        fake.add(NEWEST, ENGLISH)
        crawl(folder, fake)
        for step in range(1, 5):
            fake.add(NEWEST + STEP * step, ENGLISH)
        fake.absent.add("20250703093000.gkg.csv.zip")
        fake.newest = NEWEST + STEP * 4
        fake.log.clear()
        crawl(folder, fake, minutes=61)

    assert zips(fake) == stamps(*(NEWEST + STEP * step for step in (4, 3, 2)))
    assert len(pages(folder)) == 8
    assert source(folder)["last_error"] == "files absent: 1"
    assert [one.range for one in fake.log if "masterfilelist" in one.url] == ["bytes=-65536"]


def test_what_is_missed_for_too_long_is_given_up_and_said(folder: Path) -> None:
    with FakeGdelt(newest=NEWEST) as fake:
        fake.add(NEWEST, ENGLISH)
        crawl(folder, fake)
        fake.newest = NEWEST + timedelta(hours=5)
        fake.add(fake.newest, ENGLISH)
        fake.add(fake.newest - STEP, ENGLISH)
        done = crawl(folder, fake, minutes=301, SEEDBED_GDELT__CATCH_UP_HOURS="0.25")

    assert zips(fake) == stamps(NEWEST, fake.newest, fake.newest - STEP)
    assert "files missed" in done.stderr


def test_days_are_read_back_from_slices_of_a_long_list(folder: Path) -> None:
    first = datetime(2025, 7, 1, tzinfo=UTC)
    with FakeGdelt(newest=NEWEST, padding=6000) as fake:
        fake.newest = first + timedelta(days=30)
        fake.add(fake.newest, ENGLISH)
        for step in range(0, 96 * 30, 8):
            fake.files[f"{stamps(first + STEP * step)[0]}.gkg.csv.zip"] = b"not asked for"
        wanted = [first + STEP * step for step in (0, 8, 16)]
        for at in wanted:
            fake.add(at, ENGLISH)
        for name in [one for one in fake.files if "20250701060000" <= one < "20250702"]:
            del fake.files[name]
        crawl(folder, fake, "-a", "since=2025-07-01", "-a", "until=2025-07-01")
        whole = len(fake.master(ENGLISH))

    assert zips(fake) == stamps(*wanted)
    ranges = [one.range for one in fake.log if "masterfilelist" in one.url]
    assert len(ranges) < 12
    assert whole > 1_500_000
    assert len(pages(folder)) == 6


@pytest.mark.parametrize("status", [200, 500])
def test_days_are_read_back_without_slices_and_without_a_list(folder: Path, status: int) -> None:
    first = datetime(2025, 7, 1, tzinfo=UTC)
    with FakeGdelt(newest=NEWEST, gives_slices=False) as fake:
        fake.before = lambda url: (
            Answer(status=status) if "master" in url and status != 200 else None
        )
        for step in (0, 95):
            fake.add(first + STEP * step, ENGLISH)
        fake.add(NEWEST, ENGLISH)
        crawl(folder, fake, "-a", "since=2025-07-01", "-a", "until=2025-07-01")

    assert len(pages(folder)) == 4
    assert len(zips(fake)) == (2 if status == 200 else 96)


def test_a_file_in_trouble_keeps_its_place(folder: Path) -> None:
    with FakeGdelt(newest=NEWEST) as fake:
        fake.add(NEWEST, ENGLISH)
        fake.before = lambda url: (
            Answer(status=503, headers=(("Retry-After", "3600"),)) if ".zip" in url else None
        )
        crawl(folder, fake)
        failed = source(folder)
        fake.before = lambda _: None
        crawl(folder, fake, minutes=61)

    assert failed["last_error"] == "http 503"
    assert failed["next_due"] > (datetime.now(UTC) + timedelta(minutes=55)).isoformat()
    assert len(pages(folder)) == 2
    assert source(folder)["last_error"] is None


def test_damaged_file_is_tried_again_and_costs_no_other(folder: Path) -> None:
    with FakeGdelt(newest=NEWEST) as fake:
        name = fake.add(NEWEST, ENGLISH)
        fake.files[name] = fake.files[name][:-300]
        crawl(folder, fake)
        fake.newest += STEP
        fake.add(fake.newest, ENGLISH)
        crawl(folder, fake, minutes=16)
        assert len(pages(folder)) == 2
        assert source(folder)["last_error"] == "files damaged: 1"

    assert zips(fake) == stamps(NEWEST, fake.newest, NEWEST)


def test_page_in_place_of_a_list_fails_visibly_and_softly(folder: Path) -> None:
    with FakeGdelt(newest=NEWEST) as fake:
        fake.before = lambda url: (
            Answer(b"<html>Sorry</html>", content_type="text/html") if "lastupdate" in url else None
        )
        done = crawl(folder, fake)

    assert done.returncode == 0
    assert source(folder)["last_error"] == "no list of GDELT files in it"


def test_phone_address_of_a_known_page_is_no_second_page(folder: Path) -> None:
    with FakeGdelt(newest=NEWEST) as fake:
        fake.add(NEWEST, ENGLISH, row(1, NEWEST))
        crawl(folder, fake)
        known = "http://www.news.test/20250703091500/talks-in-baku-1"
        title = "<PAGE_TITLE>Talks in Baku between Azerbaijan and Russia</PAGE_TITLE>"
        fake.newest += STEP
        fake.add(
            fake.newest, ENGLISH,
            row(9, fake.newest, Extras=f"{title}<PAGE_ALTURL_AMP>{known}</PAGE_ALTURL_AMP>"),
        )  # fmt: skip
        crawl(folder, fake, minutes=16)

    assert [one["url"] for one in pages(folder)] == [known]


def test_other_seeds_read_the_days_anew(folder: Path) -> None:
    first = datetime(2025, 7, 1, tzinfo=UTC)
    span = ("-a", "since=2025-07-01", "-a", "until=2025-07-01")
    with FakeGdelt(newest=NEWEST) as fake:
        fake.add(first, ENGLISH)
        fake.add(NEWEST, ENGLISH)
        crawl(folder, fake, *span)
        crawl(folder, fake, *span)
        before = zips(fake)
        (folder / "seeds" / "two.txt").write_text("Baku and Moscow talk on. " * 20)
        crawl(folder, fake, *span)

    assert before == stamps(first)
    assert zips(fake) == stamps(first, first)


@pytest.mark.parametrize("span", [("since=July",), ("until=2025-07-01",)])
def test_wrong_days_are_named(folder: Path, span: tuple[str, ...]) -> None:
    with FakeGdelt(newest=NEWEST) as fake:
        done = crawl(folder, fake, *(part for one in span for part in ("-a", one)))

    assert done.returncode == 1
    assert "since" in done.stderr
    assert not fake.log


def test_kill_loses_no_file_and_reads_at_most_one_again(folder: Path) -> None:
    first = datetime(2025, 7, 1, tzinfo=UTC)
    span = ("-a", "since=2025-07-01", "-a", "until=2025-07-01")
    with FakeGdelt(newest=NEWEST) as fake:
        fake.add(NEWEST, ENGLISH)
        for step in range(8):
            fake.add(first + STEP * step, ENGLISH)
        for kill in range(1, 5):
            kill_after(folder, fake, 2 * kill, *span)
        crawl(folder, fake, *span, minutes=30)
        read = zips(fake)

    assert {*read} == {*stamps(*(first + STEP * step for step in range(8)))}
    assert len(read) <= 8 + 4
    assert len(pages(folder)) == 16
    (state,) = ask(folder, "SELECT value FROM topic_state WHERE key = 'gdelt_english'")
    assert json.loads(state["value"])["read"] == [["20250701000000", "20250701234500"]]


def kill_after(folder: Path, fake: FakeGdelt, files: int, *arguments: str) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "crawl", "gdelt", *arguments], cwd=folder,
        env=environment(fake, {}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    wait_until(lambda: child.poll() is not None or len(zips(fake)) >= files, every_s=0.002)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
