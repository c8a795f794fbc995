"""Houvast as a Lambda function: fetch the history, scan, send, put everything back.

A function may run for fifteen minutes and has no disk that lasts, so the history lives in a bucket and is brought to /tmp
for the run. One run at a time (reserved concurrency 1 in template.yaml), else one would overwrite the other's history. If
the function dies between sending and putting back, the warnings of this run are sent again by the next one.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from scanner.cli.main import main

WORK = Path("/tmp/houvast")  # noqa: S108 - the only place that a function may write to
KEPT = ("history.sqlite3", "report.html", "snapshot.jsonl", "evidence.zip")
ANSWERS = (0, 10, 11)
"""Exit codes of a scan that came to an end."""


def handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """The function. `event` may hold `targets`; else those of houvast.toml, which lies beside the image's code."""
    bucket, store = os.environ["HOUVAST_BUCKET"], boto3.client("s3")
    WORK.mkdir(parents=True, exist_ok=True)
    history = WORK / "history.sqlite3"
    for left in WORK.glob("history.sqlite3*"):
        left.unlink()  # of an earlier run in the same sandbox: what the bucket holds counts
    try:
        store.download_file(bucket, history.name, str(history))
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise  # refused or out of order: beginning a new history would lose the old one
    config = os.environ.get("HOUVAST_CONFIG", "/config/houvast.toml")
    common = ["--config", config, "--quiet"]
    code = main(["scan", *event.get("targets", []), *common, "--notify", "--history", str(history), "--snapshot", str(WORK / "snapshot.jsonl"), "-o", str(WORK / "report.html")])
    if code in ANSWERS:
        main(["evidence", str(WORK / "snapshot.jsonl"), *common, "--history", str(history), "-o", str(WORK / "evidence.zip")])
    for name in KEPT:
        if (WORK / name).is_file():
            store.upload_file(str(WORK / name), bucket, name, ExtraArgs={"ServerSideEncryption": "aws:kms"})
    if code not in ANSWERS:
        raise RuntimeError(f"the scan ended with exit code {code}: see the log")  # so that the alarm on errors rings
    return {"code": code}
