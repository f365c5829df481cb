"""Bytes an article: `python -m benchmarks.speed.sizes`: corpus, archive, and what zstd would save.

The local web is crawled as shipped. Of its corpus is told what each part takes, of its pages what
gzip makes of one and what zstd does, with and without a dictionary that is learned from a fifth of
the pages and tried on the others. With the evaluation pages beside the checkout the same is told of
pages of real publishers, one of each site, which have nothing in common but being pages.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
import time
import zlib
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backports import zstd
from pysqlite3 import dbapi2 as sqlite  # noqa: TID251  # pages of the file, not rows

from benchmarks.extraction import saved
from benchmarks.speed.server import local_web
from benchmarks.speed.timing import time_command
from benchmarks.speed.web import HOSTS, make_web
from benchmarks.speed.workspaces import ENVIRON, crawl_command, make_workspace
from ingest.corpus import Corpus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["AS_IT_IS", "Packed", "Sizes", "measure"]

AS_IT_IS = "gzip 6, as it is"
_LEARNED_SHARE = 5  # one page in so many teaches the dictionary
_DICTIONARY_BYTES = 112_640  # what the zstd command makes by default
_LEVEL = 9  # takes no longer than gzip at 6
#: Tables by part, as a reader would name it; `pages` is the ledger with all that was passed over.
_PARTS = {
    "texts for readers": ("articles",),
    "full-text index": ("articles_fts_data", "articles_fts_idx", "articles_fts_docsize"),
    "texts as read, packed": ("texts",),
    "relation index": ("fingerprints", "fingerprints_hot", "fingerprints_fresh"),
    "ledger of addresses": ("pages", "routes", "fetches", "leads", "hubs", "gate_samples"),
    "lines of the sites": ("site_pages", "blocks", "sites"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What one way of packing makes of pages, each by itself."""

    of: str  #: which pages
    way: str
    bytes_a_page: float
    share: float  #: of their own bytes, 0..1
    ms_a_page: float  #: CPU


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """The figures of one crawl."""

    kept: int  #: articles and copies
    addresses: int  #: in the ledger
    page_bytes: float  #: of a page as it came, unpacked
    corpus_bytes: float  #: an article or copy
    parts: dict[str, float]  #: of these
    archive_bytes: float  #: a page
    packed: tuple[Packed, ...] = ()


def measure(*, pages: int) -> Sizes:
    """Crawl that many pages and weigh what came of it."""
    with tempfile.TemporaryDirectory() as place:
        folder = make_workspace(Path(place))
        _crawl(folder, pages)
        corpus = folder / "corpus.db"
        with closing(Corpus(corpus)) as opened:
            summary = opened.summary()
        kept = int(summary["articles"]) + int(summary["copies"])
        archived = sum(one.stat().st_size for one in (folder / "archive").rglob("*.warc.gz"))
        parts = {name: size / kept for name, size in _parts(corpus).items()}
        whole = corpus.stat().st_size / kept
        texts = _texts(corpus)
    made = [page.body for page in make_web(pages=pages, port=80)]
    packed = [
        *_ways("pages of the local web", made), *_of_real_pages(pages),
        *_ways("texts of the corpus", texts),
    ]  # fmt: skip
    return Sizes(
        kept=kept, addresses=int(summary["addresses"]), page_bytes=sum(map(len, made)) / len(made),
        corpus_bytes=whole, parts={**parts, "everything else": whole - sum(parts.values())},
        archive_bytes=archived / pages, packed=tuple(packed),
    )  # fmt: skip


def _crawl(folder: Path, pages: int) -> None:
    with local_web(pages=pages, hosts=HOSTS) as urls:
        listed = folder / "urls.txt"
        listed.write_text("\n".join(urls), encoding="utf-8")
        command = crawl_command("urls", "-a", f"file={listed}")
        time_command(command, folder=folder, environ=ENVIRON)


def _parts(corpus: Path) -> dict[str, int]:
    """Bytes of the file by part: what would be free without its tables."""
    with closing(sqlite.connect(corpus, isolation_level=None)) as connection:
        connection.execute("VACUUM")
        return {name: _taken_by(connection, tables) for name, tables in _PARTS.items()}


def _taken_by(connection: Any, tables: Sequence[str]) -> int:
    def free() -> int:
        return int(connection.execute("PRAGMA freelist_count").fetchone()[0])

    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN IMMEDIATE")
    for (trigger,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        connection.execute(f'DROP TRIGGER "{trigger}"')
    before = free()
    for table in tables:
        connection.execute(f"DELETE FROM {table}")
    freed = free() - before
    connection.execute("ROLLBACK")
    return freed * int(connection.execute("PRAGMA page_size").fetchone()[0])


def _texts(corpus: Path) -> list[bytes]:
    """What is stored of each text, unpacked."""
    with closing(sqlite.connect(corpus)) as connection:
        rows = connection.execute("SELECT article_z FROM texts ORDER BY page").fetchall()
    return [zlib.decompress(packed) for (packed,) in rows]


def _ways(of: str, pages: Sequence[bytes]) -> list[Packed]:
    taught = pages[::_LEARNED_SHARE]
    tried = [page for place, page in enumerate(pages) if place % _LEARNED_SHARE]
    learned = zstd.train_dict(list(taught), _DICTIONARY_BYTES).as_digested_dict
    ways: dict[str, Callable[[bytes], bytes]] = {
        AS_IT_IS: lambda page: gzip.compress(page, 6),
        "gzip 9": lambda page: gzip.compress(page, 9),
        f"zstd {_LEVEL}": lambda page: zstd.compress(page, _LEVEL),
        f"zstd {_LEVEL} with a dictionary": lambda page: zstd.compress(
            page, _LEVEL, zstd_dict=learned
        ),
    }
    return [_packed(of, name, pack, tried) for name, pack in ways.items()]


def _packed(of: str, way: str, pack: Callable[[bytes], bytes], pages: Sequence[bytes]) -> Packed:
    began = time.process_time()
    size = sum(len(pack(page)) for page in pages)
    spent_ms = 1000 * (time.process_time() - began)
    return Packed(
        of=of, way=way, bytes_a_page=size / len(pages), share=size / sum(map(len, pages)),
        ms_a_page=spent_ms / len(pages),
    )  # fmt: skip


def _of_real_pages(most: int) -> list[Packed]:
    if not saved.FOLDER.is_dir():
        return []
    pages = saved.read_pages()[:most]
    return _ways("saved pages of publishers", [page.html for page in pages])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=600)
    asked = parser.parse_args(arguments)
    print(json.dumps(asdict(measure(pages=asked.pages))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
