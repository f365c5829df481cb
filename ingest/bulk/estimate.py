"""How long it will take, said as a range while little is known; pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import sqrt

__all__ = ["Estimate", "Pace"]

_WINDOW_S = 300.0  # the rate of the last minutes tells more of the next ones than the mean of all
_LEAST_S = 5.0  # below that, what was done says nothing of what is to come
_SURE = 1.15  # a range so narrow is one number


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds that are left, from the least to the most."""

    least_s: float
    most_s: float

    @property
    def is_sure(self) -> bool:
        """Whether one number says it."""
        return self.most_s <= self.least_s * _SURE


@dataclass
class Pace:
    """What was done when, by a clock that never goes back."""

    _marks: deque[tuple[float, float]] = field(default_factory=deque)

    def note(self, at_s: float, done: float) -> None:
        """Note how much was done in all by a moment."""
        self._marks.append((at_s, done))
        while len(self._marks) > 2 and self._marks[1][0] <= at_s - _WINDOW_S:  # noqa: PLR2004
            self._marks.popleft()

    @property
    def per_s(self) -> float:
        """What was done a second over the last minutes; 0: nothing, or too little to say."""
        if not self._marks:
            return 0.0
        (first, before), (last, done) = self._marks[0], self._marks[-1]
        return (done - before) / (last - first) if last - first >= _LEAST_S else 0.0

    def left(self, total: float, parts: int) -> Estimate | None:
        """How long the rest takes; None: too little is done to say.

        Args:
            total: of what is counted.
            parts: shards done; the range narrows with their square root, as the error of a mean.
        """
        if self.per_s <= 0 or parts < 1:
            return None
        needed = max(0.0, total - self._marks[-1][1]) / self.per_s
        doubt = 1 / sqrt(parts)
        return Estimate(needed / (1 + doubt), needed * (1 + doubt))
