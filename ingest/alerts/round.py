"""One look: what is to be told is entered in the corpus, and who may be told now is told.

An alert waits in the corpus, in the same transaction that moves the marks, before anybody is told:
none is lost by a kill. That it was told is written when the service has taken it: whoever is killed
in between tells it once more. The try is written before that, so that however often it happens no
address gets more messages in an hour than the settings say.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from ingest import log
from ingest.alert_items import Alert, AlertKind, Receiver, Waiting
from ingest.alerts.alarms import standstill
from ingest.alerts.decide import STATE_DAYS, decide, over
from ingest.alerts.gathering import CHECKED, damage_found, gather
from ingest.alerts.sending import NotSent, addresses_of, room_at, send
from ingest.alerts.timing import (
    after_digest,
    after_failure,
    after_success,
    before_try,
    digest_moment,
    kinds_due,
)
from ingest.alerts.wording import message_of, trial_message
from ingest.corpus import Corpus
from ingest.corpus.base import iso
from ingest.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from datetime import datetime

    from ingest.alerts.sending import Address
    from ingest.config import Settings

__all__ = [
    "Told",
    "check_corpus",
    "look",
    "look_and_tell",
    "tell_of_corpus",
    "tell_of_standstill",
    "try_all",
]

_ROUNDS = 100  # of a thousand rows each; the next look goes on
_PATIENCE_S = 2.0  # with a corpus that its owner could not read either

_log = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How one address was told."""

    name: str  #: as it may be shown
    receiver: str  #: what the corpus knows it by
    counts: dict[AlertKind, int]
    error: str | None = None  #: why it was not; None: it was


def look(settings: Settings, *, now: datetime) -> list[Alert]:
    """What would be entered by a look now; nothing is written.

    Raises:
        CorpusError: the corpus cannot be read.
    """
    with closing(Corpus(settings.corpus_path, readonly=True)) as corpus:
        gathered = gather(corpus, settings, damage=None, now=now)
        state = corpus.alert_state(since=now - timedelta(days=STATE_DAYS))
        return list(decide(gathered.facts, state, settings.notify, now))


def look_and_tell(
    settings: Settings, *, now: datetime, is_stopped: Callable[[], bool] = lambda: False
) -> list[Told]:
    """Enter what is new, and tell whoever may be told; one that cannot be keeps nobody waiting.

    Raises:
        ConfigError: a file of addresses cannot be read.
        CorpusError: the corpus cannot be read or written.
    """
    addresses = addresses_of(settings)
    with closing(Corpus(settings.corpus_path)) as corpus:
        for _ in range(_ROUNDS):
            if _enter(corpus, settings, addresses, damage=None, now=now) or is_stopped():
                break
        told = []
        for address in addresses:
            if is_stopped():
                break
            if (one := _tell(corpus, settings, address, now=now)) is not None:
                told.append(one)
        return told


def check_corpus(settings: Settings, *, now: datetime) -> None:
    """Once a day, look whether the file is sound; the next look tells what was found.

    A minute for 1.6 GB, and nobody can stop it.

    Raises:
        ConfigError: a file of addresses cannot be read.
        CorpusError: the corpus cannot be read or written.
    """
    addresses = addresses_of(settings)  # first: that it cannot be read is not worth a check
    with closing(Corpus(settings.corpus_path)) as corpus:
        damage = damage_found(corpus, now=now)
        if damage is not None:
            _enter(corpus, settings, addresses, damage=damage, now=now)


def _enter(
    corpus: Corpus,
    settings: Settings,
    addresses: list[Address],
    *,
    damage: list[str] | None,
    now: datetime,
) -> bool:
    """Enter what is new; whether that is all."""
    gathered = gather(corpus, settings, damage=damage, now=now)
    state = corpus.alert_state(since=now - timedelta(days=STATE_DAYS))
    alerts = decide(gathered.facts, state, settings.notify, now)
    ended = over(gathered.facts, state, now)
    with corpus.transaction():
        corpus.enter_alerts(
            [(alert, _told_of(alert, addresses)) for alert in alerts],
            over=ended, marks=gathered.marks, now=now,
        )  # fmt: skip
        if damage is not None:
            corpus.set_state(CHECKED, iso(now))
        lost, late = corpus.forget_alerts(
            before=now - timedelta(days=STATE_DAYS),
            receivers=[one.receiver for one in addresses], now=now,
        )  # fmt: skip
    if lost:
        _log.warning("alerts dropped: their addresses are told no more", alerts=lost)
    if late:
        _log.warning("alerts dropped: nobody took them", alerts=late, days=STATE_DAYS)
    for alert in alerts:
        if alert.kind is AlertKind.ALARM:
            _log.warning("alarm", said=alert.title)
    for _, key in ended:
        _log.info("alarm over", about=key)
    return gathered.is_whole


