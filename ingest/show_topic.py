"""What `seedbed topic` prints: the topic, its queries and its history as lines for people."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from ingest.layout import count, day, facts, minute, plain, wrapped
from ingest.topic.edits import names_without
from ingest.topic.phrasing import as_gdelt, as_media_cloud, as_plain, as_quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.topic import Topic
    from ingest.topic.describe import NameShown, TopicDescription
    from ingest.topic.edits import Edits
    from ingest.topic.phrasing import Query

__all__ = [
    "WEIGHED",
    "history_lines",
    "query_lines",
    "query_row",
    "topic_lines",
    "topic_row",
    "without_dropped",
]


#: The columns of a step that name words, and what they say of these.
WEIGHED = (("gained", "weighs more"), ("lost", "weighs less"))
_NAMES = 16  # in the terminal; `--json` has more


def without_dropped(told: TopicDescription, topic: Topic) -> TopicDescription:
    """What is told of a topic, its names without the words that the settings drop."""
    names = (replace(name, name=names_without(topic, told.edits, name.name)) for name in told.names)
    return replace(told, names=tuple(names)) if told.edits.drop else told


def topic_lines(told: TopicDescription, unmatched: Sequence[str] = ()) -> list[str]:
    """The whole topic: names with their spellings, words, facts, what is asked for.

    Args:
        told: the topic.
        unmatched: what the settings name in vain.
    """
    lines = [
        *wrapped(_heading(told)),
        "",
        "weight  seeds  name",
        *(line for name in told.names[:_NAMES] for line in _name_lines(name)),
        "",
        *facts(
            [
                ("words", ", ".join(f"{one.term} {one.weight:.2f}" for one in told.terms)),
                ("published", _span(told)),
                ("dates", ", ".join(_day_named(named, seeds) for named, seeds in told.dates)),
                ("languages", ", ".join(told.languages) or "unknown"),
                ("told in", ", ".join(told.other_languages)),
                ("outlets", ", ".join(told.outlets)),
                ("cut", f"{told.cut:.3f} raw, {told.foreign_cut:.3f} in other languages"),
                ("edits", _edits(told.edits)),
                ("in vain", "; ".join(unmatched)),
                ("version", told.version),
            ]
        ),
    ]
    home = [query for query in told.queries if query.language in {*told.languages, None}]
    shown = home or list(told.queries)[:6]
    more = len(told.queries) - len(shown)
    lines += ["", "queries", *(line for query in shown for line in _query_lines(query))]
    return (
        [*lines, f"  … and {more} in other languages: seedbed topic --queries"] if more else lines
    )


def _heading(told: TopicDescription) -> str:
    about = " and ".join(told.core) or ", ".join(name.name for name in told.names[:3])
    pair = "a pair of places: a text must speak of both" if told.core else ""
    return f"{about}; {count(told.seeds, 'seed document')}" + f"; {pair}" * bool(pair)


def _name_lines(name: NameShown) -> list[str]:
    """Weight, seeds and name in columns, and after it how else it is written, in which language."""
    seen = [form for form in name.seen if form != name.name]
    written: dict[str, list[str]] = {}
    for language, text in name.written:
        if text != name.name:
            written.setdefault(text, []).append(language)
    also = [*seen, *(f"{text} ({', '.join(known)})" for text, known in written.items())]
    kind = "" if name.kind == "name" else f", {name.kind}"
    family = f", counts for {name.family} too" if name.family else ""
    said = f"{name.name}{kind}{family}" + f": {', '.join(also)}" * bool(also)
    first = f"{name.weight:6.2f}  {name.seeds:>5}  "
    return wrapped(said, indent=" " * (len(first) + 2), first=first)


def _span(told: TopicDescription) -> str:
    if told.first_published is None or told.last_published is None:
        return "no seed states a date"
    first, last = (day(one.isoformat()) for one in (told.first_published, told.last_published))
    return first if first == last else f"{first} to {last}"


def _day_named(named: str, seeds: int) -> str:
    return named.removeprefix("--") + f" ({seeds} seeds)" * (seeds > 1)


def _edits(edits: Edits) -> str:
    told = (("add", edits.add), ("drop", edits.drop), ("pin", edits.pin))
    said = "; ".join(f"{verb} {', '.join(terms)}" for verb, terms in told if terms)
    return said or "none; [topic] add, drop and pin in seedbed.toml"


def query_lines(queries: Sequence[Query]) -> list[str]:
    """Every query, language by language, and how GDELT is asked where that differs."""
    lines: list[str] = []
    language: str | None = ""
    for query in queries:
        if query.language != language:
            language = query.language
            lines += ["", language or "language unknown"] if lines else [language or "unknown"]
        lines += _query_lines(query)
    return lines or ["no queries: the seeds share no two strong names or words"]


def _query_lines(query: Query) -> list[str]:
    found = f"in {count(query.seeds, 'seed')}" if query.seeds else "yours"
    return wrapped(f"{as_plain(query)} [{found}]", indent="      ", first="  ")


def query_row(query: Query) -> dict[str, Any]:
    """A query for programs, in the syntax of each service."""
    return asdict(query) | {
        "plain": as_plain(query),
        "quoted": as_quoted(query),
        "gdelt": as_gdelt(query),
        "media_cloud": as_media_cloud(query),
    }


def topic_row(told: TopicDescription, unmatched: Sequence[str] = ()) -> dict[str, Any]:
    """The topic for programs."""
    row = asdict(told) | {"unmatched_edits": list(unmatched)}
    for name in ("first_published", "last_published"):
        row[name] = row[name] and row[name].isoformat()
    row["queries"] = [query_row(query) for query in told.queries]
    return row


def history_lines(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the topic learned, step by step, and whether each step stands."""
    if not steps:
        return ["nothing learned yet; `seedbed run --once` learns the topic of the seeds"]
    lines: list[str] = []
    for step in steps:
        undone = f", undone {minute(step['undone'])} UTC" if step["undone"] else ""
        near = step["near_no_seed"]
        astray = "" if near is None else f", {near:.2f} of the articles near no seed"
        texts = count(step["texts"], "text")
        head = f"{minute(step['at'])} UTC, {step['kind']}, {texts}{astray}{undone}"
        lines += wrapped(head, indent="    ", first=f"{step['id']:>3}  ")
        for column, verb in WEIGHED:
            if step[column]:
                said = f"{verb}: {plain(step[column])}"
                lines += wrapped(said, indent="       ", first="     ")
    return lines
