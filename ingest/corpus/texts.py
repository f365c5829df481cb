"""Texts, their fingerprints and what they share: what the families are settled from."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ingest.corpus.base import Base, iso, parse_iso
from ingest.items import Article, Edge, Kind, Likeness, Standing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from ingest.items import Kin, Relevance

__all__ = ["Texts"]

_MAX_DOCUMENTS_PER_HASH = 256  # see ingest.relations.kin; a phrase that common tells nothing
_PACKED = (
    "title", "standfirst", "text", "published_confidence", "modified", "author", "agency",
    "language", "section", "outlet_name", "picture", "is_paywalled", "provenance", "extractor",
    "kind", "links", "line_kinds", "left_out",
)  # fmt: skip


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


class Texts(Base):
    """The rows of `texts`, `fingerprints` and `edges`."""

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

    def candidates(self, selected: Collection[int]) -> list[tuple[int, int, int | None]]:
        """Documents that hold any of these hashes: document, how many, and of how many in all.

        The last is not known of seeds. It spares reading a text for one phrase in common.
        """
        rows = self._rows(
            "SELECT f.document, f.shared, t.sample_size FROM (SELECT document, count(*) AS shared "
            "FROM fingerprints WHERE hash IN (SELECT value FROM json_each(?)) GROUP BY document) f "
            "LEFT JOIN texts t ON t.page = f.document",
            (json.dumps(sorted(selected)),),
        )
        return [(row["document"], row["shared"], row["sample_size"]) for row in rows]

    def add(self, document: int, selected: Collection[int]) -> None:
        """Index a document under its hashes."""
        self._run(
            "INSERT OR IGNORE INTO fingerprints (hash, document) "
            "SELECT value, ? FROM json_each(?) WHERE "
            "(SELECT count(*) FROM fingerprints f WHERE f.hash = value) < ?",
            (document, json.dumps(sorted(selected)), _MAX_DOCUMENTS_PER_HASH),
        )

    def remove(self, document: int, selected: Collection[int]) -> None:
        """Forget the hashes and edges of a document, before its new wording comes in."""
        self._run(
            "DELETE FROM fingerprints WHERE document = ? "
            "AND hash IN (SELECT value FROM json_each(?))",
            (document, json.dumps(sorted(selected))),
        )
        self._run("DELETE FROM edges WHERE a = ? OR b = ?", (document, document))

    def store_edges(self, document: int, kin: Iterable[Kin]) -> None:
        """Keep what a document shares with others, the smaller id first."""
        for one in kin:
            likeness = one.likeness
            near, far = likeness.a_in_b, likeness.b_in_a
            if document > one.document:
                near, far = far, near
            self._run(
                "INSERT INTO edges (a, b, a_in_b, b_in_a, jaccard, shared, is_exact, passage) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    min(document, one.document),
                    max(document, one.document),
                    near,
                    far,
                    likeness.jaccard,
                    likeness.shared,
                    likeness.is_exact,
                    likeness.passage,
                ),
            )

    def family_of(self, pages: Iterable[int]) -> tuple[list[Standing], list[Edge]]:
        """Every document tied to these pages by edges or by a common canonical address."""
        todo, seen, edges = list(pages), set[int](), dict[tuple[int, int], Edge]()
        while todo:
            document = todo.pop()
            if document in seen:
                continue
            seen.add(document)
            # The edges of a seed lead to all its copies, which stand to each other only through
            # it; a seed never moves, so there is no need to follow them.
            if document < 0:
                continue
            for edge in self._edges_of(document):
                edges[edge.a, edge.b] = edge
                todo += [edge.a, edge.b]
            todo += self._mirrors_of(document)
        return [self._standing(document) for document in sorted(seen)], list(edges.values())

    def _edges_of(self, document: int) -> list[Edge]:
        rows = self._rows(
            "SELECT * FROM edges WHERE a = :d UNION SELECT * FROM edges WHERE b = :d ORDER BY a, b",
            {"d": document},
        )
        return [
            Edge(
                a=row["a"],
                b=row["b"],
                likeness=Likeness(
                    a_in_b=row["a_in_b"],
                    b_in_a=row["b_in_a"],
                    jaccard=row["jaccard"],
                    shared=row["shared"],
                    is_exact=bool(row["is_exact"]),
                    passage=row["passage"],
                ),
            )
            for row in rows
        ]

    def _mirrors_of(self, page: int) -> list[int]:
        rows = self._rows(
            "SELECT page FROM texts WHERE canonical_key = "
            "(SELECT canonical_key FROM texts WHERE page = ?)",
            (page,),
        )
        return [row["page"] for row in rows]

    def _standing(self, document: int) -> Standing:
        if document < 0:
            return Standing(
                document=document,
                published=None,
                canonical_key=f"seed:{-document}",
                own_key=f"seed:{-document}",
            )
        row = self._row(
            "SELECT t.published, t.canonical_key, p.key AS own_key, t.is_related FROM texts t "
            "JOIN pages p ON p.id = t.page WHERE t.page = ?",
            (document,),
        )
        assert row is not None, document
        row["is_related"] = bool(row["is_related"])
        return Standing(document=document, **row)
