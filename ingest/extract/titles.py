"""The headline of a page: a vote among what the page calls itself."""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from ingest.extract.claims import Claim, Source
from ingest.extract.page import line_of, squeeze, text_of
from ingest.extract.schema import article_node, properties, string_of
from ingest.text import normalize

if TYPE_CHECKING:
    from ingest.extract.page import ParsedPage

__all__ = ["find_title", "without_outlet"]

_NOT_WORD = re.compile(r"[\W_]+")
_BORDER = re.compile(r"\s+[|–—\-·•»«:/]\s+|\s*[|»]\s*")
_LIKE = 85  # token set ratio, 0..100: above, two wordings are one headline (80 to 90 score alike)
_LONG = 12  # characters under which likeness says nothing
# Weights of the vote. A headline on the page outweighs any one claim but not two that agree:
# alone 1.5 was best of 1, 1.5, 1.9, 2.4 and 3 on three sets of pages (.904, .817, .864 exact).
_H1, _SCHEMA, _OPEN_GRAPH, _TITLE, _TWITTER = 1.5, 1.0, 1.0, 0.9, 0.5


def find_title(page: ParsedPage, outlet_names: tuple[str, ...]) -> Claim[str] | None:
    """The headline, without the outlet's name; None when the page has none."""
    claims = [
        (Claim(value=without_outlet(claim.value, outlet_names), source=claim.source), weight)
        for claim, weight in _claims(page)
    ]
    claims = [(claim, weight) for claim, weight in claims if _key(claim.value)]
    outlets = {_solid(name) for name in outlet_names}
    shown = [text for h1 in page.tree.iter("h1") if (text := _unescape(line_of(h1)))]
    shown = [text for text in shown if _key(text) and _solid(text) not in outlets]
    agreed = [text for text in shown if any(_is_alike(text, claim.value) for claim, _ in claims)]
    ballots = [(Claim(value=text, source=Source.HTML), _H1) for text in agreed[:1]] + claims
    if not ballots:
        return Claim(value=shown[0], source=Source.HTML) if shown else None
    votes: Counter[str] = Counter()
    for claim, weight in ballots:
        votes[_key(claim.value)] += weight  # type: ignore[assignment]  # typeshed counts in int only
    winner = max(votes, key=lambda key: votes[key])  # the first of equals: dicts keep order
    wordings = [claim for claim, _ in ballots if _key(claim.value) == winner]
    # a kicker's colon is lost in <h1>, not in og:title
    return max(wordings, key=lambda claim: len(claim.value))


def _claims(page: ParsedPage) -> list[tuple[Claim[str], float]]:
    """What the page calls itself out of sight, each with the weight of its word."""
    marked = properties(page, "headline")
    found = [
        (string_of(article_node(page).get("headline")), Source.SCHEMA, _SCHEMA),
        (next(page.meta("og:title"), ""), Source.OPEN_GRAPH, _OPEN_GRAPH),
        (next(map(text_of, page.tree.iter("title")), ""), Source.HTML, _TITLE),
        (next(page.meta("twitter:title"), ""), Source.OPEN_GRAPH, _TWITTER),
        *((t.get("content") or text_of(t), Source.MICRODATA, _SCHEMA) for t in marked[:1]),
    ]
    return [
        (Claim(value=_unescape(text), source=source), weight)
        for text, source, weight in found
        if text
    ]


def without_outlet(title: str, outlet_names: tuple[str, ...]) -> str:
    """`title` less the parts at its end that name the outlet."""
    borders = list(_BORDER.finditer(title))
    outlets = [solid for name in outlet_names if (solid := _solid(name))]
    for border in reversed(borders):
        tail = _solid(title[border.end() :])
        if tail and not any(tail == name or _names(tail, name) for name in outlets):
            break
        title = title[: border.start()]
    return title.strip()


def _names(tail: str, outlet: str) -> bool:
    """Whether one is most of the other: `bbcnews` and `bbc`, not `us` and `usatoday`."""
    shorter, longer = sorted((tail, outlet), key=len)
    return len(shorter) >= 3 and shorter in longer and len(longer) <= 4 * len(shorter)  # noqa: PLR2004


def _is_alike(one: str, other: str) -> bool:
    a, b = _key(one), _key(other)
    if a == b:
        return True
    if min(len(a), len(b)) < _LONG:
        return False
    return a.startswith(b) or b.startswith(a) or fuzz.token_set_ratio(a, b) >= _LIKE


def _key(text: str) -> str:
    return _NOT_WORD.sub(" ", normalize(text)).strip()


def _solid(text: str) -> str:
    return _key(text).replace(" ", "")


def _unescape(text: str) -> str:
    """Entities resolved twice: templates escape what was escaped before."""
    return squeeze(html.unescape(html.unescape(text)))
