"""`seedbed demo`: the daemon's own path over the bundled web, twice, and what came of it."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.clock import AHEAD_VARIABLE
from ingest.corpus import Corpus
from ingest.demo.gold import GoldScore, score_gold
from ingest.demo.server import DemoServer
from ingest.demo.summary import summary_lines
from ingest.demo.texts import seed_files
from ingest.demo.web import build_web
from ingest.errors import ConfigError
from ingest.items import Outcome
from ingest.layout import json_line
from ingest.urls import address_key
from scheduler.daemon import run_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.demo.gold import Gold
    from ingest.demo.web import DemoWeb

__all__ = ["ScoredDemo", "make_workspace", "poll", "run_demo"]

DEFAULT_FOLDER = Path("seedbed-demo")
#: Between the two polls: time enough for a source to be due and an article to be looked at again.
HOURS_LATER = 6.0
FLOOR = 0.95  # share of the gold outcomes below which the demo fails

_MARKER = ".seedbed-demo"  # only a folder that holds it is ever replaced
_PROGRESS_S = 0.25
_KINDS = {"feeds": "feeds", "sitemaps": "sitemaps", "links": "sites"}


def make_workspace(folder: Path, web: DemoWeb) -> Path:
    """A fresh workspace for the demo web.

    Raises:
        ConfigError: the folder holds something that we did not make.
    """
    if folder.exists():
        if any(folder.iterdir()) and not (folder / _MARKER).exists():
            raise ConfigError([f"{folder} is not empty and no demo of ours; name another folder"])
        shutil.rmtree(folder)
    (folder / "seeds").mkdir(parents=True)
    (folder / _MARKER).write_text("made by seedbed demo; it may be replaced\n", encoding="utf-8")
    for name, raw in seed_files().items():
        (folder / "seeds" / name).write_bytes(raw)
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = ingest.settings\n", encoding="utf-8")
    (folder / "seedbed.toml").write_text(_toml(web), encoding="utf-8")
    return folder


def _toml(web: DemoWeb) -> str:
    """The settings of the demo; the proxy comes by environment, its port is new each time."""
    lines = ['name = "demo"', "", "[sources]"]
    for spider, key in _KINDS.items():
        urls = [f'  "{source.url}",' for source in web.sources if source.spider == spider]
        lines += [f"{key} = [", *urls, "]"]
    # Seeds and catalogue name outlets of the world, and none of them is in the demo's.
    lines += ["", "[discovery]", 'proposals = "off"']
    # There is no rhythm to learn: the web changes once, hours later, and must be looked at then.
    lines += ["", "[schedule]", "poll_at_most_minutes = 40"]
    return "\n".join([*lines, "", "[crawl]", "delay_s = 0.0", "concurrency = 16", ""])


def poll(folder: Path, server: DemoServer, *, hours_ahead: float = 0.0) -> int:
    """Let the daemon do every due job once, that many hours from now; its exit code."""
    wanted = {
        "SEEDBED_CRAWL__PROXY": server.proxy_url,
        "SEEDBED_LOG__LEVEL": os.environ.get("SEEDBED_LOG__LEVEL", "ERROR"),
        AHEAD_VARIABLE: str(hours_ahead),
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        return run_once(folder)
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def run_demo(*, as_json: bool, keep: Path | None) -> int:
    """Run the demo and print what came of it; returns the exit code."""
    began = time.monotonic()
    web = build_web()
    folder = make_workspace(keep or DEFAULT_FOLDER, web)
    with DemoServer(web) as server:
        # The first was hours ago and the second is now: what comes next lies ahead of the reader.
        with _progress(folder, "first poll"):
            first = poll(folder, server, hours_ahead=-HOURS_LATER)
        first_requests = len(server.log)
        web = build_web(poll=2)
        server.switch(web)
        with _progress(folder, f"second poll, {HOURS_LATER:g} hours later"):
            second = poll(folder, server)
        requests = server.log[first_requests:]
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        scored = ScoredDemo.of(corpus, web.gold)
        outcome = {
            "gold_score": round(scored.outcomes.share, 4),
            "gold_pages": scored.outcomes.right + len(scored.outcomes.wrong),
            "copies_traced": round(scored.traced_share, 4),
            "misses": [miss._asdict() for miss in scored.outcomes.wrong],
            "seconds": round(time.monotonic() - began, 1),
            "first_poll_requests": first_requests,
            "second_poll_requests": len(requests),
            "second_poll_conditional": sum(one.was_conditional for one in requests),
            "second_poll_not_modified": sum(one.status == 304 for one in requests),  # noqa: PLR2004
            "exit_codes": [first, second],
            "workspace": str(folder),
            "outcomes": corpus.counts_by_outcome(),
        }
        if as_json:
            sys.stdout.write(json_line(outcome) + "\n")
        else:
            sys.stdout.write("\n".join(summary_lines(corpus, outcome)) + "\n")
    is_well = first == second == 0 and scored.outcomes.share >= FLOOR
    return 0 if is_well else 1


class ScoredDemo:
    """How a corpus did against the gold of the demo web."""

    def __init__(self, outcomes: GoldScore, traced: int, traceable: int) -> None:
        self.outcomes = outcomes
        self.traced = traced
        self.traceable = traceable

    @property
    def traced_share(self) -> float:
        """Copies traced to the very original, of those that the gold names; 0..1."""
        return self.traced / max(self.traceable, 1)

    @classmethod
    def of(cls, corpus: Corpus, gold: dict[str, Gold]) -> ScoredDemo:
        """Score a corpus."""
        origins: dict[str, set[str]] = {}
        for url, found in corpus.origin_of_copies().items():
            origins.setdefault(address_key(url), set()).update(map(_name_of, found))
        # The corpus may have found a page under another spelling of its address.
        standing = {address_key(url): one for url, one in corpus.standing_of_addresses().items()}
        ledger: dict[str, Outcome] = {}
        for url, one in gold.items():
            spellings = {address_key(name): name for name in (*one.variants, url)}
            ledger |= {name: standing[key] for key, name in spellings.items() if key in standing}
        outcomes = score_gold(gold, ledger)
        # A copy of an off-topic page is off topic itself, and has nothing to be traced to.
        named = {
            url: one
            for url, one in gold.items()
            if one.of and one.is_required and Outcome.OFF_TOPIC not in one.outcomes
        }
        traced = sum(
            any(
                _leads_to(one.of, origins.get(address_key(name), set()), gold)
                for name in (url, *one.variants)
            )
            for url, one in named.items()
        )
        return cls(outcomes, traced, len(named))


def _leads_to(origin: str | None, found: set[str], gold: dict[str, Gold]) -> bool:
    """Whether one of the addresses found is the origin's own, or a variant of it."""
    assert origin is not None
    names = {origin, *(gold[origin].variants if origin in gold else ())}
    return bool(set(map(_name_of, names)) & found)


