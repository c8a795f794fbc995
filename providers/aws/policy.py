"""Resource policies: does one refuse every request without TLS, does one open the thing to everybody? Pure.

A policy is taken at its word: a statement counts as refusing plaintext only if it refuses it to everyone, for every
action, on the whole of the thing (a bucket and its objects), on no other condition. Whatever only looks like it does not count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scanner.sdk import REFERENCE, Exposure, NotApplicable, Ref, TlsFloor, Transit

Statement = Mapping[str, Any]
Pattern = tuple[str, str]
"""(logical id, text): a template's reference has the first, a written ARN only the second."""


def statements(policies: tuple[Any, ...]) -> Iterator[Statement]:
    """Every statement; a single one may stand without a list. Raises TypeError for what is no policy."""
    for policy in policies:
        if not isinstance(policy, Mapping):
            raise TypeError(f"a policy is an object, found {type(policy).__name__}")
        for statement in _list(policy.get("Statement", [])):
            if not isinstance(statement, Mapping):
                raise TypeError("a statement is an object")
            yield statement


def parsed(policies: tuple[Any, ...]) -> tuple[Any, ...]:
    """Policies that some services give as JSON text; empty text is none. Raises ValueError."""
    return tuple(json.loads(policy) if isinstance(policy, str) else policy for policy in policies if policy != "")


def bucket_transit(ref: Ref, policies: tuple[Any, ...]) -> Transit:
    """S3 answers plain HTTP unless the bucket's policy refuses it (S3 User Guide, "Security best practices": enforce TLS)."""
    refusing = [s for s in statements(policies) if _refuses(s, _whole("s3"), _only_plaintext)]
    bucket, objects = _on_bucket(ref, refusing)
    if bucket and objects:
        return Transit(False, "the bucket policy refuses requests without TLS")
    if bucket or objects:
        return Transit(True, f"the bucket policy refuses plaintext for {'the bucket' if bucket else 'its objects'} only")
    return Transit(True, "no bucket policy refuses requests without TLS")


def bucket_floor(ref: Ref, policies: tuple[Any, ...]) -> TlsFloor:
    """All endpoints of AWS ask for TLS 1.2 at least (AWS Security Blog, since February 2024); a bucket policy may ask for more,
    by refusing lower versions to everyone (S3 User Guide, condition key `s3:TlsVersion`)."""
    if all(_on_bucket(ref, [s for s in statements(policies) if _refuses(s, _whole("s3"), _only_below_tls_1_3)])):
        return TlsFloor("TLSv1.3", "bucket policy")
    return TlsFloor("TLSv1.2")


def queue_transit(ref: Ref, policies: tuple[Any, ...], names: tuple[Any, ...] = ()) -> Transit:
    """SQS answers plain HTTP too, unless the queue's policy refuses it (SQS Developer Guide, "Security best practices": encrypt
    data in transit). `names`: what a template calls its queue."""
    for statement in statements(parsed(policies)):
        if _refuses(statement, _whole("sqs"), _only_plaintext) and _on_one(ref, "sqs", statement, names):
            return Transit(False, "the queue policy refuses requests without TLS")
    return Transit(True, "no queue policy refuses requests without TLS")


def topic_transit(ref: Ref, policies: tuple[Any, ...], names: tuple[Any, ...] = ()) -> Transit:
    """Messages come to a topic by `sns:Publish` alone: refusing that in plaintext is what AWS asks for (SNS Developer Guide,
    "Security best practices": enforce encryption of data in transit)."""
    for statement in statements(parsed(policies)):
        if _refuses(statement, _one("sns:publish"), _only_plaintext) and _on_one(ref, "sns", statement, names):
            return Transit(False, "the topic policy refuses messages without TLS")
    return Transit(True, "no topic policy refuses messages without TLS")


def mount_transit(ref: Ref, policies: tuple[Any, ...]) -> Transit:
    """NFS without TLS is accepted unless the file system's policy refuses it (EFS User Guide, "Enforcing encryption of data in
    transit"). Nothing can be done without ClientMount, so refusing that is enough. Such a policy may name no resource."""
    for statement in statements(policies):
        own = [text for _, text in _resources(statement.get("Resource"))] or ["*"]
        if "NotResource" in statement or not _refuses(statement, _one("elasticfilesystem:clientmount"), _only_plaintext):
            continue
        if any(text in ("*", ref.id) or text.endswith(":file-system/*") for text in own):
            return Transit(False, "the file system policy refuses mounts without TLS")
    return Transit(True, "no file system policy refuses mounts without TLS")


