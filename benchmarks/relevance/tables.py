"""Figures as Markdown tables."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.relevance.feedback import Learned
    from benchmarks.relevance.measure import Figures

__all__ = ["Row", "full_table", "learned_line", "pivot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one method reached on one group."""

    group: str
    method: str
    tasks: int
    figures: Figures
    texts_per_s: float


def full_table(rows: Iterable[Row]) -> list[str]:
    """One line for each group and method."""
    lines = [
        "| texts and seeds | method | n | AP | R@P.9 | P | R | F1 | best F1 | texts/s |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        shown = asdict(row.figures)
        order = ("ap", "rp90", "precision", "recall", "f1", "best_f1")
        cells = [_share(shown[name]) for name in order]
        told = [row.group, row.method, str(row.tasks), *cells, f"{_round(row.texts_per_s):,}"]
        lines.append("| " + " | ".join(told) + " |")
    return lines


def pivot(rows: Sequence[Row], column: str) -> list[str]:
    """One figure: a line for each method, a column for each group."""
    groups = list(dict.fromkeys(row.group for row in rows))
    methods = list(dict.fromkeys(row.method for row in rows))
    found = {(row.method, row.group): getattr(row.figures, column) for row in rows}
    lines = [
        "| " + " | ".join([column, *groups]) + " |",
        "|---" * (len(groups) + 1) + "|",
    ]
    for method in methods:
        cells = [_share(found.get((method, group))) for group in groups]
        lines.append("| " + " | ".join([method, *cells]) + " |")
    return lines


def learned_line(group: str, learned: Learned) -> str:
    """F1 at the own cut and average precision, before and after the answers of a reader."""
    before, after = learned.before, learned.after
    return (
        f"| {group} | {_share(before.f1)} | {_share(after.f1)} | {_share(before.best_f1)} "
        f"| {learned.gained:.2f} | {_share(before.ap)} | {_share(after.ap)} |"
    )


def _share(value: float | None) -> str:
    """Three places, without the nought before them; a dash for what was not measured."""
    if value is None:
        return "–"
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1.000"


def _round(value: float) -> int:
    """Two figures that count: more would be noise."""
    digits = len(str(int(value)))
    return round(value, min(0, 2 - digits)).__int__() if value >= 1 else 0
