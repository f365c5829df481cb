"""What is printed of completeness: found and estimated, what the gate costs, silent sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.layout import Column, Table, count, facts, minute, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.layout import Line

__all__ = ["completeness_lines", "coverage_facts"]

_CAVEAT = (
    "Read it as “at least”: what is hard to find for one route is hard for the others, and what "
    "none of them reaches does not count. docs/completeness.md says more."
)


def coverage_facts(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Three lines of a status; what cannot be told yet is said to be so, or left out."""
    return [
        ("coverage", _coverage(told["completeness"])),
        ("gate", _gate(told["gate"])),
        ("silent", _silent(told["silent"])),
    ]


def _coverage(told: Mapping[str, Any]) -> str:
    if told["found"] is None:
        return str(told["lacks"])
    if not told["found"]:
        return ""
    texts = count(told["found"], "text")
    if told["estimated"] is None:
        return f"{texts}; of how many cannot be told: {told['lacks']}"
    return f"{texts} of about {_interval(told)}, by {_routes(told['routes'])}"


def _interval(told: Mapping[str, Any]) -> str:
    return f"{round(told['estimated']):,} ({told['low']:,} to {told['high']:,})"


def _routes(captures: Mapping[str, int]) -> str:
    return ", ".join(f"{route} {texts:,}" for route, texts in captures.items())


def _gate(loss: Mapping[str, Any]) -> str:
    if not loss["answered"]:
        return ""
    tried = f"of {loss['answered']:,} refused and fetched all the same, {loss['related']:,} related"
    if loss["recall"] is None:
        return tried
    return (
        f"{tried}: it misses {loss['miss_rate']:.3f} of {loss['refused']:,} "
        f"({loss['low']:.3f} to {loss['high']:.3f})"
    )


def _silent(silent: Sequence[Mapping[str, Any]]) -> str:
    if not silent:
        return ""
    named = ", ".join(one["url"].partition("://")[2] for one in silent[:2])
    more = f" and {len(silent) - 2:,} more" if len(silent) > 2 else ""  # noqa: PLR2004
    return f"{count(len(silent), 'source')} should have spoken: {named}{more}"


def completeness_lines(
    told: Mapping[str, Any], weeks: Sequence[Mapping[str, Any]], *, more_weeks: int
) -> list[Line]:
    """The whole topic, week by week, what the gate costs, and who is silent."""
    if not told["completeness"]["found"]:
        return ["nothing found yet; `seedbed run --once` makes a run"]
    lines: list[Line] = [*facts(coverage_facts(told)), "", _week_table(weeks)]
    if more_weeks:
        lines += ["", f"{count(more_weeks, 'week')} more: seedbed completeness -n 1000"]
    lines += ["", *wrapped(_CAVEAT)]
    if told["silent"]:
        lines += ["", _silence_table(told["silent"])]
    return lines


def _week_table(weeks: Sequence[Mapping[str, Any]]) -> Table:
    shown = [
        {
            "week": week["week"] or "undated",
            "found": week["found"],
            "about": "?" if week["estimated"] is None else _interval(week),
            "by": week["lacks"] or _routes(week["routes"]),
        }
        for week in weeks
    ]
    return Table(
        rows=shown,
        columns=[
            Column(name="week"),
            Column(name="found", right=True),
            Column(name="about", heading="of about", right=True),
            Column(name="by", least=24),
        ],
    )


def _silence_table(silent: Sequence[Mapping[str, Any]]) -> Table:
    shown = [
        {
            "url": one["url"].partition("://")[2],
            "since": minute(one["since"]),
            "days": f"{one['days']:.1f}",
            "loud": f"{one['loud_share']:.2f}",
            "elsewhere": "yes" if one["is_overtaken"] else "no",
        }
        for one in silent
    ]
    return Table(
        rows=shown,
        columns=[
            Column(name="url", heading="silent source", least=24),
            Column(name="since", heading="spoke last"),
            Column(name="days", right=True),
            Column(name="loud", heading="days it spoke", right=True),
            Column(name="elsewhere", heading="outlet did"),
        ],
    )
