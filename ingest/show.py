"""What the readers' commands print: rows of the corpus as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.corpus.reading import HIT_END, HIT_START
from ingest.decide import explain_translation
from ingest.host_waits import wait_said, waits_fact
from ingest.items import Outcome, Reason
from ingest.layout import (
    Column,
    count,
    day,
    facts,
    minute,
    paragraphs,
    plain,
    table,
    wrapped,
)
from ingest.seedfiles import files_in
from ingest.show_changes import event_lines, revision_lines
from ingest.show_completeness import coverage_facts
from ingest.show_relations import claim_lines, likeness, shared_lines, translation_lines, turned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingest.checkup import Finding
    from ingest.config import Settings
    from ingest.crawl import CrawlReport
    from ingest.items import SeedSet

__all__ = [
    "article_lines",
    "finding_lines",
    "page_lines",
    "report_lines",
    "run_line",
    "run_lines",
    "search_lines",
    "status_lines",
    "without_marks",
    "workspace_lines",
]

_PLURALS = {"article": "articles", "copy": "copies"}
#: Every way in which a fetch can end, as a heading; their sum is the pages of the run.
_SHORT = {
    "new_articles": "new",
    "copies": "cop",
    "revisions": "rev",
    "unchanged": "same",
    "off_topic": "off",
    "rejected": "rej",
    "robots": "rob",
    "gone": "gone",
    "errors": "err",
}
_COUNTED = (
    ("new_articles", "new article", "new articles"),
    ("copies", "copy", "copies"),
    ("revisions", "revision", "revisions"),
    ("unchanged", "unchanged", "unchanged"),
    ("off_topic", "off topic", "off topic"),
    ("rejected", "rejected", "rejected"),
    ("robots", "refused by robots.txt", "refused by robots.txt"),
    ("gone", "gone", "gone"),
    ("errors", "failed", "failed"),
)


_KINDS = {"live": "live blog", "stub": "what stands before a paywall"}  # of articles not plain
_DOUBTFUL = 0.8  # of `articles.published_confidence`: below, claims of the page contradict
_ROUNDED_AWAY = 0.005  # a relevance that two digits would show as none
_NOTHING = "nothing new"  # what a run brought
_SOURCE_KINDS = {"site": "home page", "robots": "robots.txt"}
_UNDATED = "the page does not say"


def _utc(iso: str | None) -> str:
    return f"{minute(iso)} UTC" if iso else ""


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.2f}"


def status_lines(status: Mapping[str, Any]) -> list[str]:
    """The whole workspace at a glance."""
    if status["summary"] is None:
        return [
            *wrapped(f"{status['name']}: no corpus yet"),
            "",
            *facts([("seeds", _seeds_fact(status)), ("workspace", status["workspace"])]),
            "",
            *wrapped("next: `seedbed run --once` crawls once, `seedbed run` stays"),
        ]
    told = status["summary"]
    kept = f"{count(told['articles'], 'article')} and {count(told['copies'], 'copy', 'copies')}"
    if within := told["copies_in_articles"]:  # the outcomes below count each page once
        kept += f" ({within:,} of them within articles)"
    outlets = count(told["outlets"], "outlet")
    span = f"{day(told['first_published'])} to {day(told['last_published'])}"
    ranked = sorted(status["outcomes"].items(), key=lambda counted: (-counted[1], counted[0]))
    outcomes = ", ".join(
        count(number, outcome, _PLURALS.get(outcome, outcome)) for outcome, number in ranked
    )
    lines = [
        *wrapped(f"{status['name']}: {kept} from {outlets}"),
        "",
        *facts(
            [
                ("seeds", _seeds_fact(status)),
                ("corpus", f"{status['corpus']}, {status['corpus_bytes'] / 1e6:.1f} MB"),
                ("published", span if told["first_published"] else ""),
                (
                    "addresses",
                    f"{told['addresses']:,} considered" + f": {outcomes}" * bool(outcomes),
                ),
                *coverage_facts(status),
                ("sources", _sources_fact(told)),
                ("waiting", waits_fact(status["waiting_hosts"])),
                ("last run", run_line(status["last_run"]) if status["last_run"] else "none yet"),
                ("daemon", _daemon_fact(status.get("daemon"))),
                ("next poll", _utc(told["next_poll"])),
                ("next visit", _utc(told["next_check"])),
            ]
        ),
    ]
    if status["latest"]:
        lines += ["", "found last", *_article_table(status["latest"])]
    return lines


def _daemon_fact(daemon: Mapping[str, Any] | None) -> str:
    if daemon is None:
        return "none at work"
    what = {"round": "one round", "restore": "a restore"}.get(daemon["work"], "at work")
    since = f" since {_utc(daemon['since'])}" if daemon["since"] else ""
    return f"{what}{since}" + f", process {daemon['pid']}" * bool(daemon["pid"])


def _sources_fact(told: Mapping[str, Any]) -> str:
    asides = {state: told[f"sources_{state}"] for state in ("proposed", "resting")}
    aside = ", ".join(f"{number:,} {state}" for state, number in asides.items() if number)
    failing = told["sources_failing"]
    said = f"{told['sources']:,}" + f" ({aside})" * bool(aside)
    return said + f", {failing:,} failing" * bool(failing)


def _seeds_fact(status: Mapping[str, Any]) -> str:
    files, read = status["seed_files"], status.get("seed_documents", 0)
    if not files:
        return "none yet"
    more = files - read if read else 0
    said = f"{count(files - more, 'document')} in {status['seeds']}"
    verb = "repeat" if more > 1 else "repeats"
    since = "or came since the last run"
    return f"{said}; {count(more, 'file')} more {verb} another, {since}" if more > 0 else said


def _article_table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    shown = [{**row, "published": day(row["published"])} for row in rows]
    return table(
        shown,
        [
            Column(name="id", right=True),
            Column(name="published"),
            Column(name="title", least=24),
            Column(name="outlet", least=12),
            Column(name="copies", right=True),
        ],
    )


def run_line(run: Mapping[str, Any]) -> str:
    """One run in a sentence."""
    when = _utc(run["finished"] or run["started"])
    said = f" ({plain(run['message'])})" if run["message"] else ""
    counted = _counted(run)
    if run["outcome"] == "running":
        when = f"since {when}"
        counted = "nothing yet" if counted == _NOTHING else f"{counted} so far"
    return f"{run['id']} {run['spider']} {run['outcome']} {when}: {counted}{said}"


def report_lines(report: CrawlReport) -> list[str]:
    """What came of one crawl, as soon as it is over."""
    name = f"run {report.run} {report.spider}" if report.run else report.spider
    said = f" ({report.message})" if report.message else ""
    counted = f": {_counted(report.counts)}" if report.run else ""
    line = f"{name} {report.outcome} in {report.seconds:.1f} s{counted}{said}"
    return wrapped(line, indent="  ", first="")


def _counted(counts: Mapping[str, int]) -> str:
    told = [count(counts[column], one, more) for column, one, more in _COUNTED if counts[column]]
    if counts["polls_failed"]:
        told.append(_polls_failed(counts))
    return ", ".join(told) or _NOTHING


def _polls_failed(counts: Mapping[str, int]) -> str:
    return f"{count(counts['polls_failed'], 'source')} of {counts['polled']} failed"


def run_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Runs as a table whose counts add up to the pages, and below it which did not go well."""
    if not rows:
        return ["no run yet; `seedbed run --once` makes one"]
    lines = table(
        [{**row, "started": minute(row["started"])[5:]} for row in rows],
        [
            Column(name="id", right=True),
            Column(name="started"),
            Column(name="spider", least=5),
            Column(name="fetched", heading="pages", right=True),
            *(Column(name=name, heading=short, right=True) for name, short in _SHORT.items()),
        ],
    )
    for row in rows:
        if row["outcome"] != "finished" or row["message"]:
            said = f": {row['message']}" if row["message"] else ""
            lines += wrapped(f"run {row['id']} {row['outcome']}{said}", indent="  ", first="")
        if row["polls_failed"]:
            lines += wrapped(f"run {row['id']}: {_polls_failed(row)}", indent="  ", first="")
    return lines


