"""The command `seedbed`: the composition root, which may import everything, and does so late.

Readers print text for people, or with `--json` one JSON object a line. Times are UTC.

Exit codes: 0 done, 1 failure, 2 usage, 3 configuration, 4 no source reachable, 5 another daemon
holds this corpus, 6 partial, 130 interrupted.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingest.errors import ConfigError, IngestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ingest.config import Settings
    from ingest.corpus import Corpus

__all__ = ["main", "seedbed"]

EXIT_INTERRUPTED = 130
_LATEST = 5

_EPILOG = """\b
Exit codes: 0 done, 1 failure, 2 usage, 3 configuration,
4 no source reachable, 5 another daemon holds this corpus,
6 partial, 130 interrupted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a command works; settings are read when it asks for them, so `--help` never fails."""

    named: Path | None

    @property
    def folder(self) -> Path:
        from ingest.config import find_workspace

        return self.named.absolute() if self.named else find_workspace(Path.cwd(), os.environ)

    def settings(self) -> Settings:
        from ingest.config import load_settings

        return load_settings(self.folder, os.environ)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Corpus]:
        """The corpus, for reading alone."""
        from ingest.corpus import Corpus

        with contextlib.closing(Corpus(self.settings().corpus_path, readonly=True)) as corpus:
            yield corpus


_as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
_limited = click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Rows at most."
)


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  # click calls it so
    if wanted and not ctx.resilient_parsing:
        from ingest.config import seedbed_version

        click.echo(f"seedbed {seedbed_version()}")
        ctx.exit()


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog=_EPILOG,
)
@click.option(
    "-w",
    "--workspace",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder to work in; else the nearest one upwards that is a workspace.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version.",
)
@click.pass_context
def seedbed(ctx: click.Context, workspace: Path | None) -> None:
    """Grow one SQLite file with everything written about the story of your seeds.

    Without a command: the status of this workspace.
    """
    ctx.obj = _Place(named=workspace)
    if ctx.invoked_subcommand is None:
        ctx.invoke(status)


def _print(lines: Iterable[str]) -> None:
    click.echo("\n".join(lines))


def _print_json(*rows: Mapping[str, Any]) -> None:
    from ingest.layout import json_line

    for row in rows:
        click.echo(json_line(row))


def _typed(text: str) -> str:
    """What was typed, without bytes that no text can hold."""
    from ingest.text import clean_controls

    return clean_controls(text).strip()


@seedbed.command()
@_as_json
@click.pass_obj
def status(place: _Place, *, as_json: bool) -> None:
    """What there is: articles, copies, sources, the last run."""
    told = _status(place)
    if as_json:
        _print_json(told)
    else:
        from ingest.show import status_lines

        _print(status_lines(told))


def _status(place: _Place) -> dict[str, Any]:
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


@seedbed.command()
@_as_json
@click.option("--failing", is_flag=True, help="Only those whose last poll failed.")
@click.pass_obj
def sources(place: _Place, *, as_json: bool, failing: bool) -> None:
    """Where addresses come from, and what each source gave."""
    with place.reading() as corpus:
        rows = corpus.all_sources(failing=failing)
    if as_json:
        return _print_json(*rows)
    from ingest.show import source_lines

    return _print(source_lines(rows))


@seedbed.command()
@_as_json
@_limited
@click.pass_obj
def runs(place: _Place, *, as_json: bool, limit: int) -> None:
    """The last runs and what came of them, the newest first."""
    with place.reading() as corpus:
        rows = corpus.latest_runs(limit)
    if as_json:
        return _print_json(*rows)
    from ingest.show import run_lines

    return _print(run_lines(rows))


@seedbed.command()
@click.argument("words", nargs=-1, required=True)
@_as_json
@_limited
@click.pass_obj
def search(place: _Place, *, words: tuple[str, ...], as_json: bool, limit: int) -> None:
    """Articles that hold all WORDS, the best match first.

    SQLite's full-text language works too: '"a phrase"', 'putin*', 'baku NOT grand'.
    """
    from ingest.corpus.reading import SearchSyntaxError
    from ingest.show import search_lines, without_marks

    with place.reading() as corpus:
        try:
            rows = corpus.search(_typed(" ".join(words)), limit=limit)
        except SearchSyntaxError as exc:
            raise click.UsageError(
                f"the search cannot be read: {exc}; put plain words, or a phrase in double quotes"
            ) from exc
    if as_json:
        return _print_json(*({**row, "snippet": without_marks(row["snippet"])} for row in rows))
    return _print(search_lines(rows))


@seedbed.command()
@click.argument("number", metavar="ID", type=click.IntRange(min=1, max=2**63 - 1))
@_as_json
@click.pass_obj
def show(place: _Place, *, number: int, as_json: bool) -> None:
    """Read the article ID: where it is from, why it was kept, its copies, its text."""
    with place.reading() as corpus:
        article = corpus.article(number)
        if article is None:
            raise click.ClickException(f"no article {number}; `seedbed search` shows the numbers")
        article |= {
            "copies": corpus.copies_of(number),
            "revisions": corpus.revisions_of(number),
        }
    if as_json:
        return _print_json(article)
    from ingest.show import article_lines

    return _print(article_lines(article))


@seedbed.command()
@click.argument("url")
@_as_json
@click.pass_context
def why(ctx: click.Context, *, url: str, as_json: bool) -> None:
    """What became of URL, in any of its spellings, and why.

    Exit code 1 when it was never considered.
    """
    page = _page(ctx.obj, _typed(url))
    if as_json:
        _print_json(page)
    else:
        from ingest.show import page_lines

        _print(page_lines(page))
    if not page["considered"]:
        ctx.exit(1)


def _page(place: _Place, url: str) -> dict[str, Any]:
    from ingest.urls import address_key, outlet_of

    if "://" not in url:
        url = f"https://{url}"
    with place.reading() as corpus:
        page = corpus.find_page(address_key(url), url)
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


@seedbed.command()
@_as_json
@click.option("--raw", is_flag=True, help="Show each line that cleaning removed, and its rule.")
@click.pass_obj
def seeds(place: _Place, *, as_json: bool, raw: bool) -> None:
    """The seed documents once cleaned, and the topic learned from them."""
    from ingest.topic import learn_topic
    from ingest.workspace import Workspace

    seed_set = Workspace(folder=place.folder, settings=place.settings()).seeds()
    topic = learn_topic(seed_set)
    from ingest.show import seed_lines, seed_rows

    if as_json:
        return _print_json(*seed_rows(seed_set, topic, with_removed=raw))
    return _print(seed_lines(seed_set, topic, with_removed=raw))


@seedbed.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.argument("seeds", metavar="SEED…", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.pass_obj
def init(_place: _Place, *, folder: Path, seeds: tuple[Path, ...]) -> None:
    """Make DIR a workspace, with each SEED (a text, or a folder of texts) in its seeds/.

    What is there already is left as it is.
    """
    from ingest.newspace import make_workspace

    _print(make_workspace(folder, seeds))


@seedbed.command()
@click.option("--once", is_flag=True, help="Do every job that is due, then stop.")
@click.pass_context
def run(ctx: click.Context, *, once: bool) -> None:
    """Keep the corpus up to date: the daemon."""
    from ingest.workspace import Workspace
    from scheduler.daemon import run_once, serve

    place: _Place = ctx.obj
    workspace = Workspace(folder=place.folder, settings=place.settings())
    workspace.configure_log()
    ctx.exit(run_once(workspace) if once else serve(workspace))


def _pairs(
    _ctx: click.Context, option: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    pairs = dict(text.partition("=")[::2] for text in texts)
    if bad := [text for text in texts if "=" not in text]:
        raise click.BadParameter(f"{bad[0]!r} is not of the form NAME=VALUE", param=option)
    return pairs


@seedbed.command()
@click.argument("spider")
@click.option("-a", "arguments", multiple=True, callback=_pairs, metavar="NAME=VALUE",
              help="Argument of the spider; may be repeated.")
@click.option("-s", "overrides", multiple=True, callback=_pairs, metavar="NAME=VALUE",
              help="Scrapy setting; may be repeated.")
@click.pass_context
def crawl(
    ctx: click.Context, *, spider: str, arguments: dict[str, str], overrides: dict[str, str]
) -> None:
    """Run one source kind once; the same as `scrapy crawl SPIDER`."""
    from ingest.mistakes import did_you_mean

    if spider not in (known := _spider_names()):
        hint = did_you_mean(spider, known) or f"; there are {', '.join(known)}"
        raise click.UsageError(f"no spider {_typed(spider)!r}{hint}")
    from ingest.crawl import run_crawl
    from ingest.show import run_line
    from ingest.workspace import Workspace

    place: _Place = ctx.obj
    workspace = Workspace(folder=place.folder, settings=place.settings())
    workspace.configure_log()
    with _stopped_by_signals() as (stop, hurry):
        report = run_crawl(
            workspace.folder,
            spider,
            corpus_path=workspace.settings.corpus_path,
            trigger="command",
            arguments=arguments,
            overrides=overrides,
            stop=stop,
            hurry=hurry,
        )
    ...


def _spider_names() -> list[str]:
    """The names of the spiders, which are those of their modules."""
    import pkgutil

    import spiders

    return sorted(
        module.name for module in pkgutil.iter_modules(spiders.__path__) if module.name != "base"
    )
