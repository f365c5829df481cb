"""The kinds of pages are told apart as well as measured, and the measure can fail."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.kinds.floors import FLOORS, below
from benchmarks.kinds.made import Case, made_cases
from benchmarks.kinds.measure import Figures, Found, digest_of, judge_all, matrix_lines, measure
from benchmarks.kinds.mutated import FOLDER, mutated_cases, real_cases
from ingest.extract import read_page
from ingest.items import Kind, Reason
from ingest.urls import address_key

NOW = datetime(2026, 12, 31, tzinfo=UTC)

evaluation = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the evaluation pages are no part of the project"
)


def test_pages_made_in_the_designs_of_the_demo_are_told_apart() -> None:
    cases = made_cases()
    figures = measure(cases, judge_all(cases))

    assert len(cases) >= 200
    assert below("made", digest_of(cases), figures) == []


def test_the_set_holds_every_kind_a_page_can_be() -> None:
    found = {case.kind for case in made_cases()}
    unmade = {  # what no page of text can be, and a bare wall
        Reason.NOT_HTML, Reason.TOO_LARGE, Reason.NO_TEXT, Reason.TOO_SHORT, Reason.PAYWALL,
        Reason.TIMED_OUT, Reason.CRASHED, Reason.EXCLUDED,
    }  # fmt: skip

    assert found == {*map(str, Kind), *map(str, Reason)} - set(map(str, unmade))


def test_labels_and_addresses_are_part_of_the_digest() -> None:
    cases = made_cases()[:3]
    one = Case(name="x", kind="list", body=cases[0].body, url=cases[0].url)

    assert digest_of(cases) == digest_of(cases[::-1])
    assert digest_of([one, *cases[1:]]) != digest_of(cases)


def test_figures_are_those_of_their_definitions() -> None:
    kinds = ["article", "live", "stub", "list", "list"]
    said = ["article", "article", "article", "list", "stub"]
    cases = [Case(name=kind, kind=kind, body=b"", url="") for kind in kinds]
    found = [Found(kind=kind, detail="") for kind in said]
    figures = measure(cases, found)
    rows = list(matrix_lines(cases, found))

    assert figures == Figures(precision=2 / 3, recall=1.0, accuracy=2 / 5)
    assert rows[0].split()[-3:] == ["article", "list", "stub"]
    assert rows[2].split() == ["list", ".", "1", "1"]


def test_a_fall_below_a_floor_is_named() -> None:
    floor = FLOORS["made"]
    good = Figures(floor.precision, floor.recall, floor.accuracy)

    assert below("made", floor.digest, good) == []
    assert "digest" in below("made", "other", good)[0]
    assert "recall 0.5000" in below("made", floor.digest, good._replace(recall=0.5))[0]
    assert below("unheard of", "", good) != []


@pytest.mark.slow
@evaluation
def test_real_pages_are_articles_and_mutations_of_them_are_not() -> None:
    parts = {
        "mutated": [*mutated_cases(0), *mutated_cases(1)],
        "fresh": mutated_cases(2),
        "real": real_cases(),
    }
    told = []
    refused = []
    for name, cases in parts.items():
        found = judge_all(cases)
        told += below(name, digest_of(cases), measure(cases, found))
        if name == "real":
            refused = [one for one in found if one.kind not in {*Kind}]

    assert told == []
    assert refused == []


def test_a_print_view_is_the_article_at_its_canonical_address() -> None:
    prints = [case for case in made_cases() if case.name.startswith("print ")]
    for case in prints[::8]:
        article = read_page(case.body, case.url, None, "text/html", now=NOW).article

        assert article is not None
        assert article.url != case.url
        assert address_key(article.url) == address_key(case.url.replace("print=1", "").rstrip("?&"))


def test_the_stub_on_a_golden_page_is_kept_with_title_date_and_lead_and_marked() -> None:
    folder = Path(__file__).parent / "pages" / "paywall_tr"
    expected = json.loads((folder / "expected.json").read_text())["article"]
    body = (folder / "page.html").read_bytes()
    article = read_page(body, expected["url"], None, "text/html", now=NOW).article

    assert article is not None
    assert article.kind is Kind.STUB
    assert article.published is not None
    assert (article.title, article.text.split("\n")) == (expected["title"], expected["text"])
