"""One JSON object a line (jsonlines.org)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.export.columns import row_of, written
from ingest.export.frame import Format
from ingest.layout import json_line

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from ingest.export.frame import About
    from ingest.read_items import StoredArticle

__all__ = ["FORMAT"]


def _write(articles: Iterable[StoredArticle], out: BinaryIO, about: About) -> int:
    count = 0
    for count, article in enumerate(articles, 1):  # noqa: B007  # the last one is the count
        row = row_of(article, with_text=about.with_text)
        told = json_line({name: written(value) for name, value in row.items()})
        out.write(f"{told}\n".encode())
    return count


FORMAT = Format(name="jsonl", suffix=".jsonl", told="one JSON object a line", write=_write)
