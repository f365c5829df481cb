"""The front page: what the topic is, how much there is, what is new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from ingest.corpus import browsing_front as asks
from ingest.corpus.base import iso
from ingest.corpus.patience import in_time
from ingest.coverage import completeness_row
from ingest.web.pictures import stretch_of, timeline
from ingest.web.prose import Reason, read_reason
from ingest.web.views import Link, count, minute, named, share

if TYPE_CHECKING:
    from collections.abc import Callable

    from markupsafe import Markup

    from ingest.web.pictures import Bar
    from ingest.web.views import Asked, Links

__all__ = ["Card", "Front", "Tile", "read"]

_LATEST, _STORIES, _NAMES, _TITLE_NAMES = 12, 10, 12, 3
_LIMIT_MS = 200  # of one part; a part that takes longer is left out, and said to be
_COMPLETENESS_LIMIT_MS = 500  # it counts every text; all the others together take 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A figure that leads to what was counted."""

    figure: str
    name: str
    href: str
    is_alarm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An article among the latest."""

    title: Link
    published: str  # where the article has no date, when it was first seen
    is_dated: bool
    outlet: Link
    language: str
    copies: int
    reason: Reason
    lead: str
    story: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What the front page shows; a part that took too long is None and named in `slow`."""

    title: str  #: the strongest names of the topic; empty: it has none
    names: tuple[str, ...]
    seeds: tuple[Link, ...]
    tiles: tuple[Tile, ...]
    timeline: Markup | None
    stretch: str  #: that a bar of the timeline is
    cards: tuple[Card, ...]
    stories: tuple[dict[str, Any], ...]
    last_run: dict[str, Any]
    copy_of: dict[str, Any]  #: the `database` of a cluster and `as_of` when; empty: of none
    slow: tuple[str, ...]
    feeds: tuple[Link, ...]


def read(connection: Any, asked: Asked) -> Front:
    slow: list[str] = []

    def part(name: str, ask: Callable[[Any], Any], limit_ms: int = _LIMIT_MS) -> Any:
        found = in_time(connection, limit_ms, ask, None)
        if found is None:
            slow.append(name)
        return found

    links = asked.links
    since = iso(asked.now - timedelta(days=1))
    told = part("the figures", partial(asks.counts, since=since))
    whole = part("completeness", asks.route_counts, _COMPLETENESS_LIMIT_MS)
    seeds = part("the seeds", asks.seeds) or []
    topic = part("the topic", asks.topic_state) or {}
    names = asks.leading_names(topic, most=_NAMES)
    days = part("the timeline", asks.days)
    latest = part("the latest articles", partial(asks.latest, limit=_LATEST))
    stories = part("the stories", partial(asks.stories, limit=_STORIES))
    return Front(
        title=", ".join(names[:_TITLE_NAMES]),
        names=names,
        seeds=tuple(
            Link(text=seed["title"] or seed["file"], href=links.page("seed", seed["id"]))
            for seed in seeds
        ),
        tiles=(*_tiles(told, since, links), _found_share(whole, links)),
        timeline=timeline(days, link=partial(_published_in, links)) if days else None,
        stretch=stretch_of(days or ()),
        cards=tuple(_card(row, links) for row in latest or ()),
        stories=tuple(_story(row, links) for row in stories or ()),
        last_run=part("the last run", asks.next_times) or {},
        copy_of=part("of what it is a copy", asks.copy_of) or {},
        slow=tuple(slow),
        feeds=(
            Link(text="Atom feed", href=links.feed("latest", "atom")),
            Link(text="JSON feed", href=links.feed("latest", "json")),
        ),
    )


def _found_share(counted: list[tuple[list[str], int]] | None, links: Links) -> Tile:
    """What was found of what there is; the estimate of that is too low (docs/completeness.md)."""
    found = completeness_row(counted or ())["share"]
    figure, name = ("?", "share found") if found is None else (
        f"≈ {share(found)}", "share found, or less"
    )  # fmt: skip
    return Tile(figure=figure, name=name, href=links.page("completeness"))


def _tiles(told: dict[str, int] | None, since: str, links: Links) -> tuple[Tile, ...]:
    if told is None:
        return ()
    lists = (
        ("articles", "articles", links.rows("articles", _sort_desc="published"), False),
        ("copies", "copies found", links.rows("copies"), False),
        ("outlets", "outlets", links.rows("outlet_summary"), False),
        ("changed", "changes after publication", links.rows("changes"), False),
        ("new", "new since yesterday",
         links.rows("articles", first_seen__gte=since, _sort_desc="first_seen"), False),
        ("failing", "sources failing", links.rows("sources", state="active", failures__gt=0),
         told["failing"] > 0),
    )  # fmt: skip
    return tuple(
        Tile(figure=count(told[key]), name=name, href=href, is_alarm=is_alarm)
        for key, name, href, is_alarm in lists
    )


def _published_in(links: Links, bar: Bar) -> str:
    last = bar.last + timedelta(days=1)
    return links.rows("articles", published__gte=bar.first, published__lt=last, _sort="published")


def _card(row: dict[str, Any], links: Links) -> Card:
    return Card(
        title=Link(text=named(row["title"]), href=links.article(row["id"])),
        published=minute(row["published"] or row["first_seen"]),
        is_dated=row["published"] is not None,
        outlet=Link(text=row["outlet"], href=links.page("outlet", row["outlet"])),
        language=row["language"] or "",
        copies=row["copies"],
        reason=read_reason(row["why"]),
        lead=row["lead"],
        story=Link(text=named(row["story_title"]), href=links.page("story", row["story"]))
        if row["story"] is not None
        else None,
    )


def _story(row: dict[str, Any], links: Links) -> dict[str, Any]:
    return row | {"title": named(row["title"]), "href": links.page("story", row["id"])}
