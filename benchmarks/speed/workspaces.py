"""Workspaces with the demo's seeds, as shipped but for the delay and the ban on loopback."""

from __future__ import annotations

import shutil
import sys
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ENVIRON", "ROOT", "crawl_command", "make_workspace"]

ROOT = Path(__file__).parents[2]
ENVIRON: Mapping[str, str] = {"PYTHONPATH": str(ROOT)}  #: of commands that run elsewhere
_TOML = """\
[crawl]
delay_s = 0
allow_private_networks = true
[discovery]
proposals = "off"
"""  # the seeds name outlets of the world, which are not to be asked by a benchmark


def make_workspace(folder: Path) -> Path:
    """Seeds and settings in a folder that may exist."""
    seeds = resources.files("ingest.demo") / "seeds"
    shutil.copytree(str(seeds), folder / "seeds", dirs_exist_ok=True)
    (folder / "seedbed.toml").write_text(_TOML, encoding="utf-8")
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = ingest.settings\n", encoding="utf-8")
    return folder


def crawl_command(spider: str, *more: str) -> list[str]:
    """A crawl as the daemon starts it."""
    return [sys.executable, "-m", "scrapy", "crawl", spider, *more]
