"""Stack sets: one template in several regions, each of which is a home of what it makes."""

from __future__ import annotations

from dataclasses import replace

from providers.cloudformation.nodes import Entry, compose
from providers.cloudformation.scope import Given
from providers.cloudformation.stacks import GROWTH, Stack, given_to
from providers.cloudformation.values import as_text, why_unknown
from scanner.sdk import InvalidFile, Json, Reason


def instances(stack: Stack, logical: str, entry: Entry) -> None:
    """The stacks of a stack set: those that its template and its regions show."""
    body, broken = stack._body(*_properties(stack, entry))
    if broken or not isinstance(body, dict):
        stack.gap(logical, entry.key, Reason.UNPARSABLE, f"{logical} {broken or 'cannot be read'}")
        return
    homes = _regions(body)
    if isinstance(homes, str):
        stack.gap(logical, entry.key, Reason.UNRESOLVED, f"the stack set {logical} makes its stacks elsewhere: {homes}")
        homes = [""]
    for n, region in enumerate(homes):
        given = replace(given_to(stack.given, _parameters(body.get("Parameters"))), region=region, account=_account(body))
        inside = _open(stack, logical, f"{logical}@{region or n}", body, given)
        if isinstance(inside, str):
            stack.gap(logical, entry.key, Reason.UNSUPPORTED, f"{logical} is a stack set, whose resources this file does not show: {inside}; scan that template as well")
            return
        inside.read()


def _properties(stack: Stack, entry: Entry) -> tuple[Entry | None, tuple[int, ...], dict[str, Entry]]:
    from providers.cloudformation.stacks import as_entries

    own = as_entries(entry)
    stack.resolver.lines = {}
    return own.get("Properties"), entry.again, own


def _open(stack: Stack, logical: str, name: str, body: dict[str, Json], given: Given) -> Stack | str:
    text, where = body.get("TemplateBody"), body.get("TemplateURL")
    if isinstance(where, str):
        return stack.open_file(where, name, given)
    if not isinstance(text, str):
        return f"its template is not known ({why_unknown(text) or why_unknown(where) or 'no TemplateBody'})"
    if len(stack.chain) >= 10:
        return "stacks are nested more than 10 levels deep"
    try:
        root, nodes = compose(text, f"{stack.file} ({logical})")
        stack.reading.budget.all += GROWTH * min(nodes, 20_000)
        inside = Stack(stack.reading, root, given, stack.path, stack.file, f"{stack.prefix}{name}/", (*stack.chain, f"{stack.file}#{name}"))
    except InvalidFile as error:
        return error.message
    inside.inline = True  # its lines are those of a text within the file
    return inside


def _regions(body: dict[str, Json]) -> list[str] | str:
    """Regions of the instances, each once; or why they are not known."""
    groups = body.get("StackInstancesGroup")
    preferences = body.get("OperationPreferences")
    if groups is None and isinstance(preferences, dict) and "RegionOrder" in preferences:
        groups = [{"Regions": preferences["RegionOrder"]}]
    if groups is None:
        return "it names no StackInstancesGroup"
    if not isinstance(groups, list):
        return why_unknown(groups) or "its StackInstancesGroup is no list"
    found: list[str] = []
    for group in groups:
        regions = group.get("Regions") if isinstance(group, dict) and why_unknown(group) is None else group
        if not isinstance(regions, list):
            found.append("")
            continue
        found += [text if isinstance(region, str) and (text := as_text(region)) else "" for region in regions]
    return list(dict.fromkeys(found)) or "it names no region"


def _parameters(value: Json) -> Json:
    if not isinstance(value, list):
        return value if value is not None else {}
    pairs = [(item.get("ParameterKey"), item.get("ParameterValue")) for item in value if isinstance(item, dict)]
    return {key: text for key, text in pairs if isinstance(key, str)}


def _account(body: dict[str, Json]) -> str:
    """The one account that is named; none where there are several, or whole units of the organisation."""
    groups = body.get("StackInstancesGroup")
    named: set[str] = set()
    for group in groups if isinstance(groups, list) else ():
        targets = group.get("DeploymentTargets") if isinstance(group, dict) else None
        accounts = targets.get("Accounts") if isinstance(targets, dict) else None
        named |= {str(account) for account in accounts} if isinstance(accounts, list) else {"", "?"}
    return named.pop() if len(named) == 1 else ""


__all__ = ["instances"]
