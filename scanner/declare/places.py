"""Readers of places: here, regions by name, regions inside ARNs, and the homes of what is referred to."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from scanner.data.regions import place_of
from scanner.declare.path import REFERENCE, ZONE_OF, Seen, compile_path
from scanner.declare.readers import UNFIT, Reader, _absent, _where, follow
from scanner.declare.view import Spec, View, Where
from scanner.model.facts import Home
from scanner.model.known import Fact, Json, Known, Reason, Source, Unknown
from scanner.model.place import Confidence, Place
from scanner.model.record import dataclass
from scanner.model.resource import Ref
from scanner.model.snapshot import FOUND, Dialect

Places = tuple[Place, ...]


@dataclass(frozen=True)
class Here(Reader[Place]):
    """The home of the document: its own location, else the region it was listed in."""

    def read(self, view: View) -> Fact[Place]:
        ref, region = view.doc.ref, view.doc.ref.region
        got: tuple[tuple[Seen, ...], ...] | Unknown = view.read(self.where) if self.where.spec(view.doc.dialect) is not None else ()
        if isinstance(got, Unknown):
            if FOUND not in view.doc.calls or not ref.region:
                return got
            got, region = (), self._listed(view) or ref.region  # the resource could not be read in full; where it is the listing said already
        for seen in (s for seens in got for s in seens):
            if isinstance(seen.value, dict) and isinstance(seen.value.get(ZONE_OF), str):
                seen = Seen(seen.path, str(seen.value[ZONE_OF]))
            if not isinstance(seen.value, str):
                return Unknown(Reason.UNPARSABLE, f"{seen.path}: {seen.value!r} names no place", (view.source(seen),))
            return Known(place_of(ref.provider, seen.value), (view.source(seen),))
        if not ref.region:
            open_in = f"{view.doc.file} does not say in which region it will stand: give --region" if view.doc.file else "no region was read"
            return Unknown(Reason.UNRESOLVED, open_in, (view.source(Seen("", None)),))
        call = view.index.calls.get(view.doc.calls.get(FOUND, view.doc.calls.get("", "")))
        source = Source(view.doc.dialect.origin, "", region, call.name if call and not view.doc.file else None, view.doc.file, view.doc.lines.get(""), call.at if call else None)
        return Known(place_of(ref.provider, region), (source,))

    def _listed(self, view: View) -> str:
        """What the listing itself showed at the declared paths: an edge zone may stand elsewhere than its region. Empty: nothing."""
        shown = (compile_path(path).read(dict(view.doc.body)) for path in self.where.paths(view.doc.dialect))
        return next((seen.value for seens in shown if isinstance(seens, tuple) for seen in seens if isinstance(seen.value, str)), "")


def here(*, live: Spec = None, cfn: Spec = None, arm: Spec = None, tf: Spec = None) -> Here:
    """The place of the resource itself: the value at a path (a zone, a `location`), else the region it was found in."""
    return Here(Where(live, cfn, arm, tf))


@dataclass(frozen=True)
class PlaceList(Reader[Places]):
    """Places of copies; absence means none. An empty tuple as path says that a dialect cannot hold any."""

    one: Callable[[View, Seen], Fact[Place] | None]
    """The place of one value; None: it names no copy at all."""
    targets: tuple[str, ...] = ()
    clue: Callable[[Ref, str], Clue | None] | None = None
    required: bool = False
    """At least one value has to be there: its absence is an unparsable answer."""

    def read(self, view: View) -> Fact[Places]:
        got = view.read(self.where)
        if isinstance(got, Unknown):
            return got
        if self.required and not any(got):
            return _absent(view, self.where)
        places: list[Place] = []
        sources: list[Source] = []
        for seen in (s for seens in got for s in seens):
            fact = self.one(view, seen)
            if fact is None:
                sources.append(view.source(seen))
            elif isinstance(fact, Unknown):  # one copy that cannot be placed does not hide the others
                places.append(Place("", None, Confidence.UNDETERMINED, _name(seen.value), fact.reason, fact.detail))
            else:
                places.append(fact.value)
            sources.extend(fact.sources or (view.source(seen),) if fact is not None else ())
        empty = tuple(view.source(Seen(path, None)) for path in self.where.paths(view.doc.dialect))
        return Known(tuple(dict.fromkeys(places)), tuple(sources) or empty)

    def references(self, dialect: Dialect) -> tuple[tuple[str, str], ...]:
        return tuple((kind, path) for kind in self.targets for path in self.where.paths(dialect))

    def named(self, kind: str, ref: Ref, value: str) -> str:
        if self.clue is None:
            return value
        found = self.clue(ref, value)
        return found.name if found is not None and found.kind == kind else ""


@dataclass(frozen=True, slots=True)
class Clue:
    """What a value says about a place: a region, something whose home it is, or only why it cannot be told."""

    region: str = ""
    kind: str = ""
    name: str = ""
    """Id or name of a resource of `kind`: the place is its home."""
    why: str = ""


def _name(value: Json) -> str:
    if isinstance(value, dict):
        return next((str(v) for v in value.values()), "")
    return str(value)


def _by_region(view: View, seen: Seen) -> Fact[Place]:
    if not isinstance(seen.value, str):
        return Unknown(Reason.UNPARSABLE, f"{seen.path}: {seen.value!r} names no region")
    return Known(place_of(view.doc.ref.provider, seen.value), (view.source(seen),))


def _by_arn(view: View, seen: Seen) -> Fact[Place]:
    value, ref = seen.value, view.doc.ref
    if not isinstance(value, str):
        return Unknown(Reason.UNRESOLVED, f"{seen.path}: {_name(value)} has no region of its own")
    if not value or (value.startswith("arn:") and value.count(":") < 5):
        return Unknown(Reason.UNPARSABLE, f"{seen.path}: {value!r} is neither an ARN nor a name")
    region = value.split(":")[3] if value.startswith("arn:") else ref.region
    if not region:
        return Unknown(Reason.UNRESOLVED, f"{value} names no region")
    return Known(replace(place_of(ref.provider, region), what=value), (view.source(seen),))


def regions(*, live: Spec = None, cfn: Spec = None, arm: Spec = None, tf: Spec = None, same: Spec = None) -> PlaceList:
    """Copies given by the names of their regions."""
    return PlaceList(_where(live, cfn, arm, tf, same), _by_region)


def arns(*, live: Spec = None, cfn: Spec = None, arm: Spec = None, tf: Spec = None, same: Spec = None) -> PlaceList:
    """Copies given by ARN, whose region says where; a bare name stands in the resource's own region."""
    return PlaceList(_where(live, cfn, arm, tf, same), _by_arn)


