"""Loading the seed set, and cleaning page dumps."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import SeedError
from ingest.seedset import clean_dump, load_seed_set
from ingest.text import clean_controls

SEEDS = Path(__file__).parents[1] / "seeds"

# First words of the first and of the last line of each body, characters, and headline: marked by
# hand from the five seed documents.
MARKED = {
    "000": (
        "Azerbaijan drifting from Russian orbit in ‘civilizational confrontation’, Georgian expert",
        "Azerbaijan is steadily distancing",
        "“This is not an isolated result",
        11,
    ),
    "001": (
        "Azerbaijan defies Russia",
        "Since the death of two Azerbaijanis",
        "The future remains uncertain.",
        14,
    ),
    "002": (
        (
            "“Play with fire.” Azerbaijan is angry with a strategic partner. Kremlin is silent "
            "for a reason"
        ),
        "President Azerbaijan Ilham Aliyev once again",
        "In addition, in order to deal with Baku's intentions",
        24,
    ),
    "003": (
        "Armenian-Azerbaijani Clashes And Shifting Balance Of Power In South Caucasus",
        "The Armenian-Azerbaijani tensions have once again",
        "So, the Armenian chances in a limited military conflict",
        12,
    ),
    "004": (
        "Azerbaijan's Leader Challenges Putin After Deadly Plane Crash",
        "In Baku, the capital of Azerbaijan",
        "While Aliyev’s condemnation sheds light",
        4,
    ),
}

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


def test_the_five_seeds_give_their_articles_and_nothing_else() -> None:
    seeds = load_seed_set(SEEDS)

    for seed in seeds.documents:
        title, first, last, count = MARKED[seed.file[:3]]
        body = seed.text.split("\n")
        assert seed.title == title
        assert body[0].startswith(first)
        assert body[-1].startswith(last)
        assert len(body) == len(set(body)) == count
        assert seed.language == "en"
    assert sum(len(seed.text.replace("\n", "")) for seed in seeds.documents) == 19_958


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
        ("Support SouthFront", "donation"),
        ("View All Result", "interface"),
        ("July 24, 2025", "date"),
        ("24 июля 2025", "date"),
        ("24 Temmuz 2025", "date"),
        ("2025-07-24", "date"),
        ("* * *", "count"),
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


def test_seeds_come_in_order_of_name_whatever_the_order_of_writing(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "c.TXT", "notes.pdf"):
        (tmp_path / name).write_text(dump(f"Headline of {name}", *PARAGRAPHS), "utf-8")
    seeds = load_seed_set(tmp_path)

    assert [(seed.id, seed.file) for seed in seeds.documents] == [
        (1, "a.txt"),
        (2, "b.md"),
        (3, "c.TXT"),
    ]
    assert (
        seeds.documents[0].sha256 == hashlib.sha256((tmp_path / "a.txt").read_bytes()).hexdigest()
    )


def test_the_digest_follows_every_change(tmp_path: Path) -> None:
    seed = tmp_path / "a.txt"
    seed.write_text(dump("Baku recalls its ambassador", *PARAGRAPHS), "utf-8")
    first = load_seed_set(tmp_path).digest
    seed.write_text(dump("Baku recalls its ambassador", *PARAGRAPHS, "2025-01-01"), "utf-8")
    second = load_seed_set(tmp_path).digest
    (tmp_path / "a.clean.txt").write_text("Baku\nBy hand.", "utf-8")

    assert len({first, second, load_seed_set(tmp_path).digest}) == 3


def test_a_correction_by_hand_wins(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(dump("Menu", *PARAGRAPHS), "utf-8")
    (tmp_path / "a.clean.txt").write_text(f"My headline\n\n{PARAGRAPHS[1]}\n", "utf-8")
    (seed,) = load_seed_set(tmp_path).documents

    assert (seed.title, seed.text) == ("My headline", PARAGRAPHS[1])
    assert [line.rule for line in seed.removed] == ["by-hand"] * 4


def test_web_pages_go_through_the_extractor(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"<h1>Title</h1><p>Body</p>")
    seeds = load_seed_set(tmp_path, extract=lambda body: ("Title", f"{len(body)} bytes"))

    assert (seeds.documents[0].title, seeds.documents[0].text) == ("Title", "25 bytes")
    with pytest.raises(SeedError, match="no extractor to read the web page"):
        load_seed_set(tmp_path)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no article text in seed document"),
        (b" \n\n ", "no article text in seed document"),
        (b"\xff\xfa\x00bad", "is not utf-8 text: byte 0 cannot be decoded"),
    ],
)
def test_a_seed_that_cannot_be_used_is_named(tmp_path: Path, body: bytes, said: str) -> None:
    (tmp_path / "bad.txt").write_bytes(body)

    with pytest.raises(SeedError, match=said):
        load_seed_set(tmp_path)


def test_a_folder_without_seeds_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match=r"no \*\.txt"):
        load_seed_set(tmp_path)
    with pytest.raises(SeedError, match="no seed folder"):
        load_seed_set(tmp_path / "absent")


def test_utf16_notepad_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(dump("Баку отозвал посла", *PARAGRAPHS), "utf-16")

    assert load_seed_set(tmp_path).documents[0].title == "Баку отозвал посла"
