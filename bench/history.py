"""What the history costs: a first scan of many verdicts, a day on which nothing changed, and one on which one in a hundred did.

python bench/history.py [VERDICTS]       default: 50000
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from scanner.judge.diff import Seen
from scanner.model.resource import Ref
from scanner.model.snapshot import Call, Dialect, Document, Run, Snapshot
from scanner.model.verdict import Assessment, Coverage, Severity, Status, Verdict
from scanner.notify.events import decide
from scanner.report.json import render
from scanner.store.entry import Entry
from scanner.store.history import History

CHECKS = ("encryption-at-rest", "backup-enabled", "public-exposure", "deletion-guard", "residency")


def entry(verdicts: int, day: int, changed: int) -> Entry:
    """An estate of volumes, five verdicts each, spread over seventeen regions; `changed` of them are mended on this day."""
    at = f"2026-11-{day:02}T06:00:00Z"
    calls = [Call("aws", "111122223333", f"eu-west-{n}", "ec2", "DescribeVolumes", types=("AWS::EC2::Volume",), at=at) for n in range(17)]
    refs = [
        Ref("aws", "AWS::EC2::Volume", "111122223333", f"eu-west-{n % 17}", f"arn:aws:ec2:eu-west-{n % 17}:111122223333:volume/vol-{n:017x}", f"vol-{n:017x}")
        for n in range(verdicts // 5)
    ]
    documents = tuple(Document(ref, Dialect.LIVE, {}, {"": calls[n % 17].id}) for n, ref in enumerate(refs))
    snapshot = Snapshot(Run(at, "0", ("aws",)), tuple(calls), documents)
    found = []
    for n, ref in enumerate(refs):
        for m, check in enumerate(CHECKS):
            status = Status.FAIL if (n * 5 + m) % 10 == 0 and n * 5 + m >= changed else Status.PASS
            found.append(
                Verdict(check, {}, ref, "AtRest", status, f"{ref.name} stores data unencrypted" if status is Status.FAIL else "encrypted, key held by customer", Severity.HIGH)
            )
    assessment = Assessment("0", at, at, f"{day}", "rules", Coverage(17, 17, ()), tuple(found), (), len(refs))
    return Entry(assessment, snapshot, Seen.of(snapshot, CHECKS), "aws")


def main() -> None:
    """Print a line a day."""
    verdicts = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.sqlite3"
        print(f"{verdicts} verdicts; as JSON {len(render(entry(verdicts, 1, 0).assessment)) / 1e6:.1f} MB a scan")
        for day, (words, changed) in enumerate([("the first scan", 0), ("nothing changed", 0), ("1 % looked at anew", verdicts // 100), ("nothing changed", verdicts // 100)], 1):
            one = entry(verdicts, day, changed)
            size = path.stat().st_size if path.exists() else 0
            start, cpu = time.perf_counter(), time.process_time()
            with History(path) as history:
                recorded = history.record(one, decide())
                took, cpu = time.perf_counter() - start, time.process_time() - cpu
            assert recorded is not None
            print(
                f"{words:<22} {took:6.2f} s (CPU {cpu:5.2f})   {len(recorded.changes):6} changes   file {path.stat().st_size / 1e6:6.2f} MB (+{(path.stat().st_size - size) / 1e6:.2f})"
            )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