# -- what a statement refuses --------------------------------------------------------------------------------
Covers = Callable[[str], bool]
"""Whether an action pattern, in lower case, stands for all that has to be refused."""


def _whole(service: str) -> tuple[str, Covers]:
    """Every action of a service. Several patterns that would add up to it are not added up."""
    return service, lambda pattern: pattern.rstrip("*") in ("", f"{service}:") and pattern.endswith("*")


def _one(action: str) -> tuple[str, Covers]:
    return action.split(":")[0], lambda pattern: _glob(pattern, action)


def _refuses(statement: Statement, wanted: tuple[str, Covers], narrow: Callable[[Any], bool]) -> bool:
    """Denied to everyone, for what is wanted, under the one condition that `narrow` knows."""
    if statement.get("Effect") != "Deny" or "NotPrincipal" in statement:
        return False
    return _everyone(statement.get("Principal")) and _acts(statement, *wanted) and narrow(statement.get("Condition"))


def _acts(statement: Statement, service: str, covers: Covers) -> bool:
    if "NotAction" not in statement:
        return any(covers(str(action).lower()) for action in _list(statement.get("Action")))
    # All but some actions: enough if those are of other services, which this thing does not know.
    spared = [str(action).lower() for action in _list(statement["NotAction"])]
    return "Action" not in statement and bool(spared) and all(":" in action and not _glob(action.split(":")[0], service) for action in spared)


def _only_plaintext(condition: Any) -> bool:
    return _single(condition, ("bool", "boolifexists"), "aws:securetransport") == ["false"]


def _only_below_tls_1_3(condition: Any) -> bool:
    """Every version below: `NumericLessThan 1.3`. (A request in plaintext has no version, and is not meant.)"""
    wanted = _single(condition, ("numericlessthan", "numericlessthanifexists"), "s3:tlsversion")
    return any(re.fullmatch(r"\d+(\.\d+)?", value) and float(value) >= 1.3 for value in wanted)


def _single(condition: Any, operators: tuple[str, ...], key: str) -> list[str]:
    """Values of a condition that consists of one operator with one key: a second one would narrow the refusal."""
    if not isinstance(condition, Mapping) or len(condition) != 1:
        return []
    ((operator, test),) = condition.items()
    if str(operator).lower() not in operators or not isinstance(test, Mapping) or len(test) != 1:
        return []
    ((name, wanted),) = test.items()
    return [str(value).lower() for value in _list(wanted)] if str(name).lower() == key else []


def _everyone(principal: Any) -> bool:
    if isinstance(principal, Mapping):
        return "*" in _list(principal.get("AWS"))
    return bool(principal == "*")


# -- on what ----------------------------------------------------------------------------------------------------
def _on_bucket(ref: Ref, found: list[Statement]) -> tuple[bool, bool]:
    """Whether statements stand for the bucket, and for all of its objects."""
    sides = [[_bucket_side(ref, statement, objects) for statement in found] for objects in (False, True)]
    return any(sides[0]), any(sides[1])


def _bucket_side(ref: Ref, statement: Statement, objects: bool) -> bool:
    if "NotResource" in statement:
        return "Resource" not in statement and not any(_touches(ref, pattern, objects) for pattern in _resources(statement["NotResource"]))
    return any(_covers(ref, pattern, objects) for pattern in _resources(statement.get("Resource")))


def _covers(ref: Ref, pattern: Pattern, objects: bool) -> bool:
    """Whether a pattern stands for the bucket, or for each of its objects."""
    logical, text = pattern
    if logical:
        return logical == ref.name and text.endswith("/*") is objects
    name = _named(text, "s3")
    if not _live(ref):
        # What a template's bucket will be called it may not say; S3 takes a policy only if its resources lie within the bucket
        # ("Policy has invalid resource"), so the policy that is attached here means this one.
        bucket, slash, key = name.partition("/")
        return bool(bucket) and (key == "*" or (not slash and bucket.endswith("*")) if objects else not slash)
    if not objects:
        return _glob(name, ref.name)
    # Whatever the last star stands for: what comes before it has to be met by the name, or by its beginning.
    stem, whole = name.rstrip("*"), f"{ref.name}/"
    return stem != name and any(_glob(stem, whole[:end]) for end in range(len(whole) + 1))


