"""A page as the decision sees it: for each block a row of numbers, handed over as columns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise
from math import log1p
from typing import TYPE_CHECKING

from ingest.extract.holdings import HOLDERS, PARTS, Ledger
from ingest.extract.kinship import KINDS, NEVER, Kinship, Lineage
from ingest.extract.looks import LOOKS, is_dateline, look, share_in
from ingest.extract.page import solid, text_of
from ingest.text import is_prose

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ingest.extract.page import ParsedPage
    from ingest.extract.segments import Block, Box

__all__ = ["NAMES", "Ballot", "View"]

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TITLE_LETTERS = 10
_TITLE_SHARE = 0.5
_NO_TITLE = -500.0
_ECHO_LETTERS = 30
_NEAR = 4  # blocks to either side
_LINKED, _LONG, _REACH = 0.8, 40, 5  # what `candidates` asks of a block without a vote
_PLACE = (
    "at", "at_share", "before_share", "title_blocks", "title_letters", "h1s", "articles",
    "article_at", "whens", "is_after_title", "heading_since", "prints", "printed_before",
    "echoes",
)  # fmt: skip
_VOTE = (
    "vote", "ld", "vote_before", "vote_after", "vote_before2", "vote_after2", "since",
    "until", "is_within", "prose_since", "prose_until", "vote_near", "ld_near", "link_near",
    "letters_near",
)  # fmt: skip
_BESIDE = (
    "letters_before", "letters_after", "letters_before2", "letters_after2", "link_before",
    "link_after", "prose_before", "prose_after", "heading_before", "heading_after", "same_before",
    "same_after",
)  # fmt: skip
_WAYS = (
    "top_up", "top_down", "home_up", "home_down", "main_up", "main_down", "seat_up", "seat_voted",
    "card_up", "card_letters",
)  # fmt: skip
_PAGE = (
    "blocks", "letters", "voted_share", "ld_share", "h1s", "articles", "prose", "prose_voted",
    "home_share",
)  # fmt: skip

#: The name of each column, in order.
NAMES = (
    *LOOKS,
    *_PLACE,
    *_VOTE,
    *_BESIDE,
    *(f"far_{kind}" for kind in KINDS),
    *_WAYS,
    *(f"{holder}_{part}" for holder in HOLDERS for part in PARTS),
    *(f"page_{name}" for name in _PAGE),
)

Column = list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """What others think of each block of a page, 0..1."""

    votes: Sequence[float]  #: share of its letters that the voting extractor keeps
    ld: Sequence[float]  #: share of its letters in JSON-LD's articleBody


class View:
    """The blocks of one page, and what is told of each."""

    def __init__(self, page: ParsedPage, blocks: Sequence[Block], ballot: Ballot) -> None:
        self._page = page
        self._blocks = blocks
        self._ballot = ballot
        self._letters = [len(block.key) for block in blocks]
        self._prose = [is_prose(block.text) for block in blocks]
        self._linked = [block.linked / len(block.key) for block in blocks]
        voted = [vote > 0.5 for vote in ballot.votes]  # noqa: PLR2004
        self._since = _blocks_since(voted)
        self._until = _blocks_since(voted[::-1])[::-1]
        self._ledger = Ledger.take(blocks, self._prose, ballot.votes, ballot.ld)
        self._articles = [self._ledger.kin[block.box].article for block in blocks]
        self._top = Lineage(self._ledger.top)

    def candidates(self) -> list[int]:
        """Numbers of the blocks worth a look: 36 of 100, with .997 of the letters of articles."""
        return [
            at
            for at, block in enumerate(self._blocks)
            if self._ballot.votes[at] > 0 or self._ballot.ld[at] > 0 or self._is_likely(at, block)
        ]

    def _is_likely(self, at: int, block: Block) -> bool:
        near = min(self._since[at], self._until[at])
        if self._linked[at] >= _LINKED and near > 1:
            return False
        return self._letters[at] > _LONG or near <= _REACH or self._top.to(block.box)[0] < 1

    def columns(self, wanted: Sequence[int]) -> list[Sequence[float]]:
        """What is told of some blocks, in the order of `NAMES`."""
        titles = _keys([*_first_title(self._page), *islice(self._page.meta("og:title"), 1)])
        every = [*self._places(titles), *self._votes(), *self._beside()]
        some = [self._blocks[at] for at in wanted]
        return [
            *self._looks(wanted, titles),
            *([column[at] for at in wanted] for column in every),
            *_columns(map(Kinship().of, (block.box for block in some)), len(KINDS)),
            *self._ways(some),
            *_columns(map(self._ledger.parts, some), len(HOLDERS) * len(PARTS)),
            *([told] * len(wanted) for told in self._whole()),
        ]

    def _looks(self, wanted: Sequence[int], titles: Sequence[str]) -> Iterable[Sequence[float]]:
        told = [*islice(self._page.meta("og:description"), 1)]
        summaries = _keys([*told, *islice(self._page.meta("description"), 1)])
        rows = (
            look(self._blocks[at], is_prose=self._prose[at], titles=titles, summaries=summaries)
            for at in wanted
        )
        return _columns(rows, len(LOOKS))

    def _places(self, titles: Sequence[str]) -> list[Column]:
        blocks, count = self._blocks, len(self._blocks)
        starts = [0, *accumulate(self._letters)]
        title = _title_at(blocks, titles)
        seen: dict[Box, int] = {}
        for article in self._articles:
            if article is not None and article not in seen:
                seen[article] = len(seen) + 1
        numbers = [float(seen[a]) if a is not None else 0.0 for a in self._articles]
        times: Counter[str] = Counter()
        before: Column = []
        for block in blocks:
            before.append(times[block.key])
            times[block.key] += 1
        is_heading = [block.box.tag in _HEADINGS for block in blocks]
        places = range(count)
        return [
            [float(at) for at in places],
            [at / count for at in places],
            [start / self._ledger.letters for start in starts[:count]],
            [_NO_TITLE if title is None else at - title for at in places],
            [_NO_TITLE if title is None else (starts[at] - starts[title]) / 100 for at in places],
            _so_far(block.box.tag == "h1" for block in blocks),
            list(accumulate(numbers, max)),
            numbers,
            _so_far(map(is_dateline, blocks)),
            [title is not None and at > title for at in places],
            _blocks_since(is_heading),
            [times[block.key] for block in blocks],
            before,
            self._echoes(),
        ]

    def _echoes(self) -> Column:
        """How often the page says what each long block says: pull quotes and teasers echo."""
        whole = "\n".join(block.key for block in self._blocks)
        return [
            whole.count(block.key) if len(block.key) > _ECHO_LETTERS else 0.0
            for block in self._blocks
        ]

    def _votes(self) -> list[Column]:
        votes, ld = list(self._ballot.votes), list(self._ballot.ld)
        voted = [at for at, since in enumerate(self._since) if since == 0]
        first, last = (voted[0], voted[-1]) if voted else (0, -1)
        letters = self._letters
        near = self._near(letters)
        around = [
            self._near([share * size for share, size in zip(shares, letters, strict=True)])
            for shares in (votes, ld, self._linked)
        ]
        ends = [min(at + _NEAR + 1, len(votes)) - max(at - _NEAR, 0) for at in range(len(votes))]
        return [
            votes,
            ld,
            *(_shifted(votes, by) for by in (1, -1, 2, -2)),
            self._since,
            self._until,
            [first <= at <= last for at in range(len(votes))],
            _blocks_since(self._prose),
            _blocks_since(self._prose[::-1])[::-1],
            *([a / b for a, b in zip(part, near, strict=True)] for part in around),
            [log1p(size / blocks) for size, blocks in zip(near, ends, strict=True)],
        ]

    def _near(self, amounts: Sequence[float]) -> Column:
        """The sum over each block and those around it."""
        sums = [0.0, *accumulate(amounts)]
        count = len(amounts)
        return [sums[min(at + _NEAR + 1, count)] - sums[max(at - _NEAR, 0)] for at in range(count)]

    def _beside(self) -> list[Column]:
        letters = [log1p(size) for size in self._letters]
        heading: Column = [block.box.tag in _HEADINGS for block in self._blocks]
        prose: Column = list(self._prose)
        signs = [self._ledger.kin[block.box].sign for block in self._blocks]
        same: Column = [one == other for one, other in pairwise(signs)]
        return [
            *(_shifted(letters, by) for by in (1, -1, 2, -2)),
            *(_shifted(self._linked, by) for by in (1, -1)),
            *(_shifted(prose, by) for by in (1, -1)),
            *(_shifted(heading, by) for by in (1, -1)),
            [0.0, *same],
            [*same, 0.0],
        ]

    def _ways(self, blocks: Sequence[Block]) -> Iterable[Sequence[float]]:
        ledger = self._ledger
        top, home, main = self._top, Lineage(ledger.home), Lineage(ledger.main)
        rows = (
            (*top.to(b.box), *home.to(b.box), *main.to(b.box), *ledger.seat(b), *ledger.card(b))
            for b in blocks
        )
        return _columns(rows, len(_WAYS))

    def _whole(self) -> list[float]:
        ledger, letters = self._ledger, self._letters
        running = [size if prose else 0 for size, prose in zip(letters, self._prose, strict=True)]
        home = ledger.of[ledger.home].prose if ledger.home else 0
        return [
            len(letters),
            log1p(ledger.letters),
            _product(letters, self._ballot.votes) / ledger.letters,
            _product(letters, self._ballot.ld) / ledger.letters,
            sum(block.box.tag == "h1" for block in self._blocks),
            len({a for a in self._articles if a is not None and a.tag == "article"}),
            sum(self._prose),
            _product(running, self._ballot.votes) / (sum(running) or 1),
            home / (sum(running) or 1),
        ]


def _columns(rows: Iterable[Sequence[float]], width: int) -> Iterable[Sequence[float]]:
    """Rows as columns; empty columns where there is no row."""
    return list(zip(*rows, strict=True)) or [()] * width


def _product(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _shifted(column: Sequence[float], by: int) -> Column:
    """Each block's neighbour `by` blocks before it, after it where negative; -1: there is none."""
    absent = [-1.0] * min(abs(by), len(column))
    return [*absent, *column[:-by]] if by > 0 else [*column[-by:], *absent]


def _so_far(flags: Iterable[bool]) -> Column:
    """How many of the blocks before each are flagged."""
    return [0.0, *accumulate(map(float, flags))][:-1]


def _blocks_since(flags: Sequence[bool]) -> Column:
    """Blocks since the last that is flagged; 0: this one is."""
    since, column = NEVER, []
    for flag in flags:
        since = 0.0 if flag else min(since + 1, NEVER)
        column.append(since)
    return column


def _title_at(blocks: Sequence[Block], titles: Sequence[str]) -> int | None:
    """The block with the headline: what the page is called, or else the first <h1>."""
    tops = [at for at, block in enumerate(blocks) if block.box.tag in {"h1", "h2"}]
    named = (at for at in tops if share_in(blocks[at].key, titles) > _TITLE_SHARE)
    return next(named, next((at for at in tops if blocks[at].box.tag == "h1"), None))


def _first_title(page: ParsedPage) -> list[str]:
    return [text_of(tag) for tag in islice(page.tree.iter("title"), 1)]


def _keys(texts: Iterable[str]) -> list[str]:
    return [key for text in texts if len(key := solid(text)) >= _TITLE_LETTERS]
