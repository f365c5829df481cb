"""A run: what it asked, what came of it, how long it took, what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.corpus import browsing_sources as asks
from ingest.web.views import Block, Entry, Link, Table, View, count, minute, named

if TYPE_CHECKING:
    from ingest.web.views import Asked, Cell, Links


def read(connection: Any, asked: Asked) -> View | None:
    number = asked.number
    run = asks.one_run(connection, number)
    if run is None:
        return None
    links = asked.links
    return View(
        title=f"Run {number}: {run['spider']}",
        description=f"Started {minute(run['started'])} UTC by {run['trigger']}.",
        facts=_facts(run, links),
        blocks=(
            Block(
                heading="How its fetches ended",
                table=Table(
                    names=("outcome", "fetches"),
                    rows=tuple(
                        (
                            row["outcome"],
                            links.number(
                                row["fetches"], "fetches", run=number, outcome=row["outcome"]
                            ),
                        )
                        for row in asks.run_outcomes(connection, number)
                    ),
                ),
            ),
            Block(
                heading="What went wrong",
                table=Table(
                    names=("outcome", "why", "fetches", "for example"),
                    rows=tuple(
                        (
                            row["outcome"],
                            row["reason"],
                            row["fetches"],
                            Link(text=row["url"], href=links.row("pages", row["page"])),
                        )
                        for row in asks.run_trouble(connection, number)
                    ),
                ),
            ),
            Block(
                heading="Articles it found",
                entries=tuple(
                    Entry(
                        when=minute(row["published"]),
                        head=Link(text=named(row["title"]), href=links.article(row["id"])),
                        told=(links.outlet(row["outlet"]), row["why"]),
                    )
                    for row in asks.run_articles(connection, number)
                ),
            ),
        ),
    )


def _facts(run: dict[str, Any], links: Links) -> tuple[tuple[str, Cell], ...]:
    facts: tuple[tuple[str, Cell], ...] = (
        ("Outcome", run["outcome"]),
        ("What went wrong", run["message"]),
        ("Seconds", None if run["seconds"] is None else round(run["seconds"], 1)),
        ("Requests", count(run["requests"])),
        ("Sources asked", count(run["polled"])),
        ("Of these without a useful answer", count(run["polls_failed"])),
        ("Addresses never seen before", count(run["found"])),
        ("Pages fetched", links.number(run["fetched"], "fetches", run=run["id"])),
        # As counted when it closed; what of it stands today in which table changes with the corpus.
        ("New articles", count(run["new_articles"])),
        ("Copies", count(run["copies"])),
        ("Revisions", links.number(run["revisions"], "revisions", run=run["id"])),
        ("Bytes of pages", count(run["bytes"])),
        ("Seedbed", run["version"]),
    )
    return tuple((name, told) for name, told in facts if told is not None)
