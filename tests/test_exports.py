"""One contract over every format: a new file in `ingest/export` is tested the moment it exists."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import tracemalloc
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from warcio.archiveiterator import ArchiveIterator

from ingest.archive import Archive
from ingest.backup import make_backup
from ingest.backup_files import remove_stale
from ingest.corpus import Corpus
from ingest.export import bibtex, formats
from ingest.export.cells import defuse
from ingest.export.columns import columns_of, row_of, written
from ingest.export.feeds import element
from ingest.export.frame import About, ExportError
from ingest.export_files import RawPages, export_to
from ingest.read_items import StoredArticle
from ingest.text import clean_controls
from tests.rows import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = (
    "<script>alert('x')</script>", '=HYPERLINK("http://e.test")', "@SUM(1)", "+1", "-cmd|' /C'!A0",
    "]]></title><b>&amp;", "../../etc/passwd", "a\u202eb\x00c\x1b[31m\u2028d\x85e",
    "}\n@misc{x, \\input{y} %$#_^~",
    "--- # *bold* [x](javascript:alert(1)) `code`", '\tтабулятор; "кавычки", запятая\r\nстрока',
    "文\U0001f600" * 200, "", "con", "' or 1=1 --", "---", "!!python/object:os.system",
    "\ufffe\uffff",
)  # fmt: skip
UNIX = datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)
NAMES = sorted(formats())


def stored(number: int, **more: Any) -> StoredArticle:
    facts: dict[str, Any] = {
        "id": number, "url": f"https://first.test/{number}", "title": f"Headline {number}",
        "outlet": "first.test", "outlet_name": "The First", "published": NOW, "first_seen": NOW,
        "modified": None, "author": "Ann Lee, Radio and Press", "agency": None, "language": "en",
        "section": None, "kind": "article", "standfirst": None, "lead": "Police came.", "words": 9,
        "relevance": 0.8, "why": "relevance 0.80", "seed": "seed.txt", "story": 1,
        "story_title": "Raid", "copies": 2, "is_paywalled": None, "picture": None,
        "gone_since": None, "sha256": "0" * 64, "extractor": "test 1", "page": number,
        "warc": None, "warc_offset": None,
        "text": "Police came.\n- One, two\n> They left_early * today.",
    }  # fmt: skip
    return StoredArticle(**(facts | more))


def hostile() -> list[StoredArticle]:
    """Every text in every place where a page decides what stands there."""
    return [
        stored(number, title=text, author=text, outlet_name=text, lead=text, section=text,
               standfirst=text, url=f"javascript:{text}" if number % 2 else f"https://e.test/{text}",
               text=f"{text}\nplain end", why=text, language=None, published=None, story=None,
               is_paywalled=bool(number % 2))
        for number, text in enumerate(HOSTILE, 1)
    ]  # fmt: skip


@pytest.fixture
def about(tmp_path: Path) -> About:
    return About(
        title="mystory: articles", version="1.2", updated=NOW, with_text=True,
        raw_page=RawPages(tmp_path / "archive", lambda _: None),
    )  # fmt: skip


def exported(name: str, articles: list[StoredArticle], out: Path, about: About) -> dict[str, bytes]:
    """What came of an export, by name of the file."""
    about = replace(about, raw_page=raw_pages(out.parent, *articles))
    export_to(formats()[name], iter(articles), out, about)
    return exported_as(out)


def exported_as(out: Path) -> dict[str, bytes]:
    if out.is_file():
        return {"": out.read_bytes()}
    return {str(one.relative_to(out)): one.read_bytes() for one in sorted(out.rglob("*.*"))}


def needs(name: str) -> None:
    if name == "parquet":
        pytest.importorskip("pyarrow", reason="the extra parquet is not installed")


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    needs(request.param)
    return str(request.param)


def test_every_format_says_what_it_is() -> None:
    assert {"csv", "jsonl", "parquet", "md", "warc", "bibtex", "csl", "rss", "atom"} <= set(NAMES)
    for kind in formats().values():
        assert (kind.write is None) == (kind.write_folder is not None) == (not kind.suffix)
        assert kind.told


def test_equal_articles_give_equal_bytes(name: str, tmp_path: Path, about: About) -> None:
    articles = [stored(1), stored(2, published=None), *hostile()]
    assert exported(name, articles, tmp_path / "a", about) == exported(
        name, articles, tmp_path / "b", about
    )


def test_an_empty_corpus_gives_a_valid_file(name: str, tmp_path: Path, about: About) -> None:
    assert read_back(name, exported(name, [], tmp_path / "out", about)) == []


def test_each_article_is_there_once_and_in_order(name: str, tmp_path: Path, about: About) -> None:
    articles = [with_page(tmp_path, stored(n)) for n in (3, 1, 2)]
    found = read_back(name, exported(name, articles, tmp_path / "out", about))
    assert sorted(found) == sorted(identity(name, one) for one in articles)
    if name != "md":  # a folder has no order
        assert found == [identity(name, one) for one in articles]


def test_hostile_texts_stay_texts(name: str, tmp_path: Path, about: About) -> None:
    articles = [with_page(tmp_path, one) for one in hostile()]
    files = exported(name, articles, tmp_path / "out", about)
    assert len(read_back(name, files)) == len(articles)
    if name not in ("parquet", "warc"):  # packed
        for body in files.values():
            told = body.decode()
            assert clean_controls(told) == told.replace("\r\n", "\n")
            assert not re.search("[\u2028\x85]", told) or name in (
                "csv",
                "bibtex",
                "rss",
                "atom",
                "md",
                "csl",
            )
    for file in files:
        assert re.fullmatch(r"(undated|\d{4}-\d{2})/[a-z0-9-]+\.md|", file), file
        assert len(file) < 120


# The others are tables of what the corpus holds.
@pytest.mark.parametrize("name", ["rss", "atom", "csl", "bibtex"])
def test_no_address_that_a_reader_could_follow_is_a_script(
    name: str, tmp_path: Path, about: About
) -> None:
    for body in exported(name, hostile(), tmp_path / "out", about).values():
        assert not re.search(r"(href=\"|<link>|\"URL\": \"|url = \{)javascript", body.decode())


def test_a_failure_leaves_what_was_there(name: str, tmp_path: Path, about: About) -> None:
    def broken() -> Iterator[StoredArticle]:
        yield stored(1)
        raise OSError(5, "the disk failed")

    out = tmp_path / "out"
    if formats()[name].write is not None:
        out.write_bytes(b"before")
    with pytest.raises(ExportError, match="the disk failed"):
        export_to(formats()[name], broken(), out, about)
    assert [one.name for one in tmp_path.iterdir() if one.name != "archive"] == (
        ["out"] if out.exists() else []
    )
    assert not out.exists() or out.read_bytes() == b"before"


def test_memory_does_not_grow_with_the_articles(name: str, tmp_path: Path, about: About) -> None:
    # Parquet holds a group of 500.
    small, large = (600, 1_200)
    text = "word " * 400
    peaks = []
    for count in (small, large):
        tracemalloc.start()
        export_to(
            formats()[name],
            (stored(n, text=text) for n in range(count)),
            tmp_path / f"{count}",
            about,
        )
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000, peaks  # the texts alone are 1.2 MB more


def test_a_kill_in_the_middle_leaves_no_half_file(tmp_path: Path) -> None:
    script = (
        "import sys, time, itertools\nfrom pathlib import Path\nfrom tests.test_exports import *\n"
        "def slowly():\n"
        "    for n in itertools.count():\n        yield stored(n)\n"
        "        if n == 500: print('at it', flush=True)\n"
        "out = Path(sys.argv[1])\n"
        "about = About(title='t', version='1', updated=NOW, with_text=True,"
        " raw_page=lambda _: None)\n"
        "export_to(formats()[sys.argv[2]], slowly(), out, about)\n"
    )
    for kind in ("csv", "md"):
        out = tmp_path / kind
        with subprocess.Popen(
            [sys.executable, "-c", script, str(out), kind], stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"at it\n"
            os.kill(child.pid, signal.SIGKILL)
        assert not out.exists()
        about = About(title="t", version="1", updated=NOW, with_text=True, raw_page=lambda _: None)
        export_to(formats()[kind], iter([stored(1)]), out, about)
        assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_two_at_once_under_one_name_leave_one_whole(
    name: str, tmp_path: Path, about: About
) -> None:
    out = tmp_path / "out"

    def slowly() -> Iterator[StoredArticle]:
        yield stored(1)
        with pytest.raises(ExportError, match="being written under this name"):
            export_to(formats()[name], iter([stored(3)]), out, about)
        yield stored(2)

    alone = exported(name, [stored(1), stored(2)], tmp_path / "alone", about)
    assert export_to(formats()[name], slowly(), out, about) == (0 if name == "warc" else 2)
    assert exported_as(out) == alone


def test_a_backup_made_beside_it_meanwhile_takes_nothing_from_it(
    name: str, tmp_path: Path, about: About
) -> None:
    Corpus(tmp_path / "corpus.db").close()
    out = tmp_path / "backup.db.out"

    def slowly() -> Iterator[StoredArticle]:
        yield stored(1)
        make_backup(
            tmp_path / "corpus.db", tmp_path / "archive", tmp_path / "backup.db", now=NOW,
            version="0",
        )  # fmt: skip
        assert remove_stale(tmp_path) == []
        yield stored(2)

    alone = exported(name, [stored(1), stored(2)], tmp_path / "alone", about)
    export_to(formats()[name], slowly(), out, about)

    assert exported_as(out) == alone


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path, about: About) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(ExportError, match="no empty folder"):
        export_to(formats()["md"], iter([stored(1)]), tmp_path, about)
    assert [one.name for one in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("with_text", [True, False])
def test_tables_parse_back_to_the_rows(
    kind: str, tmp_path: Path, about: About, *, with_text: bool
) -> None:
    needs(kind)
    articles = [stored(1, is_paywalled=True, published=UNIX), stored(2, story=None), *hostile()]
    wanted = [row_of(one, with_text=with_text) for one in articles]
    body = exported(kind, articles, tmp_path / "out", replace(about, with_text=with_text))[""]
    if kind == "parquet":
        table = pytest.importorskip("pyarrow.parquet").read_table(io.BytesIO(body))
        assert table.to_pylist() == wanted
        types = dict(zip(table.column_names, map(str, table.schema.types), strict=True))
        assert types["published"] == "timestamp[ms, tz=UTC]"
        assert types["is_paywalled"] == "bool"
    elif kind == "jsonl":
        lines = body.decode().splitlines()
        assert [json.loads(line) for line in lines] == [
            {name: written(value) for name, value in row.items()} for row in wanted
        ]
    else:
        rows = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
        assert [tuple(row.values()) for row in rows] == [
            tuple(_as_csv(value) for value in row.values()) for row in wanted
        ]
        assert list(rows[0]) == [name for name, _ in columns_of(with_text=with_text)]


def _as_csv(value: Any) -> str:
    told = written(value)
    return "" if told is None else str(int(told)) if isinstance(told, bool) else defuse(str(told))


def test_a_headline_that_is_a_formula_is_none_in_a_spreadsheet(
    tmp_path: Path, about: About
) -> None:
    body = exported("csv", hostile(), tmp_path / "out", about)[""].decode()
    cells = [cell for row in csv.reader(io.StringIO(body, newline="")) for cell in row]
    odd = [
        one for one in cells if one.startswith(("=", "@", "\t", "\r")) or re.match(r"[+-]\D", one)
    ]
    assert odd == []
    assert '\'=HYPERLINK("http://e.test")' in cells


def test_markdown_reads_as_the_text_it_was(tmp_path: Path, about: About) -> None:
    texts = [
        "1) a\n# b\n+ c\n=== d",
        "*a* _b_ <i>c</i> &amp; [d](e) ~~f~~ |g|",
        "2025. Year\n> quoted\n- one",
    ]
    for number, text in enumerate(texts, 1):
        (told,) = exported(
            "md", [stored(number, text=text)], tmp_path / str(number), about
        ).values()
        page = told.decode().split("---\n", 2)[2]
        shown = MarkdownIt("commonmark").enable("table").enable("strikethrough").render(page)
        assert "<i>" not in shown
        assert "<em>" not in shown
        plain = re.sub(r"<[^>]+>", " ", shown).replace("&lt;", "<").replace("&gt;", ">")
        words = plain.replace("&amp;", "&").split()
        drawn = {">", "-", "2025."} if number == 3 else set()
        assert [w for w in words if w not in drawn] == [
            w for w in ["Headline", str(number), *text.split()] if w not in drawn
        ]


def test_parquet_says_what_it_needs(
    tmp_path: Path, about: About, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExportError, match=r"'\.\[parquet\]'"):
        export_to(formats()["parquet"], iter([stored(1)]), tmp_path / "out", about)
    assert not (tmp_path / "out").exists()


BODY = b"<p>x</p>"


def with_page(folder: Path, article: StoredArticle, *, url: str | None = None) -> StoredArticle:
    """The article, with a page in the archive of the folder."""
    archive = Archive(folder / "archive", run=article.id, spider="feeds")
    offset = archive.append(
        url=url or address_of(article), status=200, headers=[], body=BODY, fetched_at=NOW
    )
    archive.close()
    return replace(article, warc=archive.name, warc_offset=offset)


def address_of(article: StoredArticle) -> str:
    """Of its page; what it names as its own may be anything."""
    return f"https://first.test/{article.page}"


def row_in_ledger(article: StoredArticle) -> dict[str, Any]:
    return {
        "url": address_of(article), "warc": article.warc, "warc_offset": article.warc_offset,
        "archived_at": None, "archived_bytes": None,
    }  # fmt: skip


def raw_pages(folder: Path, *articles: StoredArticle) -> RawPages:
    rows = {one.page: row_in_ledger(one) for one in articles if one.warc is not None}
    return RawPages(folder / "archive", rows.get)


def identity(name: str, article: StoredArticle) -> str:
    """What tells an article in a format."""
    return article.url if name in ("rss", "atom", "csl", "bibtex", "warc") else str(article.id)


def read_back(name: str, files: dict[str, bytes]) -> list[str]:
    """The articles in what was exported, read by others than who wrote it."""
    if name == "md":
        fronts = [yaml.safe_load(page.decode().split("---\n")[1]) for page in files.values()]
        return [str(front["id"]) for front in fronts]
    return READERS[name](files[""])  # a format that is new has its reader here


def _read_csv(body: bytes) -> list[str]:
    return [row["id"] for row in csv.DictReader(io.StringIO(body.decode(), newline=""))]


def _read_jsonl(body: bytes) -> list[str]:
    return [str(json.loads(line)["id"]) for line in body.decode().splitlines()]


def _read_parquet(body: bytes) -> list[str]:
    rows = pytest.importorskip("pyarrow.parquet").read_table(io.BytesIO(body)).to_pylist()
    return [str(row["id"]) for row in rows]


def _read_warc(body: bytes) -> list[str]:
    records = [one for one in ArchiveIterator(io.BytesIO(body)) if one.rec_type == "response"]
    return [one.rec_headers.get_header("WARC-Target-URI") for one in records]


def _read_csl(body: bytes) -> list[str]:
    return [one.get("URL", "") for one in json.loads(body)]


def _read_bibtex(body: bytes) -> list[str]:
    entries = body.decode().split("\n@misc{")[1:]
    found = [re.search(r"^  url = \{(.*)\},$", one, re.MULTILINE) for one in entries]
    return [one[1] if one else "" for one in found]


def _read_feed(body: bytes) -> list[str]:
    root = ET.fromstring(body)
    spaced = {"a": "http://www.w3.org/2005/Atom"}
    items = root.findall("channel/item") or root.findall("a:entry", spaced)
    found = []
    for item in items:
        assert (
            item.findtext("title") is not None or item.findtext("a:title", None, spaced) is not None
        )
        link = item.find("a:link", spaced)
        found.append(item.findtext("link") or ("" if link is None else link.get("href") or ""))
    return found


READERS = {
    "csv": _read_csv, "jsonl": _read_jsonl, "parquet": _read_parquet, "warc": _read_warc,
    "csl": _read_csl, "bibtex": _read_bibtex, "rss": _read_feed, "atom": _read_feed,
}  # fmt: skip


def test_feeds_are_read_as_feeds(tmp_path: Path, about: About) -> None:
    import feedparser

    for kind in ("rss", "atom"):
        body = exported(kind, [stored(1, title="A < B & “C”")], tmp_path / kind, about)[""]
        told = feedparser.parse(body)
        assert not told.bozo, told.get("bozo_exception")
        (entry,) = told.entries
        assert entry.title in ("A < B & “C”", "A &lt; B &amp; “C”")
        assert entry.link == "https://first.test/1"
        assert "Police came." in entry.content[0].value
        assert time.gmtime(NOW.timestamp())[:6] == entry.published_parsed[:6]


def test_rows_name_every_column_once() -> None:
    fields = set(asdict(stored(1)))
    assert {name for name, _ in columns_of(with_text=True)} <= fields


@settings(deadline=None)
@given(st.text())
def test_any_text_is_a_text_in_xml(text: str) -> None:
    read = ET.fromstring(f"<r>{element('title', text, kind=text)}</r>")[0]
    assert (read.text or "") == clean_controls(text).replace("\ufffe", "").replace("\uffff", "")


@settings(deadline=None)
@given(st.text() | st.text("{}\\"))
def test_no_text_ends_a_field_of_bibtex(text: str) -> None:
    said = dict(bibtex._fields(stored(1, title=text, author=text, outlet_name=text)))
    for field in said.values():
        # As BibTeX counts: a backslash before a brace changes nothing.
        depths = list(accumulate({"{": 1, "}": -1}.get(one, 0) for one in field))
        assert depths[-1] == 0
        assert all(depth > 0 for depth in depths[:-1]) or "{" not in field
        assert "\n" not in field


@settings(deadline=None)
@given(st.text())
def test_no_cell_of_a_spreadsheet_is_a_formula(text: str) -> None:
    cell = defuse(text)
    assert cell in (text, f"'{text}")
    assert not cell.startswith(("=", "@"))
    assert not re.match(r"[+-](?![\d.])", cell)
