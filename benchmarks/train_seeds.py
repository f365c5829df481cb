"""Learn what the features of a dump's lines are worth: `ingest/data/dump_weights.tsv`.

    python -m benchmarks.train_seeds          cross-validate over sites, print the score
    python -m benchmarks.train_seeds --write  the same, and write the table learned from all sites

Four logistic regressions (Newton's method, ridge penalty). Each scorer learns from what the one
before it says of sites it has not seen, as it will at work; no dump is ever scored by weights
learned from its own site.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.dumps_eval import Dump, Score, is_right_title, read_dumps
from benchmarks.dumps_labels import label_lines
from ingest.dumps import NEVER_BODY
from ingest.dumps.body import LEAST_BLOCK, LEAST_LINE, best_stretch, seen_places
from ingest.dumps.gaps import Block, blocks_of, gaps
from ingest.dumps.lines import read_lines
from ingest.dumps.looks import Features, Sight, heft, looks
from ingest.dumps.titles import candidates, choose_title, title_features
from ingest.dumps.weights import chance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TABLE = Path(__file__).parents[1] / "ingest" / "data" / "dump_weights.tsv"
FOLDS = 5
CASELESS_SHARE = 0.5  # weight of a page without its capitals beside the page
RIDGE = {"look": 60.0, "place": 60.0, "gap": 5.0, "title": 30.0}
HEAD = """\
# What each feature is worth to each scorer, in log-odds: scorer <tab> feature <tab> weight.
# Made by benchmarks/train_seeds.py; not to be edited by hand.
"""


@dataclass(slots=True, kw_only=True)
class Example:
    """A dump to learn from, and what the scorers in turn make of it."""

    dump: Dump
    share: float  #: weight beside the other examples
    is_page: bool = True  #: False: a variant, learned from but not scored
    sight: Sight
    labels: list[bool | None]  #: whether each line is part of the article; None: a copy of one
    looks: list[Features]
    odds: Sequence[float] = ()
    chances: Sequence[float] = ()
    blocks: Sequence[Block] = ()
    stretch: Block = (0, 0)

    @property
    def body(self) -> list[int]:
        """The lines that come out."""
        return [
            at
            for at in range(*self.stretch)
            if self.chances[at] >= LEAST_LINE and self.sight.lines[at].rule not in NEVER_BODY
        ]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one scorer learns from an example: features, right answers, weights."""

    seen: list[Features]
    answers: Sequence[bool]
    weights: Sequence[float]


def main() -> None:
    """Train, and say how good it is."""
    examples = [one for dump in read_dumps() for one in _examples(dump)]
    tables: dict[str, dict[str, float]] = {}
    lessons = [_line_lesson(one, one.looks) for one in examples]
    for one, odds in zip(examples, _odds(examples, lessons, "look", tables), strict=True):
        one.odds = odds
    seen = [seen_places(one.sight, one.looks, one.odds) for one in examples]
    lessons = [_line_lesson(one, places) for one, places in zip(examples, seen, strict=True)]
    for one, odds in zip(examples, _odds(examples, lessons, "place", tables), strict=True):
        one.odds, one.chances = odds, [chance(value) for value in odds]
        one.blocks = blocks_of(one.chances, LEAST_BLOCK)
    lessons = [_gap_lesson(one) for one in examples]
    for one, bonds in zip(examples, _odds(examples, lessons, "gap", tables), strict=True):
        one.stretch = best_stretch(one.sight, one.odds, one.blocks, bonds)
    examples = [one for one in examples if one.is_page]
    examples += [_beheaded(one) for one in examples if one.dump.title]
    lessons = [_title_lesson(one) for one in examples]
    titles = _odds(examples, lessons, "title", tables)
    _report(examples, lessons, titles)
    if "--write" in sys.argv[1:]:
        _write(tables)


def _examples(dump: Dump) -> list[Example]:
    """The page, and the page as if its script had no capitals, which nearly all of them have."""
    sight = Sight.of(read_lines(dump.dump))
    labels = label_lines(sight.lines, dump.text)
    seen = looks(sight)
    return [
        Example(dump=dump, share=1.0, sight=sight, labels=labels, looks=seen),
        Example(
            dump=dump, share=CASELESS_SHARE, is_page=False, sight=sight, labels=labels,
            looks=[_without_case(one) for one in seen],
        ),
    ]  # fmt: skip


def _without_case(seen: Features) -> Features:
    """A line as it would look in a script without capitals, which are rare among the dumps."""
    if "no case" in seen:
        return seen
    return {**seen, "capitals": 0.5, "no case": 1.0, "lower start": 0.0}


def _line_lesson(one: Example, seen: list[Features]) -> Lesson:
    weights = [
        0.0 if label is None else heft(line)
        for line, label in zip(one.sight.lines, one.labels, strict=True)
    ]
    total = sum(weights) or 1.0
    answers = [bool(label) for label in one.labels]
    return Lesson(seen, answers, [one.share * 100 * weight / total for weight in weights])


def _gap_lesson(one: Example) -> Lesson:
    """Whether the article goes on after a gap; gaps far from it teach nothing."""
    lines, answers, weights = one.sight.lines, [], []
    right = [_share_right(one, block) for block in one.blocks]
    mass = [sum(lines[at].units for at in range(*block)) / 100 for block in one.blocks]
    for at in range(1, len(one.blocks)):
        above, below = right[at - 1] > 0.5, right[at] > 0.5
        answers.append(above and below)
        near = min(mass[at - 1], mass[at], 10.0) + 0.3
        weights.append(one.share * float(above or below) * near**0.5)
    return Lesson(gaps(one.sight, one.chances, one.blocks), answers, weights)


