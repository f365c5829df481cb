from __future__ import annotations

import gzip
import hashlib
import http.client
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest
from lxml import etree, html
from protego import Protego

from ingest.demo.gold import Gold, score_gold
from ingest.demo.outlets import OUTLETS, Design
from ingest.demo.postings import make_postings
from ingest.demo.resource import Resource
from ingest.demo.server import DemoServer, Request, serve
from ingest.demo.texts import load_texts, seed_files, seed_texts
from ingest.demo.web import DemoWeb, build_web
from ingest.items import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[1]
HERALD = "www.caspian-herald.test"


@pytest.fixture(scope="module")
def web() -> DemoWeb:
    return build_web()


@pytest.fixture(scope="module")
def later_web() -> DemoWeb:
    return build_web(poll=2)


@pytest.fixture
def server(web: DemoWeb) -> Iterator[DemoServer]:
    with DemoServer(web) as running:
        yield running


def split(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.netloc, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def ask(
    server: DemoServer, target: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, target, headers=headers or {})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


# The web itself


def test_packaged_seeds_are_the_seeds_byte_for_byte() -> None:
    packaged = seed_files()
    seeds = {path.name: path.read_bytes() for path in (REPOSITORY / "seeds").glob("*.txt")}
    assert packaged == seeds
    assert len(packaged) == 5


def test_prose_of_seeds_is_whole_and_without_furniture() -> None:
    for text in seed_texts():
        raw = seed_files()[text.seed or ""].decode()
        assert all(paragraph in raw for paragraph in text.paragraphs)
        assert len(" ".join(text.paragraphs).split()) > 200
        assert not any(
            "Subscribe" in paragraph or "BTC" in paragraph for paragraph in text.paragraphs
        )


def test_texts_come_in_four_languages_and_all_topics() -> None:
    kinds = {(text.language, text.topic) for text in load_texts()}
    topics = ("story", "near", "far")
    assert kinds == {(language, topic) for language in ("en", "ru", "az", "tr") for topic in topics}


def test_web_is_as_large_and_as_varied_as_promised(web: DemoWeb) -> None:
    assert web.article_pages >= 150
    assert len({host for host, _ in web.resources}) >= len(OUTLETS) == 10
    assert len({outlet.design for outlet in OUTLETS.values()}) == len(Design) >= 5
    assert {source.spider for source in web.sources} == {"feeds", "sitemaps", "links"}


def test_every_link_resolves_or_is_known_to_lead_nowhere(web: DemoWeb) -> None:
    broken = [
        (host + path, link)
        for (host, path), page in web.resources.items()
        if page.content_type.startswith("text/html") and page.body
        for link in links_of(page, f"http://{host}{path}")
        if split(link) not in web.resources and not link.startswith(tuple(web.outside))
    ]
    assert broken == []


def links_of(page: Resource, url: str) -> list[str]:
    tree = html.fromstring(page.body)
    found = tree.xpath("//a/@href | //link/@href")
    assert isinstance(found, list)
    return [urljoin(url, str(link)) for link in found]


def test_every_address_of_a_route_resolves_or_is_known_dead(web: DemoWeb) -> None:
    named = {url for page in web.resources.values() for url in named_by(page)}
    assert {url for url in named if split(url) not in web.resources} <= web.outside
    assert len(named) > 150


def named_by(route: Resource) -> list[str]:
    if "json" in route.content_type:
        return [item["url"] for item in json.loads(route.body)["items"]]
    is_zipped = route.content_type == "application/gzip"
    if not is_zipped and "xml" not in route.content_type:
        return []
    tree = etree.fromstring(gzip.decompress(route.body) if is_zipped else route.body)
    return [str(node.get("href") or node.text) for node in tree.iter("{*}loc", "{*}link")]


def test_every_source_and_redirect_leads_to_a_page(web: DemoWeb) -> None:
    assert all(split(source.url) in web.resources for source in web.sources)
    targets = [page.location for page in web.resources.values() if page.location]
    assert targets
    assert all(split(target) in web.resources for target in targets)


def test_every_page_has_gold_and_every_gold_a_page(web: DemoWeb) -> None:
    with_gold = {split(url) for url in web.gold}
    with_gold |= {split(name) for gold in web.gold.values() for name in gold.variants}
    pages = {
        address
        for address, page in web.resources.items()
        if page.content_type.startswith(("text/html", "application/pdf"))
    }
    assert pages - with_gold == set()
    assert with_gold - pages == {
        split("http://frontline-tbilisi.test/en/news/baku-moscow-hotline-revived")
    }


def test_copies_are_later_than_their_originals() -> None:
    postings = {p.url: p for p in make_postings(load_texts(), seed_texts(), poll=2)}
    copies = [p for p in postings.values() if Outcome.COPY in p.gold.outcomes]
    assert len(copies) > 50
    for copy in copies:
        if copy.gold.of in postings:
            assert copy.published > postings[copy.gold.of].published
        else:
            assert copy.gold.of in seed_files()


def test_each_seed_is_republished_and_each_outcome_occurs(web: DemoWeb) -> None:
    assert {gold.of for gold in web.gold.values()} >= set(seed_files())
    expected = {outcome for gold in web.gold.values() for outcome in gold.outcomes}
    assert expected >= set(Outcome) - {Outcome.REVISION, Outcome.UNCHANGED}


def test_longer_pieces_have_most_of_their_words_to_themselves() -> None:
    texts = {text.slug: text for text in (*load_texts(), *seed_texts())}
    hosts = [text for text in texts.values() if text.embeds]
    assert len(hosts) == 3
    for text in hosts:
        own = sum(len(paragraph.split()) for paragraph in text.paragraphs)
        carried = texts[text.embeds or ""]
        embedded = sum(len(paragraph.split()) for paragraph in carried.paragraphs)
        assert own / (own + embedded) > 0.6
        assert text.published > carried.published or carried.seed


def test_two_builds_in_other_processes_are_the_same_byte_for_byte(web: DemoWeb) -> None:
    program = "import tests.test_demo_web as t; print(t.digest(t.build_web()))"
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=REPOSITORY,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "42")
    }
    assert found == {digest(web)}


