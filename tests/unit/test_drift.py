"""Code and cloud side by side: equal, different, not known on either side, not recognised."""

from __future__ import annotations

from typing import Any

import pytest

from checks.drift import drift
from scanner.judge.engine import Question, judge
from scanner.judge.estate import Estate
from scanner.model.facts import OFF, ON, AtRest, Backups, Holder, Home, KeyCustody, Replicas
from scanner.model.known import Known, Reason, Unknown
from scanner.model.place import Place
from scanner.model.resource import Ref, Resource
from scanner.model.verdict import Verdict

ARN = "arn:aws:rds:eu-west-1:111122223333:db:main"
KIND = "AWS::RDS::DBInstance"


def live(*facts: Any, name: str = "main", region: str = "eu-west-1", tags: dict[str, str] | None = None) -> Resource:
    return Resource(Ref("aws", KIND, "111122223333", region, ARN.replace("main", name).replace("eu-west-1", region), name), _facts(facts), tags or {})


def code(*facts: Any, names: tuple[str, ...] = ("main",), region: str = "", address: str = "Db") -> Resource:
    return Resource(Ref("aws", KIND, "", region, f"stack.yaml#{address}", address), _facts(facts), {}, "cloudformation", False, names)


def _facts(facts: tuple[Any, ...]) -> dict[type, Any]:
    return {fact[0] if isinstance(fact, tuple) else type(fact): fact[1] if isinstance(fact, tuple) else Known(fact) for fact in facts}


def ask(*resources: Resource) -> tuple[Verdict, ...]:
    return judge(Estate(resources, (), {}), [Question(drift)], None)  # type: ignore[arg-type]


def test_the_same_passes() -> None:
    (verdict,) = ask(code(AtRest(ON)), live(AtRest(ON, "AES-256", detail="by the service")))
    assert (verdict.status, verdict.subject.id) == ("pass", ARN)
    assert verdict.why == "main is as stack.yaml#Db declares"


def test_a_difference_names_both_sides() -> None:
    (verdict,) = ask(code(AtRest(ON)), live(AtRest(OFF)))
    assert verdict.status == "fail"
    assert verdict.why == "main is not as stack.yaml#Db declares: state on, live off"
    (verdict,) = ask(code(Backups(True, "snapshot", keep_days=30.0)), live(Backups(True, "automatic", keep_days=7)))
    assert verdict.why.endswith("keep_days 30, live 7")


def test_places_are_compared_in_any_order() -> None:
    dublin, frankfurt, virginia = (Place(region, country) for region, country in (("eu-west-1", "IE"), ("eu-central-1", "DE"), ("us-east-1", "US")))
    (verdict,) = ask(code(Replicas((dublin, frankfurt))), live(Replicas((frankfurt, dublin))))
    assert verdict.status == "pass"
    (verdict,) = ask(code(Replicas(())), live(Replicas((virginia,))))
    assert verdict.why.endswith("places none, live us-east-1")
    (verdict,) = ask(code(Home(dublin)), live(Home(dublin)))
    assert verdict.status == "pass"


def test_what_one_side_does_not_say_is_not_compared() -> None:
    (verdict,) = ask(code(KeyCustody(Holder.CUSTOMER, "alias/ours")), live(KeyCustody(Holder.CUSTOMER, "arn:aws:kms:eu-west-1:1:key/2")))
    assert verdict.status == "pass"
    assert ask(code((AtRest, Unknown(Reason.UNSUPPORTED, "not shown"))), live(AtRest(ON))) == ()


@pytest.mark.parametrize("reason", [Reason.DENIED, Reason.UNRESOLVED, Reason.THROTTLED])
def test_what_is_not_known_is_unknown(reason: Reason) -> None:
    for pair in ((code((AtRest, Unknown(reason, "why"))), live(AtRest(ON))), (code(AtRest(ON)), live((AtRest, Unknown(reason, "why"))))):
        (verdict,) = ask(*pair)
        assert (verdict.status, verdict.reason) == ("unknown", reason)


def test_recognised_by_id_name_or_the_tags_of_its_stack() -> None:
    for names in ((ARN,), ("MAIN",)):
        assert [verdict.status for verdict in ask(code(AtRest(ON), names=names), live(AtRest(ON)))] == ["pass"]
    tagged = live(AtRest(ON), name="stack-db-1x2y", tags={"aws:cloudformation:logical-id": "Db", "aws:cloudformation:stack-name": "stack"})
    assert [verdict.status for verdict in ask(code(AtRest(ON), names=()), tagged)] == ["pass"]


def test_who_is_not_recognised_is_unknown() -> None:
    (verdict,) = ask(code(AtRest(ON), names=("other",)), live(AtRest(ON)))
    assert (verdict.status, verdict.reason, verdict.subject.id) == ("unknown", Reason.NOT_COLLECTED, "stack.yaml#Db")
    (verdict,) = ask(code(AtRest(ON)), live(AtRest(ON)), live(AtRest(ON), region="eu-central-1"))
    assert (verdict.status, verdict.reason) == ("unknown", Reason.UNRESOLVED)
    (verdict,) = ask(code(AtRest(ON), region="eu-west-1"), live(AtRest(ON)), live(AtRest(OFF), region="eu-central-1"))
    assert verdict.status == "pass", "the region tells them apart"


def test_one_side_alone_says_nothing() -> None:
    assert ask(live(AtRest(ON))) == ()
    assert ask(code(AtRest(ON))) == ()
