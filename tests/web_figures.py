"""Every figure of our pages that is a link, held against the rows that it leads to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lxml import html

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["check_figures"]

_MOST = 60  # of a page; pictures have hundreds of one kind
_NUMBER = re.compile(r"[\d,]+")
_CARRIES = re.compile(r"carries ([\d,]+) ")
_BAR = re.compile(r"([\d,]+) articles?, ([\d,]+) cop")
_KEYS = {
    "story": "SELECT id FROM stories ORDER BY articles DESC, id LIMIT 2",
    "outlet": "SELECT outlet FROM copies GROUP BY outlet ORDER BY "
    "sum(original = outlet AND relation = 'same-url') DESC, count(*) DESC, outlet LIMIT 2",
    "source": "SELECT source FROM pages WHERE source > 0 GROUP BY 1 ORDER BY count(*) DESC LIMIT 2",
    "run": "SELECT run FROM fetches GROUP BY run ORDER BY count(*) DESC LIMIT 2",
    "seed": "SELECT id FROM seeds ORDER BY id LIMIT 2",
}


def check_figures(corpus: Path, runner: asyncio.Runner) -> dict[str, int]:
    """Compare them; how many there were, by page."""
    from datasette.app import Datasette

    datasette = Datasette([str(corpus)], settings={"sql_time_limit_ms": 20_000})
    checked: dict[str, int] = {}
    try:
        for page in runner.run(_pages(datasette, corpus.stem)):
            name = re.split(r"[/?]", page, maxsplit=1)[0]
            number = runner.run(_check_page(datasette, f"/{corpus.stem}", page))
            checked[name] = checked.get(name, 0) + number
    finally:
        datasette.executor.shutdown()
        for database in datasette.databases.values():
            database.close()
    return checked


async def _pages(datasette: Any, name: str) -> list[str]:
    from datasette.utils import tilde_encode

    pages = ["front", "seeds", "completeness", "matrix"]
    await datasette.invoke_startup()
    database = datasette.get_database(name)
    for page, sql in _KEYS.items():
        keys = [tilde_encode(str(row[0])) for row in (await database.execute(sql)).rows]
        pages += [f"{page}/{key}" for key in keys]
        if page in ("story", "outlet"):
            pages.append(f"matrix?{page}={keys[0]}")
    ((day,),) = (
        await database.execute(
            "SELECT substr(published, 1, 10) FROM copies WHERE published > '' "
            "GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        )
    ).rows
    return [*pages, f"matrix?since={day}", f"matrix?until={day}", f"matrix?since={day}&until={day}"]


async def _check_page(datasette: Any, base: str, page: str) -> int:
    answer = await datasette.client.get(f"{base}/-/{page}")
    assert answer.status_code == 200, (page, answer.text)
    assert "Left out" not in answer.text, page
    figures = sorted(set(_figures(html.fromstring(answer.content))))
    figures = figures[:: len(figures) // _MOST + 1]
    for href, figure in figures:
        if href.startswith(f"{base}/-/matrix"):
            found = await _carried(datasette, href)
        elif href.startswith(f"{base}/-/"):
            continue
        else:
            found = await _rows(datasette, href)
        assert found == figure, (page, href)
    return len(figures)


def _figures(page: Any) -> Iterator[tuple[str, int]]:
    """Addresses, and what stands as their text, as the figure of a tile or in a picture."""
    for link in page.xpath("//a[@href]"):
        told = " ".join("".join(link.xpath(".//text()")).split())
        tile, titles = link.xpath("./b/text()"), link.xpath(".//title/text()")
        number = tile[0] if tile else told
        if titles and (found := _CARRIES.search(titles[0]) or _BAR.search(titles[0])):
            number = found[1]
        if _NUMBER.fullmatch(number):
            yield link.get("href"), int(number.replace(",", ""))


async def _rows(datasette: Any, href: str) -> int:
    path, _, asked = href.partition("?")
    answer = await datasette.client.get(f"{path}.json?{asked}&_size=1&_nofacet=1")
    assert answer.status_code == 200, (href, answer.text)
    return int(answer.json()["filtered_table_rows_count"])


async def _carried(datasette: Any, href: str) -> int:
    """How many copies the outlet that a matrix is asked of carries, by its table."""
    page = html.fromstring((await datasette.client.get(href)).content)
    (outlet,) = page.xpath("//input[@name='outlet']/@value")
    rows = [["".join(cell.itertext()) for cell in row] for row in page.xpath("//tbody/tr")]
    return sum(int(copies.replace(",", "")) for _, copier, copies in rows if copier == outlet)
