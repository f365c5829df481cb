"""What is remembered of links changes no decision, and what is left out of an offer no line."""

from __future__ import annotations

import random
import tempfile
from contextlib import closing
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.corpus import Corpus
from ingest.demo.texts import seed_files
from ingest.gating import Gate
from ingest.items import Candidate, Gated, Outcome
from ingest.seedset import load_seed_set
from ingest.topic import learn_topic
from tests.rows import NOW

if TYPE_CHECKING:
    from ingest.topic import Topic

_TITLES = (
    None, "Baku and Moscow recall their ambassadors", "Weather", "Azerbaijan", "Новости",
    "azerbaijan russia airliner", "Recipes for a long summer",
)  # fmt: skip
_SNIPPETS = (None, "Aliyev spoke of the airliner", "All about cheese and wine from the valleys")
_URLS = tuple(
    f"https://{host}/{path}"
    for host in ("a.test", "b.test", "www.a.test")
    for path in ("", "azerbaijan-russia-crisis", "food/cheese", "i.jpg", "?id=3", "a\u200bb/news")
)

_candidates = st.builds(
    Candidate,
    url=st.sampled_from(_URLS),
    found_by=st.just("links"),
    title=st.sampled_from(_TITLES),
    snippet=st.sampled_from(_SNIPPETS),
    language=st.sampled_from((None, "en", "ru")),
    depth=st.integers(0, 2),
    priority=st.sampled_from((0.0, 0.5)),
    is_given=st.booleans(),
)


@cache
def _topic() -> Topic:
    with tempfile.TemporaryDirectory() as place:
        for name, raw in seed_files().items():
            (Path(place) / name).write_bytes(raw)
        return learn_topic(load_seed_set(Path(place)))


@settings(deadline=None, max_examples=60)
@given(st.lists(_candidates, min_size=1, max_size=12), st.sampled_from((None, 0.3)))
def test_a_gate_that_remembers_decides_as_one_that_does_not(
    candidates: list[Candidate], cut: float | None
) -> None:
    gate = Gate(_topic(), headline_cut=cut)
    remembered = [gate.decide(one) for one in (*candidates, *candidates)]
    fresh = [Gate(_topic(), headline_cut=cut).decide(one) for one in candidates]

    assert remembered == [*fresh, *fresh]
    assert all(one.candidate.url.isprintable() for one in fresh)


def _offer(rng: random.Random) -> Gated:
    outcome = rng.choice((Outcome.SKIPPED,) * 3 + (Outcome.WAITING, Outcome.REJECTED))
    relevance = rng.choice((None, 0.0, 0.1, 0.2))
    key = f"{rng.choice('ab')}.test/{rng.randrange(4)}"
    at = rng.choice((None, None, NOW - timedelta(days=3), NOW - timedelta(days=5)))
    candidate = Candidate(
        url=f"https://{key}", found_by=rng.choice(("links", "feeds")), depth=rng.randrange(3),
        title=rng.choice((None, "one", "another")), published=at, priority=rng.random(),
    )  # fmt: skip
    outlet, reason = key.partition("/")[0], f"reaches {relevance}"
    return Gated(
        candidate=candidate, key=key, outlet=outlet, outcome=outcome, reason=reason,
        relevance=relevance,
    )  # fmt: skip


def _lines(corpus: Corpus) -> tuple[list[dict[str, Any]], ...]:
    return tuple(
        corpus._rows(f"SELECT * FROM {table} ORDER BY 1, 2")
        for table in ("pages", "outlets", "routes")
    )


def test_links_offered_together_end_as_links_offered_one_by_one(tmp_path: Path) -> None:
    rng = random.Random("offers")
    with closing(Corpus(tmp_path / "a.db")) as one, closing(Corpus(tmp_path / "b.db")) as other:
        for corpus in (one, other):
            corpus.start_run(spider="links", trigger="command", version="test", now=NOW)
        for number in range(60):
            offers = [_offer(rng) for _ in range(rng.randint(4, 12))]
            now = NOW + timedelta(minutes=number)
            together = one.offer(offers, run=1, now=now)
            singly = sum(other.offer([offer], run=1, now=now) for offer in offers)

            assert together == singly
            assert _lines(one) == _lines(other)
        assert one.run(1) == other.run(1)


def test_a_menu_offered_again_writes_nothing(corpus: Corpus) -> None:
    corpus.start_run(spider="links", trigger="command", version="test", now=NOW)
    rng = random.Random("menu")
    menu = [one for one in (_offer(rng) for _ in range(60)) if one.outcome != Outcome.WAITING]
    menu = [one for one in menu if one.candidate.published is None]
    corpus.offer(menu, run=1, now=NOW)
    before = _lines(corpus)

    assert corpus._that_tell(menu) == []
    assert corpus.offer(menu, run=1, now=NOW) == 0
    assert _lines(corpus) == before
