from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ingest.calibration import score_of
from ingest.corpus.labels import Label
from ingest.decide import (
    ADDRESS_ALONE,
    FOREIGN_LANGUAGE,
    LINK_SHARE,
    OWN_LANGUAGE,
    explain,
    explain_translation,
    gate,
    is_worth_storing,
    judge,
    stands_alone,
)
from ingest.items import (
    Candidate,
    Kin,
    KnownPage,
    Likeness,
    Outcome,
    Reason,
    Rejection,
    Relation,
    Relevance,
    Stage,
    Term,
)
from tests.rows import NOW, article

URL = "http://a.test/story"


def decide(
    score: float, said_words: int = 10, *, is_page: bool = True, is_foreign: bool = False,
    **said: Any,
) -> Outcome:  # fmt: skip
    candidate = Candidate(url=URL, found_by="feeds", **({"title": "T"} | said))
    return gate(
        candidate, key="a.test/story", outlet="a.test", is_page=is_page, is_foreign=is_foreign,
        headline=Relevance(score=score, threshold=0.5), headline_words=said_words,
    ).outcome  # fmt: skip


@pytest.mark.parametrize("is_foreign", [False, True])
def test_listed_headline_is_refused_only_when_it_says_enough_without_a_trace(
    is_foreign: bool,  # noqa: FBT001  # pytest hands it over by name
) -> None:
    lenience = FOREIGN_LANGUAGE if is_foreign else OWN_LANGUAGE

    assert decide(0.0, lenience.words - 1, is_foreign=is_foreign) == Outcome.WAITING
    assert decide(0.0, lenience.words, is_foreign=is_foreign) == Outcome.SKIPPED
    assert decide(score_of(lenience.share), 99, is_foreign=is_foreign) == Outcome.WAITING


def test_headline_in_a_language_of_the_seeds_must_say_more_for_itself() -> None:
    score = score_of((OWN_LANGUAGE.share + FOREIGN_LANGUAGE.share) / 2)

    assert decide(score, 60, is_foreign=True) == Outcome.WAITING
    assert decide(score, 60, is_foreign=False) == Outcome.SKIPPED


def test_listed_address_without_a_title_is_refused_for_a_long_one() -> None:
    assert decide(0.0, ADDRESS_ALONE.words - 1, title=None) == Outcome.WAITING
    assert decide(0.0, ADDRESS_ALONE.words, title=None) == Outcome.SKIPPED


def test_link_must_name_the_topic() -> None:
    assert decide(score_of(LINK_SHARE - 0.01), 1, depth=1) == Outcome.SKIPPED
    assert decide(score_of(LINK_SHARE), 1, depth=1) == Outcome.WAITING


def test_address_given_by_hand_is_fetched_whatever_it_says() -> None:
    assert decide(0.0, 99, is_given=True) == Outcome.WAITING


def test_address_of_no_page_is_refused_even_when_given() -> None:
    assert decide(0.9, is_page=False, is_given=True) == Outcome.REJECTED


def known(outcome: Outcome = Outcome.WAITING, **more: Any) -> KnownPage:
    facts: dict[str, Any] = {
        "title": None, "published": None, "last_fetched": None, "attempts": 0, "depth": 0,
    }  # fmt: skip
    return KnownPage(page=1, key="a.test", outcome=outcome, first_seen=NOW, **(facts | more))


def kin(document: int, *, is_copy: bool = True) -> Kin:
    likeness = Likeness(a_in_b=1, b_in_a=1, jaccard=1, shared=99, is_exact=True)
    return Kin(document=document, likeness=likeness, relation=Relation.EXACT, is_copy=is_copy)


RELATED = Relevance(score=0.8, threshold=0.5, terms=(Term(term="Baku", weight=1.0),), seed=1)
UNRELATED = Relevance(score=0.1, threshold=0.5)
TEXT = article(URL, "One sentence. And another.")


@pytest.mark.parametrize(
    ("relevance", "kin_of", "outcome"),
    [
        (RELATED, (), Outcome.ARTICLE),
        (RELATED, (kin(5),), Outcome.COPY),
        (RELATED, (kin(5, is_copy=False),), Outcome.ARTICLE),
        (UNRELATED, (), Outcome.OFF_TOPIC),
        (UNRELATED, (kin(5),), Outcome.OFF_TOPIC),
        (UNRELATED, (kin(-1),), Outcome.COPY),
        (UNRELATED, (kin(-1, is_copy=False),), Outcome.OFF_TOPIC),
    ],
)
def test_text_is_kept_for_its_relevance_or_for_a_seed_it_carries(
    relevance: Relevance, kin_of: tuple[Kin, ...], outcome: Outcome
) -> None:
    assert judge(TEXT, None, relevance, kin_of, known(), {}).outcome == outcome


