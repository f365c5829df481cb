"""The tables of the cost benchmark, in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["cost_table", "peer_table"]

_PARTS = ("hash", "look-up", "verify", "insert", "commit", "total")


def cost_table(rows: Iterable[Mapping[str, float]]) -> Iterator[str]:
    """CPU ms a document by part, all and last tenth; then what else there is to know."""
    yield "| documents | a transaction | " + " | ".join(_PARTS) + " |"
    yield "|---|---|" + "---|" * len(_PARTS)
    rows = list(rows)
    for row in rows:
        parts = (f"{row[f'all_{part}']:.2f} / {row[f'last_{part}']:.2f}" for part in _PARTS)
        yield f"| {row['documents']:,.0f} | {row['batch']:.0f} | " + " | ".join(parts) + " |"
    yield ""
    yield (
        "| documents | a transaction | recall of cuts | wrong pairs | extra memory, MB | index, "
        "bytes a document | largest WAL, MB | written, kB a document | restart, ms wall / CPU |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in rows:
        yield (
            f"| {row['documents']:,.0f} | {row['batch']:.0f} | {row['recall']:.4f} of "
            f"{row['cuts']:.0f} | {row['wrong']:.0f} | {row['extra_mb']:.0f} | "
            f"{row['index_bytes']:.0f} | {row['wal_bytes'] / 1e6:.1f} | "
            f"{row['written_bytes'] / 1000:.0f} | "
            f"{row['restart_ms']:.0f} / {row['restart_cpu_ms']:.0f} |"
        )


def peer_table(
    ours: Iterable[Mapping[str, float]], peers: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    """Ours and the others on the same texts."""
    yield (
        "| documents | method | CPU ms a document | recall of cuts | wrong pairs | "
        "extra memory, MB | persistent |"
    )
    yield "|---|---|---|---|---|---|---|"
    for row in ours:
        if row["batch"] > 1:
            continue
        yield (
            f"| {row['documents']:,.0f} | Seedbed | {row['all_total']:.2f} | {row['recall']:.4f} "
            f"| {row['wrong']:.0f} | {row['extra_mb']:.0f} | yes, each article as it comes |"
        )
    for peer in peers:
        begun = f"| {peer['documents']:,} | {peer['method']} | "
        if "skipped" in peer:
            yield f"{begun}skipped: {peer['skipped']} | | | | |"
            continue
        yield (
            f"{begun}{peer['ms']:.2f} | {peer['recall']:.4f} | {peer['wrong']} | "
            f"{peer['extra_mb']:.0f} | {peer['persistence']} |"
        )
