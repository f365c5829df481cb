"""What `why` prints: the whole life of an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.decide import explain_translation
from ingest.host_waits import wait_said
from ingest.items import Outcome, Reason
from ingest.layout import Style, count, facts, plain, styled, wrapped
from ingest.show_changes import event_lines, revision_lines
from ingest.show_parts import gone_lines, left_out_fact, share, utc
from ingest.show_relations import claim_lines, likeness, shared_lines, translation_lines, turned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["page_lines"]

_ROUNDED_AWAY = 0.005  # a relevance that two digits would show as none
_SOURCE_KINDS = {"site": "home page", "robots": "robots.txt"}


def _translated(page: Mapping[str, Any]) -> list[str]:
    """Of a page off topic, the article that it most likely translates."""
    if page["outcome"] != Outcome.OFF_TOPIC:
        return []
    found = (
        explain_translation(
            hint["article" if hint["other"] == page["id"] else "other_article"],
            hint["score"],
            hint["evidence"],
        )
        for hint in page["translations"]
    )
    return [said for said in found if said][:1]


def _page_relevance(page: Mapping[str, Any]) -> str:
    is_unread = page["relevance"] is not None and not page["last_fetched"]
    if not is_unread:
        return share(page["relevance"])
    small = 0 < page["relevance"] < _ROUNDED_AWAY
    said = "below 0.01" if small else share(page["relevance"])
    return f"{said}, by its headline and address alone"


def page_lines(page: Mapping[str, Any]) -> list[str]:
    """What became of one address, and why."""
    if not page["considered"] and not page["is_address"]:
        said = "not the address of a web page: http:// or https://, and no image, film or document"
        return [plain(page["url"]), *wrapped(f"never considered: {said}")]
    if not page["considered"]:
        known = page["addresses_of_outlet"]
        beside = f"; {count(known, 'other address', 'other addresses')} of {page['outlet']} known"
        return [
            page["url"],
            *_polled_lines(page),
            *wrapped(f"never considered: no source named it and nobody gave it{beside}"),
        ]
    tries = f"{page['attempts']} failed in a row" if page["attempts"] else ""
    headline = f"“{plain(page['title'])}”" if page["title"] else ""
    lines = [
        page["url"],
        *claim_lines(page),
        *gone_lines(page["outcome"], page["gone_since"]),
        *_polled_lines(page),
        *wrapped("; ".join([f"{page['outcome']}: {page['reason']}", *_translated(page)])),
        "",
        *facts(
            [
                ("outlet", page["outlet"]),
                ("found", f"{utc(page['first_seen'])} by {page['found_by']}"),
                ("named by", page["source"]),
                ("routes", ", ".join(page["routes"])),
                ("drawn", f"though refused: {page['refused']}" * bool(page["refused"])),
                ("headline", headline),
                ("published", utc(page["published"])),
                ("relevance", _page_relevance(page)),
                (
                    "article",
                    f"{page['article']} (seedbed show {page['article']})" * bool(page["article"]),
                ),
                ("story", _story_fact(page["story"])),
                ("copies", count(len(page["copies"]), "page") if page["copies"] else ""),
                ("left out", left_out_fact(page["left_out"])),
                ("label", page["label"]),
                ("tries", tries),
                ("next visit", utc(page["next_check"]) or "none, it is settled"),
                ("its host", wait_said(page["host_wait"] if page["next_check"] else None)),
            ]
        ),
    ]
    for line in page["left_out"]:
        lines += wrapped(f"“{line}”", indent="    ", first="  ")
    lines += _verdict_lines(page)
    for carried in page["carries"]:
        lines += ["", *_carried_lines(carried)]
    lines += shared_lines(page["shares"])
    if page["outcome"] != Outcome.OFF_TOPIC:  # of these it stands above
        lines += translation_lines(turned(page["translations"], page["id"]))
    if page["revisions"]:
        lines += ["", count(len(page["revisions"]), "change"), *revision_lines(page["revisions"])]
    if page["events"]:
        lines += ["", count(len(page["events"]), "event"), *event_lines(page["events"])]
    lines += ["", count(len(page["fetches"]), "fetch", "fetches")]
    return lines + _fetch_lines(page["fetches"])


def _story_fact(story: Mapping[str, Any] | None) -> str:
    return f"{story['id']}, {plain(story['title'])}" if story else ""


def _verdict_lines(page: Mapping[str, Any]) -> list[str]:
    """Each test with its figure and its threshold, and what would have changed the verdict."""
    lines = ["", count(len(page["tests"]), "test")] if page["tests"] else []
    for one in page["tests"]:
        style = Style.GOOD if one["is_passed"] else Style.BAD
        passed = styled("passed" if one["is_passed"] else "failed", style)
        said = plain(one["said"])
        if one["figure"] is not None:
            said = f"{one['figure']:.2f} {said}; {one['threshold']:.2f} is asked"
        first = f"  {one['name']:<10}{passed}  "
        lines += wrapped(said, indent=" " * 20, first=first)
    if page["would_change"]:
        lines += ["", "what would have changed that"]
        lines += [line for said in page["would_change"] for line in wrapped(said, indent="  ")]
    return lines


def _polled_lines(page: Mapping[str, Any]) -> list[str]:
    """What is looked at there for addresses, whatever became of the page itself."""
    lines: list[str] = []
    for source in page["polled_as"]:
        kind = _SOURCE_KINDS.get(source["kind"], source["kind"])
        every = count(source["every_minutes"], "minute")
        tries = count(source["failures"], "time")
        failing = f"; failed {tries}: {source['last_error']}" if source["failures"] else ""
        lines += wrapped(f"a source: {kind}, polled every {every}{failing}")
        if not page["considered"] and source["host_wait"]:
            lines += wrapped(wait_said(source["host_wait"]))
    return lines


def _carried_lines(carried: Mapping[str, Any]) -> list[str]:
    origin = (
        f"article {carried['article']}, “{plain(carried['article_title'])}”"
        if carried["article"]
        else f"seed {carried['seed_file']}, “{plain(carried['seed_title'])}”"
    )
    later = carried["hours_later"]
    delay = "" if later is None else f", {later:+.1f} hours"
    number = f"article {carried['article']}" if carried["article"] else "the seed"
    lines = wrapped(f"{likeness(carried, number)}{delay}: {origin}")
    if carried["article_url"]:
        lines.append(f"  {plain(carried['article_url'])}")
    if carried["passage"]:
        lines += wrapped(f"in common: “{plain(carried['passage'])}”", indent="  ")
    return lines


def _fetch_lines(fetches: Iterable[Mapping[str, Any]]) -> list[str]:
    lines: list[str] = []
    for fetch in fetches:
        status = _status_of(fetch)
        size = f", {fetch['bytes']:,} bytes" if fetch["bytes"] else ""
        head = f"{utc(fetch['at'])}, run {fetch['run']}, {status}{size}"
        lines += wrapped(head, indent="  ")
        lines += wrapped(f"{fetch['outcome']}: {fetch['reason']}", indent="    ")
    return lines


def _status_of(fetch: Mapping[str, Any]) -> str:
    """What the address itself answered; of a redirect, what is kept is the status behind it."""
    said, _, target = fetch["reason"].partition(": ")
    if fetch["outcome"] == "gone" and said.startswith("redirected to ") and target:
        return f"HTTP 3xx -> {plain(target)}"
    if fetch["http_status"]:
        return f"HTTP {fetch['http_status']}"
    is_forbidden = fetch["outcome"] == Outcome.ROBOTS or said == Reason.EXCLUDED
    return "not asked for" if is_forbidden else "no answer"
