"""Articles and their copies: the rows people read, laid out as the families were settled."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ingest.corpus.base import iso
from ingest.corpus.claims import OWN_KEY, OWN_URL
from ingest.corpus.copies import Copies, Laying
from ingest.corpus.events import Events
from ingest.corpus.texts import unpack
from ingest.items import Happening, Outcome
from ingest.text import unmarked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from ingest.corpus.copies import Quote
    from ingest.items import Article, Placement

__all__ = ["Families", "particulars_of"]

_LEAD_CHARS = 300
_ONE_POLL = timedelta(hours=1)  # the first of a workspace is the longest
_VOUCHED = "kept because a related page carries its text"


class Families(Events, Copies):
    """The rows of `articles` and `links`."""

    def place(
        self,
        placements: Mapping[int, Placement],
        *,
        members: Iterable[int],
        changed: int,
        quote: Quote,
        run: int | None,
        now: datetime,
    ) -> Outcome:
        """Lay out the families of one component; returns where the page `changed` came to stand.

        An article keeps its id when an earlier original, found late, takes over the lead: the id
        names the family.

        Args:
            placements: where each document of the component stands.
            members: all its documents; one without a placement is off topic.
            changed: the page that was taken in.
            quote: finds the longest run that a copy has in common with what it carries.
            run: that settled them; None: the one that found the page.
            now: when.
        """
        pages = sorted(document for document in members if document > 0)
        held = self._articles_of(pages)
        leading = [page for page in pages if page in placements and not placements[page].leader]
        numbers: dict[int, int] = {page: held.pop(page) for page in leading if page in held}
        reworded = set[int]()
        for page in leading:
            kept = page in numbers
            if not kept:
                numbers[page] = self._inherit(page, placements, held, run=run, now=now)
            if (not kept or page == changed) and self._write_article(numbers[page], page):
                reworded.add(numbers[page])
        for number in held.values():  # every text of it found a home elsewhere
            self._run("DELETE FROM copies WHERE article = ?", (number,))
        laying = Laying(
            placements=placements, numbers=numbers, reworded=reworded, changed=changed, quote=quote
        )
        for page in pages:
            if page in placements:
                self.lay_copies(page, laying)
            else:
                self._withdraw(page)
        self.follow(pages)
        for number in held.values():
            self._run("DELETE FROM articles WHERE id = ?", (number,))
        self.count_copies(numbers.values())
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
        rows = self._rows(
            "SELECT page, id FROM articles WHERE page IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(pages)),),
        )
        return {row["page"]: row["id"] for row in rows}

    def _inherit(
        self,
        page: int,
        placements: Mapping[int, Placement],
        held: dict[int, int],
        *,
        run: int | None,
        now: datetime,
    ) -> int:
        """The number of an article whose lead this page takes over, or a fresh one."""
        heirs = [(held[d], d) for d, p in placements.items() if p.leader == page and d in held]
        if not heirs:
            return self._next_number("articles")
        number, former = min(heirs)
        del held[former]
        self._tell_lead(number, page, former, run=run, now=now)
        return number

    def _tell_lead(
        self, number: int, page: int, former: int, *, run: int | None, now: datetime
    ) -> None:
        """Write that an earlier original was found.

        In which order a poll meets the pages of a family is chance, be it one run or, of feeds
        and site maps, several; a page that came under another of its addresses is no other.
        """
        after, before = self._origin_of(page), self._origin_of(former)
        seen = run or after["run"]
        is_new = self._value(
            "SELECT min(t.run) >= ? OR min(t.first_seen) > ? "
            "FROM pages p JOIN texts t ON t.page = p.id WHERE p.article = ?",
            (seen, iso(now - _ONE_POLL), number),
        )
        if is_new or after["key"] == before["key"]:
            return
        self.note_event(
            kind=Happening.LEAD, article=number, page=page, detail=_told(after, before), run=seen,
            at=now,
        )  # fmt: skip

    def _origin_of(self, page: int) -> dict[str, Any]:
        row = self._row(
            f"SELECT {OWN_KEY} AS key, p.outlet, t.published, t.run FROM texts t "  # noqa: S608
            "JOIN pages p ON p.id = t.page WHERE t.page = ?",
            (page,),
        )
        assert row is not None, page
        return row

    def _write_article(self, number: int, page: int) -> bool:
        """Write what an article's leading page says; whether its text is another than before."""
        before = self._value("SELECT sha256 FROM articles WHERE id = ?", (number,))
        row = self._row(
            f"SELECT t.*, p.outlet, {OWN_URL} AS own_url "  # noqa: S608
            "FROM texts t JOIN pages p ON p.id = t.page WHERE t.page = ?",
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
            "words": len(unmarked(article.text).split()),
            "author": article.author,
            "language": article.language,
            "url": row["own_url"],
            "gone_since": self.gone_since(page),
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
        return before is not None and before != values["sha256"]

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


def _told(after: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    """Why one page leads now in place of another."""
    new, old = _minute(after["published"]), _minute(before["published"])
    if new and old and new < old:
        return f"leads since it is the earlier: {new}, before {before['outlet']} {old}"
    return f"leads, {new or 'undated'}, in place of {before['outlet']}, {old or 'undated'}"


def _minute(published: str | None) -> str:
    return published[:16].replace("T", " ") if published else ""


def _lead(text: str) -> str:
    first = unmarked(text).split("\n", 1)[0]
    return first if len(first) <= _LEAD_CHARS else first[: _LEAD_CHARS - 1].rstrip() + "…"
