"""Which blocks of a page are the article: votes, structure and neighbours, weighed by trees.

Every block gets the log-odds that it belongs to the article from trees learned over whole sites
(`benchmarks/train_blocks.py`); those above the cut are kept, in the order of the page.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.extract.page import solid
from ingest.extract.places import NAMES, Ballot, View
from ingest.extract.second import second_article
from ingest.extract.segments import cut
from ingest.extract.small_print import drop_small_print
from ingest.extract.tickers import without_tickers
from ingest.extract.trees import read_forest
from ingest.extract.votes import votes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.extract.page import ParsedPage
    from ingest.extract.segments import Block, Box

__all__ = ["CUT", "Decision", "ask", "decide", "explain"]

#: Log-odds above which a block is kept; 0 and .2 give the same mean F1 to .0003, .4 loses .001.
CUT = 0.1
#: The same for a block that the voter keeps with both its neighbours. On pages unlike all that was
#: learned from, lists and headings fall just below the other cut: with whole sets left out this
#: lifts mean F1 from .9579 to .9586, with sites left out from .9647 to .9650.
_VOTED_CUT = -0.3
_VOTED = 0.5  # share of a block's letters
_SHORT_TABLE = 6  # rows, the head among them
_DOUBT = -0.9  # mean log-odds of its letters; -.6 and -1.2 give the same mean F1 to .0001
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The blocks of a page, each with its log-odds to be of the article."""

    blocks: tuple[Block, ...] = field(repr=False)
    odds: tuple[float | None, ...] = field(repr=False)  #: None: out at the first look
    votes: tuple[float, ...] = field(repr=False)  #: share of each that the voter keeps, 0..1

    @property
    def kept(self) -> list[Block]:
        """The article's own, up to where a second article begins."""
        is_kept = [
            odds is not None and odds > (_VOTED_CUT if is_amid else CUT)
            for odds, is_amid in zip(self.odds, self._amid_votes(), strict=True)
        ]
        _keep_tables_whole(self.blocks, self.odds, is_kept)
        drop_small_print(self.blocks, is_kept)
        end = second_article(self.blocks, is_kept)
        return [block for block, own in zip(self.blocks[:end], is_kept, strict=False) if own]

    def _amid_votes(self) -> list[bool]:
        """Whether each block has the vote, as the one before and the one after it."""
        voted = [False, *(vote > _VOTED for vote in self.votes), False]
        return [all(voted[at : at + 3]) for at in range(len(self.votes))]


def _keep_tables_whole(
    blocks: Sequence[Block], odds: Sequence[float | None], is_kept: list[bool]
) -> None:
    """Keep all rows of a table of figures or none, as most of its letters are kept or not.

    A row of bare numbers has little to tell it by: below an article the last ones fell out. A short
    table that follows what is kept has no rows but the last ones, and is given the doubt.
    """
    tables: dict[Box, list[int]] = {}
    for at, block in enumerate(blocks):
        if block.box.tag == "tr" and (table := _table_of(block.box)):
            tables.setdefault(table, []).append(at)
    for rows in tables.values():
        letters = sum(len(blocks[at].key) for at in rows)
        own = sum(len(blocks[at].key) for at in rows if is_kept[at])
        is_own = 2 * own > letters or _ends_article(rows, blocks, odds, is_kept)
        for at in rows:
            is_kept[at] = is_own


def _ends_article(
    rows: Sequence[int],
    blocks: Sequence[Block],
    odds: Sequence[float | None],
    is_kept: Sequence[bool],
) -> bool:
    """Whether a short table without links follows what is kept, and is not far from the cut."""
    told = [(odd, len(blocks[at].key)) for at in rows if (odd := odds[at]) is not None]
    is_plain = len(told) == len(rows) <= _SHORT_TABLE and not any(blocks[at].linked for at in rows)
    if not is_plain or not rows[0] or not is_kept[rows[0] - 1]:
        return False
    return sum(odd * size for odd, size in told) > _DOUBT * sum(size for _, size in told)


def _table_of(row: Box) -> Box | None:
    """The table that a row is of."""
    above: Box | None = row
    while above is not None and above.tag != "table":
        above = above.above
    return above


def decide(page: ParsedPage, voted: str) -> Decision:
    """Judge every block of a page.

    Args:
        page: as parsed.
        voted: the text that the voting extractor read; may be empty.
    """
    blocks, ballot = ask(page, voted)
    view = View(page, blocks, ballot)
    wanted = view.candidates()
    odds: list[float | None] = [None] * len(blocks)
    if wanted:
        rows = zip(*_asked(view, wanted), strict=True)
        for at, told in zip(wanted, read_forest().log_odds(rows), strict=True):
            odds[at] = told
    return Decision(blocks=tuple(blocks), odds=tuple(odds), votes=tuple(ballot.votes))


def explain(page: ParsedPage, voted: str, text: str) -> list[tuple[str, float]]:
    """What moved the block that reads `text`, strongest first; empty: no tree was asked of it."""
    blocks, ballot = ask(page, voted)
    view = View(page, blocks, ballot)
    wanted = [at for at in view.candidates() if blocks[at].text == text][:1]
    if not wanted:
        return []
    return read_forest().explain([column[0] for column in _asked(view, wanted)])


def _asked(view: View, wanted: Sequence[int]) -> list[Sequence[float]]:
    """The columns that the trees ask for."""
    told = dict(zip(NAMES, view.columns(wanted), strict=True))
    return [told[name] for name in read_forest().names]


def ask(page: ParsedPage, voted: str) -> tuple[list[Block], Ballot]:
    """The blocks of a page that may be seen, and what others think of them."""
    blocks = without_tickers(cut(page))
    votes = votes_of(voted, blocks)
    if any(block.box.is_hidden for block in blocks) and not _is_text_hidden(voted, blocks, votes):
        seen = [at for at, block in enumerate(blocks) if not block.box.is_hidden]
        blocks, votes = [blocks[at] for at in seen], [votes[at] for at in seen]
    ld = votes_of(_stated_body(page), blocks)
    return blocks, Ballot(votes=votes, ld=ld)


def _is_text_hidden(voted: str, blocks: Sequence[Block], votes: Sequence[float]) -> bool:
    """Whether most of what the voter took is hidden until a script shows it."""
    pairs = zip(blocks, votes, strict=True)
    shown = sum(vote * len(block.key) for block, vote in pairs if not block.box.is_hidden)
    return shown < len(solid(voted)) / 2


def _stated_body(page: ParsedPage) -> str:
    """The longest articleBody in JSON-LD; "" where there is none."""
    bodies = [body for node in page.nodes if isinstance(body := node.get("articleBody"), str)]
    longest = max(bodies, key=len, default="")
    return _TAG.sub(" ", html.unescape(html.unescape(longest)))
