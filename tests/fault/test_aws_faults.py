"""Every call that a scan of AWS makes, broken in every way: nothing turns to pass, and what was not seen is said."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache

import pytest

from providers.aws.calls import CallFailed
from providers.aws.live import AwsWorker
from providers.aws.session import Account
from scanner import plugins
from scanner.collect.ledger import Ledger
from scanner.collect.plan import Options
from scanner.collect.run import Loop
from scanner.errors import MissingCredentials
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate, coverage
from scanner.model.known import Reason
from scanner.model.snapshot import EVERY_TYPE, Call, Run, Snapshot
from scanner.model.verdict import Status, Verdict
from tests.support.aws import CREDENTIALS, ESTATE_TYPES, QUICK, TYPES, environment, moto_server
from tests.support.aws_estates import broad
from tests.support.aws_faults import FAULTS, FaultProxy, fault_proxy
from tests.support.aws_refused import operations_of
from tests.support.cases import cases

NOW = datetime(2026, 11, 21, tzinfo=UTC)
REGIONS = ("eu-central-1", "us-east-1")
OPTIONS = replace(QUICK, regions=REGIONS, workers=12, retries=1, call_timeout=10)
HASTY = replace(OPTIONS, retries=0, call_timeout=0.25)
EXPECTED = {
    "denied": {Reason.DENIED}, "throttled": {Reason.THROTTLED}, "hang": {Reason.TIMEOUT}, "cut": {Reason.UNAVAILABLE}, "500": {Reason.UNAVAILABLE},
    "garbage": {Reason.UNAVAILABLE, Reason.UNPARSABLE}, "empty": {Reason.UNAVAILABLE, Reason.UNPARSABLE},
}  # fmt: skip
#: A second source answers these when the first does not: told apart below.
TWICE = {"DescribeRegions": "ListRegions", "HeadBucket": "GetBucketLocation"}


def operations() -> list[str]:
    return sorted({name for kind in ESTATE_TYPES for name in operations_of(plugins.load_types(TYPES)[kind])})


def concerned(healthy: Judged, operation: str) -> frozenset[str]:
    """Types that make a call, and those that it says something about: to scan these alone is as good, and faster."""
    makers = {kind for kind in ESTATE_TYPES if operation in operations_of(plugins.load_types(TYPES)[kind])}
    return frozenset(makers | {verdict.subject.type for verdict in hidden(healthy, operation)})


@dataclass
class Lab:
    proxy: FaultProxy
    url: str
    accounts: tuple[Account, ...] = ()
    hasty: tuple[Account, ...] = ()
    """The same with clients that hardly wait for an answer."""

    def scan(self, options: Options = OPTIONS) -> Snapshot:
        """A scan with the clients of the first one: making them would cost more than all the calls."""
        with environment({**CREDENTIALS, "AWS_ENDPOINT_URL": self.url}):
            worker = AwsWorker(self.hasty if options.call_timeout < 1 else self.accounts, options, plugins.load_types(TYPES), time.monotonic() + options.timeout)
            ledger = Ledger()
            complete = Loop(worker, ledger, threads=options.workers, deadline=options.timeout).run()
        return ledger.snapshot(Run(options.taken_at, "0.1.0", ("aws",), (), complete))

    def open(self, options: Options = OPTIONS) -> tuple[Account, ...]:
        with environment({**CREDENTIALS, "AWS_ENDPOINT_URL": self.url}):
            worker = plugins.live("aws").open(("",), options, plugins.load_types(TYPES))
        assert isinstance(worker, AwsWorker)
        return worker.accounts


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with moto_server() as moto:
        broad(moto)
        with fault_proxy(moto) as (proxy, url):
            made = Lab(proxy, url)
            made.accounts, made.hasty = made.open(OPTIONS), made.open(HASTY)
            yield made


@dataclass(frozen=True)
class Judged:
    snapshot: Snapshot
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> set[tuple[str, str, str]]:
        return {_name(v) for v in self.verdicts if v.status is Status.PASS}


def _name(verdict: Verdict) -> tuple[str, str, str]:
    return verdict.check, verdict.subject.id, verdict.fact


def judged(snapshot: Snapshot) -> Judged:
    estate = Estate.of(snapshot, plugins.load_types(TYPES))
    return Judged(snapshot, judge(estate, [Question(check) for check in plugins.load_checks().values()], NOW))


@pytest.fixture(scope="module")
def healthy(lab: Lab) -> Judged:
    lab.proxy.break_()
    found = judged(lab.scan())
    assert [call for call in found.snapshot.calls if not call.ok] == []
    assert found.passed
    missing = set(operations()) - set(lab.proxy.asked)
    assert not missing, f"the estate does not make the scan ask {missing}"
    return found


@cache
def permission_of(operation: str, snapshot: Snapshot) -> str:
    return next(call.permission for call in snapshot.calls if call.operation == operation)


def hidden(healthy: Judged, operation: str) -> list[Verdict]:
    """Verdicts whose evidence came from this operation's calls."""
    names = {call.name for call in healthy.snapshot.calls if call.operation == operation}
    return [v for v in healthy.verdicts if v.status is not Status.UNKNOWN and any(source.call in names for source in v.evidence)]


