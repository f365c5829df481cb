"""Workers of a dask cluster that make shards; the extra `cluster`.

They must see the workspace, the WARC files and the folder of shards under the same paths, on a
folder that all share: pages go in and shards come out by files, and only their names by the net.
"""

from __future__ import annotations

from concurrent.futures import CancelledError
from itertools import count
from typing import TYPE_CHECKING, Any

from ingest.bulk.making import make
from ingest.errors import ConfigError, CrawlError, how_to_get

if TYPE_CHECKING:
    from ingest.bulk.crew import Working
    from ingest.bulk.making import Shard

__all__ = ["DaskCrew"]

_CONNECT_S = 15


class DaskCrew:
    """Whoever has joined the scheduler at an address."""

    def __init__(self, address: str) -> None:
        """Connect.

        Raises:
            ConfigError: dask is not installed, or nothing answers there.
        """
        try:
            import distributed
            from distributed.scheduler import KilledWorker
        except ImportError as exc:
            said = f"--scheduler needs dask.distributed: {how_to_get('cluster')}"
            raise ConfigError([said]) from exc
        try:
            client: Any = distributed.Client
            self._client = client(address, timeout=_CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as exc:
            raise ConfigError([f"no dask scheduler answers at {address}: {exc}"]) from exc
        # The second: the scheduler forgot the shard, or is gone itself.
        self.lost: tuple[type[BaseException], ...] = (KilledWorker, CancelledError)
        self._numbers = count(1)

    @property
    def size(self) -> int:
        """Threads of all workers: each makes a shard at a time."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def submit(self, shard: Shard) -> Working:
        """Have a shard made.

        Raises:
            CrawlError: the scheduler is gone.
        """
        if self._client.status != "running":
            raise CrawlError("the dask scheduler is gone; what is finished is kept")
        key = f"{shard.name} {next(self._numbers)}"  # the same once more is another task
        made: Working = self._client.submit(make, shard, key=key, pure=False)
        return made

    def close(self) -> None:
        """Leave; the cluster stays."""
        self._client.close()
