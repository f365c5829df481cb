"""`seedbed sources`: what is shown of sources, and what a person decides of them."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from ingest.cli import main
from ingest.corpus import Corpus
from ingest.discovery.opml import read_opml
from ingest.proposing.proposals import Proposal, written
from tests.commands import AT, empty, restored_logging, rows, workspace
from tests.filled import insert

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["empty", "restored_logging", "workspace"]  # fixtures

BECAUSE = "Paper is an outlet of Azerbaijan\x1b[2J, in en"


@pytest.fixture
def many(workspace: Path) -> Path:
    """Sources of every state: 1 is active, 2 failing, 3 and 4 proposed, 5 resting, 6 quiet."""
    with closing(Corpus(workspace / "corpus.db")) as corpus, corpus.transaction():
        for outlet in ("paper.az", "dull.az", "loud.az"):
            home = "https://paper.az/" if outlet == "paper.az" else None
            insert(corpus, "outlets", id=outlet, homepage=home, first_seen=AT, last_seen=AT)
        more = {"found_by": "catalogue", "every_minutes": 30, "next_due": AT}
        for number, kind, url, state in (
            (3, "site", "https://paper.az/", "proposed"),
            (4, "feed", "https://paper.az/rss", "proposed"),
            (5, "site", "https://dull.az/", "resting"),
        ):
            insert(
                corpus, "sources", id=number, kind=kind, url=url, state=state, because=BECAUSE,
                outlet=url.split("/")[2], **more,
            )  # fmt: skip
        insert(
            corpus, "sources", id=6, kind="feed", url="https://loud.az/rss", outlet="loud.az",
            last_ok="2026-03-01T00:00:00Z", **more,
        )  # fmt: skip
        for day in range(1, 32):  # something new on each day of January, and nothing since
            url = f"https://loud.az/{day}"
            insert(
                corpus, "pages", url=url, key=url, outlet="loud.az", outcome="skipped", reason="",
                found_by="feeds", first_seen=f"2026-01-{day:02}T08:00:00Z", source=6,
            )  # fmt: skip
    return workspace


def standings(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[int, str]:
    return {row["id"]: row["standing"] for row in rows(capsys, "sources", *arguments)}


@pytest.mark.usefixtures("many")
def test_every_source_has_its_standing(capsys: pytest.CaptureFixture[str]) -> None:
    assert standings(capsys) == {
        1: "active", 2: "failing", 3: "proposed", 4: "proposed", 5: "resting", 6: "quiet",
    }  # fmt: skip


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["--state", "quiet"], {6}),
        (["--state", "proposed", "--state", "resting"], {3, 4, 5}),
        (["--failing"], {2}),
        (["paper.az"], {3, 4}),
        (["https://www.paper.az", "6"], {3, 6}),
        (["http://dull.az/"], {5}),
    ],
)
def test_sources_are_narrowed_by_state_number_address_and_outlet(
    arguments: list[str], ids: set[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert set(standings(capsys, *arguments)) == ids


@pytest.mark.usefixtures("many")
def test_counts_and_sentences_are_told_and_cannot_command_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["sources"]) == 0

    said = capsys.readouterr().out
    assert said.startswith("6 sources: 1 active, 1 quiet, 1 failing, 2 proposed, 1 resting\n")
    assert "https://loud.az/rss quiet: nothing new for" in said
    assert "https://b.test/sitemap.xml failed 3 times: timed out" in said
    assert "4 - feed https://paper.az/rss: Paper is an outlet of Azerbaijan" in " ".join(
        said.split()
    )
    assert all(len(line) <= 80 or "://" in line for line in said.splitlines())
    assert [c for c in said if not c.isprintable() and c != "\n"] == []


@pytest.fixture
def guessed(many: Path) -> Path:
    """With a guess that was wrong (7), one not tried yet (8) and a mark (9)."""
    with closing(Corpus(many / "corpus.db")) as corpus, corpus.transaction():
        for number, kind, state in (
            (7, "feed-guess", "resting"),
            (8, "sitemap-guess", "active"),
            (9, "wordpress", "active"),
        ):
            insert(
                corpus, "sources", id=number, kind=kind, url=f"https://loud.az/{number}",
                state=state, outlet="loud.az", found_by="links", every_minutes=30, next_due=AT,
            )  # fmt: skip
    return many


@pytest.mark.usefixtures("guessed")
@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ([], {1, 2, 3, 4, 5, 6, 8}),
        (["--all"], set(range(1, 10))),
        (["--state", "resting"], {5, 7, 9}),
        (["loud.az"], {6, 7, 8, 9}),
    ],
)
def test_wrong_guesses_and_marks_are_shown_when_asked_for(
    arguments: list[str], ids: set[int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert set(standings(capsys, *arguments)) == ids


@pytest.mark.usefixtures("guessed")
def test_how_many_are_not_shown_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources"]) == 0
    assert "\n2 more, guesses and marks that rest: --all\n" in capsys.readouterr().out

    assert main(["sources", "--all"]) == 0
    assert "more, guesses" not in capsys.readouterr().out


@pytest.mark.usefixtures("many")
def test_feeds_are_written_as_other_readers_take_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources", "--opml", "--state", "proposed"]) == 0

    (feed,) = read_opml(capsys.readouterr().out.encode())
    assert (feed.feed, feed.home) == ("https://paper.az/rss", "https://paper.az/")


@pytest.fixture
def proposed(many: Path) -> Path:
    """With proposals worked out: paper.az fits by 0.35, and new.az (7, 8, 9) and old.az by 0.9."""
    fits = {"paper.az": 0.35, "old.az": 0.9, "new.az": 0.9}
    with closing(Corpus(many / "corpus.db")) as corpus, corpus.transaction():
        told = [
            Proposal(outlet=name, home="", origin="catalogue", score=fit, because="")
            for name, fit in fits.items()
        ]
        corpus.set_state("proposals", written(told))
        for number, url in enumerate(
            ("https://old.az/", "https://new.az/", "https://unheard.az/"), start=7
        ):
            insert(corpus, "outlets", id=url.split("/")[2], first_seen=AT, last_seen=AT)
            insert(
                corpus, "sources", id=number, kind="site", url=url, outlet=url.split("/")[2],
                state="proposed", found_by="catalogue", every_minutes=30, next_due=AT,
            )  # fmt: skip
    return many


@pytest.mark.usefixtures("proposed")
def test_proposals_stand_in_order_of_their_fit(capsys: pytest.CaptureFixture[str]) -> None:
    listed = rows(capsys, "sources", "--state", "proposed", "--state", "active")

    assert [(row["id"], row["fit"]) for row in listed] == [
        (1, None), (8, 0.9), (7, 0.9), (4, 0.35), (3, 0.35), (9, None),
    ]  # fmt: skip


@pytest.mark.usefixtures("proposed")
def test_fit_of_a_proposal_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources"]) == 0

    lines = capsys.readouterr().out.splitlines()
    table = lines[lines.index("    id   fit  address, and what speaks for it") :]
    assert table[1:5] == [
        "     8  0.90  site https://new.az/",
        "     7  0.90  site https://old.az/",
        "     4  0.35  feed https://paper.az/rss: Paper is an outlet of Azerbaijan[2J, in",
        "              en",
    ]
    assert "     9     -  site https://unheard.az/" in table


@pytest.mark.usefixtures("many")
def test_next_poll_that_is_past_is_due(many: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(Corpus(many / "corpus.db")) as corpus:
        corpus._run("UPDATE sources SET next_due = '2999-01-02T03:04:05Z' WHERE id = 2")
    assert main(["sources", "1", "2"]) == 0

    said = capsys.readouterr().out.splitlines()
    assert "  https://a.test/feed next poll: due" in said
    assert "  https://b.test/sitemap.xml next poll: 2999-01-02 03:04 UTC" in said
    assert rows(capsys, "sources", "1")[0]["next_due"] == AT
    assert main(["status"]) == 0
    assert "next        poll due, visit due" in capsys.readouterr().out.splitlines()


def decided(folder: Path) -> dict[int, tuple[str, Any]]:
    with closing(Corpus(folder / "corpus.db", readonly=True)) as corpus:
        told = corpus._rows("SELECT id, state, because FROM sources ORDER BY id")
    return {row["id"]: (row["state"], row["because"]) for row in told}


def test_accepted_outlet_is_polled(many: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources", "--accept", "paper.az", "5"]) == 0

    assert {decided(many)[number] for number in (3, 4, 5)} == {("active", "a person accepted it")}
    assert "3 sources: 3 active" in capsys.readouterr().out


def test_source_is_named_as_the_table_shows_it(
    many: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Corpus(many / "corpus.db")) as corpus, corpus.transaction():
        insert(corpus, "outlets", id="127.0.0.3", first_seen=AT, last_seen=AT)
        insert(
            corpus, "sources", id=7, kind="site", url="http://127.0.0.3:8800/", state="proposed",
            outlet="127.0.0.3", found_by="catalogue", every_minutes=30, next_due=AT,
        )  # fmt: skip
    assert main(["sources", "--accept", "127.0.0.3:8800"]) == 0
    capsys.readouterr()
    assert standings(capsys, "127.0.0.3:8800/") == {7: "active"}


def test_rested_source_is_polled_no_more_and_does_not_fail(
    many: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sources", "--rest", "2", "https://a.test/feed"]) == 0
    capsys.readouterr()

    assert {decided(many)[number] for number in (1, 2)} == {("resting", "a person let it rest")}
    assert standings(capsys, "--failing") == {}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--accept"], 2, "--accept needs an ID or URL"),
        (["--accept", "--rest", "1"], 2, "either --accept or --rest"),
        (["--accept", "99"], 1, "no source 99; seedbed sources shows the numbers"),
        (["--rest", "new.az"], 1, "no source new.az; seedbed add new.az"),
        (["--state", "well"], 2, "'well' is not one of"),
    ],
)
def test_what_cannot_be_decided_is_said_and_changes_nothing(
    arguments: list[str], code: int, said: str, many: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = decided(many)

    assert main(["sources", *arguments]) == code
    assert said in capsys.readouterr().err
    assert decided(many) == before


def test_one_name_that_is_none_leaves_the_others_as_they_are(many: Path) -> None:
    before = decided(many)

    assert main(["sources", "--accept", "paper.az", "none.az"]) == 1
    assert decided(many) == before


@pytest.mark.usefixtures("empty")
def test_without_a_corpus_nothing_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources", "--accept", "1"]) == 1
    assert "corpus" in capsys.readouterr().err