def digest(web: DemoWeb) -> str:
    gold = sorted(
        (url, sorted(g.outcomes), g.note, g.of, g.variants) for url, g in web.gold.items()
    )
    text = repr((sorted((key, repr(page), page.body) for key, page in web.resources.items()), gold))
    return hashlib.sha256(text.encode()).hexdigest()


CHANGED = "/en/news/joint-commission-still-without-date"
GONE = "/ru/obshchestvo/2025/09/22/ru-perepiska-o-shkole.html"
NEW_AT_WIRE = "/articles/2025-10-14/insurers-open-the-aktau-file"
NEW_AT_HERALD = "/2025/10/14/lorries-return-to-samur/"
LISTS_THAT_NAME_THEM = {
    "frontline-tbilisi.test": {"/", "/atom.xml", "/section/politics/"},
    "nevskiy-obzor.test": {
        "/",
        "/section/obshchestvo/",
        "/sitemap-2025.xml.gz",
        "/sitemap_index.xml",
    },
    "wire.meridian.test": {"/", "/feed.json", "/section/world/"},
    HERALD: {
        "/",
        "/?s=azerbaijan+russia",
        "/feed/",
        "/post-sitemap.xml",
        "/section/economy/",
        "/sitemap_index.xml",
        "/tag/azerbaijan/",
        "/tag/russia/",
        "/topics/azerbaijan-russia-crisis/",
    },
}


def test_second_poll_differs_in_the_stated_pages_only(web: DemoWeb, later_web: DemoWeb) -> None:
    differing = {
        address
        for address in {*web.resources, *later_web.resources}
        if web.resources.get(address) != later_web.resources.get(address)
    }
    articles = {
        ("frontline-tbilisi.test", CHANGED),
        ("nevskiy-obzor.test", GONE),
        ("wire.meridian.test", NEW_AT_WIRE),
        (HERALD, NEW_AT_HERALD),
        (HERALD, f"{NEW_AT_HERALD}amp/"),
        (HERALD, f"{NEW_AT_HERALD}?utm_source=rss&utm_medium=feed"),
    }
    lists = {(host, path) for host, paths in LISTS_THAT_NAME_THEM.items() for path in paths}
    assert differing == articles | lists


