from __future__ import annotations

import pytest

from ingest.items import DuePage, Outcome
from spiders.frontier import FrontierSpider


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_what_is_kept_is_asked_for_if_it_changed(outcome: Outcome) -> None:
    page = DuePage(
        page=1, url="http://a.test/1", outcome=outcome, etag='"x"', last_modified=None,
        priority=0.5, depth=0,
    )  # fmt: skip
    asked = FrontierSpider()._page_request(page)

    is_kept = outcome in {Outcome.ARTICLE, Outcome.COPY}
    assert ("If-None-Match" in asked.headers) == is_kept
