"""Forty spellings of an address inside by five ways in: nothing inside is ever asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.demo_web import ask
from tests.hostile.crawls import Seen, ours, stock
from tests.hostile.lures import refresh, to
from tests.hostile.server import Asked, Listener, Part, page
from tests.hostile.spellings import SPELLINGS, spelled
from tests.hostile.web import Secret
from tests.test_middlewares import make_workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_ALL = range(len(SPELLINGS))
#: How a page may lead inside by itself; the other two are a list and a listing.
_BY_PAGE = ("redirect", "refresh", "robots")
_BY_LISTING = ("feed", "sitemap", "index", "line", "link", "announced")
_TALKS = "Talks in Baku between Azerbaijan and Russia"
_SETTINGS = (
    "[crawl]\ndelay_s = 0.0\ntimeout_s = 3\nconcurrency = 16\n[polling]\npatience_s = 0\n"
    "[sources]\nsites = ['http://home.test:{port}/']\nfeeds = ['http://listing.test:{port}/feed']\n"
    "sitemaps = ['http://listing.test:{port}/sitemap', 'http://listing.test:{port}/index']\n"
)


class Web:
    """Pages, feeds, sitemaps and robots.txt that all lead inside, and the server inside."""

    def __init__(self) -> None:
        self.secret = Secret()
        self.web = Listener(self._answer)

    def url(self, host: str, path: str = "/page") -> str:
        return f"http://{host}.test:{self.web.port}{path}"

    def inside(self, number: int, entry: str) -> str:
        return spelled(number, self.secret.port, entry)

    def starts(self) -> list[str]:
        """Addresses to begin at: those inside themselves, and pages that lead there."""
        told = [self.inside(number, "start") for number in _ALL]
        return told + [self.url(f"{entry}-{number:02}") for entry in _BY_PAGE for number in _ALL]

    def _answer(self, asked: Asked) -> Iterable[Part]:
        host = asked.host.removesuffix(".test")
        entry, _, number = host.partition("-")
        is_robots = asked.target == "/robots.txt"
        if entry in _BY_PAGE and is_robots == (entry == "robots"):
            url = self.inside(int(number), entry)
            return refresh(url) if entry == "refresh" else to(_sendable(url))
        if is_robots and host == "home":
            return page("\n".join(f"Sitemap: {url}" for url in self._all("line")).encode())
        listings = {"/feed": self._feed, "/sitemap": self._sitemap, "/index": self._index,
                    "/": self._home}  # fmt: skip
        if asked.target in listings:
            return listings[asked.target]()
        return page(b"none", 404) if is_robots else page()

    def _all(self, entry: str) -> list[str]:
        return [self.inside(number, entry) for number in _ALL]

    def _feed(self) -> list[Part]:
        items = "".join(
            f"<item><title>{_TALKS} {number}</title><link><![CDATA[{url}]]></link></item>"
            for number, url in enumerate(self._all("feed"))
        )
        return page(
            f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode(),
            kind="application/rss+xml",
        )

    def _sitemap(self) -> list[Part]:
        news = f"<n:news><n:title>{_TALKS}</n:title></n:news>"
        urls = "".join(
            f"<url><loc><![CDATA[{url}]]></loc>{news}</url>" for url in self._all("sitemap")
        )
        space = "xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'"
        return page(f"<urlset {space}>{urls}</urlset>".encode(), kind="application/xml")

    def _index(self) -> list[Part]:
        maps = "".join(
            f"<sitemap><loc><![CDATA[{url}]]></loc></sitemap>" for url in self._all("index")
        )
        return page(f"<sitemapindex>{maps}</sitemapindex>".encode(), kind="application/xml")

    def _home(self) -> list[Part]:
        kind = "type='application/rss+xml'"
        feeds = "".join(
            f"<link rel='alternate' {kind} href='{url}'>" for url in self._all("announced")
        )
        links = "".join(
            f"<p><a href='{url}'>{_TALKS}, day {number} of the long summer</a></p>"
            for number, url in enumerate(self._all("link"))
        )
        canonical = f"<link rel='canonical' href='{self.inside(0, 'canonical')}'>"
        return page(f"<html><head>{canonical}{feeds}</head><body>{links}".encode())


def _sendable(url: str) -> str:
    """As a header can carry it: UTF-8, whose bytes go as Latin-1."""
    return url.encode().decode("latin-1")


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Web, Path, list[Seen]]]:
    web = Web()
    with web.secret, web.web:
        folder = make_workspace(tmp_path_factory.mktemp("ssrf") / "w", web.starts())
        (folder / "seedbed.toml").write_text(_SETTINGS.format(port=web.web.port))
        seen = [
            ours(folder, "urls", "-a", "file=list.txt"),
            *(ours(folder, spider) for spider in ("links", "feeds", "sitemaps")),
        ]
        yield web, folder, seen


def _rows(folder: Path, table: str, entry: str) -> list[dict[str, Any]]:
    rows = ask(folder, f"SELECT * FROM {table}")  # ours
    return [row for row in rows if f"{entry}-" in row["url"]]


def test_nothing_inside_is_asked(met: tuple[Web, Path, list[Seen]]) -> None:
    web, _, seen = met

    assert [one.code for one in seen] == [0] * len(seen), [one.stderr[-500:] for one in seen]
    assert web.secret.connections == 0, web.secret.log
    assert len(_ALL) * 5 >= 200


@pytest.mark.parametrize("entry", ["start", *_BY_PAGE, "feed", "sitemap", "link"])
def test_each_address_met_ends_in_an_outcome(met: tuple[Web, Path, list[Seen]], entry: str) -> None:
    _, folder, _ = met
    rows = _rows(folder, "pages", entry)

    assert len(rows) > 20  # some spellings are no address at all, and are not entered
    assert {row["outcome"] for row in rows} <= {"rejected", "failed", "skipped"}
    assert all(row["reason"] for row in rows)


@pytest.mark.parametrize("entry", ["index", "line", "announced"])
def test_each_source_met_is_a_failed_one(met: tuple[Web, Path, list[Seen]], entry: str) -> None:
    _, folder, _ = met
    rows = _rows(folder, "sources", entry)

    assert len(rows) > 10  # a page may announce no more than a dozen
    assert all(row["last_ok"] is None for row in rows)


def test_a_stock_crawl_is_led_inside_in_most_spellings(tmp_path: Path) -> None:
    web = Web()
    with web.secret, web.web:
        listed = [
            {"name": str(number), "url": url, "large": False}
            for number, url in enumerate(web.starts())
            if "robots-" not in url and "\t" not in url
        ]
        stock(tmp_path / "stock", listed, patience_s=8)
        reached = {one.target.strip("/\\")[:-1] for one in web.secret.log}

    for entry in ("start", "redirect", "refresh"):
        assert len([one for one in reached if one.startswith(entry)]) > 15, reached
