"""The curve between how far a text is from the cut and the chance that it is related.

Of the labelled texts that score about 0.8, about four in five are related; docs/relevance.md has
the table.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["THRESHOLD", "ratio_of", "score_of"]

THRESHOLD = 0.5  #: score at the cut
_STEEPNESS = 6.0  # of the odds, in the logarithm of the ratio (Platt 1999, on that scale)


def score_of(ratio: float) -> float:
    """Relevance, 0 to 1, of a text whose raw score stands in this ratio to its cut."""
    odds: float = max(ratio, 0.0) ** _STEEPNESS
    return odds / (1 + odds)


@lru_cache(4096)  # each link of a page asks for the same few
def ratio_of(score: float) -> float:
    """The ratio to the cut that has this relevance; infinite at 1."""
    if score >= 1:
        return float("inf")
    return float((max(score, 0.0) / (1 - score)) ** (1 / _STEEPNESS))
