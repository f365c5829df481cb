"""The lines of a page, written down small: hashes, and how each line stands on its page.

What the memory of a site is learned from (`ingest.extract.recurring`). A page keeps a number of 64
bits for each line: hash, kind, whether the line is one of the text, and letters.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.extract.page import solid
from ingest.text import is_prose, unmarked, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.extract.segments import Block, Box
    from ingest.items import Article

__all__ = [
    "APART",
    "FURNITURE",
    "PROSE",
    "SHORT",
    "SHORT_TOPICAL",
    "TOPICAL",
    "UNKNOWN",
    "PageLines",
    "group_of",
    "is_in_text",
    "key_in",
    "keys_of",
    "kind_in",
    "kinds_in",
    "letters_in",
    "line_key",
    "lines_of",
    "more_like_prose",
    "stable_hash",
    "unpacked",
]

_KEY_BITS = 48
_KIND_BITS, _SEEN_BITS, _LETTER_BITS = 3, 1, 12
_MOST_LETTERS = (1 << _LETTER_BITS) - 1
_LINE_BYTES = 8
_MOST_LINES = 2000  # of a page; real ones have 100 to 600
_LEAST_LETTERS = 3
_HEADLINE_LETTERS = 10

#: How a line stands on its page, from the least to the most like an article's own prose: most of
#: it a link or a label in a box set apart, prose in such a box, short, prose; the last two are
#: topical where they name what the page's headline names.
FURNITURE, APART, SHORT, SHORT_TOPICAL, PROSE, TOPICAL = "fashpt"
_KINDS = (FURNITURE, APART, SHORT, SHORT_TOPICAL, PROSE, TOPICAL)
_NUMBER = {kind: at for at, kind in enumerate(_KINDS)}
#: Of a line that is no block of its page, or of a text that was read before this was asked.
UNKNOWN = "-"
_GROUP = {SHORT_TOPICAL: SHORT, TOPICAL: PROSE}

_APART_TAGS = frozenset({"aside", "nav", "footer"})  # a form may hold the whole page
_TELLING_LETTERS = 12  # of a short line, to be known again as the same
_LINKED_SHARE = 0.5
_STEM_LETTERS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLines:
    """The lines of one page, as far as the memory of its site goes."""

    address: str  #: that the page names as its own, in canonical form
    headline: int  #: hash; 0: too short to tell one article from another
    packed: tuple[int, ...] = field(repr=False)  #: see `_pack`; ascending, each line once

    @property
    def keys(self) -> set[int]:
        """The hashes of its lines."""
        return {key_in(line) for line in self.packed}

    def to_bytes(self) -> bytes:
        """Eight bytes a line, for the corpus."""
        return struct.pack(f"<{len(self.packed)}Q", *self.packed)


def unpacked(address: str, headline: int, lines: bytes) -> PageLines:
    """What `PageLines.to_bytes` wrote."""
    packed = struct.unpack(f"<{len(lines) // _LINE_BYTES}Q", lines)
    return PageLines(address=address, headline=headline, packed=packed)


def line_key(line: str) -> int:
    """The identity of a line: a stable hash of its letters and digits."""
    return stable_hash(solid(line))


def keys_of(line: str, bare: str) -> tuple[int, ...]:
    """What a line of a text may be known by: as it is, and without what may be a mark of ours."""
    return (line_key(line),) if line == bare else (line_key(line), line_key(bare))


def stable_hash(text: str) -> int:
    """48 bits, the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=_KEY_BITS // 8).digest())


def _pack(key: int, kind: str, letters: int, *, is_seen: bool) -> int:
    """Key, kind, whether the line stands in the text, and letters, from high bits to low."""
    head = (key << _KIND_BITS | _NUMBER[kind]) << _SEEN_BITS | is_seen
    return head << _LETTER_BITS | min(letters, _MOST_LETTERS)


