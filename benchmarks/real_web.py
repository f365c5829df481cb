"""Saved pages as a little web of many hosts, a workspace that watches it, and runs of it measured.

The first run and the story run share this: pages go in, resources for the loopback server come out.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from lxml import html
from w3lib.url import safe_url_string

from ingest.clock import AHEAD_VARIABLE
from ingest.demo.resource import Address, Resource, strong_etag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ingest.demo.server import DemoServer

__all__ = [
    "EVAL",
    "Measured",
    "SavedPage",
    "SavedWeb",
    "build_saved_web",
    "has_feed",
    "http_address",
    "make_workspace",
    "markdown_table",
    "read_saved_pages",
    "replace_block",
    "run_seedbed",
    "what_it_says",
]

EVAL = Path(__file__).parents[1].parent / "shared" / "eval"

_FEED, _SITEMAP, _ROBOTS = "/feed.xml", "/sitemap.xml", "/robots.txt"
_SAMPLE_EVERY_S = 0.25
_KIB_PER_MIB = 1024
_DONE, _PARTIAL = 0, 6  # exit codes of `seedbed`
_TAIL_LINES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPage:
    """One page of somebody's, saved, with what a feed would say of it."""

    id: str
    url: str  #: http, without fragment, escaped as a client sends it
    title: str
    body: bytes = field(repr=False)
    snippet: str = ""
    published: datetime | None = None  #: aware UTC; None: not known
    content_type: str = "text/html"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedWeb:
    """Saved pages at their own addresses, with what leads to them."""

    resources: dict[Address, Resource] = field(repr=False)
    pages: tuple[SavedPage, ...] = field(repr=False)  #: those that are served
    left_out: tuple[SavedPage, ...] = field(repr=False)  #: a page before them has their address
    homes: tuple[str, ...]
    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]


def http_address(url: str) -> str:
    """`url` as the loopback proxy is asked for it: http, path and query kept, no fragment."""
    parts = urlsplit(url.strip())._replace(scheme="http", fragment="")
    return safe_url_string(parts.geturl())


def build_saved_web(
    pages: Iterable[SavedPage], *, has_feed: Callable[[str, int], bool]
) -> SavedWeb:
    """Serve `pages` at their own hosts, each with robots.txt, a home page and a feed or a sitemap.

    Args:
        pages: at most one an address is served, the first.
        has_feed: whether a host, given with its place in the sorted list, has a feed; else it has a
            sitemap.
    """
    resources: dict[Address, Resource] = {}
    by_host: defaultdict[str, list[SavedPage]] = defaultdict(list)
    left_out: list[SavedPage] = []
    for page in pages:
        if (address := _address(page.url)) in resources:
            left_out.append(page)
            continue
        resources[address] = _resource(page.body, page.content_type)
        by_host[address[0]].append(page)
    hosts = sorted(by_host)
    fed = [host for place, host in enumerate(hosts) if has_feed(host, place)]
    for host in hosts:
        for path, resource in _furniture(host, by_host[host], is_fed=host in fed).items():
            resources.setdefault((host, path), resource)
    return SavedWeb(
        resources=resources,
        pages=tuple(page for host in hosts for page in by_host[host]),
        left_out=tuple(left_out),
        homes=tuple(f"http://{host}/" for host in hosts),
        feeds=tuple(f"http://{host}{_FEED}" for host in fed),
        sitemaps=tuple(f"http://{host}{_SITEMAP}" for host in hosts if host not in fed),
    )


def has_feed(host: str, place: int) -> bool:
    """Every second host has a feed, the others a sitemap."""
    del host
    return place % 2 == 0


