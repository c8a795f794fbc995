"""Look at targets: open the providers, run their loops side by side, read the files, keep the ledger."""

from __future__ import annotations

import gc
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from scanner import __version__, plugins
from scanner.cli.files import packages_for, read_files
from scanner.cli.progress import Progress
from scanner.cli.targets import Targets
from scanner.collect.ledger import Ledger
from scanner.collect.plan import Answer, Options, Worker
from scanner.declare.decl import TypeDecl
from scanner.model.facts import FACTS
from scanner.model.record import dataclass
from scanner.model.snapshot import Run, Snapshot, all_but
from scanner.store.snapshot_file import is_snapshot

_PATIENCE = (1_000_000, 20, 20)
"""Reading files makes many objects that stay, and hardly any garbage in circles: looking for it would take a tenth of the time."""
ENDPOINTS = "tls.endpoints"
"""Setting: probe what the clouds declare as well."""


@dataclass(frozen=True)
class Collected:
    """What a run brought."""

    snapshot: Snapshot
    stopped: bool
    """Ctrl-C ended it before its end."""


def now() -> datetime:
    """The moment, to the second; SOURCE_DATE_EPOCH fixes it for reproducible output."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(fixed), UTC) if fixed else datetime.now(UTC).replace(microsecond=0)


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def declarations(targets: Targets, options: Options) -> Mapping[str, TypeDecl]:
    """The declarations that these targets can need (and the endpoints that they offer); loading fewer starts faster."""
    if any(is_snapshot(file) for file in targets.files):
        return plugins.load_types()  # a snapshot may hold anything; what has no declaration would not be judged
    packages = [f"providers.{kind}.types" for kind in sorted({*targets.live, *(("tls",) if options.settings.get(ENDPOINTS) else ())})]
    return plugins.load_types(*sorted({*packages, *packages_for(targets)}))


def collect(targets: Targets, options: Options, decls: Mapping[str, TypeDecl], quiet: bool, told: Callable[[Answer], None] | None = None) -> Collected:
    """Look at everything. Ctrl-C once ends the looking and keeps what was seen. `told` is given each answer as it comes."""
    ledger = Ledger(told)
    if not targets.live:
        gc.set_threshold(*_PATIENCE)
    snapshots = read_files(targets, options, decls, ledger)
    workers = [plugins.live(kind).open(rest, options, decls) for kind, rest in sorted(targets.live.items())]
    stop = threading.Event()
    complete = True
    if workers:
        with Progress(quiet, ledger) as progress, _interruptible(stop):
            complete = _run(workers, ledger, options, stop, progress)
            if options.settings.get(ENDPOINTS) and set(targets.live) - {"tls"}:
                complete = _probe_offered(targets, options, decls, ledger, stop, progress) and complete
    snapshot = ledger.snapshot(run_of(targets, options, complete))
    for other in snapshots:
        snapshot = snapshot.merge(other)
    return Collected(snapshot, stop.is_set())


def run_of(targets: Targets, options: Options, complete: bool) -> Run:
    """Who looks, when, at what."""
    return Run(options.taken_at or stamp(now()), __version__, targets.words, _left_out(options), complete)


def _probe_offered(targets: Targets, options: Options, decls: Mapping[str, TypeDecl], ledger: Ledger, stop: threading.Event, progress: Progress) -> bool:
    """Probe the endpoints that the clouds declared, except those that were named as targets anyway."""
    from scanner.collect.offered import offered

    offer = offered(ledger.snapshot(Run("", "")), decls)
    for call in offer.lost:
        ledger.take(Answer(call))
    ledger.exclude(offer.excluded)
    asked = tuple(target for target in offer.targets if target not in targets.live.get("tls", ()))
    if not asked or stop.is_set():
        return not stop.is_set()
    told = {"tls.declared": "yes", "tls.own_names": " ".join(sorted(offer.own_names)), "tls.perhaps": json.dumps(dict(offer.perhaps))}
    declared = {**options.settings, **told}
    return _run([plugins.live("tls").open(asked, replace(options, settings=declared), decls)], ledger, options, stop, progress)


def _left_out(options: Options) -> tuple[str, ...]:
    """What the user's choice of types and checks kept from being looked at; regions are entered where they are known."""
    types = (all_but("types", options.types),) if options.types else ()
    facts = (all_but("facts", (f.__name__ for f in options.facts)),) if options.facts and not options.facts.issuperset(FACTS) else ()
    return (*facts, *types)


def _run(workers: list[Worker], ledger: Ledger, options: Options, stop: threading.Event, progress: Progress) -> bool:
    """Each provider's loop in a thread of its own: they share nothing but the ledger."""
    from scanner.collect.run import Loop  # brings asyncio: only where something live is looked at

    done: list[bool] = []
    errors: list[Exception] = []

    def one(worker: Worker) -> None:
        try:
            loop = Loop(worker, ledger, threads=options.workers, deadline=options.timeout, stop=stop, progress=progress.show)
            done.append(loop.run())
        except Exception as error:  # carried over to the main thread, which tells the user
            errors.append(error)

    threads = [threading.Thread(target=one, args=(worker,), daemon=True) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(0.2)
    if errors:
        raise errors[0]
    return len(done) == len(workers) and all(done)


@contextmanager
def _interruptible(stop: threading.Event) -> Iterator[None]:
    """The first Ctrl-C (or SIGTERM) ends the looking; the second one the program."""

    def first(_number: int, _frame: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, first) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
