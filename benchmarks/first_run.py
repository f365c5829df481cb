"""The main job over saved pages of real publishers: `python -m benchmarks.first_run [--keep DIR]`.

Two polls of a web of some 400 hosts with the project's own five seeds; the same pages as a list
that is fetched whole; and one poll with three of the pages as seeds, because the set holds nothing
on the story of ours. Prints what came out and writes it into `docs/first-run.md`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import real_web
from ingest.corpus import Corpus
from ingest.demo.server import serve
from ingest.urls import address_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.real_web import Measured, SavedWeb

PAGE = Path(__file__).parents[1] / "docs" / "first-run.md"
SEEDS = Path(__file__).parents[1] / "seeds"

#: Saved pages that serve as seeds: the war in Gaza, the only story with a dozen pages in the set.
STORY_SEEDS = (
    "http://www.aljazeera.com/news/2023/12/22/un-security-council-passes-resolution-on-increased-gaza-aid-delivery",
    "http://www.aljazeera.com/news/longform/2023/10/9/israel-hamas-war-in-maps-and-charts-live-tracker",
    "http://www.dailynewsegypt.com/2023/12/19/palestinians-shocked-by-worlds-silence-over-gaza-massacres/",
)

_HOURS_LATER = 1.0
_RUN_COLUMNS = (
    "spider", "outcome", "polled", "found", "skipped", "fetched", "new_articles", "copies",
    "off_topic", "rejected", "unchanged", "gone", "errors",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a workspace says after its runs."""

    measured: tuple[tuple[str, Measured], ...]  #: what was run, and what it cost
    runs: list[dict[str, Any]]
    pages: list[dict[str, Any]] = field(repr=False)
    articles: list[dict[str, Any]] = field(repr=False)
    copies: list[dict[str, Any]] = field(repr=False)
    sources: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", type=Path, help="folder for the two workspaces; must not exist")
    folder = parser.parse_args().keep
    if not real_web.EVAL.exists():
        print("the evaluation pages are not here; nothing was run", file=sys.stderr)
        return 1
    pages, labels = real_web.read_saved_pages(real_web.EVAL / "extraction")
    web = real_web.build_saved_web(pages, has_feed=real_web.has_feed)
    with tempfile.TemporaryDirectory() as scratch:
        base = folder or Path(scratch) / "first-run"
        watched = watch_web(base / "watched", web)
        listed = fetch_list(base / "listed", web)
        story = follow_story(base / "story", web)
    lines = report(web, watched, listed, story, labels)
    print("\n".join(lines))
    real_web.replace_block(PAGE, "first_run", lines)
    return 0


def watch_web(folder: Path, web: SavedWeb) -> Told:
    """The daemon's work on the home pages of all hosts: two polls."""
    workspace = real_web.make_workspace(folder, _seeds(), {"sites": web.homes})
    with serve(web.resources) as server:
        once = ("run", "--once")
        first = real_web.run_seedbed(workspace, server, *once)
        second = real_web.run_seedbed(workspace, server, *once, hours_ahead=_HOURS_LATER)
    return tell(workspace, (("first poll", first), ("second poll, 1 h later", second)))


def fetch_list(folder: Path, web: SavedWeb) -> Told:
    """Every page, as a list given by hand: the headline gate plays no part."""
    workspace = real_web.make_workspace(folder, _seeds(), {})
    (workspace / "list.txt").write_text("\n".join(page.url for page in web.pages), encoding="utf-8")
    with serve(web.resources) as server:
        measured = real_web.run_seedbed(workspace, server, "crawl", "urls", "-a", "file=list.txt")
    return tell(workspace, (("the list", measured),))


def follow_story(folder: Path, web: SavedWeb) -> Told:
    """One poll, with saved pages as they came for seeds."""
    bodies = {page.url: page.body for page in web.pages}
    seeds = {f"{number}.html": bodies[url] for number, url in enumerate(STORY_SEEDS, 1)}
    workspace = real_web.make_workspace(folder, seeds, {"sites": web.homes})
    with serve(web.resources) as server:
        measured = real_web.run_seedbed(workspace, server, "run", "--once")
    return tell(workspace, (("one poll", measured),))


def _seeds() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(SEEDS.iterdir())}


def tell(workspace: Path, measured: Sequence[tuple[str, Measured]]) -> Told:
    """Read what the runs left in the corpus."""
    with closing(Corpus(workspace / "corpus.db", readonly=True)) as corpus:
        everything = corpus.everything()
        return Told(
            measured=tuple(measured),
            runs=corpus.runs_since(0),
            pages=everything["pages"],
            articles=everything["articles"],
            copies=everything["copies"],
            sources=len(corpus.all_sources()),
        )


