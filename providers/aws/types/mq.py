"""Amazon MQ: brokers of ActiveMQ and RabbitMQ."""

from typing import Any

from providers.aws.custody import holder_of, key_name
from providers.aws.excuses import CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from scanner.sdk import (
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    ClientAuth,
    Deletion,
    Exposure,
    Get,
    Holder,
    Home,
    KeyCustody,
    List,
    LogPlaces,
    Logs,
    Ref,
    Replicas,
    TlsFloor,
    Transit,
    TypeDecl,
    always,
    arns,
    boolean,
    derive,
    fact,
    here,
    never,
    per_dialect,
    regions,
)

_TLS = "Amazon MQ Developer Guide, encryption in transit: brokers accept connections over TLS only, of version 1.2 and later"


def _written(_: Ref, general: tuple[Any, ...], audit: tuple[Any, ...]) -> Logs:
    on = [name for name, found in (("general", general), ("audit", audit)) if found and str(found[0]).lower() == "true"]
    return Logs(bool(on), detail=f"{' and '.join(on)} log" if on else "no log is written")


BROKER = TypeDecl(
    "AWS::AmazonMQ::Broker",
    live=List("mq", "list_brokers", each="BrokerSummaries", id="BrokerArn", name="BrokerName"),
    details=(Get("describe_broker", put="broker", params={"BrokerId": "BrokerId"}),),
    facts=(
        fact(Home, place=here()),
        # A broker of a pair is copied to the other one; a template declares the pair by its second broker.
        fact(Replicas, places=per_dialect(regions(live="broker.DataReplicationMetadata.DataReplicationCounterpart.Region"), arns(cfn="DataReplicationPrimaryBrokerArn"))),
        fact(AtRest, state=always(ON, cite="Amazon MQ Developer Guide, encryption at rest: messages are always encrypted")),
        # Without a key of the customer: a key that AWS owns, or aws/mq when that is switched off.
        fact(KeyCustody, holder=holder_of("broker.EncryptionOptions.KmsKeyId || broker.EncryptionOptions.UseAwsOwnedKey", "EncryptionOptions.KmsKeyId || EncryptionOptions.UseAwsOwnedKey",
                                          absent=Holder.PROVIDER, on=Holder.PROVIDER, off=Holder.PROVIDER_FOR_CUSTOMER),
             key=key_name("broker.EncryptionOptions.KmsKeyId", "EncryptionOptions.KmsKeyId")),
        fact(Transit, plaintext_allowed=always(False, cite=_TLS)),
        fact(TlsFloor, min_version=always("TLSv1.2", cite=_TLS)),
        fact(Exposure, public=boolean(live="broker.PubliclyAccessible", cfn="PubliclyAccessible"), via="a public address"),
        fact(Logs, derive(_written, live=("broker.Logs.General", "broker.Logs.Audit"), cfn=("Logs.General", "Logs.Audit"))),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS,
        **never(ClientAuth, why="brokers ask clients for user and password"),
        **never(Backups, BackupPlaces, BackupEncryption, why="messages pass through; Amazon MQ makes no backups of them"),
        **never(LogPlaces, why="its logs go to CloudWatch Logs of its own region"),
        **never(Deletion, why="has no deletion protection"),
    },
)  # fmt: skip
