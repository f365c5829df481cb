"""Who the workers are, and which job is whose: what procrastinate leaves to its callers.

It ends and hands out anew a job by its number alone. A worker that hung, and came back, would so
end the job of its successor, and two that rescue one at once would take it from each other. Here
each says which holding of the job it means: by whom, and the how manieth try. And who takes a job
from a silent worker takes it in the statement that finds him silent, not after it.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

from procrastinate.manager import JobManager

from ingest import log

if TYPE_CHECKING:
    from datetime import datetime

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
# A sign of life that is being given is waited for, and the next one waits until the job is given
# away. First the worker, then the job: in this order whoever strikes off a worker has them, too.
_LOST = """
WITH silent AS MATERIALIZED (
  SELECT id FROM procrastinate_workers WHERE id = %(worker)s
  AND last_heartbeat < now() - make_interval(secs => %(silent_s)s) FOR NO KEY UPDATE
), held AS MATERIALIZED (
  SELECT id FROM procrastinate_jobs WHERE id = %(job)s AND status = 'doing'
  AND attempts = %(attempts)s AND (worker_id IS NULL OR worker_id IN (SELECT id FROM silent))
  FOR UPDATE
)
"""
_FINISH = """
SELECT procrastinate_finish_job_v1(
  id, %(status)s::procrastinate_job_status, %(delete)s::boolean) FROM held
"""
_RETRY = """
SELECT procrastinate_retry_job_v2(
  id, %(at)s::timestamptz, %(priority)s::integer, %(queue)s::varchar, %(lock)s::varchar) FROM held
"""
_RELEASE = "SELECT procrastinate_retry_job_v2(id, NULL, NULL, NULL, NULL) FROM held"
_DROP = "SELECT procrastinate_finish_job_v1(id, 'failed', true) FROM held"
# procrastinate would strike off all who are silent, and whose job it was would not be known then.
_STRIKE_OFF = """
DELETE FROM procrastinate_workers w
WHERE last_heartbeat < now() - make_interval(secs => %(silent_s)s) AND NOT EXISTS (
  SELECT FROM procrastinate_jobs j WHERE j.worker_id = w.id AND j.status = 'doing')
RETURNING id
"""
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

    async def prune_stalled_workers(self, seconds_since_heartbeat: float) -> list[int]:
        """Strike off who is silent and holds no job; of others the jobs are rescued first."""
        rows = await self.connector.execute_query_all_async(
            query=_STRIKE_OFF, silent_s=seconds_since_heartbeat
        )
        return [row["id"] for row in rows]

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: FBT001  # so it is asked
        """End a job, unless it was taken from who held it."""
        if not await self._done(_HELD + _FINISH, job, status=status.value, delete=delete_job):
            _log.warning("job was given to another meanwhile", job=str(job.queueing_lock))

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Give a job back, to be done later, unless it was taken from who held it."""
        given = {"at": retry_at, "priority": priority, "queue": queue, "lock": lock}
        if not await self._done(_HELD + _RETRY, job, **given):
            _log.warning("job was given to another meanwhile", job=str(job.queueing_lock))

    async def release(self, job: Job, *, silent_s: float) -> bool:
        """Let another do a job whose worker is silent; whether this did it.

        Not if somebody was faster, nor if the worker has given a sign of life meanwhile.

        Raises:
            UniqueViolation: one like it waits.
        """
        return await self._done(_LOST + _RELEASE, job, silent_s=silent_s)

    async def drop(self, job: Job, *, silent_s: float) -> bool:
        """End a job whose worker is silent, and which another will do; whether this did it."""
        return await self._done(_LOST + _DROP, job, silent_s=silent_s)

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

    async def _done(self, said: str, job: Job, **given: Any) -> bool:
        done = await self.connector.execute_query_all_async(
            query=said, job=job.id, attempts=job.attempts, worker=job.worker_id, **given
        )
        return bool(done)
