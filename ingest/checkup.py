"""`seedbed check`: what stands in the way of a good run, each finding with what to do."""

from __future__ import annotations

import importlib.util
import os
import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ingest.backup_files import backup_name, made_at, stale_partial
from ingest.config import Settings, load_settings
from ingest.corpus import Corpus
from ingest.corpus.base import parse_iso
from ingest.corpus.runs import PULLED
from ingest.errors import (
    ConfigError,
    CorpusDamaged,
    CorpusError,
    NotACorpus,
    SeedError,
    how_to_get,
)
from ingest.layout import count
from ingest.own_web import catalogue_of, leads_to_outlets
from ingest.rebuild_index import is_index_current
from ingest.seedfiles import unread_said
from ingest.seedset import addresses_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

__all__ = ["Finding", "checkup"]

State = Literal["ok", "look", "bad", "done"]
_LITTLE_DISK_BYTES = 2_000_000_000
_NO_DISK_BYTES = 100_000_000
_FEW_WORDS = (
    80  # a seed this short says little; short texts were the misses of every relevance method
)
_CLOCK_SLACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at."""

    state: State  #: `look`: works, but a person may want to know; `done`: it was put right
    subject: str
    said: str


def checkup(folder: Path, environ: Mapping[str, str], *, now: datetime) -> Iterator[Finding]:
    """Look at everything a run needs that can be looked at without the network."""
    try:
        settings = load_settings(folder, environ)
    except ConfigError as exc:
        for problem in exc.problems:
            yield Finding(state="bad", subject="settings", said=problem)
        return
    yield Finding(state="ok", subject="settings", said=f"workspace {settings.workspace}")
    yield from _packages()
    yield from _extractors()
    yield from _disk(settings)
    yield from _places(settings)
    yield from _partial(settings)
    yield from _seeds(settings)
    yield from _corpus(settings, now=now)
    yield from _cluster(settings)
    yield from _alerts(settings)
    if not settings.crawl.contact and not settings.crawl.user_agent:
        said = "[crawl] contact is not set, so no site can reach you"
        yield Finding(state="look", subject="contact", said=said)


def _cluster(settings: Settings) -> Iterator[Finding]:
    """The database that workers fill, where one is named."""
    if settings.cluster.database is None:
        return
    from ingest.cluster_check import cluster_findings

    for state, said in cluster_findings(settings):
        yield Finding(state=state, subject="cluster", said=said)


def _alerts(settings: Settings) -> Iterator[Finding]:
    """Whether those who are to be told can be; nobody is asked."""
    from ingest.alerts.sending import flaws_of

    for said in flaws_of(settings):
        yield Finding(state="bad", subject="alerts", said=said)


def _packages() -> Iterator[Finding]:
    """`spiders` and `scheduler` are common names; other packages install them too."""
    ours = Path(__file__).resolve().parents[1]
    for name in ("spiders", "scheduler"):
        found = importlib.util.find_spec(name)
        origin = Path(found.origin).resolve() if found and found.origin else None
        if origin is None or ours not in origin.parents:
            said = f"another package of this name hides ours: {origin}; use a clean environment"
            yield Finding(state="bad", subject=name, said=said)
    if importlib.util.find_spec("datasette") is None:
        said = f"`seedbed web` needs Datasette: {how_to_get('web')}"
        yield Finding(state="look", subject="datasette", said=said)


def _extractors() -> Iterator[Finding]:
    """What is left out of the cascade: pages of its site are read by the general extractor."""
    from ingest.extract import unusable_extractors

    for said in unusable_extractors():
        yield Finding(state="bad", subject="extractors", said=said)


def _disk(settings: Settings) -> Iterator[Finding]:
    if not os.access(settings.workspace, os.W_OK):
        yield Finding(state="bad", subject="folder", said="the workspace cannot be written")
    free = shutil.disk_usage(settings.workspace).free
    state: State = "ok" if free >= _LITTLE_DISK_BYTES else "look"
    if free < _NO_DISK_BYTES:
        state = "bad"
    yield Finding(state=state, subject="disk", said=f"{free / 1e9:.1f} GB free")


def _places(settings: Settings) -> Iterator[Finding]:
    """Whether what a crawl writes has a place that can be written."""
    archive, corpus = settings.archive_path, settings.corpus_path
    if archive.exists() and not archive.is_dir():
        yield Finding(state="bad", subject="archive", said=f"no folder: {archive}")
    elif not os.access(_nearest(archive), os.W_OK):
        yield Finding(state="bad", subject="archive", said=f"cannot be written: {archive}")
    if not corpus.parent.is_dir():
        yield Finding(state="bad", subject="corpus", said=f"no folder for it: {corpus.parent}")
    elif not os.access(corpus if corpus.exists() else corpus.parent, os.W_OK):
        yield Finding(state="bad", subject="corpus", said=f"cannot be written: {corpus}")
    if corpus.is_file() and (names := corpus.stat().st_nlink) > 1:
        said = f"has {names} names (hard links): who writes by two of them damages it"
        yield Finding(state="look", subject="corpus", said=said)


def _partial(settings: Settings) -> Iterator[Finding]:
    """What a killed backup or restore left behind."""
    for folder in dict.fromkeys((settings.corpus_path.parent, settings.backup_path)):
        if left := stale_partial(folder):
            files = count(len(left), "half-written file")
            said = f"{files} in {folder}: the next backup removes them, or `seedbed check --fix`"
            yield Finding(state="look", subject="backup", said=said)


def _nearest(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(place for place in (path, *path.parents) if place.exists())


def _seeds(settings: Settings) -> Iterator[Finding]:
    from ingest.unmatched import unmatched_edits
    from ingest.workspace import Workspace

    workspace = Workspace(folder=settings.workspace, settings=settings)
    folder = settings.seeds_path
    try:
        if said := unread_said(folder):
            yield Finding(state="look", subject="seeds", said=said)
        seeds = workspace.seeds()
    except SeedError as exc:
        yield Finding(state="bad", subject="seeds", said=str(exc))
        return
    yield Finding(state="ok", subject="seeds", said=f"{len(seeds.documents)} read")
    awaited = sum(not (folder / one.page).is_file() for one in addresses_of(folder))
    if awaited:
        said = f"{count(awaited, 'address', 'addresses')} not fetched: run `seedbed seeds --fetch`"
        yield Finding(state="look", subject="seeds", said=said)
    for seed in seeds.documents:
        if seed.words < _FEW_WORDS:
            said = f"{seed.file}: only {count(seed.words, 'word')} left after cleaning"
            yield Finding(state="look", subject="seeds", said=said)
    for said in unmatched_edits(workspace, seeds):
        yield Finding(state="look", subject="topic", said=said)


def _restored_from(settings: Settings, error: CorpusError, *, now: datetime) -> str:
    """The command that brings a corpus back, where the file is none any more."""
    if not isinstance(error, NotACorpus | CorpusDamaged):
        return ""
    made = made_at(settings.backup_path, settings.corpus_path, now=now)
    if made is None:
        return ""
    name = backup_name(settings.corpus_path, made)
    return f"; `seedbed restore {settings.backup_path / name}` brings the latest backup back"


def _corpus(settings: Settings, *, now: datetime) -> Iterator[Finding]:
    try:
        catalogue_of(settings)
    except ConfigError as exc:
        yield from (Finding(state="bad", subject="catalogue", said=said) for said in exc.problems)
    stated = settings.sources
    has_sources = bool(stated.sites or stated.feeds or stated.sitemaps or settings.search.services)
    if settings.corpus_path.exists():
        try:
            with closing(Corpus(settings.corpus_path, readonly=True)) as corpus:
                # as the daemon asks before it starts: pages that are due are enough
                has_sources = has_sources or corpus.has_sources() or bool(corpus.count_due(now=now))
                yield from _rows(corpus, settings, now=now)
        except CorpusError as exc:
            said = f"{exc}{_restored_from(settings, exc, now=now)}"
            yield Finding(state="bad", subject="corpus", said=said)
            return
    else:
        yield Finding(state="ok", subject="corpus", said="none yet; the first run makes it")
    if not has_sources:
        yield from _own_web(settings)


def _archive(corpus: Corpus, settings: Settings) -> Iterator[Finding]:
    """Files that pages have their raw bytes in, and that are not there."""
    named = corpus.archive_files()
    gone = [name for name in named if not (settings.archive_path / name).is_file()]
    if gone:
        files = f"{len(gone):,} of {count(len(named), 'file')} that pages lie in"
        said = f"{files} not in {settings.archive_path}, {gone[0]} for one"
        what = "texts are kept, raw pages cannot be read again"
        yield Finding(state="look", subject="archive", said=f"{said}: {what}")


def _own_web(settings: Settings) -> Iterator[Finding]:
    """What becomes of a workspace without sources."""
    from ingest.topic.in_force import Lessons, topic_in_force
    from ingest.workspace import Workspace

    todo = "name sites, feeds or sitemaps under [sources] in seedbed.toml, or add some"
    if settings.discovery.proposals != "poll":
        said = f"none: {todo} by seedbed add"
        yield Finding(state="bad", subject="sources", said=said)
        return
    workspace = Workspace(folder=settings.workspace, settings=settings)
    try:
        seeds = workspace.seeds()
        topic = topic_in_force(Lessons(seeds=seeds, edits=workspace.edits))
        is_led = leads_to_outlets(settings, seeds, topic)
    except (ConfigError, SeedError):  # told of above, and nobody knows before it is mended
        return
    if is_led:
        said = "none named: outlets that seeds and catalogue name are tried; see [discovery]"
        yield Finding(state="ok", subject="sources", said=said)
    else:
        said = f"none named, and seeds and catalogue lead to none that would be tried: {todo}"
        yield Finding(state="look", subject="sources", said=f"{said} by seedbed add")


def _rows(corpus: Corpus, settings: Settings, *, now: datetime) -> Iterator[Finding]:
    lacking = corpus.missing_parts()
    slower = [part for part in lacking if part.startswith("index ")]
    if slower:
        said = f"lacks {', '.join(slower)}: what is asked through it takes longer"
        yield Finding(state="look", subject="corpus", said=said)
    if len(slower) < len(lacking):
        missing = ", ".join(part for part in lacking if part not in slower)
        said = f"lacks {missing}: an unfinished version made it; restore a backup or start anew"
        yield Finding(state="bad", subject="corpus", said=said)
        return  # what else would be asked of it stands on what is missing
    damage = corpus.damage()
    for said in damage:
        yield Finding(state="bad", subject="corpus", said=said)
    for run in corpus.runs_that_do_not_add_up():
        said = f"the outcomes of run {run} do not add up to what it fetched"
        yield Finding(state="bad", subject="corpus", said=said)
    if not damage:
        yield Finding(state="ok", subject="corpus", said="sound")
    yield from _archive(corpus, settings)
    is_copy = corpus.state(PULLED) is not None  # has none, and needs none
    if not is_copy and not is_index_current(corpus) and corpus.count_texts():
        said = "the index of copies is of another version, or half made; the next run makes it anew"
        yield Finding(state="look", subject="index", said=said)
    last = next(iter(corpus.latest_runs(1)), None)
    started = parse_iso(last["started"]) if last else None
    if started and started > now + _CLOCK_SLACK:
        said = f"the last run started in the future, {started:%Y-%m-%d %H:%M} UTC"
        yield Finding(state="look", subject="clock", said=said)
    for source in corpus.all_sources(failing=True):
        tries = count(source["failures"], "time")
        said = f"{source['url']} failed {tries}: {source['last_error']}"
        yield Finding(state="look", subject="source", said=said)
