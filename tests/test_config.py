from __future__ import annotations

import itertools
import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.config import Settings, find_workspace, load_settings, options
from ingest.errors import ConfigError

DOCUMENTED = Path(__file__).parents[1] / "docs" / "settings.md"


def settings(folder: Path, toml: str = "", **environ: str) -> Settings:
    (folder / "seedbed.toml").write_text(toml, encoding="utf-8")
    return load_settings(folder, environ)


def problems(folder: Path, toml: str = "", **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        settings(folder, toml, **environ)
    return caught.value.problems


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    found = load_settings(tmp_path, {})

    assert found.name == tmp_path.name
    assert found.crawl.delay_s == 1.0
    assert found.crawl.obey_robots
    assert not found.crawl.allow_private_networks
    assert found.topic.threshold is None
    assert found.schedule.spiders == ("feeds", "sitemaps", "links")


def test_paths_are_absolute_and_start_at_the_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    elsewhere = tmp_path / "elsewhere.db"
    Path("story").mkdir()
    found = settings(Path("story"), f"[paths]\ncorpus = '{elsewhere}'")

    assert found.seeds_path == tmp_path / "story" / "seeds"
    assert found.archive_path == tmp_path / "story" / "archive"
    assert found.corpus_path == elsewhere


def test_the_file_overrides_defaults_and_the_environment_the_file(tmp_path: Path) -> None:
    toml = "name = 'rift'\n[crawl]\ndelay_s = 2\nconcurrency = 3\n"
    found = settings(tmp_path, toml, SEEDBED_CRAWL__DELAY_S="0.1", HOME="/", SEEDBED_WORKSPACE=".")

    assert found.name == "rift"
    assert found.crawl.delay_s == 0.1
    assert found.crawl.concurrency == 3


def test_an_overridden_value_is_not_complained_about(tmp_path: Path) -> None:
    found = settings(tmp_path, "[crawl]\ndelay_s = 'x'", SEEDBED_CRAWL__DELAY_S="4")

    assert found.crawl.delay_s == 4


@pytest.mark.parametrize(
    "text", ["http://a.test/,https://b.test", '["http://a.test/", "https://b.test"]']
)
def test_a_list_in_the_environment_is_json_or_separated_by_commas(
    tmp_path: Path, text: str
) -> None:
    found = settings(tmp_path, SEEDBED_SOURCES__FEEDS=text)

    assert found.sources.feeds == ("http://a.test/", "https://b.test")


def test_values_in_the_environment_take_the_kind_of_their_setting(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        "[topic]\nthreshold = 0.4",
        SEEDBED_CRAWL__OBEY_ROBOTS="no",
        SEEDBED_CRAWL__MAX_TRIES="7",
        SEEDBED_SCHEDULE__REVISIT_AFTER_HOURS="0.5, 12",
        SEEDBED_TOPIC__THRESHOLD="",
        SEEDBED_LOG__LEVEL="debug",
        SEEDBED_NAME="1984",
        SEEDBED_SOURCES__SITES="",
    )

    assert not found.crawl.obey_robots
    assert found.crawl.max_tries == 7
    assert found.schedule.revisit_after_hours == (0.5, 12)
    assert found.topic.threshold is None
    assert found.log.level == "DEBUG"
    assert found.name == "1984"
    assert found.sources.sites == ()


def test_every_mistake_is_reported_at_once_with_line_value_and_what_was_meant(
    tmp_path: Path,
) -> None:
    toml = """\
nam = "x"
delay_s = 3

[crawl]
delay_s = 'x'
delya_s = 1
concurrency = 3.5
threshold = 2
name = "x"

[craw]
x = 1

[log]
level = "loud"

[sources]
sites = [
  "a.test", 3,
]
feeds = "http://x.test/"
[topic]
threshold = 1.5
headline_threshold = nan
[schedule]
revisit_after_hours = [6, 6]
poll_every_minutes = 0
"""
    found = problems(tmp_path, toml, SEEDBED_CRAWL__DELYA_S="1", SEEDBED_CRAWL__TIMEOUT_S="soon")

    assert found == [
        "seedbed.toml:1: nam: unknown; did you mean name?",
        "seedbed.toml:2: delay_s: unknown; it belongs in [crawl]",
        "seedbed.toml:5: [crawl] delay_s = 'x': expected a number",
        "seedbed.toml:6: [crawl] delya_s: unknown; did you mean delay_s?",
        "seedbed.toml:7: [crawl] concurrency = 3.5: expected a whole number",
        "seedbed.toml:8: [crawl] threshold: unknown; it belongs in [topic]",
        "seedbed.toml:9: [crawl] name: unknown; it stands before all tables",
        "seedbed.toml:11: [craw]: unknown; did you mean [crawl]?",
        "seedbed.toml:15: [log] level = 'loud': expected one of DEBUG, INFO, WARNING, ERROR",
        "seedbed.toml:18: [sources] sites[0] = 'a.test': expected a web address; did you mean https://a.test?",
        "seedbed.toml:18: [sources] sites[1] = 3: expected a text in quotes",
        "seedbed.toml:21: [sources] feeds = 'http://x.test/': expected a list",
        "seedbed.toml:23: [topic] threshold = 1.5: expected at most 1",
        "seedbed.toml:24: [topic] headline_threshold = nan: expected a finite number",
        "seedbed.toml:26: [schedule] revisit_after_hours = [6, 6]: expected growing hours",
        "seedbed.toml:27: [schedule] poll_every_minutes = 0: expected more than 0",
        "SEEDBED_CRAWL__TIMEOUT_S = 'soon': expected a number",
        "SEEDBED_CRAWL__DELYA_S: unknown; did you mean SEEDBED_CRAWL__DELAY_S?",
    ]


def test_a_setting_in_place_of_a_table_is_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, "crawl = 3", SEEDBED_CRAWL__DELAY_S="1") == [
        "seedbed.toml:1: [crawl] = 3: expected a table"
    ]


