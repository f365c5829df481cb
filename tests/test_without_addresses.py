"""Crawls get the settings in force, and no address of those who are told."""

from __future__ import annotations

import sys
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.config import load_settings
from scheduler.rounds import Rounds
from scheduler.without_addresses import without_addresses
from tests.alert_web import SECRET

if TYPE_CHECKING:
    from pathlib import Path

#: Statements of a `[notify]` table, or of its parts, wherever they may stand.
NOTIFY = [
    f'all = ["ntfy://{SECRET}"]\n',
    f"all = [  # ]\n  'ntfy://{SECRET}',\n\n  'json://{SECRET}[1]'\n]  # {SECRET}\n",
    f'digest = """\n[sources]\n{SECRET}"""\n',
    f"# {SECRET}\nquiet = '22:00-07:00'\r\n",
]
HEADERS = ["[notify]\n", ' [ "notify" ] # told\n', "['notify']\n"]
OTHERS = [
    '[sources]\nsites = [\n  "http://a.test/",\n  # [notify]\n  "http://[::1]/" ]\n',
    "[log]\nlevel = '''\n[notify]\nall = 1\n'''\n",
    '[[topic.query]]\nwords = { any = ["a"], all = ["b"] }\n',
    '[crawl.notify]\nall = "no address"\n',
    '["a # b"]\nnotify = "it\u2028s a word, and \x85 no line"\n',
]
TOPS = ["", 'name = "\u00e9"\n', "# none\n", 'notes = """\nnotify = 1\n"""\n']
DOTTED = [
    f'notify.all = ["ntfy://{SECRET}"]\n', f"notify = {{ all = [\n'{SECRET}' ] }}\n",
    f'"notify" . all = """\n{SECRET}"""\n',
]  # fmt: skip


def others_of(text: str) -> dict[str, object]:
    return {name: said for name, said in tomllib.loads(text).items() if name != "notify"}


@given(
    top=st.sampled_from(TOPS),
    tables=st.lists(st.sampled_from(OTHERS), unique=True),
    stated=st.one_of(
        st.tuples(st.just(""), st.sampled_from(DOTTED)),
        st.tuples(
            st.sampled_from(HEADERS),
            st.lists(st.sampled_from(NOTIFY[1:]), unique=True).map("".join),
        ),
    ),
    place=st.integers(0, len(OTHERS)),
    ending=st.sampled_from(["\n", ""]),
)
def test_addresses_are_cut_out_and_nothing_else(
    top: str, tables: list[str], stated: tuple[str, str], place: int, ending: str
) -> None:
    header, said = stated
    if header:
        text = top + "".join([*tables[:place], f"# {SECRET}\n", header + said, *tables[place:]])
    else:
        text = top + said + "".join(tables)
    text = text.rstrip("\r\n") + ending

    cut = without_addresses(text)

    assert cut is not None
    assert tomllib.loads(cut) == others_of(text)
    assert SECRET not in cut
    assert cut.count("\n") == text.count("\n")


@pytest.mark.parametrize("text", ["", *OTHERS])
def test_settings_without_addresses_stay_as_they_are(text: str) -> None:
    assert without_addresses(text) == text


def test_long_lists_are_read_fast() -> None:
    sites = "".join(f'  "http://outlet{number}.test/",\n' for number in range(3000))

    assert without_addresses(f"[sources]\nsites = [\n{sites}]\n[notify]\nall = []\n") == (
        f"[sources]\nsites = [\n{sites}]\n\n\n"
    )


def test_crawl_gets_the_settings_in_force_and_no_address(tmp_path: Path) -> None:
    text = f'[notify]\nall = ["ntfy://{SECRET}"]\n[crawl]\ndelay_s = 7.5\n'
    environ = {"SEEDBED_TOML": text, "SEEDBED_NOTIFY__NEW": f"ntfy://{SECRET}"}
    settings = load_settings(tmp_path, environ)
    rounds = Rounds(
        settings=settings, environ=environ, text=text, command=lambda *_: [sys.executable]
    )

    given = rounds._crawl_environ()

    assert load_settings(tmp_path, given).crawl == settings.crawl
    assert not load_settings(tmp_path, given).notify.is_on
    assert SECRET not in str(given)
