"""Calls that moto does not serve, added to it for the demo and the tests: what AWS Backup protects, where DynamoDB streams to."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any


def serve_more() -> None:
    """Teach moto `backup:ListProtectedResources` and the Kinesis destinations of DynamoDB; nothing is there until it is made."""
    from moto.backup import urls
    from moto.backup.responses import BackupResponse
    from moto.dynamodb.responses import DynamoHandler

    handlers: Any = (BackupResponse, DynamoHandler)
    handlers[0].list_protected_resources = _protected
    handlers[1].describe_kinesis_streaming_destination = _destinations
    handlers[1].enable_kinesis_streaming_destination = _enable
    urls.url_paths["{0}/resources/$"] = BackupResponse.dispatch


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
