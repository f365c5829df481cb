"""A fetched page, decoded and parsed once, as every extractor sees it."""

from __future__ import annotations

import codecs
import copy
import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from charset_normalizer import from_bytes
from lxml import etree, html

from ingest.extract.mojibake import repaired

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from lxml.html import HtmlElement

    from ingest.extract.segments import Block

__all__ = [
    "Extraction",
    "ParsedPage",
    "decode",
    "is_apart",
    "is_longer",
    "line_of",
    "parse",
    "solid",
    "squeeze",
    "text_of",
]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with the same two bytes
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE
)
_META_SCAN_BYTES = 4096  # HTML standard, 13.2.3.2 asks for 1024; real heads are longer
_GUESS_BYTES = 20_000  # enough for a charset guess, and bounded in time
# What no XML may hold, as UTF-8; surrogates are left out in encoding.
_NOT_XML = bytes({*range(32), 0x7F} - set(b"\t\n\r"))
_NOT_CHARACTERS = ("\ufffe".encode(), "\uffff".encode())
_XML_PROLOGUE = re.compile(rb"^\s*<\?xml[^>]*\?>")
_APART_TAGS = frozenset({"aside", "nav", "footer", "form", "blockquote"})
_APART_NAMES = re.compile(
    r"related|comment(?!ary|ator)|sidebar|latest|popular|most-?read|teaser|\bcards?\b|widget|footer|ticker|recommend"
    r"|promo|trending|newsletter|subscri",
    re.IGNORECASE,
)
_BREAKS = frozenset(
    [
        "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption",
        "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
        "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
    ]
)  # fmt: skip
_UNREAD = frozenset({"script", "style", "template"})
_CLOSING = frozenset(":;,.!?…%)]}»”’")
_ASCII_MARKS = dict.fromkeys(code for code in range(128) if not chr(code).isalnum())
_LETTERS = re.compile(r"[^\W_]+")
# Of a text worth remembering; 2,048 of them, and what is left of each, take 8 MB at most.
_LINE_CHARS = 1000
# Every element is of one class: lxml's own look-up asks Python of each, a thousand times a page.
_CLASSES = etree.ElementDefaultClassLookup(element=html.HtmlElement)
_MAX_JSON_NODES = 2000  # bounds the walk over hostile JSON-LD


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What one extractor read; None in a field leaves it to the general metadata."""

    text: str = field(repr=False)  #: the article's own paragraphs, one a line
    extractor: str  #: name and version
    title: str | None = None
    author: str | None = None  #: names with ", " between
    published: datetime | None = None  #: aware


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPage:
    """One page, parsed. Extractors share the tree: read it, or change `copy_tree()`."""

    url: str
    tree: HtmlElement = field(repr=False)
    nodes: tuple[dict[str, Any], ...] = field(repr=False)  #: JSON-LD objects, flat, in page order
    metas: dict[str, tuple[str, ...]] = field(repr=False)  #: contents of <meta> by name, in order
    properties: dict[str, tuple[HtmlElement, ...]] = field(repr=False)  #: microdata, by itemprop
    letters: dict[HtmlElement, int] = field(repr=False)  #: letters and digits in each element
    blocks: list[Block] = field(default_factory=list, repr=False, compare=False)
    #: filled by `segments.cut`, which cuts a page once
    _texts: dict[HtmlElement, str] = field(default_factory=dict, repr=False, compare=False)

    def copy_tree(self) -> HtmlElement:
        """A tree of one's own to prune."""
        return copy.deepcopy(self.tree)

    def text(self, tag: HtmlElement) -> str:
        """`text_of` an element of the tree: links and their boxes are asked several times."""
        text = self._texts.get(tag)
        if text is None:
            text = self._texts[tag] = text_of(tag)
        return text

    def meta(self, *names: str) -> Iterator[str]:
        """Contents of the <meta> tags called `names`, in the order of `names`, then of the page."""
        for name in names:
            yield from self.metas.get(name, ())


def is_apart(tag: HtmlElement, unless: re.Pattern[str] | None = None) -> bool:
    """Whether an element stands in a box that speaks of other pages, of readers or of the site.

    Args:
        tag: the element.
        unless: what an <aside> may be called that is no such box.
    """
    for above in (tag, *tag.iterancestors()):
        if above.tag in {"body", "html"}:
            break
        names = f"{above.get('class')} {above.get('id')}"
        is_excused = above.tag == "aside" and unless is not None and unless.search(names)
        if (above.tag in _APART_TAGS and not is_excused) or _is_called_apart(names):
            return True
    return False


@lru_cache(maxsize=2048)
def _is_called_apart(names: str) -> bool:
    return _APART_NAMES.search(names) is not None


def is_longer(tag: HtmlElement, chars: int) -> bool:
    """Whether an element holds more text than `chars`; stops counting there."""
    for piece in tag.itertext():
        chars -= len(piece.strip())
        if chars < 0:
            return True
    return False


def squeeze(text: str | None) -> str:
    """`text` on one line."""
    return " ".join((text or "").split())


def solid(text: str) -> str:
    """Letters and digits only: extractors differ in spaces and in the marks of lists."""
    return _solid_line(text) if len(text) <= _LINE_CHARS else _solid(text)


def _solid(text: str) -> str:
    if text.isascii():  # a fifth of the time
        return text.translate(_ASCII_MARKS)
    return "".join(_LETTERS.findall(text))


# Seven of ten lines are asked for again while their page is read, more by the next of its site.
_solid_line = lru_cache(maxsize=2048)(_solid)


def text_of(element: HtmlElement) -> str:
    """Text of an element and all below it, on one line."""
    if not len(element):
        return squeeze(element.text)
    return squeeze(etree.tostring(element, encoding="unicode", method="text", with_tail=False))


