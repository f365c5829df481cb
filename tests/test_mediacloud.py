from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from scrapy.http import Response

from ingest.config import Search
from ingest.topic.phrasing import Query
from spiders.mediacloud import MediaCloudSpider, one_for_each_language, read_stories
from spiders.mediacloud_feeds import feeds_address, read_directory
from tests.search_web import (
    Asked,
    Reply,
    answering,
    crawl,
    make_workspace,
    pages,
    sources,
)

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://search.mediacloud.org/api/search/story-list?q=x"
STORY = {
    "id": "9f86d0",
    "indexed_date": "2025-11-21T10:12:13.456789",
    "publish_date": "2025-11-21",
    "language": "en",
    "media_name": "example.org",
    "media_url": "example.org",
    "title": "Talks resume",
    "url": "https://www.example.org/2025/11/21/talks/",
}
_WRITTEN = {".db", ".gz", ".warc"}
KEY = "0123456789abcdef-our-own-key"
TOML = (
    f'mediacloud_url = "http://cloud.test"\nmediacloud_key = "{KEY}"\n'
    "mediacloud_collections = [34412234, 7]"
)
PATH = "/api/search/story-list"
LIMIT = b'{"detail":"You do not have permission to perform this action."}'


def body(*stories: Any, token: str | None = None) -> bytes:
    return json.dumps({"stories": list(stories), "pagination_token": token}).encode()


def test_story_is_a_candidate_on_its_day() -> None:
    found = read_stories(body(STORY, token="MTcz"), {}, BASE)
    (one,) = found.candidates

    assert (one.url, one.title, one.language) == (STORY["url"], "Talks resume", "en")
    assert one.published == datetime(2025, 11, 21, tzinfo=UTC)
    assert found.next_page == "MTcz"


@pytest.mark.parametrize("end", [body(STORY), body(STORY, token=""), body(token="MTcz")])
def test_null_token_or_an_empty_page_is_the_end(end: bytes) -> None:
    assert read_stories(end, {}, BASE).next_page is None


@pytest.mark.parametrize("odd", [b"", b"[]", b"{}", b'{"stories": null}', b"[" * 100_000])
def test_what_is_no_list_of_stories_is_refused(odd: bytes) -> None:
    with pytest.raises(ValueError, match=r"no answer of Media Cloud|no JSON"):
        read_stories(odd, {}, BASE)


def test_queries_of_a_language_are_one_call() -> None:
    asked = [
        Query(language="en", terms=("Azerbaijan", "Russia"), seeds=5),
        Query(language="ru", terms=("Баку", "Москва"), seeds=3),
        Query(language="en", terms=("Baku", "South Caucasus"), seeds=3),
        Query(language=None, terms=("Baku",), seeds=0),
    ]

    assert one_for_each_language(asked) == (
        '(("Azerbaijan" AND "Russia") OR ("Baku" AND "South Caucasus")) AND language:en',
        '(("Баку" AND "Москва")) AND language:ru',
        '("Baku")',
    )


def holds_key(file: Path) -> bool:
    return KEY.encode() in file.read_bytes()


def stories(asked: Asked) -> Reply | None:
    """Two pages for each language; the token of the second is null."""
    if asked.page != ("cloud.test", PATH):
        return None
    is_second = "pagination_token" in asked.parameters
    number = 2 if is_second else 1
    lines = [
        {**STORY, "url": f"http://paper.test/{number}/{n}", "title": "Baku and Moscow talk"}
        for n in range(3)
    ]
    return Reply(body=body(*lines, token=None if is_second else "MTcz"))


