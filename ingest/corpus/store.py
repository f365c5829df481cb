"""The corpus: one SQLite file, one subject a module, one method for each question asked."""

from __future__ import annotations

from ingest.corpus.alerts import Alerts
from ingest.corpus.blocks import Blocks
from ingest.corpus.claims import Claims
from ingest.corpus.exporting import Exporting
from ingest.corpus.families import Families
from ingest.corpus.guesses import Guesses
from ingest.corpus.hosts import Hosts
from ingest.corpus.hubs import Hubs
from ingest.corpus.indexing import Indexing
from ingest.corpus.labels import Labels
from ingest.corpus.leads import Leads
from ingest.corpus.ledger import Ledger
from ingest.corpus.proposals import Proposals
from ingest.corpus.reading import Reading
from ingest.corpus.reextracting import Reextracting
from ingest.corpus.rejudging import Rejudging
from ingest.corpus.reporting import Reporting
from ingest.corpus.rescues import Rescues
from ingest.corpus.runs import Runs
from ingest.corpus.searching import Searching
from ingest.corpus.seeds import Seeds
from ingest.corpus.sources import Sources
from ingest.corpus.stories import Stories
from ingest.corpus.tour import Tour
from ingest.corpus.translations import Translations
from ingest.corpus.upkeep import Upkeep

__all__ = ["Corpus"]


class Corpus(
    Alerts,
    Blocks,
    Claims,
    Exporting,
    Families,
    Guesses,
    Hosts,
    Hubs,
    Indexing,
    Labels,
    Leads,
    Ledger,
    Proposals,
    Reextracting,
    Rejudging,
    Reporting,
    Rescues,
    Runs,
    Searching,
    Seeds,
    Sources,
    Stories,
    Reading,
    Tour,
    Translations,
    Upkeep,
):
    """The corpus at `path`, made and migrated if need be.

    One writer at a time: every write stands in `transaction()`, which takes the lock at once.
    """
