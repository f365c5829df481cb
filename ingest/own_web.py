"""The seeds' own web: outlets that nobody named are proposed as sources, and some are tried.

A run begins with it, and so does a round of the daemon. What is proposed follows from the seeds,
the topic, the catalogue and the settings alone; which of it is tried, from the clock and from what
was kept of it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ingest import log
from ingest.dumps.saved import page_address
from ingest.errors import ConfigError
from ingest.proposing.catalogue import FILE_NAME, built_in, merged, named, read_catalogue
from ingest.proposing.proposals import ORIGINS, fit_of, propose, read_proposals, written
from ingest.proposing.seed_outlets import SeedPage, outlets_of_seeds, owners_unplaced
from ingest.proposing.trials import (
    Limits,
    Stage,
    Trial,
    read_trials,
    review,
    written_trials,
)
from ingest.seedfiles import HTML_SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from ingest.config import Settings
    from ingest.corpus import Corpus
    from ingest.items import SeedSet
    from ingest.proposing.catalogue import Outlet
    from ingest.proposing.proposals import Proposal
    from ingest.topic import Topic

__all__ = [
    "catalogue_of",
    "decide",
    "fit_by_outlet",
    "leads_to_outlets",
    "on_trial",
    "own_web",
    "unplaced_owners",
]

_STATE, _VERSION, _TRIALS = "proposals", "proposals_told", "proposals_tried"
_UNPLACED = "proposals_unplaced"
_log = log.get(__name__)
_RULES = "1"  # raise it when the same seeds are to be proposed other outlets


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    corpus: Corpus
    settings: Settings
    now: datetime


def own_web(settings: Settings, corpus: Corpus, topic: Topic, *, now: datetime) -> None:
    """Bring the proposed sources of a corpus up to date with seeds, topic and settings.

    Raises:
        ConfigError: a line of the workspace's catalogue cannot be read.
    """
    desk = _Desk(corpus=corpus, settings=settings, now=now)
    told = settings.sources
    with corpus.transaction():
        corpus.name_sources((*told.sites, *told.feeds, *told.sitemaps), now=now)
        if settings.discovery.proposals == "off":
            if corpus.state(_STATE):
                corpus.drop_proposals(found_by=ORIGINS, but=())
                corpus.set_state(_STATE, "")
                corpus.set_state(_VERSION, "")
            return
        proposals = _proposals(desk, topic)
        _try(desk, proposals)


def leads_to_outlets(settings: Settings, seeds: SeedSet, topic: Topic) -> bool:
    """Whether a first run would try an outlet that nobody named.

    Raises:
        ConfigError: a line of the workspace's catalogue cannot be read.
    """
    discovery = settings.discovery
    if discovery.proposals != "poll" or not (discovery.per_day and discovery.on_trial):
        return False
    rows = [
        {"id": seed.id, "file": seed.file, "raw": seed.raw, "text": seed.text}
        for seed in seeds.documents
    ]
    proposals, _ = _worked_out(settings, rows, topic)
    return any(one.is_strong for one in proposals)


def catalogue_of(settings: Settings) -> tuple[Outlet, ...]:
    """The built-in outlets and those of the workspace.

    Raises:
        ConfigError: a line of the workspace's file cannot be read.
    """
    if not settings.discovery.catalogue:
        return ()
    own = _own_catalogue(settings)
    return merged(built_in(), read_catalogue(own, file=FILE_NAME)) if own else built_in()


def _own_catalogue(settings: Settings) -> str:
    path = settings.workspace / FILE_NAME
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError([f"{FILE_NAME}: cannot be read: {exc}"]) from exc


def _proposals(desk: _Desk, topic: Topic) -> tuple[Proposal, ...]:
    """What is proposed; worked out anew, and entered, only where something changed."""
    corpus, discovery = desk.corpus, desk.settings.discovery
    rows = corpus.seed_rows()
    own = _own_catalogue(desk.settings) if discovery.catalogue else ""
    said = (
        _RULES, topic.version, own, discovery.model_dump(mode="json"),
        [(row["id"], row["sha256"]) for row in rows],
    )  # fmt: skip
    version = hashlib.sha256(repr(said).encode()).hexdigest()
    if corpus.state(_VERSION) == version:
        return read_proposals(corpus.state(_STATE))
    proposals, unplaced = _worked_out(desk.settings, rows, topic)
    corpus.drop_proposals(found_by=ORIGINS, but={url for _, url in _addresses(proposals)})
    _enter(desk, proposals, is_polled=False)
    corpus.set_state(_STATE, written(proposals))
    corpus.set_state(_UNPLACED, json.dumps(unplaced, ensure_ascii=False))
    corpus.set_state(_VERSION, version)
    return proposals


def _worked_out(
    settings: Settings, rows: Iterable[Mapping[str, Any]], topic: Topic
) -> tuple[tuple[Proposal, ...], dict[str, tuple[int, ...]]]:
    """What is proposed, and whom seeds name as their owner without an address; reads files alone.

    Args:
        settings: of the workspace.
        rows: of the seeds: id, file, raw and text of each.
        topic: of them.
    """
    catalogue = catalogue_of(settings)
    # Names of outlets tell whose copyright line it is, whether or not they are proposed.
    pages, by_name = _seed_pages(settings, rows), named(catalogue or built_in())
    proposals = propose(
        outlets_of_seeds(pages, by_name),
        catalogue,
        fit_of(topic),
        least_fit=settings.discovery.fit,
        shown=settings.discovery.shown,
    )
    return proposals, owners_unplaced(pages, by_name)


def _seed_pages(settings: Settings, rows: Iterable[Mapping[str, Any]]) -> list[SeedPage]:
    folder = settings.seeds_path
    pages = []
    for row in rows:
        path = folder / row["file"]
        if not path.is_file():  # it is gone, and only named by rows that it brought
            continue
        is_page = path.suffix.lower() in HTML_SUFFIXES
        address = page_address(path.read_bytes()) if is_page else None
        pages.append(SeedPage(seed=row["id"], raw=row["raw"], text=row["text"], address=address))
    return pages


def _addresses(proposals: Iterable[Proposal]) -> list[tuple[str, str]]:
    """Kind and address of every source of these outlets."""
    return [
        pair
        for one in proposals
        for pair in (("site", one.home), *(("feed", url) for url in one.feeds))
    ]


def _enter(desk: _Desk, proposals: Iterable[Proposal], *, is_polled: bool) -> None:
    every = round(desk.settings.schedule.poll_every_minutes)
    for one in proposals:
        for kind, url in _addresses([one]):
            desk.corpus.propose_source(
                kind=kind, url=url, outlet=one.outlet, found_by=one.origin, because=one.because,
                is_polled=is_polled, every_minutes=every, now=desk.now,
            )  # fmt: skip


def _try(desk: _Desk, proposals: tuple[Proposal, ...]) -> None:
    """Let some be polled, and others rest."""
    corpus, discovery, now = desk.corpus, desk.settings.discovery, desk.now
    is_polling = discovery.proposals == "poll"
    trials = read_trials(corpus.state(_TRIALS))
    verdict = review(
        proposals,
        trials.values(),
        corpus.kept_by_outlet(),
        now=now,
        limits=Limits(
            per_day=discovery.per_day if is_polling else 0,
            at_once=discovery.on_trial,
            trial=timedelta(days=discovery.trial_days),
        ),
    )
    _enter(desk, verdict.start, is_polled=True)
    for outlet in verdict.rest:
        corpus.rest_outlet(outlet, days=discovery.trial_days)
        trials[outlet] = replace(trials[outlet], stage=Stage.OVER)
    for outlet in verdict.confirmed:
        corpus.wake_outlet(outlet, now=now)
        del trials[outlet]
    for one in verdict.on_trial:
        trials[one] = Trial(outlet=one, since=now)
    if verdict.is_news:
        _log.info(
            "outlets on trial", started=list(verdict.on_trial), confirmed=list(verdict.confirmed),
            resting=list(verdict.rest),
        )  # fmt: skip
        corpus.set_state(_TRIALS, written_trials(trials.values()))


def decide(
    corpus: Corpus, rows: Iterable[Mapping[str, Any]], *, is_accepted: bool, now: datetime
) -> None:
    """Let sources be polled, or rest, because a person says so; no rule decides otherwise then.

    Args:
        rows: of the sources, as `Corpus.all_sources` gives them.
    """
    with corpus.transaction():
        trials = read_trials(corpus.state(_TRIALS))
        for row in rows:
            corpus.decide_source(row["id"], is_accepted=is_accepted, now=now)
            if row["outlet"]:
                decided = Trial(outlet=row["outlet"], since=now, stage=Stage.PERSON)
                trials[row["outlet"]] = decided
        corpus.set_state(_TRIALS, written_trials(trials.values()))


def on_trial(corpus: Corpus) -> frozenset[str]:
    """The outlets that are polled to see whether they bring something."""
    trials = read_trials(corpus.state(_TRIALS)).values()
    return frozenset(one.outlet for one in trials if one.stage is Stage.RUNNING)


def fit_by_outlet(corpus: Corpus) -> dict[str, float]:
    """How much speaks for each outlet that seeds or catalogue name, 0..1, as last worked out."""
    return {one.outlet: one.score for one in read_proposals(corpus.state(_STATE))}


def unplaced_owners(corpus: Corpus) -> dict[str, list[int]]:
    """Whom seeds name as their owner and whose address nobody knows, with the ids of the seeds."""
    return dict(json.loads(corpus.state(_UNPLACED) or "{}"))
