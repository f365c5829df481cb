"""A workspace with the texts of the demo taken in, for tests that teach its topic."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from ingest.archive import Archive
from ingest.corpus.fingerprints import INDEXED_ROWS
from ingest.demo.texts import DemoText, load_texts, seed_files, seed_texts
from ingest.extract import PageRead, read_page
from ingest.intake import Intake
from ingest.rejudge import before_run
from ingest.workspace import Workspace
from tests.postgres import workspace_environment
from tests.rows import NOW, fetched, gated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from ingest.corpus import Corpus

TEXTS = load_texts()


@dataclass(frozen=True)
class Print:
    """A page as a web server would send it."""

    url: str
    title: str
    paragraphs: tuple[str, ...]
    published: datetime

    @property
    def body(self) -> bytes:
        prose = "".join(f"<p>{escape(line)}</p>" for line in self.paragraphs)
        title = escape(self.title)
        return (
            f"<!doctype html><html><head><title>{title}</title>"
            f'<meta property="article:published_time" content="{self.published.isoformat()}">'
            f"</head><body><article><h1>{title}</h1>{prose}</article></body></html>"
        ).encode()


def print_of(text: DemoText, host: str = "", **more: Any) -> Print:
    host = host or f"{text.outlet or 'seeds'}.test"
    facts: dict[str, Any] = {
        "url": f"http://{host}/{text.slug}",
        "title": text.title,
        "paragraphs": text.paragraphs,
        "published": text.published,
    }
    return Print(**(facts | more))


def all_prints() -> list[Print]:
    """Every text of the demo, some of them twice, and the prose of the seeds."""
    firsts = [print_of(text) for text in TEXTS]
    again = [
        print_of(text, "mirror.test", published=text.published + timedelta(hours=3))
        for text in TEXTS[::4]
    ]
    return firsts + again + [print_of(text) for text in seed_texts()]


def seeds_of(texts: Iterable[DemoText]) -> dict[str, bytes]:
    return {
        f"{text.slug}.txt": "\n".join([text.title, *text.paragraphs]).encode() for text in texts
    }


@contextmanager
def opened(
    folder: Path, seeds: Mapping[str, bytes] | None = None, toml: str = ""
) -> Iterator[tuple[Workspace, Corpus]]:
    workspace = make_workspace(folder, seeds, toml)
    corpus = workspace.corpus()
    try:
        yield workspace, corpus
    finally:
        corpus.close()


def make_workspace(
    folder: Path, seeds: Mapping[str, bytes] | None = None, toml: str = ""
) -> Workspace:
    (folder / "seeds").mkdir(parents=True, exist_ok=True)
    for old in (folder / "seeds").iterdir():
        old.unlink()
    for name, body in (seeds or seed_files()).items():
        (folder / "seeds" / name).write_bytes(body)
    (folder / "seedbed.toml").write_text(toml, encoding="utf-8")
    return Workspace.open(folder, workspace_environment(folder))


@cache
def read_by(reader: Callable[..., PageRead], one: Print) -> PageRead:
    """What a page says to a reader (a test may put in another); each is read once for all tests."""
    return reader(one.body, one.url, "utf-8", "text/html", now=NOW)


def crawl(
    workspace: Workspace, corpus: Corpus, prints: Iterable[Print], *, capture: str | None = None
) -> None:
    """Take pages in as one run would, archive and all; or as captures of an archive."""
    knowledge = before_run(workspace, corpus, now=NOW)
    run = corpus.start_run(spider="feeds", trigger="command", version="test", now=NOW)
    intake = Intake(corpus, knowledge, workspace.settings, run)
    archive = Archive(workspace.settings.archive_path, run=run, spider="feeds")
    for one in prints:
        corpus.offer([gated(one.url)], run=run, now=NOW)
        page = page_of(corpus, one.url)
        offset = archive.append(
            url=one.url, status=200, headers=[("Content-Type", "text/html; charset=utf-8")],
            body=one.body, fetched_at=NOW,
        )  # fmt: skip
        response = fetched(
            page, one.url, body=one.body, warc=archive.name, warc_offset=offset, encoding="utf-8",
            capture=capture,
        )  # fmt: skip
        intake.take_page(response, read_by(read_page, one))
    archive.close()
    corpus.finish_run(run, outcome="finished", requests=0, message=None, now=NOW)


def page_of(corpus: Corpus, url: str) -> int:
    page = corpus._value("SELECT id FROM pages WHERE url = ?", (url,))
    assert isinstance(page, int), url
    return page


# What a reader can tell apart; numbers of rows are given in order of arrival.
_KEPT_ROWS = (
    """SELECT p.key, a.title, a.relevance, s.file AS seed, a.why, a.copies, a.published
    FROM articles a JOIN pages p ON p.id = a.page LEFT JOIN seeds s ON s.id = a.seed
    ORDER BY p.key""",
    """SELECT p.key, c.relation, c.similarity, c.passage, c.hours_later, o.key AS article, s.file
    FROM copies c JOIN pages p ON p.id = c.page LEFT JOIN articles a ON a.id = c.article
    LEFT JOIN pages o ON o.id = a.page LEFT JOIN seeds s ON s.id = c.seed
    ORDER BY p.key, o.key, s.file""",
    # What is far off topic is not read again; its line says what it was judged by.
    """SELECT key, outcome, next_check, iif(outcome = 'off-topic', '', reason) AS reason
    FROM pages ORDER BY key""",
    """SELECT p.key, t.relevance, t.is_related, t.why FROM texts t JOIN pages p ON p.id = t.page
    ORDER BY p.key""",
    f"""SELECT f.hash, p.key, s.file FROM {INDEXED_ROWS} f LEFT JOIN pages p ON p.id = f.document
    LEFT JOIN seeds s ON s.id = -f.document ORDER BY f.hash, p.key, s.file""",
)


def snapshot(corpus: Corpus) -> list[list[dict[str, Any]]]:
    return [corpus._rows(question) for question in _KEPT_ROWS]
