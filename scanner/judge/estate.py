"""What is judged: the resources of a snapshot, and the gaps that stand for those that were not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from scanner.declare.decl import TypeDecl
from scanner.declare.index import Index
from scanner.declare.interpret import interpret_all
from scanner.errors import advice
from scanner.model.known import Known, Reason, Unknown
from scanner.model.record import dataclass
from scanner.model.resource import Ref, Resource
from scanner.model.snapshot import EVERY_TYPE, Call, Snapshot
from scanner.model.verdict import Coverage, Gap


@dataclass(frozen=True)
class Estate:
    """Every resource with its facts, and every failed listing."""

    resources: tuple[Resource, ...]
    failed: tuple[Call, ...]
    """Listings that were not answered: each hides an unknown number of resources of `call.types`."""
    decls: Mapping[str, TypeDecl]

    @classmethod
    def of(cls, snapshot: Snapshot, decls: Mapping[str, TypeDecl]) -> Estate:
        index = Index.of(snapshot)
        failed = tuple(call for call in snapshot.calls if not call.ok and call.types)
        return cls(tuple(interpret_all(index, decls)), failed, decls)

    def with_fact(self, kind: type) -> tuple[tuple[Resource, Known[Any] | Unknown], ...]:
        """Resources to which a fact applies."""
        found = self._with.get(kind)
        if found is None:
            found = self._with[kind] = tuple([(one, one.facts[kind]) for one in self.resources if kind in one.facts]) if kind in self._alike else ()
        return found

    @cached_property
    def _with(self) -> dict[type, tuple[tuple[Resource, Known[Any] | Unknown], ...]]:
        return {}

    def alike(self, kind: type) -> tuple[tuple[Known[Any] | Unknown, Sequence[Resource]], ...]:
        """Each fact of a kind once, with the resources that share it: those of a file that say the same."""
        return self._alike.get(kind, ())

    @cached_property
    def _alike(self) -> Mapping[type, tuple[tuple[Known[Any] | Unknown, Sequence[Resource]], ...]]:
        found: dict[type, dict[int, tuple[Known[Any] | Unknown, list[Resource]]]] = {}
        for resource in self.resources:
            for kind, fact in resource.facts.items():
                of_kind = found.setdefault(kind, {})
                sharing = of_kind.get(id(fact))
                if sharing is None:
                    of_kind[id(fact)] = (fact, [resource])
                else:
                    sharing[1].append(resource)
        return {kind: tuple(of_kind.values()) for kind, of_kind in found.items()}

    @property
    def subjects(self) -> tuple[Ref, ...]:
        """Everything that a verdict may be about: resources and gaps."""
        return (*[resource.ref for resource in self.resources], *[ref for ref, _, _ in self._gaps])

    def gaps(self, *facts: type) -> tuple[tuple[Ref, Call], ...]:
        """Gap subjects that could hide a resource with one of these facts: never empty when something was not seen."""
        return tuple((ref, call) for ref, call, kind in self._gaps if self._could_have(call, kind, facts))

    @cached_property
    def _could(self) -> dict[tuple[str, tuple[type, ...]], bool]:
        """By provider and facts, for listings that hide whatever type."""
        return {}

    @cached_property
    def _gaps(self) -> tuple[tuple[Ref, Call, str], ...]:
        """What each failed listing hides, by type."""
        return tuple((gap_ref(call, kind), call, kind) for call in self.failed for kind in call.types)

    def _could_have(self, call: Call, kind: str, facts: tuple[type, ...]) -> bool:
        if kind == EVERY_TYPE:
            if (call.provider, facts) not in self._could:
                known = call.provider in {d.provider for d in self.decls.values()}
                self._could[call.provider, facts] = any(d.given(f) for d in self.decls.values() if d.provider == call.provider or not known for f in facts)
            return self._could[call.provider, facts]
        decl = self.decls.get(kind)
        return decl is None or any(decl.given(f) for f in facts)


def gap_ref(call: Call, kind: str) -> Ref:
    """The subject that stands for all resources which a failed listing would have shown."""
    name = {"aws": "AWS::*", "azure": "Microsoft.*", "tls": "TLS::*"}.get(call.provider, "*") if kind == EVERY_TYPE else kind
    where = f"{call.account or 'unknown account'}/{call.region or 'global'}"
    about = f" ({call.subject})" if call.subject else ""
    return Ref(call.provider, name, call.account, call.region, f"{name} @ {where}{about}", f"{name} @ {where}{about}")


def coverage(snapshot: Snapshot) -> Coverage:
    """The denominator: looks asked, looks answered, and each gap with its remedy."""
    asked = [call for call in snapshot.calls if call.outcome is not Reason.NOT_COLLECTED]
    gaps = tuple(
        Gap(
            call.provider, call.account or None, call.region or None, call.service, call.operation, call.outcome, call.code,
            call.permission or None, call.types, call.subject or None, call.detail, advice(call.outcome, call.permission),
        )
        for call in snapshot.calls if call.outcome is not None
    )  # fmt: skip
    return Coverage(len(asked), sum(call.ok for call in asked), gaps, snapshot.run.excluded)
