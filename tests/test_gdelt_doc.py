"""`scrapy crawl gdelt_doc`, and the daemon with GDELT switched on, against a loopback GDELT."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from ingest.gdelt.files import Stream
from tests import preloaded
from tests.demo_web import ask
from tests.gdelt_web import Answer, FakeGdelt
from tests.test_gdelt_crawl import NEWEST, environment, folder

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long

__all__ = ["folder"]

JSON = "application/json; charset=utf-8"


def record(number: int) -> dict[str, Any]:
    return {
        "url": f"http://www.news.test/doc/talks-in-baku-{number}",
        "url_mobile": "",
        "title": f"Talks in Baku between Azerbaijan and Russia , part {number}",
        "seendate": "20250703T091500Z",
        "language": "English",
    }


def answer(*numbers: int) -> Answer:
    body = json.dumps({"articles": [record(number) for number in numbers]}).encode()
    return Answer(body, content_type=JSON)


def crawl(folder: Path, fake: FakeGdelt, **env: str) -> subprocess.CompletedProcess[str]:
    pace = {"SEEDBED_GDELT__DOC_DELAY_S": "0.05", "SEEDBED_SEARCH__PER_LANGUAGE": "3"}
    env = environment(fake, {**pace, **env})
    done = preloaded.scrapy("crawl", "gdelt_doc", cwd=folder, env=env)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    return done


def queries(fake: FakeGdelt) -> list[dict[str, list[str]]]:
    return [parse_qs(url.partition("?")[2]) for url in fake.asked("/doc?")]


def pages(folder: Path) -> list[dict[str, Any]]:
    return ask(folder, "SELECT url, found_by, title, published FROM pages ORDER BY key")


def sources(folder: Path) -> list[dict[str, Any]]:
    return ask(folder, "SELECT * FROM sources WHERE kind = 'gdelt-doc' ORDER BY id")


def test_articles_of_the_topic_are_asked_for_and_fetched(folder: Path) -> None:
    with FakeGdelt(newest=NEWEST) as fake:
        fake.doc = lambda _: answer(1, 2)
        crawl(folder, fake)
        asked = queries(fake)

    found = pages(folder)
    assert [one["url"][-2:] for one in found] == ["-1", "-2"]
    assert {one["found_by"] for one in found} == {"gdelt"}
    assert {one["published"] for one in found} == {None}
    assert found[0]["title"] == "Talks in Baku between Azerbaijan and Russia, part 1"
    assert {'"azerbaijan" "russia"', '"russia" "azerbaijan"'} & {one["query"][0] for one in asked}
    for one in asked:
        assert (one["mode"], one["format"], one["maxrecords"]) == (["artlist"], ["json"], ["250"])
        assert one["startdatetime"] < one["enddatetime"]
    assert all(one.agent.startswith("Seedbed/") for one in fake.log)
    assert fake.asked("talks-in-baku-1")
    assert all(one["last_ok"] and not one["last_error"] for one in sources(folder))


def test_no_articles_and_broken_escapes_are_answers(folder: Path) -> None:
    bodies = [b"{}", answer(1).body.replace(b"Talks", rb"\Talks")]
    with FakeGdelt(newest=NEWEST) as fake:
        fake.doc = lambda said: Answer(bodies[-1 if "azerbaijan" in said else 0], content_type=JSON)
        crawl(folder, fake)

    assert [one["title"][:13] for one in pages(folder)] == ["Talks in Baku"]
    assert not [one for one in sources(folder) if one["failures"]]


def test_refusal_in_words_is_shown_and_other_queries_go_on(folder: Path) -> None:
    said = b"The specified phrase is too short.\n"
    with FakeGdelt(newest=NEWEST) as fake:
        fake.doc = lambda _: Answer(said, content_type="text/html; charset=utf-8")
        crawl(folder, fake)

    rows = sources(folder)
    assert {one["last_error"] for one in rows} == {"refused: The specified phrase is too short."}
    assert len(queries(fake)) == len(rows)


def test_too_many_requests_end_the_asking_for_a_while(folder: Path) -> None:
    busy = Answer(b"Please limit requests to one every 5 seconds", status=429)
    with FakeGdelt(newest=NEWEST) as fake:
        fake.doc = lambda _: busy
        crawl(folder, fake)
        crawl(folder, fake)

    soon = (datetime.now(UTC) + timedelta(seconds=20)).isoformat()
    assert len(queries(fake)) == 1
    assert all(one["next_due"] > soon for one in sources(folder))
    assert [one["last_error"] for one in sources(folder) if one["failures"]] == ["http 429"]


def test_full_answer_has_its_window_split(folder: Path) -> None:
    def doc(said: str) -> Answer:
        first, last = (
            datetime.strptime(parse_qs(said)[key][0], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            for key in ("startdatetime", "enddatetime")
        )
        if last - first > timedelta(days=2):
            return answer(*range(250))
        return answer(int(first.timestamp()))

    with FakeGdelt(newest=NEWEST) as fake:
        fake.before = lambda url: Answer(status=404) if "news.test" in url else None
        fake.doc = doc
        crawl(folder, fake, SEEDBED_SEARCH__PER_LANGUAGE="1", SEEDBED_CRAWL__MAX_PAGES_PER_RUN="1")
        asked = queries(fake)

    per_query = len(asked) / len({one["query"][0] for one in asked})
    assert per_query == 7  # a week, its halves, their halves
    assert len(pages(folder)) >= 254


def test_requests_keep_their_distance(folder: Path) -> None:
    times: list[float] = []

    def doc(said: str) -> Answer:
        del said
        times.append(time.monotonic())
        return Answer(b"{}", content_type=JSON)

    with FakeGdelt(newest=NEWEST) as fake:
        fake.doc = doc
        crawl(folder, fake, SEEDBED_GDELT__DOC_DELAY_S="0.7")

    assert len(times) > 1
    assert min(later - one for one, later in pairwise(times)) > 0.6


def test_daemon_asks_gdelt_where_it_is_switched_on(folder: Path) -> None:
    switched = {"SEEDBED_GDELT__BULK": "true", "SEEDBED_GDELT__DOC": "true"}
    (folder / "seedbed.toml").write_text("sources.discover = false\n[crawl]\ndelay_s = 0.0\n")
    with FakeGdelt(newest=NEWEST) as fake:
        fake.add(NEWEST, Stream.ENGLISH)
        fake.doc = lambda _: answer(1)
        for more in (switched, {}):
            done = subprocess.run(
                [sys.executable, "-m", "ingest", "run", "--once"], cwd=folder,
                env=environment(fake, {
                    **more, "SEEDBED_GDELT__DOC_DELAY_S": "0",
                    "SEEDBED_CLOCK_AHEAD_HOURS": str(len(fake.log)),
                }),
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode in (0, 6), done.stderr[-3000:]  # 6: the site has no links

    assert len(fake.asked("lastupdate.txt")) == 1
    assert {one["url"].split("/")[3] for one in pages(folder)} >= {"20250703091500", "doc"}
    resting = ask(folder, "SELECT state FROM sources WHERE kind LIKE 'gdelt%'")
    assert {one["state"] for one in resting} == {"resting"}