def _touches(ref: Ref, pattern: Pattern, objects: bool) -> bool:
    """Whether a pattern may stand for the bucket, or for any of its objects."""
    logical, text = pattern
    if logical:
        return logical == ref.name
    if not text.startswith("arn:") or text.count(":") < 5:
        return True  # a wildcard may stand for any part of an ARN
    name = _named(text, "s3")
    if not _live(ref):
        return "*" in name or ("/" in name) is objects
    if not objects:
        return _glob(name, ref.name)
    stem = re.split(r"[*?]", name, maxsplit=1)[0]
    return stem.startswith(f"{ref.name}/") or (stem != name and f"{ref.name}/".startswith(stem))


def _on_one(ref: Ref, service: str, statement: Statement, names: tuple[Any, ...]) -> bool:
    """Whether a statement stands for this queue or topic."""
    if "NotResource" in statement:
        return False
    for logical, text in _resources(statement.get("Resource")):
        if logical:
            found = logical == ref.name and not text
        else:  # a template does not know its region and account: there the name has to do
            found = _glob(text, ref.id) if ref.id.startswith("arn:") else any(_glob(_named(text, service).rsplit(":", 1)[-1], str(name)) for name in (ref.name, *names))
        if found:
            return True
    return False


def _live(ref: Ref) -> bool:
    """Whether its name is the one that it bears in the cloud; in a template it is a logical one."""
    return ref.id.startswith("arn:")


def _named(text: str, service: str) -> str:
    """What an ARN of a service names; empty where it is one of another service."""
    if text == "*":
        return text
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or not _glob(parts[2], service):
        return ""
    # The ARN of a bucket has neither region nor account: one that names either is not a bucket's.
    return "" if service == "s3" and (parts[3].strip("*") or parts[4].strip("*")) else parts[5]


def _resources(found: Any) -> Iterator[Pattern]:
    for resource in _list(found):
        if isinstance(resource, Mapping) and REFERENCE in resource:
            yield str(resource[REFERENCE]), str(resource.get("text", ""))
        else:
            yield "", str(resource)


def _glob(pattern: str, text: str) -> bool:
    """Wildcards as IAM writes them: `*` any text, `?` any one character."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text, re.DOTALL) is not None


#: Condition keys that bind a statement to a known network, account or organisation (S3 User Guide, "The meaning of public").
_BINDING = frozenset(
    {
        "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:sourceaccount", "aws:sourcearn", "aws:sourceowner",
        "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "aws:sourceorgid", "aws:sourceorgpaths", "kms:calleraccount", "s3:dataaccesspointaccount", "s3:dataaccesspointarn",
    }
)  # fmt: skip


#: Operators that hold only for those who bring the key with the value; a negation, `…IfExists` and `ForAllValues` hold for all others too.
_HOLDING = ("stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike")


def public_statement(policies: tuple[Any, ...]) -> bool:
    """Whether a statement lets everybody in, bound to no account, organisation or private network. An address range is
    taken as binding only for private use by the services themselves, so it does not count here."""
    return any(
        statement.get("Effect") == "Allow" and (_everyone(statement.get("Principal")) or "NotPrincipal" in statement) and not _bound(statement.get("Condition"))
        for statement in statements(policies)
    )


def _bound(condition: Any) -> bool:
    """Whether one test of a condition keeps everybody out but those of a known account, organisation or network."""
    for operator, test in _mapping(condition).items():
        if str(operator).lower().removeprefix("foranyvalue:") in _HOLDING:
            for key, wanted in _mapping(test).items():
                if str(key).lower() in _BINDING and _list(wanted) and all(_fixed(value) for value in _list(wanted)):
                    return True
    return False


def _fixed(value: Any) -> bool:
    """Whether a value names somebody: `o-1/*` does, `*`, `o-*` and a role of any account do not."""
    if not isinstance(value, str):
        return True  # a number, a reference of a template
    parts = value.split(":", 5)
    if parts[0] == "arn" and len(parts) == 6:  # of any account is a bucket, which is known by its name
        value = parts[4] if parts[4].strip("*") or not _glob(parts[2], "s3") else parts[5]
    return not any(wild in re.split(r"[/:]", value, maxsplit=1)[0] for wild in "*?")


def key_exposure(_: Ref, policies: tuple[Any, ...]) -> Exposure:
    """A KMS key whose policy names everybody."""
    if policies == ({},):
        raise NotApplicable("a key of AWS itself: its policy cannot be changed")
    return Exposure(True, "the key policy names everybody") if public_statement(policies) else Exposure(False)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