def test_stories_are_asked_for_with_the_key_which_stands_nowhere(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", TOML)
    with answering(stories) as web:
        done = crawl(folder, "mediacloud", web, SEEDBED_LOG__LEVEL="DEBUG")
        asked = web.asked(PATH)
        others = [one for one in web.log if one.path != PATH]
    first, second = (one for one in asked if "language:en" in one.parameters["q"])
    today = datetime.now(UTC).date()

    assert done.returncode == 0, done.stderr
    assert len(asked) == 4
    assert {one.headers["Authorization"] for one in asked} == {f"Token {KEY}"}
    assert not [one for one in others if "Authorization" in one.headers]
    assert first.parameters["cs"] == "34412234,7"
    assert first.parameters["platform"] == "onlinenews-mediacloud"
    assert first.parameters["start"] == str(today - timedelta(days=30))
    assert first.parameters["end"] == str(today)
    assert "pagination_token" not in first.parameters
    assert second.parameters["pagination_token"] == "MTcz"
    assert len(pages(folder)) == 6
    assert KEY not in done.stdout + done.stderr
    assert not [file for file in folder.rglob("*.*") if file.suffix in _WRITTEN and holds_key(file)]


@pytest.mark.parametrize(
    ("status", "answer", "meaning", "patience_s"),
    [
        (403, LIMIT, "too many calls", 60),
        (429, b"", None, 60),
        (503, b"", None, 60),
        (403, b'{"detail":"Invalid token."}', "the key is refused", 3600),
        (401, b"", "the key is refused", 3600),
        (500, b"", None, None),
    ],
)
def test_limit_and_refused_key_are_told_apart(
    status: int, answer: bytes, meaning: str | None, patience_s: float | None
) -> None:
    response = Response("http://cloud.test/", status=status, body=answer)
    said = MediaCloudSpider.meaning_of(response)

    assert said is None if meaning is None else (said or "").startswith(meaning)
    assert MediaCloudSpider.patience_s(response) == patience_s


def test_limit_in_the_dress_of_a_403_ends_the_asking_and_a_redirect_does_not_get_the_key(
    tmp_path: Path,
) -> None:
    replies = [Reply(status=302, headers={"Location": "http://evil.test/"})]
    replies.append(Reply(status=403, body=LIMIT))
    folder = make_workspace(tmp_path / "w", f'{TOML}\nqueries = ["tr: Baku", "de: Baku", "Baku"]')
    with answering(lambda asked: replies.pop(0) if asked.path == PATH else None) as web:
        done = crawl(folder, "mediacloud", web)
        hosts = [one.host for one in web.log]
    told = sorted(row["last_error"] or "" for row in sources(folder, "mediacloud"))

    assert done.returncode == 0, done.stderr
    assert hosts == ["cloud.test"] * 2
    assert told == [
        "",
        "http 302: redirects to http://evil.test/",
        "http 403: too many calls, though it says that they are not permitted",
    ]


def test_calls_keep_the_limit_of_a_minute() -> None:
    assert MediaCloudSpider.pace(Search()) == {"concurrency": 1, "delay": 30, "jitter": 0}


REPORT = (
    "<html><head><title>Baku and Moscow talk</title></head><body><article>"
    "<h1>Baku and Moscow talk</h1>"
    + "".join(
        f"<p>Azerbaijan and Russia {said} in Baku, where an envoy of Moscow met the {whom} of "
        f"Azerbaijan {when}, and Russia answered that it would {what}.</p>"
        for said, whom, when, what in (
            ("opened their talks", "president", "before noon", "send an answer within days"),
            ("went on with them", "prime minister", "on the second day", "look into the crash"),
            ("spoke of the detained", "speaker", "behind closed doors", "free two of the editors"),
            ("ended a long round", "foreign minister", "late at night", "name another envoy soon"),
        )
    )
    + "</article></body></html>"
).encode()


def found_at(path: str, *results: Any) -> Any:
    said = json.dumps({"count": len(results), "next": None, "results": results}).encode()
    return read_directory(said, {}, f"http://cloud.test/api/sources/{path}")


def test_outlet_of_the_directory_leads_to_its_feeds() -> None:
    others = [{"id": 7, "name": "not-paper.test"}, "odd", {"name": "paper.test"}]
    by_name = found_at("sources/?name=paper.test", *others, {"id": 9, "name": "paper.test"})
    by_home = found_at("sources/?name=paper.test", {"id": 8, "homepage": "https://www.paper.test"})

    assert (by_name.next_page, by_home.next_page) == ("feeds 9 0", "feeds 8 0")
    assert found_at("sources/?name=paper.test", *others).next_page is None
    assert feeds_address("http://cloud.test/", "feeds 9 0") == (
        "http://cloud.test/api/sources/feeds/?source_id=9&limit=100&offset=0"
    )


def test_feeds_of_the_directory_are_sources_unless_they_are_switched_off() -> None:
    found = found_at(
        "feeds/?source_id=9", {"url": "http://paper.test/rss", "admin_rss_enabled": True},
        {"url": "http://paper.test/old", "admin_rss_enabled": False},
        {"url": "http://paper.test/rss"}, {"url": "javascript:x"}, {"url": None}, 7,
    )  # fmt: skip

    assert found.sources == (("feed", "http://paper.test/rss"),)
    assert found.next_page is None


@pytest.mark.parametrize("odd", [b"", b"[]", b'{"results": {}}', b"<html>"])
def test_what_is_no_answer_of_the_directory_is_refused(odd: bytes) -> None:
    with pytest.raises(ValueError, match=r"no answer of Media Cloud|no JSON"):
        read_directory(odd, {}, "http://cloud.test/api/sources/feeds/?source_id=1")


def test_feeds_of_outlets_that_gave_an_article_are_asked_for_once_a_month(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path, TOML.replace("[34412234, 7]", "[7]"))
    toml = (folder / "seedbed.toml").read_text().replace("discover = false", "discover = true")
    (folder / "seedbed.toml").write_text(toml)

    def directory(asked: Asked) -> Reply | None:
        if asked.path == "/api/sources/sources/":
            named = {"id": 9, "name": asked.parameters["name"]}
            return Reply(body=json.dumps({"results": [named]}).encode())
        if asked.path == "/api/sources/feeds/":
            feed = {"id": 1, "url": "http://paper.test/rss"}
            return Reply(body=json.dumps({"results": [feed]}).encode())
        if asked.host == "paper.test":
            return Reply(body=REPORT) if asked.path.count("/") > 1 else None
        return stories(asked)

    with answering(directory) as web:
        for hours in ("0", "30", "60", "900"):
            done = crawl(folder, "mediacloud", web, SEEDBED_CLOCK_AHEAD_HOURS=hours)
            assert done.returncode == 0, done.stderr
        sought = [one for one in web.log if one.path.startswith("/api/sources/")]

    assert [(one.path, one.parameters.get("source_id")) for one in sought] == [
        ("/api/sources/sources/", None),
        ("/api/sources/feeds/", "9"),
    ]
    assert {one.headers["Authorization"] for one in sought} == {f"Token {KEY}"}
    assert [row["url"] for row in sources(folder, "feed")] == ["http://paper.test/rss"]
