"""MSK: clusters of Apache Kafka, and replicators between them."""

from typing import Any

from providers.aws.clues import bucket
from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    ClientAuth,
    Clue,
    Deletion,
    Exposure,
    Holder,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    NotApplicable,
    Ref,
    Replicas,
    State,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    arns,
    derive,
    fact,
    here,
    never,
    never_others,
    together,
    traced,
)

_INFO = "EncryptionInfo.EncryptionInTransit"
_BROKER_LOGS = "LoggingInfo.BrokerLogs"


def _transit(ref: Ref, client: tuple[Any, ...], inside: tuple[Any, ...], kinds: tuple[Any, ...] = ()) -> Transit:
    """Between clients and brokers TLS is the default, as it is between brokers (MSK API reference, EncryptionInTransit).
    Serverless clusters speak TLS only (MSK Developer Guide, "MSK Serverless")."""
    if kinds == ("SERVERLESS",):
        return Transit(False, "serverless: TLS only")
    if ref.id.startswith("arn:") and not client:
        raise ValueError("EncryptionInTransit.ClientBroker is absent")
    spoken = str(client[0]) if client else "TLS"
    if spoken not in ("TLS", "TLS_PLAINTEXT", "PLAINTEXT"):
        raise ValueError(f"ClientBroker is {spoken!r}")
    if spoken != "TLS":
        return Transit(True, f"between clients and brokers: {spoken}")
    if inside and str(inside[0]).lower() == "false":
        return Transit(True, "between brokers: plaintext")
    return Transit(False, "TLS between clients and brokers, and between brokers")


def _written(_: Ref, *on: tuple[Any, ...]) -> Logs:
    return Logs(any(str(value).lower() == "true" for values in on for value in values), detail="broker logs")


def _asks(_: Ref, tls: tuple[Any, ...], kinds: tuple[Any, ...] = ()) -> ClientAuth:
    if kinds == ("SERVERLESS",):
        raise NotApplicable("serverless: clients sign in through IAM")
    return ClientAuth(State.ON if tls and str(tls[0]).lower() == "true" else State.OFF)


def _address(_: Ref, kinds: tuple[Any, ...]) -> Exposure:
    """MSK API reference, PublicAccess: DISABLED unless switched on."""
    public = bool(kinds) and str(kinds[0]).upper() != "DISABLED"
    return Exposure(public, "public access to its brokers" if public else "")


CLUSTER = TypeDecl(
    "AWS::MSK::Cluster",
    live=List("kafka", "list_clusters_v2", each="ClusterInfoList", id="ClusterArn", name="ClusterName", tags="Tags"),
    terraform=shapes("AWS::MSK::Cluster"),
    facts=(
        fact(Home, place=here()),
        fact(AtRest, state=always(ON, cite="MSK Developer Guide, encryption at rest: data are always encrypted"), algorithm="AES256"),
        # Without a key of the customer MSK uses the alias aws/kafka.
        fact(KeyCustody, holder=holder_of("Provisioned.EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId", "EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId", absent=Holder.PROVIDER_FOR_CUSTOMER),
             key=key_name("Provisioned.EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId", "EncryptionInfo.EncryptionAtRest.DataVolumeKMSKeyId")),
        fact(Transit, derive(_transit, live=(f"Provisioned.{_INFO}.ClientBroker", f"Provisioned.{_INFO}.InCluster", "ClusterType"), cfn=(f"{_INFO}.ClientBroker", f"{_INFO}.InCluster"))),
        fact(ClientAuth, derive(_asks, live=("Provisioned.ClientAuthentication.Tls.Enabled", "ClusterType"), cfn="ClientAuthentication.Tls.Enabled")),
        fact(LogPlaces, places=traced(bucket, "AWS::S3::Bucket", live=f"Provisioned.{_BROKER_LOGS}.S3[?Enabled].Bucket", cfn=f"{_BROKER_LOGS}.S3[?Enabled].Bucket")),
        fact(Logs, derive(_written, live=tuple(f"Provisioned.{_BROKER_LOGS}.{where}.Enabled" for where in ("CloudWatchLogs", "Firehose", "S3")),
                          cfn=tuple(f"{_BROKER_LOGS}.{where}.Enabled" for where in ("CloudWatchLogs", "Firehose", "S3")))),
        fact(Exposure, derive(_address, live="Provisioned.BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type", cfn="BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(TlsFloor, why="the version of TLS is the service's own to configure"),
        **never(Replicas, why="copied to another cluster by a replicator, a resource of its own (AWS::MSK::Replicator)"),
        **never(Backups, BackupPlaces, BackupEncryption, why="Kafka keeps what it is told to keep on several brokers; MSK makes no backups"),
        **never(Deletion, why="has no deletion protection"),
    },
)  # fmt: skip


def _foreign(_: Ref, __: str) -> Clue:
    return Clue(why="a Kafka cluster outside of MSK: where it stands is not shown")


REPLICATOR = TypeDecl(
    "AWS::MSK::Replicator",
    live=List("kafka", "list_replicators", each="Replicators", id="ReplicatorArn", name="ReplicatorName"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=together(
            arns(live="KafkaClustersSummary[].AmazonMskCluster.MskClusterArn", cfn="KafkaClusters[].AmazonMskCluster.MskClusterArn"),
            traced(_foreign, live="KafkaClustersSummary[].ApacheKafkaCluster.ApacheKafkaClusterId", cfn="KafkaClusters[].ApacheKafkaCluster.ApacheKafkaClusterId"),
        )),
    ),
    never=never_others(Home, Replicas, why="carries data from one cluster to another and keeps none"),
)  # fmt: skip
