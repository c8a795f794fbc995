"""`houvast verify`: is an evidence pack what it was, and does its judgement follow from its snapshot?"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from scanner import __version__, plugins
from scanner.cli.evidence import REPORTS, judged_files
from scanner.cli.judging import Choice, narrow
from scanner.errors import Exit, InvalidFile
from scanner.judge.assess import assess
from scanner.report.text import plural, safe
from scanner.store.pack import Pack, unpack
from scanner.store.promise_file import load_promises
from scanner.store.snapshot_file import parse
from scanner.store.waiver_file import load_waivers

FEW = 10


@dataclass
class Result:
    """What came of it."""

    faults: list[str] = field(default_factory=list)
    """What shows that the pack is not what it was, or does not follow from its snapshot."""
    notes: list[str] = field(default_factory=list)
    verdicts: int = 0
    same_rules: bool = True


def run(arguments: argparse.Namespace) -> int:
    """0 verified; 10 altered, or a judgement that does not follow; 11 judged by other rules than those of this program, with
    another outcome; 2 no pack at all."""
    pack = unpack(Path(arguments.pack))
    result = Result(list(pack.faults))
    if arguments.digest and not pack.digest.startswith(arguments.digest.removeprefix("sha256:").rstrip("…").lower() or "-"):
        result.faults.append(f"the pack is another one: its digest is {pack.digest}")
    if not pack.faults:
        _judge_again(pack, arguments.pack, result)
    _tell(pack, result, arguments)
    if result.faults:
        return int(Exit.FAILED)
    return int(Exit.OK if result.same_rules or not result.notes else Exit.UNKNOWN)


def _judge_again(pack: Pack, name: str, result: Result) -> None:
    try:
        stated = json.loads(pack.files["assessment.json"])
        snapshot = parse(pack.files["snapshot.jsonl"].decode(), f"{name}/snapshot.jsonl")
        rules = json.loads(pack.files["rules.json"])
        moment = datetime.fromisoformat(stated["judged_at"])
        choice = _choice(pack, rules)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidFile(name, f"lacks what is needed to judge again: {type(error).__name__}: {error}", "give a file written by houvast evidence") from error
    if missing := sorted(set(rules["checks"]) - set(choice.checks)):
        result.notes.append(f"checks that this program does not have: {', '.join(missing)}")
    known = plugins.load_types()
    snapshot, decls = narrow(snapshot, known, choice)
    made = assess(snapshot, decls, choice.checks, choice.promises, moment, choice.params, choice.waivers, known)
    again = judged_files(made, snapshot, choice, decls)
    result.verdicts = len(made.verdicts)
    result.same_rules = (stated.get("version"), stated.get("declarations_digest")) == (__version__, made.declarations_digest)
    differing = _differences(stated, json.loads(again["assessment.json"]))
    if not result.same_rules:
        result.notes += [f"judged by Houvast {stated.get('version')} with other rules than {__version__}", *differing[:FEW]] if differing else []
        return
    if again["assessment.json"] != pack.files["assessment.json"]:
        result.faults += [f"the assessment does not follow from the snapshot: {text}" for text in differing[:FEW] or ["its text differs"]]
        return
    for report in REPORTS:
        if report in again and report in pack.files and again[report] != pack.files[report]:
            result.faults.append(f"{report} does not say what the assessment says")


def _choice(pack: Pack, rules: Mapping[str, Any]) -> Choice:
    """The promises, waivers and parameters of the pack, as their own readers understand them."""
    every = plugins.load_checks()
    checks = {name: every[name] for name in rules["checks"] if name in every}
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder) / name for name in ("promises.toml", "waivers.toml") if name in pack.files}
        for name, path in paths.items():
            path.write_bytes(pack.files[name])
        promises = load_promises(paths["promises.toml"], every, rules.get("environments")) if "promises.toml" in paths else ()
        waivers = load_waivers(paths["waivers.toml"], every) if "waivers.toml" in paths else ()
    return Choice(checks, promises, frozenset(rules["types"]), rules["params"], waivers)


def _differences(stated: Mapping[str, Any], made: Mapping[str, Any]) -> list[str]:
    """Verdicts and promises that came out otherwise, by name."""
    found: list[str] = []
    try:
        old = {v["fingerprint"]: v for v in stated["verdicts"]}
        settled = {s["promise"]: s["status"] for s in stated["settlements"]}
    except (KeyError, TypeError):
        return ["it is not of the known shape"]
    for verdict in made["verdicts"]:
        before = old.pop(verdict["fingerprint"], None)
        if before is None or (before["status"], bool(before.get("waiver"))) != (verdict["status"], bool(verdict["waiver"])):
            found.append(f"{verdict['check']} of {verdict['subject']['name']} is {verdict['status']}, stated was {before['status'] if before else 'nothing'}")
        elif before != verdict:
            found.append(f"{verdict['check']} of {verdict['subject']['name']}: its words or evidence differ")
    found += [f"{v['check']} of {v['subject']['name']} is stated as {v['status']}, and is not asked" for v in old.values()]
    for settlement in made["settlements"]:
        before = settled.pop(settlement["promise"], None)
        if before != settlement["status"]:
            found.append(f"the promise {settlement['promise']} is {settlement['status']}, stated was {before}")
    return found + [f"the promise {name} is stated, and is not in the promise file" for name in settled]


def _tell(pack: Pack, result: Result, arguments: argparse.Namespace) -> None:
    if arguments.format == "json":
        shown = {"schema": "houvast/verification/1", "pack": arguments.pack, "digest": pack.digest, "faults": result.faults, "notes": result.notes, "verified": not result.faults}
        sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=1) + "\n")
        return
    print(f"{arguments.pack}: sha256:{pack.digest}")
    print(f"  taken {pack.manifest.get('taken_at')}, judged {pack.manifest.get('judged_at')} by Houvast {pack.manifest.get('version')}")
    for fault in result.faults:
        print(f"  ✗ {safe(fault)}")
    for note in result.notes:
        print(f"  ! {safe(note)}")
    if not result.faults:
        print(
            f"  ✓ {plural(len(pack.files) - 1, 'file')} as they were packed; {plural(result.verdicts, 'verdict')} judged again"
            + (" with the same outcome" if not result.notes else "")
        )
        if not arguments.digest:
            print("  whoever made the pack could have made another: compare the digest with the one that was kept (--digest)")
