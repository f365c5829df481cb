"""Whose capture a page is stays said when it is judged or read anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.reextract import reextract
from ingest.rejudge import before_run
from tests.rows import NOW
from tests.taught import all_prints, crawl, make_workspace, opened, snapshot

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from ingest.corpus import Corpus

PRINTS = all_prints()[::18]
CAPTURE = "a.warc.gz, byte 0"
SAID = f"; as captured {NOW:%Y-%m-%d %H:%M} UTC: {CAPTURE}"


def reasons(corpus: Corpus) -> list[dict[str, Any]]:
    """Every line of the ledger that was fetched, and what is kept of it."""
    return corpus._rows(
        "SELECT p.key, p.outcome, p.reason, t.why, a.why AS told FROM pages p "
        "LEFT JOIN texts t ON t.page = p.id LEFT JOIN articles a ON a.page = p.id "
        "WHERE p.warc IS NOT NULL ORDER BY p.key"
    )


def is_said(row: dict[str, Any]) -> bool:
    """Whether it is said once; of a copy the ledger says of what it is one."""
    why = row["why"] or row["reason"]
    return why.count(SAID) == 1 and (row["outcome"] == "copy" or SAID in row["reason"])


def test_reading_again_right_after_finds_and_leaves_all_the_same(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS, capture=CAPTURE)
        before = reasons(corpus)
        for name in ("judged_by", "rejudging"):  # as where the run taught the topic something
            corpus.set_state(name, "")
        trial = reextract(workspace, corpus, now=NOW, is_trial=True)
        done = reextract(workspace, corpus, now=NOW)

        assert {row["outcome"] for row in before} == {"article", "copy", "off-topic"}
        assert all(is_said(row) for row in before)
        assert [(one.same, one.changed) for one in (trial, done)] == [(len(PRINTS), 0)] * 2
        assert reasons(corpus) == before


def test_another_topic_leaves_it_said_as_if_captured_under_it(tmp_path: Path) -> None:
    toml = "[topic]\nthreshold = 0.1\n"
    with opened(tmp_path / "start", None, toml) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS, capture=CAPTURE)
        expected = snapshot(corpus)
    with opened(tmp_path / "later") as (_, corpus):
        crawl(make_workspace(tmp_path / "later"), corpus, PRINTS, capture=CAPTURE)
        before = snapshot(corpus)
        before_run(make_workspace(tmp_path / "later", None, toml), corpus, now=NOW)
        after = snapshot(corpus)

        assert after == expected != before
        assert all(is_said(row) for row in reasons(corpus))
        before_run(make_workspace(tmp_path / "later"), corpus, now=NOW)
        assert snapshot(corpus) == before
