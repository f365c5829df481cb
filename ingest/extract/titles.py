"""The headline of a page: a vote among what the page calls itself."""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from ingest.extract.page import squeeze, text_of
from ingest.extract.schema import article_node, string_of
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


def find_title(page: ParsedPage, outlet_names: tuple[str, ...]) -> str:
    """The headline, without the outlet's name; "" when the page has none."""
    claims = [(without_outlet(text, outlet_names), weight) for text, weight in _claims(page)]
    claims = [(text, weight) for text, weight in claims if _key(text)]
    outlets = {_solid(name) for name in outlet_names}
    shown = [text for h1 in page.tree.iter("h1") if (text := _unescape(text_of(h1)))]
    shown = [text for text in shown if _key(text) and _solid(text) not in outlets]
    agreed = [text for text in shown if any(_is_alike(text, claim) for claim, _ in claims)]
    ballots = [(text, _H1) for text in agreed[:1]] + claims
    if not ballots:
        return next(iter(shown), "")
    votes: Counter[str] = Counter()
    for text, weight in ballots:
        votes[_key(text)] += weight  # type: ignore[assignment]  # typeshed counts in int only
    winner = max(votes, key=lambda key: votes[key])  # the first of equals: dicts keep order
    wordings = [text for text, _ in ballots if _key(text) == winner]
    return max(wordings, key=len)  # a kicker's colon is lost in <h1>, not in og:title


def _claims(page: ParsedPage) -> list[tuple[str, float]]:
    """What the page calls itself out of sight, each with the weight of its word."""
    found = [(string_of(article_node(page).get("headline")), _SCHEMA)]
    found += [(text, _OPEN_GRAPH) for text in list(page.meta("og:title"))[:1]]
    found += [(text_of(tag), _TITLE) for tag in list(page.tree.iter("title"))[:1]]
    found += [(text, _TWITTER) for text in list(page.meta("twitter:title"))[:1]]
    marked = page.tree.xpath("//*[@itemprop='headline']")
    found += [(tag.get("content") or text_of(tag), _SCHEMA) for tag in marked[:1]]
    return [(_unescape(text), weight) for text, weight in found if text]


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