def _share_right(one: Example, block: Block) -> float:
    length = [one.sight.lines[at].units for at in range(*block)]
    right = [units for at, units in zip(range(*block), length, strict=True) if one.labels[at]]
    return sum(right) / sum(length)


def _title_lesson(one: Example) -> Lesson:
    title = one.dump.title
    listed = candidates(one.sight, one.body) if title else []
    answers = [is_right_title(title or "", one.sight.lines[at].text) for at in listed]
    share = 1.0 if any(answers) else 0.3
    seen = title_features(one.sight, one.chances, one.body, listed)
    return Lesson(seen, answers, [share] * len(listed))


def _beheaded(one: Example) -> Example:
    """A page without its headline, where every line that looks like one is of something else."""
    lines, title = one.sight.lines, one.dump.title or ""
    left = [at for at, line in enumerate(lines) if not is_right_title(title, line.text)]
    start, end = (sum(at < bound for at in left) for bound in one.stretch)
    return replace(
        one,
        is_page=False,
        sight=Sight.of([lines[at] for at in left]),
        labels=[one.labels[at] for at in left],
        chances=[one.chances[at] for at in left],
        stretch=(start, end),
    )


def _odds(
    examples: Sequence[Example], lessons: Sequence[Lesson], scorer: str,
    tables: dict[str, dict[str, float]],
) -> list[list[float]]:  # fmt: skip
    """What each example gets from weights learned on other sites; the table learned on all."""
    names = sorted({name for lesson in lessons for seen in lesson.seen for name in seen})
    column = {name: at for at, name in enumerate(names)}
    matrices = [_matrix(lesson.seen, column) for lesson in lessons]
    folds = [_fold(one.dump.site) for one in examples]
    odds: list[list[float]] = [[] for _ in lessons]
    for fold in range(FOLDS):
        bias, weights = _fit(matrices, lessons, [it != fold for it in folds], RIDGE[scorer])
        for at, one in enumerate(folds):
            if one == fold:
                odds[at] = (matrices[at] @ weights + bias).tolist()
    bias, weights = _fit(matrices, lessons, [True] * len(lessons), RIDGE[scorer])
    tables[scorer] = {"bias": bias, **dict(zip(names, weights.tolist(), strict=True))}
    return odds


def _fold(site: str) -> int:
    return int(hashlib.sha256(site.encode()).hexdigest(), 16) % FOLDS


def _matrix(seen: Sequence[Features], column: dict[str, int]) -> NDArray[np.float64]:
    matrix = np.zeros((len(seen), len(column)))
    for row, one in enumerate(seen):
        for name, value in one.items():
            matrix[row, column[name]] = value
    return matrix


def _fit(
    matrices: Sequence[NDArray[np.float64]], lessons: Sequence[Lesson], chosen: Sequence[bool],
    ridge: float,
) -> tuple[float, NDArray[np.float64]]:  # fmt: skip
    """Ridge logistic regression by Newton's method, on standardised features."""
    taken = [at for at, is_chosen in enumerate(chosen) if is_chosen]
    weight = np.concatenate([np.asarray(lessons[at].weights, float) for at in taken])
    known = weight > 0
    weight = weight[known]
    answer = np.concatenate([np.asarray(lessons[at].answers, float) for at in taken])[known]
    seen = np.vstack([matrices[at] for at in taken])[known]
    mean, spread = seen.mean(0), seen.std(0) + 1e-6
    seen = np.hstack([(seen - mean) / spread, np.ones((len(seen), 1))])
    penalty = np.diag([*[ridge] * (seen.shape[1] - 1), 1e-6])
    found = np.zeros(seen.shape[1])
    for _ in range(25):
        likely = 1 / (1 + np.exp(-np.clip(seen @ found, -30, 30)))
        slope = seen.T @ (weight * (likely - answer)) + penalty @ found
        bend = weight * np.maximum(likely * (1 - likely), 1e-6)
        step = np.linalg.solve((seen * bend[:, None]).T @ seen + penalty, slope)
        found -= step
        if np.abs(step).max() < 1e-6:
            break
    weights = found[:-1] / spread
    return float(found[-1] - (mean * weights).sum()), weights


def _report(
    examples: Sequence[Example], lessons: Sequence[Lesson], titles: Sequence[Sequence[float]]
) -> None:
    found = []
    pages = [one for one in examples if one.is_page]
    for one, lesson, odds in zip(pages, lessons, titles, strict=False):
        lines, seen_keys, text = one.sight.lines, set[str](), []
        listed = candidates(one.sight, one.body) if lesson.seen else []
        title = choose_title(odds, lesson.seen, listed)
        for at in one.body:
            if at != title and lines[at].key not in seen_keys:
                seen_keys.add(lines[at].key)
                text.append(lines[at].text)
        found.append((None if title is None else lines[title].text, "\n".join(text)))
    score = Score.of([one.dump for one in pages], found)
    print(
        f"on sites not learned from: precision {score.precision:.4f} recall {score.recall:.4f} "
        f"F1 {score.f1:.4f} title {score.title:.3f}"
    )


def _write(tables: dict[str, dict[str, float]]) -> None:
    rows = [
        f"{scorer}\t{name}\t{value:.4f}\n"
        for scorer, table in tables.items()
        for name, value in sorted(table.items())
        if f"{value:.4f}" not in {"0.0000", "-0.0000"}
    ]
    TABLE.write_text(HEAD + "".join(rows), "utf-8")
    print(f"wrote {len(rows)} weights to {TABLE.name}")


if __name__ == "__main__":
    main()
