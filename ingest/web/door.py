"""What every question to a Datasette that serves a corpus goes through, and every answer.

*Hosts.* A page in a browser can give its own name the address of this machine (DNS rebinding) and
then read what Datasette answers to "its" server. So only names that are this machine's are
answered: addresses as numbers, `localhost`, names ending in `.localhost`, and those in the setting
`plugins: seedbed: hosts` of Datasette's configuration (`"*"`: any, for a public site).

*Other databases.* Where no corpus is served nothing is asked or added, and the pages of a database
beside a corpus are not told what they may load.

*Front page.* At the address of a corpus stands our front page, and at `/` too where nothing else is
served; a question with arguments (`?sql=…`, `?tables=1`) goes to Datasette's own page.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ingest.web.site import PATH, STYLE_PATH

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping

__all__ = ["guarding", "is_of_another", "is_our_host", "named_hosts"]

_OURS = re.compile(f"{PATH}|{STYLE_PATH}")
#: Nothing is loaded but our own style sheet; nothing runs; nobody frames the page.
_STRICT = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
#: Datasette's own pages bring scripts and styles within the page; from elsewhere comes nothing.
_OWN = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_NOBODY = (
    b"this name is not one of this server's; list it in Datasette's configuration: "
    b"plugins: seedbed: hosts\n"
)


def guarding(
    app: Any, datasette: Any, look: Callable[[], Awaitable[Collection[str] | None]]
) -> Callable[..., Coroutine[Any, Any, None]]:
    """An ASGI application that answers to its own names, and tells browsers to be careful.

    Args:
        app: that answers.
        datasette: whose it is.
        look: gives the names of the corpora among what is served, now; None: surely none is.
    """

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        corpora = await look()
        if corpora is None:
            await app(scope, receive, send)
            return
        if not is_our_host(_header(scope, b"host"), named_hosts(datasette)):
            await _refuse(send)
            return
        is_another = is_of_another(scope, datasette, corpora)
        scope = _at_front(scope, datasette, corpora)
        is_ours = bool(_OURS.match(_within(scope["path"], datasette)))

        async def pass_on(message: Any) -> None:
            if message["type"] == "http.response.start" and not is_another:
                message = {**message, "headers": _careful(message["headers"], is_ours=is_ours)}
            await send(message)

        await app(scope, receive, pass_on)

    return serve


def is_our_host(host: str | None, named: Collection[str]) -> bool:
    """Whether a question for this host is meant for us.

    Args:
        host: as the request names it, with or without a port; None: HTTP/1.0, no browser.
        named: further names, as the configuration lists them; `*`: any.
    """
    if host is None or "*" in named:
        return True
    name = re.sub(r":\d*$", "", host.strip().lower()).rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    if name in {one.strip().lower().rstrip(".") for one in named}:
        return True
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def named_hosts(datasette: Any) -> tuple[str, ...]:
    """The hosts that the configuration names: one, or a list of them.

    Raises:
        ValueError: something else, or a pattern; of these only `*` has a meaning.
    """
    told = (datasette.plugin_config("seedbed") or {}).get("hosts") or ()
    hosts = (told,) if isinstance(told, str) else told
    if not isinstance(hosts, (list, tuple)) or not all(isinstance(one, str) for one in hosts):
        raise ValueError(f"plugins: seedbed: hosts is no name and no list of names: {told!r}")
    for one in hosts:
        if "*" in one and one != "*":
            raise ValueError(f'plugins: seedbed: hosts takes names, or "*" alone: {one!r}')
    return tuple(hosts)


def is_of_another(
    scope: Mapping[str, Any],
    datasette: Any,
    corpora: Collection[str],
    *,
    rows_alone: bool = False,
) -> bool:
    """Whether a question is for a database of a file that is no corpus.

    Args:
        scope: the question, as ASGI has it.
        datasette: that is asked.
        corpora: the names of those served.
        rows_alone: and for a table, row or saved query of it: SQL of one's own may read any file.
    """
    from datasette.utils import tilde_decode

    # As Datasette spells a path, which takes no per cent sign for an escape.
    asked = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
    below = asked.removeprefix(str(datasette.setting("base_url"))).lstrip("/")
    first, _, rest = below.partition("/")
    others = {
        one.route or name
        for name, one in datasette.databases.items()
        if one.path and name not in corpora
    }
    names = {tilde_decode(first)} | ({tilde_decode(first.rpartition(".")[0])} - {""})
    if rows_alone:
        return bool(rest) and tilde_decode(first) in others
    return bool(names & others)


async def _refuse(send: Any) -> None:
    kind = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 421, "headers": kind})
    await send({"type": "http.response.body", "body": _NOBODY})


def _header(scope: Mapping[str, Any], name: bytes) -> str | None:
    for key, value in scope.get("headers", ()):
        if key.lower() == name:
            return str(value.decode("latin-1"))
    return None


def _careful(headers: Any, *, is_ours: bool) -> list[Any]:
    """The headers of an answer, with what it does not say itself."""
    told = {name.lower() for name, _ in headers}
    more = {
        b"content-security-policy": (_STRICT if is_ours else _OWN).encode(),
        b"x-content-type-options": b"nosniff",
        # Other hosts learn nothing. `no-referrer` would also hide from ourselves where a form was
        # sent from: browsers then say `Origin: null`, and no label could be told from a forged one.
        b"referrer-policy": b"same-origin",
    }
    return [*headers, *((name, value) for name, value in more.items() if name not in told)]


def _at_front(scope: Any, datasette: Any, corpora: Collection[str]) -> Any:
    """The question for our front page, where a question without arguments is for a corpus."""
    if scope["method"] not in ("GET", "HEAD") or scope.get("query_string"):
        return scope
    from datasette.utils import tilde_encode

    path = _within(scope["path"], datasette)
    served = [name for name, one in datasette.databases.items() if one.path]
    for name in corpora:
        address = f"/{tilde_encode(name)}"
        if path.rstrip("/") == address or (path == "/" and served == [name]):
            front = f"{address}/-/front"
            return {**scope, "path": front, "raw_path": front.encode()}
    return scope


def _within(path: str, datasette: Any) -> str:
    """A path below the prefix that a proxy may have left on it."""
    below = unquote(path).removeprefix(str(datasette.setting("base_url")))
    return f"/{below.lstrip('/')}"
