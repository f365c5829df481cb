"""Loading the seed set, and cleaning page dumps."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dumps import Rule
from ingest.dumps.rules import rule_of
from ingest.seedset import clean_dump, load_seed_set
from ingest.text import clean_controls, normalize

ROOT = Path(__file__).parents[1]
SEEDS, GOLD = ROOT / "seeds", ROOT / "benchmarks" / "gold" / "seeds"

PARAGRAPHS = (
    (
        "Baku recalled its ambassador on Tuesday after two brothers died in custody in the "
        "Urals, the foreign ministry said in a statement that named no one."
    ),
    (
        "The families of the dead brothers said they had seen marks of beating on both of them, "
        "and asked for a second examination by doctors of their own choice."
    ),
    (
        "Officials in Moscow called the recall of the ambassador hasty, and promised an answer "
        "of the same kind before the week was over."
    ),
    (
        "Trade between the two countries has fallen by a fifth since the spring, figures show, "
        "and lorries wait for days at the only crossing that is still open to fruit and "
        "vegetables."
    ),
)

lines = st.lists(
    st.one_of(
        st.sampled_from([*PARAGRAPHS, "Comments", "Read also", "• Home", "Related posts", "-"]),
        st.text(max_size=120),
    ),
    max_size=30,
)


def dump(*parts: str) -> str:
    return "\n".join(parts)


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.txt")), ids=lambda path: path.name[:3])
def test_each_seed_gives_the_lines_that_a_reader_marked(path: Path) -> None:
    marked = json.loads((GOLD / f"{path.stem}.json").read_text("utf-8"))
    lines = path.read_text("utf-8").split("\n")
    body = [line for start, end in marked["body"] for line in lines[start - 1 : end]]
    cleaned = clean_dump("\n".join(lines))

    assert hashlib.sha256(path.read_bytes()).hexdigest() == marked["sha256"]
    assert cleaned.text.split("\n") == [line.strip() for line in body if line.strip()]
    assert cleaned.title == lines[marked["title"] - 1].strip()


def test_a_seed_states_its_date() -> None:
    published = {seed.file[:3]: seed.published for seed in load_seed_set(SEEDS).documents}

    assert published["002"] == datetime(2025, 7, 24, tzinfo=UTC)
    assert published["001"] is None


def test_every_line_that_went_has_its_number_and_rule() -> None:
    for seed in load_seed_set(SEEDS).documents:
        file_lines = clean_controls(seed.raw).split("\n")

        assert seed.removed
        assert all(file_lines[line.number - 1].strip() == line.text for line in seed.removed)
        assert all(line.rule for line in seed.removed)


@pytest.mark.parametrize(
    ("noise", "rule"),
    [
        ("PayPal: news@list.ru, BTC: 3Gbs4rjcVUtQd8p3CiFUCxPLZwRqurezRZ", "contact"),
        ("© 2025 Wales Union News", "contact"),
        ("Support SouthFront", "appeal"),
        ("View All Result", "interface"),
        ("July 24, 2025", "date"),
        ("24 июля 2025", "date"),
        ("24 Temmuz 2025", "date"),
        ("2025-07-24", "date"),
        ("* * *", "symbols"),
        ("Photo by Anadolu via Getty Images", "credit"),
        ("Read also: Ten films to see this week", "teaser"),
        ("Читайте также: Погода на выходные", "teaser"),
        ("Sign up for our weekly newsletter and never miss a story.", "promotion"),
    ],
)
def test_noise_inside_the_body_goes_by_its_rule(noise: str, rule: str) -> None:
    cleaned = clean_dump(
        dump("Baku recalls its ambassador", *PARAGRAPHS[:2], noise, *PARAGRAPHS[2:])
    )

    assert cleaned.text.split("\n") == list(PARAGRAPHS)
    assert (noise, rule) in [(line.text, line.rule) for line in cleaned.removed]


@pytest.mark.parametrize("barrier", ["Comments", "Комментарии (12)", "Yorumlar", "Şərhlər:"])
def test_what_readers_say_is_no_part_of_the_article(barrier: str) -> None:
    said = (
        "I have followed this for years and I can tell you that nobody in the Urals is surprised."
    )
    cleaned = clean_dump(dump("Baku recalls its ambassador", *PARAGRAPHS, barrier, "Ana", said))

    assert cleaned.text.split("\n") == list(PARAGRAPHS)
    assert [line.rule for line in cleaned.removed if line.text == said] == ["comment"]


def test_ticker_headlines_before_and_after_go() -> None:
    ticker = [f"City {n} opens museum number {n} after long delay" for n in range(12)]
    cleaned = clean_dump(dump(*ticker[:6], "Baku recalls its ambassador", *PARAGRAPHS, *ticker[6:]))

    assert cleaned.text.split("\n") == list(PARAGRAPHS)
    assert cleaned.title == "Baku recalls its ambassador"


def test_a_repeated_paragraph_stays_once_and_the_ended_copy_wins() -> None:
    caption = PARAGRAPHS[0].rstrip(".")
    cleaned = clean_dump(dump("Baku recalls its ambassador", caption, *PARAGRAPHS, PARAGRAPHS[1]))

    assert cleaned.text.split("\n") == list(PARAGRAPHS)
    assert [line.rule for line in cleaned.removed] == ["title", "repeat", "repeat"]


def test_clean_articles_in_other_scripts_stay_whole() -> None:
    body = (
        "Баку отозвал своего посла после гибели двух братьев в Екатеринбурге, сообщили в МИД.",
        "Родственники погибших рассказали, что видели следы побоев, и просят о новой экспертизе.",
    )
    cleaned = clean_dump(dump("Баку отозвал посла", "", *body))

    assert cleaned.title == "Баку отозвал посла"
    assert cleaned.text.split("\n") == list(body)


@given(lines)
def test_cleaning_invents_nothing_and_accounts_for_every_line(parts: list[str]) -> None:
    text = "\n".join(parts)
    cleaned = clean_dump(text)
    kept = [line for line in cleaned.text.split("\n") if line]
    given_lines = [line.strip() for line in clean_controls(text).split("\n") if line.strip()]

    assert Counter(kept) + Counter(line.text for line in cleaned.removed) == Counter(given_lines)
    assert cleaned.title is None or cleaned.title in given_lines
    assert clean_dump(text) == cleaned


def test_cleaning_its_own_output_changes_nothing() -> None:
    for seed in load_seed_set(SEEDS).documents:
        assert clean_dump(f"{seed.title}\n{seed.text}").text == seed.text


def test_every_rule_stands_in_the_docs_with_a_line_of_its_own() -> None:
    told = (ROOT / "docs" / "seeds.md").read_text("utf-8")

    assert [rule for rule in Rule if f"\n| `{rule}` | " not in told] == []


def test_every_phrase_of_the_table_names_a_rule_once() -> None:
    table = ROOT / "ingest" / "data" / "dump_markers.tsv"
    rows = [line.split("\t") for line in table.read_text("utf-8").splitlines() if line[0] != "#"]
    phrases = Counter(normalize(phrase) for _, phrase in rows)

    assert {rule for rule, _ in rows} <= set(Rule)
    assert [phrase for phrase, count in phrases.items() if count > 1] == []
    assert all(rule_of(phrase.upper()) == rule for rule, phrase in rows if phrase.isascii())


def test_what_an_outlet_says_of_itself_goes() -> None:
    about = (
        "The Evening Example was founded by three sailors and has reported from every port of the "
        "coast since then, in four languages and without fear or favour."
    )
    cleaned = clean_dump(
        dump(
            "Baku recalls its ambassador",
            *PARAGRAPHS,
            "Advertisement",
            about,
            "Address: 3 Harbour Street",
            "+995 32 2560550",
            "desk@example.com",
        )
    )

    assert cleaned.text.split("\n") == list(PARAGRAPHS)
    assert [line.rule for line in cleaned.removed if line.text == about] == ["outlet"]


def test_a_standfirst_under_a_headline_said_twice_is_no_body() -> None:
    standfirst = "Two brothers died in custody, and their families ask why."
    title = "Baku recalls its ambassador"
    cleaned = clean_dump(dump(title, title, standfirst, *PARAGRAPHS))

    assert cleaned.text.split("\n") == list(PARAGRAPHS)
    assert (standfirst, "standfirst") in [(line.text, line.rule) for line in cleaned.removed]


def test_a_list_under_its_bullets_is_a_list() -> None:
    ticker = [part for n in range(9) for part in ("-", f"City {n} opens museum {n} after a delay")]
    cleaned = clean_dump(dump(*ticker, "Baku recalls its envoy", *PARAGRAPHS))

    assert cleaned.title == "Baku recalls its envoy"
    assert cleaned.text.split("\n") == list(PARAGRAPHS)


def test_cleaning_is_the_same_in_every_process() -> None:
    code = (
        "import sys; from ingest.seedset import clean_dump;"
        "print(repr(clean_dump(open(sys.argv[1], encoding='utf-8').read())))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code, SEEDS / "002_42ac1bd8b38ce05d.txt"],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(said) == 1


def test_an_article_saved_without_its_line_ends_outweighs_the_remarks_around_it() -> None:
    article = " ".join(PARAGRAPHS * 4)
    menu = [f"Section {n}" for n in range(8)]
    remarks = [
        f"Reader {n} says that this had to come and that nobody did a thing." for n in range(6)
    ]
    cleaned = clean_dump(dump(*menu, "Baku recalls its ambassador", article, "Share", *remarks))

    assert article in cleaned.text.split("\n")
    assert not set(menu) & set(cleaned.text.split("\n"))
