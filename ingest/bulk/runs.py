"""An import as a run: its row is opened before the first page and closed after the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest import clock, log
from ingest.archive_tails import cut_tails
from ingest.bulk.importing import SPIDER, WarcImport
from ingest.config import seedbed_version
from ingest.errors import CorpusError, CrawlError
from ingest.looking_back import look_back
from ingest.own_web import own_web
from ingest.rejudge import before_run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Any

    from ingest.bulk.crew import Crew
    from ingest.bulk.telling import Teller
    from ingest.corpus import Corpus
    from ingest.workspace import Knowledge, Workspace

__all__ = ["import_warcs"]

_LATEST = 8  # runs whose archive is mended first, as before a crawl
_MOST_SAID = 500


def import_warcs(
    workspace: Workspace,
    corpus: Corpus,
    files: Sequence[Path],
    *,
    trigger: str,
    folder: Path,
    crew: Callable[[], Crew],
    teller: Teller,
    is_stopped: Callable[[], bool],
) -> dict[str, Any]:
    """Take in what WARC files hold; the row of the run.

    Args:
        workspace: whose topic and archive it is.
        corpus: to be written.
        files: read in this order; their pages are judged in it.
        trigger: who asked for it.
        folder: of the shards.
        crew: asked for when there is a shard to be made.
        teller: told how far it is.
        is_stopped: asked between transactions; the next call goes on where this one stopped.

    Raises:
        CorpusError: it is a copy, into which nothing may be written.
        CrawlError: what was fetched and what was written do not add up.
    """
    corpus.check_is_own()
    now = clock.now()
    corpus.close_dead_runs(now=now)
    cut_tails(corpus, workspace.settings.archive_path, latest=_LATEST)
    knowledge = before_run(workspace, corpus, now=now)
    own_web(workspace.settings, corpus, knowledge.topic, now=now)
    run = corpus.start_run(spider=SPIDER, trigger=trigger, version=seedbed_version(), now=now)
    work = WarcImport(
        workspace=workspace, corpus=corpus, knowledge=knowledge, run=run, files=files,
        folder=folder, crew=crew, teller=teller, is_stopped=is_stopped, now=now,
    )  # fmt: skip
    trouble = None
    try:
        work.work()
    except (CorpusError, OSError) as exc:
        trouble = str(exc)
    except BaseException as exc:
        _close(work, f"{type(exc).__name__}: {exc}"[:_MOST_SAID])
        raise
    return _close(work, trouble)


def _close(work: WarcImport, trouble: str | None) -> dict[str, Any]:
    corpus, run = work.corpus, work.run
    stopped = "told to stop" if work.is_stopped() else None
    if work.lost and not work.judged:
        trouble = trouble or _lost(work)
    said = "; ".join(work.broken)[:_MOST_SAID]
    if said and not work.was_read:
        trouble = trouble or f"nothing could be read: {said}"
    outcome = "failed" if trouble else "interrupted" if stopped else "finished"
    message = trouble or stopped or (_lost(work) if work.lost else None) or said or None
    row = corpus.finish_run(run, outcome=outcome, requests=0, message=message, now=clock.now())
    corpus.count_stages(work.intake.stopwatch.seconds)
    if row["fetched"] != work.handed_in:
        message = f"{work.handed_in} pages fetched, but {row['fetched']} outcomes written"
        corpus.fail_run(run, message)
        raise CrawlError(message)
    if outcome == "finished":
        look_back(
            work.workspace, corpus, _in_force(work), log.get("seedbed").bind(run=run),
            is_stopped=work.is_stopped,
        )  # fmt: skip
    return row


def _in_force(work: WarcImport) -> Knowledge:
    """The topic that judged the last page: a reader may have taught it something meanwhile."""
    return work.intake.knowledge


def _lost(work: WarcImport) -> str:
    of_all = f"{len(work.lost)} of {len(work.lost) + work.judged}"
    return f"{of_all} lost to an error of this program, the first to {work.lost[0]}"
