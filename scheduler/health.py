"""The daemon answers those who watch over it: /healthz, /status.json and /metrics, on loopback.

Threads of its own and a connection of its own for each request: a slow question keeps neither the
scheduler nor the corpus waiting. A request whose Host is not this machine is refused, for a page
in somebody's browser can be made to ask us (DNS rebinding).
"""

from __future__ import annotations

import json
import socket
import threading
from contextlib import closing, suppress
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from ingest import log
from ingest.alerts.alarms import LITTLE_DISK_BYTES
from ingest.alerts.gathering import least_room
from ingest.corpus import Corpus
from ingest.corpus.upkeep import wal_bytes
from ingest.errors import ConfigError, CorpusError
from ingest.service_settings import host_and_port, is_loopback
from ingest.standing import standing

if TYPE_CHECKING:
    from ingest.config import Settings
    from scheduler.beat import Beat

__all__ = ["Desk", "Watched", "ailments", "little_room", "warnings"]

_PATIENCE_S = 5.0  # with a client that does not ask, or does not read
_DEADLINE_S = 10.0  # for a connection as a whole, however busily it dribbles
_AT_ONCE = 8  # requests; more are turned away
_RUNS = 10
_MIB = 1024 * 1024

_log = log.get(__name__)


class Watched(Protocol):
    """Who is watched."""

    @property
    def settings(self) -> Settings:
        """Those in force."""

    def beat(self) -> Beat:
        """How it is now."""


def ailments(settings: Settings, beat: Beat) -> list[str]:
    """Why a daemon is not well; empty: it is."""
    found = []
    if not beat.is_ticking:
        found.append(f"the scheduler has not looked at the corpus for {beat.tick_age_s:.0f} s")
    if beat.trouble is not None:
        found.append(f"the last look at the corpus failed: {beat.trouble}")
    if not beat.is_telling:
        found.append("nobody is told of alerts any more: their thread has ended; start anew")
    try:
        with closing(Corpus(settings.corpus_path, readonly=True, timeout_s=2.0)) as corpus:
            corpus.last_run()
    except CorpusError as exc:
        found.append(str(exc))
    return found


def warnings(settings: Settings) -> list[str]:
    """What a person may want to look at, though the daemon is well."""
    free, disk_of = least_room(settings)
    found = little_room(free, disk_of)
    size = wal_bytes(settings.corpus_path)
    if size > settings.health.wal_mib * _MIB:
        found.append(f"the write-ahead log is {size / _MIB:.0f} MiB: somebody reads without an end")
    return found


def little_room(free_bytes: int, disk_of: str) -> list[str]:
    """That a disk is nearly full; empty: it is not."""
    if free_bytes >= LITTLE_DISK_BYTES:
        return []
    return [f"little room on the disk of the {disk_of}: {free_bytes / _MIB:,.0f} MiB free"]


def _health(watched: Watched) -> tuple[int, str, bytes]:
    settings, beat = watched.settings, watched.beat()
    because = ailments(settings, beat)
    told = {
        "state": "ill" if because else "well", "because": because, "warnings": warnings(settings),
        "pid": beat.pid, "since": beat.since,
    }  # fmt: skip
    return 503 if because else 200, "application/json", _json(told)


def _status(watched: Watched) -> tuple[int, str, bytes]:
    settings, beat = watched.settings, watched.beat()
    told = standing(settings)
    with closing(Corpus(settings.corpus_path, readonly=True, timeout_s=2.0)) as corpus:
        runs = corpus.latest_runs(_RUNS)
    daemon = asdict(beat) | {"work": "daemon", "is_ticking": beat.is_ticking, "runs": runs}
    return 200, "application/json", _json(told | {"daemon": daemon})


def _metrics(watched: Watched) -> tuple[int, str, bytes]:
    from scheduler.metrics import CONTENT_TYPE, exposition

    return 200, CONTENT_TYPE, exposition(watched.settings, watched.beat())


_ANSWERS = {"/healthz": _health, "/status.json": _status, "/metrics": _metrics}


def _json(told: dict[str, Any]) -> bytes:
    return json.dumps(told, default=str).encode() + b"\n"


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: _Server
    timeout = _PATIENCE_S
    server_version = "seedbed"
    sys_version = ""

    def do_GET(self) -> None:
        if not _is_this_machine(self.headers.get_all("Host") or []):
            return self._say(421, "text/plain", b"not for this host\n")
        answer = _ANSWERS.get(_path_of(self.path) or "")
        if answer is None:
            return self._say(404, "text/plain", "\n".join([*_ANSWERS, ""]).encode())
        try:
            told = answer(self.server.watched)
        except (CorpusError, OSError) as exc:
            told = 503, "text/plain", f"{exc}\n".encode()
        except Exception:  # noqa: BLE001  # whoever asks is answered, and the log has it
            _log.exception("health not told")
            told = 500, "text/plain", b"unexpected error; the daemon's log has it\n"
        return self._say(*told)

    do_HEAD = do_GET  # noqa: N815  # http.server calls it so

    def _refuse(self) -> None:
        self._say(405, "text/plain", b"GET or HEAD\n")

    do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _refuse  # noqa: N815  # likewise

    def _say(self, status: int, kind: str, body: bytes) -> None:
        self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Type", kind if ";" in kind else f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name it has there
        _log.debug("health asked", request=format % args)


def _path_of(target: str) -> str | None:
    """The path of what is asked for; None: it cannot be read."""
    try:
        return urlsplit(target).path
    except ValueError:  # `http://[`
        return None


def _is_this_machine(hosts: list[str]) -> bool:
    if len(hosts) != 1:
        return False
    try:
        return is_loopback(urlsplit(f"//{hosts[0]}").hostname or "")
    except ValueError:
        return False


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        connection.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, host: str, port: int, watched: Watched) -> None:
        self.watched = watched
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._free = threading.BoundedSemaphore(_AT_ONCE)
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        """Bind, and ask no name server what we are called: a slow one would hold up the start."""
        TCPServer.server_bind(self)
        host, self.server_port = self.server_address[:2]
        self.server_name = str(host)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread was started that would release it
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def finish_request(self, request: Any, client_address: Any) -> None:
        deadline = threading.Timer(_DEADLINE_S, _cut, [request])
        deadline.daemon = True
        deadline.start()
        try:
            super().finish_request(request, client_address)
        finally:
            deadline.cancel()

    def handle_error(self, request: Any, client_address: Any) -> None:
        del request, client_address
        _log.exception("health not told")


class Desk:
    """Where the answers are given, and where not."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched
        self._address: str | None = None
        self._server: _Server | None = None

    @property
    def url(self) -> str | None:
        """Where it listens; None: nowhere."""
        if self._server is None:
            return None
        host, port = self._server.server_address[:2]
        name = str(host)
        return f"http://{f'[{name}]' if ':' in name else name}:{port}"

    def move_to(self, address: str | None) -> None:
        """Listen there, and nowhere else.

        Raises:
            ConfigError: nobody can listen there; it listens where it did.
        """
        if address == self._address:
            return
        server = self._listen(address) if address else None
        self.close()
        self._address, self._server = address, server
        if server is not None:
            threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
            _log.info("health is told", at=self.url)

    def _listen(self, address: str) -> _Server:
        host, port = host_and_port(address)
        try:
            return _Server(host, port, self._watched)
        except OSError as exc:
            said = f"[health] address = {address!r}: {exc.strerror or exc}"
            raise ConfigError([said]) from exc

    def close(self) -> None:
        """Listen nowhere."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        self._address, self._server = None, None
