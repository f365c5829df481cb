"""The commands that teach the topic: a reader's verdicts, and learning anew by hand."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

import click

from ingest.items import Outcome
from ingest.layout import count
from ingest.terminal import Place, as_json_option, print_json, print_lines, typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.corpus import Corpus
    from ingest.rejudge import Rejudged
    from ingest.workspace import Workspace

__all__ = ["COMMANDS"]

_MOST_NUMBER = 2**63 - 1
_TITLE_CHARS = 60
_MOVED = 5  # texts named of those that came in, and of those that went out
_UNFETCHED = (Outcome.WAITING, Outcome.SKIPPED, Outcome.FAILED)


@click.command()
@click.argument("which", metavar="ID")
@click.argument("verdict", metavar="yes|no", required=False, type=click.Choice(["yes", "no"]))
@click.option("--page", "is_page", is_flag=True, help="ID is the number of a page.")
@click.option("--by", metavar="NAME", help="Who says so.")
@click.option("--undo", is_flag=True, help="Take back what was said.")
@as_json_option
@click.pass_obj
def label(
    place: Place,
    *,
    which: str,
    verdict: str | None,
    is_page: bool,
    by: str | None,
    undo: bool,
    as_json: bool,
) -> None:
    """Say whether a text is about the story; the topic learns.

    ID is the number of an article, or an address. The verdict stands for that very text, and what
    else was judged by the topic is judged anew.
    """
    from ingest import clock

    if undo == bool(verdict):
        raise click.UsageError("say yes or no, or take back with --undo")
    with _teaching(place) as (workspace, corpus):
        row = _page(corpus, typed(which), is_page=is_page)
        if undo:
            if not corpus.unlabel(row["id"]):
                raise click.ClickException(f"nobody judged {row['url']}")
        else:
            _check_text(workspace, corpus, row)
            said_by = typed(by) if by else None
            corpus.label(row["id"], is_yes=verdict == "yes", by=said_by, now=clock.now())
        told = _relearn(workspace, corpus)
        after = corpus.page_for_label(row["id"])
    assert after is not None
    if as_json:
        return print_json({"page": row["id"], "url": row["url"], "outcome": after["outcome"],
                           "reason": after["reason"], **told})  # fmt: skip
    back = [] if undo else [f"take it back: seedbed label --page {row['id']} --undo"]
    return print_lines([_standing_line(after), *_told_lines(told, but=row["url"]), *back])


@click.command()
@click.option(
    "--undo", "step", metavar="STEP", type=click.IntRange(1, _MOST_NUMBER),
    help="Take back a step of drift; `seedbed topic --history` shows their numbers.",
)  # fmt: skip
@as_json_option
@click.pass_obj
def relearn(place: Place, *, step: int | None, as_json: bool) -> None:
    """Learn the topic anew and judge every text by it.

    From the seeds, the settings, what readers said, and the steps of drift that stand. A run does
    it by itself when any of these changed.
    """
    from ingest import clock

    with _teaching(place) as (workspace, corpus):
        if step is not None and not corpus.undo_step(step, now=clock.now()):
            raise click.ClickException(f"no step {step} of drift that stands")
        told = _relearn(workspace, corpus)
    if as_json:
        return print_json(told)
    return print_lines(_told_lines(told))


@contextlib.contextmanager
def _teaching(place: Place) -> Iterator[tuple[Workspace, Corpus]]:
    """The workspace, and its corpus for writing; there must be one already."""
    from ingest.workspace import Workspace

    workspace = Workspace.open(place.folder, os.environ)
    workspace.configure_log()
    with place.reading():  # says what is wrong where there is no corpus, and makes none
        pass
    with contextlib.closing(workspace.corpus()) as corpus:
        corpus.check_is_own()
        yield workspace, corpus


def _page(corpus: Corpus, which: str, *, is_page: bool) -> dict[str, Any]:
    """The line of the ledger that a reader means."""
    from ingest.urls import address_key

    page: int | None = None
    if which.isdecimal() and int(which) <= _MOST_NUMBER:
        page = int(which) if is_page else corpus.page_of_article(int(which))
    elif not is_page:
        url = which if "://" in which else f"https://{which}"
        found = corpus.find_page(address_key(url))
        page = found["id"] if found else None
    row = corpus.page_for_label(page) if page is not None else None
    if row is None:
        kind = "page" if is_page else "article" if which.isdecimal() else "address"
        left = "; one that left keeps its page: give its address, or --page N"
        raise click.ClickException(
            f"no {kind} {which}{left if kind == 'article' else ''}; "
            "`seedbed search` shows articles, `seedbed why URL` an address"
        )
    return row


def _check_text(workspace: Workspace, corpus: Corpus, row: dict[str, Any]) -> None:
    """Make sure that there is, or will be, a text to judge.

    Raises:
        ClickException: there never will.
    """
    from ingest.rejudge import read_archived

    if corpus.holds_text(row["id"]) or row["outcome"] in _UNFETCHED:
        return
    archived = corpus.archived(row["id"])
    read = read_archived(workspace, archived) if archived else None
    if read is None or read.article is None:
        missing = "its text is neither in the corpus nor in the archive"
        told = missing if read is None and archived else f"{row['outcome']}: {row['reason']}"
        raise click.ClickException(f"there is no text to learn from at {row['url']} ({told})")


def _relearn(workspace: Workspace, corpus: Corpus) -> dict[str, Any]:
    """What learning anew changed."""
    from ingest import clock
    from ingest.rejudge import rejudge, thread_again

    before = {step["id"] for step in corpus.topic_steps()}
    knowledge, told = rejudge(workspace, corpus, now=clock.now())
    thread_again(corpus, knowledge)
    steps = [step for step in corpus.topic_steps() if step["id"] not in before]
    return {
        "version": knowledge.topic.version,
        "gained": steps[-1]["gained"] if steps else "",
        "lost": steps[-1]["lost"] if steps else "",
        **_counts(told),
        "texts_in": _texts(corpus, told.came_in),
        "texts_out": _texts(corpus, told.went_out),
    }


def _texts(corpus: Corpus, pages: list[int]) -> list[dict[str, Any]]:
    """Headline and address of pages, in their order."""
    rows = (corpus.page_for_label(page) for page in pages)
    return [{"title": row["title"], "url": row["url"]} for row in rows if row is not None]


def _counts(told: Rejudged) -> dict[str, int]:
    return {
        "scored": told.scored,
        "came_in": len(told.came_in),
        "went_out": len(told.went_out),
        "to_fetch": told.woken,
    }


def _standing_line(row: dict[str, Any]) -> str:
    return f"{_named(row)}: {row['outcome']} ({row['reason']})"


def _named(row: dict[str, Any]) -> str:
    title = str(row["title"] or row["url"])
    return title if len(title) <= _TITLE_CHARS else title[: _TITLE_CHARS - 1].rstrip() + "…"


def _told_lines(told: dict[str, Any], *, but: str = "") -> list[str]:
    """How many texts moved, the first of them by name, and a line on the words.

    Args:
        but: address of the text that the reader named, which need not be named again.
    """
    from ingest.show_topic import WEIGHED

    texts = f"{told['scored']} texts judged: {told['came_in']} came in, {told['went_out']} went out"
    if told["to_fetch"]:
        refused = count(told["to_fetch"], "refused address", "refused addresses")
        texts += f", {refused} will be fetched"
    moved = [
        line
        for side, verb in (("texts_in", "came in"), ("texts_out", "went out"))
        for line in _moved_lines([row for row in told[side] if row["url"] != but], verb)
    ]
    words = [f"{verb}: {told[name]}" for name, verb in WEIGHED if told[name]]
    return [texts, *moved, "; ".join(words) or "the topic is as it was"]


def _moved_lines(rows: list[dict[str, Any]], verb: str) -> list[str]:
    lines = [f"  {verb}: {_named(row)}" for row in rows[:_MOVED]]
    more = len(rows) - _MOVED
    return [*lines, f"    and {more:,} more"] if more > 0 else lines


COMMANDS = (label, relearn)
