"""The command that tells people by hand what the daemon tells them by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ingest.terminal import Place, as_json_option, print_json, print_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ingest.alert_items import Alert
    from ingest.alerts.round import Told
    from ingest.config import Settings

__all__ = ["COMMANDS"]

_PARTIAL, _FAILED = 6, 1


@click.command()
@click.option("--dry-run", is_flag=True, help="Show what is new to tell; send and note nothing.")
@click.option("--test", "is_test", is_flag=True, help="Send every address a message as a test.")
@as_json_option
@click.pass_context
def alerts(ctx: click.Context, *, dry_run: bool, is_test: bool, as_json: bool) -> None:
    """Tell whoever [notify] names of what is new.

    Digest, hours of quiet and messages an hour hold for this, too. Refused while a daemon is at
    work, which tells by itself (exit code 5); --dry-run and --test are not.
    """
    place: Place = ctx.obj
    settings = place.settings()
    if dry_run and is_test:
        raise click.UsageError("either --dry-run or --test")
    if dry_run:
        return _show(settings, as_json=as_json)
    _check(settings)
    told = _try(settings) if is_test else _tell(settings)
    if as_json:
        print_json(*map(_row, told))
    else:
        print_lines(_lines(told))
    unsent = [one for one in told if one.error]
    if unsent:
        ctx.exit(_FAILED if len(unsent) == len(told) else _PARTIAL)
    return None


def _check(settings: Settings) -> None:
    from ingest.alerts.sending import is_installed
    from ingest.errors import ConfigError, how_to_get

    if not settings.notify.is_on:
        raise ConfigError(['nobody is told: name addresses under [notify], as all = ["ntfy://…"]'])
    if not is_installed():
        raise ConfigError([f"alerts need apprise: {how_to_get('notify')}"])


def _show(settings: Settings, *, as_json: bool) -> None:
    from ingest import clock
    from ingest.alerts.round import look

    found = look(settings, now=clock.now())
    if as_json:
        print_json(*map(_alert_row, found))
    else:
        print_lines(_alert_lines(found, is_on=settings.notify.is_on))


def _alert_row(alert: Alert) -> dict[str, Any]:
    from ingest.corpus.base import iso

    return {
        "kind": alert.kind.value,
        "key": alert.key,
        "at": iso(alert.at),
        "title": alert.title,
        "lines": list(alert.lines),
        "link": alert.link,
    }


def _alert_lines(found: Sequence[Alert], *, is_on: bool) -> Iterator[str]:
    from ingest.layout import plain

    if not is_on:
        yield "nobody is told: [notify] names no address"
    elif not found:
        yield "nothing new to tell"
    for alert in found:
        yield f"{alert.kind:8}  {plain(alert.title)}"
        for line in filter(None, (*alert.lines, alert.link)):
            yield f"          {plain(line)}"


def _try(settings: Settings) -> list[Told]:
    from ingest.alerts.round import try_all

    return list(try_all(settings))


def _tell(settings: Settings) -> list[Told]:
    from ingest import clock
    from ingest.alerts.round import look_and_tell
    from scheduler.lock import only_daemon

    with only_daemon(settings.corpus_path, "alerts"):
        return look_and_tell(settings, now=clock.now())


def _row(told: Told) -> dict[str, Any]:
    counts = {kind.value: number for kind, number in sorted(told.counts.items())}
    return {"to": told.name, "is_sent": told.error is None, "error": told.error, "alerts": counts}


def _lines(told: Sequence[Told]) -> Iterator[str]:
    from ingest.layout import count

    if not told:
        yield "nobody is to be told anything now"
    for one in told:
        number = sum(one.counts.values())
        said = f", {count(number, 'alert')}" if number else ""
        yield f"{one.name}: {f'not sent: {one.error}' if one.error else f'sent{said}'}"


COMMANDS = (alerts,)
