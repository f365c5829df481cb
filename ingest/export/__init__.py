"""Exports: one format a file; what lies in this folder and has a `FORMAT` is one."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.export.frame import Format

__all__ = ["formats"]


@cache
def formats() -> dict[str, Format]:
    """Every format, by name, in its order."""
    modules = (
        importlib.import_module(f"{__name__}.{found.name}")
        for found in pkgutil.iter_modules(__path__)
    )
    found = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}
