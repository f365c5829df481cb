"""Our pages in a real browser: widths, keyboard, contrast and labels, no other host, no error."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.filled import SCRIPT, add_article, add_copy, add_page, fill

pytest.importorskip("datasette", reason="the web extra is not installed")
pytest.importorskip("playwright", reason="Playwright is not installed")
if shutil.which("chromium") is None:
    pytest.skip("Debian's chromium is not installed", allow_module_level=True)

from benchmarks.screenshots import browsing, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = (
    "", "/-/article/1", "/-/article/2", "/-/story/1", "/-/outlet/first~2Etest", "/-/source/1",
    "/-/run/1", "/-/seeds", "/-/seed/1", "/-/completeness", "/-/matrix",
)  # fmt: skip
WIDTHS = (320, 768, 1440)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a corpus, some of it as a hostile web would have it."""
    path = tmp_path_factory.mktemp("browser") / "anyname.db"
    corpus = fill(path)
    with corpus.transaction():
        add_page(corpus, 40, outlet="second.test", outcome="article", article=40)
        add_article(corpus, 40, title=SCRIPT, outlet="second.test", text=f"{'W' * 400} {SCRIPT}",
                    published="2025-07-09T12:00:00Z", why=SCRIPT, story=1)  # fmt: skip
        add_page(corpus, 41, outlet="first.test", outcome="copy", article=40)
        add_copy(corpus, 41, article=40, outlet="first.test", page=41, title=SCRIPT,
                 published="2025-07-09T13:00:00Z",
                 url=f"https://first.test/{'u' * 300}")  # fmt: skip
    corpus.close()
    with serving(path) as address:
        yield f"{address}/anyname"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with browsing() as browser:
        yield browser


class Watched:
    """A page, with everything that it asked and complained of."""

    def __init__(self, browser: Any, base: str, **look: Any) -> None:
        self.page = browser.new_page(**look)
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.base = base
        self.page.on("console", lambda said: self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, name: str) -> Any:
        answer = self.page.goto(f"{self.base}{name}")
        assert answer.status == 200, name
        return self.page


@pytest.fixture
def watched(browser: Any, base: str) -> Iterator[Watched]:
    watched = Watched(browser, base)
    yield watched
    watched.page.close()


def test_no_page_is_wider_than_a_screen_complains_or_asks_another_host(watched: Watched) -> None:
    for name in (*PAGES, "/-/article/40"):
        page = watched.open(name)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth")

            assert wide <= width, (name, width)

    assert watched.complaints == []
    own = watched.base.removesuffix("/anyname")
    assert [url for url in watched.asked if not url.startswith((own, "data:"))] == []
    assert any(url.endswith(".css") for url in watched.asked)


def test_pages_of_datasette_complain_of_nothing_under_our_policy(watched: Watched) -> None:
    for name in ("?tables=1", "/articles", "/articles/1", "/search?words=detained"):
        watched.open(name)

    assert watched.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_labels_and_structure_pass_axe(browser: Any, base: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python", reason="axe is not installed")
    # The policy of our pages lets no script in; axe is the one that is looked past.
    watched = Watched(browser, base, color_scheme=scheme, bypass_csp=True)
    script = Path(axe.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    wrong: dict[tuple[str, str], list[str]] = {}
    for name in PAGES if scheme == "light" else PAGES[:4]:
        page = watched.open(name)
        page.evaluate(script)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")
        wrong |= {
            (name, one["id"]): [node["html"][:200] for node in one["nodes"][:3]]
            for one in found["violations"]
        }
    watched.page.close()

    assert wrong == {}, str(wrong)


def test_the_keyboard_leads_to_the_text_and_shows_where_it_is(watched: Watched) -> None:
    page = watched.open("/-/article/1")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    seen = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("[...document.all].indexOf(document.activeElement)"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    assert len(seen) == 12


def test_a_reader_walks_from_the_front_page_to_a_verdict(watched: Watched) -> None:
    page = watched.open("")
    page.get_by_role("link", name="Editor detained").first.click()
    page.get_by_role("button", name="yes").click()

    assert page.url.endswith("/-/article/1")
    assert "A reader said yes" in " ".join(page.inner_text("main").split())
    page.get_by_role("button", name="take back").click()
    assert "A reader said" not in page.inner_text("main")
    assert watched.complaints == []


def test_a_reader_searches_by_typing(watched: Watched) -> None:
    page = watched.open("")
    page.get_by_role("searchbox").fill("detained")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("words=detained"))

    assert "[detained]" in page.inner_text("body")


def test_on_paper_there_is_the_text_and_no_machinery(watched: Watched) -> None:
    page = watched.open("/-/article/1")
    page.emulate_media(media="print")

    assert not page.is_visible("header")
    assert not page.is_visible("button")
    assert page.is_visible("h1")
