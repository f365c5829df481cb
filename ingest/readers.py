"""The commands that read a corpus; each prints text for people or, with `--json`, objects."""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import TYPE_CHECKING, Any

import click

from ingest.layout import COLUMNS, count
from ingest.terminal import Place, as_json_option, print_json, print_lines, typed

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.corpus import Corpus
    from ingest.items import SeedDocument, SeedSet

__all__ = ["COMMANDS"]

_MOST_NUMBER = 2**63 - 1
#: `https:`, `mailto:`; in `a.test:8080/x` a port follows.
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)

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
    from dataclasses import asdict

    from ingest.standing import standing
    from scheduler.lock import holder_of

    settings = place.settings()
    holder = holder_of(settings.corpus_path)
    return standing(settings) | {"daemon": asdict(holder) if holder else None}


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
@click.argument("which", metavar="ID")
@as_json_option
@click.option("--changes", is_flag=True, help="How its wording changed, word by word.")
@click.pass_obj
def show(place: Place, *, which: str, as_json: bool, changes: bool) -> None:
    """One article to read: origin, reason, copies, text.

    ID is its number, or its address.
    """
    with place.reading() as corpus:
        number = _number_meant(corpus, typed(which))
        article = corpus.article(number)
        if article is None:
            raise click.ClickException(f"no article {number}; `seedbed search` shows the numbers")
        if changes:
            return _show_changes(article, corpus.changes_of(number), as_json=as_json)
        article |= {
            "copies": corpus.copies_of(number),
            "shares": corpus.shared_by(number),
            "translations": corpus.translations_of(corpus.pages_of(number)),
            "revisions": corpus.revisions_of(number),
            "events": corpus.events_of_article(number),
            "left_out": corpus.left_out_of(article=number),
        }
    if as_json:
        return print_json(article)
    from ingest.show import article_lines

    return print_lines(article_lines(article))


def _number_meant(corpus: Corpus, which: str) -> int:
    """The article that a reader means by its number, or by an address in any spelling.

    Raises:
        ClickException: there is none at that address, or it is no address.
    """
    from ingest.urls import address_key

    if which.isdecimal():
        if not 1 <= int(which) <= _MOST_NUMBER:
            raise click.BadParameter(f"{which} is no number of an article", param_hint="ID")
        return int(which)
    if "." not in which:
        raise click.BadParameter("a number, or an address", param_hint="ID")
    url = which if _SCHEME.match(which) else f"https://{which}"
    page = corpus.find_page(address_key(url))
    if page is None or page["article"] is None:
        raise click.ClickException(f"no article is known there; seedbed why {which}")
    if page["outcome"] == "copy":
        click.echo(f"{which} carries article {page['article']}:", err=True)
    return int(page["article"])


def _show_changes(article: dict[str, Any], changes: list[dict[str, Any]], *, as_json: bool) -> None:
    from ingest.revisions import diff
    from ingest.show_changes import change_lines

    if not as_json:
        return print_lines(change_lines(article, changes))
    for change in changes:
        pieces = diff(change.pop("text_before"), change.pop("text_after"))
        change["pieces"] = [[str(piece.side), piece.text] for piece in pieces]
    return print_json(*changes)


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
    from ingest import clock
    from ingest.host_waits import with_wait
    from ingest.urls import address_key, is_fetchable, outlet_of

    if not url:
        raise click.UsageError("no address given")
    if not _SCHEME.match(url):
        url = f"https://{url}"
    key = address_key(url)
    with place.reading() as corpus:
        page, waits = corpus.find_page(key), corpus.waiting_hosts(now=clock.now())
        if page is None:
            is_address = is_fetchable(url)
            outlet = outlet_of(url) if is_address else ""
            polled = corpus.sources_like(key, outlet) if is_address else []
            return {
                "considered": False,
                "url": url,
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
        }


