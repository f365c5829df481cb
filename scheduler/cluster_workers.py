"""Who the workers are, and which job is whose: what procrastinate leaves to its callers.

It ends and hands out anew a job by its number alone. A worker that hung, and came back, would so
end the job of its successor, and two that rescue one at once would take it from each other. Here
each says which holding of the job it means: by whom, and the how manieth try.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

from procrastinate.manager import JobManager

from ingest import log

if TYPE_CHECKING:
    from procrastinate.jobs import Job, Status

__all__ = ["OwnJobs"]

_log = log.get(__name__)
_MAKERS = 0x574F524B  # the advisory lock of those who make the table: one does, others wait
# Beside procrastinate's tables, and gone with its line there.
_TABLE = """
DO $$ BEGIN
  IF to_regclass('seedbed_workers') IS NOT NULL THEN RETURN; END IF;  -- who only reads may not make
  PERFORM pg_advisory_xact_lock({makers});
  CREATE TABLE IF NOT EXISTS seedbed_workers (
    id bigint PRIMARY KEY REFERENCES procrastinate_workers ON DELETE CASCADE,
    machine text NOT NULL, pid bigint NOT NULL, began timestamptz NOT NULL DEFAULT now());
END $$
"""
_NOTE = "INSERT INTO seedbed_workers (id, machine, pid) VALUES (%(id)s, %(machine)s, %(pid)s)"
# Others strike off who is silent; one who comes back is entered again under the same number.
_ALIVE = """
INSERT INTO procrastinate_workers (id) OVERRIDING SYSTEM VALUE VALUES (%(id)s)
ON CONFLICT (id) DO UPDATE SET last_heartbeat = now()
"""
_NOTE_AGAIN = _NOTE + " ON CONFLICT (id) DO NOTHING"
_HELD = """
WITH held AS MATERIALIZED (
  SELECT id FROM procrastinate_jobs WHERE id = %(job)s AND status = 'doing'
  AND attempts = %(attempts)s AND (worker_id IS NULL OR worker_id = %(worker)s) FOR UPDATE
)
"""
_FINISH = f"""{_HELD}
SELECT procrastinate_finish_job_v1(
  id, %(status)s::procrastinate_job_status, %(delete)s::boolean) FROM held
"""  # noqa: S608  # our own words
_RETRY = f"""{_HELD}
SELECT procrastinate_retry_job_v2(id, NULL, NULL, NULL, NULL) FROM held
"""  # noqa: S608  # likewise
_LIVING = """
SELECT w.id, s.machine, s.pid, s.began,
  extract(epoch FROM now() - w.last_heartbeat)::double precision AS silent_s
FROM procrastinate_workers w LEFT JOIN seedbed_workers s ON s.id = w.id ORDER BY w.id
"""
_BEGUN = """
SELECT j.id, j.worker_id, (
  SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'started'
) AS at FROM procrastinate_jobs j WHERE j.queue_name = %(queue)s AND j.status = 'doing'
ORDER BY j.id
"""


class OwnJobs(JobManager):
    """The jobs, of which each worker ends and gives back only what it holds."""

    async def make_table(self) -> None:
        """Make the table of the workers, unless it is there; procrastinate's are."""
        await self.connector.execute_query_async(query=_TABLE.format(makers=_MAKERS))

    async def register_worker(self) -> int:
        """Enter this process as a worker."""
        number = await super().register_worker()
        await self._note(_NOTE, number)
        return number

    async def update_heartbeat(self, worker_id: int) -> None:
        """Give a sign of life; who was struck off meanwhile is entered anew."""
        await self.connector.execute_query_async(query=_ALIVE, id=worker_id)
        await self._note(_NOTE_AGAIN, worker_id)

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: FBT001  # so it is asked
        """End a job, unless it was taken from who held it."""
        if not await self._if_held(_FINISH, job, status=status.value, delete=delete_job):
            _log.warning("job was given to another meanwhile", job=str(job.queueing_lock))

    async def release(self, job: Job) -> bool:
        """Let another do a job that somebody held; whether he holds it no more through this.

        Raises:
            UniqueViolation: one like it waits.
        """
        return await self._if_held(_RETRY, job)

    async def workers(self) -> list[dict[str, Any]]:
        """Those entered: `id`, `machine`, `pid`, since when, and for how many seconds silent."""
        return await self.connector.execute_query_all_async(query=_LIVING)

    async def begun(self, queue: str) -> dict[int, dict[str, Any]]:
        """The jobs at work, by number: by which worker, and since when."""
        rows = await self.connector.execute_query_all_async(query=_BEGUN, queue=queue)
        return {row["id"]: row for row in rows}

    async def _note(self, said: str, number: int) -> None:
        await self.connector.execute_query_async(
            query=said, id=number, machine=socket.gethostname(), pid=os.getpid()
        )

    async def _if_held(self, said: str, job: Job, **given: Any) -> bool:
        done = await self.connector.execute_query_all_async(
            query=said, job=job.id, attempts=job.attempts, worker=job.worker_id, **given
        )
        return bool(done)