def still_sure(after: Judged, before: list[Verdict]) -> list[Verdict]:
    """Verdicts that are not unknown now. What fails may go on failing by what other calls prove: a refusal hides no proven copy."""
    now = {_name(v): v for v in after.verdicts}
    lost = {call.name for call in after.snapshot.calls if not call.ok}
    kept = [(v, found) for v in before if (found := now.get(_name(v))) is not None and found.status is not Status.UNKNOWN]
    return [v for v, found in kept if not (v.status is found.status is Status.FAIL and any(source.call and source.call not in lost for source in found.evidence))]


#: Where a bucket is has two sources: further below.
ALONE = [operation for operation in operations() if operation != "HeadBucket"]


@pytest.mark.parametrize("operation", ALONE)
def test_a_broken_call_makes_nothing_better(lab: Lab, healthy: Judged, operation: str) -> None:
    with cases() as case:
        for fault in FAULTS:
            with case(fault):
                nothing_is_better(lab, healthy, operation, fault)


def nothing_is_better(lab: Lab, healthy: Judged, operation: str, fault: str) -> None:
    lab.proxy.break_(operation, fault)
    after = judged(lab.scan(replace(HASTY if fault == "hang" else OPTIONS, types=concerned(healthy, operation))))
    lost = [call for call in after.snapshot.calls if call.operation == operation and not call.ok]
    assert lost, f"{operation} failed, and the ledger does not say so"
    assert {call.outcome for call in lost} <= EXPECTED[fault], lost
    assert after.passed <= healthy.passed
    gaps = coverage(after.snapshot).gaps
    assert any(gap.operation == operation and gap.permission for gap in gaps)
    assert still_sure(after, hidden(healthy, operation)) == []
    for kind in {kind for call in lost for kind in call.types}:
        seen = [v for v in after.verdicts if v.gap and v.subject.type == kind]
        assert seen, f"{kind} was not listed, and no verdict says so"


def _second_source(lab: Lab, healthy: Judged, operation: str, fault: str) -> Judged:
    lab.proxy.break_(operation, fault, **{TWICE[operation]: fault})
    after = judged(lab.scan(HASTY if fault == "hang" else OPTIONS))
    assert after.passed <= healthy.passed
    assert any(call.operation == operation and not call.ok for call in after.snapshot.calls)
    return after


@pytest.mark.parametrize("fault", ["denied", "throttled", "hang", "500"])
def test_where_a_bucket_is_has_two_sources(lab: Lab, healthy: Judged, fault: str) -> None:
    lab.proxy.break_("HeadBucket", fault)
    answered = judged(lab.scan(HASTY if fault == "hang" else OPTIONS))
    assert lab.proxy.asked["GetBucketLocation"]
    assert answered.passed <= healthy.passed
    after = _second_source(lab, healthy, "HeadBucket", fault)
    homes = [v for v in after.verdicts if v.subject.type == "AWS::S3::Bucket" and v.check == "residency" and v.fact == "Home"]
    assert homes
    assert all(v.status is Status.UNKNOWN for v in homes)
    assert not [v for v in after.verdicts if v.subject.type == "AWS::S3::Bucket" and v.fact in ("Replicas", "Transit") and v.status is not Status.UNKNOWN]


@pytest.mark.parametrize("fault", FAULTS)
def test_regions_have_two_sources(lab: Lab, healthy: Judged, fault: str) -> None:
    lab.proxy.break_("DescribeRegions", fault)
    answered = judged(lab.scan(HASTY if fault == "hang" else OPTIONS))
    assert answered.passed == healthy.passed or fault == "hang"
    lost = next(call for call in answered.snapshot.calls if call.operation == "DescribeRegions")
    assert lost.outcome in EXPECTED[fault]
    after = _second_source(lab, healthy, "DescribeRegions", fault)
    everything = [v for v in after.verdicts if v.gap and v.subject.type == "AWS::*"]
    assert everything, "nobody knows which regions there are, and no verdict says so"


