"""A list of actions as what an administrator can deploy: an IAM policy, an Azure role, or their templates."""

from __future__ import annotations

import json
from collections.abc import Sequence

NAME = "HouvastReadOnly"
_ABOUT = "Lets Houvast list, get and describe; it can change nothing."


def render(cloud: str, format: str, actions: Sequence[str]) -> str:
    """Text that ends in a newline. Raises KeyError for a format that the cloud does not have."""
    return {
        ("aws", "json"): _policy, ("aws", "cloudformation"): _cloudformation, ("aws", "terraform"): _aws_terraform,
        ("azure", "json"): _role, ("azure", "bicep"): _bicep, ("azure", "terraform"): _azure_terraform, ("azure", "manifest"): _manifest,
    }[cloud, format](actions)  # fmt: skip


def _document(actions: Sequence[str]) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": [{"Sid": NAME, "Effect": "Allow", "Action": list(actions), "Resource": "*"}]}


MOST = 6_144
"""Characters of a managed policy without white space (IAM and STS quotas)."""


def parts(actions: Sequence[str]) -> list[list[str]]:
    """The actions in as few lists as fit into one managed policy each; a role may have ten."""
    found: list[list[str]] = [[]]
    room = MOST - 200  # what stands around the actions
    left = room
    for action in actions:
        if len(action) + 3 > left:
            found.append([])
            left = room
        found[-1].append(action)
        left -= len(action) + 3
    return found


def _policy(actions: Sequence[str]) -> str:
    return json.dumps(_document(actions), indent=2) + "\n"


def _cloudformation(actions: Sequence[str]) -> str:
    """A role with its policies: deployed in one account, or as a StackSet in every account of an organisation."""
    policies = {
        f"Policy{n}": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"Description": _ABOUT, "PolicyDocument": _document(part)}} for n, part in enumerate(parts(actions), 1)
    }
    condition = {"Fn::If": ["HasExternalId", {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}, {"Ref": "AWS::NoValue"}]}
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": {"Ref": "ScannerArn"}}, "Action": "sts:AssumeRole", "Condition": condition}]}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": {"Ref": "RoleName"},
            "Description": _ABOUT,
            "MaxSessionDuration": 43200,
            "AssumeRolePolicyDocument": trust,
            "ManagedPolicyArns": [{"Ref": name} for name in policies],
        },
    }
    parameters = {
        "ScannerArn": {"Type": "String", "Description": "ARN of the identity that scans"},
        "RoleName": {"Type": "String", "Default": NAME, "Description": "What --role names"},
        "ExternalId": {"Type": "String", "Default": "", "NoEcho": True, "Description": "What --external-id has to give; empty: nothing"},
    }
    template = {
        "AWSTemplateFormatVersion": "2010-09-09", "Description": _ABOUT, "Parameters": parameters,
        "Conditions": {"HasExternalId": {"Fn::Not": [{"Fn::Equals": [{"Ref": "ExternalId"}, ""]}]}}, "Resources": {**policies, "Role": role},
        "Outputs": {"RoleArn": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}},
    }  # fmt: skip
    return json.dumps(template, indent=2) + "\n"


def _aws_terraform(actions: Sequence[str]) -> str:
    """The same as resources of Terraform."""
    made = [
        'variable "scanner_arn" {\n  type        = string\n  description = "ARN of the identity that scans"\n}\n',
        'variable "external_id" {\n  type        = string\n  default     = ""\n  description = "What --external-id has to give; empty: nothing"\n}\n',
        'data "aws_iam_policy_document" "houvast_trust" {\n  statement {\n    actions = ["sts:AssumeRole"]\n    principals {\n      type        = "AWS"\n'
        '      identifiers = [var.scanner_arn]\n    }\n    dynamic "condition" {\n      for_each = var.external_id == "" ? [] : [var.external_id]\n      content {\n'
        '        test     = "StringEquals"\n        variable = "sts:ExternalId"\n        values   = [condition.value]\n      }\n    }\n  }\n}\n',
        f'resource "aws_iam_role" "houvast" {{\n  name                 = "{NAME}"\n  description          = "{_ABOUT}"\n  max_session_duration = 43200\n'
        "  assume_role_policy   = data.aws_iam_policy_document.houvast_trust.json\n}\n",
    ]
    for n, part in enumerate(parts(actions), 1):
        listed = "\n".join(f'      "{action}",' for action in part)
        made.append(
            f'data "aws_iam_policy_document" "houvast_{n}" {{\n  statement {{\n    sid       = "{NAME}"\n    resources = ["*"]\n    actions = [\n{listed}\n    ]\n  }}\n}}\n\n'
            f'resource "aws_iam_policy" "houvast_{n}" {{\n  name        = "{NAME}{n}"\n  description = "{_ABOUT}"\n  policy      = data.aws_iam_policy_document.houvast_{n}.json\n}}\n\n'
            f'resource "aws_iam_role_policy_attachment" "houvast_{n}" {{\n  role       = aws_iam_role.houvast.name\n  policy_arn = aws_iam_policy.houvast_{n}.arn\n}}\n'
        )
    return "\n".join(made)


