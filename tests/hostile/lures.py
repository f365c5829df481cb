"""Attacks on trust: ways inside, leaks, circles, hammering, false certificates, robots.txt."""

from __future__ import annotations

import gzip
from functools import partial
from typing import TYPE_CHECKING

from tests.hostile.attacks import (
    LIMIT_BYTES,
    Attack,
    Places,
    asked_twice,
    hammered,
    ran_in_circles,
    read_page,
    read_secret,
    sent_cookie,
    told_referer,
)
from tests.hostile.server import RESET, Asked, Part, head, page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_ROBOTS_BOMB = gzip.compress(b"User-agent: *\nAllow: /\n" + b"#" * 4 * LIMIT_BYTES, 6, mtime=0)

__all__ = ["circles", "inward", "leaks", "robots", "trouble", "unvouched"]


def to(url: str, status: int = 302, **headers: str) -> list[Part]:
    """A redirect."""
    return page(b"moved", status, Location=url, **headers)


def refresh(url: str) -> list[Part]:
    """A page that sends its reader elsewhere."""
    return page(f'<html><head><meta http-equiv="refresh" content="0;url={url}">'.encode())


def _inside_by(places: Places, status: int, name: str) -> list[Part]:
    return to(places.inside(name), status)


def _named(answer: Callable[[str], list[Part]], name: str, _: Asked) -> list[Part]:
    return answer(name)


def inward(places: Places) -> list[Attack]:
    """Ways to a server inside; `tests/test_ssrf.py` has them in every spelling."""
    answers: dict[str, Callable[[str], list[Part]]] = {
        **{
            f"inside-by-{status}": partial(_inside_by, places, status)
            for status in (301, 302, 303, 307, 308)
        },
        "inside-by-refresh": lambda name: refresh(places.inside(name)),
        "inside-by-name": lambda name: to(places.inside(name, "rogue.test")),
        "inside-by-scheme": lambda name: to(places.inside(name).removeprefix("http:")),
    }
    found = [
        Attack(
            name=name,
            url=places.url(name),
            harm=read_secret,
            reason="" if name == "inside-by-name" else "excluded",  # no name, no robots.txt
            answer=partial(_named, answer, name),
        )
        for name, answer in answers.items()
    ]
    hops = {"/page": "/2", "/2": "/3"}
    found.append(
        Attack(
            name="inside-by-hops",
            url=places.url("inside-by-hops"),
            harm=read_secret,
            reason="excluded",
            answer=lambda asked: to(hops.get(asked.target) or places.inside("inside-by-hops")),
        )
    )
    found.append(
        Attack(
            name="inside-at-once", url=places.inside("inside-at-once"), harm=read_secret,
            reason="excluded",
        )
    )  # fmt: skip
    return found


def leaks(places: Places) -> list[Attack]:
    """What a crawler should not tell; each goes from `/page` to `/next`, or to a second host."""

    def two_steps(first: Callable[[str], list[Part]], name: str) -> Callable[[Asked], list[Part]]:
        def answer(asked: Asked) -> list[Part]:
            return first(name) if asked.target == "/page" else page()

        return answer

    def other(name: str) -> str:
        return places.url(f"other.{name}", "/next")

    firsts: dict[str, tuple[Callable[[str], list[Part]], Callable[..., bool]]] = {
        "referer": (lambda _: to("/next"), told_referer),
        "referer-elsewhere": (
            lambda name: to(other(name), Referrer_Policy="unsafe-url"), told_referer,
        ),
        "referer-by-callable": (
            lambda _: to("/next", Referrer_Policy="os.system"), told_referer,
        ),
        "cookie": (lambda _: to("/next", Set_Cookie="id=7"), sent_cookie),
        "cookie-for-all": (
            lambda name: to(other(name), Set_Cookie=f"id=7; Domain={name}.test"), sent_cookie,
        ),
        "cookie-by-refresh": (
            lambda _: [head(Content_Type="text/html", Set_Cookie="id=7"), *refresh("/next")[1:]],
            sent_cookie,
        ),
    }  # fmt: skip
    return [
        Attack(name=name, url=places.url(name), answer=two_steps(first, name), harm=harm)
        for name, (first, harm) in firsts.items()
    ]


