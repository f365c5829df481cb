"""BagIt (RFC 8493): a folder whose every file has its SHA-256 beside it.

Written in place; whoever calls makes it whole before it gets its name. Reading goes through a
`Shelf`, so that a folder and a ZIP file are checked alike and nothing is unpacked.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from typing import BinaryIO

__all__ = ["Shelf", "differences", "opened", "seal", "zip_bag"]

_DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_PAYLOAD, _TAGS = "manifest-sha256.txt", "tagmanifest-sha256.txt"
_ESCAPE = re.compile("%(25|0A|0D)", re.IGNORECASE)
_CHUNK = 1 << 20


class Shelf(Protocol):
    """Files by name, wherever they lie."""

    def names(self) -> set[str]:
        """Every file, with `/` between folders."""

    def open(self, name: str) -> BinaryIO:
        """A file, for reading."""


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> set[str]:
        found = self._root.rglob("*")
        return {
            one.relative_to(self._root).as_posix()
            for one in found
            if one.is_symlink() or not one.is_dir()
        }

    def open(self, name: str) -> BinaryIO:
        return (self._root / name).open("rb")


class _Zip:
    """The files of a ZIP file that holds one folder."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        files = [one.filename for one in self._zip.infolist() if not one.is_dir()]
        roots = {name.partition("/")[0] for name in files}
        self._root = f"{roots.pop()}/" if len(roots) == 1 else ""

    def names(self) -> set[str]:
        files = [one.filename for one in self._zip.infolist() if not one.is_dir()]
        return {name.removeprefix(self._root) for name in files}

    def open(self, name: str) -> BinaryIO:
        return self._zip.open(self._root + name)  # type: ignore[return-value]  # IO[bytes]


def opened(path: Path) -> Shelf:
    """A bag, as a folder or a ZIP file.

    Raises:
        OSError: it cannot be read.
        zipfile.BadZipFile: it is neither.
    """
    return _Folder(path) if path.is_dir() else _Zip(path)


def seal(root: Path, info: Mapping[str, str]) -> None:
    """Make a folder with its files in `data/` a bag.

    Args:
        root: the folder; files beside `data/` become tag files.
        info: what `bag-info.txt` says, in this order.
    """
    shelf = _Folder(root)
    payload = sorted(name for name in shelf.names() if name.startswith("data/"))
    size = sum((root / name).stat().st_size for name in payload)
    told = {**info, "Payload-Oxum": f"{size}.{len(payload)}"}
    lines = (f"{name}: {' '.join(said.split())}\n" for name, said in told.items())
    (root / "bag-info.txt").write_text("".join(lines), encoding="utf-8")
    (root / "bagit.txt").write_text(_DECLARATION, encoding="utf-8")
    _write_manifest(root / _PAYLOAD, shelf, payload)
    tags = sorted(name for name in shelf.names() if not name.startswith("data/"))
    _write_manifest(root / _TAGS, shelf, tags)


def _write_manifest(path: Path, shelf: Shelf, names: list[str]) -> None:
    lines = (f"{_sha256(shelf, name)}  {_escaped(name)}\n" for name in names)
    path.write_text("".join(lines), encoding="utf-8")


def _escaped(name: str) -> str:
    """A name as manifests have it (section 2.1.3)."""
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _unescaped(name: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), name)


def _sha256(shelf: Shelf, name: str) -> str:
    digest = hashlib.sha256()
    with shelf.open(name) as file:
        while block := file.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()


def differences(shelf: Shelf) -> Iterator[str]:
    """What is not as the manifests of a bag say, one after the other; nothing: all is."""
    names = shelf.names()
    if "bagit.txt" not in names or _PAYLOAD not in names:
        yield "no snapshot: bagit.txt or manifest-sha256.txt is missing"
        return
    payload = dict(_manifest(shelf, _PAYLOAD))
    tags = dict(_manifest(shelf, _TAGS)) if _TAGS in names else {}
    if not tags:
        yield f"{_TAGS} is missing or empty"
    for name, wanted in sorted({**payload, **tags}.items()):
        if not _is_inside(name):
            yield f"{name}: outside of the snapshot"
        elif name not in names:
            yield f"{name}: missing"
        elif wrong := _wrong_with(shelf, name, wanted):
            yield f"{name}: {wrong}"
    for name in sorted(names - payload.keys() - tags.keys() - {_TAGS}):
        yield f"{name}: not in the manifest"


def _wrong_with(shelf: Shelf, name: str, wanted: str) -> str:
    """What is wrong with a file that is there; empty: nothing. One that is broken ends no check."""
    try:
        return "" if _sha256(shelf, name) == wanted.lower() else "changed"
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as exc:
        return f"cannot be read ({getattr(exc, 'strerror', None) or exc})"


def _manifest(shelf: Shelf, manifest: str) -> Iterator[tuple[str, str]]:
    with shelf.open(manifest) as file:
        for line in file.read().decode("utf-8", errors="replace").splitlines():
            digest, _, name = line.strip().partition(" ")
            if name:
                yield _unescaped(name.strip().removeprefix("*")), digest


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def zip_bag(root: Path, target: BinaryIO, *, name: str, now: datetime) -> None:
    """Pack a bag, in order of name, all files of one moment: equal bags give equal bytes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for one in sorted(_Folder(root).names()):
            entry = zipfile.ZipInfo(f"{name}/{one}", now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with (root / one).open("rb") as read, packed.open(entry, "w", force_zip64=True) as out:
                while block := read.read(_CHUNK):
                    out.write(block)
