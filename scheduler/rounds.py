"""Asking the corpus what is due, and having it crawled; the shell around `scheduler.jobs`."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from stat import S_ISREG
from typing import TYPE_CHECKING

from ingest import clock, log
from ingest.archive_tails import cut_tails
from ingest.config import FILE_NAME, TEXT_VARIABLE, load_settings, settings_text
from ingest.corpus import Corpus
from ingest.corpus.base import iso
from ingest.crawl import run_crawl, scrapy_command
from ingest.errors import ConfigError, CorpusError, SeedError
from ingest.gdelt_settings import BULK_KIND, DOC_KIND
from ingest.own_web import own_web
from ingest.proposing.catalogue import FILE_NAME as CATALOGUE
from ingest.search_settings import SERVICES, asking_version
from ingest.silence import find_silences
from ingest.unbegun import note_begun, note_unbegun, unbegun
from ingest.workspace import Workspace
from scheduler.jobs import FRONTIER, SOURCE_KINDS, Agenda, exit_code, is_due, job_specs
from scheduler.without_addresses import without_addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from ingest.config import Settings
    from ingest.crawl import Command, CrawlReport
    from scheduler.jobs import JobSpec

__all__ = ["Rounds", "agenda_of", "look_of", "say"]

_PASSES = 4  # a home page names a feed, robots.txt a sitemap index, that one sitemaps
_FRONTIER_ROUNDS = 5
_LIMIT_S = 6 * 3600.0  # a crawl that hangs must not keep the others waiting for ever
_RUNS_LOOKED_BACK = 1000
_ENVIRON_BYTES = 100_000  # Linux takes 128 KiB for one variable (execve(2))
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)

_log = log.get(__name__)


@dataclass(kw_only=True)
class Rounds:
    """The crawls of one workspace."""

    settings: Settings
    environ: Mapping[str, str]
    command: Command = scrapy_command
    on_report: Callable[[CrawlReport], None] | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    hurry: threading.Event = field(default_factory=threading.Event)
    #: The `seedbed.toml` that the settings were read from; None: crawls read what lies there.
    text: str | None = None
    _looked: object = None  #: what the file was like when it was read last
    _file: tuple[int, int] | None = None  #: the corpus as `prepare` found it; None: not yet
    _seen: object = None  #: and when it was looked at last
    _greeted: set[str] = field(default_factory=set)  #: spiders that ran since we started
    _judged: tuple[object, ...] = ()  #: what the corpus was judged by last
    _silent: frozenset[int] = frozenset()  #: sources that should have spoken, as logged last

    def prepare(self) -> None:
        """Close what a killed predecessor left open.

        Raises:
            ConfigError: no source is named or known, and no page is due.
            SeedError: there is nothing to learn a topic from.
        """
        with closing(Corpus(self.settings.corpus_path)) as corpus:
            if dead := corpus.close_dead_runs(now=clock.now()):
                _log.warning("runs had died unseen", runs=dead)
            cut_tails(corpus, self.settings.archive_path)
            self._ask_no_more(corpus)
            is_empty = not corpus.has_sources() and not corpus.count_due(now=clock.now())
        self._file = _file_at(self.settings.corpus_path)
        # A spider that keeps no sources finds addresses elsewhere, in an archive for instance.
        specs = self.specs
        is_lost = is_empty and all(one.kinds and not (one.addresses or one.asks) for one in specs)
        if is_lost and not self._finds_own_web():
            raise ConfigError(["no sources: name sites, feeds or sitemaps under [sources]"])
        Workspace(folder=self.settings.workspace, settings=self.settings).check_seeds()

    def check_corpus(self) -> None:
        """Make sure that the corpus is the file that `prepare` found.

        Whoever opens one that was removed makes an empty one, and would fill it without a word.

        Raises:
            CorpusError: it is not.
        """
        path = self.settings.corpus_path
        if self._file not in (None, _file_at(path)):
            said = "removed or replaced under the daemon; stop it, then `seedbed restore` a backup"
            raise CorpusError(said, path=path)

    def _ask_no_more(self, corpus: Corpus) -> None:
        """What the settings ask of nobody any more fails no more."""
        for service in {*SERVICES} - {*self.settings.search.services}:
            corpus.ask_only(service, (), now=clock.now())
        run = {spec.spider for spec in self.specs}
        for spider, kind in (("gdelt", BULK_KIND), ("gdelt_doc", DOC_KIND)):
            if spider not in run:
                corpus.ask_only(kind, (), now=clock.now())
        asked = {*run, FRONTIER.spider}
        note_begun(corpus, {one.spider for one in unbegun(corpus)} - asked)

    def reread(self, *, is_told: bool = False) -> bool:
        """Take up a changed `seedbed.toml`; whether something in it is another.

        A mistake is logged once, and what was in force stays so, for the crawls too.

        Args:
            is_told: at once; else when two looks see the same, for an editor may be writing it.
        """
        folder = self.settings.workspace
        seen, self._seen = self._seen, look_of(folder / FILE_NAME)
        if not is_told and (self._seen == self._looked or self._seen != seen):
            return False
        self._looked = self._seen
        try:
            text = settings_text(folder)
            settings = load_settings(folder, {**self.environ, TEXT_VARIABLE: text})
        except ConfigError as exc:
            _log.error("settings not taken up, the old ones stay", problems=exc.problems)
            return False
        if settings.corpus_path != self.settings.corpus_path:
            _log.error("settings not taken up: another corpus needs another daemon, start anew")
            return False
        self.text = text
        if settings == self.settings:
            if is_told:
                _log.info("settings read again: nothing changed", file=FILE_NAME)
            return False
        self.settings = settings
        with closing(Corpus(settings.corpus_path)) as corpus:
            self._ask_no_more(corpus)
        _log.info("settings taken up", file=FILE_NAME)
        return True

    def _finds_own_web(self) -> bool:
        """Whether the seeds alone lead to a source that is polled."""
        workspace = Workspace(folder=self.settings.workspace, settings=self.settings)
        with closing(workspace.corpus()) as corpus:
            try:
                topic = workspace.learn(corpus).topic
            except SeedError:
                return False
            own_web(self.settings, corpus, topic, now=clock.now())
            return corpus.has_sources()

    def is_taught_anew(self) -> bool:
        """Whether seeds, settings, labels or steps of drift changed since `judge_anew`."""
        return self._lessons() != self._judged

    def judge_anew(self) -> None:
        """Bring the corpus up to date with seeds, settings and labels, though no crawl be due.

        Raises:
            ConfigError: they cannot be used.
            SeedError: there is nothing to learn a topic from.
        """
        # With them come the readers of pages, which a daemon needs for nothing else.
        from ingest.rejudge import rejudge, thread_again

        lessons = self._lessons()
        settings = self.settings
        workspace = Workspace(folder=settings.workspace, settings=settings)
        with closing(workspace.corpus()) as corpus:
            knowledge, told = rejudge(
                workspace, corpus, now=clock.now(), is_stopped=self.stop.is_set
            )
            if self.stop.is_set():
                return
            thread_again(corpus, knowledge)
            own_web(settings, corpus, knowledge.topic, now=clock.now())
        self._judged = lessons
        if told.came_in or told.went_out or told.woken:
            _log.info(
                "texts judged anew", judged=told.scored, came_in=len(told.came_in),
                went_out=len(told.went_out), to_fetch=told.woken,
            )  # fmt: skip

    def _lessons(self) -> tuple[object, ...]:
        """What the topic is learned from, seen from outside: cheap enough for every look."""
        with closing(Corpus(self.settings.corpus_path)) as corpus:
            said = (tuple(corpus.labelled()), tuple(one[0] for one in corpus.drift_steps()))
        folder = self.settings.workspace
        files = [folder / FILE_NAME, folder / CATALOGUE, *self.settings.seeds_path.rglob("*")]
        return (*said, *sorted(filter(None, map(look_of, files))))

    @property
    def specs(self) -> tuple[JobSpec, ...]:
        """The crawls that look for addresses, in order."""
        return job_specs(self.settings)

    def agenda(self) -> Agenda:
        """What is to be done now."""
        with closing(Corpus(self.settings.corpus_path)) as corpus:
            return agenda_of(corpus, self.settings)

    def is_due(
        self, spec: JobSpec, agenda: Agenda | None = None, *, offered: Collection[int] = ()
    ) -> bool:
        """Whether a crawl has something to do; of the agenda as it is now, if none is given."""
        return is_due(
            spec,
            agenda or self.agenda(),
            every_minutes=self.settings.schedule.poll_every_minutes,
            offered=offered,
            greeted=self._greeted,
        )

    def crawl(self, spec: JobSpec) -> CrawlReport:
        """Run one crawl to its end, and say what came of it.

        Raises:
            CorpusError: the corpus is gone.
            CrawlError: it could not be started.
        """
        self.check_corpus()
        greeted = {spec.spider}
        if spec.asks:
            with closing(Corpus(self.settings.corpus_path)) as corpus:
                unasked = _unasked(corpus, self.settings)
                greeted |= {unasked.get(spec.spider, spec.spider)}
        report = run_crawl(
            self.settings.workspace,
            spec.spider,
            corpus_path=self.settings.corpus_path,
            trigger="schedule",
            environ=self._crawl_environ(),
            stop=self.stop,
            hurry=self.hurry,
            timeout_s=_LIMIT_S,
            command=self.command,
        )
        if report.run is not None:  # else it entered nothing, and is to have another chance
            self._greeted |= greeted
        say(report)
        self._note_beginning(report)
        if report.counts.get("polled"):
            self._note_silences()
        if self.on_report:
            self.on_report(report)
        return report

    def _note_beginning(self, report: CrawlReport) -> None:
        """Have the corpus tell of a crawl that ended before it opened a run."""
        with closing(Corpus(self.settings.corpus_path)) as corpus:
            if report.run is not None:
                note_begun(corpus, {report.spider})
            elif report.outcome == "failed":
                note_unbegun(corpus, report.spider, _last_words(report), now=clock.now())

    def _crawl_environ(self) -> dict[str, str]:
        """With the settings in force: what lies in the file may be half written, or wrong.

        Without the addresses that are told: a crawl reads what strangers write, and tells nobody.
        """
        known = {k: v for k, v in self.environ.items() if not k.startswith("SEEDBED_NOTIFY__")}
        if self.text is None:
            return known
        known.pop(TEXT_VARIABLE, None)
        text = without_addresses(self.text)
        if text is None:
            _log.warning("crawl reads the settings from their file", because="[notify] is in them")
        elif len(text.encode()) < _ENVIRON_BYTES:
            known[TEXT_VARIABLE] = text
        return known

    def _note_silences(self) -> None:
        """Log the sources that should have spoken, each once for as long as it says nothing."""
        with closing(Corpus(self.settings.corpus_path, readonly=True)) as corpus:
            found = find_silences(corpus.heard_sources())
        for silence in found.values():
            if silence.source not in self._silent:
                _log.warning(
                    "source silent", source=silence.url, since=iso(silence.since),
                    days=round(silence.days, 1),
                )  # fmt: skip
        self._silent = frozenset(found)

    def run_round(self, stop: threading.Event, hurry: threading.Event) -> int:
        """Do every due job once, in order; returns the exit code.

        What a crawl found is looked at in the same round: the feeds that a home page names, the
        pages that another spider left.
        """
        self.stop, self.hurry = stop, hurry
        reports = self._poll_sources()
        for _ in range(_FRONTIER_ROUNDS):
            if stop.is_set() or not self.is_due(FRONTIER):
                break
            reports.append(self.crawl(FRONTIER))
            if not reports[-1].counts.get("fetched"):
                break
        return exit_code(reports)

    def _poll_sources(self) -> list[CrawlReport]:
        reports: list[CrawlReport] = []
        offered: set[int] = set()
        for _ in range(_PASSES):
            before = len(reports)
            failed = {one.spider for one in reports if one.run is None}
            for spec in self.specs:
                if spec.spider in failed:  # of whose try the corpus knows nothing
                    continue
                agenda = self.agenda()
                if self.stop.is_set() or not self.is_due(spec, agenda, offered=offered):
                    continue
                offered |= {one.source for one in agenda.sources if one.kind in spec.kinds}
                reports.append(self.crawl(spec))
            if len(reports) == before:
                break
        return reports


def agenda_of(corpus: Corpus, settings: Settings) -> Agenda:
    """What a corpus says is to be done now."""
    now = clock.now()
    if (ahead := corpus.follow_clock(now=now)) is not None:
        _log.warning("clock was set back", by_s=round(ahead.total_seconds()))
    due = corpus.due_sources(SOURCE_KINDS, now=now)
    known = corpus.due_sources(SOURCE_KINDS, now=_END_OF_TIME)
    runs = corpus.runs_since(corpus.last_run() - _RUNS_LOOKED_BACK)
    named = frozenset[str]().union(*(spec.addresses for spec in job_specs(settings)))
    return Agenda(
        now=now,
        sources=due,
        pages=corpus.count_due(now=now),
        unknown=named - {source.url for source in known},
        unasked=_unasked(corpus, settings),
        last_started={run["spider"]: datetime.fromisoformat(run["started"]) for run in runs},
    )


def _unasked(corpus: Corpus, settings: Settings) -> dict[str, str]:
    """Services whose sources are not those of the topic and the settings in force."""
    wanted = asking_version(settings.search, corpus.state("topic_version"))
    return {
        service: f"{service} {wanted}"
        for service in settings.search.services
        if corpus.state(f"asked_{service}") != wanted
    }


def _file_at(path: Path) -> tuple[int, int] | None:
    """Which file a name stands for; None: for none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def look_of(file: Path) -> tuple[str, int, int] | None:
    """Name, time of change and size of a file; None: it is none, or not any more."""
    try:
        found = file.stat()
    except OSError:
        return None
    return (str(file), found.st_mtime_ns, found.st_size) if S_ISREG(found.st_mode) else None


def say(report: CrawlReport) -> None:
    told = _log.bind(spider=report.spider, run=report.run, outcome=report.outcome)
    if report.went_well:
        counts = {name: report.counts[name] for name in _TOLD if report.counts.get(name)}
        told.info("crawl finished", seconds=round(report.seconds, 1), **counts)
        if report.message:
            told.error("crawl lost pages", message=report.message)
    elif report.outcome == "interrupted":
        told.info("crawl interrupted", message=report.message)
    else:
        told.error("crawl failed", message=report.message, exit_code=report.exit_code)


def _last_words(report: CrawlReport) -> str:
    """Why a crawl ended that opened no run; its log, in JSON, is not for people."""
    lines = [line for line in report.tail if line.strip() and not line.startswith("{")]
    return "; ".join(filter(None, (report.message, *lines[-1:])))


_TOLD = ("polled", "polls_failed", "found", "fetched", "new_articles", "copies", "revisions")
