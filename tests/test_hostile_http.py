"""Each attack does its harm to a stock crawl, which shows that the test bites, and none to ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.demo_web import ask
from tests.hostile.attacks import PATIENCE_S
from tests.hostile.crawls import Seen, ours, stock
from tests.hostile.web import HostileWeb
from tests.test_middlewares import make_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hostile.attacks import Attack, Traces

_SETTINGS = "[crawl]\ndelay_s = 0.0\ntimeout_s = 2\nconcurrency = 16\n[polling]\npatience_s = 0\n"
_GROWN_MIB = 200  # what all attacks together, sixteen at a time, add to a stock crawl at least
_PEAK_MIB = 200  # of ours; 165 to 182 are measured
_LONGEST_S = 15
_STANDSTILL_S = 0.5  # of the processor in one go; see tests/test_hostile_files.py
#: What the crawl must have run with, whatever Scrapy's next release brings.
_EFFECTIVE = {
    "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False, "HTTPCACHE_ENABLED": False,
    "DOWNLOAD_VERIFY_CERTIFICATES": True, "HTTPPROXY_ENABLED": False, "COOKIES_ENABLED": False,
    "REFERRER_POLICY": "no-referrer", "ROBOTSTXT_OBEY": True, "DOWNLOAD_MAXSIZE": 8 * 1024 * 1024,
    "DOWNLOAD_TIMEOUT": 2.0, "DOWNLOAD_FAIL_ON_DATALOSS": True, "REDIRECT_MAX_TIMES": 5,
    "METAREFRESH_MAXDELAY": 5, "RETRY_TIMES": 1, "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "TWISTED_DNS_RESOLVER": "ingest.middlewares.GuardResolver", "JOBDIR": None, "FEEDS": {},
}  # fmt: skip
_HANDLERS = {
    "http": "ingest.pacing.OneAddress", "https": "ingest.pacing.OneAddress",
    "data": None, "file": None, "ftp": None, "s3": None,
}  # fmt: skip
#: Where the reason is one that a person will read.
_ENDS = {"rejected", "failed", "robots"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """All attacks, and what one crawl made of them."""

    seen: Seen
    attacks: list[Attack]
    traces: dict[str, Traces]
    pages: dict[str, dict[str, Any]]  #: rows of the ledger by attack; none in a stock crawl

    @property
    def harmed(self) -> set[str]:
        return {one.name for one in self.attacks if one.harm(self.traces[one.name])}


def _met(web: HostileWeb, seen: Seen, pages: dict[str, dict[str, Any]]) -> Met:
    traces = {one.name: web.traces(one.name, seen.by_name) for one in web.attacks}
    return Met(seen=seen, attacks=web.attacks, traces=traces, pages=pages)


@pytest.fixture(scope="module")
def stock_crawl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Met]:
    folder = tmp_path_factory.mktemp("stock")
    with HostileWeb(folder) as web:
        listed = [{"name": one.name, "url": one.url, "large": one.is_large} for one in web.attacks]
        seen = stock(folder, listed, patience_s=PATIENCE_S)
        yield _met(web, seen, {})


@pytest.fixture(scope="module")
def our_crawl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Met]:
    folder = tmp_path_factory.mktemp("ours") / "w"
    with HostileWeb(folder.parent) as web:
        make_workspace(folder, [one.url for one in web.attacks])
        (folder / "seedbed.toml").write_text(_SETTINGS)
        # Nobody listens at port 9: a crawl that heeded it would fetch nothing at all.
        seen = ours(folder, "urls", "-a", "file=list.txt", http_proxy="http://127.0.0.1:9")
        rows = {row["url"]: row for row in ask(folder, "SELECT * FROM pages")}
        yield _met(web, seen, {one.name: rows[one.url] for one in web.attacks})


def test_there_are_sixty_attacks_and_each_bites_a_stock_crawl(stock_crawl: Met) -> None:
    assert len(stock_crawl.attacks) >= 60
    assert stock_crawl.harmed == {one.name for one in stock_crawl.attacks}
    assert stock_crawl.seen.told["peak_mib"] > stock_crawl.seen.told["first_mib"] + _GROWN_MIB


def test_none_of_them_harms_ours(our_crawl: Met) -> None:
    assert our_crawl.seen.code == 0, our_crawl.seen.stderr[-3000:]
    assert our_crawl.harmed == set()


def test_each_ends_in_an_outcome_with_a_reason(our_crawl: Met) -> None:
    ends = {name: (row["outcome"], row["reason"]) for name, row in our_crawl.pages.items()}
    runs = our_crawl.pages and {row["run"] for row in our_crawl.pages.values()}

    # Their hosts asked to be left alone: they have not failed, and are asked for when that is over.
    assert {ends.pop(name)[0] for name in ("busy-429", "busy-503")} == {"waiting"}
    assert {outcome for outcome, _ in ends.values()} <= _ENDS
    assert all(reason and reason.isprintable() for _, reason in ends.values())
    assert len(runs) == 1
    for one in our_crawl.attacks:
        if one.name in ends:
            assert one.reason in ends[one.name][1], one.name


def test_ours_stays_small_quick_and_awake(our_crawl: Met) -> None:
    told = our_crawl.seen.told
    longest = max(one.get("seconds", 0.0) for one in told["seen"].values())

    assert told["peak_mib"] < _PEAK_MIB
    assert longest < _LONGEST_S
    assert told["work_s"] < _STANDSTILL_S, (told["gap_s"], told["stacks"])
    assert "Traceback" not in our_crawl.seen.stderr


def test_the_crawl_ran_with_closed_settings(our_crawl: Met) -> None:
    settings = our_crawl.seen.told["settings"]

    assert {name: settings.get(name) for name in _EFFECTIVE} == _EFFECTIVE
    assert {name: settings["DOWNLOAD_HANDLERS"][name] for name in _HANDLERS} == _HANDLERS
    assert set(settings["DOWNLOAD_HANDLERS"]) == set(_HANDLERS)


def test_stock_settings_are_open_so_that_ours_are_no_accident(stock_crawl: Met) -> None:
    settings = stock_crawl.seen.told["settings"]

    assert settings["REMOTE_CONTROL_ENABLED"]
    assert settings["TELNETCONSOLE_ENABLED"]
    assert not settings["DOWNLOAD_VERIFY_CERTIFICATES"]
    assert settings["DOWNLOAD_HANDLERS"]["file"]