def circles(places: Places) -> list[Attack]:
    """Redirects without end."""

    def growing(asked: Asked) -> list[Part]:
        return to(asked.target + "x")

    def chain(asked: Asked) -> list[Part]:
        step = int(asked.target.rpartition("/")[2]) if asked.target != "/page" else 0
        return to(f"/{step + 1}") if step < 15 else page()

    def hosts(asked: Asked) -> list[Part]:
        return to(places.url(f"a.{asked.host.removesuffix('.test')}"))

    answers: dict[str, Callable[[Asked], Iterable[Part]]] = {
        "circle": lambda _: to("/page"),
        "circle-of-two": lambda asked: to("/b" if asked.target == "/page" else "/page"),
        "circle-that-grows": growing,
        "circle-of-hosts": hosts,
        "chain": chain,
        "circle-by-refresh": lambda _: refresh("/page?again"),
    }
    return [
        Attack(name=name, url=places.url(name), answer=answer, harm=ran_in_circles)
        for name, answer in answers.items()
    ]


def trouble(places: Places) -> list[Attack]:
    """Servers in trouble, which a crawler should leave in peace."""

    def bad_chunks(_: Asked) -> Iterator[Part]:
        yield head(Content_Type="text/html", Transfer_Encoding="chunked")
        yield b"zz\r\nhello\r\n0\r\n\r\n"

    answers: dict[str, Callable[[Asked], Iterable[Part]]] = {
        "error-500": lambda _: page(b"oops", 500),
        "error-502": lambda _: page(b"oops", 502),
        "reset": lambda _: [RESET],
        "reset-half-way": lambda _: [head(Content_Length=1000), b"<html>", RESET],
        "truncated": lambda _: [head(Content_Length=1000), b"<html>"],
        "bad-chunks": bad_chunks,
        "garbage": lambda _: [bytes(range(256)) * 40 + b"\r\n\r\n"],
        "nothing": lambda _: [],
        "header-line": lambda _: [head()[:-2] + b"X: " + b"y" * 100_000 + b"\r\n\r\nhello"],
    }
    busy: dict[str, Callable[[Asked], Iterable[Part]]] = {
        "busy-429": lambda _: page(b"later", 429, Retry_After="1000000000"),
        "busy-503": lambda _: page(b"later", 503, Retry_After="-5"),
    }
    return [
        *(
            Attack(name=name, url=places.url(name), answer=answer, harm=hammered)
            for name, answer in answers.items()
        ),
        *(
            Attack(name=name, url=places.url(name), answer=answer, harm=asked_twice)
            for name, answer in busy.items()
        ),
    ]


def unvouched(places: Places) -> list[Attack]:
    """Servers whose certificate is for another, outdated, or their own word."""
    return [
        Attack(
            name=name, url=f"https://{name}.test:{places.tls}/page", answer=lambda _: page(),
            harm=read_page,
        )
        for name in ("tls-self-signed", "tls-expired", "tls-wrong-host")
    ]  # fmt: skip


def robots(places: Places) -> list[Attack]:
    """robots.txt that forbids, or gives no answer: closed until it does (RFC 9309, 2.3.1.4)."""

    def endless(_: Asked) -> Iterator[Part]:
        yield head(Content_Type="text/plain")
        yield b"User-agent: *\nAllow: /\n"
        for _n in range(2 * LIMIT_BYTES // 65536):
            yield b"# nothing to see\n" * 4096

    answers: dict[str, Callable[[Asked], Iterable[Part]]] = {
        "robots-forbid": lambda _: page(b"User-agent: *\nDisallow: /\n", kind="text/plain"),
        "robots-500": lambda _: page(b"oops", 500),
        "robots-silent": _silent,
        "robots-bomb": lambda _: page(_ROBOTS_BOMB, kind="text/plain", Content_Encoding="gzip"),
        "robots-endless": endless,
        "robots-reset": lambda _: [RESET],
        "robots-inside": lambda _: to(places.inside("robots-inside")),
    }
    return [
        Attack(
            name=name, url=places.url(name), answer=lambda _: page(), robots=answer,
            harm=read_page,
        )
        for name, answer in answers.items()
    ]  # fmt: skip


def _silent(_: Asked) -> Iterator[Part]:
    yield 600.0
