"""The main job on labelled stories: `python -m benchmarks.story_run [STORY…] [--keep DIR]`.

Four documents of a story are the seed set; all texts of the collection are served as plain article
pages under their own hosts, one feed a host with headline and snippet, as large as it needs to be.
Prints recall, precision and copies, and writes them into `docs/first-run.md`. With `--gate` nothing
is crawled: it prints what other settings of the headline gate would fetch and find.
"""

from __future__ import annotations

import argparse
import itertools
import json
import lzma
import random
import statistics
import sys
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import real_web
from benchmarks.first_run import PAGE, cost_lines
from benchmarks.real_web import SavedPage
from ingest.calibration import ratio_of
from ingest.corpus import Corpus
from ingest.demo.server import serve
from ingest.seedset import load_seed_set
from ingest.text import words
from ingest.topic import learn_topic
from ingest.urls import address_key, url_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.real_web import Measured
    from ingest.topic import Topic

# Chosen before any run: a crime, a war and a person in office.
STORIES = ("fll", "mosul", "tillerson")
_SEEDS = 4
_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
_LEAST_WORDS = (3, 12, 60)
_LEAST_SEED_CHARS = 300  # as in the scorer of the collection
_KEPT = ("article", "copy")
_YES, _NO, _AMBIGUOUS = 1, None, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How one story came out; counts are of addresses, seeds and ambiguous ones left out."""

    story: str
    relevant: Counter[str]  #: relevant addresses by outcome
    unrelated: Counter[str]  #: the others by outcome
    seeds: Counter[str]  #: addresses of the seed documents by outcome
    wrongly_kept: tuple[str, ...] = field(repr=False)
    wrongly_skipped: tuple[str, ...] = field(repr=False)
    wrongly_off_topic: tuple[str, ...] = field(repr=False)

    @property
    def kept(self) -> int:
        """Relevant addresses that are articles or copies."""
        return sum(self.relevant[outcome] for outcome in _KEPT)

    @property
    def recall(self) -> float:
        """Share of the relevant addresses that was kept, 0..1."""
        return self.kept / max(self.relevant.total(), 1)

    @property
    def precision(self) -> float:
        """Share of the kept addresses that is relevant, 0..1."""
        wrong = sum(self.unrelated[outcome] for outcome in _KEPT)
        return self.kept / max(self.kept + wrong, 1)

    def lost(self, *outcomes: str) -> float:
        """Share of the relevant addresses that ended so, 0..1."""
        return sum(self.relevant[one] for one in outcomes) / max(self.relevant.total(), 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("stories", nargs="*", default=list(STORIES), metavar="STORY")
    parser.add_argument("--keep", type=Path, help="folder for the workspaces; must not exist")
    parser.add_argument("--gate", action="store_true", help="weigh settings of the gate")
    options = parser.parse_args()
    if not real_web.EVAL.exists():
        print("the labelled stories are not here; nothing was run", file=sys.stderr)
        return 1
    texts = read_texts(real_web.EVAL / "relevance" / "data" / "web.jsonl.xz")
    if options.gate:
        print("\n".join(gate_lines(texts, options.stories)))
        return 0
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        base = options.keep or Path(scratch) / "story-run"
        for story in options.stories:
            told = ["", f"### {story}", "", *run_story(base / story, texts, story)]
            print("\n".join(told), flush=True)
            lines += told
    if options.stories == list(STORIES):
        real_web.replace_block(PAGE, "story_run", lines[1:])
    return 0


def read_texts(path: Path) -> list[dict[str, Any]]:
    """The texts of the collection."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def choose_seeds(texts: Iterable[Mapping[str, Any]], story: str) -> list[Mapping[str, Any]]:
    """Four relevant documents of a story, always the same."""
    able = [
        text
        for text in texts
        if text["rel"].get(story) == _YES and len(text["text"]) > _LEAST_SEED_CHARS
    ]
    return random.Random(story).sample(able, _SEEDS)


