"""The snapshot file: JSON lines. A header, the calls, the documents, and a last line that says it is whole.

A file that was cut off is still read: what is there counts, and the cut is a gap of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields, replace
from datetime import date
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.errors import InvalidFile
from scanner.model.known import Reason
from scanner.model.resource import Ref
from scanner.model.snapshot import EVERY_TYPE, SCHEMA, Call, Dialect, Document, Run, Snapshot
from scanner.model.waiver import InlineWaiver
from scanner.store.atomic import write_atomic

if TYPE_CHECKING:
    from scanner.collect.plan import Part

_LONGEST_HEADER = 4 * 1024 * 1024
"""Characters: some ten thousand targets."""


def dump(snapshot: Snapshot) -> str:
    """The file's text; equal snapshots give equal text."""
    return "".join(f"{line}\n" for line in _lines(snapshot))


def _lines(snapshot: Snapshot) -> Iterator[str]:
    yield _json({"schema": SCHEMA, "run": asdict(snapshot.run)})
    yield from map(call_line, snapshot.calls)
    yield from map(document_line, snapshot.documents)
    yield _json({"end": {"calls": len(snapshot.calls), "documents": len(snapshot.documents)}})


def call_line(call: Call) -> str:
    """A call as its line of the file."""
    return _json({"call": {name: value for name, value in zip(_CALL, _of_call(call), strict=True) if value not in ("", (), None, 0)}})


def document_line(doc: Document) -> str:
    """A document as its line of the file."""
    plain: dict[str, Any] = {"ref": str(doc.ref), "dialect": doc.dialect, "body": doc.body, "calls": doc.calls}
    optional: dict[str, Any] = {"tags": doc.tags, "file": doc.file, "lines": doc.lines, "reference": doc.reference}
    optional["names"] = doc.names
    optional["waivers"] = [[waiver.check, str(waiver.until), waiver.reason, waiver.line] for waiver in doc.waivers]
    return _json({"document": plain | {k: v for k, v in optional.items() if v}})


_CALL = tuple(member.name for member in fields(Call))
_of_call = attrgetter(*_CALL)
# ASCII: a cut never falls inside a character, and no text can hold what some reader takes for the end of a line
_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=dict).encode


def save(snapshot: Snapshot, path: Path) -> None:
    """Write atomically, line by line. Raises InvalidFile when the place cannot be written."""
    write_atomic(path, (f"{line}\n" for line in _lines(snapshot)))


def looks_like(text: str) -> bool:
    """Whether the first line of a file is that of a snapshot; it names every target and may be long."""
    return f'"{SCHEMA}"' in text.split("\n", 1)[0]


def is_snapshot(path: Path) -> bool:
    """The same for a file, of which only the first line is read; False for what cannot be read."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return looks_like(file.readline(_LONGEST_HEADER))
    except OSError:
        return False


def load(path: Path) -> Snapshot:
    """Read a snapshot file. Raises InvalidFile naming file, line and remedy."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidFile(str(path), f"cannot be read: {error.strerror}", "give a file written by --snapshot") from error
    except UnicodeDecodeError as error:
        raise InvalidFile(str(path), "is not UTF-8 text", "give a file written by --snapshot") from error
    return parse(text, str(path))


def parse(text: str, name: str) -> Snapshot:
    """The snapshot in a file's text; `name` is for messages."""
    remedy = "give a file written by houvast scan --snapshot"
    run: Run | None = None
    calls: list[Call] = []
    documents: list[Document] = []
    parts: list[tuple[Part, str]] = []
    excluded: set[str] = set()
    whole = False
    lines = text.removesuffix("\n").split("\n") if text else []
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            if number == 1:
                if record.get("schema") != SCHEMA:
                    raise InvalidFile(name, f"has schema {record.get('schema')!r}, not {SCHEMA}", remedy, 1)
                run = _run(record["run"])
            elif "call" in record:
                calls.append(_call(record["call"]))
            elif "document" in record:
                documents.append(_document(record["document"]))
            elif "part" in record:
                parts.append(_part(record["part"]))
            elif "excluded" in record:
                excluded.update(record["excluded"])
            elif "end" in record:
                whole = record["end"] == {"calls": len(calls), "documents": len(documents)}
        except (json.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
            if number == len(lines) and run is not None:
                break  # a last line that was cut off
            raise InvalidFile(name, f"is not a snapshot: {type(error).__name__}: {error}", remedy, number) from error
    if run is None:
        raise InvalidFile(name, "is empty", remedy)
    if not whole:
        calls.extend(_cut(name, run))
        run = replace(run, complete=False, excluded=tuple(sorted({*run.excluded, *excluded})))
    return Snapshot.of(run, calls, _joined(calls, documents, parts) if parts else documents)


def _joined(calls: Iterable[Call], documents: Iterable[Document], parts: Iterable[tuple[Part, str]]) -> tuple[Document, ...]:
    """The documents of a run that was still going on, put together as it would have done at its end."""
    from scanner.collect.ledger import Ledger
    from scanner.collect.plan import Answer

    ledger, answered, by_id = Ledger(), Call("", "", "", "", ""), {call.id: call for call in calls}
    ledger.take(Answer(answered, tuple(documents)))
    for part, call in parts:
        ledger.take(Answer(by_id[call], parts=(part,)) if call in by_id else Answer(answered))  # a part whose call was lost was not read
    return ledger.documents()


def _cut(name: str, run: Run) -> Iterator[Call]:
    """What is lost may be of any provider that was scanned; of a host or a file its name does not say which."""
    words = {target.partition(":")[0] for target in run.targets}
    clouds = {"aws", "azure"}
    for provider in sorted(words) if words and words <= clouds else ("aws", "azure", "tls"):
        yield Call(provider, "", "", "", f"read {name}", name, Reason.NOT_COLLECTED, "", "the snapshot file was cut off", "", (EVERY_TYPE,))


def _run(plain: dict[str, Any]) -> Run:
    return Run(plain["taken_at"], plain["version"], tuple(plain.get("targets", ())), tuple(plain.get("excluded", ())), plain["complete"] is True)


def _call(plain: dict[str, Any]) -> Call:
    outcome = Reason(plain["outcome"]) if plain.get("outcome") else None
    return Call(
        **{
            **plain,
            "outcome": outcome,
            "types": tuple(plain.get("types", ())),
            "provider": plain["provider"],
            **{k: plain.get(k, "") for k in ("account", "region", "service", "operation")},
        }
    )


def _part(plain: dict[str, Any]) -> tuple[Part, str]:
    from scanner.collect.plan import Part

    return Part(Ref.parse(plain["ref"]), str(plain["put"]), plain.get("body")), str(plain["call"])


def _document(plain: dict[str, Any]) -> Document:
    if not isinstance(plain["body"], dict) or not isinstance(plain["calls"], dict):
        raise TypeError("the body or the calls of a document are no object")
    return Document(
        Ref.parse(plain["ref"]), Dialect(plain["dialect"]), plain["body"], plain["calls"], plain.get("tags", {}),
        plain.get("file"), plain.get("lines", {}), plain.get("reference", False),
        tuple(InlineWaiver(check, date.fromisoformat(until), reason, line) for check, until, reason, line in plain.get("waivers", ())),
        tuple(plain.get("names", ())),
    )  # fmt: skip