def lines_of(article: Article, blocks: Iterable[Block], address: str) -> tuple[PageLines, str]:
    """What the memory keeps of a page, and how each line of its text stands there, a letter a line.

    Args:
        article: as extracted.
        blocks: of its page.
        address: canonical form of the address the page names as its own.
    """
    kinds = _kinds_by_key(article.title, blocks)
    keys = [line_key(line) for line in article.text.split("\n")]
    seen = set(keys)
    packed = sorted(
        _pack(key, kind, letters, is_seen=key in seen)
        for key, (kind, letters) in kinds.items()
        if letters >= _LEAST_LETTERS
    )
    headline = solid(article.title).casefold()
    lines = PageLines(
        address=address,
        headline=stable_hash(headline) if len(headline) >= _HEADLINE_LETTERS else 0,
        packed=tuple(packed[:_MOST_LINES]),
    )
    return lines, "".join(kinds[key][0] if key in kinds else UNKNOWN for key in keys)


def kinds_in(page: PageLines, text: str) -> str:
    """How each line of a text stands on its page, where that was not asked when it was read."""
    kinds = {key_in(line): kind_in(line) for line in page.packed}
    pairs = zip(text.split("\n"), unmarked(text).split("\n"), strict=True)
    keys = (keys_of(line, bare) for line, bare in pairs)
    return "".join(next((kinds[key] for key in some if key in kinds), UNKNOWN) for some in keys)


def _kinds_by_key(title: str, blocks: Iterable[Block]) -> dict[int, tuple[str, int]]:
    """By key, how a line stands where it looks most like prose, and its letters."""
    stems = tuple(_stems(title))
    apart: dict[Box, bool] = {}
    found: dict[int, tuple[str, int]] = {}
    for block in blocks:
        key, letters = stable_hash(block.key), len(block.key)
        kind = _kind_of(block, letters, stems, apart)
        if key not in found or more_like_prose(kind, found[key][0]):
            found[key] = (kind, letters)
    return found


def _kind_of(block: Block, letters: int, stems: tuple[str, ...], apart: dict[Box, bool]) -> str:
    if block.linked >= _LINKED_SHARE * letters:
        return FURNITURE
    is_apart = _stands_apart(block.box, apart)
    letters_only = block.key.casefold()
    names_headline = any(stem in letters_only for stem in stems)
    if not is_prose(block.text):
        if is_apart:
            return FURNITURE
        # "Yes." is said in many interviews, and is none of the site's.
        return SHORT_TOPICAL if names_headline or letters < _TELLING_LETTERS else SHORT
    if names_headline:
        return TOPICAL
    return APART if is_apart else PROSE


def _stands_apart(box: Box | None, known: dict[Box, bool]) -> bool:
    """Whether a box is, or stands in, one that the page itself sets apart from its article."""
    if box is None or box.tag in {"body", "html"}:
        return False
    if box not in known:
        known[box] = box.tag in _APART_TAGS or _stands_apart(box.above, known)
    return known[box]


def _stems(text: str) -> set[str]:
    """The longer words of a text, without what grammar puts behind them."""
    return {word[:_STEM_LETTERS] for word in words(text) if len(word) >= _STEM_LETTERS}


def key_in(packed: int) -> int:
    """The hash of a packed line."""
    return packed >> _KIND_BITS + _SEEN_BITS + _LETTER_BITS


def kind_in(packed: int) -> str:
    """How a packed line stands on its page."""
    return _KINDS[packed >> _SEEN_BITS + _LETTER_BITS & (1 << _KIND_BITS) - 1]


def is_in_text(packed: int) -> bool:
    """Whether a packed line is one of the text as extracted."""
    return bool(packed >> _LETTER_BITS & 1)


def letters_in(packed: int) -> int:
    """The letters of a packed line, 4095 at most."""
    return packed & _MOST_LETTERS


def group_of(kind: str) -> str:
    """The kind of a line with topical or not left aside: that is asked of all its pages."""
    return _GROUP.get(kind, kind)


def more_like_prose(kind: str, other: str) -> bool:
    """Whether a line that stands so is more like an article's own prose."""
    return _NUMBER[kind] > _NUMBER[other]
