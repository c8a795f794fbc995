"""Records the fixture `fixtures/aws/estate.jsonl`: `python -m tests.support.aws_record`. Run it when a declaration reads more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scanner.demo import aws_estate
from scanner.store.snapshot_file import save
from tests.support.aws import QUICK, moto_server, scan
from tests.support.aws_estates import broad

FIXTURES = Path(__file__).parents[2] / "fixtures" / "aws"


def record() -> None:
    with moto_server() as url:
        aws_estate.seed(url)
        broad(url)
        save(scan(url, replace(QUICK, regions=("eu-central-1", "eu-west-1", "us-east-1"))), FIXTURES / "estate.jsonl")


if __name__ == "__main__":
    record()
