"""newspaper4k as its documentation has it: threads that download and parse, then JSON lines.

Run by the interpreter of newspaper4k's own environment: URLS OUT
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

_THREADS = 16


def main(urls: str, out: str) -> None:
    newspaper = importlib.import_module("newspaper")
    # Else it would ask the network for the list of public suffixes.
    importlib.import_module("tldextract.tldextract").TLD_EXTRACTOR.suffix_list_urls = ()
    fetch_news = importlib.import_module("newspaper.mthreading").fetch_news
    articles = [
        newspaper.Article(url, fetch_images=False)
        for url in Path(urls).read_text(encoding="utf-8").split()
    ]
    with Path(out).open("w", encoding="utf-8") as lines:
        for one in fetch_news(articles, threads=_THREADS):
            row = {"url": one.url, "title": one.title, "authors": one.authors, "text": one.text,
                   "date": str(one.publish_date)}  # fmt: skip
            if one.text:
                lines.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:3])
