"""Each test that an address went through: its figure, its threshold, what would have changed it.

Figures are those of the ledger. Only the gate's figure of a page that was fetched since is reckoned
anew, by the topic as it stands: the ledger keeps the relevance of the text in its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ingest.calibration import THRESHOLD, ratio_of
from ingest.decide import gate
from ingest.extract.languages import find_language
from ingest.items import Candidate, Outcome, Reason
from ingest.relations.likeness import HELD, SEED_HELD
from ingest.text import words
from ingest.topic.in_force import missing_names
from ingest.urls import address_key, is_fetchable, outlet_of, url_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ingest.items import Article
    from ingest.topic import Topic

__all__ = ["Trial", "trials_of", "would_change"]

_GATED = re.compile(r"(?:headline|link) reaches ([\d.]+) of the cut; ([\d.]+) is asked for")
_LET_IN = re.compile(r"it reaches ([\d.]+) of the cut, ([\d.]+) is enough")
_CUT = re.compile(r"\bcut (\d\.\d+)")
_LACKS = re.compile(r"; it does not name ([^;]+)")
_KEPT = (Outcome.ARTICLE, Outcome.COPY)
_JUDGED = (*_KEPT, Outcome.OFF_TOPIC)
_SHOWN = 5  # words of the topic that a text lacks


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One test, and how an address stood it."""

    name: str  #: gate, robots, page, relevance, copy, label
    is_passed: bool
    figure: float | None = None  #: None: it has none
    threshold: float | None = None  #: from which it is passed; None: it has none
    said: str = ""


def trials_of(
    page: Mapping[str, Any],
    *,
    topic: Topic | None,
    threshold: float | None,
    headline_threshold: float | None,
    language: str | None,
) -> list[Trial]:
    """The tests of one address, in their order; those that it never reached are left out.

    Args:
        page: as `seedbed why --json` has it.
        topic: as last learned; None: there is none.
        threshold: that the settings name for texts; None: that of the topic.
        headline_threshold: that they name for headlines.
        language: of its text; None: not known.
    """
    return [
        *_gate(page, topic, headline_threshold, language),
        *_robots(page),
        *_page(page),
        *_relevance(page, threshold),
        *_copy(page),
        *_label(page),
    ]


def _gate(
    page: Mapping[str, Any],
    topic: Topic | None,
    headline_threshold: float | None,
    language: str | None,
) -> Iterator[Trial]:
    said = page["refused"] or (page["reason"] if page["outcome"] == Outcome.SKIPPED else None)
    if said is not None:
        found = _GATED.search(said)
        figure, least = map(float, found.groups()) if found else (None, None)
        shown = said if found is None else f"of the cut, by its {said.partition(' ')[0]}"
        yield Trial(name="gate", is_passed=False, figure=figure, threshold=least, said=shown)
        return
    if page["found_by"] == "urls":
        yield Trial(name="gate", is_passed=True, said="given by hand")
        return
    if topic is None or str(page["reason"]).startswith(Reason.EXCLUDED):
        return  # what is no address of a page comes before any gate
    again = _gated_now(page, topic, headline_threshold, language)
    if _GATED.search(again):  # for what was said beside it, or by the topic of then
        said = f"let in; alone, as the topic is today, its {again}"
        yield Trial(name="gate", is_passed=True, said=said)
        return
    found = _LET_IN.search(again)
    figure, least = map(float, found.groups()) if found else (None, None)
    said = f"{'of the cut' if found else again}, by headline and address, as the topic is today"
    yield Trial(name="gate", is_passed=True, figure=figure, threshold=least, said=said)


def _gated_now(
    page: Mapping[str, Any], topic: Topic, cut: float | None, language: str | None
) -> str:
    title, url = page["title"] or "", page["url"]
    headline = max(
        topic.score_headline(title),
        topic.score_address(url_words(url)),
        key=lambda one: one.score,
    )
    decided = gate(
        Candidate(url=url, found_by=page["found_by"], title=title or None, depth=page["depth"]),
        key=address_key(url),
        outlet=outlet_of(url),
        is_page=is_fetchable(url),
        headline=headline if cut is None else replace(headline, threshold=cut),
        headline_words=len(words(title or url_words(url))),
        is_foreign=find_language(title, language) not in topic.languages,
    )
    return decided.reason


def _robots(page: Mapping[str, Any]) -> Iterator[Trial]:
    if page["outcome"] == Outcome.ROBOTS:
        yield Trial(name="robots", is_passed=False, said=page["reason"])
    elif page["last_fetched"] and page["http_status"]:
        yield Trial(name="robots", is_passed=True, said="robots.txt did not forbid it")


def _page(page: Mapping[str, Any]) -> Iterator[Trial]:
    if page["outcome"] == Outcome.REJECTED:
        yield Trial(name="page", is_passed=False, said=page["reason"])
    elif page["outcome"] in (Outcome.GONE, Outcome.FAILED):
        yield Trial(name="answer", is_passed=False, said=page["reason"])
    elif page["outcome"] in _JUDGED and page["last_fetched"]:
        yield Trial(name="page", is_passed=True, said="it reads as an article")


