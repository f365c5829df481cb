"""Look for what a stored text translates, or what translates it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.translations import Clues, Wording, clues_of, is_translation, read_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.corpus import Corpus
    from ingest.items import Article

__all__ = ["tell_seed", "tell_translations"]


def tell_translations(
    corpus: Corpus, page: int, key: str, alternates: Iterable[str] | None = None
) -> None:
    """Bring the hints about a page up to date with its stored text.

    Which hints there are depends on the texts that are stored, not on the order they came in.

    Args:
        corpus: in a transaction.
        page: whose text or clues may be new.
        key: of its address.
        alternates: addresses that its head names as its editions in other languages; None: it was
            not read anew, and what is known of them stays.
    """
    article = corpus.text_of(page)
    if article is None:
        return
    clues = clues_of(article, key, alternates or ())
    found = {("alternate", one) for one in clues.alternates}
    if alternates is None:
        found = {clue for clue in corpus.clues_of(page) if clue[0] == "alternate"}
    found |= {("source", one) for one in clues.sources}
    found |= {("picture", clues.picture)} if clues.picture else set()
    # A text beyond number may come to share a clue, which then tells nothing of any of them.
    for one in sorted(corpus.note_clues(page, found) | {page}):
        _tell(corpus, one, article if one == page else None)


def tell_seed(corpus: Corpus, seed: int) -> None:
    """Bring the hints about a seed document that is new or changed up to date.

    Args:
        corpus: in a transaction.
        seed: its number.
    """
    corpus.drop_seed_hints(seed)
    for page in corpus.pages_of_days(seed):
        mine = _wording(corpus, page, _text_of(corpus, page))
        theirs = [one for one in corpus.seeds_of_days(mine.published) if one["id"] == seed]
        _compare(corpus, page, mine, [], theirs)


def _tell(corpus: Corpus, page: int, article: Article | None) -> None:
    corpus.drop_hints(page)
    mine = article or _text_of(corpus, page)
    others = corpus.translation_candidates(page)
    seeds = corpus.seeds_of_days(mine.published)
    if others or seeds:
        _compare(corpus, page, _wording(corpus, page, mine), others, seeds)


def _compare(
    corpus: Corpus, page: int, mine: Wording, others: list[int], seeds: list[dict[str, Any]]
) -> None:
    for other in others:
        theirs = _wording(corpus, other, _text_of(corpus, other))
        if (hint := is_translation(mine, theirs)) is not None:
            corpus.note_hint(page, other=other, score=hint.score, evidence=hint.evidence)
    for seed in seeds:
        theirs = Wording(
            key=f"seed:{seed['id']}",
            language=seed["language"],
            published=seed["published"],
            said=read_names(seed["text"], seed["language"]),
        )
        if (hint := is_translation(mine, theirs)) is not None:
            corpus.note_hint(page, seed=seed["id"], score=hint.score, evidence=hint.evidence)


def _text_of(corpus: Corpus, page: int) -> Article:
    article = corpus.text_of(page)
    assert article is not None, page
    return article


def _wording(corpus: Corpus, page: int, article: Article) -> Wording:
    keys = corpus.keys_of(page)
    clues: dict[str, set[str]] = {"alternate": set(), "source": set(), "picture": set()}
    for kind, key in corpus.telling_clues_of(page):
        clues[kind].add(key)
    return Wording(
        key=corpus.key_of(page),
        keys=keys,
        language=article.language,
        published=article.published,
        clues=Clues(
            alternates=frozenset(clues["alternate"]),
            sources=frozenset(clues["source"]),
            picture=next(iter(clues["picture"]), None),
        ),
        said=read_names(article.text, article.language),
    )
