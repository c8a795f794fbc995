"""Data Firehose: where delivery streams put what they carry."""

from typing import Any

from providers.aws.clues import BUCKET, destination
from providers.aws.custody import key_name
from providers.aws.excuses import API_ONLY, CERTIFICATES, KEYS, PEOPLE, PROBED, SETTINGS
from providers.aws.terraform import shapes
from scanner.sdk import (
    OFF,
    ON,
    AtRest,
    BackupEncryption,
    BackupPlaces,
    Backups,
    Deletion,
    Exposure,
    Get,
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
    TypeDecl,
    choice,
    derive,
    fact,
    here,
    never,
    traced,
)

_ON = ("ENABLED", "DISABLING", "DISABLING_FAILED")
_OFF = ("DISABLED", "ENABLING", "ENABLING_FAILED")
_ENDS = (
    "ExtendedS3Destination{0}.BucketARN", "S3Destination{0}.BucketARN", "RedshiftDestination{0}.ClusterJDBCURL", "HttpEndpointDestination{0}.EndpointConfiguration.Url",
    "SplunkDestination{0}.HECEndpoint", "SnowflakeDestination{0}.AccountUrl", "IcebergDestination{0}.CatalogConfiguration.Catalog{2}",
)  # fmt: skip
#: Of these the domain stands in an ARN or, without one, in the address of a cluster.
_SEARCH = ("AmazonopensearchserviceDestination{0}.DomainARN || {1}AmazonopensearchserviceDestination{0}.ClusterEndpoint",
           "ElasticsearchDestination{0}.DomainARN || {1}ElasticsearchDestination{0}.ClusterEndpoint", "AmazonOpenSearchServerlessDestination{0}.CollectionEndpoint")  # fmt: skip
#: Destinations that also write to a bucket: what failed, everything, or on the way.
_WITH_BUCKET = (
    "RedshiftDestination", "HttpEndpointDestination", "SplunkDestination", "SnowflakeDestination", "IcebergDestination",
    "AmazonopensearchserviceDestination", "ElasticsearchDestination", "AmazonOpenSearchServerlessDestination",
)  # fmt: skip
_BACKUP = "ExtendedS3Destination", "RedshiftDestination"


def _live() -> tuple[str, ...]:
    at = "stream.Destinations[]."
    ends = [at + path.format("Description", at, "ARN") for path in (*_ENDS, *_SEARCH)]
    ends += [f"{at}{name}Description.S3DestinationDescription.BucketARN" for name in _WITH_BUCKET if name != "SnowflakeDestination"]
    ends += [f"{at}SnowflakeDestinationDescription.S3DestinationDescription.BucketARN"]
    return (*ends, *(f"{at}{name}Description.S3BackupDescription.BucketARN" for name in _BACKUP))


def _cfn() -> tuple[str, ...]:
    ends = [path.format("Configuration", "", "Arn") for path in (*_ENDS, *_SEARCH)]
    ends += [f"{name}Configuration.S3Configuration.BucketARN" for name in _WITH_BUCKET]
    return (*ends, *(f"{name}Configuration.S3BackupConfiguration.BucketARN" for name in _BACKUP))


def _state(_: Ref, kinds: tuple[Any, ...], said: tuple[Any, ...]) -> State:
    """A stream that reads from another one keeps nothing itself (Data Firehose Developer Guide, "Data protection")."""
    if any(str(kind) in ("KinesisStreamAsSource", "MSKAsSource") for kind in kinds):
        raise NotApplicable("keeps nothing itself: the stream that it reads from does")
    if said and str(said[0]) not in (*_ON, *_OFF, "AWS_OWNED_CMK", "CUSTOMER_MANAGED_CMK"):
        raise ValueError(f"unknown state {said[0]!r}")
    # Server-side encryption has to be asked for (CloudFormation reference, DeliveryStreamEncryptionConfigurationInput).
    return ON if said and str(said[0]) not in _OFF else OFF


_HOLDERS = {"AWS_OWNED_CMK": Holder.PROVIDER, "CUSTOMER_MANAGED_CMK": Holder.CUSTOMER}
_LIVE_SSE, _CFN_SSE = "stream.DeliveryStreamEncryptionConfiguration", "DeliveryStreamEncryptionConfigurationInput"

DELIVERY_STREAM = TypeDecl(
    "AWS::KinesisFirehose::DeliveryStream",
    live=List(
        "firehose", "list_delivery_streams", each="DeliveryStreamNames", id="arn:{partition}:firehose:{region}:{account}:deliverystream/{Name}", name="Name",
        params={"Limit": 40},  # ten names a page otherwise; an account has fifty at first
    ),
    details=(Get("describe_delivery_stream", put="stream", params={"DeliveryStreamName": "Name"}, take="DeliveryStreamDescription"),),
    terraform=shapes("AWS::KinesisFirehose::DeliveryStream"),
    facts=(
        fact(Home, place=here()),
        fact(Replicas, places=traced(destination, BUCKET, in_stack=True, live=_live(), cfn=_cfn())),
        fact(AtRest, state=derive(_state, live=("stream.DeliveryStreamType", f"{_LIVE_SSE}.Status"), cfn=("DeliveryStreamType", f"{_CFN_SSE}.KeyType"))),
        fact(KeyCustody, holder=choice(_HOLDERS, live=f"{_LIVE_SSE}.KeyType", cfn=f"{_CFN_SSE}.KeyType", absent=NotApplicable("not encrypted by Firehose: there is no key")),
             key=key_name(f"{_LIVE_SSE}.KeyARN", f"{_CFN_SSE}.KeyARN")),
    ),
    never={
        **PROBED, **PEOPLE, **CERTIFICATES, **KEYS, **SETTINGS, **API_ONLY,
        **never(Backups, BackupPlaces, BackupEncryption, why="carries data on; what it writes is asked where it is written"),
        **never(LogPlaces, Logs, why="its error log goes to CloudWatch Logs of its own region"),
        **never(Exposure, Deletion, why="reached by the account's own programs; can be made again at any time"),
    },
)  # fmt: skip
