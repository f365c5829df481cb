"""How a request for a page ended, where it gave none; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)

from ingest.errors import IngestError
from ingest.items import Outcome, Reason
from ingest.middlewares import HostAsleep, RefusedAddress, RobotsForbidden, RobotsUnreadable
from ingest.moves import leads_home

if TYPE_CHECKING:
    from twisted.python.failure import Failure

__all__ = ["outcome_of", "refusal", "words_of", "words_of_error"]

_NOT_MODIFIED = 304
_GONE = (404, 410)
_ERRORS = 400
# What is raised in our own words; of ValueError, what readers of sources say of an answer.
_OURS = (IngestError, RefusedAddress, RobotsForbidden, RobotsUnreadable, HostAsleep)
# What Scrapy says of these names the request once more, and settings of its own.
_MANY_HOPS = "max redirections reached"
_TIMEOUT = re.compile(r"longer than ([\d.]+) seconds")
_SIZES = re.compile(r"(Expected to receive|Received) (\d+) bytes .*?max size \((\d+)\)")
_UNPACKED = re.compile(r"DOWNLOAD_MAXSIZE \((\d+) B\)")


def refusal(url: str, final_url: str, status: int) -> tuple[Outcome | None, str]:
    """Why a response is no page; (None, "") when it is one."""
    if status == _NOT_MODIFIED:
        return Outcome.UNCHANGED, "not modified (304)"
    if status in _GONE:
        return Outcome.GONE, f"http {status}"
    if status >= _ERRORS:
        return Outcome.FAILED, f"http {status}"
    if leads_home(url, final_url):
        return Outcome.GONE, f"redirected to the home page: {final_url}"
    return None, ""


def outcome_of(failure: Failure) -> tuple[Outcome, str]:
    """How a request ended that got no response."""
    if failure.check(RobotsUnreadable):
        return Outcome.FAILED, str(failure.value)
    if failure.check(RefusedAddress):
        return Outcome.REJECTED, f"{Reason.EXCLUDED}: {failure.value}"
    # Past the limit on the wire, or only once unpacked: Scrapy has no class for the latter.
    is_unpacked = failure.check(IgnoreRequest) and "DOWNLOAD_MAXSIZE" in str(failure.value)
    if failure.check(DownloadCancelledError) or is_unpacked:
        said = _words_of_size(str(failure.value)) or "more than may be fetched"
        return Outcome.REJECTED, f"{Reason.TOO_LARGE}: {said}"
    if failure.check(RobotsForbidden):
        return Outcome.ROBOTS, str(failure.value)
    return Outcome.FAILED, words_of(failure)


def words_of(failure: Failure) -> str:
    """What went wrong, in a line."""
    return words_of_error(failure.value) if failure.value is not None else "no answer"


def words_of_error(error: BaseException) -> str:
    """What went wrong, in a line; the class is named where the words are not ours."""
    said = str(error).split("\n", 1)[0][:200]
    if said and (isinstance(error, _OURS) or type(error) is ValueError):
        return said
    if plain := _plain_words(error, said):
        return plain
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _plain_words(error: BaseException, said: str) -> str | None:
    """What the commonest errors of the network are to a reader; None: another error."""
    if isinstance(error, DownloadTimeoutError):
        seconds = _TIMEOUT.search(said)
        return f"no answer within {float(seconds[1]):g} s" if seconds else "no answer in time"
    if isinstance(error, CannotResolveHostError):
        return "no such host: its name leads to no address"
    if isinstance(error, DownloadConnectionRefusedError):
        return "the connection was refused"
    if isinstance(error, IgnoreRequest) and said == _MANY_HOPS:
        return "it redirects without an end"
    if isinstance(error, DownloadCancelledError) or _UNPACKED.search(said):
        return _words_of_size(said) or None
    return None


def _words_of_size(said: str) -> str:
    """How much came, and how much may; what was said where that is not known."""
    if found := _SIZES.match(said):
        came = "announced" if found[1].startswith("Exp") else "received, and more to come"
        return f"{int(found[2]):,} bytes {came}, {int(found[3]):,} may be fetched"
    if found := _UNPACKED.search(said):
        return f"more than {int(found[1]):,} bytes once unpacked"
    return said
