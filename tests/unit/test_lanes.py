"""Lanes: each service gets its turns and its width; a service that throttles is asked less, then more again."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

import pytest

from providers.aws.pace import Pace, lane_of
from scanner.collect.plan import Answer, Job
from scanner.collect.pool import Lanes, pool
from scanner.model.snapshot import Call


class Worker:
    """Notes how much of each lane is under way; `slow` waits until it is told."""

    def __init__(self, threads: int, widths: dict[str, int]) -> None:
        self.threads, self.widths = threads, widths
        self.lock, self.go = threading.Lock(), threading.Event()
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()

    def lane(self, job: Job) -> str:
        return job.call.service

    def width(self, lane: str) -> int:
        return self.widths[lane]

    def start(self) -> tuple[Job, ...]:
        return ()

    def follow_up(self, documents: tuple[Any, ...], round: int) -> tuple[Job, ...]:
        return ()

    def work(self, job: Job) -> Answer:
        lane = job.call.service
        with self.lock:
            self.now[lane] += 1
            self.most[lane] = max(self.most[lane], self.now[lane])
        if lane == "slow":
            self.go.wait(10)
        with self.lock:
            self.now[lane] -= 1
        return Answer(job.call)


def job(lane: str, number: int) -> Job:
    return Job(Call("aws", "1", "r", lane, "List", str(number)), "list")


def test_a_slow_lane_keeps_to_its_width_and_holds_nobody_up() -> None:
    worker, done, quick = Worker(6, {"slow": 2, "quick": 4}), Counter[str](), threading.Event()
    all_done = threading.Event()

    def take(job: Job, answer: Answer) -> None:
        done[job.call.service] += 1
        if done["quick"] == 50:
            quick.set()
        if sum(done.values()) == 60:
            all_done.set()

    made = pool(worker, 1, take, lambda: False)
    assert isinstance(made, Lanes)
    for number in range(10):
        made.put(job("slow", number))
    for number in range(50):
        made.put(job("quick", number))
    assert quick.wait(10), "the quick lane waited for the slow one"
    assert done["slow"] == 0
    worker.go.set()
    assert all_done.wait(10)
    made.close()
    assert worker.most["slow"] <= 2
    assert worker.most["quick"] <= 4


def test_two_jobs_put_at_once_do_not_share_the_one_idle_thread() -> None:
    """The first waits for what the second brings."""
    worker, brought, both = Worker(4, {"slow": 1, "quick": 1}), Counter[str](), threading.Event()

    def take(job: Job, answer: Answer) -> None:
        brought[job.call.service] += 1
        if brought["quick"] == 2:
            worker.go.set()
        if sum(brought.values()) == 3:
            both.set()

    made = pool(worker, 1, take, lambda: False)
    assert isinstance(made, Lanes)
    made.put(job("quick", 0))
    while not made._idle:
        time.sleep(0.001)
    made.put(job("slow", 1))
    made.put(job("quick", 2))
    assert both.wait(5), f"only {dict(brought)}"
    made.close()


def test_nothing_starts_once_it_is_over() -> None:
    worker, done = Worker(2, {"quick": 2}), []
    made = pool(worker, 1, lambda job, _: done.append(job), lambda: True)
    for number in range(5):
        made.put(job("quick", number))
    made.close()
    assert done == []


def test_throttling_halves_a_lane_once_a_moment_and_answers_widen_it(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [100.0]
    monkeypatch.setattr("providers.aws.pace.time.monotonic", lambda: moment[0])
    paced, lane = Pace(), lane_of("1", "ec2", "eu-west-1")
    assert paced.width(lane) == 8
    for _ in range(5):  # under way together: one refusal
        paced.throttled(lane, 0.4)
    assert paced.width(lane) == 4
    assert paced.rest(lane) == pytest.approx(0.4)
    assert paced.width(lane_of("1", "ec2", "eu-west-2")) == 8
    for _ in range(9):
        moment[0] += 1
        paced.throttled(lane, 0.4)
    assert paced.width(lane) == 1
    moment[0] += 1
    assert paced.rest(lane) == 0
    for _ in range(400):
        paced.answered(lane)
    assert 20 < paced.width(lane) <= 24
