"""What is known of a host, by whichever process learned it last."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.corpus import Corpus
from ingest.extract.lines import line_key
from ingest.known_sites import KnownSites
from ingest.rejudge import before_run
from ingest.site_memory import remember_sites
from tests.rows import NOW
from tests.taught import crawl, opened
from tests.test_site_memory import FOLLOW, HOST, PAGES, PLEA, forget, remember, texts_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ingest.workspace import Workspace
    from tests.taught import Print


def learn_elsewhere(workspace: Workspace, prints: Sequence[Print]) -> None:
    """What another process does: it lets pages go, learns their site anew, and is stopped there."""
    with closing(Corpus(workspace.settings.corpus_path)) as other:
        forget(other, prints)
        knowledge = before_run(workspace, other, now=NOW)
        remember_sites(workspace, other, knowledge, now=NOW, is_stopped=lambda: True)


def test_memory_is_the_one_learned_last_and_bears_its_version(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PAGES)
        sites = KnownSites(corpus)
        nothing = sites.memory_of(HOST)
        remember(workspace, corpus)
        learned = sites.memory_of(HOST)
        learn_elsewhere(workspace, PAGES[2:])
        forgotten = sites.memory_of(HOST)

        assert nothing.version == forgotten.version == ""
        assert forgotten.left_out == frozenset()
        assert len(learned.left_out) == 2
        assert learned.version != ""
        assert corpus.site_version(HOST) == forgotten.version


def test_a_memory_by_another_release_bears_the_version_that_is_stored(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PAGES)
        remember(workspace, corpus)
        with corpus.transaction():  # which named the same lines otherwise
            corpus._run("UPDATE sites SET version = 'older'")
        memory = KnownSites(corpus).memory_of(HOST)
        told = remember(workspace, corpus)

        assert memory.version == "older"
        assert told.is_done
        assert corpus.outdated_pages(limit=99) == []


def test_a_site_learned_anew_in_the_midst_of_a_pass_leaves_no_page_cut_by_the_older(
    tmp_path: Path,
) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PAGES)
        asked = 0

        def another_learns() -> bool:
            nonlocal asked
            asked += 1
            if asked == 3:
                learn_elsewhere(workspace, PAGES[4:])
            return False

        assert remember(workspace, corpus, is_stopped=another_learns).is_done
        stored = texts_of(corpus)
        texts = [stored[one.url] for one in PAGES[:4] if one.url in stored]
        stamped = {row["version"] for row in corpus._rows("SELECT version FROM site_pages")}

        assert asked > 3
        assert [row["key"] for row in corpus.site(HOST)[1]] == [line_key(FOLLOW)]
        assert len(texts) >= 3
        assert all(PLEA in text and FOLLOW not in text for text in texts)
        assert stamped == {corpus.site_version(HOST)}


def test_a_page_fetched_under_another_memory_is_cut_again_when_the_former_is_back(
    tmp_path: Path,
) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PAGES)
        remember(workspace, corpus)
        learned = corpus.site_version(HOST)
        learn_elsewhere(workspace, PAGES[2:])
        one = PAGES[0]
        crawl(workspace, corpus, [replace(one, paragraphs=(*one.paragraphs, "It goes on."))])
        in_between = texts_of(corpus)[one.url]
        crawl(workspace, corpus, PAGES[2:])
        remember(workspace, corpus)

        assert PLEA in in_between
        assert corpus.site_version(HOST) == learned
        assert PLEA not in texts_of(corpus)[one.url]


def test_pages_fetched_again_as_they_were_are_not_looked_at_again(tmp_path: Path) -> None:
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, PAGES)
        remember(workspace, corpus)
        crawl(workspace, corpus, PAGES)

        assert corpus.due_sites() == []
        assert corpus.outdated_pages(limit=99) == []
