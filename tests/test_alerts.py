"""What is told, when, and in what words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from ingest.alert_items import (
    Alert,
    AlertKind,
    AlertState,
    ChangedHeadline,
    FailingSpider,
    NewArticle,
    Receiver,
    StoryLife,
    Waiting,
)
from ingest.alerts.alarms import Health
from ingest.alerts.bursts import base_of, burst_of
from ingest.alerts.decide import Facts, decide, over
from ingest.alerts.timing import (
    after_failure,
    after_success,
    before_try,
    digest_moment,
    kinds_due,
)
from ingest.alerts.wording import message_of
from ingest.config import load_settings
from ingest.errors import ConfigError
from ingest.notify_settings import Notify
from ingest.silence import Silence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERY = frozenset(AlertKind)
URGENT = frozenset({AlertKind.ALARM})
LEAD = "The lead of the text."


@pytest.fixture
def to_all(tmp_path: Path) -> Notify:
    return notify(tmp_path)


def notify(folder: Path, **more: str) -> Notify:
    said = {"ALL": "json://a.test/"} | more
    environ = {f"SEEDBED_NOTIFY__{name}": value for name, value in said.items()}
    return load_settings(folder, environ).notify


def new_article(number: int = 7, **more: Any) -> NewArticle:
    facts: dict[str, Any] = {
        "article": number, "title": f"Title {number}", "outlet": "a.test", "published": None,
        "url": f"https://a.test/{number}", "first_seen": NOW, "relevance": 0.8, "lead": LEAD,
    }  # fmt: skip
    return NewArticle(**facts | more)


HEADLINE = ChangedHeadline(
    revision=3, article=7, outlet="a.test", url="https://a.test/7", before="Was", after="Is",
    seen=NOW,
)  # fmt: skip
SILENCE = Silence(
    source=4, url="https://a.test/feed", since=NOW - 9 * DAY, days=9.0, loud_share=0.9,
    chance=1e-4, is_overtaken=False,
)  # fmt: skip


# What is told


def test_new_article_is_told_with_its_address_and_without_its_text(to_all: Notify) -> None:
    (alert,) = decide(Facts(articles=[new_article()]), AlertState(), to_all, NOW)

    assert (alert.kind, alert.title, alert.link) == ("new", "Title 7", "https://a.test/7")
    assert LEAD not in str(alert)


def test_first_paragraph_is_told_when_asked_for(tmp_path: Path) -> None:
    settings = notify(tmp_path, TEXT="yes")

    (alert,) = decide(Facts(articles=[new_article()]), AlertState(), settings, NOW)

    assert LEAD in alert.lines


def test_less_related_articles_are_not_told(tmp_path: Path) -> None:
    articles = [new_article(1, relevance=0.49), new_article(2, relevance=0.5)]

    found = decide(Facts(articles=articles), AlertState(), notify(tmp_path, RELEVANCE="0.5"), NOW)

    assert [alert.key for alert in found] == ["article 2"]


def test_links_lead_to_datasette_where_there_is_one(tmp_path: Path) -> None:
    settings = notify(tmp_path, DATASETTE="http://127.0.0.1:8001/")

    (alert,) = decide(
        Facts(corpus="my corpus", articles=[new_article()]), AlertState(), settings, NOW
    )

    assert alert.link == "http://127.0.0.1:8001/my%20corpus/articles/7"


def test_changed_headline_is_told_with_what_it_was(to_all: Notify) -> None:
    (alert,) = decide(Facts(headlines=[HEADLINE]), AlertState(), to_all, NOW)

    assert (alert.kind, alert.title, alert.lines) == ("headline", "Is", ("was: Was", "a.test"))


def test_what_nobody_is_told_of_is_no_alert(tmp_path: Path) -> None:
    settings = notify(tmp_path, ALL="", HEADLINE="json://a.test/")

    found = decide(
        Facts(articles=[new_article()], headlines=[HEADLINE]), AlertState(), settings, NOW
    )

    assert [alert.kind for alert in found] == ["headline"]


ALARMS = {
    "crawl feeds": Health(
        spiders=[FailingSpider(spider="feeds", failures=3, since=NOW, message="refused")]
    ),
    "source 2": Health(
        sources=[{"id": 2, "url": "u", "failures": 5, "last_ok": "2026", "last_error": "timed out"}]
    ),
    "disk": Health(disk_free_bytes=1_999_999_999),
    "wal": Health(wal_bytes=65 << 20, wal_most_bytes=64 << 20),
    "backup": Health(backup_every_hours=24, last_backup=NOW - 49 * HOUR),
    "damage": Health(damage=["row 3 missing from index"]),
}


@pytest.mark.parametrize("key", ALARMS)
def test_alarm_is_told_once_while_it_lasts(key: str, to_all: Notify) -> None:
    facts = Facts(health=ALARMS[key])
    (alert,) = decide(facts, AlertState(), to_all, NOW)
    lasting = AlertState(lasting=frozenset({(alert.kind, alert.key)}))

    assert (alert.kind, alert.key, alert.lasts) == ("alarm", key, True)
    assert decide(facts, lasting, to_all, NOW) == ()
    assert over(facts, lasting, NOW) == ()


@pytest.mark.parametrize(
    "health",
    [
        Health(disk_free_bytes=2_000_000_000),
        Health(wal_bytes=64 << 20, wal_most_bytes=64 << 20),
        Health(backup_every_hours=24, last_backup=NOW - 47 * HOUR),
        Health(backup_every_hours=24, first_run=NOW - 47 * HOUR),
        Health(backup_every_hours=24),
        Health(first_run=NOW - 900 * HOUR),
        Health(damage=[]),
        Health(sources=[{"id": 2, "url": "u", "failures": 4, "last_ok": "2026"}]),
        Health(sources=[{"id": 2, "url": "u", "failures": 99, "last_ok": None}]),
    ],
)
def test_what_is_well_is_no_alarm(health: Health, to_all: Notify) -> None:
    assert decide(Facts(health=health), AlertState(), to_all, NOW) == ()


def test_backup_that_was_never_made_is_an_alarm(to_all: Notify) -> None:
    health = Health(backup_every_hours=24, first_run=NOW - 49 * HOUR)

    (alert,) = decide(Facts(health=health), AlertState(), to_all, NOW)

    assert alert.lines == ("the last one: never",)


def test_alarm_that_comes_and_goes_within_a_day_is_one(to_all: Notify) -> None:
    facts = Facts(health=ALARMS["disk"])
    key = (AlertKind.ALARM, "disk")

    def told_before(ago: timedelta) -> AlertState:
        return AlertState(entered={key: NOW - ago})

    assert decide(facts, told_before(23 * HOUR), to_all, NOW) == ()
    assert len(decide(facts, told_before(24 * HOUR), to_all, NOW)) == 1
    # The clock was set back by a month.
    assert len(decide(facts, told_before(-30 * DAY), to_all, NOW)) == 1


def test_what_is_well_again_is_over_and_what_was_not_looked_at_is_not() -> None:
    keys = {(AlertKind.ALARM, "disk"), (AlertKind.ALARM, "damage"), (AlertKind.SILENT, "source 4")}
    state = AlertState(lasting=frozenset(keys))
    looked = Health(damage=[], silences={})

    assert over(Facts(), state, NOW) == ((AlertKind.ALARM, "disk"),)
    assert set(over(Facts(health=looked), state, NOW)) == keys


def test_silent_source_is_told_unless_another_of_its_outlet_speaks(to_all: Notify) -> None:
    silences = {4: SILENCE, 5: replace(SILENCE, source=5, is_overtaken=True)}

    (alert,) = decide(Facts(health=Health(silences=silences)), AlertState(), to_all, NOW)

    assert (alert.kind, alert.key, alert.link) == ("silent", "source 4", "https://a.test/feed")


def test_topic_that_ran_away_is_an_alarm(to_all: Notify) -> None:
    step = {"id": 9, "at": "2026-03-02T11:00:00Z", "near_no_seed": 0.7}

    (alert,) = decide(Facts(runaways=[step]), AlertState(), to_all, NOW)

    assert (alert.key, alert.at, alert.lines[0][:3]) == ("step 9", NOW - HOUR, "70%")


# A story breaks out


def life(story: int, days_ago: Sequence[float], outlets: int = 5) -> StoryLife:
    arrivals = tuple(sorted(NOW - age * DAY for age in days_ago))
    return StoryLife(
        story=story, title=f"Story {story}", url=None, arrivals=arrivals, outlets=outlets
    )


def usual_topic() -> list[StoryLife]:
    """Stories of twelve weeks: three articles on the first day, then two in a week."""
    births = [2 * number + 5.5 for number in range(1, 39)]
    return [life(n, [b, b, b, b - 1, b - 6]) for n, b in enumerate(births)]


def test_old_story_that_suddenly_comes_fast_is_told(to_all: Notify) -> None:
    old = life(99, [20.5, 20.4, 19.5, 18.5, *[0.1] * 12])

    (alert,) = decide(Facts(stories=[*usual_topic(), old]), AlertState(), to_all, NOW)

    assert (alert.kind, alert.key) == ("story", "story 99")
    assert alert.lines == ("12 articles and copies in a day, 0.3 expected; 5 outlets tell it",)


@pytest.mark.parametrize(
    ("story", "because"),
    [
        (life(99, [20.5, 19.5, *[0.1] * 4]), "few articles are no break-out"),
        (life(99, [20.5, 19.5, *[0.1] * 12], outlets=2), "two outlets are none"),
        (life(99, [0.3, 0.2, 0.1, 0.1]), "stories are born so"),
        (life(99, [float(age) + 0.5 for age in range(20) for _ in range(8)]), "it always did so"),
    ],
)
def test_story_that_does_as_stories_do_is_not_told(
    story: StoryLife, because: str, to_all: Notify
) -> None:
    assert decide(Facts(stories=[*usual_topic(), story]), AlertState(), to_all, NOW) == (), because


def test_story_is_told_again_only_after_a_week(to_all: Notify) -> None:
    facts = Facts(stories=[*usual_topic(), life(99, [20.5, *[0.1] * 12])])
    key = (AlertKind.STORY, "story 99")

    assert decide(facts, AlertState(entered={key: NOW - 6 * DAY}), to_all, NOW) == ()
    assert len(decide(facts, AlertState(entered={key: NOW - 7 * DAY}), to_all, NOW)) == 1


def test_topic_that_is_young_breaks_out_nowhere() -> None:
    stories = [life(n, [n % 10 + 1.5, n % 10 + 0.5]) for n in range(60)]

    assert base_of(stories, NOW) is None


@trying(max_examples=30)
@given(st.lists(st.lists(st.floats(0, 100), min_size=1, max_size=30), min_size=20, max_size=40))
def test_surprise_is_a_number_and_grows_with_the_articles(days: list[list[float]]) -> None:
    stories = [life(n, ages) for n, ages in enumerate(days)]
    base = base_of(stories, NOW)
    surprises = [
        burst.surprise
        for extra in (100, 200, 400)
        if base and (burst := burst_of(life(99, [30.5, 20.5, *[0.5] * extra]), base, NOW))
    ]

    assert surprises == sorted(surprises)
    assert base is None or surprises


# When it is told


def receiver(*minutes_ago: float, failures: int = 0, digested: datetime | None = None) -> Receiver:
    tries = tuple(NOW - timedelta(minutes=ago) for ago in minutes_ago)
    return Receiver(digested=digested or NOW - 2 * DAY, tries=tries, failures=failures)


def test_at_once_unless_the_last_message_is_fresh(to_all: Notify) -> None:
    assert kinds_due(receiver(), to_all, NOW) == EVERY
    assert kinds_due(receiver(12), to_all, NOW) == EVERY
    assert kinds_due(receiver(11.9), to_all, NOW) == URGENT


def test_last_message_of_an_hour_is_kept_for_what_may_not_wait(to_all: Notify) -> None:
    assert kinds_due(receiver(59, 45, 33, 20), to_all, NOW) == EVERY
    assert kinds_due(receiver(59, 50, 45, 33, 20), to_all, NOW) == URGENT


def test_only_message_of_an_hour_keeps_no_alarm_waiting(tmp_path: Path) -> None:
    settings = notify(tmp_path, MESSAGES_PER_HOUR="1")

    assert kinds_due(receiver(), settings, NOW) == EVERY
    assert kinds_due(receiver(59), settings, NOW) == URGENT
    assert kinds_due(receiver(59, 30), settings, NOW) == frozenset()


def test_digest_of_a_clock_that_was_ahead_holds_back_none(tmp_path: Path) -> None:
    settings = notify(tmp_path, DIGEST="08:00")

    assert kinds_due(receiver(digested=NOW + 365 * DAY), settings, NOW) == EVERY


def test_no_more_messages_an_hour_than_the_settings_say(to_all: Notify) -> None:
    assert kinds_due(receiver(59, 5, 4, 3, 2, 1), to_all, NOW) == frozenset()
    assert kinds_due(receiver(60, 5, 4, 3, 2, 1), to_all, NOW) == URGENT


@trying(max_examples=30)
@given(st.integers(1, 20), st.lists(st.integers(1, 3600), min_size=50, max_size=200))
def test_no_hour_holds_more_messages_than_allowed(most: int, waits_s: list[int]) -> None:
    settings = Notify(messages_per_hour=most)
    known, now, sent = Receiver(digested=NOW), NOW, list[datetime]()
    for wait_s in waits_s:
        now += timedelta(seconds=wait_s)
        if kinds_due(known, settings, now):
            known = after_success(before_try(known, now), digested=None)
            sent.append(now)

    # Where there is but one, an alarm may be one more.
    assert all(sum(at <= one < at + HOUR for one in sent) <= max(2, most) for at in sent)
    assert sent


def test_address_that_fails_is_left_alone_for_longer_each_time(to_all: Notify) -> None:
    for failures, minutes in ((1, 2), (2, 4), (5, 32), (30, 60)):
        assert kinds_due(receiver(minutes - 0.1, failures=failures), to_all, NOW) == frozenset()
        assert kinds_due(receiver(minutes, failures=failures), to_all, NOW) >= URGENT

    failed = after_failure(receiver(1), "no connection")
    assert (failed.failures, failed.failed, failed.last_error) == (1, 1, "no connection")


def test_digest_waits_for_its_time_and_alarms_do_not(tmp_path: Path) -> None:
    settings = notify(tmp_path, DIGEST="08:00")
    eight = NOW.replace(hour=8)

    assert kinds_due(receiver(digested=eight - DAY), settings, NOW) == EVERY
    assert kinds_due(receiver(digested=eight), settings, NOW) == URGENT
    assert kinds_due(receiver(digested=eight), settings, eight + DAY) == EVERY
    assert kinds_due(receiver(digested=eight), settings, eight + DAY - HOUR) == URGENT


@pytest.mark.parametrize(
    ("said", "zone", "now", "expected"),
    [
        ("08:00", "UTC", NOW, "2026-03-02T08:00"),
        ("13:00", "UTC", NOW, "2026-03-01T13:00"),
        ("6h", "UTC", NOW, "2026-03-02T12:00"),
        ("24h", "Asia/Baku", NOW, "2026-03-01T20:00"),
        ("08:00", "Europe/Berlin", NOW, "2026-03-02T07:00"),
        # the clocks go forward at 02:00: there is no half past two
        ("02:30", "Europe/Berlin", datetime(2026, 3, 29, 6, tzinfo=UTC), "2026-03-29T01:30"),
        # and back at 03:00: there are two of them, and the first counts
        ("02:30", "Europe/Berlin", datetime(2026, 10, 25, 6, tzinfo=UTC), "2026-10-25T00:30"),
    ],
)
def test_digests_are_due_by_the_clock_on_the_wall(
    said: str, zone: str, now: datetime, expected: str, tmp_path: Path
) -> None:
    moment = digest_moment(notify(tmp_path, DIGEST=said, ZONE=zone), now)

    assert moment == datetime.fromisoformat(f"{expected}+00:00")


def test_hours_of_quiet_hold_back_all_but_alarms(tmp_path: Path) -> None:
    over_night = notify(tmp_path, QUIET="22:00-07:00", ZONE="Asia/Baku")  # four hours ahead
    at_noon = notify(tmp_path, QUIET="11:30-12:30")

    assert kinds_due(receiver(), over_night, NOW.replace(hour=18)) == URGENT
    assert kinds_due(receiver(), over_night, NOW.replace(hour=2)) == URGENT
    assert kinds_due(receiver(), over_night, NOW.replace(hour=3)) == EVERY
    assert kinds_due(receiver(), at_noon, NOW) == URGENT


# In what words


def waiting(*counts: tuple[AlertKind, int], shown: int = 10, title: str = "A title") -> Waiting:
    alerts = tuple(
        Alert(kind=kind, key=str(n), at=NOW, title=title, link="https://a.test/")
        for kind, number in counts
        for n in range(min(number, shown))
    )
    return Waiting(up_to=1, counts=dict(counts), alerts=alerts)


def test_message_has_sections_that_are_counted_and_cut() -> None:
    told = waiting((AlertKind.NEW, 1042), (AlertKind.ALARM, 1), shown=1)

    message = message_of("caucasus", told, most_chars=9999)

    assert message.title == "caucasus: 1 alarm, 1,042 new articles"
    assert message.body.splitlines() == [
        "1 alarm:", "• A title", "  https://a.test/", "",
        "1,042 new articles:", "• A title", "  https://a.test/", "… and 1,041 more",
    ]  # fmt: skip


@given(st.integers(60, 4000), st.integers(1, 30), st.text(min_size=1, max_size=300))
def test_message_is_as_long_as_its_address_takes(most: int, number: int, title: str) -> None:
    told = waiting((AlertKind.NEW, number), (AlertKind.STORY, number), title=title)

    message = message_of("w", told, most_chars=most)

    assert len(message.body) <= most
    assert message.body.isprintable() or "\n" in message.body


def test_headline_calls_nobody_and_commands_nothing() -> None:
    title = "@everyone <!channel>\n<@U123> [gift](http://b.test) \x1b[2Jread \u202ethis"
    told = waiting((AlertKind.NEW, 1), title=title)

    line = message_of("w", told, most_chars=999).body.splitlines()[1]

    assert not any(call in line for call in ("@everyone", "<!channel", "<@U123", "]("))
    assert not any(sign in line for sign in "\x1b\u202e")


# What the settings take


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ('all = ["tok-secret"]', "expected addresses like"),
        ('all = "json://tok-secret/"', "expected a list"),
        ('new = ["file://tok-secret"]', "expected addresses like"),
        ('digest = "8:00"', "expected a time of day"),
        ('digest = "25h"', "expected a time of day"),
        ('quiet = "22:00-22:00"', "expected two times of day"),
        ('zone = "Mars/Olympus"', "expected a time zone"),
        ("messages_per_hour = 0", "at least 1"),
        ('at_once = ["alarms"]', "expected one of new, story"),
        ('al = ["json://tok-secret/"]', "did you mean all"),
    ],
)
def test_wrong_settings_are_named_and_addresses_are_not_shown(
    stated: str, expected: str, tmp_path: Path
) -> None:
    (tmp_path / "seedbed.toml").write_text(f"[notify]\n{stated}\n")

    with pytest.raises(ConfigError, match=expected) as caught:
        load_settings(tmp_path, {})
    assert "seedbed.toml:2" in str(caught.value)
    assert "tok-secret" not in str(caught.value)


def test_address_in_place_of_the_table_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "seedbed.toml").write_text('notify = "json://tok-secret/"\n')

    with pytest.raises(ConfigError, match="expected a table") as caught:
        load_settings(tmp_path, {})
    assert "tok-secret" not in str(caught.value)


def test_addresses_stand_in_no_text_of_the_settings(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {"SEEDBED_NOTIFY__NEW": "ntfy://tok-secret/x"})

    assert "tok-secret" not in repr(settings) + settings.model_dump_json()
    assert settings.notify.receivers_of("new") == ("ntfy://tok-secret/x",)
    assert settings.notify.receivers_of("story") == ()
