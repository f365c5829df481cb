"""Which text stands where: the originals of the demo web and all that is made of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from ingest.demo.gold import Gold
from ingest.demo.outlets import OUTLETS, Outlet, Stated, steady_number
from ingest.items import Outcome, Relation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ingest.demo.texts import DemoText

__all__ = ["Posting", "make_postings"]

_TRACKED = "?utm_source=rss&utm_medium=feed"
_CUT_SHARE = 0.6
_TAKEN_DOWN = datetime(2025, 10, 13, 12, 0, tzinfo=UTC)
_MIN_WORDS_TO_CUT = 150  # a cut of less would be a stub, which is another thing to recognise
_ARTICLE = frozenset({Outcome.ARTICLE})
_COPY = frozenset({Outcome.COPY})
_UNRELATED = frozenset({Outcome.OFF_TOPIC, Outcome.SKIPPED})


class _Make(StrEnum):
    """How a republication is made."""

    VERBATIM = "verbatim copy"
    RETITLED = "copy under another headline"
    CUT = "copy, cut after 60 %"
    EDITED = "lightly edited copy"
    INTRO = "copy with an introduction"


_RELATIONS = {
    _Make.VERBATIM: Relation.EXACT,
    _Make.RETITLED: Relation.EXACT,
    _Make.CUT: Relation.CONTAINED_IN,
    _Make.EDITED: Relation.NEAR,
    _Make.INTRO: Relation.CONTAINS,
}
_INTROS = {
    "en": "This report first appeared elsewhere and is published here by kind permission of its "
    "authors. Our own desk has added nothing but this note and a headline.",
    "ru": "Этот материал впервые вышел в другом издании. Публикуем его с разрешения авторов и "
    "ничего в нём не меняем, кроме заголовка.",
    "az": "Bu yazı ilk dəfə başqa nəşrdə dərc olunub. Onu müəlliflərin icazəsi ilə olduğu kimi "
    "oxucularımıza təqdim edirik.",
    "tr": "Bu yazı ilk kez başka bir yayında çıktı. Yazarlarının izniyle, hiçbir değişiklik "
    "yapmadan okurlarımıza sunuyoruz.",
}
#: outlets that take texts of a language from others, in turn
_TAKERS = {
    "en": ("cardiff-courier", "caspian-herald", "frontline-tbilisi", "east-review"),
    "ru": ("nevskiy-obzor", "ural-vestnik"),
    "az": ("caspian-herald", "baku-xeber"),
    "tr": ("baku-xeber", "bosfor-postasi"),
}
_ALIASED_EACH = 4  # every so many articles of the outlet below stand in two sections
_ALIASING = "caspian-herald"
_FORWARDING = "frontline-tbilisi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One text on one page of one outlet."""

    outlet: Outlet
    slug: str
    title: str
    language: str
    section: str
    author: str
    topic: str
    paragraphs: tuple[str, ...] = field(repr=False)
    published: datetime  #: aware UTC
    gold: Gold
    modified: datetime | None = None  #: aware UTC; None: never changed
    states_date: bool = True
    alias: str | None = None  #: first path segment of a second section that shows the same page
    first_poll: int = 1
    is_gone: bool = False

    @property
    def path(self) -> str:
        """Path and query of the page itself."""
        return self.outlet.path(self.slug, self.section, self.published)

    @property
    def url(self) -> str:
        """The address that the page names as its own."""
        return self.outlet.url(self.path)

    @property
    def alias_url(self) -> str | None:
        """Address in the second section; its canonical link leads to `url`."""
        return self.outlet.url(f"/{self.alias}{self.path}") if self.alias else None

    @property
    def light_url(self) -> str | None:
        """Address of the AMP, print or mobile form."""
        return self.outlet.variant_url(self.slug, self.section, self.published)

    @property
    def tracked_url(self) -> str | None:
        """The address as the outlet's feed gives it, with a tracking query."""
        return f"{self.url}{_TRACKED}" if self.outlet.id == _ALIASING else None

    @property
    def short_url(self) -> str | None:
        """An address that redirects to `url`; some articles of one outlet have it."""
        number = steady_number(self.slug, 9_000)
        is_short = self.outlet.id == _FORWARDING and number % 4 == 0
        return self.outlet.url(f"/go/{number + 1_000}") if is_short else None

    @property
    def listed_url(self) -> str:
        """The address by which feeds name the page."""
        return self.tracked_url or self.short_url or self.url


