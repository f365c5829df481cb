"""What the demo prints when it is done."""

from __future__ import annotations

import sys
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

from ingest.layout import count, fit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingest.corpus import Corpus

__all__ = ["summary_lines"]

_COLUMNS = 79
_ARTICLES = 6
_FAMILIES = 8
_MISSES = 8
_FORBIDDEN = "http://www.caspian-herald.test/private/2025/08/reading-circle-embassy-row/"


def summary_lines(corpus: Corpus, outcome: Mapping[str, Any]) -> list[str]:
    """The story of a demo, for a terminal of 80 columns."""
    return [
        *_kept(corpus),
        *_copied(corpus),
        *_changed(corpus),
        *_refused(corpus),
        *_scored(outcome),
        *_next(str(outcome["workspace"])),
    ]


def _kept(corpus: Corpus) -> list[str]:
    languages = corpus.languages()
    number = sum(languages.values())
    spoken = ", ".join(f"{n} {language}" for language, n in languages.items())
    lines = ["", f"KEPT  {count(number, 'article')} ({spoken}); the latest:"]
    for row in corpus.newest(_ARTICLES):
        lines.append(
            fit(f"  {row['published'] or '':.10}  {row['outlet']}  {row['title']}", _COLUMNS)
        )
        lines.append(fit(f"              {row['why']}", _COLUMNS))
    return lines


def _copied(corpus: Corpus) -> list[str]:
    lines = ["", "COPIES  who carries the text of whom; the largest families:"]
    for row in corpus.families(_FAMILIES):
        lines.append(fit(f"  {row['copies']:>3} of  {row['title']}  ({row['origin']})", _COLUMNS))
        lines.append(fit(f"          {row['relations'].replace(',', ', ')}", _COLUMNS))
    return lines


def _changed(corpus: Corpus) -> list[str]:
    rows = corpus.changes_seen()
    lines = ["", "CHANGED  between the two polls:"] if rows else []
    for row in rows:
        words = f" (+{row['words_added']} -{row['words_removed']} words)"
        detail = words if row["event"] == "changed" else ""
        lines.append(fit(f"  {row['event']}{detail}: {row['title']}", _COLUMNS))
    return lines


def _refused(corpus: Corpus) -> list[str]:
    lines = ["", "NOT KEPT  every address has its reason (seedbed why URL):"]
    for row in corpus.refusals():
        name = f"{row['outcome']}: {row['reason']}" if row["reason"] else row["outcome"]
        lines.append(fit(f"  {row['pages']:>4} {name:<24} e.g. {row['example']}", _COLUMNS))
    return lines


def _scored(outcome: Mapping[str, Any]) -> list[str]:
    right, traced = outcome["gold_score"], outcome["copies_traced"]
    lines = [
        "",
        f"SCORE  {right:.3f} of {outcome['gold_pages']} gold outcomes right",
        f"       {traced:.3f} of the copies traced to their very original",
        f"       {outcome['first_poll_requests']} requests in the first poll",
        f"       {outcome['second_poll_requests']} in the second, of which",
        f"       {outcome['second_poll_conditional']} conditional, of which",
        f"       {outcome['second_poll_not_modified']} answered 304",
        f"       {outcome['seconds']} s in all",
    ]
    for miss in outcome["misses"][:_MISSES]:
        lines.append(fit(f"  miss: {miss['url']}", _COLUMNS))
        lines.append(f"        should be {miss['expected']}, is {miss['got']}")
    more = len(outcome["misses"]) - _MISSES
    return [*lines, f"  … and {more} more misses"] if more > 0 else lines


def _next(workspace: str) -> list[str]:
    # In a virtual environment that is not activated, as `make demo` makes it, no shell finds us.
    ours = "seedbed" if which("seedbed") else str(Path(sys.executable).with_name("seedbed"))
    asked = ("status", "search Aliyev", "show 1", f"why {_FORBIDDEN}", "web")
    return [
        "",
        "NEXT",
        f"  cd {workspace}",
        *(f"  {ours} {one}" for one in asked),
        "  sqlite3 corpus.db 'SELECT * FROM who_copied_whom LIMIT 9'",
    ]
