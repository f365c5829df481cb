"""Edges and copies of a corpus from before passages had a place."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from ingest.corpus import Corpus
from tests.test_older_corpus import made_by

if TYPE_CHECKING:
    from pathlib import Path

EARLIER = """
INSERT INTO outlets (id, first_seen, last_seen) VALUES ('a.test', '2025-07-01', '2025-07-01');
INSERT INTO runs (id, started, spider, "trigger", outcome, version)
  VALUES (1, '2025-07-01', 'feeds', 'command', 'finished', '0.1');
INSERT INTO pages (id, key, url, outlet, outcome, reason, found_by, first_seen) VALUES
  (1, 'a.test/1', 'http://a.test/1', 'a.test', 'article', 'r', 'feeds', '2025-07-01'),
  (2, 'a.test/2', 'http://a.test/2', 'a.test', 'copy', 'r', 'feeds', '2025-07-01');
INSERT INTO articles (id, title, outlet, relevance, why, lead, words, url, first_seen, run, page,
  sha256, extractor, text)
  VALUES (1, 't', 'a.test', 1, 'w', 'l', 2, 'u', '2025-07-01', 1, 1, '0', 'x', 'two words');
INSERT INTO copies (id, article, outlet, title, url, relation, similarity, passage, hours_later,
  first_seen, page, run)
  VALUES (7, 1, 'a.test', 't', 'u', 'near', 0.9, 'quoted', 3.5, '2025-07-01', 2, 1);
INSERT INTO edges (a, b, a_in_b, b_in_a, jaccard, shared, is_exact, passage)
  VALUES (1, 2, 0.8, 0.9, 0.7, 60, 0, 'quoted');
"""


def test_older_edges_and_copies_are_kept_and_await_their_passages(tmp_path: Path) -> None:
    with closing(Corpus(made_by(4, tmp_path, EARLIER))) as corpus:
        [copy] = corpus._rows("SELECT * FROM copies")
        [edge] = corpus._rows("SELECT * FROM edges")
        original = corpus._value("SELECT original FROM who_copied_whom")
        unbroken = corpus._rows("PRAGMA foreign_key_check")
        mode = corpus._value("PRAGMA legacy_alter_table")

    assert (copy["id"], copy["passage"], copy["hours_later"]) == (7, "quoted", 3.5)
    assert copy["original_start"] is None
    assert (edge["a_in_b"], edge["b_in_a"], edge["from_top"]) == (0.8, 0.9, 1)
    assert edge["relation"] is None
    assert (original, unbroken, mode) == ("a.test", [], 0)
