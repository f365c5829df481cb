"""What is printed of sources: how each does, what speaks for it, who is proposed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ingest.host_waits import wait_said
from ingest.layout import Column, Table, count, minute, plain, wrapped
from ingest.show_parts import share, when

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ingest.layout import Line

__all__ = ["source_lines"]

_STANDINGS = ("active", "quiet", "failing", "proposed", "resting")
_POLLED = ("active", "quiet", "failing")
_HEADINGS = {
    "proposed": "proposed, best fit first, not polled; `seedbed sources --accept ID` polls it",
    "resting": "resting",
}


def source_lines(
    rows: Sequence[Mapping[str, Any]],
    unplaced: Mapping[str, Sequence[int]],
    *,
    now: datetime,
    is_detailed: bool = False,
    hidden: int = 0,
    hint: str = "",
) -> list[Line]:
    """A line of counts, what is polled as a table, what ails, and what speaks for the others.

    Args:
        rows: with `standing`, as `seedbed sources --json` has them.
        unplaced: outlets without an address, and the seeds that name them.
        now: aware; what was to be polled by then is due.
        is_detailed: whether to say of each that is polled when it is next, and what speaks for it;
            else the latter is told of those on trial alone.
        hidden: how many are left out, being wrong guesses or marks.
        hint: what to do when there are none.
    """
    more = [f"{hidden:,} more, guesses and marks that rest: --all"] if hidden else []
    if not rows:
        return [f"no sources{hint}", *more, *_unplaced_lines(unplaced)]
    counted = Counter(row["standing"] for row in rows)
    told = ", ".join(f"{counted[state]:,} {state}" for state in _STANDINGS if counted[state])
    polled = [row for row in rows if row["standing"] in _POLLED]
    lines: list[Line] = [f"{count(len(rows), 'source')}: {told}", *more]
    if polled:
        lines += ["", _table(polled)]
    for row in polled:
        lines += _ailing(row)
        if is_detailed:
            following = when(row["next_due"], now=now)
            lines += wrapped(f"{row['url']} next poll: {following}", indent="  ")
    lines += _reasons(polled, is_detailed=is_detailed)
    for standing, heading in _HEADINGS.items():
        those = [row for row in rows if row["standing"] == standing]
        if those:
            lines += ["", heading, *_shown(those, is_fitted=standing == "proposed")]
    return lines + _unplaced_lines(unplaced)


def _table(rows: Sequence[Mapping[str, Any]]) -> Table:
    shown = [
        {
            **row,
            "last_ok": minute(row["last_ok"])[5:] if row["last_ok"] else "-",
            "url": row["url"].partition("://")[2] + " (on trial)" * row["is_on_trial"],
        }
        for row in rows
    ]
    return Table(
        rows=shown,
        columns=[
            Column(name="id", right=True),
            Column(name="kind"),
            Column(name="url", heading="address", least=24),
            Column(name="last_ok", heading="answered"),
            Column(name="every_minutes", heading="every min", right=True),
            Column(name="items_seen", heading="seen", right=True),
            Column(name="articles_kept", heading="kept", right=True),
        ],
    )


def _ailing(row: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    if row["last_error"]:
        tries = f"failed {count(row['failures'], 'time')}" if row["failures"] else "lacking"
        lines += wrapped(f"{row['url']} {tries}: {row['last_error']}", indent="  ")
    if said := wait_said(row["host_wait"]):
        lines += wrapped(f"{row['url']} waits: {said}", indent="  ")
    if row["standing"] == "quiet":
        said = f"nothing new for {row['quiet_days']:g} days, though it answers"
        lines += wrapped(f"{row['url']} quiet: {said}", indent="  ")
    return lines


def _reasons(rows: Sequence[Mapping[str, Any]], *, is_detailed: bool) -> list[str]:
    """What speaks for what is polled though no person named it; of an outlet on trial, once."""
    told: dict[tuple[str, str], Mapping[str, Any]] = {}
    for row in rows:
        if row["because"] and (is_detailed or row["is_on_trial"]):
            told.setdefault((row["id"] if is_detailed else row["outlet"], row["because"]), row)
    if not told:
        return []
    heading = "polled because" if is_detailed else "on trial because"
    lines = ["", heading]
    for row in sorted(told.values(), key=lambda row: int(row["id"])):
        said = f"{row['outlet']}: {plain(row['because'])}"
        lines += wrapped(said, indent=" " * 8, first=f"{row['id']:>6}  ")
    return lines


def _shown(rows: Sequence[Mapping[str, Any]], *, is_fitted: bool) -> list[str]:
    """Sources that are not polled, with what speaks for or against each."""
    lines = [f"{'id':>6}  {'fit':>4}  address, and what speaks for it"] if is_fitted else []
    for row in rows:
        why = f": {plain(row['because'])}" if row["because"] else ""
        fit = f"{share(row['fit']) or '-':>4}  " if is_fitted else ""
        first = f"{row['id']:>6}  {fit}"
        lines += wrapped(f"{row['kind']} {row['url']}{why}", indent=" " * len(first), first=first)
    return lines


def _unplaced_lines(unplaced: Mapping[str, Sequence[int]]) -> list[str]:
    if not unplaced:
        return []
    lines = ["", "named by seeds, address not known; name it in outlets.tsv or under [sources]"]
    for owner, seeds in unplaced.items():
        lines += wrapped(f"{owner} (seed {', '.join(map(str, seeds))})", indent="    ", first="  ")
    return lines
