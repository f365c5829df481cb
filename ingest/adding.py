"""What a person adds becomes sources and pages: seen once, told in a line, entered."""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.config import seedbed_version
from ingest.crawl import look_at
from ingest.discovery.addresses import absolute
from ingest.discovery.detect import What, WhatKind, detect
from ingest.errors import CrawlError
from ingest.items import Candidate, Gated, Outcome
from ingest.urls import address_key, is_fetchable, outlet_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from ingest.corpus import Corpus
    from ingest.workspace import Workspace

__all__ = ["Added", "enter", "is_lost_file", "look"]

#: Of what is found at an address, the kinds of source that it is itself.
_OWN = {WhatKind.FEED: "feed", WhatKind.SITEMAP: "sitemap", WhatKind.ROBOTS: "robots",
        WhatKind.SITE: "site"}  # fmt: skip
_BY = "person"
_SPIDER = "urls"  # its pages are those that a person gave
_PATHS = ("/", "./", "../", "~")
_FILES = {".txt", ".opml", ".xml", ".urls", ".lst", ".csv"}  # none is a top-level domain
_UNSAID: dict[str, Any] = {"error": "no answer"}
_SAID_CHARS = 60  # of a line that is no address


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """One thing that was given, what it is, and what became of it."""

    given: str
    url: str | None  #: where it was in the end; None: a file, or nothing answered
    what: What
    error: str | None = None  #: why nothing was seen; None: something was
    entered: tuple[tuple[str, str], ...] = ()  #: sources that are polled now and were not
    known: int = 0  #: sources that were polled already
    proposed: tuple[tuple[str, str], ...] = ()  #: sources that were not, and wait for a person
    asked: str | None = None  #: absolute address it was asked for at; None: it is none
    is_kept: bool = False  #: unseen, it stands in the ledger as a page to be asked for

    def row(self) -> dict[str, Any]:
        """As JSON has it."""
        what = asdict(self.what)
        shown = {name: what[name] for name in ("kind", "title", "named", "why")}
        lists = {"entered": self.entered, "proposed": self.proposed}
        named = {
            name: [{"kind": kind, "url": url} for kind, url in pairs]
            for name, pairs in lists.items()
        }
        return {"given": self.given, "url": self.url, **shown, "error": self.error,
                "known": self.known, "kept": self.is_kept, **named}  # fmt: skip


def look(workspace: Workspace, given: Sequence[str], *, now: datetime) -> list[Added]:
    """What there is behind addresses and in files; a file that lists addresses gives each of them.

    Raises:
        CrawlError: the addresses could not be asked for at all.
    """
    found: list[Added] = []
    asked: dict[str, str] = {}  # address: as given
    for one in given:
        if (body := _body_of(one)) is not None:
            what = _in_file(body, now)
            if what.kind is WhatKind.LIST:
                asked |= {url: url for url in what.addresses if url not in asked}
                found += [_no_address(line) for line in what.unread]
            else:
                found.append(Added(given=one, url=None, what=what))
            continue
        url = absolute("", one if "://" in one else f"https://{one}")
        if url is None or not ("." in one or "localhost" in one):
            nothing = What(kind=WhatKind.NOTHING, why="neither an address nor a file")
            found.append(Added(given=one, url=None, what=nothing))
        else:
            asked.setdefault(url, one)
    return [*found, *_fetched(workspace, asked)]


def is_lost_file(given: str) -> bool:
    """Whether it is written as files are, and no file is there."""
    if given == "-" or "://" in given or Path(given).is_file():
        return False
    path = Path(given)
    return given.startswith(_PATHS) or (len(path.parts) == 1 and path.suffix.lower() in _FILES)


def _no_address(line: str) -> Added:
    what = What(kind=WhatKind.NOTHING, why="not an address")
    return Added(given=line[:_SAID_CHARS], url=None, what=what)


def _body_of(given: str) -> bytes | None:
    """What stands in a file, or for `-` comes by standard input; None: it is no file."""
    if given == "-":
        return sys.stdin.buffer.read()
    path = Path(given)
    return path.read_bytes() if path.is_file() else None


def _in_file(body: bytes, now: datetime) -> What:
    what = detect(body, {}, "", now=now)
    if what.kind in (WhatKind.LIST, WhatKind.OPML, WhatKind.NOTHING):
        return what
    return What(kind=WhatKind.NOTHING, why=f"a {what.kind} in a file; give its address")


