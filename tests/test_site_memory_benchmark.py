"""The benchmark of site memory, on the part of it that needs nothing but the demo web."""

from __future__ import annotations

from itertools import islice

from benchmarks.site_memory import demo_hosts, table


def test_sites_of_the_demo_lose_their_boilerplate_and_nothing_else() -> None:
    rows = list(table(islice(demo_hosts(), 4), "demo"))

    assert [row for row, is_as_good in rows if not is_as_good] == []
    assert len(rows) == 6
