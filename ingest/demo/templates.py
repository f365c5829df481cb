"""Six page designs, as publishers really have them, and the pages made with them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from ingest.demo.outlets import Design, Outlet, Stated, steady_number
from ingest.demo.phrases import LABELS, MONTHS, NAVIGATION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from ingest.demo.furniture import Furniture, Line
    from ingest.demo.postings import Posting

__all__ = ["Page", "article_page", "light_page", "list_page", "message_page"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Parts of a page, ready to be framed."""

    outlet: Outlet
    title: str
    language: str
    main: str = field(repr=False)  #: HTML
    head: str = field(default="", repr=False)  #: HTML
    furniture: Furniture = field(repr=False)


def article_page(posting: Posting, furniture: Furniture, feeds: str) -> bytes:
    """The full page of an article."""
    head = feeds + _article_head(posting)
    main = _MAINS[posting.outlet.design](posting, furniture)
    page = Page(
        outlet=posting.outlet,
        title=posting.title,
        language=posting.language,
        head=head,
        main=main,
        furniture=furniture,
    )
    return _frame(page)


def light_page(posting: Posting) -> bytes:
    """The AMP, print or mobile form: the article, its canonical address and little else."""
    amp = " amp" if "amp" in (posting.light_url or "") else ""
    body = "\n".join(f"<p>{escape(part, quote=False)}</p>" for part in posting.paragraphs)
    html = (
        f'<!doctype html>\n<html{amp} lang="{posting.language}"><head>'
        f'<meta charset="{posting.outlet.encoding}"><title>{escape(posting.title)}</title>\n'
        f'<link rel="canonical" href="{escape(posting.url)}">\n{_json_ld(posting)}</head>\n'
        f"<body><header><a href='{posting.outlet.url()}'>{escape(posting.outlet.name)}</a></header>"
        f"<article><h1>{escape(posting.title)}</h1><div>{_byline(posting)}</div>\n{body}</article>"
        f"<footer>© 2025 {escape(posting.outlet.name)}</footer></body></html>\n"
    )
    return html.encode(posting.outlet.encoding, "xmlcharrefreplace")


def list_page(
    outlet: Outlet, title: str, items: Sequence[Line], furniture: Furniture, feeds: str = ""
) -> bytes:
    """A home, section, tag or topic page: headlines and little prose."""
    make = _card if outlet.design in _CARDED else _link
    rows = "\n".join(f'<li class="teaser">{make(item)}</li>' for item in items)
    main = f'<h1 class="page-title">{escape(title)}</h1>\n<ul class="list">\n{rows}\n</ul>'
    return message_page(outlet, title, main, furniture, feeds)


def message_page(
    outlet: Outlet, title: str, main: str, furniture: Furniture, head: str = ""
) -> bytes:
    """Any other page in the outlet's own design; `main` and `head` are HTML."""
    page = Page(
        outlet=outlet,
        title=title,
        language=outlet.language,
        head=head,
        main=main,
        furniture=furniture,
    )
    return _frame(page)


_CARDED = {Design.WORDPRESS, Design.SEMANTIC}  # their lists show teasers, the others bare headlines


# What an article says of itself in its head


def _article_head(posting: Posting) -> str:
    design = posting.outlet.design
    lines = [f'<link rel="canonical" href="{escape(posting.url)}">']
    if light := posting.light_url:
        kind = "amphtml" if "amp" in light else "alternate"
        lines.append(f'<link rel="{kind}" media="only screen" href="{escape(light)}">')
    if design is not Design.TABLE:
        lines.append(f'<meta property="og:title" content="{escape(posting.title)}">')
        lines.append(f'<meta property="og:site_name" content="{escape(posting.outlet.name)}">')
        lines.append('<meta property="og:type" content="article">')
    is_dated = posting.states_date and posting.outlet.stated is Stated.MINUTE
    if is_dated and design in {Design.WORDPRESS, Design.SOUP}:
        lines.append(_meta_time("published", posting.published))
        if posting.modified:
            lines.append(_meta_time("modified", posting.modified))
    if is_dated and design in {Design.SEMANTIC, Design.LEAN}:
        lines.append(_json_ld(posting))
    return "\n".join(lines)


def _meta_time(kind: str, moment: datetime) -> str:
    return f'<meta property="article:{kind}_time" content="{moment.isoformat()}">'


