"""Who crawls the same web: ours as shipped, each peer as its documentation has it, the ceiling."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import dataclass
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.speed.environments import peer
from benchmarks.speed.workspaces import crawl_command, make_workspace
from ingest.corpus import Corpus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "CEILING",
    "NAMES",
    "NEWSPAPER",
    "NEWS_PLEASE",
    "OURS",
    "PLAIN",
    "TRAFILATURA",
    "Contender",
    "contenders",
]

OURS, PLAIN, CEILING = "Seedbed", "Scrapy + trafilatura", "Scrapy, nothing kept"
TRAFILATURA, NEWS_PLEASE, NEWSPAPER = "trafilatura CLI", "news-please", "newspaper4k"
NAMES = (OURS, PLAIN, CEILING, TRAFILATURA, NEWS_PLEASE, NEWSPAPER)

_HERE = Path(__file__).parent
_MAY_USE = ("-s", "ROBOTSTXT_OBEY=True", "-s", "LOG_LEVEL=WARNING")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One that crawls a list of addresses."""

    name: str
    version: str
    command: Callable[[Path, Path], list[str]]  #: of a list of addresses and an empty folder
    stored: Callable[[Path], int]  #: texts that are in the folder afterwards
    reason: str | None = None  #: why it cannot be had


def contenders(names: Iterable[str] = NAMES) -> list[Contender]:
    """Those of these names, ours first; one that cannot be had says why."""
    return [_MAKERS[name]() for name in names]


def _ours() -> Contender:
    return Contender(name=OURS, version=version("seedbed"), command=_our_command, stored=_kept)


def _our_command(urls: Path, folder: Path) -> list[str]:
    make_workspace(folder)
    return crawl_command("urls", "-a", f"file={urls}")


def _kept(folder: Path) -> int:
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        summary = corpus.summary()
    return int(summary["articles"]) + int(summary["copies"])


def _plain() -> Contender:
    return Contender(
        name=PLAIN,
        version=f"{version('scrapy')} + {version('trafilatura')}",
        command=lambda urls, folder: _spider(urls, "-a", f"out={folder / 'plain.db'}"),
        stored=lambda folder: _rows(folder / "plain.db"),
    )


def _ceiling() -> Contender:
    return Contender(
        name=CEILING, version=version("scrapy"), command=lambda urls, _: _spider(urls),
        stored=lambda _: 0,
    )  # fmt: skip


def _spider(urls: Path, *more: str) -> list[str]:
    spider = str(_HERE / "plain_spider.py")
    command = [sys.executable, "-m", "scrapy", "runspider", spider, "-a", f"urls={urls}"]
    return [*command, *_MAY_USE, *more]


def _rows(path: Path) -> int:
    import sqlite3  # noqa: TID251  # a peer's file

    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])


def _trafilatura() -> Contender:
    return Contender(
        name=TRAFILATURA, version=version("trafilatura"), command=_trafilatura_command,
        stored=lambda folder: sum(1 for _ in (folder / "out").rglob("*.json")),
    )  # fmt: skip


def _trafilatura_command(urls: Path, folder: Path) -> list[str]:
    """Its own settings, but without the pause between requests and with loopback addresses."""
    shipped = (resources.files("trafilatura") / "settings.cfg").read_text(encoding="utf-8")
    settings = folder / "settings.cfg"
    mine = shipped.replace("SLEEP_TIME = 5.0", "SLEEP_TIME = 0")
    settings.write_text(mine.replace("SSRF_PROTECTION = on", "SSRF_PROTECTION = off"), "utf-8")
    return [
        str(Path(sys.executable).with_name("trafilatura")), "-i", str(urls),
        "-o", str(folder / "out"), "--json", "--with-metadata", "--config-file", str(settings),
    ]  # fmt: skip


def _of_peer(name: str, script: str) -> Contender:
    environment = peer(name)
    return Contender(
        name=name,
        version="" if environment.reason else environment.version(),
        command=lambda urls, folder: [
            str(environment.python), str(_HERE / script), str(urls), str(folder / "out.jsonl"),
        ],
        stored=lambda folder: sum(1 for _ in (folder / "out.jsonl").open(encoding="utf-8")),
        reason=environment.reason,
    )  # fmt: skip


_MAKERS: dict[str, Callable[[], Contender]] = {
    OURS: _ours,
    PLAIN: _plain,
    CEILING: _ceiling,
    TRAFILATURA: _trafilatura,
    NEWS_PLEASE: lambda: _of_peer(NEWS_PLEASE, "peer_newsplease.py"),
    NEWSPAPER: lambda: _of_peer(NEWSPAPER, "peer_newspaper.py"),
}