def report(
    web: SavedWeb,
    watched: Told,
    listed: Told,
    story: Told,
    labels: Mapping[str, Mapping[str, Any]],
) -> list[str]:
    """The generated part of the page."""
    by_key = {address_key(page.url): labels[page.id] for page in reversed(web.pages)}
    return [
        f"{len(web.pages)} pages of {len(web.homes)} hosts were served.",
        f"{len(web.feeds)} hosts have a feed and {len(web.sitemaps)} a sitemap.",
        f"{len(web.left_out)} pages share an address with another one and were left out.",
        "",
        "### Watched: `sites` names all home pages",
        "",
        *_told_lines(watched, by_key),
        "",
        "### Listed: every page fetched",
        "",
        *_told_lines(listed, by_key),
        "",
        "### Refused, though labelled as articles",
        "",
        *refused_lines(listed, by_key),
        "",
        "### Another story: three of the pages as seeds, all home pages watched",
        "",
        *_told_lines(story, by_key),
    ]


def _told_lines(told: Told, by_key: Mapping[str, Mapping[str, Any]]) -> list[str]:
    ours = [page for page in told.pages if page["key"] in by_key]
    others = [page for page in told.pages if page["key"] not in by_key]
    return [
        *cost_lines(told.measured),
        "",
        *real_web.markdown_table(
            _RUN_COLUMNS, ([run[c] for c in _RUN_COLUMNS] for run in told.runs)
        ),
        "",
        f"{told.sources} sources named {len(told.pages)} addresses.",
        f"{len(ours)} of them are saved pages; {len(others)} are links of kept pages.",
        "",
        *real_web.markdown_table(
            ("outcome", "reason", "saved", "not saved"), _outcome_rows(ours, others)
        ),
        "",
        "Kept:",
        "",
        *kept_lines(told),
    ]


def cost_lines(measured: Iterable[tuple[str, Measured]]) -> list[str]:
    """What the commands cost, as a table."""
    head = (
        "run", "exit code", "seconds", "requests", "conditional", "for robots.txt", "command MiB",
        "crawl MiB", "page reader MiB", "all at once MiB",
    )  # fmt: skip
    rows = []
    for name, one in measured:
        peaks = [f"{one.peak_mib.get(role, 0):.0f}" for role in ("command", "crawl", "page reader")]
        asked = (one.requests, one.conditional, one.for_robots)
        together = f"{one.peak_together_mib:.0f}"
        rows.append([name, one.exit_code, f"{one.seconds:.1f}", *asked, *peaks, together])
    return real_web.markdown_table(head, rows)


def _outcome_rows(
    ours: Iterable[Mapping[str, Any]], others: Iterable[Mapping[str, Any]]
) -> list[list[object]]:
    counts = [Counter(map(_kind, pages)) for pages in (ours, others)]
    kinds = sorted(counts[0] + counts[1], key=lambda kind: (-counts[0][kind], kind))
    return [[*kind, counts[0][kind], counts[1][kind]] for kind in kinds]


def _kind(page: Mapping[str, Any]) -> tuple[str, str]:
    """Outcome, and the word that names the reason where there is one."""
    named = page["outcome"] in {"rejected", "failed", "gone"}
    return page["outcome"], page["reason"].partition(":")[0] if named else ""


def kept_lines(told: Told) -> list[str]:
    """Articles and copies, the most relevant first."""
    articles = sorted(told.articles, key=lambda row: (-row["relevance"], row["url"]))
    lines = [f"- <{row['url']}> {row['title']}: {row['why']}." for row in articles]
    lines += [
        f"- copy, {row['relation']} {row['similarity']:.2f}: <{row['url']}> {row['title']},"
        f" of {row['article'] or row['seed']}."
        for row in told.copies
    ]
    return lines or ["Nothing."]


def refused_lines(told: Told, by_key: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Saved pages that were rejected, with the length of their labelled text."""
    rows = []
    for page in told.pages:
        if page["outcome"] in {"article", "copy", "off-topic"} or page["key"] not in by_key:
            continue
        words = len(by_key[page["key"]]["text"].split())
        rows.append((page["key"], page["outcome"], page["reason"], words))
    rows.sort(key=lambda row: (row[2], row[0]))
    return real_web.markdown_table(("page", "outcome", "reason", "labelled words"), rows)


if __name__ == "__main__":
    sys.exit(main())
