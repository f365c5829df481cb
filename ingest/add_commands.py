"""The command that takes addresses and files, and finds out by itself what they are."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.layout import count
from ingest.terminal import as_json_option, print_json, print_lines, typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ingest.adding import Added
    from ingest.workspace import Workspace

__all__ = ["COMMANDS"]

_NAMES = {"feed": "a feed", "sitemap": "a sitemap", "robots": "a robots.txt", "opml": "OPML",
          "site": "a site", "article": "an article"}  # fmt: skip
_NAMED = {
    "feed": ("entry", "entries"),
    "sitemap": ("address", "addresses"),
    "robots": ("sitemap", "sitemaps"),
    "opml": ("subscription", "subscriptions"),
    "site": ("link", "links"),
}
_UNREACHABLE, _PARTIAL = 4, 6
_SHOWN = 5  # sources of one line


@click.command()
@click.argument("what", metavar="URL|FILE…", nargs=-1, required=True)
@as_json_option
@click.option("-n", "--dry-run", is_flag=True, help="Say what it is, and add nothing.")
@click.pass_context
def add(ctx: click.Context, *, what: tuple[str, ...], as_json: bool, dry_run: bool) -> None:
    """Add a feed, a sitemap, a site, an article or a list.

    What it is, is found out by fetching it once, by the manners of every crawl. An article is
    fetched and judged at once; feeds of its outlet are proposed. FILE may be OPML, or addresses
    one a line. Exit code 2 when a file is not there, 4 when nothing answered, 6 when some did
    not, 1 when nothing could be added.
    """
    from ingest import clock
    from ingest.adding import enter, is_lost_file, look
    from ingest.workspace import Workspace

    if lost := [typed(one) for one in what if is_lost_file(typed(one))]:
        raise click.UsageError(f"no such file: {', '.join(lost)}")
    workspace = Workspace.open(ctx.obj.folder, os.environ)
    workspace.configure_log()
    now = clock.now()
    seen = look(workspace, [typed(one) for one in what], now=now)
    if not dry_run:
        seen = enter(workspace, seen, now=now)
    if as_json:
        print_json(*(one.row() for one in seen))
    else:
        print_lines(line for one in seen for line in _lines(one, is_dry=dry_run))
    articles = [one.url for one in seen if one.what.kind == "article" and one.url]
    code = _exit_code(seen)
    if articles and not dry_run:
        code = _fetch(workspace, articles, is_quiet=as_json) or code
    ctx.exit(code)


def _lines(added: Added, *, is_dry: bool) -> Iterator[str]:
    what, said = added.what, typed(added.given)
    if added.error:
        yield f"{said}: {typed(added.error)}"
        if added.is_kept:
            yield "  kept as a page that you gave: the next run asks for it, once it may"
        elif added.known:
            yield "  known already"
        return
    if what.kind == "nothing":
        yield f"{said}: nothing that could be added: {typed(what.why)}"
        return
    names = _NAMED.get(what.kind)
    named = f", {count(what.named, *names)}" if names else ""
    title = f" {typed(what.title)!r}" if what.title else ""
    moved = f" at {added.url}" if added.url and added.url.rstrip("/") != said.rstrip("/") else ""
    yield f"{said}: {_NAMES[what.kind]}{title}{named}{moved}"
    if is_dry:
        return
    yield from _listed("added", added.entered)
    yield from _listed("proposed", added.proposed)
    if added.known and not added.entered:
        yield "  known already"


def _listed(verb: str, sources: Sequence[tuple[str, str]]) -> Iterator[str]:
    for kind, url in sources[:_SHOWN]:
        yield f"  {verb}: {kind} {url}"
    if len(sources) > _SHOWN:
        yield f"  {verb}: {len(sources) - _SHOWN} more; seedbed sources"


def _exit_code(seen: Sequence[Added]) -> int:
    failed = [one for one in seen if one.error]
    useless = [one for one in seen if not one.error and one.what.kind == "nothing"]
    if len(failed) == len(seen):
        return _UNREACHABLE
    if len(failed) + len(useless) == len(seen):
        return 1
    return _PARTIAL if failed or useless else 0


def _fetch(workspace: Workspace, articles: Sequence[str], *, is_quiet: bool) -> int:
    """Have pages fetched and judged, as given by a person; an exit code."""
    from ingest.crawl import run_crawl
    from ingest.show import report_lines
    from scheduler.jobs import exit_code

    with tempfile.TemporaryDirectory(prefix="seedbed-") as folder:
        named = Path(folder) / "articles.txt"
        named.write_text("\n".join(articles), "utf-8")
        report = run_crawl(
            workspace.folder,
            "urls",
            corpus_path=workspace.settings.corpus_path,
            trigger="command",
            arguments={"file": str(named)},
        )
    if not is_quiet:
        print_lines(report_lines(report))
    return exit_code([report])


COMMANDS = (add,)
