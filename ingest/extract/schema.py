"""What schema.org objects on a page say of the article: JSON-LD, and microdata."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from ingest.extract.page import squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from ingest.extract.page import ParsedPage

__all__ = ["article_node", "names_of", "properties", "string_of", "types_of"]

_ARTICLE_TYPE = re.compile(r"Article$|Posting$|^(?:Report|Review|Recipe|HowTo|Blog)$")


def types_of(node: dict[str, Any]) -> list[str]:
    """The @type of a node, always as a list, without the schema.org prefix."""
    stated = node.get("@type")
    found = stated if isinstance(stated, list) else [stated]
    return [kind.rpartition("/")[2] for kind in found if isinstance(kind, str)]


def string_of(value: object) -> str:
    """A text property on one line, entities resolved; "" for anything that is no text."""
    if isinstance(value, list):
        value = value[0] if value else None
    return squeeze(html.unescape(html.unescape(value))) if isinstance(value, str) else ""


def article_node(page: ParsedPage) -> dict[str, Any]:
    """The node that describes this article; {} when none does.

    A page of several articles lists several nodes: the one that names this address wins, and
    else the first, which is the page's own.
    """
    nodes = [n for n in page.nodes if any(map(_ARTICLE_TYPE.search, types_of(n)))]
    named = [n for n in nodes if page.url and page.url in _addresses(n)]
    headed = [n for n in nodes if n.get("headline")]
    return next(iter(named or headed or nodes), {})


def properties(page: ParsedPage, name: str) -> tuple[HtmlElement, ...]:
    """The elements that state one property in microdata, in the order of the page."""
    return page.properties.get(name, ())


def _addresses(node: dict[str, Any]) -> Iterator[str]:
    for key in ("url", "@id", "mainEntityOfPage"):
        value = node.get(key)
        yield string_of(value.get("@id") or value.get("url") if isinstance(value, dict) else value)


def names_of(page: ParsedPage, value: object) -> Iterator[tuple[str, str]]:
    """(name, schema type or "") of people or organisations, `@id` references followed once."""
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, str):
            yield string_of(entry), ""
        elif isinstance(entry, dict):
            known = entry if "name" in entry else _referred(page, entry)
            names = known.get("name")
            for name in names if isinstance(names, list) else [names]:
                yield string_of(name), next(iter(types_of(known)), "")


def _referred(page: ParsedPage, entry: dict[str, Any]) -> dict[str, Any]:
    target = entry.get("@id")
    return next((n for n in page.nodes if target and n.get("@id") == target and "name" in n), entry)
