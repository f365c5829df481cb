"""`scrapy crawl wayback` against a loopback Wayback Machine."""

from __future__ import annotations

import json
import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ingest.corpus import Corpus
from ingest.items import Candidate, FailedFetch, Gated, Outcome
from ingest.urls import address_key
from tests import preloaded
from tests.archive_web import OTHER, Answer, Asked, FakeArchive, page
from tests.demo_web import ask

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.long

HEAD = ["timestamp", "original", "mimetype", "statuscode", "digest"]
DEAD = "http://www.news.test/talks-1"
STAMP = "20251121094512"
HTML = "text/html; charset=utf-8"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "one.txt").write_text(
        "Talks in Baku\n" + "The talks between Azerbaijan and Russia went on in Baku today. " * 9
    )
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = ingest.settings\n")
    (tmp_path / "seedbed.toml").write_text(
        "[crawl]\nallow_private_networks = true\n[archives]\nwayback_delay_s = 0\n"
    )
    return tmp_path


def dead(folder: Path, url: str = DEAD, title: str = "Talks in Baku", status: int = 404) -> None:
    """Enter an address that was found gone yesterday."""
    with closing(Corpus(folder / "corpus.db")) as corpus:
        then = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
        run = corpus.start_run(spider="feeds", trigger="test", version="0", now=then)
        offer = Gated(
            candidate=Candidate(url=url, found_by="feeds", title=title), key=address_key(url),
            outlet="news.test", outcome=Outcome.WAITING, reason="its headline", relevance=0.9,
        )  # fmt: skip
        corpus.offer([offer], run=run, now=then)
        (due,) = corpus.claim(run=run, limit=1, now=then, lease_s=60)
        failed = FailedFetch(
            page=due.page, url=url, outcome=Outcome.GONE, reason=f"http {status}", status=status,
            fetched_at=then,
        )  # fmt: skip
        corpus.close_failure(failed, run=run, standing=Outcome.GONE, next_check=None)
        corpus.finish_run(run, outcome="finished", requests=1, message=None, now=then)


def index(*rows: list[str], resume: str | None = None) -> Answer:
    table: list[list[str]] = [HEAD, *rows, *([[], [resume]] if resume else [])]
    return Answer(json.dumps(table).encode(), content_type="application/json")


def row(url: str = DEAD, stamp: str = STAMP, kind: str = "text/html", status: str = "200",
        digest: str = "A") -> list[str]:  # fmt: skip
    return [stamp, url, kind, status, digest]


def machine(answers: Mapping[str, Answer]) -> Any:
    """Answers by a part of the address; of several, the first one that fits."""

    def answer(asked: Asked) -> Answer:
        return next((told for part, told in answers.items() if part in asked.path), Answer(b"[]"))

    return answer


def crawl(
    folder: Path, url: str, *arguments: str, minutes: float = 0, **env: str
) -> list[dict[str, Any]]:
    done = preloaded.scrapy(
        "crawl", "wayback", *arguments, cwd=folder,
        env={
            **os.environ, "SEEDBED_ARCHIVES__WAYBACK_URL": url, "SEEDBED_LOG__LEVEL": "INFO",
            "SEEDBED_LOG__FORMAT": "json", "SEEDBED_CLOCK_AHEAD_HOURS": str(minutes / 60), **env,
        },
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]


def wait_minutes(folder: Path) -> float:
    (host,) = ask(folder, "SELECT wait_until FROM hosts")
    until = datetime.fromisoformat(host["wait_until"])
    return (until - datetime.now(UTC)).total_seconds() / 60


def test_the_text_of_a_dead_address_is_that_of_its_earliest_capture(folder: Path) -> None:
    dead(folder)
    captures = index(row(stamp="20251125000000"), row(), row(stamp="20251120000000", status="404"))
    capture = Answer(
        page(1), content_type=HTML,
        headers=(("memento-datetime", "Fri, 21 Nov 2025 09:45:12 GMT"),
                 ("x-archive-orig-server", "nginx")),
    )  # fmt: skip
    with FakeArchive(answer=machine({"/cdx/": captures, f"/web/{STAMP}id_/": capture})) as fake:
        crawl(folder, fake.url)
    (line,) = ask(
        folder,
        "SELECT p.url, p.key, p.outlet, p.outcome, p.found_by, p.last_fetched, f.capture, a.url "
        "AS own, a.gone_since IS NOT NULL AS is_gone, a.why FROM pages p "
        "JOIN fetches f ON f.page = p.id AND f.capture IS NOT NULL JOIN articles a ON a.page = p.id"
    )  # fmt: skip
    (event,) = ask(folder, "SELECT kind, detail FROM events")

    assert (line["url"], line["own"], line["outlet"]) == (DEAD, DEAD, "news.test")
    assert (line["outcome"], line["found_by"]) == ("article", "feeds")
    assert line["last_fetched"] == "2025-11-21T09:45:12Z"
    assert line["capture"] == f"{fake.url}web/{STAMP}id_/{DEAD}"
    assert line["why"].endswith(f"; as captured 2025-11-21 09:45 UTC: {line['capture']}")
    assert line["is_gone"]
    assert event == {"kind": "gone", "detail": "http 404"}
    assert len(fake.log) == 2, "no robots.txt, no live page"
    assert fake.log[0].query["url"] == [DEAD]
    assert ask(folder, "SELECT captures, said FROM rescues") == [{"captures": 2, "said": "article"}]


