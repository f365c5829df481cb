"""What the readers' commands print: rows of the corpus as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.layout import (
    Column,
    Style,
    Table,
    count,
    facts,
    minute,
    paragraphs,
    plain,
    styled,
    wrapped,
)
from ingest.seedfiles import files_in
from ingest.show_changes import event_lines, revision_lines
from ingest.show_parts import gone_lines, left_out_fact, share, utc
from ingest.show_relations import likeness, shared_lines, translation_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingest.checkup import Finding
    from ingest.config import Settings
    from ingest.crawl import CrawlReport
    from ingest.items import SeedSet
    from ingest.layout import Line

__all__ = [
    "article_lines",
    "finding_lines",
    "report_lines",
    "run_line",
    "run_lines",
    "workspace_lines",
]

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
_NOTHING = "nothing new"  # what a run brought
_UNDATED = "the page does not say"


def run_line(run: Mapping[str, Any]) -> str:
    """One run in a sentence."""
    when = utc(run["finished"] or run["started"])
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


def run_lines(rows: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Runs as a table whose counts add up to the pages, and below it which did not go well."""
    if not rows:
        return ["no run yet; `seedbed run --once` makes one"]
    columns = [
        Column(name="id", right=True),
        Column(name="started"),
        Column(name="spider", least=5),
        Column(name="fetched", heading="pages", right=True),
        *(Column(name=name, heading=short, right=True) for name, short in _SHORT.items()),
    ]
    shown = [{**row, "started": minute(row["started"])[5:]} for row in rows]
    lines: list[Line] = [Table(rows=shown, columns=columns)]
    for row in rows:
        if row["outcome"] != "finished" or row["message"]:
            said = f": {row['message']}" if row["message"] else ""
            lines += wrapped(f"run {row['id']} {row['outcome']}{said}", indent="  ", first="")
        if row["polls_failed"]:
            lines += wrapped(f"run {row['id']}: {_polls_failed(row)}", indent="  ", first="")
    return lines


def article_lines(article: Mapping[str, Any]) -> list[str]:
    """One article to read: where it is from, why it is here, who copied it, its text."""
    outlet = article["outlet_name"] or article["outlet"]
    found = f"{utc(article['first_seen'])} by {article['found_by']}, in run {article['run']}"
    seed = f"{article['seed']} {article['seed_file']}" if article["seed_file"] else ""
    lines = [
        *wrapped(styled(plain(article["title"]), Style.STRONG)),
        article["url"],
        *gone_lines("article", article["gone_since"]),
        "",
        *facts(
            [
                ("outlet", f"{outlet} ({article['outlet']})"),
                ("author", article["author"]),
                ("agency", article["agency"]),
                ("published", _published_fact(article)),
                ("changed", utc(article["modified"])),
                ("section", article["section"]),
                ("picture", article["picture"]),
                ("paywall", "its readers must pay" if article["is_paywalled"] else ""),
                ("kind", _KINDS.get(article["kind"], "")),
                ("language", article["language"]),
                ("words", f"{article['words']:,}"),
                ("left out", left_out_fact(article["left_out"])),
                ("kept", article["why"]),
                ("relevance", share(article["relevance"])),
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


def _published_fact(article: Mapping[str, Any]) -> str:
    confidence = article["published_confidence"]
    is_doubtful = confidence is not None and confidence < _DOUBTFUL
    doubt = ", though the page states other days too" if is_doubtful else ""
    return f"{utc(article['published'])}{doubt}" if article["published"] else _UNDATED


def _copy_lines(copies: Iterable[Mapping[str, Any]], origin: str) -> list[str]:
    lines: list[str] = []
    for copy in copies:
        later = copy["hours_later"]
        delay = "" if later is None else f", {later:+.1f} hours"
        head = f"{minute(copy['published'])}, {copy['outlet']}{delay}"
        lines += wrapped(f"{head}, {likeness(copy, origin)}", indent="    ", first="  ")
        lines.append(f"    {plain(copy['url'])}")
    return lines


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
