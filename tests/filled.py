"""A corpus with a handful of rows in every table that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.corpus import Corpus
from ingest.corpus.texts import pack
from tests.rows import article

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = "<script>alert('headline')</script>"
T1, T2, T3, T4 = (f"2025-07-0{day}T08:00:00Z" for day in (1, 2, 3, 8))


def insert(corpus: Corpus, table: str, **values: Any) -> None:
    columns = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join(f":{name}" for name in values)
    corpus._run(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)


def add_article(corpus: Corpus, number: int, *, title: str, outlet: str, **more: Any) -> None:
    facts: dict[str, Any] = {
        "id": number, "title": title, "outlet": outlet, "relevance": 0.8, "seed": 1,
        "why": "relevance 0.80 (cut 0.35): sputnik, baku", "lead": "Police entered the office.",
        "words": 120, "language": "en", "url": f"https://{outlet}/{number}", "first_seen": T1,
        "run": 1, "page": number, "sha256": f"{number:064d}", "extractor": "test 1",
        "text": "Police entered the Sputnik office in Baku.\nThe editor was detained.",
    }  # fmt: skip
    insert(corpus, "articles", **(facts | more))


def add_page(corpus: Corpus, number: int, *, outlet: str, outcome: str, **more: Any) -> None:
    facts: dict[str, Any] = {
        "id": number, "key": f"{outlet}/{number}", "url": f"https://{outlet}/{number}",
        "outlet": outlet, "outcome": outcome, "reason": "a reason", "found_by": "feeds",
        "source": 1, "relevance": 0.8, "first_seen": T1, "last_fetched": T2, "run": 1,
    }  # fmt: skip
    insert(corpus, "pages", **(facts | more))


def add_copy(corpus: Corpus, number: int, **values: Any) -> None:
    facts: dict[str, Any] = {
        "id": number, "title": "Editor held", "relation": "exact", "similarity": 1.0,
        "passage": "the editor was detained", "first_seen": T2, "run": 1,
    }  # fmt: skip
    insert(corpus, "copies", **(facts | values))


def fill(path: Path) -> Corpus:
    """A filled corpus at `path`, open."""
    corpus = Corpus(path)
    fill_rows(corpus)
    return corpus


def fill_rows(corpus: Corpus) -> None:
    """The same into an empty corpus, wherever it stands."""
    with corpus.transaction():
        _fill_sources(corpus)
        _fill_ledger(corpus)
        _fill_texts(corpus)


def _fill_sources(corpus: Corpus) -> None:
    for domain, name in (("first.test", "The First"), ("second.test", None), ("third.test", None)):
        insert(corpus, "outlets", id=domain, name=name, language="en", first_seen=T1, last_seen=T3)
    for number, title in ((1, "Raid in Baku"), (2, None)):
        insert(
            corpus, "seeds", id=number, file=f"seed{number}.txt", title=title, published=T1,
            language="en", words=80, noise_share=0.4, sha256="0" * 64, text="x", raw="x y",
        )  # fmt: skip
    insert(
        corpus, "runs", id=1, started=T1, finished=T2, spider="feeds", trigger="command",
        outcome="finished", fetched=3, new_articles=2, copies=1, seconds=9.5, version="0.1.0",
    )  # fmt: skip
    feed: dict[str, Any] = {"kind": "feed", "every_minutes": 15, "found_by": "settings"}
    insert(
        corpus, "sources", id=1, outlet="first.test", url="https://first.test/feed",
        next_due="2999-01-01T00:00:00Z", last_ok=T3, items_seen=9, articles_kept=2, **feed,
    )  # fmt: skip
    insert(
        corpus, "sources", id=2, outlet="second.test", url="https://second.test/feed",
        next_due=T3, last_error="HTTP 503", failures=4, **feed,
    )  # fmt: skip


def _fill_ledger(corpus: Corpus) -> None:
    add_page(corpus, 1, outlet="first.test", outcome="article", article=1)
    add_page(corpus, 2, outlet="second.test", outcome="article", article=2)
    add_page(corpus, 3, outlet="third.test", outcome="copy", article=1)
    add_page(corpus, 4, outlet="second.test", outcome="copy")
    add_page(
        corpus, 5, outlet="third.test", outcome="off-topic", relevance=0.12,
        reason="relevance 0.12, below the cut 0.35; all it shares with the topic: baku",
    )  # fmt: skip
    add_page(
        corpus, 6, outlet="third.test", outcome="off-topic", relevance=0.31,
        reason="relevance 0.31, below the cut 0.35; all it shares with the topic: aliyev",
    )  # fmt: skip
    add_page(
        corpus, 7, outlet="third.test", outcome="rejected", relevance=None,
        reason="list: 41 links, 12 words of prose", url="https://third.test/tags/%3Cb%3E",
        found_by="links",
    )  # fmt: skip
    insert(corpus, "hubs", page=7, outlet="third.test", because="its words", entered=T1)
    for page, outcome in ((1, "article"), (2, "article"), (3, "copy")):
        insert(
            corpus, "fetches", page=page, run=1, at=T2, outcome=outcome, reason="a reason",
            http_status=200, bytes=900,
        )  # fmt: skip
    insert(corpus, "labels", page=5, verdict="no", at=T3, by="reader")


def _fill_texts(corpus: Corpus) -> None:
    insert(
        corpus,
        "stories",
        id=1,
        title="The raid",
        terms="raid, Sputnik",
        first_published=T1,
        articles=1,
        outlets=1,
    )
    add_article(
        corpus, 1, title="Editor detained", outlet="first.test", published=T1, story=1, copies=1
    )
    add_article(
        corpus, 2, title=SCRIPT, outlet="second.test", published=T3, language="ru", seed=2,
        url="javascript:alert('address')", text="Şəki şəhərində <b>konsert</b> ləğv edildi.",
    )  # fmt: skip
    add_copy(
        corpus, 1, article=1, outlet="third.test", published=T2, page=3, hours_later=24.0,
        url="https://third.test/3",
    )  # fmt: skip
    add_copy(
        corpus, 2, seed=1, outlet="second.test", published=T4, page=4, relation="near",
        similarity=0.9, url="https://second.test/4",
    )  # fmt: skip
    insert(
        corpus, "edges", a=1, b=2, a_in_b=0.2, b_in_a=0.7, jaccard=0.18, shared=40, is_exact=0,
        from_top=0, run=31, is_template=0, relation="excerpt", passage="the editor was detained",
        passage_words=31, a_start=41, a_end=64, b_start=0, b_end=23,
    )  # fmt: skip
    insert(
        corpus, "revisions", article=1, page=1, seen=T3, title="Editor questioned",
        new_title="Editor detained", title_changed=1, words_added=4, words_removed=2, run=1,
        text="The editor was questioned.",
    )  # fmt: skip
    insert(
        corpus, "events", article=1, page=1, kind="gone", at=T4, detail="http 410", run=1
    )  # fmt: skip
    insert(
        corpus, "links", article=1, url="https://second.test/x", target_outlet="second.test"
    )  # fmt: skip
    for page in (1, 2):
        insert(
            corpus, "texts", page=page, canonical_key=f"test/{page}", url=f"https://test/{page}",
            published=T1, relevance=0.8, is_related=1, sample_size=1, why="a reason", run=1,
            first_seen=T1, article_z=pack(article(f"https://test/{page}", "Police entered.")),
        )  # fmt: skip
    insert(
        corpus, "leads", outlet="second.test", title="Editor freed", published=T3, first_seen=T4,
        url="https://news.google.com/rss/articles/CBMi", source=1, page=1,
    )  # fmt: skip
    insert(
        corpus, "translations", page=1, other=2, score=0.9, first_seen=T1,
        evidence="each page names the other as its edition (hreflang)",
    )  # fmt: skip
