"""The corpus: one SQLite file, one subject a module, one method for each question asked."""

from __future__ import annotations

from ingest.corpus.blocks import Blocks
from ingest.corpus.claims import Claims
from ingest.corpus.families import Families
from ingest.corpus.indexing import Indexing
from ingest.corpus.labels import Labels
from ingest.corpus.leads import Leads
from ingest.corpus.ledger import Ledger
from ingest.corpus.reading import Reading
from ingest.corpus.reextracting import Reextracting
from ingest.corpus.rejudging import Rejudging
from ingest.corpus.runs import Runs
from ingest.corpus.seeds import Seeds
from ingest.corpus.sources import Sources
from ingest.corpus.stories import Stories
from ingest.corpus.tour import Tour
from ingest.corpus.translations import Translations

__all__ = ["Corpus"]


class Corpus(
    Blocks,
    Claims,
    Families,
    Indexing,
    Labels,
    Leads,
    Ledger,
    Reextracting,
    Rejudging,
    Runs,
    Seeds,
    Sources,
    Stories,
    Reading,
    Tour,
    Translations,
):
    """The corpus at `path`, made and migrated if need be.

    One writer at a time: every write stands in `transaction()`, which takes the lock at once.
    """
