"""What two texts share, what that is called, and the passage that shows it."""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.items import Likeness, Relation
from ingest.relations.shingles import SHINGLE_WORDS, Fingerprint, tokens

__all__ = ["compare", "flip", "is_copy", "is_template", "name_relation", "shared_passage"]

#: Share of a text found in another from which it counts as held by it. Any value from .55 to .60
#: gave the best F1 on real and on synthetic pairs alike.
HELD = 0.55
#: A text that holds another is a copy of it only if this share of it is the other.
MOSTLY = 0.40
#: Half of a seed dump is menus and comments, so less of it is asked for. True pairs had .50 and
#: more, the nearest wrong pair .03.
SEED_HELD = 0.40
#: Shingles; a quotation is shorter.
SEED_MIN_SHARED = 25
#: Two texts alike in words but not in figures are a form filled in twice: weekly counts, rates.
TEMPLATE_BELOW = 0.80
TEMPLATE_NUMERALS = 4
TEMPLATE_SHARED_NUMERALS = 0.35

_PASSAGE_WORDS = 60
_MAX_PLACES = 16  # of one shingle in one text; a refrain would make the search quadratic
# A character of a script without spaces, or a run of anything else but white space.
_CHUNK = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
    "|[^\\s\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+"
)


def compare(a: Fingerprint, b: Fingerprint) -> Likeness:
    """Containment both ways and resemblance over all shingles (Broder 1997, section 2)."""
    shared = len(a.shingles & b.shingles)
    either = len(a.shingles) + len(b.shingles) - shared
    return Likeness(
        a_in_b=shared / max(len(a.shingles), 1),
        b_in_a=shared / max(len(b.shingles), 1),
        jaccard=shared / max(either, 1),
        shared=shared,
        is_exact=bool(shared) and a.exact == b.exact,
    )


def flip(likeness: Likeness) -> Likeness:
    """The same likeness, seen from the other text; the passage stays as it was quoted."""
    return Likeness(
        a_in_b=likeness.b_in_a,
        b_in_a=likeness.a_in_b,
        jaccard=likeness.jaccard,
        shared=likeness.shared,
        is_exact=likeness.is_exact,
        passage=likeness.passage,
    )


def name_relation(likeness: Likeness, *, seed: bool) -> Relation | None:
    """How `a` stands to `b`, an earlier text or (`seed`) a seed dump; None: not related."""
    if likeness.is_exact:
        return Relation.EXACT
    held = HELD
    if seed:
        if likeness.shared < SEED_MIN_SHARED:
            return None
        held = SEED_HELD
    if min(likeness.a_in_b, likeness.b_in_a) >= HELD:
        return Relation.NEAR
    if max(likeness.a_in_b, likeness.b_in_a) < held:
        return None
    return Relation.CONTAINED_IN if likeness.a_in_b >= likeness.b_in_a else Relation.CONTAINS


def is_copy(relation: Relation, likeness: Likeness) -> bool:
    """Whether `a` is a copy of `b`; a text that holds `b` among much of its own is an article."""
    return relation is not Relation.CONTAINS or likeness.a_in_b >= MOSTLY


def is_template(a: Fingerprint, b: Fingerprint, likeness: Likeness) -> bool:
    """Whether the two share a form and not a text: like words around different figures."""
    fewer = min(len(a.numerals), len(b.numerals))
    if likeness.is_exact or fewer < TEMPLATE_NUMERALS:
        return False
    if max(likeness.a_in_b, likeness.b_in_a) >= TEMPLATE_BELOW:
        return False
    return len(a.numerals & b.numerals) < TEMPLATE_SHARED_NUMERALS * fewer


def shared_passage(text_a: str, text_b: str) -> str | None:
    """The longest run of words in both, as it stands in `text_a`; None: none of five words."""
    words_a, spans = _place_words(text_a)
    first, length = _longest_run(words_a, tokens(text_b))
    if not length:
        return None
    last = first + min(length, _PASSAGE_WORDS) - 1
    quoted = text_a[spans[first][0] : spans[last][1]]
    return quoted if length <= _PASSAGE_WORDS else f"{quoted} …"


@lru_cache(maxsize=2)  # one text in hand is quoted against each of its kin
def _place_words(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """Words as `tokens` gives them, each with the span of `text` it came from."""
    found: list[str] = []
    spans: list[tuple[int, int]] = []
    for chunk in _CHUNK.finditer(text):
        parts = _chunk_words(chunk.group())
        found += parts
        spans += [chunk.span()] * len(parts)
    return found, spans


@lru_cache(maxsize=1 << 14)
def _chunk_words(chunk: str) -> tuple[str, ...]:
    return tuple(tokens(chunk))


def _longest_run(words_a: list[str], words_b: list[str]) -> tuple[int, int]:
    """Return (start in a, words) of the longest common run; (0, 0): none of five words."""
    in_b = set(_runs(words_b))
    first, shingles, here = 0, 0, 0
    for i, run in enumerate(_runs(words_a)):
        here = here + 1 if run in in_b else 0
        if here > shingles:
            first, shingles = i - here + 1, here
    if not shingles:
        return 0, 0
    length = shingles + SHINGLE_WORDS - 1
    # Each five of the run are in b, but only as a rule one after the other.
    if _spaced(words_a[first : first + length]) in _spaced(words_b):
        return first, length
    return _longest_run_exactly(words_a, words_b)


def _longest_run_exactly(words_a: list[str], words_b: list[str]) -> tuple[int, int]:
    places: dict[tuple[str, ...], list[int]] = {}
    for j, run in enumerate(_runs(words_b)):
        found = places.setdefault(run, [])
        if len(found) < _MAX_PLACES:
            found.append(j)
    first, shingles, ending = 0, 0, dict[int, int]()
    for i, run in enumerate(_runs(words_a)):
        ending = {j: ending.get(j - 1, 0) + 1 for j in places.get(run, ())}
        longest = max(ending.values(), default=0)
        if longest > shingles:
            first, shingles = i - longest + 1, longest
    return first, shingles + SHINGLE_WORDS - 1


def _runs(found: list[str]) -> zip[tuple[str, ...]]:
    return zip(*(found[skip:] for skip in range(SHINGLE_WORDS)), strict=False)


def _spaced(found: list[str]) -> str:
    return f" {' '.join(found)} "
