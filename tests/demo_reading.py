"""What readers ask of a crawled demo: the examples of every help, and the life of every address."""

from __future__ import annotations

import json
import re
import shlex
from contextlib import closing
from typing import TYPE_CHECKING, Any

from ingest.cli import main
from ingest.corpus import Corpus
from ingest.examples import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

__all__ = ["check_examples", "check_lives"]

#: The others write, wait, fetch, or need what a reader alone has.
_READING = frozenset(
    {"check", "completeness", "diff", "runs", "search", "seeds", "show", "sources", "status",
     "stories", "topic", "why"}
)  # fmt: skip
_WRITING = ("--fix", "--accept")
_CUT = re.compile(r"\bcut (\d\.\d+)")


def check_examples(folder: Path, capsys: pytest.CaptureFixture[str]) -> int:
    """Run the examples that read; how many did."""
    ran = 0
    for name, examples in EXAMPLES.items():
        for example in examples:
            if name not in _READING or any(option in example for option in _WRITING):
                continue
            arguments = shlex.split(example)
            code = main(["-w", str(folder), *arguments])
            told = capsys.readouterr()
            assert code == 0, (example, told.err)
            assert told.out.strip() not in ("", "nothing found") or "--json" in arguments, example
            if "--json" in arguments:
                assert all(isinstance(json.loads(line), dict) for line in told.out.splitlines())
            ran += 1
    return ran


def check_lives(folder: Path, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """Ask why of an address of every outcome and reason; the outcomes that were asked for."""
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        pages = corpus._rows(
            "SELECT min(id) AS id, url, outcome, reason, relevance, last_fetched, article "
            "FROM pages GROUP BY outcome, substr(reason, 1, 8)"
        )
        for page in pages:
            assert main(["-w", str(folder), "why", page["url"]]) == 0
            shown = " ".join(capsys.readouterr().out.split())
            assert main(["-w", str(folder), "why", page["url"], "--json"]) == 0
            _check_life(corpus, page, json.loads(capsys.readouterr().out), shown)
    return {page["outcome"] for page in pages}


def _check_life(corpus: Corpus, page: dict[str, Any], told: dict[str, Any], shown: str) -> None:
    tests = {one["name"]: one for one in told["tests"]}
    failed = {name for name, one in tests.items() if not one["is_passed"]}
    outcome = page["outcome"]
    if told["refused"] and outcome != "skipped":  # fetched all the same, to try the gate
        failed.remove("gate")

    assert failed == {
        "article": set(), "copy": set(), "skipped": {"gate"}, "robots": {"robots"},
        "off-topic": {"relevance"}, "rejected": {"page"}, "gone": {"answer"}, "failed": {"answer"},
    }[outcome], page  # fmt: skip
    for one in told["tests"]:
        if one["figure"] is not None:
            assert (one["figure"] >= one["threshold"]) == one["is_passed"], (page, one)
            assert f"{one['figure']:.2f}" in shown
    if outcome in ("article", "copy", "off-topic"):
        assert tests["relevance"]["figure"] == page["relevance"]
        if cut := _CUT.search(page["reason"]):
            assert tests["relevance"]["threshold"] == float(cut[1])
    if outcome == "skipped":
        assert f"{tests['gate']['figure']:.2f} of the cut" in page["reason"]
    assert told["would_change"]
    assert told["would_change"][0] in shown
    story = corpus._value("SELECT story FROM articles WHERE id = ?", (page["article"],))
    assert (told["story"] or {}).get("id") == story
    assert len(told["revisions"]) == corpus._value(
        "SELECT count(*) FROM revisions WHERE page = ?", (page["id"],)
    )
