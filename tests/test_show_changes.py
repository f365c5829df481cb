"""Changes and events as a person reads them in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.cli import main
from ingest.layout import COLUMNS, unstyled
from ingest.show_changes import change_lines, event_lines, revision_lines
from tests.rows import NOW
from tests.taught import Print, crawl, opened

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

URL = "http://a.test/one"
ARTICLE = {"title": "Baku summons envoy", "url": URL}
CHANGE = {
    "seen": "2025-07-03T12:00:00Z",
    "title": "Baku asks",
    "new_title": "Baku summons envoy",
    "title_changed": 1,
    "words_added": 1,
    "words_removed": 1,
    "entries_added": None,
    "url": URL,
}
LONG = "This sentence of nine words stays as it is. " * 20

LEAD = (
    "President Ilham Aliyev of Azerbaijan challenged Vladimir Putin over the crash of an "
    "Azerbaijani plane, and asked Russia to admit that it shot at the plane by mistake."
)
BODY = (
    "Officials in Baku said that at least 37 of the people aboard the Azerbaijan Airlines flight "
    "to Grozny died when it crashed near Aktau in Kazakhstan."
)


def told(before: str, after: str, **more: Any) -> list[str]:
    change = CHANGE | {"text_before": before, "text_after": after} | more
    return [unstyled(line) for line in change_lines(ARTICLE, [change])]


def test_change_is_shown_with_a_few_words_around_it() -> None:
    lines = told(f"{LONG}\nAt least 37 people died.\n{LONG}", f"{LONG}\nAt least 38 died.\n{LONG}")

    assert lines[:6] == [
        "Baku summons envoy",
        URL,
        "",
        "  2025-07-03 12:00 UTC, +1 -1 words",
        "    title was: Baku asks",
        "    title is: Baku summons envoy",
    ]
    assert lines[6:] == ["", "    At least [-37 people-] {+38+} died."]
    assert all(len(line) <= COLUMNS for line in lines)


def test_changes_far_apart_stand_in_places_of_their_own() -> None:
    lines = told(f"One begins. {LONG} One ends.", f"Two begins. {LONG} Two ends.")

    assert [line for line in lines if "[-" in line] == [
        "    [-One-] {+Two+} begins. This sentence of nine words stays as …",
        "    … sentence of nine words stays as it is. [-One-] {+Two+} ends.",
    ]


def test_paragraphs_that_came_in_are_marked_one_by_one() -> None:
    lines = told("The end.", "A first one.\nA second one.\nThe end.", title_changed=0)

    assert lines[4:] == ["", "    {+A first one.+}", "    {+A second one.+}", "    The end."]


def test_rewritten_paragraph_is_no_confetti() -> None:
    before = "Police in Baku said on Monday that the old editor was held for a long time."
    after = (
        "Officers in Moscow said yesterday and that a young editor was freed after a short time."
    )
    shown = " ".join(told(before, after, title_changed=0)[4:])

    assert " ".join(shown.split()) == (
        "[-Police in Baku said on Monday that the old editor was held for a long-] {+Officers in "
        "Moscow said yesterday and that a young editor was freed after a short+} time."
    )


def test_changes_in_two_paragraphs_are_not_run_together() -> None:
    lines = told("One came.\nTwo went.", "Ten came.\nSix went.", title_changed=0)

    assert lines[4:] == ["", "    [-One-] {+Ten+} came.", "    [-Two-] {+Six+} went."]


def test_change_of_the_headline_alone_counts_no_words() -> None:
    lines = revision_lines([CHANGE | {"words_added": 0, "words_removed": 0}])

    assert lines[0] == "  2025-07-03 12:00 UTC, headline only"


def test_event_of_the_article_itself_does_not_repeat_its_address() -> None:
    event = {"at": "2025-07-03T12:00:00Z", "kind": "lead", "detail": "leads", "url": URL}

    assert event_lines([event | {"is_own": 1}]) == ["  2025-07-03 12:00 UTC, lead: leads"]
    assert event_lines([event | {"is_own": 0}])[1:] == [f"    {URL}"]


def test_change_of_a_copy_names_its_address() -> None:
    assert f"    {URL}/copy" in told("One.", "Two.", url=f"{URL}/copy")
    assert change_lines(ARTICLE, [])[-1] == "it was not changed since it was first seen"


def test_live_blog_tells_its_entries_and_events_their_kind() -> None:
    (line,) = revision_lines([CHANGE | {"title_changed": 0, "entries_added": 2}])
    event = {"at": "2025-07-03T12:00:00Z", "kind": "moved-home", "detail": "a reason\x1b[2J"}

    assert line == "  2025-07-03 12:00 UTC, +1 -1 words, 2 entries more"
    assert event_lines([event]) == ["  2025-07-03 12:00 UTC, moved-home: a reason[2J"]


def test_commands_show_changes_and_events(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = Print(
        url="http://news.test/2025/07/plane",
        title="Azerbaijan's Leader Challenges Putin After Deadly Plane Crash",
        paragraphs=(LEAD, BODY),
        published=NOW,
    )
    later = Print(
        url=first.url, title=first.title, published=NOW,
        paragraphs=(LEAD, BODY.replace("37", "38")),
    )  # fmt: skip
    with opened(tmp_path) as (workspace, corpus):
        crawl(workspace, corpus, [first])
        crawl(workspace, corpus, [later])
        number = corpus._value("SELECT id FROM articles")
        with corpus.transaction():
            corpus.note_absence(1, "gone", detail="http 410", run=1, at=NOW)

    def said(*arguments: str) -> str:
        assert main(["-w", str(tmp_path), *arguments]) == 0
        return capsys.readouterr().out

    shown = said("show", str(number))
    assert "1 change\n  2025-07-03 12:00 UTC, +1 -1 words" in shown
    assert "1 event\n  2025-07-03 12:00 UTC, gone: http 410" in shown
    assert "that at least [-37-] {+38+} of the people" in " ".join(
        said("show", str(number), "--changes").split()
    )
    assert '["removed", "37 "], ["added", "38 "]' in said(
        "show", str(number), "--changes", "--json"
    )
    assert "gone: http 410" in said("why", first.url)