@pytest.mark.parametrize("body", [b"[]", b"", b'[["timestamp","original"]]'])
def test_an_address_without_capture_is_not_asked_for_again_for_a_month(
    folder: Path, body: bytes
) -> None:
    dead(folder)
    with FakeArchive(answer=machine({"/cdx/": Answer(body)})) as fake:
        crawl(folder, fake.url)
        crawl(folder, fake.url, minutes=60 * 24 * 29)
        asked = len(fake.log)
        crawl(folder, fake.url, minutes=60 * 24 * 31)

    assert (asked, len(fake.log)) == (1, 2)
    assert ask(folder, "SELECT outcome, reason FROM pages") == [
        {"outcome": "gone", "reason": "http 404"}
    ]


def test_what_is_not_of_the_topic_by_its_headline_is_not_asked_for(folder: Path) -> None:
    said = "Football fans rejoice when Lazio wins over Torino by three goals to nothing, they say"
    dead(folder, "http://www.news.test/rome-9", said)
    with FakeArchive() as fake:
        crawl(folder, fake.url)
    (noted,) = ask(folder, "SELECT captures, said FROM rescues")

    assert fake.log == []
    assert noted["captures"] == 0
    assert noted["said"].startswith("not worth asking by topic ")


def test_after_429_nothing_is_asked_for_five_minutes_and_after_a_refusal_for_hours(
    folder: Path,
) -> None:
    dead(folder)
    dead(folder, f"{DEAD}-b")
    with FakeArchive(answer=machine({"/cdx/": Answer(status=429)})) as fake:
        events = crawl(folder, fake.url)
        first = wait_minutes(folder)
        crawl(folder, fake.url, minutes=4)
        asked = len(fake.log)
    crawl(folder, fake.url, minutes=6)  # now nobody listens
    second = wait_minutes(folder)
    crawl(folder, fake.url, minutes=6 + 61 * 2)
    third = wait_minutes(folder)

    assert asked == 1, "it stops at the first"
    assert 4 < first <= 5
    assert 60 < second - 6 <= 120.5
    assert third - (6 + 61 * 2) > 1.9 * (second - 6)
    assert [one["error"] for one in events if one["event"] == "archive closed"] == [
        "http 429: too many requests"
    ]
    assert {one["outcome"] for one in ask(folder, "SELECT outcome FROM pages")} == {"gone"}
    assert next(one["message"] for one in ask(folder, "SELECT message FROM runs WHERE spider = "
            "'wayback' ORDER BY id")) == "the archive: http 429: too many requests"  # fmt: skip


def test_the_nearest_capture_is_followed_but_no_other_page(folder: Path) -> None:
    dead(folder)
    dead(folder, f"{DEAD}-moved")
    near = "20251122000000"
    with FakeArchive() as fake:
        fake.answer = machine(
            {
                "/cdx/search/cdx?url=http%3A%2F%2Fwww.news.test%2Ftalks-1-moved":
                    index(row(f"{DEAD}-moved")),
                "/cdx/": index(row()),
                f"/web/{STAMP}id_/{DEAD}-moved":
                    Answer(status=302, headers=(("Location", f"/web/{STAMP}id_/http://x.test/"),)),
                f"/web/{STAMP}id_/":
                    Answer(status=302, headers=(("Location", f"/web/{near}id_/{DEAD}"),)),
                f"/web/{near}id_/": Answer(page(1), content_type=HTML),
            }
        )  # fmt: skip
        crawl(folder, fake.url)
    lines = ask(folder, "SELECT url, outcome, last_fetched FROM pages ORDER BY key")
    said = ask(folder, "SELECT said FROM rescues ORDER BY page")

    assert [line["outcome"] for line in lines] == ["article", "gone"]
    assert lines[0]["last_fetched"] == "2025-11-22T00:00:00Z"
    assert said[1]["said"].startswith("its capture leads to")


def test_old_captures_of_an_outlet_are_named_with_a_resume_key(folder: Path) -> None:
    urls = [f"http://www.news.test/2025/talks-in-baku-{n}" for n in range(3)]
    answers = {
        "resumeKey=test": index(row(urls[2])),
        "/cdx/": index(row(urls[0]), row(urls[1]), resume="test%2Ckey+1"),
        f"id_/{urls[1]}": Answer(OTHER, content_type=HTML),
        "id_/": Answer(page(1), content_type=HTML),
    }
    with FakeArchive(answer=machine(answers)) as fake:
        crawl(folder, fake.url, "-a", "prefix=news.test/2025/", "-a", "since=2025-11-01")
        first = [one.query for one in fake.log if "/cdx/" in one.path]
        asked = len(fake.log)
        crawl(folder, fake.url, "-a", "prefix=news.test/2025/", "-a", "since=2025-11-01")
    lines = ask(folder, "SELECT url, outcome, found_by FROM pages ORDER BY key")

    assert [one.get("resumeKey") for one in first] == [None, ["test,key 1"]]
    assert first[0]["matchType"] == ["prefix"]
    assert first[0]["from"] == ["20251101"]
    assert [line["url"] for line in lines] == urls
    assert [line["outcome"] for line in lines] == ["article", "rejected", "copy"]
    assert {line["found_by"] for line in lines} == {"wayback"}
    assert len(fake.log) == asked, "nothing is asked for twice"


def test_a_query_that_takes_too_long_is_asked_without_its_days(folder: Path) -> None:
    early, late = "http://news.test/talks-in-baku-1", "http://news.test/talks-in-baku-2"
    answers = {
        "from=": Answer(status=504),
        "/cdx/": index(row(early, stamp="20240101000000"), row(late)),
        "id_/": Answer(page(1), content_type=HTML),
    }
    with FakeArchive(answer=machine(answers)) as fake:
        crawl(folder, fake.url, "-a", "site=news.test", "-a", "since=2025-01-01")

    assert [one["url"] for one in ask(folder, "SELECT url FROM pages")] == [late]
