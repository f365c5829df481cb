"""The sparse model answers as py3langid's own, in a third of its memory."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from ingest.extract import detector as module
from ingest.extract.detector import detector
from ingest.topic.wording import place_name

if TYPE_CHECKING:
    from pathlib import Path

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


def test_a_model_that_was_let_go_of_is_loaded_again() -> None:
    before = detector()
    module.unload()

    assert detector() is not before
    assert detector().rank("Bakı") == before.rank("Bakı")


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=400))
def test_any_text_is_ranked_as_by_the_whole_model(text: str, whole: LanguageIdentifier) -> None:
    assert detector().rank(text) == whole.rank(text)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("is_kept", [False, True], ids=["made", "kept"])
def test_the_model_is_small_also_while_it_loads(tmp_path: Path, *, is_kept: bool) -> None:
    code = (
        "import re, sys; from pathlib import Path; from ingest.memory import give_back_soon\n"
        "from ingest.extract.languages import find_language\n"
        "give_back_soon(); status = Path('/proc/self/status')\n"
        "read = lambda name: int(re.search(name + r':\\s+(\\d+)', status.read_text())[1])\n"
        f"sys.pycache_prefix = {str(tmp_path)!r}; sys.dont_write_bytecode = False\n"
        "before = read('VmRSS')\n"
        "assert find_language('Der Minister sprach am Montag mit der Presse. ' * 9, None) == 'de'\n"
        "print((read('VmHWM') - before) / 1024)"
    )
    for _ in range(2 if is_kept else 1):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )

    assert float(done.stdout) < _MOST_MIB


def test_the_model_that_was_kept_is_the_one_that_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    made, kept = (module.load() for _ in range(2))

    assert list(tmp_path.rglob("*.npz"))
    for text in ("Der Minister sprach mit der Presse.", "Ադրբեջան", "", "x" * 5000):
        assert made.rank(text) == kept.rank(text)
