"""What two texts share, and what that is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.items import Likeness, Passage, Relation
from ingest.relations.shingles import SHINGLE_WORDS

if TYPE_CHECKING:
    from ingest.relations.shingles import Fingerprint

__all__ = [
    "NEVER_FAMILY",
    "compare",
    "flip",
    "flip_passage",
    "is_copy",
    "name_pair",
    "name_relation",
]

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
#: A text is cut from the top of a longer one if it holds this share of as many shingles from there
#: as the two have in common. Labelled cuts have .9 and more, what stands within a merged page
#: .55 and less, and no share from .6 to .7 parts them better (benchmark set `synth`).
TOP_SHARE = 0.60
#: Words; a run that long in two articles was written once, and is longer than a quotation.
OVERLAP_RUN = 40
_OVERLAP_SHINGLES = OVERLAP_RUN - SHINGLE_WORDS + 1
#: Or this share of a text, where it is not one run, and more than a phrase:
OVERLAP_SHARE = 0.15
#: shingles, of 20 words.
OVERLAP_MIN_SHARED = 16
#: Two texts alike in words but not in figures are a form filled in twice: weekly counts, rates.
TEMPLATE_BELOW = 0.80
TEMPLATE_NUMERALS = 4
TEMPLATE_SHARED_NUMERALS = 0.35

_COPIES = (Relation.SAME_URL, Relation.EXACT, Relation.NEAR, Relation.CONTAINED_IN)
#: Pairs so named are for readers; no family hangs on them.
NEVER_FAMILY = (Relation.EXCERPT, Relation.OVERLAP, Relation.TEMPLATE, Relation.REVISION)


def compare(a: Fingerprint, b: Fingerprint) -> Likeness:
    """Containment both ways and resemblance over all shingles (Broder 1997, section 2).

    What a name does not hang on is not looked at: it would cost five times as much.
    """
    shared = len(a.shingles & b.shingles)
    either = len(a.shingles) + len(b.shingles) - shared
    a_in_b = shared / max(len(a.shingles), 1)
    b_in_a = shared / max(len(b.shingles), 1)
    least, most = sorted((a_in_b, b_in_a))
    is_held = most >= HELD
    is_exact = bool(shared) and a.exact == b.exact
    return Likeness(
        a_in_b=a_in_b,
        b_in_a=b_in_a,
        jaccard=shared / max(either, 1),
        shared=shared,
        is_exact=is_exact,
        from_top=not is_held or least >= HELD or _is_from_top(a, b, shared),
        run=0 if is_held or shared < _OVERLAP_SHINGLES else _longest_run(a, b),
        is_template=is_held
        and most < TEMPLATE_BELOW
        and not is_exact
        and _figures_differ(a.numerals, b.numerals),
    )


def _is_from_top(a: Fingerprint, b: Fingerprint, shared: int) -> bool:
    """Whether as many shingles from the top of the longer as they share are largely those.

    Nothing is cut from a live blog: what stands at its top is its latest entry.
    """
    longer, other = (a, b) if len(a.shingles) > len(b.shingles) else (b, a)
    if not longer.has_top:
        return False
    at_top = sum(map(other.shingles.__contains__, longer.sequence[:shared]))
    return at_top >= TOP_SHARE * shared


def _longest_run(a: Fingerprint, b: Fingerprint) -> int:
    """Words of the longest run of the shorter text that is made of shingles of the longer."""
    fewer = min(len(a.sequence), len(b.sequence))
    shingles = min(
        # A byte for each shingle in order, 1 if it is in the other text: two calls in C.
        max(map(len, bytes(map(other.shingles.__contains__, one.sequence)).split(b"\0")))
        for one, other in ((a, b), (b, a))
        if len(one.sequence) == fewer
    )
    return shingles + SHINGLE_WORDS - 1


def _figures_differ(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether two texts share a form and not a text: like words around different figures."""
    fewer = min(len(a), len(b))
    return fewer >= TEMPLATE_NUMERALS and len(a & b) < TEMPLATE_SHARED_NUMERALS * fewer


def flip(likeness: Likeness) -> Likeness:
    """The same likeness, seen from the other text."""
    passage = likeness.passage
    return Likeness(
        a_in_b=likeness.b_in_a,
        b_in_a=likeness.a_in_b,
        jaccard=likeness.jaccard,
        shared=likeness.shared,
        is_exact=likeness.is_exact,
        from_top=likeness.from_top,
        run=likeness.run,
        is_template=likeness.is_template,
        passage=flip_passage(passage) if passage else None,
    )


def flip_passage(passage: Passage) -> Passage:
    """The same passage with the texts named the other way round; its quote stays as it was."""
    return Passage(
        quote=passage.quote,
        words=passage.words,
        a_start=passage.b_start,
        a_end=passage.b_end,
        b_start=passage.a_start,
        b_end=passage.a_end,
    )


def name_relation(likeness: Likeness, *, seed: bool, same_address: bool = False) -> Relation | None:
    """How `a` stands to `b`, an earlier text or (`seed`) a seed dump; None: not related.

    Args:
        likeness: from `compare`.
        seed: whether one of the two is a seed dump; what stands in one is a copy of it wherever
            it stands.
        same_address: whether both are pages of one address.
    """
    if likeness.is_exact:
        return Relation.EXACT
    most = max(likeness.a_in_b, likeness.b_in_a)
    if seed and likeness.shared < SEED_MIN_SHARED:
        return None
    if most >= (SEED_HELD if seed else HELD):
        relation = _name_held(likeness, seed=seed)
    elif likeness.run >= OVERLAP_RUN or (
        likeness.shared >= OVERLAP_MIN_SHARED and most >= OVERLAP_SHARE
    ):
        relation = Relation.OVERLAP
    else:
        return None
    return Relation.REVISION if same_address else relation


def _name_held(likeness: Likeness, *, seed: bool) -> Relation:
    if likeness.is_template and not seed:
        return Relation.TEMPLATE
    if min(likeness.a_in_b, likeness.b_in_a) >= HELD:
        return Relation.NEAR
    if likeness.a_in_b < likeness.b_in_a:
        return Relation.CONTAINS
    return Relation.CONTAINED_IN if seed or likeness.from_top else Relation.EXCERPT


def name_pair(likeness: Likeness, *, seed: bool, same_address: bool = False) -> Relation | None:
    """What the two are to each other: how the part stands to the whole, so never `contains`."""
    if likeness.a_in_b < likeness.b_in_a:
        likeness = flip(likeness)
    return name_relation(likeness, seed=seed, same_address=same_address)


def is_copy(relation: Relation, likeness: Likeness) -> bool:
    """Whether `a` is a copy of `b`; a text that holds `b` among much of its own is an article."""
    if relation is Relation.CONTAINS:
        return likeness.a_in_b >= MOSTLY
    return relation in _COPIES