def plain_page(text: Mapping[str, Any]) -> SavedPage:
    """A text as a plain article page at its own address."""
    title, date = escape(text["title"]), escape(text["date"])
    paragraphs = (f"<p>{escape(line)}</p>" for line in text["text"].split("\n") if line.strip())
    body = (
        f'<!doctype html><html lang="{escape(text["lang"])}"><head><meta charset="utf-8">'
        f'<title>{title}</title><meta property="article:published_time" content="{date}">'
        f"</head><body><article><h1>{title}</h1>{''.join(paragraphs)}</article></body></html>"
    )
    return SavedPage(
        id=text["id"],
        url=real_web.http_address(text["url"] or f"http://no-address.test/{text['id']}"),
        title=text["title"],
        body=body.encode(),
        snippet=text["desc"] or "",
        published=datetime.fromisoformat(text["date"]).replace(tzinfo=UTC),
        content_type="text/html; charset=utf-8",
    )


def run_story(folder: Path, texts: Sequence[Mapping[str, Any]], story: str) -> list[str]:
    """Run the main job on one story; what came of it, as lines of Markdown."""
    seeds = choose_seeds(texts, story)
    web = real_web.build_saved_web(map(plain_page, texts), has_feed=lambda _host, _place: True)
    workspace = real_web.make_workspace(folder, _as_files(seeds), {"feeds": web.feeds})
    with serve(web.resources) as server:
        measured = real_web.run_seedbed(workspace, server, "run", "--once")
    by_id = {text["id"]: text for text in texts}
    labelled = label_keys(
        [(page.url, by_id[page.id]) for page in web.pages], story, {seed["id"] for seed in seeds}
    )
    with closing(Corpus(workspace / "corpus.db", readonly=True)) as corpus:
        everything = corpus.everything()
    standing = {row["key"]: row["outcome"] for row in everything["pages"]}
    scored = score(story, labelled, standing)
    named = {address_key(page.url): f"<{page.url}> {page.title}" for page in web.pages}
    return _told(scored, measured, named, everything)


