"""One folder, one topic, one corpus: settings, seeds and topic brought together."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import clock, log
from ingest.config import Settings, find_workspace, load_settings
from ingest.corpus import Corpus
from ingest.errors import ConfigError
from ingest.relations import VERSION as FINGERPRINT_VERSION
from ingest.relations import fingerprint
from ingest.seedset import load_seed_set
from ingest.topic import Topic, learn_topic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingest.items import SeedSet

__all__ = ["Knowledge", "Workspace", "current_workspace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What a crawl judges by."""

    topic: Topic
    seed_titles: Mapping[int, str]  #: by seed id


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
        return Corpus(self.settings.corpus_path, readonly=readonly, timeout_s=timeout_s)

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

    def learn(self, corpus: Corpus) -> Knowledge:
        """The topic of the seeds, from the corpus when nothing changed since it was learned."""
        seeds = self.seeds()
        with corpus.transaction():  # a seed without its fingerprints would never get them
            seeds, changed = corpus.sync_seeds(seeds)
            for document in seeds.documents:
                if document.id in changed:
                    mark = fingerprint(corpus.seed_text(document.id), is_seed=True)
                    corpus.add(-document.id, mark.selected)
            corpus.set_state("fingerprint_version", str(FINGERPRINT_VERSION))
        titles = {seed.id: seed.title or seed.file for seed in seeds.documents}
        topic = _stored_topic(corpus, seeds) or learn_topic(seeds)
        if corpus.state("seeds_digest") not in (None, seeds.digest):
            corpus.forget_bodies()  # what sources named is to be looked at with other eyes
        corpus.set_state("topic", topic.to_json())
        corpus.set_state("seeds_digest", seeds.digest)
        return Knowledge(topic=topic, seed_titles=titles)


def _read_seed_page(body: bytes) -> tuple[str | None, str]:
    """Title and text of a saved web page; no text: it holds no article."""
    from ingest.extract import read_page

    read = read_page(body, "http://seed.invalid/", None, "text/html", now=clock.now())
    return (read.article.title, read.article.text) if read.article else (None, "")


def _stored_topic(corpus: Corpus, seeds: SeedSet) -> Topic | None:
    """The topic as stored, unless the seeds or the way of learning changed."""
    stored = corpus.state("topic")
    if stored is None or corpus.state("seeds_digest") != seeds.digest:
        return None
    topic = Topic.from_json(stored)
    return topic if topic is not None and topic.is_current else None


@lru_cache(maxsize=1)
def current_workspace() -> Workspace:
    """The workspace of this process, from its environment and working folder.

    Raises:
        ConfigError: its settings cannot be used.
    """
    return Workspace.open(find_workspace(Path.cwd(), os.environ), os.environ)
