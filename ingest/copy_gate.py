"""What commands may do in a file that is a copy of a cluster's corpus: read it.

Whatever is not named here is refused before it begins, so that a new command is safe without a
thought; a test holds the lists to the commands there are.
"""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["READERS", "WRITING_OPTIONS", "guard"]

#: Commands that write nothing into the corpus of this workspace, or what is the copy's own:
#: `alerts` keeps who was told of what, `pull` is what fills it, `worker` writes into the database.
READERS = frozenset({
    "alerts", "backup", "check", "completeness", "completion", "demo", "diff", "export", "init",
    "pull", "rebuild-index", "report", "runs", "search", "seeds", "show", "snapshot", "sources",
    "status", "stories", "tail", "topic", "verify", "web", "why", "worker",
})  # fmt: skip
#: Options with which readers do write.
WRITING_OPTIONS = {"check": ("is_to_fix",), "sources": ("accept", "rest")}
#: Options with which others write nothing.
_READING_OPTIONS = {"rebuild-index": "is_check", "reextract": "is_trial"}


def guard(group: click.Group) -> None:
    """Let each command of a group look for itself whether it may write here, before it begins."""
    for name, command in group.commands.items():
        if command.callback is not None:
            command.callback = _guarded(name, command.callback)


def _guarded(name: str, callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def guarded(*args: Any, **options: Any) -> Any:
        if _writes(name, options):
            _check_is_own(click.get_current_context().obj)
        return callback(*args, **options)

    return guarded


def _writes(name: str, options: dict[str, Any]) -> bool:
    if name in _READING_OPTIONS:
        return not options[_READING_OPTIONS[name]]
    return name not in READERS or any(options[one] for one in WRITING_OPTIONS.get(name, ()))


def _check_is_own(place: Any) -> None:
    """Refuse a copy; of what else is wrong with the file the command itself speaks.

    Raises:
        CorpusIsCopy: it is one.
    """
    from ingest.corpus.opening import check_is_own, is_shared
    from ingest.errors import CorpusIsCopy, IngestError

    if is_shared(os.environ):
        return
    try:
        path = place.settings().corpus_path
        if path.is_file():
            check_is_own(path)
    except CorpusIsCopy:
        raise
    except IngestError:
        return
