"""What all workers of a cluster are doing, as the jobs tell it."""

from __future__ import annotations

import asyncio
from datetime import UTC
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from ingest.errors import CrawlError
from ingest.times import iso
from scheduler.cluster_queue import BROKEN, QUEUE, job_of, open_queue, own_jobs, reach

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from procrastinate.jobs import Job

    from ingest.config import Settings

__all__ = ["status_of"]


def status_of(settings: Settings) -> dict[str, Any]:
    """The jobs at work by name, those whose worker is silent, how many wait and rest; the workers.

    Raises:
        CrawlError: the database cannot be asked.
    """
    try:
        return asyncio.run(_status_of(settings))
    except BROKEN as exc:
        said = " ".join(str(exc.__cause__ or exc).split())[:200]
        raise CrawlError(f"the jobs cannot be read: {said}") from exc


async def _status_of(settings: Settings) -> dict[str, Any]:
    await reach(settings)
    async with open_queue(settings).open_async() as app:
        manager = own_jobs(app)
        if not await manager.check_connection_async():  # no worker was ever here
            return {"at_work": [], "silent": [], "waiting": 0, "resting": 0, "workers": []}
        await manager.make_table()
        jobs = [*await manager.list_jobs_async(queue=QUEUE)]
        begun = await manager.begun(QUEUE)
        known = await manager.workers()
    for one in known:
        one["is_silent"] = one["silent_s"] > settings.cluster.heartbeat_s
    living = {one["id"] for one in known if not one["is_silent"]}
    todo = [one for one in jobs if one.status == "todo"]
    doing = [one for one in jobs if one.status == "doing"]
    return {
        "at_work": sorted(job_of(one).name for one in doing if one.worker_id in living),
        "silent": sorted(job_of(one).name for one in doing if one.worker_id not in living),
        "waiting": sum(one.scheduled_at is None for one in todo),
        "resting": sum(one.scheduled_at is not None for one in todo),
        "workers": [_told(one, doing, begun) for one in known],
    }


def _told(
    worker: dict[str, Any], doing: Iterable[Job], begun: Mapping[int, dict[str, Any]]
) -> dict[str, Any]:
    """A worker, and what it does since when; times are the database's."""
    own = [(one, begun.get(one.id or 0)) for one in doing if one.worker_id == worker["id"]]
    return {
        "machine": worker["machine"],
        "pid": worker["pid"],
        "began": _iso(worker["began"]),
        "seen_s_ago": round(worker["silent_s"], 1),
        "is_silent": worker["is_silent"],
        "doing": sorted(
            ({"job": job_of(one).name, "since": _iso(at["at"] if at else None)} for one, at in own),
            key=itemgetter("job"),
        ),
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else iso(at.astimezone(UTC))
