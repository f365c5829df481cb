"""What each box of a page, and each kind of box, holds of its text and of the votes."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from math import log1p
from typing import TYPE_CHECKING, NamedTuple

from ingest.extract.kinship import NEVER, around, article_of, path_of, sign_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.extract.segments import Block, Box

__all__ = ["HOLDERS", "PARTS", "Holding", "Ledger"]

#: Whose holdings a block is judged by, and what is told of each.
HOLDERS = ("box", "above", "grand", "article", "sign", "path")
PARTS = (
    "letters_share", "link_share", "blocks", "mean_letters", "voted", "coverage", "ld",
    "prose_share", "headlines",
)  # fmt: skip
_NO_PARTS = (0.0,) * len(PARTS)
_HOME_SHARE = 0.8  # of the voted letters
_MAIN_SHARE = 0.5  # of the running text
_SEAT_SHARE = 0.3  # of the voted letters
_FADE = 0.6  # what a box is worth to the one above it, as in Readability's scores
_FADE_LEVELS = 3
_CARD_LEVELS = 8
_NO_CARD = 12.0


@dataclass(slots=True)
class Holding:
    """Sums over blocks; letters, but for `blocks` and `headlines`."""

    letters: int = 0
    linked: int = 0
    prose: int = 0  #: in running text, outside links
    voted: float = 0.0
    ld: float = 0.0  #: in JSON-LD's articleBody
    blocks: int = 0
    headlines: int = 0  #: links that read like a headline
    parts: tuple[float, ...] = ()  #: shares in the order of `PARTS`, once asked for

    def add(self, other: Holding) -> None:
        """Take in what another holds."""
        self.letters += other.letters
        self.linked += other.linked
        self.prose += other.prose
        self.voted += other.voted
        self.ld += other.ld
        self.blocks += other.blocks
        self.headlines += other.headlines


class _Kin(NamedTuple):
    """The holders of what stands in a box."""

    boxes: tuple[Box | None, ...]  #: box, above, grand, article
    sign: tuple[str, ...]
    path: tuple[str, ...]

    @property
    def article(self) -> Box | None:
        """The <article> or <main> around."""
        return self.boxes[-1]


@dataclass(slots=True)
class Ledger:
    """The holdings of a page."""

    of: dict[Box, Holding] = field(default_factory=dict)
    kinds: dict[tuple[str, ...], Holding] = field(default_factory=dict)  #: by sign and by path
    boxes: list[Box] = field(default_factory=list)  #: deeper before what holds them
    kin: dict[Box, _Kin] = field(default_factory=dict)
    letters: int = 1
    voted: float = 1.0
    prose: int = 1
    top: Box | None = None  #: around most running text, the near counting more
    home: Box | None = None  #: the deepest that holds most voted letters
    main: Box | None = None  #: the deepest that holds most running text

    @classmethod
    def take(
        cls,
        blocks: Sequence[Block],
        is_prose: Sequence[bool],
        votes: Sequence[float],
        ld: Sequence[float],
    ) -> Ledger:
        """Sum up the blocks of a page."""
        ledger = cls()
        for block, running, vote, stated in zip(blocks, is_prose, votes, ld, strict=True):
            letters = len(block.key)
            one = Holding(
                letters, block.linked, letters - block.linked if running else 0,
                vote * letters, stated * letters, 1, block.headlines,
            )  # fmt: skip
            box = block.box
            if (kin := ledger.kin.get(box)) is None:
                kin = ledger.kin[box] = _kin_of(box)
                ledger.of[box] = Holding()
                for kind in (kin.sign, kin.path):
                    if kind not in ledger.kinds:
                        ledger.kinds[kind] = Holding()
            ledger.of[box].add(one)
            ledger.kinds[kin.sign].add(one)
            ledger.kinds[kin.path].add(one)
            ledger.letters += letters
            ledger.voted += one.voted
            ledger.prose += one.prose
        ledger._rank()
        ledger._sum_up()
        ledger._settle()
        return ledger

    def _rank(self) -> None:
        """Find the box around most running text, before boxes take in what is below them."""
        worth: dict[Box, float] = {}
        for box, held in self.of.items():
            share, above = float(held.prose), box.above
            for _ in range(_FADE_LEVELS if held.prose else 0):
                if above is None:
                    break
                worth[above] = worth.get(above, 0.0) + share
                share, above = share * _FADE, above.above
        self.top = max(worth, key=worth.__getitem__) if worth else None

    def _sum_up(self) -> None:
        """Add to each box what the boxes in it hold."""
        levels: dict[int, list[Box]] = {}
        for box in self.of:
            levels.setdefault(box.depth, []).append(box)
        for depth in range(max(levels, default=0), -1, -1):
            for box in levels.get(depth, ()):
                self.boxes.append(box)
                if (above := box.above) is None:
                    continue
                if (into := self.of.get(above)) is None:
                    into = self.of[above] = Holding()
                    levels.setdefault(above.depth, []).append(above)
                into.add(self.of[box])

    def _settle(self) -> None:
        for box in self.boxes:
            held = self.of[box]
            if self.home is None and held.voted >= _HOME_SHARE * self.voted:
                self.home = box
            if self.main is None and held.prose > _MAIN_SHARE * self.prose:
                self.main = box

    def parts(self, block: Block) -> list[float]:
        """What each of `HOLDERS` of a block holds, in the order of `PARTS`."""
        kin = self.kin[block.box]
        told: list[float] = []
        for box in kin.boxes:
            told += self._parts(self.of[box]) if box else _NO_PARTS
        return [*told, *self._parts(self.kinds[kin.sign]), *self._parts(self.kinds[kin.path])]

    def _parts(self, held: Holding) -> tuple[float, ...]:
        if not held.parts:
            letters = held.letters or 1
            held.parts = (
                held.letters / self.letters,
                held.linked / letters,
                held.blocks,
                letters / (held.blocks or 1),
                held.voted / letters,
                held.voted / self.voted,
                held.ld / letters,
                held.prose / letters,
                held.headlines,
            )
        return held.parts

    def seat(self, block: Block) -> tuple[float, float]:
        """Boxes up to one with a good part of the votes, and the share of it that is voted."""
        for up, box in enumerate(around(block.box)):
            held = self.of[box]
            if held.voted >= _SEAT_SHARE * self.voted:
                return float(up), held.voted / held.letters
        return NEVER, 0.0

    def card(self, block: Block) -> tuple[float, float]:
        """Boxes up to one with a headline that links elsewhere, and how much text that holds."""
        for up, box in enumerate(islice(around(block.box), _CARD_LEVELS)):
            if self.of[box].headlines > block.headlines:
                return float(up), log1p(self.of[box].letters)
        return float(_CARD_LEVELS), _NO_CARD


def _kin_of(box: Box) -> _Kin:
    above = box.above
    grand = above.above if above else None
    return _Kin((box, above, grand, article_of(box)), sign_of(box), path_of(box))
