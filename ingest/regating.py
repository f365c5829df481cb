"""The gate passed anew: addresses that the topic refused, and those that readers ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.items import Candidate, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Any

    from ingest.corpus import Corpus
    from ingest.intake import Intake

__all__ = ["Gate"]

_ADDRESSES_A_TRANSACTION = 500
_ENOUGH_WORDS = 99  # they were enough to refuse the address by; of a teaser they are not kept


class Gate:
    """One pass over the addresses of a corpus."""

    def __init__(
        self,
        corpus: Corpus,
        intake: Intake,
        now: datetime,
        *,
        is_new: bool,
        on_woken: Callable[[], None],
    ) -> None:
        """Know nothing of the addresses yet.

        Args:
            corpus: whose addresses they are.
            intake: by whose topic they are judged.
            now: for what is due from now on.
            is_new: there are new seeds, or a new cut for headlines.
            on_woken: told of each refused address that is let through.
        """
        self._corpus = corpus
        self._intake = intake
        self._now = now
        self._is_new = is_new
        self._on_woken = on_woken

    def hear_readers(self) -> None:
        """Have fetched what a reader wants and nobody fetched; no more what no reader wants now.

        Once for each yes: an address that fails does not fail at every run.
        """
        wanted, noted = self._corpus.wanted_unfetched(), self._corpus.pages_noted()
        calls = [(page, by, at) for page, by, at in wanted if noted.get(page) != at]
        yes = {page for page, is_yes, _ in self._corpus.labelled() if is_yes}
        undone = [page for page, asked in noted.items() if asked and page not in yes]
        if not calls and not undone:
            return
        with self._corpus.transaction():
            for page, by, at in calls:
                reason = f"{by or 'you'} said yes"
                self._corpus.have_fetched(
                    page, reason=reason, relevance=None, priority=1.0, now=self._now, asked=at
                )
            for page in undone:
                self._corpus.put_back(page)
                for row in self._corpus.refused_after(page - 1, limit=1):
                    if row["id"] == page:  # it may have been fetched since
                        self._regate(row)

    def judge(self, after: int) -> int | None:
        """Let refused addresses through whose headline the topic knows now."""
        rows = self._corpus.refused_after(after, limit=_ADDRESSES_A_TRANSACTION)
        noted = self._corpus.pages_noted()
        with self._corpus.transaction():
            for row in rows:
                if not noted.get(row["id"]):  # else a reader asked for it
                    self._regate(row)
        return rows[-1]["id"] if rows else None

    def _regate(self, row: Mapping[str, Any]) -> None:
        """Pass an address through the gate that was refused, or would be but for what was taught.

        By new seeds, or a new cut for headlines, every line is written anew. Else only those that
        pass are, and how they read before is noted: of what was said of an address its title alone
        is kept, so a line cannot be made again.
        """
        corpus, page = self._corpus, row["id"]
        if self._is_new:
            corpus.put_back(page)
        before = corpus.line_before(page)
        if row["outcome"] != Outcome.SKIPPED and before is None and not self._is_new:
            corpus.put_back(page)  # fetched since: there is nothing to put back, but a note
            return
        gated = self._intake.gate_anew(
            Candidate(
                url=row["url"], found_by=row["found_by"], title=row["title"], depth=row["depth"]
            ),
            words_said=_ENOUGH_WORDS,
        )
        passes = gated.outcome == Outcome.WAITING
        if self._is_new:
            corpus.regate(
                page, gated.outcome, reason=gated.reason, relevance=gated.relevance, now=self._now
            )
        # By the topic that refused it, the title scores no more than all that was said did.
        elif passes and (gated.relevance or 0.0) > ((before or row)["relevance"] or 0.0):
            corpus.have_fetched(
                page, reason=gated.reason, relevance=gated.relevance,
                priority=gated.candidate.priority, now=self._now,
            )  # fmt: skip
        else:
            corpus.put_back(page)
            passes = False
        if passes:
            corpus.note_route(gated.key, row["found_by"], now=self._now)
        if passes and row["outcome"] == Outcome.SKIPPED:
            self._on_woken()
