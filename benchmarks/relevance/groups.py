"""The tasks of the official scorer: seeds, candidates and which of them are related.

The scorer's own functions draw the seeds and dirty them, so that our figures are its figures;
`tests/test_relevance_gate.py` compares the two.
"""

from __future__ import annotations

import hashlib
import importlib.util
import random
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from benchmarks.real_web import EVAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

__all__ = [
    "COLLECTIONS",
    "FOLDER",
    "KINDS",
    "MODES",
    "Group",
    "Task",
    "build_groups",
    "check_pins",
    "official",
]

FOLDER = EVAL / "relevance"
COLLECTIONS = ("web", "ecb", "fnc", "tgpairs", "ruurl")
MODES = ("full", "lead", "head", "url")
KINDS = ("noisy", "clean")

#: sha256 of what the floors were measured on.
PINS = {
    "score.py": "49e8784320374578d25f9f09e121fb9cf392cc0406267f409946601fb65edfcb",
    "data/ecb.jsonl.xz": "a5c38d3ce93bff2a1f1d58103f9fb82e5b99c090286d88936dc521d599427888",
    "data/fnc.jsonl.xz": "785ae7f0041cf984e441be6b91432d73d3f73f17eb46e26f4bb7c7095d5b8a13",
    "data/ruurl.jsonl.xz": "be4e41e923fc2f43c986a802259a22e0532add10f398fa674506e98131c35cd8",
    "data/tgpairs.jsonl.xz": "662299e1314b81155b60e02aa561809138e958c4b5c016ccd6bf9292a26b43fc",
    "data/web.jsonl.xz": "316c880216db23f0e7b33ae45d864d3a81bd157b9eef1f635f7d2f5d9c28d6b1",
}

_MODES_OF = {
    "web": MODES,
    "ecb": ("full", "lead", "head"),
    "fnc": ("full", "head"),
    "tgpairs": ("full", "head"),
    "ruurl": ("url",),
}
_LEAST_CHARS = 12  # the scorer leaves shorter candidates out
_LEAST_PAIRS = 30  # and pairs in a language that has fewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One seed set, and the texts to be told apart by it."""

    name: str
    seeds: tuple[str, ...] = field(repr=False)  #: raw, title first
    candidates: tuple[int, ...] = field(repr=False)  #: places in the texts of the group
    related: tuple[bool, ...] = field(repr=False)  #: of each candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The tasks of one collection that show the same part of a text."""

    collection: str
    mode: str
    kind: str  #: of seeds: noisy or clean; pairs are always clean
    texts: tuple[str, ...] = field(repr=False)
    tasks: tuple[Task, ...] = field(repr=False)
    is_pairs: bool  #: one seed and one candidate a task, so that only the whole can be measured

    @property
    def name(self) -> str:
        """Such as `web.full.noisy`."""
        return f"{self.collection}.{self.mode}.{self.kind}"


def check_pins(folder: Path) -> None:
    """Make sure that these are the texts and the scorer that the floors were measured on.

    Raises:
        RuntimeError: one of them is not.
    """
    for name, pinned in PINS.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != pinned:
            raise RuntimeError(f"{name} is not the file that the floors were measured on")


@cache
def official() -> Any:
    """The official scorer as a module, once it and its texts are known."""
    check_pins(FOLDER)
    spec = importlib.util.spec_from_file_location("official_relevance", FOLDER / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build_groups(
    collections: Sequence[str] = COLLECTIONS,
    modes: Sequence[str] = MODES,
    kinds: Sequence[str] = KINDS,
    draws: int = 2,
) -> Iterator[Group]:
    """The groups asked for, of those there are.

    Args:
        collections: of `COLLECTIONS`.
        modes: of `MODES`.
        kinds: of `KINDS`.
        draws: seed sets drawn for each story, 1 or 2.
    """
    for collection in collections:
        of_these = [mode for mode in _MODES_OF[collection] if mode in modes]
        if collection in {"tgpairs", "ruurl"}:
            if "clean" in kinds:
                yield from (_pairs(collection, mode) for mode in of_these)
            continue
        drawn = _drawn(collection, draws)
        for mode in of_these:
            for kind in kinds:
                yield _group(collection, mode, kind, drawn)


@cache
def _drawn(collection: str, draws: int) -> list[dict[str, Any]]:
    drawn: list[dict[str, Any]] = official().tasks(collection, "all", draws)
    return drawn


def _group(collection: str, mode: str, kind: str, drawn: list[dict[str, Any]]) -> Group:
    form: Callable[[dict[str, Any], str], str] = official().form
    places: dict[str, int] = {}
    texts: list[str] = []
    tasks = []
    for task in drawn:
        rows = [row for row in task["cands"] if _is_shown(row, collection, mode)]
        for row in rows:
            if row["id"] not in places:
                places[row["id"]] = len(texts)
                texts.append(form(row, mode))
        rows = [row for row in rows if len(texts[places[row["id"]]].strip()) >= _LEAST_CHARS]
        related = tuple(row["rel"].get(task["key"]) == 1 for row in rows)
        if any(related):
            candidates = tuple(places[row["id"]] for row in rows)
            seeds = _seeds(task, kind)
            name = str(task["name"])
            tasks.append(Task(name=name, seeds=seeds, candidates=candidates, related=related))
    return Group(
        collection=collection, mode=mode, kind=kind, texts=tuple(texts), tasks=tuple(tasks),
        is_pairs=False,
    )  # fmt: skip


def _is_shown(row: dict[str, Any], collection: str, mode: str) -> bool:
    """Whether a row has a text in this mode: those of fnc are bodies or headlines."""
    return collection != "fnc" or bool(row["text"]) == (mode == "full")


def _seeds(task: dict[str, Any], kind: str) -> tuple[str, ...]:
    rng = random.Random(f"{task['name']}{kind}")
    seeds = [str(row.get("raw") or official().form(row, "full")) for row in task["seeds"]]
    if kind == "noisy":
        seeds = [official().noisy(seed, rng, task["pool"]) for seed in seeds]
    return tuple(seeds)


def _pairs(collection: str, mode: str) -> Group:
    rows = official().rows(collection)
    if collection == "tgpairs":
        rows = [row for row in rows if row["lang"] == "ru"]
    assert len(rows) >= _LEAST_PAIRS
    tasks = tuple(
        Task(
            name=f"{collection}/{place}",
            seeds=(_side(row, "a", mode),),
            candidates=(place,),
            related=(row["gold"] == "OK",),
        )
        for place, row in enumerate(rows)
    )
    texts = tuple(_side(row, "b", mode) for row in rows)
    return Group(
        collection=collection, mode=mode, kind="clean", texts=texts, tasks=tasks, is_pairs=True
    )


def _side(row: dict[str, Any], side: str, mode: str) -> str:
    if mode == "url":
        return str(official().urlwords(row[side]))
    title = str(row[f"{side}_title"])
    return f"{title}\n{row[side]}" if mode == "full" else title
