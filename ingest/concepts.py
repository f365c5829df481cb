"""Words of the news across languages: crash, крушение, qəza and kaza are one concept."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ingest.background import zipf_of
from ingest.endings import is_ending

__all__ = ["concept_of", "concept_zipf"]

_LANGUAGES = ("ru", "az", "tr", "ka", "hy")  # the columns of stems, after the English forms
_LONGEST_ENDING = {"ru": 7, "az": 10, "tr": 10, "ka": 12, "hy": 14}
_SAFE_STEM = 5  # letters; a shorter stem takes only an ending that declension allows
_RAREST_ZIPF = 3.0


@cache
def _rows() -> tuple[tuple[str, ...], ...]:
    table = files("ingest").joinpath("data/concepts.tsv").read_text("utf-8")
    return tuple(tuple(line.split("\t")) for line in table.splitlines() if not line.startswith("#"))


@cache
def _forms() -> dict[str, str]:
    return {form: row[0] for row in _rows() for form in row[1].split("|")}


@cache
def _stems() -> dict[str, tuple[str, str]]:
    """Stem to concept and language; the first of two languages that share a stem has it."""
    stems: dict[str, tuple[str, str]] = {}
    for concept, _, *columns in _rows():
        for language, column in zip(_LANGUAGES, columns, strict=True):
            for stem in column.split("|"):
                stems.setdefault(stem, (concept, language))
    return stems


def concept_of(word: str) -> str | None:
    """The concept that a normalised word stands for, whatever its ending; None: none of ours."""
    if concept := _forms().get(word):
        return concept
    stems = _stems()
    least = max(2, len(word) - max(_LONGEST_ENDING.values()) - 1)
    for cut in range(len(word), least, -1):
        found = stems.get(word[:cut])
        if found is None or len(word) - cut > _LONGEST_ENDING[found[1]]:
            continue
        if cut >= _SAFE_STEM or cut == len(word) or is_ending(found[1], word, cut):
            return found[0]
    return None


@cache
def concept_zipf(concept: str) -> float:
    """Zipf value of the most used English form of a concept."""
    forms = next(row[1] for row in _rows() if row[0] == concept).split("|")
    return max((zipf_of(form, ("en",)) or _RAREST_ZIPF) for form in forms)