def _json_ld(posting: Posting) -> str:
    if not posting.states_date or posting.outlet.stated is not Stated.MINUTE:
        return ""
    graph = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": posting.title,
        "datePublished": posting.published.isoformat(),
        "dateModified": (posting.modified or posting.published).isoformat(),
        "author": [{"@type": "Person", "name": posting.author}],
        "publisher": {"@type": "NewsMediaOrganization", "name": posting.outlet.name},
        "mainEntityOfPage": {"@type": "WebPage", "@id": posting.url},
        "inLanguage": posting.language,
    }
    text = json.dumps(graph, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/ld+json">{text}</script>'


def _shown_date(posting: Posting) -> str:
    """The date as people read it; nothing when the page states none."""
    if not posting.states_date:
        return ""
    day = posting.outlet.local(posting.published)
    month = MONTHS[posting.outlet.language].split()[day.month - 1]
    if posting.outlet.design is Design.TABLE:
        return f"{day:%d.%m.%Y}, {day:%H:%M}"
    if posting.outlet.language == "en":
        return f"{month} {day.day}, {day.year}"
    return f"{day.day} {month} {day.year}"


def _byline(posting: Posting) -> str:
    label = LABELS[posting.outlet.language]["by"]
    return f'<span class="by">{label} {escape(posting.author)}</span> {_shown_date(posting)}'


# The main part of an article, one function a design


def _wordpress_main(posting: Posting, furniture: Furniture) -> str:
    parts = _body_parts(posting, furniture, "p")
    lead = escape(posting.paragraphs[0], quote=False)
    return (
        f'<article class="post type-post"><header class="entry-header">'
        f'<h1 class="entry-title">{escape(posting.title)}</h1>'
        f'<div class="entry-meta">{_byline(posting)}</div></header>\n'
        f'<div class="entry-content">\n<blockquote class="pullquote"><p>{lead}</p></blockquote>\n'
        f"{parts}\n</div>\n{_share(posting)}</article>"
    )


def _semantic_main(posting: Posting, furniture: Furniture) -> str:
    stamp = posting.published.isoformat() if posting.states_date else ""
    return (
        f"<article><header><h1>{escape(posting.title)}</h1>"
        f'<p class="meta"><span rel="author">{escape(posting.author)}</span> '
        f'<time datetime="{stamp}">{_shown_date(posting)}</time></p></header>\n'
        f'<section class="body">\n{_body_parts(posting, furniture, "p")}\n</section>'
        f"{_share(posting)}</article>"
    )


def _table_main(posting: Posting, furniture: Furniture) -> str:
    text = "<br><br>\n".join(escape(part, quote=False) for part in posting.paragraphs)
    also = " | ".join(_link(line) for line in furniture.also)
    return (
        f'<font size="1" class="newsdate">{_shown_date(posting)}</font><br>\n'
        f'<font size="5"><b>{escape(posting.title)}</b></font><br>\n'
        f'<font size="2" face="Tahoma">{text}</font><br><br>\n'
        f'<div align="right"><i>{escape(posting.author)}</i></div>\n<small>{also}</small>'
    )


def _soup_main(posting: Posting, furniture: Furniture) -> str:
    title = escape(posting.title)
    lead = escape(posting.paragraphs[0], quote=False)
    return (
        f'<div class="c-x1"><div class="c-h">{title}</div><div class="c-m">{_byline(posting)}</div>'
        f'<div class="c-st"><b>{lead}</b></div>\n<div class="c-b">\n'
        f"{_body_parts(posting, furniture, 'div')}\n</div>{_share(posting)}</div>"
    )


def _portal_main(posting: Posting, furniture: Furniture) -> str:
    stamp = posting.outlet.local(posting.published).strftime("%Y-%m-%dT%H:%M:%S")
    zone = f"+{posting.outlet.utc_offset_h:02d}:00"
    return (
        f'<div class="news-detail" itemscope itemtype="https://schema.org/NewsArticle">'
        f'<h1 itemprop="headline">{escape(posting.title)}</h1><div class="info">'
        f'<time itemprop="datePublished" datetime="{stamp}{zone}">{_shown_date(posting)}</time> '
        f'<span itemprop="author">{escape(posting.author)}</span></div>\n'
        f'<div class="text" itemprop="articleBody">\n{_body_parts(posting, furniture, "p")}\n'
        f"</div>{_share(posting)}</div>"
    )


def _lean_main(posting: Posting, furniture: Furniture) -> str:
    return (
        f"<main><h1>{escape(posting.title)}</h1><div>{_byline(posting)}</div>\n"
        f"{_body_parts(posting, furniture, 'p')}\n</main>{_share(posting)}"
    )


_MAINS: dict[Design, Callable[[Posting, Furniture], str]] = {
    Design.WORDPRESS: _wordpress_main,
    Design.SEMANTIC: _semantic_main,
    Design.TABLE: _table_main,
    Design.SOUP: _soup_main,
    Design.PORTAL: _portal_main,
    Design.LEAN: _lean_main,
}


def _body_parts(posting: Posting, furniture: Furniture, tag: str) -> str:
    """The paragraphs, broken by a box of other headlines, on some pages with an end twice over."""
    parts = [f"<{tag}>{escape(part, quote=False)}</{tag}>" for part in posting.paragraphs]
    if steady_number(posting.url, 3) == 0:
        parts += parts[-2:]
    label = LABELS[posting.outlet.language]["also"]
    links = "".join(f"<li>{_link(line)}</li>" for line in furniture.also)
    box = f'<div class="read-also"><b>{label}</b><ul>{links}</ul></div>'
    advert = f'<div class="ad">{LABELS[posting.outlet.language]["advert"]}</div>'
    middle = (len(parts) + 1) // 2
    return "\n".join((*parts[:1], box, *parts[1:middle], advert, *parts[middle:]))


def _share(posting: Posting) -> str:
    label = LABELS[posting.outlet.language]["share"]
    return f'<div class="share"><a href="http://plaza.test/share?u={posting.url}">{label}</a></div>'


# The frame around everything


def _frame(page: Page) -> bytes:
    outlet = page.outlet
    charset = f'<meta charset="{outlet.encoding}">'
    head = f"{charset}<title>{escape(page.title)} - {escape(outlet.name)}</title>\n{page.head}"
    top = f"{_ticker(page)}\n{_navigation(page)}"
    side = f"{_related(page)}\n{_tags(page)}\n{_donation(page)}\n{_comments(page)}"
    if outlet.design is Design.TABLE:
        inner = _table_frame(page, top, side)
    elif outlet.design is Design.SEMANTIC:
        inner = (
            f"<header>{top}</header>\n<main>{page.main}</main>\n<aside>{side}</aside>\n"
            f"<footer>{_tail(page)}</footer>"
        )
    else:
        inner = (
            f'<div id="top">{top}</div>\n<div id="page">{page.main}\n'
            f'<div class="below">{side}</div></div>\n<div id="footer">{_tail(page)}</div>'
        )
    html = (
        f'<!doctype html>\n<html lang="{page.language}">\n<head>{head}</head>\n<body>\n'
        f"{inner}\n{_cookies(page)}\n</body>\n</html>\n"
    )
    return html.encode(outlet.encoding, "xmlcharrefreplace")


def _table_frame(page: Page, top: str, side: str) -> str:
    return (
        f'<table width="100%" border="0"><tr><td colspan="2" bgcolor="#cccccc">{top}</td></tr>\n'
        f'<tr><td width="70%" valign="top">{page.main}</td>\n<td valign="top">{side}</td></tr>\n'
        f'<tr><td colspan="2"><font size="1">{_tail(page)}</font></td></tr></table>'
    )


def _link(line: Line) -> str:
    text = escape(line.text, quote=False)
    return f'<a href="{escape(line.url)}">{text}</a>' if line.url else text


def _card(line: Line) -> str:
    """A teaser with headline and first sentence in one link."""
    if not line.url or not line.summary:
        return _link(line)
    text, summary = escape(line.text, quote=False), escape(line.summary, quote=False)
    return f'<a href="{escape(line.url)}"><h3>{text}</h3><p>{summary}</p></a>'


def _ticker(page: Page) -> str:
    label = LABELS[page.outlet.language]["live"]
    rows = "\n".join(f"<li>- {_link(line)}</li>" for line in page.furniture.ticker)
    return f'<div class="ticker"><strong>{label}</strong><ul>\n{rows}\n</ul></div>'


def _navigation(page: Page) -> str:
    names = NAVIGATION[page.outlet.language]
    words = "".join(f"<li>{name}</li>" for name in names)
    home = LABELS[page.outlet.language]["home"]
    return f'<nav><a href="{page.outlet.url()}">{home}</a><ul class="menu">{words}</ul></nav>'


def _related(page: Page) -> str:
    label = LABELS[page.outlet.language]["related"]
    rows = "".join(f"<li>{_link(line)}</li>" for line in page.furniture.related)
    return f'<div class="related"><h3>{label}</h3><ul>{rows}</ul></div>'


def _tags(page: Page) -> str:
    if not page.furniture.tags:
        return ""
    label = LABELS[page.outlet.language]["tags"]
    links = ", ".join(_link(line) for line in page.furniture.tags)
    return f'<div class="tags">{label}: {links}</div>'


def _donation(page: Page) -> str:
    if not page.outlet.wallets:
        return ""
    label = LABELS[page.outlet.language]["donate"]
    rows = "".join(f"<p>{escape(wallet)}</p>" for wallet in page.outlet.wallets)
    return f'<div class="donate"><h4>{label}</h4><p>0 $ 2,500 $ 5,000 $ 100 $</p>{rows}</div>'


def _comments(page: Page) -> str:
    if not page.furniture.comments:
        return ""
    labels = LABELS[page.outlet.language]
    rows = "".join(
        f'<li class="comment"><b>{escape(who)}</b><p>{escape(what, quote=False)}</p></li>'
        for who, what in page.furniture.comments
    )
    form = labels["comment_form"]
    return f'<div id="comments"><h3>{labels["comments"]}</h3><ol>{rows}</ol><p>{form}</p></div>'


def _tail(page: Page) -> str:
    labels = LABELS[page.outlet.language]
    return (
        f'<p class="about">{escape(page.outlet.about, quote=False)}</p><p>{labels["subscribe"]}</p>'
        f"<p>© 2025 {escape(page.outlet.name)}. {labels['rights']}</p>"
    )


def _cookies(page: Page) -> str:
    labels = LABELS[page.outlet.language]
    button = f"<button>{labels['accept']}</button>"
    return f'<div class="cookie-bar"><p>{labels["cookies"]}</p>{button}</div>'
