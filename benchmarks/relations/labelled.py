"""Labelled copies and addresses of real publishers; without their folder nothing is measured."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any, TypeAlias

__all__ = [
    "FOLDER",
    "WHY_ABSENT",
    "Document",
    "Pair",
    "as_pair",
    "digest_of",
    "read_address_groups",
    "read_documents",
    "read_labels",
]

Pair: TypeAlias = tuple[str, str]  #: ids, in order
Document: TypeAlias = dict[str, Any]  #: id, kind (of change), title, text, lang

FOLDER = Path(__file__).parents[2].parent / "shared" / "eval" / "dedup"
WHY_ABSENT = "the labelled copies are not beside the project"
SYNTH = ("synth.jsonl.gz", "synth.pairs.json")
ADDRESSES = ("urls.json",)


def read_documents() -> list[Document]:
    """Real articles and changed copies of them."""
    with gzip.open(FOLDER / SYNTH[0], "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_labels() -> dict[Pair, str]:
    """D: copies; X (excerpt or merger) and R (two changes of one) are not scored; others: none."""
    rows = json.loads((FOLDER / SYNTH[1]).read_text("utf-8"))
    return {as_pair(one, other): label for one, other, label in rows}


def read_address_groups() -> list[list[str]]:
    """Addresses, those of one article together."""
    groups: list[list[str]] = json.loads((FOLDER / ADDRESSES[0]).read_text("utf-8"))
    return groups


def as_pair(one: str, other: str) -> Pair:
    """The two ids in order."""
    return (one, other) if one <= other else (other, one)


def digest_of(names: tuple[str, ...]) -> str:
    """What the files hold, in 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for name in names:
        digest.update((FOLDER / name).read_bytes())
    return digest.hexdigest()[:16]
