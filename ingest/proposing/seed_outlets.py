"""Outlets that the seed documents name; pure.

Read is what cleaning throws away: copyright lines, contact lines, links of the page, `Source:`.
What stands in the article itself is a citation, and says less of where the story is told.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from ingest.extract.agencies import agencies_in
from ingest.text import normalize, words
from ingest.topic.cues import outlets_named
from ingest.urls import home_of, outlet_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ingest.proposing.catalogue import Outlet

__all__ = ["How", "NamedOutlet", "SeedPage", "outlets_of_seeds", "owners_unplaced"]

_RIGHTS = re.compile(
    r"©|\(c\)\s*(?:\d{4}|copyright)|\bcopyright\b|all rights? reserved|все права защищены"
    r"|усі права захищені|bütün hüquqlar|tüm hakları|alle rechte vorbehalten"
    r"|ყველა უფლება|բոլոր իրավունքները",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"^\W*(?:source|originally published (?:by|in|on|at)|first published (?:by|in|on|at)|via"
    r"|источник|первоисточник|mənbə|kaynak|джерело|quelle|წყარო|աղբյուր)\s*[:\-–—]\s*(?P<who>.+)$",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"(?P<mail>[\w.+-]+@)?(?P<scheme>https?://)?"
    r"(?P<host>(?:[\w-]+\.)+[a-z]{2,})(?![\w@])(?P<path>/[^\s,;)\]>\"']*)?",
    re.IGNORECASE,
)
#: Lines that name whom every page has to do with: who runs it, who counts its readers.
_OF_SERVICES = re.compile(r"powered by|cookies?\b|affiliate|advert", re.IGNORECASE)
_NOBODYS = re.compile(r"(?:^|\.)(?:example\.\w+|wordpress\.(?:com|org)|t\.co|wikipedia\.org)$")
#: What stands around the name of an owner: years, the words of the claim.
_NOT_A_NAME = re.compile(
    r"©|\(c\)|\bcopyright\b|\b(?:19|20)\d{2}\b|[-–—]\s*(?=\d)|all rights? reserved\.?"
    r"|все права защищены\.?|\bby\b",
    re.IGNORECASE,
)
_LINE_CHARS = 600  # a longer line is a paragraph, whatever words stand in it
_RIGHTS_CHARS = 120  # of a copyright line that says no more than whose it is
_NAME_WORDS = 5
_LABEL_CHARS, _LABEL_TIMES = 4, 1  # of a name by which a page calls itself
_LISTED = 12  # addresses on one line, read at most
_PER_SEED = 6  # outlets of one seed, the clearest


class How(StrEnum):
    """How a seed names an outlet."""

    ADDRESS = "address"  # it was saved from there
    RIGHTS = "rights"  # a copyright line
    MAIL = "mail"  # a mail address
    SOURCE = "source"  # `Source:`
    AGENCY = "agency"  # the mark of a wire
    NAMED = "named"  # an address in the page around the article, which names it in words too
    LINK = "link"  # any other address there
    CITED = "cited"  # an address in the article


#: What each says for the outlet, 0..1; by judgement. Links around an article lead to shops and to
#: what commenters sell as well, and so count only where the page calls itself by that name.
_WEIGHTS = {
    How.ADDRESS: 1.0, How.RIGHTS: 0.95, How.MAIL: 0.9, How.SOURCE: 0.8, How.NAMED: 0.75,
    How.AGENCY: 0.65, How.CITED: 0.5, How.LINK: 0.45,
}  # fmt: skip
_AGAIN = 0.05  # for each further seed that names it
_KNOWN = 0.15  # where the catalogue knows that it is an outlet at all


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedPage:
    """A seed document, as far as it tells where it is from."""

    seed: int  #: id of the seed
    raw: str  #: the lines as given
    text: str  #: the article in them
    address: str | None = None  #: that it was saved from; None: it does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedOutlet:
    """An outlet that seeds name."""

    outlet: str  #: registrable domain
    home: str  #: address of its front page, as far as can be told
    how: How  #: in the clearest place
    evidence: str  #: the line or address there, cut
    seeds: tuple[int, ...]  #: ids of the seeds that name it
    score: float  #: what speaks for it, 0..1


@dataclass(frozen=True, slots=True)
class _Find:
    home: str
    how: How
    evidence: str

    @property
    def order(self) -> tuple[float, str, str]:
        return (-_WEIGHTS[self.how], self.home, self.evidence)


def outlets_of_seeds(
    seeds: Iterable[SeedPage], by_name: Mapping[str, Outlet]
) -> tuple[NamedOutlet, ...]:
    """The outlets that seeds name, the clearest first.

    Args:
        seeds: in any order.
        by_name: outlets of the catalogue by their normalised names.
    """
    found: defaultdict[str, dict[int, _Find]] = defaultdict(dict)
    for page in seeds:
        for outlet, find in _best_of(page, by_name).items():
            found[outlet][page.seed] = find
    listed = {one.outlet for one in by_name.values()}
    named = (_named(outlet, finds, is_listed=outlet in listed) for outlet, finds in found.items())
    return tuple(sorted(named, key=lambda one: (-one.score, one.outlet)))


def _named(outlet: str, finds: Mapping[int, _Find], *, is_listed: bool) -> NamedOutlet:
    best = min(finds.values(), key=lambda find: find.order)
    score = min(_WEIGHTS[best.how] + _AGAIN * (len(finds) - 1) + _KNOWN * is_listed, 1.0)
    return NamedOutlet(
        outlet=outlet,
        home=best.home,
        how=best.how,
        evidence=best.evidence,
        seeds=tuple(sorted(finds)),
        score=round(score, 3),
    )


def _best_of(page: SeedPage, by_name: Mapping[str, Outlet]) -> dict[str, _Find]:
    best: dict[str, _Find] = {}
    for find in _finds(page, by_name):
        outlet = outlet_of(find.home)
        if outlet not in best or find.order < best[outlet].order:
            best[outlet] = find
    ranked = sorted(best.items(), key=lambda item: (item[1].order, item[0]))
    return dict(ranked[:_PER_SEED])


def owners_unplaced(
    seeds: Iterable[SeedPage], by_name: Mapping[str, Outlet]
) -> dict[str, tuple[int, ...]]:
    """Whom copyright lines without an address name that the catalogue does not know, by seeds."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for page in seeds:
        for raw in page.raw.split("\n"):
            line = " ".join(raw.split())
            if len(line) > _RIGHTS_CHARS or not _RIGHTS.search(line) or _TOKEN.search(line):
                continue
            owner = _owner(line)
            if normalize(owner) not in by_name and _is_name(owner):
                found[owner].add(page.seed)
    return {owner: tuple(sorted(found[owner])) for owner in sorted(found)}


