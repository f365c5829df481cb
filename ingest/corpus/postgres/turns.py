"""When each host was asked last, by whichever run: the distance holds over machines and kills.

A row says when its host is next asked, and by whom. A run that is about to ask enters itself; if
another was there before it, at least the delay lies between the two. The distances between its own
requests a run keeps by itself. All times are the server's, whatever the clocks of the workers say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

__all__ = ["TURNS", "sweep_turns", "take_turn"]

#: Each host that some run asked, and until when it is to be left alone by others.
TURNS = (
    "CREATE TABLE host_turns (host text PRIMARY KEY, at timestamptz NOT NULL, run bigint NOT NULL, "
    "delay_s double precision NOT NULL)"
)
_TAKE = """
INSERT INTO host_turns AS known (host, at, run, delay_s)
VALUES (%(host)s, clock_timestamp(), %(run)s, %(delay_s)s)
ON CONFLICT (host) DO UPDATE SET
  at = CASE WHEN known.run = excluded.run THEN greatest(known.at, clock_timestamp())
    ELSE greatest(clock_timestamp(),
      known.at + make_interval(secs => greatest(known.delay_s, excluded.delay_s))) END,
  run = excluded.run,
  delay_s = excluded.delay_s
RETURNING extract(epoch FROM at - clock_timestamp())::double precision
"""

# A distance is of seconds or minutes; a turn that is being taken is passed over.
_SWEEP = """
DELETE FROM host_turns WHERE host IN (
  SELECT host FROM host_turns WHERE at < clock_timestamp() - interval '1 day'
  FOR UPDATE SKIP LOCKED)
"""


def sweep_turns(raw: psycopg.Connection[Any]) -> None:
    """Drop the turns of hosts that nobody asked for a day, by the server's clock."""
    raw.execute(_SWEEP)


def take_turn(raw: psycopg.Connection[Any], host: str, *, run: int, delay_s: float) -> float:
    """Enter a run as the one that asks a host next; seconds that it has to wait before.

    One statement, committed at once: it must stand in no transaction, and takes no writer's lock.
    """
    cursor = raw.execute(_TAKE, {"host": host, "run": run, "delay_s": delay_s})
    row = cursor.fetchone()
    assert row is not None
    return max(float(row[0]), 0.0)
