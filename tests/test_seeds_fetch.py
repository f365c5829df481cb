"""Addresses among the seeds become saved pages, by the manners of every crawl."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from ingest.cli import main
from tests.commands import restored_logging

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The fixture used here, which pytest finds by its name.
__all__ = ["restored_logging"]

STORY = "Баку вызвал посла после гибели задержанных в Екатеринбурге. " * 12
PAGES = {
    "/robots.txt": (200, "text/plain", b"User-agent: *\nDisallow: /closed"),
    "/story": (
        200,
        "text/html; charset=windows-1251",
        (
            "<html><head><meta charset=windows-1251><title>Баку вызвал посла</title></head><body>"
            f"<article><h1>Баку вызвал посла</h1><p>{STORY}</p><p>{STORY}</p></article></body>"
        ).encode("cp1251"),
    ),
    "/closed": (200, "text/html", b"<p>never asked for</p>"),
}


class Site(BaseHTTPRequestHandler):
    """Answers from `PAGES`; everything else is 404."""

    asked: list[str]

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        status, kind, body = PAGES.get(self.path, (404, "text/html", b"gone"))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEDBED_LOG__LEVEL", "ERROR")


@pytest.fixture
def site() -> Iterator[str]:
    Site.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.usefixtures("quiet")
def test_addresses_are_fetched_once_and_read_as_seeds(
    site: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "list.urls").write_text(f"{site}/story\n{site}/closed\n{site}/missing\n", "utf-8")
    (tmp_path / "seedbed.toml").write_text(
        "[crawl]\nallow_private_networks = true\ndelay_s = 0\n", "utf-8"
    )

    assert main(["-w", str(tmp_path), "seeds"]) == 3
    assert "seedbed seeds --fetch" in capfd.readouterr().err

    assert main(["-w", str(tmp_path), "seeds", "--fetch"]) == 0
    told = capfd.readouterr()
    assert "Баку вызвал посла" in told.out
    assert [line for line in told.err.splitlines() if "not fetched" in line] == [
        f"not fetched: {site}/closed (list.urls, line 2): refused: forbidden by robots.txt",
        f"not fetched: {site}/missing (list.urls, line 3): answered 404 text/html",
        "2 of 3 addresses not fetched",
    ]
    assert "/closed" not in Site.asked
    (page,) = (seeds / "pages").iterdir()
    assert f"{site}/story".encode() in page.read_bytes()[:300]

    assert main(["-w", str(tmp_path), "seeds", "--fetch"]) == 0
    assert Site.asked.count("/story") == 1


@pytest.mark.usefixtures("quiet")
def test_a_page_that_cannot_be_written_is_told_with_its_reason(
    site: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "list.urls").write_text(f"{site}/story\n", "utf-8")
    (seeds / "one.txt").write_text(STORY, "utf-8")
    (seeds / "pages").write_text("a file where the folder should be")
    (tmp_path / "seedbed.toml").write_text(
        "[crawl]\nallow_private_networks = true\ndelay_s = 0\n", "utf-8"
    )

    assert main(["-w", str(tmp_path), "seeds", "--fetch"]) == 0
    told = capfd.readouterr().err
    assert "(list.urls, line 1): the page cannot be written: File exists" in told
    assert "1 of 1 address not fetched" in told
    assert "Traceback" not in told
