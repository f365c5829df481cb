"""WARC reading and the filter of raw words: `python -m benchmarks.archives [--words | --speed]`.

`--words` holds the filter against the full path on seventeen labelled stories, each text as a page
of its own; `--speed` makes a file of 200 MB, unpacked, of such pages and reads it with our reader,
with warcio, and with the filter behind ours.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import lzma
import random
import tempfile
import time
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from ingest.archives.records import read_records
from ingest.archives.responses import read_response
from ingest.archives.words import RawWords
from ingest.clock import now
from ingest.seedset import load_seed_set
from ingest.topic import learn_topic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ingest.topic import Topic

__all__ = ["EVAL", "Recall", "measure_words"]

EVAL = Path(__file__).parents[1].parent / "shared" / "eval"
SEEDS = Path(__file__).parents[1] / "seeds"
_SEEDS, _LEAST_SEED_CHARS = 4, 300  # as in the scorer of the collection
_MOST_BYTES = 8 * 1024 * 1024
_MADE_BYTES = 200_000_000


@dataclass(slots=True)
class Recall:
    """What passes the filter, of one story; counts of pages."""

    related: int = 0  #: by their label
    related_passed: int = 0
    kept: int = 0  #: by the full path
    kept_passed: int = 0
    unrelated: int = 0
    unrelated_passed: int = 0
    saved: int = 0  #: real pages of other news, menus and all
    saved_passed: int = 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--words", action="store_true")
    parser.add_argument("--speed", action="store_true")
    options = parser.parse_args()
    if options.words or not options.speed:
        total = Recall()
        for story, found in measure_words().items():
            print(f"{story:<10} {_told(found)}", flush=True)
            for name in Recall.__slots__:
                setattr(total, name, getattr(total, name) + getattr(found, name))
        print(f"{'all':<10} {_told(total)}")
    if options.speed or not options.words:
        measure_speed()


def _told(found: Recall) -> str:
    return (
        f"related {found.related_passed}/{found.related}, kept by the full path "
        f"{found.kept_passed}/{found.kept}, others {found.unrelated_passed}/{found.unrelated} "
        f"({found.unrelated_passed / max(found.unrelated, 1):.3f}), saved pages "
        f"{found.saved_passed}/{found.saved} ({found.saved_passed / max(found.saved, 1):.3f})"
    )


def measure_words(stories: Sequence[str] = (), *, every: int = 4) -> dict[str, Recall]:
    """The filter against the full path, by story.

    Args:
        stories: empty: all.
        every: of the unrelated texts and of the saved pages so many are left out but one.
    """
    with lzma.open(EVAL / "relevance" / "data" / "web.jsonl.xz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line) for line in lines]
    saved = [page for place, page in enumerate(saved_pages()) if place % every == 0]
    named = stories or sorted({story for text in texts for story in text["rel"]})
    return {story: _measure_story(story, texts, saved, every) for story in named}


def _measure_story(
    story: str, texts: Sequence[Mapping[str, Any]], saved: Sequence[bytes], every: int
) -> Recall:
    able = [t for t in texts if t["rel"].get(story) == 1 and len(t["text"]) > _LEAST_SEED_CHARS]
    seeds = random.Random(story).sample(able, _SEEDS)
    topic = _topic_of(seeds)
    raw, found = RawWords.of(topic), Recall()
    rest = [text for text in texts if text not in seeds]
    for place, text in enumerate(rest):
        label = text["rel"].get(story, 0)
        if label is None or (label != 1 and place % every):
            continue
        passes = raw.is_in(_page(text), url=text["url"] or "")
        if label == 1:
            found.related += 1
            found.related_passed += passes
        else:
            found.unrelated += 1
            found.unrelated_passed += passes
        if topic.score(text["title"], text["text"]).is_related:
            found.kept += 1
            found.kept_passed += passes
    found.saved, found.saved_passed = len(saved), sum(map(raw.is_in, saved))
    return found


def _topic_of(seeds: Sequence[Mapping[str, Any]]) -> Topic:
    with tempfile.TemporaryDirectory() as scratch:
        for text in seeds:
            body = f"{text['title']}\n{text['text']}\n"
            (Path(scratch) / f"{text['id']}.txt").write_text(body, encoding="utf-8")
        return learn_topic(load_seed_set(Path(scratch)))


def _page(text: Mapping[str, Any]) -> bytes:
    title = escape(text["title"])
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in text["text"].split("\n"))
    return f"<title>{title}</title><article><h1>{title}</h1>{paragraphs}</article>".encode()


def saved_pages() -> Iterator[bytes]:
    """Real pages, as they were sent."""
    for path in sorted((EVAL / "extraction" / "html").glob("*.gz")):
        yield gzip.decompress(path.read_bytes())


def measure_speed() -> None:
    """Read a made file in three ways; MB are of what is unpacked."""
    pages = [page for _, page in zip(range(120), saved_pages(), strict=False)]
    raw = RawWords.of(learn_topic(load_seed_set(SEEDS)))
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "made.warc.gz"
        total = _make(path, pages)
        for name, read in (
            ("our reader", _read_ours),
            ("warcio", _read_warcio),
            ("our reader and the words", lambda path: _read_words(path, raw)),
        ):
            start = time.process_time()
            count = read(path)
            spent = time.process_time() - start
            print(f"{name:<26} {count} pages, {spent:.1f} s, {total / 1e6 / spent:.0f} MB/s")


def _make(path: Path, pages: Sequence[bytes]) -> int:
    total = number = 0
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        while total < _MADE_BYTES:
            body = pages[number % len(pages)]
            http = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    f"http://site{number % 97}.test/{number}", "response",
                    payload=io.BytesIO(body), length=len(body), http_headers=http,
                    warc_headers_dict={"WARC-Date": "2025-11-21T00:01:23Z"},
                )
            )  # fmt: skip
            total, number = total + len(body), number + 1
    return total


def _read_ours(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in read_records(file.read, most_bytes=_MOST_BYTES))


def _read_warcio(path: Path) -> int:
    with path.open("rb") as file:
        return sum(bool(one.content_stream().read()) for one in ArchiveIterator(file))


def _read_words(path: Path, raw: RawWords) -> int:
    with path.open("rb") as file:
        found = (
            read_response(one, most_bytes=_MOST_BYTES, now=now())
            for one in read_records(file.read, most_bytes=_MOST_BYTES)
        )
        return sum(raw.is_in(one.body, charset=one.encoding, url=one.url) for one in found)


if __name__ == "__main__":
    main()
