"""What other outlets make of an article: each variant a small function, the same on every run."""

from __future__ import annotations

import random
import re
import textwrap
import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from ingest.demo.phrases import COMMENTS, HEADLINES, LABELS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["CARRYING", "HARD", "QUOTING", "VARIANTS", "Desk", "Original", "Print"]

_EDITED_SHARE = 0.05  # of the words
_MISTYPED_SHARE = 0.02  # of the words; two in a hundred spoil ten shingles in a hundred
_TICKER_LINES = 50
_COMMENTS = 6
_LINE_CHARS = 72
_HYPHENATED_LETTERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The article of a seed as its publisher's clean page has it."""

    seed: str  #: three digits, how the file of the seed begins
    title: str
    paragraphs: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a desk that takes the article over has to add, written by hand for each seed."""

    title: str
    standfirst: str
    headings: tuple[str, ...]
    dateline: str
    closing: str
    lead: tuple[str, ...]
    host: tuple[str, ...] = field(repr=False)  #: paragraphs of an article that quotes this one
    items: tuple[tuple[str, ...], ...] = field(repr=False)  #: what stands around it in a round-up
    other: Original  #: another seed's article


class Print(NamedTuple):
    """A variant: its headline and its paragraphs."""

    title: str
    paragraphs: tuple[str, ...]


def clean(article: Original, _desk: Desk) -> Print:
    return Print(article.title, article.paragraphs)


def first_third(article: Original, _desk: Desk) -> Print:
    return Print(article.title, _until(article.paragraphs, 1 / 3))


def last_half(article: Original, _desk: Desk) -> Print:
    return Print(article.title, _until(article.paragraphs[::-1], 1 / 2)[::-1])


def without_every_fourth_paragraph(article: Original, _desk: Desk) -> Print:
    kept = tuple(line for at, line in enumerate(article.paragraphs) if at % 4 != 3)
    return Print(article.title, kept)


def retitled(article: Original, desk: Desk) -> Print:
    """Another headline, another standfirst, cross-headings."""
    step = max(len(article.paragraphs) // len(desk.headings), 1)
    lines = [desk.standfirst]
    for at, paragraph in enumerate(article.paragraphs):
        if at % step == 0 and at // step < len(desk.headings):
            lines.append(desk.headings[at // step])
        lines.append(paragraph)
    return Print(desk.title, tuple(lines))


def agency(article: Original, desk: Desk) -> Print:
    first, *rest = article.paragraphs
    return Print(article.title, (desk.dateline + first, *rest, desk.closing))


def round_up(article: Original, desk: Desk) -> Print:
    before, after = desk.items
    return Print("News in brief", (*before, article.title, *article.paragraphs, *after))


def furnished(article: Original, _desk: Desk) -> Print:
    """As a poor extraction leaves it: menu, ticker and readers' comments."""
    draw = random.Random(f"furnished {article.seed}")
    labels = LABELS["en"]
    menu = [labels[name] for name in ("home", "login", "subscribe", "donate", "share", "popular")]
    ticker = draw.sample(HEADLINES["en"], min(_TICKER_LINES, len(HEADLINES["en"])))
    comments = [line for said in draw.sample(COMMENTS["en"], _COMMENTS) for line in said]
    lines = (*menu, *ticker, labels["cookies"], *article.paragraphs, labels["comments"], *comments)
    return Print(article.title, (*lines, labels["comment_form"], labels["rights"]))


def decomposed(article: Original, _desk: Desk) -> Print:
    """Names with the letters of their own language, each accent a character of its own."""
    return _each(article, lambda text: unicodedata.normalize("NFD", _in_own_letters(text)))


def own_letters(article: Original, _desk: Desk) -> Print:
    return _each(article, _in_own_letters)


def dotless(article: Original, _desk: Desk) -> Print:
    """Printed in capitals by the rules of Azerbaijani: i becomes İ, and ı becomes I."""
    return _each(article, lambda text: text.replace("i", "İ").replace("ı", "I").upper())


def full_width(article: Original, _desk: Desk) -> Print:
    wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
    return _each(article, lambda text: text.translate(wide))


def soft_hyphens(article: Original, _desk: Desk) -> Print:
    def split(match: re.Match[str]) -> str:
        word = match.group()
        return f"{word[: len(word) // 2]}\u00ad{word[len(word) // 2 :]}"

    long = re.compile(rf"\w{{{_HYPHENATED_LETTERS},}}")
    return _each(article, lambda text: long.sub(split, text))


def other_quotes(article: Original, _desk: Desk) -> Print:
    """Quotes, dashes, spaces and ligatures as another system sets them."""
    signs = str.maketrans(
        {"“": "«", "”": "»", "‘": "'", "’": "'", "'": "’", '"': "„", "—": "–", "-": "‑"}
    )

    def set_anew(text: str) -> str:
        nth = iter(range(len(text)))
        spaced = re.sub(" ", lambda _: "\u00a0" if next(nth) % 3 == 0 else " ", text)
        return spaced.translate(signs).replace("fi", "ﬁ").replace("...", "…")

    return _each(article, set_anew)


