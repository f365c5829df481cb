"""An outlet: its rhythm, how much is its own, whom it copies and who copies it, its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.corpus import browsing_outlets as asks
from ingest.web.pictures import rhythm, stretch_of, timeline
from ingest.web.views import Block, Entry, Link, Table, View, minute, named, share

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.web.pictures import Bar
    from ingest.web.views import Asked, Cell, Links


def read(connection: Any, asked: Asked) -> View | None:
    outlet = asks.one_outlet(connection, asked.key)
    if outlet is None:
        return None
    domain, links = outlet["id"], asked.links
    days = asks.outlet_days(connection, domain)
    return View(
        title=outlet["name"] or domain,
        description=f"{domain}, a publisher of the topic." if outlet["name"] else "",
        facts=_facts(outlet, links),
        feeds=links.feeds("outlet", outlet=domain),
        blocks=(
            Block(
                heading=f"By {stretch_of(days)}",
                picture=timeline(
                    days,
                    link=lambda bar: links.rows("articles", **_in_days(domain, bar)),
                    has_legend=True,
                ),
            ),
            Block(
                heading="When it publishes",
                note="Articles by weekday and hour, UTC.",
                picture=rhythm(asks.hours_of(connection, domain)),
            ),
            Block(
                heading="Whom it copies",
                table=_copied_from(asks.copied_from(connection, domain), links, domain),
            ),
            Block(
                heading="Who copies it",
                table=_copied_by(asks.copied_by(connection, domain), links, domain),
                after=(Link(text="as a picture", href=links.page("matrix", outlet=domain)),),
            ),
            Block(heading="Languages", table=_languages(connection, links, domain)),
            Block(heading="Sources", table=_sources(connection, links, domain)),
            Block(
                heading="Latest articles",
                entries=tuple(
                    Entry(
                        when=minute(row["published"]),
                        head=Link(text=named(row["title"]), href=links.article(row["id"])),
                        told=(row["why"],),
                    )
                    for row in asks.latest_of(connection, domain)
                ),
            ),
        ),
    )


def _in_days(domain: str, bar: Bar) -> dict[str, object]:
    # U comes after the T of a time: all of the last day.
    return {"outlet": domain, "published__gte": bar.first, "published__lt": f"{bar.last}U"}


def _facts(outlet: dict[str, Any], links: Links) -> tuple[tuple[str, Cell], ...]:
    domain, all_texts = outlet["id"], outlet["articles"] + outlet["copies"]
    own = outlet["articles"] / all_texts if all_texts else None
    return (
        ("Articles", links.number(outlet["articles"], "articles", outlet=domain)),
        ("Copies it carries", links.number(outlet["copies"], "copies", outlet=domain)),
        ("Share of its own work", share(own) or "nothing kept"),
        ("Addresses considered", links.number(outlet["addresses"], "pages", outlet=domain)),
        ("Language", outlet["language"] or "not known"),
        ("First article", minute(outlet["first_published"]) or "no date"),
        ("Last article", minute(outlet["last_published"]) or "no date"),
        ("Seen", f"{minute(outlet['first_seen'])} to {minute(outlet['last_seen'])}"),
        ("Front page", links.out(outlet["homepage"]) if outlet["homepage"] else "not known"),
    )


def _copied_from(rows: Iterable[dict[str, Any]], links: Links, domain: str) -> Table:
    return Table(
        names=("from", "copies", "word for word"),
        rows=tuple(
            (
                links.outlet(row["outlet"])
                if row["seed"] is None
                else Link(text=f"seed: {row['outlet']}", href=links.page("seed", row["seed"])),
                links.number(
                    row["copies"],
                    "copies",
                    outlet=domain,
                    **_carried(row),
                    **_but_addresses(row["outlet"], domain),
                ),
                links.number(
                    row["exact"], "copies", outlet=domain, relation="exact", **_carried(row)
                ),
            )
            for row in rows
        ),
    )


def _carried(row: dict[str, Any]) -> dict[str, Any]:
    return {"original": row["outlet"]} if row["seed"] is None else {"seed": row["seed"]}


def _but_addresses(outlet: str | None, domain: str) -> dict[str, object]:
    """Without second addresses of a page within an outlet: these are no copies."""
    return {"relation__not": "same-url"} if outlet == domain else {}


def _copied_by(rows: Iterable[dict[str, Any]], links: Links, domain: str) -> Table:
    return Table(
        names=("by", "copies", "word for word", "hours later"),
        rows=tuple(
            (
                links.outlet(row["outlet"]),
                links.number(
                    row["copies"],
                    "copies",
                    original=domain,
                    outlet=row["outlet"],
                    **_but_addresses(row["outlet"], domain),
                ),
                links.number(
                    row["exact"],
                    "copies",
                    original=domain,
                    outlet=row["outlet"],
                    relation="exact",
                ),
                row["hours_later"],
            )
            for row in rows
        ),
    )


def _languages(connection: Any, links: Links, domain: str) -> Table:
    return Table(
        names=("language", "articles"),
        rows=tuple(
            (
                row["language"] or "not recognised",
                links.number(row["articles"], "articles", outlet=domain, **_in(row["language"])),
            )
            for row in asks.languages_of(connection, domain)
        ),
    )


def _in(language: str | None) -> dict[str, object]:
    return {"language": language} if language else {"language__isnull": 1}


def _sources(connection: Any, links: Links, domain: str) -> Table:
    return Table(
        names=("source", "kind", "state", "addresses", "kept", "failures", "last answer"),
        rows=tuple(
            (
                Link(text=row["url"], href=links.page("source", row["id"])),
                row["kind"],
                row["state"],
                row["items_seen"],
                row["articles_kept"],
                row["failures"],
                minute(row["last_ok"]) or "never",
            )
            for row in asks.outlet_sources(connection, domain)
        ),
    )
