"""The commands that read a corpus; each prints text for people or, with `--json`, objects."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from ingest.terminal import Place, as_json_option, print_json, print_lines, typed

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["COMMANDS"]

_LATEST = 5

_limited = click.option(
    "-n",
    "--limit",
    type=click.IntRange(1, 1_000_000),
    default=20,
    show_default=True,
    help="Rows at most.",
)


@click.command()
@as_json_option
@click.pass_obj
def status(place: Place, *, as_json: bool) -> None:
    """What there is, and what was done last."""
    told = _status(place)
    if as_json:
        print_json(told)
    else:
        from ingest.show import status_lines

        print_lines(status_lines(told))


def _status(place: Place) -> dict[str, Any]:
    settings = place.settings()
    told: dict[str, Any] = {
        "name": settings.name,
        "workspace": str(settings.workspace),
        "seeds": settings.paths.seeds,
        "seed_files": _count_files(settings.seeds_path),
        "corpus": settings.paths.corpus,
        "summary": None,
    }
    if not settings.corpus_path.exists():
        return told
    with place.reading() as corpus:
        return told | {
            "corpus_bytes": settings.corpus_path.stat().st_size,
            "summary": corpus.summary(),
            "outcomes": corpus.counts_by_outcome(),
            "last_run": next(iter(corpus.latest_runs(1)), None),
            "latest": corpus.latest_articles(_LATEST),
        }


def _count_files(folder: Path) -> int:
    return sum(path.is_file() for path in folder.iterdir()) if folder.is_dir() else 0


@click.command()
@as_json_option
@click.option("--failing", is_flag=True, help="Only those whose last poll failed.")
@click.pass_obj
def sources(place: Place, *, as_json: bool, failing: bool) -> None:
    """Where addresses come from; what each source gave."""
    with place.reading() as corpus:
        rows = corpus.all_sources(failing=failing)
    if as_json:
        return print_json(*rows)
    from ingest.show import source_lines

    return print_lines(source_lines(rows))


@click.command()
@as_json_option
@_limited
@click.pass_obj
def runs(place: Place, *, as_json: bool, limit: int) -> None:
    """The last runs and what came of them."""
    with place.reading() as corpus:
        rows = corpus.latest_runs(limit)
    if as_json:
        return print_json(*rows)
    from ingest.show import run_lines

    return print_lines(run_lines(rows))


@click.command()
@click.argument("words", nargs=-1, required=True)
@as_json_option
@_limited
@click.pass_obj
def search(place: Place, *, words: tuple[str, ...], as_json: bool, limit: int) -> None:
    """Articles that hold all the words, the best first.

    SQLite's full-text language works too: '"a phrase"', 'putin*', 'baku NOT grand'.
    """
    from ingest.corpus.reading import SearchSyntaxError
    from ingest.show import search_lines, without_marks

    with place.reading() as corpus:
        try:
            rows = corpus.search(typed(" ".join(words)), limit=limit)
        except SearchSyntaxError as exc:
            raise click.UsageError(
                f"the search cannot be read: {exc}; put plain words, or a phrase in double quotes"
            ) from exc
    if as_json:
        return print_json(*({**row, "snippet": without_marks(row["snippet"])} for row in rows))
    return print_lines(search_lines(rows))


@click.command()
@click.argument("number", metavar="ID", type=click.IntRange(min=1, max=2**63 - 1))
@as_json_option
@click.pass_obj
def show(place: Place, *, number: int, as_json: bool) -> None:
    """One article to read: origin, reason, copies, text."""
    with place.reading() as corpus:
        article = corpus.article(number)
        if article is None:
            raise click.ClickException(f"no article {number}; `seedbed search` shows the numbers")
        article |= {
            "copies": corpus.copies_of(number),
            "revisions": corpus.revisions_of(number),
        }
    if as_json:
        return print_json(article)
    from ingest.show import article_lines

    return print_lines(article_lines(article))


@click.command()
@click.argument("url")
@as_json_option
@click.pass_context
def why(ctx: click.Context, *, url: str, as_json: bool) -> None:
    """What became of an address, in any spelling, and why.

    Exit code 1 when it was never considered.
    """
    page = _page(ctx.obj, typed(url))
    if as_json:
        print_json(page)
    else:
        from ingest.show import page_lines

        print_lines(page_lines(page))
    if not page["considered"]:
        ctx.exit(1)


def _page(place: Place, url: str) -> dict[str, Any]:
    from ingest.urls import address_key, outlet_of

    if "://" not in url:
        url = f"https://{url}"
    with place.reading() as corpus:
        page = corpus.find_page(address_key(url))
        if page is None:
            outlet = outlet_of(url)
            return {
                "considered": False,
                "url": url,
                "key": address_key(url),
                "outlet": outlet,
                "addresses_of_outlet": corpus.addresses_of(outlet),
            }
        return {
            "considered": True,
            **page,
            "carries": corpus.carried_by(page["id"]),
            "fetches": corpus.fetches_of(page["id"]),
        }


@click.command()
@as_json_option
@click.option("--raw", is_flag=True, help="Show each line that cleaning removed, and its rule.")
@click.pass_obj
def seeds(place: Place, *, as_json: bool, raw: bool) -> None:
    """The seed documents once cleaned, and their topic."""
    from ingest.show import seed_lines, seed_rows
    from ingest.topic import learn_topic
    from ingest.workspace import Workspace

    seed_set = Workspace.open(place.folder, os.environ).seeds()
    topic = learn_topic(seed_set)
    if as_json:
        return print_json(*seed_rows(seed_set, topic, with_removed=raw))
    return print_lines(seed_lines(seed_set, topic, with_removed=raw))


COMMANDS = (status, seeds, sources, runs, search, show, why)
