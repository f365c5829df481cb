"""Alerts: what they are made of, which wait for whom, and how their addresses take them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ingest.alert_items import (
    Alert,
    AlertKind,
    AlertMarks,
    AlertState,
    ChangedHeadline,
    FailingSpider,
    NewArticle,
    Receiver,
    StoryLife,
    Waiting,
)
from ingest.corpus.base import Base, iso, parse_iso

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

__all__ = ["Alerts"]

# In `topic_state`.
_MARKS = "alert_marks"
_OFF = "alerts_off"  # since when nobody is told of anything
_UNNAMED = "alerts_unnamed"  # since when addresses that something waits for are told no more
_GRACE = timedelta(days=1)  # a file that is being written, a variable that is missing once
_LATEST = {
    "article": "SELECT coalesce(max(id), 0) FROM articles",
    "copy": "SELECT coalesce(max(id), 0) FROM copies",
    "revision": "SELECT coalesce(max(id), 0) FROM revisions",
    "step": "SELECT coalesce(max(id), 0) FROM topic_steps",
    "run": "SELECT coalesce(max(id), 0) FROM runs WHERE outcome <> 'running'",
}
# A date may lie in the future, by a page's mistake or by its zone.
_CAME = "min(coalesce({0}.published, {0}.first_seen), {0}.first_seen)"


def _at(text: str | None) -> datetime:
    moment = parse_iso(text)
    assert moment is not None
    return moment


class Alerts(Base):
    """The rows of `alerts`, `alerts_waiting` and `alert_receivers`."""

    def alert_marks(self) -> AlertMarks | None:
        """The last rows that were looked at; None: nobody looked yet."""
        stored = self._value("SELECT value FROM topic_state WHERE key = ?", (_MARKS,))
        return AlertMarks(**json.loads(stored)) if stored else None

    def begin_alerts(self) -> None:
        """Mark the last rows, if nobody did: what comes from now on is new."""
        with self.transaction():
            if self.alert_marks() is None:
                self._keep_marks(self.latest_marks())
            self._run("DELETE FROM topic_state WHERE key = ?", (_OFF,))

    def rest_alerts(self, *, now: datetime) -> None:
        """Nobody is told of anything now; after a day of that the marks are forgotten."""
        if self.alert_marks() is None:
            return
        since = parse_iso(self._value("SELECT value FROM topic_state WHERE key = ?", (_OFF,)))
        if since is not None and timedelta(0) <= now - since < _GRACE:
            return
        with self.transaction():
            if since is None or since > now:
                self._keep_text(_OFF, iso(now))
            else:
                self._run("DELETE FROM topic_state WHERE key IN (?, ?)", (_MARKS, _OFF))

    def latest_marks(self) -> AlertMarks:
        """The last rows that there are."""
        return AlertMarks(**{name: int(self._value(sql)) for name, sql in _LATEST.items()})

    def kept_after(self, article: int, *, up_to: int, limit: int) -> list[NewArticle]:
        """Articles with a higher number, in order."""
        rows = self._rows(
            "SELECT id AS article, title, outlet, url, published, first_seen, relevance, lead "
            "FROM articles WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
            (article, up_to, limit),
        )
        return [
            NewArticle(
                **row
                | {
                    "published": parse_iso(row["published"]),
                    "first_seen": _at(row["first_seen"]),
                }
            )
            for row in rows
        ]

    def headlines_after(self, revision: int, *, up_to: int, limit: int) -> list[ChangedHeadline]:
        """Changes of a headline with a higher number, in order."""
        rows = self._rows(
            "SELECT r.id AS revision, a.id AS article, a.outlet, a.url, r.title AS before, "
            "r.new_title AS after, r.seen FROM revisions r JOIN articles a ON a.id = r.article "
            "WHERE r.id > ? AND r.id <= ? AND r.title_changed ORDER BY r.id LIMIT ?",
            (revision, up_to, limit),
        )
        return [ChangedHeadline(**row | {"seen": _at(row["seen"])}) for row in rows]

    def story_lives(self, *, since: datetime, day_ago: datetime) -> list[StoryLife]:
        """When articles and copies of stories came since a time; stories by their numbers."""
        rows = self._rows(
            "SELECT a.story, a.outlet, "  # noqa: S608
            f"{_CAME.format('a')} AS at FROM articles a WHERE a.story IS NOT NULL "
            "AND (a.published >= :since OR (a.published IS NULL AND a.first_seen >= :since)) "
            f"UNION ALL SELECT a.story, c.outlet, {_CAME.format('c')} AS at "
            "FROM copies c JOIN articles a ON a.id = c.article WHERE a.story IS NOT NULL "
            "AND (c.published >= :since OR (c.published IS NULL AND c.first_seen >= :since)) "
            "ORDER BY 1, 3, 2",
            {"since": iso(since)},
        )
        arrivals: dict[int, list[datetime]] = {}
        outlets: dict[int, set[str]] = {}
        for row in rows:
            at = _at(row["at"])
            arrivals.setdefault(row["story"], []).append(at)
            if at > day_ago:
                outlets.setdefault(row["story"], set()).add(row["outlet"])
        named = self._story_names(arrivals)
        return [
            StoryLife(
                story=story,
                title=named[story]["title"],
                url=named[story]["url"],
                arrivals=tuple(came),
                outlets=len(outlets.get(story, ())),
            )
            for story, came in arrivals.items()
            if story in named
        ]

    def _story_names(self, stories: Collection[int]) -> dict[int, dict[str, Any]]:
        rows = self._rows(
            "SELECT s.id, s.title, a.url FROM stories s LEFT JOIN articles a "
            "ON a.id = s.first_article WHERE s.id IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(stories)),),
        )
        return {row["id"]: row for row in rows}

    def failing_spiders(self, least: int) -> list[FailingSpider]:
        """Spiders whose last crawls failed, so many at least, one after the other."""
        rows = self._rows(
            "WITH well AS (SELECT spider, max(id) AS last FROM runs "
            "WHERE outcome IN ('finished', 'interrupted') GROUP BY spider) "
            "SELECT f.spider, f.failures, f.since, l.message FROM (SELECT r.spider, "
            "count(*) AS failures, min(r.started) AS since, max(r.id) AS last FROM runs r "
            "LEFT JOIN well w ON w.spider = r.spider WHERE r.outcome IN ('failed', 'died') "
            "AND r.id > coalesce(w.last, 0) GROUP BY r.spider HAVING count(*) >= ?) f "
            "JOIN runs l ON l.id = f.last ORDER BY f.spider",
            (least,),
        )
        return [FailingSpider(**row | {"since": _at(row["since"])}) for row in rows]

    def undone_steps_after(self, step: int, *, up_to: int) -> list[dict[str, Any]]:
        """Steps of drift that were tried and did not stand from the start, in order."""
        return self._rows(
            "SELECT id, at, near_no_seed FROM topic_steps WHERE id > ? AND id <= ? "
            "AND kind = 'drift' AND undone = at ORDER BY id",
            (step, up_to),
        )

    def first_run(self) -> datetime | None:
        """When the first run started; None: there was none."""
        return parse_iso(self._value("SELECT min(started) FROM runs"))

    def alert_state(self, *, since: datetime) -> AlertState:
        """What lasts, and what was entered since a time."""
        rows = self._rows(
            "SELECT kind, key, max(entered) AS entered, max(lasts AND over IS NULL) AS lasts "
            "FROM alerts WHERE entered >= ? OR (lasts AND over IS NULL) GROUP BY kind, key",
            (iso(since),),
        )
        keyed = {(AlertKind(row["kind"]), row["key"]): row for row in rows}
        return AlertState(
            lasting=frozenset(key for key, row in keyed.items() if row["lasts"]),
            entered={key: _at(row["entered"]) for key, row in keyed.items()},
        )

    def enter_alerts(
        self,
        alerts: Iterable[tuple[Alert, Sequence[str]]],
        *,
        over: Iterable[tuple[AlertKind, str]],
        marks: AlertMarks,
        now: datetime,
    ) -> None:
        """Have alerts wait, end those that are over, and move the marks: all or nothing.

        Args:
            alerts: each with the hashes of the addresses that are to be told.
        """
        with self.transaction():
            for alert, receivers in alerts:
                number = self._enter_alert(alert, now=now)
                self._many(
                    "INSERT INTO alerts_waiting (receiver, alert) VALUES (?, ?)",
                    [(receiver, number) for receiver in receivers],
                )
            self._many(
                "UPDATE alerts SET over = ? WHERE kind = ? AND key = ? AND lasts AND over IS NULL",
                [(iso(now), kind, key) for kind, key in sorted(over)],
            )
            self._keep_marks(marks)

    def _enter_alert(self, alert: Alert, *, now: datetime) -> int:
        cursor = self._run(
            "INSERT INTO alerts (kind, key, at, title, lines, link, weight, entered, lasts) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                alert.kind,
                alert.key,
                iso(alert.at),
                alert.title,
                json.dumps(alert.lines, ensure_ascii=False),
                alert.link,
                alert.weight,
                iso(now),
                alert.lasts,
            ),
        )
        return int(cursor.lastrowid)

    def _keep_marks(self, marks: AlertMarks) -> None:
        said = {name: getattr(marks, name) for name in _LATEST}
        self._keep_text(_MARKS, json.dumps(said))
        self._run("DELETE FROM topic_state WHERE key = ?", (_OFF,))

    def _keep_text(self, key: str, text: str) -> None:
        self._run(
            "INSERT INTO topic_state (key, value) VALUES (?, ?) ON CONFLICT (key) "
            "DO UPDATE SET value = excluded.value WHERE topic_state.value <> excluded.value",
            (key, text),
        )

    def waiting(self, receiver: str, kinds: Collection[AlertKind], *, shown: int) -> Waiting | None:
        """What an address is to be told of some kinds; None: nothing.

        Args:
            shown: alerts of each kind at most, the heaviest and then the latest.
        """
        rows = self._rows(
            "SELECT * FROM (SELECT a.*, count(*) OVER (PARTITION BY a.kind) AS counted, "
            "row_number() OVER (PARTITION BY a.kind ORDER BY a.weight DESC, a.at DESC, a.id) "
            "AS place, max(a.id) OVER () AS up_to FROM alerts_waiting w "
            "JOIN alerts a ON a.id = w.alert WHERE w.receiver = ? "
            "AND a.kind IN (SELECT value FROM json_each(?))) WHERE place <= ? ORDER BY place",
            (receiver, json.dumps(sorted(kinds)), shown),
        )
        if not rows:
            return None
        counted = {AlertKind(row["kind"]): int(row["counted"]) for row in rows}
        return Waiting(
            up_to=rows[0]["up_to"],
            counts=counted,
            alerts=tuple(_alert(row) for row in rows),
        )

    def receiver(self, receiver: str) -> Receiver | None:
        """What is remembered of an address; None: nothing."""
        row = self._row("SELECT * FROM alert_receivers WHERE receiver = ?", (receiver,))
        if row is None:
            return None
        return Receiver(
            digested=_at(row["digested"]),
            tries=tuple(_at(one) for one in json.loads(row["tries"])),
            failures=row["failures"],
            sent=row["sent"],
            failed=row["failed"],
            last_error=row["last_error"],
        )

    def keep_receiver(self, receiver: str, known: Receiver) -> None:
        """Remember of an address what is to be remembered."""
        with self.transaction():
            self._run(
                "INSERT OR REPLACE INTO alert_receivers "
                "(receiver, digested, tries, failures, sent, failed, last_error) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    receiver,
                    iso(known.digested),
                    json.dumps([iso(one) for one in known.tries]),
                    known.failures,
                    known.sent,
                    known.failed,
                    known.last_error,
                ),
            )

    def alerts_told(
        self,
        receiver: str,
        known: Receiver,
        *,
        kinds: Collection[AlertKind],
        up_to: int,
        now: datetime,
    ) -> None:
        """An address was told of everything of some kinds up to a number."""
        with self.transaction():
            told = [
                (row["id"],)
                for row in self._rows(
                    "SELECT a.id FROM alerts_waiting w JOIN alerts a ON a.id = w.alert "
                    "WHERE w.receiver = ? AND a.id <= ? "
                    "AND a.kind IN (SELECT value FROM json_each(?))",
                    (receiver, up_to, json.dumps(sorted(kinds))),
                )
            ]
            self._many(
                "DELETE FROM alerts_waiting WHERE receiver = ? AND alert = ?",
                [(receiver, *one) for one in told],
            )
            self._many(
                "UPDATE alerts SET told = ? WHERE id = ?", [(iso(now), *one) for one in told]
            )
            self.keep_receiver(receiver, known)

    def forget_alerts(
        self, *, before: datetime, receivers: Sequence[str], now: datetime
    ) -> tuple[int, int]:
        """Drop what is long over, what waited too long, and what waits for those told no more.

        Returns:
            How many alerts waited for addresses that were not among `receivers` for a day, and how
            many for others since before that time; what lasts waits on.
        """
        with self.transaction():
            gone = self._note_unnamed(receivers, now)
            lost = self._run(
                "DELETE FROM alerts_waiting WHERE receiver IN (SELECT value FROM json_each(?))",
                (json.dumps(gone),),
            ).rowcount
            late = self._run(
                "DELETE FROM alerts_waiting WHERE alert IN (SELECT id FROM alerts "
                "WHERE entered < ? AND (NOT lasts OR over IS NOT NULL))",
                (iso(before),),
            ).rowcount
            self._run(
                "DELETE FROM alerts WHERE entered < ? AND (NOT lasts OR over IS NOT NULL) "
                "AND NOT EXISTS (SELECT 1 FROM alerts_waiting WHERE alert = alerts.id)",
                (iso(before),),
            )
        return int(lost), int(late)

    def _note_unnamed(self, receivers: Sequence[str], now: datetime) -> list[str]:
        """Note since when something waits for those told no more; who they are for a day."""
        stored = self._value("SELECT value FROM topic_state WHERE key = ?", (_UNNAMED,))
        before = json.loads(stored) if stored else {}
        rows = self._rows(
            "SELECT DISTINCT receiver FROM alerts_waiting "
            "WHERE receiver NOT IN (SELECT value FROM json_each(?)) ORDER BY receiver",
            (json.dumps(sorted(receivers)),),
        )
        since = {row["receiver"]: _at(before.get(row["receiver"], iso(now))) for row in rows}
        gone = [receiver for receiver, at in since.items() if now - at >= _GRACE]
        # One of a time to come is of a clock that was ahead.
        kept = {who: iso(min(at, now)) for who, at in since.items() if who not in gone}
        if kept or stored is not None:
            self._keep_text(_UNNAMED, json.dumps(kept, sort_keys=True))
        return gone

    def alert_figures(self) -> dict[str, int]:
        """Alerts that wait for some address; messages sent and tries that failed, ever."""
        row = self._row(
            "SELECT (SELECT count(DISTINCT alert) FROM alerts_waiting) AS waiting, "
            "coalesce(sum(sent), 0) AS sent, coalesce(sum(failed), 0) AS failed "
            "FROM alert_receivers"
        )
        assert row is not None
        return row


def _alert(row: Mapping[str, Any]) -> Alert:
    return Alert(
        kind=AlertKind(row["kind"]),
        key=row["key"],
        at=_at(row["at"]),
        title=row["title"],
        lines=tuple(json.loads(row["lines"])),
        link=row["link"],
        weight=row["weight"],
        lasts=bool(row["lasts"]),
    )
