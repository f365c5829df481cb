"""Other extractors in one form; what is not installed is left out, and said so.

`pip install newspaper4k readability-lxml resiliparse` brings all of them.
"""

from __future__ import annotations

import importlib
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.adapters import extract
from benchmarks.extraction.scoring import Found
from ingest.extract.page import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    Extract = Callable[[bytes, str | None], Found]

__all__ = ["PEERS", "REFERENCE", "load", "ours"]

REFERENCE = "trafilatura"  #: what CPU time is told by


def ours(body: bytes, url: str | None) -> Found:
    """Seedbed, from bytes to judged article."""
    read = extract(body, url)
    return Found(
        text=read.get("text") or "",
        title=read.get("title") or "",
        date=read.get("date") or "",
        authors=tuple(filter(None, [read.get("authors")])),
    )


def _trafilatura(body: bytes, url: str | None, **options: Any) -> Found:
    import trafilatura

    read: Any = trafilatura.bare_extraction(
        body, url=url, include_comments=False, with_metadata=True, **options
    )
    if read is None:
        return Found()
    authors = tuple((read.author or "").split("; ")) if read.author else ()
    return Found(
        text=read.text or "", title=read.title or "", date=read.date or "", authors=authors
    )


def _newspaper(body: bytes, url: str | None) -> Found:
    newspaper = importlib.import_module("newspaper")
    # It would ask the network for the list of public suffixes, and for pictures.
    importlib.import_module("tldextract.tldextract").TLD_EXTRACTOR.suffix_list_urls = ()
    article = newspaper.Article(url or "http://unknown.invalid/", fetch_images=False)
    article.download(input_html=decode(body, None))
    article.parse()
    date = article.publish_date
    return Found(
        text=article.text or "",
        title=article.title or "",
        date=date.isoformat() if date else "",
        authors=tuple(article.authors),
    )


def _readability(body: bytes, _url: str | None) -> Found:
    document = importlib.import_module("readability").Document(decode(body, None))
    html = importlib.import_module("lxml.html").fromstring(document.summary())
    return Found(text="\n".join(html.itertext()), title=document.short_title() or "")


def _resiliparse(body: bytes, _url: str | None) -> Found:
    module = importlib.import_module("resiliparse.extract.html2text")
    text = module.extract_plain_text(decode(body, None), main_content=True, comments=False)
    return Found(text=text)


PEERS: dict[str, tuple[str, Extract]] = {
    REFERENCE: ("trafilatura", _trafilatura),
    "trafilatura fast": ("trafilatura", partial(_trafilatura, fast=True)),
    "trafilatura precision": ("trafilatura", partial(_trafilatura, favor_precision=True)),
    "newspaper4k": ("newspaper", _newspaper),
    "readability-lxml": ("readability", _readability),
    "resiliparse": ("resiliparse", _resiliparse),
}  #: by name: the module it needs, and how it is asked


def load() -> tuple[dict[str, Extract], list[str]]:
    """The extractors that are here, ours first, and the names of those that are not."""
    here: dict[str, Extract] = {"seedbed": ours}
    absent = []
    for name, (module, ask) in PEERS.items():
        try:
            importlib.import_module(module)
        except ImportError:
            absent.append(name)
        else:
            here[name] = ask
    return here, absent
