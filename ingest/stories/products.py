"""Products of one vector with very many, summed over the features that they share.

In arrays that are made once: where each sum makes new ones of half a megabyte, the system hands
out their memory page by page and takes it back, and that is two thirds of the time.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["BITS", "Products"]

BITS = 10  #: of a note that tell a weight; the other 22 tell whose it is, one of 4 million
_AT_ONCE = 1 << 17  # notes: 2.5 MB


class Products:
    """Sums products, so many notes at once."""

    def __init__(self, at_once: int = _AT_ONCE) -> None:
        import numpy as np

        self._at_once = at_once
        self._notes = np.empty(at_once, np.uintc)
        self._owners = np.empty(at_once, np.intp)
        self._products = np.empty(at_once, np.float64)

    def of(self, told: Iterable[tuple[array[int], int]], owners: int) -> Any:
        """The sum for each owner.

        Args:
            told: of each feature the notes of who has it (array of unsigned int, an owner times
                2^10 plus its weight) and the weight that all of these are multiplied with.
            owners: how many there are.

        Returns:
            float64, shape (owners,); whole numbers.
        """
        import numpy as np

        sums = np.zeros(owners)
        times, lengths, held = array("h"), array("l"), 0
        for notes, weight in told:
            taken = 0
            while taken < len(notes):
                size = min(len(notes) - taken, self._at_once - held)
                self._notes[held : held + size] = np.frombuffer(
                    notes, np.uintc, size, taken * notes.itemsize
                )
                times.append(weight)
                lengths.append(size)
                taken, held = taken + size, held + size
                if held == self._at_once:
                    sums += self._summed(times, lengths, owners)
                    times, lengths, held = array("h"), array("l"), 0
        if held:
            sums += self._summed(times, lengths, owners)
        return sums

    def _summed(self, times: array[int], lengths: array[int], owners: int) -> Any:
        import numpy as np

        repeated = np.repeat(np.frombuffer(times, np.short), np.frombuffer(lengths, "l"))
        notes, whose, products = (
            one[: len(repeated)] for one in (self._notes, self._owners, self._products)
        )
        np.right_shift(notes, np.uintc(BITS), out=whose)
        np.bitwise_and(notes, np.uintc((1 << BITS) - 1), out=notes)
        np.multiply(notes, repeated, out=products)
        return np.bincount(whose, weights=products, minlength=owners)
