"""Making a folder a workspace; what is there already is left as it is."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.config import FILE_NAME, load_settings, options
from ingest.corpus import Corpus
from ingest.errors import ConfigError, SeedError
from ingest.seedfiles import SEED_SUFFIXES, files_in
from ingest.seedset import addresses_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
        SeedError: a seed is no text file, or would replace another one.
        CorpusError: a corpus that stands in it cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        settings = load_settings(folder, {})
        sources = _planned(seeds, settings.seeds_path)  # before anything is written
        copies = {target: seed.read_bytes() for target, seed in sources.items()}
        _try_reading(sources, copies)
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
    """For each place that a seed document goes to, the document."""
    planned: dict[Path, Path] = {}
    for seed in seeds:
        for document in _documents(seed):
            target, body = folder / document.name, document.read_bytes()
            if not body.strip():
                raise SeedError(f"an empty seed document: {document}")
            there = planned.get(target, target if target.exists() else document)
            if there.read_bytes() != body:
                raise SeedError(f"another seed document is called {document.name}: {document}")
            planned[target] = document
    return planned


def _try_reading(sources: Mapping[Path, Path], copies: Mapping[Path, bytes]) -> None:
    """Read the documents as a crawl would, elsewhere: one that cannot be read spoils them all.

    Raises:
        SeedError: one cannot be read, or holds nothing to learn from.
    """
    if not copies:
        return
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
            raise SeedError(_renamed(str(exc), given)) from exc


def _renamed(message: str, given: Mapping[str, str]) -> str:
    """A message that names the files as the person does; longest first, one may begin another."""
    for tried in sorted(given, key=len, reverse=True):
        message = message.replace(tried, given[tried])
    return message


def _documents(seed: Path) -> Iterator[Path]:
    if seed.is_dir():
        found = files_in(seed)
        if not found:
            raise SeedError(f"no .txt, .md, .html or .urls document in {seed}")
        yield from found
    elif seed.suffix.lower() in SEED_SUFFIXES:
        yield seed
    else:
        raise SeedError(f"a seed document ends in .txt, .md, .html or .urls: {seed}")


def _write_new(path: Path, body: bytes) -> None:
    if not path.exists():
        path.write_bytes(body)
