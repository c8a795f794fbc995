"""Database Migration Service: between which databases data flows, how, and the certificates that it trusts."""

from dataclasses import replace
from typing import Any

from providers.aws.clues import BUCKET, arn, bucket, destination
from providers.aws.custody import holder_of, key_name
from providers.aws.pem import from_pem
from scanner.sdk import (
    Certificate,
    Clue,
    Holder,
    Home,
    KeyCustody,
    List,
    Reason,
    Ref,
    Replicas,
    Transit,
    TypeDecl,
    Unresolvable,
    derive,
    fact,
    here,
    never_others,
    together,
    traced,
)


def _trusted(ref: Ref, bodies: tuple[Any, ...]) -> Certificate:
    """The certificate of an authority that databases are checked against; Oracle's come as wallets, which are not opened."""
    if not bodies:
        raise Unresolvable(Reason.UNSUPPORTED, "a wallet, which is not opened")
    return replace(from_pem(ref, bodies), anchor=True)


CERTIFICATE = TypeDecl(
    "AWS::DMS::Certificate",
    live=List("dms", "describe_certificates", each="Certificates", id="CertificateArn", name="CertificateIdentifier"),
    facts=(
        fact(Home, place=here()),
        fact(Certificate, derive(_trusted, same="CertificatePem")),
    ),
    never=never_others(Home, Certificate, why="a certificate that is trusted: it holds no data and accepts nothing"),
)

#: Engines that DMS reaches by the HTTPS interface of an AWS service (DMS User Guide, "Working with endpoints").
_BY_API = ("s3", "dynamodb", "kinesis", "opensearch", "elasticsearch", "neptune", "redshift-serverless", "timestream", "dms-transfer", "iceberg")
_PLAIN = {"none": "TLS is off", "plaintext": "plaintext"}


def _transit(_: Ref, engines: tuple[Any, ...], modes: tuple[Any, ...], *own: tuple[Any, ...]) -> Transit:
    """A connection is not encrypted unless SslMode asks for it (DMS API reference: the default is none); Kafka and Redis have
    settings of their own, whose default is TLS. `require` encrypts, and checks nobody's certificate."""
    engine = str(engines[0]).lower() if engines else ""
    if not engine:
        raise ValueError("EngineName is absent")
    if engine in _BY_API:
        return Transit(False, f"{engine} is reached by HTTPS")
    if engine in ("kafka", "redis"):
        spoken = str(own[engine == "redis"][0]) if own[engine == "redis"] else "ssl-encryption"
        return Transit(spoken == "plaintext", _PLAIN.get(spoken, spoken))
    mode = str(modes[0]).lower() if modes else "none"
    if mode not in ("none", "require", "verify-ca", "verify-full"):
        raise ValueError(f"unknown SslMode {mode!r}")
    return Transit(mode == "none", _PLAIN.get(mode, f"TLS ({mode})"))


def _server(ref: Ref, value: str) -> Clue | None:
    return arn(ref, value) if value.startswith("arn:") else destination(ref, value)


_HOSTS = ("ServerName", "KinesisSettings.StreamArn", "ElasticsearchSettings.EndpointUri", "KafkaSettings.Broker")

ENDPOINT = TypeDecl(
    "AWS::DMS::Endpoint",
    live=List("dms", "describe_endpoints", each="Endpoints", id="EndpointArn", name="EndpointIdentifier"),
    facts=(
        fact(Home, place=here()),
        # Where data comes from or goes to.
        fact(Replicas, places=together(traced(_server, BUCKET, in_stack=True, same=_HOSTS), traced(bucket, BUCKET, same="S3Settings.BucketName"))),
        fact(Transit, derive(_transit, same=("EngineName", "SslMode", "KafkaSettings.SecurityProtocol", "RedisSettings.SslSecurityProtocol"))),
        # The key of the settings (the password of the database); without one it is aws/dms.
        fact(KeyCustody, holder=holder_of("KmsKeyId", "KmsKeyId", absent=Holder.PROVIDER_FOR_CUSTOMER), key=key_name("KmsKeyId")),
    ),
    never=never_others(Home, Replicas, Transit, KeyCustody, why="one end of a migration: the data is in the database that it names"),
)  # fmt: skip
