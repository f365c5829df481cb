"""What happened to an article after it was kept."""

from __future__ import annotations

__all__ = ["EVENTS"]

EVENTS = """
"""
