"""The queries that search services are asked: the learned ones, as the settings change them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.text import normalize, words
from ingest.topic.phrasing import Query

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["asked_queries", "read_query"]

_LANGUAGE = re.compile(r"([a-z]{2}):\s+(?=\S)")
_TERM = re.compile(r'"([^"]*)"|([^\s"]+)')


def read_query(said: str) -> Query:
    """A query as a person writes it: terms, phrases in quotes, a language in front or none.

    >>> read_query('ru: Баку "Южный Кавказ"').terms
    ('Баку', 'Южный Кавказ')
    """
    stated = _LANGUAGE.match(said)
    rest = said[stated.end() :] if stated else said
    terms = (" ".join((match[1] or match[2] or "").split()) for match in _TERM.finditer(rest))
    return Query(
        language=stated[1] if stated else None,
        terms=tuple(dict.fromkeys(term for term in terms if words(term))),
        seeds=0,
    )


def asked_queries(
    learned: Iterable[Query],
    *,
    added: Iterable[str] = (),
    dropped: Iterable[str] = (),
    languages: Collection[str] = (),
) -> tuple[Query, ...]:
    """The learned queries but for the dropped, and the added ones, each once, by language.

    Args:
        learned: the strongest first.
        added: as `read_query` reads them; asked whatever is dropped.
        dropped: alike; in whatever order their terms, in any language where they state none.
        languages: of the learned queries that are asked; empty: all.
    """
    unwanted = [read_query(said) for said in dropped]
    kept = (
        query
        for query in learned
        if (not languages or query.language in languages)
        and not any(_is_of(query, one) for one in unwanted)
    )
    own = (query for said in added if (query := read_query(said)).terms)
    chosen: dict[tuple[str | None, frozenset[str]], Query] = {}
    for query in (*kept, *own):
        chosen.setdefault((query.language, _folded(query)), query)
    order = {query.language: place for place, query in reversed([*enumerate(chosen.values())])}
    return tuple(sorted(chosen.values(), key=lambda query: order[query.language]))


def _is_of(query: Query, unwanted: Query) -> bool:
    same_language = unwanted.language in (None, query.language)
    return same_language and _folded(query) == _folded(unwanted)


def _folded(query: Query) -> frozenset[str]:
    return frozenset(map(normalize, query.terms))
