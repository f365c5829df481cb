"""Like is compared with like: a text that another version read is read anew before all else.

What our reading changed is a correction, no revision by the outlet. So before a page is compared
with what is stored of it, its last response is read out of the archive by the present rules.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.archived_pages import ArchivedPages
from ingest.corpus.texts import as_kept
from ingest.extract.imprint import same_rules
from ingest.extract.recurring import leave_out
from ingest.known_sites import KnownSites, host_of
from ingest.rejudge import correct

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from ingest.corpus import Corpus
    from ingest.extract import PageRead
    from ingest.extract.recurring import SiteMemory
    from ingest.intake import Intake
    from ingest.items import Article, FetchedPage, Judged, KnownPage
    from ingest.rejudge import Rejudged
    from ingest.workspace import Knowledge, Workspace

__all__ = ["as_it_would_be_stored", "correct_text", "outdated", "take_page"]


def outdated(corpus: Corpus, page: int, read: PageRead) -> Mapping[str, Any] | None:
    """Where the archive has a page whose text was read by other rules than `read`.

    None: there is nothing to be read anew, or it is not in the archive.
    """
    stored = corpus.text_of(page)
    if read.article is None or stored is None:
        return None
    if same_rules(stored.extractor, read.article.extractor):
        return None
    return corpus.archived(page)


def take_page(
    workspace: Workspace, intake: Intake, page: FetchedPage, read: PageRead, before: PageRead | None
) -> Judged:
    """Judge a page and store what came of it; first its stored text is corrected, if need be.

    Args:
        workspace: whose archive it is.
        intake: that takes it in.
        page: as it was fetched.
        read: what it says.
        before: what its last response says, read by the same rules; None: that needs no reading,
            or cannot be read.
    """
    with intake.corpus.transaction():
        if before is not None:
            known = intake.corpus.known_page(page.page)
            memory = KnownSites(intake.corpus).memory_of(host_of(known.key))
            after = as_it_would_be_stored(before, known, memory)
            if after is not None and known.article is not None:
                with closing(ArchivedPages(workspace)) as archive:
                    correct_text(
                        workspace, intake.corpus, intake.knowledge, known, after,
                        now=page.fetched_at, archive=archive,
                    )  # fmt: skip
                intake.forget(page.page)
        return intake.take_page(page, read)


def as_it_would_be_stored(read: PageRead, known: KnownPage, memory: SiteMemory) -> Article | None:
    """What was read, with the date that its source stated, and less what is its site's own."""
    if read.article is None:
        return None
    article = read.article
    article = as_kept(replace(article, published=article.published or known.published))
    return leave_out(article, memory)


def correct_text(
    workspace: Workspace,
    corpus: Corpus,
    knowledge: Knowledge,
    known: KnownPage,
    after: Article,
    *,
    now: datetime,
    archive: ArchivedPages,
) -> Rejudged | None:
    """Put a present reading of a page in place of an older one; None: none but its name differs.

    Args:
        workspace: whose corpus it is.
        corpus: in a transaction.
        knowledge: by which it is judged.
        known: the page, with its stored text.
        after: the present reading, as it would be stored.
        now: for what is due from now on.
        archive: whose readers to use.
    """
    before = known.article
    assert before is not None
    if after == before:
        return None
    if replace(after, extractor=before.extractor) == before:
        corpus.restamp(known.page, after)
        return None
    return correct(workspace, corpus, knowledge, known.page, after, now=now, archive=archive)
