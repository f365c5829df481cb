"""What answers in place of a page: challenges, errors, walls of consent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.items import Reason
from ingest.quality.look import (
    GATE_WORDS,
    MIN_WORDS,
    count_words,
    headings_of,
    is_marked,
    is_rich,
    refuse,
    said,
)
from ingest.quality.phrases import (
    AGREE,
    BARE_NOT_FOUND,
    CHALLENGE,
    CONSENT_PLEA,
    CONSENT_WORD,
    NOT_FOUND,
    OUT_OF_ORDER,
    fold,
)

if TYPE_CHECKING:
    from ingest.items import Rejection
    from ingest.quality.look import Look, PageSignals

__all__ = [
    "find_challenge",
    "find_consent_wall",
    "find_error_page",
    "find_http_error",
    "find_soft_404",
]

_HTTP_ERROR = 400
_APOLOGY_WORDS = 60  # what an error page says under a heading that tells nothing
_CONSENT_SHARE = 0.04  # of the words; a wall has one in ten, an article on cookies one in fifty
_MIN_CONSENT_WORDS = 3
_WALL_WORDS = 250
_PLEA_WORDS = 60  # of a wall that asks in so many words, and hardly names what it asks for


def find_challenge(look: Look) -> Rejection | None:
    """An anti-robot gate."""
    signals = look.signals
    if look.prose >= GATE_WORDS or is_marked(signals):
        return None
    words = said(CHALLENGE, signals)
    is_gate = signals.challenge_mark or look.status >= _HTTP_ERROR or not is_rich(signals)
    if words and is_gate:
        return refuse(Reason.CHALLENGE, f"says: {words}")
    if signals.challenge_mark and not is_rich(signals) and look.prose < MIN_WORDS:
        return refuse(Reason.CHALLENGE, f"{signals.challenge_mark}, {look.prose} words of prose")
    return None


def find_http_error(look: Look) -> Rejection | None:
    """A status that says that this is not the page."""
    if look.status < _HTTP_ERROR:
        return None
    return refuse(Reason.HTTP_ERROR, f"status {look.status}")


def find_soft_404(look: Look) -> Rejection | None:
    """A page that says that there is none, with a status that says that there is."""
    signals = look.signals
    if words := _calls_itself_missing(signals):
        return refuse(Reason.SOFT_404, f"is called: {words}")
    if look.prose >= GATE_WORDS:
        return None
    for part in headings_of(signals):
        if BARE_NOT_FOUND.fullmatch(part):
            return refuse(Reason.SOFT_404, f"is called: {part}")
    if is_marked(signals):
        return None
    words = said(NOT_FOUND, signals, _apology(look))
    return refuse(Reason.SOFT_404, f"says: {words}") if words else None


def _calls_itself_missing(signals: PageSignals) -> str | None:
    """A heading that says little else, and a title that says so too, whatever else is shown."""
    heading, title = fold(signals.heading).strip(" .!"), fold(signals.title)
    found = NOT_FOUND.search(heading) or BARE_NOT_FOUND.fullmatch(heading)
    if is_marked(signals) or found is None or 2 * len(found.group()) < len(heading):
        return None
    is_titled = NOT_FOUND.search(title) or BARE_NOT_FOUND.match(title)
    return found.group() if is_titled else None


def find_error_page(look: Look) -> Rejection | None:
    """A server out of order that answers as if it were not."""
    if look.prose >= GATE_WORDS or is_marked(look.signals):
        return None
    words = said(OUT_OF_ORDER, look.signals, _apology(look))
    return refuse(Reason.HTTP_ERROR, f"status {look.status}, but says: {words}") if words else None


def _apology(look: Look) -> str:
    """The text where it is as short as an excuse."""
    return look.text if look.words < _APOLOGY_WORDS else ""


def find_consent_wall(look: Look) -> Rejection | None:
    """A page that asks for consent and shows nothing else."""
    if look.words >= 2 * _WALL_WORDS:  # folding is slow, and leaves more than half of the words
        return None
    told = fold(look.text or look.signals.visible)
    words = max(count_words(told), 1)
    found = len(CONSENT_WORD.findall(told))
    is_full = found >= _MIN_CONSENT_WORDS and found >= _CONSENT_SHARE * words
    asked = said(CONSENT_PLEA, look.signals)
    if words >= (_WALL_WORDS if is_full else _PLEA_WORDS) or not (is_full or asked):
        return None
    labels = (label for label in look.signals.buttons if AGREE.fullmatch(fold(label)))
    pressed = next(labels, None)
    detail = f"{found} of {words} words on consent, button: {pressed}"
    return refuse(Reason.CONSENT, detail) if pressed else None
