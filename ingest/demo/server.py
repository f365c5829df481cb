"""A loopback server that plays a whole web: the demo's, or saved pages under their own hosts.

It is a forward proxy: a crawl with `http_proxy=http://127.0.0.1:PORT` asks it for
`http://www.caspian-herald.test/...` and addresses in the corpus stay free of ports. Requests in
origin form with a `Host` header are answered too.
"""

from __future__ import annotations

import gzip
import socket
import threading
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self
from urllib.parse import urlsplit

from ingest.demo.resource import Resource, Resources

if TYPE_CHECKING:
    from socketserver import BaseServer
    from types import TracebackType

__all__ = ["DemoServer", "Request", "Web", "serve"]

_GZIP_FROM_BYTES = 1024  # below this the header of gzip costs more than it saves
_NOT_MODIFIED, _NOT_FOUND, _BAD_GATEWAY = 304, 404, 502
_IDLE_TIMEOUT_S = 60.0


class Web(Protocol):
    """Anything with pages to serve."""

    @property
    def resources(self) -> Resources:
        """What each address answers."""
        ...


class Request(NamedTuple):
    """One request as the server answered it."""

    method: str
    url: str  #: absolute
    status: int
    was_conditional: bool


@dataclass(frozen=True, slots=True)
class _Served:
    resources: Resources
    hosts: frozenset[str]


class DemoServer:
    """Serves a web from threads of its own, from `__enter__` to `__exit__`."""

    def __init__(self, web: Web, *, latency_s: float = 0.0) -> None:
        self.latency_s = latency_s
        self.log: list[Request] = []
        self._served = _index(web.resources)
        self._http = _LoopbackServer(self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.shutdown()
        self._http.hang_up()
        self._http.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """Where it listens on 127.0.0.1; known before `__enter__`."""
        return self._http.server_port

    @property
    def proxy_url(self) -> str:
        """What to set as `http_proxy`."""
        return f"http://127.0.0.1:{self.port}"

    def switch(self, web: Web) -> None:
        """Serve `web` from the next request on; requests under way end with the old one."""
        self._served = _index(web.resources)

    def answer(self, host: str, target: str) -> Resource:
        """What `target` (path and query) of `host` gives: 502 for unknown hosts, 404 for paths."""
        served = self._served
        if host not in served.hosts:
            return _refusal(_BAD_GATEWAY, "no such host")
        return served.resources.get((host, target)) or _refusal(_NOT_FOUND, "not found")


def serve(resources: Resources, *, latency_s: float = 0.0) -> DemoServer:
    """A server for bare resources, such as saved pages."""
    return DemoServer(_Bare(resources), latency_s=latency_s)


@dataclass(frozen=True, slots=True)
class _Bare:
    resources: Resources


def _index(resources: Resources) -> _Served:
    return _Served(resources, frozenset(host for host, _ in resources))


def _refusal(status: int, text: str) -> Resource:
    body = f"<!doctype html><title>{status}</title><p>{status}: {text}</p>\n".encode()
    return Resource(status=status, body=body)


class _LoopbackServer(ThreadingHTTPServer):
    # Threads are joined at the end, so that no socket outlives the `with` block.
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, demo: DemoServer) -> None:
        self.demo = demo
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close kept-alive connections, whose threads would else wait for a next request."""
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:  # the peer was faster
                    continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that hangs up in mid-answer is what crawlers under test do."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "demo-web"
    sys_version = ""
    timeout = _IDLE_TIMEOUT_S
    wbufsize = -1
    disable_nagle_algorithm = True

    def __init__(self, request: Any, client_address: Any, server: BaseServer) -> None:
        assert isinstance(server, _LoopbackServer)
        self._demo = server.demo
        super().__init__(request, client_address, server)

    def do_GET(self) -> None:
        self._reply(with_body=True)

    def do_HEAD(self) -> None:
        self._reply(with_body=False)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base names it)
        """Quiet; `DemoServer.log` has it all."""

    def _reply(self, *, with_body: bool) -> None:
        if self._demo.latency_s:
            time.sleep(self._demo.latency_s)
        host, target = self._asked()
        resource = self._demo.answer(host, target)
        is_known = self._has_current(resource)
        status = _NOT_MODIFIED if is_known else resource.status
        conditional = {"If-None-Match", "If-Modified-Since"} & set(self.headers)
        self._demo.log.append(
            Request(self.command, f"http://{host}{target}", status, bool(conditional))
        )
        body, is_packed = self._packed(resource)
        self.send_response(status)
        self._send_validators(resource)
        if not is_known:
            self._send_entity_headers(resource, len(body), is_packed=is_packed)
        self.end_headers()
        if with_body and not is_known:
            self.wfile.write(body)

    def _asked(self) -> tuple[str, str]:
        """Host and target of the request, from its absolute form or the Host header."""
        parts = urlsplit(self.path)
        netloc = parts.netloc or self.headers.get("Host", "")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return netloc.rpartition("@")[2].partition(":")[0].lower(), target

    def _has_current(self, resource: Resource) -> bool:
        """Whether the client's copy is current; RFC 9110, section 13.2.2: a tag beats a date."""
        if resource.status != 200:  # noqa: PLR2004
            return False
        if tags := self.headers.get("If-None-Match"):
            known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            return resource.etag is not None and resource.etag.removeprefix("W/") in known
        since = self.headers.get("If-Modified-Since")
        if not since or not resource.last_modified:
            return False
        try:
            return parsedate_to_datetime(resource.last_modified) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):  # a date we cannot read asks for nothing
            return False

    def _packed(self, resource: Resource) -> tuple[bytes, bool]:
        accepts = "gzip" in self.headers.get("Accept-Encoding", "")
        is_text = not resource.content_type.startswith("application/gzip")
        if accepts and is_text and len(resource.body) >= _GZIP_FROM_BYTES:
            return gzip.compress(resource.body, compresslevel=1, mtime=0), True
        return resource.body, False

    def _send_validators(self, resource: Resource) -> None:
        if resource.etag:
            self.send_header("ETag", resource.etag)
        if resource.last_modified:
            self.send_header("Last-Modified", resource.last_modified)

    def _send_entity_headers(self, resource: Resource, length: int, *, is_packed: bool) -> None:
        if resource.location:
            self.send_header("Location", resource.location)
        self.send_header("Content-Type", resource.content_type)
        self.send_header("Vary", "Accept-Encoding")
        if is_packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(length))
