"""What an answer may bring beside its body: so many headers, so many layers of packing.

Scrapy bounds the body alone. Headers are kept in full before anybody is asked (100,000 of them
held the event loop for a second), and each layer of packing is unpacked in the event loop, up to
the limit of the body every time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, IgnoreRequest
from scrapy.http import Response, TextResponse
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS, ResponseFailed

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from twisted.internet.interfaces import IAddress

__all__ = ["BoundedHandler", "FewLayers", "HeadTooLarge"]

_HEAD_BYTES = 128 * 1024  # browsers stop at 256 KiB; the largest of 621 answers had 9 KiB
_LAYERS = 2  # one is usual; a second is a server that packs what was packed


class HeadTooLarge(Exception):
    """The headers of an answer do not end."""


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """Counts what arrives until the body begins; `100 Continue` begins no body."""

    _head_bytes = 0

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if self._parser is None or self._parser.state not in (STATUS, HEADER):
            self._head_bytes = 0  # the connection may serve another request
            return
        self._head_bytes += len(data)
        if self._head_bytes > _HEAD_BYTES:
            error = HeadTooLarge(f"more than {_HEAD_BYTES} bytes of headers")
            self._giveUp(Failure(error))  # type: ignore[no-untyped-call]


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: IAddress | None) -> _BoundedProtocol:  # noqa: ARG002, N802
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class BoundedHandler(HTTP11DownloadHandler):
    """Scrapy's download handler, with an end to the headers of an answer."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory  # noqa: SLF001  # as Scrapy itself does

    async def download_request(self, request: Request) -> Response:
        """Fetch.

        Raises:
            DownloadCancelledError: the answer is larger than it may be.
        """
        try:
            return await super().download_request(request)
        except DownloadFailedError as exc:
            if (too_large := _too_large(exc.__cause__)) is None:
                raise
            raise DownloadCancelledError(str(too_large)) from exc


def _too_large(error: BaseException | None) -> HeadTooLarge | None:
    reasons = error.reasons if isinstance(error, ResponseFailed) else ()
    values = (reason.value for reason in reasons)
    return next((one for one in values if isinstance(one, HeadTooLarge)), None)


class FewLayers:
    """Refuses what is packed over and over, before anything is unpacked."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Let an answer pass, or end it.

        Raises:
            IgnoreRequest: it is packed too often.
        """
        del request
        stated = b",".join(response.headers.getlist("Content-Encoding"))
        layers = stated.count(b",") + 1 if stated else 0
        if layers > _LAYERS:
            raise IgnoreRequest(f"{layers} layers of packing (DOWNLOAD_MAXSIZE is for {_LAYERS})")
        if layers and isinstance(response, TextResponse):
            # As Scrapy unpacks it, it guesses the encoding of what is packed, in 2 ms, for nothing:
            # what kind it is, and in what encoding, it asks again of what was inside.
            return Response(**{name: getattr(response, name) for name in Response.attributes})
        return response