def lightly_edited(article: Original, _desk: Desk) -> Print:
    """One word in twenty is another."""
    draw = random.Random(f"edited {article.seed}")
    words = re.findall(r"\w{4,}", " ".join(article.paragraphs))

    def edit(match: re.Match[str]) -> str:
        return draw.choice(words) if draw.random() < _EDITED_SHARE else match.group()

    return _each(article, lambda text: re.sub(r"\w+", edit, text))


def mistyped(article: Original, _desk: Desk) -> Print:
    draw = random.Random(f"mistyped {article.seed}")

    def mistype(match: re.Match[str]) -> str:
        word = match.group()
        if draw.random() >= _MISTYPED_SHARE:
            return word
        at = draw.randrange(len(word) - 1)
        return f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"

    return _each(article, lambda text: re.sub(r"\w{2,}", mistype, text))


def reordered(article: Original, _desk: Desk) -> Print:
    paragraphs = list(article.paragraphs)
    random.Random(f"reordered {article.seed}").shuffle(paragraphs)
    return Print(article.title, tuple(paragraphs))


def updated(article: Original, desk: Desk) -> Print:
    """A new lead before the old text, whose last paragraph goes."""
    return Print(f"UPDATE 1 - {desk.title}", (*desk.lead, *article.paragraphs[:-1]))


def wrapped(article: Original, _desk: Desk) -> Print:
    """Lines of 72 characters, as a mailing list or an archive of wires has them."""
    lines = [line for text in article.paragraphs for line in textwrap.wrap(text, _LINE_CHARS)]
    return Print(article.title, tuple(lines))


def merged(article: Original, desk: Desk) -> Print:
    """One page of two seeds' articles."""
    return Print(article.title, (*article.paragraphs, desk.other.title, *desk.other.paragraphs))


def cut_and_furnished(article: Original, desk: Desk) -> Print:
    """The first third, edited too, among as many words of comments."""
    cut = first_third(article, desk)
    edited = lightly_edited(replace(article, paragraphs=cut.paragraphs), desk)
    return furnished(replace(article, paragraphs=edited.paragraphs), desk)


def quoted(article: Original, desk: Desk) -> Print:
    """Two neighbouring paragraphs, in the middle of a longer article by another hand."""
    pairs = zip(article.paragraphs, article.paragraphs[1:], strict=False)
    pair = min(pairs, key=_unlike_a_quotation)
    half = len(desk.host) // 2
    return Print("What others write", (*desk.host[:half], *pair, *desk.host[half:]))


VARIANTS: tuple[Callable[[Original, Desk], Print], ...] = (
    clean,
    first_third,
    last_half,
    without_every_fourth_paragraph,
    retitled,
    agency,
    round_up,
    furnished,
    decomposed,
    own_letters,
    dotless,
    full_width,
    soft_hyphens,
    other_quotes,
    lightly_edited,
    mistyped,
    reordered,
    updated,
    wrapped,
    merged,
    cut_and_furnished,
    quoted,
)
#: Hold the article among so much else that they may be articles of their own.
CARRYING = frozenset({"round_up", "merged"})
#: Told for what it is and not asked for: less of the shortest seed is left than a quotation holds.
HARD = frozenset({"cut_and_furnished"})
#: Hold so little of it that to call them copies is wrong.
QUOTING = frozenset({"quoted"})

_OWN_LETTERS = {
    "Ilham": "İlham",
    "Aliyev": "Əliyev",
    "Baku": "Bakı",
    "Azerbaijan": "Azərbaycan",
    "Shahin": "Şahin",
    "Shakhin": "Şahin",
    "Shikhlinsky": "Şıxlınski",
    "Erdogan": "Erdoğan",
    "Grozny": "Qroznı",
    "Karabakh": "Qarabağ",
}


def _in_own_letters(text: str) -> str:
    names = re.compile(rf"\b({'|'.join(_OWN_LETTERS)})\b")
    return names.sub(lambda match: _OWN_LETTERS[match.group()], text)


def _each(article: Original, change: Callable[[str], str]) -> Print:
    return Print(change(article.title), tuple(map(change, article.paragraphs)))


def _until(paragraphs: Sequence[str], share: float) -> tuple[str, ...]:
    """The first of `paragraphs` that together hold `share` of the words."""
    wanted = share * sum(len(line.split()) for line in paragraphs)
    kept: list[str] = []
    for line in paragraphs:
        kept.append(line)
        if sum(len(one.split()) for one in kept) >= wanted:
            break
    return tuple(kept)


def _unlike_a_quotation(pair: tuple[str, str]) -> tuple[bool, int]:
    """Sorts first the shortest pair of two whole paragraphs (headings are none)."""
    words = [len(line.split()) for line in pair]
    return min(words) < 20, sum(words)
