"""Making a folder a workspace; what is there already is left as it is."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.config import FILE_NAME, load_settings, options
from ingest.corpus import Corpus
from ingest.errors import ConfigError, SeedError
from ingest.seedfiles import CORRECTED, SEED_SUFFIXES, files_in, is_correction
from ingest.seedset import addresses_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ingest.config import Settings
    from ingest.items import SeedSet

__all__ = ["make_workspace", "read_seeds", "settings_template"]

_SCRAPY_CFG = """\
# Lets `scrapy crawl NAME` work in this folder.
[settings]
default = ingest.settings
"""
_HEAD = """\
# Settings of this Seedbed workspace; docs/settings.md explains them.
# Every line that is commented out shows the default.
"""


def make_workspace(folder: Path, seeds: Sequence[Path]) -> Settings:
    """Make `folder` a workspace with these seed documents.

    Args:
        folder: made if need be.
        seeds: texts, or folders of texts.

    Returns:
        Its settings.

    Raises:
        ConfigError: the folder cannot be written, or settings that stand in it are wrong.
        SeedError: seeds are no text files, or would replace others; nothing was made.
        CorpusError: a corpus that stands in it cannot be used.
    """
    try:
        settings = load_settings(folder, {})
        sources = _planned(seeds, settings.seeds_path)  # before anything is written
        copies = {target: seed.read_bytes() for target, seed in sources.items()}
        _try_reading(sources, copies)
        folder.mkdir(parents=True, exist_ok=True)
        _write_new(folder / FILE_NAME, settings_template().encode())
        _write_new(folder / "scrapy.cfg", _SCRAPY_CFG.encode())
        settings.seeds_path.mkdir(parents=True, exist_ok=True)
        for target, body in copies.items():
            _write_new(target, body)
    except OSError as exc:
        raise ConfigError([f"{exc.filename or folder}: {exc.strerror}"]) from exc
    Corpus(settings.corpus_path).close()
    return settings


def read_seeds(settings: Settings) -> SeedSet:
    """The seed documents of a workspace.

    Raises:
        SeedError: there are none, or one cannot be read.
    """
    from ingest.workspace import Workspace

    return Workspace(folder=settings.workspace, settings=settings).seeds()


def settings_template() -> str:
    """A `seedbed.toml` that states every setting, commented out."""
    lines = [_HEAD]
    for table, listed in itertools.groupby(options(), key=lambda option: option.path[:-1]):
        lines += [f"[{name}]" for name in table]
        for option in listed:
            lines += [f"# {option.meaning}", f"# {option.path[-1]} = {option.default}".rstrip()]
        lines.append("")
    return "\n".join(lines)


def _planned(seeds: Iterable[Path], folder: Path) -> dict[Path, Path]:
    """For each place that a seed document goes to, the document.

    Raises:
        SeedError: some cannot be seed documents; every one is named.
    """
    planned: dict[Path, Path] = {}
    problems: list[str] = []
    for seed in seeds:
        documents, said = _documents(seed)
        problems += said
        for document in documents:
            target, body = folder / document.name, document.read_bytes()
            there = planned.get(target, target if target.exists() else document)
            if not body.strip():
                problems.append(f"an empty seed document: {document}")
            elif there.read_bytes() != body:
                problems.append(f"another seed document is called {document.name}: {document}")
            else:
                planned[target] = document
    if problems:
        raise SeedError("\n".join(problems))
    return planned


def _try_reading(sources: Mapping[Path, Path], copies: Mapping[Path, bytes]) -> None:
    """Read the documents as a crawl would, elsewhere: one that cannot be read spoils them all.

    Raises:
        SeedError: some cannot be read, or hold nothing to learn from; every one is named.
    """
    said = _unreadable(sources, copies)
    if not said:
        return
    groups: dict[str, dict[Path, bytes]] = {}  # a document and its correction are read together
    for target, body in sorted(copies.items()):
        stem = target.name.removesuffix(CORRECTED) if is_correction(target) else target.stem
        groups.setdefault(stem, {})[target] = body
    each: list[str] = []
    for stem, group in groups.items():
        corrected = [target for target in group if is_correction(target)]
        if len(corrected) < len(group):
            each.append(_unreadable(sources, group))
        else:
            lone = ", ".join(str(sources[target]) for target in corrected)
            each.append(f"no seed document {stem}.txt, .md or .html for {lone} to correct")
    raise SeedError("\n".join(filter(None, each)) or said)


def _unreadable(sources: Mapping[Path, Path], copies: Mapping[Path, bytes]) -> str:
    """What is wrong with documents as the seeds of one story, the first mistake; empty: nothing."""
    if not copies:
        return ""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tried = folder / "seeds"
        tried.mkdir()
        for target, body in copies.items():
            (tried / target.name).write_bytes(body)
        try:
            for listed in {one.file for one in addresses_of(tried)}:
                (tried / listed).unlink()  # of addresses there is nothing to read yet
            if any(tried.iterdir()):
                read_seeds(load_settings(folder, {}))
        except SeedError as exc:
            given = {str(tried / target.name): str(seed) for target, seed in sources.items()}
            return _renamed(str(exc), given)
    return ""


def _renamed(message: str, given: Mapping[str, str]) -> str:
    """A message that names the files as the person does; longest first, one may begin another."""
    for tried in sorted(given, key=len, reverse=True):
        message = message.replace(tried, given[tried])
    return message


def _documents(seed: Path) -> tuple[list[Path], list[str]]:
    """The documents of a folder, or the one that is named, and what is wrong with the name."""
    if seed.is_dir():
        found = files_in(seed)
        return found, [] if found else [f"no .txt, .md, .html or .urls document in {seed}"]
    if seed.suffix.lower() in SEED_SUFFIXES:
        return [seed], []
    return [], [f"a seed document ends in .txt, .md, .html or .urls: {seed}"]


def _write_new(path: Path, body: bytes) -> None:
    if not path.exists():
        path.write_bytes(body)