def _owner(line: str) -> str:
    return " ".join(_NOT_A_NAME.sub(" ", line).split()).strip(" .,:;|-–—")


def _is_name(owner: str) -> bool:
    said = owner.split()
    return 1 <= len(said) <= _NAME_WORDS and said[0][:1].isupper() and not _RIGHTS.search(owner)


def _finds(page: SeedPage, by_name: Mapping[str, Outlet]) -> Iterator[_Find]:
    if page.address:
        yield _Find(home_of(page.address), How.ADDRESS, page.address[:100])
    kept = {line.strip() for line in page.text.split("\n")}
    said = Counter(words(_TOKEN.sub(" ", page.raw)))
    own = _own_label(page.raw, said)
    for raw in page.raw.split("\n"):
        line = " ".join(raw.split())
        if not line or _OF_SERVICES.search(line):
            continue
        for find in _in_line(line, by_name, is_article=raw.strip() in kept):
            is_named = find.how is How.LINK and _label(find.home) == own
            yield replace(find, how=How.NAMED) if is_named else find
    for agency in agencies_in(page.text):
        if one := by_name.get(normalize(agency)):
            yield _Find(one.home, How.AGENCY, agency)


def _own_label(raw: str, said: Counter[str]) -> str | None:
    """The name that a page calls itself by and has an address of; None: it cannot be told."""
    hosts = {token["host"].lower() for token in _TOKEN.finditer(raw)}
    labels = {_label(f"https://{host}/") for host in hosts if outlets_named([host])}
    counted = [(said[label], label) for label in labels if len(label) >= _LABEL_CHARS]
    most, label = max(counted, default=(0, ""))
    return label if most >= _LABEL_TIMES else None


def _label(home: str) -> str:
    """`southfront` of `southfront.org`."""
    return outlet_of(home).partition(".")[0].replace("-", "")


def _in_line(line: str, by_name: Mapping[str, Outlet], *, is_article: bool) -> Iterator[_Find]:
    is_short = len(line) <= _LINE_CHARS
    has_rights = is_short and _RIGHTS.search(line) is not None
    source = _SOURCE.search(line) if is_short else None
    evidence = line[:100]
    addresses = 0
    for token in list(_TOKEN.finditer(line))[:_LISTED]:
        how = How.CITED if is_article else How.LINK
        how = How.MAIL if token["mail"] else How.SOURCE if source else how
        how = How.RIGHTS if has_rights and not token["mail"] else how
        is_plain = not (token["scheme"] or token["mail"] or token["host"].startswith("www."))
        if is_plain and how is not How.RIGHTS and _is_end_of_sentence(token["host"]):
            continue
        if home := _home(token):
            addresses += 1
            yield _Find(home, how, evidence)
    if addresses or not (has_rights or source):
        return
    owner = " ".join(source["who"].split()).strip(" .") if source else _owner(line)
    if one := by_name.get(normalize(owner)):
        yield _Find(one.home, How.RIGHTS if has_rights else How.SOURCE, evidence)


def _home(token: re.Match[str]) -> str | None:
    """The front page of the outlet at an address; None: it is nobody's, or everybody's."""
    host = token["host"].lower()
    if _NOBODYS.search(host) or not outlets_named([host]):
        return None
    if token["mail"]:  # its mail lies beside its pages: `info@mail.a.test`
        host = outlet_of(f"https://{host}")
    scheme = (token["scheme"] or "https://").lower()
    return home_of(f"{scheme}{host}{token['path'] or '/'}")


def _is_end_of_sentence(host: str) -> bool:
    """`crash.In` is two sentences without a blank between, and no outlet of India."""
    return not host.rpartition(".")[2].islower()