def search_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a search found: title, where and when, and the words in their sentence."""
    lines: list[str] = []
    for row in rows:
        place = f"{day(row['published'])}, {plain(row['outlet'])}"
        copies = f", {count(row['copies'], 'copy', 'copies')}" if row["copies"] else ""
        number = f"{row['id']:>5}  "
        indent = " " * len(number)
        lines += wrapped(row["title"], indent=indent, first=number)
        lines += wrapped(f"{place}{copies}", indent=indent)
        lines += wrapped(without_marks(row["snippet"]), indent=indent)
        lines.append("")
    return lines[:-1] or ["nothing found"]


def without_marks(snippet: str) -> str:
    """A snippet without the marks around the words found."""
    return snippet.replace(HIT_START, "").replace(HIT_END, "")


def article_lines(article: Mapping[str, Any]) -> list[str]:
    """One article to read: where it is from, why it is here, who copied it, its text."""
    outlet = article["outlet_name"] or article["outlet"]
    found = f"{_utc(article['first_seen'])} by {article['found_by']}, in run {article['run']}"
    seed = f"{article['seed']} {article['seed_file']}" if article["seed_file"] else ""
    lines = [
        *wrapped(article["title"]),
        article["url"],
        *_gone_lines("article", article["gone_since"]),
        "",
        *facts(
            [
                ("outlet", f"{outlet} ({article['outlet']})"),
                ("author", article["author"]),
                ("agency", article["agency"]),
                ("published", _published_fact(article)),
                ("changed", _utc(article["modified"])),
                ("section", article["section"]),
                ("picture", article["picture"]),
                ("paywall", "its readers must pay" if article["is_paywalled"] else ""),
                ("kind", _KINDS.get(article["kind"], "")),
                ("language", article["language"]),
                ("words", f"{article['words']:,}"),
                ("left out", _left_out_fact(article["left_out"])),
                ("kept", article["why"]),
                ("relevance", _share(article["relevance"])),
                ("like seed", seed),
                ("found", found),
                ("named by", article["source"]),
                ("read by", article["extractor"]),
            ]
        ),
    ]
    if article["copies"]:
        lines += [
            "",
            count(len(article["copies"]), "copy", "copies"),
            *_copy_lines(article["copies"], f"article {article['id']}"),
        ]
    lines += shared_lines(article["shares"]) + translation_lines(article["translations"])
    if article["revisions"]:
        lines += ["", count(len(article["revisions"]), "change")]
        lines += revision_lines(article["revisions"])
    if article["events"]:
        lines += ["", count(len(article["events"]), "event"), *event_lines(article["events"])]
    standfirst = [*paragraphs(article["standfirst"]), ""] if article["standfirst"] else []
    return [*lines, "", *standfirst, *paragraphs(article["text"])]


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
        return _share(page["relevance"])
    small = 0 < page["relevance"] < _ROUNDED_AWAY
    said = "below 0.01" if small else _share(page["relevance"])
    return f"{said}, by its headline and address alone"


def _left_out_fact(lines: Sequence[str]) -> str:
    return f"{count(len(lines), 'line')}, the site's own" if lines else ""


def _published_fact(article: Mapping[str, Any]) -> str:
    confidence = article["published_confidence"]
    is_doubtful = confidence is not None and confidence < _DOUBTFUL
    doubt = ", though the page states other days too" if is_doubtful else ""
    return f"{_utc(article['published'])}{doubt}" if article["published"] else _UNDATED


def _gone_lines(standing: str, since: str | None) -> list[str]:
    return [f"{standing}, gone since {_utc(since)}"] if since else []


def _copy_lines(copies: Iterable[Mapping[str, Any]], origin: str) -> list[str]:
    lines: list[str] = []
    for copy in copies:
        later = copy["hours_later"]
        delay = "" if later is None else f", {later:+.1f} hours"
        head = f"{minute(copy['published'])}, {copy['outlet']}{delay}"
        lines += wrapped(f"{head}, {likeness(copy, origin)}", indent="    ", first="  ")
        lines.append(f"    {plain(copy['url'])}")
    return lines


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
        *_gone_lines(page["outcome"], page["gone_since"]),
        *_polled_lines(page),
        *wrapped("; ".join([f"{page['outcome']}: {page['reason']}", *_translated(page)])),
        "",
        *facts(
            [
                ("outlet", page["outlet"]),
                ("found", f"{_utc(page['first_seen'])} by {page['found_by']}"),
                ("named by", page["source"]),
                ("routes", ", ".join(page["routes"])),
                ("drawn", f"though refused: {page['refused']}" * bool(page["refused"])),
                ("headline", headline),
                ("published", _utc(page["published"])),
                ("relevance", _page_relevance(page)),
                (
                    "article",
                    f"{page['article']} (seedbed show {page['article']})" * bool(page["article"]),
                ),
                ("left out", _left_out_fact(page["left_out"])),
                ("label", page["label"]),
                ("tries", tries),
                ("next visit", _utc(page["next_check"]) or "none, it is settled"),
                ("its host", wait_said(page["host_wait"] if page["next_check"] else None)),
            ]
        ),
    ]
    for line in page["left_out"]:
        lines += wrapped(f"“{line}”", indent="    ", first="  ")
    for carried in page["carries"]:
        lines += ["", *_carried_lines(carried)]
    lines += shared_lines(page["shares"])
    if page["outcome"] != Outcome.OFF_TOPIC:  # of these it stands above
        lines += translation_lines(turned(page["translations"], page["id"]))
    if page["events"]:
        lines += ["", count(len(page["events"]), "event"), *event_lines(page["events"])]
    lines += ["", count(len(page["fetches"]), "fetch", "fetches")]
    return lines + _fetch_lines(page["fetches"])


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
        head = f"{_utc(fetch['at'])}, run {fetch['run']}, {status}{size}"
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


def workspace_lines(settings: Settings, seeds: SeedSet | None) -> list[str]:
    """What `init` made, and what to do next."""
    lines = [f"made {plain(settings.workspace)}"]
    for seed in seeds.documents if seeds else ():
        said = f"{seed.id}. {seed.title or seed.file} ({count(seed.words, 'word')})"
        lines += wrapped(said, indent="     ", first="  ")
    has_seeds = seeds is not None or files_in(settings.seeds_path)
    todo = [] if has_seeds else [f"put documents about your story into {settings.paths.seeds}/"]
    named = settings.sources
    if not (named.sites or named.feeds or named.sitemaps or settings.search.services):
        is_own = settings.discovery.proposals == "poll"
        more = " if you know some; the first run tries outlets that seeds name" if is_own else ""
        todo.append(f"name sites to watch under [sources] in seedbed.toml{more}")
    todo.append("seedbed check; seedbed run --once; seedbed status")
    return [*lines, "next:", *(line for one in todo for line in wrapped(one, indent="  "))]


def finding_lines(findings: Iterable[Finding]) -> list[str]:
    """What a check found, a line each, what is bad marked."""
    marks = {"ok": "ok  ", "look": "look", "bad": "BAD ", "done": "done"}
    return [
        line
        for one in findings
        for line in wrapped(
            f"{one.subject}: {one.said}", indent=" " * 6, first=f"{marks[one.state]}  "
        )
    ]
