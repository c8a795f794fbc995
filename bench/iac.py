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


_AWS = "CKV_AWS_3,CKV_AWS_16,CKV_AWS_17,CKV_AWS_18,CKV_AWS_19,CKV_AWS_21,CKV_AWS_27,CKV_AWS_28,CKV_AWS_53,CKV_AWS_54,CKV_AWS_55,CKV_AWS_56,CKV_AWS_119,CKV_AWS_133"
_AZURE = "CKV_AZURE_3,CKV_AZURE_35,CKV_AZURE_44,CKV_AZURE_52,CKV_AZURE_59,CKV_AZURE_109,CKV_AZURE_110,CKV_AZURE_113,CKV_AZURE_189"
CASES = {
    "cloudformation, 1 resource": Case("one.yaml", cloudformation(1), "cloudformation", _AWS, 10),
    "cloudformation, 1,000 resources": Case("thousand.yaml", cloudformation(1000), "cloudformation", _AWS, 20),
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
    print(f"{'case':<34} {'CPU s':>7} {'wall s':>7} {'MiB':>6}   {'Checkov: CPU s':>14} {'wall s':>7} {'MiB':>6}   {'CPU ×':>6} {'memory ×':>8} {'aim':>5}")
    with tempfile.TemporaryDirectory() as folder:
        for name, case in CASES.items():
            if given.only and given.only not in name:
                continue
            case.write(Path(folder, case.file))
            ours = [sys.executable, "-m", "scanner.cli.main", "scan", case.file, "-q", "--region", "eu-central-1", "--location", "westeurope"]
            theirs = [str(given.checkov), "-f", case.file, "--framework", case.framework, "--check", case.checks, "--compact", "--quiet", "--skip-download", "-o", "json"]
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
