"""A source: is it well, what did it bring, when did it last speak."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.corpus import browsing_sources as asks
from ingest.corpus.base import parse_iso
from ingest.silence import Heard, is_silent
from ingest.web.pictures import timeline
from ingest.web.views import Block, Entry, Link, Table, View, count, minute

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ingest.web.views import Asked, Cell, Links

__all__ = ["is_quiet", "read"]


def read(connection: Any, asked: Asked) -> View | None:
    source = asks.one_source(connection, asked.number)
    if source is None:
        return None
    links = asked.links
    days = asks.days_of_source(connection, source["id"])
    latest = asks.latest_from(connection, source["id"])
    return View(
        title=source["title"] or source["url"],
        description=f"A source of addresses: {source['kind']}.",
        facts=_facts(source, links, _health(source, asks.arrivals_of(connection, source["id"]))),
        blocks=(
            Block(
                heading="What it brought",
                note="Addresses by what became of them; each is counted where it was named first.",
                table=_brought(connection, links, source["id"]),
            ),
            Block(
                heading="When it brought something new",
                picture=timeline(
                    [(day, pages, 0) for day, pages in days],
                    name="Addresses that nobody had named",
                ),
            ),
            Block(
                heading="What it named last",
                entries=tuple(
                    Entry(
                        when=minute(row["first_seen"]),
                        head=_named(row, links),
                        told=(row["outcome"], row["reason"]),
                    )
                    for row in latest
                ),
            ),
        ),
    )


def is_quiet(last_ok: str | None, arrivals: Iterable[str]) -> bool:
    """Whether a source last heard then should have spoken since it last brought something.

    Args:
        last_ok: ISO 8601 UTC; None: it never answered.
        arrivals: when it brought something, as `arrivals_of` has it.
    """
    heard = parse_iso(last_ok)
    if heard is None:
        return False
    times = tuple(at for one in arrivals if (at := parse_iso(one)) is not None)
    return is_silent(Heard(source=0, url="", outlet=None, last_ok=heard, arrivals=times))


def _health(source: dict[str, Any], arrivals: Sequence[str]) -> str:
    """The state in a word, as the saved query of the sources has it."""
    if source["state"] != "active":
        return str(source["state"])
    if source["failures"]:
        return f"failing, {source['failures']} times in a row"
    if source["last_ok"] is None:
        return "never answered"
    is_well = not is_quiet(source["last_ok"], arrivals)
    return "well" if is_well else "quiet though it should have spoken"


def _facts(source: dict[str, Any], links: Links, health: str) -> tuple[tuple[str, Cell], ...]:
    facts: tuple[tuple[str, Cell], ...] = (
        ("Health", health),
        ("Last error", source["last_error"]),
        ("Address", links.out(source["url"])),
        ("Outlet", links.outlet(source["outlet"])),
        ("Found by", source["found_by"]),
        ("Because", source["because"]),
        ("Polled every", f"{source['every_minutes']} minutes"),
        ("Next due", minute(source["next_due"])),
        ("Last answer", minute(source["last_ok"]) or "never"),
        ("Last something new", minute(source["last_new"])),
        ("New a day", source["new_per_day"]),
        ("Addresses named", count(source["items_seen"])),
        ("Kept of them", source["articles_kept"]),
        ("Moved to", source["moved_to"]),
    )
    return tuple((name, told) for name, told in facts if told not in (None, ""))


def _brought(connection: Any, links: Links, source: int) -> Table:
    return Table(
        names=("outcome", "addresses"),
        rows=tuple(
            (
                row["outcome"],
                links.number(row["pages"], "pages", source=source, outcome=row["outcome"]),
            )
            for row in asks.brought_by(connection, source)
        ),
    )


def _named(row: dict[str, Any], links: Links) -> Link:
    text = row["title"] or row["url"]
    if row["article"] is not None:
        return Link(text=text, href=links.article(row["article"]))
    return Link(text=text, href=links.row("pages", row["id"]))