def test_without_any_region_only_what_is_global_is_read(lab: Lab, healthy: Judged) -> None:
    lab.proxy.break_("DescribeRegions", "denied", ListRegions="denied")
    snapshot = lab.scan(replace(OPTIONS, regions=()))
    assert {doc.ref.type for doc in snapshot.documents} == {"AWS::S3::Bucket", "AWS::IAM::User", "AWS::KMS::Key"}  # keys only as references
    lost = next(call for call in snapshot.calls if call.operation == "DescribeRegions")
    assert lost.types == (EVERY_TYPE,)
    assert lost.permission == "ec2:DescribeRegions"


@pytest.mark.parametrize("fault", ["throttled", "500", "cut", "garbage", "empty"])
def test_nobody_says_who_i_am(lab: Lab, fault: str) -> None:
    """The scan goes nowhere, and says why; no fault of the network is taken for a wrong password."""
    lab.proxy.break_("GetCallerIdentity", fault)
    accounts = lab.open()
    assert accounts[0].fault is not None
    worker = AwsWorker(accounts, OPTIONS, plugins.load_types(TYPES), time.monotonic() + 60)
    (job,) = worker.start()
    assert job.call.types == (EVERY_TYPE,)
    with pytest.raises(CallFailed) as raised:
        worker.work(job)
    assert raised.value.reason in EXPECTED[fault]


def test_passing_faults_are_outlived(lab: Lab, healthy: Judged) -> None:
    """A service that throttles once and then answers leaves no gap."""
    lab.proxy.break_()
    seen: set[str] = set()

    def once(asked: object, reply: object) -> object:
        from tests.support.aws_faults import Asked, error

        assert isinstance(asked, Asked)
        if asked.operation in ("ListKeys", "DescribeVolumes") and (mark := f"{asked.operation}{asked.region}") not in seen:
            seen.add(mark)
            return error(asked, "", 400, "Throttling", "Rate exceeded")
        return reply

    lab.proxy.rewrite = once  # type: ignore[assignment]
    after = judged(lab.scan())
    assert len(seen) == 4
    assert after.passed == healthy.passed
    assert coverage(after.snapshot).gaps == ()


@pytest.mark.parametrize("period", [1, 2])
def test_pages_that_loop_come_to_an_end(lab: Lab, healthy: Judged, period: int) -> None:
    """The same token again and again, and two tokens in turn."""
    lab.proxy.break_()
    turns = iter(range(10_000))

    def loop(asked: object, reply: object) -> object:
        from tests.support.aws_faults import Asked, Reply

        assert isinstance(asked, Asked)
        assert isinstance(reply, Reply)
        if asked.operation != "ListTables":
            return reply
        token = f"token-{next(turns) % period}"
        return Reply(200, reply.headers, reply.body.replace(b'"TableNames"', f'"LastEvaluatedTableName": "{token}", "TableNames"'.encode()))

    lab.proxy.rewrite = loop  # type: ignore[assignment]
    after = judged(lab.scan())
    lost = [call for call in after.snapshot.calls if call.operation == "ListTables" and not call.ok]
    assert {call.region for call in lost} == set(REGIONS)
    assert all(call.outcome is Reason.UNAVAILABLE and call.pages for call in lost)
    assert after.passed <= healthy.passed
    assert [v for v in after.verdicts if v.gap and v.subject.type == "AWS::DynamoDB::Table"]
    assert any(doc.ref.name == "orders" for doc in after.snapshot.documents), "what was read before is kept"


def test_the_deadline_of_the_run_ends_every_wait(lab: Lab) -> None:
    lab.proxy.break_("DescribeVolumes", "throttled")
    options = replace(OPTIONS, retries=1000, timeout=1.5, settings={})
    snapshot = lab.scan(options)
    assert any(call.operation == "DescribeVolumes" and call.outcome in (Reason.THROTTLED, Reason.TIMEOUT) for call in snapshot.calls)


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId", "SignatureDoesNotMatch"])
def test_refused_credentials_are_told_before_anything_is_scanned(lab: Lab, code: str) -> None:
    lab.proxy.break_()

    def refuse(asked: object, reply: object) -> object:
        from tests.support.aws_faults import Asked, error

        assert isinstance(asked, Asked)
        return error(asked, "", 403, code, "no") if asked.operation == "GetCallerIdentity" else reply

    lab.proxy.rewrite = refuse  # type: ignore[assignment]
    with pytest.raises(MissingCredentials) as raised:
        lab.open()
    assert code in raised.value.message
    assert raised.value.advice


def test_a_call_is_complete(healthy: Judged) -> None:
    """Every entry of the ledger says what would have to be granted, when it was made, and what it brought."""
    for call in healthy.snapshot.calls:
        assert isinstance(call, Call)
        assert call.permission.count(":") == 1, call
        assert call.at, call
        assert call.pages or call.code, call
