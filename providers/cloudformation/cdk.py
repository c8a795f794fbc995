"""Reads what the AWS CDK synthesises (`cdk.out`): the manifest says which templates go to which account and region.

Assets beside the templates are code and archives, and no stacks; nested stacks are read where a template names them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from providers.cloudformation.reader import read_stack
from providers.cloudformation.scope import Given
from scanner.sdk import EVERY_TYPE, Answer, Call, InvalidFile, Json, Options, OutOfReach, Reason, local_file

MAX_ARTIFACTS, MAX_DEPTH = 500, 5
_MANIFEST = re.compile(r'"type"\s*:\s*"(?:aws:cloudformation:stack|cdk:cloud-assembly)"')
_ENVIRONMENT = re.compile(r"aws://([^/]*)/([^/]*)\Z")
_REMEDY = "synthesise the app again (cdk synth), and give the folder cdk.out or its manifest.json"


def recognise(text: str) -> bool:
    """Whether the text looks like the manifest of a cloud assembly."""
    return text.lstrip("\ufeff \t\r\n").startswith("{") and '"artifacts"' in text and bool(_MANIFEST.search(text))


def read(path: Path, name: str, options: Options) -> Answer:
    """The stacks of an assembly and of those within it. Raises InvalidFile, UsageError."""
    answers = list(_assembly(path, name, options, 0))
    call = Call("aws", "", "", "file", f"read {name}", at=options.taken_at, pages=1, items=sum(len(answer.documents) for answer in answers))
    calls = tuple(one for answer in answers for one in (answer.call, *answer.more_calls))
    return Answer(call, tuple(doc for answer in answers for doc in answer.documents), more_calls=calls, reads=frozenset(file for answer in answers for file in answer.reads))


def _assembly(path: Path, name: str, options: Options, depth: int) -> Iterator[Answer]:
    manifest = _json(path, name)
    artifacts = manifest.get("artifacts")
    if not isinstance(artifacts, dict) or len(artifacts) > MAX_ARTIFACTS:
        raise InvalidFile(name, f"has no artifacts, or more than {MAX_ARTIFACTS}", _REMEDY, 1)
    missing = manifest.get("missing")
    if isinstance(missing, list) and missing:
        yield _lost(name, "context", options, Reason.UNRESOLVED, f"{len(missing)} values of the context were not looked up: the templates hold stand-ins for them")
    for key, artifact in artifacts.items():
        if not isinstance(artifact, dict):
            continue
        properties = artifact.get("properties")
        own = properties if isinstance(properties, dict) else {}
        if artifact.get("type") == "aws:cloudformation:stack":
            yield _stack(path, name, key, artifact, own, options)
        elif artifact.get("type") == "cdk:cloud-assembly":
            where = f"{own.get('directoryName')}/manifest.json"
            try:
                inner = local_file(path, where)
            except OutOfReach as error:
                yield _lost(name, key, options, Reason.UNSUPPORTED, f"the assembly {key} is not read: {error}")
                continue
            if depth >= MAX_DEPTH:
                yield _lost(name, key, options, Reason.UNSUPPORTED, f"assemblies are nested more than {MAX_DEPTH} levels deep")
                continue
            yield replace(_lost(name, key, options, None, ""), reads=frozenset({inner}))
            yield from _assembly(inner, _beside(name, where), options, depth + 1)


def _stack(path: Path, name: str, key: str, artifact: Mapping[str, Json], own: Mapping[str, Json], options: Options) -> Answer:
    """One stack, in the environment that it was synthesised for."""
    where = str(own.get("templateFile"))
    try:
        file = local_file(path, where)
    except OutOfReach as error:
        return _lost(name, key, options, Reason.UNSUPPORTED, f"the stack {key} is not read: {error}")
    shown = _beside(name, where)
    given = Given.of(options, shown)
    environment = _ENVIRONMENT.match(str(artifact.get("environment", "")))
    account, region = environment.groups() if environment else ("", "")
    parameters = own.get("parameters")
    given = replace(
        given,
        account=given.account if account in ("", "unknown-account") else account,
        region=given.region if region in ("", "unknown-region") else region,
        parameters={**({k: str(v) for k, v in parameters.items()} if isinstance(parameters, dict) else {}), **given.parameters},
    )
    try:
        answer = read_stack(file, shown, given, options.taken_at)
    except InvalidFile as error:
        return replace(_lost(name, key, options, Reason.UNPARSABLE, error.message), reads=frozenset({file}))
    return replace(answer, reads=frozenset({*answer.reads, file}))


def _lost(name: str, key: str, options: Options, reason: Reason | None, detail: str) -> Answer:
    call = Call("aws", "", "", "file", f"read {name}", f"{name}#{key}", reason, "", detail, "", (EVERY_TYPE,) if reason else (), at=options.taken_at)
    return Answer(call)


def _beside(name: str, where: str) -> str:
    head, slash, _ = name.rpartition("/")
    return f"{head}{slash}{where}"


def _json(path: Path, name: str) -> Mapping[str, Json]:
    from providers.cloudformation.nodes import text_of

    try:
        found: Json = json.loads(text_of(path, name))
    except ValueError as error:
        raise InvalidFile(name, f"is not valid JSON: {error}", _REMEDY, getattr(error, "lineno", None)) from error
    except RecursionError as error:
        raise InvalidFile(name, "is nested too deep", _REMEDY) from error
    if not isinstance(found, dict):
        raise InvalidFile(name, "is no manifest", _REMEDY, 1)
    return found
