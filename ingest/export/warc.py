"""A part of the archive (ISO 28500:2017): the pages of the articles, as they were fetched."""

from __future__ import annotations

import io
from datetime import UTC
from typing import TYPE_CHECKING

from warcio.warcwriter import WARCWriter

from ingest.export.feeds import identifier
from ingest.export.frame import Format

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from ingest.export.frame import About
    from ingest.read_items import StoredArticle

__all__ = ["FORMAT"]


def _write(articles: Iterable[StoredArticle], out: BinaryIO, about: About) -> int:
    out.write(_warcinfo(about))
    count = 0
    for article in articles:
        record = about.raw_page(article)
        if record is not None:
            out.write(record)
            count += 1
    return count


def _warcinfo(about: About) -> bytes:
    """The record that says what follows (section 6.2); without the clock, and without chance."""
    fields = {
        "software": f"Seedbed {about.version}",
        "format": "WARC File Format 1.0",
        "isPartOf": about.title,
        "description": "pages of chosen articles, records as they stand in the archive",
    }
    block = "".join(f"{name}: {' '.join(said.split())}\r\n" for name, said in fields.items())
    packed = io.BytesIO()
    writer = WARCWriter(packed, gzip=True)
    record = writer.create_warc_record(
        "",
        "warcinfo",
        payload=io.BytesIO(block.encode()),
        length=len(block.encode()),  # else warcio copies it into a temporary file first
        warc_content_type="application/warc-fields",
        warc_headers_dict={
            "WARC-Date": about.updated.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "WARC-Record-ID": f"<{identifier(block)}>",
        },
    )
    writer.write_record(record)
    return packed.getvalue()


FORMAT = Format(
    name="warc", suffix=".warc.gz", told="their pages as they were fetched", write=_write,
    has_text=False,
)  # fmt: skip
