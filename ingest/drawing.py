"""Having some of what the gate refuses fetched all the same, in the name of one run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.items import Outcome
from ingest.sampling import is_drawn, lot_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ingest.corpus import Corpus
    from ingest.items import Gated

__all__ = ["Drawing"]


@dataclass(kw_only=True, slots=True)
class Drawing:
    """Draws among the addresses that are refused."""

    corpus: Corpus
    share: float  #: of them to fetch, 0..1
    most: int  #: that this run has fetched
    _salt: str = ""
    _has_begun: bool = field(default=False)

    def draw(self, gated: Iterable[Gated], *, now: datetime) -> None:
        """Draw among candidates that stand in the ledger; what is too much is for another run."""
        if not self.share:
            return
        self._salt = self._salt or self.corpus.gate_salt()
        drawn = [
            one
            for one in gated
            if one.outcome == Outcome.SKIPPED
            and is_drawn(one.key, salt=self._salt, share=self.share)
        ]
        for one in drawn:
            lot = lot_of(one.key, salt=self._salt)
            self.corpus.note_sample(one, share=self.share, lot=lot, now=now)
        if self.most > 0 and (drawn or not self._has_begun):
            self.most -= self.corpus.fetch_samples(self.most, now=now)
        self._has_begun = True
