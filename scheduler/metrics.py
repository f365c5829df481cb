"""The figures of a workspace in the text format of Prometheus."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from ingest import clock
from ingest.backup_files import made_at
from ingest.corpus import Corpus
from ingest.corpus.upkeep import wal_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prometheus_client.metrics_core import Metric

    from ingest.config import Settings
    from scheduler.beat import Beat

__all__ = ["CONTENT_TYPE", "exposition"]

CONTENT_TYPE = CONTENT_TYPE_LATEST


def exposition(settings: Settings, beat: Beat) -> bytes:
    """Every figure, as it is now.

    Raises:
        CorpusError: the corpus cannot be read.
    """
    with closing(Corpus(settings.corpus_path, readonly=True, timeout_s=2.0)) as corpus:
        figures = corpus.figures()
        due = corpus.count_due(now=clock.now())
        alerts = corpus.alert_figures()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(
        _Families(
            [
                *_of_daemon(beat),
                *_of_corpus(figures, due),
                *_of_alerts(alerts),
                *_of_files(settings),
            ]
        )
    )
    return generate_latest(registry)


class _Families:
    """What `CollectorRegistry` takes: something that gives metrics when asked."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def _of_daemon(beat: Beat) -> Iterator[Metric]:
    yield _gauge("ticking", "Whether the scheduler looks at the corpus.", beat.is_ticking)
    yield _gauge("tick_age_seconds", "Since it last did.", beat.tick_age_s)
    yield _gauge("jobs_waiting", "Jobs that wait for their turn.", len(beat.queue))
    working = GaugeMetricFamily(
        "seedbed_job_running_seconds", "Of the job at work, so far.", labels=["job"]
    )
    if beat.working:
        working.add_metric([beat.working], beat.working_s)
    yield working
    jobs = CounterMetricFamily("seedbed_jobs", "Jobs done since the start.", labels=["job", "end"])
    seconds = CounterMetricFamily("seedbed_job_seconds", "Time they took.", labels=["job"])
    for job, tally in sorted(beat.tallies.items()):
        jobs.add_metric([job, "well"], tally.well)
        jobs.add_metric([job, "unwell"], tally.unwell)
        seconds.add_metric([job], tally.seconds)
    yield from (jobs, seconds)


def _of_corpus(figures: Mapping[str, list[dict[str, Any]]], due: int) -> Iterator[Metric]:
    yield _gauge("frontier_due", "Addresses that are due to be fetched.", due)
    gauges = (
        ("pages", "Addresses ever considered, by what became of them.", "pages"),
        ("sources", "Where addresses come from, by kind and state.", "sources"),
        ("rows", "Rows of some tables; texts and edges are the index of copies.", "rows"),
        ("last_run_start_time_seconds", "When the last run of a spider started.", "last_runs"),
    )
    for name, said, key in gauges:
        yield _labelled(GaugeMetricFamily, name, said, figures[key])
    yield _labelled(
        CounterMetricFamily, "fetches", "Fetches, by what became of them.", figures["fetches"]
    )
    yield _labelled(
        CounterMetricFamily, "stage_seconds", "Time that the stages of crawls took.",
        figures["stages"],
    )  # fmt: skip
    for name, said, column in (
        ("runs", "Crawls, by spider and end.", "n"),
        ("run_seconds", "Time they took.", "seconds"),
        ("requests", "Requests they sent.", "requests"),
        ("fetched_bytes", "Bytes of the pages they fetched.", "bytes"),
    ):
        rows = [
            {"spider": row["spider"], "outcome": row["outcome"], "n": row[column]}
            for row in figures["runs"]
        ]
        yield _labelled(CounterMetricFamily, name, said, rows)


def _of_alerts(figures: Mapping[str, int]) -> Iterator[Metric]:
    yield _gauge("alerts_waiting", "Alerts that somebody is still to be told.", figures["waiting"])
    rows = [{"end": end, "n": figures[end]} for end in ("sent", "failed")]
    yield _labelled(
        CounterMetricFamily, "alert_messages", "Messages to people, by what came of them.", rows
    )


def _of_files(settings: Settings) -> Iterator[Metric]:
    path = settings.corpus_path
    sizes = [one.stat().st_size for one in settings.archive_path.glob("*.warc.gz")]
    yield _gauge("corpus_bytes", "Size of the corpus.", path.stat().st_size)
    yield _gauge("wal_bytes", "Size of its write-ahead log.", wal_bytes(path))
    yield _gauge("archive_bytes", "Size of the raw pages.", sum(sizes))
    yield _gauge("archive_files", "Files of raw pages.", len(sizes))
    yield _gauge("disk_free_bytes", "Left on their disk.", shutil.disk_usage(path.parent).free)
    if (made := made_at(settings.backup_path, path, now=clock.now())) is not None:
        yield _gauge("last_backup_time_seconds", "When it was made.", made.timestamp())


def _gauge(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(f"seedbed_{name}", said, value=float(value))


def _labelled(
    kind: type[GaugeMetricFamily | CounterMetricFamily],
    name: str,
    said: str,
    rows: list[dict[str, Any]],
) -> Metric:
    """A family of which each row is a sample: `n` is its value, all else a label."""
    labels = [label for label in (rows[0] if rows else {}) if label != "n"]
    family = kind(f"seedbed_{name}", said, labels=labels)
    for row in rows:
        family.add_metric([str(row[label]) for label in labels], float(row["n"] or 0))
    return family