def _relevance(page: Mapping[str, Any], threshold: float | None) -> Iterator[Trial]:
    if page["outcome"] not in _JUDGED or page["relevance"] is None or not page["last_fetched"]:
        return
    found = _CUT.search(page["reason"])
    least = float(found[1]) if found else threshold or THRESHOLD
    figure = float(page["relevance"])
    said = "of its text to the topic"
    if figure < least and page["outcome"] in _KEPT:
        said += "; kept all the same, for what it carries or what was said of it"
    yield Trial(
        name="relevance", is_passed=figure >= least, figure=figure, threshold=least, said=said
    )


def _copy(page: Mapping[str, Any]) -> Iterator[Trial]:
    for carried in page["carries"]:
        of = f"seed {carried['seed_file']}" if carried["seed_file"] else ""
        of = of or f"article {carried['article']}"
        has_measure = carried["relation"] != "same-url"
        yield Trial(
            name="copy",
            is_passed=True,
            figure=float(carried["similarity"]) if has_measure else None,
            threshold=(SEED_HELD if carried["seed_file"] else HELD) if has_measure else None,
            said=f"{carried['relation']}: {of}",
        )


def _label(page: Mapping[str, Any]) -> Iterator[Trial]:
    if page["label"]:
        is_yes = page["label"] == "yes"
        yield Trial(name="label", is_passed=is_yes, said=f"a reader said {page['label']}")


def would_change(
    page: Mapping[str, Any], trials: Sequence[Trial], *, topic: Topic | None, text: Article | None
) -> list[str]:
    """What would have changed the verdict, a sentence each.

    Args:
        page: as `seedbed why --json` has it.
        trials: that it went through.
        topic: as last learned.
        text: of the page, where the corpus holds it.
    """
    url = page["url"]
    if page["label"]:
        return [f"a reader's word stands; seedbed label {url} --undo takes it back"]
    if page["outcome"] == Outcome.SKIPPED:
        return [*_more_said(trials, page, topic), f"seedbed add {url} fetches it all the same"]
    if page["outcome"] == Outcome.OFF_TOPIC:
        lacking = [*_more_said(trials, page, topic), *_names_tried(page, topic, text)]
        return [*lacking, f"seedbed label {url} yes keeps it, and the topic learns"]
    return _kept_until(trials) if page["outcome"] in _KEPT else _never_weighed(page)


def _never_weighed(page: Mapping[str, Any]) -> list[str]:
    """What an address lacked whose text was never weighed against the topic."""
    if str(page["reason"]).startswith(Reason.EXCLUDED):
        return ["nothing: it is no address of a page"]
    again = "; it is asked again" if page["next_check"] else "; it is not asked again"
    said = {
        Outcome.ROBOTS: "only its outlet can: robots.txt is obeyed",
        Outcome.REJECTED: _readable(str(page["reason"])),
        Outcome.GONE: f"an answer with a page{again}",
        Outcome.FAILED: f"an answer with a page{again}",
        Outcome.WAITING: "nothing yet: its turn comes",
    }
    return [said[page["outcome"]]] if page["outcome"] in said else []


def _readable(reason: str) -> str:
    if reason.startswith(Reason.TOO_LARGE):
        is_body = "bytes" in reason
        more = ", or more in [crawl] max_body_mib" if is_body else ""
        return f"a smaller page{more}; its text was never weighed"
    return "a page that reads as an article; its text was never weighed"


def _more_said(
    trials: Sequence[Trial], page: Mapping[str, Any], topic: Topic | None
) -> Iterator[str]:
    last = next((one for one in reversed(trials) if one.threshold is not None), None)
    if last is None or last.figure is None or last.threshold is None:
        return
    if last.name == "relevance":
        weight = ratio_of(last.figure) / ratio_of(last.threshold)
        said = f"a relevance of {last.threshold:.2f}; it has {last.figure:.2f}"
        yield f"{said}: its words weigh {weight:.2f} of what is asked"
        return
    yield f"a headline or a link of {last.threshold:.2f} of the cut; it has {last.figure:.2f}"
    if topic is not None:
        said = f"{page['title'] or ''} {url_words(page['url'])}"
        if lacking := missing_names(topic, said):
            yield f"words of the topic that are missing: {', '.join(lacking)}"


def _names_tried(
    page: Mapping[str, Any], topic: Topic | None, text: Article | None
) -> Iterator[str]:
    """What names of the topic that a text lacks would have made of it, tried on its text."""
    if topic is None or text is None:
        if found := _LACKS.search(page["reason"]):
            yield f"words of the topic that are missing: {found[1].replace(' or ', ', ')}"
        return
    lacking = missing_names(topic, f"{text.title}\n{text.text}")[:_SHOWN]
    if not lacking:
        return
    more = f"{text.text}\n{' '.join(f'{name}.' for name in lacking)}"
    score = topic.score(text.title, more).score
    named = ", ".join(lacking)
    yield f"words of the topic that are missing: {named}; naming them once, it has {score:.2f}"


def _kept_until(trials: Sequence[Trial]) -> list[str]:
    said = []
    for one in trials:
        if one.threshold is None or one.figure is None:
            continue
        if one.name == "relevance" and one.is_passed:
            said.append(f"a relevance below {one.threshold:.2f}; it has {one.figure:.2f}")
        elif one.name == "copy":
            said.append(
                f"less than {one.threshold:.2f} of the shorter text in the longer; "
                f"there is {one.figure:.2f} ({one.said})"
            )
    return said
