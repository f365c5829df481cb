"""Addresses that an older Seedbed keyed otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlite_utils import Database  # noqa: TID251

from ingest.corpus.rekeying import rekey
from ingest.urls import address_key, outlet_of
from tests.test_intake import dated, open_intake, prose, take

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.corpus import Corpus

PLAIN = "https://herald.test/2025/07/02/one-note-of-protest"
_PAGE = "(SELECT id FROM pages WHERE url = :url)"
POST = "https://qafqaz.substack.com/p/another-note-of-protest"


def as_before(corpus: Corpus, url: str, key: str, outlet: str) -> None:
    """Write the page as a version with fewer rules would have."""
    corpus._run(
        "INSERT OR IGNORE INTO outlets (id, first_seen, last_seen) VALUES (?, 'then', 'then')",
        (outlet,),
    )
    for sql in (
        f"UPDATE articles SET outlet = :outlet WHERE page = {_PAGE}",
        f"UPDATE texts SET canonical_key = :key WHERE page = {_PAGE}",
        "UPDATE pages SET key = :key, outlet = :outlet WHERE url = :url",
    ):
        corpus._run(sql, {"url": url, "key": key, "outlet": outlet})


def keyed(corpus: Corpus) -> list[dict[str, Any]]:
    return corpus._rows(
        "SELECT p.url, p.key, p.outlet, t.canonical_key, a.outlet AS of_article FROM pages p "
        "JOIN texts t ON t.page = p.id LEFT JOIN articles a ON a.page = p.id ORDER BY p.id"
    )


def test_pages_of_an_older_corpus_get_their_present_keys_and_outlets(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db", seed=False)
    for url, seed in ((f"{PLAIN}?maca=x", 1), (POST, 2)):
        take(intake, dated(url, prose(seed), seed))
    corpus = intake.corpus
    fresh = keyed(corpus)
    as_before(corpus, f"{PLAIN}?maca=x", "herald.test/2025/07/02/one-note?maca=x", "herald.test")
    as_before(corpus, POST, address_key(POST), "substack.com")
    assert keyed(corpus) != fresh

    rekey(Database(corpus._raw))

    assert keyed(corpus) == fresh
    assert [row["outlet"] for row in fresh] == ["herald.test", outlet_of(POST)]


def test_two_pages_with_one_key_now_stay_two_rows_at_one_address(tmp_path: Path) -> None:
    intake = open_intake(tmp_path / "corpus.db", seed=False)
    other = "https://herald.test/2025/07/02/one-note-of-protest-twice"
    for url, seed in ((PLAIN, 1), (other, 2)):
        take(intake, dated(url, prose(seed), seed))
    corpus = intake.corpus
    corpus._run("UPDATE pages SET url = ? WHERE url = ?", (f"{PLAIN}?maca=x", other))
    corpus._run("UPDATE texts SET url = ? WHERE url = ?", (f"{PLAIN}?maca=x", other))

    for _ in range(2):
        rekey(Database(corpus._raw))

    rows = keyed(corpus)
    assert [row["key"] for row in rows] == [address_key(PLAIN), address_key(other)]
    assert {row["canonical_key"] for row in rows} == {address_key(PLAIN)}
