"""The command that tells the whole life of an address."""

from __future__ import annotations

from typing import Any

import click

from ingest.terminal import Place, as_json_option, print_json, print_paged, typed, with_scheme

__all__ = ["COMMANDS"]


@click.command()
@click.argument("url")
@as_json_option
@click.pass_context
def why(ctx: click.Context, *, url: str, as_json: bool) -> None:
    """What became of an address, in any spelling, and why.

    Its whole life: who found it and when, each fetch, each test with its figure and its threshold,
    and what would have changed the verdict. Exit code 1 when it was never considered.
    """
    if url.isascii() and url.isdigit():
        message = f"{url} is no address; `seedbed show {url}` tells of an article by its number"
        raise click.UsageError(message)
    page = _page(ctx.obj, typed(url))
    if page["considered"]:
        page |= _verdict(ctx.obj, page)
    if as_json:
        print_json(page)
    else:
        from ingest.show_life import page_lines

        print_paged(page_lines(page))
    if not page["considered"]:
        ctx.exit(1)


def _verdict(place: Place, page: dict[str, Any]) -> dict[str, Any]:
    """Each test with its figure, and what would have changed the verdict."""
    from dataclasses import asdict

    from ingest.life import trials_of, would_change
    from ingest.topic import Topic

    said = place.settings().topic
    with place.reading() as corpus:
        stored = corpus.state("topic")
        text = corpus.text_of(page["id"])
    topic = Topic.from_json(stored) if stored else None
    trials = trials_of(
        page,
        topic=topic,
        threshold=said.threshold,
        headline_threshold=said.headline_threshold,
        language=text.language if text else None,
    )
    return {
        "tests": [asdict(one) for one in trials],
        "would_change": would_change(page, trials, topic=topic, text=text),
    }


def _page(place: Place, url: str) -> dict[str, Any]:
    from ingest import clock
    from ingest.host_waits import with_wait
    from ingest.urls import address_key, is_fetchable, outlet_of

    if not url:
        raise click.UsageError("no address given")
    asked, url = url, with_scheme(url)
    key = address_key(url)
    with place.reading() as corpus:
        page, waits = corpus.find_page(key), corpus.waiting_hosts(now=clock.now())
        if page is None:
            # One bare word is no host that anybody could have named.
            is_address = any(one in asked for one in ".:/") and is_fetchable(url)
            outlet = outlet_of(url) if is_address else ""
            polled = corpus.sources_like(key, outlet) if is_address else []
            return {
                "considered": False,
                "url": url if is_address else asked,
                "key": key,
                "is_address": is_address,
                "outlet": outlet,
                "addresses_of_outlet": corpus.addresses_of(outlet) if is_address else 0,
                "polled_as": [with_wait(source, waits) for source in polled],
            }
        leads = page["article"] if page["outcome"] == "article" else None
        return {
            "considered": True,
            **with_wait(page, waits),
            "asked": None if page["key"] == key else url,
            "claim": corpus.doubted_claim_of(page["id"]),
            "gone_since": corpus.gone_since(page["id"]),
            "polled_as": corpus.sources_like(page["key"], page["outlet"]),
            "carries": corpus.carried_by(page["id"]),
            "shares": corpus.shared_by(leads) if leads else [],
            "events": corpus.events_of_page(page["id"]),
            "fetches": corpus.fetches_of(page["id"]),
            "left_out": corpus.left_out_of(page=page["id"]),
            "routes": corpus.routes_of(page["id"]),
            "refused": corpus.refusal_of(page["id"]),
            "translations": corpus.hints_of([page["id"]]),
            "copies": corpus.copies_of(leads) if leads else [],
            "revisions": corpus.revisions_at(page["id"]),
            "story": corpus.story_of_article(page["article"]) if page["article"] else None,
        }


COMMANDS = (why,)
