"""A made-up press on the loopback: many hosts, each with a feed, and a log of who was asked when.

Each host asks in its robots.txt for a distance between requests, which Seedbed keeps to the
moment, while its own `delay_s` it varies: what the log shows can be held to it.
"""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["PressWeb", "Visit", "make_workspace", "press"]

_NAMES = ("Azerbaijan", "Russia", "Baku", "Moscow", "Aliyev", "Putin")
_WORDS = (  # noqa: SIM905  # a list of them would be a page long
    "talks envoy minister border flight gas rail consulate prisoner statement visit treaty trade "
    "meeting airport crew compensation inquiry press agency summit delegation railway corridor "
    "pipeline parliament ambassador protest note arrest editor journalist release court hearing "
    "village harvest bridge tunnel port ferry cargo customs tariff invoice budget school hospital "
    "museum theatre concert festival football wrestling chess library archive letter telegram "
    "morning evening Monday Tuesday Thursday winter summer spring autumn week month decade hour "
    "said wrote told asked answered promised refused signed delayed opened closed visited praised "
    "criticised recalled proposed postponed welcomed discussed explained confirmed denied expected"
).split()
_SMALL = "the of in and to that a with for on by from after before over about against under".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request as a host saw it; seconds of a clock that only goes forward."""

    path: str
    by: str  #: who asked, as its user agent says
    came_s: float
    left_s: float


@dataclass(kw_only=True)
class PressWeb:
    """The hosts, and what was asked of them."""

    hosts: tuple[str, ...]
    pages: int  #: of each host
    delay_s: float  #: that each asks for in its robots.txt
    latency_s: float = 0.0
    elsewhere: int = 0  #: pages of a host that have moved to the next host
    log: dict[str, list[Visit]] = field(default_factory=lambda: defaultdict(list))

    @property
    def addresses(self) -> list[str]:
        """Of every page that a feed names."""
        return [f"http://{host}/story/{n}" for host in self.hosts for n in range(self.pages)]

    @property
    def feeds(self) -> list[str]:
        """Of every feed."""
        return [f"http://{host}/feed" for host in self.hosts]

    def count(self) -> int:
        """Requests so far."""
        return sum(map(len, self.log.values()))

    def gaps_s(self, *, of_two: bool | None = None) -> list[float]:
        """Seconds between two requests to one host, shortest first.

        Args:
            of_two: only of different workers, or only of one; None: of all.
        """
        return sorted(
            after.came_s - before.came_s
            for before, after in self._pairs()
            if of_two is None or (before.by != after.by) == of_two
        )

    def overlaps(self) -> int:
        """Requests that came while the host still answered another."""
        return sum(after.came_s < before.left_s for before, after in self._pairs())

    def _pairs(self) -> Iterator[tuple[Visit, Visit]]:
        for visits in self.log.values():
            yield from pairwise(sorted(visits, key=lambda visit: visit.came_s))

    def answer(self, host: str, path: str) -> tuple[int, str, dict[str, str]]:
        """Status, body and headers."""
        if path == "/robots.txt":
            return 200, f"User-agent: *\nCrawl-delay: {self.delay_s}\n", {}
        if path == "/feed":
            return 200, self._feed(host), {"Content-Type": "application/rss+xml"}
        kind, _, number = path.strip("/").partition("/")
        if kind not in {"story", "moved"} or not number.isdigit():
            return 404, "<title>404</title>", {}
        if kind == "story" and int(number) < self.elsewhere:
            after = self.hosts[(self.hosts.index(host) + 1) % len(self.hosts)]
            return 302, "", {"Location": f"http://{after}/moved/{number}"}
        return 200, _story(f"{host} {path}"), {}

    def _feed(self, host: str) -> str:
        items = "".join(
            f"<item><title>{_title(f'{host} /story/{n}')}</title>"
            f"<link>http://{host}/story/{n}</link></item>"
            for n in range(self.pages)
        )
        return f'<rss version="2.0"><channel><title>{host}</title>{items}</channel></rss>'


def _title(name: str) -> str:
    dice = random.Random(name)
    return f"Azerbaijan and Russia: {' '.join(dice.sample(_WORDS, 5))}"


def _story(name: str) -> str:
    dice = random.Random(name)
    paragraphs = "".join(f"<p>{_paragraph(dice)}</p>" for _ in range(6))
    title = _title(name)
    return (
        f"<html lang=en><head><title>{title}</title></head>"
        f"<body><article><h1>{title}</h1>{paragraphs}</article></body></html>"
    )


def _paragraph(dice: random.Random) -> str:
    said = []
    for _ in range(4):
        words = [dice.choice(_NAMES)]
        for _ in range(7):
            words += [dice.choice(_WORDS), dice.choice(_SMALL), dice.choice(_WORDS)]
        said.append(f"{' '.join(words)} {dice.choice(_NAMES)}.")
    return " ".join(said)


def make_workspace(folder: Path, web: PressWeb) -> Path:
    """A workspace that reads these feeds, and looks for nothing else."""
    (folder / "seeds").mkdir(parents=True)
    seed = "\n\n".join(_paragraph(random.Random(f"seed {n}")) for n in range(8))
    (folder / "seeds" / "one.txt").write_text(f"Azerbaijan and Russia talk in Baku\n\n{seed}\n")
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = ingest.settings\n")
    feeds = ", ".join(f'"{one}"' for one in web.feeds)
    (folder / "seedbed.toml").write_text(
        "[crawl]\ndelay_s = 0.05\ntimeout_s = 20\nextract_processes = 1\n"
        '[feeds]\nguesses = 0\nwordpress = false\n[discovery]\nproposals = "off"\n'
        f"[sources]\ndiscover = false\nfeeds = [{feeds}]\n"
        '[schedule]\nspiders = ["feeds"]\n[topic]\nthreshold = 0.05\nheadline_threshold = 0.0\n'
    )
    return folder


@contextmanager
def press(web: PressWeb) -> Iterator[str]:
    """The web under way, as a proxy for all its hosts; its address."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            came_s = time.monotonic()
            parts = urlsplit(self.path)
            host = parts.hostname or self.headers.get("Host", "").partition(":")[0]
            status, body, headers = web.answer(host, parts.path)
            time.sleep(web.latency_s)
            said = body.encode()
            self.send_response(status)
            for name, value in {"Content-Type": "text/html", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            left_s = time.monotonic()  # before the last byte: who asks next has read it
            by = self.headers.get("User-Agent", "")
            visit = Visit(path=parts.path, by=by, came_s=came_s, left_s=left_s)
            with lock:
                web.log[host].append(visit)
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base names it)
            """Quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Quiet: crawls are killed in the middle of an answer."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
