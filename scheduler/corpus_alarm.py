"""People are told that the corpus cannot be used, without the corpus, which would remember it.

Who was told is kept in a file beside it: a daemon that dies of its corpus and is started again and
again tells each address once a day, as one that lives on does.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ingest import clock, log
from ingest.alert_items import AlertKind
from ingest.alerts.round import tell_of_corpus
from ingest.alerts.sending import addresses_of
from ingest.corpus.base import iso
from ingest.errors import ConfigError, CorpusError, CorpusLocked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.config import Settings

__all__ = ["CorpusAlarm", "telling_of_corpus"]

_TOLD_RESTS = timedelta(days=1)
_LONGEST_BACKOFF_MINUTES = 60

_log = log.get(__name__)


@dataclass(kw_only=True)
class CorpusAlarm:
    """Who was told that a corpus cannot be used, and may not be told again yet."""

    corpus_path: Path
    #: By hash of the address: until when it rests, and how often in a row it could not be told.
    _rests: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def tell(
        self, settings: Settings, trouble: CorpusError, *, now: datetime, is_kept: bool = False
    ) -> None:
        """Tell everybody who is told of alarms, and does not rest.

        Args:
            is_kept: only if it can be remembered by the next process too.

        Raises:
            ConfigError: a file of addresses cannot be read.
        """
        self._read()
        asked = {one.receiver for one in addresses_of(settings) if AlertKind.ALARM in one.kinds}
        resting = {receiver for receiver in asked if self._is_resting(receiver, now)}
        for receiver in asked - resting:  # whoever is killed while it is told has tried
            self._note_failure(receiver, now)
        if asked == resting or (not self._write() and is_kept):
            return
        for one in tell_of_corpus(settings, str(trouble), resting=resting, now=now):
            if one.error is None:
                self._rests[one.receiver] = (now + _TOLD_RESTS, 0)
                continue
            failures = self._rests[one.receiver][1]
            _log.error("alerts not sent", to=one.name, error=one.error, failures=failures)
        self._write()

    def _is_resting(self, receiver: str, now: datetime) -> bool:
        # One that rests for longer than anybody does is of a clock that was ahead.
        until = self._rests[receiver][0] if receiver in self._rests else now
        return now < until <= now + _TOLD_RESTS

    def _note_failure(self, receiver: str, now: datetime) -> None:
        failures = self._rests[receiver][1] + 1 if receiver in self._rests else 1
        minutes = min(2 ** min(failures, 10), _LONGEST_BACKOFF_MINUTES)
        self._rests[receiver] = (now + timedelta(minutes=minutes), failures)

    @property
    def _path(self) -> Path:
        return self.corpus_path.with_name(f"{self.corpus_path.name}.told")

    def _read(self) -> None:
        """Take up what another process wrote; one that cannot be read says nothing."""
        try:
            stated = json.loads(self._path.read_text("ascii"))
            found = {
                str(receiver): (datetime.fromisoformat(until), int(failures))
                for receiver, (until, failures) in stated.items()
            }
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError, AttributeError) as exc:
            _log.warning("who was told of the corpus is not known", error=type(exc).__name__)
            return
        for who, rest in found.items():
            # What could not be written is younger than what stands there.
            if rest[0].tzinfo is not None and (who not in self._rests or rest > self._rests[who]):
                self._rests[who] = rest

    def _write(self) -> bool:
        """Keep it for the next process; whether it could be kept."""
        stated = {who: [iso(until), failures] for who, (until, failures) in self._rests.items()}
        partial = self._path.with_name(f"{self._path.name}.new")
        try:
            partial.write_text(f"{json.dumps(stated, sort_keys=True)}\n", "ascii")
            partial.replace(self._path)
        except OSError as exc:
            _log.error("who is told of the corpus cannot be kept", error=str(exc))
            return False
        return True


@contextmanager
def telling_of_corpus(settings: Settings) -> Iterator[None]:
    """Tell it when what is done here fails for the corpus; one that is locked is asked again."""
    try:
        yield
    except CorpusLocked:
        raise
    except CorpusError as trouble:
        try:
            CorpusAlarm(corpus_path=settings.corpus_path).tell(
                settings, trouble, now=clock.now(), is_kept=True
            )
        except ConfigError as exc:
            _log.error("alerts not sent", problems=exc.problems)
        raise
