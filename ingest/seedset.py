"""The seed set: the documents that a person gave, loaded and cleaned.

A seed is a text (`.txt`), Markdown (`.md`), a saved page (`.html`), or an address in a list of
them, whose fetched page is kept in `pages/`. docs/seeds.md tells a person the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING

from ingest import log
from ingest.background import guess_language
from ingest.dumps import CleanedDump, Rule, clean_dump
from ingest.dumps.encodings import DAMAGED, decode, guessed_encoding
from ingest.dumps.markdown import read_markdown
from ingest.dumps.pages import declares_encoding, page_text
from ingest.dumps.rules import rule_of
from ingest.dumps.saved import marked_page, page_address, page_name
from ingest.errors import SeedError
from ingest.items import Article, RemovedLine, SeedDocument, SeedSet
from ingest.seedfiles import (
    CORRECTED,
    HTML_SUFFIXES,
    LIST_SUFFIX,
    MARKDOWN_SUFFIXES,
    PAGES,
    files_in,
    is_correction,
    unread_in,
)
from ingest.text import clean_controls, normalize, paragraphs, words
from ingest.urls import address_key, is_fetchable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = [
    "CleanedDump",
    "ReadPage",
    "SeedAddress",
    "addresses_of",
    "clean_dump",
    "guess_of_encoding",
    "load_seed_set",
    "marked_page",
    "page_name",
]

#: Reads the page of an address: the article in it; None: it holds none.
ReadPage = Callable[[bytes, str], Article | None]

_NO_ADDRESS = "http://seed.invalid/"  # for a page that does not say where it came from
_log = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedAddress:
    """An address that a person gave for a seed."""

    file: str  #: the list, inside the seed folder
    line: int  #: 1-based
    url: str

    @property
    def page(self) -> str:
        """The file, inside the seed folder, where its page is kept once fetched."""
        return f"{PAGES}/{page_name(self.url)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A seed document read, whatever it was written in."""

    raw: str  #: the lines that cleaning saw
    cleaned: CleanedDump


def load_seed_set(folder: Path, extract: ReadPage | None = None) -> SeedSet:
    """The cleaned documents of a folder, in order of name; of equal texts the first.

    `NAME.clean.txt` beside a seed, headline first, is taken as its cleaned text unread.

    Args:
        folder: where the seeds are.
        extract: reads a saved web page; without it pages are refused.

    Raises:
        SeedError: there is no seed document, or one cannot be read.
    """
    paths = _documents_in(folder)
    corrections = _corrections(folder, paths)
    seeds = [_load(folder, path, corrections.get(path), extract) for path in paths]
    documents = tuple(
        replace(seed, id=number) for number, seed in enumerate(_distinct(seeds), start=1)
    )
    told = "\n".join(
        f"{seed.file} {seed.sha256} {seed.title} {seed.published} {seed.text}" for seed in documents
    )
    return SeedSet(documents=documents, digest=hashlib.sha256(told.encode()).hexdigest())


def addresses_of(folder: Path) -> tuple[SeedAddress, ...]:
    """The addresses that the lists of a folder name, each once, in order of file and line.

    A list is a `*.urls` file, or a text whose every line is a web address; `#` starts a remark.

    Raises:
        SeedError: a line of a `*.urls` file is no web address, or a file cannot be read.
    """
    found: dict[str, SeedAddress] = {}
    for path in files_in(folder):
        for address in _listed(path) or ():
            found.setdefault(address_key(address.url), address)
    return tuple(found.values())


def guess_of_encoding(folder: Path, seed: SeedDocument) -> str | None:
    """The encoding that a seed was read in, if nothing in its file says so and it is not UTF-8.

    Raises:
        SeedError: the file cannot be read.
    """
    path = folder / seed.file
    body = _read_bytes(path)
    if path.suffix.lower() in HTML_SUFFIXES and declares_encoding(body):
        return None
    return guessed_encoding(body)


