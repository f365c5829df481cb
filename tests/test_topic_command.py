"""`seedbed topic` and what it tells: names, kinds, spellings, dates, outlets, history."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ingest.corpus import Corpus
from ingest.corpus.labels import Step
from ingest.seedset import load_seed_set
from ingest.terminal import Place
from ingest.topic import learn_topic
from ingest.topic.cues import dates_named, kind_of, outlets_named
from ingest.topic.describe import NameShown, describe
from ingest.topic.edits import Edits
from ingest.topic_commands import topic

ROOT = Path(__file__).parents[1]
SEEDS = load_seed_set(ROOT / "seeds")
TOLD = describe(learn_topic(SEEDS), SEEDS)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    for seed in (ROOT / "seeds").glob("*.txt"):
        (tmp_path / "seeds" / seed.name).write_bytes(seed.read_bytes())
    return tmp_path


def asked(workspace: Path, *arguments: str) -> Result:
    return CliRunner().invoke(topic, arguments, obj=Place(named=workspace))


def rows(workspace: Path, *arguments: str) -> list[dict[str, Any]]:
    answer = asked(workspace, "--json", *arguments)
    assert answer.exit_code == 0, answer.output
    return [json.loads(line) for line in answer.output.splitlines()]


def name(called: str) -> NameShown:
    return next(one for one in TOLD.names if one.name == called)


def test_the_pair_of_places_leads_with_its_spellings_across_scripts() -> None:
    assert TOLD.core == ("Azerbaijan", "Russia")
    assert [one.name for one in TOLD.names[:2]] == ["Azerbaijan", "Russia"]
    assert {("az", "Azərbaycan"), ("ru", "Азербайджан")} <= set(name("Azerbaijan").written)
    assert {"Azerbaijan", "Azerbaijani", "Baku"} <= set(name("Azerbaijan").seen)
    assert name("Azerbaijan").seeds == 5


def test_names_of_two_words_are_one_and_clear_kinds_are_told() -> None:
    assert name("Ilham Aliyev").kind == "person"
    assert name("Ilham Aliyev").family == "Azerbaijan"
    assert ("ru", "Алиев") in name("Ilham Aliyev").written
    assert name("CSTO").kind == "organisation"
    assert name("Yekaterinburg").kind == "place"
    assert not {"Aliyev", "Ilham"} & {one.name for one in TOLD.names}


def test_seeds_in_russian_are_described_in_russian(tmp_path: Path) -> None:
    text = (
        "Президент Азербайджана Алиев обвинил Россию в крушении самолёта под Актау. Алиев заявил "
        "об этом в Баку, а Москва и Россия с этим не согласны, сообщили в среду.\n"
        "В Баку считают, что самолёт сбили над Россией, и ждут ответа России и Азербайджана.\n"
    )
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(text, "utf-8")
    seeds = load_seed_set(tmp_path)
    told = describe(learn_topic(seeds), seeds)

    assert told.languages == ("ru",)
    assert {"Азербайджан", "Россия"} <= {one.name for one in told.names}
    assert "en" in told.other_languages


def test_words_shown_are_no_names_and_no_words_of_every_article() -> None:
    terms = {one.term for one in TOLD.terms}

    assert {"confrontation", "crash"} <= terms
    assert not terms & {one.name for one in TOLD.names}
    assert not terms & {"and", "the", "both", "between"}


def test_languages_outlets_and_dates_of_the_seeds() -> None:
    assert TOLD.languages == ("en",)
    assert {"az", "ru", "hy", "tr", "ka"} <= set(TOLD.other_languages)
    assert {"frontnews.ge", "southfront.org"} <= set(TOLD.outlets)
    assert {"--12-25", "--07-01"} <= {day for day, _ in TOLD.dates}
    assert TOLD.first_published == datetime(2025, 7, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("On July 1 and on 25 December 2024", ["--07-01", "2024-12-25"]),
        ("25 декабря 2024 года и в июле 2025", ["2024-12-25", "2025-07"]),
        ("25 dekabr 2024-cü il", ["2024-12-25"]),
        ("8 Kasım 2020", ["2020-11-08"]),
        ("2024-12-25, 25.12.2024", ["2024-12-25", "2024-12-25"]),
        ("Nov. 12, 2020 and December 2023", ["2020-11-12", "2023-12"]),
        ("45 May and 12.13.2024; they may 2 or three; version 3.14.15", []),
    ],
)
def test_dates_are_read_in_the_languages_of_the_story(text: str, days: list[str]) -> None:
    assert dates_named(text) == days


def test_outlets_are_hosts_of_addresses_but_not_of_everybodys_mail() -> None:
    texts = [
        "write to desk@news.example.org or me@gmail.com, see https://www.example.org/a and t.me/x",
        "End of a sentence.The next one. www.other.co.uk",
    ]

    assert outlets_named(texts) == ("example.org", "other.co.uk")


def test_a_kind_is_told_only_when_it_is_clear() -> None:
    lines = [
        line.split() for line in ("President Orbeli said so", "in Kars , at Kars", "Kars said")
    ]

    assert kind_of([["orbeli"]], lines) == "person"
    assert kind_of([["kars"]], lines) == "place"
    assert kind_of([["unseen"]], lines) == "name"
    assert kind_of([["cedar", "university"]], []) == "organisation"


def test_the_topic_is_shown_in_80_columns(workspace: Path) -> None:
    shown = asked(workspace).output

    assert shown.startswith("Azerbaijan and Russia; 5 seed documents")
    assert "Ilham Aliyev, person" in shown
    assert "Azerbaijan Russia [in 5 seeds]" in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_every_query_is_listed_by_language(workspace: Path) -> None:
    shown = asked(workspace, "--queries").output
    found = rows(workspace, "--queries")

    assert "\nru\n  Азербайджан Россия" in shown
    assert {query["language"] for query in found} >= {"en", "ru", "az", "tr", "ka", "hy"}
    assert found[0]["gdelt"] == '"azerbaijan" "russia"'
    assert found[0]["quoted"] == '"Azerbaijan" "Russia"'
    assert len(rows(workspace, "--queries", "-n", "1")) < len(found)


def test_programs_get_one_object(workspace: Path) -> None:
    (told,) = rows(workspace)

    assert told["core"] == ["Azerbaijan", "Russia"]
    assert told["names"][0]["seeds"] == 5
    assert told["queries"][0]["plain"] == "Azerbaijan Russia"
    assert told["first_published"].startswith("2025-07-24")


def test_edits_of_the_settings_are_in_force_and_shown(workspace: Path) -> None:
    (workspace / "seedbed.toml").write_text(
        '[topic]\nadd = ["Zangezur"]\ndrop = ["Karabakh"]\npin = ["Aktau"]\n'
    )
    (told,) = rows(workspace)
    names = {one["name"] for one in told["names"]}

    assert told["edits"] == {"add": ["Zangezur"], "drop": ["Karabakh"], "pin": ["Aktau"]}
    assert {"Zangezur", "Aktau"} <= names
    assert not any("Karabakh" in term for query in told["queries"] for term in query["terms"])
    shown = asked(workspace).output
    assert "drop Karabakh" in shown
    assert shown.count("Karabakh") == 1, "it is listed as an edit alone"
    assert not any("Karabakh" in name for name in names)
    assert told["unmatched_edits"] == [
        "add Zangezur: in no seed and no kept article",
        "pin Aktau: in no seed and no kept article",
    ]


def test_misspelt_words_of_the_settings_are_named(workspace: Path) -> None:
    (workspace / "seedbed.toml").write_text('[topic]\ndrop = ["Yekaterinbrug"]\n')
    (told,) = rows(workspace)

    said = "drop Yekaterinbrug: in no seed; did you mean Yekaterinburg?"
    assert told["unmatched_edits"] == [said]
    assert said in " ".join(asked(workspace).output.split())


def test_labels_of_the_corpus_are_in_force(workspace: Path) -> None:
    before = rows(workspace)[0]["version"]
    Corpus(workspace / "corpus.db").close()

    assert rows(workspace)[0]["version"] == before


def test_history_tells_each_step_and_whether_it_stands(workspace: Path) -> None:
    with closing(Corpus(workspace / "corpus.db")) as corpus:
        at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
        learned = Step(kind="seeds", version="v1", texts=5, gained=["Baku", "Moscow"])
        drifted = Step(
            kind="drift", version="v2", texts=9, lost=["itself"], pages=[1], near_no_seed=0.25
        )
        corpus.add_step(learned, now=at)
        corpus.add_step(drifted, now=at)
        corpus.undo_step(2, now=at)
    shown = asked(workspace, "--history").output

    assert shown.splitlines() == [
        "  1  2026-01-02 03:04 UTC, seeds, 5 texts",
        "     weighs more: Baku, Moscow",
        "  2  2026-01-02 03:04 UTC, drift, 9 texts, 0.25 of the articles near no seed,",
        "    undone 2026-01-02 03:04 UTC",
        "     weighs less: itself",
    ]
    assert [row["kind"] for row in rows(workspace, "--history")] == ["seeds", "drift"]


def test_history_and_queries_are_two_questions(workspace: Path) -> None:
    assert asked(workspace, "--history", "--queries").exit_code == 2


def test_edits_without_a_corpus_are_described() -> None:
    told = describe(learn_topic(SEEDS), SEEDS, edits=Edits(add=("Zangezur",)))

    assert told.edits.add == ("Zangezur",)
