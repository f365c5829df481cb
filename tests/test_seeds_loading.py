"""Loading the seed folder: texts, Markdown, saved pages, addresses, corrections."""

from __future__ import annotations

import hashlib
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dumps.encodings import decode
from ingest.dumps.rules import Rule, rule_of
from ingest.dumps.saved import page_address
from ingest.errors import SeedError
from ingest.extract import read_page
from ingest.items import Article
from ingest.seedset import addresses_of, load_seed_set, marked_page, page_name

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "Baku recalls its ambassador"
BODY = (
    "Baku recalled its ambassador on Tuesday after two brothers died in custody in the Urals.",
    "The families of the brothers asked for a second examination by doctors of their choice.",
    "Officials in Moscow called the recall hasty, and promised an answer within the week.",
)
RUSSIAN = (
    "Баку отозвал посла\n"
    "Баку отозвал своего посла после гибели двух братьев в Екатеринбурге, сообщили в МИД.\n"
    "Родственники погибших рассказали, что видели следы побоев, и просят о новой экспертизе.\n"
)
TURKISH = (
    "Bakü büyükelçisini geri çağırdı\n"
    "Dışişleri Bakanlığı, iki kardeşin gözaltında ölmesinin ardından elçiyi geri çağırdı.\n"
    "Aileler, seçtikleri doktorların katılımıyla yeniden inceleme yapılmasını istiyor.\n"
)


def text_of(*body: str) -> str:
    return "\n".join([TITLE, *(body or BODY)])


def page_of(*body: str) -> bytes:
    blocks = "".join(f"<p>{line}</p>" for line in body)
    return f"<title>From the head</title><nav>Home</nav>{blocks}".encode()


def read_last(body: bytes, url: str) -> Article:
    """Stands for an extractor: the last block of the page, titled by its address."""
    text = body.decode().rpartition("<p>")[2].removesuffix("</p>")
    return Article(url=url, title=url, text=text, published=datetime(2025, 7, 1, tzinfo=UTC))


def read_nothing(body: bytes, url: str) -> None:
    assert body
    assert url


def test_seeds_come_in_order_of_name_whatever_the_order_of_writing(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "c.TXT", "notes.pdf"):
        (tmp_path / name).write_text(text_of(*BODY, f"All of it was in {name}."), "utf-8")
    seeds = load_seed_set(tmp_path).documents

    assert [(seed.id, seed.file) for seed in seeds] == [(1, "a.txt"), (2, "b.md"), (3, "c.TXT")]
    assert seeds[0].sha256 == hashlib.sha256((tmp_path / "a.txt").read_bytes()).hexdigest()


def test_of_equal_texts_the_first_stays_and_the_other_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(text_of(*BODY, name * (name == "c.txt")), "utf-8")
    with caplog.at_level(logging.WARNING):
        seeds = load_seed_set(tmp_path).documents

    assert [(seed.id, seed.file) for seed in seeds] == [(1, "a.txt"), (2, "c.txt")]
    assert "b.txt" in str(vars(caplog.records[0]))


def test_the_digest_follows_every_change(tmp_path: Path) -> None:
    seed = tmp_path / "a.txt"
    seed.write_text(text_of(), "utf-8")
    first = load_seed_set(tmp_path).digest
    seed.write_text(text_of(*BODY, "2025-01-01"), "utf-8")
    second = load_seed_set(tmp_path).digest
    (tmp_path / "a.clean.txt").write_text("Baku\nBy hand.", "utf-8")

    assert len({first, second, load_seed_set(tmp_path).digest}) == 3


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "pages/a.html"])
def test_a_correction_by_hand_wins(tmp_path: Path, name: str) -> None:
    seed = tmp_path / name
    seed.parent.mkdir(exist_ok=True)
    seed.write_bytes(page_of(*BODY) if name.endswith("html") else text_of().encode())
    (seed.parent / "a.clean.txt").write_text(f"My headline\n\n{BODY[1]}\n", "utf-8")
    (read,) = load_seed_set(tmp_path).documents

    assert (read.file, read.title, read.text) == (name, "My headline", BODY[1])
    assert {line.rule for line in read.removed} == {"by-hand"}
    assert BODY[0] in [line.text for line in read.removed]


def test_a_correction_of_nothing_or_of_two_seeds_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(text_of(), "utf-8")
    (tmp_path / "b.clean.txt").write_text(text_of(), "utf-8")

    with pytest.raises(SeedError, match=r"no seed document b\.txt, \.md or \.html for .*b\.clean"):
        load_seed_set(tmp_path)
    (tmp_path / "b.clean.txt").rename(tmp_path / "a.clean.txt")
    (tmp_path / "a.md").write_text(text_of(), "utf-8")
    with pytest.raises(SeedError, match=r"could correct a\.md or a\.txt"):
        load_seed_set(tmp_path)


