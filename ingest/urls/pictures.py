"""The identity of a picture, whatever size and dress it is served in."""

from __future__ import annotations

import re

from ingest.urls.hosts import host_of
from ingest.urls.keys import address_key

__all__ = ["picture_key"]

#: Widths that pictures are served in; any other number may be the picture's own.
_WIDTHS = (
    "120|150|160|200|240|300|320|360|400|480|500|600|640|700|720|750|768|800|900|960|1000|1024|1080"
    "|1200|1280|1300|1440|1536|1600|1920|2048|2560"
)
_SIZED = re.compile(
    rf"(?:[-_]\d{{2,4}}x\d{{2,4}}|[-_@][1-4]x|[-_](?:{_WIDTHS})w?|[-_][whs]\d{{2,4}}"
    r"|[-_](?:scaled|thumb(?:nail)?|small|medium|large|big|full|orig(?:inal)?|preview|mini))+"
    r"(?=\.\w{3,4}$|$)",
    re.IGNORECASE,
)
_SIZE_PART = re.compile(
    r"/(?:\d{2,4}x\d{0,4}|x\d{2,4}|[wh]_?\d{2,4}|s\d{2,4}(?:-[a-z]\d*)*|(?:[a-z]{1,3}_[\w.:]+,)+[a-z]{1,3}_[\w.:]+"
    r"|(?:thumbs?|thumbnails?|resized?|resize|small|medium|large|big|orig(?:inal)?|preview|crop)"
    r"(?:/(?=[^/]+/))?)(?=/)",
    re.IGNORECASE,
)
_WORDPRESS_PROXY = re.compile(r"^i\d\.wp\.com/")
_BBC = re.compile(
    r"^(ichef\.bbci\.co\.uk)/(?:ace/)?(?:news|standard|ws|branded_\w+)/\d+/(?:[\w.]+/)?"
)


def picture_key(url: str) -> str:
    """The key of a picture's address: host and path without sizes; empty: it is no web address."""
    if not host_of(url):
        return ""
    key = address_key(url).partition("?")[0]
    key = _WORDPRESS_PROXY.sub("", key)
    key = _BBC.sub(r"\1/", key)
    key = _SIZE_PART.sub("", key)
    place, _, path = key.partition("/")
    return f"{place}/{_SIZED.sub('', path)}" if path else ""
