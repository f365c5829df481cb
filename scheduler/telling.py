"""The daemon tells people of what `[notify]` names, in a thread of its own.

No crawl keeps it waiting, and a scheduler that stands still does not silence it. Nothing that goes
wrong here stops the daemon: it is logged, counted, and tried again.
"""

from __future__ import annotations

import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest import clock, log
from ingest.alerts.round import check_corpus, look_and_tell, tell_of_standstill
from ingest.alerts.sending import is_installed
from ingest.corpus import Corpus
from ingest.errors import ConfigError, CorpusError, CorpusLocked, how_to_get
from scheduler.corpus_alarm import CorpusAlarm

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.config import Settings
    from scheduler.beat import Pulse

__all__ = ["ALERTS", "Teller", "begin_alerts", "tell_once"]

ALERTS = "alerts"
_LOCKED_S = 1800.0  # a corpus that is locked for longer cannot be used
_REPEAT_S = 3600.0  # the same words are logged again
_JOIN_S = 5.0  # an address that takes longer is told once more after the next start

_log = log.get(__name__)


def begin_alerts(settings: Settings) -> None:
    """Take note of where the corpus stands: what comes from now on is new.

    Where nobody is told of anything that is noted too: what came meanwhile is not told later.

    Raises:
        CorpusError: it cannot be.
    """
    with closing(Corpus(settings.corpus_path)) as corpus:
        if settings.notify.is_on:
            corpus.begin_alerts()
        else:
            corpus.rest_alerts(now=clock.now())


def tell_once(
    settings: Settings, *, is_stopped: Callable[[], bool], say: Callable[..., None] = _log.error
) -> bool:
    """One look; whether whoever was to be told was told."""
    if not settings.notify.is_on:
        return True
    if not is_installed():
        say("alerts not sent", because=f"they need apprise: {how_to_get('notify')}")
        return False
    try:
        told = look_and_tell(settings, now=clock.now(), is_stopped=is_stopped)
    except ConfigError as exc:
        say("alerts not sent", problems=exc.problems)
        return False
    return not any(one.error for one in told)


@dataclass(kw_only=True)
class Teller:
    """Looks again and again at what is to be told."""

    settings: Callable[[], Settings]
    pulse: Pulse  #: where it is counted
    every_s: float
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _alarm: CorpusAlarm = field(init=False)
    _locked_since: float | None = None  #: monotonic
    _said: dict[str, tuple[str, float]] = field(default_factory=dict)  #: of each event; monotonic

    def __post_init__(self) -> None:
        self._alarm = CorpusAlarm(corpus_path=self.settings().corpus_path)

    @property
    def is_gone(self) -> bool:
        """Whether its thread has ended, though nobody told it to."""
        thread = self._thread
        return thread is not None and not thread.is_alive() and not self._stop.is_set()

    def begin(self) -> None:
        """Look from now on."""
        self._thread = threading.Thread(target=self._keep, name=ALERTS, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin no other look or message."""
        self._stop.set()

    def end(self, *, within_s: float = _JOIN_S) -> None:
        """Look no more; a message that is being sent has a few seconds, at most those left."""
        self.stop()
        if self._thread is not None:
            self._thread.join(min(max(within_s, 0.0), _JOIN_S))

    def note_standstill(self, because: str) -> None:
        """Have it wait in the corpus that the scheduler stands still: the next start tells it.

        In a thread, for whatever made the scheduler hang may make this hang, too.
        """
        note = threading.Thread(target=self._note, args=(because,), daemon=True)
        note.start()
        note.join(_JOIN_S)

    def _note(self, because: str) -> None:
        try:
            tell_of_standstill(self.settings(), because, now=clock.now())
        except ConfigError as exc:
            _log.error("alarm not kept", problems=exc.problems)

    def _keep(self) -> None:
        while not self._stop.is_set():
            is_on, began_s = self.settings().notify.is_on, time.monotonic()
            is_well = self._look()
            if is_on:
                self.pulse.counted(ALERTS, is_well=is_well, seconds=time.monotonic() - began_s)
            self._stop.wait(self.every_s)

    def _look(self) -> bool:
        try:
            return self._looked()
        except Exception as exc:  # noqa: BLE001  # logged; the next look tries again
            # Not its words: they may hold an address.
            self._say("alerts not looked for", error=type(exc).__name__)
            return False

    def _looked(self) -> bool:
        is_on = self.settings().notify.is_on
        try:
            if not is_on:
                begin_alerts(self.settings())
            is_well = tell_once(self.settings(), is_stopped=self._stop.is_set, say=self._say)
            if is_on and not self._stop.is_set():
                # Here alone: this thread keeps nobody waiting who ends the daemon.
                check_corpus(self.settings(), now=clock.now())
        except CorpusLocked as exc:
            self._say("alerts not looked for", error=str(exc))
            now_s = time.monotonic()
            self._locked_since = now_s if self._locked_since is None else self._locked_since
            if now_s - self._locked_since >= _LOCKED_S:
                self._tell_without(exc)
        except CorpusError as exc:
            self._say("alerts not looked for", error=str(exc))
            self._tell_without(exc)
        else:
            self._locked_since = None
            if is_well:
                self._said.clear()
            return is_well
        return False

    def _say(self, event: str, **words: object) -> None:
        """Log an error, and the same again only after an hour."""
        said, now_s = repr(words), time.monotonic()
        before, before_s = self._said.get(event, ("", 0.0))
        if said != before or now_s - before_s >= _REPEAT_S:
            self._said[event] = (said, now_s)
            _log.error(event, **words)

    def _tell_without(self, trouble: CorpusError) -> None:
        """Tell that the corpus cannot be used, which would else remember that it was told."""
        self._alarm.tell(self.settings(), trouble, now=clock.now())
