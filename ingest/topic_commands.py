"""The command that shows the topic: what it is about, what is asked for, how it came to be."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from ingest.terminal import Place, as_json_option, print_json, print_lines

if TYPE_CHECKING:
    from ingest.items import SeedSet
    from ingest.topic import Topic
    from ingest.workspace import Workspace

__all__ = ["COMMANDS"]


@click.command()
@as_json_option
@click.option("--history", is_flag=True, help="What it learned, step by step.")
@click.option("--queries", is_flag=True, help="What search services are asked, in each language.")
@click.option(
    "-n",
    "--per-language",
    type=click.IntRange(1, 100),
    help="Learned queries at most in each language; as [search] says unless given.",
)
@click.pass_obj
def topic(
    place: Place, *, as_json: bool, history: bool, queries: bool, per_language: int | None
) -> None:
    """The topic learned from the seeds, your edits and labels.

    Change it with add, drop and pin under [topic] in seedbed.toml, and its queries with queries and
    drop_queries under [search].
    """
    if history and queries:
        raise click.UsageError("ask for --history or for --queries, not for both")
    if history:
        _show_history(place, as_json=as_json)
    else:
        _show_topic(place, as_json=as_json, queries=queries, per_language=per_language)


def _show_history(place: Place, *, as_json: bool) -> None:
    from ingest.show_topic import history_lines

    with place.reading() as corpus:
        steps = corpus.topic_steps()
    if as_json:
        print_json(*steps)
    else:
        print_lines(history_lines(steps))


def _show_topic(place: Place, *, as_json: bool, queries: bool, per_language: int | None) -> None:
    from ingest.show_topic import (
        query_lines,
        query_row,
        topic_lines,
        topic_row,
        without_dropped,
    )
    from ingest.topic.asked import asked_queries
    from ingest.topic.describe import describe
    from ingest.unmatched import unmatched_edits
    from ingest.workspace import Workspace

    workspace = Workspace.open(place.folder, os.environ)
    seeds = workspace.seeds()
    topic = _in_force(workspace, seeds)
    search = workspace.settings.search
    most = search.per_language if per_language is None else per_language
    told = describe(topic, seeds, edits=workspace.edits, per_language=most)
    asked = asked_queries(
        told.queries,
        added=search.queries,
        dropped=search.drop_queries,
        languages=search.languages,
    )
    told = replace(without_dropped(told, topic), queries=asked)
    if queries and as_json:
        print_json(*map(query_row, told.queries))
    elif queries:
        print_lines(query_lines(told.queries))
    elif as_json:
        print_json(topic_row(told, unmatched_edits(workspace, seeds)))
    else:
        print_lines(topic_lines(told, unmatched_edits(workspace, seeds)))


def _in_force(workspace: Workspace, seeds: SeedSet) -> Topic:
    """The topic as the next run will have it; it is learned anew, nothing is written."""
    from ingest.topic.in_force import Lessons, topic_in_force

    if not workspace.settings.corpus_path.exists():
        return topic_in_force(
            Lessons(seeds=seeds, edits=workspace.edits, encoder=workspace.encoder)
        )
    with closing(workspace.corpus(readonly=True)) as corpus:
        return topic_in_force(workspace.lessons(corpus, seeds))


COMMANDS = (topic,)
