"""What `seedbed seeds` prints: the seed documents, cleaned, or raw with what cleaning removed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ingest.layout import count, facts, fit, plain, wrapped
from ingest.seedfiles import unread_said
from ingest.text import clean_controls

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from ingest.items import SeedDocument
    from ingest.topic import Topic

__all__ = ["seed_lines", "seed_rows", "unread_lines"]

_TITLE_RULE = "title"  # the line that became the headline: out of the text, not lost
_HEADLINE = "headline"


def seed_lines(
    seeds: Sequence[SeedDocument],
    topic: Topic | None,
    by_hand: Collection[int],
    guessed: Mapping[int, str],
    *,
    raw_columns: int | None = None,
) -> list[str]:
    """What the seeds say once cleaned, and the topic learned from them.

    Args:
        seeds: the documents to show; one alone is shown with its text.
        topic: learned from them; None: not shown.
        by_hand: ids of those whose cleaned text a person wrote.
        guessed: by id, the encoding of those whose file does not tell it.
        raw_columns: width for the raw lines beside what was removed; None: those are not shown.
    """
    lines: list[str] = []
    for seed in seeds:
        lines += _head(seed, guessed.get(seed.id), is_by_hand=seed.id in by_hand)
        if raw_columns is not None:
            lines += [*_raw_lines(seed, raw_columns), ""]
        elif len(seeds) == 1:
            lines += ["", *_text_lines(seed)]
    if topic is not None:
        names, terms = ", ".join(topic.names[:12]), ", ".join(topic.terms[:16])
        lines += ["", *facts([("names", names), ("terms", terms)])]
    return lines


def _head(seed: SeedDocument, guessed: str | None, *, is_by_hand: bool) -> list[str]:
    first = f"{seed.id}. "
    kept = f"{count(seed.words, 'word')} kept, {seed.noise_share:.0%} removed"
    lines = [
        *wrapped(seed.title or "no headline found", indent="   ", first=first),
        *wrapped(f"{kept}, {seed.language or 'language unknown'}, {seed.file}", indent="   "),
    ]
    if guessed:
        said = f"read as {guessed}, which is a guess; if letters look wrong, save it as UTF-8"
        lines += wrapped(said, indent="   ")
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
    """The file, or a page as text, line by line, cut to fit; `-` and the rule where it went."""
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
    seeds: Sequence[SeedDocument],
    topic: Topic | None,
    guessed: Mapping[int, str],
    *,
    with_removed: bool,
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
            "guessed_encoding": guessed.get(seed.id),
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


def unread_lines(folder: Path) -> list[str]:
    """What lies in a seed folder and is not read; no line where all is."""
    said = unread_said(folder)
    return wrapped(said, indent="  ", first="") if said else []
