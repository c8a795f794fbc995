"""MSK Connect: connectors, which carry data into and out of Kafka."""

from providers.aws.clues import BUCKET, bucket
from scanner.sdk import Home, List, LogPlaces, Transit, TypeDecl, boolean, fact, here, never_others, traced

CONNECTOR = TypeDecl(
    "AWS::KafkaConnect::Connector",
    live=List("kafkaconnect", "list_connectors", each="connectors", id="connectorArn", name="connectorName"),
    facts=(
        fact(Home, place=here()),
        fact(Transit, plaintext_allowed=boolean(live="kafkaClusterEncryptionInTransit.encryptionType", cfn="KafkaClusterEncryptionInTransit.EncryptionType", true=("PLAINTEXT",), false=("TLS",)),
             detail="between the connector and its Kafka cluster"),
        fact(LogPlaces, places=traced(bucket, BUCKET, live="logDelivery.workerLogDelivery.s3[?enabled].bucket", cfn="LogDelivery.WorkerLogDelivery.S3[?Enabled].Bucket")),
    ),
    never=never_others(Home, Transit, LogPlaces, why="carries data on and keeps none; what it carries from and to is asked itself"),
)  # fmt: skip
