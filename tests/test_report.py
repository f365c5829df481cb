from __future__ import annotations

import re
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from ingest.cli import main
from ingest.corpus import Corpus
from tests.filled import SCRIPT, add_article, add_page, fill
from tests.rows import NOW

pytest.importorskip("markupsafe", reason="its pictures need it")
from ingest.report import Period, report_html

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = Period(since=NOW - timedelta(days=400), until=NOW + timedelta(days=400))
_VOID = {"meta", "br", "rect", "path", "link", "img"}


class Page(HTMLParser):
    """Every element is closed where it must be; what may load something is noted."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.links: list[str] = []
        self.headings: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "href" and tag == "a":
                self.links.append(value or "")
            elif name in ("src", "href", "srcset", "data", "poster") or name.startswith("on"):
                self.loads.append(f"{tag} {name}={value}")
        if tag in ("script", "iframe", "object", "embed", "img", "link", "base", "form"):
            self.loads.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A `rect` and its like."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, text: str) -> None:
        if self.open and self.open[-1] in ("h1", "h2", "h3"):
            self.headings.append(text)


def told(corpus: Corpus, period: Period = WHOLE, **more: Any) -> str:
    facts: dict[str, Any] = {"title": "Baku & Moscow", "version": "1.2", "now": NOW}
    return report_html(corpus, period, **(facts | more))


def test_a_report_needs_nothing_but_itself(tmp_path: Path) -> None:
    with closing(fill(tmp_path / "corpus.db")) as corpus:
        text = told(corpus)
    page = Page(text)
    assert page.loads == []
    assert "@import" not in text
    assert "url(" not in text
    assert page.links
    assert all(link.startswith(("http://", "https://")) for link in page.links)
    assert page.headings[:2] == ["Baku & Moscow", "Articles and copies by day"]
    assert {"Stories", "Outlets", "What was changed", "The latest articles"} <= set(page.headings)
    assert "<svg" in text


def test_what_a_site_writes_stays_text(tmp_path: Path) -> None:
    with closing(fill(tmp_path / "corpus.db")) as corpus:
        add_page(corpus, 900, outlet="first.test", outcome="article")
        add_article(
            corpus, 900, title=SCRIPT, outlet="first.test", lead=f"{SCRIPT} & more", why=SCRIPT,
            url="javascript:alert(1)", author='"><img src=x onerror=alert(1)>', published=None,
        )  # fmt: skip
        text = told(corpus, title=SCRIPT)
    assert "<script" not in text
    page = Page(text)
    assert page.loads == []
    assert not [link for link in page.links if link.startswith("javascript")]


def test_only_the_stretch_asked_for_is_told_at_length(tmp_path: Path) -> None:
    with closing(fill(tmp_path / "corpus.db")) as corpus:
        everything = told(corpus)
        nothing = told(
            corpus, Period(since=NOW - timedelta(days=9000), until=NOW - timedelta(days=8000))
        )
        texts = [at.isoformat() for one in corpus.stream_articles() if (at := one.published)]
        day = timedelta(days=1)
        counts = [corpus.count_within(NOW - day * n, NOW - day * (n - 1)) for n in range(9, -9, -1)]
    assert sum(articles for articles, _ in counts) >= len(texts) > 1
    assert max(articles for articles, _ in counts) < sum(articles for articles, _ in counts)
    assert "<article>" in everything
    assert "<article>" not in nothing
    assert "0 articles and 0 copies" in nothing


def test_pictures_and_tables_say_the_same(tmp_path: Path) -> None:
    with closing(fill(tmp_path / "corpus.db")) as corpus:
        text = told(corpus)
        articles, copies = corpus.count_within(WHOLE.since, WHOLE.until)
        days = corpus.days_within(WHOLE.since, WHOLE.until)
        pairs = corpus.copying_in(WHOLE.since, WHOLE.until, limit=9)
        web = corpus._rows("SELECT original, copying, copies FROM who_copied_whom")
    assert articles == sum(day[1] for day in days) == 2
    assert copies == sum(day[2] for day in days) == 2
    assert [{key: row[key] for key in web[0]} for row in pairs] == web
    assert f"<title>{pairs[0]['copying']} carries 1 text of {pairs[0]['original']}</title>" in text
    assert text.count('<span class="key copies"></span>') == 2


def test_a_changed_headline_shows_what_was_changed(tmp_path: Path) -> None:
    with closing(fill(tmp_path / "corpus.db")) as corpus:
        text = told(corpus)
    assert "<del>questioned</del> <ins>detained</ins>" in text


@pytest.mark.parametrize(
    ("days", "hours", "name"),
    [
        (1, 0, "On 2025-07-01"),
        (31, 0, "From 2025-07-01 to 2025-07-31"),
        (1, 2, "From 2025-07-01 00:00 to 2025-07-02 02:00 UTC"),
    ],
)
def test_whole_days_are_named_by_their_dates(days: int, hours: int, name: str) -> None:
    first = datetime(2025, 7, 1, tzinfo=UTC)
    assert Period(since=first, until=first + timedelta(days=days, hours=hours)).name == name


def test_words_of_a_site_name_their_language(tmp_path: Path) -> None:
    with closing(fill(tmp_path / "corpus.db")) as corpus:
        text = told(corpus)
    assert '<span lang="ru" dir="auto">' in text  # its address is none of the web
    assert 'lang="en" dir="auto">Editor detained</a>' in text


def test_an_empty_corpus_gives_a_page(corpus: Corpus) -> None:
    text = told(corpus)
    Page(text)
    assert "Nothing yet." in text


def test_equal_corpora_give_equal_pages(tmp_path: Path) -> None:
    pages = []
    for name in ("a.db", "b.db"):
        with closing(fill(tmp_path / name)) as corpus:
            pages.append(told(corpus))
    assert pages[0] == pages[1]


def test_what_is_dear_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    histories = Corpus.capture_histories

    def counted(corpus: Corpus) -> Any:
        asked.append(1)
        return histories(corpus)

    monkeypatch.setattr(Corpus, "capture_histories", counted)
    with closing(fill(tmp_path / "corpus.db")) as corpus:
        report_html(corpus, WHOLE, title="x", version="1", now=NOW)
    assert len(asked) == 1


def test_a_report_is_of_one_moment(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    with closing(fill(path)) as writer, closing(Corpus(path, readonly=True)) as corpus:
        with corpus.at_one_moment():
            before = corpus.summary()["articles"]
            add_page(writer, 900, outlet="first.test", outcome="article")
            add_article(writer, 900, title="Late", outlet="first.test", published=None)

            assert corpus.count_within(WHOLE.since, NOW + timedelta(days=9999))[0] == before
        assert corpus.summary()["articles"] == before + 1


def test_the_command_writes_a_page(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "seedbed.toml").write_text("")
    fill(tmp_path / "corpus.db").close()
    asked = ["-w", str(tmp_path), "report"]
    days = ["--since", "2025-07-01", "--until", "2025-07-31"]
    out = tmp_path / "new" / "out.html"
    out.parent.mkdir()
    assert main([*asked, str(out), *days]) == 0
    assert main([*asked, "-", *days]) == 0
    printed = capsysbinary.readouterr().out
    made = re.compile(rb"Made [0-9: -]+ UTC")
    assert made.sub(b"", printed) == made.sub(b"", out.read_bytes())
    assert b"<h2>From 2025-07-01 to 2025-07-31</h2>" in printed
    assert main([*asked, str(out), "--since", "2025-07-02", "--until", "2025-07-01"]) == 2
    assert [one.name for one in out.parent.iterdir()] == ["out.html"]


def test_the_command_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "corpus.db").close()
    monkeypatch.setitem(sys.modules, "markupsafe", None)
    assert main(["-w", str(tmp_path), "report", str(tmp_path / "out.html")]) == 1
    assert "pip install -c constraints.txt '.[web]'" in capsys.readouterr().err
    assert not (tmp_path / "out.html").exists()
