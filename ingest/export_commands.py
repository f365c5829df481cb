"""The commands that hand a corpus to others: an export, a snapshot, a report."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingest.layout import wrapped
from ingest.selecting import selected, with_dates, with_filters
from ingest.terminal import Place, as_json_option, print_json, print_lines, typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from ingest.config import Settings
    from ingest.corpus import Corpus
    from ingest.export.frame import About, Format
    from ingest.export_files import RawPages
    from ingest.read_items import StoredArticle

__all__ = ["COMMANDS"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Formats(click.ParamType[str]):
    """The name of a format; they are looked up when one is asked for, so `--help` stays quick."""

    name = "format"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from ingest.export import formats
        from ingest.mistakes import did_you_mean

        known = formats()
        if value in known:
            return value
        hint = did_you_mean(value, known) or f"; there are {', '.join(known)}"
        return self.fail(f"no format {typed(value)}{hint}", param, ctx)

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002  # click gives it
        param: click.Parameter,  # noqa: ARG002  # the same
        incomplete: str,
    ) -> list[Any]:
        from click.shell_completion import CompletionItem

        from ingest.export import formats

        return [
            CompletionItem(name, help=one.told)
            for name, one in formats().items()
            if name.startswith(incomplete)
        ]


class _WithFormats(click.Command):
    """Its help names every format that there is; they are looked up when somebody asks for it."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from ingest.export import formats

        super().format_help_text(ctx, formatter)
        with formatter.section("Formats"):
            formatter.write_dl([(name, one.told) for name, one in formats().items()])


@click.command(cls=_WithFormats)
@click.argument("kind", metavar="FORMAT", type=_Formats())
@click.argument("out", required=False, type=click.Path(path_type=Path))
@with_filters
@click.option("--words", default="", help="That hold these words, as `search` reads them.")
@click.option(
    "--min-relevance", type=click.FloatRange(0, 1), default=0.0, help="At least so related, 0..1."
)
@click.option(
    "--text/--no-text", "with_text", default=None,
    help="With the texts, or without; tables have them, feeds and references do not.",
)  # fmt: skip
@as_json_option
@click.pass_obj
def export(
    place: Place,
    /,
    *,
    as_json: bool,
    kind: str,
    out: Path | None,
    words: str,
    min_relevance: float,
    with_text: bool | None,
    **filters: Any,
) -> None:
    """Write articles in another format.

    OUT is a file, or a folder where the format makes one; without it, or with -, standard output.
    With --json the command says on standard output what it wrote to OUT.
    """
    from ingest.corpus.searching import SearchSyntaxError
    from ingest.export import formats
    from ingest.export_files import RawPages

    chosen = formats()[kind]
    texts = chosen.has_text if with_text is None else with_text
    settings = place.settings()
    _spare_workspace(settings, out)
    _need_folder_of(out)
    with place.reading() as corpus:
        pages = RawPages(settings.archive_path, corpus.archived)
        about = _about(corpus, settings, pages, with_text=texts)
        try:
            articles = corpus.stream_articles(
                only=selected(corpus, **filters),
                words=typed(words),
                min_relevance=min_relevance,
                is_newest_first=chosen.is_newest_first,
                with_text=texts,
            )
        except SearchSyntaxError as exc:
            raise click.UsageError(
                f"the words cannot be read: {exc}; put plain words, or a phrase in double quotes"
            ) from exc
        _hand_over(chosen, articles, out, about, as_json=as_json)
    _tell_of_missing(pages)


def _tell_of_missing(pages: RawPages) -> None:
    """Say which pages the archive should have and has not.

    Raises:
        ClickException: there are any.
    """
    from ingest.layout import count

    said = []
    if pages.damaged:
        said.append(f"{count(pages.damaged, 'page')} left out: damaged in the archive")
    if pages.misplaced:
        left_out = count(pages.misplaced, "page")
        said.append(f"{left_out} left out: the archive has other pages in their place")
    if said:
        raise click.ClickException("; ".join(said))


def _spare_workspace(settings: Settings, out: Path | None) -> None:
    """Refuse to write over what the workspace lives by, or among the seeds, where it would be one.

    Raises:
        UsageError: it would.
    """
    from ingest.config import FILE_NAME

    if out is None or str(out) == "-":
        return
    target, corpus = out.resolve(), settings.corpus_path.resolve()
    folders = [one.resolve() for one in (settings.seeds_path, settings.archive_path)]
    is_corpus = target.parent == corpus.parent and target.name in {
        corpus.name, *(f"{corpus.name}{end}" for end in ("-wal", "-shm", ".lock"))
    }  # fmt: skip
    is_own = target in [(settings.workspace / name).resolve() for name in (FILE_NAME, "scrapy.cfg")]
    if is_corpus or is_own or any(target.is_relative_to(one) for one in folders):
        raise click.UsageError(f"{typed(str(out))} is of the workspace itself; name another place")


def _need_folder_of(out: Path | None) -> None:
    """Refuse a name in a folder that is not there: more often than not it is mistyped.

    Raises:
        UsageError: there is none.
    """
    if out is not None and str(out) != "-" and not out.absolute().parent.is_dir():
        raise click.UsageError(f"there is no folder {typed(str(out.parent))}; make it first")


