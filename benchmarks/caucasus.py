"""The five seeds against a set of our own: `python -m benchmarks.caucasus [MODULE:FUNCTION]`.

`gold/caucasus.jsonl` holds headlines and short articles in English, Russian, Azerbaijani, Turkish,
Georgian and Armenian, written for this project before any of them was scored: on the story of the
seeds, on the same countries in other stories, on other crashes, raids and arrests, and lines as a
ticker has them. Prints average precision, recall at precision .9 and what the scorer's own cut
gives, in total and by language, then every text on the wrong side of the cut.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["KINDS", "LANGUAGES", "Example", "Figures", "Scored", "figures", "load", "score"]

GOLD = Path(__file__).with_name("gold") / "caucasus.jsonl"
#: Frozen before the first scoring; a change of labels or texts must change this line as well.
SHA256 = "f266f224f6839a5203eb9d38615ce5c4e633f6446d75a21c6a21f789ac5d4929"
SEEDS = Path(__file__).parents[1] / "seeds"
KINDS = ("article", "headline")
LANGUAGES = ("en", "ru", "az", "tr", "ka", "hy")
_NEEDED_PRECISION = 0.9
_SHOWN_CHARS = 90


class Scorer(Protocol):
    """What a method is once it knows the seeds."""

    threshold: float  #: the cut that the method itself proposes

    def __call__(self, texts: Sequence[str], /) -> list[float]:
        """A score for each text, higher for more related; title first, body after a newline."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text with its label."""

    id: str
    kind: str  #: one of `KINDS`
    lang: str  #: one of `LANGUAGES`
    related: bool
    group: str  #: part of the story, `neighbour:` and the other story, or `ticker`
    title: str
    text: str = field(default="", repr=False)  #: of an article

    @property
    def whole(self) -> str:
        """Title first, body after a newline."""
        return f"{self.title}\n{self.text}" if self.text else self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """An example and what a method says of it."""

    example: Example
    score: float
    is_kept: bool  #: whether it reaches the method's own cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How well scores part related from unrelated; shares 0..1."""

    count: int
    average_precision: float
    recall_at_p90: float
    precision: float  #: at the method's own cut, as are the next two
    recall: float
    f1: float


def load() -> tuple[Example, ...]:
    """The set as it was frozen.

    Raises:
        ValueError: the file is not the frozen one.
    """
    blob = GOLD.read_bytes()
    if (digest := hashlib.sha256(blob).hexdigest()) != SHA256:
        raise ValueError(f"{GOLD.name} is not the frozen set: {digest}")
    rows = [json.loads(line) for line in blob.decode().splitlines()]
    return tuple(Example(**row | {"related": bool(row["related"])}) for row in rows)


def score(method: str, examples: Sequence[Example]) -> list[Scored]:
    """Score examples by `module:function`, which makes a scorer of the raw seed texts."""
    module, _, function = method.partition(":")
    seeds = [path.read_text("utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    scorer: Scorer = getattr(importlib.import_module(module), function)(seeds)
    return [
        Scored(example=example, score=value, is_kept=value >= scorer.threshold)
        for example, value in zip(examples, scorer([e.whole for e in examples]), strict=True)
    ]


def figures(scored: Sequence[Scored]) -> Figures:
    """Ranked by score; of equal scores the unrelated come first, so that ties never flatter."""
    ranking = sorted(scored, key=lambda one: (-one.score, one.example.related))
    related = sum(one.example.related for one in scored)
    kept = sum(one.is_kept for one in scored)
    hits = found = 0
    summed = recall_at_p90 = 0.0
    for rank, one in enumerate(ranking, start=1):
        if not one.example.related:
            continue
        found += 1
        hits += one.is_kept
        summed += found / rank
        if found / rank >= _NEEDED_PRECISION:
            recall_at_p90 = found / related
    return Figures(
        count=len(scored),
        average_precision=summed / max(related, 1),
        recall_at_p90=recall_at_p90,
        precision=hits / max(kept, 1),
        recall=hits / max(related, 1),
        f1=2 * hits / max(kept + related, 1),
    )


def _print_figures(scored: Sequence[Scored]) -> None:
    print(f"{'kind':10}{'language':10}{'n':>5}{'AP':>7}{'R@P.9':>7}{'P':>7}{'R':>7}{'F1':>7}")
    for kind in KINDS:
        of_kind = [one for one in scored if one.example.kind == kind]
        for language in ("all", *LANGUAGES):
            told = figures([one for one in of_kind if language in ("all", one.example.lang)])
            shares = (
                told.average_precision, told.recall_at_p90, told.precision, told.recall, told.f1,
            )  # fmt: skip
            columns = "".join(f"{share:7.3f}" for share in shares)
            print(f"{kind:10}{language:10}{told.count:5}{columns}")


def _print_wrong(scored: Sequence[Scored]) -> None:
    for one in sorted(scored, key=lambda one: (one.is_kept, -one.score)):
        example = one.example
        if one.is_kept != example.related:
            verdict = "kept  " if one.is_kept else "missed"
            shown = example.title[:_SHOWN_CHARS]
            print(f"{verdict} {one.score:.3f} {example.id:8} {example.group:27} {shown}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("method", nargs="?", default="benchmarks.adapters:topic")
    scored = score(parser.parse_args().method, load())
    _print_figures(scored)
    _print_wrong(scored)


if __name__ == "__main__":
    main()
