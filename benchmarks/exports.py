"""What an export of a large corpus takes: python -m benchmarks.exports [--articles N] [--write].

Each format runs in a process of its own; told are seconds, peak memory beyond that of an empty
corpus, and bytes.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.big_corpus import build_corpus
from benchmarks.reading import PAGE
from benchmarks.real_web import replace_block
from ingest.corpus import Corpus
from ingest.export import formats
from ingest.export.frame import About
from ingest.export_files import RawPages, export_to

if TYPE_CHECKING:
    from collections.abc import Iterator

_MIB = 1024


def export(name: str, corpus: Path, out: Path) -> tuple[float, int, int]:
    """Seconds, peak memory in KiB and articles of one export."""
    kind = formats()[name]
    began = time.perf_counter()
    with closing(Corpus(corpus, readonly=True)) as opened:
        about = About(
            title="benchmark", version="0", updated=datetime(2025, 7, 1, tzinfo=UTC),
            with_text=kind.has_text, raw_page=RawPages(corpus.parent / "archive", opened.archived),
        )  # fmt: skip
        articles = opened.stream_articles(
            is_newest_first=kind.is_newest_first, with_text=kind.has_text
        )
        written = export_to(kind, articles, out, about)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return time.perf_counter() - began, peak, written


def _child(name: str, corpus: Path, out: Path) -> tuple[float, int, int]:
    command = [sys.executable, "-m", "benchmarks.exports", "--one", name, str(corpus), str(out)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds, peak, written = json.loads(told)
    return seconds, peak, written


def _size(out: Path) -> int:
    files = [out] if out.is_file() else [one for one in out.rglob("*") if one.is_file()]
    return sum(one.stat().st_size for one in files)


def _row(name: str, large: Path, empty: Path, folder: Path) -> str:
    _, least, _ = _child(name, empty, folder / f"{name}.empty")
    seconds, peak, written = _child(name, large, out := folder / name)
    beyond = (peak - least) / _MIB
    return f"| {name} | {written:,} | {seconds:.1f} | {beyond:.1f} | {_size(out) / 1e6:.1f} |"


def _measured(asked: argparse.Namespace) -> Iterator[str]:
    yield "| format | articles | seconds | MiB beyond an empty corpus | MB written |"
    yield "|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        large, empty = asked.corpus or Path(folder, "large.db"), Path(folder, "empty.db")
        if not asked.corpus:
            build_corpus(large, articles=asked.articles)
        Corpus(empty).close()
        for name in asked.formats:
            if name == "parquet" and importlib.util.find_spec("pyarrow") is None:
                print("parquet: the extra is not installed", file=sys.stderr)
                continue
            yield _row(name, large, empty, Path(folder))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--corpus", type=Path, help="this one, instead of one that is built")
    parser.add_argument("--formats", nargs="*", default=sorted(formats()))
    parser.add_argument("--write", action="store_true", help="write the figures into the page")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        name, corpus, out = asked.one
        print(json.dumps(export(name, Path(corpus), Path(out))))
        return
    lines = []
    for line in _measured(asked):
        print(line, flush=True)
        lines.append(line)
    if asked.write:
        replace_block(PAGE, "exports", lines)


if __name__ == "__main__":
    main()
