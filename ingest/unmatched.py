"""Words in the settings that nothing matches: misspelt, most likely."""

from __future__ import annotations

from contextlib import closing, nullcontext
from typing import TYPE_CHECKING

from ingest.mistakes import did_you_mean
from ingest.topic import learn_topic
from ingest.topic.edits import unmatched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.corpus import Corpus
    from ingest.items import SeedSet
    from ingest.workspace import Workspace

__all__ = ["unmatched_edits"]


def unmatched_edits(workspace: Workspace, seeds: SeedSet) -> list[str]:
    """What `[topic]` of the settings names and nothing matches, a sentence each."""
    edits = workspace.edits
    if not edits:
        return []
    topic, path = learn_topic(seeds), workspace.settings.corpus_path
    with closing(workspace.corpus(readonly=True)) if path.exists() else nullcontext() as corpus:
        found = unmatched(topic, edits, is_told=lambda word: _is_told(corpus, word))
    return [
        _unmatched_line(verb, said, topic.terms if said.islower() else topic.names)
        for verb, said in found
    ]


def _is_told(corpus: Corpus | None, word: str) -> bool:
    """Whether a kept article has a word."""
    return corpus is not None and bool(corpus.search(f'"{word}"', limit=1))


def _unmatched_line(verb: str, said: str, known: Sequence[str]) -> str:
    where = "seed" if verb == "drop" else "seed and no kept article"
    return f"{verb} {said}: in no {where}{did_you_mean(said, known)}"
