"""What stands between a spider and the network, tried over a real crawl of loopback hosts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from scrapy import Request

from ingest.demo.resource import Resource
from ingest.demo.server import serve
from ingest.middlewares import AddressGuard, RefusedAddress, is_public, literal_ip
from tests import preloaded
from tests.demo_web import ask, environment

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

PRIVATE = [
    "http://127.0.0.1/", "http://localhost/", "http://127.1/", "http://2130706433/",
    "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://0.0.0.0/", "http://[::1]/",
    "http://[::ffff:127.0.0.1]/", "http://10.0.0.8/", "http://192.168.1.1/", "http://172.16.0.1/",
    "http://169.254.169.254/latest/meta-data/", "http://100.64.0.1/", "http://[fe80::1]/",
    "http://[fc00::1]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:7f00:1::]/",
    "http://[::127.0.0.1]/", "http://224.0.0.1/", "http://[ff02::1]/",
    "http://[fec0::1]/", "http://[64:ff9b:1::7f00:1]/", "http://[5f00::1]/", "http://[3fff::1]/",
    "http://[::ffff:0:127.0.0.1]/", "http://[fe80::1%25lo]/", "http://192.88.99.1/",
    "http://192.0.0.8/", "http://127.0.0.1./", "http://localhost./", "http://a.localhost/",
    "http://%31%32%37.0.0.1/", "http://127。0。0。1/",
]  # fmt: skip


@pytest.mark.parametrize("url", PRIVATE)
def test_private_address_is_refused_however_it_is_spelled(url: str) -> None:
    with pytest.raises(RefusedAddress):
        AddressGuard(allow_private=False).process_request(Request(url))


@pytest.mark.parametrize(
    "url",
    ["http://user:secret@a.test/", "ftp://a.test/x", "http://a.test:25/", "https://a.test:6667/x"],
)
def test_credentials_other_schemes_and_ports_of_others_are_refused(url: str) -> None:
    with pytest.raises(RefusedAddress):
        AddressGuard(allow_private=True).process_request(Request(url))


@pytest.mark.parametrize(
    "url",
    [
        "http://a.test/", "https://93.184.215.14/", "http://[2606:2800::1]/",
        "http://[::ffff:93.184.215.14]/", "http://a.test./", "http://127.0.0.1%00.a.test/",
        "http://a.test:8080/", "https://a.test:443/",
    ],
)  # fmt: skip
def test_public_address_passes(url: str) -> None:
    AddressGuard(allow_private=False).process_request(Request(url))


def test_private_address_passes_when_the_settings_allow_it() -> None:
    AddressGuard(allow_private=True).process_request(Request("http://127.0.0.1/"))


def test_literals_are_told_from_names() -> None:
    assert literal_ip("a.test") is None
    assert literal_ip("0x7f.1") == "127.0.0.1"
    assert not is_public("::ffff:10.0.0.1")


PAGE = Resource(body=b"<html><body><p>Something short.</p></body></html>")
ROBOTS = {
    "none.test": None,
    "open.test": Resource(body=b"User-agent: *\nDisallow:\n", content_type="text/plain"),
    "closed.test": Resource(body=b"User-agent: *\nDisallow: /\n", content_type="text/plain"),
    "ours.test": Resource(body=b"User-agent: Seedbed\nDisallow: /\n", content_type="text/plain"),
    "forbidden.test": Resource(body=b"no", content_type="text/plain", status=403),
    "broken.test": Resource(body=b"oops", content_type="text/plain", status=500),
    "busy.test": Resource(body=b"later", content_type="text/plain", status=429),
    "html.test": Resource(body=b"<html>hello</html>"),
}
EXPECTED = {
    "none.test": ("rejected", 200),
    "open.test": ("rejected", 200),
    "closed.test": ("robots", None),
    "ours.test": ("robots", None),
    "forbidden.test": ("rejected", 200),
    "broken.test": ("failed", None),
    "busy.test": ("waiting", None),  # as it asked to be left alone, nothing failed
    "html.test": ("rejected", 200),
    "nowhere.test": ("failed", None),  # the proxy cannot reach it: 502 for robots.txt as well
}


def make_workspace(folder: Path, urls: list[str]) -> Path:
    (folder / "seeds").mkdir(parents=True)
    (folder / "seeds" / "one.txt").write_text(
        "Talks in Baku\n" + "The talks between Azerbaijan and Russia went on in Baku today. " * 9
    )
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = ingest.settings\n")
    (folder / "seedbed.toml").write_text("[crawl]\ndelay_s = 0.0\nmax_body_mib = 0.1\n")
    (folder / "list.txt").write_text("\n".join(urls))
    return folder


def crawl_list(folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return preloaded.scrapy("crawl", "urls", "-a", "file=list.txt", cwd=folder, env=env)


def test_robots_txt_that_cannot_be_read_forbids_and_one_that_is_not_there_allows(
    tmp_path: Path,
) -> None:
    resources = {(host, "/robots.txt"): answer for host, answer in ROBOTS.items() if answer}
    resources |= {(host, "/page"): PAGE for host in ROBOTS}
    folder = make_workspace(tmp_path / "w", [f"http://{host}/page" for host in EXPECTED])
    with serve(resources) as server:
        done = crawl_list(folder, environment(server))
        asked = {one.url for one in server.log}
    rows = ask(folder, "SELECT outlet, outcome, http_status FROM pages")

    assert done.returncode == 0, done.stderr
    assert {row["outlet"]: (row["outcome"], row["http_status"]) for row in rows} == EXPECTED
    for host, (_, status) in EXPECTED.items():
        assert (f"http://{host}/page" in asked) == (status is not None), host


def test_hostile_answers_each_end_in_an_outcome_and_a_redirect_inside_is_refused(
    tmp_path: Path,
) -> None:
    home = "http://a.test"
    resources = {
        ("a.test", "/big"): Resource(body=b"<p>" + b"x" * 300_000),
        ("a.test", "/loop"): Resource(body=b"", status=302, location=f"{home}/loop"),
        ("a.test", "/inside"): Resource(body=b"", status=302, location="http://127.0.0.1:1/secret"),
        ("a.test", "/meta"): Resource(
            body=b'<html><head><meta http-equiv="refresh" content="0;url=http://[::1]/secret">'
        ),
        ("a.test", "/home"): Resource(body=b"", status=301, location=f"{home}/"),
        ("a.test", "/"): PAGE,
        ("a.test", "/empty"): Resource(body=b""),
        ("a.test", "/binary"): Resource(body=bytes(range(256)) * 9),
        ("a.test", "/gone"): Resource(body=b"", status=410),
        ("a.test", "/down"): Resource(body=b"", status=500),
    }
    names = ("big", "loop", "inside", "meta", "home", "empty", "binary", "gone", "down", "missing")
    folder = make_workspace(tmp_path / "w", [f"{home}/{name}" for name in names])
    with serve(resources) as server:
        done = crawl_list(folder, environment(server))
        asked = {one.url for one in server.log}
    rows = {row["url"].rsplit("/", 1)[1]: row for row in ask(folder, "SELECT * FROM pages")}

    assert done.returncode == 0, done.stderr
    assert {name: row["outcome"] for name, row in rows.items()} == {
        "big": "rejected", "loop": "failed", "inside": "rejected", "meta": "rejected",
        "home": "gone", "empty": "rejected", "binary": "rejected", "gone": "gone",
        "down": "failed", "missing": "gone",
    }  # fmt: skip
    assert rows["big"]["reason"].startswith("too-large")
    assert rows["inside"]["reason"].startswith("excluded: private address")
    assert not [url for url in asked if "secret" in url]


def test_of_a_host_whose_name_does_not_resolve_it_is_said(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", ["http://nowhere.invalid/x"])
    done = crawl_list(folder, {**os.environ, "SEEDBED_LOG__LEVEL": "ERROR"})
    rows = ask(folder, "SELECT outcome, reason FROM pages")
    said = "robots.txt could not be read: no such host, its name leads to no IPv4 address"

    assert done.returncode == 0, done.stderr
    assert rows == [{"outcome": "failed", "reason": said}]


def test_names_that_resolve_inside_are_refused_without_a_proxy(tmp_path: Path) -> None:
    folder = make_workspace(tmp_path / "w", ["http://ip6-localhost.test/x", "http://127.0.0.1/x"])
    done = crawl_list(folder, {**os.environ, "SEEDBED_LOG__LEVEL": "ERROR"})
    rows = ask(folder, "SELECT outcome FROM pages WHERE url LIKE '%127.0.0.1%'")

    assert done.returncode == 0, done.stderr
    assert rows == [{"outcome": "rejected"}]
