"""What is known of each host: the one place where the memory of a site is made of rows.

Who cuts a page asks here for the memory to cut it by, and has it written down here by what the page
was cut. A memory is named by the `sites.version` that its lines were read with, in one statement,
so no page is ever stamped with a version other than that of the memory that cut it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.extract.recurring import Recurring, mark_of, memory_of

if TYPE_CHECKING:
    from ingest.corpus import Corpus
    from ingest.extract.lines import PageLines
    from ingest.extract.recurring import SiteMemory

__all__ = ["KnownSites", "host_of"]

_HOSTS_AT_HAND = 512


class KnownSites:
    """The memories of hosts; one that was learned anew, by whomever, is read anew."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._at_hand: dict[str, SiteMemory] = {}

    def memory_of(self, host: str) -> SiteMemory:
        """What is known of a host at this moment; in a transaction, until its end."""
        at_hand = self._at_hand.get(host)
        if at_hand is not None and at_hand.version == self._corpus.site_version(host):
            return at_hand
        version, blocks = self._corpus.site(host)
        # By another release the same lines may have had another name; what counts is the stored.
        memory = replace(memory_of(map(Recurring.from_row, blocks)), version=version)
        if len(self._at_hand) >= _HOSTS_AT_HAND:
            self._at_hand.clear()
        self._at_hand[host] = memory
        return memory

    def note(
        self, page: int, host: str, lines: PageLines, memory: SiteMemory, *, is_cut: bool
    ) -> None:
        """Keep the lines of a page, and by what it was cut.

        Args:
            page: that was read as an article.
            host: whose page it is.
            lines: of the page.
            memory: by which it was judged.
            is_cut: whether what is stored of it, if anything, is as that memory makes it.
        """
        self._corpus.note_lines(
            page, host=host, address=lines.address, headline=lines.headline,
            lines=lines.to_bytes(), left_out=mark_of(lines, memory), version=memory.version,
            is_cut=is_cut,
        )  # fmt: skip


def host_of(key: str) -> str:
    """The host of an address in canonical form."""
    return key.partition("/")[0]
