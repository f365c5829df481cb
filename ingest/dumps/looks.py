"""What the scorers see of a line whatever stands around it.

Every feature is a number of about 0 to 1 with a name; `data/dump_weights.tsv` holds what each is
worth, and `benchmarks/train_seeds.py` learned it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.background import common_zipf

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ingest.dumps.lines import Line

__all__ = ["Features", "Sight", "heft", "looks", "overlap", "rarity"]

Features = dict[str, float]

_LONGER_THAN = (15, 25, 40, 60, 80, 100, 140, 200, 300, 450, 700)  # units
_LONG, _VERY_LONG = 60, 140
_INNER_STOP = re.compile(r"[.!?…।؟۔][\"'”’»)\]]*\s|[。！？։]")
_COLON = re.compile(r"[:;,、،：][\"'”’»)\]]*$")
_COMMA = re.compile("[,،、，]")
_QUOTES = '"“«„‘「'
_SEEN_OFTEN = 3
_FUNCTION_SHARE = 0.2  # of the paragraphs; a word in as many is a function word here
_MOST_RARE = 6.5  # Zipf value of the commonest words


@dataclass(frozen=True, slots=True)
class Sight:
    """A dump seen as a whole."""

    lines: Sequence[Line]
    copies: Counter[str]  #: by key
    function_words: frozenset[str]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Sight:
        """The sight of these lines."""
        seen: set[str] = set()
        found: Counter[str] = Counter()
        for line in lines:
            if line.is_prose and line.key not in seen:
                seen.add(line.key)
                found.update(line.terms)
        least = max(2.0, _FUNCTION_SHARE * len(seen))
        common = frozenset(word for word, count in found.items() if count >= least)
        return cls(lines, Counter(line.key for line in lines), common)


def heft(line: Line) -> float:
    """How much a line weighs beside others: with the root of its length, to a cap; 0.1..1."""
    return math.sqrt(min(max(line.units, 6), 480) / 480)


@lru_cache(maxsize=1 << 16)
def rarity(term: str) -> float:
    """How much a word tells, 0..6.5: nothing for the commonest of any language."""
    return max(0.0, _MOST_RARE - common_zipf(term))


def overlap(terms: Iterable[str], others: Counter[str], least: int = 1) -> float:
    """Share of what these words tell that is found in others at least so often; 0..1."""
    told = [(rarity(term), others[term] >= least) for term in terms]
    total = sum(rare for rare, _ in told)
    return sum(rare for rare, is_found in told if is_found) / total if total else 0.0


def looks(sight: Sight) -> list[Features]:
    """How each line looks, whatever stands around it."""
    return [_look(line, sight) for line in sight.lines]


def _look(line: Line, sight: Sight) -> Features:
    text, length = line.text, line.units
    parts = text.split()
    upper = sum(part[:1].isupper() for part in parts)
    lower = sum(part[:1].islower() for part in parts)
    inner = len(_INNER_STOP.findall(text))
    copies = sight.copies[line.key]
    seen: Features = {f"longer {least}": 1.0 for least in _LONGER_THAN if length > least}
    seen |= {
        "stop": float(line.has_stop),
        "stop long": float(line.has_stop and length > _LONG),
        "stop very long": float(line.has_stop and length > _VERY_LONG),
        "colon": float(bool(_COLON.search(text))),
        "inner stops": min(inner, 4) / 4,
        "inner stop": float(inner > 0),
        "commas": min(len(_COMMA.findall(text)), 4) / 4,
        "capitals": upper / (upper + lower) if upper + lower else 0.5,
        "no case": float(not upper + lower),
        "digits": sum(char.isdigit() for char in text) / len(text),
        "letters": sum(char.isalpha() for char in text) / len(text),
        "bullet": float(line.is_item),
        "lower start": float(text[0].islower()),
        "quote": float(text[0] in _QUOTES),
        "address": float("http" in text or "www." in text),
        "pipe": float(" | " in text),
        "question": float(text.endswith(("?", "？", "؟"))),
        "copies": float(copies > 1),
        "many copies": float(copies > _SEEN_OFTEN),
        "function words": sum(term in sight.function_words for term in line.terms)
        / max(len(line.terms), 1),
    }
    if line.rule is not None:
        seen[f"is {line.rule}"] = 1.0
    return {name: value for name, value in seen.items() if value}
