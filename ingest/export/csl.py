"""CSL-JSON 1.0 (citationstyles.org): references for Zotero, pandoc and their like."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ingest.export.columns import one_line
from ingest.export.feeds import web_address
from ingest.export.frame import Format

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import BinaryIO

    from ingest.export.frame import About
    from ingest.read_items import StoredArticle

__all__ = ["FORMAT"]


def _write(articles: Iterable[StoredArticle], out: BinaryIO, about: About) -> int:  # noqa: ARG001
    count = 0
    out.write(b"[")
    for count, article in enumerate(articles, 1):
        told = json.dumps(_reference(article), ensure_ascii=False)
        out.write(f"{',' if count > 1 else ''}\n{told}".encode())
    out.write(b"\n]\n")
    return count


def _reference(article: StoredArticle) -> dict[str, Any]:
    told = {
        "id": f"{article.outlet}-{article.id}",
        "type": "article-newspaper",
        "title": one_line(article.title),
        "container-title": one_line(article.outlet_name or article.outlet),
        "author": [{"literal": one_line(one)} for one in (article.author or "").split(", ") if one],
        "issued": _date(article.published),
        "accessed": _date(article.first_seen),
        "URL": web_address(article.url),
        "language": article.language,
        "section": article.section and one_line(article.section),
        "abstract": one_line(article.standfirst or article.lead),
    }
    return {name: said for name, said in told.items() if said}


def _date(at: datetime | None) -> dict[str, Any] | None:
    return {"date-parts": [[at.year, at.month, at.day]]} if at else None


FORMAT = Format(
    name="csl", suffix=".json", told="references for Zotero and pandoc (CSL-JSON)", write=_write,
    has_text=False,
)  # fmt: skip
