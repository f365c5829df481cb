"""How far a WARC file was read, kept in the corpus, and what was passed over on the way."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.archives.unpack import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Progress", "Reading", "print_of", "state_of"]

TAKEN = "taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What stands in the corpus of one file."""

    read_for: str  #: digest of the seeds and of the settings by which records were passed over
    place: Place = Place(0)  # noqa: RUF009 - it is a tuple
    tally: Mapping[str, int] = field(default_factory=dict)  #: records before it, by what they were
    broken: str | None = None  #: why it cannot be read on; None: it was not tried, or it can
    is_whole: bool = False  #: read to its end
    #: What stands around that place, by which the file is known again; None: it is not known.
    mark: str | None = None

    def to_json(self) -> str:
        """For storing; `from_json` gives it back."""
        return json.dumps(
            {
                "read_for": self.read_for,
                "place": list(self.place),
                "tally": dict(sorted(self.tally.items())),
                "broken": self.broken,
                "is_whole": self.is_whole,
                "mark": self.mark,
            }
        )

    @classmethod
    def from_json(cls, stored: str | None, *, read_for: str) -> Progress:
        """What was stored, as it counts for these seeds and settings; None: nothing was."""
        told = json.loads(stored) if stored else {}
        if told.get("read_for") != read_for:
            return cls(read_for=read_for)
        return cls(
            read_for=read_for,
            place=Place(*told["place"]),
            tally=told["tally"],
            broken=told["broken"],
            is_whole=told["is_whole"],
            mark=told.get("mark"),
        )


def state_of(identity: str) -> str:
    """The name under which the corpus keeps how far a file was read."""
    return f"warc {identity}"


def print_of(seeds_digest: str | None, hosts: Iterable[str]) -> str:
    """A digest of what records are passed over by (`Progress.read_for`)."""
    asked = json.dumps([seeds_digest, sorted(hosts)])
    return hashlib.sha256(asked.encode()).hexdigest()[:16]


class Reading:
    """A file on its way: what was seen of it, and up to where all of that is settled.

    Pages are judged in any order; what is settled ends before the first that is not.
    """

    def __init__(
        self,
        name: str,
        progress: Progress,
        *,
        mark_at: Callable[[int], str | None] = lambda _: None,
    ) -> None:
        """Go on from where an earlier pass came to an end.

        Args:
            name: of the file.
            progress: how far it was read.
            mark_at: says by what a place in the file is known again; None: by nothing.
        """
        self.name = name
        self._mark_at = mark_at
        self.read_for = progress.read_for
        self.start = progress.place
        self.broken: str | None = None
        self.is_whole = False
        self._settled = progress.place
        self._tally = Counter(progress.tally)
        self._seen: deque[tuple[Place, str]] = deque()  # behind what is settled
        self._open: dict[Place, int] = {}  # pages that are not judged yet

    def pass_over(self, place: Place, why: str) -> None:
        """Note a record that holds nothing to be judged."""
        self._seen.append((place, why))
        self._settle()

    def pass_over_all(self, last: Place, times: Mapping[str, int]) -> None:
        """Note records in a row that hold nothing to be judged, where no page is being judged."""
        assert not self._open
        self._tally.update(times)
        self._settled = Place(last.offset, last.nth + 1)

    def take(self, place: Place, page: int) -> None:
        """Note a record whose page is being judged."""
        self._seen.append((place, TAKEN))
        self._open[place] = page

    def close(self, page: int) -> bool:
        """Note that a page was judged; whether it was of this file."""
        places = [place for place, one in self._open.items() if one == page]
        for place in places:
            del self._open[place]
        self._settle()
        return bool(places)

    def _settle(self) -> None:
        first_open = min(self._open, default=None)
        while self._seen and (first_open is None or self._seen[0][0] < first_open):
            place, what = self._seen.popleft()
            self._tally[what] += 1
            self._settled = Place(place.offset, place.nth + 1)

    @property
    def settled(self) -> Place:
        """Where reading goes on if it ends now."""
        return self._settled

    @property
    def progress(self) -> Progress:
        """What may be stored now."""
        return Progress(
            read_for=self.read_for,
            place=self._settled,
            tally=dict(self._tally),
            broken=self.broken,
            is_whole=self.is_whole and not self._seen,
            mark=self._mark_at(self._settled.offset),
        )

    @property
    def tally(self) -> Counter[str]:
        """Records of the file by what they were, those included that are being judged."""
        return self._tally + Counter(what for _, what in self._seen)
