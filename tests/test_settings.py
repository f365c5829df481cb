"""The effective Scrapy settings of a crawl: what changes upstream must not change ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ingest.demo.server import serve
from tests.demo_web import ask, environment
from tests.test_middlewares import PAGE, crawl_list, make_workspace

if TYPE_CHECKING:
    from pathlib import Path

EFFECTIVE = {
    "ROBOTSTXT_OBEY": "True",
    "CONCURRENT_REQUESTS_PER_DOMAIN": "1",
    "DOWNLOAD_DELAY_JITTER": "0.5",
    "REFERRER_POLICY": "no-referrer",
    "DOWNLOAD_MAXSIZE": str(8 * 1024 * 1024),
    "DOWNLOAD_TIMEOUT": "30.0",
    "DOWNLOAD_VERIFY_CERTIFICATES": "True",
    "REDIRECT_MAX_TIMES": "5",
    "COOKIES_ENABLED": "False",
    "TELNETCONSOLE_ENABLED": "False",
    "REMOTE_CONTROL_ENABLED": "False",
    "HTTPPROXY_ENABLED": "False",
    "LOG_ENABLED": "False",
}
HANDLERS = ("file", "data", "ftp", "s3")


def scrapy(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments], cwd=folder, env={**os.environ, **env},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "w", [])


def test_effective_settings_are_polite_bounded_and_closed(folder: Path) -> None:
    program = (
        "import json; from scrapy.utils.project import get_project_settings as g; s = g(); "
        f"print(json.dumps([{{n: str(s.get(n)) for n in {sorted(EFFECTIVE)!r}}}, "
        "dict(s.getwithbase('DOWNLOAD_HANDLERS'))]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
    )
    values, handlers = json.loads(done.stdout)

    assert values == EFFECTIVE
    assert {name: handlers.get(name) for name in HANDLERS} == dict.fromkeys(HANDLERS)


def test_what_is_off_is_not_loaded_to_find_that_out(folder: Path) -> None:
    program = (
        "import sys; from scrapy.utils.project import get_project_settings as g; "
        "named = g().get_component_priority_dict_with_base('EXTENSIONS'); "
        "assert 'ingest.extensions.RunRecorder' in named, list(named); "
        "print([name for name in ('aiohttp', 'twisted.conch') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"


def test_slip_of_the_pen_in_a_spider_name_gets_a_suggestion(folder: Path) -> None:
    done = scrapy(folder, "crawl", "fedes")

    assert done.returncode == 2
    assert "did you mean 'feeds'?" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_mistakes_in_the_settings_are_named_and_nothing_starts(folder: Path) -> None:
    (folder / "seedbed.toml").write_text("[crawl]\ndelya_s = 1\ntimeout_s = 'x'\n")
    done = scrapy(folder, "crawl", "feeds")

    assert done.returncode == 3
    assert "did you mean" in done.stderr
    assert "timeout_s" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "corpus.db").exists()


def test_workspace_without_seeds_is_refused(folder: Path) -> None:
    (folder / "seeds" / "one.txt").unlink()
    done = scrapy(folder, "crawl", "feeds")

    assert done.returncode == 3
    assert "seeds" in done.stderr
    assert "Traceback" not in done.stderr


def test_corpus_that_is_none_fails_the_crawl_without_a_traceback(folder: Path) -> None:
    (folder / "corpus.db").write_text("no database " * 100)
    done = scrapy(folder, "crawl", "feeds")

    assert done.returncode != 0
    assert "no SQLite file" in done.stderr
    assert "Traceback" not in done.stderr


def test_all_spiders_are_listed(folder: Path) -> None:
    names = scrapy(folder, "list").stdout.split()

    assert {"feeds", "sitemaps", "links", "urls", "frontier"} <= set(names)


def test_list_that_is_missing_or_not_named_is_a_clear_error(folder: Path) -> None:
    missing = scrapy(folder, "crawl", "urls", "-a", "file=nowhere.txt")
    unnamed = scrapy(folder, "crawl", "urls")

    assert missing.returncode != 0
    assert "nowhere.txt" in missing.stderr + missing.stdout
    assert unnamed.returncode != 0
    assert "-a file=" in unnamed.stderr + unnamed.stdout
    assert "Traceback" not in missing.stderr + unnamed.stderr


def test_archive_that_cannot_be_written_fails_the_run_and_loses_no_address(folder: Path) -> None:
    resources = {("a.test", f"/{number}"): PAGE for number in range(5)}
    (folder / "list.txt").write_text("\n".join(f"http://a.test/{n}" for n in range(5)))
    (folder / "archive").write_text("no folder")
    with serve(resources) as server:
        done = crawl_list(folder, environment(server))
        (folder / "archive").unlink()
        again = crawl_list(folder, environment(server))

    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert again.returncode == 0, again.stderr
    assert ask(folder, "SELECT outcome, count(*) AS n FROM pages GROUP BY 1") == [
        {"outcome": "rejected", "n": 5}
    ]
