"""What a person may want to look at: the state of a workspace, in a line each, with what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ingest.backup_files import made_at
from ingest.corpus.base import parse_iso
from ingest.layout import count, minute
from ingest.unbegun import unbegun

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from ingest.config import Settings
    from ingest.corpus import Corpus

__all__ = ["attention"]

_RUNS = 50  # of the last ones, looked through for what ended badly
_LATE = 1.5  # times the hours between two backups
_STEPS_STAND = timedelta(days=30)  # a stop of drift is news for so long
_ENDED_BADLY = ("died", "failed")


def attention(
    settings: Settings, corpus: Corpus, *, silent: Collection[object], now: datetime
) -> list[dict[str, str]]:
    """Each thing as `about`, `said` and `do`, the gravest first; empty: all is well.

    Args:
        settings: of the workspace.
        corpus: its corpus.
        silent: sources that should have spoken.
        now: aware UTC.
    """
    found = [
        *_missing(corpus),
        *_unbegun(corpus),
        *_runs(corpus.latest_runs(_RUNS)),
        *_sources(corpus, silent),
        *_drift(corpus.topic_steps(), now),
        *_backup(settings, corpus, now),
    ]
    return [{"about": about, "said": said, "do": do} for about, said, do in found]


def _missing(corpus: Corpus) -> Iterator[tuple[str, str, str]]:
    if lacking := corpus.missing_parts():
        more = f" and {count(len(lacking) - 1, 'part')} more" if len(lacking) > 1 else ""
        yield "corpus", f"lacks {lacking[0]}{more}", "seedbed check"


def _unbegun(corpus: Corpus) -> Iterator[tuple[str, str, str]]:
    """Of each spider the last crawl, where it ended before it opened a run."""
    latest = {run["spider"]: run["started"] for run in reversed(corpus.latest_runs(_RUNS))}
    for one in unbegun(corpus):
        if latest.get(one.spider, "") < one.at:
            said = f"{one.spider} could not begin {count(one.times, 'time')}, last {minute(one.at)}"
            yield "spider", f"{said}: {one.said}", f"seedbed crawl {one.spider}"


def _runs(rows: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Of each spider the last run that ended, where it ended badly."""
    seen = set[str]()
    for run in rows:
        if run["outcome"] in ("running", "interrupted") or run["spider"] in seen:
            continue
        seen.add(run["spider"])
        if run["outcome"] in _ENDED_BADLY:
            said = f": {run['message']}" if run["message"] else ""
            when = minute(run["finished"] or run["started"])
            yield (
                "run",
                f"{run['id']} {run['spider']} {run['outcome']} {when}{said}",
                "seedbed runs",
            )


def _sources(corpus: Corpus, silent: Collection[object]) -> Iterator[tuple[str, str, str]]:
    failing = [row for row in corpus.all_sources(failing=True) if row["state"] == "active"]
    if failing:
        worst = max(failing, key=lambda row: (row["failures"], -row["id"]))
        named = f"{worst['url']} {count(worst['failures'], 'time')}"
        yield "sources", f"{len(failing):,} failing: {named}", "seedbed sources --failing"
    if silent:
        said = f"{len(silent):,} should have spoken"
        yield "sources", said, "seedbed sources --state quiet"


def _drift(steps: Sequence[Mapping[str, Any]], now: datetime) -> Iterator[tuple[str, str, str]]:
    """Whether the topic ran away from its seeds when it was last asked to follow its story."""
    asked = [step for step in steps if step["near_no_seed"] is not None]
    last = asked[-1] if asked else None
    if last is None or last["undone"] != last["at"]:  # a step that did not stand from the start
        return
    at = parse_iso(last["at"])
    if at is not None and now - at <= _STEPS_STAND:
        said = f"drift stopped, {last['near_no_seed']:.2f} of the articles are near no seed"
        yield "topic", said, "seedbed topic --history"


def _backup(settings: Settings, corpus: Corpus, now: datetime) -> Iterator[tuple[str, str, str]]:
    every = settings.backup.every_hours
    if every is None:
        return
    made = made_at(settings.backup_path, settings.corpus_path, now=now)
    since = made or corpus.first_started()
    if since is not None and now - since >= timedelta(hours=every * _LATE):
        last = f"the last is of {made:%Y-%m-%d %H:%M}" if made else "none was made"
        yield "backup", f"overdue, {last}", "seedbed backup"
