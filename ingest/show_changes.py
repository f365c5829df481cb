"""What happened to an article, laid out for a terminal: changes of its wording, and events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingest.layout import Style, count, minute, plain, styled, wrapped
from ingest.revisions import Piece, Side, diff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["change_lines", "event_lines", "revision_lines"]

_CONTEXT_WORDS = 8  # shown on each side of a change
_BRIDGE_WORDS = 3  # fewer kept between two changes are shown as changed
#: As `wdiff` marks them, so that they can be told apart without colours.
_MARKS = {Side.ADDED: ("{+", "+}"), Side.REMOVED: ("[-", "-]"), Side.KEPT: ("", "")}
_STYLES = {Side.ADDED: Style.ADDED, Side.REMOVED: Style.REMOVED}


def revision_lines(revisions: Iterable[Mapping[str, Any]]) -> list[str]:
    """Each change in a line or two: when, how much, and the titles if they differ."""
    return [line for change in revisions for line in _head(change)]


def _head(change: Mapping[str, Any]) -> list[str]:
    is_headline_only = (
        change["title_changed"] and not change["words_added"] and not change["words_removed"]
    )
    words = f"+{change['words_added']} -{change['words_removed']} words"
    said = [f"{minute(change['seen'])} UTC", "headline only" if is_headline_only else words]
    if change["entries_added"]:
        said.append(f"{count(change['entries_added'], 'entry', 'entries')} more")
    lines = wrapped(", ".join(said), indent="  ")
    if change["title_changed"]:
        lines += wrapped(f"title was: {change['title']}", indent="    ")
        lines += wrapped(f"title is:  {change['new_title']}", indent="    ")
    return lines


def change_lines(article: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every change of an article word by word: `[-what went-] {+what came+}`.

    Args:
        article: with `title` and `url`.
        changes: as `Corpus.changes_of` gives them, with both wordings.
    """
    lines = [*wrapped(styled(plain(article["title"]), Style.STRONG)), article["url"]]
    if not changes:
        return [*lines, "", "it was not changed since it was first seen"]
    headlines = [change for change in changes if change["title_changed"]]
    if headlines and len(changes) > 1:  # of one change they stand first anyway
        lines += ["", count(len(headlines), "other headline")]
        for change in headlines:
            places = _places(_joined(diff(change["title"], change["new_title"])))
            said = " ".join(" ".join(place) for place in places)
            lines += wrapped(f"{minute(change['seen'])} UTC: {said}", indent="    ", first="  ")
    for change in changes:
        lines += ["", *_head(change)]
        if change["url"] != article["url"]:
            lines.append(f"    {plain(change['url'])}")
        for place in _places(_joined(diff(change["text_before"], change["text_after"]))):
            lines += ["", *(line for one in place for line in wrapped(one, indent="    "))]
    return lines


def event_lines(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """Each event in a line, with the address it is about where that is another than shown."""
    lines: list[str] = []
    for event in events:
        lines += wrapped(f"{minute(event['at'])} UTC, {event['kind']}: {event['detail']}",
                         indent="  ")  # fmt: skip
        if "url" in event and not event.get("is_own"):
            lines.append(f"    {plain(event['url'])}")
    return lines


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, changes parted by a word or two within a paragraph as one."""
    joined: list[Piece] = []
    old = new = ""
    for number, piece in enumerate(pieces):
        is_bridge = (
            piece.side == Side.KEPT
            and bool(old or new)
            and number < len(pieces) - 1
            and len(piece.text.split()) < _BRIDGE_WORDS
            and "\n" not in f"{old}{new}{piece.text}{pieces[number + 1].text}"
        )
        if piece.side == Side.KEPT and not is_bridge:
            joined += [*_sides(old, new), piece]
            old = new = ""
            continue
        old += piece.text * (piece.side != Side.ADDED)
        new += piece.text * (piece.side != Side.REMOVED)
    return joined + _sides(old, new)


def _sides(old: str, new: str) -> list[Piece]:
    sides = (Piece(side=Side.REMOVED, text=old), Piece(side=Side.ADDED, text=new))
    return [piece for piece in sides if piece.text]


def _places(pieces: Sequence[Piece]) -> Iterator[list[str]]:
    """The pieces around each change, a paragraph a line; what stands between them is left out."""
    if all(piece.side == Side.KEPT for piece in pieces):
        return
    place: list[str] = [""]
    for number, piece in enumerate(pieces):
        if piece.side != Side.KEPT:
            _write(place, piece.text, piece.side)
            continue
        is_first, is_last = number == 0, number == len(pieces) - 1
        before, after = _ends(piece.text, is_first=is_first, is_last=is_last)
        _write(place, before, Side.KEPT)
        if after is not None:
            if not is_first:
                yield place
            place = [""]
            _write(place, after, Side.KEPT)
    if any(place):
        yield place


def _ends(text: str, *, is_first: bool, is_last: bool) -> tuple[str, str | None]:
    """What is shown of a kept run: its start, and its end if something between is left out."""
    if len(text.split()) <= _CONTEXT_WORDS * (1 if is_first or is_last else 2):
        return text, None
    before = "" if is_first else _start_of(text)
    return before, "" if is_last else _end_of(text)


def _start_of(text: str) -> str:
    """The first words of a run, as far as their paragraph goes."""
    line, rest, _ = text.partition("\n")
    said = line.split(" ")
    if len(said) <= _CONTEXT_WORDS and rest:
        return line
    return " ".join(said[:_CONTEXT_WORDS]).rstrip() + " …"


def _end_of(text: str) -> str:
    """The last words of a run, as far as their paragraph goes."""
    _, rest, line = text.rpartition("\n")
    said = line.rstrip().split(" ")
    if len(said) <= _CONTEXT_WORDS and rest:
        return line
    return "… " + " ".join(said[-_CONTEXT_WORDS:]) + line[len(line.rstrip()) :]


def _write(place: list[str], text: str, side: Side) -> None:
    marks, style = _MARKS[side], _STYLES.get(side)
    for number, line in enumerate(text.split("\n")):
        if number:
            place.append("")
        if said := line.strip():
            space = line[: len(line) - len(line.lstrip())], line[len(line.rstrip()) :]
            shown = styled(f"{marks[0]}{said}{marks[1]}", style) if style else said
            place[-1] += f"{space[0]}{shown}{space[1]}"
