"""Lists of subscriptions (OPML 2.0): read from any program, written for any program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from ingest.discovery import markup
from ingest.discovery.addresses import absolute
from ingest.discovery.markup import bare_name
from ingest.text import clean_controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml import etree

__all__ = ["Outline", "read_opml", "write_opml"]

_MAX_OUTLINES = 20_000
_MAX_BYTES = 16 * 1024 * 1024
_WRITTEN_KINDS = ("feed", "search-feed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One subscription."""

    feed: str | None  #: absolute address; None: it names its site alone
    home: str | None  #: absolute address of the site; None: not stated
    title: str | None


def read_opml(body: bytes) -> tuple[Outline, ...]:
    """The subscriptions of a list, whatever folders they stand in; each feed once.

    Raises:
        ValueError: it is no such list.
    """
    if len(body) > _MAX_BYTES:
        raise ValueError(f"no OPML in it: more than {_MAX_BYTES} bytes")
    from_root = markup.from_root(markup.decode_xml(body), ("opml",))
    if from_root is None:
        raise ValueError("no OPML in it")
    root = markup.parse_xml(markup.in_utf8(from_root))
    found: dict[str, Outline] = {}
    for element in root.iter():
        if len(found) < _MAX_OUTLINES and bare_name(element) == "outline":
            outline = _read_outline(element)
            if (address := outline.feed or outline.home) is not None:
                found.setdefault(address, outline)
    return tuple(found.values())


def _read_outline(element: etree._Element) -> Outline:
    # Programs write xmlUrl, xmlurl and XMLURL.
    said = {str(name).lower(): str(value) for name, value in element.attrib.items()}
    is_link = said.get("type", "").lower() in {"link", "include"}
    return Outline(
        feed=absolute("", said.get("xmlurl") or (said.get("url") if not is_link else None)),
        home=absolute("", said.get("htmlurl") or (said.get("url") if is_link else None)),
        title=" ".join(clean_controls(said.get("title") or said.get("text") or "").split())[:300]
        or None,
    )


def write_opml(sources: Iterable[Mapping[str, Any]], *, title: str = "Seedbed") -> str:
    """The feeds among the sources as a list of subscriptions, a folder for each outlet.

    Args:
        sources: rows as `Corpus.all_sources` gives them: kind, url, outlet, homepage, title.
        title: of the list.

    Returns:
        XML that states UTF-8.
    """
    folders: dict[str, list[str]] = {}
    for row in sorted(sources, key=lambda row: (row["outlet"] or "", row["url"])):
        if row["kind"] in _WRITTEN_KINDS:
            folders.setdefault(row["outlet"] or "", []).append(_feed_line(row))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += [f"  <head><title>{_escaped(title)}</title></head>", "  <body>"]
    for outlet, feeds in folders.items():
        if outlet:
            feeds = [f"    <outline text={_quoted(outlet)}>", *feeds, "    </outline>"]  # noqa: PLW2901
        lines += feeds
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _feed_line(row: Mapping[str, Any]) -> str:
    name = _quoted(row["title"] or row["url"])
    home = f" htmlUrl={_quoted(row['homepage'])}" if row["homepage"] else ""
    return (
        f'      <outline type="rss" text={name} title={name} xmlUrl={_quoted(row["url"])}{home}/>'
    )


def _quoted(text: str) -> str:
    return quoteattr(" ".join(clean_controls(text).split()))


def _escaped(text: str) -> str:
    return _quoted(text)[1:-1]
