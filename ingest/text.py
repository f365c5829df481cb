"""Text, purely: normalising, words, paragraphs, prose, sentences."""

from __future__ import annotations

import re
import unicodedata

__all__ = [
    "blanked",
    "clean_controls",
    "ends_like_sentence",
    "is_prose",
    "list_numbers",
    "normalize",
    "paragraphs",
    "prose_lines",
    "sentences",
    "tokens",
    "unmarked",
    "words",
    "xml_text",
]

# C0 and C1 controls but tab and newline, lone surrogates, zero-width and bidi marks: SQLite stops
# reading at NUL, refuses surrogates, and terminals obey escapes.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
# What XML 1.0 (section 2.2) does not allow even when it is escaped, and `_INVISIBLE` leaves.
_NO_XML = re.compile("[\ufffe\uffff]")
_JOINERS = re.compile("[\u200c\u200d]")  # they part or tie letters in Persian and Indic scripts
# What an article's text draws before an item of a list and before each line of a quote. A line may
# begin with a number of its own: a mark it is only where the one before or after it is drawn too.
_MARK = re.compile(r"^(?:> )?(?:- |(\d{1,3})\. )?(?=\S)", re.MULTILINE)
_MARKED = re.compile(r"^(?:[->] |\d{1,3}\. )", re.MULTILINE)
_WORD = re.compile(r"\w+(?:['’]\w+)*")
_SENTENCE_END = re.compile(r"(?<=[.!?…։။。！？])[\"'”’»)\]]*\s+")
_CLOSERS = "\"'”’»)]」』）"
_STOPS = (".", "!", "?", "…", "։", "。", "！", "？", "।", "؟", "۔")
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_IDEOGRAPH_MORE = 1.5  # letters that one of them says more than a letter does
_PROSE_CHARS = 100  # prose whatever it ends with: the filter lifts recall from .86 to .99
_SHORT_PROSE_CHARS = 40  # a shorter one must end like a sentence


def clean_controls(text: str) -> str:
    """`text` without the characters that no reader sees and no terminal should obey."""
    if text.isprintable():  # as most single lines and words are: a tenth of the time
        return text
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def xml_text(text: str) -> str:
    """`text` without what hides and what XML does not allow; not escaped."""
    return _NO_XML.sub("", clean_controls(text))


def normalize(text: str) -> str:
    """Compatibility-composed (NFKC), case-folded, with one kind of apostrophe; for comparing."""
    if text.isascii():  # a quarter of the time
        return clean_controls(text).lower()
    plain = _JOINERS.sub("", clean_controls(text))
    folded = unicodedata.normalize("NFKC", plain).casefold()
    # İ folds to i and a dot above, which would part İlham from Ilham.
    return unicodedata.normalize("NFKC", folded).replace("’", "'").replace("i\u0307", "i")


def unmarked(text: str) -> str:
    """`text` without the marks of lists and quotes, line by line: `- `, `1. `, `> `, `> - `."""
    return _with_marks_as(text, "")


def blanked(text: str) -> str:
    """`text` with spaces for the marks of lists and quotes: every character keeps its place."""
    return _with_marks_as(text, " ")


def list_numbers(text: str) -> frozenset[int]:
    """The numbers drawn before items of lists; any other that a line begins with is its own."""
    drawn = {int(match[1]) for match in _MARK.finditer(text) if match[1]}
    return frozenset(number for number in drawn if {number - 1, number + 1} & drawn)


def _with_marks_as(text: str, blank: str) -> str:
    if not _MARKED.search(text):
        return text
    listed = list_numbers(text)

    def bare(match: re.Match[str]) -> str:
        is_own = match[1] is not None and int(match[1]) not in listed
        number = f"{match[1]}. " if is_own else ""
        return blank * (len(match[0]) - len(number)) + number

    return _MARK.sub(bare, text)


def words(text: str) -> list[str]:
    """The words of `text`, normalised, in order."""
    return _WORD.findall(normalize(text))


def tokens(text: str) -> list[str]:
    """The words of `text` as written, capitals kept, composed (NFC), in order."""
    return _WORD.findall(unicodedata.normalize("NFC", text))


def paragraphs(text: str) -> list[str]:
    """Lines that hold anything, stripped, without marks of lists and quotes."""
    plain = unmarked(clean_controls(text))
    return [line for raw in plain.split("\n") if (line := raw.strip())]


def is_prose(line: str) -> bool:
    """Whether a line reads like running text and not like a headline, menu or caption."""
    length: float = len(line)
    if length < _PROSE_CHARS and not line.isascii():
        length += _IDEOGRAPH_MORE * len(_IDEOGRAPH.findall(line))
    return length >= _PROSE_CHARS or (length >= _SHORT_PROSE_CHARS and ends_like_sentence(line))


def ends_like_sentence(line: str) -> bool:
    """Whether a line ends with a full stop or the like, in any script."""
    return line.rstrip(_CLOSERS).endswith(_STOPS)


def prose_lines(text: str) -> list[str]:
    """The paragraphs of `text` that read like running text."""
    return [line for line in paragraphs(text) if is_prose(line)]


def sentences(paragraph: str) -> list[str]:
    """A paragraph cut after its sentence ends; good enough to quote, not to parse."""
    return [part for part in _SENTENCE_END.split(paragraph) if part]
