"""Articles and copies: the rows people read, laid out as the families were settled."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from ingest.corpus.base import iso, parse_iso
from ingest.corpus.texts import Texts, unpack
from ingest.items import Outcome, Relation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from ingest.items import Article, Edge, Placement

__all__ = ["Families", "particulars_of"]

_LEAD_CHARS = 300
_VOUCHED = "kept because a related page carries its text"
_HOUR_S = 3600


class Families(Texts):
    """The rows of `articles`, `copies`, `links` and `revisions`."""

    def place(
        self, placements: Mapping[int, Placement], *, members: Iterable[int], changed: int
    ) -> Outcome:
        """Lay out the families of one component; returns where the page `changed` came to stand.

        An article keeps its id when an earlier original, found late, takes over the lead: the id
        names the family.

        Args:
            placements: where each document of the component stands.
            members: all its documents; one without a placement is off topic.
            changed: the page that was taken in.
        """
        pages = sorted(document for document in members if document > 0)
        held = self._articles_of(pages)
        leading = [page for page in pages if page in placements and not placements[page].leader]
        numbers: dict[int, int] = {page: held.pop(page) for page in leading if page in held}
        for page in leading:
            kept = page in numbers
            if not kept:
                numbers[page] = self._inherit(page, placements, held)
            if not kept or page == changed:
                self._write_article(numbers[page], page)
        for number in held.values():  # every text of it found a home elsewhere
            self._run("DELETE FROM copies WHERE article = ?", (number,))
        for page in pages:
            if page in placements:
                self._lay_copies(page, placements[page], placements, numbers)
            else:
                self._withdraw(page)
        for page, number in held.items():
            leader = placements[page].leader if page in placements else None
            heir = numbers.get(leader) if leader else None
            self._run("UPDATE revisions SET article = ? WHERE article = ?", (heir, number))
            self._run("DELETE FROM articles WHERE id = ?", (number,))
        self._count_copies(numbers.values())
        if changed not in placements:
            return Outcome.OFF_TOPIC
        return Outcome.ARTICLE if changed in numbers else Outcome.COPY

    def _withdraw(self, page: int) -> None:
        """Take a page out of what readers see; it is not related, nor the copy of one that is."""
        self._run("DELETE FROM copies WHERE page = ?", (page,))
        self._run(
            "UPDATE pages SET outcome = 'off-topic', article = NULL, "
            "reason = (SELECT why FROM texts WHERE page = :page) WHERE id = :page",
            {"page": page},
        )

    def _articles_of(self, pages: Iterable[int]) -> dict[int, int]:
        """The article that each page leads so far."""
        marks = ", ".join(map(str, pages))
        rows = self._rows(f"SELECT page, id FROM articles WHERE page IN ({marks})")  # noqa: S608
        return {row["page"]: row["id"] for row in rows}

    def _inherit(self, page: int, placements: Mapping[int, Placement], held: dict[int, int]) -> int:
        """The number of an article whose lead this page takes over, or a fresh one."""
        heirs = [(held[d], d) for d, p in placements.items() if p.leader == page and d in held]
        if not heirs:
            return self._next_number("articles")
        number, former = min(heirs)
        del held[former]
        return number

    def _write_article(self, number: int, page: int) -> None:
        row = self._row(
            "SELECT t.*, p.outlet FROM texts t JOIN pages p ON p.id = t.page WHERE t.page = ?",
            (page,),
        )
        assert row is not None, page
        article = unpack(row)
        why = row["why"] if row["is_related"] else f"{row['why']}; {_VOUCHED}"
        values = {
            "id": number,
            "published": row["published"],
            "title": article.title,
            "outlet": row["outlet"],
            "relevance": row["relevance"],
            "seed": row["seed"],
            "why": why,
            "lead": _lead(article.text),
            "words": article.words,
            "author": article.author,
            "language": article.language,
            "url": row["url"],
            "first_seen": row["first_seen"],
            "run": row["run"],
            "page": page,
            "sha256": hashlib.sha256(article.text.encode()).hexdigest(),
            "extractor": article.extractor,
            "text": article.text,
            **particulars_of(article),
        }
        columns = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        updates = ", ".join(f"{name} = excluded.{name}" for name in values if name != "id")
        self._run(
            f"INSERT INTO articles ({columns}) VALUES ({marks}) "  # noqa: S608
            f"ON CONFLICT (id) DO UPDATE SET {updates}",
            values,
        )
        self._run(
            "UPDATE pages SET outcome = 'article', reason = ?, article = ? WHERE id = ?",
            (why, number, page),
        )
        self._write_links(number, article)

    def _write_links(self, number: int, article: Article) -> None:
        from ingest.urls import outlet_of

        self._run("DELETE FROM links WHERE article = ?", (number,))
        self._many(
            "INSERT OR IGNORE INTO links (article, url, anchor, target_outlet) VALUES (?, ?, ?, ?)",
            [
                (number, url, anchor or None, outlet_of(url))
                for url, anchor in article.links
                if not _is_left_out(anchor, article)
            ],
        )

    def _lay_copies(
        self,
        page: int,
        placement: Placement,
        placements: Mapping[int, Placement],
        numbers: Mapping[int, int],
    ) -> None:
        """Bring the rows of `copies` that belong to one page up to date."""
        wanted: dict[tuple[int | None, int | None], dict[str, Any]] = {}
        if placement.leader is not None:
            target = _target(placement.leader, numbers)
            wanted[target] = self._copy_row(page, target, placement)
            self._mark_copy(page, target, wanted[target])
        for edge in placement.carries:
            earlier = edge.b if edge.a == page else edge.a
            leader = placements[earlier].leader if earlier in placements else None
            target = _target(leader or earlier, numbers)
            wanted.setdefault(target, self._carry_row(page, target, edge))
        stored = self._rows("SELECT * FROM copies WHERE page = ?", (page,))
        for row in stored:
            fresh = wanted.pop((row["article"], row["seed"]), None)
            if fresh is None:
                self._run("DELETE FROM copies WHERE id = ?", (row["id"],))
            elif any(row[name] != value for name, value in fresh.items()):
                columns = ", ".join(f"{name} = :{name}" for name in fresh)
                self._run(
                    f"UPDATE copies SET {columns} WHERE id = :id",  # noqa: S608
                    fresh | {"id": row["id"]},
                )
        for fresh in wanted.values():
            columns, marks = ", ".join(fresh), ", ".join(f":{name}" for name in fresh)
            self._run(f"INSERT INTO copies ({columns}) VALUES ({marks})", fresh)  # noqa: S608

    def _copy_row(
        self, page: int, target: tuple[int | None, int | None], placement: Placement
    ) -> dict[str, Any]:
        relation = placement.relation
        assert relation is not None
        passage = placement.via.likeness.passage if placement.via else None
        return self._row_of(page, target) | {
            "relation": relation,
            "similarity": round(placement.similarity, 4),
            "passage": passage,
        }

    def _carry_row(
        self, page: int, target: tuple[int | None, int | None], edge: Edge
    ) -> dict[str, Any]:
        likeness = edge.likeness
        return self._row_of(page, target) | {
            "relation": Relation.CONTAINS,
            "similarity": round(max(likeness.a_in_b, likeness.b_in_a), 4),
            "passage": likeness.passage,
        }

    def _row_of(self, page: int, target: tuple[int | None, int | None]) -> dict[str, Any]:
        row = self._row(
            "SELECT t.published, t.url, t.first_seen, t.run, t.article_z, p.outlet "
            "FROM texts t JOIN pages p ON p.id = t.page WHERE t.page = ?",
            (page,),
        )
        assert row is not None, page
        article, seed = target
        table, key = ("articles", article) if article else ("seeds", seed)
        origin = self._value(f"SELECT published FROM {table} WHERE id = ?", (key,))  # noqa: S608
        return {
            "article": article,
            "seed": seed,
            "outlet": row["outlet"],
            "published": row["published"],
            "title": unpack(row).title,
            "url": row["url"],
            "hours_later": _hours_between(origin, row["published"]),
            "first_seen": row["first_seen"],
            "page": page,
            "run": row["run"],
        }

    def _mark_copy(
        self, page: int, target: tuple[int | None, int | None], row: Mapping[str, Any]
    ) -> None:
        article, seed = target
        if article:
            origin = self._value("SELECT url FROM articles WHERE id = ?", (article,))
        else:
            file = self._value("SELECT file FROM seeds WHERE id = ?", (seed,))
            origin = f"seed {file}"
        self._run(
            "UPDATE pages SET outcome = 'copy', reason = ?, article = ? WHERE id = ?",
            (f"{row['relation']}: {origin} (similarity {row['similarity']:.2f})", article, page),
        )

    def _count_copies(self, numbers: Any) -> None:
        for number in numbers:
            self._run(
                "UPDATE articles SET copies = (SELECT count(*) FROM copies WHERE article = :id) "
                "WHERE id = :id AND copies <> (SELECT count(*) FROM copies WHERE article = :id)",
                {"id": number},
            )

    def add_revision(
        self, page: int, before: Article, after: Article, *, added: int, removed: int,
        run: int, now: datetime,
    ) -> None:  # fmt: skip
        """Keep the wording that a new one replaces."""
        self._run(
            "INSERT INTO revisions (article, page, seen, title, new_title, title_changed, "
            "words_added, words_removed, run, text) "
            "VALUES ((SELECT article FROM pages WHERE id = :page), :page, :seen, :title, "
            ":new_title, :title_changed, :added, :removed, :run, :text)",
            {
                "page": page,
                "seen": iso(now),
                "title": before.title,
                "new_title": after.title,
                "title_changed": before.title != after.title,
                "added": added,
                "removed": removed,
                "run": run,
                "text": before.text,
            },
        )

    def mark_gone(self, page: int, *, now: datetime | None) -> None:
        """Write that the address of an article stopped answering; None: that it answers again."""
        self._run(
            "UPDATE articles SET gone_since = CASE WHEN :at IS NULL THEN NULL "
            "ELSE coalesce(gone_since, :at) END WHERE page = :page",
            {"at": iso(now) if now else None, "page": page},
        )

    def count_kept(self, page: int) -> None:
        """Credit the source of a page that is kept for the first time."""
        self._run(
            "UPDATE sources SET articles_kept = articles_kept + 1 "
            "WHERE id = (SELECT source FROM pages WHERE id = ?)",
            (page,),
        )


def particulars_of(article: Article) -> dict[str, Any]:
    """The columns that say what else the page says."""
    provenance = json.dumps(dict(article.provenance), ensure_ascii=False)
    return {
        "kind": article.kind,
        "standfirst": article.standfirst,
        "published_confidence": article.published_confidence,
        "modified": iso(article.modified) if article.modified else None,
        "agency": article.agency,
        "section": article.section,
        "picture": article.picture,
        "is_paywalled": article.is_paywalled,
        "provenance": provenance if article.provenance else None,
    }


def _is_left_out(anchor: str, article: Article) -> bool:
    """Whether a link stands in no line but those that are the site's own."""
    in_left_out = any(anchor in line for _, line in article.left_out)
    return bool(anchor) and in_left_out and anchor not in article.text


def _target(leader: int, numbers: Mapping[int, int]) -> tuple[int | None, int | None]:
    """The (article, seed) that a row of `copies` names; exactly one of them is set."""
    return (None, -leader) if leader < 0 else (numbers[leader], None)


def _lead(text: str) -> str:
    first = text.split("\n", 1)[0]
    return first if len(first) <= _LEAD_CHARS else first[: _LEAD_CHARS - 1].rstrip() + "…"


def _hours_between(earlier: str | None, later: str | None) -> float | None:
    start, end = parse_iso(earlier), parse_iso(later)
    return round((end - start).total_seconds() / _HOUR_S, 2) if start and end else None
