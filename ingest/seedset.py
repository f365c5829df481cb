"""The seed set: the documents that a person gave, loaded and cleaned."""

from __future__ import annotations

import codecs
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.background import guess_language
from ingest.dumps import CleanedDump, clean_dump
from ingest.errors import SeedError
from ingest.items import RemovedLine, SeedDocument, SeedSet
from ingest.text import clean_controls, paragraphs, words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["CleanedDump", "clean_dump", "load_seed_set"]

_SUFFIXES = frozenset([".txt", ".md", ".html", ".htm"])
_PAGES = frozenset([".html", ".htm"])
_CORRECTED = ".clean.txt"


def load_seed_set(
    folder: Path, extract: Callable[[bytes], tuple[str | None, str]] | None = None
) -> SeedSet:
    """The cleaned documents of a folder: its .txt, .md and .html files in order of name.

    `NAME.clean.txt` beside a seed, headline first, is taken as its cleaned text unread.

    Args:
        folder: where the seeds are.
        extract: gives headline and text of a saved web page; without it .html files are refused.

    Raises:
        SeedError: there is no seed document, or one cannot be read.
    """
    if not folder.is_dir():
        raise SeedError(f"no seed folder {folder}")
    paths = sorted(
        (path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES and path.is_file()),
        key=lambda path: path.name,
    )
    paths = [path for path in paths if not path.name.endswith(_CORRECTED)]
    if not paths:
        raise SeedError(f"no *.txt, *.md or *.html seed documents in {folder}")
    documents = tuple(_load(number, path, extract) for number, path in enumerate(paths, start=1))
    told = "\n".join(f"{seed.file} {seed.sha256} {seed.text}" for seed in documents)
    return SeedSet(documents=documents, digest=hashlib.sha256(told.encode()).hexdigest())


def _load(
    number: int, path: Path, extract: Callable[[bytes], tuple[str | None, str]] | None
) -> SeedDocument:
    body = _read_bytes(path)
    corrected = path.with_name(path.stem + _CORRECTED)
    if path.suffix.lower() in _PAGES:
        if extract is None:
            raise SeedError(f"no extractor to read the web page {path}")
        title, text = extract(body)
        raw = body.decode("utf-8", "replace")
        cleaned = CleanedDump(title=title, text=text, removed=())
    else:
        raw = _decode(body, path)
        cleaned = clean_dump(raw)
    if corrected.is_file():
        cleaned = _as_corrected(_decode(_read_bytes(corrected), corrected), raw, cleaned)
    if not cleaned.text.strip():
        raise SeedError(f"no article text in seed document {path}")
    return SeedDocument(
        id=number,
        file=path.name,
        raw=raw,
        title=cleaned.title,
        text=cleaned.text,
        language=guess_language(words(cleaned.text)),
        published=cleaned.published,
        removed=cleaned.removed,
        sha256=hashlib.sha256(body).hexdigest(),
    )


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise SeedError(f"cannot read seed document {path}: {exc.strerror}") from exc


def _decode(body: bytes, path: Path) -> str:
    encoding = "utf-16" if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    try:
        return body.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as exc:
        raise SeedError(
            f"seed document {path} is not {encoding} text: byte {exc.start} cannot be decoded"
        ) from exc


def _as_corrected(text: str, raw: str, cleaned: CleanedDump) -> CleanedDump:
    title, *body = paragraphs(text) or [""]
    kept = {title, *body}
    removed = tuple(
        RemovedLine(number=number, text=line.strip(), rule="by-hand")
        for number, line in enumerate(clean_controls(raw).split("\n"), start=1)
        if line.strip() and line.strip() not in kept
    )
    return replace(cleaned, title=title or None, text="\n".join(body), removed=removed)
