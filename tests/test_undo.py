"""A label taken back: what the corpus says is what it said before."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from ingest.intake import Intake
from ingest.items import Candidate
from ingest.rejudge import before_run, rejudge
from ingest.stories import lay_stories
from tests.rows import NOW
from tests.taught import TEXTS, Print, crawl, opened, page_of, print_of, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.corpus import Corpus
    from ingest.workspace import Workspace

ENGLISH = [text for text in TEXTS if text.language == "en"]
STORY = [print_of(text) for text in ENGLISH if text.topic == "story"][:6]
NEAR = [print_of(text) for text in ENGLISH if text.topic == "near"][:8]
FAR = [print_of(text) for text in ENGLISH if text.topic == "far"][:3]
LINKS = {
    "http://led.test/baku": "Azerbaijan and Russia: Baku answers Moscow over the raid on Sputnik",
    "http://led.test/opera": "An evening at the opera",
}
REFUSED = {
    "http://refused.test/plain": "A quiet evening by the sea, with nothing whatever to tell "
    "of anything at all",
    "http://refused.test/near": "A road through Syunik, drawn without Moscow and what else was "
    "said of it on that long evening there",
}

#: All that the ledger says.
_LEDGER = (
    "SELECT * FROM pages ORDER BY key",
    "SELECT * FROM sources ORDER BY kind, url",
    "SELECT * FROM outlets ORDER BY id",
    "SELECT id, found, skipped FROM runs ORDER BY id",
)


@dataclass(frozen=True)
class Linking(Print):
    links: tuple[tuple[str, str], ...] = ()

    @property
    def body(self) -> bytes:
        links = "".join(f'<p>See <a href="{url}">{said}</a>.</p>' for url, said in self.links)
        return super().body.replace(b"</article>", links.encode() + b"</article>")


LEADING = Linking(
    FAR[0].url, FAR[0].title, FAR[0].paragraphs, FAR[0].published, tuple(LINKS.items())
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, store: str) -> Path:
    """A workspace to be copied, where its corpus is a file."""
    folder = tmp_path_factory.mktemp("template")
    if store == "sqlite":
        with opened(folder) as (workspace, corpus):
            fill(workspace, corpus)
    return folder


def fill(workspace: Workspace, corpus: Corpus) -> None:
    crawl(workspace, corpus, [*STORY, LEADING, *FAR[1:], *NEAR])
    offer(workspace, corpus, *map(refused, REFUSED))
    learned, _ = rejudge(workspace, corpus, now=NOW)
    lay_stories(corpus, learned.topic.lexicon, learned.topic.languages)


@pytest.fixture
def crawled(template: Path, tmp_path: Path, store: str) -> Iterator[tuple[Workspace, Corpus]]:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    with opened(tmp_path) as (workspace, corpus):
        if store != "sqlite":
            fill(workspace, corpus)
        yield workspace, corpus


def refused(url: str) -> Candidate:
    return Candidate(url=url, found_by="feeds", title=REFUSED[url], snippet="Much more.")


def offer(workspace: Workspace, corpus: Corpus, *candidates: Candidate) -> None:
    knowledge = before_run(workspace, corpus, now=NOW)
    Intake(corpus, knowledge, workspace.settings, run=1).offer(candidates, now=NOW)


def ledger(corpus: Corpus) -> list[list[dict[str, Any]]]:
    """Everything but the numbers that are given in order of arrival."""
    found = [corpus._rows(question) for question in _LEDGER]
    named = [row.pop("article", None) for row in found[0]]
    assert any(named)
    return found


def say(workspace: Workspace, corpus: Corpus, url: str, *, is_yes: bool | None) -> int:
    page = page_of(corpus, url)
    if is_yes is None:
        assert corpus.unlabel(page)
    else:
        corpus.label(page, is_yes=is_yes, by=None, now=NOW)
    rejudge(workspace, corpus, now=NOW)
    return page


def urls(corpus: Corpus, outcome: str) -> set[str]:
    return {row["url"] for row in corpus._rows("SELECT * FROM pages") if row["outcome"] == outcome}


def test_nothing_is_left_of_labels_taken_back(crawled: tuple[Workspace, Corpus]) -> None:
    workspace, corpus = crawled
    before, texts = ledger(corpus), snapshot(corpus)
    assert urls(corpus, "skipped") == set(REFUSED)
    said = {LEADING.url: True, STORY[0].url: False, "http://refused.test/plain": True}
    for url, is_yes in said.items():
        say(workspace, corpus, url, is_yes=is_yes)
    assert {*LINKS, "http://refused.test/plain"} <= urls(corpus, "waiting") | urls(
        corpus, "skipped"
    )
    assert corpus.standing_of([page_of(corpus, LEADING.url)]).popitem()[1] == "article"
    assert ledger(corpus) != before
    for url in said:
        say(workspace, corpus, url, is_yes=None)

    assert snapshot(corpus) == texts
    for rows, expected in zip(ledger(corpus), before, strict=True):
        assert rows == expected
    keys = [row["key"] for row in corpus._rows("SELECT key FROM topic_state")]
    assert {key[:9] for key in keys if re.search(" [0-9]", key)} == {"seen step"}


def test_addresses_that_a_label_let_through_the_gate_are_refused_again(
    crawled: tuple[Workspace, Corpus],
) -> None:
    workspace, corpus = crawled
    before = ledger(corpus)
    for one in NEAR:
        corpus.label(page_of(corpus, one.url), is_yes=True, by=None, now=NOW)
    _, told = rejudge(workspace, corpus, now=NOW)
    assert "http://refused.test/near" in urls(corpus, "waiting")
    assert told.woken == 1
    for one in NEAR:
        corpus.unlabel(page_of(corpus, one.url))
    rejudge(workspace, corpus, now=NOW)

    assert ledger(corpus) == before


def test_what_a_crawl_took_up_meanwhile_stays(crawled: tuple[Workspace, Corpus]) -> None:
    workspace, corpus = crawled
    baku, opera = LINKS
    say(workspace, corpus, LEADING.url, is_yes=True)
    offer(workspace, corpus, Candidate(url=baku, found_by="feeds", title=LINKS[baku]))
    say(workspace, corpus, LEADING.url, is_yes=None)

    assert corpus.find_page(opera.removeprefix("http://")) is None
    assert baku in urls(corpus, "waiting")


def test_what_two_pages_led_to_goes_with_the_second(crawled: tuple[Workspace, Corpus]) -> None:
    workspace, corpus = crawled
    other = replace(LEADING, url="http://again.test/a", paragraphs=FAR[1].paragraphs[::-1])
    crawl(workspace, corpus, [other])
    before = ledger(corpus)
    for url in (LEADING.url, other.url):
        say(workspace, corpus, url, is_yes=True)
    say(workspace, corpus, LEADING.url, is_yes=None)
    assert set(LINKS) <= urls(corpus, "waiting") | urls(corpus, "skipped")
    say(workspace, corpus, other.url, is_yes=None)

    assert ledger(corpus)[0] == before[0]


def test_an_address_that_was_wanted_and_fetched_stays_as_it_was_fetched(
    crawled: tuple[Workspace, Corpus],
) -> None:
    workspace, corpus = crawled
    url = "http://refused.test/plain"
    page = say(workspace, corpus, url, is_yes=True)
    crawl(workspace, corpus, [replace(FAR[2], url=url)])
    assert corpus.standing_of([page]) == {page: "article"}
    say(workspace, corpus, url, is_yes=None)

    assert corpus.standing_of([page]) == {page: "off-topic"}


def test_a_wanted_address_that_fails_is_called_for_once_for_each_yes(
    crawled: tuple[Workspace, Corpus],
) -> None:
    workspace, corpus = crawled
    url = "http://refused.test/plain"
    page = say(workspace, corpus, url, is_yes=True)
    corpus._run("UPDATE pages SET outcome = 'failed', next_check = NULL WHERE id = ?", (page,))
    rejudge(workspace, corpus, now=NOW)
    assert corpus.standing_of([page]) == {page: "failed"}
    later = NOW.replace(hour=13)
    corpus.label(page, is_yes=True, by=None, now=later)
    rejudge(workspace, corpus, now=later)

    assert corpus.standing_of([page]) == {page: "waiting"}
