"""robots.txt by RFC 9309: what an answer means, how long it holds, what it forbids; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from protego import Protego

from ingest.cadence import asks_for_patience
from ingest.items import RobotsCopy

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "DELAY_AT_MOST_S",
    "Rules",
    "after_robots",
    "is_robots_due",
    "origin_of",
    "product_token",
    "rules_of",
]

DELAY_AT_MOST_S = 120.0  # who asks for more is read by its feeds and sitemaps alone
_MOST_BYTES = 512 * 1024  # RFC 9309, section 2.5: at least 500 KiB are read
_HOLDS = timedelta(days=1)  # section 2.4
_RETRY = timedelta(minutes=15)
_GIVEN_UP = timedelta(days=30)  # section 2.3.1.4
_PORTS = {"http": 80, "https": 443}
_BOM = b"\xef\xbb\xbf"
_TOKEN = re.compile(r"[A-Za-z_-]+")
_NAMED = re.compile(r"([A-Za-z][A-Za-z_-]*)(?=/\d|\s|$)")
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_OTHER_LINE_ENDS = re.compile(r"[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # as `str.splitlines` has it
_AGENT_LINE = re.compile(r"\s*user[ -]?agent\s*:(.*)", re.IGNORECASE)
_RULE = re.compile(r"\s*(?:user[\s-]*agent|site-?map)", re.IGNORECASE)  # without them there is none
_NOBODY = "x-nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an origin lets us do."""

    is_readable: bool  #: False: nothing may be fetched until its robots.txt can be read
    because: str = ""  #: why it cannot be read
    crawl_delay_s: float | None = None  #: as it asks, unclipped; None: it does not
    _parsed: Protego | None = field(default=None, repr=False)
    _token: str = ""

    def allow(self, url: str) -> bool:
        """Whether an address may be fetched."""
        if not self.is_readable:
            return False
        return self._parsed is None or bool(self._parsed.can_fetch(url, self._token))


def origin_of(url: str) -> str:
    """Scheme, host and port, which share one robots.txt (RFC 9309, section 2.3)."""
    parts = urlsplit(url)
    host, port = (parts.hostname or "").lower(), parts.port
    host = f"[{host}]" if ":" in host else host
    is_usual = port is None or port == _PORTS.get(parts.scheme)
    return f"{parts.scheme}://{host}" + ("" if is_usual else f":{port}")


def product_token(user_agent: str) -> str:
    """The name that groups of rules are found by (RFC 9309, section 2.2.1)."""
    names = [name for name in _NAMED.findall(user_agent) if name.lower() != "mozilla"]
    versioned = re.findall(r"([A-Za-z_-]+)/\d", user_agent)
    named = [name for name in versioned if name.lower() != "mozilla"] or names
    return named[0] if named else "Seedbed"


def is_robots_due(copy: RobotsCopy | None, now: datetime) -> bool:
    """Whether a robots.txt is to be asked for: daily, or soon while it cannot be read."""
    if copy is None or copy.asked > now:
        return True
    if copy.unreadable_since is None:
        return now - copy.asked >= _HOLDS
    # One that asked for patience is asked again when its host may be asked at all.
    is_waited_for = copy.status is not None and asks_for_patience(copy.status)
    return is_waited_for or now - copy.asked >= _RETRY


def after_robots(
    copy: RobotsCopy | None,
    *,
    origin: str,
    status: int | None,
    body: bytes,
    token: str,
    now: datetime,
) -> RobotsCopy:
    """What is kept after an answer, redirects followed (RFC 9309, section 2.3.1).

    Args:
        copy: what was kept before; None: nothing.
        status: None: no answer, a time-out, an answer too large. A redirect: too many of them.
            304: an answer to nothing that was asked, for no validators are sent.
    """
    is_unread = status is None or status == 304 or asks_for_patience(status)  # noqa: PLR2004
    if is_unread or status is None or status >= 500:  # noqa: PLR2004
        before = copy or RobotsCopy(origin=origin, status=None, asked=now)
        since = before.unreadable_since or now
        return replace(before, status=status, asked=now, unreadable_since=since)
    kept = _cut(body) if status < 300 else b""  # noqa: PLR2004
    kept = kept if any(_RULE.match(line) for line in _lines(kept)) else b""  # a page in its place
    fresh = RobotsCopy(origin=origin, status=status, asked=now, read=now, body=kept)
    return replace(fresh, crawl_delay_s=_parse(kept, token).crawl_delay(token))


def rules_of(copy: RobotsCopy, *, token: str, now: datetime) -> Rules:
    """The rules in force.

    While it cannot be read the last copy holds; without one everything is forbidden, for 30 days.
    """
    if copy.body is None:
        since = copy.unreadable_since or now
        if now - since >= _GIVEN_UP:
            return Rules(is_readable=True)
        because = "no answer" if copy.status is None else f"http {copy.status}"
        return Rules(is_readable=False, because=because)
    parsed = _parse(copy.body, token)
    return Rules(is_readable=True, crawl_delay_s=copy.crawl_delay_s, _parsed=parsed, _token=token)


def _cut(body: bytes) -> bytes:
    """The body as far as we read it, at the end of a line."""
    if len(body) <= _MOST_BYTES:
        return body
    head = body[:_MOST_BYTES]
    return head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1]


def _parse(body: bytes, token: str) -> Protego:
    """The rules, told by nothing but what the RFC tells them by.

    Protego finds a group by the beginning of our name and breaks lines where the RFC does not.
    """
    return Protego.parse("\n".join(_with_our_group(line, token) for line in _lines(body)))


def _lines(body: bytes) -> list[str]:
    text = body.removeprefix(_BOM).decode("utf-8", "replace")
    return _LINE_ENDS.split(_OTHER_LINE_ENDS.sub(" ", text))


def _with_our_group(line: str, token: str) -> str:
    if (agent := _AGENT_LINE.fullmatch(line)) is None:
        return line
    name = agent[1].partition("#")[0].strip()
    if name == "*" or name.startswith("* "):
        return "User-agent: *"
    stated = _TOKEN.match(name)
    is_ours = stated is not None and stated[0].lower() == token.lower()
    return f"User-agent: {token if is_ours else _NOBODY}"