def region_of(type: str, *, live: Spec = None, cfn: Spec = None, arm: Spec = None, tf: Spec = None, same: Spec = None) -> PlaceList:
    """Copies given by a reference that has no region of its own: the home of the resource it names."""

    def one(view: View, seen: Seen) -> Fact[Place]:
        fact = follow(view, seen, type, Home, "place")
        return Known(replace(fact.value, what=_name(seen.value)), fact.sources) if isinstance(fact, Known) else fact

    return PlaceList(_where(live, cfn, arm, tf, same), one, (type,))


def traced(
    clue: Callable[[Ref, str], Clue | None], *kinds: str, in_stack: bool = False, required: bool = False,
    live: Spec = None, cfn: Spec = None, arm: Spec = None, tf: Spec = None, same: Spec = None,
) -> PlaceList:  # fmt: skip
    """Copies given by text that has to be read first (`s3://bucket/prefix`, a host name, an ARN of whatever service).
    `clue(ref, value)` says what it means; None: no copy. `kinds` are the types that it may name. What a template
    refers to stands where that resource stands; one of a type without a home of its own only where `in_stack` says that
    the value is its ARN, whose region is the stack's. `required`: that nothing is named means that the answer is not whole."""

    def one(view: View, seen: Seen) -> Fact[Place] | None:
        if isinstance(seen.value, Mapping) and REFERENCE in seen.value:
            return _beside(view, seen, in_stack)
        if not isinstance(seen.value, str):
            return Unknown(Reason.UNPARSABLE, f"{seen.path}: {seen.value!r} names no place", (view.source(seen),))
        try:
            found = clue(view.doc.ref, seen.value)
        except UNFIT as error:
            return Unknown(Reason.UNPARSABLE, f"{seen.path}: {error}", (view.source(seen),))
        if found is None:
            return None
        if found.kind:
            fact = follow(view, Seen(seen.path, found.name), found.kind, Home, "place")
            return Known(replace(fact.value, what=seen.value), fact.sources) if isinstance(fact, Known) else fact
        if not found.region:
            return Unknown(Reason.UNRESOLVED, f"{seen.value}: {found.why}", (view.source(seen),))
        return Known(replace(place_of(view.doc.ref.provider, found.region), what=seen.value), (view.source(seen),))

    return PlaceList(_where(live, cfn, arm, tf, same), one, kinds, clue, required)


