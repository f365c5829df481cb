"""The command that shows sources, proposed ones too, and takes what a person decides of them."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, Literal, get_args

import click

from ingest.terminal import Place, as_json_option, print_json, print_lines, typed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ingest.corpus import Corpus

__all__ = ["COMMANDS"]

State = Literal["active", "quiet", "failing", "proposed", "resting"]

_MARK = "wordpress"  # kind of the line that says that a site can be searched


@click.command()
@click.argument("which", metavar="[ID|URL|OUTLET]...", nargs=-1)
@as_json_option
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(get_args(State)),
    help="Only those in this state; may be repeated.",
)
@click.option("--all", "is_all", is_flag=True, help="Wrong guesses at addresses and marks, too.")
@click.option("--failing", is_flag=True, help="Only those whose last poll failed.")
@click.option("--opml", is_flag=True, help="The feeds among them, as other readers take them.")
@click.option("--accept", is_flag=True, help="Poll those that are named, whatever the rules say.")
@click.option("--rest", is_flag=True, help="Poll those that are named no more.")
@click.pass_obj
def sources(
    place: Place,
    *,
    which: tuple[str, ...],
    as_json: bool,
    states: tuple[State, ...],
    is_all: bool,
    failing: bool,
    opml: bool,
    accept: bool,
    rest: bool,
) -> None:
    """Where addresses come from: what each source gave.

    Of sources that nobody named some are proposed, those that fit the topic best first, and polled
    only once they are accepted, by you or by the rules of [discovery]. Name sources by number,
    address or outlet to see only these, and when each is polled next.
    """
    if accept or rest:
        if accept and rest:
            raise click.UsageError("either --accept or --rest")
        if not which:
            raise click.UsageError(f"{'--accept' if accept else '--rest'} needs an ID or URL")
        _decide(place, which, is_accepted=accept)
    with place.reading() as corpus:
        rows = _rows(corpus)
        unplaced = _unplaced(corpus) if not (which or states or failing) else {}
    if which:
        rows = _meant(rows, which)
    if failing:
        rows = [row for row in rows if row["failures"]]
    if states:
        rows = [row for row in rows if row["standing"] in states]
    shown = rows if is_all or which or states else [row for row in rows if not _is_minor(row)]
    rows, hidden = shown, len(rows) - len(shown)
    if opml:
        from ingest.discovery.opml import write_opml

        return print_lines([write_opml(rows).rstrip("\n")])
    if as_json:
        return print_json(*rows)
    from ingest import clock
    from ingest.show_sources import source_lines

    hint = "" if which or states or failing else _hint(place)
    lines = source_lines(
        rows, unplaced, is_detailed=bool(which), hidden=hidden, hint=hint, now=clock.now()
    )
    return print_lines(lines)


def _hint(place: Place) -> str:
    """What becomes of a workspace without sources."""
    settings = place.settings()
    stated = settings.sources
    if stated.sites or stated.feeds or stated.sitemaps or settings.search.services:
        return " yet; the first run enters those that the settings name"
    if settings.discovery.proposals == "poll":
        return " yet; the first run tries outlets that seeds and catalogue name"
    return "; name some under [sources] in seedbed.toml, or by seedbed add"


def _rows(corpus: Corpus) -> list[dict[str, Any]]:
    """Every source, with where it stands; proposed ones last, by what speaks for their outlet."""
    from ingest import clock
    from ingest.host_waits import with_wait
    from ingest.own_web import fit_by_outlet, on_trial
    from ingest.silence import find_silences

    quiet = find_silences(corpus.heard_sources())
    tried, fits = on_trial(corpus), fit_by_outlet(corpus)
    waits = corpus.waiting_hosts(now=clock.now())
    rows = [
        {
            **with_wait(row, waits),
            "standing": _standing(row, quiet),
            "fit": fits.get(row["outlet"]),
            "is_on_trial": row["state"] == "active" and row["outlet"] in tried,
            "quiet_days": round(quiet[row["id"]].days, 1) if row["id"] in quiet else None,
        }
        for row in corpus.all_sources()
    ]
    return sorted(rows, key=_place)


def _place(row: dict[str, Any]) -> tuple[bool, float, str]:
    """Where it stands in the list; equals stay by kind and address."""
    if row["standing"] != "proposed":
        return False, 0.0, ""
    unknown = 1.0  # behind every fit
    return True, unknown if row["fit"] is None else -row["fit"], row["outlet"] or ""


def _standing(row: dict[str, Any], quiet: Collection[int]) -> State:
    if row["kind"] == _MARK and row["state"] == "active":
        return "resting"  # it is never polled itself
    if row["state"] in ("proposed", "resting"):
        return "proposed" if row["state"] == "proposed" else "resting"
    if row["failures"]:
        return "failing"
    return "quiet" if row["id"] in quiet else "active"


def _is_minor(row: dict[str, Any]) -> bool:
    """Whether nobody asks for it who looks after sources: a wrong guess, a mark."""
    is_guess = row["kind"].endswith("-guess")
    return bool(row["standing"] == "resting" and (is_guess or row["kind"] == _MARK))


def _unplaced(corpus: Corpus) -> dict[str, list[int]]:
    from ingest.own_web import unplaced_owners

    return unplaced_owners(corpus)


def _decide(place: Place, which: Sequence[str], *, is_accepted: bool) -> None:
    from ingest import clock
    from ingest.corpus import Corpus
    from ingest.own_web import decide

    path = place.settings().corpus_path
    with place.reading():  # names what is wrong with the file, and makes none
        pass
    with closing(Corpus(path)) as corpus:
        decide(corpus, _meant(_rows(corpus), which), is_accepted=is_accepted, now=clock.now())


def _meant(rows: list[dict[str, Any]], which: Sequence[str]) -> list[dict[str, Any]]:
    """The sources that a person names, by number, address or outlet.

    Raises:
        ClickException: a name is none of theirs.
    """
    found: dict[int, dict[str, Any]] = {}
    for said in map(typed, which):
        named = _named(rows, said)
        if not named:
            hint = f"; seedbed add {said}" if "." in said else "; seedbed sources shows the numbers"
            raise click.ClickException(f"no source {said}{hint}")
        found |= {row["id"]: row for row in named}
    return [row for row in rows if row["id"] in found]


def _named(rows: list[dict[str, Any]], said: str) -> list[dict[str, Any]]:
    from ingest.urls import address_key

    if said.isdecimal():
        return [row for row in rows if row["id"] == int(said)]
    written = (said, said.rstrip("/"))  # as it stands, and as the table has it
    exact = [
        row
        for row in rows
        if said in (row["url"], row["outlet"])
        or row["url"].partition("://")[2].rstrip("/") in written
    ]
    if exact or "." not in said:
        return exact
    key = address_key(said if "://" in said else f"https://{said}")
    return [row for row in rows if address_key(row["url"]) == key]


COMMANDS = (sources,)
