"""One folder, one topic, one corpus: settings, seeds and topic brought together."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import clock, log
from ingest.config import Settings, find_workspace, load_settings
from ingest.corpus.labels import Step
from ingest.corpus.opening import open_corpus
from ingest.errors import ConfigError
from ingest.relations import fingerprint
from ingest.seedset import load_seed_set
from ingest.semantic import Meaning, encoder_version
from ingest.topic import ALGORITHM, Topic
from ingest.topic.edits import Edits
from ingest.topic.in_force import Lessons, changed_words, topic_in_force
from ingest.translating import tell_seed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingest.corpus import Corpus
    from ingest.corpus.labels import StepKind
    from ingest.items import Article, SeedSet

__all__ = [
    "Knowledge",
    "Workspace",
    "current_workspace",
    "other_lessons",
    "stored_topic",
    "titles_of",
]

#: What a topic is learned from; where several changed at once, the first names the step.
KINDS: tuple[StepKind, ...] = ("seeds", "settings", "labels", "drift")


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What a crawl judges by."""

    topic: Topic
    seed_titles: Mapping[int, str]  #: by seed id
    meaning: Meaning | None = None  #: None: words alone tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A folder that Seedbed works in."""

    folder: Path
    settings: Settings

    @classmethod
    def open(cls, folder: Path, environ: Mapping[str, str]) -> Workspace:
        """The workspace at `folder`.

        Raises:
            ConfigError: its settings cannot be used; every mistake is named.
        """
        return cls(folder=folder, settings=load_settings(folder, environ))

    def configure_log(self) -> None:
        """Send the log where the settings say."""
        log.configure(self.settings.log.level, self.settings.log.format)

    def corpus(self, *, readonly: bool = False, timeout_s: float = 30.0) -> Corpus:
        """A connection to the corpus."""
        return open_corpus(self.settings, readonly=readonly, timeout_s=timeout_s)

    def seeds(self) -> SeedSet:
        """The seed documents, read and cleaned.

        Raises:
            SeedError: there are none, or one cannot be read.
        """
        return load_seed_set(self.settings.seeds_path, extract=_read_seed_page)

    def check_seeds(self) -> None:
        """Make sure that there is something to learn a topic from.

        Raises:
            SeedError: there is nothing.
        """
        self.seeds()

    def check_archive(self) -> None:
        """Make sure that raw pages have a place.

        Raises:
            ConfigError: they have none.
        """
        try:
            self.settings.archive_path.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise ConfigError([f"the archive folder cannot be made: {exc}"]) from exc

    @property
    def edits(self) -> Edits:
        """What the settings say of single words."""
        said = self.settings.topic
        return Edits(add=said.add, drop=said.drop, pin=said.pin)

    @property
    def encoder(self) -> str | None:
        """Version of the encoder that the settings ask for; None: they ask for none."""
        return encoder_version() if self.settings.topic.semantic else None

    def learn(self, corpus: Corpus) -> Knowledge:
        """The topic in force, from the corpus when nothing changed since it was learned.

        A change of the topic is written down as a step. What was judged by the topic before is for
        `ingest.rejudge` to judge anew.
        """
        seeds = self.sync_seeds(corpus)
        told = _told(self, corpus, seeds)
        topic = _stored_topic(corpus, told)
        if topic is None:
            topic = topic_in_force(self.lessons(corpus, seeds))
            with corpus.transaction():
                self._store(corpus, topic, told, seeds)
        meaning = Meaning(seeds) if self.encoder else None
        return Knowledge(topic=topic, seed_titles=titles_of(seeds), meaning=meaning)

    def lessons(self, corpus: Corpus, seeds: SeedSet) -> Lessons:
        """Everything there is to learn the topic from."""
        labelled = corpus.labelled_texts()
        steps = corpus.drift_steps() if self.settings.topic.drift else []
        refused = {one.page for one in labelled if not one.is_yes}
        recent = {
            page: text
            for _, at, pages in steps
            for page in pages
            if page not in refused and (text := corpus.text_as_of(page, at)) is not None
        }
        return Lessons(
            seeds=seeds,
            edits=self.edits,
            yes=tuple(one.text for one in labelled if one.is_yes),
            no=tuple(one.text for one in labelled if not one.is_yes),
            recent=tuple(recent.values()),
            encoder=self.encoder,
        )

    def sync_seeds(self, corpus: Corpus) -> SeedSet:
        """Bring the seeds of the corpus up to date with the files; under the corpus's numbers."""
        seeds = self.seeds()
        with corpus.transaction():  # a seed without its fingerprints would never get them
            seeds, changed = corpus.sync_seeds(seeds)
            for document in seeds.documents:
                if document.id in changed:
                    mark = fingerprint(corpus.seed_text(document.id), is_seed=True)
                    corpus.add(-document.id, mark.selected)
                    tell_seed(corpus, document.id)
        return seeds

    def _store(self, corpus: Corpus, topic: Topic, told: dict[str, str], seeds: SeedSet) -> None:
        before = stored_topic(corpus)
        former = json.loads(corpus.state("topic_told") or "{}")
        changed = [kind for kind in KINDS if former.get(kind) != told[kind]]
        if former and {"seeds", "settings"} & set(changed):
            corpus.forget_bodies()  # what sources named is to be looked at with other eyes
        kind: StepKind = changed[0] if changed else "seeds"
        # A step of drift is written where it is made, with what it learned from.
        if kind != "drift" and corpus.state("topic_version") != topic.version:
            gained, lost = changed_words(before, topic)
            pages = [page for page, _, _ in corpus.labelled()] if kind == "labels" else []
            texts = {"seeds": len(seeds.documents), "labels": len(pages)}.get(kind, 0)
            step = Step(
                kind=kind, version=topic.version, texts=texts, gained=gained, lost=lost, pages=pages
            )
            corpus.add_step(step, now=clock.now())
        corpus.set_state("topic", topic.to_json())
        corpus.set_state("topic_version", topic.version)
        corpus.set_state("topic_told", json.dumps(told))
        corpus.set_state("seeds_digest", seeds.digest)


