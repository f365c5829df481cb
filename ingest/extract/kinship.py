"""Where a box stands: what the elements around it are called, and how far others are."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ingest.extract.segments import Box

__all__ = [
    "KINDS", "NEVER", "Kinship", "Lineage", "Within", "around", "article_of", "path_of", "sign_of",
]  # fmt: skip

#: Words in class and id by what they tell, whatever the site calls it.
_CALLED = {
    "comment": r"comment(?!ary|ator)|disqus|repl(?:y|ies)|respond|discuss",
    "related": r"relat|recommend|read-?more|also|trending|popular|most-|latest|outbrain|taboola"
    r"|similar|next|prev|suggest|spotlight|recirc|more",
    "share": r"shar(?:e|ing)|social|follow|facebook|twitter",
    "nav": r"nav|menu|bread|crumb|pagin|skip|toolbar|tabs?\b",
    "foot": r"foot|copyright|legal|disclaimer|rights",
    "side": r"side|rail|right|secondary|\bcol\b",
    "ad": r"\bads?\b|[-_]ads?[-_]|advert|sponsor|banner|partner|affiliate|promo",
    "sub": r"newsletter|subscri|sign-?up|paywall|donat|regist|login|account|piano|\bcta",
    "author": r"author|byline|\bbio|contribut|profile|writer",
    "date": r"date|time|publish|meta",
    "picture": r"caption|credit|figure|photo|image|img|media|gallery|slide|video|player|thumb",
    "tags": r"tag|topic|categor|keyword|label",
    "lead": r"lead|summary|\bdek|standfirst|sub-?title|sub-?head|intro|excerpt|abstract|descript",
    "body": r"body|content|text|prose|paragraph|wysiwyg|copy",
    "story": r"article|story|entry|post|single|detail",
    "head": r"head|title|\bhed",
    "listed": r"list|feed|card|tease|item|grid|archive|stream|river|promo",
    "widget": r"widget|module|embed|plugin|\bbox|callout|info|fact|inset|aside",
    "modal": r"modal|pop-?up|cookie|consent|gdpr|overlay|dialog|notice|alert|hidden|sr-only|screen",
    "quote": r"quot|pull",
    "live": r"live|timeline",
    "toc": r"\btoc|takeaway|key-?point|highlight",
}
# Of names in small letters: to ignore case takes two and a half times as long.
_WORD = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in _CALLED.items()))
_TAGS = (
    "article", "main", "section", "aside", "nav", "footer", "header", "form", "figure",
    "figcaption", "table", "li", "ul", "blockquote", "p", "div", "dl", "h", "address", "details",
)  # fmt: skip
#: What is told apart: words of class and id, then tags.
KINDS = (*_CALLED, *(f"<{tag}>" for tag in _TAGS))
_AT = {kind: at for at, kind in enumerate(KINDS)}
_TAG_AT = {tag: _AT[f"<{tag}>"] for tag in _TAGS}
_TAG_AT |= {f"h{level}": _TAG_AT["h"] for level in range(1, 7)}
_TAG_AT |= {"ol": _TAG_AT["ul"], "tr": _TAG_AT["table"]}
_FAR = 12.0  # boxes; farther is as good as absent
#: Distance to what is not there.
NEVER = 50.0
_PATH_TAGS = 5
_DIGITS = re.compile(r"\d+")
_ROOTS = frozenset({"html", "body"})  # their classes name the whole page: `single-post has-sidebar`


@lru_cache(maxsize=8192)
def _kinds_called(names: str) -> tuple[int, ...]:
    small = names.replace("İ", "i").lower()
    found = (match.lastgroup for match in _WORD.finditer(small))
    return tuple(sorted({_AT[kind] for kind in found if kind}))


class Kinship:
    """How many boxes up an element of each of `KINDS` stands; known boxes are kept."""

    def __init__(self) -> None:
        self._known: dict[Box, list[float]] = {}

    def of(self, box: Box) -> list[float]:
        """Distances in the order of `KINDS`, `_FAR` at most; 0 is the box itself."""
        known = self._known.get(box)
        if known is None:
            known = self._known[box] = self._measure(box)
        return known

    def _measure(self, box: Box) -> list[float]:
        if box.above is None:
            return [_FAR] * len(KINDS)
        far = [there + 1 if there < _FAR else _FAR for there in self.of(box.above)]
        if box.tag not in _ROOTS:
            for at in _kinds_called(box.names):
                far[at] = 0.0
            if (at_tag := _TAG_AT.get(box.tag)) is not None:
                far[at_tag] = 0.0
        return far


class Lineage:
    """How many boxes lie between any box and one chosen box."""

    def __init__(self, chosen: Box | None) -> None:
        self._known: dict[Box, tuple[float, float]] = {}
        for level, box in enumerate(around(chosen)):
            self._known[box] = (0.0, float(level))

    def to(self, box: Box) -> tuple[float, float]:
        """Boxes up to what holds both, and from there down to the chosen one."""
        known = self._known.get(box)
        if known is None:
            up, down = self.to(box.above) if box.above else (NEVER, NEVER)
            known = self._known[box] = (up + 1, down)
        return known


class Within:
    """Whether a box or one around it is of some kind; known boxes are kept."""

    def __init__(self, is_so: Callable[[Box], bool]) -> None:
        self._is_so = is_so
        self._known: dict[Box, bool] = {}

    def holds(self, box: Box) -> bool:
        """Whether `box` stands in such a box, or is one."""
        passed: list[Box] = []
        above: Box | None = box
        is_within = False
        while above is not None and not is_within:
            if (known := self._known.get(above)) is not None:
                is_within = known
                break
            passed.append(above)
            is_within = self._is_so(above)
            above = above.above
        self._known.update(dict.fromkeys(passed, is_within))
        return is_within


def around(box: Box | None) -> Iterator[Box]:
    """A box and those it stands in, outwards."""
    while box is not None:
        yield box
        box = box.above


@lru_cache(maxsize=8192)
def _unnumbered(names: str) -> str:
    return _DIGITS.sub("", names)


def sign_of(box: Box) -> tuple[str, ...]:
    """The kind of a box: what it and the one above are called, less their numbers."""
    above = box.above
    return (
        box.tag,
        _unnumbered(box.names),
        above.tag if above else "",
        _unnumbered(above.names) if above else "",
    )


def path_of(box: Box) -> tuple[str, ...]:
    """The tags of a box and of those above it."""
    tags = [box.tag]
    above = box.above
    while above is not None and len(tags) < _PATH_TAGS:
        tags.append(above.tag)
        above = above.above
    return tuple(tags)


def article_of(box: Box | None) -> Box | None:
    """The <article> or <main> around a box."""
    while box is not None and box.tag not in {"article", "main"}:
        box = box.above
    return box
