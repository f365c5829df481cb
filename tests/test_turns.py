"""One connection an IP address: hosts that share one take turns, and none holds the others back."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

from ingest.pacing import Turns
from tests.search_web import Asked, Reply, answering, article, crawl
from tests.test_polite import feed, make_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.search_web import SearchWeb


ADDRESS = "192.0.2.1"
PATIENT, OTHER = "localhost", "127.0.0.1"  # two hosts at one address


async def _visits(turns: Turns, visits: list[tuple[str, float]]) -> list[tuple[str, float, float]]:
    """Host, begin and end of each visit, by the clock of the loop."""
    spans: list[tuple[str, float, float]] = []

    async def visit(host: str, length_s: float) -> None:
        async with turns.turn(ADDRESS, host):
            began = asyncio.get_running_loop().time()
            await asyncio.sleep(length_s)
            spans.append((host, began, asyncio.get_running_loop().time()))

    await asyncio.gather(*(visit(host, length_s) for host, length_s in visits))
    return sorted(spans, key=lambda span: span[1])


def test_hosts_at_one_address_take_turns_and_none_is_left_out() -> None:
    hosts = ["a.test", "a.test", "b.test", "c.test", "a.test", "b.test"]
    spans = asyncio.run(_visits(Turns(0.02), [(host, 0.01) for host in hosts]))

    for one, other in pairwise(spans):
        assert one[0] == other[0] or other[1] - one[2] >= 0.015
    assert sorted(host for host, _, _ in spans) == sorted(hosts)


def test_slow_answer_gives_up_its_turn() -> None:
    visits = [("a.test", 1.0), ("b.test", 0.0), ("c.test", 0.0)]
    spans = asyncio.run(_visits(Turns(0.01, at_most_s=0.05), visits))

    assert [host for host, _, _ in spans] == ["a.test", "b.test", "c.test"]
    assert spans[2][1] - spans[0][1] < 0.5


def test_turn_that_was_given_up_is_not_ended_twice() -> None:
    visits = [("a.test", 0.1), ("b.test", 0.2), ("c.test", 0.0)]
    spans = asyncio.run(_visits(Turns(0.0, at_most_s=0.06), visits))

    # the end of the first visit lets nobody in before the turn of the second is over
    assert spans[2][1] - spans[1][1] >= 0.055


def test_who_leaves_the_line_as_it_is_called_lets_the_next_one_in() -> None:
    async def meet() -> list[str]:
        turns, came = Turns(0.0), list[str]()

        async def visit(host: str) -> None:
            async with turns.turn(ADDRESS, host):
                came.append(host)

        async with turns.turn(ADDRESS, "a.test"):
            tasks = [asyncio.create_task(visit(host)) for host in ("b.test", "c.test")]
            await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 2)
        return came

    assert asyncio.run(meet()) == ["c.test"]


@contextmanager
def one_address(
    folder: Path, answer: Callable[[Asked], Reply | None], hosts: tuple[str, ...]
) -> Iterator[tuple[SearchWeb, Path]]:
    with answering(answer) as web:
        feeds = [f"http://{host}:{web.port}/feed" for host in hosts]
        workspace = make_workspace(folder, feeds)
        toml = workspace / "seedbed.toml"
        text = toml.read_text().replace("[crawl]", "[crawl]\nallow_private_networks = true")
        toml.write_text(text)
        yield web, workspace


def test_hosts_at_one_address_share_one_connection(tmp_path: Path) -> None:
    under_way, most = 0, 0

    def slow(asked: Asked) -> Reply | None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        time.sleep(0.15)
        under_way -= 1
        return Reply(body=feed("nowhere.test")) if asked.path == "/feed" else None

    with one_address(tmp_path / "w", slow, (OTHER, PATIENT, "127.1")) as (web, folder):
        done = crawl(folder, "feeds", web, SEEDBED_CRAWL__PROXY="")
        asked = len(web.log)

    assert done.returncode == 0, done.stderr
    assert asked == 6
    assert most == 1


def _timed_web(
    at: dict[str, list[float]], pages: dict[str, int], slow_s: float, patience_s: float
) -> Callable[[Asked], Reply | None]:
    """Feeds of so many pages of each host; the one asks for patience, the other may be slow."""

    def answer(asked: Asked) -> Reply | None:
        host, _, port = asked.headers["Host"].partition(":")
        if asked.path == "/robots.txt":
            rules = f"User-agent: *\nCrawl-delay: {patience_s if host == PATIENT else 0}\n"
            return Reply(body=rules.encode())
        if asked.path == "/feed":
            return Reply(body=feed(f"{host}:{port}", *range(1, 1 + pages[host])))
        at[host].append(time.monotonic())
        time.sleep(slow_s if host == OTHER else 0.0)
        return article(f"Talks in Baku, {host}{asked.path}")

    return answer


def test_host_that_wants_patience_holds_nobody_back_at_its_address(tmp_path: Path) -> None:
    at: dict[str, list[float]] = {PATIENT: [], OTHER: []}
    web_of = _timed_web(at, {PATIENT: 2, OTHER: 4}, 0.0, 2.5)
    with one_address(tmp_path / "w", web_of, (PATIENT, OTHER)) as (web, folder):
        done = crawl(folder, "feeds", web, SEEDBED_CRAWL__PROXY="")

    assert done.returncode == 0, done.stderr
    assert (len(at[PATIENT]), len(at[OTHER])) == (2, 4)
    assert at[PATIENT][1] - at[PATIENT][0] > 2.4
    assert max(at[OTHER]) - min(at[OTHER]) < 2.0


def test_distance_to_the_next_request_is_kept_from_when_the_last_was_sent(tmp_path: Path) -> None:
    at: dict[str, list[float]] = {PATIENT: [], OTHER: []}
    web_of = _timed_web(at, {PATIENT: 2, OTHER: 1}, 2.5, 1.0)  # the other is asked first
    with one_address(tmp_path / "w", web_of, (PATIENT, OTHER)) as (web, folder):
        crawl(folder, "feeds", web, SEEDBED_CRAWL__PROXY="")

    assert at[PATIENT][0] - at[OTHER][0] > 2.4
    assert at[PATIENT][1] - at[PATIENT][0] > 0.9
