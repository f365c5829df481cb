"""A folder of Markdown files (CommonMark), one an article, with front matter in YAML."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from anyascii import anyascii

from ingest.export.columns import one_line, row_of, written
from ingest.export.frame import Format
from ingest.text import clean_controls

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ingest.export.frame import About
    from ingest.read_items import StoredArticle

__all__ = ["FORMAT"]

_TITLE_CHARS = 60  # in a name of a file; 255 bytes is the most that file systems take
_NO_SLUG = re.compile(r"[^a-z0-9]+")
_INLINE = re.compile(r"([\\`*_\[\]<>&|~])")
_LINE_START = re.compile(r"^(?=[#+=\-])|^(\d{1,9})(?=[.)](?:\s|$))")
# Lists and quotes, as texts draw them, are Markdown already.
_DRAWN = re.compile(r"^(?:> )?(?:- |\d{1,3}\. )?(?=\S)")
# What YAML does not take as it stands (section 5.1), or takes for the end of a line.
_ESCAPES = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029, 0xFFFE, 0xFFFF)}
_NO_FRONT = ("text", "lead")


def _write_folder(articles: Iterable[StoredArticle], folder: Path, about: About) -> int:
    count = 0
    for count, article in enumerate(articles, 1):  # noqa: B007  # the last one is the count
        month = f"{article.published:%Y-%m}" if article.published else "undated"
        place = folder / month
        place.mkdir(exist_ok=True)
        page = _page(article, with_text=about.with_text)
        (place / _name(article)).write_text(page, encoding="utf-8", newline="\n")
    return count


def _name(article: StoredArticle) -> str:
    """A name that every file system takes, and no other article has."""
    slug = _NO_SLUG.sub("-", anyascii(article.title).lower()).strip("-")[:_TITLE_CHARS].strip("-")
    return "-".join(filter(None, [f"{article.id:06d}", slug])) + ".md"


def _page(article: StoredArticle, *, with_text: bool) -> str:
    row = row_of(article, with_text=False)
    # JSON is YAML (YAML 1.2, section 1.3), and quotes whatever could mean something.
    front = [
        f"{name}: {json.dumps(written(value), ensure_ascii=False).translate(_ESCAPES)}"
        for name, value in row.items()
        if value is not None and name not in _NO_FRONT
    ]
    title = _INLINE.sub(r"\\\1", one_line(article.title))
    body = clean_controls(article.text if with_text else article.lead)
    lines = [_line(one) for one in body.splitlines() if one.strip()]
    return "\n".join(["---", *front, "---", "", f"# {title}", "", "\n\n".join(lines), ""])


def _line(text: str) -> str:
    """A line of a text, so that it reads the same when it is shown."""
    drawn = _DRAWN.match(text)
    start = drawn[0] if drawn else ""
    rest = _INLINE.sub(r"\\\1", text.removeprefix(start).strip())
    return start + _LINE_START.sub(lambda found: f"{found[1] or ''}\\", rest, count=1)


FORMAT = Format(
    name="md", suffix="", told="folder of Markdown files with front matter",
    write_folder=_write_folder,
)  # fmt: skip
