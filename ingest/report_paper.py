"""The paper that a report is printed on: one page of HTML with its style, and what stands on it.

Whatever is put in as text is escaped here; no element loads anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from markupsafe import Markup

from ingest.export.feeds import web_address
from ingest.text import clean_controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "Cell", "figure", "foreign", "linked", "note", "page", "paragraphs", "plain", "section",
    "table",
]  # fmt: skip

_STYLE = Markup("""
:root { --seedbed-articles: #276890; --seedbed-copies: #d9822b; --seedbed-ink: #555e6b;
  --seedbed-line: #c9d1d9; --gone: #fbdcd7; --come: #d6f2dc; --link: #1a5276; --soft: #555e6b;
  --ink: #1b1f24; --paper: #fff; color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: var(--ink); background: var(--paper); overflow-wrap: anywhere; }
h1 { margin-bottom: 0; } h2 { margin: 2rem 0 .5rem; border-bottom: 1px solid var(--seedbed-line); }
.tiles { display: flex; flex-wrap: wrap; gap: 1rem 2rem; padding: 0; list-style: none; }
.tiles b { display: block; font-size: 1.6rem; line-height: 1.2; }
figure { margin: 0; } .wide, figure { overflow-x: auto; }
.key { display: inline-block; width: .7em; height: .7em; margin-left: .6em; }
.key.articles { background: var(--seedbed-articles); }
.key.copies { background: var(--seedbed-copies); }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0;
  border-bottom: 1px solid var(--seedbed-line); overflow-wrap: anywhere; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
th, td.number { overflow-wrap: normal; }
del { background: var(--gone); } ins { background: var(--come); text-decoration: none; }
svg { max-width: 100%; height: auto; } a { color: var(--link); }
.note, small, figcaption { color: var(--soft); } figcaption, small { font-size: .875rem; }
article { break-inside: avoid; margin: 0 0 1rem; } article p { margin: .1rem 0; }
@media (prefers-color-scheme: dark) { :root { --seedbed-articles: #6db3dd;
  --seedbed-copies: #f0a860; --seedbed-ink: #aab4c0; --seedbed-line: #3a424d; --gone: #5b2620;
  --come: #1f4a2b; --link: #8cc7f0; --soft: #aab4c0; --ink: #e6e9ed; --paper: #14181d; } }
@media print { :root { --seedbed-articles: #276890; --seedbed-copies: #d9822b;
    --seedbed-ink: #555e6b; --seedbed-line: #c9d1d9; --gone: #fbdcd7; --come: #d6f2dc;
    --link: #000; --soft: #444; --ink: #000; --paper: #fff; color-scheme: light; }
  body { margin: 0; max-width: none; } h2, h3 { break-after: avoid; }
  tr, figure { break-inside: avoid; } a { text-decoration: none; }
  rect, .key, del, ins { print-color-adjust: exact; } }
""")
_PAGE = Markup(
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    '<meta name="referrer" content="no-referrer">\n'
    "<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
    "</body>\n</html>\n"
)
_NOTHING = Markup()
_NUMBERS = frozenset(["articles", "in all", "outlets", "copies", "hours later"])
_NUMBER = Markup(' class="number"')
_KEY = Markup('<span class="key articles"></span> articles <span class="key copies"></span> copies')

Cell: TypeAlias = "str | int | float | Markup | None"


def page(title: str, parts: Iterable[Markup]) -> str:
    """The page, whole."""
    return str(_PAGE.format(title=plain(title), style=_STYLE, body=Markup("\n").join(parts)))


def section(heading: str, inside: Markup, *, level: int = 2) -> Markup:
    return Markup("<section>\n<h{0}>{1}</h{0}>\n{2}\n</section>").format(
        level, plain(heading), inside
    )


def note(text: str) -> Markup:
    return Markup('<p class="note">{}</p>').format(plain(text))


def paragraphs(text: str) -> Markup:
    """One for each line."""
    return Markup().join(Markup("<p>{}</p>").format(plain(one)) for one in text.splitlines())


def figure(picture: Markup, caption: str = "", *, has_key: bool = False) -> Markup:
    """A picture; nothing where there is none.

    Args:
        picture: SVG.
        caption: what it shows.
        has_key: whether its colours are those of articles and copies.
    """
    if not picture:
        return picture
    return Markup("<figure>{}<figcaption>{}{}</figcaption></figure>").format(
        picture, _KEY if has_key else "", plain(caption)
    )


def table(
    heading: str, names: Sequence[str], rows: Iterable[Sequence[Cell]], *, above: Markup = _NOTHING
) -> Markup:
    """A table under a heading; nothing where there is no row.

    Args:
        heading: of its section.
        names: of the columns.
        rows: numbers stand right, texts are escaped.
        above: what stands between heading and table.
    """
    drawn = [Markup("<tr>{}</tr>").format(Markup().join(map(_cell, row))) for row in rows]
    if not drawn:
        return Markup()
    head = Markup().join(
        Markup('<th scope="col"{}>{}</th>').format(_NUMBER if name in _NUMBERS else "", name)
        for name in names
    )
    whole = Markup(
        '<div class="wide"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(head, Markup("\n").join(drawn))
    return section(heading, above + whole, level=3)


def _cell(value: Cell) -> Markup:
    if isinstance(value, int | float):
        told = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
        return Markup("<td{}>{}</td>").format(_NUMBER, told)
    return Markup("<td>{}</td>").format(value if isinstance(value, Markup) else plain(value or ""))


def linked(url: str, text: str, language: str | None = None) -> Markup:
    """A headline, linked to its page where that is one of the web."""
    address = web_address(url)
    if address is None:
        return foreign(text, language)
    return Markup('<a href="{}" rel="noreferrer noopener"{}>{}</a>').format(
        address, _language(language), plain(text) or plain(url)
    )


def foreign(text: str, language: str | None = None) -> Markup:
    """Words of a site, in its language (ISO 639-1; None: not recognised) and direction."""
    return Markup("<span{}>{}</span>").format(_language(language), plain(text))


def _language(language: str | None) -> Markup:
    return Markup(' lang="{}" dir="auto"').format(plain(language or ""))


def plain(text: str) -> str:
    """A text without what hides; it is escaped where it is put in."""
    return clean_controls(text)
