"""What a block looks like by itself, as numbers."""

from __future__ import annotations

import re
import string
from math import log1p
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ingest.extract.segments import Block

__all__ = ["LOOKS", "is_dateline", "look", "share_in"]

_WHEN = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}:\d\d\b")
_SENTENCE = re.compile(r"[.!?…։。！？](?=[\s\"'”’»)\]]|$)")
_ENDED = re.compile(r"[.!?…։。！？][\"'”’»)\]*]*$")
_COMMA = re.compile(r"[,，、،]")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_OPENERS = "\"'“«„‘「"
_NAMED_LETTERS = 200  # how long a block may be and still be a headline in capitals
_MARK_LETTERS = 60  # of a dateline
_TITLE_LETTERS = 10
_DIGITS, _CAPITALS = string.digits.encode(), string.ascii_uppercase.encode()
_ASCII = bytes(range(128))

#: The name of each number, in order.
LOOKS = (
    "letters", "words", "link_share", "links", "strong_share", "comma_share", "sentences",
    "is_ended", "is_prose", "digit_share", "capital_share", "word_letters", "has_when", "level",
    "is_broken", "is_hidden", "depth", "title_share", "summary_share", "has_colon", "is_quoted",
    "capitals", "is_row",
)  # fmt: skip


def look(
    block: Block, *, is_prose: bool, titles: Sequence[str], summaries: Sequence[str]
) -> tuple[float, ...]:
    """One block by itself, in the order of `LOOKS`.

    Args:
        block: as cut.
        is_prose: whether it reads like running text.
        titles: letters of what the page is called.
        summaries: letters of how it is described.
    """
    text, key, tag = block.text, block.key, block.box.tag
    letters = len(key)
    words = text.split(" ")
    is_short = letters < _NAMED_LETTERS
    return (
        log1p(letters),
        len(words),
        block.linked / letters,
        block.links,
        block.strong / letters,
        len(_COMMA.findall(text)) / len(words),
        len(_SENTENCE.findall(text)),
        _ENDED.search(text) is not None,
        is_prose,
        _count(key, _DIGITS, str.isdigit) / letters,
        _count(key, _CAPITALS, str.isupper) / letters,
        letters / len(words),
        _WHEN.search(text) is not None,
        float(tag[1]) if tag in _HEADINGS else 0.0,
        block.is_broken,
        block.box.is_hidden,
        block.box.depth,
        share_in(key, titles),
        share_in(key, summaries),
        text.endswith(":"),
        text[0] in _OPENERS,
        sum(word[0].isupper() for word in words) / len(words) if is_short else 0.0,
        tag == "tr",
    )


def _count(key: str, of_ascii: bytes, is_one: Callable[[str], bool]) -> int:
    """How many characters are of a kind; those of ASCII told at once, of the rest each is asked."""
    encoded = key.encode("utf-8", "surrogatepass")
    count = len(encoded) - len(encoded.translate(None, of_ascii))
    if key.isascii():
        return count
    rest = encoded.translate(None, _ASCII).decode("utf-8", "surrogatepass")
    return count + sum(map(is_one, rest))


def share_in(key: str, wholes: Sequence[str]) -> float:
    """How much of a headline a block is, or the headline of it, 0..1."""
    if len(key) < _TITLE_LETTERS:
        return 0.0
    shares = [
        min(len(key), len(whole)) / max(len(key), len(whole))
        for whole in wholes
        if key in whole or whole in key
    ]
    return max(shares, default=0.0)


def is_dateline(block: Block) -> bool:
    """Whether a short block states a year or an hour."""
    return len(block.key) < _MARK_LETTERS and _WHEN.search(block.text) is not None
