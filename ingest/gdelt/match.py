"""Which rows of a GKG file belong to a topic: by their headline, or by what they name.

Translated or not, GDELT writes names and places of every article in English, so that a topic of
one language meets articles in sixty-five. What a row names, in the order of the article, is read
like a short text. The two cuts were chosen on seventeen labelled stories, with what GDELT would
name in them: `python -m benchmarks.gdelt --stories`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyascii import anyascii

from ingest.calibration import ratio_of
from ingest.gdelt.countries import country_of, fips_of
from ingest.gdelt.rows import read_row
from ingest.items import Candidate
from ingest.topic.wording import place_name, respelt

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator

    from ingest.gdelt.rows import Row
    from ingest.topic import Topic

__all__ = ["FOUND_BY", "is_of_topic", "markers_of", "match", "named_by"]

FOUND_BY = "gdelt"
# Of the topic's own cuts, from which a row becomes a candidate: together they find .98 of the
# labelled articles and let .003 of the others through; the headline alone finds .74.
_HEADLINE_CUT, _NAMES_CUT = 1.0, 0.9
_MARKERS = 60  # strongest names, words and countries,
_LEAST_MARKERS = 2  # of which a row must hold so many
_MARKER_CHARS = 4
_SNIPPET_CHARS = 400


def match(
    lines: Iterable[bytes], topic: Topic, tally: Counter[str] | None = None
) -> Iterator[Candidate]:
    """The articles of a GKG file that may belong to a topic; pure.

    Args:
        lines: of the file, without line ends.
        topic: what they are held against.
        tally: counts `rows`, `bad` ones, those that were `looked at` and that `matched`.
    """
    markers = markers_of(topic)
    counted: Counter[str] | dict[str, int] = {} if tally is None else tally

    def count(what: str) -> None:
        counted[what] = counted.get(what, 0) + 1

    for line in lines:
        count("rows")
        if line and not _is_marked(line, markers):
            continue
        try:
            row = read_row(line)
        except ValueError:
            count("bad")
            continue
        count("looked at")
        if row is not None and is_of_topic(row, topic):
            count("matched")
            yield _candidate(row)


def markers_of(topic: Topic) -> tuple[tuple[bytes, ...], ...]:
    """For each strong name, word or country of a topic, how a row in small letters holds it.

    A country as `#aj#`, as `azerbaijan` or by its capital.
    """
    marks = (_marks(feature) for feature in list(topic.weights)[:_MARKERS])
    return tuple(dict.fromkeys(tuple(one) for one in marks if one))


def _marks(feature: str) -> list[bytes]:
    if feature.startswith("@"):
        country = feature.partition(".")[0]
        coded = [f"#{code}#" for code in fips_of(country)]
        named = [place_name(country, "en"), place_name(f"{country}.capital", "en")]
        spelt = [*coded, *filter(None, named)]
    elif feature.isascii():
        spelt = [] if feature.isdigit() else [feature]
    else:
        spelt = [respelt(feature, "en") or "", anyascii(feature)]
    return [one.lower().encode() for one in spelt if len(one) >= _MARKER_CHARS]


def _is_marked(line: bytes, markers: tuple[tuple[bytes, ...], ...]) -> bool:
    """Whether a line holds enough markers outside its long list of word counts; on raw bytes.

    One country alone stands in every third line, and no topic is reached by one name.
    """
    start = line.find(b"\twc:")
    end = line.find(b"\t", start + 1) if start >= 0 else -1
    said = (line[:start] + line[end:] if end >= 0 else line).lower()
    least = min(_LEAST_MARKERS, len(markers))
    for marks in markers:
        if any(mark in said for mark in marks):
            least -= 1
            if not least:
                return True
    return not markers


def is_of_topic(row: Row, topic: Topic) -> bool:
    """Whether what GDELT says of an article makes it worth a look."""
    if row.title and ratio_of(topic.score_headline(row.title).score) >= _HEADLINE_CUT:
        return True
    said = "\n".join(filter(None, (row.title, *named_by(row))))
    return topic.ratio(said) >= _NAMES_CUT


def named_by(row: Row) -> tuple[str, ...]:
    """Names, places and their countries, each once, in the order of the article."""
    named = [*row.names]
    for place in row.places:
        parts = place.name.split(", ")
        country = country_of(place.country)
        known = place_name(country, "en") if country else None
        named += [(place.offset, parts[0]), (place.offset, known or parts[-1])]
    named.sort(key=lambda one: one[0])
    return tuple(dict.fromkeys(name for _, name in named if name))


def _candidate(row: Row) -> Candidate:
    return Candidate(
        url=row.url,
        found_by=FOUND_BY,
        title=row.title,
        snippet=", ".join(named_by(row))[:_SNIPPET_CHARS] or None,
        published=row.published,
        language=row.language,
        aliases=row.aliases,
    )