def _documents_in(folder: Path) -> list[Path]:
    """The files that hold a document each.

    Raises:
        SeedError: there is none.
    """
    if not folder.is_dir():
        raise SeedError(f"no seed folder {folder}")
    paths = [path for path in files_in(folder) if not is_correction(path) and _listed(path) is None]
    kept = folder / PAGES
    pages = [path for path in files_in(kept) if path.suffix.lower() in HTML_SUFFIXES]
    awaited = [one for one in addresses_of(folder) if not (folder / one.page).is_file()]
    if awaited and not paths + pages:
        which = "the address" if len(awaited) == 1 else f"none of the {len(awaited)} addresses"
        has = "has not" if len(awaited) == 1 else "has"
        raise SeedError(f"{which} in {folder} {has} been fetched: run `seedbed seeds --fetch`")
    if awaited:
        _log.warning("seed addresses not fetched", count=len(awaited), first=awaited[0].url)
    if not paths + pages:
        unread = unread_in(folder)
        there = f", only {', '.join(unread)}, which cannot be read" if unread else ""
        raise SeedError(f"no *.txt, *.md, *.html or *.urls seed documents in {folder}{there}")
    return sorted(paths + pages, key=lambda path: path.relative_to(folder).as_posix())


def _listed(path: Path) -> tuple[SeedAddress, ...] | None:
    """The addresses in a file; None: it is no list of them."""
    is_list = path.suffix.lower() == LIST_SUFFIX
    if is_correction(path) or not (is_list or path.suffix.lower() == ".txt"):
        return None
    text, _ = _decode(path)
    found = []
    for number, raw in enumerate(clean_controls(text).split("\n"), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if not is_fetchable(line) or len(line.split()) > 1:
            if is_list:
                raise SeedError(f"no web address in line {number} of {path}: {line[:80]}")
            return None
        found.append(SeedAddress(file=path.name, line=number, url=line))
    return tuple(found) if found or is_list else None


def _corrections(folder: Path, paths: Sequence[Path]) -> dict[Path, Path]:
    """For each document that a person corrected, the file with its text.

    Raises:
        SeedError: a correction has no document, or two.
    """
    found: dict[Path, Path] = {}
    for place in (folder, folder / PAGES):
        for path in files_in(place):
            if not is_correction(path):
                continue
            stem = path.name.removesuffix(CORRECTED)
            meant = [one for one in paths if one.parent == place and one.stem == stem]
            if not meant:
                raise SeedError(f"no seed document {stem}.txt, .md or .html for {path} to correct")
            if len(meant) > 1:
                names = " or ".join(one.name for one in meant)
                raise SeedError(f"{path} could correct {names}: give one another name")
            found[meant[0]] = path
    return found


def _load(
    folder: Path, path: Path, correction: Path | None, extract: ReadPage | None
) -> SeedDocument:
    """A document read and cleaned; its number is given later."""
    if path.suffix.lower() not in HTML_SUFFIXES:
        _say_encoding(path)
    if path.suffix.lower() in HTML_SUFFIXES:
        read = _read_page(path, extract, needs_text=correction is None)
    elif path.suffix.lower() in MARKDOWN_SUFFIXES:
        read = _read_markdown(path, extract)
    else:
        text, _ = _decode(path)
        read = _Read(raw=text, cleaned=clean_dump(text))
    cleaned = read.cleaned
    if correction is not None:
        cleaned = _as_corrected(_decode(correction)[0], read)
    if not cleaned.text.strip():
        raise SeedError(
            f"no article text in seed document {path}: "
            f"write it to {path.stem}{CORRECTED} beside it, headline first"
        )
    return SeedDocument(
        id=0,
        file=path.relative_to(folder).as_posix(),
        raw=read.raw,
        title=cleaned.title,
        text=cleaned.text,
        language=guess_language(words(cleaned.text)),
        published=cleaned.published,
        removed=cleaned.removed,
        sha256=hashlib.sha256(_read_bytes(path)).hexdigest(),
    )


def _distinct(seeds: Iterable[SeedDocument]) -> list[SeedDocument]:
    """The seeds without those that say what an earlier one said; these are told in the log."""
    first: dict[str, SeedDocument] = {}
    for seed in seeds:
        same = first.setdefault(normalize(seed.text), seed)
        if same is not seed:
            _log.warning("seed left out", file=seed.file, same_text_as=same.file)
    return list(first.values())


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as exc:
        raise SeedError(f"cannot read seed document {path}: {exc.strerror}") from exc


def _decode(path: Path) -> tuple[str, str]:
    """The text of a file and its encoding.

    Raises:
        SeedError: it cannot be read, or is no text.
    """
    found = decode(_read_bytes(path))
    if found is None:
        raise SeedError(f"seed document {path} is no text in an encoding that we know")
    return found


def _say_encoding(path: Path) -> None:
    """Tell in what a text was written, where it was not UTF-8; once for each file."""
    _, encoding = _decode(path)
    if encoding == DAMAGED:
        _log.warning("seed has broken characters", file=path.name)
    elif not encoding.startswith("utf-8"):
        _log.info("seed decoded", file=path.name, encoding=encoding)


def _read_page(path: Path, extract: ReadPage | None, *, needs_text: bool) -> _Read:
    body = _read_bytes(path)
    if extract is None and needs_text:
        raise SeedError(f"no extractor to read the web page {path}")
    if decode(body) is None:
        raise SeedError(f"seed document {path} is no web page: its bytes are no text")
    return _extracted(body, page_address(body), extract)


def _read_markdown(path: Path, extract: ReadPage | None) -> _Read:
    document = read_markdown(_decode(path)[0])
    body = document.page.encode()
    seen = page_text(body)
    alone = clean_dump("\n".join(seen.lines))
    if alone.is_alone or extract is None:
        title = document.front.title or alone.title
        return _Read(raw="\n".join(seen.lines), cleaned=replace(alone, title=title))
    return _extracted(body, document.front.url, extract)


def _extracted(body: bytes, url: str | None, extract: ReadPage | None) -> _Read:
    """A page as the extractor reads it; where it finds no article, as a dump of its lines."""
    seen = page_text(body)
    raw = "\n".join(seen.lines)
    article = None if extract is None else extract(body, url or _NO_ADDRESS)
    if article is None or not article.text.strip():
        cleaned = clean_dump(raw)
        return _Read(raw=raw, cleaned=replace(cleaned, title=cleaned.title or seen.title))
    title = article.title or seen.title
    cleaned = CleanedDump(
        title=title,
        text=article.text,
        removed=_left_out(seen.lines, title, article.text),
        published=article.published.astimezone(UTC) if article.published else None,
    )
    return _Read(raw=raw, cleaned=cleaned)


def _left_out(lines: Iterable[str], title: str | None, text: str) -> tuple[RemovedLine, ...]:
    """The lines of a page that are not in its article."""
    told = f" {' '.join(words(text))} "
    heading = words(title or "")
    removed = []
    for number, line in enumerate(lines, start=1):
        said = words(line)
        if said and said == heading:
            rule = Rule.TITLE
        elif said and f" {' '.join(said)} " in told:
            continue
        else:
            rule = rule_of(line) or Rule.PAGE
        removed.append(RemovedLine(number=number, text=line, rule=rule.value))
    return tuple(removed)


def _as_corrected(text: str, read: _Read) -> CleanedDump:
    title, *body = paragraphs(text) or [""]
    kept = {title, *body}
    removed = tuple(
        RemovedLine(number=number, text=line.strip(), rule=Rule.BY_HAND.value)
        for number, line in enumerate(clean_controls(read.raw).split("\n"), start=1)
        if line.strip() and line.strip() not in kept
    )
    return replace(read.cleaned, title=title or None, text="\n".join(body), removed=removed)
