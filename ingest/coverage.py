"""What a corpus says of its own completeness: by week, at the gate, and of silent sources."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ingest.completeness import estimate_completeness
from ingest.corpus.base import iso
from ingest.sampling import estimate_loss
from ingest.silence import find_silences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    from ingest.corpus import Corpus
    from ingest.silence import Silence

    Histories: TypeAlias = Sequence[tuple[str | None, tuple[str, ...], int]]

__all__ = ["completeness_by_week", "completeness_row", "coverage_of"]

_UNCOUNTED = "it takes long to count; `seedbed completeness` does"


def coverage_of(corpus: Corpus, histories: Histories | None) -> dict[str, Any]:
    """The whole topic, the gate and the silent sources, as JSON has them.

    Args:
        corpus: that is told of.
        histories: as `Corpus.capture_histories` has them; None: nobody had the time to count.
    """
    loss = estimate_loss(
        corpus.gate_samples(),
        refused=corpus.count_refused(),
        let_through=corpus.count_let_through(),
    )
    silent = find_silences(corpus.heard_sources())
    return {
        "completeness": _uncounted()
        if histories is None
        else completeness_row((routes, texts) for _, routes, texts in histories),
        "gate": _rounded(asdict(loss)),
        "silent": [_silence_row(one) for one in silent.values()],
    }


def completeness_by_week(histories: Histories) -> list[dict[str, Any]]:
    """A row for each week of publication, the latest first; `week` is None for what is undated."""
    by_week: dict[str | None, list[tuple[tuple[str, ...], int]]] = {}
    for week, routes, texts in histories:
        by_week.setdefault(week, []).append((routes, texts))
    weeks = sorted(by_week, key=lambda week: week or "", reverse=True)
    return [{"week": week, **completeness_row(by_week[week])} for week in weeks]


def completeness_row(histories: Iterable[tuple[Iterable[str], int]]) -> dict[str, Any]:
    """What `estimate_completeness` says, as JSON has it."""
    told = estimate_completeness(histories)
    return _rounded(
        {
            "found": told.found,
            "estimated": told.estimated,
            "low": told.low,
            "high": told.high,
            "share": told.share,
            "routes": dict(told.captures),
            "lacks": told.lacks or None,
        }
    )


def _uncounted() -> dict[str, Any]:
    unknown = dict.fromkeys(("found", "estimated", "low", "high", "share"))
    return {**unknown, "routes": {}, "lacks": _UNCOUNTED}


def _silence_row(silence: Silence) -> dict[str, Any]:
    return _rounded({**asdict(silence), "since": iso(silence.since)})


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {name: round(one, 4) if isinstance(one, float) else one for name, one in row.items()}
