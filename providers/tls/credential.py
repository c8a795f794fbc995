"""The client's own certificate, for servers that ask for one."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from scanner.sdk import InvalidFile, UsageError

PASSWORD = "HOUVAST_CLIENT_KEY_PASSWORD"
"""Environment variable with the password of the key file: it stands in no argument and no file."""


@dataclass(frozen=True, slots=True)
class Credential:
    """PEM files of a certificate with its chain, and of its key."""

    certificate: str
    key: str
    password: str = field(default="", repr=False)

    def into(self, context: ssl.SSLContext) -> None:
        """Present it in the handshakes of `context`."""
        # a password is always given: without one OpenSSL would ask for it at the terminal
        context.load_cert_chain(self.certificate, self.key, self.password or (lambda: b""))


def credential(certificate: str, key: str, password: str) -> Credential | None:
    """What the settings name, or None. Raises UsageError for half of it, InvalidFile for files that do not go together."""
    if not certificate:
        if key:
            raise UsageError("--client-key is given without --client-cert", "name the PEM file of the certificate too")
        return None
    for file in filter(None, (certificate, key)):
        if not Path(file).is_file():
            raise InvalidFile(file, "is not there", "name a PEM file")
    made = Credential(certificate, key or certificate, password)
    try:
        made.into(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    except (ssl.SSLError, OSError, ValueError) as error:
        why = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
        remedy = f"give a PEM certificate with --client-cert and its own key with --client-key; the password of an encrypted key in {PASSWORD}"
        raise InvalidFile(certificate, f"cannot be used as a client certificate ({str(why).replace('_', ' ').lower()})", remedy) from error
    return made
