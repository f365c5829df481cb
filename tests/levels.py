"""A corpus whose index is small at every level, so that each step is taken soon."""

from __future__ import annotations

import random
from typing import ClassVar

from ingest.corpus import Corpus


class Shallow(Corpus):
    """Full after a few rows."""

    fresh_rows: ClassVar[int] = 24
    hot_rows: ClassVar[int] = 60
    slice_rows: ClassVar[int] = 16


class Crowded(Corpus):
    """Eight documents are very many."""

    max_documents: ClassVar[int] = 8
    few_documents: ClassVar[int] = 3


def hashes_of(document: int) -> list[int]:
    rng = random.Random(document)
    return [rng.randrange(-(1 << 31), 1 << 31) for _ in range(8)]
