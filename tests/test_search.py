"""What all search services share: what is asked, in which order, and how answers are read."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.config import load_settings
from ingest.corpus import Corpus
from ingest.errors import ConfigError
from ingest.items import DueSource
from ingest.search_settings import asking_version
from ingest.topic.asked import asked_queries, read_query
from ingest.topic.phrasing import Query
from scheduler.jobs import Agenda, JobSpec, is_due, job_specs
from spiders.answers import Answer, at_service, plain, rss_items, time_of, web_address
from spiders.bing import read_bing
from spiders.google import read_google
from spiders.mediacloud import read_stories
from spiders.search import Asking
from spiders.searxng import read_searxng
from tests.demo_web import environment
from tests.search_web import (
    Asked,
    Reply,
    SearchWeb,
    answering,
    crawl,
    make_workspace,
    pages,
    sources,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2025, 11, 21, 9, tzinfo=UTC)
READERS = (read_bing, read_google, read_searxng, read_stories)


# -- what is asked --------------------------------------------------------------------------------


def query(*terms: str, language: str | None = "en") -> Query:
    return Query(language=language, terms=terms, seeds=3)


def test_query_of_a_person_is_terms_phrases_and_perhaps_a_language() -> None:
    assert read_query('ru: Баку "Южный  Кавказ" - Баку') == Query(
        language="ru", terms=("Баку", "Южный Кавказ"), seeds=0
    )
    assert read_query("Baku: Moscow").language is None


def test_learned_queries_are_dropped_added_to_and_kept_to_languages() -> None:
    learned = [
        query("Azerbaijan", "Russia"),
        query("Azerbaijan", "South Caucasus"),
        query("Баку", "Москва", language="ru"),
        query("Bakü", "Moskova", language="tr"),
    ]
    asked = asked_queries(
        learned,
        added=['en: "south caucasus" azerbaijan', "ru: Карабах", "AZERBAIJAN russia"],
        dropped=['"South Caucasus" AZERBAIJAN', "tr: Баку Москва"],
        languages=["en", "ru"],
    )

    assert [(one.language, *one.terms) for one in asked] == [
        ("en", "Azerbaijan", "Russia"),
        ("en", "south caucasus", "azerbaijan"),  # asked for by hand: it stays
        ("ru", "Баку", "Москва"),
        ("ru", "Карабах"),
        (None, "AZERBAIJAN", "russia"),
    ]


@given(st.text(max_size=60))
def test_any_text_reads_as_a_query_whose_terms_hold_words(said: str) -> None:
    found = read_query(said)

    assert all(term.strip() == term and term for term in found.terms)
    assert len(set(found.terms)) == len(found.terms)


# -- settings and the daemon ----------------------------------------------------------------------


def test_service_that_lacks_what_it_needs_is_a_mistake_of_the_settings(tmp_path: Path) -> None:
    for service, need in (("searxng", "searxng_url"), ("mediacloud", "mediacloud_key")):
        with pytest.raises(ConfigError, match=f"services: {service} needs {need}"):
            load_settings(tmp_path, {"SEEDBED_SEARCH__SERVICES": f"bing,{service}"})


def test_key_is_shown_nowhere(tmp_path: Path) -> None:
    secret = "very-secret-key"
    settings = load_settings(tmp_path, {"SEEDBED_SEARCH__MEDIACLOUD_KEY": secret})
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path, {"SEEDBED_SEARCH__MEDIACLOUD_KEY": f"{secret} "})
    (tmp_path / "seedbed.toml").write_text(f'[search]\nmediacloud_key = ["{secret}"]\n')
    with pytest.raises(ConfigError) as of_file:
        load_settings(tmp_path, {})

    assert secret not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()
    assert secret not in str(caught.value) + str(of_file.value)
    assert settings.search.mediacloud_key is not None
    assert settings.search.mediacloud_key.get_secret_value() == secret


def test_daemon_asks_the_services_named_after_all_else(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {"SEEDBED_SEARCH__SERVICES": "google,bing"})
    specs = job_specs(settings)

    assert [spec.spider for spec in specs] == ["feeds", "sitemaps", "links", "google", "bing"]
    assert [spec.asks for spec in specs] == [False] * 3 + [True] * 2
    assert [spec.kinds for spec in specs[3:]] == [("google",), ("bing",)]


def test_service_is_due_once_for_each_version_of_what_is_to_be_asked() -> None:
    bing = JobSpec(spider="bing", kinds=("bing",), asks=True)
    agenda = Agenda(now=NOW, sources=(), pages=0, unknown=frozenset(), unasked={"bing": "bing 1"})

    assert is_due(bing, agenda, every_minutes=30, greeted={"bing"})
    assert not is_due(bing, agenda, every_minutes=30, greeted={"bing", "bing 1"})


def test_version_moves_with_topic_and_queries_and_not_with_the_services(tmp_path: Path) -> None:
    plain_one = load_settings(tmp_path, {}).search
    more = load_settings(tmp_path, {"SEEDBED_SEARCH__QUERIES": "Baku"}).search
    on = load_settings(tmp_path, {"SEEDBED_SEARCH__SERVICES": "bing"}).search

    assert len({asking_version(plain_one, "1"), asking_version(plain_one, "2")}) == 2
    assert asking_version(plain_one, "1") != asking_version(more, "1")
    assert asking_version(plain_one, "1") == asking_version(on, "1")


# -- the corpus -----------------------------------------------------------------------------------


def add(corpus: Corpus, *urls: str, kind: str = "bing") -> None:
    for url in urls:
        corpus.add_source(
            kind=kind, url=url, outlet="bing.test", found_by="topic", every_minutes=60, now=NOW
        )


def due(corpus: Corpus, now: datetime = NOW) -> set[str]:
    return {one.url for one in corpus.due_sources(["bing", "feed"], now=now)}


def fail(corpus: Corpus, url: str) -> None:
    run = corpus.start_run(spider="bing", trigger="command", version="0", now=NOW)
    (one,) = (s for s in corpus.due_sources(["bing"], now=NOW) if s.url == url)
    corpus.poll_failed(one, run=run, error="http 500", every_minutes=60, now=NOW)


def test_query_of_a_former_topic_rests_and_is_asked_again_when_it_comes_back(
    corpus: Corpus,
) -> None:
    add(corpus, "http://bing.test/a", "http://bing.test/b")
    add(corpus, "http://paper.test/feed", kind="feed")
    fail(corpus, "http://bing.test/a")
    corpus.ask_only("bing", ["http://bing.test/b"], now=NOW)
    century = NOW + timedelta(days=36_525)

    assert due(corpus, century) == {"http://bing.test/b", "http://paper.test/feed"}
    assert corpus.all_sources(failing=True) == []
    corpus.ask_only("bing", ["http://bing.test/a"], now=NOW)
    assert due(corpus) == {"http://bing.test/a", "http://paper.test/feed"}


def test_asking_the_same_again_moves_nothing(corpus: Corpus) -> None:
    add(corpus, "http://bing.test/a")
    fail(corpus, "http://bing.test/a")
    before = corpus.all_sources()
    corpus.ask_only("bing", ["http://bing.test/a"], now=NOW)

    assert corpus.all_sources() == before


def test_postponing_a_service_fails_nothing_and_brings_nothing_forward(corpus: Corpus) -> None:
    add(corpus, "http://bing.test/a", "http://bing.test/b")
    add(corpus, "http://paper.test/feed", kind="feed")
    fail(corpus, "http://bing.test/a")  # due in an hour
    corpus.postpone("bing", until=NOW + timedelta(minutes=10))

    assert due(corpus) == {"http://paper.test/feed"}
    assert "http://bing.test/b" in due(corpus, NOW + timedelta(minutes=10))
    assert "http://bing.test/a" not in due(corpus, NOW + timedelta(minutes=59))
    assert len(corpus.all_sources(failing=True)) == 1


def test_unknown_addresses_are_counted(corpus: Corpus) -> None:
    assert corpus.count_unknown(["a.test/1", "a.test/2", "a.test/1"]) == 2
    assert corpus.count_unknown([]) == 0


@pytest.mark.parametrize(
    ("last_ok", "last_error", "since"),
    [
        (None, None, None),
        (NOW, None, NOW),
        (NOW, "http 500", NOW),
        (NOW, "no answer from qwant news (captcha)", NOW),
        (NOW, "cut short before page 2: http 500", None),
        (NOW, "cut short the time before; now http 500", None),
    ],
)
def test_asking_begins_where_the_last_whole_answer_ended(
    last_ok: datetime | None, last_error: str | None, since: datetime | None
) -> None:
    source = DueSource(
        source=1, kind="bing", url="http://bing.test/a", etag=None, last_modified=None,
        body_hash=None, every_minutes=60, failures=0, last_ok=last_ok, last_error=last_error,
    )  # fmt: skip

    assert Asking(source=source, at=NOW).since == since


def test_topic_that_changes_takes_its_queries_along(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply | None:
        is_asked = asked.page == ("bing.test", "/news/search")
        return Reply(body=b"<rss><channel></channel></rss>") if is_asked else None

    folder = make_workspace(tmp_path / "w", 'bing_url = "http://bing.test/"')
    with answering(answer) as web:
        crawl(folder, "bing", web, SEEDBED_SEARCH__PER_LANGUAGE="1")
        learned = {one.parameters["q"] for one in web.asked("/news/search")}
        web.log.clear()
        later = {"SEEDBED_CLOCK_AHEAD_HOURS": "40", "SEEDBED_SEARCH__QUERIES": "Karabakh"}
        crawl(folder, "bing", web, **later)
        asked = [one.parameters["q"] for one in web.asked("/news/search")]
    with closing(Corpus(folder / "corpus.db")) as corpus:
        known, rest = len(sources(folder, "bing")), due(corpus, NOW + timedelta(days=36_525))

    assert len(learned) >= 3
    assert asked == ["Karabakh"]
    assert known == len(learned) + 1
    assert len(rest) == 1


def test_service_that_is_down_is_shown_and_the_round_goes_on(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply | None:
        if asked.page != ("bing.test", "/news/search"):
            return None
        item = "<item><title>Baku and Moscow</title><link>http://paper.test/1</link></item>"
        return Reply(body=f"<rss><channel>{item}</channel></rss>".encode())

    folder = make_workspace(
        tmp_path / "w",
        'services = ["searxng", "bing"]\nbing_url = "http://bing.test/"\n'
        'searxng_url = "http://127.0.0.1:9"\npages = 1',
    )
    with answering(answer) as web:
        codes = [run_once(folder, web) for _ in range(2)]
        asked = len(web.asked("/news/search"))
    failed = [row for row in sources(folder, "searxng") if row["failures"]]

    assert codes == [6, 0]  # partial; then nothing was due
    assert asked == 2
    assert {row["failures"] for row in sources(folder, "bing")} == {0}
    assert [("refused" in row["last_error"].lower(), row["failures"]) for row in failed] == [
        (True, 1)
    ]
    assert "http://paper.test/1" in pages(folder)


def run_once(folder: Path, web: SearchWeb) -> int:
    done = subprocess.run(
        [sys.executable, "-m", "ingest", "run", "--once"], cwd=folder, env=environment(web),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


# -- answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2025-11-21T08:45:00", datetime(2025, 11, 21, 8, 45, tzinfo=UTC)),
        ("2025-11-21T08:45:00+04:00", datetime(2025, 11, 21, 4, 45, tzinfo=UTC)),
        ("Fri, 21 Nov 2025 08:45:00 GMT", datetime(2025, 11, 21, 8, 45, tzinfo=UTC)),
        ("2025-11-21", datetime(2025, 11, 21, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        (17, None),
        (None, None),
    ],
)
def test_time_is_read_in_utc_or_not_at_all(said: object, expected: datetime | None) -> None:
    assert time_of(said) == expected


@pytest.mark.parametrize(
    "address",
    ["", "  ", "javascript:alert(1)", "ftp://a.test/", "http://", "http://[bad", "http://a:9x/", 7],
)
def test_what_is_no_address_of_the_web_is_left_out(address: object) -> None:
    assert web_address("https://s.test/", address) is None


def test_service_may_stand_in_a_folder() -> None:
    for base in ("http://a.test/searx", "http://a.test/searx/"):
        url = at_service(base, "search", {"q": "a b&c", "language": None})

        assert url == "http://a.test/searx/search?q=a+b%26c"


def test_markup_and_controls_are_taken_out_of_text() -> None:
    assert plain("<b>Baku</b>\x00 &amp; \n Moscow\u202e") == "Baku & Moscow"
    assert plain("  ") is None
    assert plain({"a": 1}) is None


def test_entities_are_not_followed() -> None:
    bomb = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><title>&x;</title></item></rss>'
    (item,) = rss_items(bomb)

    assert b"root:" not in b"".join(text.encode() for text in item.itertext())


def test_deep_nesting_is_refused_and_no_crash() -> None:
    for body in (b"[" * 500_000, b'{"results":' * 200_000, b"<rss>" * 200_000, b"<title>" * 99_999):
        for read in READERS:
            assert is_read_or_refused(read, body)


@pytest.mark.parametrize("name", ["title", "link", "pubDate", "item", "x"])
def test_large_answer_is_read_in_moderate_time_and_gives_no_more_than_its_share(name: str) -> None:
    filler = "<a &amp; http://a.test/?" * 60_000
    long = f"<rss><item><title>a</title><{name}>{filler}</{name}></item></rss>"
    many = b"<rss>" + b"<item><title>t</title><link>http://a.test/1</link></item>" * 40_000
    begun = time.process_time()
    for body in (long.encode(), many):
        assert all(is_read_or_refused(read, body) for read in READERS)

    assert time.process_time() - begun < 10
    assert len(read_bing(many, {}, "http://bing.test/").candidates) <= 1000


def is_read_or_refused(read: Callable[..., Answer], body: bytes) -> bool:
    try:
        found = read(body, {}, "https://s.test/search?q=x&pageno=1&first=1&hl=en&setmkt=en-GB")
    except ValueError:
        return True
    return all(one.url.startswith("http") for one in found.candidates)


XML = st.lists(
    st.sampled_from(
        ["<rss>", "</rss>", "<item>", "</item>", "<link>", "</link>", "<title>", "</title>", "&",
         "<pubDate>", "</pubDate>", "http://[x", "<News:Source>", "<source url='http://a.test'>",
         "http://www.bing.com/news/apiclick.aspx?url=http%3a%2f%2fa.test", "]]>", "<![CDATA["]
    )
    | st.text(max_size=8),
    max_size=30,
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["results", "stories", "url", "title", "content", "publishedDate", "publish_date",
             "language", "unresponsive_engines", "pagination_token", "detail"]
        ),
        inner | st.just("http://a.test/1"),
        max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@given(
    body=st.binary(max_size=200) | XML.map(lambda parts: "".join(parts).encode(errors="replace"))
)
@example(body=b"<rss><item><link>http://[</link></item></rss>")
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    assert all(is_read_or_refused(read, body) for read in READERS)


@given(said=JSON)
def test_any_json_is_read_or_refused(said: Any) -> None:
    body = json.dumps(said).encode()

    assert all(is_read_or_refused(read, body) for read in READERS)
