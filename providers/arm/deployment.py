"""One deployment: a template with the values it is given, the place it goes to, and its resources by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from providers.arm.budget import Budget
from providers.arm.evaluate import Evaluator, Locals
from providers.arm.expressions import Node
from providers.arm.handles import Beside, Handle, Loop
from providers.arm.jsonc import Arr, Obj, Raw
from providers.arm.names import segments
from providers.arm.specials import joined
from providers.arm.values import Identity, Open, Value, braced, text_of

DEPLOYMENT = "microsoft.resources/deployments"
SUBSCRIPTION, GROUP = "{subscription}", "{resource group}"


@dataclass(frozen=True)
class Target:
    """Where a deployment goes."""

    level: str = "group"
    """`group`, `subscription`, `management` or `tenant`."""
    location: str = ""
    """Of the resource group (or of the deployment itself); empty where open."""
    subscription: str = SUBSCRIPTION
    group: str = GROUP

    def prefix(self, level: str = "", subscription: str = "", group: str = "") -> str:
        """The beginning of the ids of what is deployed."""
        at = level or self.level
        if at == "tenant":
            return ""
        if at == "management":
            return "/providers/Microsoft.Management/managementGroups/{management group}"
        stem = f"/subscriptions/{subscription or self.subscription}"
        return stem if at == "subscription" else f"{stem}/resourceGroups/{group or self.group}"


def level_of(schema: Value) -> str:
    """The level that a template is written for, by its `$schema`."""
    text = schema.lower() if isinstance(schema, str) else ""
    for word, level in (("subscriptiondeployment", "subscription"), ("managementgroupdeployment", "management"), ("tenantdeployment", "tenant")):
        if word in text:
            return level
    return "group"


@dataclass
class Reading:
    """What all deployments of one file share."""

    name: str
    budget: Budget
    load: Callable[[Deployment, str], Deployment | str]
    """The deployment of a template beside another one, or why it is not read."""
    files: set[Path] = field(default_factory=set)
    """Files that were read beside it."""
    parsed: dict[Path, Obj] = field(default_factory=dict)


@dataclass
class Deployment:
    """A template being deployed. Values are worked out when they are asked for, and once."""

    reading: Reading
    raw: Obj
    target: Target
    file: str
    path: Path
    given: Mapping[str, Value] = field(default_factory=dict)
    """Values of parameters by name in lower case."""
    outer: Deployment | None = None
    """The deployment in whose names expressions are evaluated, for nested templates of outer scope."""
    address: str = ""
    """How it is reached: `network/`."""
    depth: int = 0
    chain: tuple[str, ...] = ()
    """Files that led here."""

    def __post_init__(self) -> None:
        self.evaluator: Evaluator = self.outer.evaluator if self.outer else Evaluator(self, self.reading.budget)
        self._parameters, self._variables, self._functions = (_lowered(self.raw.get(key)) for key in ("parameters", "variables", "functions"))
        self._known: dict[str, Value] = {}
        self._busy: set[str] = set()
        self.shared: dict[str, Deployment | str] = {}
        """Other files, of which only what they export is used; or why they are not read."""
        self.symbols: dict[str, tuple[Obj, Resource | None]] = {}
        """Raw resources by symbolic name, with their parent."""
        self.by_id: dict[str, Resource] = {}
        self.by_name: dict[str, list[Resource]] = {}
        self._made: dict[tuple[str, int | None], Resource] = {}

    # -- parameters, variables, functions --------------------------------------------------------------------
    def parameter(self, name: str) -> Value:
        return self._once(f"parameter {name}", lambda: self._parameter(name))

    def _parameter(self, name: str) -> Value:
        key = name.lower()
        declared = self._parameters.get(key)
        if not isinstance(declared, dict):
            return Open(f"parameter {name} is not declared", braced(name))
        secure = str(text_of(declared.get("type")) or "").lower() in ("securestring", "secureobject") or declared.get("secure") is True
        if secure and (key in self.given or declared.get("defaultValue", "") not in ("", None)):
            return Open(f"parameter {name} is secure: its value is left out", braced(name))
        if key in self.given:
            value = self.given[key]
            if value is None and "defaultValue" in declared:
                return Open(f"parameter {name} is given as null", braced(name))
            return value
        if "defaultValue" in declared:
            return self.reading.budget.made(self.evaluator.value(declared["defaultValue"], {}))
        if declared.get("nullable") is True:
            return None
        return Open(f"parameter {name} has no value: it has no default, and none was given", braced(name))

    def variable(self, name: str) -> Value:
        return self._once(f"variable {name}", lambda: self._variable(name))

    def _variable(self, name: str) -> Value:
        key = name.lower()
        if key in self._variables:
            return self.reading.budget.made(self.evaluator.value(self._variables[key], {}))
        loops = self._variables.get("copy")
        loop = next((one for one in loops if isinstance(one, Obj) and str(one.get("name", "")).lower() == key), None) if isinstance(loops, list) else None
        if loop is None:
            return Open(f"variable {name} is not declared", braced(name))
        found = self.evaluator._copied(loop, {})
        return self.reading.budget.made(next(iter(found.values()), None))

    def _once(self, what: str, work: Callable[[], Value]) -> Value:
        key = what.lower()
        if key not in self._known:
            if key in self._busy:
                return Open(f"{what} leads back to itself", "{…}")
            self._busy.add(key)
            try:
                self._known[key] = work()
            finally:
                self._busy.discard(key)
        return self._known[key]

    def function(self, name: str) -> tuple[tuple[str, ...], Raw] | None:
        """`namespace.name`, or a name alone as Bicep has it."""
        namespace, _, member = name.lower().rpartition(".")
        sections = self.raw.get("functions")
        for section in sections if isinstance(sections, list) else ():
            if isinstance(section, dict) and str(section.get("namespace", "")).lower() in (namespace or "__bicep",):
                found = _lowered(section.get("members")).get(member)
                if isinstance(found, dict) and isinstance(found.get("output"), dict):
                    parameters = found.get("parameters")
                    names = tuple(str(p.get("name", "")) for p in parameters if isinstance(p, dict)) if isinstance(parameters, list) else ()
                    return names, found["output"].get("value")
        return None

    # -- resources -------------------------------------------------------------------------------------------
    def symbol(self, name: str) -> Value:
        found = self.symbols.get(name)
        if found is None:
            return Open(f"{name} is no resource of this file", braced(name))
        raw, parent = found
        if "copy" in raw:
            return Loop(name, lambda n: Handle(self.instance(name, raw, parent, n), False))
        return Handle(self.instance(name, raw, parent, None), False)

    def instance(self, symbol: str, raw: Obj, parent: Resource | None, n: int | None) -> Resource:
        """A resource, the n-th of its loop."""
        key = (symbol or f"line {raw.line} {id(raw)} {id(parent)}", n)
        if key not in self._made:
            loop = raw.get("copy")
            name = str(loop.get("name", "")).lower() if isinstance(loop, dict) else ""
            locals: dict[str, Value] = dict(parent.locals) if parent else {}
            if n is not None:
                locals |= {f"copy:{name}": n, "copy:": n}
            self._made[key] = Resource(self, raw, locals, parent, symbol, n)
        return self._made[key]

    def register(self, resource: Resource) -> None:
        """Make a resource known to `reference`."""
        self.by_id.setdefault(resource.id.lower(), resource)
        self.by_name.setdefault(resource.name_text.lower(), []).append(resource)

    def pointed(self, id: str) -> Value | None:
        if id in self.symbols:
            return self.symbol(id)
        found = self.by_id.get(id.lower())
        if found is None:
            named = self.by_name.get(id.lower(), [])
            found = named[0] if len(named) == 1 else None
        return Handle(found, True) if found is not None else self.outer.pointed(id) if self.outer else None

    def prefix(self, level: str, subscription: str, group: str) -> str:
        return self.target.prefix(level, subscription, group)

    def id_of(self, level: str, kind: str, names: list[str], subscription: str, group: str) -> str:
        at = self.target.level if level == "group" and not group and self.target.level != "group" else level
        return f"{self.target.prefix(at, subscription, group)}/providers/{joined(kind, names)}"

    def about(self, what: str) -> Value:
        target = self.target
        opened = Open(f"{what}() is known at deployment", f"{{{what}()}}")
        location: Value = target.location or Open("the location of the deployment is not given (--location)", f"{{{what}().location}}")
        if what == "resourcegroup":
            name: Value = target.group if "{" not in target.group else Open(opened.why, target.group)
            return {"location": location, "name": name, "id": Identity(opened.why, target.prefix("group")), "tags": opened}
        if what == "subscription":
            id: Value = target.subscription if "{" not in target.subscription else Open(opened.why, target.subscription)
            parts = {key: Open(opened.why, f"{{subscription().{key}}}") for key in ("displayName", "tenantId")}
            return {"subscriptionId": id, "id": Identity(opened.why, target.prefix("subscription")), **parts}
        if what == "deployment":
            return {"name": Open(opened.why, "{deployment().name}"), "location": location, "properties": {"templateLink": {"uri": Beside(), "id": opened}, "parameters": opened}}
        return opened

    def output(self, name: str) -> Value:
        """The value of an output."""
        declared = _lowered(self.raw.get("outputs")).get(name.lower())
        if not isinstance(declared, dict) or "value" not in declared:
            return Open(f"output {name} is not declared", braced(name))
        if str(text_of(declared.get("type")) or "").lower().startswith("secure"):
            return Open(f"output {name} is secure: its value is left out", braced(name))
        return self._once(f"output {name}", lambda: self.reading.budget.made(self.evaluator.value(declared["value"], {})))


@dataclass(eq=False)
class Resource:
    """A resource of a deployment. Name, type and id are worked out when asked for: symbols may be used before they are met."""

    deployment: Deployment
    raw: Obj
    locals: Locals
    parent: Resource | None
    symbol: str
    n: int | None

    def __post_init__(self) -> None:
        self._name: tuple[str, Open | None] | None = None
        self._type = ""
        self._inside: Deployment | str | None = None

    @property
    def existing(self) -> bool:
        """Only referred to: another deployment makes it."""
        return self.raw.get("existing") is True

    @property
    def owner(self) -> Resource | None:
        """The parent, by nesting or by name."""
        if self.parent is not None:
            return self.parent
        parent = self.raw.get("parent")
        found = self.deployment.evaluator.node(parent, self.locals) if isinstance(parent, Node) else None
        return found.resource if isinstance(found, Handle) else None

    @property
    def type(self) -> str:
        """The whole type; a nested resource gives only its last part."""
        if not self._type:
            found = self.deployment.evaluator.value(self.raw.get("type"), self.locals)
            own = found if isinstance(found, str) else ""
            if self.parent is not None and own and not own.lower().startswith(f"{self.parent.type.lower()}/") and "." not in own.split("/")[0]:
                own = f"{self.parent.type}/{own}"
            self._type = own
        return self._type

    @property
    def _named(self) -> tuple[str, Open | None]:
        if self._name is None:
            self._name = ("{…}", Open("the name leads back to itself", "{…}"))
            text, opened = self.deployment.evaluator.text(self.raw.get("name"), self.locals)
            owner = self.owner
            if owner is not None and len(segments(text)) < self.type.count("/") - (2 if "/providers/" in self.type.lower() else 0):
                text = f"{owner.name_text}/{text}"
                opened = opened or owner.name_open
            self._name = (text, opened)
        return self._name

    @property
    def name_text(self) -> str:
        """Name with those of its parents: `server/database`."""
        return self._named[0]

    @property
    def name_open(self) -> Open | None:
        return self._named[1]

    @property
    def scope(self) -> str:
        """Id of what an extension resource stands at, else the beginning of the id."""
        scope = self.raw.get("scope")
        if scope is not None:
            found = self.deployment.evaluator.value(scope, self.locals)
            if isinstance(found, Handle):
                inner: Resource = found.resource
                return inner.id
            text = found.text if isinstance(found, Open) else str(found)
            if text.startswith("/"):
                return "" if text == "/" else text
            if "/" in text:  # `Microsoft.Storage/storageAccounts/name`
                return f"{self.deployment.target.prefix()}/providers/{text}"
        level = "group" if self.raw.get("resourceGroup") and self.type.lower() != DEPLOYMENT else ""
        group = self.deployment.evaluator.text(self.raw["resourceGroup"], self.locals)[0] if level else ""
        return self.deployment.target.prefix(level, "", group)

    @property
    def id(self) -> str:
        """The id that Azure will give, with what is open written in braces."""
        kind, names = self.type, segments(self.name_text)
        if kind.lower() == "microsoft.resources/resourcegroups":
            return f"{self.deployment.target.prefix('subscription')}/resourceGroups/{self.name_text}"
        at = kind.lower().find("/providers/")
        if at > 0:  # an extension in the old way: `Microsoft.Storage/storageAccounts/providers/locks`, named `account/Microsoft.Authorization/lock`
            depth = kind[:at].count("/")
            owner, rest = names[:depth], names[depth:]
            namespace = rest[0] if rest else ""
            last = kind[at + len("/providers/") :]
            return f"{self.deployment.target.prefix()}/providers/{_joined(kind[:at], owner)}/providers/{_joined(f'{namespace}/{last}', rest[1:])}"
        return f"{self.scope}/providers/{_joined(kind, names)}"

    @property
    def full_type(self) -> str:
        """The type as Azure lists it: an extension's own, whatever it stands at."""
        at = self.type.lower().find("/providers/")
        if at < 0:
            return self.type
        names = segments(self.name_text)
        depth = self.type[:at].count("/")
        return f"{names[depth] if len(names) > depth else '?'}/{self.type[at + len('/providers/') :]}"

    @property
    def location(self) -> Value:
        return self.deployment.evaluator.value(self.raw.get("location"), self.locals)

    def member(self, name: str, inside: bool) -> Value | None:
        """A member that is known before deployment; None: the resource answers it later."""
        lower = name.lower()
        if not inside and lower == "name":
            last = segments(self.name_text)[-1]
            return last if self.name_open is None else Open(self.name_open.why, last)
        if not inside and lower == "id":
            return Identity("the id is known at deployment", self.id)
        if not inside and lower in ("type", "apiversion"):
            return self.type if lower == "type" else self.deployment.evaluator.value(self.raw.get("apiVersion"), self.locals)
        if not inside and lower == "location" and not self.existing and "location" in self.raw:
            return self.location
        if lower == "outputs" and self.type.lower() == DEPLOYMENT:
            return Outputs(self)
        if lower == "properties" and not inside:
            return Handle(self, True)
        return Open(f"{self.name_text} exists already: what it answers is known at deployment", f"{{{self.name_text}.{name}}}") if self.existing else None

    def inside(self) -> Deployment | str:
        """The nested deployment, or why it is not read."""
        if self._inside is None:
            self._inside = "it leads back to itself"
            from providers.arm.nesting import nested

            self._inside = nested(self)
        return self._inside


class Outputs(Handle):
    """What a nested deployment answers."""

    __slots__ = ()

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource, True)

    def member(self, name: str) -> Value:
        inside = self.resource.inside()
        if isinstance(inside, str):
            return Open(f"output {name} of {self.resource.name_text}: {inside}", f"{{{self.resource.name_text}.{name}}}")
        return {"value": inside.output(name)}


def _joined(kind: str, names: list[str]) -> str:
    """As `joined`, with `?` for names that are missing or too many: such an id matches nothing."""
    count = kind.count("/")
    fitted = (
        names if len(names) == count else [*names[:count], *["?"] * (count - len(names))][:count] if len(names) < count else [*names[: count - 1], "/".join(names[count - 1 :])]
    )
    return joined(kind, fitted)


def _lowered(section: Raw) -> dict[str, Raw]:
    """A section by name in lower case: Azure does not tell upper from lower case."""
    return {key.lower(): value for key, value in section.items()} if isinstance(section, dict) else {}


__all__ = ["DEPLOYMENT", "Arr", "Deployment", "Reading", "Resource", "Target", "level_of"]
