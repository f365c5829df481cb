"""The table `[topic]` of the settings."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from ingest.errors import how_to_get
from ingest.semantic import encoder_version
from ingest.setting_types import Share, Table, Words
from ingest.text import normalize

__all__ = ["TopicSettings"]


def _with_encoder(wanted: bool) -> bool:  # noqa: FBT001 - pydantic calls it by position
    if wanted and encoder_version() is None:
        raise ValueError(f"its encoder is not installed: {how_to_get('semantic')}")
    return wanted


class TopicSettings(Table):
    """What belongs to the story."""

    threshold: Share | None = Field(
        None, description="Relevance from which a text is kept, 0 to 1; unset: learned from seeds."
    )
    headline_threshold: Share | None = Field(
        None, description="Relevance from which a headline is fetched, 0 to 1; unset: learned."
    )
    add: Words = Field(
        (), description="Words and names that count like the strong words of the seeds."
    )
    drop: Words = Field(
        (), description="Words and names that count for nothing, in any spelling or language."
    )
    pin: Words = Field(
        (),
        description="Words and names that always count as much as the strongest one, whatever "
        "labels and drift teach.",
    )
    drift: bool = Field(
        False, description="Follow the story: learn slowly from articles that are related for sure."
    )
    semantic: Annotated[bool, AfterValidator(_with_encoder)] = Field(
        False,
        description="Ask a sentence encoder about articles near the cut; needs the extra "
        "`seedbed[semantic]`.",
    )

    @model_validator(mode="after")
    def _dropped_or_not(self) -> TopicSettings:
        dropped = {normalize(word) for word in self.drop}
        for word in (*self.add, *self.pin):
            if normalize(word) in dropped:
                raise ValueError(f"{word!r} is to be dropped and to count")
        return self
