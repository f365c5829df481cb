"""XML as it comes: decoded once, mended where it is plain how, refused where it is an attack."""

from __future__ import annotations

import codecs
import re
import zlib
from html.entities import html5
from typing import TYPE_CHECKING

from charset_normalizer import from_bytes
from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "bare_name", "children", "decode_xml", "from_root", "in_utf8", "parse_xml", "text_in",
    "text_within", "unpack",
]  # fmt: skip

MAX_DEPTH = 200  # elements within each other; libxml2 stops at 256 where trees are not huge
_MAX_UNPACKED_BYTES = 50 * 1024 * 1024  # sitemaps.org: a sitemap is no larger
_MAX_PACKINGS = 2  # of the file and once more by the server
_GZIP_MAGIC = b"\x1f\x8b"
_ROOT_WITHIN_CHARS = 65_536  # notices, comments and a DOCTYPE stand before the root of some
_GUESS_BYTES = 20_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins alike
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAX_AMPERSANDS = 500_000  # each takes a microsecond; a sitemap of 50,000 addresses may have many
_MAX_OPEN = 20_000  # tags that do not end; each costs the parser an error to write down
_MAX_ATTRIBUTES = 500  # of one element; parsers compare each with all others
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{4000,}")
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,400}>")
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})["']""", re.IGNORECASE
)
# What XML 1.0 does not allow, as a character or by its number.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_XML_NUMBER = re.compile(
    r"&#(?:0*(?:[0-8]|1[1-24-9]|2\d|3[01])|[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]));"
)
_AMPERSAND = re.compile(r"&(?:(#\d{1,7};|#[xX][0-9a-fA-F]{1,6};)|([A-Za-z][A-Za-z0-9]{1,31});)?")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)  # linear: the end will do
_TAG = re.compile(r"<(/?)[A-Za-z_][^<>]*?(/?)>")


def unpack(body: bytes) -> bytes:
    """A body without gzip: the file may be packed, the server may pack it, or both, or neither.

    Raises:
        ValueError: it is broken, or unpacks to more than a sitemap may hold.
    """
    for _ in range(_MAX_PACKINGS):
        if not body.startswith(_GZIP_MAGIC):
            break
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        try:
            body = unpacker.decompress(body, _MAX_UNPACKED_BYTES)
        except zlib.error as exc:
            raise ValueError(f"broken gzip: {exc}") from exc
        if unpacker.unconsumed_tail:
            raise ValueError(f"unpacks to more than {_MAX_UNPACKED_BYTES} bytes")
    return body


def decode_xml(body: bytes, declared: str | None = None) -> str:
    """`body` as text, whatever it claims of its charset, without what XML does not allow.

    Byte-order mark; UTF-8 where it is valid; what the document says, what HTTP says; a guess.
    """
    return _NOT_XML.sub("", _decoded(body, declared))


def _decoded(body: bytes, declared: str | None) -> str:
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace").lstrip("\ufeff")
    for start, encoding in ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be")):
        if body.startswith(start):
            return body.decode(encoding, "replace")
    stated = _DECLARED.search(body[:1000])
    for claimed in ("utf-8", stated[1].decode("ascii") if stated else None, declared):
        if (text := _decoded_as(body, claimed)) is not None:
            return text
    best = from_bytes(body[:_GUESS_BYTES]).best()
    # A body that is cut within a character, or has one wrong byte, is UTF-8 still.
    text = body.decode("utf-8", "replace")
    is_nearly = text.count("\ufffd") * 1000 <= len(text)
    return text if is_nearly or best is None else body.decode(best.encoding, "replace")


def _decoded_as(body: bytes, claimed: str | None) -> str | None:
    try:
        name = codecs.lookup(claimed or "").name
        # WHATWG encoding standard, 4.2: what calls itself Latin-1 is Windows-1252
        name = "cp1252" if name in {"iso8859-1", "ascii"} else name
        is_strict = name == "utf-8"
        return body.decode(name, "strict" if is_strict else "replace")
    except (LookupError, ValueError, UnicodeError, TypeError):
        return None


def from_root(text: str, roots: tuple[str, ...]) -> str | None:
    """`text` from the first of these elements on; None: none stands near its beginning.

    Raises:
        ValueError: entities are declared before it.
    """
    head = text[:_ROOT_WITHIN_CHARS]
    names = "|".join(map(re.escape, roots))
    plain = re.sub(r"<!--.*?(?:-->|\Z)", lambda one: " " * len(one[0]), head, flags=re.DOTALL)
    found = re.search(rf"<(?:[\w.-]+:)?(?:{names})[\s>/]", plain, re.IGNORECASE)
    if "<!ENTITY" in plain[: found.start() if found else None].upper():
        raise ValueError("declares entities")
    return text[found.start() :] if found else None


def in_utf8(text: str) -> bytes:
    """`text` for an XML parser: no declaration, no entity that XML does not know.

    Raises:
        ValueError: it is made to keep a parser busy.
    """
    stated = _DECLARATION.match(text)
    text = _NOT_XML_NUMBER.sub("", text[stated.end() :] if stated else text)
    if text.count("&") > _MAX_AMPERSANDS or text.count("<") > 2 * text.count(">") + _MAX_OPEN:
        raise ValueError("no XML: all ampersands or tags that do not end")
    refuse_attributes(text)
    if "&" not in text:
        return text.encode("utf-8", "replace")
    parts = _CDATA.split(text)
    mended = "".join(
        part if part.startswith("<![CDATA[") else _AMPERSAND.sub(_known, part) for part in parts
    )
    return mended.encode("utf-8", "replace")


def _known(found: re.Match[str]) -> str:
    """An entity as XML knows it: HTML's by their characters, and an ampersand that is only that."""
    number, name = found[1], found[2]
    if number or name in _XML_NAMES:
        return found[0]
    if name and (character := html5.get(f"{name};")):
        return character
    return f"&amp;{found[0][1:]}"


def parse_xml(source: bytes) -> etree._Element:
    """The root of what `in_utf8` gave; damaged XML as far as it can be understood.

    Raises:
        ValueError: there is no element in it, or it is nested too deep.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise ValueError(f"no XML: {exc}") from exc
    if root is None:
        raise ValueError("no XML: empty")
    if any("depth" in entry.message.lower() for entry in parser.error_log):
        raise ValueError("nested too deep")
    return root


def refuse_depth(text: str, most: int) -> None:
    """Look at the nesting before a parser without limits does; linear in time.

    Raises:
        ValueError: more than `most` elements are open at once.
    """
    depth = 0
    for closes, is_empty in _TAG.findall(text):
        depth += -1 if closes else 0 if is_empty else 1
        if depth > most:
            raise ValueError("nested too deep")


def refuse_attributes(text: str) -> None:
    """Look at long tags before a parser does that compares each attribute with all others.

    Raises:
        ValueError: an element has hundreds of them.
    """
    if any(tag[0].count("=") > _MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(text)):
        raise ValueError("an element with hundreds of attributes")


def bare_name(element: etree._Element) -> str:
    """The name of an element without its namespace, in lower case; empty for what is none."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def children(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """Child elements by their bare name, whatever namespace a site uses."""
    return (child for child in parent if bare_name(child) == name)


def text_within(element: etree._Element) -> str:
    """All text of an element and below it, on one line."""
    if not len(element):
        return " ".join((element.text or "").split())
    return " ".join("".join(element.itertext()).split())


def text_in(parent: etree._Element, *names: str) -> str | None:
    """The text of the first child of one of these names that has any; None: none has."""
    for name in names:
        for child in children(parent, name):
            if text := text_within(child):
                return text
    return None
