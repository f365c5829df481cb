"""What Datasette shows of each table and view: one sentence, its order, its facets, its label.

What the columns mean is not here: the file itself says so (`ingest.web.schema`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ingest.web.schema import Table

__all__ = ["CORPUS_DESCRIPTION", "SHOWN", "Shown", "metadata_of"]

CORPUS_DESCRIPTION = (
    "Everything found about one story, each text once: articles, the copies that carry them, "
    "what was changed later, and for every address ever considered why it is here or not. "
    "Begin with the queries below, or search the articles. Times are UTC, shares are 0 to 1."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How one table or view is shown."""

    description: str
    label: str | None = None  #: column that stands for a row where others point to it
    highest: str | None = None  #: column to sort by, highest first; None: in its own order
    facets: tuple[str, ...] = ()
    search: str | None = None  #: full-text index over it


SHOWN: Mapping[str, Shown] = {
    "articles": Shown(
        description="One row for each distinct text about the topic; “why” says why it was kept. "
        "The same text elsewhere is in copies, its earlier wordings are in revisions.",
        label="title",
        highest="published",
        facets=("outlet", "language", "seed"),
        search="articles_fts",
    ),
    "copies": Shown(
        description="One row for each page that carries a text of the corpus, whole or in part: "
        "of an article, or of a seed document.",
        label="title",
        highest="id",
        facets=("relation", "outlet", "seed"),
    ),
    "revisions": Shown(
        description="One row for each change that was seen in a kept page: the wording before it.",
        label="title",
        highest="id",
        facets=("title_changed",),
    ),
    "events": Shown(
        description="What else happened to an article: an earlier original was found, its address "
        "stopped answering, or answers again.",
        highest="id",
        facets=("kind",),
    ),
    "translation_hints": Shown(
        description="Pairs of pages that may be one text in two languages, strongest first: a hint "
        "with its grounds, not a verdict.",
        highest="score",
    ),
    "outlets": Shown(
        description="The publishers, by registrable domain.",
        label="id",
        highest="last_seen",
        facets=("language",),
    ),
    "seeds": Shown(
        description="The seed set: the documents that define the topic, as given and cleaned.",
        label="file",
        facets=("language",),
    ),
    "stories": Shown(
        description="Threads of articles inside the topic.",
        label="title",
        highest="articles",
    ),
    "pages": Shown(
        description="The ledger: one line for each address ever considered, with where it stands "
        "and why.",
        label="url",
        highest="id",
        facets=("outcome", "found_by", "outlet"),
    ),
    "sources": Shown(
        description="Where addresses come from: feeds, sitemaps and sites, when each is "
        "due, and those that are only proposed, with “because”.",
        label="url",
        highest="failures",
        facets=("state", "kind", "found_by"),
    ),
    "leads": Shown(
        description="Headlines that a service told without an address, and the pages they turned "
        "out to be.",
        label="title",
        highest="id",
        facets=("outlet",),
    ),
    "runs": Shown(
        description="One row for each crawl: what it asked, what came of it, what went wrong.",
        label="started",
        highest="id",
        facets=("spider", "trigger", "outcome"),
    ),
    "fetches": Shown(
        description="One row for each page fetched by each run, with how that fetch ended.",
        highest="id",
        facets=("outcome",),
    ),
    "rescues": Shown(
        description="Pages whose address is dead, and what a web archive had of them.",
    ),
    "links": Shown(
        description="Who cites whom: addresses linked from the body of the articles.",
        facets=("target_outlet",),
    ),
    "routes": Shown(
        description="By which independent routes each page was found that was let through.",
        facets=("route",),
    ),
    "captures": Shown(
        description="Each text that is kept, with its week and the routes that found it: what "
        "completeness is reckoned from.",
        highest="week",
    ),
    "capture_counts": Shown(
        description="How many texts of each week were found by exactly which routes.",
    ),
    "hubs": Shown(
        description="Sections, tags and other lists whose links are followed, and why.",
        facets=("outlet",),
    ),
    "hub_yield": Shown(
        description="What came of the links of each list: named, fetched, kept.",
        highest="kept",
    ),
    "link_yield": Shown(
        description="What came of the links to each outlet: named, fetched, kept.",
        highest="kept",
    ),
    "gate_samples": Shown(
        description="Pages that the gate refused and that were fetched all the same, to learn what "
        "it costs.",
        highest="drawn",
    ),
    "labels": Shown(
        description="What a reader said of a page, yes or no; the topic learns from it.",
        highest="at",
        facets=("verdict",),
    ),
    "topic_steps": Shown(
        description="What the topic learned after the seeds: each step, and whether it stands.",
        highest="id",
        facets=("kind",),
    ),
    "latest": Shown(
        description="The articles, latest first, in the columns that fit a screen.",
        facets=("outlet", "language"),
    ),
    "timeline": Shown(description="Articles and copies by day of publication."),
    "who_copied_whom": Shown(
        description="Which outlet republished which, how often, how closely and how much later.",
    ),
    "changes": Shown(
        description="What was changed after publication, the latest first.",
        facets=("title_changed",),
    ),
    "passages": Shown(
        description="What articles share that are no copies of each other: excerpts, paragraphs in "
        "common, forms filled in anew; with the words and where they stand in both.",
    ),
    "outlet_summary": Shown(
        description="Each outlet that carries the topic: how much, how much of it its own, when.",
        facets=("language",),
    ),
    "story_summary": Shown(description="The threads of the topic, the longest first."),
    "source_health": Shown(
        description="The sources, failing ones first.",
        facets=("kind",),
    ),
    "why_not": Shown(
        description="Addresses that did not become an article or a copy, and why; within each "
        "outcome the nearest misses first.",
        facets=("outcome",),
    ),
    "ledger": Shown(description="How many addresses stand at each outcome."),
    "texts": Shown(
        description="The wording of each kept page, copies included, packed: what the families "
        "are settled from.",
    ),
    "fingerprints": Shown(
        description="Chosen shingle hashes of each text, by which texts that share words are found."
    ),
    "fingerprints_fresh": Shown(description="Those of the latest texts, a row each."),
    "fingerprints_hot": Shown(description="Those of texts before these, not yet merged."),
    "fingerprints_seed": Shown(description="The shingle hashes of the seed documents, every one."),
    "edges": Shown(
        description="Pairs of texts that share words, and how much; of these families are made.",
    ),
    "alerts": Shown(description="What people were told, or are to be told."),
    "alerts_waiting": Shown(description="Which address is still to be told of what."),
    "alert_receivers": Shown(description="How the addresses that are told take it."),
    "doubted_claims": Shown(
        description="Addresses that unlike pages name as their own, and are not believed.",
    ),
    "translations": Shown(
        description="Pairs of texts that may be translations; of kept ones, see translation_hints.",
    ),
    "translation_clues": Shown(
        description="What pages say of other editions, and their lead pictures, to look them up.",
    ),
    "hosts": Shown(description="Hosts that asked to wait, and until when."),
    "robots": Shown(description="The robots.txt of each host, as long as it is in force."),
    "sites": Shown(description="Hosts whose pages were compared for what the site repeats."),
    "site_pages": Shown(description="The lines of each page that was read as an article, hashed."),
    "blocks": Shown(
        description="Lines that are a site's own, and are left out of the texts of its articles.",
    ),
    "story_days": Shown(
        description="Days whose articles changed since stories were laid out.",
    ),
    "captured": Shown(
        description="Week and routes of each kept page, from which captures are counted."
    ),
    "topic_state": Shown(description="What was learned of the topic, kept between runs."),
}


def metadata_of(schema: Iterable[Table], *, machine_tables: Collection[str]) -> dict[str, Any]:
    """The metadata of one corpus, as Datasette wants it; only for what the file holds."""
    return {
        "description": CORPUS_DESCRIPTION,
        "tables": {
            table.name: _settings(table, SHOWN.get(table.name), hidden=table.name in machine_tables)
            for table in schema
        }
        | {"sqlite_sequence": {"hidden": True}},  # SQLite's own
    }


def _settings(table: Table, shown: Shown | None, *, hidden: bool) -> dict[str, Any]:
    settings: dict[str, Any] = {"columns": table.meanings, "hidden": hidden}
    if shown is not None:  # None: a table of a newer Seedbed, or one that somebody added
        settings |= {
            "description": shown.description,
            "label_column": shown.label,
            "sort_desc": shown.highest,
            "facets": list(shown.facets),
            "fts_table": shown.search,
            "fts_pk": shown.search and "id",
        }
    return {name: value for name, value in settings.items() if value}
