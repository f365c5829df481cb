"""What speaks for an outlet that nobody named as a source, in a number and a sentence; pure."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from ingest.proposing.seed_outlets import How
from ingest.topic.queries import other_languages
from ingest.topic.wording import place_name
from ingest.urls import address_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingest.proposing.catalogue import Outlet
    from ingest.proposing.seed_outlets import NamedOutlet
    from ingest.topic import Topic

__all__ = [
    "BY_ARTICLE",
    "ORIGINS",
    "Fit",
    "Origin",
    "Proposal",
    "fit_of",
    "outlet_feeds",
    "propose",
    "read_proposals",
    "written",
]

Origin = Literal["seeds", "catalogue"]
ORIGINS: tuple[Origin, ...] = ("seeds", "catalogue")
#: What speaks for the sources of an outlet that gave an article.
BY_ARTICLE = "it gave an article that was kept"

_OTHER_TONGUE = 0.85  # of a language that no seed is in: a text is judged by names there
_COVERED = 0.8  # of a country that is not its own
_OF_THE_WORLD = 0.35  # of the whole world: one story in hundreds is ours
_ONE_SIDED = 0.6  # share of the best country; the rest is how much of the leading two it sees
_LEADING = 2  # countries that a story is between
_LEAST = 0.3  # below, an outlet is not even shown
_SAME_COUNTRY = 0.98  # for each one before it, so that no country has all the first places
_SEED_SCORE = 0.6  # of an outlet of the seeds, from which it is tried
_ALL = "*"
_FEEDS_OF_A_PAGE = 2
_NO_NEWS_FEED = ("comment", "/author/", "/tag/", "/search", "oembed", "wp-json", "replies")

_SAID = {
    How.ADDRESS: "{seeds} came from it",
    How.RIGHTS: "{seeds} {has} its copyright line",
    How.MAIL: "{seeds} {has} its mail address",
    How.SOURCE: "{seeds} {names} it as the source",
    How.AGENCY: "{seeds} {has} its mark as an agency",
    How.NAMED: "{seeds} {names} it and {has} its address",
    How.LINK: "the page around {seeds} links to it",
    How.CITED: "{seeds} {names} it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An outlet that may tell the story."""

    outlet: str  #: registrable domain
    home: str
    origin: Origin
    score: float  #: what speaks for it, 0..1
    because: str  #: the same in a sentence
    feeds: tuple[str, ...] = ()
    is_strong: bool = False  #: so likely that it may be tried unasked


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Where and in which languages a story is told."""

    places: Mapping[
        str, float
    ]  #: by country, ISO 3166 in small letters, how much it is there, 0..1
    leading: Mapping[str, float]  #: the countries that it is between, and their shares, 0..1
    home: tuple[str, ...]  #: languages of the seeds, ISO 639-1
    other: tuple[str, ...]  #: languages of the countries


def fit_of(topic: Topic) -> Fit:
    """Where the story of a topic is told.

    The countries of a pair are all of it, others as the root of their weight: a country that the
    seeds name a quarter as often as the first is half of it.
    """
    weights: dict[str, float] = {}
    for feature, weight in topic.weights.items():
        if feature.startswith("@") and weight > 0:
            country = feature[1:].partition(".")[0]
            weights[country] = weights.get(country, 0.0) + weight
    most = max(weights.values(), default=1.0)
    core = {place[1:].partition(".")[0] for place in topic.core}
    ranked = sorted(weights, key=lambda country: (country not in core, -weights[country], country))
    both = {country: weights[country] for country in ranked[:_LEADING]}
    return Fit(
        places={
            country: 1.0 if country in core else math.sqrt(weight / most)
            for country, weight in sorted(weights.items())
        },
        leading={country: weight / sum(both.values()) for country, weight in both.items()},
        home=topic.languages,
        other=other_languages(topic, topic.languages),
    )


def propose(
    named: Iterable[NamedOutlet],
    catalogue: Sequence[Outlet],
    fit: Fit,
    *,
    least_fit: float,
    shown: int,
) -> tuple[Proposal, ...]:
    """Every outlet that something speaks for, in the order in which they are tried.

    Args:
        named: by the seeds.
        catalogue: in its order, which decides between equals.
        fit: of the topic.
        least_fit: score of an outlet of the catalogue from which it is tried unasked, 0..1.
        shown: outlets of the catalogue at most.
    """
    listed = {one.outlet: one for one in reversed(catalogue)}
    own = [_of_seeds(one, listed.get(one.outlet)) for one in named]
    known = {one.outlet for one in own}
    fitting = (_of_catalogue(one, fit, least_fit) for one in catalogue if one.outlet not in known)
    ranked = sorted(filter(None, fitting), key=lambda pair: -pair[0].score)
    before: Counter[str] = Counter()
    placed = []
    for place, (proposal, country) in enumerate(ranked):
        placed.append((-proposal.score * _SAME_COUNTRY ** before[country], place, proposal))
        before[country] += 1
    placed.sort(key=lambda entry: entry[:2])
    return (*own, *(proposal for _, _, proposal in placed[:shown]))


def _of_seeds(one: NamedOutlet, listed: Outlet | None) -> Proposal:
    seeds = f"seed {one.seeds[0]}" if len(one.seeds) == 1 else _seeds(one.seeds)
    is_one = len(one.seeds) == 1
    verbs = {"has": "has" if is_one else "have", "names": "names" if is_one else "name"}
    is_named = listed is not None and one.how in {How.MAIL, How.RIGHTS, How.SOURCE}
    return Proposal(
        outlet=one.outlet,
        home=listed.home if listed is not None and is_named else one.home,
        origin="seeds",
        score=one.score,
        because=_SAID[one.how].format(seeds=seeds, **verbs),
        feeds=listed.feeds if listed else (),
        is_strong=one.score >= _SEED_SCORE,
    )


def _seeds(numbers: Sequence[int]) -> str:
    *first, last = map(str, numbers)
    return f"seeds {', '.join(first)} and {last}"


def _of_catalogue(one: Outlet, fit: Fit, least_fit: float) -> tuple[Proposal, str] | None:
    place, country = _place(one, fit)
    spoken = [language for language in one.languages if language in fit.home]
    heard = spoken or [language for language in one.languages if language in fit.other]
    score = round(place * (1.0 if spoken else _OTHER_TONGUE if heard else 0.0), 3)
    if score < _LEAST:
        return None
    proposal = Proposal(
        outlet=one.outlet,
        home=one.home,
        origin="catalogue",
        score=score,
        because=f"{one.names[0]} {_whereabouts(one, fit, country)}, in {', '.join(heard)}",
        feeds=one.feeds,
        is_strong=score >= least_fit,
    )
    return proposal, one.country


def _place(one: Outlet, fit: Fit) -> tuple[float, str]:
    """How much of the story is where an outlet looks, and where most of that is.

    Of a story between two countries, one that looks at both sees more than one of either.
    """
    named = (one.country, *(country for country in one.covers if country != _ALL))
    offers = [(_seen(one, place) * fit.places.get(place, 0.0), place) for place in named]
    if _ALL in one.covers:
        offers.append((_OF_THE_WORLD, _ALL))
    best, country = max(offers, default=(0.0, one.country))
    leading = sum(share * _seen(one, place) for place, share in fit.leading.items())
    return _ONE_SIDED * best + (1 - _ONE_SIDED) * leading, country


def _seen(one: Outlet, country: str) -> float:
    """How well an outlet sees a country, 0..1."""
    if country == one.country:
        return 1.0
    return _COVERED if country in one.covers else _OF_THE_WORLD if _ALL in one.covers else 0.0


def _whereabouts(one: Outlet, fit: Fit, best: str) -> str:
    """Of the leading countries those that it sees, else the one that speaks most for it."""
    seen = [country for country in fit.leading if _seen(one, country) >= _COVERED] or [best]
    abroad = [country for country in seen if country not in (one.country, _ALL)]
    told = [f"is an outlet of {_country(one.country)}"] if one.country in seen else []
    if _ALL in seen:
        told.append("reports on the whole world")
    elif abroad:
        told.append(f"reports on {' and '.join(map(_country, abroad))}")
    return " and ".join(told)


def _country(code: str) -> str:
    return place_name(f"@{code}", "en") or code.upper()


def outlet_feeds(announced: Iterable[str], page: str) -> tuple[str, ...]:
    """Of the feeds that an article announces those of its outlet: not of its comments, its author.

    Pages of one site announce them in any order; the shortest addresses are the widest feeds.
    """
    own = address_key(page)
    wide = (
        url
        for url in announced
        if not any(mark in url.lower() for mark in _NO_NEWS_FEED)
        and not address_key(url).startswith(f"{own}/")
    )
    return tuple(sorted(set(wide), key=lambda url: (len(url), url))[:_FEEDS_OF_A_PAGE])


def written(proposals: Iterable[Proposal]) -> str:
    """Proposals for storing."""
    return json.dumps([asdict(one) for one in proposals], ensure_ascii=False)


def read_proposals(stored: str | None) -> tuple[Proposal, ...]:
    """The proposals that `written` stored."""
    rows = json.loads(stored) if stored else []
    return tuple(Proposal(**{**row, "feeds": tuple(row["feeds"])}) for row in rows)
