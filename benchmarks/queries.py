"""What the queries of a topic find: `python -m benchmarks.queries [--peers] [--tune] [--check]`.

`--write` writes the figures, and the queries of the five seed documents, into `docs/topic.md`.

A simulated news search: SQLite's full-text index over the web collection, the terms of a query all
required, the 30 best hits by BM25, at most 6 queries a story. Precision, recall and F are of the
union of their hits, the seeds left out, averaged over the stories and two draws of noisy seeds.
`--peers` needs `pip install yake rake-nltk` for two of them.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import math
import statistics
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pysqlite3 import dbapi2 as sqlite  # noqa: TID251  # an index of the benchmark, no corpus

from benchmarks.real_web import replace_block
from benchmarks.relevance.groups import FOLDER, build_groups
from ingest.background import zipf_table
from ingest.seedset import load_seed_set
from ingest.show_topic import query_lines
from ingest.text import words
from ingest.topic import learn_topic
from ingest.topic.queries import DEFAULT_RULES, Rules, queries_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from benchmarks.relevance.groups import Group, Task
    from ingest.items import SeedSet
    from ingest.topic import Topic

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "topic.md"
FLOOR = 0.84  #: F of ours, .849 when it was pinned; lowering it needs a reason
GOAL = 0.70
_HITS, _QUERIES = 30, 6
_TOP = 4  # terms whose pairs make six queries
_COMMON = 300  # most used words of a language, as stop words
GRID = {"rarity": (0.3, 0.4, 0.5), "again": (0.25, 0.5, 0.7), "worth": (0.05, 0.1, 0.2)}

Asked = list[tuple[str, ...]]  # queries, each of terms that may be of several words


class Figures(NamedTuple):
    """Of the union of the hits, 0..1."""

    precision: float
    recall: float
    f: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One draw of seeds of one story."""

    name: str
    raw: tuple[str, ...] = field(repr=False)
    seeds: SeedSet = field(repr=False)
    topic: Topic = field(repr=False)
    related: frozenset[int] = field(repr=False)
    others: frozenset[int] = field(repr=False)


