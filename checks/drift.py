"""Is the cloud as the code says?"""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from scanner.sdk import (
    ON,
    AtRest,
    AtRestDefault,
    BackupEncryption,
    BackupPlaces,
    Backups,
    ClientAuth,
    Deletion,
    Estate,
    Exposure,
    Home,
    KeyCustody,
    KeyGuard,
    KeyRotation,
    LogPlaces,
    Logs,
    Outcome,
    Reason,
    Replicas,
    Resource,
    Severity,
    TlsFloor,
    Transit,
    Unknown,
    bad,
    estate_check,
    fails,
    good,
    passes,
    say,
    unsure,
    unsure_of,
)

_COMPARED = (
    Home, Replicas, BackupPlaces, LogPlaces, AtRest, AtRestDefault, KeyCustody, KeyRotation, KeyGuard, Transit, TlsFloor, ClientAuth,
    Backups, BackupEncryption, Deletion, Exposure, Logs,
)  # fmt: skip
#: What a template never shows, or says in other words than the cloud.
_PASSED_OVER = {"detail", "via", "last", "key", "kind"}
_LOGICAL, _STACK = "aws:cloudformation:logical-id", "aws:cloudformation:stack-name"


@estate_check(
    id="drift", needs=_COMPARED, severity=Severity.MEDIUM, since="0.1", by_request=True,
    cites=("ISO/IEC 27001:2022 A.8.9", "NIST SP 800-53r5 CM-3", "NIST SP 800-53r5 CM-6"),
)  # fmt: skip
def drift(estate: Estate) -> Iterable[tuple[Resource, Outcome, str]]:
    """What the templates declare is what stands in the cloud.

    Why: somebody mends an outage by hand, another tool changes a setting, a deployment stops half-way. The code that
    was reviewed and promised goes on saying what is no longer so, and the next scan of the code alone finds nothing.

    Remedy: deploy the code again, or bring it into line with what was decided. Look at both in one run: `houvast scan aws
    plan.json --drift`, or judge two snapshots together. A resource is recognised by the name that the code gives it, by its
    ARN or id, or by the tags of its stack; one that is not recognised is unknown.
    """
    live = [resource for resource in estate.resources if resource.dialect == "live"]
    declared = [resource for resource in estate.resources if resource.dialect not in ("live", "probe")]
    if not live or not declared:
        return
    known = _Known(live)
    for code in declared:
        if not any(kind in code.facts for kind in _COMPARED):
            continue
        found = known.of(code)
        if len(found) == 1:
            yield from _differences(code, found[0])
            continue
        fact = next(kind for kind in _COMPARED if kind in code.facts).__name__
        if found:
            yield code, unsure(Reason.UNRESOLVED, say("{name} may be one of {n} live resources: give it a name of its own", name=code.ref.name, n=len(found))), fact
        else:
            why = say("no live resource was recognised as {name}: it is not deployed, it stands elsewhere, or the code gives it no name", name=code.ref.name)
            yield code, unsure(Reason.NOT_COLLECTED, why), fact


class _Known:
    """Live resources by what they are called."""

    def __init__(self, live: list[Resource]) -> None:
        self._called: dict[tuple[str, str], list[Resource]] = {}
        for resource in live:
            for name in {resource.ref.id.lower(), resource.ref.name.lower(), resource.ref.id.rpartition("/")[2].lower(), resource.tags.get(_LOGICAL, "").lower()}:
                if name:
                    self._called.setdefault((resource.ref.type.lower(), name), []).append(resource)

    def of(self, code: Resource) -> list[Resource]:
        """Those that a declared resource may be; by id alone where one fits, and never in another account or region."""
        kind = code.ref.type.lower()
        names = [name.lower() for name in (*code.names, code.ref.name)]
        for wanted in (lambda r, name: r.ref.id.lower() == name, lambda _r, _name: True):
            found = {r.ref: r for name in names for r in self._called.get((kind, name), ()) if wanted(r, name) and _may_be(code, r)}
            if found:
                return list(found.values())
        return []


def _may_be(code: Resource, live: Resource) -> bool:
    return all(not one or not other or one.lower() == other.lower() for one, other in ((code.ref.account, live.ref.account), (code.ref.region, live.ref.region)))


def _differences(code: Resource, live: Resource) -> Iterator[tuple[Resource, Outcome, str]]:
    name, where = live.ref.name, code.ref.id
    for kind in _COMPARED:
        said, seen = code.facts.get(kind), live.facts.get(kind)
        if said is None or (isinstance(said, Unknown) and said.reason is Reason.UNSUPPORTED):
            continue  # the code says nothing of it
        if seen is None:
            if not isinstance(said, Unknown):
                yield code, unsure(Reason.UNSUPPORTED, say("whether {name} is as {code} declares is not known: {why}", name=name, code=where, why=kind.__name__)), kind.__name__
        elif isinstance(said, Unknown):
            yield live, unsure(said.reason, say("what {code} declares for {name} is not known: {why}", name=name, code=where, why=said.detail)), kind.__name__
        elif isinstance(seen, Unknown):
            yield live, unsure(seen.reason, say("whether {name} is as {code} declares is not known: {why}", name=name, code=where, why=seen.detail)), kind.__name__
        elif differs := _between(said.value, seen.value):
            yield live, fails(say("{name} is not as {code} declares: {what}", name=name, code=where, what="; ".join(differs))), kind.__name__
        else:
            yield live, passes(say("{name} is as {code} declares", name=name, code=where)), kind.__name__


def _between(said: Any, seen: Any) -> list[str]:
    """The fields that differ, where both sides have a value."""
    pairs = ((field.name, getattr(said, field.name), getattr(seen, field.name)) for field in fields(said) if field.name not in _PASSED_OVER)
    return [f"{name} {_text(one)}, live {_text(other)}" for name, one, other in pairs if one is not None and other is not None and _text(one) != _text(other)]


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(sorted(map(_text, value))) or "none"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(getattr(value, "region", None) or getattr(value, "value", value))


#: What is compared stands in other resources: tests/unit/test_drift.py has them.
EXAMPLES = (
    good(AtRest(ON), name="the volume is encrypted as the template says"),
    bad(AtRest(ON), name="the template says encrypted, the volume is not"),
    unsure_of(Reason.DENIED, name="the live volume was not read"),
)
