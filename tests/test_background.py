"""The packed table of words answers as the lists that it was made of."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.background import LANGUAGES, common_zipf, pack_words, zipf_of, zipf_table

_UNKNOWN = 1.5


_SOME = ("en", "uk", "fa")  # the first, one amid them, the last


@pytest.fixture(scope="module")
def tables() -> dict[str, dict[str, int]]:
    return {language: zipf_table(language) for language in _SOME}


def test_a_line_tells_the_languages_of_a_word_its_values_and_where_it_is_common() -> None:
    common = {f"w{number:04}": 60 for number in range(2000)}
    packed = pack_words({"en": common | {"was": 43}, "ru": {"да": 71}, "de": {"was": 68}})

    assert zlib.decompress(packed).decode().startswith("\nw0000\tA\\\nw0001\t")
    assert zlib.decompress(packed).decode().endswith("\nwas\taKEd\nда\tBg\n")


@pytest.mark.parametrize("language", _SOME)
def test_each_word_is_found_in_its_language(
    language: str, tables: dict[str, dict[str, int]]
) -> None:
    table = tables[language]
    some = [*list(table.items())[:500], *list(table.items())[::97]]

    assert {word: zipf_of(word, (language,)) for word, _ in some} == {
        word: value / 10 for word, value in some
    }


@given(word=st.text(max_size=12), languages=st.sets(st.sampled_from(_SOME)))
def test_any_text_is_answered_as_by_the_lists(
    word: str, languages: set[str], tables: dict[str, dict[str, int]]
) -> None:
    asked = tuple(sorted(languages))
    best = max((tables[language].get(word, 0) for language in asked), default=0)

    assert zipf_of(word, asked) == (best / 10 if best else None)
    assert common_zipf(word) == (zipf_of(word, LANGUAGES) or _UNKNOWN)


def test_words_at_the_ends_of_the_table_are_found(tables: dict[str, dict[str, int]]) -> None:
    every = sorted(set().union(*tables.values()))  # Persian stands last

    assert common_zipf(every[0]) > _UNKNOWN
    assert common_zipf(every[-1]) > _UNKNOWN
    assert common_zipf("") == common_zipf(every[-1] + "\uffff") == _UNKNOWN
