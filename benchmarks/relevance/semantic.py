"""Ours with a sentence encoder, as a row of the table and in the form the scorers call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.adapters import TopicScorer
from benchmarks.relevance.measure import Scored
from benchmarks.relevance.methods import Ours
from benchmarks.relevance.peers import cleaned
from ingest.items import Relevance
from ingest.semantic import Encoder, SeedMeaning, is_in_doubt, load_encoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.relevance.encoders import Memory, Vectors
    from benchmarks.relevance.groups import Group

__all__ = ["Refined", "RefinedScorer", "topic"]


class Refined:
    """The scores of ours, shifted by the meaning of the texts, all in the language of the seeds."""

    name = "seedbed with semantic"

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def can_score(self, group: Group) -> bool:
        return bool(group.texts)

    def score(self, group: Group) -> Scored:
        lexical = Ours().score(group)
        known = _Known()
        spent_s = known.learn(self._memory, group.texts)
        seeds = [[cleaned(seed) or seed for seed in task.seeds] for task in group.tasks]
        known.learn(self._memory, [seed for of_task in seeds for seed in of_task])
        encoder = Encoder(known)
        shifted = []
        in_doubt = total = 0
        for task, of_task, scores, cut in zip(
            group.tasks, seeds, lexical.scores, lexical.cuts, strict=True
        ):
            assert cut is not None
            meaning = SeedMeaning.of(encoder, of_task)
            given = [Relevance(score=score, threshold=cut) for score in scores]
            texts = [group.texts[place] for place in task.candidates]
            shifted.append([_shift(meaning, *pair) for pair in zip(given, texts, strict=True)])
            in_doubt += sum(is_in_doubt(one, is_home=True) for one in given)
            total += len(given)
        encoding_s = spent_s / len(group.texts) * in_doubt / total
        return Scored(
            scores=tuple(shifted),
            cuts=lexical.cuts,
            texts_per_s=1 / (1 / lexical.texts_per_s + encoding_s),
        )


class _Known:
    """A model that has encoded all it will be asked for."""

    def __init__(self) -> None:
        self._vectors: dict[str, Vectors] = {}

    def learn(self, memory: Memory, texts: Sequence[str]) -> float:
        """The CPU seconds that it took once."""
        vectors, spent_s = memory.encode(texts)
        self._vectors.update(zip(map(memory.shown, texts), vectors, strict=True))
        return spent_s

    def encode(self, texts: Sequence[str]) -> list[Vectors]:
        return [self._vectors[text] for text in texts]


class RefinedScorer:
    """Texts in, scores out; title first, body after a newline."""

    def __init__(self, seeds: Sequence[str]) -> None:
        self._lexical = TopicScorer(seeds)
        self._meaning = SeedMeaning.of(load_encoder(), [cleaned(seed) or seed for seed in seeds])
        self.threshold = self._lexical.threshold

    def __call__(self, texts: Sequence[str]) -> list[float]:
        """Relevance of each text, 0..1."""
        read = self._lexical.topic.lexicon.read
        return [
            _shift(
                self._meaning,
                Relevance(score=score, threshold=self.threshold),
                text,
                is_home=read(text).is_home,
            )
            for score, text in zip(self._lexical(texts), texts, strict=True)
        ]


def _shift(
    meaning: SeedMeaning | None, relevance: Relevance, text: str, *, is_home: bool = True
) -> float:
    return meaning.refine(relevance, text, is_home=is_home).score if meaning else relevance.score


def topic(seeds: Sequence[str]) -> RefinedScorer:
    """The scorer that these seeds define; each is raw text, its title first."""
    return RefinedScorer(seeds)