def _name_of(origin: str) -> str:
    """A seed's file name as it is, an address by its key."""
    return address_key(origin) if "//" in origin else origin


@contextmanager
def _progress(folder: Path, label: str) -> Iterator[None]:
    """Tell on standard error how far a poll is, while it runs."""
    done = threading.Event()
    is_terminal = sys.stderr.isatty()

    def watch() -> None:
        began = time.monotonic()
        while not done.wait(_PROGRESS_S):
            if is_terminal:
                sys.stderr.write(f"\r\x1b[K{label}: {_state(folder, began)}")
                sys.stderr.flush()
        end = "\r\x1b[K" if is_terminal else ""
        sys.stderr.write(f"{end}{label}: {_state(folder, began)}\n")

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _state(folder: Path, began: float) -> str:
    counts: dict[str, Any] = {}
    if (path := folder / "corpus.db").exists():
        with closing(Corpus(path, readonly=True)) as corpus:
            counts = corpus.counts_by_outcome()
    known = sum(counts.values())
    kept = " ".join(
        f"{counts[name]} {words}"
        for name, words in (
            ("article", "articles"), ("copy", "copies"), ("off-topic", "off topic"),
            ("rejected", "rejected"), ("waiting", "waiting"),
        )
        if counts.get(name)
    )  # fmt: skip
    return f"{time.monotonic() - began:.0f} s, {known} addresses known: {kept}"