@click.command()
@click.argument("name", required=False)
@as_json_option
@click.option("--raw", is_flag=True, help="Each line as given, marked where cleaning removed it.")
@click.option(
    "--write-clean",
    is_flag=True,
    help="Write the cleaned text of NAME beside it, to be corrected by hand.",
)
@click.option("--fetch", is_flag=True, help="First fetch the pages of addresses among the seeds.")
@click.pass_obj
def seeds(
    place: Place, *, name: str | None, as_json: bool, raw: bool, write_clean: bool, fetch: bool
) -> None:
    """The seed documents once cleaned, and their topic.

    NAME is the number or the file of one of them. A file NAME.clean.txt beside a seed, headline
    first, is taken as its cleaned text.
    """
    from ingest.seedset import guess_of_encoding
    from ingest.show_seeds import seed_lines, seed_rows, unread_lines
    from ingest.workspace import Workspace

    workspace = Workspace.open(place.folder, os.environ)
    workspace.configure_log()
    folder = workspace.settings.seeds_path
    if fetch:
        _fetch(workspace.folder, folder)
    seed_set = workspace.seeds()
    for line in unread_lines(folder):
        click.echo(line, err=True)
    if write_clean:
        if name is None:
            raise click.UsageError("--write-clean needs the NAME of one seed")
        return print_lines(_write_clean(folder, _named(seed_set, typed(name))))
    topic = None
    if name is None:
        from ingest.topic import learn_topic

        topic = learn_topic(seed_set)
    shown = seed_set.documents if name is None else (_named(seed_set, typed(name)),)
    found = ((seed.id, guess_of_encoding(folder, seed)) for seed in shown)
    guessed = {number: encoding for number, encoding in found if encoding}
    if as_json:
        return print_json(*seed_rows(shown, topic, guessed, with_removed=raw))
    columns = shutil.get_terminal_size((COLUMNS, 24)).columns if sys.stdout.isatty() else COLUMNS
    by_hand = frozenset(seed.id for seed in shown if _corrected(folder, seed).is_file())
    return print_lines(
        seed_lines(shown, topic, by_hand, guessed, raw_columns=columns if raw else None)
    )


def _fetch(workspace: Path, folder: Path) -> None:
    from ingest.crawl import fetch_seeds
    from ingest.seedset import addresses_of

    named = addresses_of(folder)  # a line that is no address is said before anything is asked
    if fetch_seeds(workspace):
        raise click.ClickException("the addresses among the seeds could not be fetched")
    missing = sum(not (folder / one.page).is_file() for one in named)
    if missing:  # the spider said which and why
        of_all = f"of {count(len(named), 'address', 'addresses')}"
        click.echo(f"{missing} {of_all} not fetched", err=True)


def _named(seeds: SeedSet, name: str) -> SeedDocument:
    """The one seed that a person means: by number, or by the beginning of its file's name."""
    found = [
        seed
        for seed in seeds.documents
        if str(seed.id) == name or seed.file == name or seed.file.startswith(name)
    ]
    exact = [seed for seed in found if name in {str(seed.id), seed.file}] or found
    if len(exact) != 1:
        known = ", ".join(f"{seed.id} {seed.file}" for seed in exact or seeds.documents)
        raise click.ClickException(
            f"{'no' if not exact else 'more than one'} seed is named {name}: {known}"
        )
    return exact[0]


def _corrected(folder: Path, seed: SeedDocument) -> Path:
    path = folder / seed.file
    return path.with_name(f"{path.stem}.clean.txt")


def _write_clean(folder: Path, seed: SeedDocument) -> list[str]:
    path = _corrected(folder, seed)
    headline = seed.title or "(no headline was found: write it here)"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(f"{headline}\n\n{seed.text}\n")
    except FileExistsError:
        raise click.ClickException(f"{path} is there already; it is left as it is") from None
    except OSError as exc:
        raise click.ClickException(f"cannot write {path}: {exc.strerror}") from exc
    return [f"wrote {path}", "its first line is the headline; from now on it is what the seed says"]


COMMANDS = (status, seeds, runs, search, show, why)