@dataclass(frozen=True)
class _Placed(Reader[Place]):
    """One place of what names a place."""

    list: PlaceList

    def read(self, view: View) -> Fact[Place]:
        got = self.list.read(view)
        if isinstance(got, Unknown):
            return got
        if len(got.value) != 1 or got.value[0].country is None:
            lost = got.value[0] if got.value else Place("", detail="no place is named")
            return Unknown(lost.reason or Reason.UNRESOLVED, lost.detail or f"{lost.region} names no single country", got.sources)
        return Known(got.value[0], got.sources)

    def references(self, dialect: Dialect) -> tuple[tuple[str, str], ...]:
        return self.list.references(dialect)

    def named(self, kind: str, ref: Ref, value: str) -> str:
        return self.list.named(kind, ref, value)


def placed(clue: Callable[[Ref, str], Clue | None], *kinds: str, live: Spec = None, cfn: Spec = None, same: Spec = None) -> Reader[Place]:
    """The home of something that is but the name of a place: a location that names a bucket."""
    inner = traced(clue, *kinds, live=live, cfn=cfn, same=same)
    return _Placed(inner.where, inner)


def _beside(view: View, seen: Seen, in_stack: bool) -> Fact[Place]:
    """The home of the resource of the same file that a template's reference leads to, of whatever type."""
    logical = str(seen.value[REFERENCE]) if isinstance(seen.value, Mapping) else ""
    doc = view.index.beside(logical, view.doc)
    if doc is None:
        return Unknown(Reason.UNRESOLVED, f"{seen.path}: {logical} is not read from {view.doc.file}", (view.source(seen),))
    decl = view.decls.get(doc.ref.type)
    if decl is None or decl.given(Home) is None:
        if not (in_stack and doc.ref.region):
            return Unknown(Reason.UNRESOLVED, f"{seen.path}: where {logical} ({doc.ref.type}) stands is not shown", (view.source(seen),))
        return Known(replace(place_of(doc.ref.provider, doc.ref.region), what=logical), (view.source(seen),))
    fact = follow(view, seen, doc.ref.type, Home, "place")
    return Known(replace(fact.value, what=logical), fact.sources) if isinstance(fact, Known) else fact


def azure_ids(*, live: Spec = None, arm: Spec = None) -> PlaceList:
    """Copies given by the Azure ids of what holds them, of whatever type: the home of each (a log workspace, an account)."""
    return PlaceList(Where(live, None, arm, None), _by_azure_id)


def _by_azure_id(view: View, seen: Seen) -> Fact[Place]:
    if isinstance(seen.value, Mapping) and REFERENCE in seen.value:
        return _beside(view, seen, False)
    if not isinstance(seen.value, str) or "/providers/" not in seen.value.lower():
        return Unknown(Reason.UNRESOLVED, f"{seen.path}: {_name(seen.value)} is no id of an Azure resource", (view.source(seen),))
    id = re.sub(r"/authorizationrules/[^/]+$", "", seen.value, flags=re.IGNORECASE)  # a rule of an event hub stands for its namespace
    namespace, *parts = re.split(r"/providers/", id, flags=re.IGNORECASE)[-1].split("/")
    fact = follow(view, Seen(seen.path, id), "/".join((namespace, *parts[::2])), Home, "place")
    return Known(replace(fact.value, what=id), fact.sources) if isinstance(fact, Known) else fact


@dataclass(frozen=True)
class DerivedPlaces(Reader[Places]):
    """Places worked out from values: a storage account's SKU and its secondary location."""

    function: Callable[..., tuple[str, ...]]

    def read(self, view: View) -> Fact[Places]:
        from scanner.declare.readers import Derive

        got = Derive(self.where, self.function).read(view)
        if isinstance(got, Unknown):
            return got
        return Known(tuple(place_of(view.doc.ref.provider, region) for region in got.value), got.sources)


def derived_regions(function: Callable[..., tuple[str, ...]], *, live: Spec = None, cfn: Spec = None, arm: Spec = None, tf: Spec = None, same: Spec = None) -> DerivedPlaces:
    """`function(ref, *values)` gives the names of the regions of the copies; it may raise Unresolvable."""
    return DerivedPlaces(_where(live, cfn, arm, tf, same), function)


def nowhere(cite: str) -> Reader[Places]:
    """No such copies exist for this type; `cite` says by which guarantee."""
    from scanner.declare.readers import always

    return always((), cite=cite)


__all__ = ["Clue", "DerivedPlaces", "Here", "PlaceList", "arns", "azure_ids", "derived_regions", "here", "nowhere", "placed", "region_of", "regions", "traced"]