def test_reason_names_score_cut_terms_and_nearest_seed() -> None:
    why = judge(TEXT, None, RELATED, (), known(), {1: "The seed"}).why

    assert why == "relevance 0.80 (cut 0.50): Baku; nearest seed: The seed"


def test_reason_quotes_the_passage_that_tells_most_cut_between_words() -> None:
    passage = "Baku recalled its ambassador " + "and so on " * 30
    why = explain(replace(RELATED, passage=passage), {1: "The seed"})

    assert why.startswith("relevance 0.80 (cut 0.50): Baku; nearest seed: The seed; most of it in")
    assert why.endswith("and so on and so on …”")
    assert len(why) < 250
    assert explain(replace(RELATED, passage="Baku\nspoke."), {}).endswith("in “Baku spoke.”")


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ((), "it shares nothing"),
        (("Russia",), "it shares nothing; it does not name Russia"),
        (
            ("Russia", "Aliyev", "Baku"),
            "it shares nothing; it does not name Russia, Aliyev or Baku",
        ),
    ],
)
def test_refusal_says_what_was_missing(missing: tuple[str, ...], said: str) -> None:
    why = judge(TEXT, None, UNRELATED, (), known(), {}, missing=missing).why

    assert why == f"relevance 0.10, below the cut 0.50; {said}"


def test_likely_translation_of_an_article_is_told_of_and_no_other() -> None:
    said = "may be a translation of article 7 (the same lead picture)"

    assert explain_translation(7, 0.9, "the same lead picture") == said
    assert explain_translation(7, 0.89, "the same lead picture") == ""
    assert explain_translation(None, 0.95, "the same lead picture") == ""


YES, NO = Label(is_yes=True, by=None), Label(is_yes=False, by="Ann")


@pytest.mark.parametrize(
    ("relevance", "kin_of", "label", "outcome"),
    [
        (UNRELATED, (), YES, Outcome.ARTICLE),
        (UNRELATED, (kin(5),), YES, Outcome.COPY),
        (RELATED, (), NO, Outcome.OFF_TOPIC),
        (RELATED, (kin(-1),), NO, Outcome.OFF_TOPIC),
    ],
)
def test_what_a_reader_said_stands(
    relevance: Relevance, kin_of: tuple[Kin, ...], label: Label, outcome: Outcome
) -> None:
    judged = judge(TEXT, None, relevance, kin_of, known(), {}, label=label)

    assert judged.outcome == outcome
    assert judged.why.startswith("you said yes: " if label is YES else "Ann said no: ")
    assert stands_alone(judged, label, was_related=True) is label.is_yes
    assert is_worth_storing(judged, label)


def test_refused_article_is_off_topic_however_it_changed() -> None:
    before = known(Outcome.ARTICLE, article=TEXT)

    assert judge(TEXT, None, RELATED, (), before, {}, label=NO).outcome == Outcome.OFF_TOPIC


@pytest.mark.parametrize(("share", "is_stored"), [(0.0, False), (0.69, False), (0.71, True)])
def test_text_that_falls_little_short_of_the_cut_is_stored(
    share: float,
    is_stored: bool,  # noqa: FBT001  # pytest hands it over by name
) -> None:
    near = Relevance(score=score_of(share), threshold=0.5)
    judged = judge(TEXT, None, near, (), known(), {})

    assert is_worth_storing(judged, None) is is_stored
    assert not stands_alone(judged, None)
    assert stands_alone(judged, None, was_related=True)


def test_rejection_says_what_a_person_can_check() -> None:
    refused = Rejection(stage=Stage.QUALITY, reason=Reason.LIST, detail="41 links")

    assert judge(None, refused, None, (), known(), {}).why == "list: 41 links"


def test_known_article_is_unchanged_by_marks_and_case_but_not_by_its_title() -> None:
    same = article(URL, "ONE sentence — and another!")
    retitled = article(URL, TEXT.text, title="New")
    before = known(Outcome.ARTICLE, article=TEXT)

    assert judge(same, None, RELATED, (), before, {}).outcome == Outcome.UNCHANGED
    assert judge(retitled, None, RELATED, (), before, {}).outcome == Outcome.REVISION
