"""An extractor that does to its process what hostile pages do to theirs; for tests alone."""

from __future__ import annotations

import ctypes
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.extract import Extraction, ParsedPage

PRIORITY = 1000


def extract(page: ParsedPage) -> Extraction | None:
    """Hang, crash, or eat memory, as the page says."""
    said = (page.tree.findtext(".//title") or "").strip()
    if said == "hang":
        time.sleep(600)
    if said == "crash":
        ctypes.string_at(0)
    if said == "devour":
        eaten = []
        while True:
            eaten.append(bytearray(16 * 1024 * 1024))
    return None
