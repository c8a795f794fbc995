"""Deployments within deployments: which template they deploy, with which values, and where to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from providers.arm.deployment import GROUP, Deployment, Resource, Target, level_of
from providers.arm.evaluate import Locals
from providers.arm.expressions import Node
from providers.arm.handles import Beside, Handle
from providers.arm.jsonc import Obj, Raw
from providers.arm.values import Open, Value, braced, written


def nested(resource: Resource) -> Deployment | str:
    """The deployment that a resource of type Microsoft.Resources/deployments makes."""
    at, raw = resource.deployment, resource.raw.get("properties")
    if not isinstance(raw, Obj):
        return "it has no properties"
    if at.depth >= 10:
        return "deployments are nested more than 10 levels deep"
    value = at.evaluator.value
    template, link = raw.get("template"), raw.get("templateLink")
    target = _target(resource)
    address = f"{at.address}{resource.name_text}/"
    if isinstance(template, Obj):
        options = value(raw.get("expressionEvaluationOptions"), resource.locals)
        scope = options.get("scope") if isinstance(options, dict) else None
        if isinstance(scope, str) and scope.lower() == "inner":
            inner = Target(**{**target.__dict__, "level": level_of(template.get("$schema")) if "$schema" in template and target.level != at.target.level else target.level})
            return Deployment(at.reading, template, inner, at.file, at.path, _given(raw.get("parameters"), resource), None, address, at.depth + 1, at.chain)
        return _Outer(at.reading, template, target, at.file, at.path, {}, at, address, at.depth + 1, at.chain, resource.locals)
    path = _link(value(link, resource.locals)) if link is not None else raw.get("$file")
    if not isinstance(path, str):
        return path.why if isinstance(path, Open) else "its template is not in this file"
    loaded = at.reading.load(at, path)
    if isinstance(loaded, str):
        return loaded
    level = level_of(loaded.raw.get("$schema")) if resource.raw.get("scope") is None and resource.raw.get("resourceGroup") is None else target.level
    return replace(loaded, target=replace(target, level=level), given=_given(raw.get("parameters"), resource), address=address, depth=at.depth + 1)


@dataclass
class _Outer(Deployment):
    """A nested template whose expressions belong to the deployment around it; loop variables of that one are at hand."""

    locals: Locals = field(default_factory=dict)

    def instance(self, symbol: str, raw: Obj, parent: Resource | None, n: int | None) -> Resource:
        found = super().instance(symbol, raw, parent, n)
        found.locals = {**self.locals, **found.locals}
        return found


def _link(link: Value) -> Value:
    """The path of a linked template: relative, or beside the template that links to it."""
    if not isinstance(link, dict):
        return link
    relative, uri = link.get("relativePath"), link.get("uri")
    if isinstance(relative, str):
        return relative
    if isinstance(uri, Beside):
        return uri.path
    if isinstance(uri, Open):
        return Open(f"where its template is, is not known: {uri.why}", uri.text)
    return Open(f"its template is elsewhere ({written(uri or link.get('id'))}): nothing is downloaded", "{…}")


def _target(resource: Resource) -> Target:
    """Where a nested deployment goes: another group, another subscription, or where its parent goes."""
    at, value = resource.deployment, resource.deployment.evaluator.text
    target = at.target
    group, subscription, scope = resource.raw.get("resourceGroup"), resource.raw.get("subscriptionId"), resource.raw.get("scope")
    if isinstance(scope, Node):  # Bicep: resourceGroup('x'), subscription(), or a resource group of this file
        found = at.evaluator.node(scope, resource.locals)
        found = found.get("id") if isinstance(found, dict) else found
        if isinstance(found, Handle):
            inner: Resource = found.resource
            place = None if inner.existing else inner.location
            return Target("group", place if isinstance(place, str) else "", target.subscription, inner.name_text)
        text = found.text if isinstance(found, Open) else ""
        parts = text.split("/")
        if len(parts) >= 5 and parts[3].lower() == "resourcegroups":
            same = parts[4] == target.group and parts[2] == target.subscription
            return target if same else Target("group", "", parts[2], parts[4])
        if len(parts) == 3 and parts[1].lower() == "subscriptions":
            return Target("subscription", _own_location(resource), parts[2], GROUP)
        return Target("management" if "managementGroups" in text else "tenant", _own_location(resource))
    if subscription is not None:
        target = Target(target.level, "", value(subscription, resource.locals)[0], target.group)
    if group is not None:
        name, _ = value(group, resource.locals)
        if name != at.target.group:
            made = next((r for r in at.by_name.get(name.lower(), ()) if r.type.lower() == "microsoft.resources/resourcegroups" and not r.existing), None)
            place = made.location if made is not None else None
            target = Target("group", place if isinstance(place, str) else "", target.subscription, name)
    elif target.level != "group":
        target = Target(target.level, _own_location(resource) or target.location, target.subscription, target.group)
    return target


def _own_location(resource: Resource) -> str:
    found = resource.location
    return found if isinstance(found, str) else ""


class _AnyOpen(dict[str, Value]):
    """Parameters of which not even the names are known: each has a value that is not known."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> Value:
        return Open(self.why, braced(name))


def _given(raw: Raw, resource: Resource) -> dict[str, Value]:
    """Parameters that a deployment hands on."""
    found: dict[str, Value] = {}
    if raw is not None and not isinstance(raw, dict):
        raw = resource.deployment.evaluator.value(raw, resource.locals)
        if not isinstance(raw, dict):
            return _AnyOpen(f"the parameters of {resource.name_text} are not known")
        return {name.lower(): value["value"] if isinstance(value, dict) and "value" in value and len(value) == 1 else value for name, value in raw.items()}
    for name, entry in raw.items() if isinstance(raw, dict) else ():
        if isinstance(entry, dict) and "value" in entry:
            found[name.lower()] = resource.deployment.reading.budget.made(resource.deployment.evaluator.value(entry["value"], resource.locals))
        else:
            found[name.lower()] = Open(f"parameter {name} is read from a vault at deployment", braced(name))
    return found
