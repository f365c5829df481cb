"""The rows of `copies`: who carries what, and the passage that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ingest.corpus.base import parse_iso
from ingest.corpus.claims import OWN_URL
from ingest.corpus.texts import Texts
from ingest.items import Relation

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from ingest.items import Passage, Placement

__all__ = ["Copies", "Laying", "Quote"]

#: The longest run that two texts have in common; None: no five words in a row.
Quote: TypeAlias = "Callable[[str, str], Passage | None]"
#: The (article, seed) that a row of `copies` names; exactly one of them is set.
_Target: TypeAlias = tuple[int | None, int | None]

_HOUR_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Laying:
    """How the families of one component stand while their rows are laid out."""

    placements: Mapping[int, Placement]
    numbers: Mapping[int, int]  #: the article that each leading page is
    reworded: Collection[int]  #: articles whose text is another than before
    changed: int  #: the page whose text is new
    quote: Quote

    def target(self, document: int) -> _Target:
        """What a copy of this document, or of the one it is a copy of, carries."""
        placed = self.placements.get(document)
        leader = placed.leader if placed and placed.leader is not None else document
        return (None, -leader) if leader < 0 else (self.numbers[leader], None)


class Copies(Texts):
    """The rows of `copies`."""

    def lay_copies(self, page: int, laying: Laying) -> None:
        """Bring the rows that belong to one page up to date.

        What hangs on the wording of a page is read only when that is new, and a row is quoted
        again only when the text of the page or of what it carries is another: a text with many
        copies would else be quoted against all of them with each that comes in.
        """
        wanted = self._wanted(page, laying)
        for row in self._rows("SELECT * FROM copies WHERE page = ?", (page,)):
            target = row["article"], row["seed"]
            fresh = wanted.pop(target, None)
            if fresh is None:
                self._run("DELETE FROM copies WHERE id = ?", (row["id"],))
                continue
            if page == laying.changed:
                fresh |= self._title_of(page) | self._passage_of(page, target, laying)
            elif row["article"] in laying.reworded or row["original_start"] is None:
                fresh |= self._passage_of(page, target, laying)
            if any(row[name] != value for name, value in fresh.items()):
                columns = ", ".join(f"{name} = :{name}" for name in fresh)
                self._run(
                    f"UPDATE copies SET {columns} WHERE id = :id",  # noqa: S608
                    fresh | {"id": row["id"]},
                )
        for target, fresh in wanted.items():
            whole = fresh | self._title_of(page) | self._passage_of(page, target, laying)
            columns, marks = ", ".join(whole), ", ".join(f":{name}" for name in whole)
            self._run(f"INSERT INTO copies ({columns}) VALUES ({marks})", whole)  # noqa: S608

    def _wanted(self, page: int, laying: Laying) -> dict[_Target, dict[str, Any]]:
        """The rows of a page without their passages: of what it is a copy, and what it carries."""
        placement = laying.placements[page]
        likened: dict[_Target, tuple[Relation, float]] = {}
        if placement.leader is not None:
            assert placement.relation is not None
            target = laying.target(page)
            likened[target] = placement.relation, placement.similarity
            self._mark_copy(page, target, *likened[target])
        for edge in placement.carries:
            target = laying.target(edge.a if edge.b == page else edge.b)
            similarity = max(edge.likeness.a_in_b, edge.likeness.b_in_a)
            likened.setdefault(target, (Relation.CONTAINS, similarity))
        return {
            target: self._row_of(page, target)
            | {"relation": relation, "similarity": round(similarity, 4)}
            for target, (relation, similarity) in likened.items()
        }

    def _row_of(self, page: int, target: _Target) -> dict[str, Any]:
        row = self._row(
            f"SELECT t.published, {OWN_URL} AS url, t.first_seen, t.run, p.outlet "  # noqa: S608
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
            "url": row["url"],
            "hours_later": _hours_between(origin, row["published"]),
            "first_seen": row["first_seen"],
            "page": page,
            "run": row["run"],
        }

    def _passage_of(self, page: int, target: _Target, laying: Laying) -> dict[str, Any]:
        """What a page has in common with what it carries, or else with what it was copied from."""
        own, placement = self._wording(page), laying.placements[page]
        passage = laying.quote(own, self._carried(target))
        is_shared = passage is not None
        if passage is None and placement.parent is not None and laying.target(page) == target:
            passage = laying.quote(own, self._wording(placement.parent))
        return {
            "passage": passage.quote if passage else None,
            "passage_words": passage.words if passage else None,
            "passage_start": passage.a_start if passage else None,
            "passage_end": passage.a_end if passage else None,
            "original_start": passage.b_start if passage and is_shared else None,
            "original_end": passage.b_end if passage and is_shared else None,
        }

    def _title_of(self, page: int) -> dict[str, Any]:
        article = self.text_of(page)
        assert article is not None, page
        return {"title": article.title}

    def _carried(self, target: _Target) -> str:
        article, seed = target
        if seed is not None:
            return self.seed_text(seed)
        return str(self._value("SELECT text FROM articles WHERE id = ?", (article,)))

    def _wording(self, document: int) -> str:
        if document < 0:
            return self.seed_text(-document)
        article = self.text_of(document)
        assert article is not None, document
        return article.text

    def _mark_copy(self, page: int, target: _Target, relation: Relation, similarity: float) -> None:
        article, seed = target
        if article:
            origin = self._value("SELECT url FROM articles WHERE id = ?", (article,))
        else:
            file = self._value("SELECT file FROM seeds WHERE id = ?", (seed,))
            origin = f"seed {file}"
        self._run(
            "UPDATE pages SET outcome = 'copy', reason = ?, article = ? WHERE id = ?",
            (f"{relation}: {origin} (similarity {round(similarity, 4):.2f})", article, page),
        )

    def count_copies(self, numbers: Iterable[int]) -> None:
        """Write how many copies these articles have."""
        for number in numbers:
            self._run(
                "UPDATE articles SET copies = (SELECT count(*) FROM copies WHERE article = :id) "
                "WHERE id = :id AND copies <> (SELECT count(*) FROM copies WHERE article = :id)",
                {"id": number},
            )


def _hours_between(earlier: str | None, later: str | None) -> float | None:
    start, end = parse_iso(earlier), parse_iso(later)
    return round((end - start).total_seconds() / _HOUR_S, 2) if start and end else None
