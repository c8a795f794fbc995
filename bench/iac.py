"""What judging templates costs, as whole processes, beside Checkov where it is installed.

    python bench/iac.py [--checkov /path/to/checkov] [--runs 3] [--only cfn]

Checkov runs with the checks that ask the same questions, without downloads. Commands take turns, so that the ratio holds
when the machine's speed drifts; CPU seconds are the steady figure. Another kind of file is one more entry in CASES.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Case:
    """One file (or folder) to judge."""

    file: str
    write: Callable[[Path], None]
    framework: str
    """Checkov's name for the kind."""
    checks: str
    """Checkov's ids of the questions that Houvast asks too."""
    ratio: float
    """What is aimed at: Checkov's CPU time over ours."""


@dataclass(frozen=True)
class Taken:
    """What one process took."""

    cpu: float
    wall: float
    memory: float
    """Peak, MiB."""


def measured(command: list[str], folder: str) -> Taken:
    """Run a command; seconds and the peak of its memory."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return Taken(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss / 1024)


# -- files ---------------------------------------------------------------------------------------------------------------
def cloudformation(count: int) -> Callable[[Path], None]:
    """Buckets, databases, queues, tables and volumes in turn."""

    def write(path: Path) -> None:
        rows = ["Parameters:\n  Encrypt: {Type: String, Default: 'true'}\nResources:"]
        for n in range(count):
            rows.append(_STACK[n % len(_STACK)].format(n=n))
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")

    return write


_STACK = (
    """  Bucket{n}:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "data-{n}-${{AWS::AccountId}}"
      VersioningConfiguration: {{Status: Enabled}}
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: {{SSEAlgorithm: AES256}}
      PublicAccessBlockConfiguration: {{BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}}""",
    """  Database{n}:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      DBInstanceClass: db.t4g.medium
      AllocatedStorage: "20"
      StorageEncrypted: !Ref Encrypt
      BackupRetentionPeriod: 7
      PubliclyAccessible: false""",
    """  Queue{n}:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: "queue-{n}"
      SqsManagedSseEnabled: true""",
    """  Table{n}:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{{AttributeName: id, AttributeType: S}}]
      KeySchema: [{{AttributeName: id, KeyType: HASH}}]
      BillingMode: PAY_PER_REQUEST
      SSESpecification: {{SSEEnabled: true}}
      PointInTimeRecoverySpecification: {{PointInTimeRecoveryEnabled: true}}""",
    """  Volume{n}:
    Type: AWS::EC2::Volume
    Properties:
      AvailabilityZone: eu-central-1a
      Size: 8
      Encrypted: true""",
)


def _azure(n: int) -> dict[str, object]:
    kind = n % 4
    if kind == 0:
        properties = {
            "minimumTlsVersion": "[variables('tls')]",
            "supportsHttpsTrafficOnly": True,
            "publicNetworkAccess": "Disabled",
            "networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"},
        }
        return {
            "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01", "name": f"[format('account{{0}}', {n})]", "location": "[parameters('place')]",
            "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "tags": {"team": "care"}, "properties": properties,
        }  # fmt: skip
    if kind == 1:
        return {
            "type": "Microsoft.Sql/servers", "apiVersion": "2021-11-01", "name": f"server{n}", "location": "westeurope",
            "properties": {"minimalTlsVersion": "1.2", "publicNetworkAccess": "Disabled", "administratorLogin": "care"},
        }  # fmt: skip
    if kind == 2:
        return {
            "type": "Microsoft.Sql/servers/databases", "apiVersion": "2021-11-01", "name": f"[concat('server{n - 1}', '/data')]", "location": "westeurope",
            "sku": {"name": "S0"}, "properties": {"requestedBackupStorageRedundancy": "Local"},
        }  # fmt: skip
    return {
        "type": "Microsoft.KeyVault/vaults", "apiVersion": "2023-07-01", "name": f"vault{n}", "location": "westeurope",
        "properties": {"enablePurgeProtection": True, "tenantId": "[subscription().tenantId]", "sku": {"family": "A", "name": "standard"}, "networkAcls": {"defaultAction": "Deny"}},
    }  # fmt: skip


def arm(path: Path) -> None:
    """1,000 accounts, servers, databases and vaults."""
    whole = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"place": {"type": "string", "defaultValue": "westeurope"}},
        "variables": {"tls": "TLS1_2"},
        "resources": [_azure(n) for n in range(1000)],
    }
    path.write_text(json.dumps(whole, indent=1), encoding="utf-8")


def bicep(path: Path) -> None:
    """The same in Bicep."""
    rows = ["param place string = 'westeurope'", "var tls = 'TLS1_2'"]
    for n in range(1000):
        one = _azure(n)
        body = {key: value for key, value in one.items() if key not in ("type", "apiVersion")}
        rows.append(f"resource r{n} '{one['type']}@{one['apiVersion']}' = {_bicep(body)}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def _bicep(value: object) -> str:
    if isinstance(value, Mapping):
        return "{\n" + "\n".join(f"{key}: {_bicep(inner)}" for key, inner in value.items()) + "\n}"
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    known = {"[variables('tls')]": "tls", "[parameters('place')]": "place", "[subscription().tenantId]": "subscription().tenantId"}
    return known.get(text) or (text[1:-1] if text.startswith("[") else f"'{text}'")


def _terraform(n: int) -> tuple[str, dict[str, object], list[str]]:
    """Type, values, and attributes that are known only after it is applied."""
    kind = n % 5
    if kind == 0:
        return (
            "aws_s3_bucket",
            {"bucket": f"data-{n}", "force_destroy": False, "tags": {"team": "care"}},
            ["id", "arn", "versioning", "server_side_encryption_configuration", "bucket_domain_name"],
        )
    if kind == 1:
        return "aws_s3_bucket_versioning", {"bucket": f"data-{n - 1}", "versioning_configuration": [{"status": "Enabled"}], "mfa": None}, ["id"]
    if kind == 2:
        values: dict[str, object] = {
            "identifier": f"database-{n}", "engine": "postgres", "instance_class": "db.t4g.medium", "allocated_storage": 20, "storage_encrypted": True, "backup_retention_period": 7,
            "publicly_accessible": False, "deletion_protection": True, "enabled_cloudwatch_logs_exports": ["postgresql"], "skip_final_snapshot": False, "tags": {"team": "care"},
        }  # fmt: skip
        return "aws_db_instance", values, ["id", "arn", "address", "endpoint", "kms_key_id", "ca_cert_identifier", "resource_id"]
    if kind == 3:
        return (
            "aws_dynamodb_table",
            {"name": f"table-{n}", "billing_mode": "PAY_PER_REQUEST", "hash_key": "id", "attribute": [{"name": "id", "type": "S"}], "server_side_encryption": [{"enabled": True, "kms_key_arn": None}],
             "point_in_time_recovery": [{"enabled": True, "recovery_period_in_days": 35}], "deletion_protection_enabled": True},
            ["id", "arn", "stream_arn"],
        )  # fmt: skip
    return "aws_ebs_volume", {"availability_zone": "eu-central-1a", "size": 8, "encrypted": True, "type": "gp3", "tags": {"team": "care"}}, ["id", "arn", "kms_key_id"]


def plan(path: Path) -> None:
    """5,000 resources in 50 modules, as `terraform show -json` writes a plan."""
    provider = "registry.terraform.io/hashicorp/aws"
    changes: list[object] = []
    modules: list[dict[str, object]] = []
    calls: dict[str, object] = {}
    for m in range(50):
        planned, configured = [], []
        for n in range(m * 100, m * 100 + 100):
            kind, values, unknown = _terraform(n)
            about = {"mode": "managed", "type": kind, "name": f"r{n}", "provider_name": provider}
            address = f"module.part{m}.{kind}.r{n}"
            planned.append({"address": address, **about, "schema_version": 1, "values": values, "sensitive_values": {}})
            after_unknown = {**{key: [{}] if isinstance(value, list) else {} for key, value in values.items() if isinstance(value, (list, dict))}, **dict.fromkeys(unknown, True)}
            change = {"actions": ["create"], "before": None, "after": values, "after_unknown": after_unknown, "before_sensitive": False, "after_sensitive": {}}
            changes.append({"address": address, "module_address": f"module.part{m}", **about, "change": change})
            expressions = {
                key: [{k: {"constant_value": v} for k, v in value[0].items()}] if isinstance(value, list) and isinstance(value[0], dict) else {"constant_value": value}
                for key, value in values.items()
            }
            configured.append({"address": f"{kind}.r{n}", **about, "provider_config_key": "aws", "expressions": expressions, "schema_version": 1})
        modules.append({"address": f"module.part{m}", "resources": planned})
        calls[f"part{m}"] = {"source": f"./part{m}", "module": {"resources": configured}}
    whole = {
        "format_version": "1.2", "terraform_version": "1.9.8", "planned_values": {"root_module": {"child_modules": modules}}, "resource_changes": changes,
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "full_name": provider, "version_constraint": "~> 5.0", "expressions": {"region": {"constant_value": "eu-central-1"}}}},
            "root_module": {"module_calls": calls},
        },
    }  # fmt: skip
    path.write_text(json.dumps(whole), encoding="utf-8")


def hcl(path: Path) -> None:
    """1,000 resources in ten files, with a variable and references."""
    path.mkdir(exist_ok=True)
    for part in range(10):
        rows = []
        for n in range(part * 100, part * 100 + 100):
            kind, values, _ = _terraform(n)
            if kind == "aws_s3_bucket_versioning":
                rows.append(f'resource "{kind}" "r{n}" {{\n  bucket = aws_s3_bucket.r{n - 1}.id\n  versioning_configuration {{\n    status = "Enabled"\n  }}\n}}\n')
                continue
            lines = [f"  {key} = {'var.encrypt' if key in ('storage_encrypted', 'encrypted') else json.dumps(value)}" for key, value in values.items() if not _blocks(value)]
            for key, value in values.items():
                lines += [
                    f"  {key} {{\n" + "".join(f"    {k} = {json.dumps(v)}\n" for k, v in one.items() if v is not None) + "  }"
                    for one in (value if isinstance(value, list) and _blocks(value) else [])
                ]
            rows.append(f'resource "{kind}" "r{n}" {{\n' + "\n".join(lines) + "\n}\n")
        Path(path, f"part{part}.tf").write_text("\n".join(rows), encoding="utf-8")
    Path(path, "main.tf").write_text('provider "aws" {\n  region = "eu-central-1"\n}\n\nvariable "encrypt" {\n  default = true\n}\n', encoding="utf-8")


def _blocks(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


_IDS = [line for line in Path(__file__).with_name("checkov_ids.txt").read_text(encoding="utf-8").split() if line.startswith("CKV")]
_AWS, _AZURE = (",".join(one for one in _IDS if f"_{cloud}_" in one) for cloud in ("AWS", "AZURE"))
CASES = {
    "cloudformation, 1 resource": Case("one.yaml", cloudformation(1), "cloudformation", _AWS, 10),
    "cloudformation, 1,000 resources": Case("thousand.yaml", cloudformation(1000), "cloudformation", _AWS, 20),
    "plan, 5,000 resources": Case("plan.json", plan, "terraform_plan", _AWS, 40),
    "hcl, 1,000 resources": Case("hcl", hcl, "terraform", _AWS, 5),
    "arm, 1,000 resources": Case("thousand.json", arm, "arm", _AZURE, 20),
    "bicep, 1,000 resources": Case("thousand.bicep", bicep, "bicep", _AZURE, 20),
}


def main() -> None:
    """Prints a row a case: CPU, wall and memory of each, and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkov", help="path of the program; without it only Houvast is measured")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="cases whose name holds this")
    given = parser.parse_args()
    os.environ["PYTHONPATH"] = str(ROOT)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as installed: nothing is compiled anew at every start
    print(f"{'case':<34} {'CPU s':>7} {'wall s':>7} {'MiB':>6}   {'Checkov: CPU s':>14} {'wall s':>7} {'MiB':>6}   {'CPU ×':>6} {'memory ×':>8} {'aim':>5}")
    with tempfile.TemporaryDirectory() as folder:
        for name, case in CASES.items():
            if given.only and given.only not in name:
                continue
            case.write(Path(folder, case.file))
            ours = [sys.executable, "-m", "scanner.cli.main", "scan", case.file, "-q", "--region", "eu-central-1", "--location", "westeurope"]
            theirs = [
                str(given.checkov),
                "-d" if Path(folder, case.file).is_dir() else "-f",
                case.file,
                "--framework",
                case.framework,
                "--check",
                case.checks,
                "--compact",
                "--quiet",
                "--skip-download",
                "-o",
                "json",
            ]
            measured(ours, folder)  # warms the disk and writes bytecode
            taken = [(measured(ours, folder), measured(theirs, folder) if given.checkov else None) for _ in range(given.runs)]
            print(_row(name, case, [one for one, _ in taken], [two for _, two in taken if two is not None]), flush=True)
    print(f"medians of {given.runs}; this process itself {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


def _row(name: str, case: Case, ours: list[Taken], theirs: list[Taken]) -> str:
    cpu, wall, memory = (statistics.median(getattr(one, what) for one in ours) for what in ("cpu", "wall", "memory"))
    row = f"{name:<34} {cpu:7.2f} {wall:7.2f} {memory:6.0f}"
    if not theirs:
        return row
    other = [statistics.median(getattr(one, what) for one in theirs) for what in ("cpu", "wall", "memory")]
    return f"{row}   {other[0]:14.2f} {other[1]:7.2f} {other[2]:6.0f}   {other[0] / cpu:6.1f} {other[2] / memory:8.1f} {case.ratio:5.0f}"


if __name__ == "__main__":
    main()
