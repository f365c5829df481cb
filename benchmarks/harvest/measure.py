"""What each way of walking harvests, story by story, on one web."""

from __future__ import annotations

import hashlib
import json
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harvest.ours import Reader, best_first, seed_files
from benchmarks.harvest.peers import breadth_first, follow_relevant, oracle, parent_similarity
from benchmarks.harvest.web import Variant, build_web, without_session
from benchmarks.real_web import http_address, make_workspace
from benchmarks.story_run import choose_seeds
from ingest.seedset import load_seed_set
from ingest.topic import learn_topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingest.topic import Topic

__all__ = ["BUDGET", "OURS", "SHARES", "Walked", "digest_of", "halves", "means", "measure"]

BUDGET = 200
SHARES = (0.25, 0.5, 1.0)
OURS = "Seedbed"
_YES = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """One story as one method walked it."""

    story: str
    method: str
    relevant: int  #: pages of the story on this web, seeds left out
    found: tuple[int, ...]  #: of them, after each share of the budget

    def harvest(self, at: int) -> float:
        """Relevant pages for each page that the budget allowed so far, 0..1."""
        return self.found[at] / (BUDGET * SHARES[at])

    def recall(self, at: int) -> float:
        """Share of the relevant pages found so far, 0..1."""
        return self.found[at] / self.relevant


def halves(texts: Iterable[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """The stories by name: every other one to choose by, the rest to measure by."""
    named = {story for text in texts for story, verdict in text["rel"].items() if verdict == _YES}
    stories = sorted(named)
    return stories[::2], stories[1::2]


def measure(
    texts: Sequence[Mapping[str, Any]], stories: Iterable[str], variant: Variant
) -> list[Walked]:
    """Every method on every story, on one web."""
    web = build_web(texts, variant)
    reader = Reader(web)
    walked: list[Walked] = []
    for story in stories:
        seeds = choose_seeds(texts, story)
        given = [http_address(seed["url"]) for seed in seeds if seed["url"]]
        starts = [*given, *web.homes]
        relevant = relevant_pages(web.pages, story, {seed["id"] for seed in seeds})
        asked = {
            "breadth first": breadth_first(web, starts, BUDGET),
            "parent similarity": parent_similarity(web, starts, BUDGET, seeds),
            "follow relevant": follow_relevant(web, starts, BUDGET, _topic(seeds)),
            OURS: best_first(reader, given, BUDGET, seeds),
            "oracle": oracle(web, starts, BUDGET, relevant),
        }
        walked += [_walked(story, method, relevant, urls) for method, urls in asked.items()]
    return walked


def relevant_pages(pages: Mapping[str, Any], story: str, seeds: set[str]) -> frozenset[str]:
    """Addresses of the articles of a story, its seeds left out."""
    return frozenset(
        url
        for url, page in pages.items()
        if page.text and page.text["rel"].get(story) == _YES and page.text["id"] not in seeds
    )


def _walked(story: str, method: str, relevant: frozenset[str], urls: Sequence[str]) -> Walked:
    plain = [without_session(http_address(url)) for url in urls]
    found = tuple(len(relevant & set(plain[: round(BUDGET * share)])) for share in SHARES)
    return Walked(story=story, method=method, relevant=len(relevant), found=found)


def _topic(seeds: Iterable[Mapping[str, Any]]) -> Topic:
    with tempfile.TemporaryDirectory() as scratch:
        folder = make_workspace(Path(scratch) / "w", seed_files(seeds), {})
        return learn_topic(load_seed_set(folder / "seeds"))


def means(walked: Iterable[Walked]) -> dict[str, tuple[list[float], list[float]]]:
    """By method its harvest and its recall after each share of the budget, means over stories."""
    told = list(walked)
    return {
        method: tuple(  # type: ignore[misc]  # two lists
            [statistics.mean(getattr(one, figure)(at) for one in told if one.method == method)
             for at in range(len(SHARES))]
            for figure in ("harvest", "recall")
        )
        for method in dict.fromkeys(one.method for one in told)
    }  # fmt: skip


def digest_of(texts: Iterable[Mapping[str, Any]]) -> str:
    """Of what is measured on."""
    told = [[text["id"], text["url"], text["title"], text["rel"]] for text in texts]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
