"""Thin Scrapy adapters between a spider and the network; why a request ended before it."""

from __future__ import annotations

import zlib
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from scrapy.utils.httpobj import urlparse_cached

from ingest.workspace import current_workspace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.internet.base import ReactorBase
    from twisted.internet.defer import Deferred

__all__ = [
    "AddressGuard",
    "GuardResolver",
    "HostAsleep",
    "MetaRefresh",
    "RefusedAddress",
    "RobotsForbidden",
    "RobotsUnreadable",
    "WorkspaceProxy",
]

ALLOW_PRIVATE = "SEEDBED_ALLOW_PRIVATE_NETWORKS"
PROXY = "SEEDBED_PROXY"
OWN_SERVICE = "SEEDBED_OWN_SERVICE"  # address of a service of the user's own; it may be private
ASKS_OWN_SERVICE = "asks_own_service"  # in the meta of a request that a spider makes to it
_PORTS = {"http": 80, "https": 443}
# All IPv6 that was ever given out as public (IANA, ipv6-address-space). Outside lie, among others,
# site-local (fec0::/10) and both NAT64 blocks, which Python before 3.13 calls global.
_GIVEN_OUT = ip_network("2000::/3")
# Inside of it: 6to4, which carries an IPv4 address, and documentation. Then the IPv4 of protocols
# (RFC 6890) and of 6to4's relays, which are no hosts.
_NO_HOSTS = tuple(
    ip_network(block) for block in ("2002::/16", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24")
)


class RefusedAddress(IgnoreRequest):
    """The address leads where a crawler has no business."""


class HostAsleep(IgnoreRequest):
    """The host asked to be left alone; nothing failed, and the address waits."""

    def __init__(self, host: str, until: datetime) -> None:
        super().__init__(f"{host} asked to be left alone until {until:%F %T}")
        self.host = host
        self.until = until


class RobotsForbidden(IgnoreRequest):
    """robots.txt forbids the address."""


class RobotsUnreadable(IgnoreRequest):
    """robots.txt gave no answer; until it does, nothing may be fetched (RFC 9309, 2.3.1.4)."""


# Where a request could be taken for another protocol's: mail, chat, printers (WHATWG Fetch, 2.11).
_NO_WEB_PORTS = frozenset({
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
})  # fmt: skip


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet; IPv4 inside IPv6 is unwrapped."""
    ip = ip_address(address)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.version == _GIVEN_OUT.version and ip not in _GIVEN_OUT:
        return False
    is_no_host = any(ip in network for network in _NO_HOSTS if network.version == ip.version)
    return ip.is_global and not ip.is_multicast and not is_no_host


def literal_ip(host: str) -> str | None:
    """The IP address that a host part spells, in any notation that `inet_aton` reads."""
    import socket

    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        pass
    try:  # 127.1, 2130706433, 0x7f.0.0.1
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, ValueError):  # ValueError: a null in it
        return None


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)


def is_own_service(request: Request, own: str | None) -> bool:
    """Whether a spider asks the user's own service, at exactly its scheme, host and port.

    A redirect is none: what answers there may be the service no more.
    """
    is_asked = request.meta.get(ASKS_OWN_SERVICE) and "redirect_times" not in request.meta
    return bool(own and is_asked and _origin(request.url) == _origin(own))


def _is_private_name(host: str) -> bool:
    # A proxy resolves for us, and may read both the dot at the end and what is escaped.
    host = unquote(host).removesuffix(".")
    literal = literal_ip(host)
    is_here = host == "localhost" or host.endswith(".localhost")  # RFC 6761, section 6.3
    return is_here or bool(literal and not is_public(literal))


class GuardResolver(CachingThreadedResolver):
    """Refuses names that resolve to private addresses, at connect time: no gap to rebind in."""

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float) -> None:
        super().__init__(reactor, cache_size, timeout)
        self.allow_private = False
        self.chosen_hosts = set[str | None]()  # by the settings, so they may be private

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> GuardResolver:
        """The resolver, told by the workspace: Scrapy makes it before a spider can tell it."""
        resolver = super().from_crawler(crawler, reactor)
        wanted = current_workspace().settings.crawl
        resolver.allow_private = wanted.allow_private_networks
        own = current_workspace().settings.search.searxng_url
        resolver.chosen_hosts = {urlsplit(url).hostname for url in (wanted.proxy, own) if url}
        return resolver

    def getHostByName(  # noqa: N802  # Twisted's name
        self, name: str, timeout: Sequence[int] = ()
    ) -> Deferred[str]:
        found: Deferred[str] = super().getHostByName(name, timeout)
        return found.addCallback(self._refuse_private, name)

    def _refuse_private(self, address: str, name: str) -> str:
        if not self.allow_private and name not in self.chosen_hosts and not is_public(address):
            raise RefusedAddress(f"{name} resolves to the private address {address}")
        return address


class AddressGuard:
    """Refuses schemes, credentials and address literals that no page should lead to."""

    def __init__(self, *, allow_private: bool, own_service: str | None = None) -> None:
        self.allow_private = allow_private
        self.own_service = own_service

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AddressGuard:
        return cls(
            allow_private=crawler.settings.getbool(ALLOW_PRIVATE),
            own_service=crawler.settings.get(OWN_SERVICE),
        )

    def process_request(self, request: Request) -> None:
        """Let a request pass, or end it.

        Raises:
            RefusedAddress: it leads where a crawler has no business.
        """
        parts = urlparse_cached(request)
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host:
            raise RefusedAddress(f"not a web address: {request.url}")
        if parts.username or parts.password:
            raise RefusedAddress(f"credentials in the address of {host}")
        if is_own_service(request, self.own_service):
            return
        # The resolver, which knows no ports, lets the host of the service pass.
        is_of_service = bool(self.own_service) and host == urlsplit(self.own_service or "").hostname
        if not self.allow_private and (is_of_service or _is_private_name(host)):
            raise RefusedAddress(f"private address: {host}")
        if parts.port in _NO_WEB_PORTS:
            raise RefusedAddress(f"no port of the web: {parts.netloc}")


class MetaRefresh(MetaRefreshMiddleware):
    """Follows a refresh where the page can be decoded; the reader judges what cannot.

    A page may declare a codec that is none of text (`zlib`) or not of pages (`idna`, `undefined`),
    and Scrapy's decoding raises whatever that raises.
    """

    def process_response(  # type: ignore[override]  # Scrapy gives no spider any more
        self, request: Request, response: Response
    ) -> Request | Response:
        """The page that is led to, or the page as it came."""
        try:
            followed: Request | Response = super().process_response(request, response)
        except (ValueError, LookupError, TypeError, zlib.error):
            return response
        return followed


class WorkspaceProxy:
    """Sends every request through the proxy of the settings, if there is one."""

    def __init__(self, proxy: str | None, own_service: str | None = None) -> None:
        self.proxy = proxy
        self.own_service = own_service

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> WorkspaceProxy:
        return cls(crawler.settings.get(PROXY), crawler.settings.get(OWN_SERVICE))

    def process_request(self, request: Request) -> None:
        """Name the proxy to the download handler; no proxy reaches a service on this machine."""
        is_own = is_own_service(request, self.own_service)
        is_here = is_own and _is_private_name(urlparse_cached(request).hostname or "")
        if self.proxy and not is_here:
            request.meta["proxy"] = self.proxy