def make_postings(
    texts: Sequence[DemoText], seeds: Sequence[DemoText], *, poll: int
) -> tuple[Posting, ...]:
    """Every article page of the web at `poll`, newest first, with its gold."""
    by_slug = {text.slug: text for text in (*texts, *seeds)}
    bases = [text for text in texts if text.revises is None and text.first_poll <= poll]
    postings = [_original(text, by_slug) for text in bases]
    originals = {posting.slug: posting for posting in postings}
    for text in bases:
        if text.may_be_copied and text.embeds is None:
            postings += _copies(text, originals[text.slug].url, _takers_of(text, texts))
    for seed in seeds:
        postings += _copies(seed, seed.seed or "", _SEED_TAKERS[seed.slug])
    postings = _without_one_date(postings)
    if poll > 1:
        revisions = {text.revises: text for text in texts if text.revises}
        postings = [_later(posting, revisions, by_slug, poll) for posting in postings]
    return tuple(sorted(postings, key=lambda posting: (posting.published, posting.url))[::-1])


_SEED_TAKERS: dict[str, tuple[tuple[str, _Make], ...]] = {
    "seed-000": (("frontline-tbilisi", _Make.VERBATIM), ("cardiff-courier", _Make.RETITLED)),
    "seed-001": (("east-review", _Make.VERBATIM), ("caspian-herald", _Make.CUT)),
    "seed-002": (("cardiff-courier", _Make.VERBATIM), ("east-review", _Make.CUT)),
    "seed-003": (("east-review", _Make.VERBATIM), ("cardiff-courier", _Make.EDITED)),
    "seed-004": (("caspian-herald", _Make.VERBATIM), ("frontline-tbilisi", _Make.INTRO)),
}


def _takers_of(text: DemoText, texts: Sequence[DemoText]) -> tuple[tuple[str, _Make], ...]:
    """Who republishes a text, and how: wire stories widely, other stories once, the rest rarely."""
    alike = [t.slug for t in texts if (t.language, t.topic) == (text.language, text.topic)]
    rank = alike.index(text.slug)
    is_wire = text.outlet == "meridian-wire"
    count = (3 if is_wire else 1) if text.topic == "story" else int(rank % 2 == 0)
    others = [name for name in _TAKERS[text.language] if name != text.outlet]
    makes = list(_Make)
    return tuple(
        (others[(rank + turn) % len(others)], makes[(rank + 2 * turn) % len(makes)])
        for turn in range(count)
    )


def _original(text: DemoText, by_slug: dict[str, DemoText]) -> Posting:
    outlet = OUTLETS[text.outlet]
    number = steady_number(text.slug, _ALIASED_EACH)
    is_aliased = outlet.id == _ALIASING and number == 0 and text.first_poll == 1
    posting = Posting(
        outlet=outlet,
        slug=text.slug,
        title=text.title,
        language=text.language,
        section=text.section,
        author=text.author,
        topic=text.topic,
        paragraphs=text.paragraphs,
        published=text.published,
        first_poll=text.first_poll,
        alias="world" if is_aliased else None,
        gold=Gold(outcomes=_outcomes(text, _ARTICLE), note=f"original, {text.topic}"),
    )
    if text.embeds:
        posting = _embed(posting, by_slug[text.embeds])
    return _with_variants(posting)


def _outcomes(text: DemoText, related: frozenset[Outcome]) -> frozenset[Outcome]:
    return related if text.topic == "story" else _UNRELATED


def _embed(posting: Posting, inner: DemoText) -> Posting:
    """`posting` with the whole of `inner` in its middle; its own words stay the larger part."""
    middle = len(posting.paragraphs) // 2
    whole = (*posting.paragraphs[:middle], *inner.paragraphs, *posting.paragraphs[middle:])
    if inner.seed:
        of = inner.seed
    else:
        of = OUTLETS[inner.outlet].url(
            OUTLETS[inner.outlet].path(inner.slug, inner.section, inner.published)
        )
    gold = replace(
        posting.gold, of=of, relation=Relation.CONTAINS, note="longer piece, carries a text"
    )
    return replace(posting, paragraphs=whole, gold=gold)


def _copies(text: DemoText, of: str, takers: Iterable[tuple[str, _Make]]) -> Iterator[Posting]:
    for outlet_id, make in takers:
        if make is _Make.CUT and _count_words(text.paragraphs) < _MIN_WORDS_TO_CUT:
            make = _Make.VERBATIM  # noqa: PLW2901
        yield _copy(text, of, OUTLETS[outlet_id], make)


def _copy(text: DemoText, of: str, outlet: Outlet, make: _Make) -> Posting:
    title, paragraphs = _remake(text, make)
    posting = Posting(
        outlet=outlet,
        slug=f"{text.slug}-2" if make is _Make.RETITLED else text.slug,
        title=title,
        language=text.language,
        section=text.section,
        author=text.author,
        topic=text.topic,
        paragraphs=paragraphs,
        published=text.published + _delay(text.slug, outlet),
        first_poll=text.first_poll,
        gold=Gold(
            outcomes=_outcomes(text, _COPY),
            note=f"{make}, {text.topic}",
            of=of,
            relation=_RELATIONS[make],
            is_required=text.topic == "story" or outlet.id != "cardiff-courier",
        ),
    )
    return _with_variants(posting)


