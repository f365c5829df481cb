"""The articles of the demo web as written, and the prose of the packaged seeds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from typing import TYPE_CHECKING

from ingest.demo.outlets import OUTLETS

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["DemoText", "load_texts", "seed_files", "seed_texts"]

_TOPICS = ("story", "near", "far")
#: where the headline and the prose stand in each seed dump, in lines counted from 1
_SEED_LINES = {
    "000": (3, 11, 31),
    "001": (101, 102, 115),
    "002": (28, 39, 89),
    "003": (6, 13, 35),
    "004": (2, 6, 9),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoText:
    """One distinct text."""

    slug: str
    title: str
    topic: str  #: story, near or far
    language: str  #: ISO 639-1
    published: datetime  #: aware UTC
    outlet: str  #: id of the outlet that had it first; of a seed: empty
    author: str
    section: str
    paragraphs: tuple[str, ...] = field(repr=False)
    seed: str | None = None  #: file name, when this is the prose of a seed
    embeds: str | None = None  #: slug of a text that this one carries in its middle
    revises: str | None = None  #: slug of a text that this one replaces at poll 2
    first_poll: int = 1
    gone_at: int | None = None  #: poll from which the page answers 410
    may_be_copied: bool = True


def load_texts() -> tuple[DemoText, ...]:
    """Every article of the package, by time of publication.

    Raises:
        ValueError: a file lacks a field or names an unknown outlet; its name is in the message.
    """
    found = []
    for folder in _sorted(resources.files("ingest.demo") / "articles"):
        if folder.is_dir():
            files = (file for file in _sorted(folder) if file.name.endswith(".md"))
            found += [_read(file, folder.name) for file in files]
    return tuple(sorted(found, key=lambda text: (text.published, text.slug)))


def seed_files() -> dict[str, bytes]:
    """The packaged seed documents by file name, byte for byte."""
    folder = resources.files("ingest.demo") / "seeds"
    return {file.name: file.read_bytes() for file in _sorted(folder) if file.name.endswith(".txt")}


def seed_texts() -> tuple[DemoText, ...]:
    """The prose of the seeds, without the furniture of their dumps."""
    return tuple(_seed_text(name, raw.decode("utf-8")) for name, raw in seed_files().items())


def _seed_text(name: str, raw: str) -> DemoText:
    title_at, first, last = _SEED_LINES[name[:3]]
    lines = raw.split("\n")
    prose = dict.fromkeys(line.strip() for line in lines[first - 1 : last])
    title = lines[title_at - 1].strip()
    return DemoText(
        slug=f"seed-{name[:3]}",
        title=title,
        topic="story",
        language="en",
        published=datetime(2025, 7, 1, tzinfo=UTC),
        outlet="",
        author="Staff",
        section="politics",
        paragraphs=tuple(line for line in prose if line and line != title),
        seed=name,
    )


def _sorted(folder: Traversable) -> list[Traversable]:
    return sorted(folder.iterdir(), key=lambda entry: entry.name)


def _read(file: Traversable, language: str) -> DemoText:
    head, _, body = file.read_text(encoding="utf-8").replace("\r\n", "\n").partition("\n\n")
    fields = {
        key.strip(): value.strip()
        for key, colon, value in (line.partition(":") for line in head.split("\n"))
        if colon
    }
    try:
        return _text(fields, language, body)
    except (KeyError, ValueError) as exc:
        raise ValueError(f"{language}/{file.name}: {exc}") from exc


def _text(fields: dict[str, str], language: str, body: str) -> DemoText:
    if fields["outlet"] not in OUTLETS or fields["topic"] not in _TOPICS:
        raise ValueError(f"unknown outlet or topic: {fields['outlet']}, {fields['topic']}")
    gone_at = fields.get("gone_at")
    parts = (part for part in body.split("\n\n") if part.strip())
    return DemoText(
        slug=fields["slug"],
        title=fields["title"],
        topic=fields["topic"],
        language=language,
        published=datetime.fromisoformat(fields["published"]).astimezone(UTC),
        outlet=fields["outlet"],
        author=fields["author"],
        section=fields.get("section", "news"),
        paragraphs=tuple(" ".join(part.split("\n")).strip() for part in parts),
        embeds=fields.get("embeds"),
        revises=fields.get("revises"),
        first_poll=int(fields.get("first_poll", "1")),
        gone_at=int(gone_at) if gone_at else None,
        may_be_copied=fields.get("copied", "yes") != "no",
    )
