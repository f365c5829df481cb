"""The commands that show one article: to read, and how it was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ingest.terminal import Place, as_json_option, print_json, print_paged, typed, with_scheme

if TYPE_CHECKING:
    from ingest.corpus import Corpus

__all__ = ["COMMANDS"]

_MOST_NUMBER = 2**63 - 1


@click.command()
@click.argument("which", metavar="ID")
@as_json_option
@click.option("--changes", is_flag=True, help="How its wording changed, word by word.")
@click.pass_obj
def show(place: Place, *, which: str, as_json: bool, changes: bool) -> None:
    """One article to read: origin, reason, copies, text.

    ID is its number, or its address in any spelling.
    """
    with place.reading() as corpus:
        article = _meant(corpus, which)
        number = article["id"]
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

    return print_paged(article_lines(article))


@click.command()
@click.argument("which", metavar="ID")
@as_json_option
@click.pass_obj
def diff(place: Place, *, which: str, as_json: bool) -> None:
    """How an article and its copies were changed, word by word.

    Headlines first, then every revision: `[-what went-] {+what came+}`. ID is the number of an
    article, or its address in any spelling.
    """
    with place.reading() as corpus:
        article = _meant(corpus, which)
        _show_changes(article, corpus.changes_of(article["id"]), as_json=as_json)


def _meant(corpus: Corpus, which: str) -> dict[str, Any]:
    number = _number_meant(corpus, typed(which))
    article = corpus.article(number)
    if article is None:
        raise click.ClickException(f"no article {number}; `seedbed search` shows the numbers")
    return article


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
    page = corpus.find_page(address_key(with_scheme(which)))
    if page is None or page["article"] is None:
        raise click.ClickException(f"no article is known there; seedbed why {which}")
    if page["outcome"] == "copy":
        click.echo(f"{which} carries article {page['article']}:", err=True)
    return int(page["article"])


def _show_changes(article: dict[str, Any], changes: list[dict[str, Any]], *, as_json: bool) -> None:
    from ingest.revisions import diff
    from ingest.show_changes import change_lines

    if not as_json:
        return print_paged(change_lines(article, changes))
    for change in changes:
        pieces = diff(change.pop("text_before"), change.pop("text_after"))
        change["pieces"] = [[str(piece.side), piece.text] for piece in pieces]
    return print_json(*changes)


COMMANDS = (show, diff)