def _read_seed_page(body: bytes, url: str) -> Article | None:
    """The article of a saved page; None: it holds none."""
    from ingest.extract import read_page

    return read_page(body, url, None, "text/html", now=clock.now()).article


def titles_of(seeds: SeedSet) -> dict[int, str]:
    """How to name each seed in a sentence."""
    return {seed.id: seed.title or seed.file for seed in seeds.documents}


def stored_topic(corpus: Corpus) -> Topic | None:
    """The topic as last learned; None: never, or by another version of the program."""
    stored = corpus.state("topic")
    topic = Topic.from_json(stored) if stored else None
    return topic if topic is not None and topic.is_current else None


def _told(workspace: Workspace, corpus: Corpus, seeds: SeedSet) -> dict[str, str]:
    """What each kind of lesson says now, to tell whether any changed and which."""
    edits = workspace.edits
    encoder = [workspace.encoder] if workspace.encoder else []
    labelled = [
        (page, is_yes, at, corpus.text_of(page) is not None)
        for page, is_yes, at in corpus.labelled()
    ]
    drift = [number for number, _, _ in corpus.drift_steps()]
    return {
        "seeds": f"{ALGORITHM} {seeds.digest}",
        "settings": json.dumps([*map(sorted, (edits.add, edits.drop, edits.pin)), *encoder]),
        "labels": json.dumps(labelled),
        "drift": json.dumps(drift if workspace.settings.topic.drift else []),
    }


def other_lessons(workspace: Workspace, corpus: Corpus) -> list[StepKind]:
    """Which of seeds and settings are not what the corpus learned its topic from; empty: none.

    Raises:
        SeedError: there are no seeds, or one cannot be read.
    """
    former = json.loads(corpus.state("topic_told") or "{}")
    told = _told(workspace, corpus, workspace.seeds()) if former else {}
    lessons: tuple[StepKind, ...] = ("seeds", "settings")
    return [kind for kind in lessons if former.get(kind) != told.get(kind)]


def _stored_topic(corpus: Corpus, told: dict[str, str]) -> Topic | None:
    """The topic as stored, unless what it was learned from changed."""
    return stored_topic(corpus) if corpus.state("topic_told") == json.dumps(told) else None


@lru_cache(maxsize=1)
def current_workspace() -> Workspace:
    """The workspace of this process, from its environment and working folder.

    Raises:
        ConfigError: its settings cannot be used.
    """
    return Workspace.open(find_workspace(Path.cwd(), os.environ), os.environ)