def test_a_variable_for_a_whole_or_an_unknown_table_is_refused(tmp_path: Path) -> None:
    found = problems(
        tmp_path, "[crawl]\ndelay_s = -1", SEEDBED_LOG="3", SEEDBED_CRAW__DELAY_S="1", SEEDBED_X="1"
    )

    assert found == [
        "seedbed.toml:2: [crawl] delay_s = -1: expected at least 0",
        "SEEDBED_CRAW__DELAY_S: unknown; did you mean SEEDBED_CRAWL__DELAY_S?",
        "SEEDBED_LOG: names a table; name one setting, as in SEEDBED_LOG__FORMAT",
        "SEEDBED_X: unknown",
    ]


def test_settings_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, "\n[schedule]\npoll_every_minutes = 2000") == [
        "seedbed.toml:2: [schedule]: poll_at_most_minutes is less than poll_every_minutes"
    ]


@pytest.mark.parametrize("toml", ["a = " + "9" * 5000, "a = " + "[" * 5000])
def test_toml_that_python_cannot_hold_is_refused(tmp_path: Path, toml: str) -> None:
    assert problems(tmp_path, toml)[0].startswith("seedbed.toml")


@pytest.mark.parametrize(
    ("folder", "name"),
    [("two\nlines", "two lines"), (b"\xff".decode(errors="surrogateescape"), "seedbed")],
)
def test_any_folder_can_be_a_workspace(tmp_path: Path, folder: str, name: str) -> None:
    (tmp_path / folder).mkdir()

    assert load_settings(tmp_path / folder, {}).name == name


def test_the_workspace_cannot_be_set_from_the_file(tmp_path: Path) -> None:
    assert problems(tmp_path, "workspace = '/'") == ["seedbed.toml:1: workspace: unknown"]


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[crawl]\n[crawl]\n", "seedbed.toml:2: [crawl] stands twice"),
        (
            "[crawl]\ndelay_s = 1\ndelay_s = 2\n",
            "seedbed.toml:3: this setting stands twice in its table",
        ),
    ],
)
def test_what_stands_twice_is_told_in_words(tmp_path: Path, toml: str, said: str) -> None:
    (tmp_path / "seedbed.toml").write_text(toml)
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path, {})

    assert caught.value.problems == [said]


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    assert problems(tmp_path, "[crawl]\ndelay_s 3\n") == [
        "seedbed.toml:2: expected '=' after a key in a key/value pair (column 9)"
    ]
    assert problems(tmp_path, "a = 1\na = 2")[0].startswith("seedbed.toml:2: ")
    assert problems(tmp_path, "a = [")[0].startswith("seedbed.toml: ")


def test_a_file_that_is_no_utf8_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "seedbed.toml").write_bytes(b"name = '\xff'")

    with pytest.raises(ConfigError, match=r"seedbed\.toml: not UTF-8 text \(byte 8\)"):
        load_settings(tmp_path, {})


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "seedbed.toml").mkdir()

    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path, {})


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "seedbed.toml").write_bytes(b"\xef\xbb\xbfname = 'x'")

    assert load_settings(tmp_path, {}).name == "x"


@pytest.mark.parametrize(
    "address",
    ["ftp://a.test/", "http://", "http://a.test/a b", "http://a.test:x/", "a", "http://[::1/"],
)
def test_what_no_crawler_can_ask_for_is_no_address(tmp_path: Path, address: str) -> None:
    assert "[sources] sites[0]" in problems(tmp_path, f"[sources]\nsites = ['{address}']")[0]


def test_a_password_in_a_wrong_address_is_not_shown(tmp_path: Path) -> None:
    found = problems(tmp_path, SEEDBED_CRAWL__PROXY="socks5://me:secret@proxy.test:1")

    assert "secret" not in found[0]
    assert "proxy.test" in found[0]


