"""A report: one page of HTML that needs nothing else, neither script nor network, and prints.

It tells of the whole corpus in pictures, and of some days at length.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ingest.corpus.selection import Selection
from ingest.coverage import completeness_by_week
from ingest.methods import methods_text
from ingest.report_paper import (
    figure,
    foreign,
    linked,
    note,
    page,
    paragraphs,
    plain,
    section,
    table,
)
from ingest.snapshot import figures_of
from ingest.times import iso
from ingest.web.matrix import Cell, copy_matrix
from ingest.web.pictures import count_of, stretch_of, timeline, weekly_shares
from ingest.web.prose import changed
from ingest.web.views import minute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ingest.corpus import Corpus
    from ingest.methods import Figures
    from ingest.read_items import StoredArticle

__all__ = ["Period", "report_html"]

_ROWS = 12  # of a table
_PAIRS = 100_000  # of outlets; the picture folds what it has no room for
_ARTICLES = 20
_WEEKS = 26
_NAMES = 12
_TILES = (
    ("articles", "article", "articles"),
    ("copies", "copy", "copies"),
    ("outlets", "outlet", "outlets"),
    ("revisions", "earlier wording", "earlier wordings"),
    ("sources", "source", "sources"),
    ("sources_failing", "source failing", "sources failing"),
    ("addresses", "address considered", "addresses considered"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The stretch of time that is told of at length, both aware; the end is not of it."""

    since: datetime
    until: datetime

    @property
    def name(self) -> str:
        """As people say it; whole days by their dates, the last one included."""
        since, until = (at.astimezone(UTC) for at in (self.since, self.until))
        if any(at.time() != at.min.time() for at in (since, until)):
            return f"From {minute(iso(since))} to {minute(iso(until))} UTC"
        last = until - timedelta(days=1)
        if last.date() <= since.date():
            return f"On {since.date()}"
        return f"From {since.date()} to {last.date()}"


def report_html(corpus: Corpus, period: Period, *, title: str, version: str, now: datetime) -> str:
    """The page, whole.

    Args:
        corpus: read as of one moment.
        period: told of at length.
        title: of the page.
        version: of Seedbed.
        now: stands at its foot.
    """
    with corpus.at_one_moment():
        histories = corpus.capture_histories()
        figures = figures_of(corpus, version=version, histories=histories)
        parts = [
            *_head(corpus, title),
            *_whole(corpus, figures, completeness_by_week(histories)),
            *_stretch(corpus, period),
            section("How it was collected", paragraphs(methods_text(figures))),
            note(f"Made {minute(iso(now))} UTC with Seedbed {version}. Days and times are UTC."),
        ]
    return page(title, parts)


def _head(corpus: Corpus, title: str) -> Iterator[Markup]:
    yield Markup("<h1>{}</h1>").format(plain(title))
    if names := corpus.leading_names(most=_NAMES):
        yield note(f"Topic: {', '.join(names)}")
    told = corpus.summary()
    tiles = Markup().join(
        Markup("<li><b>{}</b> {}</li>").format(f"{told[key]:,}", one if told[key] == 1 else many)
        for key, one, many in _TILES
        if told[key] or key != "sources_failing"
    )
    yield Markup('<ul class="tiles">{}</ul>').format(tiles)


def _whole(corpus: Corpus, figures: Figures, weeks: list[dict[str, Any]]) -> Iterator[Markup]:
    days = corpus.published_by_day()
    yield section(
        f"Articles and copies by {stretch_of(days)}",
        figure(timeline(days), ", by date of publication", has_key=True) or note("Nothing yet."),
    )
    dated = [week for week in weeks if week["week"]][:_WEEKS][::-1]
    if dated:
        drawn = weekly_shares([(w["week"], w["found"], w["low"], w["high"]) for w in dated])
        caption = "Bars: texts found. Lines: the interval of 95% of how many there are, at least."
        yield section("How complete", figure(drawn, caption) + note(_completeness(figures)))


