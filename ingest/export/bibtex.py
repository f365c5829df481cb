"""BibTeX: one `@misc` an article, for LaTeX and for managers of literature."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.export.columns import one_line
from ingest.export.feeds import web_address
from ingest.export.frame import Format

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from ingest.export.frame import About
    from ingest.read_items import StoredArticle

__all__ = ["FORMAT"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# BibTeX counts braces whatever stands before them: `\{` would open one.
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
    "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip
_ESCAPES = str.maketrans(_SPECIAL)
# In an address they would end the field, or the line.
_URL_ESCAPES = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", '"': "%22"})
_NO_KEY = re.compile(r"[^a-z0-9]+")
_PARTED = re.compile(r",|\band\b", re.IGNORECASE)


def _write(articles: Iterable[StoredArticle], out: BinaryIO, about: About) -> int:
    out.write(f"% {one_line(about.title)}\n".encode())
    count = 0
    for count, article in enumerate(articles, 1):  # noqa: B007  # the last one is the count
        fields = ",\n".join(f"  {name} = {said}" for name, said in _fields(article))
        out.write(f"\n@misc{{{_key(article)},\n{fields}\n}}\n".encode())
    return count


def _key(article: StoredArticle) -> str:
    year = f"{article.published:%Y}" if article.published else "undated"
    return f"{_NO_KEY.sub('', article.outlet.lower())}-{year}-{article.id}"


def _fields(article: StoredArticle) -> Iterator[tuple[str, str]]:
    if article.author:
        yield "author", f"{{{' and '.join(_name(one) for one in article.author.split(', '))}}}"
    yield "title", f"{{{{{_escaped(article.title)}}}}}"
    yield "howpublished", f"{{{_escaped(article.outlet_name or article.outlet)}}}"
    if (at := article.published) is not None:
        yield "year", f"{{{at:%Y}}}"
        yield "month", _MONTHS[at.month - 1]
        yield "date", f"{{{at.date()}}}"
    if address := web_address(article.url):
        yield "url", f"{{{address.translate(_URL_ESCAPES)}}}"
    yield "urldate", f"{{{article.first_seen.date()}}}"
    if article.language:
        yield "language", f"{{{_escaped(article.language)}}}"


def _name(author: str) -> str:
    """One who signed; what BibTeX would take apart stays whole."""
    name = _escaped(author)
    return f"{{{name}}}" if _PARTED.search(name) else name


def _escaped(text: str) -> str:
    return one_line(text).translate(_ESCAPES)


FORMAT = Format(
    name="bibtex", suffix=".bib", told="references for LaTeX", write=_write, has_text=False
)
