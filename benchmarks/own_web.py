"""Whether page dumps tell their own outlet: what `outlets_of_seeds` names, against their addresses.

    python -m benchmarks.own_web

Of each dump of the evaluation data its own outlet is known. Told are the share of dumps whose
outlet is named, and whose outlet would be tried, and what else would be tried, by how it was named.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from ingest.dumps import clean_dump
from ingest.proposing.catalogue import built_in, named
from ingest.proposing.proposals import Fit, propose
from ingest.proposing.seed_outlets import SeedPage, outlets_of_seeds
from ingest.urls import outlet_of

DUMPS = Path(__file__).parents[1].parent / "shared" / "eval" / "seeds_like" / "dumps.jsonl.gz"
_NOWHERE = Fit(places={}, leading={}, home=(), other=())


def measure(path: Path = DUMPS) -> dict[str, Any]:
    """Counts over the dumps at `path`."""
    by_name = named(built_in())
    told: Counter[str] = Counter()
    right, wrong = Counter[str](), Counter[str]()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            site = row["url"] or f"https://{row['site'] or ''}/"
            outlet = outlet_of(site)
            if "." not in outlet:
                continue
            page = SeedPage(seed=1, raw=row["dump"], text=clean_dump(row["dump"]).text)
            found = outlets_of_seeds([page], by_name)
            tried = {one.outlet for one in propose(found, (), _NOWHERE, least_fit=1, shown=0)
                     if one.is_strong}  # fmt: skip
            told["dumps"] += 1
            told["own outlet named"] += any(one.outlet == outlet for one in found)
            told["own outlet tried"] += outlet in tried
            told["outlets named"] += len(found)
            told["outlets tried"] += len(tried)
            for one in found:
                (right if one.outlet == outlet else wrong)[one.how] += 1
    return {**told, "right": dict(right), "wrong": dict(wrong)}


if __name__ == "__main__":
    if not DUMPS.is_file():
        sys.exit(f"no evaluation data at {DUMPS}")
    for what, number in measure().items():
        print(f"{what}: {number}")
