"""The child process of a hostile test: a crawl whose names resolve as the test says.

`python -m tests.hostile.child ours crawl urls -a file=list.txt` is `scrapy crawl urls …`;
`python -m tests.hostile.child stock attacks.json` is Scrapy as it comes.
"""

from __future__ import annotations

import json
import socket
import sys
import zlib
from ipaddress import ip_address, ip_network
from pathlib import Path

SECRET = "127.0.0.1"
_WEB = ip_network("127.0.0.64/26")  # hosts with addresses of their own need not take turns
_ADDON = "tests.hostile.witness.Addon"
_real = socket.gethostbyname


def _resolve(name: str) -> str:
    """Names that end in `.test`: the web, or, as a rogue name server may say, the inside."""
    plain = name.lower().rstrip(".")
    if plain.endswith(".test"):
        return SECRET if plain.startswith("rogue") else str(_WEB[zlib.crc32(plain.encode()) % 64])
    return _real(name)


def main() -> None:
    """Run one crawl."""
    socket.gethostbyname = _resolve
    mode, *arguments = sys.argv[1:]
    if mode == "stock":
        from tests.hostile.stock import crawl

        crawl(json.loads(Path(arguments[0]).read_text(encoding="utf-8")), _ADDON)
        return
    from scrapy.cmdline import execute

    from ingest import middlewares

    is_public = middlewares.is_public
    middlewares.is_public = lambda address: ip_address(address) in _WEB or is_public(address)
    execute(["scrapy", *arguments, "-s", f"ADDONS={json.dumps({_ADDON: 0})}"])


if __name__ == "__main__":
    main()
