"""Sending messages by apprise, which is asked late and tells nothing of what it is given.

An address holds tokens, in any part of it. So no part but its scheme is ever shown: it is named by
its setting, and of what goes wrong only the words below are said. Apprise and the libraries under
it log hosts and paths, and are silenced.
"""

from __future__ import annotations

import hashlib
import logging
import re
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ingest.alert_items import AlertKind
from ingest.errors import ConfigError, how_to_get
from ingest.notify_settings import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ingest.alerts.wording import Message
    from ingest.config import Settings

__all__ = [
    "Address",
    "NotSent",
    "addresses_of",
    "flaws_of",
    "is_installed",
    "room_at",
    "send",
]

_FILE = "file:"
_TALKATIVE = ("apprise", "urllib3", "requests", "requests_oauthlib", "oauthlib", "paho")
_STATUS = re.compile(r"error=(\d{3})\b")
_FEW_CHARS = 120  # a text message's, less what apprise adds
_SILENT = logging.CRITICAL + 1


class NotSent(Exception):
    """A message was not taken; the text says why, and nothing of the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Somebody who is told."""

    name: str  #: as it may be shown: its setting and its scheme
    secret: str = field(repr=False)
    kinds: frozenset[AlertKind]  #: that it is told of

    @property
    def receiver(self) -> str:
        """What the corpus knows it by."""
        return _hashed(self.secret)


@lru_cache(maxsize=256)
def _hashed(secret: str) -> str:
    """Slowly, for a password may be short, and a corpus is given away."""
    made = hashlib.scrypt(secret.encode(), salt=b"seedbed alerts", n=2**13, r=8, p=1, dklen=10)
    return made.hex()


def addresses_of(settings: Settings) -> list[Address]:
    """Everybody who is told of anything, in the order of the settings; each once.

    Raises:
        ConfigError: a file of addresses cannot be read.
    """
    names: dict[str, str] = {}
    kinds: dict[str, set[AlertKind]] = {}
    problems: list[str] = []
    for setting in ("all", *KINDS):
        stated = [one.get_secret_value() for one in getattr(settings.notify, setting)]
        told = set(AlertKind) if setting == "all" else {AlertKind(setting)}
        for place, text in enumerate(stated, start=1):
            try:
                found = _unfolded(text, settings.workspace)
            except OSError as exc:
                problems.append(f"[notify] {setting}, {place}: a file of addresses: {exc.strerror}")
                continue
            for secret in found:
                scheme = re.sub(r"[^A-Za-z0-9+.-].*", "", secret, flags=re.DOTALL)[:20]
                names.setdefault(secret, f"{setting} {place} ({scheme})")
                kinds.setdefault(secret, set()).update(told)
    if problems:
        raise ConfigError(problems)
    return [
        Address(name=name, secret=secret, kinds=frozenset(kinds[secret]))
        for secret, name in names.items()
    ]


def _unfolded(text: str, folder: Path) -> list[str]:
    """An address, or those in a file, one a line."""
    if not text.startswith(_FILE):
        return [text]
    lines = (folder / text.removeprefix(_FILE)).read_text("utf-8", "replace").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def is_installed() -> bool:
    """Whether messages can be sent at all."""
    return find_spec("apprise") is not None


def flaws_of(settings: Settings) -> list[str]:
    """Why some of the addresses cannot be told; nothing is sent."""
    if not settings.notify.is_on:
        return []
    if not is_installed():
        return [f"alerts need apprise: {how_to_get('notify')}"]
    try:
        addresses = addresses_of(settings)
    except ConfigError as exc:
        return exc.problems
    return [said for one in addresses for said in _flaws(one)]


def _flaws(address: Address) -> Iterable[str]:
    try:
        _service(address)
    except NotSent as exc:
        yield f"[notify] {address.name}: {exc}"


def room_at(address: Address) -> int:
    """Characters that a body may have there.

    Raises:
        NotSent: it cannot be told at all.
    """
    service = _service(address)
    title = 0 if service.title_maxlen > 0 else 250  # it goes into the body then
    room = int(service.body_maxlen) - title
    if service.resolve_format("text") != "text":
        room //= 2  # marks of the text are escaped
    return max(room, _FEW_CHARS)


def send(address: Address, message: Message) -> None:
    """Send one message; it is taken, or an error says why not.

    Raises:
        NotSent: and it may be tried again.
    """
    service = _service(address)
    with _overheard() as words:
        import apprise

        # Not by the service itself, which takes a headline's markup for its own.
        everybody = apprise.Apprise(service, asset=service.asset)
        try:
            is_taken = everybody.notify(
                title=message.title, body=message.body, body_format="text", notify_type="info"
            )
        except Exception as exc:  # noqa: BLE001  # whatever a service's plug-in raises
            raise NotSent(f"its plug-in failed: {type(exc).__name__}") from None
    if not is_taken:
        raise NotSent(_reason(words))


def _service(address: Address) -> Any:
    """What apprise makes of an address.

    Raises:
        NotSent: nothing, or something that trusts any certificate.
    """
    if not is_installed():
        raise NotSent(f"alerts need apprise: {how_to_get('notify')}")
    with _overheard():
        import apprise

        asset = apprise.AppriseAsset(app_id="Seedbed", async_mode=False, http_redirects=False)
        service = apprise.Apprise.instantiate(address.secret, asset=asset)
    if service is None:
        raise NotSent("apprise does not understand it")
    if not getattr(service, "verify_certificate", True):
        raise NotSent("verify=no would trust any certificate: leave it out")
    return service


class _Ears(logging.Handler):
    """Keeps what is logged, for us alone."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.words.append(record.getMessage())


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """What apprise says of a failure, and nobody else hears; its libraries say nothing at all."""
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(_SILENT)
    apprise = logging.getLogger("apprise")
    ears = _Ears()
    apprise.addHandler(ears)
    apprise.propagate = False
    apprise.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its plug-ins use what is deprecated
            yield ears.words
    finally:
        apprise.removeHandler(ears)
        apprise.setLevel(_SILENT)


def _reason(words: list[str]) -> str:
    """Why a message was not taken, without a word of what apprise says of the address."""
    said = " ".join(words)
    if status := _STATUS.search(said):
        return f"it answered {status[1]}"
    if "onnection error" in said or "ocket" in said:
        return "no connection"
    return "it was not taken"