def _hand_over(
    chosen: Format,
    articles: Iterator[StoredArticle],
    out: Path | None,
    about: About,
    *,
    as_json: bool,
) -> None:
    from ingest.export_files import export_to
    from ingest.layout import count

    if out is not None and str(out) != "-":
        written = export_to(chosen, articles, out, about)
        if as_json:
            return print_json({"path": str(out), "format": chosen.name, "articles": written})
        return click.echo(f"{typed(str(out))}: {count(written, 'article')}", err=True)
    if chosen.write is None or as_json:
        what = "makes a folder" if chosen.write is None else "goes to standard output already"
        raise click.UsageError(f"{chosen.name} {what}; name OUT")
    write = chosen.write
    return _to_standard_output(lambda out: write(articles, out, about))


def _to_standard_output(write: Callable[[BinaryIO], int]) -> None:
    try:
        write(sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # `| head` has seen enough
        # Python would flush what is left once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _about(corpus: Corpus, settings: Settings, pages: RawPages, *, with_text: bool) -> About:
    from ingest.config import seedbed_version
    from ingest.export.frame import About

    return About(
        title=f"{settings.workspace.name}: articles",
        version=seedbed_version(),
        updated=corpus.last_found() or _EPOCH,
        with_text=with_text,
        raw_page=pages,
    )


@click.command()
@click.argument("target", metavar="DIR|FILE.zip", type=click.Path(path_type=Path))
@click.option("--title", help="Of the collection, for its citation; else the workspace's name.")
@click.option("--author", "authors", multiple=True, help="Who made it; may be repeated.")
@click.option("--archive", "with_archive", is_flag=True, help="The raw pages, too.")
@as_json_option
@click.pass_obj
def snapshot(
    place: Place,
    /,
    *,
    target: Path,
    title: str | None,
    authors: tuple[str, ...],
    with_archive: bool,
    as_json: bool,
) -> None:
    """Freeze the corpus as a copy that can be cited and checked.

    A folder, or a ZIP file, in the form of archives (BagIt): the corpus, the seed set, the settings
    without secrets, counts, versions, a methods section, CITATION.cff, and SHA-256 of each.
    """
    from ingest import clock
    from ingest.config import seedbed_version
    from ingest.layout import count
    from ingest.snapshot import make_snapshot

    settings = place.settings()
    _spare_workspace(settings, target)
    _need_folder_of(target)
    made = make_snapshot(
        settings,
        target,
        now=clock.now(),
        version=seedbed_version(),
        title=typed(title or settings.workspace.name),
        authors=[typed(one) for one in authors],
        with_archive=with_archive,
    )
    if as_json:
        return print_json({"path": str(made.path), "rows": made.rows, "files": made.files})
    held = f"{count(made.rows['articles'], 'article')}, {count(made.files, 'file')}"
    return print_lines([f"{typed(str(target))}: {held}", "", *wrapped(made.methods.strip())])


@click.command()
@click.argument("target", metavar="SNAPSHOT", type=click.Path(exists=True, path_type=Path))
@as_json_option
@click.pass_context
def verify(ctx: click.Context, /, *, target: Path, as_json: bool) -> None:
    """Check that a snapshot is what it was.

    Names each file that is missing, changed or new; exit code 1 if there is any.
    """
    from ingest.snapshot import verify_snapshot

    found = verify_snapshot(target)
    if as_json:
        print_json({"is_sound": not found, "differences": found})
    else:
        print_lines(found or [f"{typed(str(target))}: as it was made"])
    ctx.exit(1 if found else 0)


@click.command()
@click.argument("out", metavar="OUT.html", type=click.Path(dir_okay=False, path_type=Path))
@with_dates
@click.option("--title", help="Of the page; else the workspace's name.")
@as_json_option
@click.pass_obj
def report(
    place: Place,
    /,
    *,
    out: Path,
    as_json: bool,
    since: datetime | None,
    until: datetime | None,
    title: str | None,
) -> None:
    """Write one page with pictures and tables of the corpus.

    It needs no network and no script, and prints. --since and --until name another stretch of time
    than the last seven days. OUT may be -, for standard output.
    """
    import importlib.util

    from ingest import clock
    from ingest.config import seedbed_version
    from ingest.errors import how_to_get
    from ingest.export_files import write_whole

    if importlib.util.find_spec("markupsafe") is None:
        raise click.ClickException(f"the pictures need MarkupSafe: {how_to_get('web')}")
    from ingest.report import Period, report_html

    settings = place.settings()
    _spare_workspace(settings, out)
    _need_folder_of(out)
    now = clock.now()
    end = until or now
    begin = since or end - timedelta(days=7)
    if begin >= end:
        raise click.UsageError("the time that --since names is not before the one of --until")
    with place.reading() as corpus:
        page = report_html(
            corpus,
            Period(since=begin, until=end),
            title=typed(title or settings.workspace.name),
            version=seedbed_version(),
            now=now,
        ).encode()
    if str(out) == "-":
        if as_json:
            raise click.UsageError("the page goes to standard output already; name OUT")
        return _to_standard_output(lambda standard: standard.write(page))
    write_whole(out, page)
    if as_json:
        return print_json({"path": str(out), "bytes": len(page)})
    return click.echo(f"{typed(str(out))}: {len(page) / 1000:,.0f} kB", err=True)


COMMANDS = (export, report, snapshot, verify)
