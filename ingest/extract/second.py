"""Where an article ends on a page that goes on: with the next story, or with what else there is."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from ingest.extract.kinship import around, article_of
from ingest.text import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ingest.extract.segments import Block, Box

__all__ = ["second_article"]

_OWN_LETTERS = 400  # kept of the first article before a second is looked for, and of the second
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
#: What follows is not the article, as headings say it; asked only of those outside its box.
_ELSEWHERE = re.compile(
    r"(?:you (?:may|might) (?:also )?(?:like|enjoy)|(?:more )?related(?: \w+)?|read (?:also|next)"
    r"|recommended(?: for you)?|more (?:from|on|in) .{2,40}|(?:\d+ )?comments?(?: \(\d+\))?"
    r"|(?:das )?könnte (?:sie|dich) auch interessieren|à lire aussi|vous aimerez aussi"
    r"|você (?:também )?pode gostar|te puede interesar|leia também|potrebbe interessarti(?: anche)?"
    r"|читайте также|похожие \w+|по теме|комментарии|həmçinin oxuyun|oxşar \w+|şərhlər"
    r"|ilgili \w+|benzer \w+|bunlar da ilginizi çekebilir|yorumlar|читайте також)"
)
_MOST_HEADS = 20  # looked at; a page of headlines has hundreds
_WHOLE_SHARE = 0.8  # of the kept letters: the box around them and the headline is the article


def second_article(blocks: Sequence[Block], is_kept: Sequence[bool]) -> int | None:
    """The number of the block that heads a second article or what is related; None: neither is.

    A second article has an <h1> of its own, or an <article> that its headline is the first heading
    of, outside the smallest box that holds the first <h1> and the text under it: headings within
    one article, however many are <h1>, share its box.

    Args:
        blocks: of the page, in order.
        is_kept: whether each is taken for article text.
    """
    first = next((at for at, block in enumerate(blocks) if block.box.tag == "h1"), None)
    if first is None:
        return None
    for head, article, least in islice(_heads(blocks, first), _MOST_HEADS):
        before = _kept_letters(blocks, is_kept, first, head)
        after = _kept_letters(blocks, is_kept, head, len(blocks))
        own = sum(size for box, size in after.items() if not article or article in around(box))
        if sum(before.values()) < _OWN_LETTERS or own < least:
            continue
        whole = _whole(blocks[first].box, before)
        if whole is not None and whole not in around(blocks[head].box):
            return head
    return None


def _heads(blocks: Sequence[Block], first: int) -> Iterator[tuple[int, Box | None, int]]:
    """What may head a second article, the <article> it heads, and the letters that must follow.

    An <article> must hold them itself: the items of a ranking are <article>s too.
    """
    own = set(around(blocks[first].box))
    begun: set[Box] = set()
    for at, block in enumerate(blocks[first + 1 :], first + 1):
        if block.box.tag not in _HEADINGS or block.key == blocks[first].key:
            continue
        if _ELSEWHERE.fullmatch(normalize(block.text).strip(" .:…!?")):
            yield at, None, 1
            continue
        article = article_of(block.box)
        is_first = article is not None and article not in begun and article not in own
        if article is not None:
            begun.add(article)
        if block.box.tag == "h1":
            yield at, None, _OWN_LETTERS
        elif is_first:
            yield at, article, _OWN_LETTERS


def _kept_letters(
    blocks: Sequence[Block], is_kept: Sequence[bool], start: int, end: int
) -> Counter[Box]:
    """Kept letters between two blocks, in each box that holds them."""
    letters: Counter[Box] = Counter()
    for at in range(start, end):
        if is_kept[at]:
            letters[blocks[at].box] += len(blocks[at].key)
    return letters


def _whole(head: Box, letters: Counter[Box]) -> Box | None:
    """The deepest box around a headline that holds most of some letters."""
    held: Counter[Box] = Counter()
    for box, size in letters.items():
        for above in around(box):
            held[above] += size
    wanted = _WHOLE_SHARE * sum(letters.values())
    return next((box for box in around(head) if held[box] >= wanted), None)
