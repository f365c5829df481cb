"""What more an edge and a copy say of what two texts share."""

from __future__ import annotations

__all__ = ["RELATIONS"]

RELATIONS = """
"""