def test_the_user_agent_states_the_contact(tmp_path: Path) -> None:
    plain = settings(tmp_path).user_agent
    with_contact = settings(tmp_path, "[crawl]\ncontact = 'me@a.test'").user_agent

    assert re.fullmatch(r"Seedbed/\d\S*", plain)
    assert with_contact == f"{plain} (+me@a.test)"
    assert settings(tmp_path, "[crawl]\nuser_agent = 'Mine'").user_agent == "Mine"


def test_settings_are_frozen(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings(tmp_path).name = "other"  # type: ignore[misc]  # the very thing that is refused


@pytest.mark.parametrize("mark", ["seedbed.toml", "scrapy.cfg", "seeds/"])
def test_the_nearest_folder_with_a_mark_is_the_workspace(tmp_path: Path, mark: str) -> None:
    deep = tmp_path / "story" / "notes" / "today"
    deep.mkdir(parents=True)
    if mark.endswith("/"):
        (tmp_path / "story" / mark).mkdir()
    else:
        (tmp_path / "story" / mark).touch()

    assert find_workspace(deep, {}) == tmp_path / "story"


def test_without_any_mark_the_folder_itself_is_the_workspace(tmp_path: Path) -> None:
    assert find_workspace(tmp_path, {}) == tmp_path


def test_the_environment_names_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "chosen").mkdir()
    (tmp_path / "seeds").mkdir()

    assert find_workspace(tmp_path, {"SEEDBED_WORKSPACE": str(tmp_path / "chosen")}) == (
        tmp_path / "chosen"
    )
    with pytest.raises(ConfigError, match="no such folder"):
        find_workspace(tmp_path, {"SEEDBED_WORKSPACE": str(tmp_path / "missing")})


def test_every_default_is_accepted_when_it_is_stated(tmp_path: Path) -> None:
    lines = []
    for table, listed in itertools.groupby(options(), key=lambda option: option.path[:-1]):
        lines += [f"[{name}]" for name in table]
        lines += [f"{option.path[-1]} = {option.default}" for option in listed if option.default]

    assert settings(tmp_path, "\n".join(lines)) == load_settings(tmp_path, {})


def test_every_setting_is_documented_with_its_default_and_variable() -> None:
    documented = DOCUMENTED.read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `[^|]*\|.*\|$", documented, re.MULTILINE))

    assert rows == {
        f"| `{option.path[-1]}` | {f'`{option.default}`' if option.default else 'unset'}"
        f" | {option.meaning} | `{option.variable}` |"
        for option in options()
    }
    tables = re.findall(r"^## `\[(\w+)\]`$", documented, re.MULTILINE)
    assert tables == list(dict.fromkeys(o.path[0] for o in options() if len(o.path) > 1))


NAMES = st.text(string.ascii_letters + string.digits + "_", max_size=12)


def problems_of(folder: Path, environ: dict[str, str]) -> list[str]:
    try:
        load_settings(folder, environ)
    except ConfigError as error:
        return error.problems
    return []


@given(key=NAMES, text=st.text(max_size=20))
def test_any_variable_gives_settings_or_problems_that_name_it(key: str, text: str) -> None:
    variable = f"SEEDBED_{key.upper()}"

    assert all(
        problem.startswith(variable)
        for problem in problems_of(Path("no-such-folder"), {variable: text})
    )


LINES = st.from_regex(r"(\[[a-z.]{1,8}\]\n)?[a-z_.]{1,9} ?= ?[0-9a-z\"']{0,5}\n")


@given(toml=st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | LINES)
def test_any_file_gives_settings_or_problems_with_a_place(
    tmp_path_factory: pytest.TempPathFactory, toml: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "seedbed.toml").write_text(toml, encoding="utf-8", newline="")

    assert all(problem.startswith("seedbed.toml") for problem in problems_of(folder, {}))


def test_words_of_the_topic_may_be_said_in_the_file_or_the_environment(tmp_path: Path) -> None:
    toml = '[topic]\nadd = ["Актау"]\npin = ["Sputnik Azerbaijan"]\n'
    found = settings(tmp_path, toml, SEEDBED_TOPIC__DROP="Nobel, tennis")

    assert found.topic.add == ("Актау",)
    assert found.topic.pin == ("Sputnik Azerbaijan",)
    assert found.topic.drop == ("Nobel", "tennis")
    assert not found.topic.drift


def test_a_word_cannot_be_dropped_and_count(tmp_path: Path) -> None:
    said = problems(tmp_path, '[topic]\ndrop = ["Baku"]\npin = ["BAKU"]\n')

    assert said == ["seedbed.toml:1: [topic]: 'BAKU' is to be dropped and to count"]


def test_what_holds_no_word_is_no_word_of_the_topic(tmp_path: Path) -> None:
    assert problems(tmp_path, '[topic]\nadd = ["--"]\n') == [
        "seedbed.toml:2: [topic] add = ['--']: '--' holds no word"
    ]
