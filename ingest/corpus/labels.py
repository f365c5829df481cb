"""What a reader said of pages, and what the topic learned, step by step."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ingest.corpus.base import iso
from ingest.corpus.saying import SEEN, note_seen, say, take_back
from ingest.corpus.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

__all__ = ["Label", "LabelledText", "Labels", "LearnedText", "Step", "StepKind"]

StepKind = Literal["seeds", "settings", "labels", "drift"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A reader's verdict on one page."""

    is_yes: bool
    by: str | None  #: None: not stated


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedText:
    """A text that the topic learned from, as it stood then."""

    page: int
    text: str = field(repr=False)  #: title, newline, body


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledText(LearnedText):
    """A text that a reader judged, as the reader saw it."""

    is_yes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One change of the topic, to be written down."""

    kind: StepKind
    version: str  #: of the topic from then on
    texts: int  #: how many it learned from
    gained: Sequence[str] = ()
    lost: Sequence[str] = ()
    pages: Sequence[int] = ()
    near_no_seed: float | None = None  #: share of the articles, 0..1; None: not asked


class Labels(Texts):
    """The rows of `labels` and `topic_steps`."""

    def label(self, page: int, *, is_yes: bool, by: str | None, now: datetime) -> None:
        """Write what a reader says of a page, in place of what was said before."""
        with self.transaction():
            say(self._raw, page, is_yes=is_yes, by=by, at=iso(now))

    def unlabel(self, page: int) -> bool:
        """Take back what was said of a page; whether anything was."""
        with self.transaction():
            return take_back(self._raw, page)

    def labels_of(self, pages: Iterable[int]) -> dict[int, Label]:
        """What was said of these pages; those nobody judged are left out."""
        rows = self._rows(
            "SELECT page, verdict, by FROM labels WHERE page IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(pages)),),
        )
        return {row["page"]: Label(is_yes=row["verdict"] == "yes", by=row["by"]) for row in rows}

    def labelled(self) -> list[tuple[int, bool, str]]:
        """Page, whether yes, and the moment, of every label, in order of page.

        A moment is for `text_as_of`: a time, and the last revision that the corpus knew by then.
        """
        rows = self._rows(
            "SELECT page, verdict, at || coalesce(' ' || value, '') AS moment FROM labels "
            "LEFT JOIN topic_state ON key = ? || page ORDER BY page",
            (SEEN,),
        )
        return [(row["page"], row["verdict"] == "yes", row["moment"]) for row in rows]

    def labelled_texts(self) -> list[LabelledText]:
        """The texts behind the labels as they stood when judged, where any is kept."""
        found = []
        for page, is_yes, moment in self.labelled():
            text = self.text_as_of(page, moment)
            if text is not None:
                found.append(LabelledText(page=page, is_yes=is_yes, text=text))
        return found

    def text_as_of(self, page: int, moment: str) -> str | None:
        """Title and body of a page as they stood at a moment; None: no wording of it is kept.

        So what was learned from a page stays the same when the page changes. Within a second the
        order of arrival tells; moments of older versions of the program have the time alone.
        """
        at, _, revision = moment.partition(" ")
        row = self._row(
            "SELECT title, text FROM revisions WHERE page = :page "
            "AND CASE WHEN :revision = '' THEN seen > :at ELSE id > CAST(:revision AS INTEGER) END "
            "ORDER BY id",
            {"page": page, "at": at, "revision": revision},
        )
        if row is not None:
            return f"{row['title']}\n{row['text']}"
        article = self.text_of(page)
        return f"{article.title}\n{article.text}" if article else None

    def page_of_article(self, number: int) -> int | None:
        """The page that an article was read from; None: there is no such article."""
        page = self._value("SELECT page FROM articles WHERE id = ?", (number,))
        return None if page is None else int(page)

    def page_for_label(self, page: int) -> dict[str, Any] | None:
        """What a reader is shown of a page when judging it; None: there is none."""
        return self._row(
            "SELECT p.id, p.url, p.outcome, p.reason, coalesce(a.title, c.title, p.title) AS title "
            "FROM pages p LEFT JOIN articles a ON a.page = p.id "
            "LEFT JOIN copies c ON c.page = p.id WHERE p.id = ? ORDER BY c.id LIMIT 1",
            (page,),
        )

    def topic_steps(self) -> list[dict[str, Any]]:
        """What the topic learned, the first step first; `pages` is a list of page numbers."""
        rows = self._rows("SELECT * FROM topic_steps ORDER BY id")
        return [row | {"pages": json.loads(row["pages"])} for row in rows]

    def add_step(self, step: Step, *, now: datetime, is_undone: bool = False) -> int:
        """Write down a change of the topic; the number of the step.

        Args:
            is_undone: whether it was tried and does not stand.
        """
        with self.transaction():
            cursor = self._run(
                "INSERT INTO topic_steps (at, kind, version, texts, near_no_seed, gained, lost, "
                "pages, undone) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    iso(now),
                    step.kind,
                    step.version,
                    step.texts,
                    step.near_no_seed,
                    ", ".join(step.gained),
                    ", ".join(step.lost),
                    json.dumps(sorted(step.pages)),
                    iso(now) if is_undone else None,
                ),
            )
            number = int(cursor.lastrowid)
            note_seen(self._raw, f"step {number}")
        return number

    def undo_step(self, number: int, *, now: datetime) -> bool:
        """Take a step of drift back; False: no such step of drift stands."""
        with self.transaction():
            cursor = self._run(
                "UPDATE topic_steps SET undone = ? "
                "WHERE id = ? AND kind = 'drift' AND undone IS NULL",
                (iso(now), number),
            )
            return bool(cursor.rowcount)

    def drift_steps(self) -> list[tuple[int, str, list[int]]]:
        """Number, moment and pages of the steps of drift that stand, the first one first."""
        rows = self._rows(
            "SELECT id, at || coalesce(' ' || value, '') AS moment, pages FROM topic_steps "
            "LEFT JOIN topic_state ON key = ? || 'step ' || id "
            "WHERE kind = 'drift' AND undone IS NULL ORDER BY id",
            (SEEN,),
        )
        return [(row["id"], row["moment"], json.loads(row["pages"])) for row in rows]

    def undone_pages(self) -> set[int]:
        """Pages of the steps of drift that were taken back: nothing is learned from them again."""
        rows = self._rows("SELECT pages FROM topic_steps WHERE undone IS NOT NULL")
        return {page for row in rows for page in json.loads(row["pages"])}
