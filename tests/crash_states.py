"""What a disk may hold after the power failed: states built from the traced writes of a process.

The model: what was synced is there. Of each write and cut since, a state keeps all, nothing or some
sectors of 512 bytes, in any order; of the names made, changed and removed in a folder since it was
synced, the first so many. The `-shm` of SQLite is left out: it is made anew (sqlite.org/wal.html).
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator

SECTOR_BYTES = 512
_CALLS = "openat,pwrite64,write,lseek,ftruncate,fsync,fdatasync,unlink,rename,mkdir"
#: What would change a file unseen by this parser; the trace must not have it.
_UNREAD = (
    "pwritev,pwritev2,writev,unlinkat,renameat,renameat2,truncate,fallocate,copy_file_range,"
    "sendfile,link,linkat"
)
_MOST_BYTES = 1 << 17  # of one write that the trace shows; longer ones are told by three dots
_LINE = re.compile(
    r"\d+ +(?P<call>\w+)\((?:AT_FDCWD(?:<[^>]*>)?, )?"
    r'(?:\d+<(?P<open>[^>]*)>|"(?P<path>[^"]*)")(?:\(deleted\))?'
    r'(?:, "(?P<body>[^"]*)"(?P<dots>\.\.\.)?)?(?P<rest>.*)\) += (?P<result>-?\d+)'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One call that changed something, or made something durable."""

    call: str
    path: Path
    body: bytes = field(default=b"", repr=False)
    at: int = 0  #: offset of a write or of what is sought, size of a cut file, bytes
    to: Path | None = None  #: of a rename


def traced(command: list[str], log: Path, *, cwd: Path) -> Iterator[Event]:
    """Run a command, and tell what it did to files and said on its standard output.

    Raises:
        CalledProcessError: the command failed.
    """
    strace = [
        "strace", "-f", "--seccomp-bpf", "-y", "-xx", f"-s{_MOST_BYTES}", "-esignal=none",
        f"-etrace={_CALLS},{_UNREAD}", f"-o{log}",
    ]  # fmt: skip
    subprocess.run([*strace, *command], check=True, cwd=cwd, stdout=subprocess.PIPE)
    with log.open(encoding="ascii") as lines:
        for line in lines:
            yield from _event(line)


def _event(line: str) -> Iterator[Event]:
    found = _LINE.match(line)
    if found is None or int(found["result"]) < 0:
        return
    call, rest = found["call"], found["rest"]
    if call == "openat":
        if "O_CREAT" in rest:
            yield Event(call="make", path=_path(found["path"]))
        if "O_TRUNC" in rest:
            yield Event(call="cut", path=_path(found["path"]))
    elif call == "rename":
        yield Event(call=call, path=_path(found["path"]), to=_path(found["body"]))
    elif call == "lseek":
        yield Event(call="seek", path=_path(found["open"]), at=int(found["result"]))
    elif call in {"mkdir", "unlink", "fsync", "fdatasync"}:
        name = "fsync" if call == "fdatasync" else call
        yield Event(call=name, path=_path(found["open"] or found["path"]))
    elif call == "ftruncate":
        yield Event(call="cut", path=_path(found["open"]), at=int(rest.removeprefix(", ")))
    elif call in {"pwrite64", "write"}:
        at = int(rest.rpartition(", ")[2]) if call == "pwrite64" else -1
        whole = bytes.fromhex(found["body"].replace("\\x", ""))
        dots = b"..." if found["dots"] else b""
        path = _path(found["open"])
        yield Event(call="write", path=path, body=whole[: int(found["result"])] + dots, at=at)
    else:
        yield Event(call=call, path=_path(found["open"] or found["path"]))


def _path(written: str) -> Path:
    return Path(bytes.fromhex(written.replace("\\x", "")).decode())


@dataclass(slots=True)
class _File:
    """A file: what the disk holds for sure, and what was done to it since."""

    held: bytearray = field(default_factory=bytearray)
    since: list[Event] = field(default_factory=list)
    size: int = 0  # as the process sees it, bytes
    is_moved_in: bool = False  # whoever writes without an offset does not append


@dataclass(slots=True)
class _Folder:
    held: dict[str, _File | _Folder] = field(default_factory=dict)
    now: dict[str, _File | _Folder] = field(default_factory=dict)
    since: list[dict[str, _File | _Folder | None]] = field(default_factory=list)

    def set(self, **named: _File | _Folder | None) -> None:
        """Give names, or take them away, in one step; the disk may not know of it yet."""
        _rename(self.now, named)
        self.since.append(named)


