"""Who carries whose text: fingerprints, an index to look them up by, likeness, families.

`fingerprint` a text, ask an `Index` for candidates, let `find_kin` compare them in full, keep what
it gives as edges, and let `settle` say which document leads and which copy it. `shared_passage`
shows what two texts have in common.
"""

from __future__ import annotations

from ingest.relations.families import settle
from ingest.relations.kin import Index, find_kin
from ingest.relations.likeness import compare, flip, is_copy, name_pair, name_relation
from ingest.relations.passages import shared_passage
from ingest.relations.shingles import VERSION, Fingerprint, fingerprint

__all__ = [
    "VERSION",
    "Fingerprint",
    "Index",
    "compare",
    "find_kin",
    "fingerprint",
    "flip",
    "is_copy",
    "name_pair",
    "name_relation",
    "settle",
    "shared_passage",
]