def _as_files(seeds: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    return {f"{text['id']}.txt": f"{text['title']}\n{text['text']}\n".encode() for text in seeds}


def label_keys(
    served: Iterable[tuple[str, Mapping[str, Any]]], story: str, seeds: set[str]
) -> dict[str, str]:
    """What each canonical address is: `seed`, `relevant`, `unrelated` or `ambiguous`.

    Where several texts share an address, the one that says most decides, in that order but for
    the last two: a doubt about one of them is a doubt about the address.
    """
    order = ("seed", "relevant", "ambiguous", "unrelated")
    labelled: dict[str, str] = {}
    for url, text in served:
        verdict = text["rel"].get(story, _NO)
        label = {_YES: "relevant", _AMBIGUOUS: "ambiguous", _NO: "unrelated"}[verdict]
        label = "seed" if text["id"] in seeds else label
        key = address_key(url)
        labelled[key] = min(label, labelled.get(key, label), key=order.index)
    return labelled


def score(story: str, labelled: Mapping[str, str], standing: Mapping[str, str]) -> Score:
    """Hold the ledger against the labels.

    Args:
        labelled: from `label_keys`.
        standing: outcome by canonical address; an address that is not there was never found.
    """
    by_label: dict[str, list[tuple[str, str]]] = {
        "seed": [], "relevant": [], "unrelated": [], "ambiguous": [],
    }  # fmt: skip
    for key, label in sorted(labelled.items()):
        by_label[label].append((key, standing.get(key, "never found")))

    def keys(label: str, *outcomes: str) -> tuple[str, ...]:
        return tuple(key for key, outcome in by_label[label] if outcome in outcomes)

    def counts(label: str) -> Counter[str]:
        return Counter(outcome for _, outcome in by_label[label])

    return Score(
        story=story,
        relevant=counts("relevant"),
        unrelated=counts("unrelated"),
        seeds=counts("seed"),
        wrongly_kept=keys("unrelated", *_KEPT),
        wrongly_skipped=keys("relevant", "skipped"),
        wrongly_off_topic=keys("relevant", "off-topic"),
    )


def _told(
    scored: Score,
    measured: Measured,
    named: Mapping[str, str],
    everything: Mapping[str, list[dict[str, Any]]],
) -> list[str]:
    outcomes = sorted(scored.relevant + scored.unrelated + scored.seeds)
    tables = (scored.relevant, scored.unrelated, scored.seeds)
    return [
        *cost_lines([("one poll", measured)]),
        "",
        *real_web.markdown_table(
            ("outcome", "relevant", "unrelated", "seed documents"),
            ([outcome, *(table[outcome] for table in tables)] for outcome in outcomes),
        ),
        "",
        _summary(scored),
        "",
        *_listed("Kept, though not labelled relevant", scored.wrongly_kept, named),
        *_listed("Relevant, but lost at the gate", scored.wrongly_skipped, named),
        *_listed("Relevant, but judged off topic", scored.wrongly_off_topic, named),
        f"Copies: {len(everything['copies'])}.",
        "",
        *(_copy_line(row, named) for row in everything["copies"]),
    ]


def _summary(scored: Score) -> str:
    other = 1 - scored.recall - scored.lost("skipped") - scored.lost("off-topic")
    return (
        f"Recall {scored.recall:.2f}, precision {scored.precision:.2f};"
        f" lost at the gate {scored.lost('skipped'):.2f},"
        f" at the judge {scored.lost('off-topic'):.2f}, otherwise {abs(other):.2f}."
    )


def _listed(name: str, keys: Sequence[str], named: Mapping[str, str]) -> list[str]:
    return [f"{name}: {len(keys)}.", "", *(f"- {named[key]}" for key in keys), ""]


def _copy_line(row: Mapping[str, Any], named: Mapping[str, str]) -> str:
    origin = named[row["article"]] if row["article"] else f"seed {row['seed']}"
    return f"- {row['relation']} {row['similarity']:.2f}: {named[row['key']]}; of {origin}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A text as the gate sees it, and what the judge would say."""

    is_relevant: bool  #: by its label
    ratio: float  #: of the best headline score to its cut
    words: int  #: that its source said
    is_related: bool  #: by its text


def gate_lines(texts: Sequence[Mapping[str, Any]], stories: Sequence[str]) -> list[str]:
    """What settings of the gate would fetch and find, the mean over the stories, as a table."""
    offered = [_offers(texts, story) for story in stories]
    rows = []
    for share, least_words in itertools.product(_SHARES, _LEAST_WORDS):
        weighed = [weigh(offers, share=share, least_words=least_words) for offers in offered]
        means = [statistics.mean(column) for column in zip(*weighed, strict=True)]
        rows.append([share, least_words, *(f"{mean:.3f}" for mean in means)])
    head = ("share of the cut", "least words", "fetched", "gate recall", "recall", "precision")
    return real_web.markdown_table(head, rows)


def weigh(
    offers: Sequence[Offer], *, share: float, least_words: int
) -> tuple[float, float, float, float]:
    """Share fetched, recall of the gate, recall and precision of gate and judge together; 0..1.

    Args:
        share: of the headline cut from which an address is fetched.
        least_words: with fewer words said of it, it is fetched all the same.
    """
    fetched = [one for one in offers if one.ratio >= share or one.words < least_words]
    kept = [one for one in fetched if one.is_related]
    relevant = max(sum(one.is_relevant for one in offers), 1)
    right = sum(one.is_relevant for one in kept)
    at_gate = sum(one.is_relevant for one in fetched) / relevant
    return len(fetched) / max(len(offers), 1), at_gate, right / relevant, right / max(len(kept), 1)


def _offers(texts: Sequence[Mapping[str, Any]], story: str) -> list[Offer]:
    """All texts but the seeds and the ambiguous ones, as the intake offers them."""
    seeds = choose_seeds(texts, story)
    with tempfile.TemporaryDirectory() as scratch:
        workspace = real_web.make_workspace(Path(scratch) / "w", _as_files(seeds), {})
        topic = learn_topic(load_seed_set(workspace / "seeds"))
    left_out = {seed["id"] for seed in seeds}
    return [
        _offer(topic, text, is_relevant=text["rel"].get(story) == _YES)
        for text in texts
        if text["id"] not in left_out and text["rel"].get(story) != _AMBIGUOUS
    ]


def _offer(topic: Topic, text: Mapping[str, Any], *, is_relevant: bool) -> Offer:
    said = " ".join(filter(None, (text["title"], text["desc"])))
    address = url_words(text["url"] or "")
    headline = max(
        topic.score_headline(text["title"]),
        topic.score_headline(said),
        topic.score_address(address),
        key=lambda one: one.score,
    )
    return Offer(
        is_relevant=is_relevant,
        ratio=ratio_of(headline.score),
        words=len(words(said or address)),
        is_related=topic.score(text["title"], text["text"]).is_related,
    )


if __name__ == "__main__":
    sys.exit(main())
