"""The command that says how complete a corpus is."""

from __future__ import annotations

import click

from ingest.selecting import limited
from ingest.terminal import Place, as_json_option, print_json, print_lines

__all__ = ["COMMANDS"]


@click.command()
@as_json_option
@limited("Weeks")
@click.pass_obj
def completeness(place: Place, *, as_json: bool, limit: int) -> None:
    """How much of what there is was found, by week.

    And what the gate misses, and which sources should have spoken. It is reckoned from which texts
    several independent routes found: feeds, sitemaps, links, search.
    """
    from ingest.coverage import completeness_by_week, coverage_of
    from ingest.show_completeness import completeness_lines

    with place.reading() as corpus:
        histories = corpus.capture_histories()
        told = coverage_of(corpus, histories)
    weeks = completeness_by_week(histories)
    if as_json:
        return print_json({**told, "weeks": weeks[:limit]})
    more_weeks = len(weeks) - limit
    return print_lines(completeness_lines(told, weeks[:limit], more_weeks=max(more_weeks, 0)))


COMMANDS = (completeness,)
