"""The seed set as the corpus holds it, and the topic learned from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ingest.corpus.base import Base, iso

if TYPE_CHECKING:
    from ingest.items import SeedDocument, SeedSet

__all__ = ["Seeds"]


class Seeds(Base):
    """The rows of `seeds` and `topic_state`."""

    def sync_seeds(self, seeds: SeedSet) -> tuple[SeedSet, tuple[int, ...]]:
        """Bring `seeds` up to date with the files.

        Returns:
            The same set under the ids the corpus gives (a file keeps its id for ever), and the ids
            whose text is new or changed, to be fingerprinted.
        """
        with self.transaction():
            stored = {
                row["file"]: row
                for row in self._rows("SELECT id, file, sha256, title, published, text FROM seeds")
            }
            fresh = self._next_number("seeds")
            documents, changed = [], []
            for document in seeds.documents:
                known = stored.pop(document.file, None)
                number = known["id"] if known else fresh
                fresh += known is None
                documents.append(replace(document, id=number))
                if not known or _wording(known) != _told(document):
                    changed.append(number)
                    self._write_seed(documents[-1])
            for row in stored.values():
                changed += self._drop_seed(row["id"])
            for number in changed:
                self._run("DELETE FROM fingerprints_seed WHERE document = ?", (-number,))
                self._run("DELETE FROM edges WHERE a = ?", (-number,))
                # Its copies are quoted anew when their families are settled next.
                self._run("UPDATE copies SET original_start = NULL WHERE seed = ?", (number,))
        kept = {document.id for document in documents}
        return (
            replace(seeds, documents=tuple(documents)),
            tuple(number for number in changed if number in kept),
        )

    def _write_seed(self, document: SeedDocument) -> None:
        self._run(
            "INSERT INTO seeds (id, file, title, published, language, words, noise_share, sha256, "
            "text, raw) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
            "title = excluded.title, published = excluded.published, "
            "language = excluded.language, words = excluded.words, "
            "noise_share = excluded.noise_share, sha256 = excluded.sha256, text = excluded.text, "
            "raw = excluded.raw",
            (
                document.id,
                document.file,
                document.title,
                iso(document.published) if document.published else None,
                document.language,
                document.words,
                round(document.noise_share, 4),
                document.sha256,
                document.text,
                document.raw,
            ),
        )

    def _drop_seed(self, number: int) -> list[int]:
        """Remove a seed whose file is gone, unless rows still name it."""
        named = self._value(
            "SELECT exists(SELECT 1 FROM articles WHERE seed = :id) "
            "OR exists(SELECT 1 FROM copies WHERE seed = :id) "
            "OR exists(SELECT 1 FROM texts WHERE seed = :id) "
            "OR exists(SELECT 1 FROM edges WHERE a = -:id)",
            {"id": number},
        )
        if named:
            return []
        self._run("DELETE FROM seeds WHERE id = ?", (number,))
        return [number]

    def state(self, key: str) -> str | None:
        """A value of `topic_state`; None: never set."""
        value = self._value("SELECT value FROM topic_state WHERE key = ?", (key,))
        return None if value is None else str(value)

    def set_state(self, key: str, value: str) -> None:
        """Keep a value in `topic_state`."""
        with self.transaction():
            self._run(
                "INSERT INTO topic_state (key, value) VALUES (?, ?) "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (key, value),
            )


def _wording(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["sha256"], row["title"], row["published"], row["text"]


def _told(seed: SeedDocument) -> tuple[Any, ...]:
    published = iso(seed.published) if seed.published else None
    return seed.sha256, seed.title, published, seed.text
