"""Addresses of Terraform, and which cloud a type belongs to."""

from __future__ import annotations

import re
from functools import lru_cache

_PROVIDERS = {"aws": "aws", "awscc": "aws", "azurerm": "azure", "azapi": "azure", "azuread": "azure"}
_STEP = re.compile(r"""module\.[^.\[]+(?:\[(?:"(?:[^"\\]|\\.)*"|-?\d+)\])?""")
_LAST = re.compile(r"""\[(?:"(?:[^"\\]|\\.)*"|-?\d+)\]$""")
_INDEX = re.compile(r"""\[(?:"(?:[^"\\]|\\.)*"|-?\d+)\]""")


@lru_cache(maxsize=4096)
def cloud(kind: str) -> str:
    """`aws`, `azure`, or the first word of a type of another provider."""
    word = kind.partition("_")[0]
    return _PROVIDERS.get(word, word)


def plain(address: str) -> str:
    """An address without the keys of `count` and `for_each`: `module.a["x"].aws_s3_bucket.b[0]` becomes `module.a.aws_s3_bucket.b`."""
    return _INDEX.sub("", address) if "[" in address else address


def module_of(address: str) -> tuple[str, str]:
    """(`module.a["x"].module.b`, `aws_s3_bucket.c[0]`)."""
    if not address.startswith("module."):
        return "", address
    if "[" not in address:
        parts, n = address.split("."), 0
        while n + 1 < len(parts) and parts[n] == "module" and parts[n + 1]:
            n += 2
        return ".".join(parts[:n]), ".".join(parts[n:])
    module = ""
    rest = address
    while rest.startswith("module."):
        match = _STEP.match(rest)
        if match is None:
            break
        module = f"{module}.{match[0]}" if module else match[0]
        rest = rest[match.end() :].removeprefix(".")
    return module, rest


def key_of(address: str) -> str:
    """The key of `count` or `for_each` at the end of an address, in its brackets; empty without one."""
    found = _LAST.search(address) if address.endswith("]") else None
    return found[0] if found else ""


def join(module: str, rest: str) -> str:
    return f"{module}.{rest}" if module else rest


__all__ = ["cloud", "join", "key_of", "module_of", "plain"]