def test_second_poll_changes_text_and_title_removes_one_and_adds_two(
    web: DemoWeb, later_web: DemoWeb
) -> None:
    before = web.resources["frontline-tbilisi.test", CHANGED]
    after = later_web.resources["frontline-tbilisi.test", CHANGED]
    assert b"agree on a joint commission" in before.body.split(b"</title>")[0]
    assert b"set October date" in after.body.split(b"</title>")[0]
    assert before.etag != after.etag
    assert before.last_modified != after.last_modified
    assert later_web.resources["nevskiy-obzor.test", GONE].status == 410
    gone = later_web.gold[f"http://nevskiy-obzor.test{GONE}"]
    assert gone.outcomes == {Outcome.ARTICLE}
    new = set(later_web.gold) - set(web.gold)
    assert new == {f"http://wire.meridian.test{NEW_AT_WIRE}", f"http://{HERALD}{NEW_AT_HERALD}"}
    assert all(later_web.gold[url].outcomes == {Outcome.ARTICLE} for url in new)


def test_second_poll_moves_validators_of_every_list_that_changed(
    web: DemoWeb, later_web: DemoWeb
) -> None:
    for host, paths in LISTS_THAT_NAME_THEM.items():
        for path in paths:
            before, after = web.resources[host, path], later_web.resources[host, path]
            assert before.etag != after.etag
            assert before.last_modified != after.last_modified


def test_unknown_poll_is_refused() -> None:
    with pytest.raises(ValueError, match="not 3"):
        build_web(poll=3)


def test_every_source_can_be_polled_conditionally(web: DemoWeb) -> None:
    for source in web.sources:
        page = web.resources[split(source.url)]
        assert page.etag or page.last_modified


def test_pages_carry_the_diseases_of_the_seeds(web: DemoWeb) -> None:
    page = web.resources[split("http://east-review.test/five-summers-after-tovuz/")]
    tree = html.fromstring(page.body)
    assert len(tree.xpath("//div[@class='ticker']//li")) == 50
    assert tree.xpath("//div[@class='donate']//p[contains(., 'BTC')]")
    assert tree.xpath("//div[@id='comments']//li")
    assert tree.xpath("//div[@class='related']//a")
    lead = tree.xpath("string(//div[@class='entry-content']/p[1])")
    assert page.body.decode().count(str(lead)) > 1


# The gold


def gold(*outcomes: Outcome, variants: tuple[str, ...] = (), is_required: bool = True) -> Gold:
    return Gold(outcomes=frozenset(outcomes), note="", variants=variants, is_required=is_required)


def test_perfect_ledger_scores_one(web: DemoWeb) -> None:
    ledger = {url: min(expected.outcomes) for url, expected in web.gold.items()}
    score = score_gold(web.gold, ledger)
    required = sum(expected.is_required for expected in web.gold.values())
    assert (score.right, score.wrong, score.share) == (required, (), 1.0)


def test_wrong_and_missing_pages_are_named() -> None:
    wanted = {"a": gold(Outcome.ARTICLE), "b": gold(Outcome.OFF_TOPIC, Outcome.SKIPPED)}
    score = score_gold(wanted, {"b": Outcome.ARTICLE})
    assert score.right == 0
    assert score.wrong == (("a", "article", "missing"), ("b", "off-topic|skipped", "article"))
    assert score.share == 0.0


def test_page_that_need_not_be_seen_counts_only_when_wrong() -> None:
    wanted = {"list": gold(Outcome.REJECTED, is_required=False), "a": gold(Outcome.ARTICLE)}
    for ledger in ({}, {"list": Outcome.REJECTED}):
        score = score_gold(wanted, {"a": Outcome.ARTICLE, **ledger})
        assert (score.right, score.wrong) == (1, ())
    assert score_gold(wanted, {"a": Outcome.ARTICLE, "list": Outcome.ARTICLE}).share == 0.5


@pytest.mark.parametrize(
    ("ledger", "is_right"),
    [
        ({"a": Outcome.ARTICLE}, True),
        ({"a?utm": Outcome.ARTICLE}, True),
        ({"a": Outcome.ARTICLE, "a/amp": Outcome.COPY}, True),
        ({"a": Outcome.ARTICLE, "a/amp": Outcome.ARTICLE}, False),
        ({"a": Outcome.COPY, "a/amp": Outcome.COPY}, False),
        ({"a": Outcome.ARTICLE, "a/amp": Outcome.REJECTED}, False),
    ],
)
def test_variants_of_one_page_count_once(ledger: dict[str, Outcome], *, is_right: bool) -> None:
    score = score_gold({"a": gold(Outcome.ARTICLE, variants=("a?utm", "a/amp"))}, ledger)
    assert score.right == int(is_right)
    assert len(score.wrong) == int(not is_right)


# The server


