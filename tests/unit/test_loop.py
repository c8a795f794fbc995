"""The loop: every look ends in the ledger, whether it was answered, failed, broke or was never made."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

import pytest

from scanner.collect.ledger import Ledger
from scanner.collect.plan import Answer, Failure, Job, Part
from scanner.collect.run import Loop, Progress, attempt
from scanner.model.known import Reason
from scanner.model.snapshot import Call, Document, Run, Snapshot
from tests.support.declared import ACCOUNT, live, ref

RUN = Run("2026-11-21T10:00:00Z", "0.1.0")


def job(name: str, kind: str = "ok") -> Job:
    return Job(Call("aws", ACCOUNT, "eu-west-1", "x", name, types=("AWS::Test::Thing",), permission=f"x:{name}"), kind)


@dataclass
class Fake:
    """A worker whose jobs say by their kind what becomes of them."""

    first: tuple[Job, ...]
    then: dict[str, tuple[Job, ...]] = field(default_factory=dict)
    rounds: list[tuple[Job, ...]] = field(default_factory=list)
    hang: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event | None = None
    done: Counter[str] = field(default_factory=Counter)
    pictures: list[int] = field(default_factory=list)

    def start(self) -> tuple[Job, ...]:
        return self.first

    def work(self, job: Job) -> Answer:
        self.done[job.call.operation] += 1
        match job.kind:
            case "denied":
                raise Failure(Reason.DENIED, "AccessDenied", "no")
            case "partly":
                seen = Call("aws", ACCOUNT, "eu-west-1", "x", job.call.operation, pages=2, items=1)
                raise Failure(Reason.THROTTLED, "Throttling", "slow", Answer(seen, (live({}, "seen"),), parts=(Part(ref("seen"), "p", {}),), jobs=(job_after(job),)))
            case "broken":
                raise ZeroDivisionError("oops")
            case "nothing":
                return None  # type: ignore[return-value]
            case "hang":
                self.hang.wait(30)
            case "stop":
                assert self.stop
                self.stop.set()
        return Answer(job.call, (live({}, job.call.operation),), jobs=self.then.get(job.call.operation, ()))

    def follow_up(self, documents: tuple[Document, ...], round: int) -> tuple[Job, ...]:
        self.pictures.append(len(documents))
        return self.rounds[round] if round < len(self.rounds) else ()


def job_after(before: Job) -> Job:
    return job(f"{before.call.operation}-next")


def run(worker: Fake, deadline: float = 30.0, stop: threading.Event | None = None, progress: list[Progress] | None = None, threads: int = 3) -> tuple[bool, Snapshot]:
    ledger = Ledger()
    whole = Loop(worker, ledger, threads=threads, deadline=deadline, stop=stop, progress=progress.append if progress is not None else None).run()
    return whole, ledger.snapshot(RUN)


def outcomes(taken: Snapshot) -> dict[str, Reason | None]:
    return {call.operation: call.outcome for call in taken.calls}


def test_what_follows_is_done_too() -> None:
    worker = Fake((job("a"),), {"a": (job("b"), job("c")), "c": (job("d"),)}, [(job("e"),), (job("f"),)])
    progress: list[Progress] = []
    whole, taken = run(worker, progress=progress)
    assert whole
    assert outcomes(taken) == dict.fromkeys("abcdef")
    assert worker.pictures == [4, 5, 6]
    assert (progress[-1].done, progress[-1].known, progress[-1].failed) == (6, 6, 0)


def test_the_same_look_is_never_made_twice() -> None:
    worker = Fake((job("a"), job("a"), job("b")), {"a": (job("b"), job("c")), "b": (job("c"), job("a"))}, [(job("c"), job("d")), (job("d"),)])
    whole, _ = run(worker)
    assert whole
    assert worker.done == Counter("abcd")


@pytest.mark.parametrize(
    ("kind", "reason", "code"), [("denied", Reason.DENIED, "AccessDenied"), ("broken", Reason.DEFECT, "ZeroDivisionError"), ("nothing", Reason.DEFECT, "AttributeError")]
)
def test_a_look_that_fails_is_an_answer_with_a_reason(kind: str, reason: Reason, code: str) -> None:
    whole, taken = run(Fake((job("a", kind), job("b"))))
    assert whole
    failed = next(call for call in taken.calls if call.operation == "a")
    assert (failed.outcome, failed.code, failed.types, failed.permission) == (reason, code, ("AWS::Test::Thing",), "x:a")
    assert outcomes(taken)["b"] is None


def test_what_was_read_before_a_failure_is_kept_and_the_failure_too() -> None:
    whole, taken = run(Fake((job("a", "partly"),)))
    assert whole
    assert outcomes(taken) == {"a": Reason.THROTTLED, "a-next": None}
    failed = next(call for call in taken.calls if call.operation == "a")
    assert (failed.pages, failed.items, failed.types) == (2, 1, ("AWS::Test::Thing",))
    assert [doc.ref.name for doc in taken.documents] == ["a-next", "seen"]


def test_stopping_leaves_what_was_not_done_as_not_collected() -> None:
    stop = threading.Event()
    worker = Fake((job("first"), job("stops", "stop"), *(job(f"later-{n}") for n in range(5))), stop=stop)
    whole, taken = run(worker, stop=stop, threads=1)
    assert not whole
    found = outcomes(taken)
    assert len(found) == 7, "no look is forgotten"
    assert found["first"] is None
    assert set(found.values()) == {None, Reason.NOT_COLLECTED}
    assert worker.done.total() == 2
    assert all(call.types for call in taken.calls if not call.ok), "each is a gap of its types"


def test_what_follows_from_the_last_answers_is_not_collected_either() -> None:
    stop = threading.Event()
    worker = Fake((job("stops", "stop"),), {"stops": (job("next"),)}, stop=stop)
    whole, taken = run(worker, stop=stop, threads=1)
    assert not whole
    found = outcomes(taken)
    if found["stops"] is None:  # its answer came before the end was seen
        assert found["next"] is Reason.NOT_COLLECTED
    else:
        assert found == {"stops": Reason.NOT_COLLECTED}


def test_a_look_that_hangs_is_given_up_at_the_deadline() -> None:
    worker = Fake((job("hangs", "hang"), job("b")))
    try:
        whole, taken = run(worker, deadline=0.3)
    finally:
        worker.hang.set()
    assert not whole
    assert outcomes(taken) == {"hangs": Reason.TIMEOUT, "b": None}


def test_an_answer_that_comes_after_the_end_changes_nothing() -> None:
    worker, ledger = Fake((job("hangs", "hang"),)), Ledger()
    assert not Loop(worker, ledger, threads=1, deadline=0.1).run()
    before = ledger.snapshot(RUN)
    worker.hang.set()
    assert ledger.snapshot(RUN) == before
    assert outcomes(before) == {"hangs": Reason.TIMEOUT}


def test_a_run_without_looks_ends() -> None:
    whole, taken = run(Fake(()))
    assert whole
    assert taken.calls == ()


def test_a_defect_names_itself_but_not_at_length() -> None:
    class Wordy(Fake):
        def work(self, job: Job) -> Answer:
            raise RuntimeError("x" * 10_000)

    answer = attempt(Wordy(()), job("a"))
    assert answer.call.outcome is Reason.DEFECT
    assert len(answer.call.detail) <= 300
