"""What `seedbed seeds` prints: the seed documents, cleaned, or raw with what cleaning removed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ingest.layout import count, facts, fit, plain, wrapped
from ingest.text import clean_controls

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ingest.items import SeedDocument
    from ingest.topic import Topic

__all__ = ["seed_lines", "seed_rows"]

_PAGES = (".html", ".htm")
_TITLE_RULE = "title"  # the line that became the headline: out of the text, not lost
_HEADLINE = "headline"


def seed_lines(
    seeds: Sequence[SeedDocument],
    topic: Topic | None,
    by_hand: Collection[int],
    *,
    raw_columns: int | None = None,
) -> list[str]:
    """What the seeds say once cleaned, and the topic learned from them.

    Args:
        seeds: the documents to show; one alone is shown with its text.
        topic: learned from them; None: not shown.
        by_hand: ids of those whose cleaned text a person wrote.
        raw_columns: width for the raw lines beside what was removed; None: those are not shown.
    """
    lines: list[str] = []
    for seed in seeds:
        lines += _head(seed, is_by_hand=seed.id in by_hand)
        if raw_columns is not None:
            lines += [*_raw_lines(seed, raw_columns), ""]
        elif len(seeds) == 1:
            lines += ["", *_text_lines(seed)]
    if topic is not None:
        names, terms = ", ".join(topic.names[:12]), ", ".join(topic.terms[:16])
        lines += ["", *facts([("names", names), ("terms", terms)])]
    return lines


def _head(seed: SeedDocument, *, is_by_hand: bool) -> list[str]:
    first = f"{seed.id}. "
    kept = f"{count(seed.words, 'word')} kept, {seed.noise_share:.0%} removed"
    lines = [
        *wrapped(seed.title or "no headline found", indent="   ", first=first),
        *wrapped(f"{kept}, {seed.language or 'language unknown'}, {seed.file}", indent="   "),
    ]
    if is_by_hand:
        name = seed.file.rpartition(".")[0]
        lines += wrapped(f"cleaned by hand: {name}.clean.txt is in force", indent="   ")
    return lines


def _text_lines(seed: SeedDocument) -> Iterator[str]:
    for paragraph in seed.text.split("\n"):
        yield from wrapped(paragraph)
        yield ""
    yield from wrapped(
        f"wrong? `seedbed seeds {seed.id} --write-clean` writes this text beside the seed, "
        "for you to correct; `--raw` shows what was removed"
    )


def _raw_lines(seed: SeedDocument, columns: int) -> list[str]:
    """The file line by line: `-` and the rule where it was removed, each cut to fit."""
    if seed.file.lower().endswith(_PAGES):
        return wrapped("a saved web page: the extractor reads it, no line is removed", indent="   ")
    removed = {line.number: line.rule for line in seed.removed}
    rule_columns = max(map(len, [*removed.values(), _HEADLINE]))
    lines = []
    for number, raw in enumerate(clean_controls(seed.raw).split("\n"), start=1):
        if not (text := plain(raw)):
            continue
        rule = removed.get(number)
        mark = " " if rule is None else "-"
        if rule == _TITLE_RULE or (rule is None and text == seed.title):
            mark, rule = "=", _HEADLINE
        lines.append(fit(f"{number:>4} {mark} {rule or '':<{rule_columns}}  {text}", columns))
    return [*lines, "     = the headline, - removed, by the rule named; all else is kept"]


def seed_rows(
    seeds: Sequence[SeedDocument], topic: Topic | None, *, with_removed: bool
) -> list[dict[str, Any]]:
    """The seeds and, last, the topic if there is one, for programs."""
    rows: list[dict[str, Any]] = [
        {
            "id": seed.id,
            "file": seed.file,
            "title": seed.title,
            "words": seed.words,
            "noise_share": round(seed.noise_share, 4),
            "language": seed.language,
            "sha256": seed.sha256,
        }
        for seed in seeds
    ]
    if with_removed or len(seeds) == 1:
        for row, seed in zip(rows, seeds, strict=True):
            row["text"] = seed.text
            row["removed"] = [asdict(line) for line in seed.removed]
    if topic is not None:
        rows.append({"names": list(topic.names), "terms": list(topic.terms)})
    return rows
