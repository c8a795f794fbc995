"""What moto does not serve, added to it for the demo and the tests: what AWS Backup protects, where DynamoDB streams to, what the
default parameter groups of RDS hold, and until when its servers' certificates are valid."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any


def serve_more() -> None:
    """Teach moto `backup:ListProtectedResources` and the Kinesis destinations of DynamoDB, where nothing is there until it is made;
    and of RDS what is there from the start."""
    from moto.acm.models import CertBundle
    from moto.backup import urls
    from moto.backup.responses import BackupResponse
    from moto.dynamodb.responses import DynamoHandler
    from moto.rds import models

    described: Any = CertBundle.describe
    CertBundle.describe = lambda self: _spelt(described(self))  # type: ignore[method-assign]
    handlers: Any = (BackupResponse, DynamoHandler)
    handlers[0].list_protected_resources = _protected
    handlers[1].describe_kinesis_streaming_destination = _destinations
    handlers[1].enable_kinesis_streaming_destination = _enable
    urls.url_paths["{0}/resources/$"] = BackupResponse.dispatch
    rds: Any = models
    rds.DBInstance.certificate_details = property(_certificate)
    rds.DBParameterGroup.parameters = property(_parameters, _set_parameters)
    if not hasattr(rds.RDSBackend, "houvast_cluster_parameters"):
        rds.RDSBackend.houvast_cluster_parameters = rds.RDSBackend.describe_db_cluster_parameters
        rds.RDSBackend.describe_db_cluster_parameters = _cluster_parameters


def _spelt(answer: Any) -> Any:
    """ACM writes serial numbers as hexadecimal pairs with colons; moto as one decimal number."""
    held = answer["Certificate"]
    if str(held.get("Serial", "")).isdigit():
        digits = f"{int(held['Serial']):x}"
        digits = digits.zfill(len(digits) + len(digits) % 2)
        held["Serial"] = ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))
    return answer


def protect(account: str, region: str, arn: str, last: str) -> None:
    """From now on AWS Backup in that region says that it backed up `arn` at `last` (RFC 3339). For a moto in this process."""
    from moto.backup.models import backup_backends

    backend: Any = backup_backends[account][region]
    one = {"ResourceArn": arn, "ResourceType": arn.split(":")[2].upper(), "LastBackupTime": datetime.fromisoformat(last).timestamp()}
    backend.houvast_protected = [*getattr(backend, "houvast_protected", ()), one]


def _protected(self: Any) -> str:
    return json.dumps({"Results": getattr(self.backup_backend, "houvast_protected", [])})


def _destinations(self: Any) -> str:
    table = self.dynamodb_backend.get_table(self.body["TableName"])
    found = [{"StreamArn": arn, "DestinationStatus": "ACTIVE"} for arn in getattr(table, "houvast_streams", ())]
    return json.dumps({"TableName": self.body["TableName"], "KinesisDataStreamDestinations": found})


def _enable(self: Any) -> str:
    table = self.dynamodb_backend.get_table(self.body["TableName"])
    table.houvast_streams = [*getattr(table, "houvast_streams", ()), self.body["StreamArn"]]
    return json.dumps({"TableName": self.body["TableName"], "StreamArn": self.body["StreamArn"], "DestinationStatus": "ENABLING"})


def _certificate(self: Any) -> dict[str, Any]:
    """RDS issues for a year."""
    return {"CAIdentifier": "rds-ca-rsa2048-g1", "ValidTill": self.created + timedelta(days=365)}


def _defaults(family: str) -> dict[str, dict[str, Any]]:
    """What a family's default group holds of TLS, as RDS shows it."""
    said = {"require_secure_transport": None, "tls_version": "TLSv1.2,TLSv1.3"} if "mysql" in family or "maria" in family else {}
    if "postgres" in family:
        digits = "".join(letter for letter in family if letter.isdigit()) or "99"
        since = 17 if family.startswith("aurora") else 15
        said = {"rds.force_ssl": str(int(int(digits[:2]) >= since)), "ssl_min_protocol_version": "TLSv1.2"}
    return {name: {"ParameterName": name, "Source": "system", **({"ParameterValue": value} if value else {})} for name, value in said.items()}


def _parameters(self: Any) -> dict[str, dict[str, Any]]:
    held: dict[str, dict[str, Any]] = self.__dict__["houvast_parameters"]
    for name, parameter in _defaults(str(self.family or "")).items() if self.name.startswith("default.") else ():
        held.setdefault(name, parameter)
    return held


def _set_parameters(self: Any, value: dict[str, dict[str, Any]]) -> None:
    self.__dict__["houvast_parameters"] = value


def _cluster_parameters(self: Any, name: str) -> Any:
    return list(_defaults(name.removeprefix("default.")).values()) if name.startswith("default.") else self.houvast_cluster_parameters(name)
