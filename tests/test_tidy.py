from __future__ import annotations

import pytest

from ingest.extract.tidy import tidy, without_furniture

STORY = "The harbour board met on Monday and agreed to mend the pier.\nIt took all day."


@pytest.mark.parametrize(
    "last",
    [
        "She pays with PayPal.",
        "Bitcoin fell below 60,000 dollars on Monday, and miners in the Urals switched off.",
        "The IBAN of the fund is no secret, said the mayor.",
    ],
)
def test_an_article_may_speak_of_money(last: str) -> None:
    assert without_furniture(f"{STORY}\n{last}", "", ()).endswith(last)


@pytest.mark.parametrize(
    "last",
    [
        "PayPal: news@list.test",
        "BTC: 1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
        "IBAN AZ21NABZ00000000137010001944",
        "© 2025 The Harbour News. All rights reserved.",
    ],
)
def test_where_to_send_money_and_whose_rights_go(last: str) -> None:
    assert without_furniture(f"{STORY}\n{last}", "", ()) == STORY


def test_no_more_than_a_few_lines_go_as_notices() -> None:
    notices = ["© 2025 The Harbour News"] * 9

    assert without_furniture("\n".join([STORY, *notices]), "", ()).count("©") == 5


@pytest.mark.parametrize("text", ["a | |", "- - a", "a | b | |"])
def test_tidying_twice_changes_nothing(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
