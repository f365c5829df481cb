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
from ingest.alerts.round import (
    check_corpus,
    look_and_tell,
    tell_of_corpus,
    tell_of_standstill,
)
from ingest.alerts.sending import INSTALL, is_installed
from ingest.corpus import Corpus
from ingest.errors import ConfigError, CorpusError, CorpusLocked

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.config import Settings
    from scheduler.beat import Pulse

__all__ = ["ALERTS", "Teller", "begin_alerts", "tell_once"]

ALERTS = "alerts"
_AGAIN_S = 24 * 3600.0  # what is told without the corpus, which would remember it
_LONGEST_BACKOFF_S = 3600.0
_LOCKED_S = 1800.0  # a corpus that is locked for longer cannot be used
_REPEAT_S = 3600.0  # the same words are logged again
_JOIN_S = 5.0  # an address that takes longer is told once more after the next start

_log = log.get(__name__)


def begin_alerts(settings: Settings) -> None:
    """Take note of where the corpus stands: what comes from now on is new.

    Raises:
        CorpusError: it cannot be.
    """
    if settings.notify.is_on:
        with closing(Corpus(settings.corpus_path)) as corpus:
            corpus.begin_alerts()


def tell_once(
    settings: Settings, *, is_stopped: Callable[[], bool], say: Callable[..., None] = _log.error
) -> bool:
    """One look; whether whoever was to be told was told."""
    if not settings.notify.is_on:
        return True
    if not is_installed():
        say("alerts not sent", because=f"they need apprise: {INSTALL}")
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
    #: Until when (monotonic) an address is not told that the corpus cannot be used; its failures.
    _rests: dict[str, tuple[float, int]] = field(default_factory=dict)
    _locked_since: float | None = None  #: monotonic
    _said: dict[str, tuple[str, float]] = field(default_factory=dict)  #: of each event; monotonic

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
            if self.settings().notify.is_on:
                began_s = time.monotonic()
                is_well = self._look()
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
        try:
            is_well = tell_once(self.settings(), is_stopped=self._stop.is_set, say=self._say)
            if not self._stop.is_set():
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
        now_s = time.monotonic()
        resting = {receiver for receiver, (until, _) in self._rests.items() if now_s < until}
        told = tell_of_corpus(self.settings(), str(trouble), resting=resting, now=clock.now())
        for one in told:
            if one.error is None:
                self._rests[one.receiver] = (now_s + _AGAIN_S, 0)
                continue
            failures = self._rests.get(one.receiver, (0.0, 0))[1] + 1
            rest_s = min(60.0 * 2 ** min(failures, 10), _LONGEST_BACKOFF_S)
            self._rests[one.receiver] = (now_s + rest_s, failures)
            _log.error("alerts not sent", to=one.name, error=one.error, failures=failures)
