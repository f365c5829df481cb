"""Address identity: one key for all the addresses under which a site serves one article.

courlan, which sifts links elsewhere, is not asked here: it drops any parameter whose name begins
like a tracker's (`gallery`, `eid`, `sourceid`), and a dropped parameter can merge two articles.
Here a parameter goes only when its whole name is known to track; unknown ones stay.
"""

from __future__ import annotations

from ingest.urls.claims import is_front, own_address, trusted_canonical
from ingest.urls.hosts import host_of, is_fetchable
from ingest.urls.keys import address_key, url_words
from ingest.urls.outlets import home_of, outlet_of
from ingest.urls.pictures import picture_key
from ingest.urls.wrappers import unwrap

__all__ = [
    "address_key",
    "home_of",
    "host_of",
    "is_fetchable",
    "is_front",
    "outlet_of",
    "own_address",
    "picture_key",
    "trusted_canonical",
    "unwrap",
    "url_words",
]
