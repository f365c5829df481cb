"""`python -m benchmarks.harvest`: harvest rate and story recall beside three other ways.

`--check` fails where a figure fell under its floor; `--pin` writes floors; `--http STORY` walks the
same web with `seedbed crawl links` over loopback.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import real_web
from benchmarks.floors import below, pin, read_floors
from benchmarks.harvest.html import Served
from benchmarks.harvest.measure import (
    BUDGET,
    OURS,
    SHARES,
    digest_of,
    halves,
    means,
    measure,
    relevant_pages,
)
from benchmarks.harvest.ours import Reader, best_first, seed_files
from benchmarks.harvest.web import Variant, build_web
from benchmarks.story_run import choose_seeds, read_texts
from ingest.demo.server import serve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FLOORS = Path(__file__).with_name("floors.tsv")
_PAGE = Path(__file__).parents[2] / "docs" / "focused-crawl.md"
_CHOSEN, _HELD = "chosen", "held"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--variant", action="append", choices=list(Variant))
    parser.add_argument("--half", action="append", choices=[_CHOSEN, _HELD])
    parser.add_argument("--check", action="store_true", help="fail under the pinned floors")
    parser.add_argument("--pin", action="store_true", help="pin what is reached")
    parser.add_argument("--may-lower", action="store_true", help="with --pin: floors may fall")
    parser.add_argument("--http", metavar="STORY", help="one story over loopback")
    options = parser.parse_args()
    if not real_web.EVAL.exists():
        print("skipped: the labelled stories are not here", file=sys.stderr)
        return 0
    texts = read_texts(real_web.EVAL / "relevance" / "data" / "web.jsonl.xz")
    if options.http:
        print("\n".join(http_lines(texts, options.http)))
        return 0
    variants = [Variant(one) for one in options.variant or Variant]
    figures, lines = _measure(texts, variants, options.half or [_CHOSEN, _HELD])
    print("\n".join(lines))
    if not (options.variant or options.half):
        real_web.replace_block(_PAGE, "harvest", lines)
    return _hold(figures, {"texts digest": digest_of(texts)}, options)


def _measure(
    texts: Sequence[Mapping[str, Any]], variants: Sequence[Variant], asked: Sequence[str]
) -> tuple[dict[str, float], list[str]]:
    figures: dict[str, float] = {}
    lines: list[str] = []
    for half, stories in zip((_CHOSEN, _HELD), halves(texts), strict=True):
        if half not in asked:
            continue
        for variant in variants:
            told = means(measure(texts, stories, variant))
            lines += [f"{half}, {variant}, {len(stories)} stories:", "", *_table(told), ""]
            figures |= _figures(f"{half} {variant}", told)
    return figures, lines


def _table(told: Mapping[str, tuple[list[float], list[float]]]) -> list[str]:
    names = [f"{round(share * BUDGET)}" for share in SHARES]
    head = ("method", *(f"harvest at {n}" for n in names), *(f"recall at {n}" for n in names))
    rows = [
        (method, *(f"{value:.3f}" for value in (*harvest, *recall)))
        for method, (harvest, recall) in told.items()
    ]
    return real_web.markdown_table(head, rows)


def _figures(name: str, told: Mapping[str, tuple[list[float], list[float]]]) -> dict[str, float]:
    """What is held to: our own figures, and how we stand to the others."""
    (harvest, recall), (breadth, breadth_recall) = told[OURS], told["breadth first"]
    others = [told[one] for one in told if one not in {OURS, "oracle"}]
    return {
        f"{name} harvest at a quarter": harvest[0],
        f"{name} recall at the end": recall[-1],
        f"{name} times breadth first": harvest[0] / breadth[0] if breadth[0] else float("inf"),
        f"{name} recall over breadth first": recall[-1] - breadth_recall[-1],
        f"{name} harvest over the best other": harvest[0] - max(one[0][0] for one in others),
    }


def _hold(
    figures: Mapping[str, float], digests: Mapping[str, str], options: argparse.Namespace
) -> int:
    if options.pin:
        for line in (fallen := pin(figures, digests, _FLOORS, may_lower=options.may_lower)):
            print(f"would fall: {line}", file=sys.stderr)
        return 1 if fallen else 0
    if not options.check:
        return 0
    pinned, floors = read_floors(_FLOORS)
    if dict(digests) != pinned:
        print("skipped: the labelled stories are not those that floors were pinned on")
        return 0
    asked = {name: floor for name, floor in floors.items() if name in figures}
    for line in (fallen := below(figures, asked)):
        print(f"fell: {line}", file=sys.stderr)
    return 1 if fallen else 0


def http_lines(texts: Sequence[Mapping[str, Any]], story: str) -> list[str]:
    """One story over loopback, from the front pages alone, beside the same in one process."""
    web = build_web(texts, Variant.PLAIN)
    seeds = choose_seeds(texts, story)
    relevant = relevant_pages(web.pages, story, {seed["id"] for seed in seeds})
    simulated = best_first(Reader(web), (), BUDGET, seeds)
    with tempfile.TemporaryDirectory() as scratch:
        folder = real_web.make_workspace(
            Path(scratch) / "w", seed_files(seeds), {"sites": web.homes}
        )
        with (folder / "seedbed.toml").open("a", encoding="utf-8") as told:
            told.write(f"max_pages_per_run = {BUDGET - len(web.homes)}\nsample_share = 0.0\n")
        with serve(Served(web)) as server:
            real_web.run_seedbed(folder, server, "crawl", "links")
            asked = [one.url for one in server.log if not one.url.endswith("/robots.txt")]
    rows = []
    for name, urls in (("in one process", simulated), ("over loopback", asked)):
        found = [len(relevant & set(urls[: round(BUDGET * share)])) for share in SHARES]
        rows.append([name, len(urls), len(relevant), *found])
    head = ("run", "requests", "relevant", *(f"found at {round(s * BUDGET)}" for s in SHARES))
    return real_web.markdown_table(head, rows)


if __name__ == "__main__":
    sys.exit(main())
