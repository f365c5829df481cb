"""An article to read: its text, why it was kept, who carried it, how it changed, its life."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.corpus import Corpus
from ingest.corpus.browsing_article import counts_of, neighbours, page_line, story_of
from ingest.corpus.patience import in_time
from ingest.corpus.saying import said_of
from ingest.web.prose import changed, paragraphs, read_reason
from ingest.web.views import Link, minute, named, share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from ingest.web.prose import Reason
    from ingest.web.views import Asked, Cell, Links

__all__ = ["ArticlePage", "Change", "Copy", "read"]

_MOST_COPIES, _MOST_CHANGES, _MOST_FETCHES, _MOST_EVENTS, _NEIGHBOURS = 200, 20, 50, 50, 5
_SHARED_LIMIT_MS = 100  # to look up what is no copy among what shares words with it
_MOST_CHARS = 30_000  # of a wording that is held against the next, so that no page takes seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A page that carries the article, or shares words with it."""

    when: str
    later: str
    outlet: Cell
    relation: str
    similarity: float | None
    title: str
    page: Cell
    passage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of the wording."""

    seen: str
    title: Markup | None  #: None: the headline stayed
    text: Markup
    words: str
    where: Cell  #: the page, where it is a copy's


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """What the page of an article shows."""

    number: int
    title: str
    standfirst: str
    facts: tuple[tuple[str, Cell], ...]
    notes: tuple[str, ...]
    reason: Reason
    relevance: float
    seed: Link | None
    language: str
    body: Markup
    copies: tuple[Copy, ...]
    copies_more: int
    shared: tuple[Copy, ...] | None  #: None: it takes too long to tell
    shared_more: bool  #: there are others
    changes: tuple[Change, ...]
    changes_more: int
    events: tuple[tuple[str, str, str], ...]
    events_more: int
    story: Link | None
    before: tuple[dict[str, Any], ...]
    after: tuple[dict[str, Any], ...]
    ledger: tuple[tuple[str, Cell], ...]
    fetches: tuple[dict[str, Any], ...]
    fetches_in_all: int
    page: int  #: whose fetches they are
    label: Mapping[str, Any]
    row: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """All that is asked, before anything is drawn: wordings take long to compare, rows may not."""

    article: dict[str, Any]
    counts: dict[str, int]
    copies: list[dict[str, Any]]
    shared: list[dict[str, Any]] | None
    changes: list[dict[str, Any]]
    events: list[dict[str, Any]]
    story: dict[str, Any] | None
    before: list[dict[str, Any]]
    after: list[dict[str, Any]]
    line: dict[str, Any]
    fetches: list[dict[str, Any]]
    label: Mapping[str, Any]


def read(connection: Any, asked: Asked) -> ArticlePage | None:
    corpus = Corpus.over(connection, Path("corpus.db"))
    article = corpus.article(asked.number)
    return None if article is None else _drawn(_rows(connection, corpus, article), asked.links)


def _rows(connection: Any, corpus: Corpus, article: dict[str, Any]) -> _Rows:
    number = article["id"]
    story, line = story_of(connection, number), page_line(connection, number)
    before, after = neighbours(connection, number, _NEIGHBOURS) if story else ([], [])
    return _Rows(
        article=article,
        counts=counts_of(connection, number),
        copies=corpus.copies_of(number, first=_MOST_COPIES),
        shared=in_time(
            connection,
            _SHARED_LIMIT_MS,
            lambda _: corpus.shared_by(number, first=_MOST_COPIES + 1),
            None,
        ),
        changes=corpus.changes_of(number, latest=_MOST_CHANGES),
        events=corpus.events_of_article(number, latest=_MOST_EVENTS),
        story=story,
        before=before,
        after=after,
        line=line,
        fetches=corpus.fetches_of(line["id"], latest=_MOST_FETCHES),
        label=said_of(connection, line["id"]),
    )


def _drawn(told: _Rows, links: Links) -> ArticlePage:
    article, shared = told.article, told.shared
    reason = read_reason(article["why"])
    return ArticlePage(
        number=article["id"],
        title=named(article["title"]),
        standfirst=article["standfirst"] or "",
        facts=_facts(article, links),
        notes=_notes(article),
        reason=reason,
        relevance=article["relevance"],
        seed=_seed(article, reason, links),
        language=article["language"] or "",
        body=paragraphs(article["text"], reason),
        copies=tuple(_copy(row, links) for row in told.copies),
        copies_more=told.counts["copies"] - len(told.copies),
        shared=None
        if shared is None
        else tuple(_shared(row, links) for row in shared[:_MOST_COPIES]),
        shared_more=len(shared or ()) > _MOST_COPIES,
        changes=tuple(_change(row, article, links) for row in told.changes),
        changes_more=told.counts["changes"] - len(told.changes),
        events=tuple((minute(row["at"]), row["kind"], row["detail"]) for row in told.events),
        events_more=told.counts["events"] - len(told.events),
        story=Link(text=named(told.story["title"]), href=links.page("story", told.story["id"]))
        if told.story
        else None,
        before=tuple(_neighbour(row, links) for row in told.before),
        after=tuple(_neighbour(row, links) for row in told.after),
        ledger=_ledger(_unrepeated(told.line, article["why"]), links),
        fetches=tuple(_unrepeated(row, article["why"]) for row in told.fetches),
        fetches_in_all=told.counts["fetches"],
        page=told.line["id"],
        label=told.label,
        row=links.row("articles", article["id"]),
    )


def _facts(article: Mapping[str, Any], links: Links) -> tuple[tuple[str, Cell], ...]:
    doubt = article["published_confidence"]
    published = minute(article["published"]) or "no date stated"
    if doubt is not None and doubt < 0.5:  # noqa: PLR2004 (a day that is rather wrong than right)
        published += f" (sure to {share(doubt)})"
    archived = f"https://web.archive.org/web/*/{article['url']}"
    told: tuple[tuple[str, Cell], ...] = (
        ("Outlet", Link(text=article["outlet_name"] or article["outlet"],
                        href=links.page("outlet", article["outlet"]))),
        ("Published", published),
        ("Changed", _changed_at(article)),
        ("By", article["author"]),
        ("Agency", article["agency"]),
        ("Section", article["section"]),
        ("Language", article["language"]),
        ("Words", f"{article['words']:,}"),
        ("Page", links.out(article["url"], "as it is on the web")),
        ("Elsewhere", links.out(archived, "in the Wayback Machine, if it has it")),
    )  # fmt: skip
    return tuple((name, value) for name, value in told if value)


def _changed_at(article: Mapping[str, Any]) -> str:
    """When its page says that it was changed; nothing where that is when it was published."""
    changed_at = minute(article["modified"])
    return "" if changed_at == minute(article["published"]) else changed_at


def _notes(article: Mapping[str, Any]) -> tuple[str, ...]:
    notes = []
    if article["gone_since"]:
        notes.append(f"Its address answers no more since {minute(article['gone_since'])} UTC.")
    if article["kind"] == "stub":
        notes.append("Only what stands before the paywall.")
    if article["kind"] == "live":
        notes.append("A live blog: one article with many changes.")
    return tuple(notes)


def _seed(article: Mapping[str, Any], reason: Reason, links: Links) -> Link | None:
    if article["seed"] is None:
        return None
    return Link(text=reason.seed or article["seed_file"], href=links.page("seed", article["seed"]))


def _copy(row: Mapping[str, Any], links: Links) -> Copy:
    return Copy(
        when=minute(row["published"]),
        later=_later(row["hours_later"]),
        outlet=links.outlet(row["outlet"]),
        relation=row["relation"],
        similarity=row["similarity"],
        title=row["title"],
        page=links.out(row["url"], "page"),
        passage=row["passage"] or "",
    )


def _shared(row: Mapping[str, Any], links: Links) -> Copy:
    page: Cell = links.out(row["url"], "page") if row["url"] else None
    if row["article"]:
        page = Link(text="article", href=links.article(row["article"]))
    elif row["seed"]:
        page = Link(text="seed", href=links.page("seed", row["seed"]))
    return Copy(
        when="",
        later="",
        outlet=links.outlet(row["outlet"]) or "a seed document",
        relation=row["relation"],
        similarity=row["share"],
        title=row["title"] or "",
        page=page,
        passage=row["passage"] or "",
    )


def _later(hours: float | None) -> str:
    if hours is None:
        return "time unknown"
    if hours == 0:
        return "at the same time"
    ago = abs(hours)
    said = f"{ago * 60:.0f} min" if ago < 1 else f"{ago:.1f} h" if ago < 48 else f"{ago / 24:.0f} d"  # noqa: PLR2004
    return f"{said} {'later' if hours > 0 else 'earlier'}"


def _change(row: Mapping[str, Any], article: Mapping[str, Any], links: Links) -> Change:
    return Change(
        seen=minute(row["seen"]),
        title=changed(row["title"], row["new_title"]) if row["title_changed"] else None,
        text=changed(row["text_before"][:_MOST_CHARS], row["text_after"][:_MOST_CHARS]),
        words=f"+{row['words_added']} −{row['words_removed']} words",
        where=None if row["url"] == article["url"] else links.out(row["url"]),
    )


def _neighbour(row: Mapping[str, Any], links: Links) -> dict[str, Any]:
    return {
        "when": minute(row["published"]),
        "link": Link(text=named(row["title"]), href=links.article(row["id"])),
        "outlet": row["outlet"],
    }


def _unrepeated(row: Mapping[str, Any], why: str) -> dict[str, Any]:
    """A row without its reason where that is what the page says already."""
    return {**row, "reason": None} if row["reason"] == why else dict(row)


def _ledger(line: Mapping[str, Any], links: Links) -> tuple[tuple[str, Cell], ...]:
    told: tuple[tuple[str, Cell], ...] = (
        ("Line", Link(text=f"page {line['id']}", href=links.row("pages", line["id"]))),
        ("Outcome", f"{line['outcome']}: {line['reason']}" if line["reason"] else line["outcome"]),
        ("Found by", line["found_by"]),
        ("Named by", Link(text=line["source_url"], href=links.page("source", line["source"]))
         if line["source"] else None),
        ("First seen", minute(line["first_seen"])),
        ("Last fetched", minute(line["last_fetched"])),
        ("Next look", minute(line["next_check"])),
        ("Raw page", f"{line['warc']} at byte {line['warc_offset']:,}" if line["warc"] else None),
        ("Run", Link(text=str(line["run"]), href=links.page("run", line["run"]))),
        ("Read by", line["extractor"]),
    )  # fmt: skip
    return tuple((name, value) for name, value in told if value)
