"""A message in words, as long as its address can take; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.alert_items import AlertKind
from ingest.layout import count
from ingest.text import clean_controls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.alert_items import Alert, Waiting

__all__ = ["Message", "message_of", "trial_message"]

_SECTIONS = {
    AlertKind.ALARM: ("alarm", "alarms"),
    AlertKind.STORY: ("story breaks out", "stories break out"),
    AlertKind.HEADLINE: ("changed headline", "changed headlines"),
    AlertKind.NEW: ("new article", "new articles"),
    AlertKind.SILENT: ("silent source", "silent sources"),
}
_TITLE_CHARS, _LINE_CHARS = 200, 400
# Chat services call their members by such words, or make a link, and a headline must not.
_CALL = re.compile(r"@(?=\w)|<(?=[!@#])|\](?=\()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent."""

    title: str
    body: str


def message_of(name: str, waiting: Waiting, *, most_chars: int) -> Message:
    """Sections by kind, each counted; so many alerts of each as there is room for.

    Args:
        name: of the workspace.
        most_chars: of the body.
    """
    title = f"{_plain(name, 60)}: {', '.join(_counted(waiting))}"[:_TITLE_CHARS]
    shown = max(len(waiting.alerts), 1)
    body = ""
    while shown:
        body = "\n\n".join(_sections(waiting, shown))
        if len(body) <= most_chars:
            break
        shown -= max(shown // 8, 1)
    return Message(title=title, body=_cut(body, most_chars))


def trial_message(name: str) -> Message:
    """What shows that an address is reached."""
    said = "This is a test: alerts of this workspace will come to this address."
    return Message(title=f"{_plain(name, 60)}: a test", body=said)


def _counted(waiting: Waiting) -> Iterator[str]:
    for kind, words in _SECTIONS.items():
        if number := waiting.counts.get(kind):
            yield count(number, *words)


def _sections(waiting: Waiting, shown: int) -> Iterator[str]:
    for kind, words in _SECTIONS.items():
        number = waiting.counts.get(kind, 0)
        if not number:
            continue
        told = [alert for alert in waiting.alerts if alert.kind is kind][:shown]
        lines = [f"{count(number, *words)}:"]
        lines += [line for alert in told for line in _lines(alert)]
        if number > len(told):
            lines.append(f"… and {number - len(told):,} more")
        yield "\n".join(lines)


def _lines(alert: Alert) -> Iterator[str]:
    yield f"• {_plain(alert.title, _TITLE_CHARS)}"
    for line in alert.lines:
        yield f"  {_plain(line, _LINE_CHARS)}"
    if alert.link and alert.link.startswith(("http://", "https://")):
        yield f"  {clean_controls(alert.link)}"


def _plain(text: str, most_chars: int) -> str:
    """Text from the web on one line, which calls nobody."""
    line = " ".join(clean_controls(text).split())
    return _CALL.sub(lambda found: f"{found[0]}\u200b", _cut(line, most_chars))


def _cut(text: str, most_chars: int) -> str:
    return text if len(text) <= most_chars else f"{text[: max(most_chars - 1, 0)]}…"
