"""Trees of the block decision that were learned without some sites, to be judged on those.

    python -m benchmarks.extraction.folds       learns them anew; needs LightGBM

What ships is learned from every site; its figures on these pages would be figures of what it knows
by heart. So the sites are parted in folds, and each page is read with the trees of the other folds.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from ingest.extract import decision
from ingest.extract.trees import Forest, plant

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["trees_without"]

_FOLDER = Path(__file__).with_name("folds")
_SITES = _FOLDER / "sites.tsv"


@contextmanager
def trees_without(site: str) -> Iterator[None]:
    """Let pages be read by trees that no page of `site` was learned from.

    Raises:
        KeyError: the site is in no fold; the folds are of other pages.
    """
    forest = _forest(_folds()[site])
    with mock.patch.object(decision, "read_forest", return_value=forest):
        yield


@cache
def _folds() -> dict[str, int]:
    rows = (line.split("\t") for line in _SITES.read_text("utf-8").splitlines())
    return {site: int(fold) for site, fold in rows}


@cache
def _forest(fold: int) -> Forest:
    lines = (_FOLDER / f"{fold}.tsv").read_text("utf-8").splitlines()
    return plant([line for line in lines if not line.startswith("#")])


def main() -> None:
    from benchmarks.train_blocks import by_site, learn, read_examples, write

    examples = read_examples()
    _FOLDER.mkdir(exist_ok=True)
    sites: dict[str, int] = {}
    for number, fold in enumerate(by_site(examples)):
        held = {examples[at].site for at in fold}
        write(learn([one for one in examples if one.site not in held]), _FOLDER / f"{number}.tsv")
        sites |= dict.fromkeys(sorted(held), number)
    _SITES.write_text("".join(f"{site}\t{fold}\n" for site, fold in sorted(sites.items())), "utf-8")


if __name__ == "__main__":
    main()
