"""An address that unlike pages name as their own is not believed, whatever order they come in."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from ingest.extract import read_page
from ingest.relations.claims import find_strangers
from ingest.urls import address_key
from tests.rows import NOW
from tests.translated import REPORT, page_of

KEY = "herald.test/terms-of-our-service"
OWN = {number: f"herald.test/story-{number}" for number in range(1, 9)}


def test_two_unlike_pages_may_be_one_article_read_badly() -> None:
    assert find_strangers(KEY, {1: OWN[1], 2: OWN[2]}, []) is None


def test_three_pairwise_unlike_pages_are_too_many() -> None:
    assert find_strangers(KEY, {1: OWN[1], 2: OWN[2], 3: KEY}, []) == (1, 2, 3)


def test_any_number_of_prints_of_one_text_are_believed() -> None:
    alike = [(a, b) for a in OWN for b in OWN if a < b]

    assert find_strangers(KEY, OWN, alike) is None


def test_prints_of_two_texts_are_believed_and_of_three_are_not() -> None:
    of_text = {1: "a", 2: "b", 3: "a", 4: "b", 5: "a", 6: "c"}
    alike = [(p, q) for p in of_text for q in of_text if p < q and of_text[p] == of_text[q]]
    two = {page: OWN[page] for page in (1, 2, 3, 4, 5)}

    assert find_strangers(KEY, two, alike) is None
    assert find_strangers(KEY, two | {6: OWN[6]}, alike) == (1, 2, 6)


def test_posts_of_a_live_blog_and_further_pages_are_no_strangers() -> None:
    parts = {
        1: KEY,
        2: f"{KEY}/post-1",
        3: f"{KEY}/post-2",
        4: f"{KEY}?page=2",
        5: f"{KEY}?page=3",
    }

    assert find_strangers(KEY, parts, []) is None
    assert find_strangers(KEY, parts | {6: OWN[6], 7: OWN[7]}, []) == (1, 6, 7)


pairs = st.sets(st.tuples(st.integers(1, 8), st.integers(1, 8)).filter(lambda p: p[0] < p[1]))


@given(st.sets(st.integers(1, 8)), pairs, st.randoms())
def test_the_order_of_pages_and_pairs_plays_no_part(
    pages: set[int], alike: set[tuple[int, int]], random: object
) -> None:
    told = [(page, OWN[page]) for page in sorted(pages)]
    mixed, flipped = list(told), [(b, a) for a, b in alike]
    random.shuffle(mixed)  # type: ignore[attr-defined]  # a random.Random
    random.shuffle(flipped)  # type: ignore[attr-defined]  # a random.Random

    assert find_strangers(KEY, dict(told), alike) == find_strangers(KEY, dict(mixed), flipped)


@given(st.sets(st.integers(1, 7)), pairs)
def test_a_further_page_never_restores_belief(pages: set[int], alike: set[tuple[int, int]]) -> None:
    few = {page: OWN[page] for page in pages}

    if find_strangers(KEY, few, alike) is not None:
        assert find_strangers(KEY, few | {8: OWN[8]}, alike) is not None


@given(st.sets(st.integers(1, 6)), pairs)
def test_what_is_found_is_three_unlike_pages_if_there_are_any(
    pages: set[int], alike: set[tuple[int, int]]
) -> None:
    told = {page: OWN[page] for page in pages}
    near = alike | {(b, a) for a, b in alike}
    wanted = [
        trio
        for trio in permutations(sorted(pages), 3)
        if not {(trio[0], trio[1]), (trio[0], trio[2]), (trio[1], trio[2])} & near
    ]

    found = find_strangers(KEY, told, alike)

    assert (found in wanted) if wanted else found is None


def test_page_is_read_under_its_own_address_where_its_claims_disagree() -> None:
    own = "https://meridian.test/2025/07/02/three-editors-released-in-sumqayit"
    fixed = "https://meridian.test/2019/01/01/terms-of-our-service"
    html = page_of(*REPORT["en"], language="en").decode()
    canonical = f'<link rel="canonical" href="{fixed}">'
    shared = f'<meta property="og:url" content="{own}?utm_source=share">'

    def address(head: str) -> str:
        page = html.replace("<head>", f"<head>{head}").encode()
        article = read_page(page, own, None, "text/html", now=NOW).article
        assert article is not None
        return address_key(article.url)

    assert address(canonical) == address_key(fixed)
    assert address(canonical + shared) == address_key(own)
    assert address(shared) == address_key(own)
