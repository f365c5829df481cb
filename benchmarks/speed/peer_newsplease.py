"""news-please as its documentation has it: `NewsPlease.from_urls`, then JSON lines.

Run by the interpreter of news-please's own environment: URLS OUT. It downloads in a thread for each
address and reads in a process for each core.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

_TIMEOUT_S = 30


def main(urls: str, out: str) -> None:
    library = importlib.import_module("newsplease").NewsPlease
    # Else it would ask the network for the list of public suffixes.
    importlib.import_module("tldextract.tldextract").TLD_EXTRACTOR.suffix_list_urls = ()
    asked = Path(urls).read_text(encoding="utf-8").split()
    read = library.from_urls(asked, request_args={"timeout": _TIMEOUT_S}, fetch_images=False)
    with Path(out).open("w", encoding="utf-8") as lines:
        for article in read.values():
            if article and article.maintext:
                lines.write(json.dumps(article.get_serializable_dict(), default=str) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
