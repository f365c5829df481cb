"""What `status` prints: the whole workspace on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.host_waits import waits_fact
from ingest.layout import Style, count, day, facts, plain, styled, wrapped
from ingest.show import run_line
from ingest.show_completeness import coverage_facts
from ingest.show_parts import article_table, utc, when

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ingest.layout import Line

__all__ = ["SCREEN_ROWS", "status_lines"]

SCREEN_ROWS = 24  #: of a terminal, where nothing else is known
_PLURALS = {"article": "articles", "copy": "copies"}
_BARS = "▁▂▃▄▅▆▇█"
_NO_BAR = "·"
_AILING = 4  # lines of what needs attention; `--json` has all
_TABLE_ROWS = 3  # an empty line, its heading and the rule below it


def status_lines(
    status: Mapping[str, Any], *, now: datetime, rows: int = SCREEN_ROWS
) -> list[Line]:
    """The whole workspace at a glance.

    Args:
        status: as `--json` has it.
        now: aware; what was to be done by then is due.
        rows: of the screen; the latest articles take what is left of it, one at least.
    """
    if status["summary"] is None:
        return [
            *wrapped(f"{plain(status['name'])}: no corpus yet"),
            "",
            *facts([("seeds", _seeds_fact(status)), ("workspace", status["workspace"])]),
            "",
            *wrapped("next: `seedbed run --once` crawls once, `seedbed run` stays"),
        ]
    lines: list[Line] = [
        *wrapped(_heading(status)),
        *facts(_facts(status, now)),
        *_attention_lines(status["attention"]),
    ]
    if status["latest"]:
        left = rows - len(lines) - _TABLE_ROWS - 1  # the prompt takes a line
        lines += ["", article_table(status["latest"][: max(left, 1)])]
    return lines


def _heading(status: Mapping[str, Any]) -> str:
    told = status["summary"]
    kept = f"{count(told['articles'], 'article')} and {count(told['copies'], 'copy', 'copies')}"
    if within := told["copies_in_articles"]:  # the outcomes below count each page once
        kept += f" ({within:,} of them within articles)"
    outlets = count(told["outlets"], "outlet")
    return f"{styled(plain(status['name']), Style.STRONG)}: {kept} from {outlets}"


def _facts(status: Mapping[str, Any], now: datetime) -> list[tuple[str, object]]:
    told = status["summary"]
    size = f"{status['corpus']}, {status['corpus_bytes'] / 1e6:.1f} MB"
    span = f", published {day(told['first_published'])} to {day(told['last_published'])}"
    return [
        ("topic", ", ".join(status["topic"]["names"]) if status["topic"] else ""),
        ("seeds", _seeds_fact(status)),
        ("corpus", f"{size}{span if told['first_published'] else ''}"),
        ("copy of", _copy_fact(status["copy_of"], now)),
        ("addresses", _addresses_fact(status)),
        *((label, said) for label, said in coverage_facts(status) if label != "silent"),
        ("found", _found_fact(status["found_by_day"])),
        ("sources", _sources_fact(told)),
        ("waiting", waits_fact(status["waiting_hosts"])),
        ("last run", run_line(status["last_run"]) if status["last_run"] else "none yet"),
        ("daemon", _daemon_fact(status.get("daemon"))),
        ("next", _next_fact(told, now)),
    ]


def _copy_fact(told: Mapping[str, Any] | None, now: datetime) -> str:
    if told is None:
        return ""
    of = told["database"] or "a cluster's database"
    return f"{of}, last brought anything {when(told['as_of'], now=now)}" if told["as_of"] else of


def _addresses_fact(status: Mapping[str, Any]) -> str:
    ranked = sorted(status["outcomes"].items(), key=lambda counted: (-counted[1], counted[0]))
    outcomes = ", ".join(
        count(number, outcome, _PLURALS.get(outcome, outcome)) for outcome, number in ranked
    )
    return f"{status['summary']['addresses']:,} considered" + f": {outcomes}" * bool(outcomes)


def _found_fact(days: Sequence[Mapping[str, Any]]) -> str:
    """A bar for each day, and what they sum to."""
    found = [one["found"] for one in days]
    most = max(found, default=0)
    bars = "".join(_BARS[_step(one, most)] if one else _NO_BAR for one in found)
    return f"{bars} {sum(found):,} in {len(days)} days, {found[-1]:,} today" if found else ""


def _step(found: int, most: int) -> int:
    return -(-found * len(_BARS) // most) - 1  # rounded up: one of many is seen


def _next_fact(told: Mapping[str, Any], now: datetime) -> str:
    times = {"poll": told["next_poll"], "visit": told["next_check"]}
    return ", ".join(f"{what} {when(at, now=now)}" for what, at in times.items() if at)


def _attention_lines(found: Sequence[Mapping[str, str]]) -> list[str]:
    """What is to be looked at, a line each, with the command that shows more of it."""
    lines: list[str] = []
    for one in found[:_AILING]:
        said = f"{one['about']}: {plain(one['said'])}; {styled(one['do'], Style.STRONG)}"
        lines += wrapped(said, indent=" " * 12, first=f"{styled('look', Style.LOOK)}        ")
    if len(found) > _AILING:
        lines.append(f"            and {len(found) - _AILING} more: seedbed status --json")
    return lines


def _daemon_fact(daemon: Mapping[str, Any] | None) -> str:
    if daemon is None:
        return "none at work"
    what = {"round": "one round", "restore": "a restore"}.get(daemon["work"], "at work")
    since = f" since {utc(daemon['since'])}" if daemon["since"] else ""
    return f"{what}{since}" + f", process {daemon['pid']}" * bool(daemon["pid"])


def _sources_fact(told: Mapping[str, Any]) -> str:
    asides = {state: told[f"sources_{state}"] for state in ("proposed", "resting")}
    aside = ", ".join(f"{number:,} {state}" for state, number in asides.items() if number)
    failing = told["sources_failing"]
    said = f"{told['sources']:,}" + f" ({aside})" * bool(aside)
    return said + f", {failing:,} failing" * bool(failing)


def _seeds_fact(status: Mapping[str, Any]) -> str:
    files, read = status["seed_files"], status.get("seed_documents", 0)
    if not files:
        return "none yet"
    more = files - read if read else 0
    said = f"{count(files - more, 'document')} in {status['seeds']}"
    verb = "repeat" if more > 1 else "repeats"
    since = "or came since the last run"
    return f"{said}; {count(more, 'file')} more {verb} another, {since}" if more > 0 else said
