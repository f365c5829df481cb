"""Peers in environments of their own, made once and kept in the cache of the user."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["Peer", "cache_folder", "peer"]

_INSTALL_S = 900
_TOLD = 100


class Peer:
    """An interpreter with one package and what it needs, or why there is none."""

    def __init__(self, package: str, folder: Path) -> None:
        self.package = package
        self.python = folder / "bin" / "python"
        self.reason = None if self._is_there() else _install(package, folder)

    def _is_there(self) -> bool:
        asked = [str(self.python), "-m", "pip", "show", "-q", self.package]
        return (
            self.python.exists()
            and not subprocess.run(asked, check=False, capture_output=True).returncode
        )

    def version(self) -> str:
        """Of the package."""
        code = "import sys; from importlib.metadata import version; print(version(sys.argv[1]))"
        asked = [str(self.python), "-c", code, self.package]
        told = subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True)
        return told.stdout.strip()


def cache_folder() -> Path:
    """Where environments and large corpora are kept between runs."""
    home = os.environ.get("XDG_CACHE_HOME")
    folder = (Path(home) if home else Path.home() / ".cache") / "seedbed-benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def peer(package: str) -> Peer:
    """The environment of a package; made if there is none."""
    return Peer(package, cache_folder() / "peers" / package)


def _install(package: str, folder: Path) -> str | None:
    """Why a package could not be had; None: it was."""
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "-q"]
    try:
        for command in ([sys.executable, "-m", "venv", str(folder)], [*pip, "install", package]):
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=_INSTALL_S)
    except (OSError, subprocess.SubprocessError) as exc:
        said = (getattr(exc, "stderr", None) or str(exc)).strip().splitlines()
        return f"{package} cannot be installed ({said[-1][:_TOLD] if said else 'no reason given'})"
    return None