def test_a_page_goes_through_the_extractor_and_tells_what_it_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(page_of(*BODY))
    (seed,) = load_seed_set(tmp_path, extract=read_last).documents
    rules = {line.text: line.rule for line in seed.removed}

    assert seed.text == BODY[2]
    assert seed.published == datetime(2025, 7, 1, tzinfo=UTC)
    assert rules == {"Home": "interface", BODY[0]: "page", BODY[1]: "page"}
    with pytest.raises(SeedError, match="no extractor to read the web page"):
        load_seed_set(tmp_path)


def read_without_headline(body: bytes, url: str) -> Article:
    return Article(url=url, title="", text=f"{len(body)} bytes")


def test_a_page_without_a_headline_takes_that_of_its_head(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(page_of(*BODY))
    (seed,) = load_seed_set(tmp_path, extract=read_without_headline).documents

    assert seed.title == "From the head"


def test_a_page_in_which_the_extractor_finds_nothing_is_cleaned_as_a_dump(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(page_of(*BODY))
    (seed,) = load_seed_set(tmp_path, extract=read_nothing).documents

    assert seed.text.split("\n")[-2:] == list(BODY[1:])


def test_markdown_leaves_no_markup(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        f"# {TITLE}\n\n![A photo](x.png)\n\n**Baku** {BODY[0][5:]}\n\n> {BODY[1]}\n\n"
        f"Officials in [Moscow](https://example.com) {BODY[2][20:]}\n\n- one point\n",
        "utf-8",
    )
    (seed,) = load_seed_set(tmp_path).documents

    assert (seed.title, seed.text.split("\n")) == (TITLE, [*BODY, "one point"])


def test_a_table_of_markdown_is_a_line_a_row(tmp_path: Path) -> None:
    table = "| Day | **Event** |\n|:---|---:|\n| 27 June | Two die \\| many held |\n| 30 June | |\n"
    table += "| 2023 | 1,100 |\n| 2024 | 1,177 |\n| 2025 | 4.5 |\n"
    (tmp_path / "a.md").write_text(f"# {TITLE}\n\n{BODY[0]}\n\n{table}\n{BODY[1]}\n", "utf-8")
    lines = ["Day | Event", "27 June | Two die | many held", "30 June"]
    lines += ["2023 | 1,100", "2024 | 1,177", "2025 | 4.5"]

    for extract in (None, _extract_page):
        (seed,) = load_seed_set(tmp_path, extract=extract).documents
        assert seed.text.split("\n") == [BODY[0], *lines, BODY[1]]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("2023 | 1,100 | 3,300", None),
        ("| 2023 | 4.5 |", None),
        ("1 | 2 | 3 | 12", Rule.SYMBOLS),
        ("2023 | —", Rule.SYMBOLS),
        ("1,100", Rule.SYMBOLS),
    ],
)
def test_a_row_of_figures_is_no_mere_symbols(line: str, rule: Rule | None) -> None:
    assert rule_of(line) == rule


def _extract_page(body: bytes, url: str) -> Article | None:
    return read_page(body, url, None, "text/html", now=datetime(2025, 7, 2, tzinfo=UTC)).article


def test_front_matter_tells_the_headline_and_the_address(tmp_path: Path) -> None:
    menu = "\n\n".join(f"[Section {n}](https://example.com/{n})" for n in range(9))
    (tmp_path / "a.md").write_text(
        f'---\ntitle: "{TITLE}"\nsource: https://example.com/a\ndate: 2025-07-02\n---\n\n{menu}\n\n'
        + "\n\n".join(BODY),
        "utf-8",
    )
    asked: list[str] = []

    def read(body: bytes, url: str) -> Article:
        asked.append(url)
        assert b"2025-07-02" in body
        return Article(url=url, title="", text="\n".join(BODY))

    (seed,) = load_seed_set(tmp_path, extract=read).documents

    assert (seed.title, seed.text.split("\n")) == (TITLE, list(BODY))
    assert asked == ["https://example.com/a"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "utf-8"),
        (RUSSIAN, "utf-8-sig"),
        (RUSSIAN, "utf-16"),
        (RUSSIAN, "utf-16-le"),
        (RUSSIAN, "utf-16-be"),
        (RUSSIAN, "utf-32"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (TURKISH, "cp1254"),
    ],
)
def test_a_text_in_an_old_encoding_is_read(tmp_path: Path, text: str, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    (seed,) = load_seed_set(tmp_path).documents

    assert f"{seed.title}\n{seed.text}\n" == text


@pytest.mark.parametrize("text", [RUSSIAN, TURKISH])
@pytest.mark.parametrize("broken", [b"\xff", b"\xd0"])
def test_a_broken_byte_costs_one_character(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, broken: bytes
) -> None:
    whole = (text * 3).encode()
    at = whole.index(b" ", len(whole) // 2)
    (tmp_path / "a.txt").write_bytes(whole[:at] + broken + whole[at:])

    (seed,) = load_seed_set(tmp_path).documents

    assert seed.raw.replace("\ufffd", "") == text * 3
    assert seed.raw.count("\ufffd") == 1
    assert caplog.messages == ["seed has broken characters"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "no article text in seed document"),
        (b" \n\n ", "no article text in seed document"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "is no text in an encoding"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(1, 32)) * 9, "is no text in an encoding"),
    ],
)
def test_a_seed_that_cannot_be_used_is_named(tmp_path: Path, body: bytes, said: str) -> None:
    (tmp_path / "bad.txt").write_bytes(body)

    with pytest.raises(SeedError, match=rf"{said}|bad\.txt {said}"):
        load_seed_set(tmp_path)