def test_proxy_and_origin_form_give_the_same_page(server: DemoServer, web: DemoWeb) -> None:
    proxied, body = ask(server, f"http://{HERALD}/feed/")
    direct, same_body = ask(server, "/feed/", {"Host": f"{HERALD}:80"})
    assert proxied.status == direct.status == 200
    assert body == same_body == web.resources[HERALD, "/feed/"].body
    assert proxied.getheader("Content-Type") == "application/rss+xml; charset=utf-8"


def test_unknown_host_is_502_and_unknown_path_404(server: DemoServer) -> None:
    assert ask(server, "http://nowhere.test/")[0].status == 502
    assert ask(server, f"http://{HERALD}/nothing")[0].status == 404


def test_conditional_requests_answer_304(server: DemoServer) -> None:
    url = f"http://{HERALD}/feed/"
    first, _ = ask(server, url)
    tag, date = first.getheader("ETag"), first.getheader("Last-Modified")
    assert tag
    assert date
    for headers in ({"If-None-Match": tag}, {"If-None-Match": f'"x", W/{tag}'}):
        response, body = ask(server, url, headers)
        assert (response.status, body, response.getheader("ETag")) == (304, b"", tag)
    assert ask(server, url, {"If-Modified-Since": date})[0].status == 304
    assert ask(server, url, {"If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"})[0].status == 200
    assert ask(server, url, {"If-None-Match": '"x"', "If-Modified-Since": date})[0].status == 200
    assert ask(server, url, {"If-Modified-Since": "some day"})[0].status == 200
    assert [request.was_conditional for request in server.log] == [False] + [True] * 6


def test_head_has_headers_and_no_body(server: DemoServer, web: DemoWeb) -> None:
    response, body = ask(server, f"http://{HERALD}/feed/", method="HEAD")
    assert body == b""
    assert response.getheader("Content-Length") == str(len(web.resources[HERALD, "/feed/"].body))
    assert server.log == [Request("HEAD", f"http://{HERALD}/feed/", 200, False)]


def test_gzip_is_sent_on_request(server: DemoServer, web: DemoWeb) -> None:
    response, body = ask(server, f"http://{HERALD}/feed/", {"Accept-Encoding": "gzip"})
    assert response.getheader("Content-Encoding") == "gzip"
    assert gzip.decompress(body) == web.resources[HERALD, "/feed/"].body


def test_connection_is_kept_for_the_next_request(server: DemoServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for path in ("/robots.txt", "/nothing", "/"):
        connection.request("GET", f"http://{HERALD}{path}")
        connection.getresponse().read()
        assert connection.sock is not None
    connection.close()
    assert len(server.log) == 3


def test_redirect_names_its_target(server: DemoServer) -> None:
    response, _ = ask(server, "http://arena.test/story.php?id=404404")
    assert response.status == 302
    assert response.getheader("Location") == "http://arena.test/"


def test_robots_forbids_what_the_gold_says(web: DemoWeb) -> None:
    rules = Protego.parse(web.resources[HERALD, "/robots.txt"].body.decode())
    for url, expected in web.gold.items():
        if split(url)[0] == HERALD:
            is_forbidden = expected.outcomes == {Outcome.ROBOTS}
            assert rules.can_fetch(url, "seedbed") is not is_forbidden


def test_switch_serves_the_second_poll(server: DemoServer, later_web: DemoWeb) -> None:
    url = f"http://{HERALD}{NEW_AT_HERALD}"
    assert ask(server, url)[0].status == 404
    tag = ask(server, f"http://{HERALD}/feed/")[0].getheader("ETag") or ""
    server.switch(later_web)
    assert ask(server, url)[0].status == 200
    assert ask(server, f"http://{HERALD}/feed/", {"If-None-Match": tag})[0].status == 200


def test_bare_resources_can_be_served() -> None:
    pages = {("saved.test", "/a?b=1"): Resource(body=b"hello", content_type="text/plain")}
    with serve(pages) as running:
        response, body = ask(running, "http://saved.test/a?b=1")
        assert (response.status, body) == (200, b"hello")
        assert running.proxy_url == f"http://127.0.0.1:{running.port}"


def test_server_ends_with_clients_still_connected(web: DemoWeb) -> None:
    with DemoServer(web) as running:
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
        connection.request("GET", f"http://{HERALD}/robots.txt")
        connection.getresponse().read()
    assert connection.sock is not None
    assert connection.sock.recv(1) == b""  # hung up by the server, not left waiting
    connection.close()
