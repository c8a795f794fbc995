"""The evidence pack: a zip with a manifest of hashes. Equal contents give equal bytes; reading trusts nothing."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanner.errors import InvalidFile

SCHEMA = "houvast/evidence/1"
MANIFEST = "manifest.json"
MAX_FILES = 64
MAX_BYTES = 512 * 1024 * 1024
"""Of all files together, unpacked."""
MAX_RATIO = 250
"""Unpacked to packed, of files above 1 MiB: reports reach 60, a bomb a thousand."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)?\Z")
_FOLDER = re.compile(r"[a-z0-9][a-z0-9._-]*/\Z")
_REMEDY = "give a file written by houvast evidence"


@dataclass(frozen=True)
class Pack:
    """A pack that was read."""

    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]
    digest: str
    """SHA-256 of the manifest, which holds those of all files: it names the whole pack."""
    faults: tuple[str, ...]
    """Files that are altered, missing or added, one sentence each."""


def pack(files: Mapping[str, bytes], about: Mapping[str, Any]) -> tuple[bytes, str]:
    """The zip and the digest of its manifest. Times are fixed, names sorted, the manifest comes first."""
    listed = [{"name": name, "sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body)} for name, body in sorted(files.items())]
    manifest = (json.dumps({"schema": SCHEMA, **about, "files": listed}, ensure_ascii=False, indent=1) + "\n").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, body in [(MANIFEST, manifest), *sorted(files.items())]:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100644 << 16
            archive.writestr(info, body)
    return out.getvalue(), hashlib.sha256(manifest).hexdigest()


def unpack(path: Path) -> Pack:
    """Read a pack into memory; nothing is written to the disk. Raises InvalidFile for what is no pack or means harm."""
    name = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            files = _read(archive, name)
    except OSError as error:
        raise InvalidFile(name, f"cannot be read: {error.strerror or error}", _REMEDY) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise InvalidFile(name, f"is no sound zip file: {error}", "it was cut off or altered: get it again from where it was kept") from error
    try:
        manifest = json.loads(files[MANIFEST])
        listed = {entry["name"]: (entry["sha256"], entry["bytes"]) for entry in manifest["files"]}
        schema = manifest["schema"]
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidFile(name, f"has no manifest that can be read: {type(error).__name__}", _REMEDY) from error
    if schema != SCHEMA:
        raise InvalidFile(name, f"has schema {schema!r}, not {SCHEMA}", _REMEDY)
    return Pack(manifest, files, hashlib.sha256(files[MANIFEST]).hexdigest(), tuple(_faults(files, listed)))


def _faults(files: Mapping[str, bytes], listed: Mapping[str, tuple[str, int]]) -> list[str]:
    found: list[str] = []
    for name in sorted({*files, *listed} - {MANIFEST}):
        if name not in files:
            found.append(f"{name} is missing")
        elif name not in listed:
            found.append(f"{name} was added")
        elif (hashlib.sha256(files[name]).hexdigest(), len(files[name])) != tuple(listed[name]):
            found.append(f"{name} was altered")
    return found


def _read(archive: zipfile.ZipFile, name: str) -> dict[str, bytes]:
    """Every file, within bounds; sizes in headers are not believed."""
    entries = archive.infolist()
    if len(entries) > MAX_FILES:
        raise InvalidFile(name, f"holds {len(entries)} files, more than any pack", _REMEDY)
    files: dict[str, bytes] = {}
    room = MAX_BYTES
    for entry in entries:
        kind = entry.external_attr >> 28
        if _FOLDER.match(entry.filename) and entry.file_size == 0 and kind in (0, 4):
            continue  # written by programs that pack folders
        if not _NAME.match(entry.filename) or kind not in (0, 8):
            raise InvalidFile(name, f"holds {entry.filename[:80]!r}, which no pack has", "do not unpack it with other programs either: it may write outside its folder")
        if entry.filename in files:
            raise InvalidFile(name, f"holds {entry.filename} twice", _REMEDY)
        if entry.flag_bits & 0x1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InvalidFile(name, f"holds {entry.filename} in a form that no pack uses", _REMEDY)
        limit = min(room, max(entry.compress_size * MAX_RATIO, 1024 * 1024))
        with archive.open(entry) as file:
            body = file.read(limit + 1)
        if len(body) > limit:
            raise InvalidFile(name, f"{entry.filename} unpacks to more than {limit // 1024 // 1024} MiB", "it is no pack, or is meant to fill the memory")
        room -= len(body)
        files[entry.filename] = body
    return files
