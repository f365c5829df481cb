"""The seed set, and one seed document: raw beside cleaned, each line that went with its rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.corpus import browsing_sources as asks
from ingest.dumps import clean_dump
from ingest.text import clean_controls, normalize
from ingest.web.views import Block, Link, Table, View, count, minute, share

if TYPE_CHECKING:
    from ingest.web.views import Asked, Links

_MOST_LINES = 2000
_BY_RULES = "As the rules clean the file that the corpus keeps; a minus stands before what went."
_OTHERWISE = (
    "The text was not made of this file by the rules for dumps (a web page, Markdown, or cleaned "
    "by hand), so no rule is named: a minus stands before each line that is not in the text."
)


def read(connection: Any, asked: Asked) -> View:
    """The seed set."""
    links = asked.links
    return View(
        title="Seed documents",
        description="They define the topic: every article of the corpus is measured by them.",
        blocks=(
            Block(
                table=Table(
                    names=("document", "file", "language", "words", "removed by cleaning",
                           "articles near it", "copies of it"),
                    rows=tuple(
                        (
                            Link(text=row["title"] or row["file"],
                                 href=links.page("seed", row["id"])),
                            row["file"],
                            row["language"],
                            row["words"],
                            share(row["noise_share"]),
                            links.number(row["articles"], "articles", seed=row["id"]),
                            links.number(row["copies"], "copies", seed=row["id"]),
                        )
                        for row in asks.all_seeds(connection)
                    ),
                ),
                note="What cleaning removed is a share of the characters of the file, 0 to 1.",
            ),
        ),
    )  # fmt: skip


def read_one(connection: Any, asked: Asked) -> View | None:
    """One seed document."""
    seed = asks.one_seed(connection, asked.number)
    if seed is None:
        return None
    lines, note = compared(seed["raw"], seed["title"], seed["text"])
    cut = f" The first {_MOST_LINES:,} lines." if len(lines) > _MOST_LINES else ""
    links: Links = asked.links
    return View(
        title=seed["title"] or seed["file"],
        description=f"Seed document {seed['file']}.",
        facts=(
            ("Published", minute(seed["published"]) or "it states no date"),
            ("Language", seed["language"] or "too short to tell"),
            ("Words", count(seed["words"])),
            ("Removed by cleaning", share(seed["noise_share"])),
            ("Articles nearest to it", links.number(seed["articles"], "articles", seed=seed["id"])),
            ("Copies of it", links.number(seed["copies"], "copies", seed=seed["id"])),
            ("All seed documents", Link(text="seed set", href=links.page("seeds"))),
        ),
        blocks=(
            Block(heading="Raw beside cleaned", note=note + cut, lines=lines[:_MOST_LINES]),
            Block(
                heading="The text that the topic is learned from",
                lines=tuple(("", "", line) for line in seed["text"].split("\n") if line.strip()),
            ),
        ),
    )


def compared(
    raw: str, title: str | None, text: str
) -> tuple[tuple[tuple[str, str, str], ...], str]:
    """Mark, rule and words of each line of a raw document, and how the marks were found.

    `-`: it was removed, by the rule named; `=`: it is the headline; nothing: it is in the text.
    """
    cleaned = clean_dump(raw)
    by_rule = {line.number: line.rule for line in cleaned.removed}
    is_by_rules = normalize(cleaned.text) == normalize(text)
    kept = {normalize(line) for line in text.split("\n")}
    lines = []
    for number, line in enumerate(clean_controls(raw).split("\n"), start=1):
        words = line.strip()
        if not words:
            continue
        removed = number in by_rule if is_by_rules else normalize(words) not in kept
        rule = str(by_rule.get(number, "")) if is_by_rules else ""
        if words == title or rule == "title":
            removed, rule = False, "headline"
        lines.append(("-" if removed else "=" if rule == "headline" else "", rule, words))
    return tuple(lines), _BY_RULES if is_by_rules else _OTHERWISE
