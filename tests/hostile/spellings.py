"""Forty ways to write an address inside; most lead to the server that listens everywhere here."""

from __future__ import annotations

__all__ = ["SPELLINGS", "spelled"]

_HOSTS = (
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0X7F.0.0.1", "0x7f.1",
    "0177.0.0.1", "017700000001", "00000177.0.0.0x1", "0.0.0.0", "0", "127.0.0.1.", "localhost",
    "LOCALHOST", "localhost.", "127.255.255.254", "127.0.0.53",
    "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::FFFF:7F00:1]",
    "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "１２７.０.０.１", "127。0。0。1", "①②⑦.⓪.⓪.①", "%31%32%37.0.0.1",  # the trap
    "web.test@127.0.0.1", "user:word@localhost", "rogue.test", "ROGUE.test.", "127.\t0.0.1",
)  # fmt: skip
_WHOLE = (
    "HTTP://127.0.0.1:{port}/{path}",
    "http:\\\\127.0.0.1:{port}\\{path}",
    "http:///127.0.0.1:{port}/{path}",
    "http://127.0.0.1:{port}/{path}?@web.test/",
    "http://web.test:80#@127.0.0.1:{port}/{path}",
)
SPELLINGS = (*(f"http://{host}:{{port}}/{{path}}" for host in _HOSTS), *_WHOLE)


def spelled(number: int, port: int, entry: str) -> str:
    """The address inside in one spelling; its path tells by which entry it was reached."""
    return SPELLINGS[number].format(port=port, path=f"{entry}-{number:02}-")
