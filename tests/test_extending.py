"""The examples of docs/extending.md run as they stand there."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from ingest.export.frame import Format
from tests.test_exports import stored

PAGE = Path(__file__).parents[1].joinpath("docs", "extending.md").read_text("utf-8")


def example(holding: str) -> dict[str, Any]:
    """What the example that holds these words defines."""
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (code,) = (block for block in blocks if holding in block)
    defined: dict[str, Any] = {"__name__": "example"}
    exec(code, defined)  # an example of ours
    return defined


def test_the_example_of_a_source_reads_its_page() -> None:
    spider = example("(SourceSpider)")["DaybookSpider"]
    body = b"/one First headline\nhttp://b.test/two\n"
    found = spider.read_source(spider, body, {}, "http://a.test/daybook.txt", "daybook")

    assert [(one.url, one.title, one.found_by) for one in found.candidates] == [
        ("http://a.test/one", "First headline", "daybook"),
        ("http://b.test/two", None, "daybook"),
    ]


def test_the_example_of_a_format_writes_headlines() -> None:
    titles, out = example("FORMAT = ")["FORMAT"], io.BytesIO()

    assert isinstance(titles, Format)
    assert titles.write is not None
    assert titles.write([stored(1), stored(2)], out, None) == 2  # type: ignore[arg-type]  # it asks nothing about the corpus
    assert out.getvalue() == b"Headline 1\nHeadline 2\n"
