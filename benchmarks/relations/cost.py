"""`python -m benchmarks.relations.cost`: what it costs to know the copies of one article more.

CPU time of the process by part, over all made texts and over the last tenth of them: to hash a
text, to look its candidates up, to compare it with them, to store its hashes and edges, and to
commit. The corpus is the real one. At a million the last level of the index is filled with sorted
random hashes first, and made texts come on top.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.relations.cost_peers import PEERS, measure_peers
from benchmarks.relations.cost_tables import cost_table, peer_table

#: From so many on, all but the last texts are random hashes.
BULK_FROM = 100_000
_LAST = 20_000  # made texts on top of those

GOALS = {100_000: (1.5, 100.0), 1_000_000: (2.0, 200.0)}  # CPU ms and extra MB
GOAL_INDEX_BYTES = 1_100
GOAL_RESTART_MS = 100


def main() -> int:
    asked = _parser().parse_args()
    rows = []
    for documents in asked.documents:
        for batch in asked.batches:
            row = _in_child("benchmarks.relations.cost_run", documents, batch, asked.folder)
            rows.append(row)
            print(json.dumps(row), file=sys.stderr, flush=True)
    peers = measure_peers(asked.documents, asked.names) if asked.peers else []
    print(*cost_table(rows), sep="\n")
    if asked.peers:
        print("", *peer_table(rows, peers), sep="\n")
    print(f"\nload of the machine at the end: {os.getloadavg()[1]:.1f} (five minutes)")
    return 1 if asked.check and list(_missed(rows)) else 0


def _in_child(module: str, documents: int, batch: int, folder: Path | None) -> dict[str, float]:
    bulk = max(0, documents - _LAST) if documents >= BULK_FROM else 0
    with tempfile.TemporaryDirectory(dir=folder) as place:
        told = subprocess.run(
            [sys.executable, "-m", module, place, str(documents), str(bulk), str(batch)],
            stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
    return {name: float(value) for name, value in json.loads(told.stdout).items()}


def _missed(rows: list[dict[str, float]]) -> list[str]:
    """What is above its goal, in words."""
    found = []
    for row in rows:
        documents = int(row["documents"])
        if documents not in GOALS or row["batch"] > 1:
            continue
        cpu_ms, extra_mb = GOALS[documents]
        compared = {
            "CPU ms an article": (row["last_total"], cpu_ms),
            "extra memory, MB": (row["extra_mb"], extra_mb),
            "bytes of index an article": (row["index_bytes"], GOAL_INDEX_BYTES),
            "ms to first answer": (row["restart_ms"], GOAL_RESTART_MS),
        }
        for name, (reached, goal) in compared.items():
            if reached > goal:
                found.append(f"{documents:,}: {name} {reached:.2f}, goal {goal}")
    for line in found:
        print(line, file=sys.stderr)
    return found


def _numbers(told: str) -> list[int]:
    return [int(one.replace("_", "")) for one in told.split(",")]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.relations.cost", description=__doc__
    )
    parser.add_argument("--documents", type=_numbers, default=[10_000, 100_000], metavar="N,N")
    parser.add_argument("--batches", type=_numbers, default=[1, 100], metavar="N,N",
                        help="articles a transaction; a crawl commits each by itself")  # fmt: skip
    parser.add_argument("--peers", action="store_true", help="datasketch and rensa beside ours")
    parser.add_argument("--names", type=lambda told: told.split(","), default=list(PEERS),
                        help="of the peers")  # fmt: skip
    parser.add_argument("--folder", type=Path, help="where corpora are made; a million: 3 GB")
    parser.add_argument("--check", action="store_true", help="exit code 1 above a goal")
    return parser


if __name__ == "__main__":
    sys.exit(main())
