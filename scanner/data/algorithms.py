"""Names of ciphers: `AES256`, `AES-256`, `aes 256 bits` and `aws:kms` mean the same strength."""

from __future__ import annotations

import re

#: Names that providers use for a service instead of a cipher, and the cipher behind it (AWS KMS developer guide,
#: "symmetric encryption KMS keys": AES-256-GCM; Amazon S3 user guide, "dual-layer encryption": AES-256 twice).
_BEHIND = {"awskms": "aes256gcm", "awskmsdsse": "aes256gcm"}


def _plain(name: str) -> str:
    bare = re.sub(r"[^a-z0-9]", "", name.lower())
    bare = re.sub(r"bits?$", "", bare)
    return _BEHIND.get(bare, bare)


_FAMILIES = re.compile(r"(aes|aria|camellia|chacha20|des|3des|tripledes|rc4|rc2|sm4|serpent|twofish|blowfish)")


def is_cipher(found: str, promised: str) -> bool | None:
    """Whether a cipher, as a provider names it, is the one that was promised: `AES-256` is met by every mode of it.
    None when `found` names no cipher that is known here, or less than was promised (`AES` without its length)."""
    wanted, seen = _plain(promised), _plain(found)
    longer_number = wanted[-1:].isdigit() and seen[len(wanted) :][:1].isdigit()
    if seen.startswith(wanted) and not longer_number:
        return True
    return False if _FAMILIES.match(seen) and not wanted.startswith(seen) else None