def _completeness(figures: Figures) -> str:
    told = figures.completeness
    if told["estimated"] is None:
        return f"Over all weeks it cannot be told: {told['lacks']}."
    return (
        f"Over all weeks {told['found']:,} texts were found, of about {round(told['estimated']):,} "
        f"that there are at least ({told['low']:,} to {told['high']:,} with 95%)."
    )


def _stretch(corpus: Corpus, period: Period) -> Iterator[Markup]:
    since, until = period.since, period.until
    articles, copies = corpus.count_within(since, until)
    told = f"{count_of(articles, 'article')} and {count_of(copies, 'copy', 'copies')}."
    days = corpus.days_within(since, until)
    name = f"Articles and copies by {stretch_of(days)} of these days"
    caption = ", by date of publication; one without a date counts by when it was found"
    picture = figure(timeline(days, name=name), caption, has_key=True)
    yield section(period.name, note(told) + picture)
    yield from _tables(corpus, period)
    yield _changes(corpus, period)
    yield _articles(corpus, Selection(since=since, until=until), articles)


def _tables(corpus: Corpus, period: Period) -> Iterator[Markup]:
    since, until = period.since, period.until
    yield table(
        "Stories",
        ("story", "articles", "outlets", "in all", "first told by"),
        (
            (foreign(row["title"]), row["articles"], row["outlets"], row["in_all"],
             row["first_outlet"])
            for row in corpus.busiest_stories(since, until, limit=_ROWS)
        ),
    )  # fmt: skip
    yield table(
        "Most copied",
        ("article", "outlet", "published", "copies"),
        (
            (linked(row["url"], row["title"], row["language"]), row["outlet"],
             (row["published"] or "")[:10], row["copies"])
            for row in corpus.most_copied_in(since, until, limit=_ROWS)
        ),
    )  # fmt: skip
    yield table(
        "Outlets",
        ("outlet", "articles", "copies"),
        (
            (row["outlet"], row["articles"], row["copies"])
            for row in corpus.busiest_outlets(since, until, limit=_ROWS)
        ),
    )
    pairs = corpus.copying_in(since, until, limit=_PAIRS)
    cells = [
        Cell(original=row["original"], copying=row["copying"], copies=row["copies"])
        for row in pairs
    ]
    caption = "Down: who published a text first; across: who carried it, in these days."
    yield table(
        "Who copied whom",
        ("original", "copying", "copies", "hours later"),
        (
            (row["original"], row["copying"], row["copies"], row["hours_later"])
            for row in pairs[:_ROWS]
        ),
        above=figure(copy_matrix(cells), caption),
    )


def _changes(corpus: Corpus, period: Period) -> Markup:
    return table(
        "What was changed",
        ("seen", "outlet", "headline", "words"),
        (
            (minute(row["seen"]), row["outlet"], _headline(row),
             f"+{row['words_added']:,} −{row['words_removed']:,}")
            for row in corpus.changes_seen_in(period.since, period.until, limit=_ROWS)
        ),
    )  # fmt: skip


def _headline(row: dict[str, Any]) -> Markup:
    if not row["title_changed"]:
        return linked(row["url"], row["title"])
    diff = changed(plain(row["title"]), plain(row["new_title"]))
    return Markup("{}<br>{}").format(linked(row["url"], row["new_title"]), diff)


def _articles(corpus: Corpus, only: Selection, count: int) -> Markup:
    latest = list(
        islice(corpus.stream_articles(only=only, is_newest_first=True, with_text=False), _ARTICLES)
    )
    shown = Markup("\n").join(_article(one) for one in latest)
    if count > len(latest):
        shown += note(f"These are {len(latest)} of {count:,}.")
    return section("The latest articles", shown or note("None."), level=3)


def _article(one: StoredArticle) -> Markup:
    published = minute(iso(one.published)) if one.published else "not dated"
    where = ", ".join(filter(None, [one.outlet, published, one.author]))
    return Markup(
        "<article><p><b>{}</b><br><small>{}</small></p><p>{}</p>"
        "<p><small>Kept for: {}</small></p></article>"
    ).format(linked(one.url, one.title, one.language), plain(where),
             foreign(one.lead, one.language), plain(one.why))  # fmt: skip
