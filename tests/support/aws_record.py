"""Records the fixtures `fixtures/aws/estate.jsonl` and `networks_and_machines.jsonl`: `python -m tests.support.aws_record`. Run it when a declaration reads more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scanner.demo import aws_estate
from scanner.store.snapshot_file import save
from tests.support.aws import QUICK, moto_server, scan
from tests.support.aws_estates import broad
from tests.support.aws_wide import REGIONS, SERVED, Wide

FIXTURES = Path(__file__).parents[2] / "fixtures" / "aws"


def record() -> None:
    with moto_server() as url:
        aws_estate.seed(url)
        broad(url)
        save(scan(url, replace(QUICK, regions=("eu-central-1", "eu-west-1", "us-east-1"))), FIXTURES / "estate.jsonl")
    with moto_server() as url:
        Wide(url).build()
        save(scan(url, replace(QUICK, types=SERVED, regions=REGIONS, retries=0)), FIXTURES / "networks_and_machines.jsonl")


if __name__ == "__main__":
    record()