def test_a_folder_without_seeds_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SeedError, match=r"no \*\.txt"):
        load_seed_set(tmp_path)
    with pytest.raises(SeedError, match="no seed folder"):
        load_seed_set(tmp_path / "absent")


def test_lists_of_addresses_are_recognised(tmp_path: Path) -> None:
    (tmp_path / "b.urls").write_text("# ours\nhttps://example.com/b\n\nhttp://www.example.com/a/\n")
    (tmp_path / "a.txt").write_text("https://example.com/a\n", "utf-8")
    (tmp_path / "c.txt").write_text(f"https://example.com/c\n{BODY[0]}\n", "utf-8")
    found = [(one.file, one.line, one.url) for one in addresses_of(tmp_path)]

    assert found == [("a.txt", 1, "https://example.com/a"), ("b.urls", 2, "https://example.com/b")]
    with pytest.raises(SeedError, match="no web address in line 1"):
        addresses_of(_with(tmp_path, "d.urls", "example"))


def test_addresses_alone_ask_to_be_fetched(tmp_path: Path) -> None:
    _with(tmp_path, "a.urls", "https://example.com/a\nhttps://example.com/b\n")

    with pytest.raises(SeedError, match=r"none of the 2 addresses .*`seedbed seeds --fetch`"):
        load_seed_set(tmp_path, extract=read_last)
    _with(tmp_path, "a.urls", "https://example.com/a\n")
    with pytest.raises(SeedError, match=r"the address in .* has not been fetched"):
        load_seed_set(tmp_path, extract=read_last)


def test_a_fetched_page_stands_for_its_address(tmp_path: Path) -> None:
    _with(tmp_path, "a.urls", "https://example.com/a\nhttps://example.com/b\n")
    url = "https://example.com/a"
    (tmp_path / "pages").mkdir()
    (tmp_path / addresses_of(tmp_path)[0].page).write_bytes(marked_page(url, page_of(*BODY)))
    (seed,) = load_seed_set(tmp_path, extract=read_last).documents

    assert (seed.file, seed.title) == (f"pages/{page_name(url)}", url)


def _with(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder


@given(
    st.from_regex(
        r"https?://[a-z]{1,9}\.example/[a-z0-9/_-]{0,30}(\?[a-z]=[a-z-]{0,9})?", fullmatch=True
    ),
    st.binary(max_size=200),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"]),
)
def test_a_mark_is_read_back_and_written_once(url: str, html: bytes, bom: bytes) -> None:
    marked = marked_page(url, bom + html)

    assert page_address(marked) == url
    assert marked_page(url, marked) == marked
    assert len(marked) > len(bom + html)


def test_the_marks_of_browsers_are_read() -> None:
    saved = b"<!DOCTYPE html>\r\n<!-- saved from url=(0021)https://example.com/a -->\r\n<html>"

    assert page_address(saved) == "https://example.com/a"
    assert page_address(b"<!-- saved from url=(0014)about:internet --><p>") is None
    assert page_address(b"<p>") is None


def test_one_page_has_one_name_and_a_safe_one() -> None:
    names = {
        page_name(url)
        for url in (
            "https://www.example.com/news/Bakı-səfir?utm_source=x",
            "http://example.com/news/Bak%C4%B1-s%C9%99fir/",
        )
    }

    assert len(names) == 1
    assert names.pop().startswith("example-com-news-bak")
    assert page_name("https://example.com/1") != page_name("https://example.com/2")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1))
def test_utf8_is_never_taken_for_another_encoding(text: str) -> None:
    assert decode(text.encode()) == (text.removeprefix("\ufeff"), "utf-8")


def test_bytes_that_are_no_text_are_no_page(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(bytes(range(256)) * 40)

    with pytest.raises(SeedError, match=r"a\.html is no web page"):
        load_seed_set(tmp_path, extract=read_nothing)
