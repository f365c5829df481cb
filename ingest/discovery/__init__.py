"""What sources say, read into candidates: feeds, and the addresses and paces they state; pure."""

from __future__ import annotations
