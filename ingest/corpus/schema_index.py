"""What more the index of fingerprints needs."""

from __future__ import annotations

__all__ = ["INDEX"]

INDEX = """
"""
