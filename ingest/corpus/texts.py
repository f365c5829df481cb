"""The wordings of pages, whole."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from ingest.corpus.base import iso, parse_iso
from ingest.corpus.edges import Edges
from ingest.corpus.fingerprints import Fingerprints
from ingest.items import Article, Kind

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from ingest.items import Relevance

__all__ = ["Texts"]

_PACKED = (
    "title", "standfirst", "text", "published_confidence", "modified", "author", "agency",
    "language", "section", "outlet_name", "picture", "is_paywalled", "provenance", "extractor",
    "kind", "links", "line_kinds", "left_out",
)  # fmt: skip


def as_kept(article: Article) -> Article:
    """The article as it comes back: times in UTC, to the second."""
    published, modified = (_kept(at) for at in (article.published, article.modified))
    return replace(article, published=published, modified=modified)


def _kept(at: datetime | None) -> datetime | None:
    return parse_iso(iso(at)) if at else None


def pack(article: Article) -> bytes:
    """The parts of an article that no query asks for, compressed."""
    whole = asdict(article)
    part = {name: whole[name] for name in _PACKED}
    part["modified"] = iso(article.modified) if article.modified else None
    return zlib.compress(json.dumps(part, ensure_ascii=False).encode(), 6)


def unpack(row: dict[str, Any]) -> Article:
    """The article of a row of `texts`."""
    part = json.loads(zlib.decompress(row["article_z"]))
    part["links"] = tuple((url, anchor) for url, anchor in part["links"])
    part["left_out"] = tuple((at, line) for at, line in part.get("left_out", ()))
    part["provenance"] = tuple((name, source) for name, source in part.get("provenance", ()))
    part["modified"] = parse_iso(part.get("modified"))
    part["kind"] = Kind(part.get("kind", Kind.ARTICLE))
    return Article(url=row["url"], published=parse_iso(row["published"]), **part)


class Texts(Fingerprints, Edges):
    """The rows of `texts`, with what is found by them."""

    def text_of(self, page: int) -> Article | None:
        """The wording kept of a page; None: none was kept."""
        row = self._row("SELECT url, published, article_z FROM texts WHERE page = ?", (page,))
        return unpack(row) if row else None

    def seed_text(self, seed: int) -> str:
        """What a seed is compared by: a dump as the file has it, of a web page the text alone."""
        return str(
            self._value(
                "SELECT CASE WHEN lower(file) LIKE '%.htm%' THEN text ELSE raw END "
                "FROM seeds WHERE id = ?",
                (seed,),
            )
        )

    def store_text(
        self,
        page: int,
        article: Article,
        *,
        canonical_key: str,
        relevance: Relevance,
        is_related: bool,
        sample_size: int,
        why: str,
        run: int,
        now: datetime,
    ) -> None:
        """Keep the wording of a page, in place of an earlier one."""
        self._run(
            "INSERT INTO texts (page, canonical_key, url, published, relevance, is_related, "
            "sample_size, seed, why, run, first_seen, article_z) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (page) DO UPDATE SET canonical_key = excluded.canonical_key, "
            "url = excluded.url, published = excluded.published, relevance = excluded.relevance, "
            "is_related = excluded.is_related, sample_size = excluded.sample_size, "
            "seed = excluded.seed, why = excluded.why, article_z = excluded.article_z",
            (
                page,
                canonical_key,
                article.url,
                iso(article.published) if article.published else None,
                relevance.score,
                is_related,
                sample_size,
                relevance.seed,
                why,
                run,
                iso(now),
                pack(article),
            ),
        )
        if article.outlet_name:  # the smallest wins, so that order of arrival plays no part
            self._run(
                "UPDATE outlets SET name = :name WHERE id = (SELECT outlet FROM pages "
                "WHERE id = :page) AND (name IS NULL OR name > :name)",
                {"name": article.outlet_name, "page": page},
            )

    def remove(self, document: int, selected: Collection[int]) -> None:
        """Forget the hashes and edges of a document, before its new wording comes in."""
        self.unindex(document, selected)
        self.unlink(document)