def _delay(slug: str, outlet: Outlet) -> timedelta:
    """How much later a copy appears; where only the day is stated, late enough for a later day."""
    minutes = steady_number(f"{slug} {outlet.id}", 60 * 18)
    first_h = 2 if outlet.stated is Stated.MINUTE else 32
    return timedelta(hours=first_h, minutes=minutes)


def _with_variants(posting: Posting) -> Posting:
    names = (posting.light_url, posting.tracked_url, posting.short_url)
    found = tuple(name for name in names if name)
    return replace(posting, gold=replace(posting.gold, variants=found))


def _without_one_date(postings: list[Posting]) -> list[Posting]:
    """The latest copy of the aggregator states no date at all: an unknown date never leads."""
    copies = [p for p in postings if p.outlet.id == "cardiff-courier" and _is_whole_copy(p)]
    latest = max(copies, key=lambda posting: posting.published)
    gold = replace(latest.gold, note=f"{latest.gold.note}, undated")
    undated = replace(latest, states_date=False, gold=gold)
    return [undated if posting is latest else posting for posting in postings]


def _is_whole_copy(posting: Posting) -> bool:
    of = posting.gold.of or ""
    is_exact = posting.gold.relation is Relation.EXACT
    return is_exact and posting.topic == "story" and of.startswith("http")


def _later(
    posting: Posting,
    revisions: Mapping[str, DemoText],
    by_slug: Mapping[str, DemoText],
    poll: int,
) -> Posting:
    """A posting as it stands at the second poll."""
    revision = revisions.get(posting.slug)
    if revision is not None and posting.outlet.id == revision.outlet:
        return replace(
            posting,
            title=revision.title,
            paragraphs=revision.paragraphs,
            modified=revision.published,
            gold=replace(posting.gold, note="original, story; text and headline changed"),
        )
    text = by_slug.get(posting.slug)
    is_gone = text is not None and text.gone_at is not None and text.gone_at <= poll
    if text is None or not is_gone or posting.outlet.id != text.outlet:
        return posting
    gold = replace(
        posting.gold,
        outcomes=frozenset({Outcome.ARTICLE}),
        note="taken down (410); kept, and marked as gone",
    )
    # It stays listed with a new time, as sitemaps that lag behind have it.
    return replace(posting, is_gone=True, modified=_TAKEN_DOWN, gold=gold)


def _remake(text: DemoText, make: _Make) -> tuple[str, tuple[str, ...]]:
    match make:
        case _Make.VERBATIM:
            return text.title, text.paragraphs
        case _Make.RETITLED:
            return _other_title(text), text.paragraphs
        case _Make.CUT:
            return text.title, _cut(text.paragraphs)
        case _Make.EDITED:
            return text.title, _edit(text.paragraphs)
        case _Make.INTRO:
            return text.title, (_INTROS[text.language], *text.paragraphs)


def _other_title(text: DemoText) -> str:
    """A headline made of the first clause of the lead, as aggregators do."""
    lead = re.sub(r"^[A-ZÇƏĞİÖŞÜ ]+, [^—–()-]{3,20}\([^)]*\)\s*[-–—]+\s*", "", text.paragraphs[0])
    clause = re.match(r".{45,110}?(?=[,.;:]\s|$| [-–—] )", lead)
    title = clause.group() if clause else " ".join(lead.split()[:12]) + " …"
    return title[:1].upper() + title[1:]


def _cut(paragraphs: tuple[str, ...]) -> tuple[str, ...]:
    """The paragraphs that begin within the first 60 % of the words."""
    budget = _CUT_SHARE * _count_words(paragraphs)
    kept, words = [], 0
    for paragraph in paragraphs[:-1]:
        if words >= budget:
            break
        kept.append(paragraph)
        words += len(paragraph.split())
    return tuple(kept)


def _edit(paragraphs: tuple[str, ...]) -> tuple[str, ...]:
    """What a sub-editor does: straight quotes, one sentence less, two paragraphs run together."""
    edited = [re.sub("[“”«»]", '"', part).replace("’", "'") for part in paragraphs]
    longest = max(range(len(edited)), key=lambda index: (len(edited[index]), -index))
    sentences = re.split(r"(?<=[.!?]) ", edited[longest])
    if len(sentences) > 2:  # noqa: PLR2004
        edited[longest] = " ".join((sentences[0], *sentences[2:]))
    if len(edited) > 3:  # noqa: PLR2004
        edited[-2:] = [f"{edited[-2]} {edited[-1]}"]
    return tuple(edited)


def _count_words(paragraphs: Iterable[str]) -> int:
    return sum(len(paragraph.split()) for paragraph in paragraphs)
