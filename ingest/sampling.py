"""What the gate costs: a small share of what it refuses is fetched all the same; pure.

Which addresses these are hangs on the address and the corpus alone, so that neither the order in
which sources name them nor the clock plays a part.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["GateLoss", "estimate_loss", "is_drawn", "lot_of"]

_Z = 1.959964  # 95 % of a normal distribution lie within
_HASH_BITS = 64


def is_drawn(key: str, *, salt: str, share: float) -> bool:
    """Whether an address that the gate refused is fetched all the same.

    With a larger share the same ones are drawn, and more.

    Args:
        key: canonical form of the address.
        salt: of the corpus.
        share: chance with which an address is drawn, 0..1.
    """
    return _hash_of(key, salt) < math.ldexp(share, _HASH_BITS)


def lot_of(key: str, *, salt: str) -> float:
    """The lot of an address, 0..1; it is drawn with every share above."""
    return math.ldexp(_hash_of(key, salt), -_HASH_BITS)


@lru_cache(8192)  # menus name the same addresses on page after page
def _hash_of(key: str, salt: str) -> int:
    digest = hashlib.blake2b(f"{salt} {key}".encode(), digest_size=_HASH_BITS // 8).digest()
    return int.from_bytes(digest, "big")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLoss:
    """What the gate refused that it should have let through."""

    refused: int  #: addresses, those drawn included
    drawn: int  #: of these, to be fetched all the same
    answered: int  #: of the drawn, fetched and judged
    related: int  #: of the answered, kept
    miss_rate: float | None  #: share of what it refuses that is related, 0..1; None: cannot tell
    low: float | None  #: of the interval of 95 %, 0..1
    high: float | None  #: the same
    recall: float | None  #: share of the related that it lets through, 0..1; None: cannot tell
    recall_low: float | None  #: with `high`


def estimate_loss(
    samples: Iterable[tuple[float, bool | None]], *, refused: int, let_through: int
) -> GateLoss:
    """What the gate misses, from what became of the addresses that were drawn.

    Each counts as often as there are addresses for which it was drawn (Hájek 1971).

    Args:
        samples: chance with which each was drawn, and whether it was kept; None: nobody knows yet.
        refused: addresses that the gate refuses, those drawn included.
        let_through: pages kept that the gate let through.
    """
    told = list(samples)
    weights = [(1 / share, is_kept) for share, is_kept in told if is_kept is not None]
    related = sum(bool(is_kept) for _, is_kept in weights)
    if not weights:
        return GateLoss(
            refused=refused, drawn=len(told), answered=0, related=0, miss_rate=None, low=None,
            high=None, recall=None, recall_low=None,
        )  # fmt: skip
    total = sum(weight for weight, _ in weights)
    rate = sum(weight for weight, is_kept in weights if is_kept) / total
    # As many addresses drawn alike would tell as much (Kish 1965, section 11.2).
    alike = total**2 / sum(weight**2 for weight, _ in weights)
    low, high = _wilson(rate, alike)
    return GateLoss(
        refused=refused,
        drawn=len(told),
        answered=len(weights),
        related=related,
        miss_rate=rate,
        low=low,
        high=high,
        recall=_recall(rate, refused, let_through),
        recall_low=_recall(high, refused, let_through),
    )


def _recall(miss_rate: float, refused: int, let_through: int) -> float | None:
    related = let_through + miss_rate * refused
    return let_through / related if related else None


def _wilson(share: float, tries: float) -> tuple[float, float]:
    """Where a share lies with 95 %, seen in so many tries (Wilson 1927)."""
    middle = share + _Z**2 / (2 * tries)
    reach = _Z * math.sqrt(share * (1 - share) / tries + _Z**2 / (4 * tries**2))
    scale = 1 + _Z**2 / tries
    return max((middle - reach) / scale, 0.0), min((middle + reach) / scale, 1.0)