def _told_of(alert: Alert, addresses: list[Address]) -> list[str]:
    return [one.receiver for one in addresses if alert.kind in one.kinds]


def _tell(corpus: Corpus, settings: Settings, address: Address, *, now: datetime) -> Told | None:
    """Tell one address what it may be told now; None: nothing."""
    known = corpus.receiver(address.receiver)
    if known is None:
        known = Receiver(digested=now)
        corpus.keep_receiver(address.receiver, known)
    kinds = kinds_due(known, settings.notify, now)
    is_all = kinds == frozenset(AlertKind)
    moment = digest_moment(settings.notify, now) if is_all else None
    waiting = corpus.waiting(address.receiver, kinds, shown=settings.notify.shown)
    if waiting is None:
        if moment is not None and moment > known.digested:  # a digest of nothing
            corpus.keep_receiver(address.receiver, after_digest(known, moment))
        return None
    known = before_try(known, now)
    corpus.keep_receiver(address.receiver, known)
    error = _sent(settings, address, waiting)
    if error is not None:
        corpus.keep_receiver(address.receiver, after_failure(known, error))
        _log.error("alerts not sent", to=address.name, error=error, failures=known.failures + 1)
    else:
        known = after_success(known, digested=moment)
        corpus.alerts_told(address.receiver, known, kinds=kinds, up_to=waiting.up_to, now=now)
        _log.info("alerts sent", to=address.name, **_by_kind(waiting))
    return Told(
        name=address.name, receiver=address.receiver, counts=dict(waiting.counts), error=error
    )


def _by_kind(waiting: Waiting) -> dict[str, int]:
    return {kind.value: number for kind, number in sorted(waiting.counts.items())}


def _sent(settings: Settings, address: Address, waiting: Waiting) -> str | None:
    """Send it; why it was not taken."""
    try:
        room = room_at(address)
        send(address, message_of(settings.name, waiting, most_chars=room))
    except NotSent as exc:
        return str(exc)
    return None


def try_all(settings: Settings) -> Iterator[Told]:
    """Send each address a message that says it is a test.

    Raises:
        ConfigError: a file of addresses cannot be read.
    """
    for address in addresses_of(settings):
        error = None
        try:
            send(address, trial_message(settings.name))
        except NotSent as exc:
            error = str(exc)
        yield Told(name=address.name, receiver=address.receiver, counts={}, error=error)


def tell_of_corpus(
    settings: Settings, trouble: str, *, resting: Collection[str] = (), now: datetime
) -> list[Told]:
    """Tell that the corpus cannot be read, without it: whoever calls sees to it that this is once.

    Args:
        resting: the hashes of those who are not told now.

    Raises:
        ConfigError: a file of addresses cannot be read.
    """
    alert = Alert(
        kind=AlertKind.ALARM, key="corpus", at=now, title="the corpus cannot be used",
        lines=(trouble,),
    )  # fmt: skip
    waiting = Waiting(up_to=0, counts={AlertKind.ALARM: 1}, alerts=(alert,))
    told = []
    for address in addresses_of(settings):
        if AlertKind.ALARM in address.kinds and address.receiver not in resting:
            error = _sent(settings, address, waiting)
            told.append(
                Told(
                    name=address.name, receiver=address.receiver, counts=dict(waiting.counts),
                    error=error,
                )
            )  # fmt: skip
    return told


def tell_of_standstill(settings: Settings, because: str, *, now: datetime) -> None:
    """Have it wait that the scheduler stood still: the next daemon tells it."""
    if not settings.notify.receivers_of(AlertKind.ALARM.value):
        return
    alert = standstill(because, now)
    receivers = _told_of(alert, addresses_of(settings))
    try:
        with (
            closing(Corpus(settings.corpus_path, timeout_s=_PATIENCE_S)) as corpus,
            corpus.transaction(),  # a look in between would have its marks set back
        ):
            marks = corpus.alert_marks() or corpus.latest_marks()
            corpus.enter_alerts([(alert, receivers)], over=(), marks=marks, now=now)
    except CorpusError as exc:
        _log.error("alarm not kept", said=alert.title, error=str(exc))
