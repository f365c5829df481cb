"""The marks of lists and quotes, from the page to what reads the text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.extract import read_page
from ingest.extract.lines import kinds_in, lines_of
from ingest.extract.marks import marked
from ingest.extract.page import parse
from ingest.extract.recurring import learn, leave_out, memory_of, text_as_extracted
from ingest.extract.segments import cut
from ingest.extract.tidy import drop_marks, tidy
from ingest.relations.shingles import fingerprint
from ingest.text import blanked, paragraphs, prose_lines, unmarked
from tests.rows import article

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LEAD = "The harbour board met on Monday and agreed to mend the pier before the winter comes. "
ITEMS = ("The north wall is to be raised by a metre.", "The lamps are painted green again.",
         "The old slip stays open for the school boat.")  # fmt: skip
QUOTE = "We have waited nine years for this, and we shall not wait for a tenth, she wrote."


def drawn(html: str) -> str:
    """The lines of some HTML with their marks."""
    page = parse(f"<html><body>{html}</body></html>".encode(), "http://a.test/", None)
    assert page is not None
    blocks = cut(page)
    told = tidy("\n".join(block.text for block in blocks))
    return marked(drop_marks(told), blocks, told)


def listing(tag: str, *items: str) -> str:
    return f"<{tag}>{''.join(f'<li>{item}</li>' for item in items)}</{tag.split(maxsplit=1)[0]}>"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (listing("ul", "a", "b"), "- a\n- b"),
        (listing("ol", "a", "b"), "1. a\n2. b"),
        (listing("ol start='4'", "a", "b"), "4. a\n5. b"),
        (listing("ol reversed", "a", "b"), "- a\n- b"),
        ("<ol><li>a</ol><p>c</p><ol start='2'><li>b</ol>", "1. a\nc\n2. b"),
        ("<ol><li>a</ol><p>c</p>", "- a\nc"),  # a number alone would be the line's own
        ("<ul><li>a<ul><li>b</ul></ul><p>c</p>", "- a\n- b\nc"),  # nested lists are flat
        ("<ul><li><h3>a</h3><p>b</p><p>c</p><li>d</ul>", "- a\nb\nc\n- d"),
        ("<p>z</p><blockquote><p>a</p><p>b<br>c</p></blockquote>", "z\n> a\n> b\n> c"),
        ("<p>z</p><blockquote><ul><li>a<li>b</ul></blockquote>", "z\n> - a\n> - b"),
        ("<p>• a<br>• b</p>", "- a\n- b"),  # set by hand
        ("<p>— Oui, dit-il.</p><p>— Non.</p>", "— Oui, dit-il.\n— Non."),
        ("<p>- Hə, dedi.</p><p>- Yox.</p>", "– Hə, dedi.\n– Yox."),  # speech is no list
        ("<p>1. a</p><p>2. b</p>", "1. a\n2. b"),
        ("<p>12. Mai</p><p>b</p>", "12. Mai\nb"),
        (f"<ul><li><p>{LEAD * 9}</p><p>b</p></ul><p>c</p>", f"{LEAD * 9}".strip() + "\nb\nc"),
        (f"<blockquote><p>{LEAD * 9}</p></blockquote><p>c</p>", f"{LEAD * 9}".strip() + "\nc"),
        ("<ul><li><article><p>a</p></article><li>b</ul>", "a\n- b"),
    ],
)  # fmt: skip
def test_lines_are_marked_as_they_stand(html: str, expected: str) -> None:
    assert drawn(html) == expected


def test_lines_that_read_alike_are_told_apart_by_their_order() -> None:
    html = "<ul><li>Pier</ul><p>c</p><p>Pier</p>"
    page = parse(f"<html><body>{html}</body></html>".encode(), "http://a.test/", None)
    assert page is not None

    assert marked("Pier\nc\nPier", cut(page), "") == "- Pier\nc\nPier"


@pytest.mark.parametrize(
    "html",
    [
        "<p>z</p><blockquote class='pullquote'>a</blockquote>",
        "<p>z</p><blockquote class='c-pull-quote__text'>a</blockquote>",
        "<p>z</p><figure class='wp-block-pullquote'><blockquote>a</blockquote></figure>",
        "<p>z</p><blockquote class='article-lead'>a</blockquote>",
        "<p>z</p><blockquote id='standfirst'>a</blockquote>",
    ],
)
def test_a_quote_pulled_out_of_the_text_is_no_quote(html: str) -> None:
    after = "<p>y</p><blockquote class='leading-7 quote'>b</blockquote>"

    assert drawn(f"{html}{after}") == "z\na\ny\n> b"


def test_a_text_that_begins_with_a_blockquote_begins_with_its_standfirst() -> None:
    html = "<blockquote><p>a</p><p>b</p></blockquote><p>c</p><blockquote><p>d</p></blockquote>"

    assert drawn(html) == "a\nb\nc\n> d"


lines = st.lists(
    st.tuples(
        st.sampled_from(["", "- ", "> ", "> - "]),
        st.text(alphabet="abc.—", min_size=1, max_size=9).map(lambda s: f"a{s}"),
    ),
    min_size=1, max_size=9, unique_by=lambda pair: pair[1],
)  # fmt: skip


@given(lines)
def test_a_marked_text_set_as_a_page_gives_itself(told: list[tuple[str, str]]) -> None:
    text = "\n".join(mark + line for mark, line in told)
    frame = "z" * 999  # so that no item is the frame of the text, and no quote begins it

    assert drawn(_as_html([("", frame), *told])) == f"{frame}\n{text}"


def _as_html(told: list[tuple[str, str]]) -> str:
    shown = []
    for mark, line in told:
        item = f"<ul><li>{escape(line)}</li></ul>" if "- " in mark else f"<p>{escape(line)}</p>"
        shown.append(f"<blockquote>{item}</blockquote>" if ">" in mark else item)
    return "".join(shown)


@given(st.lists(st.text(alphabet="ab1. -–>•|*\n", max_size=30), max_size=8).map("\n".join))
def test_tidying_keeps_marks_and_changes_nothing_twice(text: str) -> None:
    once = tidy(text)

    assert tidy(once) == once
    assert unmarked(once).count("\n") == once.count("\n")


MARKED = f"{LEAD}\n1. {ITEMS[0]}\n2. {ITEMS[1]}\n> - {ITEMS[2]}\n> {QUOTE}"
PLAIN = "\n".join((LEAD, *ITEMS, QUOTE))


@pytest.mark.parametrize("read", [paragraphs, prose_lines, fingerprint])
def test_marks_are_no_words(read: object) -> None:
    assert callable(read)
    assert read(MARKED) == read(PLAIN)


def test_blanking_keeps_every_other_character_in_its_place() -> None:
    blank = blanked(MARKED)

    assert [line.strip() for line in blank.split("\n")] == paragraphs(PLAIN)
    assert all(one in {other, " "} for one, other in zip(blank, MARKED, strict=True))


@pytest.mark.parametrize("line", ["1. FC Köln gewinnt", "12. Mai 2025\nb", "-5 Grad", "— Oui"])
def test_what_is_no_mark_stays(line: str) -> None:
    assert unmarked(line) == line


def _page(html: str) -> str:
    body = f"<p>{LEAD * 2}</p>{html}<p>The vote was seven to two, and the gulls kept still.</p>"
    return f"<html><body><article><h1>The pier</h1>{body}</article></body></html>"


def test_an_article_has_its_list_and_its_quote_marked_and_is_otherwise_the_same() -> None:
    html = listing("ol", *ITEMS) + f"<blockquote><p>{QUOTE}</p></blockquote>"
    plain = "".join(f"<p>{line}</p>" for line in (*ITEMS, QUOTE))
    read, bare = (read_page(_page(some).encode(), "https://herald.test/a", None, None, now=NOW)
                  for some in (html, plain))  # fmt: skip

    assert read.article is not None
    assert bare.article is not None
    assert f"1. {ITEMS[0]}\n2. {ITEMS[1]}\n3. {ITEMS[2]}\n> {QUOTE}\n" in read.article.text
    assert unmarked(read.article.text) == bare.article.text
    assert read.article.language == bare.article.language == "en"


def test_what_a_site_repeats_is_known_with_a_mark_and_without() -> None:
    learned = []
    for number in range(6):
        body = f"<p>{LEAD}Day {number}, and {number * 7} boats came in.</p>"
        shown = f"<h1>Day {number}</h1>{body}{listing('ol', ITEMS[0], ITEMS[1])}"
        page = parse(shown.encode(), "http://a.test/", "utf-8")
        assert page is not None
        blocks = cut(page)
        text = "\n".join(block.text for block in blocks)
        one = article(f"http://a.test/{number}", text, title=f"Day {number} of the long vote")
        known, kinds = lines_of(one, blocks, f"a.test/{number}")
        learned.append((replace(one, text=marked(text, blocks, ""), line_kinds=kinds), known))
    memory = memory_of(learn([known for _, known in learned]))
    one, known = learned[0]
    cleaned = leave_out(one, memory)

    assert {f"1. {ITEMS[0]}", f"2. {ITEMS[1]}"} <= {line for _, line in cleaned.left_out}
    assert text_as_extracted(cleaned) == one.text
    assert kinds_in(known, one.text) == one.line_kinds
