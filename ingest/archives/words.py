r"""Whether the raw bytes of a page hold enough words of a topic to be worth reading; pure.

A file of CC-NEWS holds tens of thousands of pages in a hundred languages, of which a topic wants a
handful: what this refuses is never parsed. The bytes are cut into words and looked up as they are;
only where they write letters in another way (a legacy charset, UTF-16, `&#1040;`, `\\u0410`,
`%D0%90`) are they rewritten, and only as long as too little was found.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from anyascii import anyascii

from ingest.names import place_stems
from ingest.text import normalize
from ingest.topic.wording import respelt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ingest.topic import Topic

__all__ = ["RawWords"]

_MARKS = 60  # strongest features of the topic, in its own languages and in others
# Of the squared weights of the strongest features, what a page must hold: a strong name or two, or
# many words. Chosen on seventeen labelled stories (`python -m benchmarks.archives --words`).
_STRONGEST, _SHARE = 12, 0.3
_LEAST_CHARS = 4  # of a word in Latin letters
_LEAST_OTHER = 3  # in other letters
_HEAD = 3  # bytes by which words are looked up
_ALPHABETS = ("ru", "uk", "en", "tr", "de")  # in which names are respelt
_VOWELS = "аеёиоуыэюяьйіїє"  # that a Cyrillic name may lose when it is declined
# Scripts whose words take prefixes, or have no blanks between them: looked for anywhere.
_ANYWHERE = re.compile("[\u0590-\u08ff\u0e00-\u0fff\u3040-\u30ff\u3400-\u9fff]")
_NO_ASCII = 128
_OTHER_SCRIPTS = re.compile(rb"[\xd6-\xdf\xe0\xe3-\xed][\x80-\xbf]")  # theirs, in UTF-8
# ASCII that is no letter or digit becomes a blank, capitals small letters; other bytes stay.
_SPACED = bytes(
    byte if byte >= _NO_ASCII or chr(byte).isalnum() else 32 for byte in bytes(range(256)).lower()
)
# Quotation marks, dashes and odd blanks of UTF-8, glued to words.
_GLUE = re.compile(rb"\xe2\x80[\x80-\xaf]|\xc2[\xa0-\xbf]|\xe3\x80[\x80-\x9f]|\xef\xbb\xbf")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_CHARSET_BYTES = 4096  # in which a page may declare it (HTML, 13.2.3.2: 1024)
_UTF_8 = ("utf-8", "utf8", "unicode-1-1-utf-8", "us-ascii", "ascii")
_LEGACY = ("cp1251", "cp1252")  # where nothing is declared, or what is cannot be true
_ESCAPED = re.compile(rb"\\u([0-9a-fA-F]{4})")
# A letter, but not what stands for a blank, a quotation mark, a dash or a sign of markup.
_ESCAPES = re.compile(
    rb"&(?!amp;|nbsp;|quot;|apos;|[lg]t;|#0?3[2-9];|#8\d{3};|#x2[0-9A-Fa-f];|#x20[0-9A-Fa-f]{2};"
    rb"|[lr][sda]quo;|[mn]dash;|hellip;|middot;|bull;|copy;|reg;)"
    rb"(?:#x?[0-9a-fA-F]{2,6}|[A-Za-z]{3,8});|\\u[0-9a-fA-F]{4}|%[c-fC-F][0-9a-fA-F]%"
)
_WORD = re.compile(rb"[^\s<>\"'(),]+")
_LOOK_BACK = 40  # bytes of a word before its first such letter
_QUOTES_SPACED = bytes(32 if chr(byte) in "<>\"'()," else byte for byte in range(256))
_MARKUP_BYTES, _NUL_SHARE = 64, 0.2  # a page begins with markup, whatever its letters are


@dataclass(frozen=True, slots=True)
class RawWords:
    """The words that a page must hold some of."""

    weights: tuple[tuple[float, float], ...] = field(repr=False)
    #: of each mark, among texts in the topic's languages and in others; 1 is the least to be held
    sides: tuple[frozenset[int], ...]
    #: where the topic is a pair of places, the marks of each: one of either is enough
    by_head: dict[bytes, tuple[tuple[bytes, int], ...]] = field(repr=False)
    #: first bytes of a word to how it begins, and whose mark that is
    anywhere: tuple[tuple[bytes, int], ...] = field(repr=False)

    @classmethod
    def of(cls, topic: Topic) -> RawWords:
        """The words of a topic."""
        begins: defaultdict[bytes, dict[bytes, int]] = defaultdict(dict)
        anywhere: dict[bytes, int] = {}
        marks = {
            feature: forms for feature in _strongest(topic) if (forms := _forms(feature, topic))
        }
        for mark, forms in enumerate(marks.values()):
            for form in forms:
                if _ANYWHERE.search(form):
                    anywhere.setdefault(form.encode(), mark)
                    continue
                for cased in {form, form.title(), form.upper()}:
                    written = cased.encode().translate(_SPACED)
                    begins[written[:_HEAD]].setdefault(written, mark)
        return cls(
            weights=tuple(
                zip(
                    _shares(topic.weights, marks), _shares(topic.bridge_weights, marks), strict=True
                )
            ),
            sides=_sides(topic, marks),
            by_head={head: tuple(found.items()) for head, found in begins.items()},
            anywhere=tuple(anywhere.items()),
        )

    def is_in(self, body: bytes, *, charset: str | None = None, url: str = "") -> bool:
        """Whether a page holds enough of them.

        Args:
            body: of the response, decoded.
            charset: as the response declares it.
            url: its words count as well.
        """
        found = self._marks(unquote_to_bytes(url.encode("utf-8", "replace")))
        for written in _ways(body, charset):
            found |= self._marks(written)
            if self._is_enough(found):
                return True
        return False

    def _is_enough(self, found: set[int]) -> bool:
        if self.sides and all(side & found for side in self.sides):
            return True
        held = [self.weights[mark] for mark in found]
        return any(sum(weights) >= 1 for weights in zip(*held, strict=True))

    def _marks(self, written: bytes) -> set[int]:
        found: set[int] = set()
        by_head = self.by_head
        if not written.isascii():
            if _OTHER_SCRIPTS.search(written):
                found.update(mark for form, mark in self.anywhere if form in written)
            written = _GLUE.sub(b" ", written)
        for word in set(written.translate(_SPACED).split()):
            if (starts := by_head.get(word[:_HEAD])) is not None:
                found.update(mark for start, mark in starts if word.startswith(start))
        return found


def _strongest(topic: Topic) -> Iterable[str]:
    """Features that weigh most at home, then those that weigh most in other languages."""
    home, abroad = list(topic.weights)[:_MARKS], list(topic.bridge_weights)[:_MARKS]
    return dict.fromkeys([*home, *abroad])


def _shares(weights: Mapping[str, float], marks: Iterable[str]) -> list[float]:
    """What each mark brings of what is asked for, by the square of its weight."""
    squares = [weights.get(feature, 0.0) ** 2 for feature in marks]
    asked = _SHARE * sum(sorted(squares, reverse=True)[:_STRONGEST])
    return [square / asked if asked else 0.0 for square in squares]


def _sides(topic: Topic, marks: Iterable[str]) -> tuple[frozenset[int], ...]:
    family = topic.lexicon.family
    return tuple(
        frozenset(mark for mark, feature in enumerate(marks) if family(feature) == place)
        for place in topic.core
    )


def _forms(feature: str, topic: Topic) -> tuple[str, ...]:
    """How words begin that count as a feature, in small letters."""
    if feature.startswith("@"):
        spelt: list[str] = list(place_stems(feature[1:].partition(".")[0]))
    elif feature.startswith("#") or feature.isdigit():
        spelt = []
    elif feature in topic.lexicon.names:
        spelling = topic.spelling(feature)
        respelled = (respelt(spelling, language) for language in _ALPHABETS)
        spelt = [feature, normalize(spelling), anyascii(feature), *filter(None, respelled)]
    else:
        spelt = [feature]
    return tuple(dict.fromkeys(form for one in spelt if (form := _stem(one.lower()))))


def _stem(word: str) -> str:
    """How the forms of a word begin; empty: too little to know it by."""
    if word.isascii():
        return word if len(word) >= _LEAST_CHARS else ""
    if "а" <= word[0] <= "ӿ" and len(word) > _LEAST_CHARS:
        word = word.rstrip(_VOWELS) if len(word.rstrip(_VOWELS)) >= _LEAST_CHARS else word
    return word if len(word) >= _LEAST_OTHER else ""


def _ways(body: bytes, charset: str | None) -> Iterator[bytes]:
    """The body in UTF-8, then its words that write letters in another way, rewritten."""
    for plain in _in_utf_8(body, charset):
        yield plain
        marked = b" ".join(_escaped_words(plain))
        if b"&" in marked:
            marked = html.unescape(marked.decode("utf-8", "replace")).encode("utf-8", "replace")
        yield unquote_to_bytes(_ESCAPED.sub(_letter, marked))


def _escaped_words(plain: bytes) -> Iterator[bytes]:
    """The words that hold a letter written in another way; few pages hold many."""
    end = 0
    for found in _ESCAPES.finditer(plain):
        start = found.start()
        if start < end:
            continue
        before = plain[max(end, start - _LOOK_BACK) : start].translate(_QUOTES_SPACED)
        word = _WORD.match(plain, start)
        assert word is not None, "it begins with the escape"
        end = word.end()
        yield before.rpartition(b" ")[2] + word[0]


def _letter(escape: re.Match[bytes]) -> bytes:
    return chr(int(escape[1], 16)).encode("utf-8", "replace")


def _in_utf_8(body: bytes, charset: str | None) -> Iterator[bytes]:
    """The body as UTF-8, by what it is and not only by what it says."""
    if (wide := _wide_charset(body)) is not None:
        yield body.decode(wide, "replace").encode("utf-8", "replace")
        return
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as exc:
        declared = (charset or _declared(body) or "").lower()
        is_cut = exc.start > len(body) - 4
        if is_cut or declared in _UTF_8:  # a torn letter or two
            yield body
        if not is_cut:
            yield from _from_legacy(body, declared)
        return
    yield body


def _from_legacy(body: bytes, declared: str) -> Iterator[bytes]:
    for name in dict.fromkeys((declared, *_LEGACY)) if declared not in _UTF_8 else _LEGACY:
        try:
            yield body.decode(name, "replace").encode("utf-8", "replace")
        except (LookupError, ValueError):  # no such charset, or none of texts
            continue


def _wide_charset(body: bytes) -> str | None:
    """UTF-16 or UTF-32, by its mark or its zeros; None: neither."""
    if body.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "utf-32"
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    head = body[:_MARKUP_BYTES]
    if head.count(0) < _NUL_SHARE * len(head) or not head:
        return None
    return "utf-16-be" if head[::2].count(0) > head[1::2].count(0) else "utf-16-le"


def _declared(body: bytes) -> str | None:
    found = _CHARSET.search(body, 0, _CHARSET_BYTES)
    return found[1].decode("ascii") if found else None
