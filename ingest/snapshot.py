"""A snapshot: a frozen, citable copy of a corpus with all that tells how it came to be.

It is a bag (`ingest.bag`): the corpus as people read it, the seed set, the settings without
secrets, counts, versions, a methods section, CITATION.cff, and the raw pages if wished for.
"""

from __future__ import annotations

import json
import platform
import re
import shutil
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING, Any

from ingest.backup_files import publish, wrapped
from ingest.bag import differences, opened, seal, zip_bag
from ingest.corpus import Corpus
from ingest.corpus.base import iso
from ingest.corpus.freezing import freeze_corpus, masked
from ingest.coverage import completeness_row
from ingest.durable import make_durable
from ingest.errors import CorpusError
from ingest.export_files import new_file, new_folder
from ingest.methods import Figures, methods_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from ingest.config import Settings

__all__ = ["Snapshot", "make_snapshot", "verify_snapshot"]

_CHUNK = 1 << 20
_MASKED = "**********"  # pydantic's, for what is a secret
#: What tells where somebody works, how to reach him, or how he gets out.
_PRIVATE = {("workspace",), ("notify",), ("crawl", "proxy"), ("crawl", "contact")}
_NAME_AND_RANGE = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What came of making one."""

    path: Path
    rows: dict[str, int]  #: by table
    files: int
    methods: str


def make_snapshot(
    settings: Settings,
    target: Path,
    *,
    now: datetime,
    version: str,
    title: str,
    authors: Sequence[str] = (),
    with_archive: bool = False,
) -> Snapshot:
    """Write a snapshot into a new folder, or into a file if the name ends with `.zip`.

    Args:
        version: of Seedbed.
        title: of the collection, for CITATION.cff.
        authors: who made it; none: CITATION.cff says so.
        with_archive: the raw pages too.

    Raises:
        CorpusError: the corpus cannot be read, or the snapshot cannot be written.
    """
    if target.exists():
        raise CorpusError("is there already; a snapshot is never changed", path=target)
    beside = target.with_suffix("") if _is_zip(target) else target
    with wrapped(target), new_folder(beside) as root:
        payload = root / "data"
        payload.mkdir()
        rows = freeze_corpus(settings.corpus_path, payload / "corpus.db")
        _copy_seeds(settings.seeds_path, payload / "seeds")
        if with_archive:
            _copy_archive(settings.archive_path, payload / "archive")
        methods = _tell(payload, settings, rows, version=version)
        cited = _citation(title, authors, now=now, version=version, abstract=methods)
        (root / "CITATION.cff").write_text(cited, encoding="utf-8")
        seal(root, _info(title, now=now, version=version))
        files = sum(not one.is_dir() for one in root.rglob("*"))
        _name(root, target, now=now)
    return Snapshot(path=target, rows=rows, files=files, methods=methods)


def _is_zip(target: Path) -> bool:
    return target.suffix.lower() == ".zip"


def _name(root: Path, target: Path, *, now: datetime) -> None:
    if _is_zip(target):
        with new_file(target) as packed:
            zip_bag(root, packed, name=target.stem, now=now)
        return
    for path in root.rglob("*"):
        make_durable(path)
    publish(root, target)


def _copy_seeds(source: Path, target: Path) -> None:
    target.mkdir()
    if not source.is_dir():
        return
    for path in sorted(source.rglob("*")):
        place = path.relative_to(source)
        is_hidden = any(part.startswith(".") for part in place.parts)
        if path.is_file() and not path.is_symlink() and not is_hidden:
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / place)


def _copy_archive(source: Path, target: Path) -> None:
    target.mkdir()
    for path in sorted(source.glob("*.warc.gz")):
        left = path.stat().st_size
        # A copy, no link: a file that a later run adds to would change here too.
        with path.open("rb") as read, (target / path.name).open("xb") as written:
            while left and (block := read.read(min(_CHUNK, left))):
                written.write(block)
                left -= len(block)


def _tell(payload: Path, settings: Settings, rows: dict[str, int], *, version: str) -> str:
    """Write what tells how the corpus came to be; the methods section."""
    with closing(Corpus(payload / "corpus.db", readonly=True)) as corpus:
        figures = figures_of(corpus, version=version)
    methods = methods_text(figures)
    _write_json(payload / "counts.json", {"rows": rows, "addresses": dict(figures.outcomes)})
    _write_json(payload / "settings.json", _without_secrets(settings.model_dump(mode="json")))
    _write_json(payload / "versions.json", _versions(version))
    (payload / "methods.txt").write_text(methods, encoding="utf-8")
    return methods


def figures_of(
    corpus: Corpus,
    *,
    version: str,
    histories: Sequence[tuple[str | None, tuple[str, ...], int]] | None = None,
) -> Figures:
    """What a corpus tells of its making; `histories`: of its captures, where they are known."""
    told = corpus.summary()
    first, last = corpus.first_started(), corpus.last_found()
    found = corpus.capture_histories() if histories is None else histories
    return Figures(
        version=version,
        seeds=told["seeds"],
        sources=told["sources"],
        outlets=told["outlets"],
        addresses=told["addresses"],
        outcomes={row["outcome"]: row["n"] for row in corpus.figures()["pages"]},
        articles=told["articles"],
        copies=told["copies"],
        revisions=told["revisions"],
        runs=told["runs"],
        first_run=iso(first) if first else None,
        last_found=iso(last) if last else None,
        first_published=told["first_published"],
        last_published=told["last_published"],
        cut=corpus.lowest_relevance(),
        languages=corpus.languages(),
        completeness=completeness_row((routes, texts) for _, routes, texts in found),
    )


def _without_secrets(value: Any, place: tuple[str, ...] = ()) -> Any:
    """Settings without what is private; a key in an address is masked."""
    if isinstance(value, dict):
        return {
            name: _without_secrets(one, (*place, name))
            for name, one in value.items()
            if (*place, name) not in _PRIVATE and one != _MASKED
        }
    if isinstance(value, list):
        return [_without_secrets(one, place) for one in value if one != _MASKED]
    return masked(value) if isinstance(value, str) else value


def _versions(own: str) -> dict[str, str]:
    """Of Seedbed, Python and every library it names that is installed."""
    try:
        wanted = requires("seedbed") or []
    except PackageNotFoundError:  # run from a folder, without having been installed
        wanted = []
    found = {"seedbed": own, "python": platform.python_version()}
    for name in sorted({one[0] for line in wanted if (one := _NAME_AND_RANGE.match(line))}):
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # of an extra that is not there
            continue
    return found


def _write_json(path: Path, told: Any) -> None:
    text = json.dumps(told, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(f"{text}\n", encoding="utf-8")


def _info(title: str, *, now: datetime, version: str) -> dict[str, str]:
    return {
        "External-Description": title,
        "Bagging-Date": f"{now:%Y-%m-%d}",
        "Bag-Software-Agent": f"Seedbed {version}",
    }


def _citation(
    title: str, authors: Sequence[str], *, now: datetime, version: str, abstract: str
) -> str:
    """CITATION.cff 1.2.0; JSON is YAML, and quotes whatever could mean something."""
    named = list(authors) or ["unknown: write here who made this corpus"]
    told = {
        "cff-version": "1.2.0",
        "message": "If you use this corpus, please cite it as below.",
        "type": "dataset",
        "title": title,
        "authors": [{"name": name} for name in named],
        "date-released": f"{now:%Y-%m-%d}",
        "abstract": abstract.strip(),
        "keywords": [f"Seedbed {version}", "news"],
    }
    lines = (f"{name}: {json.dumps(said, ensure_ascii=False)}\n" for name, said in told.items())
    return "".join(lines)


def verify_snapshot(path: Path) -> list[str]:
    """What is not as it was when the snapshot was made; empty: all is.

    Raises:
        CorpusError: it cannot be read at all.
    """
    from zipfile import BadZipFile
    from zlib import error as BadStream  # noqa: N812  # it is a class

    try:
        return list(differences(opened(path)))
    except (OSError, EOFError, BadZipFile, BadStream, ValueError) as exc:
        raise CorpusError(f"no snapshot that can be read ({exc})", path=path) from exc