def _fetched(workspace: Workspace, asked: dict[str, str]) -> list[Added]:
    """What each address is; of one without a scheme, http:// is tried where https:// is silent."""
    said = _said(workspace, list(asked))
    plain = {
        url: "http" + url.removeprefix("https")
        for url, given in asked.items()
        if "://" not in given and said.get(url, _UNSAID).get("is_silent")
    }
    again = _said(workspace, [url for url in plain.values() if url not in asked])
    found = []
    for url, given in asked.items():
        first, second = said.get(url, _UNSAID), again.get(plain.get(url, ""))
        if second is None:
            found.append(_told(given, url, first))
        elif second.get("is_silent"):
            tried = f"{first['error']} (https:// and http:// were tried)"
            found.append(_told(given, url, {**first, "error": tried}))
        else:
            found.append(_told(given, plain[url], second))
    return found


def _said(workspace: Workspace, asked: list[str]) -> dict[str, dict[str, Any]]:
    """What the looking crawl says of each address; of one that it did not come to, nothing."""
    if not asked:
        return {}
    with tempfile.TemporaryDirectory(prefix="seedbed-") as folder:
        named, told = Path(folder) / "asked.json", Path(folder) / "told.jsonl"
        named.write_text(json.dumps(asked), "utf-8")
        if code := look_at(workspace.folder, named, told):
            raise CrawlError(f"the addresses could not be asked for (exit code {code})")
        lines = told.read_text("utf-8").splitlines() if told.is_file() else []
    return {row["asked"]: row for row in map(json.loads, lines)}


def _told(given: str, asked: str, said: dict[str, Any]) -> Added:
    if error := said.get("error"):
        nothing = What(kind=WhatKind.NOTHING)
        return Added(given=given, url=None, what=nothing, error=error, asked=asked)
    what = What(
        kind=WhatKind(said["kind"]),
        title=said["title"],
        named=said["named"],
        sources=tuple((kind, url) for kind, url in said["sources"]),
        homes=tuple(said["homes"]),
        addresses=tuple(said["addresses"]),
        why=said["why"],
    )
    return Added(given=given, url=said["url"], what=what, asked=asked)


def enter(workspace: Workspace, seen: Iterable[Added], *, now: datetime) -> list[Added]:
    """Make sources of what was seen, in one transaction; of an article's outlet only proposals.

    What could not be seen is kept as a page that a person gave: a later run asks for it.
    """
    with closing(workspace.corpus()) as corpus, corpus.transaction():
        corpus.check_is_own()
        every = round(workspace.settings.schedule.poll_every_minutes)
        entered = [_enter(corpus, one, every_minutes=every, now=now) for one in seen]
        return _keep_unseen(corpus, entered, now=now)


def _keep_unseen(corpus: Corpus, seen: list[Added], *, now: datetime) -> list[Added]:
    """Enter what did not answer as pages given by a person, unless it is a source already."""
    sources = {address_key(row["url"]) for row in corpus.all_sources()}
    offers = {
        one.asked: _offer(one.asked, one.error)
        for one in seen
        if one.error and one.asked and is_fetchable(one.asked)
    }
    kept = {url: offer for url, offer in offers.items() if offer.key not in sources}
    if kept:
        run = corpus.start_run(
            spider=_SPIDER, trigger="command", version=seedbed_version(), now=now
        )
        corpus.offer(kept.values(), run=run, now=now)
        said = "it enters addresses that could not be seen when they were added"
        corpus.finish_run(run, outcome="finished", requests=0, message=said, now=now)
    return [
        replace(one, is_kept=one.asked in kept, known=int(one.asked in offers.keys() - kept.keys()))
        if one.error
        else one
        for one in seen
    ]


def _offer(url: str, error: str) -> Gated:
    return Gated(
        candidate=Candidate(url=url, found_by=_SPIDER, is_given=True),
        key=address_key(url),
        outlet=outlet_of(url),
        outcome=Outcome.WAITING,
        reason=f"given by hand; when it was added: {error}",
    )


def _enter(corpus: Corpus, added: Added, *, every_minutes: int, now: datetime) -> Added:
    what = added.what
    is_article = what.kind is WhatKind.ARTICLE
    own = [(_OWN[what.kind], added.url)] if what.kind in _OWN and added.url else []
    wanted = [*own, *(() if is_article else what.sources)]
    entered = [
        (kind, url)
        for kind, url in dict.fromkeys(wanted)
        if corpus.add_by_person(
            kind=kind, url=url, outlet=outlet_of(url), every_minutes=every_minutes, now=now
        )
    ]
    for home in what.homes:
        corpus.name_homepage(outlet_of(home), home)
    proposed = [
        (kind, url)
        for kind, url in (what.sources if is_article else ())
        if corpus.propose_source(
            kind=kind, url=url, outlet=outlet_of(url), found_by=_BY, is_polled=False,
            because=f"announced by {added.url}", every_minutes=every_minutes, now=now,
        )
    ]  # fmt: skip
    return Added(
        given=added.given,
        url=added.url,
        what=what,
        error=added.error,
        asked=added.asked,
        entered=tuple(entered),
        known=len(dict.fromkeys(wanted)) - len(entered),
        proposed=tuple(proposed),
    )
