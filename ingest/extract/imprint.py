"""By what a text was read: the extractor, its library, and a print of every rule and weight."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata, resources

__all__ = ["imprint", "imprinted", "same_rules"]

_ROOMS = ("ingest.extract", "ingest.quality")
_LIBRARIES = ("trafilatura", "resiliparse", "htmldate", "lxml", "py3langid")
_WEIGHTS = ("block",)  # how the names of the files in `ingest.data` begin that extractors read
_PRINT_CHARS = 6


@cache
def imprint() -> str:
    """A short print of the code, the weights and the libraries that read pages.

    It changes with any rule, so a text tells whether it would be read the same today, and nobody
    has to remember to count up a version.
    """
    told = hashlib.sha256()
    for room in _ROOMS:
        for file in sorted(resources.files(room).iterdir(), key=lambda one: one.name):
            if file.name.endswith(".py"):
                told.update(f"{room}/{file.name}\0".encode() + file.read_bytes() + b"\0")
    for file in sorted((resources.files("ingest") / "data").iterdir(), key=lambda one: one.name):
        if file.name.startswith(_WEIGHTS):
            told.update(f"data/{file.name}\0".encode() + file.read_bytes() + b"\0")
    for name in _LIBRARIES:
        told.update(f"{name} {_version(name)}\0".encode())
    return told.hexdigest()[:_PRINT_CHARS]


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""  # an optional voter


def imprinted(extractor: str, reader: str) -> str:
    """How an article names what read it, e.g. `generic · trafilatura 2.3.1 · 3fa91c`.

    Args:
        extractor: the module of the cascade.
        reader: what it says of itself, with its version.
    """
    return " · ".join(dict.fromkeys(filter(None, (extractor, reader, imprint()))))


def same_rules(extractor: str, other: str) -> bool:
    """Whether two texts, by the names of what read them, were read by the same rules."""
    return extractor.rpartition(" ")[2] == other.rpartition(" ")[2]  # the print stands last
