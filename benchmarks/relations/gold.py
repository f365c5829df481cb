"""The gold of the five seed documents: pages that carry their articles, and pages that do not.

The articles are the lines that a reader marked in the seeds; what other desks add, and articles on
the same events by other hands, were written for this set.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.relations.variants import CARRYING, QUOTING, VARIANTS, Desk, Original
from benchmarks.seeds import gold
from ingest.demo.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.dumps_eval import Dump

__all__ = ["UNRELATED", "Page", "digest_of", "make_pages", "read_others", "read_seeds"]

FOLDER = Path(__file__).parents[1] / "gold" / "relations"
#: Kinds of pages that share nothing with a seed but its events.
UNRELATED = ("other", "paraphrase", "translation", "demo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page, and what is right to say of it."""

    id: str
    kind: str  #: the name of a variant, or one of `UNRELATED`
    holds: tuple[str, ...]  #: the seeds whose article it carries; empty: none
    must_be_copy: bool  #: not only related to what it holds, but a member of that family
    title: str
    text: str = field(repr=False)


def read_seeds() -> dict[str, str]:
    """The five files as they are, by their three digits."""
    return {dump.site[:3]: dump.dump for dump in gold()}


def make_pages() -> list[Page]:
    """Every variant of every seed, the articles by other hands, and those of the demo."""
    return [*_variants(), *read_others(), *_demo()]


def _variants() -> list[Page]:
    articles = _articles()
    desks = _desks(articles)
    pages = []
    for article in articles:
        for make in VARIANTS:
            desk, kind = desks[article.seed], make.__name__
            title, paragraphs = make(article, desk)
            holds = (article.seed, desk.other.seed) if kind == "merged" else (article.seed,)
            page = Page(
                id=f"{article.seed} {kind}",
                kind=kind,
                holds=() if kind in QUOTING else holds,
                must_be_copy=kind not in CARRYING | QUOTING,
                title=title,
                text="\n".join(paragraphs),
            )
            pages.append(page)
    return pages


def _articles() -> list[Original]:
    written = _written()
    return [_article(dump, written[dump.site[:3]]["standfirst_line"]) for dump in gold()]


def _article(dump: Dump, standfirst_line: int | None) -> Original:
    above = [dump.dump.split("\n")[standfirst_line - 1].strip()] if standfirst_line else []
    assert dump.title
    paragraphs = (*above, *dump.text.split("\n"))
    return Original(seed=dump.site[:3], title=dump.title, paragraphs=paragraphs)


def _desks(articles: Sequence[Original]) -> dict[str, Desk]:
    demo = {text.slug: text.paragraphs for text in load_texts()}
    written = _written()
    desks = {}
    for article, other in zip(articles, [*articles[1:], articles[0]], strict=True):
        told = written[article.seed]
        desks[article.seed] = Desk(
            title=told["title"],
            standfirst=told["standfirst"],
            headings=tuple(told["headings"]),
            dateline=told["dateline"],
            closing=told["closing"],
            lead=tuple(told["lead"]),
            host=demo[told["host"]],
            items=tuple(demo[slug] for slug in told["items"]),
            other=other,
        )
    return desks


def _written() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((FOLDER / "desks.json").read_text("utf-8"))
    return found


def read_others() -> list[Page]:
    """Articles on the events of the seeds by other hands, a paraphrase and a translation too."""
    pages = []
    for path in sorted(FOLDER.glob("*.md")):
        head, _, body = path.read_text("utf-8").partition("\n\n")
        told = dict(line.split(": ", 1) for line in head.split("\n"))
        text = "\n".join(filter(None, body.split("\n")))
        pages.append(_unrelated(path.stem, told["kind"], told["title"], text))
    return pages


def _demo() -> list[Page]:
    return [
        _unrelated(text.slug, "demo", text.title, "\n".join(text.paragraphs))
        for text in load_texts()
    ]


def _unrelated(slug: str, kind: str, title: str, text: str) -> Page:
    assert kind in UNRELATED, f"{slug}: no kind {kind}"
    return Page(id=slug, kind=kind, holds=(), must_be_copy=False, title=title, text=text)


def digest_of(seeds: dict[str, str], pages: Sequence[Page]) -> str:
    """What the set holds and what is right for it, in 16 hexadecimal digits."""
    digest = hashlib.sha256(repr(sorted(seeds.items())).encode())
    for page in sorted(pages, key=lambda page: page.id):
        digest.update(repr((page, page.text)).encode())
    return digest.hexdigest()[:16]