def _address(url: str) -> Address:
    parts = urlsplit(url)
    return parts.netloc.lower(), (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _resource(body: bytes, content_type: str) -> Resource:
    return Resource(body=body, content_type=content_type, etag=strong_etag(body))


def _furniture(host: str, pages: Sequence[SavedPage], *, is_fed: bool) -> dict[str, Resource]:
    """What leads to the pages of a host, by path."""
    robots = "User-agent: *\nAllow: /\n"
    home = _resource(_home(host, pages, is_fed=is_fed), "text/html; charset=utf-8")
    if is_fed:
        listing = {_FEED: _resource(_feed(host, pages), "application/rss+xml")}
    else:
        listing = {_SITEMAP: _resource(_sitemap(pages), "application/xml")}
        robots += f"Sitemap: http://{host}{_SITEMAP}\n"
    return {"/": home, _ROBOTS: _resource(robots.encode(), "text/plain")} | listing


def _home(host: str, pages: Sequence[SavedPage], *, is_fed: bool) -> bytes:
    feed = f'<link rel="alternate" type="application/rss+xml" href="{_FEED}">' if is_fed else ""
    items = (f'<li><a href="{escape(page.url)}">{escape(page.title)}</a>' for page in pages)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(host)}</title>{feed}'
        f"</head><body><h1>{escape(host)}</h1><ul>{''.join(items)}</ul></body></html>"
    ).encode()


def _feed(host: str, pages: Sequence[SavedPage]) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{escape(host)}</title><link>http://{escape(host)}/</link>"
        f"<description>{escape(host)}</description>{''.join(map(_feed_item, pages))}"
        "</channel></rss>"
    ).encode()


def _feed_item(page: SavedPage) -> str:
    snippet = f"<description>{escape(page.snippet)}</description>" if page.snippet else ""
    dated = f"<pubDate>{format_datetime(page.published)}</pubDate>" if page.published else ""
    return (
        f"<item><title>{escape(page.title)}</title><link>{escape(page.url)}</link>"
        f"{snippet}{dated}</item>"
    )


def _sitemap(pages: Sequence[SavedPage]) -> bytes:
    entries = (
        f"<url><loc>{escape(page.url)}</loc>"
        + (f"<lastmod>{page.published:%Y-%m-%d}</lastmod>" if page.published else "")
        + "</url>"
        for page in pages
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(entries)}</urlset>'
    ).encode()


def read_saved_pages(folder: Path) -> tuple[list[SavedPage], dict[str, dict[str, Any]]]:
    """The saved pages of the extraction set, and their labels by id."""
    with gzip.open(folder / "pages.jsonl.gz", "rt", encoding="utf-8") as lines:
        labels = {row["id"]: row for row in map(json.loads, lines)}
    return [_saved_page(folder, row) for row in labels.values()], labels


def _saved_page(folder: Path, row: Mapping[str, Any]) -> SavedPage:
    body = gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes())
    dates = row.get("date") or []
    title, summary = what_it_says(body)
    return SavedPage(
        id=row["id"],
        url=http_address(row.get("url") or f"http://no-address.test/{row['id']}"),
        title=row.get("title") or title or row["id"],
        body=body,
        snippet=summary,
        published=datetime.fromisoformat(dates[0]).replace(tzinfo=UTC) if dates else None,
    )


def what_it_says(body: bytes) -> tuple[str, str]:
    """Title and summary that a page gives of itself, as its publisher's feed would."""
    head = html.document_fromstring(body)
    title = head.findtext(".//title") or ""
    named = head.xpath('//meta[@name="description" or @property="og:description"]/@content')
    summary = next((" ".join(said.split()) for said in named if said.strip()), "")
    return " ".join(title.split()), summary