class NewsSearch:
    """The boolean search over the texts of a group."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._base = sqlite.connect(":memory:")
        self._base.execute(
            "CREATE VIRTUAL TABLE news USING fts5(text, tokenize='unicode61 remove_diacritics 2')"
        )
        rows = enumerate(texts)
        self._base.executemany("INSERT INTO news (rowid, text) VALUES (?, ?)", rows)

    def find(self, terms: tuple[str, ...]) -> list[int]:
        """The best texts that hold all the terms, by their place."""
        wanted = " AND ".join('"{}"'.format(term.replace('"', "")) for term in terms)
        sql = "SELECT rowid FROM news WHERE news MATCH ? ORDER BY rank, rowid LIMIT ?"
        return [row[0] for row in self._base.execute(sql, (wanted, _HITS))]


def story_of(task: Task) -> Story:
    with tempfile.TemporaryDirectory() as folder:
        for number, raw in enumerate(task.seeds, start=1):
            (Path(folder) / f"{number}.txt").write_text(raw, "utf-8")
        seeds = load_seed_set(Path(folder))
    told = list(zip(task.candidates, task.related, strict=True))
    return Story(
        name=task.name,
        raw=task.seeds,
        seeds=seeds,
        topic=learn_topic(seeds),
        related=frozenset(place for place, is_related in told if is_related),
        others=frozenset(place for place, is_related in told if not is_related),
    )


def ours(story: Story, rules: Rules = DEFAULT_RULES) -> Asked:
    found = queries_of(story.topic, story.seeds, per_language=_QUERIES, rules=rules)
    home = found[0].language if found else None
    return [query.terms for query in found if query.language == home]


def figures(search: NewsSearch, story: Story, asked: Asked) -> Figures:
    hits = {hit for terms in asked for hit in search.find(terms)}
    right, wrong = len(hits & story.related), len(hits & story.others)
    precision = right / (right + wrong) if right else 0.0
    recall = right / len(story.related)
    return Figures(precision, recall, 2 * precision * recall / (precision + recall or 1.0))


def mean(all_figures: Iterable[Figures]) -> Figures:
    return Figures(*map(statistics.fmean, zip(*all_figures, strict=True)))


# --- what others would ask ---


def _titles(story: Story) -> list[str]:
    return [seed.title or "" for seed in story.seeds.documents]


def title_words(story: Story) -> Asked:
    return [tuple(words(title)) for title in _titles(story) if title][:_QUERIES]


def title_rarest(story: Story) -> Asked:
    table = zipf_table("en")
    ranked = [sorted(set(words(t)), key=lambda w: (table.get(w, 0), w)) for t in _titles(story)]
    return [tuple(rare[:_TOP]) for rare in ranked if rare][:_QUERIES]


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(list(zipf_table("en"))[:_COMMON])


def _pairs(ranked: Iterable[str]) -> Asked:
    return list(combinations(list(ranked)[:_TOP], 2))


def tf_idf_pairs(story: Story, texts: Sequence[str]) -> Asked:
    having = _documents_having(tuple(texts))
    total: Counter[str] = Counter()
    for raw in story.raw:
        for word, times in Counter(words(raw)).items():
            rarity = math.log(len(texts) / (1 + having[word]))
            total[word] += round(1000 * (1 + math.log(times)) * rarity)
    ranked = sorted(total, key=lambda word: (-total[word], word))
    return _pairs(word for word in ranked if word not in _stop_words())


@cache
def _documents_having(texts: tuple[str, ...]) -> Counter[str]:
    return Counter(word for text in texts for word in set(words(text)))


def _yake(texts: Iterable[str], most_words: int) -> list[str]:
    extractor = importlib.import_module("yake").KeywordExtractor(lan="en", n=most_words, top=40)
    return [str(phrase) for phrase, _ in extractor.extract_keywords("\n".join(texts))]


def yake_raw(story: Story) -> Asked:
    return [tuple(phrase.split()) for phrase in _yake(story.raw, 3)][:_QUERIES]


def _cleaned(story: Story) -> list[str]:
    return [f"{seed.title or ''}\n{seed.text}" for seed in story.seeds.documents]


def yake_cleaned(story: Story) -> Asked:
    return [tuple(phrase.split()) for phrase in _yake(_cleaned(story), 3)][:_QUERIES]


def yake_pairs(story: Story) -> Asked:
    return _pairs(_yake(_cleaned(story), 1))


def rake_cleaned(story: Story) -> Asked:
    make: Any = importlib.import_module("rake_nltk").Rake
    rake = make(
        stopwords=set(_stop_words()),
        sentence_tokenizer=str.splitlines,
        word_tokenizer=words,
        max_length=3,
    )
    rake.extract_keywords_from_text("\n".join(_cleaned(story)))
    return [tuple(phrase.split()) for phrase in rake.get_ranked_phrases()][:_QUERIES]


def peers(group: Group) -> dict[str, Callable[[Story], Asked]]:
    found: dict[str, Callable[[Story], Asked]] = {
        "all words of each title": title_words,
        "four rarest words of each title": title_rarest,
        "TF-IDF pairs, raw seeds": lambda story: tf_idf_pairs(story, group.texts),
    }
    if importlib.util.find_spec("rake_nltk"):
        found["RAKE, cleaned seeds"] = rake_cleaned
    if importlib.util.find_spec("yake"):
        found |= {
            "YAKE, raw seeds": yake_raw,
            "YAKE, cleaned seeds": yake_cleaned,
            "YAKE pairs, cleaned seeds": yake_pairs,
        }
    return found


# --- choosing the rules on one half, reporting on the other ---


def tuned_lines(search: NewsSearch, stories: Sequence[Story]) -> list[str]:
    grid = [Rules(**dict(zip(GRID, values, strict=True))) for values in product(*GRID.values())]
    reached = {
        rules: [figures(search, story, ours(story, rules)) for story in stories] for rules in grid
    }
    names = sorted({story.name.rpartition("/")[0] for story in stories})
    lines = []
    for half in (0, 1):
        chosen_on = frozenset(names[half::2])
        inside = [story.name.rpartition("/")[0] in chosen_on for story in stories]
        best = max(grid, key=lambda r: _mean_where(reached[r], inside).f)
        own = _mean_where(reached[best], inside)
        other = _mean_where(reached[best], [not is_in for is_in in inside])
        told = ", ".join(f"{name} {getattr(best, name)}" for name in GRID)
        lines.append(f"| {told} | {own.f:.3f} | {_cells(other)} |")
    return lines


def _mean_where(all_figures: Sequence[Figures], wanted: Sequence[bool]) -> Figures:
    return mean(one for one, is_in in zip(all_figures, wanted, strict=True) if is_in)


def _cells(one: Figures) -> str:
    return f"{one.precision:.3f} | {one.recall:.3f} | {one.f:.3f}"


def seeds_lines() -> list[str]:
    """The queries of the five seed documents of this repository, as the page shows them."""
    seeds = load_seed_set(ROOT / "seeds")
    return ["```text", *query_lines(queries_of(learn_topic(seeds), seeds)), "```"]


def figure_lines(
    group: Group, search: NewsSearch, stories: Sequence[Story], *, with_peers: bool, tune: bool
) -> list[str]:
    """One table of ours beside its peers, and one of the rules chosen on half of the stories."""
    lines = ["| queries | precision | recall | F |", "|---|---|---|---|"]
    if with_peers:
        for name, make in peers(group).items():
            one = mean(figures(search, story, make(story)) for story in stories)
            lines.append(f"| {name} | {_cells(one)} |")
    one = mean(figures(search, story, ours(story)) for story in stories)
    lines.append(f"| **ours** | {_cells(one)} |")
    if tune:
        lines += ["", "| rules | F where chosen | precision | recall | F on the rest |"]
        lines += ["|---|---|---|---|---|", *tuned_lines(search, stories)]
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; exit code 1 when ours is below its floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true", help="other ways to make queries beside")
    parser.add_argument("--tune", action="store_true", help="choose the rules on half the stories")
    parser.add_argument("--check", action="store_true", help="fail below the floor")
    parser.add_argument("--write", action="store_true", help="write into docs/topic.md")
    parser.add_argument("-v", "--verbose", action="store_true", help="the queries of each story")
    asked = parser.parse_args(arguments)
    if asked.write:
        replace_block(PAGE, "queries-of-the-seeds", seeds_lines())
    if not FOLDER.is_dir():
        print("skipped: the evaluation folder is not there")
        return 0
    (group,) = build_groups(("web",), ("full",), ("noisy",))
    search, stories = NewsSearch(group.texts), [story_of(task) for task in group.tasks]
    if asked.verbose:
        for story in stories:
            one, found = figures(search, story, ours(story)), ours(story)
            print(story.name, f"F {one.f:.2f}", "; ".join(" + ".join(terms) for terms in found))
    lines = figure_lines(group, search, stories, with_peers=asked.peers, tune=asked.tune)
    print("\n".join(lines))
    if asked.write:
        replace_block(PAGE, "queries-figures", lines)
    reached = mean(figures(search, story, ours(story)) for story in stories).f
    return int(asked.check and reached < FLOOR)


if __name__ == "__main__":
    sys.exit(main())
