"""The derived permissions hold every call that scans were seen to make, and nothing that writes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import botocore.session
import pytest

from providers.aws import permissions as aws
from providers.aws.calls import permission
from providers.aws.plan import operations
from providers.azure import permissions as azure
from scanner import plugins
from scanner.cli.arguments import PARTITIONS
from scanner.cli.main import main
from scanner.declare.decl import TypeDecl
from scanner.declare.live import Each, Get, List
from scanner.report.permissions import render
from scanner.store.snapshot_file import load
from tests.support.azure import FIXTURES, OPTIONS, estate_document, scan, served
from tests.support.azure_directory import directory

ROOT = Path(__file__).parents[2]
SNAPSHOTS = sorted((ROOT / "fixtures").glob("estates/*.jsonl"))
ROOT_GROUP = {"id": "/providers/Microsoft.Management/managementGroups/root", "type": "Microsoft.Management/managementGroups", "name": "root", "properties": {}, "_parent": ""}
#: iam:GenerateCredentialReport makes a report and changes nothing else; HeadBucket asks for s3:ListBucket.
READING = ("Batch", "Describe", "Generate", "Get", "List", "Lookup", "Search", "Select", "View")


@pytest.mark.parametrize("path", SNAPSHOTS, ids=lambda p: p.stem)
def test_every_call_that_was_made_is_allowed(path: Path) -> None:
    allowed = {"aws": set(aws.actions(plugins.load_types("providers.aws.types"))), "azure": set(azure.actions(plugins.load_types("providers.azure.types")))}
    made = {(call.provider, call.permission) for call in load(path).calls if call.provider in allowed and call.permission}
    assert made
    lower = {cloud: {action.lower() for action in actions} for cloud, actions in allowed.items()}
    assert not {pair for pair in made if pair[1].lower() not in lower[pair[0]]}


def test_aws_actions_only_read() -> None:
    for action in aws.actions(plugins.load_types("providers.aws.types")):
        service, _, name = action.partition(":")
        assert service, action
        assert name.startswith(READING) or service == "apigateway", action


def test_aws_actions_are_those_that_iam_knows() -> None:
    """By the Service Authorization Reference, as cfn-lint ships it: the API of a method and its IAM action are not always called alike."""
    import cfnlint

    known = json.loads((Path(cfnlint.__file__).parent / "data/AdditionalSpecs/Policies.json").read_text())
    wanted = (*aws.actions(plugins.load_types("providers.aws.types")), *aws.ORGANIZATION, aws.ASSUME)
    named = {tuple(action.lower().split(":", 1)) for action in wanted}
    assert {f"{service}:{name}" for service, name in named if name not in known.get(service, {}).get("Actions", {})} == set()


def test_aws_actions_are_those_of_every_operation_that_can_be_called_and_no_others() -> None:
    """The clients hold no other operation: what is not in this list cannot be called."""
    types = plugins.load_types("providers.aws.types")
    declared = {permission(service, method) for service, methods in operations(types).items() for method in methods}
    granted = set(aws.actions(types)) | set(aws.ORGANIZATION) | {aws.ASSUME}
    renamed = {name for decl in types.values() for name in _own_names(decl)}
    assert {action for action in declared - granted if action not in renamed and action not in ("s3:HeadBucket", "s3:ListBuckets")} == set()
    named = {name for decl in types.values() for name in _granted_names(decl)}
    assert {action for action in granted - declared if action not in named and action not in ("s3:ListBucket", "s3:GetBucketLocation")} == set()


def _calls(decl: TypeDecl) -> list[tuple[str, str, str | None]]:
    live = decl.live
    found = [(one.service, one.operation, one.permission) for one in ((live.parent, live.listing) if isinstance(live, Each) else (live,)) if isinstance(one, List)]
    home = found[-1][0] if found else getattr(live, "service", "")
    found += [(get.service or home, get.operation, get.permission) for get in decl.details if isinstance(get, Get)]
    return found + ([(decl.resolve.service, decl.resolve.operation, decl.resolve.permission)] if decl.resolve else [])


def _own_names(decl: TypeDecl) -> list[str]:
    """What operations would be called that are granted by another name."""
    return [permission(service, method) for service, method, granted in _calls(decl) if granted]


def _granted_names(decl: TypeDecl) -> list[str]:
    return [granted for _, _, granted in _calls(decl) if granted]


def test_a_policy_fits_into_what_iam_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["permissions", "aws", "--format", "cloudformation"]) == 0
    template = json.loads(capsys.readouterr().out)
    policies = {name: one["Properties"]["PolicyDocument"] for name, one in template["Resources"].items() if one["Type"] == "AWS::IAM::ManagedPolicy"}
    assert 1 < len(policies) <= 10
    assert all(len(json.dumps(document, separators=(",", ":"))) <= 6144 for document in policies.values())
    every = [action for document in policies.values() for action in document["Statement"][0]["Action"]]
    assert sorted(every) == sorted(aws.actions(plugins.load_types("providers.aws.types")))
    role = template["Resources"]["Role"]["Properties"]
    assert role["ManagedPolicyArns"] == [{"Ref": name} for name in policies]
    assert "sts:ExternalId" in json.dumps(role["AssumeRolePolicyDocument"])
    assert main(["permissions", "aws", "--format", "terraform"]) == 0
    written = capsys.readouterr().out
    assert all(f'"{action}",' in written for action in every)
    assert "sts:ExternalId" in written


def test_what_scans_an_organisation_lists_it_and_assumes_one_role(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["permissions", "aws", "--organization", "--role", "Reader"]) == 0
    listing, assume = json.loads(capsys.readouterr().out)["Statement"]
    assert {"organizations:ListAccounts", "organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent"} <= set(listing["Action"])
    assert (assume["Action"], assume["Resource"]) == (["sts:AssumeRole"], "arn:aws:iam::*:role/Reader")
    assert main(["permissions", "aws", "--organization", "--format", "terraform"]) == 2


@pytest.mark.parametrize("partition", PARTITIONS)
def test_roles_of_an_organisation_are_named_in_its_partition(partition: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["permissions", "aws", "--organization", "--partition", partition]) == 0
    _, assume = json.loads(capsys.readouterr().out)["Statement"]
    assert assume["Resource"] == f"arn:{partition}:iam::*:role/HouvastReadOnly"


def test_partitions_are_those_that_the_sdk_knows() -> None:
    assert sorted(PARTITIONS) == sorted(botocore.session.Session().get_available_partitions())


def test_azure_actions_only_read() -> None:
    for action in azure.actions(plugins.load_types("providers.azure.types")):
        assert action.endswith("/read") or (action.endswith(".Read.All") and "/" not in action), action


def test_azure_roles_name_only_what_can_be_granted() -> None:
    """What stands in the body of another resource has no action of its own; what a vault holds is a data action."""
    types = plugins.load_types("providers.azure.types")
    actions = azure.actions(types)
    assert not [action for action in actions if action.endswith("Certificates/read") or action.startswith("Microsoft.Resources/resourceGroups/")]
    certificates = azure.actions({name: decl for name, decl in types.items() if name == "Microsoft.KeyVault/vaults/certificates"})
    assert {"Microsoft.KeyVault/vaults/read", "Microsoft.KeyVault/vaults/certificates/read"} <= set(certificates)
    role = json.loads(render("azure", "json", actions))
    assert role["DataActions"] == ["Microsoft.KeyVault/vaults/certificates/read"]
    assert not set(role["DataActions"]) & set(role["Actions"])
    assert "dataActions: [" in render("azure", "bicep", actions)
    assert "data_actions = [" in render("azure", "terraform", actions)


def test_fewer_checks_need_less() -> None:
    types = plugins.load_types("providers.aws.types")
    some = aws.actions(types, frozenset(plugins.load_checks()["mfa"].needs))
    assert {"iam:GenerateCredentialReport", "iam:GetCredentialReport", "ec2:DescribeRegions"} <= set(some)
    assert set(some) < set(aws.actions(types))
    assert not any(action.startswith("rds:") for action in some)


@pytest.mark.parametrize(
    ("cloud", "format"), [("aws", "json"), ("aws", "cloudformation"), ("aws", "terraform"), ("azure", "json"), ("azure", "bicep"), ("azure", "terraform"), ("azure", "manifest")]
)
def test_it_prints_what_can_be_deployed(cloud: str, format: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["permissions", cloud, "--format", format, "--check", "encryption-at-rest"]) == 0
    out = capsys.readouterr().out
    assert format == "manifest" or ("ec2:DescribeVolumes" if cloud == "aws" else "Microsoft.Compute/disks/read") in out
    if format in ("json", "cloudformation", "manifest"):
        assert json.loads(out) or format == "manifest"


def test_a_scan_of_azure_needs_all_of_it_and_nothing_else(scrubbed_environment: None, tmp_path: Path) -> None:
    """Every look at a fixture of every type, in all ways that bodies are read: what was asked is what is printed."""
    made: set[str] = set()
    for name in ("estate.json", *sorted(file.name for file in FIXTURES.glob("*.json") if file.name != "estate.json")):
        document = estate_document(name)
        document |= {"directory": directory(), "managementGroups": [ROOT_GROUP], "subscriptions": [{**one, "_parent": "root"} for one in document["subscriptions"]]}
        with served(document, tmp_path / name):
            for bodies, target in (("single", ""), ("graph", "mg/root")):
                snapshot = scan(replace(OPTIONS, settings={"azure.bodies": bodies}), target)
                made |= {call.permission for call in snapshot.calls if call.permission}
    printed = set(azure.actions(plugins.load_types("providers.azure.types")))
    assert {action.lower() for action in made} - {action.lower() for action in printed} == set()
    assert {action.lower() for action in printed} - {action.lower() for action in made} == set()


def test_the_directory_is_granted_by_microsoft_graph(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["permissions", "azure", "--format", "manifest"]) == 0
    (access,) = json.loads(capsys.readouterr().out)
    assert len(access["resourceAccess"]) == len({one["id"] for one in access["resourceAccess"]}) == 6
    assert main(["permissions", "azure", "--format", "json"]) == 0
    role = json.loads(capsys.readouterr().out)
    assert not [action for action in role["Actions"] if "/" not in action]
    assert main(["permissions", "azure", "--format", "terraform", "--check", "mfa"]) == 0
    assert '"AuditLog.Read.All"' in capsys.readouterr().out
    assert main(["permissions", "azure", "--format", "bicep", "--check", "mfa"]) == 0
    assert "Policy.Read.All" in capsys.readouterr().out.splitlines()[0]