def line_of(element: HtmlElement) -> str:
    """Text of an element as its reader sees it, on one line.

    Blocks stand apart. So do elements side by side, which style sheets set apart: a headline and
    its section, a name and a time, in nearly all such links of 621 pages; one that begins in lower
    case may be the rest of a word, and a colon follows its word. What scripts and styles hold is
    not read.
    """
    if not len(element):
        return squeeze(element.text)
    pieces: list[str] = []
    is_beside = False  # an element ended here, and nothing was said since
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, tag in walk:
        said = tag.tail if event != "start" else tag.text
        if event == "start" and tag.tag in _UNREAD:
            walk.skip_subtree()
            said = None
        if tag.tag in _BREAKS or (is_beside and event == "start" and _may_begin(said)):
            pieces.append(" ")
        if tag is not element or event == "start":
            pieces.append(said or "")
        is_beside = not said and (is_beside or event == "end")
    return squeeze("".join(pieces))


def _may_begin(said: str | None) -> bool:
    first = (said or "")[:1]
    return not first.islower() and first not in _CLOSING


def decode(body: bytes, declared: str | None) -> str:
    """`body` as text, whatever its charset claims.

    Valid UTF-8 with a non-ASCII byte is UTF-8: another charset gives that pattern by chance almost
    never, while a wrong header is common. Then byte-order mark, HTTP, <meta>, and a guess.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    if not body.isascii():
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            pass
    meta = _META_CHARSET.search(body[:_META_SCAN_BYTES])
    for claimed in (declared, meta.group(1).decode("ascii") if meta else None):
        if (text := _decode_as(body, claimed)) is not None:
            return text
    best = None if body.isascii() else from_bytes(body[:_GUESS_BYTES]).best()
    return body.decode(best.encoding if best else "utf-8", "replace")


def _decode_as(body: bytes, claimed: str | None) -> str | None:
    """`body` in the charset claimed, or None when it is unknown or does not fit at all."""
    try:
        name = codecs.lookup((claimed or "").strip()).name
        # WHATWG encoding standard, 4.2: what calls itself Latin-1 is Windows-1252
        name = "cp1252" if name in {"iso8859-1", "ascii"} else name
        text = body.decode(name, "replace")
    except (LookupError, ValueError, UnicodeError):
        return None
    return text if text.count("�") * 100 <= len(text) else None


def parse(body: bytes, url: str, encoding: str | None) -> ParsedPage | None:
    """The page as a tree, or None when no element can be made of it."""
    source = _XML_PROLOGUE.sub(b"", _printable(repaired(decode(body, encoding))))
    parser = html.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        default_doctype=False,
    )
    parser.set_element_class_lookup(_CLASSES)
    try:
        tree = html.document_fromstring(source, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    letters = _count_letters(tree)  # first: it keeps lxml from making each element's object again
    return ParsedPage(
        url=url,
        tree=tree,
        nodes=tuple(_json_nodes(tree)),
        metas=_metas(tree),
        properties=_properties(letters),
        letters=letters,
    )


def _metas(tree: HtmlElement) -> dict[str, tuple[str, ...]]:
    """What each name of a <meta> tag says; one pass, since thirty names are asked for."""
    found: dict[str, list[str]] = {}
    for tag in tree.iter("meta"):
        called = tag.get("property") or tag.get("name") or tag.get("itemprop") or ""
        if content := squeeze(tag.get("content")):
            found.setdefault(called.strip().lower(), []).append(content)
    return {name: tuple(contents) for name, contents in found.items()}


def _properties(tags: Iterable[HtmlElement]) -> dict[str, tuple[HtmlElement, ...]]:
    """The elements that state a property, by its name, in one pass."""
    found: dict[str, list[HtmlElement]] = {}
    for tag in tags:
        if (named := tag.get("itemprop")) is not None:
            found.setdefault(named, []).append(tag)
    return {name: tuple(tags) for name, tags in found.items()}


def _printable(source: str) -> bytes:
    """`source` in UTF-8, without what is no character of XML."""
    encoded = source.encode("utf-8", "ignore").translate(None, _NOT_XML)
    for character in _NOT_CHARACTERS:
        encoded = encoded.replace(character, b"")
    return encoded


def _count_letters(tree: HtmlElement) -> dict[HtmlElement, int]:
    """What each element holds, in one pass: tells what may be a given line without its text."""
    tags = list(tree.iter())
    letters = dict.fromkeys(tags, 0)
    for tag in reversed(tags):  # children before their parents
        held = letters[tag]
        if (text := tag.text) and not text.isspace() and tag.tag not in {"script", "style"}:
            held += len(solid(text))
            letters[tag] = held
        if (above := tag.getparent()) is not None:
            if (tail := tag.tail) and not tail.isspace():
                held += len(solid(tail))
            letters[above] += held
    return letters


def _json_nodes(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    """Every JSON-LD object, lists and @graph opened; parts that do not parse are left out."""
    count = 0
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        stack = [_load_json(script.text or "")]
        while stack and count < _MAX_JSON_NODES:
            node = stack.pop()
            if isinstance(node, list):
                stack.extend(reversed(node))
            elif isinstance(node, dict):
                count += 1
                yield node
                stack.extend(node[key] for key in ("mainEntity", "@graph") if key in node)


def _load_json(source: str) -> object:
    source = source.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    source = source.removeprefix("/*<![CDATA[*/").removesuffix("/*]]>*/")
    try:
        return json.loads(source, strict=False)
    except (ValueError, RecursionError):
        return None  # the page's mistake; Open Graph and the text speak for it
