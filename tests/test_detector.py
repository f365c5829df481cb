"""The sparse model answers as py3langid's own, in a third of its memory."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from ingest.extract.detector import detector
from ingest.topic.wording import place_name

_COUNTRIES = ("az", "ru", "tr", "gb", "de", "ir", "ge", "am", "kz", "fr", "ua", "cn", "jp")
_LANGUAGES = ("en", "ru", "tr", "az", "uk", "de", "fr", "es", "it", "pt", "pl", "ka", "hy", "ar", "fa", "kk")  # fmt: skip  # noqa: E501
_MOST_MIB = 40  # the library's own take 75, and 31 more while they load


@pytest.fixture(scope="module")
def whole() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@pytest.mark.parametrize("language", _LANGUAGES)
def test_a_text_is_ranked_as_by_the_whole_model(language: str, whole: LanguageIdentifier) -> None:
    names = [place_name(f"@{country}", language) or country for country in _COUNTRIES]

    assert detector().rank(" ".join(names)) == whole.rank(" ".join(names))
    assert [detector().rank(name) for name in names] == [whole.rank(name) for name in names]


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=400))
def test_any_text_is_ranked_as_by_the_whole_model(text: str, whole: LanguageIdentifier) -> None:
    assert detector().rank(text) == whole.rank(text)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_model_is_small_also_while_it_loads() -> None:
    code = (
        "import re; from pathlib import Path; from ingest.memory import give_back_soon\n"
        "from ingest.extract.languages import find_language\n"
        "give_back_soon(); status = Path('/proc/self/status')\n"
        "read = lambda name: int(re.search(name + r':\\s+(\\d+)', status.read_text())[1])\n"
        "before = read('VmRSS')\n"
        "assert find_language('Der Minister sprach am Montag mit der Presse. ' * 9, None) == 'de'\n"
        "print((read('VmHWM') - before) / 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert float(done.stdout) < _MOST_MIB
