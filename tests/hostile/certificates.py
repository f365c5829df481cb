"""Certificates that no crawler should believe, made on the spot."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["context"]


def context(folder: Path) -> ssl.SSLContext:
    """A server's context that shows each host the certificate its name asks for."""
    now = datetime.now(UTC)
    month = timedelta(days=30)
    spans = {
        "tls-self-signed": ("tls-self-signed.test", now - month, now + month),
        "tls-expired": ("tls-expired.test", now - 2 * month, now - month),
        "tls-wrong-host": ("another.test", now - month, now + month),
    }
    contexts = {
        f"{name}.test": _context(folder / f"{name}.pem", *span) for name, span in spans.items()
    }
    first = contexts["tls-self-signed.test"]

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        connection.context = contexts.get(name or "", first)

    first.sni_callback = choose
    return first


def _context(path: Path, host: str, since: datetime, until: datetime) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(path)
    return made
