"""Files: which reader each is for, what they name in turn, and their way into the ledger."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from scanner import plugins
from scanner.cli.targets import MAX_FILE, Targets, read_text
from scanner.collect.called import named
from scanner.collect.inline import MARK, inline
from scanner.collect.ledger import Ledger
from scanner.collect.plan import Answer, Options
from scanner.collect.trim import Trimmer
from scanner.declare.adopt import adopt
from scanner.declare.decl import TypeDecl
from scanner.errors import InvalidFile, MissingExtra
from scanner.model.known import Reason
from scanner.model.snapshot import EVERY_TYPE, Call, Document, Snapshot
from scanner.report.text import safe
from scanner.store.snapshot_file import load, looks_like

#: Words by which a file shows that types of a provider are needed to judge it.
_SPEAKS_OF = {"azure": (b"microsoft.", b"azurerm_", b"deploymenttemplate.json", b".bicep'"), "aws": (b"aws::", b"aws_", b"aws:cloudformation", b"cdk:cloud-assembly")}


def packages_for(targets: Targets) -> set[str]:
    """The packages of declarations that the files can need: loading fewer starts faster."""
    found: set[str] = set()
    for file in targets.files:
        if file.is_dir():  # a folder of Terraform files may speak of any
            return {f"providers.{name}.types" for name in _SPEAKS_OF}
        try:
            text = file.read_bytes().lower() if file.stat().st_size <= MAX_FILE else b""
        except OSError:
            continue  # said when it is read
        found |= {f"providers.{name}.types" for name, words in _SPEAKS_OF.items() if any(word in text for word in words)}
    return found or {"providers.aws.types"} if targets.files else found


def read_files(targets: Targets, options: Options, decls: Mapping[str, TypeDecl], ledger: Ledger) -> list[Snapshot]:
    """Read files into the ledger, and give the snapshots among them. A file that was only found in a folder, and that another
    one reads as a part of itself (a module, a nested template), is no target of its own."""
    snapshots: list[Snapshot] = []
    answers: dict[Path, Answer] = {}
    for path in targets.files:
        got = _read(path, path in targets.named, options)
        if isinstance(got, Snapshot):
            snapshots.append(got)
        elif got is not None:
            answers[path] = got
    trimmed, parts = Trimmer(decls), _parts(answers)
    for path, answer in answers.items():
        if path in targets.named or path not in parts:
            documents, unread = adopt(answer.documents, decls)
            ledger.take(replace(answer, documents=tuple(trimmed(named(doc)) for doc in _with_waivers(documents)), more_calls=(*answer.more_calls, *unread)))
    return snapshots


def _with_waivers(documents: tuple[Document, ...]) -> Iterator[Document]:
    """The documents with the waivers that stand as comments beside them; a comment that excuses nothing is said."""
    by_file: dict[str, list[Document]] = {}
    for doc in documents:
        by_file.setdefault(doc.file or "", []).append(doc)
    for file, here in by_file.items():
        text = read_text(Path(file)) if file and Path(file).is_file() else ""
        if MARK not in text:
            yield from here
            continue
        found, troubles = inline(text, here, plugins.load_checks())
        yield from found
        for trouble in troubles:
            print(f"houvast: {safe(file)}:{trouble.line}: {safe(trouble.why)}\n  → {trouble.remedy}", file=sys.stderr)


def _parts(answers: Mapping[Path, Answer]) -> set[Path]:
    """Files that another one reads (and not the other way round as well)."""
    reads = {path.resolve(): {file.resolve() for file in answer.reads} for path, answer in answers.items()}
    read = {part for path, parts in reads.items() for part in parts if path not in reads.get(part, ())}
    return {path for path in answers if path.resolve() in read}


def _read(path: Path, named: bool, options: Options) -> Answer | Snapshot | None:
    """What a file holds. One that was only found in a folder, and cannot be read, is a gap: it must not hide the others."""
    try:
        if path.is_dir():
            return plugins.folder_reader().read(path, str(path), options)
        text = read_text(path)
        if looks_like(text):
            return load(path)
        found = plugins.reader_of(text)
        del text  # the reader takes it from the file, within bounds of its own
        if found is not None:
            return found.read(path, str(path), options)
    except (InvalidFile, MissingExtra) as error:
        if named:
            raise
        reason = Reason.UNPARSABLE if isinstance(error, InvalidFile) else Reason.UNSUPPORTED
        return Answer(Call("aws", "", "", "file", f"read {path}", str(path), reason, "", error.message, "", (EVERY_TYPE,)))
    if named:
        raise InvalidFile(str(path), "is of no kind that Houvast reads", "it reads CloudFormation and ARM templates, Bicep files, Terraform plans and its own snapshots")
    return None
