"""What the tables of `seedbed.toml` are made of: checked texts, addresses, words."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from ingest.text import words

__all__ = ["Address", "Hours", "Share", "Table", "Text", "Words"]

_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f]")


def _web_address(text: str) -> str:
    """`text`, when a crawler could ask for it.

    Raises:
        ValueError: it could not.
    """
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or _UNPRINTABLE.search(text):
        is_bare_host = re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", text)
        hint = f"; did you mean https://{text}?" if is_bare_host else ""
        raise ValueError(f"expected a web address{hint}")
    if parts.username or parts.password:
        raise ValueError("no credentials in an address: they would stand in the corpus")
    _ = parts.port  # raises ValueError when it is no port number
    return text


def _holding_words(said: tuple[str, ...]) -> tuple[str, ...]:
    for text in said:
        if not words(text):
            raise ValueError(f"{text!r} holds no word")
    return said


Text = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^\x00-\x1f\x7f]+$")]
Address = Annotated[str, AfterValidator(_web_address)]
Share = Annotated[float, Field(ge=0, le=1)]
Hours = Annotated[float, Field(gt=0, le=24 * 366)]
Words = Annotated[tuple[Text, ...], AfterValidator(_holding_words)]


class Table(BaseModel):
    """A table: frozen, and strict about what stands in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
