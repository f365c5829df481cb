"""A report: one page of HTML that needs nothing else, neither script nor network, and prints."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markupsafe import Markup

from ingest.corpus.base import iso
from ingest.corpus.selection import Selection
from ingest.coverage import completeness_by_week
from ingest.methods import methods_text
from ingest.snapshot import figures_of
from ingest.text import clean_controls
from ingest.web.pictures import timeline, weekly_shares

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from ingest.corpus import Corpus
    from ingest.read_items import StoredArticle

__all__ = ["Period", "report_html"]

_ROWS = 12  # of a table
_ARTICLES = 20
_WEEKS = 26
_STYLE = Markup("""
:root { --seedbed-articles: #276890; --seedbed-copies: #d9822b; --seedbed-ink: #555e6b;
  --seedbed-line: #c9d1d9; color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b1f24; background: #fff; }
h1 { margin-bottom: 0; } h2 { margin: 2rem 0 .5rem; border-bottom: 1px solid var(--seedbed-line); }
.tiles { display: flex; flex-wrap: wrap; gap: 1rem 2rem; padding: 0; list-style: none; }
.tiles b { display: block; font-size: 1.6rem; line-height: 1.2; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0;
  border-bottom: 1px solid var(--seedbed-line); overflow-wrap: anywhere; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
th { overflow-wrap: normal; }
svg { max-width: 100%; height: auto; } a { color: #1a5276; } .note, small { color: #555e6b; }
article { break-inside: avoid; margin: 0 0 1rem; } article p { margin: .1rem 0; }
@media (prefers-color-scheme: dark) { :root { --seedbed-articles: #6db3dd;
  --seedbed-copies: #f0a860; --seedbed-ink: #aab4c0; --seedbed-line: #3a424d; }
  body { color: #e6e9ed; background: #14181d; } a { color: #8cc7f0; }
  .note, small { color: #aab4c0; } }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; }
  tr { break-inside: avoid; } a { color: inherit; text-decoration: none; } }
""")
_PAGE = Markup(
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    '<meta name="referrer" content="no-referrer">\n'
    "<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
    "</body>\n</html>\n"
)

_NUMBERS = frozenset(["articles", "in all", "outlets", "copies"])
_NUMBER = Markup(' class="number"')

Cell = str | int | Markup | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The stretch of time that is told of at length, both aware; the end is not of it."""

    since: datetime
    until: datetime


def report_html(corpus: Corpus, period: Period, *, title: str, version: str, now: datetime) -> str:
    """The page, whole.

    Args:
        version: of Seedbed.
        now: stands at its foot.
    """
    figures = figures_of(corpus, version=version)
    parts = [
        _head(corpus, title),
        *_whole(corpus),
        *_stretch(corpus, period),
        _section("How it was collected", _paragraphs(methods_text(figures))),
        Markup('<p class="note">Made {} UTC with Seedbed {}.</p>').format(
            _minute(iso(now)), version
        ),
    ]
    return str(_PAGE.format(title=_plain(title), style=_STYLE, body=Markup("\n").join(parts)))


def _head(corpus: Corpus, title: str) -> Markup:
    told = corpus.summary()
    names = ("articles", "copies", "outlets", "revisions", "sources", "addresses")
    tiles = Markup().join(
        Markup("<li><b>{}</b> {}</li>").format(f"{told[name]:,}", name) for name in names
    )
    return Markup('<h1>{}</h1>\n<ul class="tiles">{}</ul>').format(_plain(title), tiles)


def _whole(corpus: Corpus) -> Iterator[Markup]:
    picture = timeline(corpus.published_by_day())
    yield _section("Articles and copies by day", picture or _note("Nothing yet."))
    weeks = completeness_by_week(corpus.capture_histories())
    dated = [week for week in weeks if week["week"]][:_WEEKS][::-1]
    if dated:
        drawn = weekly_shares([(w["week"], w["found"], w["low"], w["high"]) for w in dated])
        note = _note("Bars: texts found. Lines: the interval of 95% of how many there are.")
        yield _section("How complete", drawn + note)


def _stretch(corpus: Corpus, period: Period) -> Iterator[Markup]:
    since, until = period.since, period.until
    articles, copies = corpus.count_within(since, until)
    told = f"{articles:,} articles and {copies:,} copies."
    yield _section(f"From {_minute(iso(since))} to {_minute(iso(until))} UTC", _note(told))
    yield _table(
        "Stories",
        ("story", "articles", "in all", "outlets", "first"),
        (
            (row["title"], row["articles"], row["in_all"], row["outlets"], row["first_outlet"])
            for row in corpus.busiest_stories(since, until, limit=_ROWS)
        ),
    )
    yield _table(
        "Outlets",
        ("outlet", "articles", "copies"),
        (
            (row["outlet"], row["articles"], row["copies"])
            for row in corpus.busiest_outlets(since, until, limit=_ROWS)
        ),
    )
    yield _table(
        "Who copied whom",
        ("original", "copying", "copies", "hours later"),
        (
            (row["original"], row["copying"], row["copies"], _hours(row["hours_later"]))
            for row in corpus.copying_in(since, until, limit=_ROWS)
        ),
    )
    yield _table(
        "What was changed",
        ("seen", "outlet", "before", "after", "words"),
        (
            (_minute(row["seen"]), row["outlet"], _linked(row["url"], row["title"]),
             row["new_title"] if row["title_changed"] else "the same headline",
             f"+{row['words_added']:,} -{row['words_removed']:,}")
            for row in corpus.changes_seen_in(since, until, limit=_ROWS)
        ),
    )  # fmt: skip
    yield _articles(corpus, Selection(since=since, until=until))


def _articles(corpus: Corpus, only: Selection) -> Markup:
    latest = list(
        islice(corpus.stream_articles(only=only, is_newest_first=True, with_text=False), _ARTICLES)
    )
    shown = Markup("\n").join(_article(one) for one in latest)
    return _section("The latest articles", shown or _note("None."), level=3)


def _article(one: StoredArticle) -> Markup:
    where = ", ".join(
        filter(
            None,
            [one.outlet, _minute(iso(one.published)) if one.published else "not dated", one.author],
        )
    )
    return Markup(
        "<article><p><b>{}</b><br><small>{}</small></p><p>{}</p>"
        "<p><small>Kept for: {}</small></p></article>"
    ).format(_linked(one.url, one.title), _plain(where), _plain(one.lead), _plain(one.why))


def _section(heading: str, inside: Markup, *, level: int = 2) -> Markup:
    return Markup("<section>\n<h{0}>{1}</h{0}>\n{2}\n</section>").format(level, heading, inside)


def _note(text: str) -> Markup:
    return Markup('<p class="note">{}</p>').format(text)


def _paragraphs(text: str) -> Markup:
    return Markup().join(Markup("<p>{}</p>").format(_plain(one)) for one in text.splitlines())


def _table(heading: str, names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Markup:
    """A table under a heading; empty where there is no row."""
    drawn = [Markup("<tr>{}</tr>").format(Markup().join(map(_cell, row))) for row in rows]
    if not drawn:
        return Markup()
    head = Markup().join(
        Markup('<th scope="col"{}>{}</th>').format(_NUMBER if name in _NUMBERS else "", name)
        for name in names
    )
    table = Markup(
        '<div class="wide"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(head, Markup("\n").join(drawn))
    return _section(heading, table, level=3)


def _cell(value: Cell) -> Markup:
    if isinstance(value, int):
        return Markup("<td{}>{}</td>").format(_NUMBER, f"{value:,}")
    return Markup("<td>{}</td>").format(value if isinstance(value, Markup) else _plain(value or ""))


def _linked(url: str, text: str) -> Markup:
    """A headline, linked to its page where that is one of the web."""
    try:
        is_web = urlsplit(url).scheme in ("http", "https")
    except ValueError:
        is_web = False
    if not is_web:
        return Markup("{}").format(_plain(text))
    return Markup('<a href="{}" rel="noreferrer noopener">{}</a>').format(
        _plain(url), _plain(text) or _plain(url)
    )


def _plain(text: str) -> str:
    return clean_controls(text)


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")


def _hours(hours: Any) -> str:
    return "" if hours is None else f"{hours:.1f}"
