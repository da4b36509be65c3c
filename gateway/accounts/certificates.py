"""Client certificates: what is bound of one. Whoever signed it does not matter, since exactly this one is meant."""

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.accounts.model import BadCertificate, Certificate

_PEM = b"-----BEGIN CERTIFICATE-----"


def read(content: bytes, now: datetime) -> Certificate:
    """The certificate in a file.

    Args:
        content: one certificate, as PEM or DER.
        now: the present moment; one that has expired is not taken. One whose time is still to come is.

    Raises:
        BadCertificate: it holds none or several, or a private key, or its time is over.
    """
    if b"PRIVATE KEY" in content:
        raise BadCertificate(problem="the file holds a private key, which nobody but its owner should have")
    if content.count(_PEM) > 1:
        raise BadCertificate(problem="the file holds several certificates")
    try:
        found = (x509.load_pem_x509_certificate if _PEM in content else x509.load_der_x509_certificate)(content)
    except ValueError as error:
        raise BadCertificate(problem="the file holds no certificate") from error
    if found.not_valid_after_utc < now:
        raise BadCertificate(problem=f"it was valid until {found.not_valid_after_utc:%Y-%m-%d}")
    subject = found.subject.rfc4514_string()[:200]
    fingerprint = found.fingerprint(SHA256()).hex()
    return Certificate(fingerprint, subject, found.not_valid_after_utc, found.not_valid_before_utc)
