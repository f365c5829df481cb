"""Crawls that start in no time: forked from a process that has loaded what every crawl loads.

A crawl takes more than a second of processor time to load its modules, and the tests start many
hundreds. What is begun here is a process of its own all the same, with its folder, its environment
and its exit code, and it is `python -m scrapy` that runs in it. What is tested of the start itself,
of signals or of the interpreter's own variables is begun by `subprocess`.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROOT = Path(__file__).parents[1]
_PACKAGES = (
    "scrapy.commands", "scrapy.downloadermiddlewares", "scrapy.spidermiddlewares",
    "ingest.commands", "spiders",
)  # fmt: skip
_MODULES = (
    "ingest.loader", "ingest.obedience", "ingest.pipelines", "ingest.settings", "itemadapter",
    "scrapy.cmdline", "scrapy.crawler", "scrapy.extensions.throttle", "scrapy.pqueues",
    "scrapy.squeues", "tldextract",
)  # fmt: skip
_ROOM = 3  #: file descriptors of a request: itself, standard output, standard error
_FOREIGN = ("PYTHON", "LD_")  #: beginnings of what an interpreter reads when it is started


def scrapy(*arguments: str, cwd: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`python -m scrapy` with the arguments, to its end; whatever it says is captured."""
    others = {name for name in {*env, *os.environ} if env.get(name) != os.environ.get(name)}
    strange = sorted(name for name in others if name.startswith(_FOREIGN))
    assert not strange, f"read at the start of an interpreter, which this one has had: {strange}"
    with (
        tempfile.TemporaryFile("w+") as request,
        tempfile.TemporaryFile("w+", errors="replace") as out,
        tempfile.TemporaryFile("w+", errors="replace") as err,
    ):
        json.dump({"arguments": arguments, "cwd": str(cwd), "env": dict(env)}, request)
        request.seek(0)
        code = _nursery().run([one.fileno() for one in (request, out, err)])
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(["scrapy", *arguments], code, out.read(), err.read())


class _Nursery:
    """The process with everything loaded, of one process of tests."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())], cwd=_ROOT, process_group=0,
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip

    def run(self, files: list[int]) -> int:
        """The exit code of one child; where a test's patience ends first, so do all of them."""
        try:
            socket.send_fds(self._socket, [b"."], files)
            answer = self._socket.recv(16)
        except BaseException:
            _nursery.cache_clear()
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._socket.close()
            raise
        assert answer, "the process that crawls are forked from has died"
        return int(answer)


@functools.cache
def _nursery() -> _Nursery:
    return _Nursery()


# The other side


def _main(ours: int) -> None:
    _load()
    with socket.socket(fileno=ours) as asked:
        request = _next_child(asked)
    if request is not None:
        sys.argv[1:] = request["arguments"]
        sys.path[0] = request["cwd"]
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"])
        runpy.run_module("scrapy", run_name="__main__", alter_sys=True)


def _load() -> None:
    """Load what a crawl does, but for the reactor, of which each process has its own."""
    for name in _PACKAGES:
        package = importlib.import_module(name)
        for found in pkgutil.iter_modules(package.__path__, f"{name}."):
            importlib.import_module(found.name)
    for name in _MODULES:
        importlib.import_module(name)
    assert "twisted.internet.reactor" not in sys.modules


def _next_child(asked: socket.socket) -> dict[str, Any] | None:
    """What a child that was just forked is to do; nothing in the parent, when all is over."""
    while True:
        byte, files, _, _ = socket.recv_fds(asked, 1, _ROOM)
        if not byte:
            return None
        child = os.fork()
        if child == 0:
            with os.fdopen(files[0]) as request:
                wanted: dict[str, Any] = json.load(request)
            for standard, given in zip((1, 2), files[1:], strict=True):
                os.dup2(given, standard)
                os.close(given)
            return wanted
        for one in files:
            os.close(one)
        _, status = os.waitpid(child, 0)
        asked.sendall(str(os.waitstatus_to_exitcode(status)).encode())


if __name__ == "__main__":
    _main(int(sys.argv[1]))
