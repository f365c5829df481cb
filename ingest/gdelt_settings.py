"""The table `[gdelt]` of the settings."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from ingest.setting_types import Address, Table, Text

__all__ = ["BULK_KIND", "DOC_KIND", "Gdelt", "day_of"]

#: Kinds of sources: a list of 15-minute files, a query of the API.
BULK_KIND, DOC_KIND = "gdelt", "gdelt-doc"


def day_of(text: str) -> date:
    """A day written `2025-07-01`.

    Raises:
        ValueError: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise ValueError("expected a day, like 2025-07-01") from exc


def _is_day(text: str) -> str:
    day_of(text)
    return text


def _folder(address: str) -> str:
    if "?" in address or "#" in address:
        raise ValueError("expected the address of a folder, without a query")
    return address if address.endswith("/") else f"{address}/"


Day = Annotated[Text, AfterValidator(_is_day)]


class Gdelt(Table):
    """GDELT, which reads the news of the world in 65 languages every 15 minutes."""

    bulk: bool = Field(
        False,
        description="Read its 15-minute files: 0.5 GB a day in English, 0.9 translated.",
    )
    doc: bool = Field(
        False, description="Ask its DOC API, too: the last three months; it often refuses."
    )
    languages: tuple[Literal["english", "translated"], ...] = Field(
        ("english", "translated"),
        description="Files to read: of articles in English, of translated ones.",
    )
    since: Day | None = Field(
        None, description="First day to read back to, as 2025-07-01; unset: nothing is read back."
    )
    until: Day | None = Field(None, description="Last day to read back; unset: today.")
    catch_up_hours: float = Field(
        24, ge=0, le=24 * 31, description="Hours of missed files that a daemon makes up for."
    )
    files_per_run: int = Field(
        48, ge=1, le=100_000, description="Files that one run of the daemon reads at most."
    )
    max_file_mib: float = Field(
        48, gt=0, le=1024, description="Larger files are passed over (MiB, packed)."
    )
    bulk_url: Annotated[Address, AfterValidator(_folder)] = Field(
        "http://data.gdeltproject.org/gdeltv2/", description="Folder of the 15-minute files."
    )
    doc_url: Address = Field(
        "https://api.gdeltproject.org/api/v2/doc/doc", description="Address of the DOC API."
    )
    doc_delay_s: float = Field(
        6, ge=0, le=3600, description="Seconds between two requests to the DOC API."
    )
    doc_every_minutes: float = Field(
        120, gt=0, le=60 * 24 * 31, description="Minutes between two askings of a query."
    )

    @model_validator(mode="after")
    def _days_in_order(self) -> Gdelt:
        if self.since and self.until and day_of(self.until) < day_of(self.since):
            raise ValueError("until is before since")
        return self
