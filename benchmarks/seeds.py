"""How well dumps are cleaned: the evaluation dumps and the five seeds, with peers beside.

python -m benchmarks.seeds           print the table
python -m benchmarks.seeds --check   the same, and exit 1 below the floors
python -m benchmarks.seeds --write   put the table into docs/seeds.md
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.dumps_eval import DUMPS, Dump, Score, read_dumps
from benchmarks.real_web import markdown_table, replace_block
from ingest.seedset import clean_dump

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"
GOLD = Path(__file__).parent / "gold" / "seeds"
DOCS = ROOT / "docs" / "seeds.md"

#: The data that the floors were set on; figures on other data are others.
DUMPS_SHA256 = "8f604a4fe50b3988265caeaefa9427caa4a55cfb64fd66f2a3a57033c576b391"
#: Body F1 and share of right headlines, 0..1: reached, less .002. All must hold on the seeds.
LEAST_F1, LEAST_TITLE = 0.918, 0.808

Cleaner = Callable[[str], tuple[str | None, str]]
_LONG_LINE = 80


def main() -> int:
    """Measure, print, check."""
    tables = [("five seeds", gold())]
    if DUMPS.is_file():
        tables.append(("591 dumps", read_dumps()))
    else:
        print("no evaluation dumps here: the five seeds only", file=sys.stderr)
    rows = [
        (name, [measure(cleaner, dumps) for _, dumps in tables])
        for name, cleaner in cleaners().items()
    ]
    table = as_table([name for name, _ in tables], rows)
    print("\n".join(table))
    problems = shortfalls(dict(rows)["Seedbed"])
    for problem in problems:
        print(problem, file=sys.stderr)
    if "--write" in sys.argv[1:]:
        replace_block(DOCS, "cleaning", table)
    return int("--check" in sys.argv[1:] and bool(problems))


def gold() -> list[Dump]:
    """The five seeds, with the lines that a reader marked as headline and body."""
    dumps = []
    for path in sorted(SEEDS.glob("*.txt")):
        body = path.read_bytes()
        marked = json.loads((GOLD / f"{path.stem}.json").read_text("utf-8"))
        if hashlib.sha256(body).hexdigest() != marked["sha256"]:
            raise SystemExit(f"{path.name} is not the file that was marked")
        lines = body.decode().split("\n")
        text = [line for start, end in marked["body"] for line in lines[start - 1 : end]]
        dumps.append(
            Dump(
                site=path.stem,
                dump=body.decode(),
                text="\n".join(line.strip() for line in text if line.strip()),
                title=lines[marked["title"] - 1].strip(),
            )
        )
    return dumps


def measure(cleaner: Cleaner, dumps: list[Dump]) -> tuple[Score, float]:
    """The score of a cleaner, and how many dumps it cleans in a second of one core."""
    started = time.process_time()
    found = [cleaner(dump.dump) for dump in dumps]
    return Score.of(dumps, found), len(dumps) / max(time.process_time() - started, 1e-9)


def shortfalls(measured: list[tuple[Score, float]]) -> list[str]:
    """What is below its floor."""
    seeds, *rest = (score for score, _ in measured)
    problems = []
    if (seeds.f1, seeds.title) != (1.0, 1.0):
        problems.append(f"the seeds: F1 {seeds.f1:.4f}, titles {seeds.title:.3f}; both must be 1")
    for score in rest:
        if hashlib.sha256(DUMPS.read_bytes()).hexdigest() != DUMPS_SHA256:
            problems.append("the evaluation dumps are not those that the floors were set on")
        if score.f1 < LEAST_F1:
            problems.append(f"body F1 {score.f1:.4f} is below {LEAST_F1}")
        if score.title < LEAST_TITLE:
            problems.append(f"titles {score.title:.3f} are below {LEAST_TITLE}")
    return problems


def as_table(names: list[str], rows: list[tuple[str, list[tuple[Score, float]]]]) -> list[str]:
    """A Markdown table, a line a cleaner."""
    head = ["cleaner"]
    for name in names:
        head += [f"{name}: precision", "recall", "F1", "title", "a second"]
    lines = []
    for name, measured in rows:
        cells = [name]
        for score, speed in measured:
            cells += [f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}"]
            cells += [f"{score.title:.3f}" if score.title else "-", f"{speed:,.0f}"]
        lines.append(cells)
    return markdown_table(head, lines)


def cleaners() -> dict[str, Cleaner]:
    """Ours first, then the peers that can be imported here."""
    found: dict[str, Cleaner] = {
        "Seedbed": _ours,
        "whole file": lambda dump: (None, dump),
        "lines of 80 characters, once": _long_lines,
        "trafilatura, raw text": lambda dump: (None, _trafilatura(dump)),
        "trafilatura, a paragraph a line": lambda dump: (None, _trafilatura(_paragraphs(dump))),
    }
    for name, make in (("jusText", _justext), ("boilerpy3", _boilerpy)):
        try:
            found[f"{name}, a paragraph a line"] = make()
        except ImportError:
            print(f"{name} is not installed: left out", file=sys.stderr)
    return found


def _ours(dump: str) -> tuple[str | None, str]:
    cleaned = clean_dump(dump)
    return cleaned.title, cleaned.text


def _long_lines(dump: str) -> tuple[None, str]:
    lines = dict.fromkeys(line.strip() for line in dump.split("\n"))
    return None, "\n".join(line for line in lines if len(line) >= _LONG_LINE)


def _paragraphs(dump: str) -> str:
    lines = (line.strip() for line in dump.split("\n"))
    body = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return f"<html><body>{body}</body></html>"


def _trafilatura(page: str) -> str:
    import trafilatura

    return trafilatura.extract(page) or ""


def _justext() -> Cleaner:
    justext: Any = import_module("justext")
    words = justext.get_stoplist("English")

    def clean(dump: str) -> tuple[None, str]:
        found = justext.justext(_paragraphs(dump).encode(), words)
        return None, "\n".join(one.text for one in found if not one.is_boilerplate)

    return clean


def _boilerpy() -> Cleaner:
    extractors: Any = import_module("boilerpy3.extractors")
    extractor = extractors.ArticleExtractor()
    return lambda dump: (None, extractor.get_content(_paragraphs(dump)))


if __name__ == "__main__":
    sys.exit(main())
