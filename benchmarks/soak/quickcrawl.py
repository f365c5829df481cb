"""A stand-in for `scrapy crawl` that costs hardly more than a process: it keeps a run, no more.

    python -m benchmarks.soak.quickcrawl SPIDER CORPUS

It opens its run's row, polls nothing, says that it polled one source, and closes the row; the
source stays due, so that the daemon begins the next crawl at once. It writes by bare SQL, for even
opening a `Corpus` takes longer than all of that.
"""

from __future__ import annotations

import os
import socket
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite  # noqa: TID251

_ROW = (
    'INSERT INTO runs (started, finished, spider, "trigger", outcome, polled, seconds, process, '
    "version) VALUES (?, ?, ?, 'schedule', 'finished', 1, 0, ?, '0')"
)


def main() -> None:
    spider, path = sys.argv[1:]
    stat = Path("/proc/self/stat").read_text()
    process = f"{socket.gethostname()}:{os.getpid()}:{stat.rpartition(')')[2].split()[19]}"
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with closing(sqlite.connect(path, timeout=30, isolation_level=None)) as raw:
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute(_ROW, (now, now, spider, process))


if __name__ == "__main__":
    main()
