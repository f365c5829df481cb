"""The servers of all attacks together."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Self

from tests.hostile import bombs, lures
from tests.hostile.attacks import Places, Traces
from tests.hostile.certificates import context
from tests.hostile.server import Asked, Listener, Part, page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["HostileWeb", "Secret"]

_EVERYWHERE = ("0.0.0.0", "::")  # the trap


class Secret(Listener):
    """A server inside, at every address of this machine; nobody outside should reach it."""

    def __init__(self) -> None:
        body = b"<html><title>Secret</title><p>The key is under the mat."
        super().__init__(lambda _: page(body), addresses=_EVERYWHERE)


class HostileWeb:
    """Listens from `__enter__` on; each attack has a host of its own."""

    def __init__(self, folder: Path) -> None:
        self.secret = Secret()
        self._web = Listener(self._answer)
        self._tls = Listener(self._answer, tls=context(folder))
        self._silent = Listener(lambda _: [600.0])
        self._stack = contextlib.ExitStack()
        places = Places(
            web=self._web.port, tls=self._tls.port, silent=self._silent.port,
            secret=self.secret.port,
        )  # fmt: skip
        self.attacks = [
            attack
            for kind in (
                bombs.large, bombs.slow, lures.inward, lures.leaks, lures.circles, lures.trouble,
                lures.unvouched, lures.robots,
            )
            for attack in kind(places)
        ]  # fmt: skip
        self._by_name = {one.name: one for one in self.attacks}

    def __enter__(self) -> Self:
        for one in (self.secret, self._web, self._tls, self._silent):
            self._stack.enter_context(one)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def traces(self, name: str, seen: Mapping[str, dict[str, Any]]) -> Traces:
        """What an attack left so far."""
        asked = [*self._web.log, *self._tls.log]
        return Traces(
            asked=[one for one in asked if _name(one) == name and one.target != "/robots.txt"],
            seen=seen.get(name, {}),
            secrets=sum(one.target == f"/{name}" for one in self.secret.log),
        )

    def _answer(self, asked: Asked) -> Iterable[Part]:
        attack = self._by_name.get(_name(asked))
        if asked.target == "/robots.txt":
            return attack.robots(asked) if attack and attack.robots else page(b"", 404)
        return attack.answer(asked) if attack and attack.answer else page(b"none", 404)


def _name(asked: Asked) -> str:
    return asked.host.removesuffix(".test").rpartition(".")[2]
