"""Pictures of the pages of a corpus, for the documentation.

    python -m benchmarks.screenshots DEMO/corpus.db docs/images

draws what `seedbed demo --keep DEMO` found: the front page, an article with copies and changes,
the matrix, and the front page on a phone and in the dark. Needs Playwright and a Chromium.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FLAGS", "browsing", "serving"]

#: A browser that talks to nobody but the server it is shown.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_MOST_BYTES = 150_000
_STARTING_S = 60


@contextmanager
def serving(corpus: Path, *options: str) -> Iterator[str]:
    """The address of a Datasette that serves one corpus while it is needed."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "datasette", str(corpus), "--port", str(port), *options]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def _wait(address: str) -> None:
    until = time.monotonic() + _STARTING_S
    while True:
        try:
            urllib.request.urlopen(f"{address}/-/versions.json").close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


@contextmanager
def browsing() -> Iterator[Any]:
    """Debian's Chromium, or the one that Playwright brought."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(FLAGS)
        )
        try:
            yield browser
        finally:
            browser.close()


def _shot(browser: Any, url: str, target: Path, **look: Any) -> None:
    page = browser.new_page(reduced_motion="reduce", **look)
    answer = page.goto(url)
    assert answer.ok, f"{url} answers {answer.status}"
    page.screenshot(path=str(target))
    page.close()
    size = target.stat().st_size
    print(f"{target} {size:,} bytes")
    if size > _MOST_BYTES:
        raise SystemExit(f"{target} is larger than {_MOST_BYTES:,} bytes")


def _first(address: str, database: str, sql: str) -> str:
    asked = urlencode({"sql": sql, "_shape": "arrayfirst"})
    with urllib.request.urlopen(f"{address}/{database}.json?{asked}") as answer:
        return str(json.load(answer)[0])


def main(corpus: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    wide = {"viewport": {"width": 1000, "height": 540}}
    high = {"viewport": {"width": 1000, "height": 720}}
    low = {"viewport": {"width": 1000, "height": 480}}
    phone = {"viewport": {"width": 360, "height": 720}}
    most_copied = "select id from articles order by copies desc, id limit 1"
    changed = "select article from revisions where article is not null order by id limit 1"
    with serving(corpus) as address, browsing() as browser:
        base = f"{address}/{corpus.stem}"
        copied, edited = (_first(address, corpus.stem, sql) for sql in (most_copied, changed))
        _shot(browser, base, folder / "front.png", **wide)
        _shot(browser, f"{base}/-/article/{copied}", folder / "article.png", **wide)
        _shot(browser, f"{base}/-/article/{edited}#changes", folder / "changes.png", **low)
        _shot(browser, f"{base}/-/matrix", folder / "matrix.png", **high)
        _shot(browser, base, folder / "phone.png", **phone)
        _shot(browser, base, folder / "dark.png", color_scheme="dark", **wide)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
