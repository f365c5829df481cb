"""The `Link` header of an answer (RFC 8288), as far as discovery needs it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.discovery.addresses import absolute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["HeaderLink", "read_links"]

_MAX_CHARS, _MAX_LINKS = 16_384, 50
_LINK = re.compile(r"<([^<>]{1,2048})>([^<>]*)")
_PARAMETER = re.compile(r""";\s*([\w*-]{1,40})\s*=\s*(?:"([^"]{0,400})"|([^\s;,"]{0,400}))""")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderLink:
    """One link of the header."""

    url: str  #: absolute
    relations: frozenset[str]  #: in lower case
    kind: str  #: media type in lower case; empty: not stated
    title: str | None


def read_links(headers: Mapping[str, str], base_url: str) -> Iterator[HeaderLink]:
    """The links of an answer, in order; what cannot be read is left out."""
    stated = ",".join(value for name, value in headers.items() if name.lower() == "link")
    for number, found in enumerate(_LINK.finditer(stated[:_MAX_CHARS])):
        if number == _MAX_LINKS:
            return
        if (url := absolute(base_url, found[1])) is None:
            continue
        said: dict[str, str] = {}
        for name, quoted, bare in _PARAMETER.findall(found[2]):
            said.setdefault(name.lower(), quoted or bare)  # of several the first counts
        yield HeaderLink(
            url=url,
            relations=frozenset(said.get("rel", "").lower().split()),
            kind=said.get("type", "").partition(";")[0].strip().lower(),
            title=said.get("title"),
        )