@dataclass(slots=True)
class Disk:
    """A disk below one folder, as a process changes it."""

    root: Path
    _top: _Folder = field(default_factory=_Folder)

    def load(self, found: dict[str, bytes]) -> None:
        """Begin with files that are on the disk for sure."""
        for name, body in found.items():
            folder = self._top
            *above, last = Path(name).parts
            for part in above:
                entry = folder.held.setdefault(part, _Folder())
                assert isinstance(entry, _Folder)
                folder.now = folder.held.copy()
                folder = entry
            folder.held[last] = _File(held=bytearray(body), size=len(body))
            folder.now = folder.held.copy()

    def feed(self, event: Event) -> None:
        """Take in what the process did; what lies elsewhere is passed over."""
        if event.path.name.endswith("-shm"):
            return
        if event.path == self.root:
            _sync(self._top)
        if self.root not in event.path.parents:
            return
        folder = self._top
        *above, name = event.path.relative_to(self.root).parts
        for part in above:
            found = folder.now[part]
            assert isinstance(found, _Folder), event
            folder = found
        self._change(folder, name, event)

    def _change(self, folder: _Folder, name: str, event: Event) -> None:
        entry = folder.now.get(name)
        if event.call in {"make", "mkdir"}:
            if entry is None:
                folder.set(**{name: _File() if event.call == "make" else _Folder()})
        elif event.call == "unlink":
            folder.set(**{name: None})
        elif event.call == "rename":
            assert event.to is not None, event
            assert event.to.parent == event.path.parent, f"the model has one folder: {event}"
            folder.set(**{name: None, event.to.name: entry})
        elif event.call == "seek":
            if isinstance(entry, _File):
                entry.is_moved_in = event.at != entry.size
        elif event.call == "fsync":
            assert entry is not None, event
            _sync(entry)
        else:
            assert event.call in {"write", "cut"}, f"the model does not know {event.call}"
            assert isinstance(entry, _File), event
            assert len(event.body) <= _MOST_BYTES, f"a longer write than is traced: {event}"
            _take(entry, event)

    def crash(self, rng: random.Random) -> dict[str, bytes]:
        """What may be found after a power failure now: bytes by path below the root."""
        return dict(_found(self._top, "", rng))


def _rename(names: dict[str, _File | _Folder], named: dict[str, _File | _Folder | None]) -> None:
    for name, entry in named.items():
        if entry is None:
            names.pop(name, None)
        else:
            names[name] = entry


def _take(file: _File, event: Event) -> None:
    if event.call == "cut":
        file.size = event.at
        file.since.append(event)
        return
    assert event.at >= 0 or not file.is_moved_in, f"the model takes it for an append: {event}"
    at = file.size if event.at < 0 else event.at  # whoever writes without an offset appends
    file.size = max(file.size, at + len(event.body))
    file.since.append(Event(call="write", path=event.path, body=event.body, at=at))


def _sync(entry: _File | _Folder) -> None:
    if isinstance(entry, _Folder):
        entry.held = dict(entry.now)
    else:
        for event in entry.since:
            _put(entry.held, event)
    entry.since.clear()


def _put(held: bytearray, event: Event, sectors: Iterable[tuple[int, int]] | None = None) -> None:
    """Bring a write or a cut to the disk, whole or by pieces of it (start, end)."""
    if event.call == "cut":
        del held[event.at :]
        held.extend(bytes(event.at - len(held)))
        return
    for start, end in sectors or [(0, len(event.body))]:
        at = event.at + start
        held.extend(bytes(max(0, at - len(held))))
        held[at : at + end - start] = event.body[start:end]


def _found(folder: _Folder, prefix: str, rng: random.Random) -> Iterator[tuple[str, bytes]]:
    names = dict(folder.held)
    for named in folder.since[: rng.randint(0, len(folder.since))]:
        _rename(names, named)
    for name, entry in names.items():
        if isinstance(entry, _Folder):
            yield from _found(entry, f"{prefix}{name}/", rng)
        else:
            yield f"{prefix}{name}", _torn(entry, rng)


def _torn(file: _File, rng: random.Random) -> bytes:
    held = bytearray(file.held)
    kept, torn = rng.choice([0.0, 0.2, 0.5, 0.9, 1.0]), rng.choice([0.0, 0.3])
    for event in file.since:
        if rng.random() < torn:
            ends = range(SECTOR_BYTES - event.at % SECTOR_BYTES, len(event.body), SECTOR_BYTES)
            cuts = [0, *ends, len(event.body)]
            pieces = pairwise(cuts)
            if some := [piece for piece in pieces if rng.random() < 0.5]:
                _put(held, event, some)
        elif rng.random() < kept:
            _put(held, event)
    return bytes(held)


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]