def organization(listing: Sequence[str], assume: str, partition: str = "aws", role: str = NAME) -> str:
    """An IAM policy for the identity that scans an organisation: it lists the accounts, and assumes one role in each."""
    statements = [
        {"Sid": f"{NAME}Organization", "Effect": "Allow", "Action": list(listing), "Resource": "*"},
        {"Sid": f"{NAME}Assume", "Effect": "Allow", "Action": [assume], "Resource": f"arn:{partition}:iam::*:role/{role}"},
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2) + "\n"


#: What an Azure role grants as a data action: Key Vaults answer for what they hold themselves.
_DATA_PLANE = frozenset({"Microsoft.KeyVault/vaults/certificates/read"})


def _planes(actions: Sequence[str]) -> tuple[list[str], list[str]]:
    """Actions, and data actions."""
    control = [action for action in actions if "/" in action]
    return [action for action in control if action not in _DATA_PLANE], [action for action in control if action in _DATA_PLANE]


#: Application permissions of Microsoft Graph by id (Microsoft Learn, Microsoft Graph permissions reference).
_GRAPH = "00000003-0000-0000-c000-000000000000"
_GRAPH_ROLES = {
    "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", "AuditLog.Read.All": "b0afded3-3588-46d8-8b3d-9842eff778da",
    "GroupMember.Read.All": "98830695-27a2-44f7-8c18-0c3ebc9698f6", "Organization.Read.All": "498476ce-e0fe-48b0-b801-37ba7e2685c6",
    "Policy.Read.All": "246dd0d5-5bd0-4def-940b-0421030a5b68", "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
}  # fmt: skip


def _directory(actions: Sequence[str]) -> list[str]:
    """Application permissions of Microsoft Graph: the directory knows no roles of Resource Manager."""
    return [action for action in actions if "/" not in action]


def _manifest(actions: Sequence[str]) -> str:
    """What `az ad app update --required-resource-accesses` takes; an administrator then consents."""
    access = [{"id": _GRAPH_ROLES[name], "type": "Role"} for name in _directory(actions)]
    return json.dumps([{"resourceAppId": _GRAPH, "resourceAccess": access}] if access else [], indent=2) + "\n"


def _role(actions: Sequence[str]) -> str:
    control, data = _planes(actions)
    role = {"Name": NAME, "IsCustom": True, "Description": _ABOUT, "Actions": control, "NotActions": [], "DataActions": data, "NotDataActions": []}
    return json.dumps({**role, "AssignableScopes": ["/subscriptions/SUBSCRIPTION"]}, indent=2) + "\n"


def _bicep(actions: Sequence[str]) -> str:
    listed, held = ("\n".join(f"          '{action}'" for action in plane) for plane in _planes(actions))
    data = f"        dataActions: [\n{held}\n        ]\n" if held else ""
    graph = f"// The directory is no part of a role: grant the application {', '.join(_directory(actions))} of Microsoft Graph.\n" if _directory(actions) else ""
    return graph + (
        "targetScope = 'subscription'\n\nresource houvast 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {\n"
        f"  name: guid(subscription().id, '{NAME}')\n  properties: {{\n    roleName: '{NAME}'\n    description: '{_ABOUT}'\n    type: 'CustomRole'\n"
        f"    permissions: [\n      {{\n        actions: [\n{listed}\n        ]\n        notActions: []\n{data}      }}\n    ]\n    assignableScopes: [\n      subscription().id\n    ]\n  }}\n}}\n"
    )


def _azure_terraform(actions: Sequence[str]) -> str:
    listed, held = ("\n".join(f'      "{action}",' for action in plane) for plane in _planes(actions))
    data = f"    data_actions = [\n{held}\n    ]\n" if held else ""
    return (
        'data "azurerm_subscription" "scanned" {}\n\n'
        f'resource "azurerm_role_definition" "houvast" {{\n  name        = "{NAME}"\n  description = "{_ABOUT}"\n  scope       = data.azurerm_subscription.scanned.id\n\n'
        f"  permissions {{\n    actions = [\n{listed}\n    ]\n{data}  }}\n}}\n"
    ) + _azuread(_directory(actions))


def _azuread(permissions: Sequence[str]) -> str:
    """Application permissions of Microsoft Graph for the identity that scans."""
    if not permissions:
        return ""
    listed = "".join(f'    "{name}",\n' for name in permissions)
    return (
        '\nvariable "houvast_principal" {\n  type        = string\n  description = "Object id of the identity that scans"\n}\n\n'
        f'data "azuread_service_principal" "graph" {{\n  client_id = "{_GRAPH}"\n}}\n\n'
        f'resource "azuread_app_role_assignment" "houvast" {{\n  for_each = toset([\n{listed}  ])\n'
        "  app_role_id         = data.azuread_service_principal.graph.app_role_ids[each.value]\n"
        "  principal_object_id = var.houvast_principal\n  resource_object_id  = data.azuread_service_principal.graph.object_id\n}\n"
    )