def make_workspace(
    folder: Path, seeds: Mapping[str, bytes], sources: Mapping[str, Iterable[str]]
) -> Path:
    """A fresh workspace.

    Args:
        folder: must not exist.
        seeds: bodies of the seed documents, by file name.
        sources: addresses by kind, `sites`, `feeds` or `sitemaps`.
    """
    (folder / "seeds").mkdir(parents=True)
    for name, body in seeds.items():
        (folder / "seeds" / name).write_bytes(body)
    lines = ["[sources]"]
    lines += [f"{kind} = {json.dumps(list(urls))}" for kind, urls in sources.items()]
    lines += ["", "[discovery]", 'proposals = "off"']  # there is no other web than the saved one
    lines += ["", "[crawl]", "delay_s = 0.0", "concurrency = 16", ""]
    (folder / "seedbed.toml").write_text("\n".join(lines), encoding="utf-8")
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = ingest.settings\n", encoding="utf-8")
    return folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one command cost."""

    exit_code: int
    seconds: float  #: wall time
    requests: int  #: that the server answered
    conditional: int  #: of them, with a validator
    for_robots: int  #: of them, for a robots.txt
    peak_mib: Mapping[str, float]  #: resident, of the largest process in each role
    peak_together_mib: float  #: of all at one moment, shared pages counted once (PSS)


def run_seedbed(
    workspace: Path, server: DemoServer, *arguments: str, hours_ahead: float = 0.0
) -> Measured:
    """Run `seedbed ARGUMENTS` in the workspace, against the server, and measure it.

    Raises:
        RuntimeError: it failed altogether; holds the last lines that it wrote.
    """
    environ = os.environ | {
        "SEEDBED_CRAWL__PROXY": server.proxy_url,
        "SEEDBED_LOG__LEVEL": os.environ.get("SEEDBED_LOG__LEVEL", "WARNING"),
        AHEAD_VARIABLE: str(hours_ahead),
    }
    before, began = len(server.log), time.monotonic()
    with (workspace / "log.txt").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "ingest", *arguments],
            cwd=workspace,
            env=environ,
            stdout=log,
            stderr=log,
        )
        with _Watch(child.pid) as watch:
            exit_code = child.wait()
    if exit_code not in (_DONE, _PARTIAL):
        tail = (workspace / "log.txt").read_text(encoding="utf-8").splitlines()[-_TAIL_LINES:]
        raise RuntimeError("\n".join([f"exit code {exit_code}", *tail]))
    requests = server.log[before:]
    return Measured(
        exit_code=exit_code,
        seconds=time.monotonic() - began,
        requests=len(requests),
        conditional=sum(request.was_conditional for request in requests),
        for_robots=sum(request.url.endswith(_ROBOTS) for request in requests),
        peak_mib=watch.peak_mib,
        peak_together_mib=watch.peak_together_mib,
    )


class _Watch:
    """Looks at the memory of a process and of all below it, several times a second.

    `RUSAGE_CHILDREN` knows only the largest child of all, and not who it was.
    """

    # By distance from the command that was started.
    _ROLES = ("command", "crawl", "page reader")

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.peak_mib: dict[str, float] = {}
        self.peak_together_mib = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        is_done = False
        while not is_done:
            together = 0.0
            for pid, depth in _descendants(self.pid):
                role = self._ROLES[min(depth, len(self._ROLES) - 1)]
                peak = _mib_of(pid, "status", "VmHWM")
                self.peak_mib[role] = max(self.peak_mib.get(role, 0.0), peak)
                together += _mib_of(pid, "smaps_rollup", "Pss")
            self.peak_together_mib = max(self.peak_together_mib, together)
            is_done = self._done.wait(_SAMPLE_EVERY_S)


def _descendants(pid: int, depth: int = 0) -> list[tuple[int, int]]:
    """A process and all below it, each with its distance."""
    found = [(pid, depth)]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            pids = children.read_text().split()
        except OSError:  # the thread ended meanwhile
            continue
        for child in pids:
            found += _descendants(int(child), depth + 1)
    return found


def _mib_of(pid: int, file: str, field_name: str) -> float:
    """A line of a process's memory figures (proc(5)); 0 when the process has ended."""
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:
        return 0.0
    found = (line.split() for line in lines if line.startswith(f"{field_name}:"))
    return next((int(parts[1]) / _KIB_PER_MIB for parts in found), 0.0)


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A table, cells as text; `|` inside them is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(str(c).replace("|", "\\|") for c in line) + " |" for line in lines]


def replace_block(path: Path, name: str, lines: Iterable[str]) -> None:
    """Write `lines` between the marks of the block `name`; what people wrote around it stays.

    Raises:
        ValueError: the page has no such block.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = path.read_text(encoding="utf-8")
    if begin not in text or end not in text:
        raise ValueError(f"{path.name} has no block {name}")
    head, _, rest = text.partition(begin)
    _, _, tail = rest.partition(end)
    path.write_text(f"{head}{begin}\n\n" + "\n".join(lines) + f"\n\n{end}{tail}", encoding="utf-8")
