"""What all workers of a cluster are doing, as the jobs tell it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ingest.errors import CrawlError
from scheduler.cluster_queue import BROKEN, QUEUE, job_of, open_queue, reach

if TYPE_CHECKING:
    from ingest.config import Settings

__all__ = ["status_of"]


def status_of(settings: Settings) -> dict[str, Any]:
    """The jobs at work by name, those whose worker is silent, and how many wait and rest.

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
        manager = app.job_manager
        if not await manager.check_connection_async():  # no worker was ever here
            return {"at_work": [], "silent": [], "waiting": 0, "resting": 0}
        jobs = [*await manager.list_jobs_async(queue=QUEUE)]
        stalled = await manager.get_stalled_jobs(
            queue=QUEUE, seconds_since_heartbeat=settings.cluster.heartbeat_s
        )
    silent = {one.id for one in stalled}
    todo = [one for one in jobs if one.status == "todo"]
    doing = [one for one in jobs if one.status == "doing"]
    return {
        "at_work": sorted(job_of(one).name for one in doing if one.id not in silent),
        "silent": sorted(job_of(one).name for one in doing if one.id in silent),
        "waiting": sum(one.scheduled_at is None for one in todo),
        "resting": sum(one.scheduled_at is not None for one in todo),
    }
