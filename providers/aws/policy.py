"""Resource policies: does one refuse every request without TLS, does one open the thing to everybody? Pure.

A policy is taken at its word: a statement counts as refusing plaintext only if it refuses it to everyone, for every
action, on the bucket and on its objects, on no other condition. Whatever only looks like it does not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.sdk import REFERENCE, Exposure, NotApplicable, Ref, Transit

Statement = Mapping[str, Any]


def statements(policies: tuple[Any, ...]) -> Iterator[Statement]:
    """Every statement; a single one may stand without a list. Raises TypeError for what is no policy."""
    for policy in policies:
        if not isinstance(policy, Mapping):
            raise TypeError(f"a policy is an object, found {type(policy).__name__}")
        for statement in _list(policy.get("Statement", [])):
            if not isinstance(statement, Mapping):
                raise TypeError("a statement is an object")
            yield statement


def bucket_transit(ref: Ref, policies: tuple[Any, ...]) -> Transit:
    """S3 answers plain HTTP unless the bucket's policy refuses it (S3 User Guide, "Security best practices": enforce TLS)."""
    denied = [set(_resources(s)) for s in statements(policies) if _refuses_plaintext(s)]
    patterns = set().union(*denied)
    bucket = any(_covers(ref, pattern, objects=False) for pattern in patterns)
    objects = any(_covers(ref, pattern, objects=True) for pattern in patterns)
    if bucket and objects:
        return Transit(False, "the bucket policy refuses requests without TLS")
    if bucket or objects:
        return Transit(True, f"the bucket policy refuses plaintext for {'the bucket' if bucket else 'its objects'} only")
    return Transit(True, "no bucket policy refuses requests without TLS")


def mount_transit(ref: Ref, policies: tuple[Any, ...]) -> Transit:
    """NFS without TLS is accepted unless the file system's policy refuses it (EFS User Guide, "Enforcing encryption of data in
    transit"). Nothing can be done without ClientMount, so refusing that is enough. Such a policy may name no resource."""
    for statement in statements(policies):
        own = [text for _, text in _resources(statement)] or ["*"]
        if _refuses_plaintext(statement, _MOUNT) and any(text in ("*", ref.id) or text.endswith(":file-system/*") for text in own):
            return Transit(False, "the file system policy refuses mounts without TLS")
    return Transit(True, "no file system policy refuses mounts without TLS")


_MOUNT = ("*", "elasticfilesystem:*", "elasticfilesystem:client*", "elasticfilesystem:clientmount")


def _refuses_plaintext(statement: Statement, actions: tuple[str, ...] = ("*", "s3:*")) -> bool:
    if statement.get("Effect") != "Deny" or {"NotPrincipal", "NotAction", "NotResource"} & set(statement):
        return False
    return _everyone(statement.get("Principal")) and any(str(a).lower() in actions for a in _list(statement.get("Action"))) and _only_plaintext(statement.get("Condition"))


def _only_plaintext(condition: Any) -> bool:
    """One operator, one key: a second one would narrow the refusal."""
    if not isinstance(condition, Mapping) or len(condition) != 1:
        return False
    ((operator, test),) = condition.items()
    if str(operator).lower() not in ("bool", "boolifexists") or not isinstance(test, Mapping) or len(test) != 1:
        return False
    ((key, wanted),) = test.items()
    return str(key).lower() == "aws:securetransport" and [str(value).lower() for value in _list(wanted)] == ["false"]


def _everyone(principal: Any) -> bool:
    if isinstance(principal, Mapping):
        return "*" in _list(principal.get("AWS"))
    return bool(principal == "*")


def _resources(statement: Statement) -> Iterator[tuple[str, str]]:
    """(logical id, text): a template's reference has the first, a written ARN only the second."""
    for resource in _list(statement.get("Resource")):
        if isinstance(resource, Mapping) and REFERENCE in resource:
            yield str(resource[REFERENCE]), str(resource.get("text", ""))
        else:
            yield "", str(resource)


def _covers(ref: Ref, pattern: tuple[str, str], *, objects: bool) -> bool:
    logical, text = pattern
    if logical:
        return logical == ref.name and text.endswith("/*") is objects
    name = text.split(":", 5)[-1] if text.startswith("arn:") else text
    if name == "*":
        return True
    return name in ((f"{ref.name}/*", f"{ref.name}*") if objects else (ref.name, f"{ref.name}*"))


#: Condition keys that bind a statement to a known network, account or organisation (S3 User Guide, "The meaning of public").
_BINDING = frozenset(
    {
        "aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:sourceaccount", "aws:sourcearn", "aws:sourceowner",
        "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "aws:sourceorgid", "aws:sourceorgpaths", "kms:calleraccount", "s3:dataaccesspointaccount", "s3:dataaccesspointarn",
    }
)  # fmt: skip


def public_statement(policies: tuple[Any, ...]) -> bool:
    """Whether a statement lets everybody in, bound to no account, organisation or private network. An address range is
    taken as binding only for private use by the services themselves, so it does not count here."""
    for statement in statements(policies):
        if statement.get("Effect") != "Allow" or not (_everyone(statement.get("Principal")) or "NotPrincipal" in statement):
            continue
        keys = {str(key).lower() for test in _mapping(statement.get("Condition")).values() for key in _mapping(test)}
        if not keys & _BINDING:
            return True
    return False


def key_exposure(_: Ref, policies: tuple[Any, ...]) -> Exposure:
    """A KMS key whose policy names everybody."""
    if policies == ({},):
        raise NotApplicable("a key of AWS itself: its policy cannot be changed")
    return Exposure(True, "the key policy names everybody") if public_statement(policies) else Exposure(False)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
