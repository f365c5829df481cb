"""Puts the poison extractor beside the real ones, in every process that has this on its path."""

from pathlib import Path

import ingest.extract

ingest.extract.__path__.append(str(Path(__file__).with_name("extractors")))
