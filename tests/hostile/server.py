"""Loopback servers that answer with whatever bytes, at whatever pace, a test wants."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["RESET", "Asked", "Listener", "Part", "head", "page"]

_HEAD_BYTES = 65536
#: Hangs up in the middle, as a crashed server does.
RESET = "reset"
#: Bytes to send, seconds to wait, or `RESET`.
Part = bytes | float | str


class Asked(NamedTuple):
    """One request, as it came."""

    host: str  #: in lower case, without port
    target: str
    headers: Mapping[str, str]  #: names in lower case
    at: str  #: address of ours that was asked


def head(status: int = 200, /, **headers: str | int) -> bytes:
    """A status line and headers; `_` in a name stands for `-`."""
    lines = [f"HTTP/1.1 {status} X", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def page(
    body: bytes = b"<html><title>A page</title><p>Words.</p></html>",
    status: int = 200,
    kind: str = "text/html; charset=utf-8",
    **headers: str | int,
) -> list[Part]:
    """A whole answer of a known length."""
    return [head(status, Content_Type=kind, Content_Length=len(body), **headers), body]


class Listener:
    """Answers in a thread for each connection; remembers what it was asked."""

    def __init__(
        self,
        answer: Callable[[Asked], Iterable[Part]],
        *,
        addresses: tuple[str, ...] = ("0.0.0.0",),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.log: list[Asked] = []
        self.connections = 0
        self._answer = answer
        self._tls = tls
        self._over = threading.Event()
        self._sockets = [_bound(addresses[0], 0)]
        self.port: int = self._sockets[0].getsockname()[1]
        self._sockets += [_bound(address, self.port) for address in addresses[1:]]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        for one in self._sockets:
            one.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            ready, _, _ = select.select(self._sockets, [], [], 0.05)
            for one in ready:
                connection, _ = one.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(20)
        with contextlib.suppress(OSError), plain:
            connection = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
            with connection:
                if (asked := _read(connection)) is not None:
                    self.log.append(asked)
                    self._send(connection, self._answer(asked))

    def _send(self, connection: socket.socket, parts: Iterable[Part]) -> None:
        for part in parts:
            if isinstance(part, bytes):
                connection.sendall(part)
            elif part == RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            elif self._over.wait(float(part)):
                return


def _bound(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    one = socket.socket(family)
    if family == socket.AF_INET6:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    one.bind((address, port))
    one.listen(256)
    return one


def _read(connection: socket.socket) -> Asked | None:
    received = b""
    while b"\r\n\r\n" not in received and len(received) < _HEAD_BYTES:
        more = connection.recv(4096)
        if not more:
            return None
        received += more
    lines = received.split(b"\r\n\r\n", 1)[0].decode("latin-1").split("\r\n")
    _, target, _ = lines[0].split(" ", 2)
    pairs = (line.partition(":")[::2] for line in lines[1:])
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
    return Asked(host.lower(), target, headers, connection.getsockname()[0])
