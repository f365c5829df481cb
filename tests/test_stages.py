"""How long fetching, reading, judging, comparing and storing take, run by run and in all."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ingest.config import load_settings
from ingest.demo.resource import Resource
from ingest.demo.server import serve
from ingest.stages import RunStage, Stopwatch
from scheduler.metrics import exposition
from tests.demo_web import environment
from tests.test_health import WELL, samples
from tests.test_losses import ARTICLE
from tests.test_middlewares import crawl_list, make_workspace

if TYPE_CHECKING:
    from pathlib import Path


def test_time_of_a_stage_inside_another_is_counted_once() -> None:
    watch = Stopwatch()
    began = time.perf_counter()
    with watch.during(RunStage.STORE):
        time.sleep(0.01)
        for stage in (RunStage.RELEVANCE, RunStage.RELATION, RunStage.RELEVANCE):
            with watch.during(stage):
                time.sleep(0.02)
    in_all = time.perf_counter() - began

    assert watch.seconds[RunStage.RELEVANCE] >= 0.04
    assert watch.seconds[RunStage.RELATION] >= 0.02
    assert watch.seconds[RunStage.STORE] >= 0.01
    assert sum(watch.seconds.values()) <= in_all


def test_time_of_a_stage_that_fails_is_counted() -> None:
    watch = Stopwatch()
    for _ in range(2):
        try:
            with watch.during(RunStage.STORE), watch.during(RunStage.RELATION):
                time.sleep(0.01)
                raise ValueError  # noqa: TRY301
        except ValueError:
            continue

    assert watch.seconds[RunStage.RELATION] >= 0.02
    assert watch.seconds[RunStage.STORE] < watch.seconds[RunStage.RELATION]


def test_stages_of_every_run_add_up_in_the_figures(tmp_path: Path) -> None:
    web = {("a.test", f"/{name}"): Resource(body=ARTICLE.encode()) for name in "ab"}
    seen = []
    folder = make_workspace(tmp_path / "w", [])
    with serve(web) as server:
        for name in "ab":
            (folder / "list.txt").write_text(f"http://a.test/{name}")
            done = crawl_list(folder, environment(server, SEEDBED_LOG__LEVEL="INFO"))
            assert done.returncode == 0, done.stderr
            told = samples(exposition(load_settings(folder, {}), WELL).decode())
            seen.append([told["seedbed_stage_seconds_total", (one.value,)] for one in RunStage])

    assert all(0 < first < both for first, both in zip(*seen, strict=True))
    assert "stages timed" in done.stderr
