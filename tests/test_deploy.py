"""What lies in deploy/ says what docs/deploy.md promises."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.config import options
from ingest.crawl import DRAIN_S

DEPLOY = Path(__file__).parents[1] / "deploy"
DOCS = (Path(__file__).parents[1] / "docs" / "deploy.md").read_text(encoding="utf-8")
UNITS = ("seedbed.service", "seedbed-once.service", "seedbed-worker.service")
MOST_EXPOSED = 1.5


def directives(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / name).read_text(encoding="utf-8").splitlines():
        key, is_set, value = line.partition("=")
        if is_set and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def compose() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return told


def instructions() -> list[tuple[str, str]]:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], line.partition(" ")[2]) for line in lines]


@pytest.mark.parametrize("unit", UNITS)
def test_unit_is_nobody_in_a_folder_of_its_own_and_everything_else_is_closed(unit: str) -> None:
    told = directives(unit)
    wanted = {
        "DynamicUser": "yes", "StateDirectory": "seedbed", "ProtectSystem": "strict",
        "ProtectHome": "yes", "NoNewPrivileges": "yes", "CapabilityBoundingSet": "",
        "PrivateTmp": "yes", "PrivateDevices": "yes", "PrivateUsers": "yes",
        "MemoryDenyWriteExecute": "yes", "RestrictNamespaces": "yes", "KillMode": "mixed",
        "SystemCallArchitectures": "native", "ProtectProc": "invisible",
    }  # fmt: skip

    assert {key: told[key][-1] for key in wanted} == wanted
    assert told["SystemCallFilter"] == ["@system-service", "~@privileged"]


def test_daemon_tells_its_manager_and_has_time_to_drain() -> None:
    told = directives("seedbed.service")

    assert told["Type"] == ["notify"]
    assert int(told["WatchdogSec"][0]) >= 60
    assert int(told["TimeoutStopSec"][0]) > DRAIN_S + 10
    assert told["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    assert told["RestartPreventExitStatus"] == ["2 3 5"]


def test_timer_starts_the_round() -> None:
    assert directives("seedbed-once.timer")["Unit"] == ["seedbed-once.service"]
    assert directives("seedbed-once.service")["Type"] == ["oneshot"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
@pytest.mark.parametrize("unit", UNITS)
def test_exposure_is_what_the_docs_say(unit: str) -> None:
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(DEPLOY / unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    level = re.search(r"Overall exposure level for .*: ([\d.]+)", told.stdout)

    assert level is not None, told.stderr
    assert float(level[1]) <= MOST_EXPOSED
    assert f"at most {MOST_EXPOSED}" in DOCS


def test_image_is_no_root_and_is_asked_for_its_health() -> None:
    told = instructions()
    kinds = [kind for kind, _ in told]

    assert ("FROM", "python:3.11-slim") in told
    assert ("USER", "10001:10001") in told
    assert kinds.index("USER") < kinds.index("ENTRYPOINT")
    assert "/healthz" in next(said for kind, said in told if kind == "HEALTHCHECK")
    copied = [said.split()[0] for kind, said in told if kind == "COPY"]
    assert {"ingest", "spiders", "scheduler"} <= set(copied)


def test_variables_of_the_image_are_settings() -> None:
    known = {option.variable for option in options()} | {"SEEDBED_WORKSPACE"}
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")

    assert set(re.findall(r"SEEDBED_\w+", text)) <= known


def test_services_of_compose_are_closed_and_share_one_volume() -> None:
    services = compose()["services"]

    for service in services.values():
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["user"] == "10001:10001"
        assert service["volumes"] == ["workspace:/workspace"]
    assert "--immutable" not in services["web"]["command"]
    assert all(port.startswith("127.0.0.1:") for port in services["web"]["ports"])


@pytest.mark.parametrize("name", ["crontab", *UNITS, "seedbed-once.timer", "compose.yaml"])
def test_every_file_is_told_of(name: str) -> None:
    assert f"deploy/{name}" in DOCS
