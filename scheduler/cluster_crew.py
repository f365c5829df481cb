"""What one worker of a cluster does with the corpus: asks what is due, and has it crawled."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest import clock, log
from ingest.config import FILE_NAME
from ingest.crawl import run_crawl, scrapy_command
from ingest.errors import ConfigError, CorpusError
from ingest.own_web import own_web
from ingest.workspace import Workspace, other_lessons
from scheduler.cluster_jobs import ENTER, Job, jobs_due
from scheduler.jobs import job_specs
from scheduler.rounds import agenda_of, look_of, say
from scheduler.upkeep import HOSTS_KEPT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ingest.config import Settings
    from ingest.corpus import Corpus
    from ingest.crawl import Command, CrawlReport

__all__ = ["Crew"]

_OUTLETS_AT_ONCE = 500  # looked for at a time; more are seen when these are done
_LIMIT_S = 6 * 3600.0
_SWEEP_S = 3600.0  # between two times that what is known of hosts is cleared away
_UNTOLD = "SEEDBED_NOTIFY__"  # a crawl reads what strangers write, and tells nobody

_log = log.get(__name__)


@dataclass(kw_only=True)
class Crew:
    """The crawls of one workspace, as jobs ask for them; its methods may run in many threads."""

    settings: Settings
    environ: Mapping[str, str]
    stop: threading.Event = field(default_factory=threading.Event)
    hurry: threading.Event = field(default_factory=threading.Event)
    command: Command = scrapy_command
    on_report: Callable[[CrawlReport], None] | None = None
    _greeted: set[str] = field(default_factory=set)  #: spiders whose sources this worker entered
    _swept: datetime | None = None  #: when what is over of hosts was dropped last
    _checked: tuple[object, ...] = ()  #: the seeds that were compared last, from outside

    @property
    def workspace(self) -> Workspace:
        """Where it works."""
        return Workspace(folder=self.settings.workspace, settings=self.settings)

    def prepare(self, *, is_to_teach: bool = False) -> None:
        """Bring the corpus what nobody has brought yet: the topic, and the first sources.

        Args:
            is_to_teach: what is learned here holds for all, whatever they learned before.

        Raises:
            ConfigError: the corpus was taught by other seeds.
            SeedError: there is nothing to learn a topic from.
        """
        if not is_to_teach:
            self.check_lessons()
        with closing(self.workspace.corpus()) as corpus:
            knowledge = self.workspace.learn(corpus)
            own_web(self.settings, corpus, knowledge.topic, now=clock.now())
            _log.info("topic in force", version=knowledge.topic.version)

    def check_lessons(self) -> None:
        """Make sure that all workers have learned from the same seeds.

        Raises:
            ConfigError: the corpus was taught by others than lie here.
        """
        files = [self.settings.workspace / FILE_NAME, *self.settings.seeds_path.rglob("*")]
        seen = tuple(sorted(filter(None, map(look_of, files))))
        if seen and seen == self._checked:
            return
        with closing(self.workspace.corpus()) as corpus:
            others = other_lessons(self.workspace, corpus)
        if others:
            what = " and ".join(others)
            said = f"the {what} here are not those that the workers of this cluster learned from"
            mend = "copy their workspace, or have these learned by all: seedbed worker --teach"
            raise ConfigError([f"{said}; {mend}"])
        self._checked = seen

    def due(self) -> list[Job]:
        """What is to be done now.

        Raises:
            ConfigError: the seeds are not those of the cluster any more.
        """
        self.check_lessons()
        specs = job_specs(self.settings)
        with closing(self.workspace.corpus()) as corpus:
            if dead := corpus.close_dead_runs(now=clock.now()):
                _log.warning("runs had died unseen", runs=dead)
            self._sweep(corpus)
            agenda = agenda_of(corpus, self.settings)
            outlets = corpus.due_outlets(now=agenda.now, limit=_OUTLETS_AT_ONCE)
        return jobs_due(
            specs, agenda, outlets,
            every_minutes=self.settings.schedule.poll_every_minutes, greeted=self._greeted,
        )  # fmt: skip

    def _sweep(self, corpus: Corpus) -> None:
        """Drop what is over of what hosts asked for: no daemon keeps up this corpus."""
        now = clock.now()
        if self._swept is None or (now - self._swept).total_seconds() > _SWEEP_S:
            corpus.forget_hosts(before=now - HOSTS_KEPT)
            self._swept = now

    def crawl(self, job: Job) -> CrawlReport | None:
        """Do a job; None: its crawl could not be started, or its end was not to be learned.

        Raises:
            ConfigError: the seeds are not those of the cluster any more.
        """
        try:
            self.check_lessons()
            self._greet(job)
            report = run_crawl(
                self.settings.workspace,
                job.spider,
                corpus_path=self.settings.corpus_path,
                trigger="schedule",
                arguments=job.arguments,
                environ=self._crawl_environ(),
                stop=self.stop,
                hurry=self.hurry,
                timeout_s=_LIMIT_S,
                command=self.command,
            )
        except CorpusError as exc:
            _log.error("job not done", job=job.name, error=str(exc))
            return None
        say(report)
        if self.on_report:
            self.on_report(report)
        return report

    def _greet(self, job: Job) -> None:
        specs = job_specs(self.settings)
        if job == ENTER:
            self._greeted |= {one.spider for one in specs}
        elif job.outlet is None:
            with closing(self.workspace.corpus()) as corpus:
                unasked = agenda_of(corpus, self.settings).unasked
            self._greeted.add(unasked.get(job.spider, job.spider))

    def _crawl_environ(self) -> dict[str, str]:
        known = {k: v for k, v in self.environ.items() if not k.startswith(_UNTOLD)}
        most = min(self.settings.crawl.max_pages_per_run, self.settings.cluster.pages_per_job)
        return {**known, "SEEDBED_CRAWL__MAX_PAGES_PER_RUN": str(most)}
